"""What others may use says what it is."""

import ast
import importlib
from collections.abc import Iterator

from tests.house.tree import Function, functions, imported, sources


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.ClassDef | Function]]:
    """Public functions, classes and methods of a module or class body."""
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        if any(getattr(one, "id", "") == "overload" for one in node.decorator_list):
            continue  # a way to call the function that follows, and says what it is
        yield f"{prefix}{node.name}", node
        if isinstance(node, ast.ClassDef):
            yield from public(node.body, f"{prefix}{node.name}.")


def test_every_module_says_what_it_is() -> None:
    """Every module opens with a docstring."""
    assert [source.name for source in sources() if not ast.get_docstring(source.tree)] == []


def test_every_public_thing_says_what_it_is() -> None:
    """Every public function, class and method has a docstring."""
    bare = [
        f"{source.name}:{node.lineno} {name}"
        for source in sources()
        for name, node in public(source.tree.body)
        if not ast.get_docstring(node)
    ]
    assert bare == []


def test_faces_name_what_exists() -> None:
    """Every name in an `__all__` exists, once."""
    for source in sources():
        if "__all__" not in source.text:
            continue
        assigned = (node for node in source.tree.body if isinstance(node, ast.Assign))
        if not any("__all__" in map(ast.unparse, node.targets) for node in assigned):
            continue
        module = importlib.import_module(source.module)
        names = list(module.__all__)
        assert len(names) == len(set(names)), source.name
        assert [name for name in names if not hasattr(module, name)] == [], source.name


def test_imports_stand_at_the_top() -> None:
    """No function imports a part of the product."""
    found = [
        f"{source.name}:{function.lineno} {function.name} imports {name}"
        for source in sources()
        for function in functions(source.tree)
        for node in ast.walk(function)
        for name in imported(node)
        if name.partition(".")[0] == "hushtable"
    ]
    assert found == []


def test_no_assert_validates() -> None:
    """No shipped module uses `assert`, which disappears under `python -O`."""
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        for node in source.walk()
        if isinstance(node, ast.Assert)
    ]
    assert found == []
