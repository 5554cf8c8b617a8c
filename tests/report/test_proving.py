"""What was proven, and how much was tried, in every format."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from hushtable.model.proof import Reach
from hushtable.report import document, github, junit, markdown, sarif, terminal
from hushtable.report.proving import proof_document, reach_details, reach_line, seen
from tests.report.samples import PROOF, REACH, proved, told
from tests.report.test_document import SCHEMA

SEEN = "response $.items[].password_hash, as base64, canary hqcccccccccccc of owner A"


def test_a_proof_says_where_the_canary_came_out() -> None:
    """Place, encoding, canary, who asked, what was provoked and the replays stand in one line."""
    assert seen(PROOF) == (
        f"{SEEN}, status 200, asked by B, while GetItem is throttled, again in 2 of 2 replays"
    )


@pytest.mark.parametrize(
    "text",
    [
        terminal.render(proved(), width=200),
        sarif.render(proved()).replace("\\\\[", "[").replace("\\\\]", "]"),
        junit.render(proved()),
        github.render(proved()),
        json.dumps(document.document(proved())),
    ],
    ids=["terminal", "sarif", "junit", "github", "json"],
)
def test_every_format_shows_the_proof(text: str) -> None:
    """The verdict, the canary and the curl line are shown."""
    assert "hqcccccccccccc" in text
    assert "http://127.0.0.1:8000/users/hqaaaaaaaaaaaa?full=1" in text


def test_the_terminal_shows_verdict_proof_and_reach() -> None:
    """A proven finding has its line to try, and what was not reached is listed with the reason."""
    text = terminal.render(proved(), width=200)
    assert "and 1 more proof" in text
    assert "Reach" in text
    assert "2 of 3 routes reached, 41 requests in 3 runs, 4 of 20 attributes seen" in text
    for line in (
        "not reached: GET /health: every answer was 401",
        "sandbox: no network: a namespace of its own",
        "refused: connections to example.com:443",
        "supplied: users.a0 is a text",
        "supplied: and 2 more",
    ):
        assert line in text


def test_markdown_shows_the_test() -> None:
    """The curl line and the test stand in blocks of their own."""
    text = markdown.render(proved())
    assert "```text\ndef test_it(prove):" in text
    assert "```text\ncurl -i -X POST" in text


def test_sarif_keeps_the_test() -> None:
    """The log holds the whole proof, and how much was tried."""
    run = json.loads(sarif.render(proved()))["runs"][0]
    (proven,) = [one for one in run["results"] if one["properties"]["verdict"] == "proven"]
    assert proven["properties"]["proofs"][0]["test"].startswith("def test_it")
    assert run["properties"]["reach"].startswith("2 of 3 routes")


def test_the_document_is_valid_and_whole() -> None:
    """The JSON holds every proof with its request, and everything that was learned."""
    made = document.document(proved())
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(made)))
    (proven,) = [one for one in made["findings"] if one["verdict"] == "proven"]
    assert proven["proofs"][0]["request"]["identity"] == "B"
    assert len(made["reach"]["learned"]) == 10
    assert made["reach"]["tried"][0] == {"route": "GET /users/{user_id}", "requests": 34}


def test_a_scan_has_neither() -> None:
    """Without a run there is no proof and no reach."""
    made = document.document(told(proved().result.__class__(root=".")))
    assert made["reach"] is None


def test_nothing_is_said_of_what_did_not_happen() -> None:
    """No line is printed for proofs that reproduced, hosts that were not refused, and so on."""
    assert list(reach_details(Reach())) == []
    assert "reproduced" not in reach_line(Reach(routes=1))
    assert "not reproduced" in reach_line(REACH)


def test_what_a_proof_rests_on_is_said() -> None:
    """A note stands beside where the canary came out, and in the JSON result."""
    noted = replace(PROOF, notes=("bcrypt.checkpw was stood in for",))
    assert seen(noted).endswith("of 2 replays, bcrypt.checkpw was stood in for")
    assert proof_document(noted)["notes"] == ["bcrypt.checkpw was stood in for"]


def test_how_many_proofs_came_again_is_said() -> None:
    """The number is told where there were replays, none as well."""
    assert "0 of 5 proofs not reproduced" in reach_line(Reach(routes=1, replayed=5))
    assert "1 of 5 proofs not reproduced and left out" in reach_line(
        Reach(routes=1, replayed=5, not_reproduced=1)
    )
