"""A value of which only the annotation is known has the shape that the annotation says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hushtable.scan.fitting import under
from hushtable.scan.frame import Machine
from hushtable.scan.labels import Kind, Label, Labels
from hushtable.scan.models import Models
from hushtable.scan.values import (
    NONE,
    REST,
    Choice,
    Dict,
    Function,
    Instance,
    Opaque,
    Seq,
    deep_labels,
)
from tests.scan.running import machine

BODY = frozenset({Label(Kind.INPUT, name="body", source="body")})
HEAD = """
from __future__ import annotations
import uuid
from abc import ABC, abstractmethod
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, List, Literal, Optional, Protocol
from fastapi import Query
from pydantic import BaseModel, Field, constr
from pydantic_settings import BaseSettings
class Role(str, Enum):
    ADMIN = "admin"
class Address(BaseModel):
    city: str
class User(BaseModel):
    name: str
    age: int
    home: Address
    tags: list[str] = []
class Tree(BaseModel):
    sub: list["Tree"] = []
"""


def loaded(folder: Path, source: str) -> tuple[Machine, dict[Any, Any]]:
    """Run a module and give its machine and names."""
    (folder / "app.py").write_text(HEAD + source)
    m = machine(folder)
    module = m.program.module("app.py")
    m.program.run_module(m, module)
    return m, module.slots


def parameter(folder: Path, annotation: str, labels: Labels = BODY) -> Any:
    """Give the value of `def f(p: annotation)`'s parameter."""
    m, names = loaded(folder, f"def f(p: {annotation}): ...")
    function = names["f"]
    assert isinstance(function, Function)
    node = function.node.args.args[0].annotation
    return Models().of_annotation(m, node, function, labels, "p")


class Free(NamedTuple):
    """An annotation, and whether it excludes free text."""

    annotation: str
    validated: bool


@pytest.mark.parametrize("case", [
    Free("str", validated=False), Free("int", validated=True), Free("float", validated=True),
    Free("bool", validated=True), Free("uuid.UUID", validated=True),
    Free("datetime", validated=True), Free("Literal['a', 'b']", validated=True),
    Free("Role", validated=True), Free("Optional[int]", validated=True),
    Free("int | str", validated=False), Free("Optional[str]", validated=False),
    Free("Annotated[str, Field(pattern='^a$')]", validated=True),
    Free("Annotated[str, Field(min_length=3)]", validated=False),
    Free("constr(regex='^a$')", validated=True), Free("list[int]", validated=True),
    Free("list[str]", validated=False), Free("Any", validated=False),
    Free("Missing", validated=False), Free("'int'", validated=True),
], ids=lambda c: c.annotation)  # fmt: skip
def test_types_that_exclude_free_text(case: Free, tmp_path: Path) -> None:
    """An input of a number, date, enum or pattern type is validated; text is not."""
    labels = deep_labels(parameter(tmp_path, case.annotation))
    assert labels
    assert {label.validated for label in labels} == {case.validated}


def test_model_fields_are_inputs_of_their_own(tmp_path: Path) -> None:
    """A body's fields carry the input with their own path, nested ones too."""
    made = parameter(tmp_path, "User")
    assert isinstance(made, Instance)
    name = next(iter(deep_labels(made.slots["name"])))
    assert (name.name, name.path, name.validated) == ("name", ("name",), False)
    assert next(iter(deep_labels(made.slots["age"]))).validated
    city = next(iter(deep_labels(made.slots["home"].slots["city"])))
    assert city.path == ("home", "city")
    assert isinstance(made.slots["tags"], Seq)


def test_optional_model_may_be_none(tmp_path: Path) -> None:
    """A parameter that may be None is a choice, so that both branches are run."""
    made = parameter(tmp_path, "User | None")
    assert isinstance(made, Choice)
    assert NONE in made.options


def test_lists_and_maps_are_open(tmp_path: Path) -> None:
    """A list of models holds unknown many; a dict holds unknown keys."""
    listed = parameter(tmp_path, "List[User]")
    assert isinstance(listed, Seq)
    assert isinstance(listed.slots[REST], Instance)
    held = parameter(tmp_path, "dict[str, Any]")
    assert isinstance(held, Dict)
    assert next(iter(deep_labels(under(held, ("role",))))).path == ("role",)


def test_recursive_models_end(tmp_path: Path) -> None:
    """A model that holds itself is opened a few levels deep and no further."""
    assert isinstance(parameter(tmp_path, "Tree"), Instance)


def test_no_labels_says_nothing(tmp_path: Path) -> None:
    """A parameter that no request fills carries nothing."""
    assert not deep_labels(parameter(tmp_path, "User", frozenset()))
    assert isinstance(parameter(tmp_path, "str", frozenset()), Opaque)


def service(folder: Path, source: str, annotation: str = "Service") -> tuple[Machine, Any]:
    """Give the object that stands for a service class."""
    m, names = loaded(folder, f"{source}\ndef f(p: {annotation}): ...")
    function = names["f"]
    found = Models().service_of(m, function.node.args.args[0].annotation, function)
    again = Models().service_of(m, function.node.args.args[0].annotation, function)
    assert found is again
    return m, found


def test_a_service_is_one_object(tmp_path: Path) -> None:
    """A class without fields is made once, its own services with it."""
    _, made = service(
        tmp_path,
        "class Repo:\n    def __init__(self):\n        self.table = 'users'\n"
        "class Service:\n    def __init__(self, repo: Repo): self.repo = repo",
    )
    assert isinstance(made, Instance)
    assert made.slots["repo"].slots["table"].value == "users"


def test_services_that_need_each_other_end(tmp_path: Path) -> None:
    """Classes whose constructors ask for each other are made once each."""
    _, made = service(
        tmp_path,
        "class Service:\n    def __init__(self, o: Other): self.o = o\n"
        "class Other:\n    def __init__(self, s: Service): self.s = s",
    )
    assert isinstance(made, Instance)


@pytest.mark.parametrize(
    "interface",
    [
        (
            "class Service(ABC):\n    @abstractmethod\n    def get(self): ...\n"
            "class Real(Service):\n    def get(self): return 1"
        ),
        (
            "class Service(Protocol):\n    def get(self): ...\n"
            "class Real:\n    def get(self): return 1"
        ),
    ],
)
def test_an_interface_is_its_only_implementation(interface: str, tmp_path: Path) -> None:
    """A Protocol or abstract class is the class that implements it, when exactly one does."""
    _, made = service(tmp_path, interface)
    assert made.cls is not None
    assert made.cls.name == "Real"


def test_two_implementations_are_not_chosen_between(tmp_path: Path) -> None:
    """With two implementations nothing is claimed of which it is."""
    _, made = service(
        tmp_path,
        "class Service(ABC):\n    @abstractmethod\n    def get(self): ...\n"
        "class A(Service):\n    def get(self): return 1\n"
        "class B(Service):\n    def get(self): return 2",
    )
    assert made.cls.name == "Service"


def test_models_are_no_services(tmp_path: Path) -> None:
    """A model, an enum and a builtin stand for data, not for a service."""
    for annotation in ("User", "Role", "str", "Missing", "dict"):
        assert service(tmp_path, "", annotation)[1] is None


SETTINGS = """
class Settings(BaseSettings):
    table_name: str = "users"
    jwt_secret: str = "change-me"
    region: Optional[str] = None
    page: int = 10
    key_id: str = Field("", env="AWS_KEY")
    class Config:
        env_prefix = "app_"
settings = Settings()
"""


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    """A setting is named by its variable, and its default is possible but not certain."""
    _, names = loaded(tmp_path, SETTINGS)
    made = names["settings"]
    table = made.slots["table_name"]
    assert isinstance(table, Opaque)
    assert table.parts == ("users",)
    assert [one.name for one in table.labels] == ["APP_TABLE_NAME"]
    assert {one.kind for one in table.labels} == {Kind.SETTING}
    assert made.slots["jwt_secret"].parts is None
    assert made.slots["region"].parts is None
    assert [one.name for one in made.slots["key_id"].labels] == ["AWS_KEY"]


def test_settings_given_in_code_are_known(tmp_path: Path) -> None:
    """A setting that the program itself gives is what the program gives."""
    _, names = loaded(tmp_path, SETTINGS + "given = Settings(table_name='orders')\n")
    assert names["given"].slots["table_name"].value == "orders"


@pytest.mark.parametrize(
    "annotation",
    [
        "'list['",
        "'('",
        "''",
        "1 + 1",
        "[int]",
        "lambda: 1",
        "'''a\nb'''",
        "Missing[int]",
        "Optional['Missing']",
        "dict[str, 'User'] | None",
    ],
)
def test_bad_annotations_are_unknown(annotation: str, tmp_path: Path) -> None:
    """An annotation that is no type gives a value of which only the labels are known."""
    assert deep_labels(parameter(tmp_path, annotation))
