"""`hushtable prove`: the order it makes, and the report of a stand-in engine."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result as Run

from hushtable.cli.outcome import FINDINGS, QUIET, UNEXAMINED, USAGE
from hushtable.cli.proving import app_name, identities
from hushtable.model.config import Identity
from hushtable.model.errors import UsageError
from hushtable.model.facts import Facts, Unknown
from hushtable.model.place import Place
from hushtable.model.proof import Reach
from tests.cli.engines import ROUTE, Engine, stand_in

SOURCE = """
import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    return table.get_item(Key={"user_id": user_id})["Item"]
"""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Put a stand-in where the engine is loaded from."""
    return stand_in(monkeypatch, Engine())


def findings(run: Run) -> dict[str, str]:
    """Give the verdict of each finding by code."""
    return {one["code"]: one["verdict"] for one in json.loads(run.stdout)["findings"]}


def test_what_is_suspected_and_seen_is_one_proven_finding(
    run: Callable[..., Run], engine: Engine
) -> None:
    """The scan goes before, its facts are handed over, and the finding is proven at its line."""
    Path("app.py").write_text(SOURCE)
    done = run("prove", "app", "--format", "json", "--select", "HT101")
    assert done.exit_code == FINDINGS
    (one,) = json.loads(done.stdout)["findings"]
    assert (one["verdict"], one["line"], len(one["proofs"])) == ("proven", 11, 1)
    order, facts = engine.asked[0]
    assert order.app == "app:app"
    assert facts is not None
    assert facts.routes


def test_the_only_app_needs_no_name(run: Callable[..., Run], engine: Engine) -> None:
    """Without a name the only app of the tree is run, and several are a usage error."""
    Path("shop").mkdir()
    Path("shop/main.py").write_text(SOURCE)
    run("prove", "--format", "json", "--no-scan")
    assert engine.asked[0][0].app == "shop.main:app"
    Path("other.py").write_text(SOURCE)
    done = run("prove", "--no-scan")
    assert done.exit_code == USAGE
    assert "shop.main:app" in done.stderr
    assert "other:app" in done.stderr


def test_without_a_scan_only_what_was_seen_is_told(run: Callable[..., Run], engine: Engine) -> None:
    """With --no-scan nothing is read, and what was seen is proven all the same."""
    Path("app.py").write_text(SOURCE)
    done = run("prove", "app", "--format", "json", "--no-scan")
    assert set(findings(done).values()) == {"proven"}
    assert engine.asked[0][1] is None


def test_the_options_reach_the_engine(run: Callable[..., Run], engine: Engine) -> None:
    """Limits, routes, roles, store and seed are the order's; configured callers too."""
    Path("hushtable.toml").write_text(
        '[identities.A]\nowner = "u1"\nheaders = { Authorization = "Bearer ${TOKEN_OF_A}" }\n'
    )
    options = ("--timeout", "9", "--memory", "512", "--route", "/orders", "--role", "admin")
    more = ("--store", "http://127.0.0.1:8000", "--seed", "5", "--root", ".")
    done = run("prove", "app.main:make", *options, *more, "--no-scan")
    assert done.exit_code == USAGE
    assert "TOKEN_OF_A is not set" in done.stderr
    Path("hushtable.toml").write_text('[identities.A]\nheaders = { X = "y" }\n')
    run("prove", "app.main:make", *options, *more, "--no-scan")
    order = engine.asked[0][0]
    assert (order.seconds, order.memory, order.routes) == (9.0, 512 * 1024**2, ("/orders",))
    assert (order.roles, order.store, order.seed) == (("admin",), "http://127.0.0.1:8000", 5)
    assert order.identities[0].headers == (("X", "y"),)


def test_no_route_reached_is_never_a_clean_result(run: Callable[..., Run], engine: Engine) -> None:
    """Zero reached routes end with 3, whatever else was found."""
    engine.facts, engine.proofs, engine.reach = Facts(), (), Reach(routes=4)
    Path("app.py").write_text(SOURCE)
    assert run("prove", "app").exit_code == UNEXAMINED
    engine.reach = Reach(routes=4, reached=4)
    assert run("prove", "app", "--no-scan").exit_code == QUIET
    engine.unknown = (Unknown(Place("app", 1), "GET /crash: it was killed by signal 11"),)
    done = run("prove", "app", "--no-scan")
    assert done.exit_code == UNEXAMINED
    assert "killed by signal 11" in done.stdout


def test_what_was_not_seen_says_how_often_it_was_tried(
    run: Callable[..., Run], engine: Engine
) -> None:
    """A suspicion of a reached route stays suspected with the number of requests."""
    engine.facts, engine.proofs = Facts(routes=(ROUTE,)), ()
    Path("app.py").write_text(SOURCE)
    done = run("prove", "app", "--format", "json", "--select", "HT101")
    (one,) = json.loads(done.stdout)["findings"]
    assert (one["verdict"], one["reasons"]) == ("suspected", ["not seen in 34 requests"])


def test_an_allow_comment_speaks_for_what_was_proven(
    run: Callable[..., Run], engine: Engine
) -> None:
    """A proven finding on a line that is allowed is suppressed, and the comment is of use."""
    allow = "  # hush: allow HT101 because it is a demo"
    Path("app.py").write_text(SOURCE.replace('["Item"]', f'["Item"]{allow}'))
    done = run("prove", "app", "--format", "json", "--select", "HT101")
    told = json.loads(done.stdout)
    assert [one["suppressed"]["kind"] for one in told["findings"]] == ["allow"]
    assert told["unused_allows"] == []
    assert engine.asked


def test_what_was_learned_can_be_saved(run: Callable[..., Run], engine: Engine) -> None:
    """--save writes JSON; a folder that is not there is a usage error."""
    engine.reach = Reach(1, 1, learned=("users: keys user_id",))
    run("prove", "app", "--no-scan", "--save", "known.json")
    assert json.loads(Path("known.json").read_text()) == {"lessons": ["users: keys user_id"]}
    assert run("prove", "app", "--no-scan", "--save", "no/known.json").exit_code == USAGE


def test_the_missing_extra_is_told(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without what the extra brings the command says how to install it."""
    proving = importlib.import_module("hushtable.cli.proving")
    monkeypatch.setattr(proving, "_NEEDED", ("no_such_package",))
    done = run("prove", "app")
    assert done.exit_code == USAGE
    assert "pip install 'hushtable[prove]'" in done.stderr


@pytest.mark.parametrize("text", ["app/main.py", "app.main.py", "app:", "a b:app", "app.main:1"])
def test_what_is_no_app_is_refused(text: str) -> None:
    """A file name, or what cannot be a module and an attribute, is a usage error."""
    with pytest.raises(UsageError, match=r"app\.main:app"):
        app_name(text)


@pytest.mark.parametrize(
    ("text", "name"), [("app.main", "app.main:app"), ("m:make.app", "m:make.app")]
)
def test_an_app_has_a_name(text: str, name: str) -> None:
    """The attribute is `app` where none is given."""
    assert app_name(text) == name


def test_a_header_from_the_environment_shows_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """`${NAME}` is read from the environment; a configured header is in no repr."""
    monkeypatch.setenv("TOKEN_OF_A", "s3cret")
    configured = Identity("A", (("Authorization", "Bearer ${TOKEN_OF_A}"),), "u1")
    (one,) = identities((configured,))
    assert one.headers == (("Authorization", "Bearer s3cret"),)
    assert "TOKEN_OF_A" not in repr(configured)
