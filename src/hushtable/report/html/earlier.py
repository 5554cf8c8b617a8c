"""Results read back from files: JSON that anyone may have written, so it is checked first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from jsonschema_rs import Draft202012Validator

from hushtable.model.errors import UsageError
from hushtable.report.contract_lines import plain
from hushtable.report.html.plain import Json
from hushtable.report.lockfile import read

_WANTED = "give what `hushtable scan -o result.json` writes"


def result(path: Path) -> Mapping[str, Json]:
    """Read a result that `--format json` wrote.

    Raises UsageError for a file that cannot be read or is none; it names the place, not the value.
    """
    try:
        told: Json = json.loads(path.read_bytes())
    except OSError as error:
        raise _wrong(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _wrong(path, f"is not JSON; {_WANTED}") from error
    for unfit in _schema().iter_errors(told):
        where = "/".join(map(str, unfit.instance_path)) or "its top"
        raise _wrong(path, f"is no result of hushtable: {where} does not fit the schema; {_WANTED}")
    if not isinstance(told, dict):
        raise _wrong(path, f"is no result of hushtable; {_WANTED}")
    return told


def with_lock(told: Mapping[str, Json], path: Path) -> Mapping[str, Json]:
    """Give a result beside what a lock says, in place of what it was made beside.

    Raises ConfigError for a file that is no lock, UsageError for a result of old that does not
    tell what leaves in the words of one.
    """
    agreed = read(path)
    contract = told.get("contract")
    if contract is None:
        text = "the last result does not tell what leaves as a lock does; scan or prove it again"
        raise UsageError(text)
    lines = list(map(plain, agreed.lines))
    beside = {"lock": path.name, "made_from": str(agreed.basis), "lines": lines}
    return {**told, "contract": {**contract, "agreed": beside}}


@cache
def _schema() -> Draft202012Validator:
    text = (resources.files("hushtable.report") / "result.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def _wrong(path: Path, why: str) -> UsageError:
    text = f"{path} {why}"
    return UsageError(text)
