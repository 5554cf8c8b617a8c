"""Facts made by hand, as small as a rule needs them."""

from __future__ import annotations

from hushtable.model.facts import (
    Access,
    Cargo,
    Carried,
    Expression,
    ExpressionKind,
    Facts,
    KeyUse,
    Operation,
    Outflow,
)
from hushtable.model.place import Place
from hushtable.model.rule import Judgement
from hushtable.model.sensitivity import PUBLIC, Category, Sensitivity
from hushtable.model.service import (
    SIGNED_IN,
    Attribute,
    Channel,
    Gate,
    GateKind,
    ModelState,
    Route,
)
from hushtable.rules.catalogue import Rule, catalogue

HERE = Place("app/users.py", 12)
BEARER = Gate(GateKind.SECURITY, "bearer")
OPEN = Route("GET", "/users/{user_id}", Place("app/users.py", 10), "app.users.read_user")
GATED = Route(
    "GET",
    "/users/{user_id}",
    Place("app/users.py", 10),
    "app.users.read_user",
    gate=BEARER,
    audience=SIGNED_IN,
)
SECRET = Sensitivity(Category.CREDENTIAL, "password", "its name")
PERSONAL = Sensitivity(Category.PERSONAL, "email", "its name", 0.9)


def attribute(dotted: str) -> Attribute:
    """`users.profile.locale` as an attribute."""
    table, *path = dotted.split(".")
    return Attribute(table, tuple(path))


def carried(dotted: str, sensitivity: Sensitivity = PUBLIC, **more: object) -> Carried:
    """One attribute that leaves; `users.*` is an item and `users.x.*` a map."""
    named = attribute(dotted)
    cargo = Cargo.ITEM if named.whole else Cargo.MAP if named.open else Cargo.ATTRIBUTE
    fields: dict[str, object] = {"cargo": cargo, "attribute": named, "sensitivity": sensitivity}
    return Carried(**{**fields, **more})  # type: ignore[arg-type]


def outflow(
    *things: Carried,
    channel: Channel = Channel.RESPONSE,
    route: Route | None = OPEN,
    place: Place = HERE,
    model: ModelState = ModelState.NONE,
    **more: object,
) -> Outflow:
    """Something leaves."""
    fields: dict[str, object] = {"route": route, "model": model, "function": "app.users.read_user"}
    return Outflow(channel, place, things, **{**fields, **more})  # type: ignore[arg-type]


def access(operation: Operation, table: str = "users", **more: object) -> Access:
    """One DynamoDB call of the open route."""
    fields: dict[str, object] = {"route": OPEN, "function": "app.users.read_user"}
    return Access(operation, table, HERE, **{**fields, **more})  # type: ignore[arg-type]


def key(**more: object) -> KeyUse:
    """One key, which the caller of the gated route chooses in the path."""
    fields: dict[str, object] = {
        "route": GATED,
        "client": "user_id",
        "source": "path",
        "reaches": (Channel.RESPONSE,),
    }
    return KeyUse(Operation.GET, "users", "user_id", HERE, **{**fields, **more})  # type: ignore[arg-type]


def expression(kind: ExpressionKind, text: str | None, **more: object) -> Expression:
    """One expression of the open route."""
    fields: dict[str, object] = {"route": OPEN, "table": "users"}
    return Expression(kind, HERE, text, **{**fields, **more})  # type: ignore[arg-type]


def rule(code: str) -> Rule:
    """Give a rule by its code."""
    return next(one for one in catalogue() if one.code == code)


def judged(code: str, facts: Facts) -> list[Judgement]:
    """Give what one rule says of the facts."""
    return list(rule(code).judge(facts))


def only(code: str, facts: Facts) -> Judgement:
    """Give the one thing a rule says."""
    (one,) = judged(code, facts)
    return one
