"""What every page is written with: templates that escape, our own assets, and a policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def templates() -> Environment:
    """Give the templates; each text that is put into one is escaped."""
    return Environment(
        loader=PackageLoader("hushtable.report.html", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def asset(name: str) -> str:
    """Give the text of a script or a style of ours."""
    return (resources.files("hushtable.report.html") / "assets" / name).read_text("utf-8")


def policy(style: str, script: str) -> str:
    """Give the policy that allows this style and this script, and nothing else."""

    def hashed(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    return (
        f"default-src 'none'; script-src 'sha256-{hashed(script)}'; "
        f"style-src 'sha256-{hashed(style)}'; base-uri 'none'; form-action 'none'"
    )
