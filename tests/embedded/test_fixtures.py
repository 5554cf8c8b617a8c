"""Tables and items from plain Python and from JSON."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.embedded.emulator import Emulator, RequestRefusedError
from hushtable.embedded.fixtures import (
    FixtureError,
    Index,
    Table,
    load,
    read_tables,
    tables_from,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(("tables", "name", "keys", "types", "indexes", "items", "includes", "x")),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


def test_plain_values_are_stored_in_wire_form() -> None:
    """Strings, numbers, bytes, booleans, None, lists, maps and sets come back as wire types."""
    item: dict[str, Any] = {
        "id": b"\x00\xff",
        "price": Decimal("12.50"),
        "tags": {"b", "a"},
        "more": {"on": True, "none": None, "list": [1, "x", b"\x01"]},
    }
    emulator = Emulator()
    load(emulator, [Table("things", ("id",), types={"id": "B"}, items=(item,))])
    assert emulator.ask("Scan", {"TableName": "things"})["Items"] == [
        {
            "id": {"B": base64.b64encode(b"\x00\xff").decode()},
            "price": {"N": "12.5"},
            "tags": {"SS": ["a", "b"]},
            "more": {
                "M": {
                    "on": {"BOOL": True},
                    "none": {"NULL": True},
                    "list": {"L": [{"N": "1"}, {"S": "x"}, {"B": "AQ=="}]},
                }
            },
        }
    ]


def test_more_items_than_a_batch_are_all_stored() -> None:
    """A table of 60 items takes three batches of at most 25."""
    items = tuple({"id": f"{number:02d}"} for number in range(60))
    emulator = Emulator()
    load(emulator, [Table("things", ("id",), items=items)])
    assert emulator.ask("Scan", {"TableName": "things", "Select": "COUNT"})["Count"] == 60


def test_a_file_says_what_the_dataclasses_say(tmp_path: Path) -> None:
    """A JSON file gives tables, with floats kept to their digits."""
    path = tmp_path / "tables.json"
    path.write_text(
        json.dumps(
            {
                "tables": [
                    {
                        "name": "orders",
                        "keys": ["user_id", "order_id"],
                        "types": {"order_id": "N"},
                        "indexes": [
                            {"name": "a", "keys": ["status"], "includes": ["total"]},
                            {"name": "b", "keys": ["status"]},
                        ],
                        "items": [{"user_id": "u", "order_id": 1, "total": 0.1}],
                    }
                ]
            }
        )
    )
    assert read_tables(path) == (
        Table(
            "orders",
            ("user_id", "order_id"),
            {"order_id": "N"},
            (Index("a", ("status",), ("total",)), Index("b", ("status",))),
            ({"user_id": "u", "order_id": 1, "total": Decimal("0.1")},),
        ),
    )


def test_indexes_give_what_they_include() -> None:
    """An index of keys only, of some attributes and of all give just these."""
    indexes = (Index("none", ("a",), ()), Index("some", ("a",), ("b",)), Index("all", ("a",)))
    emulator = Emulator()
    item = {"id": "1", "a": "x", "b": "y", "c": "z"}
    load(emulator, [Table("things", ("id",), indexes=indexes, items=(item,))])
    for index, names in (("none", "id a"), ("some", "id a b"), ("all", "id a b c")):
        found = emulator.ask("Scan", {"TableName": "things", "IndexName": index})["Items"]
        assert set(found[0]) == set(names.split())


@pytest.mark.parametrize(
    "table",
    [
        Table("things", ()),
        Table("things", ("a", "b", "c")),
        Table("things", ("a",), types={"a": "BOOL"}),
        Table("things", ("a",), types={"z": "S"}),
        Table("things", ("a",), indexes=(Index("i", ()),)),
        Table("things", ("a",), items=({"a": "secret-text", "b": 1.5},)),
        Table("things", ("a",), items=({"a": "secret-text", "b": {1, "x"}},)),
    ],
)
def test_wrong_tables_are_refused_without_their_values(table: Table) -> None:
    """A table that cannot be is refused by name, and no value of an item is in the error."""
    with pytest.raises(FixtureError) as refused:
        load(Emulator(), [table])
    assert "secret-text" not in str(refused.value)


def test_what_the_service_refuses_is_refused() -> None:
    """An item without its key, and a table that is there, are refused with DynamoDB's code."""
    emulator = Emulator()
    load(emulator, [Table("things", ("id",))])
    with pytest.raises(RequestRefusedError, match="ResourceInUseException"):
        load(emulator, [Table("things", ("id",))])
    with pytest.raises(RequestRefusedError, match="ValidationException"):
        load(emulator, [Table("others", ("id",), items=({"x": "1"},))])


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"\xff", b"[]", b'{"tables": {}}', b'{"tables": [], "x": 1}', b"[" * 99_999],
)
def test_wrong_files_are_refused(tmp_path: Path, text: bytes) -> None:
    """A file of another shape is refused by its name."""
    path = tmp_path / "tables.json"
    path.write_bytes(text)
    with pytest.raises(FixtureError, match=r"tables\.json"):
        read_tables(path)


@given(JSON)
def test_any_document_gives_tables_or_a_refusal(document: object) -> None:
    """Decoded JSON of any shape makes tables, or a FixtureError and nothing else."""
    try:
        found = tables_from(document)
    except FixtureError:
        return
    assert all(isinstance(table, Table) for table in found)
