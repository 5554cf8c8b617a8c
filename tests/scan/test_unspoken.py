"""No constant of a scanned file that may be a secret reaches what a scan gives."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.scan.unspoken import HIDDEN, masked_path, spelled
from tests.commands import command

SECRET = "Zq81Lm" + "P04xTs7vR"
APP = "import boto3\nfrom fastapi import FastAPI, Header, HTTPException\n\napp = FastAPI()\n"
TABLE = "table = boto3.resource('dynamodb').Table('users')\n"
ANSWER = "    return table.get_item(Key={'pk': '1'})['Item']\n"

PROGRAMS = {
    "a hook's path holds its token": (
        f"{APP}HOOK = '{SECRET}'\n@app.post(f'/hook/{{HOOK}}')\ndef read():\n    return {{}}\n"
    ),
    "a header is compared with a key": (
        f"{APP}{TABLE}@app.get('/a')\ndef read(x_role_key: str = Header()):\n"
        f"    if x_role_key != '{SECRET}':\n        raise HTTPException(403)\n{ANSWER}"
    ),
    "a role is compared with a key": (
        f"{APP}{TABLE}@app.get('/a')\ndef read(x_role: str = Header()):\n"
        f"    if x_role != '{SECRET}':\n        raise HTTPException(403)\n{ANSWER}"
    ),
    "a call cannot be resolved": (
        f"{APP}@app.get('/a')\ndef read():\n    return connect('{SECRET}').run(1)\n"
    ),
    "a subscript cannot be resolved": (
        f"{APP}@app.get('/a')\ndef read(a):\n    return open_all()['{SECRET}'](1)\n"
    ),
    "a principal is made with a password": (
        "from aws_cdk import Stack, aws_dynamodb as d, aws_iam as iam\n\n"
        "class S(Stack):\n    def __init__(self):\n        table = d.Table(self, 'T')\n"
        f"        table.grant_full_access(iam.User(self, 'U', password=plain('{SECRET}')))\n"
    ),
    "a table's name has a default": (
        "import os\nfrom aws_cdk import Stack, aws_dynamodb as d\n\n"
        "class S(Stack):\n    def __init__(self):\n"
        f"        d.Table(self, 'T', table_name=os.getenv('T', '{SECRET}'))\n"
    ),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("form", ["terminal", "json", "sarif"])
def test_a_constant_that_may_be_a_secret_is_never_printed(
    program: str, form: str, tmp_path: Path
) -> None:
    """Where a constant is part of what is told, its text is not."""
    (tmp_path / "app.py").write_text(program)
    done = command("scan", tmp_path, "--format", form, folder=tmp_path.parent)
    assert done.returncode in {0, 1}, done.stderr
    assert SECRET not in done.stdout + done.stderr
    if form == "json":
        assert json.loads(done.stdout)["coverage"]["files_seen"] == 1


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/bot/110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", f"/bot/{HIDDEN}"),
        (f"/hooks/{SECRET}/in", f"/hooks/{HIDDEN}/in"),
        ("/api/v2/oauth2-authorization-code", "/api/v2/oauth2-authorization-code"),
        ("/2024-01-01-preview/users/{user_id}", "/2024-01-01-preview/users/{user_id}"),
        ("/.well-known/openid-configuration", "/.well-known/openid-configuration"),
        ("/getUserTwoFactorStatusV2", "/getUserTwoFactorStatusV2"),
        ("/", "/"),
    ],
)
def test_a_path_shows_its_words_and_masks_its_tokens(path: str, shown: str) -> None:
    """Of a route's path only a segment that looks like a token is masked."""
    assert masked_path(path) == shown


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1))
def test_spelling_shows_no_constant(text: str) -> None:
    """Whatever text an expression holds, its spelling is the same."""
    node = ast.parse(f"client({text!r})[{text!r}].get({text!r})", mode="eval").body
    assert spelled(node) == "client(…)[…].get(…)"
    assert spelled(ast.parse(repr(text), mode="eval").body) == "…"


def test_a_chain_of_a_thousand_calls_is_spelled() -> None:
    """Spelling does not recurse, and what it gives stays short."""
    node = ast.parse("a" + ".b()" * 900, mode="eval").body
    assert spelled(node).startswith("a.b(…).b(…)")
