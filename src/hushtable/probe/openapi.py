"""Reads OpenAPI 3.0, 3.1 and Swagger 2.0 into operations. Any part of a document may be wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import yaml

from hushtable.model.place import Place
from hushtable.model.sensitivity_names import split_words
from hushtable.model.service import (
    NO_GATE,
    Gate,
    GateKind,
    Parameter,
    ParameterSource,
    Route,
)
from hushtable.probe.schema import Document, Schema

PLACES = (
    "/openapi.json",
    "/api/openapi.json",
    "/v1/openapi.json",
    "/api/v1/openapi.json",
    "/openapi.yaml",
    "/swagger.json",
    "/swagger/v1/swagger.json",
    "/v2/api-docs",
    "/v3/api-docs",
    "/api-docs",
    "/api-docs/openapi.json",
    "/docs/openapi.json",
)
"""Where frameworks put their document: FastAPI's first, then springdoc's, ASP.NET's, Express's."""

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")

_MOST_OPERATIONS = 2_000
_SOURCES = {
    "path": ParameterSource.PATH,
    "query": ParameterSource.QUERY,
    "header": ParameterSource.HEADER,
    "cookie": ParameterSource.COOKIE,
}
_CHANGES = frozenset(
    {"create", "deactivate", "delete", "destroy", "drop", "init", "logoff", "logout", "migrate",
     "populate", "purge", "remove", "reset", "restart", "shutdown", "signout", "truncate",
     "unsubscribe", "wipe"}
)  # fmt: skip
"""Verbs that begin the last part of a path which is better left alone, though GET asks for it."""
_ENDS = frozenset(
    {"cancel", "close", "deactivate", "delete", "logout", "purge", "remove", "reset", "signout"}
)
"""Words anywhere in a path of what is better left alone where the method writes."""
_FORM = "application/x-www-form-urlencoded"
_BOUNDS = ("maximum", "exclusiveMaximum", "enum", "const")


@dataclass(frozen=True, slots=True)
class Input:
    """One parameter of an operation, with its schema followed."""

    name: str
    source: ParameterSource
    schema: Schema
    required: bool = False
    example: object = None

    @property
    def bounded(self) -> bool:
        """Whether the schema says how large it may be."""
        return any(word in self.schema for word in _BOUNDS)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method and path, as the document has it; `answer` is the schema of its success."""

    method: str
    path: str
    inputs: tuple[Input, ...] = ()
    body: Schema | None = None
    form: bool = False
    """Whether the body goes as a form, not as JSON."""
    answer: object = None
    secured: bool = False
    deprecated: bool = False
    described: bool = True
    """False where no document spoke of it: it was found by following links."""
    words: str = ""
    """Its tags and its id, which tell what it is for."""

    def __str__(self) -> str:
        """`GET /users/{user_id}`."""
        return f"{self.method} {self.path}"

    @property
    def reads(self) -> bool:
        """Whether it only reads, by its method."""
        return self.method in {"GET", "HEAD", "OPTIONS"}

    @property
    def changes(self) -> bool:
        """Whether its path says that it changes something, whatever its method: `/logout`."""
        fixed = [part for part in self.path.split("/") if part and "{" not in part]
        words = split_words(fixed[-1]) if fixed else ()
        return bool(words) and words[0].removesuffix("db") in _CHANGES

    @property
    def left_alone(self) -> bool:
        """Whether it is never sent, with `--writes` neither: it ends something, or may."""
        ends = not self.reads and bool(set(split_words(self.path)) & _ENDS)
        return self.method == "DELETE" or self.changes or ends

    def of(self, source: ParameterSource) -> tuple[Input, ...]:
        """Give the inputs that a request carries there."""
        return tuple(one for one in self.inputs if one.source is source)

    @property
    def route(self) -> Route:
        """The operation as reports name it."""
        gate = Gate(GateKind.SECURITY, "declared") if self.secured else NO_GATE
        return Route(
            method=self.method,
            path=self.path,
            place=Place(str(self), 0),
            handler="",
            parameters=tuple(Parameter(one.name, one.source) for one in self.inputs),
            gate=gate,
            writes=not self.reads,
        )


@dataclass(frozen=True, slots=True)
class Description:
    """A document with its operations. `base` is the path before all of them."""

    document: Document
    operations: tuple[Operation, ...]
    base: str = ""


EMPTY = Description(Document({}), ())


def parse(text: bytes | str) -> Description | None:
    """Read a document from JSON or YAML; None when the text is none."""
    try:
        root = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        root = _yaml(text)
    if not isinstance(root, dict) or not ("openapi" in root or "swagger" in root):
        return None
    document = Document(root)
    operations = []
    for operation in _operations(document):
        operations.append(operation)
        if len(operations) >= _MOST_OPERATIONS:
            break
    return Description(document, tuple(operations), _base(root))


def _yaml(text: bytes | str) -> object:
    beginning = text[:200] if isinstance(text, str) else text[:200].decode("utf-8", "replace")
    if "openapi" not in beginning and "swagger" not in beginning:
        return None
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader either way
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _base(root: Schema) -> str:
    """Give the path that servers (OpenAPI 3) or basePath (Swagger 2) put before every path."""
    servers = root.get("servers")
    url = root.get("basePath")
    if isinstance(servers, list) and servers and isinstance(servers[0], Mapping):
        url = servers[0].get("url")
    if not isinstance(url, str) or "{" in url:
        return ""
    try:
        path = urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""
    return path if path.startswith("/") else ""


def _operations(document: Document) -> Iterator[Operation]:
    paths = document.root.get("paths")
    for path, item in paths.items() if isinstance(paths, Mapping) else ():
        shared = document.at(item)
        if not str(path).startswith("/"):
            continue
        for method in METHODS:
            spoken = shared.get(method)
            if isinstance(spoken, Mapping):
                yield _operation(document, method.upper(), str(path), shared, spoken)


def _operation(
    document: Document, method: str, path: str, shared: Schema, spoken: Schema
) -> Operation:
    inputs: dict[tuple[str, str], Input] = {}
    body: Schema | None = None
    form: dict[str, Schema] = {}
    for each in (*_listed(shared.get("parameters")), *_listed(spoken.get("parameters"))):
        parameter = document.at(each)
        where, name = str(parameter.get("in")), str(parameter.get("name", ""))
        if where == "body":
            body = document.at(parameter.get("schema"))
        elif where == "formData" and name:
            form[name] = parameter
        elif where in _SOURCES and name:
            inputs[where, name] = _input(document, name, where, parameter)
    asked = document.at(spoken.get("requestBody"))
    sent_as_form = bool(form)
    if form:
        body = _of_form(form)
    elif asked:
        body = _content(document, asked)
        if body is None:
            body = _content(document, asked, _FORM)
            sent_as_form = body is not None
    security = spoken.get("security", document.root.get("security"))
    return Operation(
        method=method,
        path=path,
        inputs=tuple(inputs.values()),
        body=body,
        form=sent_as_form,
        answer=_answer(document, spoken),
        secured=bool(security) and all(_listed(security)),
        deprecated=spoken.get("deprecated") is True,
        words=" ".join(map(str, (*_listed(spoken.get("tags")), spoken.get("operationId", "")))),
    )


def _input(document: Document, name: str, where: str, parameter: Schema) -> Input:
    # Swagger 2 has the schema's words on the parameter itself.
    schema = document.at(parameter.get("schema")) or parameter
    for branch in document.branches(schema):
        if branch.get("type") not in {None, "null"}:
            schema = {**schema, **branch}
            break
    example = parameter.get("example", schema.get("example"))
    many = schema.get("examples")
    if example is None and isinstance(many, list) and many:
        example = many[0]
    required = parameter.get("required") is True or where == "path"
    return Input(name, _SOURCES[where], schema, required, example)


def _answer(document: Document, spoken: Schema) -> object:
    """Give the schema of the first success, or of `default`; None where there is none."""
    responses = spoken.get("responses")
    if not isinstance(responses, Mapping):
        return None
    for status in sorted(map(str, responses)):
        if status.startswith("2") or status == "default":
            found = document.at(responses.get(status) or responses.get(_number(status)))
            return found["schema"] if "schema" in found else _content(document, found)
    return None


def _number(status: str) -> object:
    return int(status) if status.isdecimal() else status


def _of_form(parameters: Mapping[str, Schema]) -> Schema:
    """Give the schema of a form, which Swagger 2.0 describes as parameters."""
    needed = [name for name, one in parameters.items() if one.get("required") is True]
    return {"type": "object", "properties": dict(parameters), "required": needed}


def _content(document: Document, holder: Schema, kind: str = "json") -> Schema | None:
    content = holder.get("content")
    if not isinstance(content, Mapping):
        return None
    for media, described in content.items():
        if kind in str(media) and isinstance(described, Mapping):
            return document.at(described.get("schema"))
    return None


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
