"""What is read of a dictionary beside a key."""

from pathlib import Path

from hushtable.prove.learn.beside import holders, paths_beside

CODE = """
def show(item, other):
    name = item["name"]
    city = item.get("address", {}).get("city")
    first = item["lines"][0]["sku"]
    item["written"] = other["else"]
    return name, city, first


def elsewhere(item):
    return item["nothing"]
"""


def test_reads_of_the_same_variable_are_given(tmp_path: Path) -> None:
    """What the same function reads of the same variable is given, as whole paths."""
    file = tmp_path / "code.py"
    file.write_text(CODE)
    assert paths_beside(str(file), 3, "name") == (
        ("name",), ("address", "city"), ("lines", "[]", "sku")
    )  # fmt: skip
    assert paths_beside(str(file), 6, "else") == (("else",),)
    assert paths_beside(str(file), 3, "missing") == ()


def test_code_that_cannot_be_read_gives_nothing(tmp_path: Path) -> None:
    """A file that is not there or does not parse gives nothing."""
    file = tmp_path / "broken.py"
    file.write_text("def (")
    assert paths_beside(str(file), 1, "x") == ()
    assert paths_beside(str(tmp_path / "none.py"), 1, "x") == ()


def test_the_variable_that_a_line_reads_is_told_with_the_way_to_it(tmp_path: Path) -> None:
    """Of `item["a"]["b"]` it is the map under `a` that lacks `b`, and the item that lacks `a`."""
    file = tmp_path / "app.py"
    file.write_text('def read(item):\n    return item["profile"]["locale"], item["plan"]\n')
    assert holders(str(file), 2, "locale") == (("item", ("profile",)),)
    assert holders(str(file), 2, "plan") == (("item", ()),)
    assert holders(str(file), 2, "other") == ()
