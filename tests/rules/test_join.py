"""What was suspected and what was seen become one list, each finding once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.finding import Finding, Result, Verdict
from hushtable.model.place import Place
from hushtable.model.proof import Proof, ProofRequest, Reach, Shows, Unreached
from hushtable.model.rule import Confidence, Severity
from hushtable.model.service import Attribute, Channel, Route
from hushtable.rules.alignment import aligned
from hushtable.rules.join import covers, join

USERS = Route("GET", "/users/{user_id}", Place("app/users.py", 10), "app.users.read")
RUNNING = replace(USERS, path="/users/{id}", place=Place("app/users.py", 9))
EMAIL, PHONE, WHOLE = (Attribute("users", (name,)) for name in ("email", "phone", "*"))


def finding(code: str = "HT103", **more: object) -> Finding:
    """Give a suspicion of scan."""
    made = Finding(
        code=code,
        name="x",
        place=Place("app/users.py", 14),
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="suspected",
        remedy="",
        key=f"scan-{code}",
        attributes=(EMAIL,),
        routes=(USERS,),
        audience="owner",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def judged(code: str = "HT103", **more: object) -> Finding:
    """Give what a rule says of the facts of a run."""
    made = finding(code, place=Place("app/users.py", 9), key=f"prove-{code}", routes=(RUNNING,))
    return replace(made, message="seen", **more)  # type: ignore[arg-type]


def proof(shows: Shows = Shows.ATTRIBUTE, *attributes: Attribute, **more: object) -> Proof:
    """Give a proof of the running route."""
    request = ProofRequest("GET", "/users/1", identity="anyone")
    made = Proof(request, Channel.RESPONSE, "$.x", attributes, shows=shows, route=str(RUNNING))
    return replace(made, **more)  # type: ignore[arg-type]


def joined(
    suspected: tuple[Finding, ...],
    seen: tuple[Finding, ...],
    *proofs: Proof,
    reach: Reach | None = None,
) -> Result:
    """Join the findings of one route."""
    scanned = Result(".", suspected, (USERS,))
    return join(scanned, Result(".", seen, (RUNNING,)), proofs, reach)


def test_a_suspicion_that_was_seen_is_proven() -> None:
    """It keeps its key and place, and has the proof."""
    (one,) = joined((finding(),), (judged(),), proof(Shows.ATTRIBUTE, EMAIL)).findings
    assert (one.key, one.place.line, one.verdict) == ("scan-HT103", 14, Verdict.PROVEN)
    assert [str(each.attributes[0]) for each in one.proofs] == ["users.email"]


def test_a_limit_that_was_seen_is_a_reason() -> None:
    """What says that nothing limits attempts stays suspected, and tells that a run saw a limit."""
    suspected = finding("HT403", attributes=())
    running = replace(RUNNING, rate_limited=True)
    ran = Result(".", (), (running,))
    (one,) = join(Result(".", (suspected,), (USERS,)), ran, (), Reach()).findings
    assert one.verdict is Verdict.SUSPECTED
    assert one.reasons == (f"a limit was seen in a run: {RUNNING} refused further attempts",)
    (other,) = join(Result(".", (finding(),), (USERS,)), ran, (), Reach()).findings
    assert other.reasons == ()


def test_what_only_ran_is_added_and_proven() -> None:
    """A finding that scan did not make is added under its own key."""
    (one,) = joined((), (judged(),), proof(Shows.ATTRIBUTE, EMAIL)).findings
    assert (one.key, one.verdict) == ("prove-HT103", Verdict.PROVEN)


def test_a_judgement_without_a_proof_is_no_claim() -> None:
    """What rules say of facts that no proof shows is left out."""
    assert joined((), (judged(), judged("HT403", attributes=()))).findings == ()
    other = proof(Shows.ATTRIBUTE, EMAIL, channel=Channel.HEADER)
    assert joined((), (judged(),), other, proof(Shows.CURSOR)).findings == ()


@pytest.mark.parametrize(
    ("code", "shows"), [("HT203", Shows.CURSOR), ("HT106", Shows.METADATA), ("HT201", Shows.SCAN)]
)
def test_a_rule_without_attributes_is_shown_by_its_own_proofs(code: str, shows: Shows) -> None:
    """A cursor proves no metadata, and the other way round."""
    suspected, seen = finding(code, attributes=()), judged(code, attributes=())
    (one,) = joined((suspected,), (seen,), proof(shows)).findings
    assert one.verdict is Verdict.PROVEN
    (one,) = joined((suspected,), (seen,), proof(Shows.EXCEPTION)).findings
    assert one.verdict is Verdict.SUSPECTED


def test_other_attributes_are_another_finding() -> None:
    """Attributes that do not touch stay apart; a whole item touches each of its own."""
    both = joined(
        (finding(attributes=(PHONE,)),), (judged(),), proof(Shows.ATTRIBUTE, EMAIL)
    ).findings
    assert {one.key: one.verdict for one in both} == {
        "scan-HT103": Verdict.SUSPECTED,
        "prove-HT103": Verdict.PROVEN,
    }
    suspected, seen = finding("HT101", attributes=(EMAIL,)), judged("HT101", attributes=(WHOLE,))
    (one,) = joined((suspected,), (seen,), proof(Shows.ITEM, WHOLE)).findings
    assert one.attributes == (WHOLE, EMAIL)


def test_a_finding_whose_every_attribute_was_seen_is_proven() -> None:
    """A read of an index that is returned whole is proven by its attributes' names."""
    suspected = finding("HT101", attributes=(EMAIL, PHONE))
    (one,) = joined((suspected,), (), proof(Shows.ATTRIBUTE, EMAIL, PHONE)).findings
    assert one.verdict is Verdict.PROVEN
    (one,) = joined((suspected,), (), proof(Shows.ATTRIBUTE, EMAIL)).findings
    assert one.verdict is Verdict.SUSPECTED


def test_a_wider_audience_is_told() -> None:
    """When more people got it than the source says, the words and the severity are the run's."""
    seen = judged(audience="anyone", severity=Severity.HIGH)
    (one,) = joined((finding(),), (seen,), proof(Shows.ATTRIBUTE, EMAIL)).findings
    assert (one.audience, one.severity, one.message) == ("anyone", Severity.HIGH, "seen")


def test_what_was_tried_and_not_seen_stays_suspected() -> None:
    """The reasons say how often it was tried, or that it was not; nothing is refuted."""
    tried = Reach(routes=1, reached=1, tried=((str(RUNNING), 34),))
    (one,) = joined((finding(),), (), reach=tried).findings
    assert (one.verdict, one.reasons) == (Verdict.SUSPECTED, ("not seen in 34 requests",))
    missed = Reach(routes=1, unreached=(Unreached(str(RUNNING), "every answer was 401"),))
    (one,) = joined((finding(),), (), reach=missed).findings
    assert "was not reached (every answer was 401)" in one.reasons[0]
    (one,) = joined((finding("HT604", routes=()),), (), reach=tried).findings
    assert one.reasons == ()


def test_a_log_line_is_joined_with_its_own() -> None:
    """Of two lines of one route the one whose place was seen is proven."""
    first = finding("HT602", channel=Channel.LOG, place=Place("a.py", 1), key="1")
    second = replace(first, place=Place("a.py", 2), key="2")
    seen = judged("HT602", channel=Channel.LOG, place=Place("a.py", 2))
    result = joined((first, second), (seen,), proof(Shows.ATTRIBUTE, EMAIL, channel=Channel.LOG))
    assert {one.key: str(one.verdict) for one in result.findings} == {
        "1": "suspected",
        "2": "proven",
    }


def test_a_handler_of_the_whole_app() -> None:
    """A suspicion outside any route is proven by a route, unless scan suspects that one too."""
    handler = finding("HT501", routes=(), attributes=(), channel=Channel.ERROR, key="handler")
    seen = judged("HT501", attributes=(), channel=Channel.ERROR)
    (one,) = joined((handler,), (seen,), proof(Shows.EXCEPTION)).findings
    assert one.verdict is Verdict.PROVEN
    own = replace(handler, routes=(USERS,), key="own")
    result = joined((handler, own), (seen,), proof(Shows.EXCEPTION))
    assert {one.key: str(one.verdict) for one in result.findings} == {
        "handler": "suspected",
        "own": "proven",
    }


@pytest.mark.parametrize(
    ("source", "running", "same"),
    [
        (["GET /users/{id}"], "GET /users/{user_id}/", True),
        (["GET /users"], "GET /api/users", True),
        (["GET /users", "GET /admin/users"], "GET /admin/users", False),
        (["GET /users", "POST /users"], "POST /users", False),
        (["GET /{id}"], "GET /users/{id}", False),
        (["GET /users", "GET /v1/users"], "GET /api/v1/users", False),
    ],
)
def test_routes_are_aligned(source: list[str], running: str, *, same: bool) -> None:
    """Names of parameters, a final slash and one prefix may differ; a doubt joins nothing."""
    assert aligned(source, [running]).same(source[0], running) is same


@given(st.lists(st.sampled_from(["a", "b", "[]", "*"]), min_size=1, max_size=4))
def test_an_attribute_covers_itself_and_an_item_covers_all(path: list[str]) -> None:
    """Covering is reflexive, and a whole item holds whatever its table has."""
    one = Attribute("users", tuple(path))
    assert covers(one, one)
    assert covers(WHOLE, one)
    assert not covers(one, Attribute("orders", one.path))


def test_a_log_line_elsewhere_is_not_the_one_that_was_seen() -> None:
    """What was logged at another place shows nothing of a line that was never run."""
    script = finding(
        "HT602", channel=Channel.LOG, place=Place("setup.py", 9), routes=(), attributes=()
    )
    seen = judged("HT602", channel=Channel.LOG, place=Place("app/errors.py", 40))
    result = joined((script,), (seen,), proof(Shows.ATTRIBUTE, EMAIL, channel=Channel.LOG))
    assert {one.place.path: str(one.verdict) for one in result.findings} == {
        "setup.py": "suspected",
        "app/errors.py": "proven",
    }


def test_a_table_may_be_called_by_its_setting() -> None:
    """A table that the run knows by another name is the one of the route that was seen."""
    named = finding(attributes=(Attribute("USERS_TABLE", ("email",)),))
    (one,) = joined((named,), (judged(),), proof(Shows.ATTRIBUTE, EMAIL)).findings
    assert (one.key, one.verdict) == ("scan-HT103", Verdict.PROVEN)
    other = finding(attributes=(Attribute("USERS_TABLE", ("phone",)),))
    found = joined((other,), (judged(),), proof(Shows.ATTRIBUTE, EMAIL)).findings
    assert sorted(str(one.verdict) for one in found) == ["proven", "suspected"]


def test_a_table_that_both_know_is_no_other() -> None:
    """What left a table that the source names proves nothing of one that only the source names."""
    orders = replace(EMAIL, table="orders")
    setting = replace(EMAIL, table="settings.archive_table")
    suspected = (
        finding(attributes=(orders,), key="orders"),
        finding(attributes=(setting,), key="setting"),
    )
    seen = judged(attributes=(orders,))
    result = joined(suspected, (seen,), proof(Shows.ATTRIBUTE, orders))
    verdicts = {one.key: one.verdict for one in result.findings}
    assert verdicts == {"orders": Verdict.PROVEN, "setting": Verdict.SUSPECTED}
    # Where the run names a table that the source does not, it may be that one.
    (one,) = joined(suspected[1:], (seen,), proof(Shows.ATTRIBUTE, orders)).findings
    assert one.verdict is Verdict.PROVEN


@pytest.mark.parametrize("code", ["HT103", "HT201"])
def test_what_did_not_come_again_proves_nothing(code: str) -> None:
    """A suspicion stays one and says so; what only that run saw is no finding."""
    shows = Shows.SCAN if code == "HT201" else Shows.ATTRIBUTE
    named = () if code == "HT201" else (EMAIL,)
    once = proof(shows, *named, replayed=2, reproduced=1)
    suspected = finding(code, attributes=named)
    (one,) = joined((suspected,), (judged(code, attributes=named),), once).findings
    assert (one.verdict, one.proofs) == (Verdict.SUSPECTED, ())
    assert one.reasons == ("seen once; it came again in 1 of 2 replays",)
    assert joined((), (judged(code, attributes=named),), once).findings == ()
    other = finding(code, attributes=(PHONE,)) if named else replace(suspected, routes=())
    assert joined((other,), (), once).findings[0].reasons == ()


def test_a_route_of_another_app_is_not_proven() -> None:
    """Two apps of one source may have a route of one name: what one showed, the other did not."""
    other = replace(USERS, place=Place("other/users.py", 3))
    told = finding(key="scan-other", routes=(other,), place=Place("other/users.py", 7))
    running = replace(RUNNING, place=Place(USERS.place.path, 9))
    result = join(
        Result(root=".", findings=(finding(), told), routes=(USERS, other)),
        Result(root=".", findings=(judged(routes=(running,)),), routes=(running,)),
        (proof(Shows.ATTRIBUTE, EMAIL),),
    )
    verdicts = {one.key: one.verdict for one in result.findings}
    assert verdicts == {"scan-HT103": Verdict.PROVEN, "scan-other": Verdict.SUSPECTED}
