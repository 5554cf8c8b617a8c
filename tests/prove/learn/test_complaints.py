"""What the app complains of. The functions below are its code: this folder is watched."""

from __future__ import annotations

import contextlib
import enum
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from hushtable.prove.canary import UNDECLARED
from hushtable.prove.exchange import Complaint
from hushtable.prove.learn.complaints import MOST_COMPLAINTS
from tests.prove.traced import Watch

HIDDEN = "hqaaaaaaaaaaaa"
ITEM: dict[str, Any] = {"status": "hqbbbbbbbbbbbb", UNDECLARED: HIDDEN, "age": 5}


class Status(enum.Enum):
    """Choices."""

    OPEN = "open"
    PAID = "paid"


class User(BaseModel):
    """A model."""

    email: str
    age: int = Field(ge=18)


def complaints_of(call: Callable[[], object], folder: Path | None = None) -> tuple[Complaint, ...]:
    """Call while watching, and give what was complained of."""
    with Watch(folder or Path(__file__).parent) as watch:
        watch.on = True
        with contextlib.suppress(Exception):
            call()
        watch.on = False
        return watch.drain()


def complaint_of(call: Callable[[], object]) -> Complaint:
    """Give the one complaint."""
    (only,) = complaints_of(call)
    return only


def values_of(complaint: Complaint, name: str) -> list[str]:
    """Give the details of one name."""
    return [text for one, text in complaint.details if one == name]


def test_a_missing_key_is_told_with_its_item() -> None:
    """A KeyError tells its key, the item at hand that lacks it, and what else is read of it."""

    def read(item: dict[str, Any]) -> object:
        return item["zip"], item["address"]["city"]

    found = complaint_of(lambda: read(ITEM))
    assert (found.kind, values_of(found, "key")) == ("KeyError", ["zip"])
    assert set(values_of(found, "holder")) == {HIDDEN}
    assert values_of(found, "beside") == ["zip", "address.city"]
    assert {"hqbbbbbbbbbbbb", HIDDEN, "5"} <= set(found.values)
    assert found.frames[-1].function == "read"
    assert found.frames[-1].file == __file__


def test_what_is_caught_is_told_too() -> None:
    """An exception that the app catches itself is told, once, however far it goes."""

    def inner() -> object:
        return ITEM["status"].items()

    def outer() -> str:
        try:
            return str(inner())
        except AttributeError:
            return "caught"

    found = complaint_of(outer)
    assert values_of(found, "name") == ["items"]
    assert values_of(found, "of") == ["str"]
    assert values_of(found, "value") == ["hqbbbbbbbbbbbb"]
    assert [frame.function for frame in found.frames] == ["outer", "inner"]


def test_an_enum_tells_its_choices() -> None:
    """A value that an enum refuses comes with those that it takes."""
    found = complaint_of(lambda: Status(ITEM["status"]))
    assert values_of(found, "choice") == ["open", "paid"]


def test_a_validation_tells_each_fault() -> None:
    """A validation tells each location, its type and bounds, and the item it was given."""
    found = complaint_of(lambda: User(**ITEM))
    names = [name for name, _ in found.details]
    assert values_of(found, "model") == ["User"]
    assert values_of(found, "at email") == ["missing"]
    assert values_of(found, "at age") == ["greater_than_equal"]
    assert values_of(found, "ctx ge") == ["18"]
    assert values_of(found, "holder") == [HIDDEN]
    assert names.index("at email") < names.index("holder") < names.index("at age")


def test_settings_tell_their_variables() -> None:
    """A settings model tells which variable each missing field reads."""

    class Settings(BaseSettings):
        model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="shop_")
        users_table: str
        key: str = Field(validation_alias="SECRET_KEY")

    def start() -> None:
        Settings()

    found = complaint_of(start)
    assert values_of(found, "env") == ["SHOP_USERS_TABLE", "SECRET_KEY"]


def test_statuses_and_codes_are_told() -> None:
    """An HTTPException tells its status, a client's error its code and operation."""

    def refuse() -> None:
        raise HTTPException(404)

    def fail() -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")

    assert complaint_of(refuse).status == 404
    found = complaint_of(fail)
    assert values_of(found, "code") == ["ThrottlingException"]
    assert values_of(found, "operation") == ["GetItem"]


def test_an_answer_that_does_not_fit_is_told() -> None:
    """An answer that its model refuses is told, though no frame of the app is in it."""
    app = FastAPI()

    @app.get("/", response_model=User)
    def read() -> dict[str, Any]:
        return ITEM

    client = TestClient(app, raise_server_exceptions=False)
    found = [one for one in complaints_of(lambda: client.get("/")) if "Response" in one.kind]
    assert [values_of(one, "at response.email") for one in found] == [["missing"]]


def test_threads_are_heard() -> None:
    """Exceptions in threads that start while it watches are told."""

    def work() -> None:
        with contextlib.suppress(ValueError):
            int("x")

    def start() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert [one.kind for one in complaints_of(start)] == ["ValueError"]


def test_other_code_is_not_watched(tmp_path: Path) -> None:
    """Exceptions in code outside of the folder, and the ends of loops, are not told."""
    assert complaints_of(lambda: int("x"), tmp_path) == ()
    assert complaints_of(lambda: next(iter(()))) == ()


def test_nothing_is_told_while_it_is_off() -> None:
    """A watch that was not switched on tells nothing."""
    with Watch(Path(__file__).parent) as watch:
        with contextlib.suppress(ValueError):
            int("x")
        assert not watch.on
        assert watch.drain() == ()


def test_what_is_kept_is_bounded() -> None:
    """However many exceptions there are, a bounded number is kept."""

    def many() -> None:
        for _ in range(MOST_COMPLAINTS + 20):
            with contextlib.suppress(ValueError):
                int("x")

    assert len(complaints_of(many)) == MOST_COMPLAINTS


@pytest.mark.parametrize("what", ["__str__", "__dict__", "errors"])
def test_hostile_objects_are_no_harm(what: str) -> None:
    """An object that breaks when it is looked at ends no request and hides no complaint."""

    def broken(*_: object) -> Any:
        raise RuntimeError

    kind = type("Odd", (ValueError,), {what: property(broken) if what == "__dict__" else broken})

    def fail() -> None:
        one = kind()
        raise one

    assert "Odd" in {one.kind for one in complaints_of(fail)}
