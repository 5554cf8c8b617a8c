"""The difference to a contract: what changed and nothing else, in every format."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from hushtable.model.contract import Basis, Contract, Exposure, Part, compare, contract
from hushtable.model.facts import Unknown
from hushtable.model.place import Place
from hushtable.model.service import ANYONE, SIGNED_IN, Channel
from hushtable.report.agreement import (
    Agreement,
    lines_of,
    render,
    render_github,
    render_json,
    render_markdown,
)
from hushtable.report.escape import visible
from tests.report.samples import HOSTILE
from tests.report.test_github import parsed


def leaves(*names: str, route: str = "GET /users", audience: str = SIGNED_IN) -> list[Exposure]:
    """Make exposures of attributes of one table."""
    return [
        Exposure(route, Channel.RESPONSE, audience, "users", Part(tuple(name.split("."))))
        for name in names
    ]


def told(agreed: Contract, now: Contract, **more: object) -> Agreement:
    """Compare two contracts."""
    places = {("GET /users", Channel.RESPONSE, "users"): Place("app/users.py", 7)}
    made = Agreement(agreed, now, compare(agreed, now), "hushtable.lock", places)
    return replace(made, **more)  # type: ignore[arg-type]


SAME = contract(leaves("plan", route="GET /plans"))
AGREED = contract([*leaves("handle", "phone"), *leaves("plan", route="GET /plans")])
NOW = contract(
    [
        *leaves("handle", "*", route="GET /new"),
        *leaves("email", "handle"),
        *leaves("plan", route="GET /plans"),
    ],
    marks=leaves("password", route="GET /new"),
)
CHANGED = told(AGREED, NOW)


def test_only_what_changed_is_shown() -> None:
    """A line that is as it was agreed stands in no format."""
    for text in (render(CHANGED), render_markdown(CHANGED), render_github(CHANGED)):
        assert "/plans" not in text
    assert "/plans" not in render_json(CHANGED)


def test_a_table_for_people() -> None:
    """What is wider stands before what is narrower, each with what was agreed or leaves now."""
    text = render(CHANGED, width=140)
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "Wider than agreed (2)" in rows
    assert "attribute GET /users response signed-in users email handle, phone" in rows
    whole = "* (with credentials: password)"
    assert f"route GET /new response signed-in users {whole} nothing by this route" in rows
    assert "Narrower than agreed (1)" in rows
    assert "attribute GET /users response signed-in users phone email, handle" in rows
    assert "Result 2 lines are wider than agreed in hushtable.lock, 1 is narrower" in rows


def test_it_reads_at_any_width() -> None:
    """A terminal too narrow for the table gets a line for each change."""
    text = " ".join(render(CHANGED, width=60).split())
    assert (
        "GET /users, response to signed-in, users: email (attribute; agreed: handle, phone)" in text
    )
    assert "users: phone (attribute; now: email, handle)" in text


def test_markdown_is_a_table_of_changes() -> None:
    """Markdown has a table for what is wider and one for what is narrower."""
    lines = render_markdown(CHANGED).splitlines()
    assert (
        "| attribute | `GET /users` | response | `signed-in` | `users` | `email` "
        "| `handle`, `phone` |"
    ) in lines
    assert lines.index("## Wider than agreed") < lines.index("## Narrower than agreed")
    quiet = render_markdown(told(SAME, SAME))
    assert "**Nothing is wider than agreed in `hushtable.lock`.**" in quiet
    assert "|" not in quiet


def test_annotations_stand_where_it_leaves() -> None:
    """What is wider is an error at its line; what is narrower is a notice at the lock."""
    found = [parsed(line) for line in render_github(CHANGED).splitlines()]
    assert [(level, at["file"], at.get("line")) for level, at, _ in found] == [
        ("error", "hushtable.lock", None),
        ("error", "app/users.py", "7"),
        ("notice", "hushtable.lock", None),
    ]
    assert "attributes: email; agreed: handle, phone" in found[1][2]
    strict = render_github(replace(CHANGED, strict=True, prefix="services/api")).splitlines()
    assert parsed(strict[1])[1]["file"] == "services/api/app/users.py"
    assert parsed(strict[2])[0] == "error"
    assert render_github(told(SAME, SAME)) == ""


def test_json_holds_names_and_places() -> None:
    """Each change has what is more, where it leaves, and what the other side has there."""
    document = json.loads(render_json(CHANGED))
    assert (document["version"], document["fails"], document["agreed_from"]) == ("1", True, "scan")
    _, one = document["wider"]
    assert one == {
        "more": "attribute",
        "route": "GET /users",
        "channel": "response",
        "audience": "signed-in",
        "table": "users",
        "attributes": ["email"],
        "except": [],
        "credentials": [],
        "other": {"audiences": ["signed-in"], "attributes": ["handle", "phone"], "except": []},
        "path": "app/users.py",
        "line": 7,
    }


def test_a_wider_audience_is_told_with_the_agreed_one() -> None:
    """To whom it was agreed stands beside to whom it goes."""
    change = compare(contract(leaves("email")), contract(leaves("email", audience=ANYONE))).wider
    assert list(lines_of(change)) == [
        "GET /users, response to anyone, users: email (audience; agreed: to signed-in)"
    ]


def test_what_fails() -> None:
    """What is wider fails; what is narrower alone fails where that is asked for."""
    narrower = told(AGREED, SAME)
    assert CHANGED.fails
    assert not narrower.fails
    assert replace(narrower, strict=True).fails
    assert not told(SAME, SAME, strict=True).fails


def test_what_nobody_looked_for_is_not_narrower() -> None:
    """A scan does not call narrower what a run has shown, and says why."""
    proven = contract(leaves("email", "handle"), Basis.BOTH)
    text = render(told(proven, contract(leaves("handle"))), width=200)
    assert "Narrower" not in text
    assert "nothing was run now" in text
    again = told(proven, contract(leaves("handle"), Basis.BOTH))
    assert len(again.difference.narrower) == 1


@pytest.mark.parametrize("form", [render, render_markdown, render_github, render_json])
def test_hostile_names_do_nothing(form: object) -> None:
    """No name of a scanned program acts on a terminal, a page or a runner."""
    name = HOSTILE.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    now = contract(
        [
            Exposure(
                f"GET /{name}", Channel.RESPONSE, f"role:{name}", name, Part((name, "*"), (name,))
            )
        ]
    )
    unknown = (Unknown(Place(HOSTILE, 1), HOSTILE),)
    hostile = told(contract(leaves("a")), now, unknown=unknown, prefix=HOSTILE, lock=HOSTILE)
    text = form(hostile)  # type: ignore[operator]
    assert text.isascii() or visible(text.replace("\n", "")) == text.replace("\n", "")
    assert not any(line.startswith("::") and "file=x" in line[:20] for line in text.splitlines())
    if form is render_markdown:
        page = MarkdownIt("gfm-like", {"linkify": False}).render(text)
        assert not re.search(r"<(?:script|a|img)\b|<!--", page)
        assert page.count("<tr>") == 4
