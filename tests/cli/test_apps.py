"""Finding the app of a tree that names none."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.cli.apps import apps, only_app
from hushtable.model.errors import UsageError
from hushtable.model.facts import Facts
from hushtable.model.place import Place
from hushtable.model.service import Route

APP = "from fastapi import FastAPI\napp = FastAPI()\n"


def written(root: Path, **files: str) -> Path:
    """Write modules, by dotted name."""
    for name, text in files.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        (APP, "app"),
        ("import fastapi\napi: fastapi.FastAPI = fastapi.FastAPI()\n", "api"),
        ("from fastapi import FastAPI\ndef create_app(debug=False): return FastAPI()\n",
         "create_app"),
        ("from fastapi import FastAPI\ndef build(): return FastAPI()\napp = build()\n", "app"),
        ("from fastapi import FastAPI\ntry:\n    web = FastAPI()\nfinally:\n    pass\n", "web"),
    ],
)  # fmt: skip
def test_the_only_app_is_taken(tmp_path: Path, text: str, attribute: str) -> None:
    """An app or a factory that needs nothing is named as a server would be told it."""
    assert only_app(written(tmp_path, backend__main=text)) == f"backend.main:{attribute}"


@pytest.mark.parametrize(
    "text",
    [
        "from fastapi import FastAPI\ndef make(settings): return FastAPI()\n",
        "from fastapi import FastAPI\nif __name__ == '__main__':\n    app = FastAPI()\n",
        "app = 'FastAPI()'\n",
        "from fastapi import FastAPI\napp = FastAPI(\n",
    ],
)
def test_what_cannot_be_served_is_no_app(tmp_path: Path, text: str) -> None:
    """A factory that asks for something, a script's own app and broken text are passed over."""
    with pytest.raises(UsageError, match="no app was found"):
        only_app(written(tmp_path, main=text))


def test_tests_and_examples_are_left_out(tmp_path: Path) -> None:
    """An app that is made for a test is not the service."""
    root = written(
        tmp_path, app__main=APP, tests__app=APP, test_it=APP, examples__shop__main=APP,
        app__conftest=APP,
    )  # fmt: skip
    assert only_app(root) == "app.main:app"


def test_several_apps_are_listed(tmp_path: Path) -> None:
    """Several apps are an error that lists them, those with most routes first."""
    root = written(tmp_path, admin__main=APP, shop__api__main=APP, tool=APP)
    routes = tuple(
        Route("GET", f"/{number}", Place("shop/api/main.py", 1), "h", app="shop.api.main")
        for number in range(2)
    )
    known = Facts(routes=routes)
    listed = [one.target for one in apps(root, (), known)]
    assert listed == ["shop.api.main:app", "tool:app", "admin.main:app"]
    with pytest.raises(UsageError, match=r"several apps.* shop\.api\.main:app "):
        only_app(root, (), known)
