"""What a child has around the app: the store, other services, captures, and what is watched."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from hushtable.prove.canary import Source
from hushtable.prove.capturing.capture import Capture
from hushtable.prove.clients import mail, outgoing
from hushtable.prove.clients.install import redirect
from hushtable.prove.drive import passwords
from hushtable.prove.drive.identity import owner_of
from hushtable.prove.drive.room import Step
from hushtable.prove.exchange import Sent
from hushtable.prove.learn.complaints import Watch
from hushtable.prove.learn.settings import MissingReads, planted
from hushtable.prove.learn.unconfigured import AUDIENCE, ISSUER, unconfigured
from hushtable.prove.order import ChildOrder
from hushtable.prove.sandbox import confine, pipe
from hushtable.prove.services import verifying
from hushtable.prove.services.services import Services
from hushtable.prove.services.silence import silence
from hushtable.prove.sketch import Setting, Shape
from hushtable.prove.store.elsewhere import Elsewhere
from hushtable.prove.store.faults import Fault
from hushtable.prove.store.mint import Mint
from hushtable.prove.store.store import Store


@dataclass(slots=True)
class Surroundings:
    """Where the app runs: the store it sees, the canaries in it, and what is watched."""

    order: ChildOrder
    teller: pipe.Teller
    folder: Path
    held: tuple[str, ...] = ()
    mint: Mint = field(init=False)
    store: Store = field(init=False)
    services: Services = field(init=False)
    capture: Capture = field(init=False)
    watch: Watch = field(init=False)
    missing: MissingReads = field(init=False)
    checks: passwords.Checks = field(init=False)
    refused: dict[str, None] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Shut the doors, put canaries where the app looks, and begin to watch."""
        order = self.order
        self.mint = Mint(order.seed)
        outside = order.order.store
        services = self.services = self.stack.enter_context(Services(self.mint))
        ports: set[int] = set()
        self.held = confine.confine(
            lambda: frozenset(ports) | services.ports(),
            own_network=not outside,
            mark=lambda host: self.mint.text(Shape(), Source.SERVICE, ("network", host)).planted,
        )
        backend = Elsewhere(outside) if outside else None
        known = tuple(one for one in order.sketch.settings if one.name not in order.late)
        sketch = replace(order.sketch, settings=known) if order.late else order.sketch
        self.store = self.stack.enter_context(Store(self.mint, sketch, backend=backend))
        ports.add(self.store.port)
        if backend is not None:
            ports.add(backend.port)
        for setting in order.sketch.settings:
            self.supply(setting)
        redirect(
            self.store.url,
            services.url,
            lambda table: self.mint.undeclared(table, "", 0).planted,
            (*outgoing.hooks(self.sent), *mail.hooks(self.sent)),
            services.issuer.url,
        )
        verifying.listen(services.issuer.note)
        silence()
        self.checks = passwords.accept(self.mint)
        self.capture = self.stack.enter_context(Capture(self.folder))
        self.watch = self.stack.enter_context(Watch(self.folder))
        self.missing = self.stack.enter_context(MissingReads(self.folder))
        self.watch.on = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop watching, and let the store go."""
        self.stack.close()

    def supply(self, setting: Setting) -> None:
        """Give the app a setting."""
        os.environ[setting.name] = planted(setting, self.mint)[0]
        self.settings[setting.name] = setting

    def unconfigured(self) -> tuple[Setting, ...]:
        """Give the settings without which a check of tokens lets nobody in."""
        audience, issuer = self.services.issuer.unnamed
        words = (AUDIENCE if audience else frozenset()) | (ISSUER if issuer else frozenset())
        found = unconfigured(words, self.missing.read) if words else ()
        return tuple(one for one in found if one.name not in self.settings)

    def sent(self, request: Sent) -> None:
        """Keep a request to somebody else, whose host is named by a setting or by itself."""
        address = urlsplit(request.url)
        host = address.hostname or ""
        if not confine.is_within(host, address.port):
            settings = (
                one for one in self.mint.found_in(request.url.partition("?")[0])
                if one.source is Source.SETTING
            )  # fmt: skip
            named = next((f"the host of {one.path[-1]}" for one in settings), host)
            self.capture.sent(request, named)

    def names_refused(self) -> tuple[str, ...]:
        """Give what was refused since last asked, and keep it for the end."""
        found = confine.refused()
        self.refused.update(dict.fromkeys(found))
        return found

    def provoke(self, step: Step) -> None:
        """Let the store do what a step says."""
        if step.crowd:
            self.store.crowd(*step.crowd)
        self.store.page = step.page
        self.store.fault = Fault(step.fault, frozenset(step.operations)) if step.fault else None
        self.services.failing = frozenset(step.services)
        asked = step.asked
        self.checks.own = asked.keys_of in {"", owner_of(asked.identity)}
        self.checks.wrong = step.wrong

    def calm(self) -> None:
        """Let the store be as it should be."""
        self.store.page = self.store.fault = None
        self.services.failing = frozenset()
