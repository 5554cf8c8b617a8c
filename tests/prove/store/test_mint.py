"""Canaries: unforgeable, of the right shape, the same for one seed."""

from __future__ import annotations

import base64
import json
import re
import uuid
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.prove.canary import UNDECLARED, Source
from hushtable.prove.sketch import Form, Shape
from hushtable.prove.store.mint import Mint

NAMES = st.text("abcdefgh_", min_size=1, max_size=12)


def planted(shape: Shape, seed: int = 1, path: str = "email") -> str:
    """Give the text of one item's attribute."""
    return str(*Mint(seed).wire(shape, table="users", path=(path,), owner="A", item=0).values())


@given(st.integers(1, 50), st.sampled_from(list(Form)), NAMES)
def test_one_seed_makes_the_same(seed: int, form: Form, name: str) -> None:
    """Two mints of one seed make the same canary for a place, whatever they made before."""
    first, second = Mint(seed), Mint(seed)
    second.text(Shape(), Source.INPUT, ("before",))
    shape = Shape(form=form)
    assert first.text(shape, Source.INPUT, (name,)) == second.text(shape, Source.INPUT, (name,))


@given(st.sets(NAMES, min_size=2, max_size=30), st.sampled_from(list(Form)))
def test_no_two_are_alike(names: set[str], form: Form) -> None:
    """No two places have one token, and tokens differ in their first twelve characters."""
    mint = Mint(3)
    made = [mint.text(Shape(form=form), Source.ITEM, (name,)) for name in names]
    tokens = [one.token[:12] if one.token.startswith("hq") else one.token for one in made]
    assert len(set(tokens)) == len(names)
    assert mint.tokens() == {one.token for one in made}


@given(st.sampled_from([Form.TEXT, Form.EMAIL, Form.URL, Form.JSON, Form.BASE64]), NAMES)
def test_a_token_stands_in_a_text(form: Form, name: str) -> None:
    """A text, address or JSON text holds its token, which the pattern finds, cut or whole."""
    mint = Mint(5)
    canary = mint.text(Shape(form=form), Source.INPUT, (name,))
    text = canary.planted
    if form is Form.BASE64:
        text = base64.b64decode(text).decode()
    found = mint.PATTERN.findall(f"<{text[: text.index('hq') + 14]}>")
    assert [mint.of(one) for one in found] == [canary]
    assert mint.of(canary.token[:12].upper()) == canary
    assert mint.of(canary.token[:11]) is None
    assert mint.BYTES.search(text.encode()) is not None


@pytest.mark.parametrize(
    "form", [Form.UUID, Form.HEX, Form.PHONE, Form.IP, Form.DATE, Form.TIME, Form.DATETIME,
             Form.INTEGER, Form.DECIMAL, Form.EPOCH]
)  # fmt: skip
def test_what_has_no_token_is_looked_up_whole(form: Form) -> None:
    """A value whose form has no room for a token is found by its whole text."""
    mint = Mint(7)
    canary = mint.text(Shape(form=form), Source.ITEM, ("x",))
    assert canary.token == canary.planted.lower()
    assert mint.lookup(f" {canary.planted.upper()} ") == canary
    assert mint.lookup(canary.planted[:-1]) is None


@given(st.integers(1, 200))
def test_numbers_and_times_are_found_rewritten(seed: int) -> None:
    """A number or time is found when it is written in another way."""
    mint = Mint(seed)
    number = mint.text(Shape("N", Form.DECIMAL), Source.ITEM, ("n",))
    time = mint.text(Shape(form=Form.DATETIME), Source.ITEM, ("t",))
    assert mint.lookup(f"{Decimal(number.planted):.6f}") == number
    assert mint.lookup(f"{Decimal(number.planted):E}") == number
    assert mint.lookup(str(float(number.planted))) == number
    assert mint.lookup(time.planted.replace("+00:00", "Z")) == time
    assert mint.lookup(time.planted.replace("T", " ")) == time
    assert mint.lookup("1E999999999") is None


@given(
    st.sampled_from([Form.INTEGER, Form.DECIMAL]),
    st.integers(-(10**6), 10**6),
    st.integers(0, 10**7),
    st.integers(1, 20),
)
def test_numbers_keep_their_bounds(form: Form, low: int, width: int, seed: int) -> None:
    """A number lies within its bounds, and one with few digits is never looked for."""
    shape = Shape("N", form, low=low, high=low + width)
    mint = Mint(seed)
    canary = mint.text(shape, Source.ITEM, ("n",))
    assert low <= Decimal(canary.planted) <= low + width
    digits = len(re.sub(r"\D", "", canary.planted.lstrip("0.-")))
    assert bool(canary.token) is (digits >= 8)
    assert mint.lookup("7") is None


@given(st.integers(1, 40), st.integers(0, 60), st.integers(1, 9))
def test_texts_keep_their_length(shortest: int, more: int, seed: int) -> None:
    """A text is as long as it must be and no longer than it may be."""
    shape = Shape(shortest=shortest, longest=shortest + more)
    text = planted(shape, seed)
    assert shortest <= len(text) <= shortest + more


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[a-z0-9_]{3,30}$",
        r"^[^@\s]{1,64}@[A-Za-z0-9.-]{1,190}$",
        r"^[A-Z]{3}-\d{9}$",
        r"^\+?[1-9]\d{9,14}$",
        r"^ORDER\#.+",
        r"^sk_[a-z0-9]+$",
        r"^[A-F0-9]{24}$",
        "token",
    ],
)
def test_texts_fit_their_pattern(pattern: str) -> None:
    """A text fits the pattern that the app asks for, differs from place to place, and is found."""
    mint = Mint(11)
    made = [mint.text(Shape(pattern=pattern), Source.ITEM, (name,)) for name in "abc"]
    assert all(re.search(pattern, one.planted) for one in made)
    assert len({one.planted for one in made}) == 3
    assert all(mint.lookup(one.planted) == one for one in made)


def test_a_date_has_the_formats_of_its_app() -> None:
    """A date is written in the strptime format that the app reads, and in ISO form without one."""
    written = "%d.%m.%Y %H:%M"
    text = planted(Shape(form=Form.DATETIME, pattern=written))
    assert datetime.strptime(text, written).year > 2000  # noqa: DTZ007 - the app's format has none
    assert datetime.fromisoformat(planted(Shape(form=Form.DATETIME))).tzinfo is not None
    assert uuid.UUID(planted(Shape(form=Form.UUID))).version == 4


def test_choices_carry_no_canary() -> None:
    """A value that must be one of a few is one of them, and is never looked for."""
    mint = Mint(1)
    shape = Shape(choices=("open", "paid"))
    one = mint.text(shape, Source.ITEM, ("status",))
    assert (one.planted, one.token) == ("open", "")
    assert mint.lookup("open") is None
    items = [
        mint.wire(shape, table="t", path=("s",), owner="A", item=item)["S"] for item in range(3)
    ]
    assert items == ["open", "paid", "open"]


def test_maps_and_lists_hold_canaries_of_their_own() -> None:
    """Each part of a map or list has a canary with its path, and an open map an undeclared one."""
    mint = Mint(2)
    shape = Shape(
        "M",
        fields=(
            ("email", Shape(form=Form.EMAIL)),
            ("lines", Shape("L", element=Shape("M", fields=(("sku", Shape()),), closed=True))),
            ("tags", Shape("SS", element=Shape())),
            ("active", Shape("BOOL", choices=("false",))),
            ("raw", Shape("B")),
            ("none", Shape("NULL")),
        ),
    )
    wire = mint.wire(shape, table="users", path=("profile",), owner="B", item=1)["M"]
    assert set(wire) == {"email", "lines", "tags", "active", "raw", "none", UNDECLARED}
    sku = mint.lookup(wire["lines"]["L"][0]["M"]["sku"]["S"])
    hidden = mint.lookup(wire[UNDECLARED]["S"])
    raw = mint.lookup(base64.b64decode(wire["raw"]["B"]).decode())
    assert sku is not None
    assert sku.path == ("profile", "lines", "[]", "sku")
    assert (sku.table, sku.owner, sku.item, sku.source) == ("users", "B", 1, Source.ITEM)
    assert hidden is not None
    assert (hidden.source, hidden.path) == (Source.UNDECLARED, ("profile", UNDECLARED))
    assert raw is not None
    assert wire["lines"]["L"][0]["M"].keys() == {"sku"}
    assert len(wire["tags"]["SS"]) == 1
    assert wire["active"] == {"BOOL": False}
    assert wire["none"] == {"NULL": True}


def test_a_json_text_is_json() -> None:
    """A JSON text parses, and holds its token under every name that the app reads."""
    mint = Mint(4)
    shape = Shape(form=Form.JSON, fields=(("inner", Shape()),))
    canary = mint.text(shape, Source.ITEM, ("payload",))
    assert {name: canary.token in text for name, text in json.loads(canary.planted).items()} == {
        UNDECLARED: True, "inner": True
    }  # fmt: skip
    assert list(mint.found_in(f"x {canary.planted} y")) == [canary, canary]


@given(st.text())
def test_random_text_is_no_canary(text: str) -> None:
    """No text that was not planted is taken for a canary."""
    mint = Mint(9)
    mint.text(Shape(), Source.ITEM, ("a",))
    mint.text(Shape("N", Form.INTEGER), Source.ITEM, ("b",))
    assert mint.lookup(text) is None
    assert list(mint.found_in(text)) == []
