"""Facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.config import ScanConfig
from hushtable.model.facts import Allow, Facts, Unknown
from hushtable.model.finding import Result
from hushtable.model.place import Place, Step
from hushtable.model.rule import Confidence, Judgement, Severity
from hushtable.model.service import ANYONE, SIGNED_IN, Channel
from hushtable.rules.catalogue import Rule
from hushtable.rules.judge import judge
from tests.rules.samples import GATED, HERE, OPEN, PERSONAL, SECRET, attribute, carried, outflow
from tests.rules.samples import rule as real

SAID = Judgement(HERE, "it leaves", "stop it", (attribute("users.email"),), (OPEN,))


def saying(*judgements: Judgement) -> Rule:
    """Make a rule that says this."""

    def speak(_facts: Facts) -> Iterator[Judgement]:
        yield from judgements

    return replace(real("HT101"), judge=speak)


def result(*judgements: Judgement, facts: Facts | None = None) -> Result:
    """Give the result of one rule that says this."""
    return judge(facts or Facts(), ScanConfig(), "root", (saying(*judgements),))


def moved(judgement: Judgement, lines: int) -> Judgement:
    """Give the same, further down."""
    place = replace(judgement.place, line=judgement.place.line + lines)
    return replace(judgement, place=place)


def test_a_judgement_becomes_a_finding() -> None:
    """A finding carries the rule's code, name and weaknesses, and the judgement's words."""
    (finding,) = result(SAID).findings
    assert (finding.code, finding.name, finding.cwe) == ("HT101", "raw-item-returned", (213, 200))
    assert (finding.message, finding.remedy) == ("it leaves", "stop it")
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert finding.audience == ANYONE


def test_one_place_is_one_finding() -> None:
    """Judgements of one rule and place become one finding, in the words of the worst."""
    other = replace(
        SAID,
        message="it leaves slowly",
        attributes=(attribute("users.phone"),),
        routes=(replace(GATED, method="HEAD"),),
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        reasons=("why",),
    )
    (finding,) = result(other, SAID).findings
    assert finding.message == "it leaves (1 more route does so too)"
    assert [str(one) for one in finding.attributes] == ["users.email", "users.phone"]
    assert [str(route) for route in finding.routes] == [
        "HEAD /users/{user_id}",
        "GET /users/{user_id}",
    ]
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
    assert finding.audience == ANYONE
    assert finding.reasons == ("why",)


def test_one_route_is_one_route() -> None:
    """A route that two facts know differently is told once."""
    (finding,) = result(SAID, replace(SAID, routes=(replace(OPEN, scans=True),))).findings
    assert len(finding.routes) == 1
    assert finding.message == "it leaves"


def test_channels_are_kept_apart() -> None:
    """One line that answers and logs is two findings."""
    assert len(result(SAID, replace(SAID, channel=Channel.LOG)).findings) == 2


def test_an_audience_is_of_channels_that_clients_read() -> None:
    """A log line has no audience, although its route has one."""
    (finding,) = result(replace(SAID, channel=Channel.LOG)).findings
    assert finding.audience == ""
    (finding,) = result(replace(SAID, routes=(GATED,))).findings
    assert finding.audience == SIGNED_IN


def test_a_trace_is_found_where_there_is_one() -> None:
    """A finding whose worst judgement has no trace takes another's."""
    trace = (Step(HERE, "read"),)
    (finding,) = result(SAID, replace(SAID, severity=Severity.LOW, trace=trace)).findings
    assert finding.trace == trace


@given(st.integers(1, 500), st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_keys_survive_line_moves(lines: int, gaps: list[int]) -> None:
    """Keys stay the same when every line moves, and are different for every finding."""
    said, line = [], 0
    for gap in gaps:
        line += gap + 1
        said.append(moved(SAID, line))
    before = [finding.key for finding in result(*said).findings]
    after = [finding.key for finding in result(*(moved(one, lines) for one in said)).findings]
    assert before == after
    assert len(set(before)) == len(said)


def test_the_order_of_facts_does_not_matter() -> None:
    """Keys count from the top of the file, in whatever order the rule speaks."""
    said = [moved(SAID, line) for line in range(9)]
    assert result(*said).findings == result(*reversed(said)).findings


def test_a_rule_that_raises_is_unknown() -> None:
    """A rule that raises leaves an Unknown without the error's text, and keeps what it said."""

    def breaks(_facts: Facts) -> Iterator[Judgement]:
        yield SAID
        message = "the secret value"
        raise ValueError(message)

    broken = replace(real("HT101"), judge=breaks)
    before = Unknown(Place("a.py", 1), "does not parse")
    told = judge(Facts(unknown=(before,)), ScanConfig(), ".", (broken, saying()))
    assert [finding.message for finding in told.findings] == ["it leaves"]
    assert told.unknown == (before, Unknown(Place(".", 1), "HT101 could not judge: ValueError"))


def test_findings_are_sorted() -> None:
    """The worst comes first, then by file and line."""
    told = result(
        replace(SAID, place=Place("b.py", 1)),
        replace(SAID, place=Place("a.py", 9)),
        replace(SAID, place=Place("z.py", 1), severity=Severity.CRITICAL),
        replace(SAID, place=Place("a.py", 2)),
    )
    assert [str(one.place) for one in told.findings] == ["z.py:1", "a.py:2", "a.py:9", "b.py:1"]


def allow(*codes: str, reason: str = "it is public", line: int = HERE.line) -> Allow:
    """Make an allow comment above its line."""
    return Allow(Place(HERE.path, line - 1), codes, reason, line)


def test_an_allow_marks_its_line() -> None:
    """An allow with a reason suppresses the finding on its line and keeps it in the result."""
    by = allow("HT101")
    told = result(SAID, moved(SAID, 1), facts=Facts(allows=(by,)))
    first, second = told.findings
    assert first.suppression is not None
    assert (first.suppression.kind, first.suppression.reason) == ("allow", "it is public")
    assert first.suppression.place == by.place
    assert not first.counts
    assert second.counts
    assert told.unused_allows == ()


def test_an_allow_needs_a_reason() -> None:
    """An allow without a reason allows nothing and is told so."""
    told = result(SAID, facts=Facts(allows=(allow("HT101", reason=" "),)))
    assert told.findings[0].counts
    (unused,) = told.unused_allows
    assert "no reason" in unused.why


def test_an_allow_speaks_for_its_own_line_file_and_rule() -> None:
    """An allow for another line, another file or another rule does nothing and is told so."""
    elsewhere = replace(allow("HT101"), place=Place("other.py", HERE.line - 1))
    allows = (allow("HT101", line=40), elsewhere, allow("HT102"))
    told = judge(Facts(allows=allows), ScanConfig(), ".", (saying(SAID), real("HT102")))
    assert told.findings[0].counts
    assert {one.why for one in told.unused_allows} == {
        "nothing of HT101 is found here",
        "nothing of HT102 is found here",
    }
    assert len(told.unused_allows) == 3


def test_an_allow_of_two_rules_may_be_half_used() -> None:
    """Of an allow for two rules, only the one that finds nothing is called unused."""
    facts = Facts(allows=(allow("HT101", "HT102"),))
    told = judge(facts, ScanConfig(), ".", (saying(SAID), real("HT102")))
    assert not told.findings[0].counts
    assert [one.codes for one in told.unused_allows] == [("HT102",)]


def test_an_allow_for_a_rule_that_did_not_run_is_not_unused() -> None:
    """Nothing is said of an allow whose rule was not asked; a rule that does not exist is."""
    told = result(facts=Facts(allows=(allow("HT102"), allow("HT999"), allow())))
    assert [one.why for one in told.unused_allows] == [
        "it cannot be read: write `# hush: allow CODE because REASON`",
        "there is no rule HT999",
    ]


def test_sensitivities_of_what_leaves() -> None:
    """Every attribute that leaves, by whatever channel, has its worst category."""
    route = replace(OPEN, leaves=(attribute("users.plan"), attribute("users.email")))
    facts = Facts(
        routes=(route,),
        outflows=(
            outflow(carried("users.email"), carried("users.token", SECRET)),
            outflow(carried("users.email", PERSONAL)),
            outflow(carried("users.pin", SECRET), channel=Channel.LOG),
        ),
    )
    assert judge(facts, ScanConfig(select=("HT303",)), ".").sensitivities == (
        ("users.email", "personal"),
        ("users.pin", "credential"),
        ("users.plan", "public"),
        ("users.token", "credential"),
    )


def test_empty_facts_are_quiet() -> None:
    """No rule speaks where there is nothing."""
    told = judge(Facts(), ScanConfig(), "root")
    assert (told.findings, told.unknown, told.root) == ((), (), "root")
