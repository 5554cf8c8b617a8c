"""dependency_injector, written down in Python: containers whose providers make an app's objects.

Source: python-dependency-injector.ets-labs.org/providers and /wiring.html.
"""

from __future__ import annotations

PROVIDERS = """
import os
def _given(value):
    return value() if isinstance(value, Provider) else value
class Provider:
    def __init__(self, provides=None, /, *args, **kwargs):
        self._provides = provides
        self._args = args
        self._kwargs = kwargs
        self._made = None
    @property
    def provider(self):
        return self
    def add_args(self, *args):
        self._args = (*self._args, *args)
        return self
    def add_kwargs(self, **kwargs):
        self._kwargs = {**self._kwargs, **kwargs}
        return self
    def _make(self, *args, **kwargs):
        first = [_given(one) for one in self._args]
        named = {name: _given(one) for name, one in self._kwargs.items()}
        return _given(self._provides)(*first, *args, **{**named, **kwargs})
    def __call__(self, *args, **kwargs):
        return self._make(*args, **kwargs)
class Factory(Provider):
    pass
class Callable(Provider):
    pass
class Coroutine(Provider):
    pass
class Singleton(Provider):
    def __call__(self, *args, **kwargs):
        if self._made is None:
            self._made = self._make(*args, **kwargs)
        return self._made
    def reset(self):
        pass
class ThreadSafeSingleton(Singleton):
    pass
class ThreadLocalSingleton(Singleton):
    pass
class ContextLocalSingleton(Singleton):
    pass
class Resource(Singleton):
    def init(self):
        return self()
    def shutdown(self):
        pass
class Object(Provider):
    def __call__(self):
        return self._provides
class List(Provider):
    def __call__(self):
        return [_given(one) for one in (self._provides, *self._args)]
class Dict(Provider):
    def __call__(self):
        return {name: _given(one) for name, one in self._kwargs.items()}
class Selector(Provider):
    def __call__(self, *args, **kwargs):
        return self._kwargs[_given(self._provides)](*args, **kwargs)
class Dependency(Provider):
    def __init__(self, instance_of=None, default=None):
        self._default = default
    def __call__(self):
        return _given(self._default)
class Container:
    def __init__(self, container, /, **overriding):
        self._container = container
        for name, one in overriding.items():
            setattr(container, name, one)
    def __call__(self):
        return self._container
    def __getattr__(self, name):
        return getattr(self._container, name)
class Configuration(Provider):
    def __init__(self, name="config", **options):
        self._name = name
    def __getattr__(self, name):
        return self if name[:3] in ("as_", "fro") else Configuration(name)
    def __getitem__(self, name):
        return Configuration(name)
    def required(self):
        return self
    def __call__(self, *args, **kwargs):
        return os.environ[self._name]
"""
CONTAINERS = """
class DeclarativeContainer:
    def __init__(self, **overriding):
        for name, one in overriding.items():
            setattr(self, name, one)
    def wire(self, *args, **kwargs):
        pass
    def unwire(self):
        pass
    def init_resources(self):
        pass
    def shutdown_resources(self):
        pass
    def check_dependencies(self):
        pass
class DynamicContainer(DeclarativeContainer):
    pass
class WiringConfiguration:
    def __init__(self, *args, **kwargs):
        pass
"""
WIRING = """
class _Marker:
    def __init__(self, provider):
        self._provider = provider
    def __call__(self):
        return self._provider()
    def __getattr__(self, name):
        return getattr(self._provider(), name)
class Provide:
    def __class_getitem__(cls, provider):
        return _Marker(provider)
class Provider:
    def __class_getitem__(cls, provider):
        return provider
class Closing:
    def __class_getitem__(cls, marker):
        return marker
def inject(function):
    return function
"""
