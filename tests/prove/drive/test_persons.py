"""Persons that stand in for whoever would have signed in."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import pytest
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, Field, model_validator

from hushtable.prove.canary import Source
from hushtable.prove.drive.persons import Person, Record, make
from hushtable.prove.sketch import Shape
from tests.prove.fakes import FakeMint, owner_of

OWNER = owner_of("A")
_TEXT = Shape()


class Role(Enum):
    """What somebody may do."""

    ADMIN = "administrator"
    USER = "user"


class Tenant(BaseModel):
    """Nested."""

    tenant_id: str
    plan: Literal["free", "gold"]


class Model(BaseModel):
    """A model."""

    id: uuid.UUID
    sub: str
    email: str
    role: Role
    roles: list[str]
    is_admin: bool
    is_active: bool
    disabled: bool
    exp: int
    tenant: Tenant
    nickname: str = Field(min_length=3)


@dataclass
class Data:
    """A dataclass."""

    user_id: str
    role: Literal["admin", "member"]
    email: str | None = None


class Typed(TypedDict):
    """A dictionary with known keys."""

    sub: str
    scopes: list[str]


class Named(NamedTuple):
    """A tuple with names."""

    user_id: str
    name: str


class Plain:
    """A class of no library."""

    def __init__(self, user_id, email: str, is_superuser: bool, roles=None) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, FBT001
        self.user_id, self.email = user_id, email
        self.is_superuser, self.roles = is_superuser, roles


class Strict(BaseModel):
    """A model that takes nothing that is made up."""

    user_id: str
    code: str

    @model_validator(mode="after")
    def never(self) -> Strict:
        """Refuse."""
        message = "no"
        raise ValueError(message)


def person(role: str = "") -> Person:
    """Owner A."""
    return Person(FakeMint(), "A", OWNER, role)


def test_a_model_is_filled_by_name() -> None:
    """Ids are the owner's, roles are mild, flags let in, times lie in the future."""
    made = make(person(), Model)
    assert (str(made.id), made.sub) == (OWNER, OWNER)
    assert made.role is Role.USER
    assert (made.roles, made.is_admin, made.is_active, made.disabled) == ([], False, True, False)
    assert made.exp > 4_000_000_000
    assert made.email.endswith("@canary.example")
    assert made.tenant.tenant_id == OWNER


def test_a_role_is_given_wherever_a_role_is_asked_for() -> None:
    """Somebody with a role has it as a choice, in lists and as a flag."""
    made = make(person("admin"), Model)
    assert made.role is Role.ADMIN
    assert made.roles == ["admin"]
    assert made.is_admin
    assert not make(person("clerk"), Model).is_admin
    assert make(person("orders:read orders:write"), Typed)["scopes"] == [
        "orders:read",
        "orders:write",
    ]


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (Data, Data),
        (Annotated[Data, "x"], Data),
        (Data | None, Data),
        (Generator[Data, None, None], Data),
        (AsyncIterator[Data], Data),
        (Typed, dict),
        (Named, Named),
        (Plain, Plain),
        (Strict, Strict),
        (dict[str, Any], Record),
        (dict, Record),
        (None, Record),
        (Any, Record),
        (str, str),
        (int, int),
        (bool, bool),
        (Role, Role),
    ],
)
def test_each_type_is_made(annotation: Any, kind: type) -> None:
    """What is made is of the type that the dependency says it gives."""
    assert isinstance(make(person(), annotation), kind)


def test_every_type_has_the_owners_id() -> None:
    """Whatever the type, the id in it is the owner's."""
    assert make(person(), Data).user_id == OWNER
    assert make(person(), Typed)["sub"] == OWNER
    assert make(person(), Named).user_id == OWNER
    assert make(person(), Plain).user_id == OWNER
    assert make(person(), Strict).user_id == OWNER
    assert make(person(), str) == OWNER
    assert make(person(), None, "user_id") == OWNER
    assert make(person(), None, "current", as_text=True) != make(person(), None, "current")


def test_a_plain_class_is_made_by_its_init() -> None:
    """A class of no library gets what its `__init__` names."""
    made = make(person("superuser"), Plain)
    assert made.is_superuser is True
    assert made.email.endswith("@canary.example")
    assert made.roles == ["superuser"]


def test_a_record_has_what_is_read_of_it() -> None:
    """A person of no type has every key and attribute, but no more than it should by `get`."""
    made = make(person("admin"), None)
    assert made["sub"] == made.user_id == made.get("owner_id") == OWNER
    assert made["department"] == made.department
    assert made.get("role") == "admin"
    assert made.get("permissions") == ["admin"]
    assert made.get("is_admin") is True
    assert made.get("theme") is None
    assert made.get("theme", "dark") == "dark"
    assert not hasattr(made, "__html__")
    assert jsonable_encoder(made)["department"] == made["department"]


def test_what_nobody_has_is_a_canary_of_the_identity() -> None:
    """Texts of a person can be told apart from planted ones, and A's from B's."""
    mint = FakeMint()
    first = Person(mint, "A", OWNER).value("nickname")
    second = Person(mint, "B", owner_of("B")).value("nickname")
    assert first == mint.text(_TEXT, Source.IDENTITY, ("A", "nickname")).planted
    assert first != second


def test_a_planted_key_is_known() -> None:
    """A name that speaks of a planted key has that key."""
    known = {"team_key": "planted"}
    made = make(Person(FakeMint(), "A", OWNER, "", known.get), None)
    assert made["team_key"] == "planted"
