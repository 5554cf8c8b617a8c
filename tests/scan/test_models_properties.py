"""Whatever a model declares, only what it declares comes through it, and odd text never breaks."""

from __future__ import annotations

import ast
import keyword
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from hushtable.scan.annotations import resolve, shown
from hushtable.scan.frame import Frame
from hushtable.scan.leaving import leaving
from hushtable.scan.response_model import describe, filter_response
from hushtable.scan.values import Opaque
from tests.scan.running import item, machine

NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name) and not name.startswith("model_")
)
TYPES = st.sampled_from(["str", "int", "bool", "str | None", "'str'", "Optional[int]"])
OPEN_TYPES = st.sampled_from(["dict", "dict[str, Any]", "Any", "list[dict]", "object"])
HEAD = "from typing import Any, Optional\nfrom pydantic import BaseModel\n"


def fields(names: dict[str, str]) -> str:
    """Write a model with these fields."""
    lines = [f"    {name}: {type_}" for name, type_ in names.items()]
    return "\n".join([HEAD, "class M(BaseModel):", *(lines or ["    pass"])])


@given(st.dictionaries(NAMES, TYPES, max_size=6))
def test_a_closed_model_lets_through_what_it_declares(names: dict[str, str]) -> None:
    """What leaves through a closed model is exactly its fields."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(fields(names))
        m = machine(Path(folder))
        module = m.program.module("app.py")
        m.program.run_module(m, module)
        kept = filter_response(m, item(), module.slots["M"])
        leaves = leaving(m, kept.value)
    assert {leaf.label.path for leaf in leaves} == {(name,) for name in names}
    assert not any(leaf.open for leaf in leaves)
    assert not kept.model.open_fields


@given(st.dictionaries(NAMES, st.one_of(TYPES, OPEN_TYPES), max_size=6))
def test_open_fields_are_those_without_a_shape(names: dict[str, str]) -> None:
    """A model names exactly the fields whose type has no fixed shape."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(fields(names))
        m = machine(Path(folder))
        module = m.program.module("app.py")
        m.program.run_module(m, module)
        model = describe(m, module.slots["M"])
    shapeless = {"dict", "dict[str, Any]", "Any", "list[dict]", "object"}
    assert set(model.open_fields) == {n for n, type_ in names.items() if type_ in shapeless}


@given(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"[A-Za-z\[\]|, '\"().]{0,30}", fullmatch=True),
        st.recursive(
            st.sampled_from(["int", "User", "None", "'x'", "..."]),
            lambda inner: st.tuples(
                st.sampled_from(["list", "dict", "Optional", "Union", "Annotated", "Literal"]),
                inner,
            ).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        ),
    )
)
@example("'" * 3 + "list[" + "'" * 3)
@example("[" * 80)
@example("'list[\\'list[\"int\"]\\']'")
def test_any_text_may_stand_as_an_annotation(text: str) -> None:
    """A quoted annotation of any text gives a type value or an unknown, never an error."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text("from typing import *\n")
        m = machine(Path(folder))
        module = m.program.module("app.py")
        m.program.run_module(m, module)
        found = resolve(m, ast.Constant(text), Frame(module, module.slots))
        assert found is not None
        assert isinstance(shown(found), str)
        describe(m, found)
        filter_response(m, Opaque(), found)
