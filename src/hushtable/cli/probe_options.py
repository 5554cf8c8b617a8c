"""The options of `hushtable probe` that `scan` does not have, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hushtable.model.context import Context
from hushtable.report.lockfile import NAME

Url = Annotated[str, typer.Argument(metavar="URL", help="The service, as it is asked.")]
OpenApi = Annotated[
    str, typer.Option(metavar="URL|FILE", help="Its OpenAPI document, where not found.")
]
As = Annotated[
    list[str] | None,
    typer.Option(
        "--as",
        metavar="NAME=HEADER",
        help="An identity; ${VARIABLE} is filled in. Repeatable; the first two are compared.",
    ),
]
Login = Annotated[
    str,
    typer.Option(
        metavar="FILE:FUNCTION",
        help="Your async function (name, client) -> headers, for every --as NAME alone.",
    ),
]
Know = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="A value for a parameter. Repeatable."),
]
Writes = Annotated[
    bool,
    typer.Option(
        "--writes",
        help="Send POST, PUT and PATCH too, with made-up bodies, and register accounts, which "
        "stay, where anybody can. DELETE is never sent. See --plan first.",
    ),
]
Rate = Annotated[float, typer.Option(min=0.1, metavar="N", help="Requests a second, at most.")]
Timeout = Annotated[
    float, typer.Option(min=0.1, metavar="S", help="Seconds of one request, at most.")
]
Within = Annotated[
    float, typer.Option(min=1, metavar="S", help="Seconds of the whole run, at most.")
]
IOwn = Annotated[
    list[str] | None,
    typer.Option(metavar="HOST", help="A host that is yours to test, though it is public."),
]
PlanOnly = Annotated[
    bool, typer.Option("--plan", help="Read the document alone, say what would be sent, and end.")
]
Weigh = Annotated[
    Context | None, typer.Option(help="Weigh as financial, medical, public or internal.")
]
Source = Annotated[
    Path | None,
    typer.Option(metavar="PATH", help="Its source, which is scanned: ties findings to lines."),
]
Lock = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help=f"What was agreed. Default: {NAME} in --source, if any."),
]
Against = Annotated[
    Path | None, typer.Option(metavar="FILE", help="An earlier JSON report to compare with.")
]
Proxy = Annotated[str, typer.Option(metavar="URL", help="Ask through a proxy.")]
Certificate = Annotated[str, typer.Option(metavar="FILE", help="A client certificate, PEM.")]
Trust = Annotated[str, typer.Option(metavar="FILE", help="Authorities to trust, PEM.")]
