"""What counts as an exposure, and how a scan and a run name the same ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.contract import ANY_ROUTE, Basis, Part, compare
from hushtable.model.facts import Access, Cargo, Carried, Facts, Operation, Outflow, Seal
from hushtable.model.place import Place
from hushtable.model.proof import Proof, ProofRequest, Shows
from hushtable.model.sensitivity import Sensitivity
from hushtable.model.service import Channel, Route
from hushtable.rules.exposures import Leaving, both, shown, suspected
from tests.rules.samples import GATED, HERE, OPEN, PERSONAL, SECRET, attribute, carried

TEXT_OF_ERROR = Carried(Cargo.EXCEPTION, detail="ClientError: str(e)")


def told(
    *things: Carried,
    route: Route | None = OPEN,
    channel: Channel = Channel.RESPONSE,
    **more: object,
) -> Facts:
    """Give facts with one outflow."""
    flow = Outflow(channel, HERE, things, route, "app.users.read_user", **more)  # type: ignore[arg-type]
    return Facts(routes=(route,) if route else (), outflows=(flow,))


def lines(leaving: Leaving) -> list[str]:
    """Give each line in short."""
    return [
        f"{line.route} {line.channel} {line.audience or '-'} {line.table}: "
        f"{', '.join(map(str, line.parts))}"
        for line in leaving.contract.lines
    ]


def proof(
    *names: str, shows: Shows = Shows.ATTRIBUTE, route: Route = OPEN, **more: object
) -> Proof:
    """Give a proof of attributes."""
    fields = {
        "request": ProofRequest("GET", "/users/1"),
        "channel": Channel.RESPONSE,
        "where": "$",
        "attributes": tuple(map(attribute, names)),
        "shows": shows,
        "route": str(route),
    }
    return Proof(**{**fields, **more})  # type: ignore[arg-type]


def test_what_no_rule_complains_of_leaves_too() -> None:
    """Public attributes count like all others; the whole item says all of them."""
    facts = told(carried("users.plan"), carried("users.handle"))
    assert lines(suspected(facts)) == ["GET /users/{user_id} response anyone users: handle, plan"]
    whole = told(carried("users.plan"), carried("users.*", minus=frozenset({"pin", "plan"})))
    assert lines(suspected(whole)) == ["GET /users/{user_id} response anyone users: * except pin"]


@pytest.mark.parametrize("seal", [Seal.ENCRYPTED, Seal.HASHED, Seal.MASKED])
def test_what_is_sealed_does_not_leave(seal: Seal) -> None:
    """What is encrypted, hashed or masked on its way is no exposure; what is encoded is one."""
    assert not lines(suspected(told(carried("users.email", seal=seal))))
    assert lines(suspected(told(carried("users.email", seal=Seal.ENCODED))))


@pytest.mark.parametrize(
    ("thing", "channel", "line"),
    [
        (TEXT_OF_ERROR, "error", "GET /users/{user_id} error anyone exception: text"),
        (
            Carried(Cargo.EXCEPTION, detail="traceback: traceback"),
            "error",
            "GET /users/{user_id} error anyone exception: traceback",
        ),
        (replace(TEXT_OF_ERROR, own_text=True), "error", ""),
        (
            Carried(Cargo.SECRET, None, SECRET, detail="API_KEY"),
            "response",
            "GET /users/{user_id} response anyone secret: API_KEY",
        ),
        (Carried(Cargo.INPUT, attribute("request.page")), "log", ""),
        (
            Carried(Cargo.INPUT, attribute("request.email"), PERSONAL),
            "log",
            "GET /users/{user_id} log - request: email",
        ),
        (carried("users.email", PERSONAL), "store", ""),
        (carried("users.token", SECRET), "store", "GET /users/{user_id} store - users: token"),
    ],
)
def test_what_is_no_attribute(thing: Carried, channel: str, line: str) -> None:
    """Texts of errors and secrets leave too; the app's own words, echoes and writes do not."""
    found = lines(suspected(told(thing, channel=Channel(channel))))
    assert found == ([line] if line else [])


def test_who_gets_it() -> None:
    """An answer goes to the route's audience, a served file to anyone, a log to no caller."""
    email = carried("users.email")
    assert "response signed-in" in lines(suspected(told(email, route=GATED)))[0]
    assert "log -" in lines(suspected(told(email, route=GATED, channel=Channel.LOG)))[0]
    assert "file -" in lines(suspected(told(email, route=GATED, channel=Channel.FILE)))[0]
    served = told(email, route=GATED, channel=Channel.FILE, public_file=True)
    assert "file anyone" in lines(suspected(served))[0]


def test_outside_any_route() -> None:
    """What answers outside any route stands for all of them; what is logged has a function."""
    handler = suspected(told(TEXT_OF_ERROR, route=None, channel=Channel.ERROR))
    assert lines(handler) == [f"{ANY_ROUTE} error anyone exception: text"]
    logged = suspected(told(carried("users.email"), route=None, channel=Channel.LOG))
    assert lines(logged) == ["app.users.read_user log - users: email"]


def test_routes_of_several_apps_stay_apart() -> None:
    """Where two apps have a route of one name, each is named with its app; others are not."""
    mine, other = replace(OPEN, app="shop.main"), replace(OPEN, app="admin.main")
    alone = replace(OPEN, app="admin.main", path="/staff")
    facts = told(carried("users.email"), route=mine)
    assert lines(suspected(facts))[0].startswith("GET /users/{user_id} response")
    facts = replace(facts, routes=(mine, other, alone))
    assert lines(suspected(facts))[0].startswith("GET /users/{user_id} (shop.main) response")


def test_the_worst_is_named_and_found() -> None:
    """Credentials inside a whole item are named beside it, and each line has its place."""
    found = suspected(told(carried("users.*"), carried("users.password", SECRET)))
    assert found.contract.lines[0].credentials == ("password",)
    assert found.places["GET /users/{user_id}", Channel.RESPONSE, "users"] == HERE


def test_a_name_with_a_dot_reads_like_a_path() -> None:
    """A name that holds dots is taken for a path; what UTF-8 cannot hold is replaced."""
    odd = carried("users.a", attribute=replace(attribute("users.a"), path=("a.b\ud800",)))
    (line,) = suspected(told(odd)).contract.lines
    assert line.parts == (Part(("a", "b\ufffd")),)


def test_only_what_a_proof_shows_every_time_was_shown() -> None:
    """An attribute without a proof, or whose proof did not come again, is not told."""
    facts = told(carried("users.email"), carried("users.plan"), carried("users.phone"))
    shaky = proof("users.phone", replayed=2, reproduced=1)
    steady = proof("users.email", replayed=2, reproduced=2)
    found = shown(facts, (steady, shaky))
    assert lines(found) == ["GET /users/{user_id} response anyone users: email"]
    assert found.contract.basis is Basis.PROOFS
    elsewhere = proof("users.plan", channel=Channel.LOG)
    assert not lines(shown(facts, (elsewhere, proof("users.plan", shows=Shows.INPUT))))


def test_a_run_is_told_in_the_words_of_the_source() -> None:
    """A route under a prefix and a table behind a setting are called as the source calls them."""
    running = replace(OPEN, path="/api/users/{id}", reads=("prod-users",))
    ran = told(carried("prod-users.email"), carried("prod-users.phone"), route=running)
    read = told(carried("USERS_TABLE.email"))
    found = shown(ran, (proof("prod-users.email", "prod-users.phone", route=running),), read)
    assert lines(found) == ["GET /users/{user_id} response anyone USERS_TABLE: email, phone"]


def test_a_table_that_both_know_keeps_its_name() -> None:
    """A table that the run has too is never taken for another one."""
    running = replace(OPEN, reads=("users", "orders"))
    access = Access(Operation.GET, "orders", HERE, running)
    ran = replace(told(carried("orders.user_id"), route=running), accesses=(access,))
    read = told(carried("users.user_id"))
    found = shown(ran, (proof("orders.user_id", route=running),), read)
    assert lines(found) == ["GET /users/{user_id} response anyone orders: user_id"]
    nameless = told(carried(".user_id"), route=running)
    found = shown(nameless, (proof(".user_id", route=running),), read)
    assert lines(found) == ["GET /users/{user_id} response anyone users: user_id"]


def test_both_hold_either() -> None:
    """What a scan and a run say together holds what each says, at the places of the source."""
    read = suspected(told(carried("users.email")))
    seen = Outflow(Channel.RESPONSE, Place("other.py", 1), (carried("users.plan"),), OPEN)
    run = shown(Facts(routes=(OPEN,), outflows=(seen,)), (proof("users.plan"),))
    made = both(read, run)
    assert lines(made) == ["GET /users/{user_id} response anyone users: email, plan"]
    assert not compare(made.contract, read.contract).wider
    assert not compare(made.contract, run.contract).wider
    assert set(made.places.values()) == {HERE}
    assert made.contract.basis is Basis.BOTH


def test_a_guess_is_no_credential() -> None:
    """A name that may be a credential marks nothing, and is not looked for in stores."""
    guess = Sensitivity(SECRET.category, "code", "its name", 0.4)
    assert not suspected(told(carried("users.code", guess))).contract.lines[0].credentials
    assert not lines(suspected(told(carried("users.code", guess), channel=Channel.STORE)))
