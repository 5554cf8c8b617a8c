"""Whoever signs an app's callers in: their public keys, as documents, and tokens of theirs.

An app that trusts an identity provider fetches its keys and checks a caller's token with them. The
keys here are made in this process and are of use nowhere else. Documents are answered where they
usually lie, whatever the host, and a token has what the app was seen to want of one.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

NEEDED = "joserfc"

_HOST = "127.0.0.1"
_OPENID = re.compile(r"/\.well-known/(?:openid-configuration|oauth-authorization-server)$")
_KEYS = re.compile(
    r"/(?:\.well-known/(?:jwks(?:\.json)?|keys)|jwks(?:\.json)?|jwk/[^/]+"
    r"|openid-connect/certs|oauth2/v\d/certs|discovery/(?:v\d(?:\.\d)?/)?keys"
    r"|oauth2/(?:[^/]+/)?v\d/keys|oauth/discovery/keys)/?$"
)
_RSA, _EC = "made-up-rsa", "made-up-ec"
_CURVES: Mapping[str, str] = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_UNSIGNED = "none"


def is_document(method: str, url: str) -> bool:
    """Whether a request asks an identity provider for its keys, or for where they are."""
    path = urlsplit(url).path
    return method.upper() == "GET" and bool(_OPENID.search(path) or _KEYS.search(path))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an app wants of a token, as far as its checks were seen."""

    algorithms: tuple[str, ...] = ()
    audience: str | None = None
    issuer: str | None = None
    secret: str | bytes = field(default="", repr=False)
    """The key of a check whose key is no secret to the one who signs."""


class Issuer:
    """Signs tokens, and serves documents from their first use on. Safe between threads."""

    def __init__(self) -> None:
        """Know nothing, and serve nothing yet."""
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._made: dict[str, Any] = {}
        self._found = ""
        self.wanted = Wanted()
        self.seen = 0
        """How often something was learned of what the app wants: a check, a document."""

    def url(self, method: str, asked: str) -> str:
        """Give the address that stands for a document's; empty where none does."""
        if not is_document(method, asked) or find_spec(NEEDED) is None:
            return ""
        parts = urlsplit(asked)
        if parts.hostname == _HOST and parts.port in self.ports():
            return ""
        usual = parts.port in {None, 443 if parts.scheme == "https" else 80}
        host = f"{parts.hostname}" if usual else f"{parts.hostname}:{parts.port}"
        with self._lock:
            if self._server is None:
                self._server = _serve(self)
            self._note_document(parts.scheme, host, parts.path)
            port = self._server.server_port
        return f"http://{_HOST}:{port}/{parts.scheme}/{host}{parts.path}"

    def ports(self) -> frozenset[int]:
        """Give the port that is listened on."""
        server = self._server
        return frozenset() if server is None else frozenset({server.server_port})

    def note(self, wanted: Wanted) -> None:
        """Note how the app checks a token."""
        with self._lock:
            if wanted != self.wanted:
                self.wanted = wanted
                self.seen += 1

    @property
    def unnamed(self) -> tuple[bool, bool]:
        """Whether a check wanted an audience, and an issuer, that has no name: nobody set one."""
        return self.wanted.audience == "", self.wanted.issuer == ""

    def _note_document(self, scheme: str, host: str, path: str) -> None:
        path = _OPENID.sub("", path)
        for end in (
            "/.well-known/jwks.json",
            "/.well-known/jwks",
            "/protocol/openid-connect/certs",
        ):
            path = path.removesuffix(end)
        found = f"{scheme}://{host}{path}"
        if found != self._found:
            self._found = found
            self.seen += 1

    def token(self, claims: Mapping[str, Any], header: Mapping[str, str]) -> str:
        """Sign claims as the app wants them signed; empty where that cannot be done."""
        if find_spec(NEEDED) is None:
            return ""
        wanted = self.wanted
        made = dict(claims)
        issuer = self._found if wanted.issuer is None else wanted.issuer
        if issuer:
            made["iss"] = issuer
        if wanted.audience is not None:
            made["aud"] = made["client_id"] = wanted.audience
        # A token for reading an identity has an audience, one for access mostly has none.
        made.setdefault("token_use", "access" if wanted.audience is None else "id")
        name, key = self._key()
        if key is None:
            return ""
        kid = {"kid": key.kid} if key.kid else {}
        signed: str = import_module("joserfc.jwt").encode(
            {**header, **kid, "alg": name}, made, key, algorithms=[name]
        )
        return signed

    def _key(self) -> tuple[str, Any]:
        """Give the first algorithm that can be used here, with its key."""
        jwk = import_module("joserfc.jwk")
        for name in self.wanted.algorithms or ("RS256",):
            if name.startswith(("RS", "PS")):
                return name, self._pair(_RSA)
            if name in _CURVES:
                return name, self._pair(_CURVES[name])
            if name.startswith("HS") and self.wanted.secret:
                return name, jwk.OctKey.import_key(self.wanted.secret)
        return _UNSIGNED, None

    def _pair(self, kind: str) -> Any:
        with self._lock:
            if kind not in self._made:
                jwk = import_module("joserfc.jwk")
                said = {"kid": f"{_RSA if kind == _RSA else f'{_EC}-{kind}'}", "use": "sig"}
                self._made[kind] = (
                    jwk.RSAKey.generate_key(2048, said)
                    if kind == _RSA
                    else jwk.ECKey.generate_key(kind, said)
                )
            return self._made[kind]

    def document(self, path: str) -> Mapping[str, Any] | None:
        """Give what lies at `/scheme/host/path`: keys, or where they are."""
        if _KEYS.search(path):
            pairs = [self._pair(_RSA), *(self._pair(curve) for curve in _CURVES.values())]
            algorithms = ("RS256", *_CURVES)
            return {
                "keys": [
                    {**pair.as_dict(private=False), "alg": name}
                    for pair, name in zip(pairs, algorithms, strict=True)
                ]
            }
        if not _OPENID.search(path):
            return None
        scheme, host, below = path.lstrip("/").split("/", 2)
        base = _OPENID.sub("", f"{scheme}://{host}/{below}")
        return {
            "issuer": base,
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "authorization_endpoint": f"{base}/oauth2/authorize",
            "token_endpoint": f"{base}/oauth2/token",
            "userinfo_endpoint": f"{base}/oauth2/userInfo",
            "response_types_supported": ["code", "token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", *_CURVES],
        }

    def close(self) -> None:
        """Serve nothing more."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


def _serve(issuer: Issuer) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        """Answers with a document."""

        def do_GET(self) -> None:
            """Answer with what lies at a path."""
            document = issuer.document(urlsplit(self.path).path)
            body = json.dumps(document or {}).encode()
            self.send_response(404 if document is None else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep silent: a line here would be taken for the app's."""

    server = ThreadingHTTPServer((_HOST, 0), Handler)
    serving = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="issuer"
    )
    serving.start()
    return server
