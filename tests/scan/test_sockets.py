"""WebSockets: what is sent leaves, what closes one for its credential is a gate."""

from __future__ import annotations

import pytest

from hushtable.model.service import Channel, GateKind, Pagination
from hushtable.testing.scanning import scan_source

HEAD = """
import boto3, jwt
from fastapi import Depends, FastAPI, HTTPException, Query, WebSocket, WebSocketException, status

app = FastAPI()
table = boto3.resource("dynamodb").Table("users")


def claims(token):
    try:
        return jwt.decode(token, "k", algorithms=["HS256"])
    except jwt.PyJWTError:
        return None


def signed_in(token: str = Query(...)):
    found = claims(token)
    if found is None:
        raise HTTPException(403)
    return found


"""
BODY = """    await ws.accept()
    while True:
        page = table.scan(Limit=20)["Items"]
        await ws.send_json({"rows": [{"name": one["name"]} for one in page]})
"""
GATES = [
    ("none", "ws: WebSocket", "", GateKind.NONE),
    ("a code of its own", "ws: WebSocket", "    await ws.close(code=1011)\n", GateKind.NONE),
    (
        "a token in the query",
        "ws: WebSocket",
        (
            "    token = ws.query_params.get('token')\n    if not token:\n"
            "        await ws.close(code=4401)\n        return\n"
        ),
        GateKind.BODY,
    ),
    (
        "claims",
        "ws: WebSocket, token: str = Query(None)",
        "    if claims(token) is None:\n        await ws.close(1008)\n        return\n",
        GateKind.BODY,
    ),
    (
        "an exception",
        "ws: WebSocket, token: str = Query(None)",
        (
            "    if claims(token) is None:\n"
            "        raise WebSocketException(code=status.WS_1008_POLICY_VIOLATION)\n"
        ),
        GateKind.BODY,
    ),
    (
        "a room that is not there",
        "ws: WebSocket, room: str",
        "    if room != 'lobby':\n        await ws.close(code=1008)\n        return\n",
        GateKind.NONE,
    ),
    ("a dependency", "ws: WebSocket, user=Depends(signed_in)", "", GateKind.DEPENDENCY),
]


@pytest.mark.parametrize(
    ("parameters", "check", "kind"), [c[1:] for c in GATES], ids=[c[0] for c in GATES]
)
def test_gates(parameters: str, check: str, kind: GateKind) -> None:
    """A socket that is closed for want of a credential has a gate in its body."""
    facts = scan_source(
        f"{HEAD}@app.websocket('/ws')\nasync def serve({parameters}):\n{check}{BODY}"
    )
    [route] = facts.routes
    assert (route.method, route.gate.kind) == ("WEBSOCKET", kind)


def test_what_is_sent_leaves() -> None:
    """What a socket sends is in its route's summary, with the bound of its list."""
    facts = scan_source(f"{HEAD}@app.websocket('/ws')\nasync def serve(ws: WebSocket):\n{BODY}")
    [route] = facts.routes
    assert [str(one) for one in route.leaves] == ["users.name"]
    assert route.pagination is Pagination.BOUNDED
    assert [one.via for one in facts.outflows if one.channel is Channel.RESPONSE] == ["send_json"]


def test_a_message_chooses_what_is_read() -> None:
    """A key that comes in a message comes from the client, and a manager's send is one."""
    facts = scan_source(f"""{HEAD}class Rooms:
    def __init__(self):
        self.sockets = []

    async def join(self, ws: WebSocket):
        await ws.accept()
        self.sockets.append(ws)

    async def tell(self, what):
        for one in self.sockets:
            await one.send_json(what)


rooms = Rooms()


@app.websocket("/ws")
async def serve(ws: WebSocket):
    await rooms.join(ws)
    while True:
        asked = await ws.receive_json()
        await rooms.tell(table.get_item(Key={{"id": asked["id"]}})["Item"])
""")
    [route] = facts.routes
    assert [str(one) for one in route.leaves] == ["users.*"]
    assert [one.client for one in facts.keys] == ["id"]
