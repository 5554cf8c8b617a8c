"""The interpreter follows Python's objects: classes, descriptors, closures, decorators."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushtable.scan.values import Opaque
from tests.scan.running import carried, label, run

CASES = [
    (
        "an attribute is read back",
        True,
        """
class A: pass
def f(x):
    a = A(); a.v = x
    return a.v
""",
    ),
    (
        "two objects are apart",
        False,
        """
class A: pass
def f(x):
    a = A(); b = A(); a.v = x; b.v = "_"
    return b.v
""",
    ),
    (
        "two attributes are apart",
        False,
        """
class A:
    def __init__(self, v, w):
        self.v = v; self.w = w
def f(x):
    return A(x, "_").w
""",
    ),
    (
        "an alias is the same object",
        True,
        """
class A: pass
def f(x):
    a = A(); b = a; a.v = x
    return b.v
""",
    ),
    (
        "a class attribute is seen by instances",
        True,
        """
class A:
    v = "_"
def f(x):
    A.v = x
    return A().v
""",
    ),
    (
        "an instance attribute hides the class's",
        False,
        """
class A:
    v = "_"
def f(x):
    A.v = x
    a = A(); a.v = "_"
    return a.v
""",
    ),
    (
        "a property computes",
        True,
        """
class A:
    def __init__(self, v): self._v = v
    @property
    def v(self): return self._v
def f(x): return A(x).v
""",
    ),
    (
        "a property's setter stores",
        True,
        """
class A:
    @property
    def v(self): return self._v
    @v.setter
    def v(self, value): self._v = value
def f(x):
    a = A(); a.v = x
    return a.v
""",
    ),
    (
        "a setter that drops the value drops it",
        False,
        """
class A:
    @property
    def v(self): return self._v
    @v.setter
    def v(self, value): self._v = "_"
def f(x):
    a = A(); a.v = x
    return a.v
""",
    ),
    (
        "property() takes functions",
        True,
        """
class A:
    def get(self): return self._v
    def put(self, value): self._v = value
    v = property(get, put)
def f(x):
    a = A(); a.v = x
    return a.v
""",
    ),
    (
        "a descriptor gets and sets",
        True,
        """
class D:
    def __set_name__(self, owner, name): self.name = "_" + name
    def __get__(self, obj, owner): return getattr(obj, self.name)
    def __set__(self, obj, value): setattr(obj, self.name, value)
class A:
    v = D()
def f(x):
    a = A(); a.v = x
    return a.v
""",
    ),
    (
        "a descriptor may drop",
        False,
        """
class D:
    def __get__(self, obj, owner): return "_"
    def __set__(self, obj, value): pass
class A:
    v = D()
def f(x):
    a = A(); a.v = x
    return a.v
""",
    ),
    (
        "super calls the parent",
        True,
        """
class A:
    def __init__(self, v): self.v = v
class B(A):
    def __init__(self, v): super().__init__(v)
def f(x): return B(x).v
""",
    ),
    (
        "an override hides the parent's method",
        False,
        """
class A:
    def get(self, v): return v
class B(A):
    def get(self, v): return "_"
def f(x): return B().get(x)
""",
    ),
    (
        "the order of bases decides",
        False,
        """
class A:
    def get(self, v): return "_"
class B:
    def get(self, v): return v
class C(A, B): pass
def f(x): return C().get(x)
""",
    ),
    (
        "a diamond is linear",
        True,
        """
class Base:
    def get(self, v): return "_"
class A(Base):
    def get(self, v): return super().get(v)
class B(Base):
    def get(self, v): return v
class C(A, B): pass
def f(x): return C().get(x)
""",
    ),
    (
        "a static method needs no object",
        True,
        """
class A:
    @staticmethod
    def get(v): return v
def f(x): return A.get(x)
""",
    ),
    (
        "a class method gets the class",
        True,
        """
class A:
    @classmethod
    def make(cls, v):
        a = cls(); a.v = v
        return a
def f(x): return A.make(x).v
""",
    ),
    (
        "an abstract method runs in its subclass",
        True,
        """
from abc import ABC, abstractmethod
class A(ABC):
    @abstractmethod
    def get(self, v): ...
class B(A):
    def get(self, v): return v
def f(x): return B().get(x)
""",
    ),
    (
        "__call__ makes objects callable",
        True,
        """
class A:
    def __call__(self, v): return v
def f(x): return A()(x)
""",
    ),
    (
        "__getattr__ answers for what is not there",
        True,
        """
class A:
    def __init__(self, v): self._d = {"v": v}
    def __getattr__(self, name): return self._d[name]
def f(x): return A(x).v
""",
    ),
    (
        "__setattr__ sees every write",
        False,
        """
class A:
    def __setattr__(self, name, value): object.__setattr__(self, name, "_")
def f(x):
    a = A(); a.v = x
    return a.v
""",
    ),
    (
        "__getitem__ and __setitem__ work",
        True,
        """
class A:
    def __init__(self): self.d = {}
    def __getitem__(self, k): return self.d[k]
    def __setitem__(self, k, v): self.d[k] = v
def f(x):
    a = A(); a["k"] = x
    return a["k"]
""",
    ),
    (
        "operators are overloaded",
        True,
        """
class A:
    def __init__(self, v): self.v = v
    def __add__(self, other): return A(self.v + other.v)
def f(x): return (A("a") + A(x)).v
""",
    ),
    (
        "a reflected operator is tried second",
        True,
        """
class A:
    def __init__(self, v): self.v = v
    def __radd__(self, other): return self.v
def f(x): return 1 + A(x)
""",
    ),
    (
        "an in-place operator changes its object",
        True,
        """
class A:
    def __init__(self): self.v = []
    def __iadd__(self, other):
        self.v.append(other)
        return self
def f(x):
    a = A(); a += x
    return a.v[0]
""",
    ),
    (
        "comparison methods decide branches",
        False,
        """
class A:
    def __eq__(self, other): return False
def f(x):
    return x if A() == A() else "_"
""",
    ),
    (
        "__len__ and __bool__ decide truth",
        False,
        """
class A:
    def __bool__(self): return False
def f(x):
    return x if A() else "_"
""",
    ),
    (
        "__str__ gives the text",
        True,
        """
class A:
    def __init__(self, v): self.v = v
    def __str__(self): return "<" + self.v + ">"
def f(x): return f"{A(x)}"
""",
    ),
    (
        "__str__ may hide",
        False,
        """
class A:
    def __init__(self, v): self.v = v
    def __str__(self): return "<hidden>"
def f(x): return str(A(x))
""",
    ),
    (
        "__iter__ and __next__ iterate",
        True,
        """
class It:
    def __init__(self, vs): self.vs = vs; self.i = 0
    def __iter__(self): return self
    def __next__(self):
        if self.i >= len(self.vs): raise StopIteration
        self.i += 1
        return self.vs[self.i - 1]
def f(x):
    return [v for v in It(["a", x])][1]
""",
    ),
    (
        "the first element of an iterator is the first",
        False,
        """
class It:
    def __init__(self, vs): self.vs = vs; self.i = 0
    def __iter__(self): return self
    def __next__(self):
        if self.i >= len(self.vs): raise StopIteration
        self.i += 1
        return self.vs[self.i - 1]
def f(x):
    return [v for v in It(["a", x])][0]
""",
    ),
    (
        "__new__ makes the object",
        True,
        """
class A:
    _one = None
    def __new__(cls, *args):
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one
def f(x):
    A().v = x
    return A().v
""",
    ),
    (
        "a metaclass adds attributes",
        True,
        """
class Meta(type):
    def __new__(mcs, name, bases, ns):
        ns["extra"] = lambda self, v: v
        return super().__new__(mcs, name, bases, ns)
class A(metaclass=Meta): pass
def f(x): return A().extra(x)
""",
    ),
    (
        "a metaclass's call makes singletons",
        True,
        """
class Meta(type):
    _made = {}
    def __call__(cls, *args, **kwargs):
        if cls not in cls._made:
            cls._made[cls] = super().__call__(*args, **kwargs)
        return cls._made[cls]
class A(metaclass=Meta): pass
def f(x):
    A().v = x
    return A().v
""",
    ),
    (
        "__init_subclass__ registers",
        True,
        """
class Base:
    kinds = {}
    def __init_subclass__(cls, **kw):
        super().__init_subclass__()
        Base.kinds[cls.__name__] = cls
class A(Base):
    def get(self, v): return v
def f(x): return Base.kinds["A"]().get(x)
""",
    ),
    (
        "type() makes a class",
        True,
        """
def f(x):
    A = type("A", (), {"get": lambda self, v: v})
    return A().get(x)
""",
    ),
    (
        "a subclass of dict holds",
        True,
        """
class D(dict):
    def put(self, k, v): self[k] = v
def f(x):
    d = D(); d.put("a", x)
    return d["a"]
""",
    ),
    (
        "a subclass of list holds in order",
        False,
        """
class L(list): pass
def f(x):
    l = L(["a"]); l.append(x)
    return l[0]
""",
    ),
    (
        "a closure remembers",
        True,
        """
def f(x):
    def outer(v):
        def inner(): return v
        return inner
    return outer(x)()
""",
    ),
    (
        "nonlocal writes to the enclosing function",
        True,
        """
def f(x):
    v = "_"
    def g():
        nonlocal v
        v = x
    g()
    return v
""",
    ),
    (
        "without nonlocal the name is local",
        False,
        """
def f(x):
    v = "_"
    def g():
        v = x
    g()
    return v
""",
    ),
    (
        "global writes to the module",
        True,
        """
state = "_"
def g(v):
    global state
    state = v
def f(x):
    g(x)
    return state
""",
    ),
    (
        "a decorator wraps",
        True,
        """
def deco(fn):
    def wrapper(*args, **kwargs):
        return fn(*args, **kwargs)
    return wrapper
@deco
def g(v): return v
def f(x): return g(x)
""",
    ),
    (
        "a decorator may replace the result",
        False,
        """
def deco(fn):
    def wrapper(*args, **kwargs):
        fn(*args, **kwargs)
        return "_"
    return wrapper
@deco
def g(v): return v
def f(x): return g(x)
""",
    ),
    (
        "a decorator with arguments",
        True,
        """
import functools
def times(n):
    def deco(fn):
        @functools.wraps(fn)
        def wrapper(*args):
            result = None
            for _ in range(n):
                result = fn(*args)
            return result
        return wrapper
    return deco
@times(2)
def g(v): return v
def f(x): return g(x)
""",
    ),
    (
        "a class as decorator",
        True,
        """
class Deco:
    def __init__(self, fn): self.fn = fn
    def __call__(self, *args): return self.fn(*args)
@Deco
def g(v): return v
def f(x): return g(x)
""",
    ),
    (
        "a decorated method keeps super",
        True,
        """
def deco(fn):
    def wrapper(self, *args): return fn(self, *args)
    return wrapper
class A:
    def get(self, v): return v
class B(A):
    @deco
    def get(self, v): return super().get(v)
def f(x): return B().get(x)
""",
    ),
    (
        "a class decorator adds",
        True,
        """
def deco(cls):
    cls.get = lambda self, v: v
    return cls
@deco
class A: pass
def f(x): return A().get(x)
""",
    ),
    (
        "star arguments are opened",
        False,
        """
def g(a, *rest, k="_", **others): return rest[0]
def f(x): return g(x, *["b", "c"], k="d")
""",
    ),
    (
        "double-star arguments are opened",
        True,
        """
def g(a, b): return b
def f(x): return g(**{"a": "_", "b": x})
""",
    ),
    (
        "keyword rest holds only the rest",
        False,
        """
def g(a, **others): return others
def f(x): return g(a=x, b="_")
""",
    ),
    (
        "a mutable default is shared",
        True,
        """
def g(v, box=[]):
    box.append(v)
    return box
def f(x):
    g(x)
    return g("_")[0]
""",
    ),
    (
        "getattr by a constant name",
        True,
        """
class A:
    def get(self, v): return v
def f(x): return getattr(A(), "get")(x)
""",
    ),
    (
        "setattr by a built name",
        True,
        """
class A: pass
def f(x):
    a = A(); setattr(a, "v" + "1", x)
    return a.v1
""",
    ),
    (
        "hasattr decides",
        False,
        """
class A:
    v = 1
def f(x): return "_" if hasattr(A(), "v") else x
""",
    ),
    (
        "vars gives the attributes",
        True,
        """
class A:
    def __init__(self, v): self.v = v
def f(x): return vars(A(x))["v"]
""",
    ),
    (
        "__dict__ writes through",
        True,
        """
class A: pass
def f(x):
    a = A(); a.__dict__["v"] = x
    return a.v
""",
    ),
    (
        "isinstance decides",
        False,
        """
class A: pass
class B(A): pass
def f(x): return "_" if isinstance(B(), A) else x
""",
    ),
    (
        "type is compared",
        True,
        """
class A: pass
def f(x): return x if type(A()) is A else "_"
""",
    ),
    (
        "eval of a constant",
        True,
        """
def f(x): return eval("x")
""",
    ),
    (
        "exec of a constant",
        True,
        """
def f(x):
    scope = {"x": x}
    exec("y = x", scope)
    return scope["y"]
""",
    ),
    (
        "a module is imported by name",
        True,
        """
import importlib
def f(x): return importlib.import_module("copy").copy(x)
""",
    ),
    (
        "globals gives functions by name",
        True,
        """
def g(v): return v
def f(x): return globals()["g"](x)
""",
    ),
    (
        "a table of functions dispatches",
        False,
        """
def a(v): return v
def b(v): return "_"
def f(x): return {"a": a, "b": b}["b"](x)
""",
    ),
    (
        "a lambda is called where it is made",
        True,
        """
def f(x): return (lambda v: v)(x)
""",
    ),
    (
        "a bound method is a value",
        True,
        """
class A:
    def __init__(self, v): self.v = v
    def get(self): return self.v
def f(x):
    m = A(x).get
    return m()
""",
    ),
    (
        "a method is called through its class",
        True,
        """
class A:
    def get(self, v): return v
def f(x): return A.get(A(), x)
""",
    ),
    (
        "private names are one class's own",
        True,
        """
class A:
    def __init__(self, v): self.__v = v
    def get(self): return self.__v
def f(x): return A(x).get()
""",
    ),
    (
        "a mangled name is read from outside",
        True,
        """
class A:
    def __init__(self, v): self.__v = v
def f(x): return A(x)._A__v
""",
    ),
    (
        "methods chain",
        True,
        """
class A:
    def put(self, v):
        self.v = v
        return self
    def get(self): return self.v
def f(x): return A().put(x).get()
""",
    ),
    (
        "del takes an attribute away",
        False,
        """
class A: pass
def f(x):
    a = A(); a.v = x
    del a.v
    return getattr(a, "v", "_")
""",
    ),
    (
        "a generic class works",
        True,
        """
from typing import Generic, TypeVar
T = TypeVar("T")
class Box(Generic[T]):
    def __init__(self, v: T): self.v = v
def f(x): return Box[str](x).v
""",
    ),
    (
        "a slots class holds",
        True,
        """
class A:
    __slots__ = ("v",)
    def __init__(self, v): self.v = v
def f(x): return A(x).v
""",
    ),
    (
        "a function has attributes",
        True,
        """
def g(): pass
def f(x):
    g.v = x
    return g.v
""",
    ),
]


@pytest.mark.parametrize(("title", "carries", "source"), CASES, ids=[c[0] for c in CASES])
def test_objects(tmp_path: Path, title: str, carries: bool, source: str) -> None:  # noqa: FBT001
    """A value that an object hands back is carried by it, and no other is."""
    result = run(tmp_path, source, "f", Opaque(frozenset({label("t", "x")})))
    assert any(name.startswith("t.x") for name in carried(result)) is carries, title
