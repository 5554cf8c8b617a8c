"""Tables as Records declare them: created, written as templates, quiet under the scan."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Annotated, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hushtable.embedded.emulator import Emulator
from hushtable.guard.caller import Caller
from hushtable.guard.creating import create_tables, is_local
from hushtable.guard.definitions import Defined, DefinedIndex, defined
from hushtable.guard.errors import DeclarationError, RefusedError, StoreError, UnavailableError
from hushtable.guard.hcl import Expression, Interpolated, block, value
from hushtable.guard.marks import Encrypted, ExpiresAt, PartitionKey, SortKey
from hushtable.guard.record import Record
from hushtable.guard.schema import Index
from hushtable.guard.store import Store
from hushtable.guard.table import Table
from hushtable.guard.templates import cloudformation, terraform
from hushtable.guard.transport.call import Reply
from hushtable.guard.transport.local import LocalTransport
from hushtable.guard.view import View
from hushtable.model.config import ScanConfig
from hushtable.model.facts import Facts
from hushtable.rules.judge import judge
from hushtable.testing.scanning import scan_source
from tests.guard.shop import Basket, Listening, Order, User, ann

SERVICE = """
import boto3
from fastapi import FastAPI

app = FastAPI()
users = boto3.resource("dynamodb").Table("users")


@app.post("/users")
def add(user_id: str, password_hash: str, email: str, diagnosis: str):
    users.put_item(Item={"user_id": user_id, "password_hash": password_hash, "email": email,
                         "diagnosis": diagnosis})
"""


class Event(
    Record,
    table="events",
    indexes=[
        Index("by-time", partition="source", sort="at", local=True, includes=()),
        Index("by-size", partition="size", includes=("note",)),
    ],
):
    """With a number for a sort key, a local index and time to live."""

    source: Annotated[str, PartitionKey]
    number: Annotated[int, SortKey]
    at: str
    size: int
    note: str | None = None
    gone: Annotated[int | None, ExpiresAt] = None


@pytest.fixture
def tables() -> tuple[Table[Any], ...]:
    """Give tables of three Records in two tables, and of one more, in a store of this process."""
    store = Store(Listening(LocalTransport(Emulator())))
    return tuple(Table(one, store) for one in (User, Order, Basket, Event))


def test_records_that_share_a_table_define_it_together(tables: tuple[Table[Any], ...]) -> None:
    """Each table stands once, with the keys, indexes and time to live of all its Records."""
    events, shop, users = defined(tables)
    assert shop == Defined(
        "shop",
        (("pk", "S"), ("sk", "S")),
        (
            DefinedIndex(
                "by-status", (("status", "S"), ("order_id", "S")), ("total", "user_id"), local=False
            ),
            DefinedIndex("open", (("gsi", "S"),), None, local=False),
        ),
    )
    assert users == Defined("users", (("user_id", "S"),), expires="expires")
    assert events.create_request() == {
        "TableName": "events",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "at", "AttributeType": "S"},
            {"AttributeName": "number", "AttributeType": "N"},
            {"AttributeName": "size", "AttributeType": "N"},
            {"AttributeName": "source", "AttributeType": "S"},
        ],
        "KeySchema": [
            {"AttributeName": "source", "KeyType": "HASH"},
            {"AttributeName": "number", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-size",
                "KeySchema": [{"AttributeName": "size", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]},
            }
        ],
        "LocalSecondaryIndexes": [
            {
                "IndexName": "by-time",
                "KeySchema": [
                    {"AttributeName": "source", "KeyType": "HASH"},
                    {"AttributeName": "at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    }


def test_an_index_carries_what_all_its_records_include() -> None:
    """Includes are put together; where one Record wants all of it, so it is."""
    kinds = []
    for kind, includes in (("a", ("one",)), ("b", ("two",)), ("c", None)):

        class Kind(
            Record,
            table="kinds",
            partition_key={"pk": "K#{key}"},
            entity=kind,
            indexes=[Index("i", {"g": "G#{key}"}, includes=includes)],
        ):
            key: str
            one: int = 0
            two: int = 0

        kinds.append(Table(Kind, Store()))
    assert defined(kinds[:2])[0].indexes[0].carries == ("one", "two")
    assert defined(kinds)[0].indexes[0].carries is None


def test_records_that_disagree_are_refused() -> None:
    """Different keys, indexes, types or times to live in one table are a DeclarationError."""

    class One(Record, table="same", indexes=[Index("i", partition="size")]):
        key: Annotated[str, PartitionKey]
        size: int
        gone: Annotated[int | None, ExpiresAt] = None

    class OtherKey(Record, table="same"):
        name: Annotated[str, PartitionKey]

    class OtherIndex(Record, table="same", indexes=[Index("i", partition="name")]):
        key: Annotated[str, PartitionKey]
        name: str

    class OtherType(Record, table="same", indexes=[Index("j", partition="size")]):
        key: Annotated[str, PartitionKey]
        size: str

    class OtherTime(Record, table="same"):
        key: Annotated[str, PartitionKey]
        until: Annotated[int | None, ExpiresAt] = None

    for other, told in (
        (OtherKey, "different keys"),
        (OtherIndex, "index i is declared in different ways"),
        (OtherType, "size is a key of two types"),
        (OtherTime, "one time to live"),
    ):
        with pytest.raises(DeclarationError, match=told):
            defined([Table(One, Store()), Table(other, Store())])


def test_tables_are_created_and_used(tables: tuple[Table[Any], ...]) -> None:
    """The embedded store takes every table; those that are there are left alone."""
    users, orders, _, _ = tables
    wire: Any = users.store.transport
    wire.is_local = True
    assert create_tables(*tables).now() == ("events", "shop", "users")
    assert asyncio.run(_created(tables)) == ()
    users.put(ann()).now()
    orders.put(Order(user_id="ann", order_id="1", status="open", total=1), by=Caller("ann")).now()
    assert orders.count(user_id="ann", by=Caller("ann")).now() == 1
    emulator = wire.inner.emulator
    told = emulator.ask("DescribeTimeToLive", {"TableName": "events"})["TimeToLiveDescription"]
    assert told["AttributeName"] == "gone"
    kinds = emulator.ask("DescribeTable", {"TableName": "events"})["Table"]
    assert kinds["LocalSecondaryIndexes"][0]["IndexName"] == "by-time"


async def _created(tables: tuple[Table[Any], ...]) -> tuple[str, ...]:
    return await create_tables(*tables)


def test_tables_are_created_on_this_machine_alone(tables: tuple[Table[Any], ...]) -> None:
    """A store elsewhere, several stores and no tables are refused, before anything is sent."""
    wire: Any = tables[0].store.transport
    assert not is_local(wire)
    assert is_local(LocalTransport(Emulator()))
    with pytest.raises(RefusedError, match="this machine"):
        create_tables(*tables)
    assert wire.sent == []
    with pytest.raises(RefusedError, match="one store"):
        create_tables()
    with pytest.raises(RefusedError, match="one store"):
        create_tables(Table(User, Store()), Table(Event, Store()))
    far = Table(User, tables[0].store, name="arn:aws:dynamodb:eu-west-1:999999999999:table/users")
    with pytest.raises(RefusedError, match="by its ARN"):
        create_tables(far, anywhere=True)
    assert create_tables(tables[0], anywhere=True).now() == ("users",)


def test_a_table_that_is_refused_or_never_ready_is_told(
    tables: tuple[Table[Any], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What DynamoDB refuses is a StoreError; a table that is never ready, unavailable."""
    wire: Any = tables[0].store.transport
    refusal = json.dumps({"__type": "com.amazonaws#ValidationException"}).encode()
    wire.replies = [Reply(400, {}, refusal)]
    with pytest.raises(StoreError, match="ValidationException"):
        create_tables(tables[0], anywhere=True).now()
    making = Reply(200, {}, b'{"Table": {"TableStatus": "CREATING"}}')
    wire.replies = [None, *[making] * 3]
    monkeypatch.setattr("hushtable.guard.creating.TRIES", 3)
    monkeypatch.setattr("hushtable.guard.creating._PAUSE", 0.0)
    with pytest.raises(UnavailableError, match="not ready"):
        create_tables(tables[0], anywhere=True).now()


def test_a_template_protects_every_table(tables: tuple[Table[Any], ...]) -> None:
    """CloudFormation gives each table a key, recovery, protection and its time to live."""
    text = cloudformation(tables)
    template = yaml.safe_load(text)
    assert template["AWSTemplateFormatVersion"] == "2010-09-09"
    found = {
        name: one["Properties"]
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::DynamoDB::Table"
    }
    assert set(found) == {"Events", "Shop", "Users"}
    for one in found.values():
        assert one["SSESpecification"] == {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": {"Fn::GetAtt": ["TablesKey", "Arn"]},
        }
        assert one["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert one["DeletionProtectionEnabled"] is True
    assert found["Events"]["TimeToLiveSpecification"]["AttributeName"] == "gone"
    assert template["Resources"]["TablesKey"]["Properties"]["EnableKeyRotation"] is True
    assert "*id0" not in text
    statements = template["Resources"]["TablesPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    resources = [one["Resource"] for one in statements]
    assert {"Fn::GetAtt": ["Users", "Arn"]} in resources
    assert {"Fn::Sub": "${Shop.Arn}/index/by-status"} in resources


def judged(files: dict[str, str]) -> tuple[Facts, list[tuple[str, str]]]:
    """Scan some files, and give the facts and what the rules of definitions find."""
    facts = scan_source(files)
    result = judge(facts, ScanConfig(select=("HT404", "HT605")), ".")
    assert result.unknown == ()
    return facts, [(one.code, one.place.path) for one in result.findings]


@pytest.mark.parametrize("variable", ["", "${aws:PrincipalTag/user_id}"])
def test_what_is_written_is_quiet_under_the_scan(
    tables: tuple[Table[Any], ...], variable: str
) -> None:
    """The scan reads both templates, and finds nothing in them; it would in lesser ones."""
    for path, text in (
        ("template.yaml", cloudformation(tables, owner_variable=variable)),
        ("tables.tf", terraform(tables, owner_variable=variable)),
    ):
        facts, findings = judged({"app.py": SERVICE, path: text})
        assert findings == []
        assert {one.name for one in facts.tables} == {"events", "shop", "users"}
        assert all(one.point_in_time for one in facts.tables)
        described = text.count("dynamodb:DescribeTable")
        assert len(facts.policies) == text.count("dynamodb:Attributes") // 2 + described
        lesser = re.sub(r"SSEType: KMS\n +KMSMaster.*\n.*\n.*\n| +kms_key_arn = .*\n", "", text)
        wider = text.replace("dynamodb:GetItem", "dynamodb:*")
        for changed, rule in ((lesser, "HT605"), (wider, "HT404")):
            assert changed != text
            _, found = judged({"app.py": SERVICE, path: changed})
            assert (rule, path) in found, (path, rule)


def test_terraform_is_written_as_its_formatter_does(tables: tuple[Table[Any], ...]) -> None:
    """Neighbours are aligned, texts mean every character, ARNs are references."""
    text = terraform(tables, owner_variable="${aws:PrincipalTag/user_id}")
    assert "      Resource = aws_dynamodb_table.users.arn\n" in text
    assert '"USER#$${aws:PrincipalTag/user_id}"' in text
    assert '"${aws_dynamodb_table.events.arn}/index/by-size"' in text
    assert '  name                        = "users"\n  billing_mode                = ' in text
    assert '  local_secondary_index {\n    name            = "by-time"\n    range_key' in text
    assert text.count("point_in_time_recovery {\n    enabled = true\n") == 3
    assert "aws_region" not in text


def test_a_key_of_a_cipher_is_named_in_the_words_of_a_template() -> None:
    """A KMS key by id becomes an ARN of this account, one by ARN stays."""

    class Cipher:
        key_ids = ("1234", "arn:aws:kms:eu-west-1:123456789012:key/old")

    class Sealed(Record, table="sealed.things"):
        key: Annotated[str, PartitionKey]
        shown: Annotated[str, Encrypted]

    class SealedOut(View[Sealed]):
        shown: str

    table = Table(Sealed, Store(cipher=Cipher()), operations=["get", "put"])  # type: ignore[arg-type]
    written = terraform([table])
    assert "kms:${data.aws_region.current.name}:${data.aws_caller_identity" in written
    assert 'data "aws_region" "current" {}' in written
    assert '"arn:aws:kms:eu-west-1:123456789012:key/old"' in written
    template = yaml.safe_load(cloudformation([table]))
    assert "SealedThings" in template["Resources"]
    key = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/1234"
    assert key in json.dumps(template)
    assert SealedOut.declared_.sealed == ("shown",)


def test_names_within_a_template_differ() -> None:
    """Tables whose names differ in marks alone get names of their own in a template."""
    store = Store()
    some = [Table(User, store, name=name) for name in ("users-x", "users.x", "9users")]
    resources = yaml.safe_load(cloudformation(some))["Resources"]
    assert {"UsersX", "UsersXx", "t9users"} <= set(resources)
    assert 'resource "aws_dynamodb_table" "users_xx"' in terraform(some)


def test_a_template_takes_what_is_defined_elsewhere_as_it_is() -> None:
    """A table that is named by its ARN is allowed in the policy, and not defined."""
    name = "arn:aws:dynamodb:eu-west-1:999999999999:table/shop"
    tables = [Table(Order, Store(), name=name, operations=["query"])]
    template = yaml.safe_load(cloudformation(tables))
    assert set(template["Resources"]) == {"TablesKey", "TablesPolicy"}
    text = terraform(tables)
    assert "aws_dynamodb_table" not in text
    assert text.count(f'"{name}') == 3
    assert f"{name}/index/open" in json.dumps(template)


def test_no_policy_without_a_statement() -> None:
    """A table that nothing may be asked of is defined, and has no empty policy."""
    tables = [Table(User, Store(), operations=[])]
    assert set(yaml.safe_load(cloudformation(tables))["Resources"]) == {"TablesKey", "Users"}
    assert "aws_iam_policy" not in terraform(tables)


def test_a_long_policy_is_several_in_a_template() -> None:
    """Templates hold as many managed policies as IAM's bound on one asks for."""
    tables = [Table(User, Store(), name=f"users-{number}") for number in range(12)]
    template = yaml.safe_load(cloudformation(tables))
    policies = [name for name in template["Resources"] if name.startswith("TablesPolicy")]
    assert policies == ["TablesPolicy", "TablesPolicy2", "TablesPolicy3"]
    assert set(template["Outputs"]) == {f"TablesPolicyArn{one}" for one in ("", "2", "3")}
    assert 'resource "aws_iam_policy" "tables3"' in terraform(tables)
    named = [
        one["Resource"]["Fn::GetAtt"][0]
        for name in policies
        for one in template["Resources"][name]["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert set(named) == {f"Users{number}" for number in range(12)}


@given(st.text())
def test_a_text_means_every_character(text: str) -> None:
    """A text in Terraform begins no template, and is the text again when it is read."""
    quoted = value(text)
    inside = json.loads(quoted)
    assert re.sub(r"([$%])\1(?=\{)", r"\1", inside) == text
    assert not re.search(r"(?<!\$)\$(?:\$\$)*\{", inside)


def test_values_of_terraform() -> None:
    """Values nest; what Terraform has no word for is a fault of the program."""
    assert value({"a": 1, "b c": [True, "x"], "d": {}, "e": []}) == (
        '{\n  a = 1\n  "b c" = [\n    true,\n    "x",\n  ]\n  d = {}\n  e = []\n}'
    )
    assert value(Expression("a.b")) == "a.b"
    assert value(Interpolated("${a}/b")) == '"${a}/b"'
    assert block("x", {}) == "x {}\n"
    with pytest.raises(TypeError, match="NoneType"):
        value(None)
