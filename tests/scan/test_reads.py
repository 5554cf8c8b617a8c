"""What reads and writes answer with, and where the program hands it on."""

from __future__ import annotations

import pytest

from hushtable.model.facts import Channel
from hushtable.testing.scanning import scan_source

HEAD = """
from typing import Optional
import boto3
from fastapi import FastAPI
from pydantic import BaseModel
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

app = FastAPI()
client = boto3.client("dynamodb")
table = boto3.resource("dynamodb").Table("users")


class User(Model):
    class Meta:
        table_name = "users"
    user_id = UnicodeAttribute(hash_key=True)
    email = UnicodeAttribute()


class Change(BaseModel):
    name: str
    password: Optional[str] = None


"""
WIRE = """
@app.get("/x")
def read(key: str):
    found = client.get_item(TableName="users", Key={"user_id": {"S": key}})
    item = {}
    for name, value in found["Item"].items():
        if "S" in value:
            item[name] = value["S"]
        elif "N" in value:
            item[name] = int(value["N"])
"""
LEAVES = [
    ("a loop over the wire form", f"{WIRE}    return item", {"users.*"}),
    ("one attribute after it", f"{WIRE}    return {{'e': item['email']}}", {"users.email"}),
    (
        "a comprehension over the wire form",
        (
            "@app.get('/x')\ndef read():\n"
            "    page = client.scan(TableName='users')\n"
            "    rows = [{k: list(v.values())[0] for k, v in i.items()} for i in page['Items']]\n"
            "    return [row['email'] for row in rows]"
        ),
        {"users.email"},
    ),
    (
        "only what an update changed",
        (
            "@app.put('/x')\ndef change(key: str, name: str):\n"
            "    return table.update_item(Key={'user_id': key}, ReturnValues='UPDATED_NEW',\n"
            "        UpdateExpression='SET #n = :n, profile.city = :c ADD visits :one',\n"
            "        ExpressionAttributeNames={'#n': 'name'},\n"
            "        ExpressionAttributeValues={':n': name, ':c': 'x', ':one': 1})['Attributes']"
        ),
        {"users.name", "users.profile", "users.visits"},
    ),
    (
        "everything after an update",
        (
            "@app.put('/x')\ndef change(key: str, name: str):\n"
            "    return table.update_item(Key={'user_id': key}, ReturnValues='ALL_NEW',\n"
            "        UpdateExpression='SET a = :n',\n"
            "        ExpressionAttributeValues={':n': name})['Attributes']"
        ),
        {"users.*"},
    ),
    (
        "an update whose text is not known",
        (
            "@app.put('/x')\ndef change(key: str, text: str):\n"
            "    return table.update_item(Key={'user_id': key}, ReturnValues='UPDATED_NEW',\n"
            "        UpdateExpression=f'SET {text}')['Attributes']"
        ),
        {"users.*"},
    ),
    (
        "vars of a table object",
        (
            "@app.get('/x')\ndef read(key: str):\n"
            "    held = vars(User.get(key))['attribute_values']\n"
            "    held.pop('email')\n"
            "    return held"
        ),
        {"users.*"},
    ),
    (
        "the dictionary behind a table object",
        (
            "@app.get('/x')\ndef read(key: str):\n"
            "    return User.get(key).__dict__['attribute_values']['email']"
        ),
        {"users.email"},
    ),
    (
        "an object that gives its attributes as pairs",
        (
            "class Pairs(User):\n"
            "    def __iter__(self):\n"
            "        for name, one in self._get_attributes().items():\n"
            "            yield name, one.serialize(getattr(self, name))\n\n"
            "@app.get('/x')\ndef read(key: str):\n"
            "    return {'e': dict(Pairs.get(key))['email']}"
        ),
        {"users.email"},
    ),
    (
        "defaults under an item",
        (
            "@app.get('/x')\ndef read(key: str):\n"
            "    found = {'email': None, **table.get_item(Key={'user_id': key})['Item']}\n"
            "    return {'e': found['email']}"
        ),
        {"users.email"},
    ),
    (
        "an item over defaults, in a loop",
        (
            "@app.get('/x')\ndef read(key: str):\n"
            "    found = {'email': None}\n"
            "    for name, value in table.get_item(Key={'user_id': key})['Item'].items():\n"
            "        found[name] = value\n"
            "    return {'e': found['email']}"
        ),
        {"users.email"},
    ),
    (
        "an object filled by name",
        (
            "class Held:\n    def __init__(self):\n        self.email = None\n\n"
            "@app.get('/x')\ndef read(key: str):\n"
            "    held = Held()\n"
            "    for name, value in table.get_item(Key={'user_id': key})['Item'].items():\n"
            "        if hasattr(held, name):\n"
            "            setattr(held, name, value)\n"
            "    return {'e': held.email}"
        ),
        {"users.email"},
    ),
    (
        "what stands over an item",
        (
            "@app.get('/x')\ndef read(key: str):\n"
            "    found = {**table.get_item(Key={'user_id': key})['Item'], 'email': None}\n"
            "    return {'e': found['email']}"
        ),
        set(),
    ),
    (
        "an object that was saved",
        (
            "@app.post('/x')\ndef create(email: str):\n"
            "    made = User(user_id='1', email=email)\n"
            "    made.save()\n"
            "    return {'email': made.email}"
        ),
        {"users.email"},
    ),
    (
        "what a client may leave out of a merge",
        (
            "@app.put('/x')\ndef change(key: str, body: Change):\n"
            "    item = table.get_item(Key={'user_id': key})['Item']\n"
            "    item.update(body.model_dump(exclude_unset=True))\n"
            "    return {'p': item['password'], 'n': item['name']}"
        ),
        {"users.password"},
    ),
    (
        "what a client may leave out of a copy",
        (
            "class Kept(BaseModel):\n    name: str\n    password: Optional[str] = None\n\n"
            "@app.put('/x')\ndef change(key: str, body: Change):\n"
            "    kept = Kept(**table.get_item(Key={'user_id': key})['Item'])\n"
            "    made = kept.model_copy(update=body.model_dump(exclude_unset=True))\n"
            "    return {'p': made.password, 'n': made.name}"
        ),
        {"users.password"},
    ),
]


@pytest.mark.parametrize(("source", "leaves"), [c[1:] for c in LEAVES], ids=[c[0] for c in LEAVES])
def test_what_leaves(source: str, leaves: set[str]) -> None:
    """A route's summary names the attributes that leave, in whatever form they were read."""
    facts = scan_source(HEAD + source + "\n")
    assert facts.unknown == ()
    assert {str(one) for route in facts.routes for one in route.leaves} == leaves


BUILT = [
    (
        "    text, values = 'SET ', {}\n"
        "    for key, value in data.items():\n"
        "        text += f'#{key} = :{key}, '\n"
        "        values[f':{key}'] = value\n"
        "    table.update_item(Key={'user_id': key_}, UpdateExpression=text.rstrip(', '),\n"
        "        ExpressionAttributeNames={f'#{k}': k for k in data},\n"
        "        ExpressionAttributeValues=values)\n"
    ),
    (
        "    table.update_item(Key={'user_id': key_},\n"
        "        UpdateExpression='SET ' + ', '.join(f'#{k} = :{k}' for k in data),\n"
        "        ExpressionAttributeNames={f'#{k}': k for k in data},\n"
        "        ExpressionAttributeValues={f':{k}': v for k, v in data.items()})\n"
    ),
]


@pytest.mark.parametrize("dumped", ["model_dump(exclude_unset=True)", "dict(exclude_unset=True)"])
@pytest.mark.parametrize("built", BUILT)
def test_an_optional_field_is_written(dumped: str, built: str) -> None:
    """A client may set a field that has a default: an update of what was set may write it."""
    facts = scan_source(
        f"{HEAD}@app.put('/x')\ndef change(key_: str, body: Change):\n"
        f"    data = body.{dumped}\n{built}    return 1\n"
    )
    stored = [one for one in facts.outflows if one.channel is Channel.STORE]
    assert [str(x.attribute) for one in stored for x in one.carried] == ["users.password"]


TOLD = """
def answer(code, payload=None):
    return {"code": code, "payload": payload}


def find(key):
    try:
        item = table.get_item(Key={"user_id": key})["Item"]
        if item:
            return answer(200, item)
        return answer(404)
    except KeyError:
        return answer(500)


@app.get("/x")
def read(key: str):
    return find(key)
"""


def test_every_return_on_the_way_is_told() -> None:
    """A trace names each function that hands the item on, though it has other ways out."""
    facts = scan_source(HEAD + TOLD)
    said = {step.what for one in facts.outflows for x in one.carried for step in x.trace}
    assert {"answer returns it", "find returns it"} <= said


LISTED = [
    "    for one in table.scan()['Items']:\n        found.append({'n': one['name']})\n",
    (
        "    for one in table.scan()['Items']:\n        if one['name']:\n"
        "            found.append(one['name'])\n"
    ),
    "    for one in table.scan()['Items']:\n        found.extend([one['name'], 1])\n",
]


@pytest.mark.parametrize("loop", LISTED)
def test_a_list_that_a_loop_fills_holds_many(loop: str) -> None:
    """A list that was empty before a loop over items holds as many as there are items."""
    facts = scan_source(
        f"{HEAD}@app.get('/x')\ndef read():\n    found = []\n{loop}    return found\n"
    )
    assert [one.whole_list for one in facts.accesses] == [True]


def test_the_rows_of_a_loop_keep_their_places() -> None:
    """A list made anew in each round keeps its elements apart."""
    facts = scan_source(
        f"{HEAD}@app.get('/x')\ndef read():\n    found = []\n"
        "    for one in table.scan()['Items']:\n        row = []\n"
        "        row.append(one['name'])\n        row.append(one['email'])\n"
        "        found.append(row)\n    return [row[1] for row in found]\n"
    )
    assert {str(one) for route in facts.routes for one in route.leaves} == {"users.email"}


def test_a_login_form_is_no_gate() -> None:
    """The form that somebody logs in with refuses nobody."""
    facts = scan_source(
        f"{HEAD}from fastapi import Depends\n"
        "from fastapi.security import OAuth2PasswordRequestForm\n\n"
        "@app.post('/login')\ndef login(form: OAuth2PasswordRequestForm = Depends()):\n"
        "    return {'e': table.get_item(Key={'user_id': form.username})['Item']['email']}\n"
    )
    assert [str(route.gate.kind) for route in facts.routes] == ["none"]


ONE_OF_TWO = """
def plan(key):
    if key:
        return {"kind": "one", "key": key}
    return {"kind": "all"}


def run(steps):
    if steps["kind"] == "one":
        return table.get_item(Key={"user_id": steps["key"]})["Item"]
    return {}


@app.get("/x")
def read(key: Optional[str] = None):
    try:
        return run(plan(key))
    except Exception:
        return {}
"""


def test_one_of_two_has_the_item() -> None:
    """Inside a `try`, an item that only some of several values have is read from those."""
    facts = scan_source(HEAD + ONE_OF_TWO)
    assert {str(one) for route in facts.routes for one in route.leaves} == {"users.*"}


def test_none_of_two_has_the_item() -> None:
    """Inside a `try`, an item that none of several values has raises."""
    source = ONE_OF_TWO.replace('"key": key}', '"id": key}')
    facts = scan_source(HEAD + source)
    assert {str(one) for route in facts.routes for one in route.leaves} == set()


def test_a_read_in_a_thread_stands_where_the_program_asks_for_it() -> None:
    """What a library calls for the program is placed at the program's own line."""
    source = (
        f"{HEAD}import asyncio\n\n\n"
        '@app.get("/users/{key}")\n'
        "async def read(key: str):\n"
        '    wanted = {"TableName": "users", "Key": {"user_id": {"S": key}}}\n'
        "    found = await asyncio.to_thread(client.get_item, **wanted)\n"
        '    return found["Item"]\n'
    )
    (key,) = scan_source(source).keys
    assert "asyncio.to_thread" in source.splitlines()[key.place.line - 1]
