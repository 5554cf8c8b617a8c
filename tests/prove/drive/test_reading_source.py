"""What a handler's own text says of a body that nothing declares."""

from typing import Any

from hushtable.prove.drive.reading_source import read_of_mappings


def taking(body: dict, other: str) -> Any:  # type: ignore[type-arg]
    """Stand for a handler whose body may be any mapping."""
    return (
        body["name"],
        body.get("ids", []),
        body.get("options", {}),
        body.get("loud", False),
        body.get("count", 3),
        body.get("share", 0.5),
        body.get("note"),
        body.get("name", ""),
        other.get("unread", []),  # type: ignore[attr-defined]
    )


def test_what_stands_in_for_a_missing_value_says_its_kind() -> None:
    """A list, a map, a flag or a number as the default of a look-up is the kind of the value."""
    kinds = {name: schema["type"] for name, schema in read_of_mappings(taking).items()}
    assert kinds == {
        "name": "string",
        "ids": "array",
        "options": "object",
        "loud": "boolean",
        "count": "integer",
        "share": "number",
        "note": "string",
    }
