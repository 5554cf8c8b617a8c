"""The outcomes as a table in Markdown, with what failed below it."""

from __future__ import annotations

from collections.abc import Sequence

from tools.matrix.trying import Outcome


def table(outcomes: Sequence[Outcome]) -> str:
    """Tell every outcome: extras and suites in rows, Pythons and resolutions in columns."""
    columns = list(dict.fromkeys((one.cell.python, one.cell.resolution) for one in outcomes))
    rows = list(dict.fromkeys(one.cell.row for one in outcomes))
    found = {(one.cell.row, one.cell.python, one.cell.resolution): one for one in outcomes}
    heads = [f"{python} {resolution.partition('-')[0]}" for python, resolution in columns]
    lines = [_line(["", *heads]), _line(["---"] * (len(columns) + 1))]
    lines += [_line([row, *(found[row, *column].state for column in columns)]) for row in rows]
    lines += ["", *_versions(outcomes, columns)]
    for one in outcomes:
        if one.said:
            title = f"{one.cell.python} {one.cell.resolution} {one.cell.row}: {one.state}"
            lines += ["", title, "", *(f"    {line}" for line in one.said.splitlines())]
    return "\n".join(lines) + "\n"


def _versions(outcomes: Sequence[Outcome], columns: Sequence[tuple[str, str]]) -> list[str]:
    """Tell what stood in each column, all its cells together."""
    told = []
    for column in columns:
        seen: dict[str, set[str]] = {}
        for one in outcomes:
            if (one.cell.python, one.cell.resolution) == column:
                for name, version in one.versions.items():
                    seen.setdefault(name, set()).add(version)
        parts = (f"{name} {', '.join(sorted(seen[name]))}" for name in sorted(seen))
        told.append(f"{' '.join(column)}: {'; '.join(parts) or 'nothing was installed'}")
    return told


def _line(cells: Sequence[str]) -> str:
    """Make a row of the table."""
    return f"| {' | '.join(cells)} |"
