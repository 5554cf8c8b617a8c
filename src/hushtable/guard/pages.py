"""A page of a query: Views, and the sealed cursor of the next page."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec
from pydantic import (
    BaseModel,
    ConfigDict,
    PrivateAttr,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from hushtable.guard.compiled import Compiled

V = TypeVar("V", bound=BaseModel)


class Page(BaseModel, Generic[V]):
    """One page. A route that returns `Page[UserOut]` documents it in OpenAPI.

    `next` is the cursor of the next page, None on the last one. A page may hold fewer items than
    its limit and still have a next one: DynamoDB counts what it reads, before any filter.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    items: list[V]
    next: str | None = None

    _raw: tuple[Compiled[Any], list[Any]] | None = PrivateAttr(default=None)

    def __getattr__(self, name: str) -> Any:
        """Make the items when somebody looks at them: a route that sends them on never does."""
        if name == "items":
            raw = self._raw
            if raw is not None:
                made = raw[0].views(raw[1])
                rest = dict(self.__dict__)
                self.__dict__.clear()
                self.__dict__.update({"items": made, **rest})
                return made
        return super().__getattr__(name)  # type: ignore[misc]

    # Without a return type: OpenAPI would show that one instead of the fields.
    @model_serializer(mode="wrap")
    def _whole(self, write: SerializerFunctionWrapHandler, info: SerializationInfo):  # type: ignore[no-untyped-def]  # noqa: ANN202
        """Make the items first, whoever writes the page out, unless their values are all it takes.

        FastAPI writes a route's answer this way.
        """
        raw = self._raw
        if (
            raw is not None
            and "items" not in self.__dict__
            and raw[0].flat is not None
            and info.mode == "json"
            and not _chooses(info)
        ):
            return {"items": raw[0].plain(raw[1]), "next": self.next}
        _ = self.items
        return write(self)

    def json_bytes(self) -> bytes:
        """Write the page to JSON, straight from what was read where the View allows it."""
        raw = self._raw
        if raw is None or "items" in self.__dict__ or raw[0].flat is None:
            _ = self.items
            return self.__pydantic_serializer__.to_json(self, by_alias=True)
        compiled, found = raw
        return _ENCODER.encode(_Sent(compiled.flats(found), self.next))


def _chooses(info: SerializationInfo) -> bool:
    """Tell whether a page is written but for some of its fields."""
    return bool(
        info.include
        or info.exclude
        or info.exclude_unset
        or info.exclude_defaults
        or info.exclude_none
    )


class _Sent(msgspec.Struct, gc=False):
    items: list[Any]
    next: str | None


_ENCODER = msgspec.json.Encoder()


def page_of(
    view: type[V],
    compiled: Compiled[Any],
    found: list[Any],
    following: str | None,
) -> Page[V]:
    """Make a page of items that were read and may be shown.

    The Views are built when they are asked for.
    """
    kind = compiled.page
    if kind is None:
        kind = compiled.page = Page[view]  # type: ignore[valid-type]
    made: Page[V] = kind.__new__(kind)
    put = object.__setattr__
    put(made, "__dict__", {"next": following})
    put(made, "__pydantic_fields_set__", {"items", "next"})
    put(made, "__pydantic_extra__", None)
    put(made, "__pydantic_private__", {"_raw": (compiled, found)})
    return made
