"""Our own source files: what git knows, and what is new and not ignored."""

import subprocess

from stack.paths import ROOT


def tracked(*endings: str) -> list[str]:
    result = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        names = result.stdout.splitlines()
    else:  # an unpacked archive
        names = [str(path.relative_to(ROOT)) for top in ("common", "services", "tests", "deploy") for path in (ROOT / top).rglob("*")]
    return sorted({name for name in names if name.endswith(endings) and (ROOT / name).is_file()})


def scripts() -> list[str]:
    """Shell scripts: by ending, or by their first line."""
    return [name for name in tracked("") if name.endswith(".sh") or (("." not in name.rsplit("/", 1)[-1] or name.startswith(".ci/")) and _is_shell(name))]


def _is_shell(name: str) -> bool:
    with open(ROOT / name, "rb") as file:
        first = file.readline(80)
    return first.startswith(b"#!") and (b"bash" in first or b"/sh" in first)
