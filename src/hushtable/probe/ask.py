"""The one place that sends requests: at a rate, within bounds, to one origin, without a memory.

What an answer may cost is bounded: time for one request and for all, bytes of a body, redirects,
and refusals in a row. A server that says it has enough (429, 503) is left alone for a while, and
for good when it says so again and again.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urljoin

import httpx

from hushtable import __version__
from hushtable.model.errors import HushtableError, UsageError
from hushtable.probe.order import NOBODY, Identity, Order, Way
from hushtable.probe.target import Target

USER_AGENT = f"hushtable/{__version__} (hushtable probe; a security test its operator asked for)"
READS = frozenset({"GET", "HEAD", "OPTIONS"})

MAX_BODY = 2 * 1024 * 1024
LONGEST_PAGE = 200_000
"""So many bytes of a page are read as HTML: parsers of it need the square of some texts' length."""

MAX_REDIRECTS = 3
STORM = 5
"""So many refusals (429, 503), or requests without an answer, in a row end the run."""

REFUSES_NOBODY = frozenset({401, 403})
"""What whoever sends no credentials is answered with."""

_REFUSALS = frozenset({429, 503})
_BROKEN = frozenset({"ReadError", "RemoteProtocolError", "WriteError"})
"""What sending on a connection that the server has closed meanwhile ends with."""
_LONGEST_PAUSE = 5.0
_CAUSES: dict[type[BaseException], str] = {
    ssl.SSLCertVerificationError: "its certificate is not trusted; --trust adds authorities",
    ssl.SSLError: "TLS failed",
    ConnectionRefusedError: "the connection was refused",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` begins with `/` and has its query; `headers` are not secret.

    `in_clear` sends it by plain HTTP to a service of HTTPS, which is asked of nobody.
    """

    method: str
    path: str
    identity: Identity = NOBODY
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    in_clear: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. A status of 0 means that nothing did, and `failure` says why.

    The body is for analysis alone and is never stored or printed; `cut` says it was longer.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    cut: bool = False
    failure: str = ""

    def header(self, name: str) -> str:
        """Give a header, empty when it is not there; several are joined with commas."""
        return ", ".join(value for key, value in self.headers if key == name)

    @property
    def ok(self) -> bool:
        """Whether it is a success with something to look at."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the statuses of success

    @property
    def moved(self) -> bool:
        """Whether it says that the answer is elsewhere."""
        return 300 <= self.status < 400  # noqa: PLR2004 - the statuses of a redirect


Ask = Callable[[Request], Awaitable[Answer]]


class EndedError(HushtableError):
    """The run must end: time is up, or the server has had enough."""


@dataclass(slots=True)
class Asker:
    """Sends requests one after the other, at the rate of the order, and counts them."""

    client: httpx.AsyncClient
    target: Target
    order: Order
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    count: int = 0
    _free_at: float = 0.0
    _refusals: int = 0
    _failures: int = 0
    _ends_at: float = 0.0
    _gap: float = 0.0

    def begin(self) -> None:
        """Start the clock of the whole run."""
        self._ends_at = self.clock() + self.order.bounds.within
        self._gap = 1 / self.order.bounds.rate

    async def __call__(self, request: Request) -> Answer:
        """Send a request and give its answer; redirects are followed to the same origin only.

        Raises EndedError when the run must end.
        """
        answer = await self._once(request)
        if request.in_clear:
            return answer
        for _ in range(MAX_REDIRECTS):
            location = answer.header("location")
            if request.method not in READS or not answer.moved or not location:
                break
            url = urljoin(f"{self.target.origin}{request.path}", location)
            if not self.target.same_origin(url):
                break
            path = url[len(self.target.origin) :] or "/"
            if not path.startswith("/"):
                break
            request = Request(request.method, path, request.identity, request.headers)
            answer = await self._once(request)
        return answer

    async def _once(self, request: Request) -> Answer:
        if request.method not in READS and not self.order.writes:
            message = f"{request.method} is not sent without --writes"
            raise EndedError(message)
        answer = await self._sent(request)
        if answer.failure in _BROKEN and request.method in READS:
            # Servers close a kept connection after an error of their own, as unseen as may be.
            # A read is none the worse for being sent again; a write is never repeated.
            answer = await self._sent(request)
        self._take_note(answer)
        return answer

    async def _sent(self, request: Request) -> Answer:
        left = await self._wait()
        self.count += 1
        try:
            async with asyncio.timeout(min(self.order.bounds.timeout, left)):
                return await self._send(request)
        except TimeoutError:
            return Answer(0, failure="no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Answer(0, failure=_failure(error))

    async def _wait(self) -> float:
        """Wait for the rate to allow a request, and give the seconds that are left."""
        now = self.clock()
        start = max(now, self._free_at)
        if start >= self._ends_at:
            message = f"time is up: {self.order.bounds.within:g} s (--within)"
            raise EndedError(message)
        self._free_at = start + self._gap
        if start > now:
            await self.sleep(start - now)
        return self._ends_at - start

    async def _send(self, request: Request) -> Answer:
        headers = [*request.identity.headers, *request.headers]
        origin = self.target.in_clear if request.in_clear else self.target.origin
        made = self.client.build_request(
            request.method,
            f"{origin}{request.path}",
            headers=headers,
            content=request.body,
        )
        response = await self.client.send(made, stream=True)
        try:
            body, cut = bytearray(), False
            if request.method != "HEAD":
                async for part in response.aiter_raw():
                    body += part
                    if len(body) > MAX_BODY:
                        cut = True
                        break
        finally:
            await response.aclose()
        return Answer(
            response.status_code,
            tuple((key.lower(), value) for key, value in response.headers.multi_items()),
            bytes(body[:MAX_BODY]),
            cut,
        )

    def _take_note(self, answer: Answer) -> None:
        self._failures = self._failures + 1 if answer.status == 0 else 0
        if self._failures >= STORM:
            message = f"{STORM} requests in a row had no answer ({answer.failure})"
            raise EndedError(message)
        if answer.status not in _REFUSALS:
            self._refusals = 0
            return
        self._refusals += 1
        if self._refusals >= STORM:
            message = f"the server refused {STORM} requests in a row with {answer.status}"
            raise EndedError(message)
        asked_for = answer.header("retry-after")
        pause = float(asked_for) if asked_for.isdecimal() else 2.0**self._refusals / 4
        self._gap = min(self._gap * 2, 1.0)
        self._free_at = max(self._free_at, self.clock() + min(pause, _LONGEST_PAUSE))


def _failure(error: BaseException) -> str:
    """Say why nothing came back: by the cause, whose kind tells more than the client's own."""
    cause: BaseException | None = error
    while cause is not None:
        for kind, what in _CAUSES.items():
            if isinstance(cause, kind):
                return what
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


class Pinned(httpx.AsyncBaseTransport):
    """Sends every request to the address that was checked, under the name that was asked for."""

    def __init__(self, inner: httpx.AsyncBaseTransport, target: Target) -> None:
        """Send through `inner`."""
        self._inner = inner
        self._target = target

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Put the address in place of the host; the certificate must fit the name."""
        if self._target.address and self._target.address != self._target.host:
            request.extensions = {**request.extensions, "sni_hostname": self._target.host}
            request.url = request.url.copy_with(host=self._target.address)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what is inside."""
        await self._inner.aclose()


def client(
    order: Order, target: Target, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """Make the client: no cookies kept, no environment read, no redirect followed by itself.

    Raises UsageError for a certificate or a proxy that is none.
    """
    if transport is None:
        bare = _bare(order.way)
        # A proxy resolves the name itself.
        transport = bare if order.way.proxy else Pinned(bare, target)
    return httpx.AsyncClient(
        base_url=target.origin,
        transport=transport,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
        timeout=order.bounds.timeout,
        headers={"user-agent": USER_AGENT, "accept-encoding": "identity", "accept": "*/*"},
    )


def _bare(way: Way) -> httpx.AsyncHTTPTransport:
    verify = httpx.create_ssl_context(trust_env=False)
    try:
        if way.trust:
            verify.load_verify_locations(way.trust)
    except OSError as error:
        text = f"--trust {way.trust} holds no certificates in PEM, or cannot be read"
        raise UsageError(text) from error
    try:
        if way.client_certificate:
            verify.load_cert_chain(way.client_certificate)
    except OSError as error:
        text = f"--cert {way.client_certificate} holds no certificate with its key, in PEM"
        raise UsageError(text) from error
    try:
        return httpx.AsyncHTTPTransport(
            verify=verify, http2=True, trust_env=False, proxy=way.proxy or None
        )
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        # The URL may hold a password.
        text = "--proxy wants a URL, as http://127.0.0.1:3128"
        raise UsageError(text) from error
