#!/usr/bin/env python3
"""Refuses the coroutine shapes that GCC 12 miscompiles without a warning (statements skipped, temporaries destroyed twice).
We build with clang, others build with what they have.

    check_coroutines.py [FILE...]     without a file: all C++ of the repository

Each finding is `file:line: rule: what to do instead`; the exit status is 1 when there is one.
"""

import re
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from cpp_text import line_of, matching, without_comments_and_literals, without_preprocessor  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]

ADVICE = {
    "condition": "co_await in a condition: GCC 12 skips the function's body; name the result first: `bool ok = co_await f(); if (ok)`",
    "ternary": "co_await with ?: GCC 12 crashes or destroys the result twice; write if and else with two awaits",
    "logical": "co_await with && or ||: GCC 12 skips the function's body; name the result first",
    "braces": "braced list or aggregate in a co_await expression: GCC 12 destroys it twice; name it first and std::move it",
    "lambda": "lambda with captures in a co_await expression: GCC 12 destroys the captures twice; name it first, or capture by reference only",
    "async_initiate": "async_initiate in a function with co_await: GCC 12 destroys the captures twice; put it into a plain function",
    "rvalue": "&& parameter of a coroutine: it refers to the caller's temporary, which may be gone at the first resume; take it by value",
}


class Finding(NamedTuple):
    line: int
    rule: str


def findings(source: str) -> list[Finding]:
    text = without_preprocessor(without_comments_and_literals(source))
    found: set[Finding] = set()
    for rule, positions in (("condition", _conditions(text)), ("rvalue", _rvalue_parameters(text)), ("async_initiate", _initiations(text))):
        found |= {Finding(line_of(text, position), rule) for position in positions}
    for await_ in re.finditer(r"\bco_await\b", text):
        for rule in _around(text, await_.start()):
            found.add(Finding(line_of(text, await_.start()), rule))
    return sorted(found)


def _conditions(text: str) -> Iterator[int]:
    """if, while and switch whose condition awaits without declaring a variable; the middle part of a for."""
    for match in re.finditer(r"\b(if|while|switch|for)\b\s*(?:constexpr\s*)?\(", text):
        opening = match.end() - 1
        inside = text[opening + 1:matching(text, opening)]
        parts = _split(inside, ";")
        if match[1] == "for":
            parts = parts[1:2]  # the first part is a statement of its own, and so is a range
        for part in parts[-1:] if match[1] != "for" else parts:
            if "co_await" in _without_lambdas(part) and not _declares(part):
                yield match.start()


def _declares(condition: str) -> bool:
    """`auto x = co_await f()`: the variable is what GCC 12 needs."""
    return bool(re.match(r"\s*(?:const\s+)?[\w:<>,\s*&]+?[\s*&]\w+\s*=\s*co_await\b", condition)
                or re.match(r"\s*(?:const\s+)?auto\s*&?\s*\[[^\]]*\]\s*=\s*co_await\b", condition))


def _split(text: str, separator: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == separator and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return parts + [text[start:]]


def _around(text: str, start: int) -> Iterator[str]:
    """What is wrong in the statement of the co_await at `start`."""
    groups = _enclosing_groups(text, start)
    for group in groups:
        inside = _without_lambdas(text[group[0]:group[1]], keep_at=start - group[0])
        if _ternary(inside):
            yield "ternary"
        if _logical(inside):
            yield "logical"
    operand = _operand(text, start + len("co_await"))
    if re.match(r"\s*\(", operand) and _ternary(operand[operand.index("(") + 1:]):
        yield "ternary"
    if _capturing_lambda(operand):
        yield "lambda"
    if "{" in _without_lambdas(operand):
        yield "braces"


def _enclosing_groups(text: str, position: int) -> list[tuple[int, int]]:
    """The texts between round or square brackets around a position, from the inside out, the last one being the statement's own level."""
    groups = []
    depth_start, index = position, position
    while True:
        start = _group_start(text, index)
        end = _group_end(text, depth_start)
        groups.append((start, end))
        if start == 0 or text[start - 1] not in "([":
            return groups
        index, depth_start = start - 1, end + 1


def _group_start(text: str, position: int) -> int:
    depth = 0
    while position > 0:
        character = text[position - 1]
        if character in ")]}":
            if depth == 0 and character == "}":
                return position  # a block before this statement
            depth += 1
        elif character in "([{":
            if depth == 0:
                return position
            depth -= 1
        elif character == ";" and depth == 0:
            return position
        position -= 1
    return 0


def _group_end(text: str, position: int) -> int:
    depth = 0
    for index in range(position, len(text)):
        character = text[index]
        if character in "([{":
            depth += 1
        elif character in ")]}":
            if depth == 0:
                return index
            depth -= 1
        elif character == ";" and depth == 0:
            return index
    return len(text)


def _level(inside: str) -> str:
    """The text of a group without what its own brackets hold."""
    result, depth = [], 0
    for character in inside:
        if character in ")]}":
            depth -= 1
        result.append(character if depth <= 0 else " ")
        if character in "([{":
            depth += 1
    return "".join(result)


def _argument_of(inside: str) -> list[str]:
    return [part for part in _split(inside, ",") if "co_await" in part]


def _ternary(inside: str) -> bool:
    parts = _argument_of(inside) or ([inside] if "co_await" not in inside else [])
    return any("?" in _level(part) for part in parts)


def _logical(inside: str) -> bool:
    # clang-format puts a space before the operator and none before the && of a reference.
    return any(re.search(r"\s&&\s|\s\|\|\s", _level(part)) for part in _argument_of(inside))


def _operand(text: str, start: int) -> str:
    """The expression that is awaited: up to the end of its bracket group, argument or statement."""
    depth = 0
    for index in range(start, len(text)):
        character = text[index]
        if depth == 0 and character in ";,)]}":
            return text[start:index]
        if depth == 0 and character == "{" and _begins_block(text[start:index]):
            return text[start:index]
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
    return text[start:]


def _begins_block(before: str) -> bool:
    return not before.strip()


_INTRODUCER = re.compile(r"(?<![\w\])])\s*\[(?!\[)([^\[\]]*)\]\s*(?:\(|\{|mutable|->)")


def _lambdas(text: str) -> Iterator[tuple[int, int, str]]:
    """Begin, end and captures of each lambda."""
    position = 0
    while match := _INTRODUCER.search(text, position):
        body = text.find("{", match.start(1) + len(match[1]))
        if body < 0:
            return
        after_parameters = match.start(1) + len(match[1]) + 1
        opening = re.compile(r"\s*\(").match(text, after_parameters)
        if opening:
            body = text.find("{", matching(text, opening.end() - 1))
            if body < 0:
                return
        end = matching(text, body) + 1
        yield match.start(1) - 1, end, match[1]
        position = end


def _capturing_lambda(operand: str) -> bool:
    return any(any(capture.strip() and not capture.strip().startswith("&") for capture in captures.split(","))
               for _, _, captures in _lambdas(operand))


def _without_lambdas(text: str, keep_at: int = -1) -> str:
    """Lambdas blanked, but for the one that holds the position of interest: an await in there is seen at its own place."""
    for begin, end, _ in list(_lambdas(text)):
        if not begin <= keep_at < end:
            text = text[:begin] + " " * (end - begin) + text[end:]
    return text


def _rvalue_parameters(text: str) -> Iterator[int]:
    for match in re.finditer(r"\bTask<[^;{}()=]*>\s+[\w:]+\s*\(", text):
        opening = match.end() - 1
        if re.search(r"[\w>]&&", text[opening:matching(text, opening)]):
            yield match.start()


def _initiations(text: str) -> Iterator[int]:
    for match in re.finditer(r"\basync_initiate\b", text):
        body = _function_body(text, match.start())
        if body and "co_await" in text[body[0]:body[1]]:
            yield match.start()


def _function_body(text: str, position: int) -> tuple[int, int] | None:
    """The outermost block around a position that is no namespace, class or linkage block."""
    outer = None
    depth_stack = []
    for index in range(position):
        if text[index] == "{":
            head = re.split(r"[;{}]", text[:index])[-1]
            depth_stack.append((index, bool(re.search(r"\b(namespace|class|struct|union|extern)\b", head)) and ")" not in head))
        elif text[index] == "}" and depth_stack:
            depth_stack.pop()
    for start, is_scope in depth_stack:
        if not is_scope:
            outer = start
            break
    return (outer, matching(text, outer)) if outer is not None else None


def main() -> int:
    files = [Path(name) for name in sys.argv[1:]] or sorted(
        path for top in ("common", "services", "tests") for ending in ("*.cpp", "*.hpp") for path in (ROOT / top).rglob(ending))
    count = 0
    for path in files:
        source = path.read_text()
        for finding in findings(source) if "co_await" in source or "Task<" in source else []:
            shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
            print(f"{shown}:{finding.line}: {finding.rule}: {ADVICE[finding.rule]}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
