"""A policy allows every request that the guard sends, and little else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.guard.caller import Caller, System
from hushtable.guard.errors import RefusedError
from hushtable.guard.footprint import written
from hushtable.guard.iam import MOST_CHARACTERS, Account, Policy, policy
from hushtable.guard.marks import Encrypted, Owner, PartitionKey, Stored
from hushtable.guard.operations import ACTIONS, EVERYTHING
from hushtable.guard.record import Record
from hushtable.guard.schema import Index
from hushtable.guard.store import Store
from hushtable.guard.table import Table
from hushtable.guard.transport.call import Request
from hushtable.guard.view import View
from tests.guard.iam_simulator import Iam
from tests.guard.shop import (
    Basket,
    BasketOut,
    Order,
    OrderOut,
    OrderRow,
    Shop,
    User,
    UserOut,
    UserSecret,
    ann,
    shop,
)

ANN = Caller("ann")
HERE = Account("123456789012", "eu-central-1")
VARIABLE = "${aws:PrincipalTag/user_id}"
VIEWS = (UserOut, UserSecret, OrderOut, OrderRow, BasketOut)
"""Those of the shop alone: other tests declare more of its Records."""
PARTITIONS = {"users": "user_id", "shop": "pk", "other": "user_id"}
ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table"


def written_by(*tables: Table[Any], variable: str = "") -> Policy:
    """Write the policy of some tables of the shop."""
    return policy(tables, HERE, owner_variable=variable, views=VIEWS)


def statement(made: Policy, sid: str) -> dict[str, Any]:
    """Find a statement by name."""
    found: dict[str, Any]
    (found,) = (one for one in made.document["Statement"] if one["Sid"] == sid)
    return found


def iam(made: Policy, caller: str = "ann") -> Iam:
    """Put a policy in force for a caller."""
    return Iam(made.document, PARTITIONS, {"aws:PrincipalTag/user_id": caller})


def request(operation: str, **body: Any) -> Request:
    """Make a request by hand."""
    return Request(operation, json.dumps(body).encode())


def test_a_record_alone_in_its_table() -> None:
    """What is read is what Views show and what is checked; what is written is everything.

    UserOut and UserSecret read seven attributes and `national_id`; `expires` is read to be
    checked. `password_hash` and `tags` are in no View: they can be written, and not read.
    """
    made = written_by(Table(User, Store(), operations=["get", "query", "put", "update"]))
    assert made.document["Version"] == "2012-10-17"
    assert made.document["Statement"] == [
        {
            "Sid": "UserRead",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": f"{ARN}/users",
            "Condition": {
                "ForAllValues:StringEquals": {
                    "dynamodb:Attributes": [
                        "email", "expires", "n", "national_id", "profile", "status", "user_id",
                        "visits",
                    ],
                },
                "Null": {"dynamodb:Attributes": "false"},
                "StringEquals": {"dynamodb:Select": ["SPECIFIC_ATTRIBUTES"]},
            },
        },
        {
            "Sid": "UserWrite",
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
            "Resource": f"{ARN}/users",
            "Condition": {
                "ForAllValues:StringEquals": {
                    "dynamodb:Attributes": [
                        "email", "expires", "n", "national_id", "password_hash", "profile",
                        "status", "tags", "user_id", "visits",
                    ],
                },
                "Null": {"dynamodb:Attributes": "false"},
                "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE"]},
            },
        },
    ]  # fmt: skip


def test_a_kind_of_item_with_an_owner_and_indexes() -> None:
    """Rows are bound to the caller by the key's template, and shared indexes are left out.

    The orders of a user lie under `USER#{user_id}`. Both indexes are by status, where the orders
    of all users lie together: a caller who may read them could read those of others.
    """
    table = Table(Order, Store(), operations=["query", "delete"])
    made = written_by(table, variable=VARIABLE)
    assert [one["Sid"] for one in made.document["Statement"]] == ["OrderRead", "OrderWrite"]
    read = statement(made, "OrderRead")
    assert read["Condition"]["ForAllValues:StringEquals"] == {
        "dynamodb:Attributes": ["entity", "note", "order_id", "pk", "sk", "total", "user_id"],
        "dynamodb:LeadingKeys": [f"USER#{VARIABLE}"],
    }
    assert read["Condition"]["Null"]["dynamodb:LeadingKeys"] == "false"
    write = statement(made, "OrderWrite")["Condition"]["ForAllValues:StringEquals"]
    assert write["dynamodb:LeadingKeys"] == [f"USER#{VARIABLE}"]
    assert {note for note in made.notes if "left out" in note} == {
        "Order: the index by-status is left out: it holds rows of every owner together",
        "Order: the index open is left out: it holds rows of every owner together",
    }


def test_indexes_of_a_service_of_its_own() -> None:
    """Without an owner variable each index is a resource, with what it carries and its keys.

    `by-status` includes `total` and `user_id`; beside them it has its own keys and the table's.
    `open` has everything, and its key `gsi`.
    """
    made = written_by(Table(Order, Store(), operations=["query"]))
    by_status, every = (statement(made, f"Order{one}Read") for one in ("ByStatus", "Open"))
    assert by_status["Action"] == every["Action"] == ["dynamodb:Query"]
    assert by_status["Resource"] == f"{ARN}/shop/index/by-status"
    assert every["Resource"] == f"{ARN}/shop/index/open"
    named = [one["Condition"]["ForAllValues:StringEquals"] for one in (by_status, every)]
    assert named[0] == {
        "dynamodb:Attributes": ["order_id", "pk", "sk", "status", "total", "user_id"]
    }
    assert named[1] == {
        "dynamodb:Attributes": [
            "entity", "gsi", "note", "order_id", "pk", "sk", "total", "user_id",
        ]
    }  # fmt: skip
    assert any("rows are not bound to their owners" in note for note in made.notes)


def requests_of(made: Shop) -> Iterator[tuple[str, Request]]:
    """Call every operation, and give each request with the word of its operation."""
    made.users.put(ann(national_id="canary")).now()
    for number in range(3):
        order = Order(user_id="ann", order_id=str(number), status="open", total=1)
        made.orders.put(order, by=ANN).now()
    made.baskets.put(Basket(user_id="ann", name="now", total=1), by=ANN).now()
    key = {"user_id": "ann", "order_id": "1"}
    change = [Order.at.total.add(1)]
    orders, users, baskets = made.orders, made.users, made.baskets
    calls: list[tuple[str, Any]] = [
        ("get", users.get(UserOut, "ann")),
        ("get", users.find(UserOut, "ann")),
        ("get", users.get(UserSecret, "ann", consistent=True)),
        ("get", orders.get(OrderOut, by=ANN, **key)),
        ("get_many", users.get_many(UserOut, [{"user_id": "ann"}, {"user_id": "bob"}])),
        ("get_together", orders.get_together(OrderRow, [key], by=ANN)),
        ("query", orders.query(OrderRow, user_id="ann", limit=1, by=ANN)),
        ("query", orders.query(OrderRow, user_id="ann", where=Order.at.total > 0, by=ANN)),
        ("query", baskets.query(BasketOut, user_id="ann", by=ANN)),
        ("count", orders.count(user_id="ann", where=Order.at.note.exists(), by=ANN)),
        ("ready", users.ready()),
        ("put", users.put(ann(nick="annie"), where=User.at.status == "active")),
        ("put", orders.put(Order(**key, status="open", total=2, revision=1), by=ANN)),
        ("put_many", users.put_many([ann(user_id="bob")])),
        ("update", users.update("ann", values={"tags": {"a"}, "national_id": "other"})),
        ("update", users.update("ann", changes=[User.at.profile.city.set("Ulm")])),
        ("update", orders.update(changes=change, where=Order.at.note.missing(), by=ANN, **key)),
        ("update_and_get", orders.update_and_get(OrderOut, changes=change, by=ANN, **key)),
        ("delete", baskets.delete("ann", "now", by=ANN)),
        ("delete", orders.delete(by=ANN, where=Order.at.total > 0, **key)),
        (
            "demand",
            made.store.together(
                [
                    orders.will_demand("ann", "0", where=Order.at.total > 0, by=ANN),
                    orders.will_update("ann", "2", changes=change, by=ANN),
                    users.will_put(ann(user_id="carl")),
                    users.will_delete("bob"),
                ]
            ),
        ),
    ]
    for word, operation in calls:
        made.wire.sent.clear()
        operation.now()
        assert made.wire.sent
        yield from ((word, one) for one in made.wire.sent)


@pytest.fixture(scope="module")
def sent() -> list[tuple[str, Request]]:
    """Give one request at least of every operation but scan."""
    found = list(requests_of(shop()))
    assert {word for word, _ in found} == EVERYTHING - {"scan"}
    return found


def test_a_credential_is_read_where_it_is_declared() -> None:
    """A Table's credentials may be read of it, and without them they may not."""
    made = shop()
    users = Table(User, made.store, credentials=["password_hash"])
    made.users.put(ann()).now()
    made.wire.sent.clear()
    users.credential("password_hash", "ann").now()
    (asked,) = made.wire.sent
    assert iam(written_by(users)).allows(asked)
    assert not iam(written_by(Table(User, made.store))).allows(asked)


@pytest.mark.parametrize("variable", ["", VARIABLE])
def test_what_the_guard_sends_is_allowed(sent: list[tuple[str, Request]], variable: str) -> None:
    """Every request of every operation is allowed, with rows bound to their owners too."""
    made = shop()
    known = iam(written_by(made.users, made.orders, made.baskets, variable=variable))
    assert [one for _, one in sent if not known.allows(one)] == []


def test_an_operation_needs_its_own_word(sent: list[tuple[str, Request]]) -> None:
    """Without the words of an action, no request with this action is allowed."""
    for word in sorted(EVERYTHING - {"scan"}):
        without = {one for one in EVERYTHING if ACTIONS[one] != ACTIONS[word]}
        made = shop()
        tables = [
            Table(one.record, made.store, operations=without)
            for one in (made.users, made.orders, made.baskets)
        ]
        known = iam(written_by(*tables))
        assert not any(known.allows(one) for kind, one in sent if kind == word)


def test_rows_of_another_are_denied(sent: list[tuple[str, Request]]) -> None:
    """With rows bound to owners, another caller's requests for them are denied."""
    made = shop()
    known = iam(written_by(made.orders, made.baskets, variable=VARIABLE), caller="bob")
    own = [one for _, one in sent if b'"users"' not in one.body]
    assert len(own) > 8
    assert not any(known.allows(one) for one in own)


def test_what_is_not_declared_is_denied() -> None:
    """Undeclared attributes, whole items, scans, other tables and administration are denied."""
    made = shop()
    known = iam(written_by(made.users, made.orders, made.baskets))
    names = {"#a": "password_hash"}
    user = {"TableName": "users", "Key": {"user_id": {"S": "ann"}}}
    condition = {
        "KeyConditionExpression": "#k = :k",
        "ExpressionAttributeValues": {":k": {"S": "ann"}},
    }
    asked = {"TableName": "users", **condition}
    denied = [
        request("GetItem", **user),
        request("GetItem", **user, ProjectionExpression="#a", ExpressionAttributeNames=names),
        request("GetItem", **{**user, "TableName": "other"}, ProjectionExpression="#a",
                ExpressionAttributeNames={"#a": "email"}),
        request("Query", **asked, ExpressionAttributeNames={"#k": "user_id"}),
        request("Query", **asked, ExpressionAttributeNames={"#k": "user_id"},
                Select="ALL_PROJECTED_ATTRIBUTES"),
        request("Query", **asked, ExpressionAttributeNames={"#k": "user_id", **names},
                Select="COUNT", FilterExpression="#a = :k"),
        request("Query", **asked, ExpressionAttributeNames={"#k": "user_id", "#a": "email"},
                ProjectionExpression="#a", IndexName="by-email"),
        request("Scan", TableName="users", ProjectionExpression="#a",
                ExpressionAttributeNames={"#a": "email"}),
        request("BatchGetItem", RequestItems={"users": {"Keys": [user["Key"]]}}),
        request("TransactGetItems", TransactItems=[{"Get": user}]),
        request("PutItem", TableName="users", Item={**user["Key"], "is_admin": {"BOOL": True}}),
        request("DeleteItem", **user, ReturnValues="ALL_OLD"),
        request("UpdateItem", **user, ReturnValues="ALL_OLD", UpdateExpression="SET #a = :k",
                ExpressionAttributeNames={"#a": "status"}),
    ]  # fmt: skip
    assert [one for one in denied if known.allows(one)] == []
    for wide in ("DeleteTable", "PartiQLSelect", "UpdateTable", "ExportTableToPointInTime"):
        actions = {one for each in known.policy["Statement"] for one in each["Action"]}
        assert f"dynamodb:{wide}" not in actions


def test_whole_items_are_answered_where_that_is_declared() -> None:
    """ALL_NEW is allowed with update_and_get alone, and a note says what that means."""
    body = {
        "TableName": "users",
        "Key": {"user_id": {"S": "ann"}},
        "UpdateExpression": "SET #a = :a",
        "ExpressionAttributeNames": {"#a": "status"},
        "ReturnValues": "ALL_NEW",
    }
    for words, allowed in ((["update"], False), (["update", "update_and_get"], True)):
        made = written_by(Table(User, Store(), operations=words))
        assert iam(made).allows(request("UpdateItem", **body)) is allowed
        assert any("whole items" in note for note in made.notes) is allowed


def test_a_scan_is_allowed_where_it_is_declared() -> None:
    """A declared scan is allowed over what Views read; never where rows are bound to callers."""
    made = shop()
    made.users.put(ann()).now()
    users = Table(User, made.store, operations=["scan"])
    orders = Table(Order, made.store, operations=["scan"])
    list(users.scan(UserOut, reason="export", at_most=9))
    list(orders.scan(OrderOut, reason="export", at_most=9, index="open", by=System("export")))
    scans = [one for one in made.wire.sent if one.operation == "Scan"]
    known = iam(written_by(users, orders))
    assert len(scans) == 2
    assert all(known.allows(one) for one in scans)
    bound = written_by(orders, variable=VARIABLE)
    assert bound.document["Statement"] == []
    assert any("Scan is left out" in note for note in bound.notes)


def test_a_read_within_a_transaction_takes_the_safe_form() -> None:
    """A request without Select is denied, within a transaction too, and a note says what is open.

    Whether a transaction's GetItem names it is not documented: it never reads a whole item.
    """
    made = written_by(Table(User, Store(), operations=["get_together"]))
    (statement,) = made.document["Statement"]
    assert statement["Condition"]["StringEquals"] == {"dynamodb:Select": ["SPECIFIC_ATTRIBUTES"]}
    assert "IfExists" not in json.dumps(made.document)
    assert any("get_together is denied if it does not" in note for note in made.notes)
    for operations in (["get"], None):
        other = written_by(Table(User, Store(), operations=operations))
        assert not any("get_together" in note for note in other.notes)


def test_a_count_reads_nothing() -> None:
    """A table that is counted alone gives no attribute of an item."""
    made = written_by(Table(User, Store(), operations=["count", "put"]))
    read = statement(made, "UserRead")
    assert read["Action"] == ["dynamodb:Query"]
    assert read["Condition"]["StringEquals"] == {"dynamodb:Select": ["COUNT"]}


class Note(Record, table="notes"):
    """Owned, and found by something else."""

    note_id: Annotated[str, PartitionKey]
    user_id: Annotated[str, Owner]


class Letter(
    Record,
    table="letters",
    partition_key={"pk": "T*{tenant}#U${{user_id}}"},
    sort_key={"sk": "L#{letter_id}"},
    indexes=[Index("mine", partition="user_id"), Index("all", {"g": "ALL#{tenant}"})],
):
    """Owned by one of two fields of its key, with marks that IAM would read."""

    tenant: str
    user_id: Annotated[str, Owner]
    letter_id: str


def test_owners_within_longer_keys() -> None:
    """Other fields of a key match anything, marks of IAM in a template stand for themselves.

    An index by owner is bound like the table; an owner outside the key binds nothing, and is told.
    """
    made = policy([Table(Letter, Store(), operations=["query"])], HERE, owner_variable=VARIABLE)
    read = statement(made, "LetterRead")["Condition"]
    assert read["ForAllValues:StringLike"] == {
        "dynamodb:LeadingKeys": ["T${*}*#U${$}{" + VARIABLE + "}"]
    }
    mine = statement(made, "LetterMineRead")["Condition"]["ForAllValues:StringEquals"]
    assert mine["dynamodb:LeadingKeys"] == [VARIABLE]
    assert [one["Sid"] for one in made.document["Statement"]] == ["LetterRead", "LetterMineRead"]
    loose = policy([Table(Note, Store(), operations=["get"])], HERE, owner_variable=VARIABLE)
    assert "LeadingKeys" not in json.dumps(loose.document)
    assert any("user_id is not in the partition key" in note for note in loose.notes)


def test_an_owner_variable_is_no_pattern() -> None:
    """An owner variable with a wildcard would let a caller be anybody: it is refused."""
    for wrong in ("*", "${aws:PrincipalTag/user_id}*", "a?"):
        with pytest.raises(RefusedError, match="wildcard"):
            written_by(Table(Order, Store()), variable=wrong)


class Sealed(Record, table="sealed"):
    """With two encrypted attributes, one of them in a View."""

    key: Annotated[str, PartitionKey]
    shown: Annotated[str, Encrypted]
    kept: Annotated[str | None, Encrypted] = None


class SealedOut(View[Sealed]):
    """One encrypted attribute."""

    key: str
    shown: str


class Keys:
    """A cipher as far as its KMS keys go."""

    key_ids = ("1234-abcd", "arn:aws:kms:eu-west-1:123456789012:key/old")


def test_data_keys_are_allowed_by_their_context() -> None:
    """Writing may make data keys under the active key, reading may unwrap those of Views."""
    store = Store(cipher=Keys())  # type: ignore[arg-type]
    made = policy([Table(Sealed, store, operations=["get", "put"])], HERE)
    assert statement(made, "SealedEncrypt") == {
        "Sid": "SealedEncrypt",
        "Effect": "Allow",
        "Action": ["kms:GenerateDataKey"],
        "Resource": "arn:aws:kms:eu-central-1:123456789012:key/1234-abcd",
        "Condition": {
            "StringEquals": {
                "kms:EncryptionContext:hushtable:table": "sealed",
                "kms:EncryptionContext:hushtable:attribute": ["kept", "shown"],
            }
        },
    }
    decrypt = statement(made, "SealedDecrypt")
    assert decrypt["Action"] == ["kms:Decrypt"]
    assert decrypt["Resource"] == [
        "arn:aws:kms:eu-central-1:123456789012:key/1234-abcd", Keys.key_ids[1],
    ]  # fmt: skip
    context = decrypt["Condition"]["StringEquals"]
    assert context["kms:EncryptionContext:hushtable:attribute"] == ["shown"]
    reading = policy([Table(Sealed, store, operations=["get"])], HERE)
    assert "GenerateDataKey" not in json.dumps(reading.document)
    without = policy([Table(Sealed, Store(), operations=["put"])], HERE)
    assert "kms:" not in json.dumps(without.document)
    assert any("no KMS cipher is known" in note for note in without.notes)


def test_tables_of_one_name_are_put_together() -> None:
    """Two Tables of a Record are one use of its table; of another name, another."""
    get, put = (Table(User, Store(), operations=[one]) for one in ("get", "put"))
    other = Table(User, Store(), name="users-test", operations=["get"])
    made = written_by(get, put, other)
    names = [(one["Sid"], one["Resource"]) for one in made.document["Statement"]]
    assert names == [
        ("UserRead", f"{ARN}/users"),
        ("UserWrite", f"{ARN}/users"),
        ("UserRead2", f"{ARN}/users-test"),
    ]


def test_other_parts_of_aws_have_other_arns() -> None:
    """The partition of an ARN follows from the region."""
    for region, partition in (("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")):
        assert Account("1" * 12, region).table("t").startswith(f"arn:{partition}:dynamodb:{region}")


def test_what_iam_cannot_take_is_told() -> None:
    """A name outside of Latin-1 is refused."""

    class Price(Record, table="prices"):
        price_id: Annotated[str, PartitionKey]
        amount: Annotated[int, Stored("\u20ac")]

    with pytest.raises(RefusedError, match="U\\+00FF"):
        policy([Table(Price, Store(), operations=["put"])], HERE)


def test_a_policy_comes_in_parts() -> None:
    """A policy that is too long for IAM is given as several, each statement whole in one."""
    many = written_by(*(Table(User, Store(), name=f"users-{one}") for one in range(20)))
    parts = many.parts()
    assert many.characters > MOST_CHARACTERS
    assert all(Policy(one).characters <= MOST_CHARACTERS for one in parts)
    assert [one for part in parts for one in part["Statement"]] == many.document["Statement"]
    small = written_by(Table(User, Store()))
    assert small.parts() == (small.document,)


def test_a_table_named_by_its_arn_is_that_one() -> None:
    """The ARN of a table of another account stands as it is, and its index below it."""
    name = "arn:aws:dynamodb:eu-west-1:999999999999:table/shop"
    made = written_by(Table(Order, Store(), name=name, operations=["query"]))
    resources = [one["Resource"] for one in made.document["Statement"]]
    assert resources == [name, f"{name}/index/by-status", f"{name}/index/open"]


@given(st.sets(st.sampled_from(sorted(EVERYTHING))), st.booleans())
def test_a_policy_is_as_narrow_as_its_operations(
    words: set[str],
    bound: bool,  # noqa: FBT001 - drawn
) -> None:
    """For any operations: their actions and no other, no wildcard, declared attributes alone."""
    table = Table(Order, Store(), operations=words)
    made = written_by(table, variable=VARIABLE if bound else "")
    actions = {one for each in made.document["Statement"] for one in each["Action"]}
    scan = {"dynamodb:Scan"} if bound else set()
    assert actions == {f"dynamodb:{ACTIONS[word]}" for word in words} - scan
    for one in made.document["Statement"]:
        assert not any("*" in part for part in (*one["Action"], one["Resource"]))
        if one["Action"] == ["dynamodb:DescribeTable"]:
            assert "Condition" not in one
            continue
        named = one["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
        assert set(named) <= written(Order.schema_)
