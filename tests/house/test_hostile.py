"""Scanning hostile code never runs it."""

import ast

import pytest

from tests.house.tree import sources

RUNS = frozenset({"eval", "exec", "__import__", "import_module", "run_path", "run_module"})
RUNNING_MODULES = frozenset({"builtins", "importlib", "os", "runpy"})
LOADS = frozenset({"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"})
READERS = frozenset({"scan", "values"})
CACHE = "src/hushtable/scan/cache.py"
YAML_LOADS = frozenset({"load", "load_all", "full_load", "unsafe_load"})


def fixed(call: ast.Call) -> bool:
    """Whether the package that a call imports stands in our own text, as `"yaml"`, `f"a.b.{c}"`."""
    match call.args[:1]:
        case [ast.Constant(value=str())]:
            return True
        case [ast.JoinedStr(values=[ast.Constant(value=str(prefix)), *_])]:
            return "." in prefix[1:]
        case _:
            return False


def runs(tree: ast.AST) -> list[int]:
    """Lines of calls that run or import code by name."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="import_module")) as call if fixed(call):
                continue
            case ast.Call(func=ast.Name(id=name)) if name in RUNS:
                found.append(node.lineno)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)) if (
                module in RUNNING_MODULES and name in RUNS | {"system", "popen", "execv", "spawnv"}
            ):
                found.append(node.lineno)
    return found


def loads(tree: ast.AST) -> list[int]:
    """Lines of imports of modules that make objects from bytes."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) if any(
                alias.name.partition(".")[0] in LOADS for alias in names
            ):
                found.append(node.lineno)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in LOADS:
                found.append(node.lineno)
    return found


def unsafe_yaml(tree: ast.AST) -> list[int]:
    """Lines where PyYAML may make any object a document names."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="yaml"), attr=attr)) if (
                attr in YAML_LOADS and "Safe" not in ast.unparse(node)
            ):
                found.append(node.lineno)
    return found


@pytest.mark.parametrize("text", ["eval(a)", "importlib.import_module(b)", "os.system(c)"])
def test_a_call_that_runs_code_is_noticed(text: str) -> None:
    """Calls that run or import code are seen by name and by attribute."""
    assert runs(ast.parse(text)) == [1]


def test_a_library_may_be_loaded_late() -> None:
    """Only an import whose package stands in our own text passes."""
    late = 'import_module("yaml")\nimport_module(f"stdnum.{a}")\nimport_module(f"{a}.b")'
    assert runs(ast.parse(late)) == [3]


@pytest.mark.parametrize(
    "text", ["import pickle", "from pickle import loads", "import shelve as s"]
)
def test_an_import_that_loads_objects_is_noticed(text: str) -> None:
    """Modules that make objects from bytes are seen however they are imported."""
    assert loads(ast.parse(text)) == [1]


def test_an_unsafe_yaml_load_is_noticed() -> None:
    """A YAML load is seen unless its loader is a safe one."""
    text = "yaml.load(a)\nyaml.load(a, Loader=yaml.CSafeLoader)\nyaml.safe_load(a)"
    assert unsafe_yaml(ast.parse(text)) == [1]


def test_scan_runs_nothing_it_reads() -> None:
    """The scan engine neither imports nor evaluates anything by name."""
    found = {source.name: runs(source.tree) for source in sources() if source.floor in READERS}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_only_the_cache_loads_objects() -> None:
    """No module but the cache, which lies outside any scanned tree, loads pickled objects."""
    found = {source.name: loads(source.tree) for source in sources() if source.name != CACHE}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_yaml_is_loaded_safely() -> None:
    """YAML is read with a safe loader only, so that a template never makes an object."""
    found = {source.name: unsafe_yaml(source.tree) for source in sources()}
    assert {name: lines for name, lines in found.items() if lines} == {}
