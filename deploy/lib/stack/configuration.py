"""The shipped configuration files with a few values changed, so that tests and demo run what is shipped and not a copy of it."""

import re

from .problem import Problem

_KEY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z_][\w.-]*):(?: |$)")


def with_overrides(text: str, overrides: dict[str, str]) -> str:
    """YAML text (block style, no anchors) with the values at dotted paths replaced by YAML flow text. A section that is
    missing is added; a value that spans lines is replaced as a whole."""
    lines = text.splitlines()
    for path, value in overrides.items():
        keys = path.split(".")
        span, depth, indent = _find(lines, keys)
        if depth == len(keys):
            lines[span[0]:span[1]] = [f"{' ' * indent}{keys[-1]}: {value}"]
        else:
            lines[span[1]:span[1]] = _nested(keys[depth:], value, indent)
    return "\n".join(lines) + "\n"


def _nested(keys: list[str], value: str, indent: int) -> list[str]:
    lines = [f"{' ' * (indent + 2 * level)}{key}:" for level, key in enumerate(keys)]
    lines[-1] += f" {value}"
    return lines


def _find(lines: list[str], keys: list[str]) -> tuple[tuple[int, int], int, int]:
    """Lines of the deepest part of the path that exists, how many keys that is, and the indentation of the next (or found) key."""
    begin, end, indent = 0, len(lines), 0
    for depth, key in enumerate(keys):
        span = _entry(lines, begin, end, indent, key)
        if span is None:
            return (begin, _end_of_content(lines, begin, end)), depth, indent
        if depth == len(keys) - 1:
            return span, depth + 1, indent
        if re.search(r":\s*[^\s#]", lines[span[0]]):  # a flow map or scalar: to be replaced as a whole
            raise Problem(f"configuration: {'.'.join(keys[:depth + 1])} is written on one line, {'.'.join(keys)} cannot be set in it")
        begin, end = span[0] + 1, span[1]
        indent = _indent_of_children(lines, begin, end, indent + 2)
    raise AssertionError("a path has at least one key")


def _entry(lines: list[str], begin: int, end: int, indent: int, key: str) -> tuple[int, int] | None:
    for index in range(begin, end):
        match = _KEY.match(lines[index])
        if match and len(match["indent"]) == indent and match["key"] == key:
            stop = index + 1
            while stop < end and not _ends_value(lines[stop], indent):
                stop += 1
            return index, _end_of_content(lines, index + 1, stop)
    return None


def _ends_value(line: str, indent: int) -> bool:
    """A key at the same level or further out; blank lines, comments and `- ` items belong to the value before them."""
    stripped = line.strip()
    if not stripped or stripped.startswith("#"):
        return False
    own = len(line) - len(line.lstrip())
    return own < indent or (own == indent and not stripped.startswith("- "))


def _end_of_content(lines: list[str], begin: int, end: int) -> int:
    """Without trailing blank lines and comments: those introduce what follows."""
    while end > begin and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _indent_of_children(lines: list[str], begin: int, end: int, otherwise: int) -> int:
    for line in lines[begin:end]:
        match = _KEY.match(line)
        if match:
            return len(match["indent"])
    return otherwise
