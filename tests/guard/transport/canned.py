"""A DynamoDB on loopback that answers as it is told, in order: well, badly or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate

ITEM = json.dumps({"Item": {"pk": {"S": "a"}, "secret": {"S": "do-not-show-" + "me"}}}).encode()


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived."""

    operation: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Canned:
    """What the server was told to answer next, and what it has seen. The last answer stays."""

    port: int = 0
    script: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def tell(self, *answers: str) -> None:
        """Say what to answer from here on, and forget what was seen."""
        self.script = list(answers)
        self.seen = []

    def next(self) -> str:
        """Take the next answer."""
        if not self.script:
            return "fine"
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


def error(code: str, status: int = 400, **headers: str) -> bytes:
    """Write an error as DynamoDB does, with a message that quotes a value."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "do-not-show-me"}
    return http(status, json.dumps(body).encode(), **headers)


def http(status: int, body: bytes, **headers: str) -> bytes:
    """Write an answer with its checksum."""
    all_headers = {
        "Date": formatdate(usegmt=True),
        "Content-Type": "application/x-amz-json-1.0",
        "x-amzn-RequestId": "REQUEST",
        "x-amz-crc32": str(zlib.crc32(body)),
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
    return f"HTTP/1.1 {status} Told\r\n{lines}\r\n".encode() + body


def chunked(megabytes: int) -> bytes:
    """Write an answer that does not say how long it is, of so many chunks."""
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    return (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * megabytes + b"0\r\n\r\n"
    )


WHOLE = {
    "fine": http(200, ITEM),
    "throttled": error("ProvisionedThroughputExceededException"),
    "throttled-by-api": error("ThrottlingException"),
    "patience": error("ThrottlingException", x_amz_retry_after="30000"),
    "failed": error("InternalServerError", 500),
    "gone": http(503, b"<html>do-not-show-me</html>"),
    "expired": error("ExpiredTokenException"),
    "invalid": error("ValidationException"),
    "conflict": error("ReplicatedWriteConflictException", 409),
    "skewed": error("InvalidSignatureException", Date="Fri, 01 Jun 2029 00:00:00 GMT"),
    "late": error("InvalidSignatureException"),
    "corrupt": http(200, ITEM, x_amz_crc32="1"),
    "corrupt-error": http(400, b"{}", x_amz_crc32="1"),
    "no-checksum": http(200, ITEM).replace(b"x-amz-crc32", b"x-other"),
    "moved": http(302, b"", Location="http://127.0.0.1:1/"),
    "too-large": http(200, b"x" * (18 * 1024 * 1024)),
    "chunked": chunked(1),
    "chunked-too-large": chunked(18),
    "not-text": http(200, ITEM).replace(b"Told", b"Told\r\nx-odd: \xff"),
}


async def _serve(
    canned: Canned, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    canned.connections += 1
    with contextlib.suppress(asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
            headers = {name.lower(): value for name, _, value in lines}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            operation = headers.get("x-amz-target", "").rpartition(".")[2]
            canned.seen.append(Seen(operation, headers, body))
            told, _, unless = canned.next().partition(" unless ")
            credential = headers.get("authorization", "").partition("Signature=")[0]
            signed = headers.get("x-amz-date", "") + credential
            if not await _answer("fine" if unless and unless in signed else told, writer):
                return
    writer.close()


async def _answer(told: str, writer: asyncio.StreamWriter) -> bool:
    """Answer, and tell whether the connection goes on."""
    if told in WHOLE:
        writer.write(WHOLE[told])
        await writer.drain()
        return True
    fine = WHOLE["fine"]
    if told == "trickle":
        for byte in fine:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)
        return True
    if told == "silence":
        await asyncio.sleep(3)
    elif told in {"reset-mid-body", "truncated"}:
        writer.write(fine[:-10])
        await writer.drain()
        await asyncio.sleep(0.02)
    if told == "truncated":
        writer.close()
    else:
        writer.transport.abort()
    return False


@contextlib.contextmanager
def canned_server() -> Iterator[Canned]:
    """Run a server in a thread, on a port of its own on 127.0.0.1."""
    canned = Canned()
    loop = asyncio.new_event_loop()
    started = threading.Event()
    stop = asyncio.Event()

    async def run() -> None:
        server = await asyncio.start_server(
            lambda reader, writer: _serve(canned, reader, writer), "127.0.0.1", 0
        )
        canned.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        calls = asyncio.all_tasks() - {asyncio.current_task()}
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    def serve() -> None:
        loop.run_until_complete(run())
        loop.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    started.wait(5)
    try:
        yield canned
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
