"""Each step's output goes to build/test-logs/<step>.log; a failure shows the end of it."""

import subprocess
from pathlib import Path

from stack.paths import BUILD, ROOT

DIRECTORY = BUILD / "test-logs"


def path(name: str) -> Path:
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    return DIRECTORY / f"{name}.log"


def run_logged(name: str, command: list[str], timeout: float | None = None, **options) -> bool:
    """Runs a command with its output in the step's log. False when it fails or takes longer than `timeout` seconds."""
    with open(path(name), "w") as log:
        try:
            result = subprocess.run(command, cwd=options.pop("cwd", ROOT), stdout=log, stderr=subprocess.STDOUT, timeout=timeout, check=False,
                                    stdin=subprocess.DEVNULL, **options)
        except subprocess.TimeoutExpired:
            log.write(f"\nended by tests/run: not finished within {timeout:g} s\n")
            return False
        except OSError as error:
            log.write(f"{error}\n")
            return False
        if result.returncode:
            log.write(f"\nexit status {result.returncode}\n")
    return result.returncode == 0


def show_tail(name: str, lines: int = 40) -> None:
    text = path(name).read_text(errors="replace").splitlines()
    print(f"----- the last lines of {path(name)}")
    print("\n".join(text[-lines:]))
    print("-----", flush=True)
