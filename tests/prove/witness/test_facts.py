"""Facts of what was seen, as the rules judge them; and nothing that was not seen."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from hushtable.model.config import ScanConfig
from hushtable.model.facts import Bound, Cargo, Facts, Seal
from hushtable.model.proof import Proof, Shows
from hushtable.model.service import (
    OWNER,
    SIGNED_IN,
    Channel,
    GateKind,
    ModelState,
    Parameter,
    ParameterSource,
    ResponseModel,
)
from hushtable.prove.canary import Source
from hushtable.prove.exchange import Call, Complaint, Exchange, Frame, Said
from hushtable.rules.catalogue import catalogue
from hushtable.rules.join import shown
from hushtable.rules.judge import judge
from tests.prove.witnessed import FILE, Mint, exchange, get, listing, route, told, wire


def found(facts: Facts, proofs: tuple[Proof, ...]) -> dict[str, set[str]]:
    """Give the attributes of each proven finding, by code."""
    shows = {rule.code: frozenset(rule.info.shown_by) for rule in catalogue()}
    result: dict[str, set[str]] = {}
    for one in shown(judge(facts, ScanConfig(), ".").findings, proofs, shows):
        result.setdefault(one.code, set()).update(map(str, one.attributes))
    return result


def read(mint: Mint, *names: str, **more: object) -> tuple[dict[str, str], Exchange]:
    """Give an item of owner A, and the exchange that answers with some of its attributes."""
    item = mint.item("users", "A", "user_id", "email", "password_hash", "plan")
    call = get("users", {"user_id": item["user_id"]}, item)
    answer = {name: item[name] for name in names} if names else item
    return item, exchange(f"/users/{item['user_id']}", answer, call, **more)  # type: ignore[arg-type]


def test_a_whole_item_is_proven_by_what_no_code_names() -> None:
    """The undeclared attribute in an answer makes it the item, whatever else stands there."""
    mint = Mint()
    _, each = read(mint)
    facts, proofs = told(mint, route(), each)
    codes = found(facts, proofs)
    assert codes["HT101"] == {"users.*"}
    assert codes["HT102"] == {"users.password_hash"}
    assert codes["HT103"] == {"users.email"}
    assert facts.routes[0].audience == "anyone"


def test_named_attributes_are_no_item() -> None:
    """Attributes without the undeclared one were chosen by the code."""
    mint = Mint()
    _, each = read(mint, "plan", "email")
    facts, proofs = told(mint, route(), each)
    assert found(facts, proofs)["HT103"] == {"users.email"}
    assert "HT101" not in found(facts, proofs)
    assert all(one.chosen for flow in facts.outflows for one in flow.carried)


def test_what_a_deny_list_took_away_is_told() -> None:
    """Planted attributes that never come out of an item that does are its minus."""
    mint = Mint()
    item, _ = read(mint)
    rest = {name: text for name, text in item.items() if name != "password_hash"}
    each = exchange(f"/users/{item['user_id']}", rest, get("users", {"user_id": "x"}, item))
    facts, _ = told(mint, route(), each)
    (whole,) = [c for f in facts.outflows for c in f.carried if c.cargo is Cargo.ITEM]
    assert whole.minus == {"password_hash"}


def test_a_closed_model_that_lets_the_item_out_was_bypassed() -> None:
    """What no model declares did not go through it."""
    mint = Mint()
    _, each = read(mint)
    model = ResponseModel(ModelState.CLOSED, "UserOut")
    facts, _ = told(mint, route(model=model), each)
    assert {flow.model for flow in facts.outflows} == {ModelState.BYPASSED}


def test_a_map_that_comes_out_whole() -> None:
    """The undeclared entry of a map makes it the whole map, and the item's own does not."""
    mint = Mint()
    inner = mint.make("profile.undeclared", Source.UNDECLARED, table="users", owner="A")
    city = mint.make("profile.city", table="users", owner="A")
    item = {"plan": "x", "profile": {"city": city, "undeclared": inner}}
    each = exchange("/users/1", {"profile": item["profile"]}, get("users", {"user_id": "1"}, item))
    facts, proofs = told(mint, route(), each)
    assert found(facts, proofs)["HT105"] == {"users.profile.*"}


def test_an_owner_who_gets_what_is_hers() -> None:
    """Nobody is claimed to get more than somebody got."""
    mint = Mint()
    _, each = read(mint, identity="A", keys_of="A")
    facts, _ = told(mint, route(), exchange("/users/x", {}, status=401), each)
    assert {flow.route.audience for flow in facts.outflows if flow.route} == {OWNER}
    assert facts.routes[0].gate.kind is GateKind.BODY


def test_one_owner_with_the_keys_of_another() -> None:
    """B who gets A's attributes by A's keys proves that no owner is checked."""
    mint = Mint()
    _, own = read(mint, "email", "plan", identity="A", keys_of="A")
    _, others = read(mint, "email", "plan", identity="B", keys_of="A")
    gated = route(gate=replace(route().gate, kind=GateKind.SECURITY, name="bearer"))
    facts, proofs = told(mint, gated, exchange("/users/x", {}, status=401), own, others)
    assert facts.routes[0].audience == SIGNED_IN
    assert "HT402" in found(facts, proofs)
    (proof,) = [one for one in proofs if one.shows is Shows.OTHER_OWNER]
    assert (proof.request.identity, proof.owner) == ("B", "A")


def test_an_owner_that_is_checked() -> None:
    """B who is refused what A gets proves a check, and no rule speaks."""
    mint = Mint()
    item, own = read(mint, "email", identity="A", keys_of="A")
    call = get("users", {"user_id": item["user_id"]}, item)
    refused = exchange(f"/users/{item['user_id']}", {}, call, status=404, identity="B", keys_of="A")
    facts, proofs = told(mint, route(), exchange("/users/x", {}, status=401), own, refused)
    assert {use.owner_checked for use in facts.keys} == {"compare"}
    assert "HT402" not in found(facts, proofs)


def test_nobody_tried_is_no_proof() -> None:
    """Without B's try there is no claim, whatever the facts leave open."""
    mint = Mint()
    _, own = read(mint, "email", identity="A", keys_of="A")
    facts, proofs = told(mint, route(), exchange("/users/x", {}, status=401), own)
    assert "HT402" not in found(facts, proofs)


def test_a_write_with_the_keys_of_another() -> None:
    """B whose update of A's item was taken proves it too."""
    mint = Mint()
    key = mint.make("user_id", table="users", owner="A")

    def update(identity: str) -> Exchange:
        call = Call("UpdateItem", {"TableName": "users", "Key": {"user_id": {"S": key}}})
        path = f"/users/{key}"
        return exchange(path, {"ok": True}, call, method="PATCH", identity=identity, keys_of="A")

    gated = route("PATCH", gate=replace(route().gate, kind=GateKind.SECURITY, name="bearer"))
    facts, proofs = told(
        mint, gated, exchange("/users/x", {}, status=401, method="PATCH"), update("A"), update("B")
    )
    assert "HT402" in found(facts, proofs)


KEY = {"user_id": "hqaaaaaaaaaaaa", "order_id": "hqbbbbbbbbbbbb"}


@pytest.mark.parametrize(
    ("cursor", "seal", "where"),
    [
        (KEY, Seal.NONE, "$.next"),
        (wire(KEY), Seal.NONE, "$.next"),
        (json.dumps(KEY), Seal.ENCODED, "$.next"),
        (base64.urlsafe_b64encode(json.dumps(wire(KEY)).encode()).decode(), Seal.ENCODED, "$.next"),
        (json.dumps(KEY).encode().hex(), Seal.ENCODED, "$.next"),
        (KEY["order_id"], Seal.NONE, "$.next"),
    ],
)
def test_a_cursor_that_can_be_read(cursor: object, seal: Seal, where: str) -> None:
    """A LastEvaluatedKey is a cursor as it is, and encoded; its parts are no attributes."""
    mint = Mint()
    items = [mint.item("orders", "A", "order_id")]
    answer = {"count": 1, "next": cursor}
    each = exchange("/orders", answer, listing("Query", "orders", items, last=KEY, Limit=1))
    facts, proofs = told(mint, route(path="/orders"), each)
    (carried,) = [c for f in facts.outflows for c in f.carried if c.cargo is Cargo.CURSOR]
    assert carried.seal is seal
    assert found(facts, proofs)["HT203"] == set()
    assert [one.where for one in proofs if one.shows is Shows.CURSOR] == [where]


@pytest.mark.parametrize(
    "signature", [".9f86d081884c7d65", "." + "ab" * 32, ":c2lnbmF0dXJlLXNpZ25hdHVyZQ"]
)
def test_a_cursor_with_a_signature_is_not_claimed(signature: str) -> None:
    """What stands beside an encoded key may be a signature."""
    mint = Mint()
    body = base64.urlsafe_b64encode(json.dumps(KEY).encode()).decode().rstrip("=")
    each = exchange("/orders", {"next": body + signature}, listing("Query", "orders", [], last=KEY))
    facts, proofs = told(mint, route(path="/orders"), each)
    assert "HT203" not in found(facts, proofs)


def test_an_item_of_keys_is_no_cursor() -> None:
    """The last item of a list, read by its keys alone, looks like the key and is none."""
    mint = Mint()
    each = exchange("/orders", {"items": [KEY]}, listing("Query", "orders", [KEY], last=KEY))
    facts, _ = told(mint, route(path="/orders"), each)
    assert not [c for f in facts.outflows for c in f.carried if c.cargo is Cargo.CURSOR]


def test_metadata_of_the_store() -> None:
    """What boto3 adds to an answer is the store's own."""
    answer = {"ResponseMetadata": {"RequestId": "X", "HTTPStatusCode": 200}}
    put = Call("PutItem", {"TableName": "notes", "Item": wire({"note_id": "1"})})
    each = exchange("/notes/1", answer, put, method="PUT")
    facts, proofs = told(Mint(), route("PUT", "/notes/{note_id}"), each)
    assert "HT106" in found(facts, proofs)


def test_the_text_of_an_error_that_was_made_on_purpose() -> None:
    """The canary in a fault's message proves that the exception's text is sent."""
    mint = Mint()
    token = mint.make("dynamodb.GetItem.Throttling", Source.SERVICE)
    each = exchange(
        "/users/1",
        {"detail": f"An error occurred: {token}"},
        status=500,
        fault="GetItem: ThrottlingException",
        complaints=(Complaint("botocore.exceptions.ClientError", f"An error: {token}"),),
    )
    facts, proofs = told(mint, route(), each)
    assert "HT501" in found(facts, proofs)
    (proof,) = [one for one in proofs if one.shows is Shows.EXCEPTION]
    assert proof.request.provoked
    assert "prove(" in proof.test


def test_a_debugger_that_answers() -> None:
    """A traceback through the app that is the whole answer is a debugger's, not a text of it."""
    body = b'Traceback (most recent call last):\n  File "/srv/app/app.py", line 10, in read\nE'
    facts, proofs = told(Mint(), route(), exchange("/users/1", body, status=500))
    assert set(found(facts, proofs)) == {"HT502"}
    inside = exchange("/users/1", {"trace": body.decode()}, status=500)
    facts, proofs = told(Mint(), route(), inside)
    assert set(found(facts, proofs)) == {"HT501"}


def complaint(status: int, line: int, function: str = "read") -> Complaint:
    """Give an HTTPException that was raised at a line of the app."""
    frames = (Frame(FILE, line, function), Frame("/lib/python/x.py", 1, "y"))
    return Complaint("HTTPException", "", frames, status=status)


@pytest.mark.parametrize(
    ("complaints", "status", "swallowed"),
    [
        ((complaint(404, 12), complaint(500, 15)), 500, True),
        ((complaint(404, 12),), 500, True),
        ((complaint(404, 12),), 404, False),
        ((complaint(401, 3, "maybe_user"), complaint(404, 12)), 404, False),
        ((complaint(404, 12),), 200, False),
        ((complaint(500, 12), complaint(503, 15)), 503, False),
    ],
)
def test_an_error_that_was_swallowed(
    complaints: tuple[Complaint, ...], status: int, *, swallowed: bool
) -> None:
    """A 4xx that became another error in the same function is told; a question is not."""
    each = exchange("/users/1", {}, status=status, complaints=complaints)
    facts, proofs = told(Mint(), route(), each)
    assert ("HT503" in found(facts, proofs)) is swallowed


def test_a_log_line_has_its_own_place() -> None:
    """What is logged is told where the program wrote it."""
    mint = Mint()
    item, _ = read(mint)
    said = (Said(Channel.LOG, f"by {item['email']}", "log app, INFO", FILE, 44, "note"),)
    facts, proofs = told(mint, route(), exchange("/users/1", {}, said=said))
    (flow,) = facts.outflows
    assert (str(flow.place), flow.function) == ("app.py:44", "note")
    assert found(facts, proofs)["HT602"] == {"users.email"}


def test_a_password_that_is_logged_and_stored() -> None:
    """An input is told where it is logged, stored and, stored, echoed; an echo alone is not."""
    mint = Mint()
    password, name = mint.input("body", "password"), mint.input("body", "name")
    put = Call(
        "PutItem", {"TableName": "users", "Item": wire({"password": password, "name": name})}
    )
    said = (Said(Channel.LOG, f"login {password}", "stdout"),)
    body = {"password": password, "name": name}
    each = exchange("/users", body, put, method="POST", body=body, said=said)
    facts, proofs = told(mint, route("POST", "/users"), each)
    codes = found(facts, proofs)
    assert codes["HT601"] == {"users.password"}
    assert codes["HT102"] == {"users.password"}
    assert codes["HT602"] >= {"request.password"}
    echo = exchange("/users", body, method="POST", body=body)
    facts, proofs = told(mint, route("POST", "/users"), echo)
    assert facts.outflows == ()


def test_a_setting_in_an_answer() -> None:
    """A secret setting that comes out is told by its name."""
    mint = Mint()
    token = mint.make("API_SECRET_KEY", Source.SETTING)
    facts, proofs = told(mint, route(path="/about"), exchange("/about", {"k": token}))
    assert "HT102" in found(facts, proofs)
    assert facts.outflows[0].carried[0].detail == "API_SECRET_KEY"


def test_an_attribute_is_of_the_table_that_was_read() -> None:
    """An id that stands in several tables is told of the one whose item was read."""
    mint = Mint()
    owner = mint.make("user_id", table="users", owner="A")
    each = exchange("/orders", [{"by": owner}], listing("Scan", "orders", [{"user_id": owner}]))
    facts, _ = told(mint, route(path="/orders"), each)
    assert {str(c.attribute) for f in facts.outflows for c in f.carried} == {"orders.user_id"}


def scan(mint: Mint, limit: int | None, asked: str = "", **more: object) -> Exchange:
    """Give a list that a Scan answers."""
    items = [mint.item("orders", owner, "order_id", "total") for owner in "AB"]
    given = {} if limit is None else {"Limit": limit}
    call = listing("Scan", "orders", items, **given, **more)
    return exchange(f"/orders{asked}", [{"total": one["total"]} for one in items], call)


def test_a_scan_without_a_bound() -> None:
    """A Scan without a Limit, whose items come out, is told; one with a constant is bounded."""
    mint = Mint()
    facts, proofs = told(mint, route(path="/orders"), scan(mint, None))
    assert "HT201" in found(facts, proofs)
    assert facts.accesses[0].whole_list
    facts, proofs = told(mint, route(path="/orders"), scan(mint, 50))
    assert "HT201" not in found(facts, proofs)


def test_a_limit_of_the_clients_own() -> None:
    """A Limit that follows the client past any cap is the client's; one that stops is capped."""
    mint = Mint()
    of = route(path="/orders", parameters=(Parameter("limit", ParameterSource.QUERY),))
    free = (scan(mint, 1, "?limit=1"), scan(mint, 1000, "?limit=1000"))
    facts, proofs = told(mint, of, *free)
    assert facts.accesses[0].limit is Bound.CLIENT
    assert "HT202" in found(facts, proofs)
    capped = (scan(mint, 1, "?limit=1"), scan(mint, 5, "?limit=5"), scan(mint, 100, "?limit=1000"))
    facts, proofs = told(mint, of, *capped)
    assert facts.accesses[0].limit is Bound.CAPPED
    assert "HT202" not in found(facts, proofs)


def test_a_filter_that_stands_in_for_a_check() -> None:
    """A filter on whose item it is hides rows after they were read."""
    mint = Mint()
    each = scan(
        mint,
        9,
        FilterExpression="#t = :t AND contains(title, :q)",
        ExpressionAttributeNames={"#t": "tenant_id"},
        ExpressionAttributeValues={":t": {"S": "t"}, ":q": {"S": "q"}},
    )
    facts, proofs = told(mint, route(path="/orders"), each)
    assert facts.accesses[0].filter_hides == ("tenant_id",)
    assert "HT204" in found(facts, proofs)


def test_an_odd_text_that_became_part_of_a_key() -> None:
    """A text with signs that part keys, inside a longer key, was not validated."""

    def of(text: str) -> Exchange:
        call = get("app", {"pk": f"USER#{text}"}, None)
        return exchange(f"/users/{text.replace('#', '%23')}", {}, call, status=404)

    assert "HT302" not in found(*told(Mint(), route(), of("abc")))
    facts, proofs = told(Mint(), route(), of("abc"), of("abc#x"))
    assert "HT302" in found(facts, proofs)
    assert facts.keys[0].composed


@pytest.mark.parametrize(("start", "refused"), [({}, 1), ({"user_id": {"S": "x"}}, 0)])
def test_a_refused_start_key_is_no_refused_expression(start: dict[str, Any], refused: int) -> None:
    """What is refused with a start key may be refused for it, and the expression stands."""
    request = {
        "TableName": "orders",
        "KeyConditionExpression": "user_id = :u",
        "ExpressionAttributeValues": {":u": {"S": "1"}},
        **({"ExclusiveStartKey": start} if start else {}),
    }
    call = Call("Query", request, status=400, code="ValidationException")
    facts, _ = told(Mint(), route(), exchange("/orders", {}, call, status=500))
    assert len(facts.expressions) == refused


def test_expressions_that_the_client_writes() -> None:
    """An input's canary inside expression text is injection, and as a name it chooses one."""
    mint = Mint()
    token = mint.input("query", "q")
    canary = mint.of(token)
    assert canary is not None
    call = listing("Scan", "orders", [], FilterExpression=f"title = {token}", Limit=5)
    each = exchange(f"/orders?q={token}", [], call, inputs=(canary,))
    facts, proofs = told(mint, route(path="/orders"), each)
    assert facts.expressions[0].client == "q"
    assert "HT301" in found(facts, proofs)
    update = Call(
        "UpdateItem",
        {
            "TableName": "users",
            "Key": {"user_id": {"S": "1"}},
            "UpdateExpression": "SET #a = :a",
            "ExpressionAttributeNames": {"#a": token},
        },
    )
    each = exchange("/users/1", {}, update, method="PATCH", body={token: "x"}, inputs=(canary,))
    facts, proofs = told(mint, route("PATCH"), each)
    assert "HT304" in found(facts, proofs)


def test_an_expression_that_the_store_refused() -> None:
    """Text that DynamoDB rejects is told; a fault that was made on purpose says nothing of it."""
    call = Call(
        "GetItem",
        {"TableName": "users", "Key": {}, "ProjectionExpression": "name, plan"},
        status=400,
        code="ValidationException",
    )
    facts, proofs = told(Mint(), route(), exchange("/users/1", {}, call, status=500))
    assert "HT303" in found(facts, proofs)
    provoked = exchange("/users/1", {}, replace(call, provoked=True), status=500, fault="x")
    assert "HT303" not in found(*told(Mint(), route(), provoked))


def test_a_credential_in_a_url() -> None:
    """A route that took a secret from its URL and answered well is told."""
    of = route(path="/notes", parameters=(Parameter("api_key", ParameterSource.QUERY),))
    assert "HT606" in found(*told(Mint(), of, exchange("/notes?api_key=hqx", {})))
    assert "HT606" not in found(*told(Mint(), of, exchange("/notes?api_key=hqx", {}, status=422)))


def test_an_open_route_that_acts() -> None:
    """A caller without credentials who makes a route write shows that it has no gate."""
    call = Call("DeleteItem", {"TableName": "orders", "Key": {"order_id": {"S": "1"}}})
    of = route("DELETE", "/orders/{order_id}")
    assert "HT401" in found(*told(Mint(), of, exchange("/orders/1", {}, call, method="DELETE")))
    refused = exchange("/orders/1", {}, method="DELETE", status=401)
    assert "HT401" not in found(*told(Mint(), of, refused))


def test_nothing_seen_is_nothing_told() -> None:
    """Answers without canaries make no outflow and no proof but that somebody was answered."""
    facts, proofs = told(Mint(), route(path="/health"), exchange("/health", {"ok": True}))
    assert facts.outflows == facts.accesses == facts.keys == ()
    assert proofs == ()


@pytest.mark.parametrize(("more", "drains"), [(0, False), (5, True)])
def test_a_list_that_is_read_to_its_end(more: int, drains: bool) -> None:  # noqa: FBT001 - a case
    """Pages that go on past their limit until there is none drain; a few that end do not."""
    mint = Mint()
    items = [mint.item("users", "A", "user_id", number=number) for number in range(10 + more)]
    last = {"user_id": items[4]["user_id"]}
    first = listing("Scan", "users", items[:5], Limit=10, last=last)
    rest = listing("Scan", "users", items[5:], Limit=10, ExclusiveStartKey=wire(last))
    few = listing("Scan", "users", items[:1], Limit=10, last=last)
    end = listing("Scan", "users", [], Limit=10, ExclusiveStartKey=wire(last))
    facts, proofs = told(
        mint, route(path="/users"), exchange("/users", [], few, end),
        exchange("/users", [], first, rest),
    )  # fmt: skip
    assert [one.drains for one in facts.accesses] == [drains]
    (scan,) = [one for one in proofs if one.shows is Shows.SCAN]
    assert ("page after page" in scan.where) is drains


def test_a_word_that_the_app_chose_is_no_text_of_the_clients() -> None:
    """Where a made-up text is refused and a known word is not, the client writes nothing."""
    mint = Mint()
    token = mint.input("query", "field")
    asked = route("PATCH", "/users", parameters=(Parameter("field", ParameterSource.QUERY),))

    def sent(field: str, *calls: Call, **more: Any) -> Exchange:
        return exchange(f"/users?field={field}", {}, *calls, method="PATCH", **more)

    def update(field: str) -> Call:
        return Call("UpdateItem", {"TableName": "users", "UpdateExpression": f"SET {field} = :v"})

    known = [sent("locale", update("locale")), sent("nickname", update("nickname"))]
    refused = sent(token, status=400, inputs=(mint.made[token[:12]],))
    facts, _ = told(mint, asked, *known, refused)
    assert not facts.expressions
    facts, _ = told(mint, asked, *known)
    assert [one.client for one in facts.expressions] == ["field"]


def test_a_token_that_is_logged() -> None:
    """What says who is calling is told where it is logged, and its echo is not."""
    mint = Mint()
    token = mint.make("header.authorization", Source.IDENTITY)
    said = (Said(Channel.LOG, f"got {token[:50]}", "stdout", FILE, 24, "caller"),)
    facts, proofs = told(mint, route(), exchange("/users/1", {"token": token}, said=said))
    (flow,) = facts.outflows
    assert str(flow.place) == "app.py:24"
    assert found(facts, proofs) == {"HT602": {"request.authorization"}}


def test_the_text_of_an_error_of_the_network() -> None:
    """A refused connection's text in an answer is the text of an exception."""
    mint = Mint()
    mark = mint.make("network.api", Source.SERVICE)
    body = {"detail": f"cannot connect: {mark}"}
    facts, proofs = told(mint, route(), exchange("/users/1", body, status=503))
    assert "HT501" in found(facts, proofs)
    assert [one.shows for one in proofs] == [Shows.EXCEPTION]


def test_an_item_of_the_app_is_one_when_it_was_written() -> None:
    """A model that the app made and saved is an item, with a note; one it never saved is none."""
    mint = Mint()
    made = mint.make("undeclared", Source.UNDECLARED, table="users")
    body = {"user_id": "1", "undeclared": made}
    put = Call("PutItem", {"TableName": "users", "Item": wire(body)})
    refused = replace(put, status=400, code="ConditionalCheckFailedException")
    for calls in ((), (refused,)):
        facts, proofs = told(mint, route("POST", "/users"), exchange("/users", body, *calls))
        assert not [flow for flow in facts.outflows if flow.channel is Channel.RESPONSE]
        assert Shows.ITEM not in {one.shows for one in proofs}
    _, proofs = told(mint, route("POST", "/users"), exchange("/users", body, put))
    (one,) = [proof for proof in proofs if proof.shows is Shows.ITEM]
    assert any("had added undeclared to the model" in note for note in one.notes)
    whole = exchange("/users", mint.item("users", "A", "plan"))
    assert not any(one.notes for one in told(mint, route("GET", "/users"), whole)[1])


def sent(item: dict[str, str], host: str = "partner.example") -> tuple[Said, ...]:
    """Give the parts of a request to a host, with an item's attributes in them."""
    where = (FILE, 44, "push")
    url = f"POST https://{host}/v1?token={item['password_hash']}&plan={item['plan']}"
    body = json.dumps({"email": item["email"], "hash": item["password_hash"]})
    return (
        Said(Channel.LOG, url, f"the URL of a request to {host}", *where, to=host),
        Said(Channel.LOG, body, f"the body of a request to {host}", *where, to=host),
    )


def test_what_is_sent_to_others_is_no_log() -> None:
    """What leaves in a request of the app's own is told of its host: secrets, and no address."""
    mint = Mint()
    item, _ = read(mint)
    facts, proofs = told(mint, route(), exchange("/users/1", {}, said=sent(item)))
    (flow,) = facts.outflows
    assert (flow.sent_to, str(flow.place)) == ("partner.example", "app.py:44")
    codes = found(facts, proofs)
    assert codes["HT602"] == {"users.password_hash"}
    assert not codes.keys() & {"HT101", "HT102", "HT103"}
    assert [(one.name, one.outgoing) for one in facts.url_secrets] == [("token", True)]
    assert codes["HT606"] == set()
    whole = (Said(Channel.LOG, str(item), "the body of a request to a", FILE, 44, to="a"),)
    codes = found(*told(mint, route(), exchange("/users/1", {}, said=whole)))
    assert "users.*" in codes["HT602"]


def test_what_others_are_asked_with_is_theirs() -> None:
    """A setting or an input in a request to others is no leak; a setting in its URL is told."""
    mint = Mint()
    key = mint.make("PARTNER_API_KEY", Source.SETTING)
    password = mint.input("body", "password")
    where = "a request to auth.example"
    said = (
        Said(Channel.LOG, f"{key} {password}", f"the body of {where}", FILE, 44, to="auth.example"),
    )
    each = exchange("/login", {}, method="POST", body={"password": password}, said=said)
    facts, _ = told(mint, route("POST", "/login"), each)
    assert facts.outflows == facts.url_secrets == ()
    said = (
        Said(
            Channel.LOG, f"GET https://a/?key={key}", f"the URL of {where}", FILE, 44,
            to="auth.example",
        ),
    )  # fmt: skip
    facts, proofs = told(mint, route("POST", "/login"), exchange("/login", {}, said=said))
    assert found(facts, proofs) == {"HT606": set()}
