"""The rest: re, datetime, decimal, os, pathlib, files, sys, inspect, types."""

from __future__ import annotations

from typing import Any

from hushtable.scan.carrying import (
    carried,
    carrying,
    first_argument,
    fixed,
    labels_in,
)
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.frame import Call, Machine
from hushtable.scan.values import (
    ELTS,
    REST,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    Instance,
    Opaque,
    deep_labels,
    sequence,
)

NUMBER = Opaque(hint="int")
TEXT = Opaque(hint="str")


# datetime, decimal -------------------------------------------------------------------------


def _when(m: Machine, call: Call) -> Any:
    """Make a date or time: of now it says nothing, of what it was given it carries that."""
    del m
    return Instance(
        native=WHEN.get(call.name, "datetime.datetime"),
        slots={REST: Opaque(labels_in(call.everything()))},
    )


WHEN = {
    "datetime.date": "datetime.date",
    "datetime.timedelta": "datetime.timedelta",
    "datetime.time": "datetime.time",
    "datetime.date.today": "datetime.date",
}


def _when_text(_m: Machine, call: Call) -> Any:
    return Opaque(labels_in(call.everything()), "str")


def _when_number(_m: Machine, call: Call) -> Any:
    return Opaque(labels_in(call.everything()), "float")


def _when_itself(_m: Machine, call: Call) -> Any:
    native = call.receiver.native if isinstance(call.receiver, Instance) else "datetime.datetime"
    return Instance(native=native, slots={REST: Opaque(labels_in(call.everything()))})


def _when_part(_m: Machine, owner: Any) -> Any:
    return Opaque(deep_labels(owner), "int")


MOMENTS = ("datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta")
TIMES: dict[str, Any] = {}
for _kind in MOMENTS:
    TIMES |= {
        _kind: _when,
        **{
            f"{_kind}.{name}": _when
            for name in (
                "now",
                "utcnow",
                "today",
                "fromtimestamp",
                "utcfromtimestamp",
                "fromisoformat",
                "strptime",
                "combine",
                "fromordinal",
            )
        },
        **{
            f"{_kind}.{name}": _when_text
            for name in ("isoformat", "strftime", "ctime", "__str__", "__format__")
        },
        **{
            f"{_kind}.{name}": _when_number
            for name in ("timestamp", "total_seconds", "weekday", "isoweekday", "toordinal")
        },
        **{
            f"{_kind}.{name}": _when_itself
            for name in (
                "replace",
                "astimezone",
                "date",
                "time",
                "__add__",
                "__sub__",
                "__mul__",
                "__radd__",
                "__rsub__",
                "__neg__",
                "__truediv__",
            )
        },
        **{f"{_kind}.__{name}__": fixed(BOOLEAN) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
        **{f"{_kind}.{name}": _when_itself for name in ("add", "sub", "mul")},
    }
TIME_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond", "days", "seconds")


# inspect, types, sys -----------------------------------------------------------------------


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
    **TIMES,
    "datetime.timezone": fixed(UNKNOWN),
    "zoneinfo.ZoneInfo": fixed(UNKNOWN),
    "decimal.Decimal": carrying("float"),
    "decimal.Decimal.quantize": carrying("float"),
    **{
        f"float.{name}": carrying("float")
        for name in (
            "quantize",
            "normalize",
            "to_integral_value",
            "copy_abs",
            "to_eng_string",
            "sqrt",
        )
    },
    **{f"float.{name}": fixed(BOOLEAN) for name in ("is_nan", "is_finite", "is_signed")},
    "float.as_tuple": carrying(),
    "fractions.Fraction": carrying("float"),
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
    **{f"{kind}.{name}": _when_part for kind in MOMENTS for name in TIME_PARTS},
    "sys.argv": lambda _m, _o: sequence((), rest=TEXT),
    "sys.path": lambda _m, _o: sequence((), rest=TEXT),
    "sys.maxsize": lambda _m, _o: Const((1 << 63) - 1),
    "sys.version_info": lambda _m, _o: UNKNOWN,
    "sys.platform": lambda _m, _o: TEXT,
    "os.sep": lambda _m, _o: Const("/"),
    "os.linesep": lambda _m, _o: Const("\n"),
    "datetime.UTC": lambda _m, _o: UNKNOWN,
    "datetime.timezone.utc": lambda _m, _o: UNKNOWN,
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
