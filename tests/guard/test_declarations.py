"""What is declared wrongly is refused where it is declared."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from hushtable.guard.errors import DeclarationError
from hushtable.guard.marks import (
    At,
    Blind,
    Encrypted,
    OpenMap,
    Owner,
    PartitionKey,
    SortKey,
    Version,
    Visible,
)
from hushtable.guard.record import Record
from hushtable.guard.schema import Index
from hushtable.guard.view import View
from tests.guard.shop import Order, Profile, User, UserOut, ann


def test_a_view_cannot_declare_a_credential() -> None:
    """A credential is refused in a View where the View is written, whatever way it is named."""
    with pytest.raises(DeclarationError, match=r"Stolen\.password_hash: a credential"):

        class Stolen(View[User]):
            password_hash: str

    with pytest.raises(DeclarationError, match=r"Renamed\.value: a credential"):

        class Renamed(View[User]):
            value: Annotated[str, At("password_hash")]


def test_a_view_shows_what_its_record_has() -> None:
    """A field that the Record does not declare is refused, inside maps too."""
    with pytest.raises(DeclarationError, match=r"Wrong\.shoe_size: User has no attribute"):

        class Wrong(View[User]):
            shoe_size: int

    class Wide(BaseModel):
        locale: str
        religion: str | None = None

    with pytest.raises(DeclarationError, match=r"Deep\.profile\.religion"):

        class Deep(View[User]):
            profile: Wide

    with pytest.raises(DeclarationError, match="not declared by User"):

        class Path(View[User]):
            zip_code: Annotated[str, At("profile.zip")]


def test_a_view_keeps_the_wire_type_and_what_may_be_missing() -> None:
    """A field of another wire type, or required where the Record is optional, is refused."""
    with pytest.raises(DeclarationError, match="another type"):

        class Typed(View[User]):
            email: int

    with pytest.raises(DeclarationError, match="optional here too"):

        class Required(View[User]):
            nick: str

    with pytest.raises(DeclarationError, match="needs a default"):

        class Seen(View[Order]):
            note: str | None


def test_a_view_adds_no_mark_that_hides() -> None:
    """Who sees an attribute is said in the Record: in a View alone it would hide nothing."""
    with pytest.raises(DeclarationError, match=r"Loud\.status: Visible is said in the Record"):

        class Loud(View[User]):
            status: Annotated[str, Visible("admin")] = ""

    with pytest.raises(DeclarationError, match=r"Sealed\.status: Encrypted is said in the Record"):

        class Sealed(View[User]):
            status: Annotated[str, Encrypted]


def test_an_open_map_needs_a_reason() -> None:
    """A map whose keys nobody declared is shown with a reason alone."""

    class Thing(Record, table="things"):
        thing_id: Annotated[str, PartitionKey]
        extra: dict[str, Any] = {}

    with pytest.raises(DeclarationError, match="OpenMap"):

        class Bare(View[Thing]):
            extra: dict[str, Any] = {}

    class Said(View[Thing]):
        extra: Annotated[dict[str, Any], OpenMap("settings of the shop's own front end")] = {}

    assert [str(one) for one in Said.declared_.seen_by(None).paths] == ["extra"]


def test_an_attribute_is_shown_once() -> None:
    """A View that shows an attribute twice, or a map whole and in part, is refused."""
    with pytest.raises(DeclarationError, match="twice, or whole and in part"):

        class Twice(View[User]):
            profile: Profile
            locale: Annotated[str, At("profile.locale")]


@pytest.mark.parametrize(
    ("fields", "options", "why"),
    [
        ({"a": str}, {"table": "things"}, "one PartitionKey"),
        ({"a": Annotated[list[str], PartitionKey]}, {"table": "things"}, "one text, number"),
        ({"a": Annotated[str, PartitionKey]}, {"table": "no"}, "3 to 255"),
        (
            {"a": Annotated[str, PartitionKey], "b": Annotated[str, SortKey],
             "c": Annotated[str, SortKey]},
            {"table": "things"}, "at most one SortKey",
        ),
        ({"a": str}, {"table": "things", "partition_key": {"pk": "A#{b}"}}, "no field"),
        ({"a": str}, {"table": "things", "partition_key": {"a": "A#{a}"}}, "cannot be a field"),
        ({"a": str}, {"table": "things", "sort_key": {"sk": "A#{a}"}}, "needs a partition_key"),
        ({"a": Annotated[str, PartitionKey], "b": Annotated[int, Owner]}, {"table": "things"},
         "Owner stands on a text"),
        ({"a": Annotated[str, PartitionKey], "b": Annotated[str, Version]}, {"table": "things"},
         "Version stands on a number"),
        ({"a": Annotated[str, PartitionKey], "b": Annotated[str | None, Blind("z")]},
         {"table": "things"}, "names another field"),
        ({"a": Annotated[str, PartitionKey], "b": Annotated[str, Blind("a")]},
         {"table": "things"}, "the guard fills it"),
        ({"a": Annotated[str, PartitionKey], "b": complex}, {"table": "things"}, "wire type"),
        ({"a": Annotated[str, PartitionKey]},
         {"table": "things", "indexes": [Index("i", partition="z")]}, "no field z"),
        ({"a": Annotated[str, PartitionKey], "b": int | float}, {"table": "things"}, "same wire"),
    ],
)  # fmt: skip
def test_a_record_is_refused_with_a_reason(
    fields: dict[str, Any], options: dict[str, Any], why: str
) -> None:
    """A Record whose keys, marks or types cannot work names what is wrong."""
    with pytest.raises(DeclarationError, match=why):
        type(Record)(
            "Thing", (Record,), {"__annotations__": fields, "__module__": __name__}, **options
        )


def test_a_record_shows_no_value() -> None:
    """The repr, the str, a traceback's line and a pickle of a Record hold no sensitive value."""
    user = ann(nick="canary-nick")
    for text in (repr(user), str(user), f"{user!r}"):
        assert "canary" not in text
        assert "ann@example.org" not in text
        assert "password_hash=***" in text
        assert "user_id='ann'" in text
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(user)
    assert copy.copy(user) == user


def test_input_errors_quote_no_input() -> None:
    """An error of a Record's own checks names the field and not what was given."""
    with pytest.raises(ValidationError) as caught:
        ann(visits="canary", shoe_size="canary")
    told = str(caught.value) + "".join(traceback.format_exception(caught.value))
    assert "shoe_size" in told
    assert "input_value" not in str(caught.value)


def test_a_key_is_a_type_for_parameters() -> None:
    """`User.key.user_id` checks a parameter as the Record declares its key."""
    adapter = TypeAdapter(User.key.user_id)
    assert adapter.validate_python("ann_1") == "ann_1"
    for wrong in ("", "a b", "ann\n", "a" * 65, "../x"):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)
    with pytest.raises(AttributeError):
        _ = User.key.email


def test_a_view_asks_for_its_leaves_alone() -> None:
    """The projection of a View holds the paths it shows, every name aliased."""
    text, names = UserOut.declared_.seen_by(None).expression
    assert set(names.values()) == {
        "user_id", "email", "status", "profile", "locale", "visits", "n", "expires"
    }  # fmt: skip
    assert all(part.startswith("#") for path in text.split(", ") for part in path.split("."))


def test_roles_narrow_a_view() -> None:
    """A field for some roles is neither asked for nor shown to others."""

    class Out(View[Order]):
        order_id: str
        note: Annotated[str | None, Visible("staff")] = None

    declared = Out.declared_
    assert "note" in {str(path) for path in declared.seen_by(frozenset({"staff"})).paths}
    assert "note" not in {str(path) for path in declared.seen_by(frozenset({"other"})).paths}
    assert "note" in {str(path) for path in declared.seen_by(None).paths}
