"""A response model keeps what it declares, and what it leaves open keeps everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hushtable.model.service import ModelState
from hushtable.scan.annotations import function_frame, resolve
from hushtable.scan.leaving import leaving
from hushtable.scan.response_model import Filtered, filter_response
from hushtable.scan.values import Const, Function, sequence
from tests.scan.running import item, machine


def answer(folder: Path, source: str, **how: Any) -> tuple[Filtered, set[str]]:
    """Run `f(item)`, filter what it returns by its return annotation, and name what leaves."""
    (folder / "app.py").write_text(HEAD + source)
    m = machine(folder)
    module = m.program.module("app.py")
    m.program.run_module(m, module)
    function = module.slots["f"]
    assert isinstance(function, Function)
    value = m.call(m, function, [item()], {}, function.node, m.program.frame_of(function))
    annotation = resolve(m, function.node.returns, function_frame(function))
    filtered = filter_response(m, value, annotation, **how)
    found = set()
    for leaf in leaving(m, filtered.value):
        if leaf.covered:
            continue
        text = ".".join((leaf.label.table, *leaf.label.path)) + (".*" if leaf.open else "")
        found.add(text + "".join(f"-{name}" for name in sorted(leaf.label.minus)))
    return filtered, found


HEAD = """
from __future__ import annotations
from typing import Any, Generic, Optional, TypedDict, TypeVar, NamedTuple, Union
from dataclasses import dataclass
from enum import Enum
from pydantic import BaseModel, ConfigDict, Field, RootModel, SecretStr, computed_field
from fastapi.responses import JSONResponse
class User(BaseModel):
    id: str
    email: Optional[str] = None
class Profile(BaseModel):
    locale: str
class Full(User):
    profile: Profile
    settings: dict[str, Any] = {}
class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    id: str
T = TypeVar("T")
class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int
"""


class Case(NamedTuple):
    """A handler and what leaves through its return annotation."""

    name: str
    source: str
    leaves: set[str]
    state: ModelState


CLOSED, OPEN = ModelState.CLOSED, ModelState.OPEN
NONE, BYPASSED = ModelState.NONE, ModelState.BYPASSED
CASES = [
    Case("closed model", "def f(item) -> User: return item", {"users.id", "users.email"}, CLOSED),
    Case("no model", "def f(item): return item", {"users.*"}, NONE),
    Case(
        "no model of an object",
        "def f(item): return User(**item)",
        {"users.id", "users.email"},
        NONE,
    ),
    Case("list", "def f(item) -> list[User]: return [item]", {"users.id", "users.email"}, CLOSED),
    Case(
        "optional", "def f(item) -> User | None: return item", {"users.id", "users.email"}, CLOSED
    ),
    Case(
        "quoted", "def f(item) -> 'list[User]': return [item]", {"users.id", "users.email"}, CLOSED
    ),
    Case(
        "generic",
        "def f(item) -> Page[User]: return {'items': [item], 'total': 1}",
        {"users.id", "users.email"},
        CLOSED,
    ),
    Case(
        "generic unfilled",
        "def f(item) -> Page: return {'items': [item], 'total': 1}",
        {"users.*"},
        OPEN,
    ),
    Case(
        "generic subclass",
        "class Users(Page[User]): ...\ndef f(item) -> Users: return Users(items=[item], total=1)",
        {"users.id", "users.email"},
        CLOSED,
    ),
    Case(
        "generic subclass from map",
        "class Users(Page[User]): ...\ndef f(item) -> Users: return {'items': [item], 'total': 1}",
        {"users.id", "users.email"},
        CLOSED,
    ),
    Case(
        "nested",
        "class A(BaseModel):\n    user: User\ndef f(item) -> A: return {'user': item}",
        {"users.id", "users.email"},
        CLOSED,
    ),
    Case(
        "map field",
        "def f(item) -> Full: return item",
        {"users.id", "users.email", "users.profile.locale", "users.settings.*"},
        OPEN,
    ),
    Case("extra allow", "def f(item) -> Open: return item", {"users.id", "users.*-id"}, OPEN),
    Case(
        "extra allow, dropped",
        "def f(item) -> Open:\n    item.pop('pw')\n    return item",
        {"users.id", "users.*-id-pw"},
        OPEN,
    ),
    Case("dict", "def f(item) -> dict: return item", {"users.*"}, OPEN),
    Case("dict[str, Any]", "def f(item) -> dict[str, Any]: return item", {"users.*"}, OPEN),
    Case("list[dict]", "def f(item) -> list[dict]: return [item]", {"users.*"}, OPEN),
    Case("bare list", "def f(item) -> list: return [item]", {"users.*"}, OPEN),
    Case("Any", "def f(item) -> Any: return item", {"users.*"}, OPEN),
    Case(
        "dict of models",
        "def f(item) -> dict[str, User]: return {'a': item}",
        {"users.id", "users.email"},
        OPEN,
    ),
    Case(
        "typed dict",
        "class T(TypedDict):\n    id: str\ndef f(item) -> T: return item",
        {"users.id"},
        CLOSED,
    ),
    Case(
        "dataclass",
        "@dataclass\nclass T:\n    id: str\ndef f(item) -> T: return item",
        {"users.id"},
        CLOSED,
    ),
    Case(
        "root",
        "class Users(RootModel[list[User]]): ...\ndef f(item) -> Users: return [item]",
        {"users.id", "users.email"},
        CLOSED,
    ),
    Case(
        "excluded field",
        "class A(BaseModel):\n    id: str\n    pw: str = Field(exclude=True)\n"
        "def f(item) -> A: return item",
        {"users.id"},
        CLOSED,
    ),
    Case(
        "alias",
        "class A(BaseModel):\n    mail: str = Field(alias='email')\ndef f(item) -> A: return item",
        {"users.email"},
        CLOSED,
    ),
    Case(
        "secret",
        "class A(BaseModel):\n    id: str\n    pw: SecretStr\ndef f(item) -> A: return item",
        {"users.id"},
        CLOSED,
    ),
    Case(
        "computed",
        "class A(BaseModel):\n    id: str\n    raw: str = Field(exclude=True)\n"
        "    @computed_field\n    @property\n    def shout(self) -> str: return self.raw + '!'\n"
        "def f(item) -> A: return A(**item)",
        {"users.id", "users.raw"},
        CLOSED,
    ),
    Case(
        "subclass returned",
        "def f(item) -> User: return Full(**item)",
        {"users.id", "users.email"},
        CLOSED,
    ),
    Case(
        "object by attributes",
        "class Row:\n    def __init__(self, i):\n        self.id = i['id']\n"
        "        self.pw = i['pw']\ndef f(item) -> User: return Row(item)",
        {"users.id"},
        CLOSED,
    ),
    Case(
        "plain object",
        "class Row:\n    def __init__(self, i):\n        self.id = i['id']\n"
        "def f(item): return Row(item)",
        {"users.id"},
        NONE,
    ),
    Case(
        "one of two lists",
        "def f(item) -> list[User] | User: return [item]",
        {"users.id", "users.email"},
        CLOSED,
    ),
    Case(
        "wrapper with data",
        "class A(BaseModel):\n    data: dict\n    ok: bool = True\n"
        "def f(item) -> A: return A(data=item)",
        {"users.*"},
        OPEN,
    ),
    Case(
        "attribute typed dict",
        "class A(BaseModel):\n    meta: dict\ndef f(item) -> A: return A(meta=item['meta'])",
        {"users.meta.*"},
        OPEN,
    ),
    Case(
        "list of maps",
        "class A(BaseModel):\n    orders: list[dict]\ndef f(item) -> A: return A(**item)",
        {"users.orders.[].*"},
        OPEN,
    ),
    Case(
        "list of strings",
        "class A(BaseModel):\n    tags: list[str]\ndef f(item) -> A: return A(**item)",
        {"users.tags"},
        CLOSED,
    ),
    Case("overwritten", "def f(item): return {**item, 'pw': None}", {"users.*-pw"}, NONE),
    Case(
        "renamed beside", "def f(item): return {**item, 'pw': item['email']}", {"users.*-pw"}, NONE
    ),
    Case("length only", "def f(item): return {'n': len(item)}", set(), NONE),
    Case("scalar", "def f(item) -> str: return item['id']", {"users.id"}, CLOSED),
    Case(
        "recursive",
        "class Tree(BaseModel):\n    id: str\n    sub: list[Tree] = []\n"
        "def f(item) -> Tree: return {'id': item['id'], 'sub': [item]}",
        {"users.id", "users.sub.id"},
        CLOSED,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_leaves(case: Case, tmp_path: Path) -> None:
    """What leaves is what the type of the answer keeps."""
    filtered, found = answer(tmp_path, case.source)
    if case.name == "recursive":
        assert found >= case.leaves
        assert not any(name.endswith("*") for name in found)
    else:
        assert found == case.leaves
    assert filtered.model.state is case.state


def test_open_fields_are_named(tmp_path: Path) -> None:
    """An open model says which of its fields have no fixed shape, and why."""
    filtered, _ = answer(tmp_path, "def f(item) -> Full: return item")
    assert filtered.model.name == "Full"
    assert filtered.model.open_fields == ("settings",)
    assert filtered.model.why == "dict[str, Any]"
    assert filtered.model.place is not None
    assert filtered.model.place.path == "app.py"


def test_include_and_exclude(tmp_path: Path) -> None:
    """`response_model_include` and `response_model_exclude` narrow what the model keeps."""
    source = "def f(item) -> list[User]: return [item]"
    names = sequence([Const("email")], "set")
    assert answer(tmp_path, source, include=names)[1] == {"users.email"}
    assert answer(tmp_path, source, exclude=names)[1] == {"users.id"}


def test_a_response_bypasses_the_model(tmp_path: Path) -> None:
    """A Response that a handler returns is sent as it is, whatever the model says."""
    (tmp_path / "app.py").write_text(HEAD + "class R(JSONResponse): ...\ndef f(item) -> User: ...")
    m = machine(tmp_path)
    module = m.program.module("app.py")
    m.program.run_module(m, module)
    made = m.call(m, module.slots["R"], [], {}, module.slots["R"].node, m.program.no_frame)
    filtered = filter_response(m, made, module.slots["User"])
    assert filtered.value is made
    assert filtered.model.state is BYPASSED
    assert filtered.model.why == "R returned"
