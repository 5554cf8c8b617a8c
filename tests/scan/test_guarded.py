"""A service on hushtable's own runtime library shows what its Views declare, to whom they may."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hushtable.model.config import ScanConfig
from hushtable.model.finding import Result
from hushtable.rules.judge import judge
from hushtable.scan.run import scan

CONFIG = ScanConfig(jobs=1, cache=False)
HEAD = """
from typing import Annotated
import boto3
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from hushtable.guard import (
    At, Caller, Credential, Encrypted, NotFoundError, Owner, Page, PartitionKey, Personal, Record,
    Store, System, Table, View, allow_scan, projection, view_of,
)
from hushtable.guard.fastapi import Cursor, Limit, caller_of, protect
from hushtable.guard.hashed import Passwords
from hushtable.guard.limits import RateLimit

class Profile(BaseModel):
    locale: str
    birthday: str

class User(Record, table="people"):
    user_id: Annotated[str, PartitionKey, Owner]
    email: Annotated[str, Personal]
    profile: Profile
    password_hash: Annotated[str | None, Credential] = None
    password: Annotated[str | None, Credential] = None
    token: Annotated[str | None, Credential, Encrypted] = None
    iban: Annotated[str | None, Encrypted] = None

class Session(Record, table="sessions"):
    digest: Annotated[str, PartitionKey]
    user_id: str

class UserOut(View[User]):
    user_id: str
    email: str
    locale: Annotated[str, At("profile.locale")]

class SessionOut(View[Session]):
    user_id: str

store = Store()
users, sessions = Table(User, store), Table(Session, store)
bearer, passwords = HTTPBearer(), Passwords()
app = FastAPI()
protect(app, users, sessions)

async def current_user(token: Annotated[str, Depends(bearer)]) -> Caller:
    try:
        session = await sessions.get(SessionOut, token)
    except NotFoundError:
        raise HTTPException(401)
    return Caller(session.user_id)

Me = Annotated[Caller, Depends(caller_of(current_user))]
UserId = User.key.user_id
"""
SHOWN = {"people.user_id", "people.email", "people.profile.locale"}


def scanned(folder: Path, source: str) -> Result:
    """Scan a service."""
    (folder / "app.py").write_text(HEAD + source, encoding="utf-8")
    return judge(scan(folder, CONFIG), CONFIG, str(folder))


def leaves(result: Result, path: str) -> tuple[set[str], str]:
    """Give what a route shows, and to whom."""
    (route,) = [one for one in result.routes if one.path == path]
    return {str(one) for one in route.leaves}, route.audience


@pytest.mark.parametrize("body", [
    "return await users.get(UserOut, user_id)",
    "return users.get(UserOut, user_id).now()",
    "return await users.find(UserOut, user_id)",
    "return (await users.query(UserOut, user_id=user_id)).items[0]",
    "return [one async for one in users.each(UserOut, at_most=3, user_id=user_id)][0]",
    "return (await users.get_many(UserOut, [{'user_id': user_id}]))[0]",
])  # fmt: skip
def test_a_read_gives_its_view_to_the_owner(tmp_path: Path, body: str) -> None:
    """Every way to read gives the View's attributes and no other, and an owned Record its owner."""
    source = f'@app.get("/u/{{user_id}}")\nasync def read(user_id: UserId, me: Me):\n    {body}\n'
    result = scanned(tmp_path, source)
    assert leaves(result, "/u/{user_id}") == (SHOWN, "owner")
    assert [one.message for one in result.findings] == []


def test_an_update_gives_its_view(tmp_path: Path) -> None:
    """What an update gives back is the View's too."""
    source = """
@app.patch("/me")
async def change(me: Me):
    return await users.update_and_get(UserOut, me.id, values={"email": "x"})
"""
    result = scanned(tmp_path, source)
    assert leaves(result, "/me")[0] == SHOWN
    assert [one.message for one in result.findings] == []


def test_a_view_before_nobodys_gate_is_found(tmp_path: Path) -> None:
    """A View with personal data that everybody gets, past its owner, is personal data leaving."""
    source = """
@app.get("/u/{user_id}")
async def read(user_id: UserId) -> UserOut:
    return await users.get(UserOut, user_id, by=System("a page for everybody"))
"""
    result = scanned(tmp_path, source)
    assert leaves(result, "/u/{user_id}") == (SHOWN, "anyone")
    told = {one.code: {str(attribute) for attribute in one.attributes} for one in result.findings}
    assert told["HT103"] == {"people.email"}
    assert "HT402" not in told


def test_a_credential_that_leaves_is_found(tmp_path: Path) -> None:
    """What `credential` gives is the credential; checking it shows nothing of it."""
    source = """
class Login(BaseModel):
    user_id: str
    password: str

@app.post("/login", dependencies=[Depends(RateLimit("5/minute"))])
async def login(body: Login):
    stored = await users.credential("password_hash", body.user_id, by=System("signing in"))
    if not await passwords.verify_async(stored, body.password):
        raise HTTPException(401)
    return {"welcome": True}

@app.get("/mine")
async def mine(me: Me):
    return {"hash": await users.credential("password_hash", me.id)}
"""
    result = scanned(tmp_path, source)
    (finding,) = [one for one in result.findings if one.code == "HT102"]
    assert {str(one) for one in finding.attributes} == {"people.password_hash"}
    assert {one.code for one in result.findings} == {"HT102"}
    assert leaves(result, "/login")[0] == set()


def test_pages_and_scans_are_bounded(tmp_path: Path) -> None:
    """A page's limit is capped and its cursor sealed by the library, whoever sent them."""
    source = """
@app.get("/mine")
async def mine(me: Me, limit: Limit = 20, cursor: Cursor = None) -> Page[UserOut]:
    return await users.query(UserOut, user_id=me.id, limit=limit, cursor=cursor)

@app.get("/all")
@allow_scan("all")
async def everybody(me: Me, limit: Limit = 20, cursor: Cursor = None) -> Page[UserOut]:
    return await users.scan_page(UserOut, reason="all", limit=limit, cursor=cursor)
"""
    result = scanned(tmp_path, source)
    assert leaves(result, "/mine") == (SHOWN, "owner")
    assert leaves(result, "/all")[0] == SHOWN
    assert [one.message for one in result.findings] == []


def test_writes_store_what_the_record_seals(tmp_path: Path) -> None:
    """An encrypted attribute and a hashed password are no clear text in the store; others are."""
    source = """
class New(BaseModel):
    user_id: str
    email: str
    password: str
    iban: str

@app.post("/u", dependencies=[Depends(RateLimit("5/minute"))])
async def add(body: New, me: Me):
    hashed = await passwords.hash_async(body.password)
    profile = Profile(locale="de", birthday="")
    await users.put(User(user_id=me.id, email=body.email, iban=body.iban, profile=profile,
                         password_hash=hashed))

@app.post("/clear", dependencies=[Depends(RateLimit("5/minute"))])
async def clear(body: New, me: Me):
    await users.update(me.id, values={"password": body.password, "token": body.password})
"""
    result = scanned(tmp_path, source)
    told = [(one.code, one.function) for one in result.findings]
    assert told == [("HT601", "app.clear")]


def test_boto3_code_with_a_projection_reads_its_view(tmp_path: Path) -> None:
    """`projection` bounds what boto3 reads, and `view_of` gives the View of it."""
    source = """
table = boto3.resource("dynamodb").Table("people")

@app.get("/raw")
def raw(me: Me):
    return table.get_item(Key={"user_id": me.id}, **projection(UserOut))["Item"]

@app.get("/whole")
def whole(me: Me):
    return view_of(UserOut, table.get_item(Key={"user_id": me.id})["Item"])
"""
    result = scanned(tmp_path, source)
    assert leaves(result, "/raw")[0] == SHOWN
    assert leaves(result, "/whole")[0] == SHOWN
    assert {one.code for one in result.findings} <= {"HT205"}


MARKED = """
Hidden = Annotated[str, Personal]

class Inside(BaseModel):
    note: Annotated[str, Health]
    colour: str
    again: "Inside | None" = None

class Base(Record):
    label: Annotated[str, Internal]

class Thing(Base, table=TABLE):
    thing_id: Annotated[str, PartitionKey]
    field_7: Annotated[str, Credential]
    field_8: Annotated[str | None, marks.Financial] = None
    field_9: Annotated[str, Personal, Stored("f9")]
    field_10: Hidden
    inside: Inside
    many: list[Inside] = []
    whole: Annotated[dict[str, str], Personal]
    email: Annotated[str, Internal]
    plain: str

class Other(Record, table=TABLE):
    thing_id: Annotated[str, PartitionKey]
    field_8: Annotated[str, Personal]

class ThingOut(View[Thing]):
    field_8: str | None = None
    field_10: str
    note: Annotated[str, At("inside.note")]
    colour: Annotated[str, At("inside.colour")]
    email: str
    plain: str
    label: str

things = Table(Thing, store)
table = boto3.resource("dynamodb").Table("things")

@app.get("/view")
async def view() -> ThingOut:
    return await things.get(ThingOut, "x")

@app.get("/raw")
def raw():
    item = table.get_item(Key={"thing_id": "x"})["Item"]
    return {"a": item["field_7"], "b": item["f9"], "c": item["whole"]["x"],
            "d": item["many"][0]["note"], "e": item["plain"]}
"""


def test_marks_are_the_programs_own_word(tmp_path: Path) -> None:
    """A mark says what an attribute is, with the reason, however the table is read.

    A mark holds for what lies in a map and for a name that says something else; of several Records
    of one table, what weighs most holds.
    """
    told = leaving(tmp_path, CONFIG)
    assert {name: what for name, what in told.items() if what[0] != "public"} == {
        "things.email": ("internal", "declared by Thing.email"),
        "things.f9": ("personal", "declared by Thing.field_9"),
        "things.field_10": ("personal", "declared by Thing.field_10"),
        "things.field_7": ("credential", "declared by Thing.field_7"),
        "things.field_8": ("financial", "declared by Thing.field_8"),
        "things.inside.note": ("health", "declared by Thing.inside.note"),
        "things.label": ("internal", "declared by Thing.label"),
        "things.many.note": ("health", "declared by Thing.many.note"),
        "things.whole.x": ("personal", "declared by Thing.whole"),
    }
    assert {name for name, what in told.items() if what[0] == "public"} == {
        "things.inside.colour", "things.plain"
    }  # fmt: skip


def test_what_the_configuration_says_comes_first(tmp_path: Path) -> None:
    """A user's own word for an attribute is kept, whatever a Record says."""
    declared = {"things.field_8": "public", "note": "internal"}
    told = leaving(tmp_path, replace(CONFIG, attributes=declared))
    assert told["things.field_8"] == ("public", "declared as things.field_8")
    assert told["things.inside.note"] == ("internal", "declared as note")


def leaving(folder: Path, config: ScanConfig) -> dict[str, tuple[str, str]]:
    """Give what is said of each attribute that leaves the marked service."""
    (folder / "names.py").write_text("TABLE = 'things'\n", encoding="utf-8")
    head = (
        "from names import TABLE\nfrom hushtable.guard import marks, Financial, Health, Internal, "
        "Stored\n"
    )
    (folder / "app.py").write_text(HEAD + head + MARKED, encoding="utf-8")
    return {
        str(one.attribute): (str(one.sensitivity.category), one.sensitivity.reason)
        for flow in scan(folder, config).outflows
        for one in flow.carried
    }


def test_a_record_that_was_put_shows_its_view(tmp_path: Path) -> None:
    """`view_of` gives of a Record what the View shows, and not what else the Record holds."""
    source = """
class New(BaseModel):
    token: str

@app.post("/u", dependencies=[Depends(RateLimit("5/minute"))])
async def add(body: New, me: Me):
    stored = await users.credential("password_hash", me.id)
    user = User(user_id=me.id, email="x", password_hash=stored,
                profile=Profile(locale="de", birthday=""))
    await users.put(user)
    return view_of(UserOut, user)
"""
    result = scanned(tmp_path, source)
    assert leaves(result, "/u")[0] == {"sessions.user_id"}
    assert not [one for one in result.findings if one.code == "HT102"]


def test_a_key_that_anybody_chooses_is_told_by_its_name(tmp_path: Path) -> None:
    """A Record without an owner that a caller reads by somebody's id is found, by its own key."""
    source = """
class Card(Record, table="cards", partition_key={"pk": "USER#{customer_id}"},
           sort_key={"sk": "CARD#{label}"}):
    customer_id: str
    label: str
    holder: Annotated[str, Personal]

class CardOut(View[Card]):
    holder: str

cards = Table(Card, store)

@app.get("/cards/{customer_id}/{label}")
async def read(customer_id: str, label: str, me: Me):
    return await cards.get(CardOut, customer_id, label)

async def require_staff(me: Me) -> Caller:
    if not me.roles & {"staff", "admin"}:
        raise HTTPException(403)
    return me

@app.get("/desk/{customer_id}")
async def desk(customer_id: str, me: Annotated[Caller, Depends(require_staff)]):
    return (await cards.query(CardOut, customer_id=customer_id)).items
"""
    result = scanned(tmp_path, source)
    told = [(one.code, one.function) for one in result.findings if one.code == "HT402"]
    assert told == [("HT402", "app.read")] * len(told)
    assert any("`customer_id` of" in (one.remedy or "") for one in result.findings)
    assert leaves(result, "/desk/{customer_id}") == ({"cards.holder"}, "signed-in")


@pytest.mark.parametrize("call", [
    "users.get()", "users.get(what)", "users.query(index=1)", "projection()", "view_of()",
    "view_of(UserOut)", "Table().get(UserOut, 1)", "users.put()", "users.credential()",
    "users.update(1, values=what)", "users.get(*what)",
])  # fmt: skip
def test_odd_calls_are_survived(tmp_path: Path, call: str) -> None:
    """A call with too little, or with what is not known, ends no scan."""
    source = (
        f'what = unknown()\n@app.get("/odd")\nasync def odd(me: Me):\n    return await {call}\n'
    )
    result = scanned(tmp_path, source)
    assert result.coverage.files_failed == 0
    assert [one.path for one in result.routes] == ["/odd"]


def test_setting_up_is_understood(tmp_path: Path) -> None:
    """Making a Store and protecting an app are known calls, and end no trail."""
    source = """
@app.get("/users/{user_id}")
async def read(user_id: str, me: Me) -> UserOut:
    return await users.get(UserOut, user_id)
"""
    told = [name for name, _ in scanned(tmp_path, source).coverage.unresolved]
    assert not [name for name in told if name.rpartition(".")[2] in {"Store", "protect"}]
