"""Library classes written down in Python: the interpreter runs them like the program's own.

Only what moves data is written: a queue gives what was put, a thread calls its target, a future
holds its function's result. Where Python would wait, these run at once.
"""

from __future__ import annotations

from hushtable.scan.stdlib.written_containers import CONTAINERS, PROVIDERS, WIRING
from hushtable.scan.stdlib.written_work import ASYNC, FUTURES, PROCESSES, QUEUE, THREADS

CONTEXTS = """
class nullcontext:
    def __init__(self, enter_result=None):
        self._value = enter_result
    def __enter__(self):
        return self._value
    def __exit__(self, kind, error, trace):
        return None
    async def __aenter__(self):
        return self._value
    async def __aexit__(self, kind, error, trace):
        return None
class closing:
    def __init__(self, thing):
        self._thing = thing
    def __enter__(self):
        return self._thing
    def __exit__(self, kind, error, trace):
        self._thing.close()
class suppress:
    def __init__(self, *kinds):
        self._kinds = kinds
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return isinstance(error, self._kinds)
class ExitStack:
    def __init__(self):
        self._calls = []
    def enter_context(self, manager):
        return manager.__enter__()
    async def enter_async_context(self, manager):
        return await manager.__aenter__()
    def callback(self, function, /, *args, **kwargs):
        self._calls.append((function, args, kwargs))
        return function
    def push(self, thing):
        return thing
    def close(self):
        for function, args, kwargs in reversed(self._calls):
            function(*args, **kwargs)
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        self.close()
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, error, trace):
        self.close()
class AsyncExitStack(ExitStack):
    push_async_callback = ExitStack.callback
    async def aclose(self):
        self.close()
class redirect_stdout:
    def __init__(self, target):
        self._target = target
    def __enter__(self):
        return self._target
    def __exit__(self, kind, error, trace):
        return None
redirect_stderr = redirect_stdout
class ContextDecorator:
    def __call__(self, function):
        def inner(*args, **kwargs):
            with self:
                return function(*args, **kwargs)
        return inner
"""
VARIABLES = """
class Token:
    def __init__(self, old):
        self.old_value = old
class ContextVar:
    def __init__(self, name, **given):
        self.name = name
        self._given = given
        self._value = None
        self._is_set = False
    def get(self, *default):
        if self._is_set:
            return self._value
        if default:
            return default[0]
        return self._given.get("default")
    def set(self, value):
        token = Token(self._value)
        self._value = value
        self._is_set = True
        return token
    def reset(self, token):
        self._value = token.old_value
class Context:
    def run(self, function, *args, **kwargs):
        return function(*args, **kwargs)
def copy_context():
    return Context()
"""
TYPES = """
class SimpleNamespace:
    def __init__(self, mapping=(), /, **names):
        for name, value in dict(mapping).items():
            setattr(self, name, value)
        for name, value in names.items():
            setattr(self, name, value)
    def __repr__(self):
        return f"namespace({vars(self)})"
class MethodType:
    def __new__(cls, function, receiver):
        return function.__get__(receiver)
"""
BUFFERS = """
class StringIO:
    def __init__(self, initial="", newline=None):
        self._held = initial
    def write(self, text):
        self._held = self._held + text
        return 0
    def writelines(self, lines):
        for line in lines:
            self._held = self._held + line
    def getvalue(self):
        return self._held
    getbuffer = getvalue
    def read(self, size=-1):
        return self._held
    def readline(self, size=-1):
        return self._held
    def readlines(self, hint=-1):
        return self._held.splitlines()
    def __iter__(self):
        return iter(self._held.splitlines())
    def seek(self, offset, whence=0):
        return 0
    def tell(self):
        return 0
    def truncate(self, size=None):
        return 0
    def flush(self):
        pass
    def close(self):
        pass
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return None
class BytesIO(StringIO):
    def __init__(self, initial=b""):
        self._held = initial
"""
WEAK = """
class ref:
    def __init__(self, thing, callback=None):
        self._thing = thing
    def __call__(self):
        return self._thing
class WeakMethod(ref):
    pass
def proxy(thing, callback=None):
    return thing
def WeakValueDictionary(*args):
    return dict(*args)
WeakKeyDictionary = WeakValueDictionary
def WeakSet(*args):
    return set(*args)
"""
USER = """
class UserDict:
    def __init__(self, initial=None, /, **names):
        self.data = {}
        if initial is not None:
            self.data.update(initial)
        self.data.update(names)
    def __getitem__(self, key):
        return self.data[key]
    def __setitem__(self, key, value):
        self.data[key] = value
    def __delitem__(self, key):
        del self.data[key]
    def __contains__(self, key):
        return key in self.data
    def __len__(self):
        return len(self.data)
    def __iter__(self):
        return iter(self.data)
    def get(self, key, default=None):
        return self[key] if key in self else default
    def keys(self):
        return self.data.keys()
    def values(self):
        return self.data.values()
    def items(self):
        return self.data.items()
    def update(self, *args, **names):
        self.data.update(*args, **names)
    def pop(self, *args):
        return self.data.pop(*args)
    def setdefault(self, key, default=None):
        return self.data.setdefault(key, default)
    def copy(self):
        return dict(self.data)
class UserString:
    def __init__(self, text):
        self.data = str(text)
    def __str__(self):
        return self.data
    def __add__(self, other):
        return self.data + other
    def upper(self):
        return self.data.upper()
    def lower(self):
        return self.data.lower()
"""
SOURCES: dict[str, str] = {
    "queue": QUEUE,
    "threading": THREADS,
    "multiprocessing": QUEUE + PROCESSES,
    "concurrent.futures": FUTURES,
    "asyncio": FUTURES + QUEUE + THREADS + ASYNC,
    "contextlib": CONTEXTS,
    "contextvars": VARIABLES,
    "types": TYPES,
    "io": BUFFERS,
    "weakref": WEAK,
    "collections": USER,
    "dependency_injector.providers": PROVIDERS,
    "dependency_injector.containers": CONTAINERS,
    "dependency_injector.wiring": WIRING,
}
"""By module: Python text that defines what the module exports."""
PRIMITIVES = ("waits", "parks", "resumes")
"""What these texts may call beside Python: see `stdlib.running`."""
ALSO = {
    "multiprocessing.pool": "multiprocessing",
    "multiprocessing.dummy": "multiprocessing",
    "concurrent.futures.thread": "concurrent.futures",
    "concurrent.futures.process": "concurrent.futures",
    "asyncio.locks": "asyncio",
    "asyncio.tasks": "asyncio",
    "asyncio.queues": "asyncio",
    "anyio.to_thread": "asyncio",
}
"""Modules that export the same names."""
