"""Rewrites what a newer Python can read into what the running one can.

A service is often written for a newer Python than the one that scans it. What was added since
3.11 is told apart by its form alone and says nothing that an older form could not say: type
parameters, `type` statements, f-strings that hold any expression, and `except` without brackets.
Every line keeps its number.
"""

from __future__ import annotations

import re

_STRING = re.compile(
    r"""(?:(?<!\w)(?P<prefix>[rbuft]{1,2}))?(?P<quote>'{3}|"{3}|'|")""", re.IGNORECASE
)
_NEXT = re.compile(rf"(?P<comment>\#[^\n]*)|{_STRING.pattern}", re.IGNORECASE)
_PARAMETERS = re.compile(r"\b(?:def|class)[ \t]+\w+[ \t]*(?=\[)")
_ALIAS = re.compile(r"^[ \t]*(?P<word>type)[ \t]+(?P<name>\w+)[ \t]*(?=[\[=])", re.MULTILINE)
_EXCEPT = re.compile(
    r"^[ \t]*except\*?[ \t]+(?P<names>[\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:", re.MULTILINE
)
_UNSAYABLE = re.compile(r"\\.|#", re.DOTALL)


class _MalformedError(ValueError):
    """A string or a bracket does not end."""


def in_older_words(text: str) -> str:
    """Give the same program in the syntax of Python 3.11, line by line, as far as it is known.

    In a string inside an f-string's expression, where 3.11 allows neither a backslash nor `#`,
    a space stands for them.
    """
    try:
        return _edited(text, _edits(text))
    except _MalformedError:
        return text


def _edits(text: str) -> list[tuple[int, int, str]]:
    edits, plain, at = [], [], 0
    while (found := _NEXT.search(text, at)) is not None:
        plain.append(text[at : found.start()])
        if found["comment"] is not None:
            end = found.end()
        elif _is_formatted(found):
            end, words = _formatted(text, found, inner=False)
            if words != text[found.start() : end]:
                edits.append((found.start(), end, words))
        else:
            end = _end_of_string(text, found)
        # Nothing in a string or a comment is taken for a statement.
        plain.append(re.sub(r"[^\n]", "_", text[found.start() : end]))
        at = end
    plain.append(text[at:])
    return sorted([*edits, *_statements("".join(plain))])


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, words in edits:
        parts += [text[at:start], words]
        at = end
    return "".join([*parts, text[at:]])


def _statements(code: str) -> list[tuple[int, int, str]]:
    edits = []
    for found in _PARAMETERS.finditer(code):
        end = _closing(code, found.end())
        edits.append((found.end(), end, _lines(code[found.end() : end])))
    for found in _ALIAS.finditer(code):
        end = _closing(code, found.end()) if code[found.end()] == "[" else found.end()
        if re.match(r"[ \t]*=(?!=)", code[end:]) is not None:
            edits.append(
                (found.start("word"), end, found["name"] + _lines(code[found.end() : end]))
            )
    edits += [(*found.span("names"), f"({found['names']})") for found in _EXCEPT.finditer(code)]
    return edits


def _lines(taken: str) -> str:
    """Give what holds the lines of a bracket that is taken out."""
    return " " + "\\\n" * taken.count("\n")


def _closing(code: str, at: int) -> int:
    depth = 0
    for place in range(at, len(code)):
        depth += (code[place] in "([{") - (code[place] in ")]}")
        if depth == 0:
            return place + 1
    raise _MalformedError


def _is_formatted(found: re.Match[str]) -> bool:
    return not {"f", "t"}.isdisjoint((found["prefix"] or "").lower())


def _end_of_string(text: str, found: re.Match[str]) -> int:
    quote, at = found["quote"], found.end()
    while at < len(text):
        if text.startswith(quote, at):
            return at + len(quote)
        at += 2 if text[at] == "\\" else 1
    raise _MalformedError


def _formatted(text: str, found: re.Match[str], *, inner: bool) -> tuple[int, str]:
    """Give where an f-string ends, and the same string with quotes that nothing inside uses."""
    quote, at = found["quote"], found.end()
    parts, fields = [], []
    while not text.startswith(quote, at):
        if at >= len(text):
            raise _MalformedError
        if text[at] == "{" and text[at + 1 : at + 2] != "{":
            at, field = _field(text, at)
            parts.append(field)
            fields.append(field)
            continue
        step = 2 if text[at] == "\\" or text[at : at + 2] == "{{" else 1
        words = text[at : at + step]
        parts.append(_UNSAYABLE.sub(" ", words) if inner else words)
        at += step
    prefix = re.sub("t", "f", found["prefix"], flags=re.IGNORECASE)
    quote_free = _quote_for(quote, "".join(fields))
    return at + len(quote), f"{prefix}{quote_free}{''.join(parts)}{quote_free}"


def _quote_for(quote: str, fields: str) -> str:
    if quote not in fields and (len(quote) > 1 or "\n" not in fields):
        return quote
    return next((one for one in (quote[0] * 3, '"""', "'''") if one not in fields), quote)


def _field(text: str, at: int) -> tuple[int, str]:
    """Give where a replacement field ends, and the field in words an older f-string may hold."""
    parts, depth, told = ["{"], 0, False
    at += 1
    while at < len(text):
        char = text[at]
        if told and char == "{":  # a field in the format of a field
            at, field = _field(text, at)
            parts.append(field)
            continue
        found = None if told else _NEXT.match(text, at)
        if found is not None:
            at, words = _within(text, found)
            parts.append(words)
            continue
        if char == "}" and depth == 0:
            return at + 1, "".join([*parts, "}"])
        depth += (char in "([{") - (char in ")]}")
        told = told or (char == ":" and depth == 0)
        parts.append(char)
        at += 1
    raise _MalformedError


def _within(text: str, found: re.Match[str]) -> tuple[int, str]:
    if found["comment"] is not None:
        return found.end(), ""
    if _is_formatted(found):
        return _formatted(text, found, inner=True)
    end = _end_of_string(text, found)
    return end, _UNSAYABLE.sub(" ", text[found.start() : end])
