"""What runs: the routes of every app, what else the program starts, and what nothing calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hushtable.scan.frame import Machine, Module, spot
from hushtable.scan.routing import RouteEntry, RouterEntry
from hushtable.scan.unspoken import masked_path
from hushtable.scan.values import Class, Function

ROOT = re.compile(
    rb"fastapi|starlette|APIRouter|include_router|boto3|dynamodb|DynamoDB|pynamodb|dyntastic|"
    rb"aiodynamo|pydynox|aiobotocore|aioboto3|hushtable\.guard"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A route with everything around it: full path, dependencies, the routers it lies in."""

    route: RouteEntry
    method: str
    path: str
    dependencies: tuple[Any, ...]
    app: RouterEntry | None
    chain: tuple[RouterEntry, ...]

    @property
    def registered(self) -> bool:
        """Whether an app reaches the route."""
        return self.app is not None


def routes(machine: Machine) -> list[Entry]:
    """Give the routes of every app, then those of routers that no app includes."""
    routers: list[RouterEntry] = machine.stores.get("routers", [])
    found: list[Entry] = []
    reached: set[int] = set()
    for router in routers:
        if router.app and not any(
            inclusion.router is router for other in routers for inclusion in other.included
        ):
            found += _under(router, "", (), router, (), reached)
    for router in routers:
        if id(router) not in reached:
            inner = {
                id(i.router)
                for other in routers
                for i in other.included
                if id(other) not in reached
            }
            if id(router) not in inner:
                found += _under(router, "", (), None, (), reached)
    return found


def _under(
    router: RouterEntry,
    prefix: str,
    dependencies: tuple[Any, ...],
    app: RouterEntry | None,
    chain: tuple[RouterEntry, ...],
    reached: set[int],
) -> Iterator[Entry]:
    if router in chain:
        return
    reached.add(id(router))
    base = f"{prefix}{router.prefix}"
    around = (*dependencies, *router.dependencies)
    chain = (*chain, router)
    for route in router.routes:
        for method in route.methods:
            path = f"{base}{route.path}" or "/"
            path = masked_path(path if path.startswith("/") else f"/{path}")
            yield Entry(route, method, path, (*around, *route.dependencies), app, chain)
    for inclusion in router.included:
        yield from _under(
            inclusion.router,
            f"{base}{inclusion.prefix}",
            () if inclusion.mount else (*around, *inclusion.dependencies),
            app,
            chain,
            reached,
        )


def is_root(data: bytes) -> bool:
    """Whether a file matters by itself: it names FastAPI or a DynamoDB client."""
    return ROOT.search(data) is not None


def factories(machine: Machine, module: Module) -> Iterator[Function]:
    """Give functions of a module that make an app or a router and that nothing called."""
    for value in list(module.slots.values()):
        if isinstance(value, Function) and value.module is module:
            if spot(value) in machine.ran or not isinstance(
                value.node, ast.FunctionDef | ast.AsyncFunctionDef
            ):
                continue
            if _makes_app(value.node):
                yield value


def _makes_app(node: ast.AST) -> bool:
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            name = one.func.id if isinstance(one.func, ast.Name) else getattr(one.func, "attr", "")
            if name in {"FastAPI", "APIRouter", "include_router", "add_api_route"}:
                return True
    return False


def orphans(machine: Machine, module: Module) -> Iterator[tuple[Function, Any]]:
    """Give (function, receiver) of a module that no entry ran."""
    for value in list(module.slots.values()):
        if isinstance(value, Function) and value.module is module:
            if spot(value) not in machine.ran:
                yield value, None
        elif isinstance(value, Class) and value.module is module:
            for method in list(value.slots.values()):
                if (
                    isinstance(method, Function)
                    and spot(method) not in machine.ran
                    and (method.owner is value)
                ):
                    yield method, value


def guarded_main(module: Module) -> list[ast.stmt]:
    """Give the body of `if __name__ == "__main__":`."""
    found: list[ast.stmt] = []
    for node in module.tree.body if module.tree is not None else ():
        match node:
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__")), body=body):
                found += body
    return found


def with_parameter(module: Module, names: set[str]) -> Iterator[Function]:
    """Give the functions of a module that take a taught parameter, methods and inner ones too."""
    pending: list[Any] = list(module.slots.values())
    while pending:
        value = pending.pop(0)
        if isinstance(value, Class) and value.module is module:
            pending += list(value.slots.values())
        elif isinstance(value, Function) and value.module is module:
            spec = value.node.args
            every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
            if any(one.arg in names for one in every):
                yield value
