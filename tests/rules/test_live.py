"""What a live service showed, as rules speak of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.config import ScanConfig
from hushtable.model.facts import Facts
from hushtable.model.finding import Finding, Verdict
from hushtable.model.observation import Observation, Seen
from hushtable.model.place import Place
from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.service import SIGNED_IN, Attribute, Route
from hushtable.model.transcript import Transcript
from hushtable.rules.catalogue import catalogue
from hushtable.rules.judge import judge

ROUTE = Route("GET", "/users/{id}", Place("GET /users/{id}", 0), "")
EMAIL = Attribute("answer", ("email",))
PERSONAL = Sensitivity(Category.PERSONAL, "email", "it looks like one")
TOLD = Transcript("GET", "/users/1", "anyone", 200, "$.email = ma***")


def seen(kind: Seen, **more: object) -> Observation:
    """Observe a kind of thing at a route, with everything that may be said of it."""
    made = Observation(
        kind, ROUTE, fields=((EMAIL, PERSONAL),), details=("x",), transcripts=(TOLD,)
    )
    return replace(made, **more)  # type: ignore[arg-type]


def findings(*observations: Observation) -> tuple[Finding, ...]:
    """Judge observations by every rule."""
    result = judge(Facts(observations=observations), ScanConfig(), ".")
    assert result.unknown == ()
    return result.findings


@pytest.mark.parametrize("kind", Seen)
def test_every_kind_is_judged_by_one_rule(kind: Seen) -> None:
    """Whatever the probe may see, exactly one rule speaks of it, in whole sentences."""
    (found,) = findings(seen(kind))
    assert found.message
    assert found.remedy
    assert "{" not in found.message.replace("{id}", "")
    assert found.transcripts == (TOLD,)
    assert found.code in {rule.code for rule in catalogue()}


def test_nothing_is_proven_without_a_transcript() -> None:
    """A finding is proven by a transcript that shows it, and suspected otherwise."""
    (shown,) = findings(seen(Seen.CREDENTIAL))
    (doubted,) = findings(seen(Seen.CREDENTIAL, certain=False))
    (bare,) = findings(seen(Seen.CREDENTIAL, transcripts=()))
    assert shown.verdict is Verdict.PROVEN
    assert doubted.verdict is Verdict.SUSPECTED
    assert bare.verdict is Verdict.SUSPECTED


def test_who_got_it_is_who_was_answered() -> None:
    """The audience of a finding is the widest that was answered, and the key knows no details."""
    one, other = seen(Seen.CREDENTIAL, audience=SIGNED_IN), seen(Seen.CREDENTIAL)
    (found,) = findings(one, other)
    assert found.audience == "anyone"
    (again,) = findings(seen(Seen.CREDENTIAL, details=("y",)))
    assert again.key == found.key


def test_what_holds_for_the_service_has_no_route() -> None:
    """An observation of the whole service is placed there."""
    (found,) = findings(seen(Seen.DOCS, route=None, fields=()))
    assert (str(found.place), found.routes) == ("service", ())


def test_a_live_route_is_not_read_as_source() -> None:
    """The routes of a live service alone, without an observation, are no findings."""
    routes = (ROUTE, replace(ROUTE, method="POST", path="/auth/login", writes=True))
    assert judge(Facts(routes=routes), ScanConfig(), ".").findings == ()
