"""The extra `probe`: a service on loopback that shows a hash is asked, and found out."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HASH = "$2b$12$" + "".join(chr(ord("a") + at % 26) for at in range(53))
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "made up", "version": "1"},
    "paths": {"/users": {"get": {"responses": {"200": {"description": "users"}}}}},
}
ANSWERS = {"/openapi.json": OPENAPI, "/users": [{"user_id": "u1", "password_hash": HASH}]}


class Service(BaseHTTPRequestHandler):
    """Answers two paths."""

    def do_GET(self) -> None:
        """Answer in JSON, 404 elsewhere."""
        found = ANSWERS.get(self.path.partition("?")[0])
        body = json.dumps(found).encode()
        self.send_response(404 if found is None else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
command = [
    str(Path(sys.executable).with_name("hushtable")),
    "probe",
    f"http://127.0.0.1:{server.server_port}",
    "--format",
    "json",
]
done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - ours
server.shutdown()
if done.returncode != 1 or '"HT102"' not in done.stdout or HASH in done.stdout:
    sys.exit(f"exit code {done.returncode}: {done.stderr[-400:]}")
