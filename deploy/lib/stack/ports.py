"""Ports on loopback: choosing free ones, and saying who holds a taken one."""

import os
import socket
from pathlib import Path

from .problem import Problem

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that the kernel says is free now. The caller binds it soon; a collision is reported as a taken port."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def accepts(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def port_from_environment(variable: str, default: int) -> int:
    text = os.environ.get(variable, "")
    if not text:
        return default
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Problem(f"{variable}={text} is no port: expected a number from 1 to 65535")
    return int(text)


def require_free(port: int, who: str, variable: str) -> None:
    if is_taken(port):
        raise Problem(f"port {port}, which {who} wants, is taken{_holder(port)}: stop that, or choose another with {variable}=PORT")


def _holder(port: int) -> str:
    """' by NAME (pid N)' when the kernel lets us see it, else nothing."""
    inode = _listening_inode(port)
    if inode is None:
        return ""
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.readlink(fd) == f"socket:[{inode}]" for fd in descriptors.iterdir()):
                name = (descriptors.parent / "comm").read_text().strip()
                return f" by {name} (pid {descriptors.parent.name})"
        except OSError:
            continue  # another user's process, or one that just ended
    return ""


def _listening_inode(port: int) -> str | None:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                return fields[9]
    return None
