"""What went wrong on the way: errors that were swallowed, and a debugger that answered."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from hushtable.model.facts import DebugSwitch, Swallow, UrlSecret
from hushtable.model.place import Place
from hushtable.model.proof import Shows
from hushtable.model.sensitivity import Category
from hushtable.model.sensitivity_names import classify
from hushtable.model.service import Channel, ParameterSource
from hushtable.prove.exchange import URL_OF_REQUEST, Complaint, Exchange, Sighting
from hushtable.prove.witness.answers import traceback
from hushtable.prove.witness.given import given
from hushtable.prove.witness.seen import Seen, Shown, answered_well

_ONE_TIME = ("reset", "verify", "confirm", "invit", "activate", "magic", "unsubscribe", "ping")


def swallows(seen: Seen) -> Iterator[tuple[Swallow, tuple[Shown, ...]]]:
    """Give each 4xx that the app raised and that its own code turned into another error.

    One that is answered well was a question (a caller who may be unknown), no mishap. What a
    handler of the app makes of an HTTPException on purpose raises nothing again.
    """
    told: set[tuple[object, ...]] = set()
    for index, exchange in enumerate(seen.exchanges):
        answered = exchange.answered.status
        if exchange.asked.fault or answered < HTTPStatus.BAD_REQUEST:
            continue
        for nth, one in enumerate(exchange.complaints):
            status = one.status
            if status is None or status == answered or not _client_error(status):
                continue
            here = _origin(seen, one)
            if here is None or not _replaced(seen, exchange, nth, here[1]):
                continue
            place, function = here
            if (place, answered) in told:
                continue
            told.add((place, answered))
            fact = Swallow(place, place, status, answered, seen.route, function)
            said = f"{status} was raised, {answered} was answered"
            yield fact, (Shown(Shows.SWALLOW, Channel.ERROR, said, index),)


def debug(seen: Seen) -> Iterator[tuple[DebugSwitch, tuple[Shown, ...]]]:
    """Give a debugger that answered with a traceback through the app."""
    for index, exchange in enumerate(seen.exchanges):
        if traceback(exchange, seen.route.place.path) == "debug":
            switch = DebugSwitch(seen.route.place, "debug=True", seen.route.app)
            yield switch, (Shown(Shows.DEBUG, Channel.ERROR, "the body: a traceback", index),)
            return


def url_secrets(seen: Seen) -> Iterator[tuple[UrlSecret, tuple[Shown, ...]]]:
    """Give each credential that the route took from its URL and answered well."""
    told: set[str] = set()
    one_time = any(word in seen.route.path.lower() for word in _ONE_TIME)
    for index, exchange in enumerate(seen.exchanges):
        if not answered_well(exchange):
            continue
        for one in given(seen.route, exchange.asked):
            if one.source not in {ParameterSource.PATH, ParameterSource.QUERY}:
                continue
            declared = {parameter.name for parameter in seen.route.parameters}
            what = classify(one.name, declared=seen.declared)
            if one.name in told or one.name not in declared:
                continue
            if what.category is Category.CREDENTIAL:
                told.add(one.name)
                secret = UrlSecret(
                    seen.route.place, one.name, str(one.source), seen.route, one_time=one_time
                )
                said = f"the URL: {one.name}"
                yield secret, (Shown(Shows.URL_SECRET, Channel.LOG, said, index),)


def sent_secrets(seen: Seen) -> Iterator[tuple[UrlSecret, tuple[Shown, ...]]]:
    """Give each credential in the query of a request that the app sends, by its name there."""
    told: set[tuple[str, str]] = set()
    for one in seen.sightings:
        if not (one.to and one.where.startswith(URL_OF_REQUEST)):
            continue
        for name in _query_names(seen.exchanges[one.exchange], one):
            names = (name, *one.canary.path[-1:])
            known = any(
                classify(each, declared=seen.declared).category is Category.CREDENTIAL
                for each in names
            )
            if not known or (name, one.to) in told:
                continue
            told.add((name, one.to))
            place = seen.place(one.file, one.line) or seen.route.place
            secret = UrlSecret(place, name, "query", seen.route, outgoing=True)
            said = f"{one.where}: {name}"
            yield secret, (Shown(Shows.URL_SECRET, Channel.LOG, said, one.exchange),)


def _query_names(exchange: Exchange, sighting: Sighting) -> Iterator[str]:
    """Give the parameters of a request's URL that hold a canary as it was planted."""
    for said in exchange.said:
        if said.to == sighting.to and said.where.startswith(URL_OF_REQUEST):
            address = said.text.partition(" ")[2]
            for name, text in parse_qsl(urlsplit(address).query):
                if sighting.canary.token in text.lower():
                    yield name


def _client_error(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def _origin(seen: Seen, complaint: Complaint) -> tuple[Place, str] | None:
    """Give the innermost line of the app that an exception came from."""
    for frame in reversed(complaint.frames):
        place = seen.place(frame.file, frame.line)
        if place is not None:
            return place, frame.function
    return None


def _replaced(seen: Seen, exchange: Exchange, nth: int, function: str) -> bool:
    """Whether the same function raised again, or answered with a server error of its own."""
    for later in exchange.complaints[nth + 1 :]:
        where = _origin(seen, later)
        if where is not None and where[1] == function and later.status == exchange.answered.status:
            return True
    failed = exchange.answered.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return failed and not exchange.complaints[nth + 1 :]
