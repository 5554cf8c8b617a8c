"""The one comment of a pull request: made, then changed in place; and what cannot be told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action.comment import LIMIT, Told, cut, main, mark_of, pull_request, told_of
from tests.action.api import BOT, TOKEN, Forge, forge

PERSON = {"login": "somebody", "type": "User"}


@pytest.fixture
def api() -> Iterator[Forge]:
    """Play the API."""
    with forge() as played:
        yield played


@pytest.fixture
def run(tmp_path: Path, api: Forge) -> dict[str, str]:
    """Give the environment of a run on a pull request."""
    (tmp_path / "event.json").write_text('{"pull_request": {"number": 7}}', encoding="utf-8")
    (tmp_path / "report.md").write_text("# hushtable\n\n**Score 3.**\n", encoding="utf-8")
    return {
        "GITHUB_API_URL": api.url,
        "GITHUB_REPOSITORY": "shop/api",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "COMMENT": "true",
        "FOLDER": ".",
        "SCAN_CODE": "1",
        "REPORT": str(tmp_path / "report.md"),
    }


def test_it_is_made_once_and_then_changed(
    api: Forge, run: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run makes the comment, the next one changes it, also when it is quiet."""
    assert main(run) == 0
    assert main(run | {"SCAN_CODE": "0"}) == 0
    (one,) = api.comments
    assert one["body"].startswith(f"{mark_of('.')}\n**hushtable**: scan: passed\n")
    assert "Score 3" in one["body"]
    assert capsys.readouterr().out.split("\n")[:2] == [
        "The comment was created.",
        "The comment was updated.",
    ]
    assert [method for method, _ in api.asked] == ["GET", "POST", "GET", "PATCH"]


def test_a_quiet_first_run_writes_none(api: Forge, run: dict[str, str]) -> None:
    """Where nothing was found and nothing was said before, there is no comment."""
    main(run | {"SCAN_CODE": "0"})
    assert api.comments == []
    main(run | {"SCAN_CODE": "0", "CHECK_CODE": "1"})
    assert len(api.comments) == 1


def test_each_folder_has_its_own(api: Forge, run: dict[str, str]) -> None:
    """Two services of one repository have a comment each, however the folder is written."""
    for folder in ("services/a", "services/b", "./services/a/"):
        main(run | {"FOLDER": folder})
    assert len(api.comments) == 2


def test_it_is_found_on_a_later_page(api: Forge, run: dict[str, str]) -> None:
    """Comments of others are left alone, on however many pages they stand."""
    for _ in range(230):
        api.add("hello", PERSON)
    main(run)
    main(run)
    assert len(api.comments) == 231
    assert api.asked[-1][0] == "PATCH"


def test_what_a_person_wrote_is_left(api: Forge, run: dict[str, str]) -> None:
    """A person's comment with our mark, and a program's that quotes it, are not changed."""
    api.add(f"{mark_of('.')}\nmine", PERSON)
    api.add(f"> {mark_of('.')}", BOT)
    main(run)
    assert [one["body"][-4:] for one in api.comments[:2]] == ["mine", " -->"]
    assert len(api.comments) == 3


@pytest.mark.parametrize("status", [401, 403, 404])
def test_no_permission_is_told_and_fails_nothing(
    api: Forge, run: dict[str, str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a pull request from a fork the notice says why, and the summary has the report."""
    api.refused = status
    assert main(run) == 0
    out = capsys.readouterr().out
    assert out.startswith("::notice title=hushtable::No comment: this run has no permission")
    assert "Score 3" in Path(run["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("answer", [b"", b"{", b'{"a": 1}', b'[{"id": "x"}, 3]'])
def test_an_answer_that_cannot_be_read_is_told(
    api: Forge, run: dict[str, str], answer: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer of another shape ends in a warning or a new comment, never in a traceback."""
    api.answer = answer
    assert main(run) == 0
    assert capsys.readouterr().out.startswith(("::warning", "The comment was created"))


@pytest.mark.parametrize("status", [301, 307, 500])
def test_another_answer_is_a_warning(
    api: Forge, run: dict[str, str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault of the API is a warning, and a redirect is not followed with the token."""
    api.refused = status
    assert main(run) == 0
    assert f"the API answered {status}" in capsys.readouterr().out


def test_an_api_that_is_not_there_is_a_warning(
    run: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody answers, that is told without the token."""
    assert main(run | {"GITHUB_API_URL": "http://127.0.0.1:1"}) == 0
    out = capsys.readouterr().out
    assert "::warning title=hushtable::No comment: URLError at the API." in out
    assert TOKEN not in out


@pytest.mark.parametrize("event", ["", "{", "[]", '{"pull_request": 3}', '{"ref": "main"}'])
def test_without_a_pull_request_there_is_the_summary_alone(
    api: Forge, run: dict[str, str], event: str
) -> None:
    """A push, or an event that cannot be read, has no comment."""
    Path(run["GITHUB_EVENT_PATH"]).write_text(event, encoding="utf-8")
    assert pull_request(run) is None
    assert main(run) == 0
    assert api.asked == []
    assert "Score 3" in Path(run["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")


def test_a_comment_that_is_not_wanted_is_not_made(api: Forge, run: dict[str, str]) -> None:
    """With `comment: false` nothing is asked."""
    assert main(run | {"COMMENT": "false"}) == 0
    assert api.asked == []


def test_with_a_lock_the_changes_come_first(tmp_path: Path, run: dict[str, str]) -> None:
    """What differs from the lock is in front, and the report is folded away."""
    (tmp_path / "changes.md").write_text("| route | more |\n", encoding="utf-8")
    run |= {"CHECK_CODE": "1", "CHANGES": str(tmp_path / "changes.md")}
    text = told_of(run).text(LIMIT)
    assert text.startswith(
        "**hushtable**: scan: findings; lock: more leaves than was agreed to\n\n| route | more |"
    )
    assert text.index("| more |") < text.index("<details>") < text.index("Score 3")
    assert text.endswith("\n\n</details>")


def test_a_long_report_is_folded_away(run: dict[str, str]) -> None:
    """Score and figures are in front of a report that is long; a short one is shown as it is."""
    assert "<details>" not in told_of(run).text(LIMIT)
    long = "# hushtable\n\n**Score 3.** 99 findings\n\n" + "### HT101\n\nIt leaks.\n\n" * 400
    Path(run["REPORT"]).write_text(long, encoding="utf-8")
    front, _, folded = told_of(run).text(LIMIT).partition("<details>")
    assert front == "**hushtable**: scan: findings\n\n**Score 3.** 99 findings\n\n"
    assert folded.count("It leaks.") == 400


lines = st.lists(
    st.sampled_from(["# a", "### b", "text", "", "```text", "```", "````text", "````", "| a |"])
    | st.text(st.characters(exclude_characters="`"), max_size=30),
    max_size=60,
)


@given(lines, st.integers(60, 400))
def test_what_is_cut_keeps_its_blocks_closed(parts: list[str], limit: int) -> None:
    """Cut Markdown is short enough, begins as the whole does, and leaves no block open."""
    text = "\n".join(parts)
    short = cut(text, limit)
    assert len(short) <= limit
    body, more, _ = short.partition("\n\nThere is more")
    if not more:
        assert short == text
        return
    assert text.startswith(body)
    fence = ""
    for line in body.splitlines():
        if line.startswith("```") and not fence:
            fence = line.rstrip("tex")
        elif fence and line.strip() == fence:
            fence = ""
    assert fence == ""


def test_a_report_that_is_too_long_is_cut_before_a_heading() -> None:
    """What does not fit ends before the finding that does not, and the folding is closed."""
    finding = "### HT101 `a.py:1`\n\nIt leaks.\n\n"
    told = Told("front", f"# hushtable\n\n{finding * 9_000}")
    text = told.text(LIMIT)
    assert LIMIT - 200 < len(text) <= LIMIT
    assert text.endswith("It leaks.\n\nThere is more: see the job's summary and its log."
                         "\n\n</details>")  # fmt: skip
    assert len(json.dumps(Told("x" * 90_000, "y").text(LIMIT))) < 65_536
