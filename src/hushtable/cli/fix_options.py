"""The options of `hushtable fix`, with their help."""

from __future__ import annotations

from typing import Annotated

import typer

Unsafe = Annotated[bool, typer.Option("--unsafe", help="Fixes that clients may notice, too.")]
Diff = Annotated[bool, typer.Option("--diff", help="The difference alone.")]
Write = Annotated[bool, typer.Option("--write", help="Write the files, all or none.")]
Prove = Annotated[
    str,
    typer.Option(
        metavar="APP",
        help="Run this app before and after, and keep the fixes after which nothing comes out.",
        show_default=False,
    ),
]
Ask = Annotated[bool, typer.Option("--interactive", help="Ask for each finding, then write.")]
