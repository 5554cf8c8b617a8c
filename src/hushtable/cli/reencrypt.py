"""`hushtable reencrypt`: writes encrypted attributes again under the active key."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hushtable.cli.named_tables import needed, tables_at
from hushtable.cli.outcome import QUIET, UNEXAMINED, command, complain, emit
from hushtable.model.errors import HushtableError, UsageError

app = typer.Typer(rich_markup_mode=None, add_completion=False)

EXAMPLES = """\b
Examples:
  hushtable reencrypt app.main:app --dry-run
  hushtable reencrypt app.main:app                  after a rotation of keys
  hushtable reencrypt app.tables:users --encrypt-plain
                                                    a table that was not encrypted before
Exit codes: 0 everything is under the active key, 2 usage error, 3 something is not.
The program is imported to find its tables and keys; nothing of it is called."""


@app.command(epilog=EXAMPLES)
@command
def reencrypt(
    name: Annotated[str, typer.Argument(help="An app, a Table, a list of them or a Store.")],
    *,
    dry: Annotated[bool, typer.Option("--dry-run", help="Write nothing, only count.")] = False,
    encrypt_plain: Annotated[
        bool, typer.Option("--encrypt-plain", help="Encrypt plain values too.")
    ] = False,
) -> int:
    """Go through each table that encrypts attributes, and renew what is under an older key."""
    named = tables_at(name)
    rotation, marks = needed("hushtable.guard.rotation"), needed("hushtable.guard.marks")
    for note in (*named.notes, *named.left_out):
        complain(f"note: {note}")
    encrypting = [
        table
        for table in named.tables
        if any(one.slot.marks.has(marks.Encrypted) for one in _attributes(table))
    ]
    if not encrypting:
        text = f"no table of {name} encrypts an attribute"
        raise UsageError(text)
    code = QUIET
    for table in encrypting:
        try:
            found = rotation.reencrypt(table, encrypt_plain=encrypt_plain, dry=dry).now()
        except HushtableError as error:
            complain(f"{table.name}: {error}")
            code = UNEXAMINED
            continue
        verb = "to renew" if dry else "renewed"
        emit(
            f"{table.record.__name__} in {table.name}: {found.seen} seen, {found.renewed} {verb}, "
            f"{found.plain} plain, {found.unreadable} unreadable, {found.moved_on} written "
            "by somebody else meanwhile\n"
        )
        if not found.complete:
            code = UNEXAMINED
    return code


def _attributes(table: Any) -> list[Any]:  # noqa: ANN401 - a Table of the user's
    return list(table.record.schema_.attributes.values())
