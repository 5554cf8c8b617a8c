"""What a live service shows from outside: facts of the engine that asks it, for rules to judge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hushtable.model.sensitivity import Category, Sensitivity
from hushtable.model.service import ANYONE, Attribute, Route
from hushtable.model.transcript import Transcript


class Seen(StrEnum):
    """What was seen."""

    UNSHAPED = "sensitive fields under a schema that declares none"
    OPEN_MAP = "sensitive members in a map that the schema leaves open"
    UNDECLARED = "fields that the declared schema does not have"
    CREDENTIAL = "credentials in an answer"
    PLACE = "a place for a credential in an answer, empty now"
    PERSONAL = "data of people in an answer"
    METADATA = "what DynamoDB or its client says of itself"
    WHOLE_LIST = "a whole table of people in one answer"
    PAGE = "a page as large as the client likes"
    CURSOR = "a cursor that can be read"
    FOREIGN_PAGE = "a page of somebody else's, from a cursor"
    EXPRESSION = "input that is read as an expression"
    ASSIGNED = "a field that was written though nothing declares it"
    ELEVATED = "a role that a caller may give itself"
    UNGUARDED = "sensitive data without credentials"
    NOT_ENFORCED = "declared security that nothing enforces"
    FUNCTION = "an administrator's function for an ordinary caller"
    METHOD = "another method that is not guarded"
    ROLES = "who has which role"
    OTHERS = "an object of somebody else's"
    WRITTEN = "something of somebody else's that was written"
    FORGED = "a token that nobody signed, or anybody could have"
    LETS_IN = "a sign-in of somebody who does not exist"
    TELLS_WHO = "an answer that tells who has an account"
    UNLIMITED = "attempts without a limit"
    EXCEPTION = "the text of an exception"
    DEBUG = "a page for developers"
    IN_URL = "a credential in a URL"
    CLEARTEXT = "answers without encryption"
    MIXED = "a page over HTTPS that loads by plain HTTP"
    COOKIE = "a cookie without its flags"
    ORIGIN = "credentials for any origin"
    NO_HEADER = "a missing security header"
    VERSION = "the name and version of a server"
    DOCS = "documents of the service for anyone"
    OUTDATED = "an operation that is declared outdated"
    UNLISTED = "an older way in, of which no document speaks"
    TOOL = "a tool of developers or operators"
    CACHED = "personal answers that a cache may keep"


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing seen at one operation. `route` is None for what holds for the whole service.

    `fields` are the members of the answer that it is about. `details` are words for the message:
    names, never values. `near`: the service was asked on loopback or in a private network.
    `certain`: the transcripts show it by themselves, so that a finding may say proven.
    """

    seen: Seen
    route: Route | None
    audience: str = ANYONE
    fields: tuple[tuple[Attribute, Sensitivity], ...] = ()
    details: tuple[str, ...] = ()
    transcripts: tuple[Transcript, ...] = ()
    certain: bool = True
    near: bool = False

    @property
    def worst(self) -> Category:
        """The most sensitive category among the fields."""
        order = list(Category)
        found = (sensitivity.category for _, sensitivity in self.fields)
        return min(found, key=order.index, default=Category.PUBLIC)


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation that never answered as it does when all is well, and why."""

    route: str
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How much of a live service was asked. Nothing is claimed of what did not answer.

    `operations` are known, `sent` were sent a request, `answered` gave data or a page at least
    once. `requests` counts all that was sent, `ended` says why the run stopped early.
    """

    operations: int = 0
    sent: int = 0
    answered: int = 0
    requests: int = 0
    refused: tuple[Refused, ...] = ()
    seconds: float = 0.0
    ended: str = ""
    document: str = ""
    """Where the description of the service was found, or how it was made up for."""
