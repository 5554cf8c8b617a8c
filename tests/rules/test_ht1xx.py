"""What leaves in a response: the judgements of HT101 to HT106."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.facts import Cargo, Facts, Operation, Outflow, Seal
from hushtable.model.place import Place
from hushtable.model.rule import Confidence, Severity
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.service import (
    OWNER,
    Channel,
    ModelState,
    ResponseModel,
    Route,
    role,
)
from tests.rules.samples import (
    GATED,
    OPEN,
    PERSONAL,
    SECRET,
    access,
    attribute,
    carried,
    judged,
    key,
    only,
    outflow,
)

WHOLE = carried("users.*")
HEALTH = Sensitivity(Category.HEALTH, "diagnosis", "its name", 0.9)


def facts(*outflows: Outflow) -> Facts:
    """Make facts of outflows alone."""
    return Facts(outflows=outflows)


def test_a_whole_item_leaves() -> None:
    """HT101 names the table, the audience, and in its remedy the attributes the route uses."""
    reads = access(Operation.GET, used=("nickname", "name", "password_hash"))
    secret = carried("users.password_hash", SECRET)
    told = only("HT101", Facts(outflows=(outflow(WHOLE, secret),), accesses=(reads,)))
    assert told.message == (
        "GET /users/{user_id} returns the whole item of the table `users` to anyone"
    )
    assert 'ProjectionExpression="#name, nickname"' in told.remedy
    assert "password_hash" not in told.remedy
    assert told.attributes == (attribute("users.*"),)
    assert told.reasons == ("users.password_hash is credential: its name",)
    assert told.confidence is Confidence.HIGH


def test_a_deny_list_leaves_the_rest() -> None:
    """HT101 says what a deny-list took away."""
    told = only("HT101", facts(outflow(carried("users.*", minus=frozenset({"pin", "cvv"})))))
    assert "every attribute of the table `users` except `cvv` and `pin`" in told.message
    assert "closed response model `UserOut`" in told.remedy


@pytest.mark.parametrize(
    ("model", "speaks"),
    [
        (ModelState.NONE, True),
        (ModelState.OPEN, True),
        (ModelState.BYPASSED, True),
        (ModelState.CLOSED, False),
    ],
)
def test_a_closed_model_holds_an_item_back(model: ModelState, *, speaks: bool) -> None:
    """HT101 is quiet only where the model is closed."""
    assert bool(judged("HT101", facts(outflow(WHOLE, model=model)))) is speaks


def test_an_item_in_a_log_is_not_returned() -> None:
    """HT101 speaks of clients only, and not of encrypted items."""
    assert judged("HT101", facts(outflow(WHOLE, channel=Channel.LOG))) == []
    assert judged("HT101", facts(outflow(replace(WHOLE, seal=Seal.ENCRYPTED)))) == []


def test_confidence_in_code_that_may_not_run() -> None:
    """An unregistered route lowers confidence, unreachable code more so."""
    loose = replace(OPEN, registered=False)
    assert only("HT101", facts(outflow(WHOLE, route=loose))).confidence is Confidence.MEDIUM
    assert only("HT101", facts(outflow(WHOLE, reachable=False))).confidence is Confidence.LOW


def test_an_item_to_its_owner_is_less_grave() -> None:
    """HT101 is medium where only the owner gets the item."""
    own = replace(GATED, audience=OWNER)
    assert only("HT101", facts(outflow(WHOLE, route=own))).severity is Severity.MEDIUM


def test_an_item_leaves_outside_any_route() -> None:
    """HT101 names the function where there is no route."""
    told = only("HT101", facts(outflow(WHOLE, route=None)))
    assert told.message == "`read_user` returns the whole item of the table `users`"
    assert told.routes == ()


def test_a_credential_leaves() -> None:
    """HT102 is critical to anyone, and says what to read instead."""
    secret = carried("users.password_hash", SECRET, chosen=True)
    reads = access(Operation.GET, used=("plan", "password_hash"))
    told = only("HT102", Facts(outflows=(outflow(secret),), accesses=(reads,)))
    assert told.severity is Severity.CRITICAL
    assert told.message == "GET /users/{user_id} returns `users.password_hash` to anyone"
    assert 'ProjectionExpression="#plan"' in told.remedy
    assert told.reasons == ("users.password_hash is credential: its name",)
    gated = only("HT102", facts(outflow(secret, route=GATED)))
    assert gated.severity is Severity.HIGH


def test_a_credential_inside_an_item_is_as_sure_as_its_name() -> None:
    """HT102 is less sure of a guess that the code does not name."""
    guess = replace(SECRET, confidence=0.6)
    told = only("HT102", facts(outflow(carried("users.key", guess))))
    assert told.confidence is Confidence.MEDIUM
    assert told.message.endswith("inside what it returns whole")
    assert (
        judged("HT102", facts(outflow(carried("users.key", replace(guess, confidence=0.3))))) == []
    )


@pytest.mark.parametrize(
    ("change", "speaks"),
    [
        ({"cargo": Cargo.INPUT}, False),
        ({"cargo": Cargo.INPUT, "stored": True}, True),
        ({"cargo": Cargo.SECRET, "attribute": None, "detail": "API_KEY"}, True),
        ({"cargo": Cargo.ITEM}, False),
        ({"seal": Seal.HASHED}, False),
        ({"seal": Seal.MASKED}, False),
        ({"seal": Seal.ENCODED}, True),
    ],
)
def test_which_credentials_count(change: dict[str, object], *, speaks: bool) -> None:
    """HT102 speaks of stored input and of secrets, and not of what is sealed."""
    secret = carried("users.password", SECRET, **change)
    assert bool(judged("HT102", facts(outflow(secret)))) is speaks


@pytest.mark.parametrize(
    ("route", "sensitivity", "chosen", "severity"),
    [
        (OPEN, PERSONAL, True, Severity.MEDIUM),
        (OPEN, HEALTH, True, Severity.HIGH),
        (GATED, PERSONAL, True, None),
        (GATED, PERSONAL, False, Severity.LOW),
        (GATED, HEALTH, False, Severity.MEDIUM),
        (replace(GATED, audience=OWNER), HEALTH, False, None),
        (replace(GATED, audience=role("admin")), PERSONAL, False, None),
        (OPEN, replace(PERSONAL, confidence=0.5), True, None),
        (OPEN, SECRET, True, None),
        (replace(OPEN, path="/login", method="POST"), PERSONAL, True, None),
    ],
)
def test_personal_data(
    route: Route, sensitivity: Sensitivity, severity: Severity | None, *, chosen: bool
) -> None:
    """HT103 weighs who gets it and whether the code chose it."""
    flow = outflow(carried("users.email", sensitivity, chosen=chosen), route=route)
    told = judged("HT103", facts(flow))
    assert [one.severity for one in told] == ([severity] if severity else [])


def test_personal_data_of_the_caller() -> None:
    """HT103 is quiet where the same route checks the owner."""
    flow = outflow(carried("users.email", PERSONAL), route=GATED)
    assert judged("HT103", facts(flow))
    checked = Facts(outflows=(flow,), keys=(key(owner_checked="compare"),))
    assert judged("HT103", checked) == []


def test_an_open_model() -> None:
    """HT104 stands at the model and says what opens it."""
    model = ResponseModel(
        ModelState.OPEN, "UserOut", Place("app/models.py", 3), (), 'extra="allow"'
    )
    told = only(
        "HT104", facts(outflow(WHOLE, route=replace(OPEN, model=model), model=ModelState.OPEN))
    )
    assert told.place == Place("app/models.py", 3)
    assert 'through its open response model `UserOut`: extra="allow"' in told.message


def test_an_open_model_without_a_place() -> None:
    """HT104 stands at the route where the model has no place of its own."""
    model = ResponseModel(ModelState.OPEN, open_fields=("profile",))
    told = only("HT104", facts(outflow(WHOLE, route=replace(OPEN, model=model))))
    assert told.place == OPEN.place
    assert "`profile`" in told.remedy


def test_an_open_model_that_is_not_used() -> None:
    """HT104 is quiet where the model is bypassed, or only named attributes pass."""
    route = replace(OPEN, model=ResponseModel(ModelState.OPEN))
    assert judged("HT104", facts(outflow(WHOLE, route=route, model=ModelState.BYPASSED))) == []
    named = outflow(carried("users.email", PERSONAL), route=route, model=ModelState.OPEN)
    assert judged("HT104", facts(named)) == []


def test_an_open_map() -> None:
    """HT105 names the map, unless the item around it leaves anyway."""
    flow = outflow(carried("users.profile.*"))
    told = only("HT105", facts(flow))
    assert "the map `users.profile.*` whole" in told.message
    assert "`profile.*`" in told.remedy
    assert judged("HT105", facts(outflow(carried("users.profile.*"), WHOLE))) == []
    other = outflow(carried("users.profile.*"), carried("orders.*"))
    assert only("HT105", facts(other)).attributes == (attribute("users.profile.*"),)


def test_metadata() -> None:
    """HT106 names what leaves of the metadata, and no attribute."""
    thing = carried("users.x", cargo=Cargo.METADATA, detail="ResponseMetadata")
    told = only("HT106", facts(outflow(thing)))
    assert "`ResponseMetadata`" in told.message
    assert told.attributes == ()
    assert judged("HT106", facts(outflow(thing, model=ModelState.CLOSED))) == []
