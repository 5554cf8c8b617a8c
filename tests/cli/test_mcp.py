"""`hushtable mcp`: the tools, as a client of the SDK uses them over standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hushtable.cli.main import app

mcp = pytest.importorskip(
    "mcp", reason="the MCP SDK is not installed: pip install 'hushtable[mcp]'"
)
assisting = pytest.importorskip("hushtable.cli.assisting")

SECRET = "xK9#mQ2vLw7!pR4t"  # noqa: S105 - planted to be looked for
TEXT = f"""import boto3
from fastapi import FastAPI

app = FastAPI(debug=True)
table = boto3.resource("dynamodb").Table("notes")
ADMIN_PASSWORD = "{SECRET}"


@app.get("/notes/{{note_id}}")
def read_note(note_id: str):
    return table.get_item(Key={{"note_id": note_id}})["Item"]
"""
Calls = Callable[[Any], Awaitable[Any]]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a service with a leak, a debug switch and a credential in its source."""
    monkeypatch.setenv("HUSHTABLE_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "work" / "service"
    root.mkdir(parents=True)
    (root / "app.py").write_text(TEXT, encoding="utf-8")
    (tmp_path / "work" / ".git").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "app.py").write_text(TEXT, encoding="utf-8")
    return root


def asked(root: Path, calls: Calls, *options: str) -> Any:
    """Start the server as an assistant does, make calls to it, and give what they give."""
    command = ["-m", "hushtable.cli.main", "mcp", "--root", str(root), *options]
    # Without `env` the SDK passes on a few variables of the machine alone.
    how = mcp.StdioServerParameters(command=sys.executable, args=command, env={**os.environ})

    async def run() -> Any:
        async with mcp.Client(how) as client:
            return await calls(client)

    return asyncio.run(run())


def desk_asked(root: Path, calls: Calls, *, writes: bool = False) -> Any:
    """Make calls to a server in this process."""

    async def run() -> Any:
        async with mcp.Client(assisting.server(assisting.Desk(root, writes=writes))) as client:
            return await calls(client)

    return asyncio.run(run())


def desk_told(root: Path, tool: str, *, writes: bool = False, **arguments: Any) -> Any:
    """Call one tool of a server in this process."""
    return desk_asked(root, lambda client: client.call_tool(tool, arguments), writes=writes)


def listed(root: Path, *, writes: bool = False) -> Any:
    """List the tools of a server in this process."""
    return desk_asked(root, lambda client: client.list_tools(), writes=writes)


def text_of(result: Any) -> str:
    """Give all that a result shows."""
    return result.model_dump_json()


def test_tools_say_what_they_do(service: Path) -> None:
    """Four tools, all of them read-only and described; no argument without a description."""
    told = listed(service)
    assert {one.name for one in told.tools} == {"scan", "explain", "fix", "rules"}
    for one in told.tools:
        assert one.description
        assert one.annotations.read_only_hint is True
        assert one.annotations.destructive_hint is False
        assert one.annotations.open_world_hint is False
        assert all(each["description"] for each in one.input_schema["properties"].values())


def test_only_a_fix_that_may_write_is_not_read_only(service: Path) -> None:
    """Started with --write, `fix` says that it changes files, and the others that they do not."""
    told = listed(service, writes=True)
    changing = {one.name for one in told.tools if not one.annotations.read_only_hint}
    assert changing == {"fix"}


def test_a_scan_an_explanation_and_a_fix(service: Path) -> None:
    """Findings come in brief, one whole by its key; its rule is explained, its fix shown."""

    async def calls(client: Any) -> list[Any]:
        brief = await client.call_tool("scan", {})
        leak = next(one for one in brief.structured_content["findings"] if one["code"] == "HT101")
        keys = {"keys": [leak["key"]]}
        return [
            brief,
            leak,
            await client.call_tool("scan", keys),
            await client.call_tool("explain", {"what": leak["code"]}),
            await client.call_tool("explain", {"what": "attribute", "name": "users.email"}),
            await client.call_tool("rules", {}),
            await client.call_tool("fix", {"select": ["HT502"]}),
            await client.call_tool("fix", {"unsafe": True}),
        ]

    brief, leak, whole, page, attribute, rules, fix, unsafe = asked(service, calls)
    assert leak["routes"] == ["GET /notes/{note_id}"]
    assert "trace" not in leak
    assert (leak["path"], leak["line"]) == ("app.py", 11)
    assert brief.structured_content["summary"][0].endswith(("critical", "high", "medium", "low"))
    (one,) = whole.structured_content["findings"]
    assert (one["key"], bool(one["trace"]), bool(one["remedy"])) == (leak["key"], True, True)
    assert page.content[0].text.startswith("# HT101")
    assert "personal" in attribute.content[0].text
    assert {"HT101", "HT604"} <= {each["code"] for each in rules.structured_content["rules"]}
    assert "-app = FastAPI(debug=True)" in fix.structured_content["diff"]
    assert [each["code"] for each in fix.structured_content["fixed"]] == ["HT502"]
    assert fix.structured_content["written"] is False
    assert any(each["unsafe"] for each in unsafe.structured_content["fixed"])
    assert (service / "app.py").read_text(encoding="utf-8") == TEXT
    for result in (brief, whole, page, rules, fix, unsafe):
        assert not result.is_error
        assert SECRET not in text_of(result)


def test_nothing_is_written_unless_the_server_may(service: Path) -> None:
    """A server that was started without --write refuses to, and nothing is changed."""
    refused = desk_told(service, "fix", select=["HT502"], write=True)
    assert (refused.is_error, "writes nothing" in text_of(refused)) == (True, True)
    assert (service / "app.py").read_text(encoding="utf-8") == TEXT


def test_a_server_that_may_write_writes_when_it_is_asked_to(service: Path) -> None:
    """Started with --write, a fix is shown, and written only with `write`."""

    async def calls(client: Any) -> tuple[Any, str, Any]:
        shown = await client.call_tool("fix", {"select": ["HT502"]})
        between = (service / "app.py").read_text(encoding="utf-8")
        return shown, between, await client.call_tool("fix", {"select": ["HT502"], "write": True})

    shown, between, written = asked(service, calls, "--write")
    assert shown.structured_content["written"] is False
    assert between == TEXT
    assert written.structured_content["written"] is True
    assert "debug=True" not in (service / "app.py").read_text(encoding="utf-8")
    assert SECRET not in text_of(written)


@pytest.mark.parametrize("path", ["..", "../../outside", "/", "link"])
def test_nothing_outside_of_the_root_is_named(service: Path, path: str) -> None:
    """A path that leads out of the root, by dots, whole or by a link, is refused by every tool."""
    (service / "link").symlink_to(service.parent.parent / "outside", target_is_directory=True)
    for tool in ("scan", "fix"):
        result = desk_told(service, tool, path=path)
        assert result.is_error
        assert "leads out of the folder" in text_of(result)


def test_no_link_is_written_through(service: Path) -> None:
    """A file that is a link to one outside is neither shown as a difference nor written."""
    outside = service.parent.parent / "outside" / "app.py"
    (service / "app.py").unlink()
    (service / "app.py").symlink_to(outside)
    result = desk_told(service, "fix", writes=True, select=["HT502"], write=True)
    assert (result.is_error, "debug=True" in text_of(result)) == (True, False)
    assert outside.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("scan", {"path": "nowhere"}, "does not exist"),
        ("scan", {"select": ["HT999"]}, "HT999"),
        ("scan", {"keys": ["0" * 16]}, "no finding has the key"),
        ("fix", {"keys": ["0" * 16]}, "no finding has the key"),
        ("explain", {"what": "HT999"}, "no rule is called"),
        ("explain", {"what": "attribute"}, "which attribute?"),
    ],
)
def test_a_wrong_wish_is_told(
    service: Path, tool: str, arguments: dict[str, Any], said: str
) -> None:
    """What is asked wrongly is an error that says what is wrong."""
    result = desk_told(service, tool, **arguments)
    assert result.is_error
    assert said in text_of(result)


def test_a_fault_of_ours_tells_no_text(
    service: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An internal error is told by its kind and place, to the assistant and in the log."""

    def failing(*_: Any, **__: Any) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(assisting, "examine", failing)
    result = desk_told(service, "scan")
    assert result.is_error
    assert "internal error, ValueError" in text_of(result)
    shown = capfd.readouterr()
    assert SECRET not in text_of(result) + shown.out + shown.err


def test_hidden_characters_are_written_out(service: Path) -> None:
    """Text of the program that would not be seen is shown as escapes."""
    hidden = TEXT.replace("/notes/{note_id}", "/notes\N{RIGHT-TO-LEFT OVERRIDE}/{note_id}")
    (service / "app.py").write_text(hidden, encoding="utf-8")
    text = json.dumps(desk_told(service, "scan").structured_content)
    assert "\\\\u202e" in text
    assert json.loads(text)["findings"]
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in json.dumps(json.loads(text), ensure_ascii=False)


def test_a_folder_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    """A root that is not there ends with 2, before anything is served."""
    run = CliRunner().invoke(app, ["mcp", "--root", str(tmp_path / "nowhere")])
    assert (run.exit_code, "does not exist" in run.stderr) == (2, True)
