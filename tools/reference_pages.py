"""Write the pages of the documentation that are data: the standards map and the JSON schemas.

    python -m tools.reference_pages docs/generated

The standards come from `hushtable.model.standards` and the rules, the schemas from the files that
reports are checked by.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hushtable.model.page import RulePage
from hushtable.model.standards.controls import CONTROLS, FRAMEWORKS, Control
from hushtable.model.standards.cwe import cwe_title, cwe_url
from hushtable.model.standards.owasp import API_2023, TOP_10_2025, top_10_2025
from hushtable.rules.catalogue import catalogue

SCHEMA = Path(__file__).resolve().parents[1] / "src/hushtable/report/result.schema.json"
FLEET_SCHEMA = SCHEMA.with_name("fleet.schema.json")
NO_RULE = "none: not examined"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="reference_pages", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    pages = [rule.page for rule in catalogue()]
    (folder / "standards.md").write_text(standards(pages), encoding="utf-8")
    for page, title, file in (
        ("schema.md", "The JSON result", SCHEMA),
        ("fleet-schema.md", "The JSON of a fleet", FLEET_SCHEMA),
    ):
        (folder / page).write_text(schema_page(title, file), encoding="utf-8")
        shutil.copyfile(file, folder / file.name)
    print(f"3 pages in {folder}")
    return 0


def standards(pages: list[RulePage]) -> str:
    """Give the page of weaknesses, risks and controls, each with the rules that bear on it."""
    lines = [
        "# Standards",
        "",
        "Which rules bear on which weakness, risk and control. A row says where to look: it never",
        "says that a control is met or broken, and nothing here says that a service complies.",
        "`hushtable report RESULT --html FILE` has the state of each control for a service.",
        "",
        "## OWASP API Security Top 10, 2023",
        "",
        *_table("risk", API_2023, {risk: _with_risk(pages, risk) for risk in API_2023}),
        "",
        "## OWASP Top 10, 2025",
        "",
        *_table("risk", TOP_10_2025, {risk: _with_top(pages, risk) for risk in TOP_10_2025}),
    ]
    for framework in FRAMEWORKS:
        rows = [one for one in CONTROLS if one.framework == framework]
        titles = {one.id: one.title for one in rows}
        rules = {one.id: _with_control(pages, one) for one in rows}
        lines += ["", f"## {framework}", "", *_table("control", titles, rules)]
    numbers = sorted({cwe for page in pages for cwe in page.cwe})
    weak = {f"[CWE-{one}]({cwe_url(one)})": cwe_title(one) for one in numbers}
    used = {
        f"[CWE-{one}]({cwe_url(one)})": _linked(page for page in pages if one in page.cwe)
        for one in numbers
    }
    lines += ["", "## Weaknesses (CWE)", "", *_table("weakness", weak, used)]
    return "\n".join(lines) + "\n"


def _table(what: str, titles: Mapping[str, str], rules: Mapping[str, str]) -> list[str]:
    head = [f"| {what} | title | rules |", "| --- | --- | --- |"]
    return head + [f"| {name} | {title} | {rules[name]} |" for name, title in titles.items()]


def _linked(pages: Iterator[RulePage]) -> str:
    return ", ".join(f"[{page.code}](../rules/{page.code}.md)" for page in pages) or NO_RULE


def _with_risk(pages: list[RulePage], risk: str) -> str:
    return _linked(page for page in pages if risk in page.owasp)


def _with_top(pages: list[RulePage], risk: str) -> str:
    return _linked(page for page in pages if risk in top_10_2025(page.cwe))


def _with_control(pages: list[RulePage], control: Control) -> str:
    if control.evidence:
        return "a run of hushtable is evidence itself"
    return _linked(page for page in pages if control.classes & set(page.classes))


def schema_page(title: str, file: Path) -> str:
    """Give the page of a JSON schema: every member, its type and what it means."""
    schema = json.loads(file.read_text(encoding="utf-8"))
    lines = [
        f"# {title}",
        "",
        schema["description"],
        "",
        f"[{file.name}]({file.name}) is the whole schema (JSON Schema 2020-12).",
        "",
        "| member | type | meaning |",
        "| --- | --- | --- |",
        *_members(schema, ""),
    ]
    definitions = schema.get("$defs", {})
    for name, one in definitions.items():
        lines += ["", f"## `{name}`", ""]
        if one.get("description"):
            lines += [one["description"], ""]
        lines += ["| member | type | meaning |", "| --- | --- | --- |", *_members(one, "")]
    return "\n".join(lines) + "\n"


def _members(schema: Mapping[str, Any], before: str) -> Iterator[str]:
    for name, one in schema.get("properties", {}).items():
        path = f"{before}{name}"
        meaning = str(one.get("description", "")).replace("|", "\\|").replace("<", "&lt;")
        optional = "" if name in schema.get("required", ()) else ", optional"
        yield f"| `{path}` | {_kind(one)}{optional} | {meaning} |"
        yield from _members(one, f"{path}.")
        yield from _members(one.get("items", {}), f"{path}[].")


def _kind(schema: Mapping[str, Any]) -> str:
    """Say the type of a member in a word or two."""
    match schema:
        case {"$ref": str(reference)}:
            return f"`{reference.rpartition('/')[2]}`"
        case {"const": value}:
            return f"`{json.dumps(value)}`"
        case {"enum": [*values]}:
            return " or ".join(f"`{one}`" for one in values)
        case {"type": "array", "items": dict(items)}:
            return f"array of {_kind(items)}"
        case {"type": [*kinds]}:
            return " or ".join(map(str, kinds))
        case {"type": kind}:
            return str(kind)
        case {"anyOf": [*ways]} | {"oneOf": [*ways]}:
            return " or ".join(_kind(one) for one in ways)
        case _:
            return "any"


if __name__ == "__main__":
    sys.exit(main())
