"""C++ as text that can be searched: comments and literals blanked, lines kept."""

import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'  # comments
    r'|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'  # raw strings
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'", re.DOTALL)  # not the ' in 1'000


def without_comments_and_literals(text: str) -> str:
    def blank(match: re.Match) -> str:
        body = match.group(0)
        kept = re.sub(r"[^\n]", " ", body)
        return f'"{kept[2:]}"' if not body.startswith("/") and "\n" not in body and len(body) >= 2 else kept

    return _TOKEN.sub(blank, text)


def without_preprocessor(text: str) -> str:
    """Directives blanked (with their continued lines): they are no statements."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda match: re.sub(r"[^\n]", " ", match.group(0)), text, flags=re.MULTILINE)


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def matching(text: str, start: int) -> int:
    """Position of the bracket that closes the one at `start`, or the end of the text."""
    depth = 0
    for position in range(start, len(text)):
        if text[position] in "([{":
            depth += 1
        elif text[position] in ")]}":
            depth -= 1
            if depth == 0:
                return position
    return len(text) - 1
