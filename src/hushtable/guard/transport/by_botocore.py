"""The botocore transport: full fidelity, for every setting that the lean transport does not know.

botocore signs, finds the endpoint, tries again and speaks HTTP. Its public events put our body in
the place of the one it would serialize (`before-call`) and take the answer's raw body before it is
parsed (`before-parse`), which is most of what a botocore call costs.

botocore renews credentials by what they say of their time. Where the service refuses them earlier,
they are fetched from the providers anew, and the call is made once more.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
    ReadTimeoutError,
)
from botocore.session import Session

from hushtable.guard.errors import RefusedError, UnavailableError
from hushtable.guard.transport.call import Reply, Request
from hushtable.guard.transport.endpoint import is_loopback, outline
from hushtable.guard.transport.judge import EXPIRED, LARGEST_BODY, Failure, asked_pause, judge
from hushtable.guard.transport.keys import Keys
from hushtable.guard.transport.retry import Timing
from hushtable.guard.transport.session import SessionKeys

_THREADS = 32
_NOT_SENT = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)
_ANSWERED = 300


class _NotAgainError(Exception):
    """Stops botocore from sending a request again."""


@dataclass(slots=True)
class _Call:
    """One call, as the events of its thread know it."""

    request: Request
    until: float
    reply: Reply | None = None


class BotocoreTransport:
    """Sends through a botocore client, in threads of its own. Shared by every task and thread.

    `config` is the user's own. Without one, botocore's retries are as they are configured, and
    its timeouts are those of `timing`. However long botocore takes, a call ends after
    `timing.total`; a thread that is still waiting then is left to end by itself.
    """

    def __init__(
        self,
        session: Session,
        *,
        region: str | None = None,
        endpoint: str | None = None,
        config: Config | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Make the client. Raises RefusedError where the settings are wrong."""
        self._timing = timing or Timing()
        own = Config(
            connect_timeout=self._timing.connect,
            read_timeout=self._timing.attempt,
            max_pool_connections=_THREADS,
        )
        settings = own.merge(config) if config is not None else own
        # What is sent is our own body: the parameters only say which tables it names.
        settings = settings.merge(Config(parameter_validation=False))
        self._make = partial(_client, session, region, endpoint, settings)
        self._here = threading.local()
        self._client = self._made(None)
        self._keys = SessionKeys(session)
        self._signs: Keys | None = None
        """What the client signs with, once the service has refused what botocore gave it."""
        self._renewing = threading.Lock()
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None

    def _made(self, keys: Keys | None) -> Any:
        """Make a client that signs with `keys`, or else with what botocore finds."""
        client = self._make(keys)
        events = client.meta.events
        events.register("before-call.dynamodb", self._put_body)
        events.register("before-parse.dynamodb", self._take_body)
        events.register_first("needs-retry.dynamodb", self._refuse_again)
        return client

    @property
    def is_local(self) -> bool:
        """Whether its endpoint is on this machine."""
        return is_loopback(self._client.meta.endpoint_url)

    async def send(self, request: Request) -> Reply:
        """Send from a coroutine."""
        future = self._start(request)
        waiting = asyncio.wrap_future(future)
        try:
            done, _ = await asyncio.wait([waiting], timeout=self._timing.total)
        finally:
            # One that has not begun never will; one that has goes on, and is not waited for.
            waiting.cancel()
        return _settled(request, waiting.result() if done else Failure.TIMED_OUT)

    def send_now(self, request: Request) -> Reply:
        """Send and wait, from plain code."""
        future = self._start(request)
        done, _ = concurrent.futures.wait([future], timeout=self._timing.total)
        future.cancel()
        return _settled(request, future.result() if done else Failure.TIMED_OUT)

    async def close(self) -> None:
        """Let go of connections."""
        self.close_now()

    def close_now(self) -> None:
        """Let go of connections and threads, without waiting for those that are busy."""
        with self._lock:
            threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False)
        self._client.close()

    def _start(self, request: Request) -> Future[Reply | Failure]:
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(_THREADS, "hushtable-guard")
            return self._threads.submit(self._ask, request, time.monotonic() + self._timing.total)

    def _ask(self, request: Request, until: float) -> Reply | Failure:
        """Make the call in a thread. Never raises: no error of botocore goes further."""
        client = self._current()
        outcome = self._asked(client, request, until)
        if _expired(outcome) and time.monotonic() < until:
            # The service refused to look at it: it may be sent again whatever it asks.
            renewed = self._renewed(client)
            if renewed is not client:
                return self._asked(renewed, request, until)
        return outcome

    def _current(self) -> Any:
        """Give the client; where we hold its credentials, with those that are valid now."""
        if self._signs is not None:
            keys = self._keys.current()
            if keys is None:
                self._keys.load()
                keys = self._keys.current()
            if keys != self._signs:
                return self._signing(self._client, keys)
        return self._client

    def _renewed(self, refused: Any) -> Any:
        """Fetch credentials in the place of those that a client was refused with."""
        with self._renewing:
            if self._client is not refused:
                return self._client  # another thread has just done it
            if self._signs is None:
                self._keys.load()
                self._signs = self._keys.current()
            self._keys.load(self._signs)
            keys = self._keys.current()
        return refused if keys == self._signs else self._signing(refused, keys)

    def _signing(self, before: Any, keys: Keys | None) -> Any:
        """Put a client that signs with `keys` in the place of one that others may still use."""
        with self._renewing:
            if keys is not None and self._client is before:
                self._client, self._signs = self._made(keys), keys
            return self._client

    def _asked(self, client: Any, request: Request, until: float) -> Reply | Failure:
        call = self._here.call = _Call(request, until)
        try:
            getattr(client, xform_name(request.operation))(**outline(request))
        except (ClientError, _NotAgainError) as refused:
            unanswered = _failure(refused.__cause__ or refused)
        except Exception as broken:  # noqa: BLE001 -- providers, rules and sockets fail in many ways
            call.reply = None
            unanswered = _failure(broken)
        else:
            unanswered = Failure.UNKNOWN
        finally:
            self._here.call = None
        return call.reply or unanswered

    def _put_body(self, params: dict[str, Any], **_: object) -> None:
        """Send our body in place of the serialized outline."""
        params["body"] = self._here.call.request.body

    def _take_body(self, response_dict: dict[str, Any], **_: object) -> None:
        """Keep the answer as it came, and leave botocore nothing to parse but an error."""
        headers = {name.lower(): value for name, value in response_dict["headers"].items()}
        body = response_dict["body"]
        self._here.call.reply = Reply(response_dict["status_code"], headers, body)
        if response_dict["status_code"] < _ANSWERED:
            response_dict["body"] = b"{}"

    def _refuse_again(
        self, response: object, caught_exception: Exception | None, **_: object
    ) -> None:
        """Stop where time is over, or a write may have been done by the try that is over."""
        call: _Call = self._here.call
        if response is None:
            call.reply = None
        acted = _acted(call.reply, caught_exception)
        if time.monotonic() > call.until or (acted and not call.request.safe):
            raise _NotAgainError from caught_exception


def _client(
    session: Session,
    region: str | None,
    endpoint: str | None,
    config: Config,
    keys: Keys | None,
) -> Any:
    given: dict[str, Any] = {}
    if keys is not None:
        given = {
            "aws_access_key_id": keys.access_key,
            "aws_secret_access_key": keys.secret_key,
            "aws_session_token": keys.token,
        }
        if keys.account_id:
            given["aws_account_id"] = keys.account_id
    try:
        return session.create_client(
            "dynamodb", region_name=region, endpoint_url=endpoint, config=config, **given
        )
    except (BotoCoreError, ValueError) as broken:
        kind = type(broken).__name__
    message = f"the AWS configuration cannot be used: {kind}"
    raise RefusedError(message)


def _acted(reply: Reply | None, error: Exception | None) -> bool:
    """Tell whether the service may have done something, and another try would do it twice."""
    if reply is None:
        return not isinstance(error, _NOT_SENT)
    found = judge(reply)
    return found.acted and bool(found.trouble)


def _expired(outcome: Reply | Failure) -> bool:
    return isinstance(outcome, Reply) and judge(outcome).code in EXPIRED


def _failure(error: BaseException) -> Failure:
    if isinstance(error, _NOT_SENT):
        return Failure.NOT_SENT
    if isinstance(error, NoCredentialsError):
        return Failure.NO_KEYS
    if isinstance(error, ReadTimeoutError):
        return Failure.TIMED_OUT
    return Failure.BROKEN if isinstance(error, BotoCoreError) else Failure.UNKNOWN


def _settled(request: Request, outcome: Reply | Failure) -> Reply:
    """Give an answer on, or say in our own words that there is none."""
    found = judge(outcome)
    if isinstance(outcome, Reply) and len(outcome.body) > LARGEST_BODY:
        found = judge(Failure.TOO_LARGE)
    if isinstance(outcome, Reply) and not found.trouble:
        return outcome
    message = f"{request.operation}: {found.trouble}"
    raise UnavailableError(message, retry_after=asked_pause(outcome))
