"""`python -m hushtable.cli.apart MEGABYTES scan ...`: a command in bounds, as a fleet runs it."""

from __future__ import annotations

import sys

from hushtable.cli.main import app
from hushtable.fleet.confined import confine

if __name__ == "__main__":
    confine(int(sys.argv.pop(1)))
    app()
