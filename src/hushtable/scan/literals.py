"""Finds credentials written in source and configuration files. No value is ever kept.

Two ways lead to one: the format of a value (`values.formats`), and a name that says what the
value is. Names are read from the syntax tree in Python and by line in other files.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from hushtable.model.facts import Literal
from hushtable.model.place import Place
from hushtable.model.sensitivity_names import split_words
from hushtable.scan.literal_lines import Named, by_line, telling_lines
from hushtable.values.formats import Hit, hits
from hushtable.values.written import (
    Verdict,
    credential_kind,
    entropy,
    judge,
    mask,
    published,
)

# Functions that read a setting and take its name first and a default behind it.
_READS_A_SETTING = frozenset(
    {"getenv", "get", "setdefault", "config", "env", "str", "get_env", "environ_get", "pop"}
)
# Calls that hand a value on: Field(default="x"), SecretStr("x").
_WRAPS = frozenset({"Field", "SecretStr", "SecretBytes", "Secret", "Query", "Header", "Form"})
_HASHES = re.compile(r"(?:hash|encrypt|set|make|create|generate)\w*_?(?:password|passwd|pwd)|"
                     r"(?:password|pwd)_?hash$|hash_pw", re.IGNORECASE)  # fmt: skip
_EXAMPLES = frozenset(
    {"schema_extra", "json_schema_extra", "openapi_extra", "responses", "description", "summary",
     "title", "help", "choices"}
)  # fmt: skip
_LABELS = frozenset({"Enum", "StrEnum", "IntEnum", "Choices", "TextChoices"})


def literals(tree: ast.Module, path: str, source: str) -> tuple[Literal, ...]:
    """Find the credentials in a Python file, from the top.

    `path` is relative to the scanned folder. In tests only known formats are told, as dummies.
    `detector` is `name` when the name gave it away, `default` when the value stands in for a
    missing setting, else the detector that knows the value's format.
    """
    tested = is_test(path)
    lines = [] if tested else _candidate_lines(source)
    named = list(_Walk(lines).walk(tree)) if lines else []
    formatted = list(hits(source))
    if formatted:
        prose = _docstring_lines(tree)
        formatted = [hit for hit in formatted if hit.line not in prose]
    return _merge(named, formatted, path, dummy=tested)


def literals_in_text(text: str, path: str) -> tuple[Literal, ...]:
    """Find the credentials in an env, INI, TOML, YAML, JSON, properties or Docker file."""
    tested = is_test(path)
    named = [] if tested else list(by_line(text, path))
    if _THROWAWAY.search(path) and "prod" not in PurePosixPath(path).name.lower():
        named = [item for item in named if item.kind != "password" or not _WORDS.match(item.value)]
    return _merge(named, list(hits(text)), path, dummy=tested or _is_sample(path))


_THROWAWAY = re.compile(
    r"(?:^|/)(?:\.github/workflows/|\.circleci/|\.gitlab-ci|azure-pipelines|bitbucket-pipelines"
    r"|(?:docker-)?compose[\w.-]*\.ya?ml$)",
    re.IGNORECASE,
)
"""Files that start containers for a build or a developer: a password in words that they give to a
database of theirs guards nothing. One with digits or signs is told all the same."""
_WORDS = re.compile(r"[a-z]+(?:[_-][a-z]+)*$", re.IGNORECASE)


def wants(relative: str) -> bool:
    """Tell whether `literals_in_text` reads a file of this name."""
    path = PurePosixPath(relative)
    name = path.name.lower()
    if name in _GENERATED or name.endswith((".lock", ".lock.json", ".min.json")):
        return False
    if name.startswith((".env", "dockerfile", "docker-compose", "compose.")) or name == "env":
        return True
    return path.suffix.lower() in _TEXT_SUFFIXES or name.endswith(".env")


def is_test(path: str) -> bool:
    """Tell whether a file belongs to a test suite."""
    parts = PurePosixPath(path).parts
    name = parts[-1] if parts else ""
    return (
        any(part in {"test", "tests", "testing", "fixtures", "__tests__"} for part in parts[:-1])
        or name.startswith(("test_", "conftest"))
        or name.endswith(("_test.py", "_tests.py"))
    )


_TEXT_SUFFIXES = frozenset(
    {".env", ".ini", ".cfg", ".conf", ".toml", ".yaml", ".yml", ".json", ".properties", ".tfvars",
     ".tf", ".hcl"}
)  # fmt: skip
_GENERATED = frozenset(
    {"package-lock.json", "composer.lock", "pnpm-lock.yaml", "poetry.lock", "npm-shrinkwrap.json"}
)


def _is_sample(path: str) -> bool:
    """Tell whether a file shows how a real one is written (`.env.example`)."""
    name = PurePosixPath(path).name.lower()
    return bool(re.search(r"example|sample|template|\bdist\b|\btests?\b", name))


def _merge(
    named: list[Named], formatted: list[Hit], path: str, *, dummy: bool
) -> tuple[Literal, ...]:
    """Make facts; a value found by name and by format is one, and knows both."""
    found: dict[tuple[int, str], Literal] = {}
    for item in named:
        verdict = judge(item.name, item.value, item.kind)
        if verdict is Verdict.NOTHING:
            continue
        fact = Literal(
            Place(path, item.line, item.column),
            item.kind,
            item.name,
            mask(item.value, item.kind),
            detector=item.how,
            dummy=dummy or verdict is Verdict.DUMMY,
            entropy=entropy(item.value),
        )
        found.setdefault((item.line, item.value), fact)
    for hit in formatted:
        known = next((key for key in found if key[0] == hit.line and hit.value in key[1]), None)
        if known is not None:
            found[known] = replace(found[known], kind=hit.kind, detector=hit.detector)
            continue
        told = _formatted(hit, path, dummy=dummy)
        if told is not None:
            found[hit.line, hit.value] = told
    return tuple(sorted(found.values(), key=lambda fact: fact.place))


def _formatted(hit: Hit, path: str, *, dummy: bool) -> Literal | None:
    kind = "password" if hit.kind == "basic-auth" else hit.kind
    verdict = Verdict.SECRET
    if hit.kind == "basic-auth":
        verdict = judge("password", hit.value, "password")
        if verdict is Verdict.SECRET and _LOCAL.match(hit.host):
            verdict = Verdict.DUMMY
    elif published(hit.value):
        verdict = Verdict.DUMMY
    if verdict is Verdict.NOTHING:
        return None
    return Literal(
        Place(path, hit.line, hit.column),
        hit.kind,
        "",
        mask(hit.value, kind),
        detector=hit.detector,
        dummy=dummy or verdict is Verdict.DUMMY,
        entropy=entropy(hit.value),
    )


_LOCAL = re.compile(
    r"(?:localhost|127\.|0\.0\.0\.0|host\b|hostname|db|database|postgres|mysql|mariadb|mongo|redis"
    r"|rabbitmq|(?:[\w-]+\.)*example\.)",
    re.IGNORECASE,
)


def _docstring_lines(tree: ast.Module) -> set[int]:
    """Give the lines of strings that stand alone: prose for readers, not values."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str()) as text):
                lines.update(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return lines


def _candidate_lines(source: str) -> list[int]:
    """Give the lines where a word of credentials stands beside a quote: only these are visited."""
    return [number for number, line in telling_lines(source) if '"' in line or "'" in line]


class _Walk:
    """A walk over the parts of a tree that hold candidate lines."""

    def __init__(self, lines: list[int]) -> None:
        self.lines = lines

    def walk(self, tree: ast.Module) -> Iterator[Named]:
        """Give every named literal on a candidate line, from the top."""
        stack: list[ast.AST] = list(reversed(tree.body))
        while stack:
            node = stack.pop()
            if not self.holds_one(node):
                continue
            yield from _at(node)
            stack.extend(reversed(list(_children(node))))

    def holds_one(self, node: ast.AST) -> bool:
        """Tell whether a candidate line lies within the node."""
        start = getattr(node, "lineno", None)
        if start is None:
            return True
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            start = min([start, *(part.lineno for part in node.decorator_list)])
        at = bisect_left(self.lines, start)
        return at < len(self.lines) and self.lines[at] <= (getattr(node, "end_lineno", 0) or 0)


def _at(node: ast.AST) -> Iterator[Named]:
    """Give the named literals of one node, without those of its parts."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _named(_target_name(target), value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _named(_target_name(target), value)
        case ast.keyword(arg=str() as name, value=value):
            yield from _named(name, value)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield from _named(key.value, value)
        case ast.arguments() | ast.Call():
            yield from _defaults(node) if isinstance(node, ast.arguments) else _call(node)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            yield from _named(_target_name(left), right)
            yield from _named(_target_name(right), left)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Give the parts of a node, without examples for documentation and without labels."""
    match node:
        case ast.keyword(arg=str() as name) if _is_example(name):
            return
        case ast.Assign(targets=[ast.Name(id=name)]) if _is_example(name):
            return
        case ast.ClassDef(bases=bases) if any(_target_name(base) in _LABELS for base in bases):
            return
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if not (isinstance(key, ast.Constant) and _is_example(str(key.value))):
                    yield value
            return
    yield from ast.iter_child_nodes(node)


def _is_example(name: str) -> bool:
    """Tell whether a name holds text for readers of documentation."""
    return name in _EXAMPLES or not {"example", "examples"}.isdisjoint(split_words(name))


def _target_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as name), *_]):
            return name
    return ""


def _unencoded(node: ast.expr) -> ast.expr:
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr="encode")):
            return inner
    return node


def _named(name: str, value: ast.expr, how: str = "name") -> Iterator[Named]:
    """Give the literals a name stands for: the value itself, or one that a wrapper hands on."""
    if isinstance(value, ast.BoolOp):
        how = "default"
    kind = credential_kind(name) if name else ""
    if not kind:
        return
    for constant in _constants(value):
        text = _text(constant)
        if text:
            yield Named(name, text, constant.lineno, constant.col_offset, kind, how)


def _constants(value: ast.expr) -> Iterator[ast.Constant]:
    match value:
        case ast.Constant(value=str() | bytes()):
            yield value
        case ast.BoolOp(op=ast.Or(), values=[*_, last]):
            yield from _constants(last)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _constants(body)
            yield from _constants(orelse)
        case ast.Call(func=func, args=args, keywords=keywords) if _target_name(func) in _WRAPS:
            for argument in args[:1]:
                yield from _constants(argument)
            for word in keywords:
                if word.arg == "default":
                    yield from _constants(word.value)
        case ast.Call(func=ast.Attribute(value=inner, attr="encode" | "strip")):
            yield from _constants(inner)


def _text(constant: ast.Constant) -> str:
    match constant.value:
        case str() as text:
            return text
        case bytes() as raw:
            return raw.decode("ascii", "ignore")
    return ""


def _defaults(arguments: ast.arguments) -> Iterator[Named]:
    positional = [*arguments.posonlyargs, *arguments.args]
    given = arguments.defaults
    pairs = [*zip(positional[len(positional) - len(given) :], given, strict=True)]
    pairs += [
        (argument, default)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    ]
    for argument, default in pairs:
        yield from _named(argument.arg, default)


def _call(call: ast.Call) -> Iterator[Named]:
    """Find `getenv("SECRET_KEY", "default")`, `hash_password("literal")` and a comparison."""
    name = _target_name(call.func)
    match call.args:
        case [left, right] if name == "compare_digest":
            yield from _named(_target_name(_unencoded(left)), right)
            yield from _named(_target_name(_unencoded(right)), left)
        case [ast.Constant(value=str() as setting), default, *_] if name in _READS_A_SETTING:
            yield from _named(setting, default, "default")
        case [ast.Constant(value=str() as setting)] if name in _READS_A_SETTING:
            for word in call.keywords:
                if word.arg == "default":
                    yield from _named(setting, word.value, "default")
        case [ast.Constant() as given, *_] if _HASHES.search(name):
            yield from _named("password", given)
