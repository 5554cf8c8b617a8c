"""What the interpreter asks of libraries and of the language beyond syntax."""

from __future__ import annotations

import ast
import http
import re
from collections.abc import Callable, Mapping
from typing import Any

from hushtable.model.facts import Seal
from hushtable.scan import guarded, orm
from hushtable.scan.attributes import child
from hushtable.scan.canonical import canonical
from hushtable.scan.exceptions import constant_text, is_exception, labels_of, library_exception
from hushtable.scan.frame import Call, Exit, Frame, Handler, Machine
from hushtable.scan.iterate import element_of
from hushtable.scan.labels import NOTHING, seal_all
from hushtable.scan.lookup import DATA, class_attribute, native_base, native_bases
from hushtable.scan.operators import pick
from hushtable.scan.outside import (
    ENTERING,
    SEALS,
    WRITER,
    call_labels,
    fill_buffers,
    is_buffer,
    is_callback,
    run_callback,
    sends,
    shown_name,
)
from hushtable.scan.values import (
    ELTS,
    MISSING,
    REST,
    UNKNOWN,
    Bound,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Native,
    Opaque,
    Seq,
    deep_labels,
)

STATUS = re.compile(r"(?:HTTP|WS)_(\d{3,4})_")
KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        str,
        bytes,
        int,
        float,
        bool,
        complex,
        list,
        tuple,
        dict,
        set,
        frozenset,
        type(None),
    )
}


class World:
    """Composed of tables: calls and attributes of libraries by qualified name."""

    def __init__(
        self,
        attributes: Mapping[str, Callable[..., Any]],
        models: Any,
        notes: Any,
        taught: Any,
        pure: frozenset[str] = frozenset(),
    ) -> None:
        self.attributes = attributes
        self.models = models
        self.notes = notes
        self.taught = taught
        self.pure = pure

    # calls ---------------------------------------------------------------------------------

    def native_call(self, m: Machine, call: Call) -> Any:
        """Call something of a library."""
        found = self.taught.call(m, call)
        if found is not None:
            return found
        handler = m.natives.get(call.name)
        if handler is None and call.name.startswith("?."):
            handler = m.natives.get(call.name) or _method(m, call)
        if handler is not None:
            return handler(m, call)
        kind, _, method = call.name.partition(".")
        if kind in KINDS and call.receiver is not None and not hasattr(KINDS[kind], method):
            # One of several types a value may have: on this one the call cannot happen.
            return UNKNOWN
        return self.unknown_call(m, call)

    def unknown_call(self, m: Machine, call: Call) -> Any:
        """Call something nothing is known of: the result carries what went in."""
        m.may_raise(call.name)
        if call.name.endswith(ENTERING) and call.receiver is not None:
            return call.receiver
        if call.name not in self.pure:
            m.counters.unresolved[shown_name(call)] += 1
        # What a module hands to a library while it loads (a command, a task) runs later, elsewhere.
        handed = () if m.loading else call.everything()
        found = [run_callback(m, value, call) for value in handed if is_callback(value)]
        pure = call.name in self.pure
        labels = NOTHING if sends(call) else call_labels(call, pure=pure)
        if labels and SEALS.search(call.name):
            labels = seal_all(labels, Seal.HASHED)
        fill_buffers(m, call, labels)
        buffer = next((one for one in call.args if is_buffer(one)), None)
        if buffer is not None:
            return Instance(native=WRITER, slots={REST: Opaque(labels)}, extra=buffer)
        result = Opaque(labels, of=f"{call.name}()", deep=True)
        return pick([result, *found]) if found else result

    def taught_call(
        self,
        m: Machine,
        function: Function,
        args: list[Any],
        kwargs: dict[str, Any],
        node: ast.AST,
        frame: Frame,
        extra: Any,
    ) -> Any:
        """Let the user's own words stand for a function of the program."""
        if not self.taught.knows(function.name):
            return None
        return self.taught.call(m, Call(function.name, None, args, kwargs, node, frame, extra))

    def plain_call(self, owner: Native, args: list[Any], node: ast.AST, frame: Frame) -> Call:
        """Make a call record for a read that works like a call."""
        return Call(owner.name, owner.receiver, args, {}, node, frame)

    def unknown_decorator(
        self, m: Machine, decorator: Opaque, value: Any, node: ast.expr, frame: Frame
    ) -> Any:
        """Leave a function as it is under a decorator nothing is known of."""
        del m, decorator, node, frame
        return value

    # attributes ----------------------------------------------------------------------------

    def native_attribute(self, m: Machine, qualified: str, receiver: Any, name: str) -> Any:
        """Read an attribute of a module, class or function of a library."""
        full = canonical(f"{qualified}.{name}")
        if full in m.patched:
            return m.patched[full]
        reader = self.attributes.get(full)
        if reader is not None:
            return reader(m, receiver)
        if receiver is None and full not in m.natives:
            written = m.program.written(m, full)
            if written is not None:
                return written
        if name in {"__name__", "__qualname__"}:
            return Const(qualified.rpartition(".")[2])
        if name == "__module__":
            return Const(qualified.rpartition(".")[0])
        status = STATUS.match(name)
        if status is not None:
            return Const(int(status[1]))
        if qualified == "http.HTTPStatus" and name in http.HTTPStatus.__members__:
            return Const(int(http.HTTPStatus[name]))
        if qualified.startswith("string.") or (name == "value" and qualified.startswith("http.")):
            return Opaque(hint="str")
        return Native(full, receiver)

    def native_member(self, m: Machine, owner: Instance, base: str, name: str) -> Any:
        """Read an attribute of an object of a library's class."""
        full = f"{base}.{name}"
        reader = self.attributes.get(full)
        if reader is not None:
            return reader(m, owner)
        if full in m.natives or self.taught.knows(full):
            return Native(full, owner)
        if is_exception(owner):
            return self._exception_attribute(m, owner, name)
        if DATA in owner.slots:
            return m.get_attribute(m, owner.slots[DATA], name)
        if REST in owner.slots and isinstance(owner.slots[REST], Opaque):
            return Native(f"?.{name}", child(owner.slots[REST], name))
        return Native(full, owner)

    def native_class_member(self, m: Machine, owner: Class, base: str, name: str) -> Any:
        """Read an attribute of a program's class whose base is a library's."""
        reader = self.attributes.get(f"{base}.{name}")
        if reader is not None:
            return reader(m, owner)
        return Native(f"{base}.{name}", owner)

    def _exception_attribute(self, m: Machine, owner: Instance, name: str) -> Any:
        if name in {"with_traceback", "add_note", "__init__", "errors", "json", "dict"}:
            return Native(f"exception.{name}", owner)
        del m
        return Opaque(labels_of(owner, f"e.{name}"), of="exception")

    def data_read(self, m: Machine, owner: Any, name: str, found: Native) -> Any:
        """A plain read (not a call) of what may be a method or a value."""
        receiver = found.receiver
        if receiver is not None and found.name in self.attributes:
            return self.attributes[found.name](m, receiver)
        known = receiver is None or found.name in m.natives or self.taught.knows(found.name)
        if known and not (isinstance(receiver, Opaque) and receiver.labels):
            return found
        if isinstance(receiver, Opaque):
            if isinstance(owner, Instance):
                return receiver
            return child(receiver, name)
        if isinstance(receiver, Instance) and receiver.cls is None:
            return Opaque(deep_labels(receiver), of=found.name)
        return found

    def function_attribute(self, m: Machine, owner: Function, name: str) -> Any:
        """Read an attribute of a function that its decorators put there."""
        del m
        return Native(f"function.{name}", owner)

    def native_item(self, m: Machine, owner: Instance, key: Any, node: Any, frame: Frame) -> Any:
        """Read an item of a library's object."""
        handler = m.natives.get(f"{owner.native}.__getitem__")
        if handler is None:
            return None
        return handler(m, Call(owner.native, owner, [key], {}, node, frame))

    def iterate(self, m: Machine, owner: Instance, node: ast.AST, frame: Frame) -> Any:
        """Give an element of a library's object, or None when it is not one that iterates."""
        base = owner.native or (native_base(owner.cls) if owner.cls else "")
        handler = m.natives.get(f"{base}.__iter__")
        if handler is None:
            return (
                element_of(owner.slots[REST]) if isinstance(owner.slots.get(REST), Opaque) else None
            )
        made = handler(m, Call(f"{base}.__iter__", owner, [], {}, node, frame))
        if isinstance(made, Seq):
            rest: Any = made.slots.get(REST, MISSING)
            found = [*made.slots[ELTS], *([] if rest is MISSING else [rest])]
            return pick(found) if found else UNKNOWN
        return made

    def native_operator(self, m: Machine, name: str, left: Any, right: Any) -> Any:
        """Evaluate an operator of a library's objects (`Key("id").eq(x) & ...`)."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Instance):
                base = one.native or (native_base(one.cls) if one.cls else "")
                handler = m.natives.get(f"{base}.__{name}__")
                if handler is not None:
                    call = Call(base, one, [other], {}, ast.Constant(None), m.program.no_frame)
                    return handler(m, call)
        return None

    # the language --------------------------------------------------------------------------

    def as_text(self, m: Machine, value: Any, node: ast.AST, frame: Frame) -> Any:
        """Evaluate `str(value)`."""
        if isinstance(value, Choice):
            return pick([self.as_text(m, option, node, frame) for option in value.options])
        if isinstance(value, Const):
            return Const(str(value.value), value.labels)
        if is_exception(value):
            text = constant_text(value)
            labels = labels_of(value, "str(e)")
            return Opaque(labels, "str", parts=(text,) if text else None)
        if isinstance(value, Instance) and value.cls is not None:
            for name in ("__str__", "__repr__", "__format__"):
                method = m.get_attribute(m, value, name)
                if isinstance(method, Bound) and isinstance(method.function, Function):
                    args = [Const("")] if name == "__format__" else []
                    return m.call(m, method, args, {}, node, frame)
            text = self.models.text_of(value)
            if text is not None:
                return text
        if isinstance(value, Opaque):
            return Opaque(value.labels, "str", parts=value.parts)
        return Opaque(deep_labels(value), "str")

    def truth_value(self, m: Machine, value: Any, node: ast.AST, frame: Frame) -> Any:
        """Give what `bool(value)` gives, by `__bool__` or `__len__` of a class of the program."""
        if isinstance(value, Instance) and value.cls is not None:
            for name in ("__bool__", "__len__"):
                method = class_attribute(value.cls, name)
                if isinstance(method, Function):
                    return m.call(m, Bound(method, value), [], {}, node, frame)
        return value

    def awaited(self, m: Machine, value: Any, node: ast.AST, frame: Frame) -> Any:
        """Evaluate `await value`: functions were run when they were called."""
        if isinstance(value, Instance) and value.cls is not None:
            method = m.get_attribute(m, value, "__await__")
            if isinstance(method, Bound):
                return m.call(m, method, [], {}, node, frame)
        if isinstance(value, Instance) and value.native in {"asyncio.Task", "asyncio.Future"}:
            return value.slots.get("result", UNKNOWN)
        if isinstance(value, Instance) and value.native == guarded.OPERATION:
            return value.slots.get("value", UNKNOWN)
        return value

    def sent(self, m: Machine, frame: Frame) -> Any:
        """Give what `yield` evaluates to: what `send` was called with."""
        del m
        at = len(frame.yields) - 1 if frame.yields is not None else -1
        return frame.sent.get(at, UNKNOWN)

    def caught(self, m: Machine, handler: ast.ExceptHandler, may: list[str], frame: Frame) -> Any:
        """Make the exception that a library call raised."""
        del may
        place = m.place(handler, frame)
        types = None if handler.type is None else m.evaluate(m, handler.type, frame)
        names = types.slots[ELTS] if isinstance(types, Seq) else (types,)
        found: list[Any] = []
        for one in names:
            match one:
                case Native(name=name):
                    found.append(library_exception(name, place))
                case Class():
                    made = Instance(one)
                    made.slots["args"] = UNKNOWN
                    found.append(made)
                case _:
                    found.append(library_exception("builtins.Exception", place))
        return pick(found)

    def missing_argument(self, m: Machine, function: Function, parameter: ast.arg) -> Any:
        """Give the value of a parameter nobody gave: what its annotation says."""
        return self.models.of_annotation(m, parameter.annotation, function, NOTHING, parameter.arg)

    def typed_argument(
        self, m: Machine, function: Function, parameter: ast.arg, value: Opaque
    ) -> Any:
        """Give an unknown argument the shape of the parameter's class."""
        if parameter.annotation is None or value.of.startswith("typed"):
            return value
        typed = self.models.service_of(m, parameter.annotation, function)
        return value if typed is None else typed

    def construct(self, m: Machine, cls: Class, call: Call) -> Any:
        """Make an object of a class that is a model, a dataclass, an enum; None for others."""
        return self.models.construct(m, cls, call)

    def finished(self, m: Machine, function: Function, exits: list[Exit], *, falls: bool) -> None:
        """Tell how a function of the program ends."""
        self.notes.finished(m, function, exits, falls=falls)

    def returning(self, m: Machine, value: Any, node: ast.Return, frame: Frame) -> None:
        """Tell that a function of the program returns a value."""
        self.notes.returning(m, value, node, frame)

    def native_init(self, m: Machine, made: Instance, call: Call) -> None:
        """Run the `__init__` of a library's base class."""
        for base in native_bases(made.cls) if made.cls is not None else ():
            handler = m.natives.get(f"{base}.__init__")
            if handler is not None:
                handler(
                    m,
                    Call(
                        f"{base}.__init__",
                        made,
                        call.args,
                        call.kwargs,
                        call.node,
                        call.frame,
                        call.extra,
                    ),
                )
                return
        self.models.native_init(m, made, call)

    def class_made(self, m: Machine, cls: Class, frame: Frame) -> None:
        """Tell that a class statement ran."""
        orm.name_fields(m, cls)
        self.models.class_made(m, cls, frame)

    def model_attribute(self, m: Machine, owner: Instance, name: str) -> Any:
        """Read an attribute that a model's class gives its objects."""
        found = orm.member(m, owner, owner.cls, name) if owner.cls is not None else None
        if found is not None:
            return found
        return self.models.attribute(m, owner, name)

    def model_class_attribute(self, m: Machine, owner: Class, name: str) -> Any:
        """Read an attribute that a model's class has itself."""
        found = orm.member(m, owner, owner, name)
        if found is not None:
            return found
        return self.models.class_attribute(m, owner, name)

    def as_mapping(self, m: Machine, value: Instance) -> Dict | None:
        """Give the entries of an object that `**` opens."""
        found = self.models.as_mapping(m, value)
        return found if isinstance(found, Dict) else None

    # what is observed ----------------------------------------------------------------------

    def raised(self, m: Machine, value: Any, node: ast.Raise, frame: Frame) -> None:
        """Tell that an exception is raised."""
        self.notes.raised(m, value, node, frame)

    def compared(self, m: Machine, left: Any, right: Any) -> None:
        """Tell that two values are compared."""
        self.notes.compared(m, left, right)

    def tested(
        self,
        m: Machine,
        op: ast.cmpop | ast.operator,
        left: Any,
        right: Any,
        node: ast.AST,
        frame: Frame,
    ) -> None:
        """Tell a comparison with its operator."""
        self.notes.tested(m, op, left, right, node, frame)

    def member_test(self, m: Machine, key: Any, container: Any) -> None:
        """Tell that membership is tested."""
        self.notes.compared(m, key, container)
        self.notes.listed_by(key, container)

    def handling(self, m: Machine, frame: Frame) -> None:
        """Tell that a handler begins."""
        self.notes.handling(m, frame)

    def handled(
        self, m: Machine, handler: ast.ExceptHandler, caught: list[Any], frame: Frame
    ) -> None:
        """Tell that a handler ended."""
        self.notes.handled(m, handler, caught, frame)


def _method(m: Machine, call: Call) -> Handler | None:
    """Find a method by its name alone, for a receiver of unknown type."""
    name = call.name.removeprefix("?.")
    for kind in ("str", "dict", "list", "bytes", "set", "deque", "iterator", "float"):
        handler = m.natives.get(f"{kind}.{name}")
        if handler is not None:
            return handler
    return None
