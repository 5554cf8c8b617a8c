"""The scanned program: modules loaded on demand, names resolved, functions and classes made."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hushtable.model.facts import Unknown
from hushtable.model.place import Place
from hushtable.scan.attributes import bind_to
from hushtable.scan.canonical import canonical
from hushtable.scan.frame import Counters, Frame, Machine, Module, OutOfBudget, Stopped
from hushtable.scan.heap import Journal
from hushtable.scan.lookup import class_attribute, mro, native_base
from hushtable.scan.names import Names, module_name
from hushtable.scan.shaping import inherited_metaclass, own, yields
from hushtable.scan.source import Listing, SourceFile, Unreadable, parse, read
from hushtable.scan.spending import Spending
from hushtable.scan.stdlib.written import ALSO, PRIMITIVES, SOURCES
from hushtable.scan.values import (
    MISSING,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    ModuleValue,
    Native,
    Opaque,
    Super,
    options,
    sequence,
)


@dataclass(frozen=True, slots=True)
class Deferred:
    """A name of another module that is looked up when it is first used."""

    module: Module
    name: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What the top level of a module gave: its counters and its notes."""

    counters: Counters
    notes: Any


class Program:
    """The modules of a tree. A module is parsed and run when something first needs it."""

    def __init__(self, listing: Listing) -> None:
        self.files: dict[str, SourceFile] = {file.path: file for file in listing.python}
        self.names = Names(listing.python)
        self.modules: dict[str, Module] = {}
        self.unknown: dict[str, Unknown] = {}
        self.parsed: set[str] = set()
        self.no_frame = Frame(Module("", ""), {})
        self.grounds: dict[str, Ground] = {}
        """What each module gave while it loaded, by path."""
        self.spending = Spending()
        self._shapes: dict[int, bool] = {}
        self._written: dict[str, Module] = {}
        self._resolving: set[Deferred] = set()

    # modules -------------------------------------------------------------------------------

    def module(self, path: str) -> Module:
        """Give the module of a file or package folder, not yet run."""
        found = self.modules.get(path)
        if found is None:
            package = path.endswith(("/", "__init__.py"))
            found = self.modules[path] = Module(module_name(path), path, package=package)
        return found

    def parse(self, module: Module) -> ast.Module | None:
        """Parse a module; one that does not parse is noted as unknown, once."""
        if module.tree is None and module.path not in self.unknown:
            file = self.files.get(module.path)
            if file is None:
                return None
            try:
                text = read(file)
                module.tree = parse(text)
                if PRIVATE.search(text):
                    mangle(module.tree)
                self.parsed.add(module.path)
            except Unreadable as error:
                self.unknown[module.path] = Unknown(Place(module.path, 1), str(error))
        return module.tree

    def run_module(self, m: Machine, module: Module) -> None:
        """Run a module's top level, once, outside of whatever runs now."""
        m.used.add(module.path)
        if module.state != "new":
            return
        module.state = "running"
        tree = self.parse(module)
        if tree is not None:
            module.slots["__name__"] = Const(module.name)
            module.slots["__file__"] = Opaque(hint="str", of="__file__")
            self._run_apart(m, module, tree.body)
        module.state = "done"

    def _run_apart(self, m: Machine, module: Module, body: list[ast.stmt]) -> None:
        """Run with a journal of its own: what an import does is never undone."""
        kept = (m.journal, m.stack, m.conditions, m.tries, m.collectors, m.steps, m.limit)
        loading, m.loading = m.loading, True
        # What a module does while it loads is the module's, not that of the entry that needed it.
        notes = m.observer.notes
        m.observer.notes = None if notes is None else notes.fresh()
        m.journal, m.stack, m.conditions = Journal(), [], []
        m.tries, m.collectors, m.steps, m.limit = 0, [], 0, self.spending.affordable()
        frame = Frame(module, module.slots, module_level=True)
        try:
            with m.apart() as counters:
                for node in body:
                    # A module survives a statement that cannot be understood.
                    with suppress(Stopped):
                        m.execute(m, [node], frame)
        except OutOfBudget:
            pass
        finally:
            self.spending.spend(m.steps)
            m.journal, m.stack, m.conditions, m.tries, m.collectors, m.steps, m.limit = kept
            m.loading = loading
            self.grounds[module.path or module.name] = Ground(counters, m.observer.notes)
            m.observer.notes = notes

    def module_attribute(self, m: Machine, module: Module, name: str) -> Any:
        """Give `module.name`: what its top level bound, or a submodule."""
        self.run_module(m, module)
        value = module.slots.get(name, MISSING)
        # `from . import users` in a package binds its own submodule.
        if value is not MISSING and value != Deferred(module, name):
            return self.resolve(m, value)
        if module.package:
            base = module.path.removesuffix("__init__.py").rstrip("/")
            path = self.names.at(f"{base}/{name}" if base else name)
            if path is not None:
                return ModuleValue(self.module(path))
        getter = module.slots.get("__getattr__")
        if isinstance(getter, Function):
            return m.call(m, getter, [Const(name)], {}, getter.node, self.frame_of(getter))
        return UNKNOWN

    def resolve(self, m: Machine, value: Any) -> Any:
        """Look up a deferred import."""
        if not isinstance(value, Deferred):
            return value
        if value in self._resolving:  # two modules that each import a name from the other
            return UNKNOWN
        self._resolving.add(value)
        try:
            return self.module_attribute(m, value.module, value.name)
        finally:
            self._resolving.discard(value)

    # imports -------------------------------------------------------------------------------

    def import_module(self, m: Machine, dotted: str, importer: Module, *, whole: bool) -> Any:
        """Run `import a.b` (binds `a`) or `import a.b as c` (whole: binds `a.b`)."""
        path = self.names.absolute(dotted, importer.path)
        if path is None:
            return Native(dotted if whole else dotted.partition(".")[0])
        if whole or "." not in dotted:
            return ModuleValue(self.module(path))
        top = self.names.absolute(dotted.partition(".")[0], importer.path)
        del m
        return ModuleValue(self.module(top or path))

    def import_name(self, m: Machine, dotted: str, level: int, name: str, importer: Module) -> Any:
        """Run `from dotted import name`, without loading the module yet."""
        if level:
            path = self.names.relative(dotted, level, importer.path)
            if path is None:
                return UNKNOWN
        else:
            path = self.names.absolute(dotted, importer.path)
            if path is None:
                full = canonical(f"{dotted}.{name}")
                known = None if full in m.natives else self.written(m, full)
                return Native(full) if known is None else known
        return Deferred(self.module(path), name)

    def written(self, m: Machine, full: str) -> Any:
        """Give a class or function of a library that is written down in Python, or None."""
        dotted, _, name = full.rpartition(".")
        dotted = ALSO.get(dotted, dotted)
        source = SOURCES.get(dotted)
        if source is None:
            return None
        module = self._written.get(dotted)
        if module is None:
            tree = ast.parse(source)
            for node in ast.walk(tree):
                if hasattr(node, "lineno"):
                    node.lineno = 0  # no place of the program
            module = self._written[dotted] = Module(dotted, "", tree)
            module.slots |= {name: Native(f"written.{name}") for name in PRIMITIVES}
            self._run_apart(m, module, tree.body)
        found = module.slots.get(name)
        return found if isinstance(found, Class | Function) else None

    def import_star(self, m: Machine, dotted: str, level: int, importer: Module) -> dict[str, Any]:
        """Run `from dotted import *`."""
        names = self.names
        path = (
            names.relative(dotted, level, importer.path)
            if level
            else names.absolute(dotted, importer.path)
        )
        if path is None:
            return {}
        module = self.module(path)
        self.run_module(m, module)
        return {k: v for k, v in module.slots.items() if isinstance(k, str) and k[:1] != "_"}

    # names ---------------------------------------------------------------------------------

    def load(self, m: Machine, name: str, frame: Frame) -> Any:
        """Look a name up: local, enclosing, module, builtin."""
        if name not in frame.globals:
            here: Frame | None = frame
            while here is not None:
                if name in here.slots and (here is frame or not here.is_class):
                    value = here.slots[name]
                    if isinstance(value, Deferred):
                        value = here.slots[name] = self.resolve(m, value)
                    return value
                here = here.parent
        slots = frame.module.slots
        if name in slots:
            value = slots[name]
            if isinstance(value, Deferred):
                value = slots[name] = self.resolve(m, value)
            return value
        if hasattr(builtins, name):
            return Native(f"builtins.{name}")
        if name == "__class__" and frame.owner is not None:
            return frame.owner
        return UNKNOWN

    def frame_of(self, function: Function) -> Frame:
        """Give a frame to call from, when there is no call in the source."""
        return Frame(function.module, {})

    # definitions ---------------------------------------------------------------------------

    def define_function(
        self, m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame
    ) -> Any:
        """Make a function and apply its decorators, innermost first."""
        owner = frame.slots.get("__class_name__") if frame.is_class else None
        prefix = frame.module.name
        if frame.function is not None:
            prefix = frame.function.name
        if owner is not None:
            prefix = f"{prefix}.{owner.value}"
        value: Any = self._function(m, node, frame, f"{prefix}.{node.name}")
        if frame.is_class:
            # `super()` needs the class even when a decorator hides the function.
            frame.sites[id(node)] = value
        for decorator in reversed(node.decorator_list):
            value = self._decorate(m, m.evaluate(m, decorator, frame), value, decorator, frame)
        return value

    def _decorate(
        self, m: Machine, decorator: Any, value: Any, node: ast.expr, frame: Frame
    ) -> Any:
        """Apply a decorator; one that nothing is known of leaves the function as it is."""
        if isinstance(decorator, Opaque):
            return m.observer.unknown_decorator(m, decorator, value, node, frame)
        if (
            isinstance(decorator, Native)
            and decorator.name not in m.natives
            and not m.taught.knows(decorator.name)
        ):
            return value
        try:
            made = m.call(m, decorator, [value], {}, node, frame)
        except Stopped:
            return value
        if isinstance(made, Opaque):
            return value
        return made

    def define_lambda(self, m: Machine, node: ast.Lambda, frame: Frame) -> Function:
        """Make a lambda."""
        return self._function(m, node, frame, f"{frame.module.name}.<lambda>")

    def _function(self, m: Machine, node: Any, frame: Frame, name: str) -> Function:
        closure: Frame | None = frame
        while closure is not None and closure.is_class:
            closure = closure.parent
        if closure is not None and closure.module_level:
            closure = None
        return Function(
            node,
            frame.module,
            closure,
            name,
            defaults=tuple(m.evaluate(m, d, frame) for d in node.args.defaults),
            kw_defaults=tuple(
                None if d is None else m.evaluate(m, d, frame) for d in node.args.kw_defaults
            ),
            generator=self._generates(node),
        )

    def _generates(self, node: Any) -> bool:
        known = self._shapes.get(id(node))
        if known is None:
            known = self._shapes[id(node)] = yields(node)
        return known

    def define_class(
        self, m: Machine, node: ast.ClassDef, frame: Frame, run: Callable[..., bool]
    ) -> Any:
        """Make a class: bases, body, what its decorators and its metaclass do."""
        bases = tuple(m.evaluate(m, base, frame) for base in node.bases)
        keywords = {k.arg: m.evaluate(m, k.value, frame) for k in node.keywords if k.arg}
        inner = Frame(
            frame.module,
            {"__class_name__": Const(node.name)},
            mark=m.journal.mark(),
            function=frame.function,
            parent=frame if not frame.module_level else None,
            is_class=True,
        )
        run(m, node.body, inner)
        inner.slots.pop("__class_name__", None)
        inner.slots = {k: v for k, v in inner.slots.items() if v is not MISSING}
        cls = Class(
            node,
            frame.module,
            node.name,
            tuple(o for b in bases for o in options(b)[:1]),
            inner.slots,
            frame,
            keywords=keywords,
        )
        for value in (*inner.sites.values(), *cls.slots.values()):
            own(value, cls)
        cls.metaclass = keywords.get("metaclass") or inherited_metaclass(cls)
        made: Any = self._through_metaclass(m, cls, node, frame)
        if isinstance(made, Class):
            m.observer.class_made(m, made, frame)
            self._tell_bases(m, made, node, frame)
        for decorator in reversed(node.decorator_list):
            made = self._decorate(m, m.evaluate(m, decorator, frame), made, decorator, frame)
        return made

    def _through_metaclass(self, m: Machine, cls: Class, node: ast.AST, frame: Frame) -> Any:
        if not isinstance(cls.metaclass, Class):
            return cls
        for name in ("__new__", "__init__"):
            method = class_attribute(cls.metaclass, name)
            if isinstance(method, Function):
                namespace = Dict(dict(cls.slots))
                first = cls.metaclass if name == "__new__" else cls
                cls.cache["namespace"] = namespace
                args = [first, Const(cls.name), sequence(cls.bases, "tuple"), namespace]
                m.stores["making"] = cls
                try:
                    m.call(m, method, args, {}, node, frame)
                except Stopped:
                    continue
                finally:
                    m.stores.pop("making", None)
                for value in cls.slots.values():
                    own(value, cls)
        return cls

    def _tell_bases(self, m: Machine, cls: Class, node: ast.AST, frame: Frame) -> None:
        for base in mro(cls)[1:]:
            hook = base.slots.get("__init_subclass__")
            if isinstance(hook, Function):
                given = {k: v for k, v in cls.keywords.items() if k != "metaclass"}
                m.call(m, Bound(hook, cls), [], given, node, frame)
                break
        for name, value in list(cls.slots.items()):
            if isinstance(value, Instance) and value.cls is not None:
                namer = class_attribute(value.cls, "__set_name__")
                if isinstance(namer, Function):
                    m.call(m, Bound(namer, value), [cls, Const(name)], {}, node, frame)

    def super_attribute(self, m: Machine, owner: Super, name: str) -> Any:
        """Look a name up after a class in the receiver's resolution order."""
        receiver = owner.receiver
        cls = receiver if isinstance(receiver, Class) else getattr(receiver, "cls", None)
        if not isinstance(cls, Class):
            return UNKNOWN
        if owner.owner not in mro(cls) and isinstance(cls.metaclass, Class):
            cls = cls.metaclass
        order = mro(cls)
        start = order.index(owner.owner) + 1 if owner.owner in order else 1
        for one in order[start:]:
            if name in one.slots:
                return bind_to(m, one.slots[name], receiver, cls)
        if name == "__class__":
            return cls
        base = native_base(cls)
        if isinstance(receiver, Instance):
            return m.observer.native_member(m, receiver, base or "builtins.object", name)
        if name == "__new__":
            full = f"{base}.__new__"
            return Native(full if full in m.natives else "builtins.object.__new__")
        return Native(f"{base or 'builtins.object'}.{name}", receiver)


PRIVATE = re.compile(rb"\b__[A-Za-z]\w*(?<!_)\b")
"""A name that a class keeps to itself."""


def mangle(tree: ast.AST, owner: str = "") -> None:
    """Rename the private names in class bodies, as Python does: `__x` in `A` is `_A__x`."""
    pending: list[tuple[ast.AST, str]] = [(tree, owner)]
    while pending:
        node, owner = pending.pop()
        if owner:
            for name in ("attr", "id", "arg", "name"):
                held = getattr(node, name, None)
                if isinstance(held, str) and held[:2] == "__" and held[-2:] != "__":
                    setattr(node, name, f"_{owner}{held}")
        inside = node.name.lstrip("_") if isinstance(node, ast.ClassDef) else owner
        pending.extend((child, inside) for child in ast.iter_child_nodes(node))
