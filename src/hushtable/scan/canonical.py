"""One name for what libraries export under several."""

from __future__ import annotations

PREFIXES = (
    ("fastapi.responses.", "starlette.responses."),
    ("fastapi.requests.", "starlette.requests."),
    ("fastapi.websockets.", "starlette.websockets."),
    ("fastapi.background.", "starlette.background."),
    ("fastapi.staticfiles.", "starlette.staticfiles."),
    ("fastapi.testclient.", "starlette.testclient."),
    ("fastapi.concurrency.", "starlette.concurrency."),
    ("fastapi.middleware.", "starlette.middleware."),
    ("fastapi.security.api_key.", "fastapi.security."),
    ("fastapi.security.http.", "fastapi.security."),
    ("fastapi.security.oauth2.", "fastapi.security."),
    ("fastapi.security.base.", "fastapi.security."),
    ("fastapi.security.open_id_connect_url.", "fastapi.security."),
    ("fastapi.param_functions.", "fastapi."),
    ("fastapi.params.", "fastapi."),
    ("fastapi.applications.", "fastapi."),
    ("fastapi.routing.", "fastapi."),
    ("fastapi.datastructures.", "fastapi."),
    ("fastapi.exceptions.HTTPException", "fastapi.HTTPException"),
    ("fastapi.exceptions.StarletteHTTPException", "fastapi.HTTPException"),
    ("starlette.exceptions.HTTPException", "fastapi.HTTPException"),
    ("starlette.status.", "fastapi.status."),
    ("starlette.applications.Starlette", "fastapi.FastAPI"),
    ("fastapi.Request", "starlette.requests.Request"),
    ("fastapi.WebSocket", "starlette.websockets.WebSocket"),
    ("fastapi.WebSocketException", "starlette.exceptions.WebSocketException"),
    ("fastapi.exceptions.WebSocketException", "starlette.exceptions.WebSocketException"),
    ("fastapi.Response", "starlette.responses.Response"),
    ("fastapi.BackgroundTasks", "starlette.background.BackgroundTasks"),
    ("fastapi.encoders.jsonable_encoder", "fastapi.encoders.jsonable_encoder"),
    ("pydantic.main.", "pydantic."),
    ("pydantic.fields.", "pydantic."),
    ("pydantic.v1.", "pydantic."),
    ("pydantic.generics.GenericModel", "pydantic.BaseModel"),
    ("pydantic.networks.", "pydantic."),
    ("pydantic.types.", "pydantic."),
    ("pydantic.BaseSettings", "pydantic_settings.BaseSettings"),
    ("pydantic_settings.main.BaseSettings", "pydantic_settings.BaseSettings"),
    ("sqlmodel.SQLModel", "pydantic.BaseModel"),
    ("typing_extensions.", "typing."),
    ("collections.abc.", "typing."),
    ("botocore.client.ClientError", "botocore.exceptions.ClientError"),
    ("boto3.exceptions.", "botocore.exceptions."),
    ("simplejson.", "json."),
    ("ujson.", "json."),
    ("attrs.", "attr."),
)
EXACT = {name: target for name, target in PREFIXES if not name.endswith(".")}
OPEN = tuple((name, target) for name, target in PREFIXES if name.endswith("."))
ROOTS = frozenset(name.partition(".")[0] for name, _ in PREFIXES)


def canonical(name: str) -> str:
    """Give the one name used in tables for a qualified name."""
    if name.partition(".")[0] not in ROOTS:
        return name
    exact = EXACT.get(name)
    if exact is not None:
        return exact
    for prefix, target in OPEN:
        if name.startswith(prefix):
            renamed = target + name[len(prefix) :]
            return EXACT.get(renamed, renamed)
    return name
