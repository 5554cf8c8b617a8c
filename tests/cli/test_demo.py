"""`hushtable demo`: all steps in their order on a small service, with a stand-in for the engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result as Run

from hushtable.cli import demonstrating
from tests.cli.engines import SWITCHED, DebugEngine, stand_in
from tests.house.tree import ROOT, pyproject


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> DebugEngine:
    """Put a stand-in where the engine is loaded from."""
    return stand_in(monkeypatch, DebugEngine())


@pytest.fixture
def demo(run: Callable[..., Run]) -> Callable[..., Run]:
    """Write a service with a debug switch into `service`, and give what demonstrates it."""
    Path("service").mkdir()
    Path("service/app.py").write_text(SWITCHED, encoding="utf-8")
    return lambda *options: run("demo", "service", *options)


def test_every_step_is_told(demo: Callable[..., Run], engine: DebugEngine) -> None:
    """What is proven is fixed in a copy, and the copy is run with the same canaries."""
    done = demo("-o", "out")
    assert done.exit_code == 0, done.output
    steps = [line.split()[0] for line in done.stdout.splitlines()[3:8]]
    assert steps == ["scan", "prove", "fix", "scan", "prove"]
    for said in ("HT502 debug-enabled", "curl -i", "-app = FastAPI(debug=True)", "1 of 1 come out"):
        assert said in done.stdout
    (first, before), (second, after) = engine.asked
    assert ("debug=True" in before, "debug=True" in after) == (True, False)
    assert first.app == second.app == "app:app"
    assert first.seed == second.seed > 0


def test_the_shortening_is_said(demo: Callable[..., Run], engine: DebugEngine) -> None:
    """Where a proof is shown again less often than by `prove`, the output says so."""
    assert "in 1 replay instead of two" in demo("-o", "out").stdout
    assert {order.replays for order, _ in engine.asked} == {1}


@pytest.mark.usefixtures("engine")
def test_everything_is_written_into_one_folder(demo: Callable[..., Run]) -> None:
    """The service stays as it is; results, difference, copy and page are in the named folder."""
    done = demo("-o", "out")
    assert {one.name for one in Path().iterdir()} == {".git", "out", "service"}
    assert [one.name for one in Path("service").iterdir()] == ["app.py"]
    assert Path("service/app.py").read_text(encoding="utf-8") == SWITCHED
    assert "debug=True" not in Path("out/fixed/service/app.py").read_text(encoding="utf-8")
    assert "-app = FastAPI(debug=True)" in Path("out/fix.diff").read_text(encoding="utf-8")
    verdicts = [
        [one["verdict"] for one in json.loads(Path(f"out/{name}.json").read_text())["findings"]]
        for name in ("before", "after")
    ]
    assert verdicts == [["proven"], []]
    assert str(Path("out/report.html").resolve()) in done.stdout
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert page.index(">before<") < page.rindex(">after<")


def test_what_comes_out_all_the_same_is_no_success(
    demo: Callable[..., Run], engine: DebugEngine
) -> None:
    """A finding that the fixed app shows is counted as one that still comes out."""
    engine.shows = lambda _text: True
    done = demo("-o", "out")
    assert "0 of 1 come out" in done.stdout
    assert "it comes out no more" not in done.stdout


def test_an_app_that_does_not_run_is_a_usage_error(
    demo: Callable[..., Run], engine: DebugEngine
) -> None:
    """Where the app shows nothing, nothing is claimed, and the reason is said."""
    engine.starts = False
    done = demo("-o", "out")
    assert (done.exit_code, "it needs a module" in done.stderr) == (2, True)


def test_a_folder_with_something_in_it_is_refused(
    demo: Callable[..., Run], engine: DebugEngine
) -> None:
    """Nothing that is there already is overwritten."""
    Path("out").mkdir()
    Path("out/mine.txt").write_text("mine")
    done = demo("-o", "out")
    assert (done.exit_code, "out is not empty" in done.stderr) == (2, True)
    assert engine.asked == []


def test_the_example_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example is beside the installed package, or in the checkout."""
    assert demonstrating.example() == ROOT / "examples" / "shop"
    package = tmp_path / "site-packages" / "hushtable"
    shop = package / "examples" / "shop"
    (shop / "app").mkdir(parents=True)
    monkeypatch.setattr(demonstrating.hushtable, "__file__", str(package / "__init__.py"))
    assert demonstrating.example() == shop


def test_the_wheel_brings_the_example() -> None:
    """Every part of the example but its own tests and their settings is put into the wheel."""
    shop = ROOT / "examples" / "shop"
    wheel = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    parts = {one.name for one in shop.iterdir()} - {"tests", "hushtable.toml", "__pycache__"}
    assert wheel == {f"examples/shop/{one}": f"hushtable/examples/shop/{one}" for one in parts}
