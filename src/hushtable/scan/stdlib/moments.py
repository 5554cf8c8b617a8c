"""Dates and times: one of now says nothing, others carry what they were made of."""

from __future__ import annotations

from typing import Any

from hushtable.scan.carrying import (
    fixed,
    labels_in,
)
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.frame import Call, Machine
from hushtable.scan.values import (
    REST,
    UNKNOWN,
    Instance,
    Opaque,
    deep_labels,
)


def _when(m: Machine, call: Call) -> Any:
    """Make a date or time: of now it says nothing, of what it was given it carries that."""
    del m
    return Instance(
        native=WHEN.get(call.name, "datetime.datetime"),
        slots={REST: Opaque(labels_in(call.everything()))},
    )


WHEN = {
    "datetime.date": "datetime.date",
    "datetime.timedelta": "datetime.timedelta",
    "datetime.time": "datetime.time",
    "datetime.date.today": "datetime.date",
}


def _when_text(_m: Machine, call: Call) -> Any:
    return Opaque(labels_in(call.everything()), "str")


def _when_number(_m: Machine, call: Call) -> Any:
    return Opaque(labels_in(call.everything()), "float")


def _when_itself(_m: Machine, call: Call) -> Any:
    native = call.receiver.native if isinstance(call.receiver, Instance) else "datetime.datetime"
    return Instance(native=native, slots={REST: Opaque(labels_in(call.everything()))})


def _when_part(_m: Machine, owner: Any) -> Any:
    return Opaque(deep_labels(owner), "int")


MOMENTS = ("datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta")
TIMES: dict[str, Any] = {}
for _kind in MOMENTS:
    TIMES |= {
        _kind: _when,
        **{
            f"{_kind}.{name}": _when
            for name in (
                "now",
                "utcnow",
                "today",
                "fromtimestamp",
                "utcfromtimestamp",
                "fromisoformat",
                "strptime",
                "combine",
                "fromordinal",
            )
        },
        **{
            f"{_kind}.{name}": _when_text
            for name in ("isoformat", "strftime", "ctime", "__str__", "__format__")
        },
        **{
            f"{_kind}.{name}": _when_number
            for name in ("timestamp", "total_seconds", "weekday", "isoweekday", "toordinal")
        },
        **{
            f"{_kind}.{name}": _when_itself
            for name in (
                "replace",
                "astimezone",
                "date",
                "time",
                "__add__",
                "__sub__",
                "__mul__",
                "__radd__",
                "__rsub__",
                "__neg__",
                "__truediv__",
            )
        },
        **{f"{_kind}.__{name}__": fixed(BOOLEAN) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
        **{f"{_kind}.{name}": _when_itself for name in ("add", "sub", "mul")},
    }
TIME_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond", "days", "seconds")

NATIVES: dict[str, Any] = {
    **TIMES,
    "datetime.timezone": fixed(UNKNOWN),
    "zoneinfo.ZoneInfo": fixed(UNKNOWN),
}
ATTRIBUTES: dict[str, Any] = {
    **{f"{kind}.{name}": _when_part for kind in MOMENTS for name in TIME_PARTS},
    "datetime.UTC": lambda _m, _o: UNKNOWN,
    "datetime.timezone.utc": lambda _m, _o: UNKNOWN,
}
