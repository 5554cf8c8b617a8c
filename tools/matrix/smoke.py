"""What is done in an environment to see that its extra works there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.matrix.cells import BASE, ROOT

PROGRAMS = Path(__file__).parent / "smokes"
SHOP = str(ROOT / "examples" / "shop")


@dataclass(frozen=True, slots=True)
class Command:
    """Words after `hushtable`, the exit code, and a text that stands in what is printed."""

    words: tuple[str, ...]
    exit: int = 0
    prints: str = ""


@dataclass(frozen=True, slots=True)
class Smoke:
    """Commands, then programs of `smokes`; `also` is what their service is made of."""

    commands: tuple[Command, ...] = ()
    programs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


SCAN = Command(("scan", "service", "--no-cache"), 1, "HT102")
PROVE = Command(("prove", "main:app", "--root", "service", "--select", "HT1"), 1, "proven")

SMOKES: dict[str, Smoke] = {
    BASE: Smoke(
        (
            Command(("--version",), 0, "hushtable "),
            SCAN,
            Command(("scan", SHOP, "--no-cache", "--format", "sarif"), 1, '"HT402"'),
            Command(("explain", "HT101"), 0, "raw-item-returned"),
            # What an extra is needed for says so.
            Command(("prove", "main:app", "--root", "service"), 2, "hushtable[prove]"),
            Command(("fix", "service"), 2, "hushtable[fix]"),
            Command(("probe", "http://127.0.0.1:9"), 2, "hushtable[probe]"),
            Command(("report", "none.json", "--html", "r.html"), 2, "hushtable[report]"),
            Command(("policy", "main:app"), 2, "hushtable[guard]"),
            Command(("mcp",), 2, "hushtable[mcp]"),
            Command(("demo",), 2, "hushtable[demo]"),
        )
    ),
    "embedded": Smoke((SCAN,), ("with_embedded.py",)),
    "guard": Smoke((SCAN,), ("with_guard.py",)),
    "prove": Smoke((PROVE,), also=("boto3>=1.40.38",)),
    "services": Smoke((SCAN,), ("with_services.py",)),
    "probe": Smoke((SCAN,), ("with_probe.py",)),
    "fix": Smoke((Command(("fix", "service", "--unsafe"), 1, "+class "),)),
    "report": Smoke(
        (
            Command(("scan", "service", "-o", "result.json", "--no-cache"), 1),
            Command(("report", "result.json", "--html", "page.html")),
        )
    ),
    "fleet": Smoke((SCAN,), ("with_fleet.py",)),
    "mcp": Smoke((SCAN,), ("with_mcp.py",)),
    "demo": Smoke((Command(("demo", "-o", "shown", "--route", "GET /admin/users"), 0, "Page"),)),
    "all": Smoke(
        (
            SCAN,
            PROVE,
            Command(("fix", "service", "--unsafe", "--prove", "main:app"), 1, "+class "),
            Command(("scan", "service", "-o", "page.html", "--no-cache"), 1),
        ),
        ("with_all.py", "with_embedded.py", "with_guard.py", "with_services.py", "with_probe.py",
         "with_mcp.py", "with_fleet.py"),
        also=("boto3>=1.40.38",),
    ),
}  # fmt: skip
"""The smoke of each extra. An extra without one is refused, so that none is only installed."""

SERVICE = """import boto3
from fastapi import FastAPI

app = FastAPI()
users = boto3.resource("dynamodb", region_name="eu-central-1").Table("users")


@app.get("/users/{user_id}")
def read_user(user_id: str):
    found = users.get_item(Key={"user_id": user_id})["Item"]
    if found["email"] == found["password_hash"]:
        return {"user_id": user_id}
    return found
"""
"""The service that is scanned, proven and fixed."""
