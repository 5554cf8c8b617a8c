"""`hushtable` as a script on PATH, for what calls it by its name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_SCRIPT = """#!/bin/sh
printf '%s\\n' "$*" >> "$ASKED"
case "$1" in
  check)
    printf 'GET /notes: more\\n'
    case "$*" in *" -o "*) echo '| route | more |' > hushtable-changes.md ;; esac
    exit "${CHECK_GIVES:-0}" ;;
esac
exec "$REAL_PYTHON" -m hushtable.cli.main "$@"
"""


def on_path(folder: Path, **more: str) -> dict[str, str]:
    """Write the script, which knows `check` already, and give an environment that finds it."""
    folder.mkdir()
    for name, text in {"hushtable": _SCRIPT, "pip": "#!/bin/sh\n"}.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    return {
        **{name: text for name, text in os.environ.items() if not name.startswith("GIT_")},
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "REAL_PYTHON": sys.executable,
        "ASKED": str(folder / "asked"),
        "HUSHTABLE_CACHE_DIR": str(folder / "cache"),
        **more,
    }
