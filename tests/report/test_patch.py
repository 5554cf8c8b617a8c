"""A patch is told with what is fixed, what stays and why, and no secret."""

from __future__ import annotations

from hushtable.model.edit import Fixed, Left, Order, Patch
from hushtable.model.place import Place
from hushtable.report.patch import difference, render

PLACE = Place("app.py", 1)
PATCH = Patch(
    {"app.py": b'KEY = "sesame-open"\nx = "\x1b[31m"\n'},
    {"app.py": b'KEY = os.environ["KEY"]\nx = "\x1b[31m"\n'},
    (Fixed("k", "HT604", PLACE, Order("environment", PLACE, unsafe="why not", note="rotate it")),),
    (Left("l", "HT402", PLACE, "nobody knows"),),
)
SECRETS = {'KEY = "sesame-open"'}


def test_it_says_what_is_fixed_and_what_stays() -> None:
    """Every finding stands there with the reason that it is unsafe, or stays."""
    text = render(PATCH, {}, SECRETS)
    for said in ("1 can be fixed in 1 file:", "(unsafe: why not)", "rotate it", "nobody knows"):
        assert said in text
    assert "1 fixed in 1 file:" in render(PATCH, {}, SECRETS, written=True)


def test_no_secret_and_no_control_character_comes_out() -> None:
    """A line with a secret is masked, and what a terminal would obey is written out."""
    text = render(PATCH, {}, SECRETS)
    assert "sesame" not in text
    assert '-KEY = "***"' in text
    assert "\x1b" not in text


def test_colours_are_for_terminals() -> None:
    """Added and removed lines have colours where they are asked for, and only there."""
    assert "\x1b[32m+KEY" in render(PATCH, {}, SECRETS, colour=True)
    assert not any("\x1b" in line for line in difference(PATCH, SECRETS))
