"""The command `hushtable`. It knows its commands by name and loads the one that is called."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any, Protocol

import typer
from typer.core import TyperGroup
from typer.main import get_command

from hushtable import __version__

COMMANDS = {
    "demo": "Find, prove and fix the leaks of an example, in a copy.",
    "scan": "Find what leaves a service, through which route, to whom.",
    "probe": "Ask a live service what it shows, and to whom.",
    "prove": "Run a service on made-up data and prove what leaves it.",
    "fix": "Fix what is found: show the difference, or write it.",
    "lock": "Agree to what leaves a service: write it to hushtable.lock.",
    "check": "Compare what leaves a service with what was agreed.",
    "report": "Tell results to people: a page for a browser, controls as CSV.",
    "explain": "Explain a rule, the score, or what an attribute counts as.",
    "rules": "List the rules.",
    "policy": "Write the IAM policy and tables of a service on the guard.",
    "reencrypt": "Renew encrypted attributes under the active key.",
    "mcp": "Serve scan, explain, fix and rules to a coding assistant.",
}
"""Each command with its line in the help; `scan` lives in `hushtable.cli.scan`."""


class _HelpText(Protocol):
    """What of the help's formatter is used here."""

    def section(self, name: str) -> AbstractContextManager[None]: ...

    def write_dl(self, rows: Sequence[tuple[str, str]]) -> None: ...


class LazyGroup(TyperGroup):
    """Commands that are imported when they are called, never to list them."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - the library's signature
        """Name the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - typer's own
        """Load a command; None when there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        try:
            module = importlib.import_module(f"hushtable.cli.{cmd_name}")
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] == "hushtable":
                raise
            # The libraries of an engine come with the extra of its name.
            outcome = importlib.import_module("hushtable.cli.outcome")
            outcome.complain(f"this needs {error.name}: pip install 'hushtable[{cmd_name}]'")
            raise typer.Exit(outcome.USAGE) from error
        made = get_command(module.app)
        made.name = cmd_name
        return made

    def format_commands(self, ctx: object, formatter: _HelpText) -> None:  # noqa: ARG002 - as above
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(
    name="hushtable",
    cls=LazyGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 quiet, 1 findings, 2 usage error, 3 something was not examined.",
)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - the library's signature
    if asked:
        typer.echo(f"hushtable {__version__}")
        raise typer.Exit


@app.callback()
def hushtable(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Find data exposure in FastAPI services on Amazon DynamoDB."""


if __name__ == "__main__":
    app()
