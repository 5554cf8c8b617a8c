"""Responses and HTTP errors as values."""

from __future__ import annotations

from typing import Any

from hushtable.model.service import Channel
from hushtable.scan.frame import Call, Machine
from hushtable.scan.iterate import pairs
from hushtable.scan.labels import Kind, Label
from hushtable.scan.lookup import class_attribute
from hushtable.scan.notes import DENIED
from hushtable.scan.values import (
    MISSING,
    NONE,
    UNKNOWN,
    Const,
    Dict,
    Instance,
    Opaque,
    deep_labels,
    options,
    sequence,
)

BASE = "starlette.responses."
KINDS = (
    "Response", "JSONResponse", "ORJSONResponse", "UJSONResponse", "PlainTextResponse",
    "HTMLResponse", "StreamingResponse", "RedirectResponse", "FileResponse",
)  # fmt: skip
STREAMS = ("sse_starlette.sse.EventSourceResponse", "sse_starlette.EventSourceResponse")
DEFAULT_STATUS = {"RedirectResponse": 307}


def _response(m: Machine, call: Call) -> Any:
    made = call.receiver if isinstance(call.receiver, Instance) else Instance(native=call.name)
    kind = call.name.rpartition(".")[2] if not call.name.endswith("__init__") else "Response"
    first = {"RedirectResponse": "url", "FileResponse": "path"}.get(kind, "content")
    content = call.argument(0, first, default=NONE)
    status = call.argument(1, "status_code", default=Const(DEFAULT_STATUS.get(kind, 200)))
    made.slots |= {"content": content, "status_code": status}
    made.extra = m.place(call.node, call.frame)
    headers = call.kwargs.get("headers")
    if headers is not None:
        made.slots["headers"] = headers
        labels = deep_labels(headers)
        if labels:
            m.observer.notes.carried(m, Channel.HEADER, [headers], call)
    for option in options(status):
        if isinstance(option, Const) and option.value in DENIED:
            m.observer.notes.denied(m, int(option.value), made.extra)
    return made


def _http_exception(m: Machine, call: Call) -> Any:
    made = (
        call.receiver
        if isinstance(call.receiver, Instance)
        else Instance(native="fastapi.HTTPException")
    )
    status = call.argument(0, "status_code", default=Const(500))
    detail = call.argument(1, "detail", default=NONE)
    made.slots |= {"status_code": status, "detail": detail}
    made.slots["args"] = sequence([status, detail], "tuple")
    headers = call.argument(2, "headers")
    if headers is not None and deep_labels(headers):
        m.observer.notes.carried(m, Channel.HEADER, [headers], call)
    return made


def _set_cookie(m: Machine, call: Call) -> Any:
    value = call.argument(1, "value", default=NONE)
    m.observer.notes.carried(m, Channel.HEADER, [value], call)
    return NONE


def _header_item(m: Machine, call: Call) -> Any:
    m.observer.notes.carried(m, Channel.HEADER, list(call.args[1:]), call)
    return NONE


def body_of(value: Instance) -> Any:
    """Give what a Response carries in its body."""
    content = value.slots.get("content", NONE)
    is_object = isinstance(content, Instance) and content.cls is not None
    if is_object and class_attribute(content.cls, "read") is not MISSING:
        # A buffer is sent as what was written to it.
        return Opaque(deep_labels(content), deep=True)
    return content


def is_response(value: Any) -> bool:
    """Whether a value is a Response that FastAPI sends as it is."""
    if not isinstance(value, Instance):
        return False
    if value.native.startswith(BASE) or value.native in STREAMS:
        return True
    return value.cls is not None and "content" in value.slots and "status_code" in value.slots


def _encode(m: Machine, call: Call) -> Any:
    """`jsonable_encoder`: models become dictionaries, the rest stays what it is."""
    value = call.argument(0, "obj", default=UNKNOWN)
    if isinstance(value, Instance):
        found = m.observer.as_mapping(m, value)
        if found is not None:
            return found
    return value


def _template(m: Machine, call: Call) -> Any:
    """`templates.TemplateResponse(name, context)`: the context may be shown."""
    contexts = [v for v in (*call.args, *call.kwargs.values()) if isinstance(v, Dict)]
    made = Instance(native=f"{BASE}HTMLResponse")
    shown: dict[Any, Any] = {}
    for context in contexts:
        shown |= {getattr(k, "value", k): v for k, v in pairs(context)[0]}
    shown.pop("request", None)
    made.slots |= {"content": Dict(shown), "status_code": Const(200)}
    made.extra = m.place(call.node, call.frame)
    return made


def _headers(_m: Machine, owner: Any) -> Any:
    if isinstance(owner, Instance):
        return owner.slots.get("headers") or Instance(
            native="starlette.datastructures.MutableHeaders"
        )
    return UNKNOWN


def _body_text(_m: Machine, owner: Any) -> Any:
    content = owner.slots.get("content", NONE) if isinstance(owner, Instance) else NONE
    return Opaque(deep_labels(content))


def _traceback(m: Machine, call: Call) -> Any:
    """`traceback.format_exc()`: the text of the exception that is being handled."""
    place = m.place(call.node, call.frame)
    label = Label(Kind.EXCEPTION, name="traceback", detail="traceback", place=place)
    return Opaque(frozenset({label}), "str")


NATIVES: dict[str, Any] = {
    "traceback.format_exc": _traceback,
    "traceback.format_exception": _traceback,
    "traceback.format_tb": _traceback,
    "traceback.format_stack": _traceback,
    "sys.exc_info": _traceback,
    **{f"{BASE}{kind}": _response for kind in KINDS},
    **{f"{BASE}{kind}.__init__": _response for kind in KINDS},
    **dict.fromkeys(STREAMS, _response),
    **{
        f"{BASE}{kind}.{name}": handler
        for kind in KINDS
        for name, handler in (("set_cookie", _set_cookie), ("delete_cookie", lambda _m, _c: NONE))
    },
    "fastapi.HTTPException": _http_exception,
    "fastapi.HTTPException.__init__": _http_exception,
    "fastapi.encoders.jsonable_encoder": _encode,
    "starlette.templating.Jinja2Templates.TemplateResponse": _template,
    "fastapi.templating.Jinja2Templates.TemplateResponse": _template,
    "starlette.datastructures.MutableHeaders.__setitem__": _header_item,
}
ATTRIBUTES: dict[str, Any] = {
    **{f"{BASE}{kind}.headers": _headers for kind in KINDS},
    **{f"{BASE}{kind}.body": _body_text for kind in KINDS},
}
