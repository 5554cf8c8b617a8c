"""A door: a route of the running app, with the objects behind it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.service import ParameterSource, Route
from hushtable.prove.drive.asgi import WEBSOCKET
from hushtable.prove.drive.binding import vocabulary, words
from hushtable.prove.store.guessing import names_owner

Schema = Mapping[str, Any]
"""A JSON schema."""

CREDENTIALS = vocabulary(
    "token authorization apikey session jwt secret bearer credential auth signature"
)
_NO_CREDENTIAL = frozenset(
    {"next", "page", "cursor", "continuation", "start", "last", "pagination"}
)
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One input of a door. `name` is what the request calls it; `schema` says what it may be."""

    name: str
    source: ParameterSource
    schema: Schema = field(default_factory=dict)
    required: bool = True


def says_who(name: str) -> bool:
    """Whether a header or cookie names the caller, whatever stands before its name."""
    return names_owner(name.lower().removeprefix("x-"))


def is_credential(entry: Entry) -> bool:
    """Whether an input is what says who is calling: a token, a session, an API key."""
    if entry.source not in {ParameterSource.HEADER, ParameterSource.COOKIE, ParameterSource.QUERY}:
        return False
    found = set(words(entry.name))
    if found & _NO_CREDENTIAL:
        return False
    if bool(found & CREDENTIALS) or {"api", "key"} <= found or {"access", "key"} <= found:
        return True
    # `x-user-id`: who is calling, as a gateway says it.
    return entry.source is not ParameterSource.QUERY and says_who(entry.name)


@dataclass(frozen=True, slots=True)
class Body:
    """What a request's body must be: JSON, a form (`multipart` when it has files), or raw bytes."""

    media: str
    schema: Schema = field(default_factory=dict)
    required: bool = True


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """A dependency of a door. `depth` counts from the handler; `scheme` is set for a SecurityBase.

    `call` is the key of `app.dependency_overrides`, `code` says where its text stands: (file,
    first line, name) of each function that runs when it is asked for.
    """

    call: Callable[..., Any]
    name: str
    depth: int
    code: frozenset[tuple[str, int, str]] = frozenset()
    scheme: Any = None
    inner: tuple[Callable[..., Any], ...] = ()
    annotation: Any = None
    """The type of what it gives: its return annotation, else that of the parameter it fills."""
    parameter: str = ""
    scopes: tuple[str, ...] = ()
    asks: bool = False
    """It, or what it depends on, takes a credential."""


@dataclass(frozen=True, slots=True)
class Door:
    """A route with the runtime objects behind it.

    `index` is its place in the run's list. `template` is the full path without convertors
    (`/users/{id}`). `provider` is the app whose dependency overrides it asks. `host` is the name
    the app wants to be called by. `opaque`: it reads the request itself, so what it takes is not
    declared.
    """

    route: Route
    index: int
    template: str
    endpoint: Callable[..., Any] | None = None
    entries: tuple[Entry, ...] = ()
    body: Body | None = None
    gatekeepers: tuple[Gatekeeper, ...] = ()
    provider: Any = None
    host: str = ""
    opaque: bool = False
    files: Any = None
    """What hands out the files of a folder there, if that is what it does."""
    documents: bool = False
    """It shows what the app is (OpenAPI, docs) or hands out files; it takes no parameters."""

    @property
    def socket(self) -> bool:
        """Whether it is a WebSocket."""
        return self.route.method == WEBSOCKET

    @property
    def writing(self) -> bool:
        """Whether its method is made for changes."""
        return self.route.method in WRITING

    @property
    def schemes(self) -> tuple[Any, ...]:
        """The security schemes it declares, each once."""
        found = {id(keeper.scheme): keeper.scheme for keeper in self.gatekeepers if keeper.scheme}
        return tuple(found.values())


def code_of(call: Any) -> frozenset[tuple[str, int, str]]:
    """Where the functions stand that run when a callable is called: file, first line, name."""
    return frozenset(
        (code.co_filename, code.co_firstlineno, code.co_name)
        for function in functions_of(call)
        if (code := getattr(function, "__code__", None)) is not None
    )


def functions_of(call: Any) -> Iterator[Callable[..., Any]]:
    """Give the plain functions behind a callable: a partial's, a class's, an instance's."""
    while hasattr(call, "func") and not inspect.isroutine(call):
        call = call.func
    if inspect.isclass(call):
        for name in ("__init__", "__new__"):
            made = inspect.getattr_static(call, name, None)
            if made is not None and hasattr(made, "__code__"):
                yield made
        return
    plain = inspect.unwrap(call)
    if not inspect.isroutine(plain):
        # An instance may be of a class whose __call__ is inherited.
        plain = inspect.unwrap(type(plain).__call__)
    plain = getattr(plain, "__func__", plain)
    yield plain
    if plain is not call and hasattr(call, "__code__"):
        yield call
