"""Gates, owners, limits and policies: the judgements of HT401 to HT404."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.facts import Cargo, Facts, GateHole, Operation, PolicyStatement
from hushtable.model.place import Place
from hushtable.model.rule import Confidence, Severity
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.service import ANYONE, Channel, Parameter, ParameterSource, Route, role
from tests.rules.samples import (
    GATED,
    HERE,
    OPEN,
    PERSONAL,
    access,
    carried,
    judged,
    key,
    only,
    outflow,
)

HEALTH = Sensitivity(Category.HEALTH, "diagnosis", "its name", 0.9)
POST = replace(OPEN, method="POST", path="/jobs")
PING = replace(OPEN, path="/ping/{token}", parameters=(Parameter("token", ParameterSource.PATH),))


def test_a_route_without_a_gate() -> None:
    """HT401 stands at the route and says what anyone gets and does."""
    gets = outflow(carried("users.email", PERSONAL), carried("users.plan"))
    puts = access(Operation.UPDATE)
    told = only("HT401", Facts(routes=(OPEN,), outflows=(gets,), accesses=(puts,)))
    assert told.place == OPEN.place
    assert told.message == (
        "GET /users/{user_id} has no gate: anyone gets `users.email` and makes it write `users`"
    )
    assert (told.severity, told.confidence) == (Severity.HIGH, Confidence.HIGH)
    grave = outflow(carried("users.diagnosis", HEALTH))
    told = only("HT401", Facts(routes=(OPEN,), outflows=(grave,)))
    assert told.severity is Severity.CRITICAL


def test_what_callers_sent_is_not_what_they_get() -> None:
    """HT401 does not count an answer that repeats the request."""
    echo = outflow(replace(carried("request.diagnosis", HEALTH), cargo=Cargo.INPUT))
    assert judged("HT401", Facts(routes=(OPEN,), outflows=(echo,))) == []
    puts = access(Operation.PUT)
    told = only("HT401", Facts(routes=(OPEN,), outflows=(echo,), accesses=(puts,)))
    assert told.message == "GET /users/{user_id} has no gate: anyone makes it write `users`"
    assert told.severity is Severity.HIGH


@pytest.mark.parametrize(
    ("route", "touches", "said"),
    [
        (OPEN, True, (Severity.HIGH, Confidence.HIGH)),
        (OPEN, False, None),
        (GATED, True, None),
        (replace(OPEN, registered=False), True, None),
        (POST, False, (Severity.MEDIUM, Confidence.MEDIUM)),
        (POST, True, (Severity.HIGH, Confidence.HIGH)),
        (replace(OPEN, path="/health"), False, None),
        (replace(OPEN, path="/health"), True, (Severity.HIGH, Confidence.HIGH)),
        (replace(OPEN, path="/"), False, None),
        (replace(POST, path="/auth/login"), True, None),
        (replace(POST, path="/webhooks/mail"), True, (Severity.LOW, Confidence.LOW)),
        (replace(OPEN, path="/products"), True, (Severity.LOW, Confidence.LOW)),
        (replace(POST, path="/products"), True, (Severity.HIGH, Confidence.HIGH)),
        (PING, True, (Severity.LOW, Confidence.LOW)),
    ],
)
def test_which_routes_need_a_gate(
    route: Route, said: tuple[Severity, Confidence] | None, *, touches: bool
) -> None:
    """HT401 weighs what a route does against what it is for."""
    accesses = (access(Operation.QUERY, route=route),) if touches else ()
    told = judged("HT401", Facts(routes=(route,), accesses=accesses))
    assert [(one.severity, one.confidence) for one in told] == ([said] if said else [])


def test_a_public_route_with_personal_data_is_no_catalogue() -> None:
    """HT401 takes a catalogue seriously when personal data leaves it."""
    route = replace(OPEN, path="/products")
    gets = outflow(carried("products.email", PERSONAL), route=route)
    assert only("HT401", Facts(routes=(route,), outflows=(gets,))).severity is Severity.HIGH


def test_a_catalogue_is_meant_to_be_public() -> None:
    """HT401 is quiet about a catalogue of which nothing sensitive is known; HT101 tells items."""
    route = replace(OPEN, path="/products")
    named = outflow(carried("products.title"), route=route)
    assert judged("HT401", Facts(routes=(route,), outflows=(named,))) == []
    whole = outflow(carried("products.*"), route=route)
    assert judged("HT401", Facts(routes=(route,), outflows=(whole,))) == []


def test_a_gate_that_fails_open() -> None:
    """HT401 stands at the line where a gate lets everything through."""
    place = Place("app/auth.py", 5)
    hole = GateHole(place, "CognitoAuth", "when no pool is configured")
    told = only("HT401", Facts(holes=(hole,)))
    assert told.place == place
    assert told.message == (
        "The gate `CognitoAuth` lets every request through when no pool is configured"
    )
    assert told.confidence is Confidence.MEDIUM


def test_another_ones_object() -> None:
    """HT402 names the input that chooses the object."""
    told = only("HT402", Facts(keys=(key(),)))
    assert told.message == (
        "GET /users/{user_id} reads an item of the table `users` by `user_id`, which any "
        "signed-in caller may choose, and checks no owner"
    )
    writes = key()
    writes = replace(writes, operation=Operation.UPDATE, reaches=())
    assert " changes an item " in only("HT402", Facts(keys=(writes,))).message


@pytest.mark.parametrize(
    "change",
    [
        {"client": ""},
        {"owner_checked": "compare"},
        {"source": "header"},
        {"reaches": ()},
        {"reaches": (Channel.LOG,)},
        {"route": None},
        {"route": OPEN},
        {"route": replace(GATED, audience=ANYONE)},
        {"route": replace(GATED, audience=role("admin"))},
        {"route": replace(GATED, registered=False)},
        {"route": replace(GATED, path="/auth/verify-email/{user_id}")},
    ],
)
def test_objects_that_are_guarded(change: dict[str, object]) -> None:
    """HT402 is quiet about owners that are checked, roles, and routes HT401 speaks of."""
    assert judged("HT402", Facts(keys=(key(**change),))) == []


def test_a_list_by_a_search_word() -> None:
    """HT402 speaks of a list when somebody's id chooses it, not when a search word does."""
    search = replace(key(client="q"), operation=Operation.QUERY, attribute="handle")
    assert judged("HT402", Facts(keys=(search,))) == []
    assert judged("HT402", Facts(keys=(replace(search, attribute="customer_id"),)))


def test_objects_that_belong_to_nobody() -> None:
    """HT402 speaks of a table of unknown purpose only when personal data is seen in it."""
    topic = replace(key(client="topic_id"), table="topics", attribute="topic_id")
    assert judged("HT402", Facts(keys=(topic,))) == []
    seen = outflow(carried("topics.email", PERSONAL), channel=Channel.STORE)
    assert judged("HT402", Facts(keys=(topic,), outflows=(seen,)))


def test_guesses_without_a_limit() -> None:
    """HT403 speaks of a login that nothing limits."""
    login = replace(POST, path="/auth/login")
    told = only("HT403", Facts(routes=(login,)))
    assert told.place == login.place
    assert judged("HT403", Facts(routes=(replace(login, rate_limited=True),))) == []
    assert judged("HT403", Facts(routes=(replace(login, registered=False),))) == []
    assert judged("HT403", Facts(routes=(POST, OPEN))) == []


def policy(actions: str, resources: str, *conditions: str) -> PolicyStatement:
    """Make a statement of space-separated actions and resources."""
    return PolicyStatement(
        HERE, tuple(actions.split()), tuple(resources.split()), "api", conditions=conditions
    )


TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table/users"


@pytest.mark.parametrize(
    ("statement", "severity"),
    [
        (policy("dynamodb:*", "*"), Severity.HIGH),
        (policy("*", "*"), Severity.HIGH),
        (policy("dynamodb:*", TABLE), Severity.MEDIUM),
        (policy("DynamoDB:*", TABLE), Severity.MEDIUM),
        (policy("grant_full_access", TABLE), Severity.MEDIUM),
        (policy("dynamodb:GetItem", "*"), Severity.MEDIUM),
        (policy("dynamodb:GetItem", TABLE.replace("users", "*")), Severity.MEDIUM),
        (policy("dynamodb:GetItem", TABLE), None),
        (policy("dynamodb:Get*", f"{TABLE}/index/*"), None),
        (policy("dynamodb:GetItem", "*", "dynamodb:LeadingKeys"), None),
    ],
)
def test_policies(statement: PolicyStatement, severity: Severity | None) -> None:
    """HT404 speaks of all actions and of all tables."""
    told = judged("HT404", Facts(policies=(statement,)))
    assert [one.severity for one in told] == ([severity] if severity else [])


def test_a_policy_for_this_service() -> None:
    """HT404 proposes the actions and tables that the code uses."""
    accesses = (access(Operation.GET), access(Operation.QUERY, table="orders"))
    told = only("HT404", Facts(policies=(policy("dynamodb:*", "*"),), accesses=accesses))
    assert told.message == "The policy of `api` allows the actions `dynamodb:*` on every table"
    assert "`dynamodb:GetItem` and `dynamodb:Query`" in told.remedy
    assert "`orders` and `users`" in told.remedy
    assert told.channel is Channel.SOURCE
