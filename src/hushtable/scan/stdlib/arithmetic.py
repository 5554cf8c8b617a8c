"""Numbers: math, statistics, decimal, fractions, and random ones."""

from __future__ import annotations

import math
from typing import Any

from hushtable.scan.carrying import (
    carrying,
    computed,
    fixed,
    labels_in,
    opened,
)
from hushtable.scan.comparing import BOOLEAN
from hushtable.scan.frame import Call, Handler, Machine
from hushtable.scan.values import UNKNOWN, Const, Opaque

NUMBER = Opaque(hint="float")


def _product(m: Machine, call: Call) -> Any:
    known, rest = opened(m, call.args[0] if call.args else UNKNOWN, call)
    return MATH["prod"](m, call) if rest is None else Opaque(labels_in([*known, rest]))


MATH_NAMES = (
    "ceil",
    "floor",
    "trunc",
    "sqrt",
    "pow",
    "exp",
    "log",
    "log2",
    "log10",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "fabs",
    "fmod",
    "gcd",
    "lcm",
    "hypot",
    "degrees",
    "radians",
    "isqrt",
    "modf",
    "fsum",
    "prod",
    "dist",
    "copysign",
    "cbrt",
    "exp2",
    "expm1",
    "log1p",
    "sinh",
    "cosh",
    "tanh",
    "remainder",
    "ldexp",
)
MATH: dict[str, Handler] = {name: computed(getattr(math, name)) for name in MATH_NAMES}
NATIVES: dict[str, Any] = {
    **{f"math.{name}": handler for name, handler in MATH.items()},
    "math.prod": _product,
    **{f"cmath.{name}": carrying() for name in ("sqrt", "exp", "phase", "polar", "rect", "log")},
    "math.isclose": fixed(Opaque(hint="bool")),
    "math.isnan": fixed(Opaque(hint="bool")),
    "math.isinf": fixed(Opaque(hint="bool")),
    "math.isfinite": fixed(Opaque(hint="bool")),
    **{
        f"statistics.{name}": carrying()
        for name in ("mean", "median", "mode", "stdev", "fmean", "pstdev", "variance", "quantiles")
    },
    **{
        f"random.{name}": fixed(NUMBER)
        for name in ("random", "randint", "uniform", "randrange", "gauss", "getrandbits", "seed")
    },
    "decimal.Decimal": carrying("float"),
    "decimal.Decimal.quantize": carrying("float"),
    **{
        f"float.{name}": carrying("float")
        for name in (
            "quantize",
            "normalize",
            "to_integral_value",
            "copy_abs",
            "to_eng_string",
            "sqrt",
        )
    },
    **{f"float.{name}": fixed(BOOLEAN) for name in ("is_nan", "is_finite", "is_signed")},
    "float.as_tuple": carrying(),
    "fractions.Fraction": carrying("float"),
    "numbers.Number": carrying(),
}
ATTRIBUTES: dict[str, Any] = {
    "math.pi": lambda _m, _o: Const(math.pi),
    "math.e": lambda _m, _o: Const(math.e),
    "math.inf": lambda _m, _o: Const(math.inf),
    "math.nan": lambda _m, _o: NUMBER,
}
