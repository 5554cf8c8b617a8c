"""What the fixture `canaries` gives: a store to plant in, and an eye for what comes out of it."""

from __future__ import annotations

import base64
import importlib
import inspect
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Protocol, Self

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.fixtures import Table, load, put
from hushtable.embedded.server import LoopbackServer
from hushtable.prove.canary import Canary, Source
from hushtable.prove.exchange import Answered, Asked, Exchange
from hushtable.prove.witness.witness import sightings

_TOKEN = re.compile(r"hq[a-z2-7]{10,12}", re.IGNORECASE)
_HEAD = 12
_RANDOM_BYTES = 8


class Response(Protocol):
    """What is used of an answer: httpx's, and so TestClient's."""

    status_code: int
    content: bytes
    headers: Any
    request: Any


class CanaryStore:
    """An embedded DynamoDB whose items are known by their values."""

    unwanted = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
    """Variables that must not lead a client elsewhere."""

    def __init__(self) -> None:
        """Prepare, without listening yet."""
        self._server = LoopbackServer(Emulator())
        self._heads: dict[str, Canary] = {}
        self._whole: dict[str, Canary] = {}
        self._tables: set[str] = set()

    def __enter__(self) -> Self:
        """Listen on loopback."""
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self._server.stop()

    @property
    def url(self) -> str:
        """The `endpoint_url` of the store."""
        return self._server.url

    @property
    def settings(self) -> Mapping[str, str]:
        """The environment that leads a client to the store, with credentials of nobody."""
        return {
            "AWS_ENDPOINT_URL_DYNAMODB": self.url,
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def empty(self) -> None:
        """Forget every table and canary."""
        self._server.emulator.reset()
        self._heads.clear()
        self._whole.clear()
        self._tables.clear()

    def text(self) -> str:
        """Give a text that nobody else can have made."""
        letters = base64.b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode().lower()
        return f"hq{letters[:_HEAD]}"

    def plant(
        self, table: str, item: Mapping[str, Any], *, key: Sequence[str], owner: str = ""
    ) -> Mapping[str, Any]:
        """Put an item into a table, which is made with this key when it is new. Give the item.

        Its texts and numbers are canaries from then on; make those you look for unlike any other,
        as `text` does.
        """
        made = _decimal(item)
        types = {name: _kind(made[name]) for name in key}
        if table not in self._tables:
            load(self._server.emulator, (Table(table, tuple(key), types),))
            self._tables.add(table)
        put(self._server.emulator, table, (made,))
        for path, text in _texts(item):
            canary = Canary(text.lower(), text, Source.ITEM, table, path, owner)
            match = _TOKEN.search(text)
            if match:
                token = match[0].lower()
                known = Canary(token, text, Source.ITEM, table, path, owner)
                self._heads.setdefault(token[:_HEAD], known)
            else:
                self._whole.setdefault(text, canary)
        return item

    def app(self, target: str) -> Any:  # noqa: ANN401 - an ASGI app
        """Import an app, `app.main:app`, with the store in the environment; call a factory."""
        module, _, attribute = target.partition(":")
        found: Any = importlib.import_module(module)
        for name in (attribute or "app").split("."):
            found = getattr(found, name)
        return found() if inspect.isfunction(found) else found

    def seen_in(self, answer: Response) -> tuple[str, ...]:
        """Name what of the planted items stands in an answer: `users.email`.

        Encoded values are seen, headers and cookies too. What the request carried is left out.
        """
        names = (".".join((one.table, *one.path)) for one in self._sighted(answer))
        return tuple(dict.fromkeys(names))

    def assert_unseen(self, canary: str, answer: Response) -> None:
        """Raise AssertionError when this planted value came out in an answer."""
        wanted = self.of(canary[:_HEAD].lower()) or self.lookup(canary)
        if wanted is None:
            message = f"{canary} was not planted, so nothing can be said of it"
            raise AssertionError(message)
        if any(one.token == wanted.token for one in self._sighted(answer)):
            name = ".".join((wanted.table, *wanted.path))
            message = f"{name} came out with status {answer.status_code}"
            raise AssertionError(message)

    def of(self, token: str) -> Canary | None:
        """Give the canary of a token, or of its first twelve characters."""
        known = self._heads.get(token[:_HEAD])
        return known if known is not None and known.token.startswith(token) else None

    def lookup(self, text: str) -> Canary | None:
        """Give the canary that was planted as exactly this text."""
        return self._whole.get(text)

    def _sighted(self, answer: Response) -> tuple[Canary, ...]:
        request = answer.request
        asked = Asked(
            str(request.method),
            request.url.raw_path.decode(),
            0,
            tuple((str(name), str(text)) for name, text in request.headers.items()),
            _body(request),
        )
        headers = tuple((str(name), str(text)) for name, text in answer.headers.multi_items())
        answered = Answered(answer.status_code, headers, answer.content)
        found = sightings(Exchange(asked, answered), 0, self)
        return tuple(one.canary for one in found)


def _body(request: Any) -> bytes:  # noqa: ANN401 - httpx's request
    try:
        return bytes(request.read())
    except RuntimeError:
        # It was streamed, and is gone.
        return b""


def _decimal(value: Any) -> Any:  # noqa: ANN401 - any value of DynamoDB's types
    match value:
        case float():
            return Decimal(str(value))
        case Mapping():
            return {name: _decimal(each) for name, each in value.items()}
        case list():
            return [_decimal(each) for each in value]
        case _:
            return value


def _kind(value: object) -> str:
    return "S" if isinstance(value, str) else "B" if isinstance(value, bytes) else "N"


def _texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ANN401 - as above
    match value:
        case bool() | None | bytes():
            return
        case Mapping():
            for name, each in value.items():
                yield from _texts(each, (*path, str(name)))
        case list() | set() | tuple():
            for each in value:
                yield from _texts(each, (*path, "[]"))
        case _:
            yield path, str(value)
