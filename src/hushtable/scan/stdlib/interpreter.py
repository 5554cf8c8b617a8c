"""Python about itself: inspect, typing, sys, traceback; and what is called for its effect alone."""

from __future__ import annotations

from typing import Any

from hushtable.scan.carrying import (
    carried,
    carrying,
    first_argument,
    fixed,
)
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.frame import Call, Machine
from hushtable.scan.values import (
    ELTS,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    Opaque,
    sequence,
)

NUMBER = Opaque(hint="int")
TEXT = Opaque(hint="str")


def _class_of(_m: Machine, call: Call) -> Any:
    return Const(isinstance(call.args[0], Class)) if call.args else BOOLEAN


def _function_of(_m: Machine, call: Call) -> Any:
    if call.args and isinstance(call.args[0], Function | Bound):
        return Const(value=True)
    return BOOLEAN


def _members(m: Machine, call: Call) -> Any:
    owner = call.args[0] if call.args else UNKNOWN
    names: Any = m.natives["builtins.dir"](
        m, Call("builtins.dir", None, [owner], {}, call.node, call.frame)
    )
    get = m.natives["builtins.getattr"]
    made = [
        sequence(
            [
                name,
                get(m, Call("builtins.getattr", None, [owner, name], {}, call.node, call.frame)),
            ],
            "tuple",
        )
        for name in names.slots[ELTS]
        if isinstance(name, Const) and not str(name.value).startswith("__")
    ]
    return sequence(made)


def _assume(m: Machine, call: Call) -> Any:
    """Give the first argument, as a cast does."""
    del m
    return call.args[-1] if call.args else UNKNOWN


def _module_by_name(m: Machine, call: Call) -> Any:
    """Evaluate `sys.modules[name]`."""
    return m.natives["importlib.import_module"](
        m, Call("importlib.import_module", None, call.args, {}, call.node, call.frame)
    )


NATIVES: dict[str, Any] = {
    "typing.cast": _assume,
    "inspect.isclass": _class_of,
    "inspect.isfunction": _function_of,
    "inspect.ismethod": _function_of,
    "inspect.iscoroutinefunction": fixed(BOOLEAN),
    "inspect.isawaitable": fixed(BOOLEAN),
    "inspect.getmembers": _members,
    "inspect.getdoc": lambda m, c: m.get_attribute(m, c.args[0], "__doc__"),
    "sys.modules.__getitem__": _module_by_name,
    "sys.modules.get": _module_by_name,
    "sys.getsizeof": fixed(NUMBER),
    "sys.intern": first_argument,
    "pprint.pformat": carrying("str"),
    "reprlib.repr": carrying("str"),
    "traceback.format_exc": carrying("str"),
    "traceback.format_exception": carrying(),
    "shlex.quote": carrying("str"),
    "shlex.split": lambda _m, c: sequence((), rest=carried(c, "str")),
    "unicodedata.normalize": carrying("str"),
    "difflib.SequenceMatcher": fixed(UNKNOWN),
}
ATTRIBUTES: dict[str, Any] = {
    "sys.argv": lambda _m, _o: sequence((), rest=TEXT),
    "sys.path": lambda _m, _o: sequence((), rest=TEXT),
    "sys.maxsize": lambda _m, _o: Const((1 << 63) - 1),
    "sys.version_info": lambda _m, _o: UNKNOWN,
    "sys.platform": lambda _m, _o: TEXT,
    "os.sep": lambda _m, _o: Const("/"),
    "os.linesep": lambda _m, _o: Const("\n"),
}
PURE = frozenset(
    {
        "sys.exit",
        "sys.path.append",
        "sys.path.insert",
        "sys.setrecursionlimit",
        "os.chdir",
        "warnings.warn",
        "warnings.filterwarnings",
        "traceback.print_exc",
        "os.system",
        "subprocess.run",
        "tracemalloc.start",
        "time.perf_counter",
        "time.monotonic",
        "time.process_time",
        "time.time_ns",
        "time.strftime",
        "locale.setlocale",
        "platform.system",
        "socket.gethostname",
        "inspect.signature",
        "json.JSONDecoder",
        "builtins.NotImplemented",
        "random.Random",
    }
)
