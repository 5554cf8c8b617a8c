"""The rest: re, datetime, decimal, os, pathlib, files, sys, inspect, types."""

from __future__ import annotations

import os.path
import re
from typing import Any

from hushtable.scan.carrying import (
    ask,
    carried,
    carrying,
    computed,
    first_argument,
    fixed,
    is_modest,
    labels_in,
    nothing,
)
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.labels import NOTHING, Kind, Label
from hushtable.scan.operators import BOOLEAN, pick
from hushtable.scan.values import (
    ELTS,
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Opaque,
    Partial,
    deep_labels,
    join,
    sequence,
)

MAX_SUBJECT = 512
NUMBER = Opaque(hint="int")
TEXT = Opaque(hint="str")

# re ----------------------------------------------------------------------------------------


def _pattern_of(call: Call) -> tuple[Any, list[Any]]:
    """Give the pattern of a call and its other arguments: `re.sub(p, ...)`, `p.sub(...)`."""
    if isinstance(call.receiver, Instance):
        return call.receiver.slots.get("pattern", UNKNOWN), call.args
    args = call.args or [call.kwargs.get("pattern", UNKNOWN)]
    return args[0], args[1:]


def _compile(_m: Machine, call: Call) -> Any:
    slots = {"pattern": call.argument(0, "pattern", default=UNKNOWN)}
    return Instance(native="re.Pattern", slots=slots)


def _subject(call: Call, rest: list[Any], at: int = 0) -> Any:
    return rest[at] if len(rest) > at else call.kwargs.get("string", UNKNOWN)


def _known_match(name: str, pattern: Any, subject: Any) -> bool | None:
    """Whether a constant pattern matches a constant text; simple patterns only.

    A pattern with a repetition inside a group could take time without bound.
    """
    if (
        isinstance(pattern, Const) and isinstance(subject, Const)
        and isinstance(pattern.value, str) and isinstance(subject.value, str)
        and len(subject.value) <= MAX_SUBJECT and "(" not in pattern.value
        and is_modest(pattern.value)
    ):
        try:
            return getattr(re, name)(pattern.value, subject.value) is not None
        except (re.error, RecursionError, OverflowError):
            return None
    return None


def _match(name: str) -> Handler:
    def handler(m: Machine, call: Call) -> Any:
        pattern, rest = _pattern_of(call)
        subject = _subject(call, rest)
        known = _known_match(name, pattern, subject)
        if known is False:
            return NONE
        made = Instance(native="re.Match", slots={"text": subject})
        if known is None:
            m.may_raise(call.name)
            return pick([made, NONE])
        return made

    return handler


def _held_text(call: Call, hint: str = "str") -> Any:
    return Opaque(deep_labels(call.receiver) if call.receiver is not None else NOTHING, hint)


def _groups(_m: Machine, call: Call) -> Any:
    return sequence((), "tuple", _held_text(call))


def _group_dict(_m: Machine, call: Call) -> Any:
    return Dict({REST: Opaque(deep_labels(call.receiver), "str", deep=True)})


def _group(_m: Machine, call: Call) -> Any:
    if len(call.args) > 1:
        return sequence([_held_text(call) for _ in call.args], "tuple")
    return _held_text(call)


def _find_all(_m: Machine, call: Call) -> Any:
    _, rest = _pattern_of(call)
    subject = _subject(call, rest)
    piece = Opaque(deep_labels(subject), "str")
    if call.name.endswith("finditer"):
        piece_of = Instance(native="re.Match", slots={"text": subject})
        return sequence((), "iterator", piece_of)
    return sequence((), rest=piece)


def _substitute(m: Machine, call: Call) -> Any:
    pattern, rest = _pattern_of(call)
    replacement = rest[0] if rest else call.kwargs.get("repl", UNKNOWN)
    subject = _subject(call, rest, 1)
    if (
        isinstance(pattern, Const) and isinstance(replacement, Const) and isinstance(subject, Const)
        and isinstance(subject.value, str) and len(subject.value) <= MAX_SUBJECT
        and isinstance(pattern.value, str) and "(" not in pattern.value
    ):
        try:
            made = re.sub(pattern.value, replacement.value, subject.value)
        except (re.error, TypeError, RecursionError):
            return Opaque(labels_in([replacement, subject]), "str")
        return Const(made, labels_in([replacement, subject]))
    if isinstance(replacement, Function | Bound | Partial):
        found = Instance(native="re.Match", slots={"text": subject})
        replacement = ask(m, replacement, [found], call)
    labels = labels_in([replacement, subject])
    if isinstance(pattern, Const) and pattern.value in WHOLE:
        labels = labels_in([replacement])
    text = Opaque(labels, "str")
    return sequence([text, NUMBER], "tuple") if call.name.endswith("subn") else text


WHOLE = frozenset({".*", ".+", ".", r"[\s\S]*", r"[\s\S]+", r"(?s).*", r"(?s).+", r"\w", r"\S"})
"""Patterns that match all of a text: what replaces them is all that is left."""


def _split(_m: Machine, call: Call) -> Any:
    _, rest = _pattern_of(call)
    return sequence((), rest=Opaque(deep_labels(_subject(call, rest)), "str"))


RE: dict[str, Handler] = {
    "match": _match("match"), "search": _match("search"), "fullmatch": _match("fullmatch"),
    "findall": _find_all, "finditer": _find_all, "sub": _substitute, "subn": _substitute,
    "split": _split,
}
MATCH: dict[str, Handler] = {
    "group": _group, "groups": _groups, "groupdict": _group_dict, "__getitem__": _group,
    "expand": _group, "start": fixed(NUMBER), "end": fixed(NUMBER), "span": fixed(
        Opaque(hint="tuple")),
}


# files -------------------------------------------------------------------------------------


def files(m: Machine) -> dict[Any, Any]:
    """Give what the program wrote to files, by path."""
    found: dict[Any, Any] = m.stores.setdefault("files", {})
    return found


def _path_key(value: Any) -> Any:
    match value:
        case Const(value=known):
            return known
        case Instance(native="pathlib.Path", slots=slots):
            return _path_key(slots.get("text", UNKNOWN))
    return REST


def _open(m: Machine, call: Call) -> Any:
    m.may_raise("builtins.OSError")
    path = call.receiver if call.receiver is not None else call.argument(0, "file",
                                                                         default=UNKNOWN)
    mode = call.argument(0 if call.receiver is not None else 1, "mode", default=Const("r"))
    key = _path_key(path)
    writes = isinstance(mode, Const) and isinstance(mode.value, str) and "w" in mode.value
    if writes and key is not REST:
        m.journal.set(files(m), key, Const(""))
    return Instance(native="file", slots={"path": path, "mode": mode}, extra=key)


def _write(m: Machine, call: Call) -> Any:
    if isinstance(call.receiver, Instance):
        _store(m, call.receiver.extra, labels_in([*call.args, *call.kwargs.values()]))
    return NUMBER


def _store(m: Machine, key: Any, labels: Any) -> None:
    held = files(m).get(key, MISSING)
    m.journal.set(files(m), key, join(held, Opaque(labels, "str")))


def _read(m: Machine, call: Call) -> Any:
    if not isinstance(call.receiver, Instance):
        return carried(call, "str")
    key = call.receiver.extra
    held = files(m).get(key, files(m).get(REST, TEXT) if key is not REST else TEXT)
    text = Opaque(deep_labels(held), "str")
    if call.name.endswith(("readlines", "__iter__")):
        return sequence((), "list" if call.name.endswith("readlines") else "iterator", text)
    return text


def _write_path(m: Machine, call: Call) -> Any:
    key = _path_key(call.receiver)
    m.journal.set(files(m), key, Opaque(labels_in(call.args), "str"))
    return NUMBER


def _read_path(m: Machine, call: Call) -> Any:
    held = files(m).get(_path_key(call.receiver), TEXT)
    return Opaque(deep_labels(held), "str")


FILE: dict[str, Any] = {
    "write": _write, "writelines": _write, "read": _read, "readline": _read, "readlines": _read,
    "__iter__": _read, "__next__": _read, "flush": nothing, "close": nothing, "seek": nothing,
    "tell": fixed(NUMBER), "fileno": fixed(NUMBER), "truncate": nothing,
}


# os, pathlib -------------------------------------------------------------------------------


def _setting(m: Machine, call: Call) -> Any:
    """Evaluate `os.environ.get(name, default)` and `os.environ[name]`."""
    name = call.argument(0, "key", default=UNKNOWN)
    text = str(name.value) if isinstance(name, Const) else ""
    found = Opaque(frozenset({Label(Kind.SETTING, name=text)}), "str", of="os.environ")
    default = call.argument(1, "default")
    held = m.patched.get(f"os.environ[{text}]") if text else None
    if held is not None:
        return held
    return found if default is None else pick([found, default])


def _set_setting(m: Machine, call: Call) -> Any:
    """Run `os.environ[name] = value`."""
    if len(call.args) > 1 and isinstance(call.args[0], Const):
        m.journal.set(m.patched, f"os.environ[{call.args[0].value}]", call.args[1])
    return NONE


def _path(m: Machine, call: Call) -> Any:
    if len(call.args) == 1 and isinstance(call.args[0], Const):
        return Instance(native="pathlib.Path", slots={"text": call.args[0]})
    del m
    text: Any = Opaque(labels_in(call.everything()), "str")
    if call.args and all(isinstance(one, Const) for one in call.args):
        text = Const("/".join(str(one.value) for one in call.args), text.labels)
    return Instance(native="pathlib.Path", slots={"text": text})


def _path_under(m: Machine, call: Call) -> Any:
    """Evaluate `path / name` and `path.joinpath(...)`."""
    held = call.receiver.slots.get("text", UNKNOWN) if isinstance(call.receiver, Instance) else (
        UNKNOWN)
    return _path(m, Call(call.name, None, [held, *call.args], {}, call.node, call.frame))


def _path_text(name: str) -> Any:
    def reader(_m: Machine, owner: Any) -> Any:
        held = owner.slots.get("text", UNKNOWN) if isinstance(owner, Instance) else UNKNOWN
        text = Opaque(deep_labels(held), "str")
        if name == "parent":
            return Instance(native="pathlib.Path", slots={"text": text})
        return text

    return reader


def _join_path(m: Machine, call: Call) -> Any:
    return JOIN(m, call)


JOIN = computed(os.path.join, "str")


# datetime, decimal -------------------------------------------------------------------------


def _when(m: Machine, call: Call) -> Any:
    """Make a date or time: of now it says nothing, of what it was given it carries that."""
    del m
    return Instance(native=WHEN.get(call.name, "datetime.datetime"),
                    slots={REST: Opaque(labels_in(call.everything()))})


WHEN = {"datetime.date": "datetime.date", "datetime.timedelta": "datetime.timedelta",
        "datetime.time": "datetime.time", "datetime.date.today": "datetime.date"}


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
        **{f"{_kind}.{name}": _when for name in (
            "now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "fromisoformat",
            "strptime", "combine", "fromordinal",
        )},
        **{f"{_kind}.{name}": _when_text for name in ("isoformat", "strftime", "ctime",
                                                      "__str__", "__format__")},
        **{f"{_kind}.{name}": _when_number for name in ("timestamp", "total_seconds", "weekday",
                                                        "isoweekday", "toordinal")},
        **{f"{_kind}.{name}": _when_itself for name in (
            "replace", "astimezone", "date", "time", "__add__", "__sub__", "__mul__", "__radd__",
            "__rsub__", "__neg__", "__truediv__",
        )},
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
    names: Any = m.natives["builtins.dir"](m, Call("builtins.dir", None, [owner], {}, call.node,
                                              call.frame))
    get = m.natives["builtins.getattr"]
    made = [
        sequence([name, get(m, Call("builtins.getattr", None, [owner, name], {}, call.node,
                                    call.frame))], "tuple")
        for name in names.slots[ELTS]
        if isinstance(name, Const) and not str(name.value).startswith("__")
    ]
    return sequence(made)


def _assume(m: Machine, call: Call) -> Any:
    """Give the first argument, as a cast does."""
    del m
    return call.args[-1] if call.args else UNKNOWN


def _temporary(_m: Machine, call: Call) -> Any:
    return Instance(native="file", slots={"path": UNKNOWN}, extra=("temporary", id(call.node)))


def _module_by_name(m: Machine, call: Call) -> Any:
    """Evaluate `sys.modules[name]`."""
    return m.natives["importlib.import_module"](
        m, Call("importlib.import_module", None, call.args, {}, call.node, call.frame))


NATIVES: dict[str, Any] = {
    "re.compile": _compile,
    "re.escape": computed(re.escape, "str"),
    **{f"re.{name}": handler for name, handler in RE.items()},
    **{f"re.Pattern.{name}": handler for name, handler in RE.items()},
    **{f"re.Match.{name}": handler for name, handler in MATCH.items()},
    "builtins.open": _open,
    "io.open": _open,
    "codecs.open": _open,
    "aiofiles.open": _open,
    "os.fdopen": _open,
    "tempfile.NamedTemporaryFile": _temporary,
    "tempfile.TemporaryFile": _temporary,
    "tempfile.mkstemp": fixed(UNKNOWN),
    **{f"file.{name}": handler for name, handler in FILE.items()},
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pathlib.PosixPath": _path,
    "pathlib.Path.open": _open,
    "pathlib.Path.write_text": _write_path,
    "pathlib.Path.write_bytes": _write_path,
    "pathlib.Path.read_text": _read_path,
    "pathlib.Path.read_bytes": _read_path,
    "pathlib.Path.__truediv__": _path_under,
    "pathlib.Path.truediv": _path_under,
    "pathlib.Path.joinpath": _path_under,
    **{f"pathlib.Path.{name}": _path_under for name in ("with_suffix", "with_name")},
    **{f"pathlib.Path.{name}": lambda _m, c: c.receiver for name in (
        "resolve", "absolute", "expanduser", "relative_to")},
    **{f"pathlib.Path.{name}": fixed(BOOLEAN) for name in (
        "exists", "is_file", "is_dir", "is_absolute")},
    "pathlib.Path.cwd": lambda _m, _c: Instance(native="pathlib.Path", slots={"text": TEXT}),
    "pathlib.Path.home": lambda _m, _c: Instance(native="pathlib.Path", slots={"text": TEXT}),
    "os.getenv": _setting,
    "os.environ.get": _setting,
    "os.environ.pop": _setting,
    "os.environ.setdefault": _setting,
    "os.environ.__getitem__": _setting,
    "os.environ.__setitem__": _set_setting,
    "os.path.join": _join_path,
    **{f"os.path.{name}": computed(getattr(os.path, name), "str") for name in (
        "basename", "dirname", "normpath", "splitext", "commonprefix")},
    **{f"os.path.{name}": carrying("str") for name in ("abspath", "realpath", "expanduser",
                                                       "expandvars", "relpath")},
    **{f"os.path.{name}": fixed(BOOLEAN) for name in ("exists", "isfile", "isdir", "isabs",
                                                      "getsize")},
    "os.fspath": first_argument,
    "os.getcwd": fixed(TEXT),
    "os.getpid": fixed(NUMBER),
    "os.listdir": fixed(sequence((), rest=TEXT)),
    "os.makedirs": nothing,
    "os.remove": nothing,
    "os.unlink": nothing,
    **TIMES,
    "datetime.timezone": fixed(UNKNOWN),
    "zoneinfo.ZoneInfo": fixed(UNKNOWN),
    "decimal.Decimal": carrying("float"),
    "decimal.Decimal.quantize": carrying("float"),
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
    **{f"pathlib.Path.{name}": _path_text(name) for name in ("name", "stem", "suffix", "parent")},
    "re.Match.string": lambda _m, owner: Opaque(deep_labels(owner), "str"),
    "re.Match.lastgroup": lambda _m, owner: Opaque(deep_labels(owner), "str"),
    "re.Pattern.pattern": lambda _m, owner: owner.slots.get("pattern", UNKNOWN),
    "sys.argv": lambda _m, _o: sequence((), rest=TEXT),
    "sys.path": lambda _m, _o: sequence((), rest=TEXT),
    "sys.maxsize": lambda _m, _o: Const((1 << 63) - 1),
    "sys.version_info": lambda _m, _o: UNKNOWN,
    "sys.platform": lambda _m, _o: TEXT,
    "os.sep": lambda _m, _o: Const("/"),
    "os.linesep": lambda _m, _o: Const("\n"),
    "datetime.UTC": lambda _m, _o: UNKNOWN,
    "datetime.timezone.utc": lambda _m, _o: UNKNOWN,
    "file.name": lambda _m, owner: owner.slots.get("path", UNKNOWN),
    "file.closed": lambda _m, _o: BOOLEAN,
}
PURE = frozenset({
    "sys.exit", "sys.path.append", "sys.path.insert", "sys.setrecursionlimit", "os.chdir",
    "warnings.warn", "warnings.filterwarnings", "traceback.print_exc", "os.system",
    "subprocess.run", "tracemalloc.start", "time.perf_counter", "time.monotonic",
    "time.process_time", "time.time_ns", "time.strftime", "locale.setlocale", "platform.system",
    "socket.gethostname", "inspect.signature", "json.JSONDecoder", "builtins.NotImplemented", "random.Random",
})
