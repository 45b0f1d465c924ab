def html(run, rows, account): return ""
