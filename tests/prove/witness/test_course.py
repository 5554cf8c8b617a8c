"""What a lesson makes of what was seen before it."""

from __future__ import annotations

from hushtable.model.facts import Cargo
from hushtable.model.proof import Shows
from hushtable.model.service import Channel
from hushtable.prove.canary import Source
from hushtable.prove.exchange import Complaint, Exchange, Frame, Said
from hushtable.prove.witness.course import Course
from hushtable.prove.witness.facts import facts
from hushtable.prove.witness.witness import sightings
from tests.prove.witnessed import FILE, FOLDER, SKETCH, Mint, exchange, get, route


def failing(mint: Mint, status: int = 500) -> Exchange:
    """Give an exchange whose error holds an item, and whose log holds what was sent."""
    item = mint.item("users", "A", "user_id", "email")
    sent = mint.input("body", "password")
    call = get("users", {"user_id": item["user_id"]}, item)
    said = Said(Channel.LOG, f"failed for {sent}", "log app, ERROR", FILE, 12, "handler")
    return exchange(
        "/users/x", {"detail": f"bad item {item['email']}"}, call,
        method="POST", status=status, body={"password": sent}, said=(said,),
    )  # fmt: skip


def course_of(mint: Mint, *exchanges: Exchange) -> Course:
    """Give a course with these exchanges."""
    course = Course()
    for one in exchanges:
        course.add(one, sightings(one, 0, mint))
    return course


def test_what_an_error_showed_before_a_lesson_is_kept_aside() -> None:
    """An error's item and a log's input are kept; of a failed exchange nothing else is."""
    mint = Mint()
    course = course_of(mint, failing(mint))
    course.lesson()
    assert not course.exchanges
    assert not course.sightings
    assert {(one.channel, one.canary.source) for one in course.early_sightings} == {
        (Channel.ERROR, Source.ITEM), (Channel.LOG, Source.INPUT),
    }  # fmt: skip
    assert len(course.early) == 1


def test_what_an_answer_showed_of_items_is_to_be_seen_again() -> None:
    """Items in an answer before a lesson are forgotten; what does not depend on them stays."""
    mint = Mint()
    item = mint.item("users", "A", "email")
    secret = mint.make("KEY", Source.SETTING)
    course = course_of(mint, exchange("/users", [item["email"], secret]))
    course.lesson()
    assert [one.canary.source for one in course.sightings] == [Source.SETTING]
    assert course.early == []
    assert not course.is_fresh(0)
    course.add(failing(mint), ())
    assert course.is_fresh(1)


def test_what_another_run_does_not_come_to_is_forgotten() -> None:
    """Before a setting was supplied the app failed as no other run lets it fail."""
    mint = Mint()
    course = course_of(mint, failing(mint))
    course.lesson(again=False)
    assert course.early == course.exchanges == []


def test_an_early_error_is_told_with_a_note_and_nothing_else_of_its_exchange() -> None:
    """Its attribute left as an error, as the proof's note says; its calls are no facts."""
    mint = Mint()
    course = course_of(mint, failing(mint))
    course.lesson()
    of = route("POST")
    told, proofs, numbers = facts(
        of, (), (), SKETCH, FOLDER, early=(course.early, course.early_sightings)
    )
    assert {(one.channel, carried.cargo) for one in told.outflows for carried in one.carried} == {
        (Channel.ERROR, Cargo.ATTRIBUTE),
        (Channel.LOG, Cargo.INPUT),
    }
    assert not any((told.accesses, told.keys, told.expressions))
    assert numbers == (0, 0)
    assert all("were not yet as the route expects them" in one.notes[0] for one in proofs)
    assert all("  # the items" in one.curl for one in proofs)


def test_what_is_seen_after_the_lesson_too_is_told_of_that() -> None:
    """An error that happens with the items of now needs no note."""
    mint = Mint()
    course = course_of(mint, failing(mint))
    course.lesson()
    again = failing(mint)
    course.add(again, sightings(again, 0, mint))
    _, proofs, numbers = facts(
        route("POST"), course.exchanges, course.sightings, SKETCH, FOLDER,
        early=(course.early, course.early_sightings),
    )  # fmt: skip
    assert set(numbers) == {0}
    assert not any(one.notes for one in proofs)


def test_a_failure_before_a_lesson_is_told_as_one() -> None:
    """A debugger that answered then, and a refusal that was swallowed then, are told once."""
    mint = Mint()
    body = b'Traceback (most recent call last):\n  File "/srv/app/app.py", line 12'
    frames = (Frame(FILE, 12, "handler"),)
    refused = Complaint("HTTPException", "", frames, status=404)
    shown = exchange("/users/x", body, status=500)
    swallowed = exchange("/users/x", {}, status=500, complaints=(refused,))
    course = course_of(mint, shown, swallowed)
    course.lesson()
    assert course.exchanges == []
    told, proofs, numbers = facts(route(), (), (), SKETCH, FOLDER, early=(course.early, ()))
    assert (len(told.debug), len(told.swallows)) == (1, 1)
    assert sorted(numbers) == [0, 1]
    assert {one.shows for one in proofs} == {Shows.DEBUG, Shows.SWALLOW}
    told, _, numbers = facts(
        route(), (swallowed, shown), (), SKETCH, FOLDER, early=(course.early, ())
    )
    assert (len(told.debug), len(told.swallows)) == (1, 1)
    assert sorted(numbers) == [0, 1]
