"""The store, as an app meets it through boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from hushtable.embedded.emulator import Answer, Emulator
from hushtable.prove.canary import UNDECLARED, Source
from hushtable.prove.sketch import Certainty, Form, IndexSketch, Shape, Sketch, TableSketch
from hushtable.prove.store.faults import DROPPED, MESSAGES, Fault
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.store import MOST_PAGES, Store

SKETCH = Sketch(
    (
        TableSketch(
            "users",
            (("user_id", "S"),),
            indexes=(
                IndexSketch("email-index", (("email", "S"),), certainty=Certainty.KEYS),
            ),
            attributes=(("email", Shape(form=Form.EMAIL)), ("password_hash", Shape())),
            certainty=Certainty.KEYS,
        ),
        TableSketch(
            "orders", (("user_id", "S"), ("order_id", "S")), certainty=Certainty.KEYS,
            attributes=(("total", Shape("N", Form.DECIMAL)),),
        ),
    )
)  # fmt: skip
ARGUMENTS: dict[str, Any] = {
    "region_name": "eu-central-1",
    "aws_access_key_id": "nobody",
    "aws_secret_access_key": "none",
    "config": Config(retries={"total_max_attempts": 1}),
}


@pytest.fixture
def store() -> Iterator[Store]:
    """Open a planted store."""
    with Store(Mint(1), SKETCH) as opened:
        opened.plant()
        yield opened


def resource(store: Store) -> Any:
    """Give a boto3 resource that ends at the store."""
    return boto3.resource("dynamodb", endpoint_url=store.url, **ARGUMENTS)


def client(store: Store) -> Any:
    """Give a boto3 client that ends at the store."""
    return boto3.client("dynamodb", endpoint_url=store.url, **ARGUMENTS)


def test_planted_items_are_found_by_their_keys(store: Store) -> None:
    """An owner's item is found by its key and by an index, and holds canaries."""
    keys = store.keys("A", 0)
    users = resource(store).Table("users")
    item = users.get_item(Key={"user_id": keys["users"]["user_id"]})["Item"]
    found = users.query(
        IndexName="email-index", KeyConditionExpression=Key("email").eq(keys["users"]["email"])
    )
    assert found["Items"] == [item]
    canary = store.mint.lookup(item["password_hash"])
    assert canary is not None
    assert (canary.table, canary.path, canary.owner) == ("users", ("password_hash",), "A")
    assert item["user_id"] == store.owner_id("A") != store.owner_id("B")
    orders = resource(store).Table("orders")
    mine = orders.query(KeyConditionExpression=Key("user_id").eq(store.owner_id("B")))["Items"]
    assert {one["order_id"] for one in mine} == {
        store.keys("B", item)["orders"]["order_id"] for item in range(2)
    }


def test_an_unknown_table_is_made_from_the_first_request(store: Store) -> None:
    """A table that nobody knows is made, filled and corrected as requests tell what it is."""
    notes = resource(store).Table("notes")
    assert "Item" not in notes.get_item(Key={"note_id": 5})
    notes.put_item(Item={"note_id": 5, "text": "mine"})
    assert notes.get_item(Key={"note_id": 5})["Item"]["text"] == "mine"
    assert len(notes.scan()["Items"]) == 5
    by_text = notes.query(IndexName="by-text", KeyConditionExpression=Key("text").eq("mine"))
    assert [one["note_id"] for one in by_text["Items"]] == [5]
    table = next(one for one in store.sketch.tables if one.name == "notes")
    assert (table.keys, [index.name for index in table.indexes]) == (
        (("note_id", "N"),), ["by-text"]
    )  # fmt: skip
    assert any("note_id" in lesson for lesson in store.sketch.lessons)


def test_what_the_app_creates_is_taken_over(store: Store) -> None:
    """A table that the app creates is as the app defines it, and holds canaries then too."""
    api = client(store)
    assert api.list_tables()["TableNames"] == []
    with pytest.raises(api.exceptions.ResourceNotFoundException):
        api.describe_table(TableName="sessions")
    api.create_table(
        TableName="sessions",
        KeySchema=[{"AttributeName": "sid", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "sid", "AttributeType": "S"},
            {"AttributeName": "user_id", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[{
            "IndexName": "of-user",
            "KeySchema": [{"AttributeName": "user_id", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }],
        BillingMode="PAY_PER_REQUEST",
    )  # fmt: skip
    api.get_waiter("table_exists").wait(TableName="sessions")
    assert api.list_tables()["TableNames"] == ["sessions"]
    found = api.query(
        TableName="sessions", IndexName="of-user", KeyConditionExpression="user_id = :u",
        ExpressionAttributeValues={":u": {"S": store.owner_id("A")}},
    )  # fmt: skip
    assert found["Count"] == 2
    # A key that is not the table's is the app's own mistake here.
    with pytest.raises(ClientError, match="ValidationException"):
        api.get_item(TableName="sessions", Key={"other": {"S": "x"}})


def test_an_app_may_create_what_was_known(store: Store) -> None:
    """A table that was made from the sketch gives way to the app's own definition of it."""
    api = client(store)
    api.describe_table(TableName="users")
    api.create_table(
        TableName="users",
        KeySchema=[{"AttributeName": "email", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "email", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    told = api.describe_table(TableName="users")["Table"]
    assert [one["AttributeName"] for one in told["KeySchema"]] == ["email"]
    assert api.scan(TableName="users")["Count"] == 4


def test_writes_are_undone_and_only_writes(store: Store) -> None:
    """After a restore every planted item is as it was, and nothing else is there."""
    users = resource(store).Table("users")
    before = sorted(users.scan()["Items"], key=str)
    assert not store.written
    users.delete_item(Key={"user_id": store.owner_id("A")})
    users.put_item(Item={"user_id": "new"})
    users.update_item(
        Key={"user_id": store.owner_id("B")}, UpdateExpression="SET password_hash = :x",
        ExpressionAttributeValues={":x": "y"},
    )  # fmt: skip
    assert store.written
    store.restore()
    assert sorted(users.scan()["Items"], key=str) == before
    assert not store.written
    client(store).delete_table(TableName="users")
    store.restore()
    assert sorted(users.scan()["Items"], key=str) == before


def test_what_was_learned_is_planted(store: Store) -> None:
    """A new sketch is planted exactly: new attributes come, and old items go."""
    users = resource(store).Table("users")
    users.put_item(Item={"user_id": "seeded"})
    table = SKETCH.tables[0]
    learned = TableSketch(
        "users", table.keys, table.indexes, (*table.attributes, ("nickname", Shape())),
        certainty=Certainty.KEYS,
    )  # fmt: skip
    store.sketch = Sketch((learned,))
    store.plant()
    items = users.scan()["Items"]
    assert len(items) == 2
    assert all(store.mint.lookup(one["nickname"]) for one in items)


def test_requests_are_remembered(store: Store) -> None:
    """Every request is told once, with its answer, its error's code and the app's own words."""
    orders = resource(store).Table("orders")
    store.page = 1
    page = orders.query(KeyConditionExpression=Key("user_id").eq(store.owner_id("A")), Limit=20)
    assert len(page["Items"]) == 1
    assert page["LastEvaluatedKey"]["user_id"] == store.owner_id("A")
    with pytest.raises(ClientError):
        orders.get_item(Key={"user_id": "a", "order_id": "b"}, ProjectionExpression="status")
    query, refused = store.drain()
    assert (query.operation, query.request["Limit"], query.answer["Count"]) == ("Query", 20, 1)
    assert (refused.status, refused.code, refused.provoked) == (400, "ValidationException", False)
    assert store.drain() == ()


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_faults_carry_a_canary(store: Store, code: str) -> None:
    """A provoked error reaches the app with a canary of the service in its message."""
    store.fault = Fault(code, tables=frozenset({"users"}))
    with pytest.raises(ClientError) as caught:
        resource(store).Table("users").put_item(Item={"user_id": "x"})
    error = caught.value.response["Error"]
    assert error["Code"] == code
    (canary,) = store.mint.found_in(error["Message"])
    assert canary.source is Source.SERVICE
    assert resource(store).Table("orders").scan()["Count"] == 4
    store.fault = None
    resource(store).Table("users").put_item(Item={"user_id": "x"})
    first, *_ = store.drain()
    assert (first.code, first.provoked) == (code, True)


def test_a_condition_fails_only_where_there_can_be_one(store: Store) -> None:
    """A provoked failed condition strikes writes, a transaction with its reasons, and no read."""
    store.fault = Fault("ConditionalCheckFailedException")
    api = client(store)
    assert api.scan(TableName="users")["Count"] == 2
    put = {"Put": {"TableName": "users", "Item": {"user_id": {"S": "x"}}}}
    with pytest.raises(api.exceptions.TransactionCanceledException) as caught:
        api.transact_write_items(TransactItems=[put])
    (reason,) = caught.value.response["CancellationReasons"]
    assert reason["Code"] == "ConditionalCheckFailed"


def test_a_connection_can_be_closed(store: Store) -> None:
    """A dropped request ends its connection, is told, and leaves the store as it was."""
    store.fault = Fault(DROPPED, operations=frozenset({"Scan"}))
    with pytest.raises(ConnectionClosedError):
        client(store).scan(TableName="users")
    store.fault = None
    assert client(store).scan(TableName="users")["Count"] == 2
    dropped, _ = store.drain()
    assert (dropped.operation, dropped.code, dropped.provoked) == ("Scan", DROPPED, True)


def test_another_seed_plants_other_values() -> None:
    """The same sketch under another seed has no value in common, and the same under one seed."""
    texts = []
    for seed in (1, 1, 2):
        with Store(Mint(seed), SKETCH) as store:
            store.plant()
            items = client(store).scan(TableName="users")["Items"]
            texts.append({value["S"] for item in items for value in item.values()})
    assert texts[0] == texts[1]
    assert not texts[0] & texts[2]


def test_filters_and_batches_work(store: Store) -> None:
    """What reads and writes many items reaches the store like everything else."""
    users = resource(store).Table("users")
    with users.batch_writer() as batch:
        batch.put_item(Item={"user_id": "x", UNDECLARED: "y"})
    assert users.scan(FilterExpression=Attr(UNDECLARED).eq("y"))["Count"] == 1
    assert store.written


def test_another_backend_is_used() -> None:
    """A store may stand before another DynamoDB than the one it brings."""

    class Counting(Emulator):
        asked = 0

        def handle(self, operation: str, body: bytes) -> Answer:
            Counting.asked += 1
            return super().handle(operation, body)

    with Store(Mint(1), SKETCH, backend=Counting()) as store:
        assert client(store).scan(TableName="users")["Count"] == 0
        assert Counting.asked > 0


def test_nonsense_is_answered(store: Store) -> None:
    """A request that is no request is refused as the service refuses it."""
    assert store._handle("GetItem", b"[").status == 400
    assert store._handle("BatchGetItem", b'{"RequestItems": {"users": 3}}').status >= 400
    assert store._handle("GetItem", json.dumps({"TableName": 3}).encode()).status >= 400
    assert store._handle("PutItem", b'{"TableName": "users", "Item": []}').status >= 400


def test_a_crowd_comes_and_goes(store: Store) -> None:
    """More items than a page holds stand beside a planted one, until the store is restored."""
    orders = resource(store).Table("orders")
    before = sorted(orders.scan()["Items"], key=str)
    store.crowd("orders", 30)
    found = orders.scan()["Items"]
    assert len(found) == len(before) + 30
    assert {one["user_id"] for one in found} == {one["user_id"] for one in before}
    store.restore()
    assert sorted(orders.scan()["Items"], key=str) == before
    store.crowd("nowhere", 30)


def test_a_table_of_another_name_is_recognised() -> None:
    """What the source says of a table by its setting is planted when the app asks for it."""
    source = TableSketch(
        "dynamodb_orders_table", (("order_id", "S"),), attributes=(("total", Shape()),)
    )
    with Store(Mint(1), Sketch((source,))) as store:
        store.plant()
        items = client(store).scan(TableName="acme-orders")["Items"]
        assert {"order_id", "total", UNDECLARED} <= items[0].keys()
        assert [one.name for one in store.sketch.tables] == ["acme-orders"]
        assert "table acme-orders: dynamodb_orders_table of the source" in store.sketch.lessons


def test_who_reads_on_is_not_kept_at_it() -> None:
    """After some capped pages the rest comes as it is."""
    choices = tuple("abcdef")
    source = TableSketch(
        "orders", (("order_id", "S"),), attributes=(("n", Shape(choices=choices)),)
    )
    with Store(Mint(1), Sketch((source,))) as store:
        store.plant()
        store.page = 1
        ours = client(store)
        counts = [ours.scan(TableName="orders")["Count"] for _ in range(MOST_PAGES + 1)]
        assert counts == [*[1] * MOST_PAGES, 12]
        store.drain()
        assert ours.scan(TableName="orders")["Count"] == 1


def test_what_was_adopted_stays_until_the_next_plant(store: Store) -> None:
    """An adopted item outlives what is restored; planting anew takes it away."""
    users = resource(store).Table("users")
    users.put_item(Item={"user_id": "made", "email": "made@canary.example"})
    store.adopt()
    users.put_item(Item={"user_id": "other", "email": "other@canary.example"})
    store.restore()
    assert "Item" in users.get_item(Key={"user_id": "made"})
    assert "Item" not in users.get_item(Key={"user_id": "other"})
    planted = store.keys("A", 0)["users"]
    assert "Item" in users.get_item(Key={"user_id": planted["user_id"]})
    store.plant()
    assert "Item" not in users.get_item(Key={"user_id": "made"})
