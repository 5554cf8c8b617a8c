"""The request object, parameter markers and security schemes as values."""

from __future__ import annotations

from typing import Any

from hushtable.scan.frame import Call, Machine, Stopped
from hushtable.scan.labels import Kind, Label
from hushtable.scan.requests import DEPENDS, SECURITY, SOCKET, SOURCES, Request, from_client
from hushtable.scan.values import (
    NONE,
    REST,
    UNKNOWN,
    Const,
    Dict,
    Instance,
    Opaque,
)


def _marker(_m: Machine, call: Call) -> Any:
    slots: dict[Any, Any] = dict(call.kwargs)
    if call.args:
        slots["dependency" if call.name in DEPENDS else "default"] = call.args[0]
    return Instance(native=call.name, slots=slots)


def _security(_m: Machine, call: Call) -> Any:
    made = call.receiver if isinstance(call.receiver, Instance) else Instance(native=call.name)
    made.slots |= {k: v for k, v in call.kwargs.items() if k == "auto_error"}
    return made


def _security_call(_m: Machine, _call: Call) -> Any:
    return Opaque(frozenset({Label(Kind.INPUT, name="credentials", source="header")}))


def _of(owner: Any) -> Request | None:
    return owner.extra if isinstance(owner, Instance) and isinstance(owner.extra, Request) else None


def _reader(source: str) -> Any:
    def read(_m: Machine, _owner: Any) -> Any:
        return Dict({REST: from_client(source, source)})

    return read


def _session(_m: Machine, _owner: Any) -> Any:
    """Read what the program itself put into the session: the cookie holds it, and is not it."""
    return Dict({REST: from_client("session", "cookie")})


def _path(_m: Machine, owner: Any) -> Any:
    request = _of(owner)
    return Const(request.path) if request is not None else UNKNOWN


def _url(_m: Machine, owner: Any) -> Any:
    return Instance(native="starlette.datastructures.URL", extra=_of(owner))


def _method(_m: Machine, owner: Any) -> Any:
    request = _of(owner)
    return Const(request.method) if request is not None else UNKNOWN


def _body(_m: Machine, _call: Call) -> Any:
    return Dict({REST: from_client("body", "body")})


def _app(m: Machine, _owner: Any) -> Any:
    return m.stores.get("app", UNKNOWN)


def _add_task(m: Machine, call: Call) -> Any:
    if call.args:
        try:
            m.call(m, call.args[0], call.args[1:], call.kwargs, call.node, call.frame)
        except Stopped:
            return NONE
    return NONE


def _call_next(m: Machine, call: Call) -> Any:
    m.stores["passed"] = True
    del call
    return Instance(native="starlette.responses.Response", slots={"passed": Const(value=True)})


R = "starlette.requests.Request"


SCHEMES = (
    "HTTPBearer", "HTTPBasic", "HTTPDigest", "OAuth2PasswordBearer",
    "OAuth2AuthorizationCodeBearer", "OAuth2", "APIKeyHeader", "APIKeyQuery", "APIKeyCookie",
    "OpenIdConnect",
)  # fmt: skip


NATIVES: dict[str, Any] = {
    **dict.fromkeys((*SOURCES, *DEPENDS), _marker),
    **{f"{SECURITY}{name}": _security for name in SCHEMES},
    **{f"{SECURITY}{name}.__init__": _security for name in SCHEMES},
    **{f"{SECURITY}{name}.__call__": _security_call for name in SCHEMES},
    f"{R}.json": _body,
    f"{R}.form": lambda _m, _c: Dict({REST: from_client("form", "form")}),
    f"{R}.body": lambda _m, _c: from_client("body", "body"),
    "starlette.background.BackgroundTasks.add_task": _add_task,
    "starlette.background.BackgroundTasks": lambda _m, c: Instance(native=c.name),
    "starlette.background.BackgroundTask": _add_task,
    "request.call_next": _call_next,
}


SEEN: dict[str, Any] = {
    "headers": _reader("header"),
    "cookies": _reader("cookie"),
    "query_params": _reader("query"),
    "path_params": _reader("path"),
    "session": _session,
    "scope": _reader("scope"),
    "url": _url,
    "method": _method,
    "client": lambda _m, _o: from_client("client", "request"),
    "app": _app,
    "user": lambda _m, _o: Opaque(frozenset({Label(Kind.CALLER, name="request.user")})),
    "auth": lambda _m, _o: Opaque(frozenset({Label(Kind.CALLER, name="request.auth")})),
}
"""What requests and sockets tell alike."""
ATTRIBUTES: dict[str, Any] = {
    **{f"{owner}.{name}": read for owner in (R, SOCKET) for name, read in SEEN.items()},
    "starlette.datastructures.URL.path": _path,
}
