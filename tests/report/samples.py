"""A result with one of everything, and one whose every text is hostile."""

from __future__ import annotations

import dataclasses
from typing import Any

from hushtable.model.contract import Contract, Exposure, Part, contract
from hushtable.model.facts import Allow, Coverage, Unknown
from hushtable.model.finding import Finding, Result, Suppression, Verdict
from hushtable.model.page import RulePage
from hushtable.model.place import Place, Step
from hushtable.model.proof import Proof, ProofRequest, Reach, Shows, Unreached
from hushtable.model.rule import Confidence, Severity
from hushtable.model.score import score
from hushtable.model.service import (
    Attribute,
    Channel,
    Gate,
    GateKind,
    Pagination,
    Route,
)
from hushtable.report.document import document
from hushtable.report.report import Mended, Report

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07 \u202egnp.exe\u2066 \x00\x07\x9b "
    "[bold red]x[/] [link=http://evil]y[/link] :skull: \r\n::error file=x::y "
    "]]> <script>alert(1)</script> <!-- & \" ' | ` ``` @everyone \ud800 \udcff \ufffe "
    "[x](javascript:alert(1)) %0A %25 \u2028 #1 * _ ~ http://evil.example"
)


def _route(method: str, path: str, line: int, *leaves: str, gate: Gate | None = None) -> Route:
    return Route(
        method=method,
        path=path,
        place=Place("app/routes.py", line),
        handler=f"app.routes.h{line}",
        gate=gate or Gate(),
        audience="signed-in" if gate else "anyone",
        pagination=Pagination.CLIENT,
        scans=path == "/search",
        reads=("users",),
        leaves=tuple(Attribute("users", tuple(leaf.split("."))) for leaf in leaves),
    )


GET_USER = _route("GET", "/users/{user_id}", 20, "email", "password_hash", "profile.*")
SEARCH = _route(
    "GET",
    "/search",
    40,
    "name",
    gate=Gate(GateKind.SECURITY, "get_current_user", Place("app/auth.py", 3)),
)
HEALTH = _route("GET", "/health", 60)

LEAK = Finding(
    code="HT102",
    name="secret-in-response",
    place=Place("app/routes.py", 25, 11),
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    message="GET /users/{user_id} answers `users.password_hash` to anyone.",
    remedy="Declare what may leave:\n    class UserOut(BaseModel):\n        email: str",
    key="0123456789abcdef",
    attributes=(Attribute("users", ("password_hash",)),),
    routes=(GET_USER, SEARCH),
    audience="anyone",
    function="app.routes.get_user",
    trace=(
        Step(Place("app/store.py", 8), "get_item reads the whole item of users"),
        Step(Place("app/routes.py", 25), "returned"),
    ),
    reasons=("password_hash: the name says password hash",),
    cwe=(522, 200, 20),
    owasp=("API3:2023",),
)
LOGGED = dataclasses.replace(
    LEAK,
    code="HT602",
    name="sensitive-logged",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    channel=Channel.LOG,
    key="f" * 16,
    routes=(),
    audience="",
    trace=(),
)
ALLOWED = dataclasses.replace(
    LOGGED,
    key="a" * 16,
    suppression=Suppression("allow", "support reads it", Place("app/routes.py", 24)),
)
KNOWN = dataclasses.replace(LOGGED, key="b" * 16, suppression=Suppression("baseline", "known"))
DOUBTED = dataclasses.replace(LOGGED, key="c" * 16, verdict=Verdict.UNKNOWN)
REFUTED = dataclasses.replace(LOGGED, key="d" * 16, verdict=Verdict.REFUTED)

PROOF = Proof(
    request=ProofRequest(
        "POST",
        "/users/hqaaaaaaaaaaaa?full=1",
        (("X-Key", "hqbbbbbbbbbbbb"),),
        '{"name": "it\'s"}',
        identity="B",
        provoked="GetItem is throttled",
    ),
    channel=Channel.RESPONSE,
    where="$.items[].password_hash",
    attributes=(Attribute("users", ("password_hash",)),),
    canary="hqcccccccccccc",
    owner="A",
    encoding="base64",
    status=200,
    curl="curl -i -X POST 'http://127.0.0.1:8000/users/hqaaaaaaaaaaaa?full=1'",
    test="def test_it(prove):\n    prove('app.main:app').shows_nothing()\n",
    replayed=2,
    reproduced=2,
    shows=Shows.ATTRIBUTE,
    route="GET /users/{user_id}",
)
PROVEN = dataclasses.replace(LEAK, verdict=Verdict.PROVEN, proofs=(PROOF, PROOF))
REACH = Reach(
    routes=3,
    reached=2,
    unreached=(Unreached("GET /health", "every answer was 401"),),
    tried=(("GET /users/{user_id}", 34), ("GET /search", 7)),
    attributes_planted=20,
    attributes_seen=4,
    requests=41,
    runs=3,
    refused=("example.com:443",),
    sandbox=("no network: a namespace of its own",),
    learned=tuple(f"users.a{number} is a text" for number in range(10)),
    replayed=5,
    not_reproduced=1,
    seconds=12.5,
)

PAGES = {
    code: RulePage(
        code=code,
        name=name,
        title=f"The title of {name}",
        summary="What it is about. " * 80,
        severity=severity,
        confidence=Confidence.HIGH,
        sections={"Leaks": "```python\nx = 1\n```", "Remedy": "Do it.", "Limits": "Some."},
        cwe=(522, 20),
        owasp=("API3:2023",),
    )
    for code, name, severity in (
        ("HT102", "secret-in-response", Severity.CRITICAL),
        ("HT602", "sensitive-logged", Severity.MEDIUM),
    )
}

RESULT = Result(
    root="/srv/app",
    findings=(LOGGED, ALLOWED, LEAK, KNOWN, DOUBTED, REFUTED),
    routes=(SEARCH, GET_USER, HEALTH),
    unknown=(Unknown(Place("old/py2.py", 3), "does not parse: invalid syntax"),),
    coverage=Coverage(
        files_seen=12,
        files_skipped=4,
        files_parsed=7,
        files_failed=1,
        routes=3,
        calls=80,
        calls_unresolved=5,
        unresolved=(("lib.do", 3), ("x.y", 2)),
        seconds=0.42,
    ),
    unused_allows=(Allow(Place("app/routes.py", 70), ("HT101",), "because", 71),),
    sensitivities=(
        ("users.email", "personal"),
        ("users.password_hash", "credential"),
        ("users.name", "personal"),
    ),
    gone_from_baseline=("e" * 16,),
)


def _exposure(route: str, audience: str, path: str) -> Exposure:
    return Exposure(route, Channel.RESPONSE, audience, "users", Part(tuple(path.split("."))))


LEAVING = contract(
    [
        _exposure("GET /users/{user_id}", "anyone", "email"),
        _exposure("GET /users/{user_id}", "anyone", "password_hash"),
        _exposure("GET /users/{user_id}", "anyone", "profile.*"),
        _exposure("GET /search", "signed-in", "name"),
    ]
)
AGREED = contract(
    [
        _exposure("GET /users/{user_id}", "anyone", "email"),
        _exposure("GET /users/{user_id}", "anyone", "password_hash"),
        _exposure("GET /users/{user_id}", "owner", "profile.*"),
    ]
)
MENDED = Mended(
    diff="--- a/app/routes.py\n+++ b/app/routes.py\n@@ -25 +25 @@\n"
    "-    return user\n+    return UserOut(**user)\n",
    unsafe="a client may read password_hash",
    note="tell the clients",
)


def told(result: Result, prefix: str = "", agreed: Contract | None = None) -> Report:
    """Give a report of a result with its score and the sample pages."""
    return Report(
        result=result,
        score=score(result.findings, result.routes),
        pages=PAGES,
        prefix=prefix,
        baselined=True,
        ran=tuple(PAGES),
        fixes={LEAK.key: MENDED, LOGGED.key: Mended(why="no fix fits this code")},
        leaving=LEAVING,
        agreed=agreed,
        lock="hushtable.lock" if agreed else "",
    )


def proved(agreed: Contract | None = None) -> Report:
    """Give a report of an app that was run."""
    findings = (PROVEN, *(one for one in RESULT.findings if one is not LEAK))
    return told(dataclasses.replace(RESULT, findings=findings, reach=REACH), agreed=agreed)


def poisoned(text: str) -> Result:
    """Give the sample result with `text` in every place that a scanned program can fill."""
    route = dataclasses.replace(
        GET_USER,
        path=f"/{text}",
        handler=text,
        audience=text,
        reads=(text,),
        place=Place(text, 1),
        gate=Gate(GateKind.DEPENDENCY, text, Place(text, 1), (text,), text),
        leaves=(Attribute(text, (text, "*")),),
    )
    finding = dataclasses.replace(
        LEAK,
        place=Place(text, 2, 3),
        message=text,
        remedy=text,
        attributes=(Attribute(text, (text,)),),
        routes=(route,),
        audience=text,
        function=text,
        trace=(Step(Place(text, 1), text), Step(Place(text, 2), text)),
        reasons=(text,),
        proofs=(
            dataclasses.replace(
                PROOF,
                request=ProofRequest(text, text, ((text, text),), text, text, text),
                where=text,
                canary=text,
                owner=text,
                encoding=text,
                curl=text,
                test=text,
                route=text,
            ),
        ),
    )
    quiet = dataclasses.replace(
        finding, key="1" * 16, suppression=Suppression("allow", text, Place(text, 1))
    )
    return dataclasses.replace(
        RESULT,
        root=text,
        findings=(finding, quiet),
        routes=(route,),
        unknown=(Unknown(Place(text, 1), text),),
        unused_allows=(Allow(Place(text, 1), (text,), text, 2),),
        sensitivities=((str(route.leaves[0]), "personal"),),
        coverage=dataclasses.replace(RESULT.coverage, unresolved=((text, 3),)),
        reach=dataclasses.replace(
            REACH,
            unreached=(Unreached(text, text),),
            refused=(text,),
            sandbox=(text,),
            learned=(text,),
        ),
    )


def huge(text: str) -> dict[str, Any]:
    """Give the JSON of a result as large as the largest services have, with `text` everywhere."""
    one = document(told(poisoned(text)))
    names = [f"table{number // 20}.attribute_{number}" for number in range(200)]
    kinds = ("credential", "personal", "personal", "internal", "public")
    one["sensitivities"] = {name: kinds[nth % len(kinds)] for nth, name in enumerate(names)}
    route, finding = one["routes"][0], one["findings"][0]
    one["routes"] = [
        {**route, "path": f"/things/{number}", "leaves": names} for number in range(300)
    ]
    one["findings"] = [
        finding
        | {"key": f"{number:016x}", "attributes": [names[number % 200]],
           "routes": [f"{route['method']} /things/{number % 300}"]}
        for number in range(5000)
    ]  # fmt: skip
    return one
