"""How answers travel."""

from __future__ import annotations

import httpx
import pytest

from hushtable.model.observation import Observation, Seen
from hushtable.probe.order import Bounds, Identity, Order
from hushtable.probe.run import probe

HSTS = {"strict-transport-security": "max-age=31536000"}
ORDER = Order(
    "https://127.0.0.1",
    identities=(Identity("A", (("authorization", "Bearer of-nobody-else"),)),),
    bounds=Bounds(rate=10_000.0),
)


class Service(httpx.AsyncBaseTransport):
    """Answers plain HTTP in one way, and HTTPS with one page. A status of 0 refuses."""

    def __init__(self, status: int, location: str, page: str) -> None:
        """Keep what is answered, and every request."""
        self.status = status
        self.location = location
        self.page = page
        self.sent: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the scheme has it."""
        self.sent.append(request)
        if request.url.scheme == "http":
            if not self.status:
                raise httpx.ConnectError(request.url.scheme)
            return httpx.Response(
                self.status, headers={"location": self.location}, stream=httpx.ByteStream(b"")
            )
        found = request.url.path == "/"
        return httpx.Response(
            200 if found else 404,
            headers=HSTS | {"content-type": "text/html; charset=utf-8"},
            stream=httpx.ByteStream(self.page.encode() if found else b""),
        )


def seen(
    status: int = 0, location: str = "", page: str = "", order: Order = ORDER
) -> tuple[list[Observation], list[httpx.Request]]:
    """Probe a service; give what is said of how its answers travel, and what was sent."""
    service = Service(status, location, page)
    facts = probe(order, transport=service)
    kinds = {Seen.CLEARTEXT, Seen.MIXED}
    return [one for one in facts.observations if one.seen in kinds], service.sent


@pytest.mark.parametrize(
    ("status", "location", "found"),
    [
        (0, "", 0),
        (308, "https://127.0.0.1/", 0),
        (403, "", 0),
        (302, "http://127.0.0.1/start", 1),
        (200, "", 1),
    ],
)
def test_plain_http_may_lead_to_https_alone(status: int, location: str, found: int) -> None:
    """Plain HTTP beside HTTPS is refused, silent or a redirect to HTTPS; anything else is told."""
    observations, sent = seen(status, location)
    assert len(observations) == found
    bare = [one for one in sent if one.url.scheme == "http"]
    assert len(bare) == 1
    assert "authorization" not in bare[0].headers


def test_another_port_has_no_known_neighbour() -> None:
    """Plain HTTP is asked only where HTTPS is on its usual port."""
    elsewhere = Order("https://127.0.0.1:8443", bounds=Bounds(rate=10_000.0))
    observations, sent = seen(200, order=elsewhere)
    assert observations == []
    assert {one.url.scheme for one in sent} == {"https"}


@pytest.mark.parametrize(
    ("page", "tags"),
    [
        ('<img src="http://a.example/x.png">', ("img",)),
        ('<link rel="stylesheet" href=" HTTP://a.example/x.css">', ("link",)),
        ('<form action="http://a.example/"><script src="http://b.example/"></script>',
         ("form", "script")),
        ('<link rel="canonical" href="http://a.example/"><a href="http://a.example/">x</a>', ()),
        ('<img src="https://a.example/"><script src="/x.js"></script><img src="http:">', ()),
    ],
)  # fmt: skip
def test_a_page_loads_nothing_in_clear(page: str, tags: tuple[str, ...]) -> None:
    """What a page loads or sends by plain HTTP is told by its tags; its links are not."""
    observations, _ = seen(page=page)
    assert tuple(tag for one in observations for tag in one.details) == tags
