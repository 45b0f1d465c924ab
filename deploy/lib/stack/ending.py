"""How a script ends: what the person at the terminal can put right is one line, and a mistake of ours a stack trace."""

import errno
import subprocess
from pathlib import Path
from typing import Callable

from .console import complain
from .problem import Problem

EXPECTED = (Problem, OSError, subprocess.TimeoutExpired)

# What the kernel says of a disk; a failed write does not name its file.
_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def reason(error: Exception, directory: Path) -> str:
    """One line about one of EXPECTED. `directory`: where the script writes."""
    if isinstance(error, subprocess.TimeoutExpired):
        command = error.cmd if isinstance(error.cmd, str) else " ".join(map(str, error.cmd))
        return f"{command[:200]}: not finished within {error.timeout:g} s"
    if not isinstance(error, OSError):
        return str(error)
    nested = getattr(error, "reason", None)  # of a urllib.error.URLError
    if isinstance(nested, OSError):
        return reason(nested, directory)
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    if not names and error.errno in _OF_THE_DISK:
        names = [str(directory)]
    text = " ".join((error.strerror or str(error) or type(error).__name__).split())
    return f"{' -> '.join(names)}: {text}" if names else text


def exit_code(program: str, work: Callable[[], int], directory: Path, interrupted: str = "interrupted") -> int:
    """What `work` returns, or the code of the error that ended it, which is then one line on stderr."""
    try:
        return work()
    except EXPECTED as error:
        complain(program, reason(error, directory))
        return 1
    except KeyboardInterrupt:
        complain(program, interrupted)
        return 130
