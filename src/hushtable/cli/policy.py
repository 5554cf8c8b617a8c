"""`hushtable policy`: the IAM policy and the tables of a service built on the guard."""

from __future__ import annotations

import importlib
import json
import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hushtable.cli.named_tables import needed, tables_at
from hushtable.cli.outcome import QUIET, UNEXAMINED, command, complain, emit
from hushtable.model.errors import UsageError

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Format(StrEnum):
    """What is written."""

    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


EXAMPLES = """\b
Examples:
  hushtable policy app.main:app --account 123456789012 --region eu-central-1
  hushtable policy app.main:app --owner-variable '${aws:PrincipalTag/user_id}' ...
  hushtable policy app.tables:users --format terraform -o tables.tf
The program is imported to find its tables; nothing of it is called. A table that
a route uses and that protect(app, ...) was not given is named, and the exit code is 3."""


@app.command(epilog=EXAMPLES)
@command
def policy(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: Annotated[str, typer.Argument(help="An app, a Table, a list of them or a Store.")],
    form: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.JSON,
    account: Annotated[str, typer.Option(help="The AWS account, for json.")] = "",
    region: Annotated[str, typer.Option(help="The region, for json; else AWS_REGION.")] = "",
    owner_variable: Annotated[
        str, typer.Option(help="What IAM knows a caller's id by; binds rows to their owners.")
    ] = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file.")] = None,
) -> int:
    """Write a policy that allows what the tables' Views and operations need, and no more."""
    named = tables_at(name)
    tables, notes = named.tables, named.notes
    if form is Format.JSON:
        iam = needed("hushtable.guard.iam")
        made = iam.policy(tables, iam.Account(*_place(account, region, os.environ)),
                          owner_variable=owner_variable)  # fmt: skip
        text = json.dumps(made.document, indent=2, ensure_ascii=False) + "\n"
        notes = (*notes, *made.notes)
        if made.characters > iam.MOST_CHARACTERS:
            told = f"{made.characters} characters, and a managed policy has {iam.MOST_CHARACTERS}"
            notes = (*notes, f"it has {told} at most: split it by table, or declare operations")
    else:
        write: Any = getattr(importlib.import_module("hushtable.guard.templates"), form)
        text = write(tables, owner_variable=owner_variable)
    for note in notes:
        complain(f"note: {note}")
    for one in named.left_out:
        complain(f"{one}: the policy lacks it")
    if output is None:
        emit(text)
    else:
        output.write_text(text, encoding="utf-8")
    return UNEXAMINED if named.left_out else QUIET


def _place(account: str, region: str, environment: Mapping[str, str]) -> tuple[str, str]:
    known = region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION", "")
    if not re.fullmatch(r"\d{12}", account) or not re.fullmatch(r"[a-z0-9-]{5,32}", known):
        text = "a policy names tables by ARN: give --account (12 digits) and --region"
        raise UsageError(text)
    return account, known
