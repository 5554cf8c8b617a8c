"""A Record: the items of a table, or one kind of them, declared once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, StringConstraints

from hushtable.guard.errors import DeclarationError
from hushtable.guard.marks import Sensitive
from hushtable.guard.paths import Paths
from hushtable.guard.schema import Index, Schema, read_schema

HIDDEN = "***"


class Keys:
    """The key fields of a Record as types: `User.key.user_id` annotates a path parameter."""

    def __init__(self, record: type[Record]) -> None:
        """Take the Record."""
        self._record = record

    def __getattr__(self, name: str) -> Any:
        """Give the type of a key field with everything that was said of it."""
        record = self._record
        if name.startswith("_") or name not in record.schema_.keys.fields:
            message = f"{record.__name__} has no key field {name}"
            raise AttributeError(message)
        info = record.model_fields[name]
        said = [*info.metadata]
        part = next(one for one in record.schema_.keys.parts if name in one.fields)
        if part.pattern:
            said.append(StringConstraints(pattern=f"^(?:{part.pattern})$"))
        return Annotated[(info.annotation, *said)] if said else info.annotation


class Record(BaseModel):
    """The base of all Records.

    `class User(Record, table="users")` names the table. More is said by keywords: `partition_key`
    and `sort_key`, each `{attribute: template}`, where keys are made of fields; `indexes`, a list
    of `Index`; `entity`, the kind of the item where several Records share a table, kept in the
    attribute `entity_attribute`.

    A program puts Records and reads Views; `view_of(UserOut, user)` is the View of a Record that
    it has put. Input that names a field which is not declared is refused. `repr` and `str` of a
    Record show no value but those of its keys, and a Record is not pickled.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    schema_: ClassVar[Schema]
    key: ClassVar[Keys]
    at: ClassVar[Paths]

    def __init_subclass__(cls, **said: Any) -> None:
        """Let what is said by keywords pass: it is read when the fields are known."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        table: str = "",
        partition_key: Mapping[str, str] | None = None,
        sort_key: Mapping[str, str] | None = None,
        indexes: tuple[Index, ...] | list[Index] = (),
        entity: str = "",
        entity_attribute: str = "entity",
        **rest: object,
    ) -> None:
        """Read what the class declares. A class without a table is a base of others."""
        super().__pydantic_init_subclass__(**rest)
        if not table:
            return
        if sort_key and not partition_key:
            message = f"{cls.__name__}: a sort_key by template needs a partition_key by template"
            raise DeclarationError(message)
        templates = tuple(one for one in (partition_key, sort_key) if one)
        cls.schema_ = read_schema(cls, table, templates, tuple(indexes), (entity, entity_attribute))
        cls.key = Keys(cls)
        cls.at = Paths(cls.schema_)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Name the fields; a value is shown of key fields alone, unless they are sensitive too."""
        schema = type(self).schema_
        for name, value in super().__repr_args__():
            attribute = schema.attributes.get(name or "")
            key = attribute is not None and attribute.field in schema.keys.fields
            shown = key and attribute is not None and not attribute.slot.marks.has(Sensitive)
            yield name, value if shown else _Hidden()

    def __reduce_ex__(self, protocol: object) -> Any:
        """Refuse to be pickled: a cache or a queue would hold every attribute in clear."""
        message = f"a {type(self).__name__} is not pickled; make a View of what shall be kept"
        raise TypeError(message)


class _Hidden:
    def __repr__(self) -> str:
        return HIDDEN
