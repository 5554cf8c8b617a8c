"""Build files that a scanner must survive. Each builder writes into a folder and says what is due.

A file counts as broken when no Python can parse it here: its builder promises an `unknown` for
it. Files that are merely strange (`odd`) may be understood or be told as unknown, but never hurt
their neighbours. Every file speaks of FastAPI and DynamoDB, so that none is left unread as one
that cannot matter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HEALTHY: Final = "healthy.py"
HEALTHY_LINE: Final = 9
SERVICE: Final = """\
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")

@app.get("/users/{user_id}")
def read_user(user_id: str):
    return table.get_item(Key={"id": user_id})["Item"]
"""
DEPTH: Final = 1000
LONG_LINE: Final = 10 * 1024 * 1024
ENTRIES: Final = 100_000
FUNCTIONS: Final = 5_000
ESCAPE: Final = "\x1b"


@dataclass(frozen=True, slots=True)
class Due:
    """What a scan owes for what was built, as paths relative to the folder.

    `broken` files must each have an `unknown`; `leaking` files must each have a finding.
    """

    broken: tuple[str, ...] = ()
    leaking: tuple[str, ...] = ()


Builder = Callable[[Path], Due]


def healthy(folder: Path) -> str:
    """Write an ordinary leaky service, and give its name."""
    (folder / HEALTHY).write_text(SERVICE)
    return HEALTHY


def _broken(folder: Path, name: str, content: bytes | str) -> Due:
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return Due(broken=(name,))


def _odd(folder: Path, name: str, content: str) -> Due:
    (folder / name).write_bytes(content.encode())
    return Due()


def _guarded(folder: Path, name: str, lines: str, before: str = "") -> Due:
    """Write a service whose handler runs `lines` on a path that need not be taken."""
    text = SERVICE.replace("    return", f"    if user_id == 'seldom':\n{lines}    return")
    (folder / name).write_text(text.replace("app =", f"{before}app ="))
    return Due(leaking=(name,))


def undecodable_bytes(folder: Path) -> Due:
    """Write bytes that are no UTF-8, and no declared encoding."""
    return _broken(
        folder, "bytes.py", SERVICE.encode() + b"# \xff\xfe\x80\xe9\nname = '\xc3\x28'\n"
    )


def utf_16(folder: Path) -> Due:
    """Write UTF-16 with its byte order mark, which Python does not read."""
    return _broken(folder, "wide.py", SERVICE.encode("utf-16"))


def unknown_encoding(folder: Path) -> Due:
    """Write a declared encoding that does not exist."""
    return _broken(folder, "coding.py", "# -*- coding: klingon -*-\n" + SERVICE)


def null_bytes(folder: Path) -> Due:
    """Write null bytes in the middle."""
    return _broken(folder, "null.py", SERVICE.encode() + b"x = 1\x00\x00\n")


def byte_order_mark(folder: Path) -> Due:
    """Write a UTF-8 byte order mark, which Python skips."""
    (folder / "marked.py").write_bytes(b"\xef\xbb\xbf" + SERVICE.encode())
    return Due(leaking=("marked.py",))


def latin_1(folder: Path) -> Due:
    """Write a declared encoding other than UTF-8, which Python honours."""
    text = "# -*- coding: latin-1 -*-\n# caf\xe9\n" + SERVICE
    (folder / "latin.py").write_bytes(text.encode("latin-1"))
    return Due(leaking=("latin.py",))


def carriage_returns(folder: Path) -> Due:
    """Write lines that end in a lone carriage return, and in both."""
    (folder / "mac.py").write_bytes(SERVICE.replace("\n", "\r").encode())
    (folder / "dos.py").write_bytes(SERVICE.replace("\n", "\r\n").encode())
    return Due(leaking=("mac.py", "dos.py"))


def long_line(folder: Path) -> Due:
    """Write one string of 10 MB on one line."""
    return _odd(folder, "line.py", SERVICE + f"blob = '{'x' * LONG_LINE}'\n")


def long_line_of_tokens(folder: Path) -> Due:
    """Write one list of a million numbers on one line."""
    return _odd(folder, "tokens.py", SERVICE + f"numbers = [{'7, ' * 1_000_000}]\n")


def deep_parentheses(folder: Path) -> Due:
    """Write parentheses 1,000 deep: beyond what CPython's parser accepts."""
    return _broken(folder, "parens.py", SERVICE + f"x = {'(' * DEPTH}1{')' * DEPTH}\n")


def deep_calls(folder: Path) -> Due:
    """Write calls 1,000 deep."""
    return _broken(folder, "calls.py", SERVICE + f"x = {'str(' * DEPTH}1{')' * DEPTH}\n")


def deep_ifs(folder: Path) -> Due:
    """Write blocks 1,000 deep: beyond what CPython's tokenizer accepts."""
    blocks = "".join(f"{' ' * level}if x:\n" for level in range(DEPTH))
    return _broken(folder, "ifs.py", f"{SERVICE}x = 1\n{blocks}{' ' * DEPTH}pass\n")


def deep_attributes(folder: Path) -> Due:
    """Write an attribute chain and a subscript chain 1,000 long, in a handler."""
    chains = f"    a = table{'.next' * DEPTH}\n    b = table{'[0]' * DEPTH}\n"
    return _odd(folder, "chains.py", SERVICE.replace("    return", f"{chains}    return"))


def deep_operators(folder: Path) -> Due:
    """Write a sum of 5,000 terms, 1,000 negations and as many chained calls, in a handler."""
    lines = (
        f"    a = {' + '.join(['user_id'] * 5 * DEPTH)}\n"
        f"    b = {'not ' * DEPTH}a\n"
        f"    c = a{'.strip()' * DEPTH}\n"
    )
    return _odd(folder, "operators.py", SERVICE.replace("    return", f"{lines}    return"))


def deep_elifs(folder: Path) -> Due:
    """Write a chain of 3,000 elifs, which is a tree as deep."""
    arms = "".join(f"    elif user_id == '{n}':\n        x = {n}\n" for n in range(3 * DEPTH))
    chain = f"    if not user_id:\n        x = 0\n{arms}"
    return _odd(folder, "elifs.py", SERVICE.replace("    return", f"{chain}    return"))


def symlink_loops(folder: Path) -> Due:
    """Write a folder that contains itself, a link to itself, and a link to nothing."""
    inner = folder / "inner"
    inner.mkdir()
    (inner / "again").symlink_to(folder, target_is_directory=True)
    (folder / "self.py").symlink_to(folder / "self.py")
    (folder / "gone.py").symlink_to(folder / "nowhere.py")
    return Due()


def special_files(folder: Path) -> Due:
    """Write a pipe nobody writes to and a folder, both named like Python files."""
    os.mkfifo(folder / "pipe.py")
    (folder / "folder.py").mkdir()
    return Due()


def unreadable(folder: Path) -> Due:
    """Write a file that may not be read. As root every file may be."""
    due = _broken(folder, "secret.py", SERVICE)
    (folder / "secret.py").chmod(0)
    return due


def python_2(folder: Path) -> Due:
    """Write Python 2."""
    text = 'import boto3  # dynamodb fastapi\nprint "hello"\nexec "x"\nraise ValueError, "no"\n'
    return _broken(folder, "old.py", text)


def newer_syntax(folder: Path) -> Due:
    """Write syntax that neither the running Python nor the scanner knows yet."""
    text = "lazy import json\n" if sys.version_info < (3, 15) else "let x be 1\n"
    return _broken(folder, "newer.py", SERVICE + text)


def huge_number(folder: Path) -> Due:
    """Write a decimal literal with more digits than Python converts."""
    return _broken(folder, "number.py", f"{SERVICE}x = {'9' * 5000}\n")


def huge_dict(folder: Path) -> Due:
    """Write a dict literal with 100,000 entries that a handler returns a part of."""
    entries = "".join(f"    'key_{n}': 'value {n}',\n" for n in range(ENTRIES))
    text = f"{SERVICE}DATA = {{\n{entries}}}\n"
    text += "@app.get('/data/{name}')\ndef data(name: str):\n    return DATA[name]\n"
    return _odd(folder, "dict.py", text)


def many_functions(folder: Path) -> Due:
    """Write 5,000 functions, each calling the one before, with a route on top."""
    calls = "".join(f"def f{n}(x):\n    return f{n - 1}(x)\n" for n in range(1, FUNCTIONS))
    text = f"{SERVICE}def f0(x):\n    return x\n{calls}"
    text += "@app.get('/many/{name}')\n"
    text += (
        f"def many(name: str):\n    return f{FUNCTIONS - 1}(table.get_item(Key={{'id': name}}))\n"
    )
    return _odd(folder, "functions.py", text)


def many_routes(folder: Path) -> Due:
    """Write 1,000 routes that share one helper."""
    routes = "".join(
        f"@app.get('/r{n}/{{name}}')\ndef r{n}(name: str):\n    return read_user(name)\n"
        for n in range(1000)
    )
    return _odd(folder, "routes.py", SERVICE + routes)


def terminal_escapes(folder: Path) -> Due:
    """Write ANSI escapes, rich markup and direction marks into every text that is shown."""
    text = SERVICE.replace("/users/{user_id}", "/\\x1b[31m[bold]x[/bold][/]/{user_id}").replace(
        'Table("users")', 'Table("[red]\\x1b]0;owned\\x07users\\u202e[/]")'
    )
    name = f"[red]{ESCAPE}[31mname[@click=x].py"
    (folder / name).write_text(text)
    return Due(leaking=(name,))


def strange_names(folder: Path) -> Due:
    """Write file names with line breaks, quotes, spaces and a name that is no UTF-8."""
    names = ("line\nbreak.py", "tab\t'quote\".py", "-option.py", "dots...py", "\uff57ide.py")
    for name in names:
        (folder / name).write_text(SERVICE)
    (folder / os.fsdecode(b"n\xffame.py")).write_text(SERVICE)
    return Due(leaking=names)


def constant_bombs(folder: Path) -> Due:
    """Write expressions whose value would not fit into any machine, in a handler."""
    lines = (
        "        a = 10 ** 10 ** 10\n"
        "        b = 'x' * 10 ** 12\n"
        "        c = [0] * 10 ** 12\n"
        "        d = '%1000000000000d' % 1\n"
        "        e = f'{1:>1000000000000}'\n"
        "        f = 1 << 10 ** 12\n"
        "        g = list(range(10 ** 12))\n"
        "        h = 'x'.ljust(10 ** 12)\n"
        "        i = bytes(10 ** 12)\n"
        "        j = '{:>1000000000000}'.format(1)\n"
        "        k = int('9' * 4000) ** 4000\n"
        "        l = {n: n for n in range(10 ** 12)}\n"
        "        m = ['x'] * 10 ** 6 * 10 ** 6\n"
        "        n = 'xy'.replace('x', 'x' * 10 ** 9)\n"
    )
    return _guarded(folder, "bombs.py", lines)


def doubling(folder: Path) -> Due:
    """Write values that double 200 times when they are written out."""
    lines = (
        "        text = 'x'\n        pair = {'v': user_id}\n        row = [user_id]\n"
        + "        text = text + text\n        pair = {'l': pair, 'r': pair}\n"
        "        row = row + row\n"
        * 200
        + "        for _ in range(10 ** 9):\n            pair = {'l': pair, 'r': pair}\n"
        + "            text += text\n            row.append(row)\n"
    )
    return _guarded(folder, "doubling.py", lines)


def loops_and_cycles(folder: Path) -> Due:
    """Write recursion, inheritance and imports in circles, and containers that hold themselves."""
    (folder / "ring_a.py").write_text(
        "from ring_b import *\nfrom ring_b import thing\nimport boto3\n"
    )
    (folder / "ring_b.py").write_text(
        "from ring_a import *\nfrom ring_a import thing\nimport boto3\n"
    )
    cycles = (
        "from ring_a import thing\n"
        "class A(B): ...\nclass B(A): ...\nclass C(C): ...\n"
        "def even(n):\n    return odd({'in': n})\n"
        "def odd(n):\n    return even([n])\n"
        "def forever(x):\n    while True:\n        x = {'x': x}\n"
        "def wrap(f):\n    return wrap(wrap)(f)\n"
        "alias = other\nother = alias\n"
    )
    lines = (
        "        me = []\n        me.append(me)\n        you = {}\n        you['you'] = you\n"
        "        thing(A().x, C().y, wrap(even), alias)\n        even(me)\n        str(you)\n"
        "        forever(you)\n        (lambda f: f(f))(lambda f: f(f))\n"
    )
    return _guarded(folder, "cycles.py", lines, before=cycles)


def branches(folder: Path) -> Due:
    """Write 200 independent branches after one another: 2 ** 200 paths."""
    lines = "    row = {}\n" + "".join(
        f"    if user_id == '{n}':\n        row['{n}'] = user_id\n" for n in range(200)
    )
    (folder / "branches.py").write_text(SERVICE.replace("    return", f"{lines}    return"))
    return Due(leaking=("branches.py",))


def nested_loops(folder: Path) -> Due:
    """Write eighteen loops in one another, each copying what the others built."""
    lines = "    data = {}\n"
    for level in range(18):
        indent = "    " * (level + 1)
        lines += f"{indent}for k{level}, v{level} in data.items():\n"
        lines += f"{indent}    data[k{level}] = {{**data, 'v': v{level}}}\n"
    (folder / "loops.py").write_text(SERVICE.replace("    return", f"{lines}    return"))
    return Due(leaking=("loops.py",))


def infrastructure(folder: Path) -> Due:
    """Write broken and hostile files of the other languages that are read."""
    kind = "AWS::DynamoDB::Table"
    bomb = f"Resources: {{T: {{Type: '{kind}'}}}}\na0: &a0 [x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    (folder / "bomb.yaml").write_text(bomb)
    (folder / "self.yaml").write_text(f"Resources: &r {{T: {{Type: '{kind}'}}, again: *r}}\n")
    (folder / "template.yaml").write_text(f"Resources:\n  T: {{Type: {kind}\n x: [\n")
    (folder / "danger.yml").write_text(
        f"# {kind}\nResources: !!python/object/apply:os.system ['touch owned']\n"
    )
    (folder / "deep.json").write_text(f'{{"Resources": "{kind}", "x": {"[" * 100_000}')
    (folder / "main.tf").write_text('resource "aws_dynamodb_table" "t" {\n  name = \n')
    (folder / "bytes.tf").write_bytes(b'resource "aws_dynamodb_table" "\xff" {\x00}\n')
    (folder / ".env").write_bytes(b"AWS_SECRET_ACCESS_KEY=\xff\xfe\x00\n")
    inner = folder / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[tool.hushtable\n")
    (inner / ".gitignore").write_bytes(b"\xff\xfe[\n!(\n")
    return Due()


def nothing_much(folder: Path) -> Due:
    """Write empty files, only comments, only a line break, no line break at the end, form feeds."""
    (folder / "empty.py").touch()
    (folder / "comment.py").write_text("# boto3 fastapi dynamodb")
    (folder / "breaks.py").write_text("\n\f\n\x0c\n")
    (folder / "surrogate.py").write_text(SERVICE + "lone = '\\ud800'\nchar = '\\N{BULLET}'\n")
    return Due(leaking=("surrogate.py",))


BUILDERS: Final[tuple[Builder, ...]] = (
    undecodable_bytes,
    utf_16,
    unknown_encoding,
    null_bytes,
    byte_order_mark,
    latin_1,
    carriage_returns,
    long_line,
    long_line_of_tokens,
    deep_parentheses,
    deep_calls,
    deep_ifs,
    deep_attributes,
    deep_operators,
    deep_elifs,
    symlink_loops,
    special_files,
    unreadable,
    python_2,
    newer_syntax,
    huge_number,
    huge_dict,
    many_functions,
    many_routes,
    terminal_escapes,
    strange_names,
    constant_bombs,
    doubling,
    loops_and_cycles,
    branches,
    nested_loops,
    infrastructure,
    nothing_much,
)
