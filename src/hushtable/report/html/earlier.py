"""Results read back from files: JSON that anyone may have written, so it is checked first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from jsonschema_rs import Draft202012Validator

from hushtable.model.errors import UsageError
from hushtable.report.html.plain import Json


def result(path: Path) -> Mapping[str, Json]:
    """Read a result that `--format json` wrote.

    Raises UsageError for a file that cannot be read or is none; it names the place, not the value.
    """
    try:
        told: Json = json.loads(path.read_bytes())
    except OSError as error:
        raise _wrong(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _wrong(path, "is not JSON") from error
    for unfit in _schema().iter_errors(told):
        where = "/".join(map(str, unfit.instance_path)) or "its top"
        raise _wrong(path, f"is no result of hushtable: {where} does not fit the schema")
    if not isinstance(told, dict):
        raise _wrong(path, "is no result of hushtable")
    return told


@cache
def _schema() -> Draft202012Validator:
    text = (resources.files("hushtable.report") / "result.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def _wrong(path: Path, why: str) -> UsageError:
    text = f"{path} {why}"
    return UsageError(text)
