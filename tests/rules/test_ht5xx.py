"""Errors: the judgements of HT501 to HT503."""

from __future__ import annotations

import pytest

from hushtable.model.facts import Cargo, Carried, DebugSwitch, Facts, Seal, Swallow
from hushtable.model.place import Place
from hushtable.model.rule import Confidence, Severity
from hushtable.model.service import Channel
from tests.rules.samples import HERE, OPEN, judged, only, outflow

TEXT = Carried(Cargo.EXCEPTION, detail="str(error)")


def test_the_text_of_an_exception() -> None:
    """HT501 says in which form the exception leaves, and by what."""
    flow = outflow(TEXT, channel=Channel.ERROR, via="HTTPException")
    told = only("HT501", Facts(outflows=(flow,)))
    assert told.message == ("GET /users/{user_id} sends `str(error)` to anyone by `HTTPException`")
    assert "`detail`" in told.remedy
    assert (told.severity, told.confidence) == (Severity.HIGH, Confidence.HIGH)


def test_the_channel_is_always_error() -> None:
    """HT501 keeps one key for one exception, whether a body or an error carries it."""
    for channel in (Channel.RESPONSE, Channel.ERROR):
        told = only("HT501", Facts(outflows=(outflow(TEXT, channel=channel),)))
        assert told.channel is Channel.ERROR


def test_own_text() -> None:
    """HT501 is quiet about text that the program wrote itself."""
    assert (
        judged("HT501", Facts(outflows=(outflow(Carried(Cargo.EXCEPTION, own_text=True)),))) == []
    )


def test_exceptions_that_stay() -> None:
    """HT501 is quiet about logs and about masked text."""
    assert judged("HT501", Facts(outflows=(outflow(TEXT, channel=Channel.LOG),))) == []
    masked = Carried(Cargo.EXCEPTION, seal=Seal.MASKED)
    assert judged("HT501", Facts(outflows=(outflow(masked),))) == []


def test_unreachable_code() -> None:
    """HT501 is unsure of code that cannot run."""
    told = only("HT501", Facts(outflows=(outflow(TEXT, reachable=False),)))
    assert (told.severity, told.confidence) == (Severity.MEDIUM, Confidence.LOW)


def test_debugging() -> None:
    """HT502 speaks of a switch that is on whatever the settings are."""
    switch = DebugSwitch(HERE, "FastAPI(debug=True)", "app.main.app")
    told = only("HT502", Facts(debug=(switch,)))
    assert told.message == "`FastAPI(debug=True)` is on in `app.main.app`"
    setting = DebugSwitch(HERE, "FastAPI(debug=settings.debug)", conditional=True)
    assert judged("HT502", Facts(debug=(setting,))) == []


@pytest.mark.parametrize(
    ("raised", "answered", "speaks"),
    [
        (404, 500, True),
        (404, 400, True),
        (404, 404, False),
        (503, 500, False),
        (None, 500, False),
        (404, None, False),
    ],
)
def test_swallowed(raised: int | None, answered: int | None, *, speaks: bool) -> None:
    """HT503 speaks of a 4xx that becomes another status."""
    one = Swallow(HERE, Place("app/users.py", 8), raised, answered, OPEN)
    told = judged("HT503", Facts(swallows=(one,)))
    assert [one.message for one in told] == (
        [f"GET /users/{{user_id}} means to answer {raised} at line 8, and answers {answered}"]
        if speaks
        else []
    )
