"""Files, paths and settings: what is written is read back, by path."""

from __future__ import annotations

import os.path
from typing import Any

from hushtable.scan.carrying import (
    carried,
    carrying,
    computed,
    first_argument,
    fixed,
    labels_in,
    nothing,
)
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.frame import Call, Machine
from hushtable.scan.labels import Kind, Label
from hushtable.scan.operators import pick, text_parts
from hushtable.scan.values import (
    MISSING,
    NONE,
    REST,
    UNKNOWN,
    Const,
    Instance,
    Opaque,
    deep_labels,
    join,
    sequence,
)

NUMBER = Opaque(hint="int")
TEXT = Opaque(hint="str")


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
    path = call.receiver if call.receiver is not None else call.argument(0, "file", default=UNKNOWN)
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
    "write": _write,
    "writelines": _write,
    "read": _read,
    "readline": _read,
    "readlines": _read,
    "__iter__": _read,
    "__next__": _read,
    "flush": nothing,
    "close": nothing,
    "seek": nothing,
    "tell": fixed(NUMBER),
    "fileno": fixed(NUMBER),
    "truncate": nothing,
}


# os, pathlib -------------------------------------------------------------------------------


def _setting(m: Machine, call: Call) -> Any:
    """Evaluate `os.environ.get(name, default)` and `os.environ[name]`."""
    name = call.argument(0, "key", default=UNKNOWN)
    text = str(name.value) if isinstance(name, Const) else ""
    found = Opaque(frozenset({Label(Kind.SETTING, name=text)}), "str", of=text or "os.environ")
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
    text: Any = _joined(call)
    if call.args and all(isinstance(one, Const) for one in call.args):
        text = Const("/".join(str(one.value) for one in call.args), text.labels)
    return Instance(native="pathlib.Path", slots={"text": text})


def _joined(call: Call) -> Opaque:
    """Join the parts of a path; what is known of its text is kept."""
    parts: list[str | None] = []
    for one in call.args:
        is_path = isinstance(one, Instance) and one.native == "pathlib.Path"
        text = one.slots.get("text", UNKNOWN) if is_path else one
        parts += [*(["/"] if parts else []), *text_parts(text)]
    known = tuple(parts) if any(part is not None for part in parts) else None
    return Opaque(labels_in(call.everything()), "str", parts=known)


def _path_under(m: Machine, call: Call) -> Any:
    """Evaluate `path / name` and `path.joinpath(...)`."""
    held = (
        call.receiver.slots.get("text", UNKNOWN)
        if isinstance(call.receiver, Instance)
        else (UNKNOWN)
    )
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
    known = all(isinstance(one, Const) for one in call.args)
    return JOIN(m, call) if known else _joined(call)


JOIN = computed(os.path.join, "str")


def _temporary(_m: Machine, call: Call) -> Any:
    return Instance(native="file", slots={"path": UNKNOWN}, extra=("temporary", id(call.node)))


NATIVES: dict[str, Any] = {
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
    **{
        f"pathlib.Path.{name}": lambda _m, c: c.receiver
        for name in ("resolve", "absolute", "expanduser", "relative_to")
    },
    **{
        f"pathlib.Path.{name}": fixed(BOOLEAN)
        for name in ("exists", "is_file", "is_dir", "is_absolute")
    },
    **{f"pathlib.Path.{name}": nothing for name in ("mkdir", "unlink", "touch", "rmdir", "chmod")},
    **{
        f"pathlib.Path.{name}": fixed(
            sequence((), "iterator", Instance(native="pathlib.Path", slots={"text": TEXT}))
        )
        for name in ("iterdir", "glob", "rglob")
    },
    "pathlib.Path.cwd": lambda _m, _c: Instance(native="pathlib.Path", slots={"text": TEXT}),
    "pathlib.Path.home": lambda _m, _c: Instance(native="pathlib.Path", slots={"text": TEXT}),
    "os.getenv": _setting,
    "os.environ.get": _setting,
    "os.environ.pop": _setting,
    "os.environ.setdefault": _setting,
    "os.environ.__getitem__": _setting,
    "os.environ.__setitem__": _set_setting,
    "os.path.join": _join_path,
    **{
        f"os.path.{name}": computed(getattr(os.path, name), "str")
        for name in ("basename", "dirname", "normpath", "splitext", "commonprefix")
    },
    **{
        f"os.path.{name}": carrying("str")
        for name in ("abspath", "realpath", "expanduser", "expandvars", "relpath")
    },
    **{
        f"os.path.{name}": fixed(BOOLEAN)
        for name in ("exists", "isfile", "isdir", "isabs", "getsize")
    },
    "os.fspath": first_argument,
    "os.getcwd": fixed(TEXT),
    "os.getpid": fixed(NUMBER),
    "os.listdir": fixed(sequence((), rest=TEXT)),
    "os.makedirs": nothing,
    "os.remove": nothing,
    "os.unlink": nothing,
}
ATTRIBUTES: dict[str, Any] = {
    **{f"pathlib.Path.{name}": _path_text(name) for name in ("name", "stem", "suffix", "parent")},
    "file.name": lambda _m, owner: owner.slots.get("path", UNKNOWN),
    "file.closed": lambda _m, _o: BOOLEAN,
}
