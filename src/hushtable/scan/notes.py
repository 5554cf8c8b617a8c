"""What is observed while an entry runs, kept raw until the entry ends."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Any

from hushtable.model.facts import (
    DebugSwitch,
    ExpressionKind,
    Operation,
    Swallow,
    TableDefinition,
    UrlSecret,
)
from hushtable.model.place import Place
from hushtable.model.service import Channel
from hushtable.scan.contents import (
    constants_in,
    is_constant,
    is_http,
    is_http_value,
    label_set,
    named_in,
    text_labels,
    written,
)
from hushtable.scan.frame import Call, Exit, Frame, Machine
from hushtable.scan.kinds import Kept, Mark, marks_of
from hushtable.scan.labels import Kind, Label, Labels, Origin
from hushtable.scan.observations import Carry, Denial, RawExpression, Store, TaughtGate
from hushtable.scan.records import Record
from hushtable.scan.tracing import hand_on
from hushtable.scan.trying import status_of
from hushtable.scan.unspoken import is_secret
from hushtable.scan.values import (
    ELTS,
    MISSING,
    REST,
    Const,
    Dict,
    Function,
    Instance,
    Seq,
    Value,
    deep_labels,
    options,
    own_labels,
)
from hushtable.values.written import credential_kind

DENIED = frozenset({401, 403})
TOO_MANY = 429
REFUSAL = re.compile(r"Unauthori|Forbidden|Authenticat|Permission|AccessDenied|NotAuth|Credential")
"""Names of a program's own exceptions that refuse a caller."""
ROLE_WORDS = ("role", "scope", "group", "permission", "is_admin", "admin", "superuser", "claims")
SPOKEN = re.compile(r"message|conversation|chat|dialog|history|turn|prompt", re.IGNORECASE)
"""Words for rows of a conversation."""


@dataclass(slots=True)
class Notes:
    """The notebook of one entry; `begin` empties it for the next."""

    records: list[Record] = field(default_factory=list)
    carries: list[Carry] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    denials: list[Denial] = field(default_factory=list)
    expressions: list[RawExpression] = field(default_factory=list)
    swallows: list[Swallow] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    roles: set[str] = field(default_factory=set)
    phase: str = ""
    watched: dict[int, list[Exit]] = field(default_factory=dict)
    limited: bool = False
    checked: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    """Inputs whose names were checked against a fixed list."""
    verified: set[str] = field(default_factory=set)
    """Inputs whose signature was compared."""
    tables: list[TableDefinition] = field(default_factory=list)
    shapes: dict[str, dict[str, str]] = field(default_factory=dict)
    """Attributes known of each table, from what is written to it; kept across entries."""
    kept: dict[Kept, None] = field(default_factory=dict)
    """The same for each kind of item in a table that holds several; kept across entries."""
    debug: list[DebugSwitch] = field(default_factory=list)
    urls: list[UrlSecret] = field(default_factory=list)
    taught_gates: list[TaughtGate] = field(default_factory=list)
    _known: dict[tuple[Any, ...], Record] = field(default_factory=dict)

    def begin(self) -> None:
        """Begin an entry."""
        self.records, self.carries, self.stores = [], [], []
        self.denials, self.expressions, self.swallows, self.errors = [], [], [], []
        self.roles, self.phase, self.watched, self.limited = set(), "", {}, False
        self.checked, self.verified, self.taught_gates, self._known = set(), set(), [], {}
        self.listed = set()
        self.urls = []

    def fresh(self) -> Notes:
        """Give an empty notebook, for what runs apart from the entry."""
        return Notes()

    # reads and writes ----------------------------------------------------------------------

    def record(
        self,
        m: Machine,
        operation: Operation,
        table: str,
        place: Place,
        function: str,
        library: str,
    ) -> Record:
        """Give the record of a call; the same call in a loop is the same record."""
        trail = m.trail()
        key = (place, table, operation, tuple(step.place for step in trail))
        known = self._known.get(key)
        if known is None:
            known = Record(operation, table, place, function, library, trail=trail)
            known.origin.record = known
            self._known[key] = known
            self.records.append(known)
        return known

    def stored(self, m: Machine, record: Record, item: Any, call: Call) -> None:
        """Note the attributes of an item that is written."""
        found = written(item)
        for name, value in found:
            self._store(m, record, name, value, call)
        self._keep(record, marks_of(found), [name for name, _ in found])

    def updated(
        self, m: Machine, record: Record, values: list[tuple[str, Any]], call: Call
    ) -> None:
        """Note the attributes that an update sets."""
        for name, value in values:
            self._store(m, record, name, value, call)
        self._keep(record, frozenset(record.marks), [name for name, _ in values])

    def _keep(self, record: Record, marks: frozenset[Mark], names: list[str]) -> None:
        tops = sorted({name.partition(".")[0] for name in names} - {"*"})
        self.kept[Kept(record.table, marks, tuple(tops))] = None

    def _store(self, m: Machine, record: Record, name: str, value: Any, call: Call) -> None:
        function = call.frame.function.name if call.frame.function else call.frame.module.name
        kind = "map" if isinstance(value, Dict) else ""
        if name != "*":
            self.shapes.setdefault(record.table, {}).setdefault(name, kind)
        self.stores.append(
            Store(
                record,
                name,
                deep_labels(value),
                is_constant(value),
                m.place(call.node, call.frame),
                m.trail(),
                function,
            )
        )

    def expression(
        self,
        m: Machine,
        record: Record,
        kind: ExpressionKind,
        call: Call,
        *,
        text: str | None,
        labels: Labels,
        names: dict[str, str],
        name_labels: Labels,
        values: tuple[str, ...],
        complete: bool,
        compared: bool,
    ) -> None:
        """Note expression text given to a call."""
        if compared:
            return
        function = call.frame.function.name if call.frame.function else call.frame.module.name
        self.expressions.append(
            RawExpression(
                record,
                kind,
                m.place(call.node, call.frame),
                function,
                text,
                labels,
                names,
                name_labels,
                values,
                complete,
                m.trail(),
            )
        )

    def table_created(self, m: Machine, call: Call) -> Any:
        """Note a table that code creates."""
        name = call.argument(-1, "TableName", "name")
        if isinstance(name, Const) and isinstance(name.value, str):
            keys = tuple(
                str(v.value) for v in named_in(call.kwargs.get("KeySchema"), "AttributeName")
            )
            sse = call.kwargs.get("SSESpecification")
            kms = any(v.value == "KMS" for v in named_in(sse, "SSEType"))
            encryption = "default" if sse is None else ("customer-key" if kms else "aws-key")
            place = m.place(call.node, call.frame)
            if all(one.place != place for one in self.tables):
                self.tables.append(
                    TableDefinition(
                        place, name.value, language="boto3", keys=keys, encryption=encryption
                    )
                )
        return Instance(native="dynamodb.table", slots={"table": name})

    # channels ------------------------------------------------------------------------------

    def carried(
        self, m: Machine, channel: Channel, values: list[Any], call: Call, *, public: bool = False
    ) -> None:
        """Note that a call carries values out; `public`: into a file that the app serves."""
        labels: set[Label] = set()
        for value in values:
            labels |= text_labels(value)
        if channel is Channel.LOG:
            labels |= self._spoken_names(m, call)
        if not labels:
            return
        function = call.frame.function.name if call.frame.function else call.frame.module.name
        self.carries.append(
            Carry(
                channel,
                m.place(call.node, call.frame),
                tuple(values),
                frozenset(labels),
                call.name,
                function,
                m.trail(),
                public=public,
            )
        )

    def sent(self, m: Machine, names: list[str], call: Call) -> None:
        """Note the query parameters of a request that the program sends."""
        place = m.place(call.node, call.frame)
        self.urls += [UrlSecret(place, name, "query", outgoing=True) for name in names]

    def _spoken_names(self, m: Machine, call: Call) -> set[Label]:
        """Constants that are written out under a name: `print(f"Password: {default_password}")`."""
        found: set[Label] = set()
        nodes = [
            *getattr(call.node, "args", ()),
            *(k.value for k in getattr(call.node, "keywords", ())),
        ]
        for node in nodes:
            pieces = (
                [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
                if isinstance(node, ast.JoinedStr)
                else [node]
            )
            for piece in pieces:
                if isinstance(piece, ast.Name) and not piece.id.isupper():
                    value = m.program.load(m, piece.id, call.frame)
                    if isinstance(value, Const) and isinstance(value.value, str) and value.value:
                        place = m.place(piece, call.frame)
                        found.add(Label(Kind.SETTING, name=piece.id, place=place))
        return found

    def left(
        self,
        m: Machine,
        channel: Channel,
        value: Any,
        place: Place,
        via: str,
        function: str,
        status: int | None = None,
        shape: Any = None,
    ) -> None:
        """Note that a value leaves in an answer."""
        self.carries.append(
            Carry(
                channel,
                place,
                (value,),
                text_labels(value),
                via,
                function,
                m.trail(),
                status,
                shape,
            )
        )

    # exceptions ----------------------------------------------------------------------------

    def raised(self, m: Machine, value: Any, node: ast.Raise, frame: Frame) -> None:
        """Note a raise: an HTTPException answers the client, its detail with it."""
        place = m.place(node, frame)
        function = frame.function.name if frame.function else frame.module.name
        for option in options(value):
            if not isinstance(option, Instance):
                continue
            status = status_of(option)
            if is_http(option):
                detail = option.slots.get("detail", MISSING)
                if status in DENIED:
                    self._deny(m, status or 401, place)
                elif status == TOO_MANY:
                    self.limited = True
                if detail is not MISSING:
                    labels = text_labels(detail)
                    if labels:
                        self.carries.append(
                            Carry(
                                Channel.ERROR,
                                place,
                                (detail,),
                                labels,
                                "HTTPException",
                                function,
                                m.trail(),
                                status,
                            )
                        )
            elif option.cls is not None:
                self.errors.append((option, place, m.trail(), function))
                if status in DENIED or REFUSAL.search(option.cls.name):
                    self._deny(m, status or 401, place)

    def answered(self, m: Machine, function: Function, value: Any, place: Place) -> None:
        """Note what an exception handler answers with."""
        ways = [(way.value, way.place) for way in self.watched.get(id(function), ())]
        for one, where in ways or [(value, place)]:
            for option in options(one):
                held = (
                    option.slots.get("content", option) if isinstance(option, Instance) else option
                )
                self.left(m, Channel.ERROR, held, where, "exception handler", function.name)

    def _deny(self, m: Machine, status: int, place: Place) -> None:
        conditions = frozenset().union(*m.conditions) if m.conditions else frozenset()
        self.denials.append(Denial(status, place, conditions, self.phase))

    def denied(self, m: Machine, status: int, place: Place) -> None:
        """Note an answer that refuses: a Response with 401 or 403."""
        self._deny(m, status, place)

    def handling(self, m: Machine, frame: Frame) -> None:
        """Remember how many ways out there were when a handler began."""
        m.stores.setdefault("handlers", []).append(len(frame.exits))

    def handled(
        self, m: Machine, handler: ast.ExceptHandler, caught: list[Exit], frame: Frame
    ) -> None:
        """Note a handler that turns the app's own HTTP error into another."""
        before = m.stores["handlers"].pop()
        own = [(w, status_of(o)) for w in caught for o in options(w.value) if is_http_value(o)]
        if not own:
            return
        answered = [
            (way, status_of(option))
            for way in frame.exits[before:]
            if way.kind == "raise"
            for option in options(way.value)
            if is_http_value(option) and all(option not in options(w.value) for w, _ in own)
        ]
        for way, status in own:
            for _, other in answered[:1]:
                if status != other:
                    function = frame.function.name if frame.function else frame.module.name
                    self.swallows.append(
                        Swallow(m.place(handler, frame), way.place, status, other, None, function)
                    )

    def finished(self, m: Machine, function: Function, exits: list[Exit], *, falls: bool) -> None:
        """Keep the ways out of a function that is watched, for gates that fail open."""
        if id(function) in self.watched:
            self.watched[id(function)] += [e for e in exits if e.kind == "return"]
        del m, falls

    def returning(self, m: Machine, value: Any, node: ast.Return, frame: Frame) -> None:
        """Note where a function hands on something of what was read."""
        if self.records and frame.function is not None and id(frame.function) not in self.watched:
            hand_on(m, value, node, frame)

    # comparisons ---------------------------------------------------------------------------

    def compared(self, m: Machine, left: Value, right: Value) -> None:
        """Note a comparison of what was read with who calls: an ownership check."""
        for one, other in ((left, right), (right, left)):
            callers = [x for x in label_set(other) if x.kind is Kind.CALLER]
            if not callers:
                continue
            for label in label_set(one):
                if label.kind is Kind.ATTRIBUTE and isinstance(label.access, Origin):
                    record = label.access.record
                    if record is not None and not record.owner_checked:
                        record.owner_checked = "compare"
                elif label.kind is Kind.INPUT:
                    self.checked.add(label.name)
        del m

    def listed_by(self, key: Value, container: Value) -> None:
        """Note that the names in a request are checked against a fixed list."""
        if not isinstance(container, Seq) or REST in container.slots:
            return
        if all(isinstance(one, Const) for one in container.slots[ELTS]):
            self.listed |= {x.name for x in own_labels(key) if x.kind is Kind.INPUT and x.counted}

    def tested(
        self,
        m: Machine,
        op: ast.cmpop | ast.operator,
        left: Value,
        right: Value,
        node: ast.AST,
        frame: Frame,
    ) -> None:
        """Note a check of the caller's role."""
        del op, node, frame, m
        for one, other in ((left, right), (right, left)):
            for label in label_set(one):
                words = (*label.path, label.name)
                about = label.kind in {Kind.CALLER, Kind.ATTRIBUTE, Kind.INPUT}
                # The role of a message says who wrote it, not who asks for it.
                spoken = label.kind is Kind.ATTRIBUTE and SPOKEN.search(str(label.attribute))
                if spoken or not about:
                    continue
                if any(credential_kind(word) for word in words):
                    continue
                if any(w in str(x).lower() for x in words for w in ROLE_WORDS[:4]):
                    self.roles |= {
                        text for text in constants_in(other) if text and not is_secret(text)
                    }

    def rate_limited(self, m: Machine, call: Call) -> None:
        """Note a rate limit."""
        del m, call
        self.limited = True

    def taught_gate(self, m: Machine, call: Call, role: str) -> None:
        """Note a gate the user taught, and the one role that it lets through ("": any)."""
        name = call.name.rpartition(".")[2]
        self.taught_gates.append(TaughtGate(name, m.place(call.node, call.frame), self.phase))
        if role:
            self.roles.add(role)
