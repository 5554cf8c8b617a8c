"""Remedies change what they are told to, and refuse what they cannot tell."""

from __future__ import annotations

import pytest

from hushtable.fix import apply
from hushtable.fix.source import Sources
from hushtable.model.edit import CannotFix, Order
from hushtable.model.place import Place


def mended(text: str, order: Order, **others: str) -> str:
    """Carry out one order on a file and give its new text."""
    texts = {"app.py": text, **{f"{name}.py": more for name, more in others.items()}}
    sources = Sources({path: each.encode() for path, each in texts.items()})
    return apply.apply(sources, [apply.change(order, sources)])["app.py"].decode()


def at(line: int) -> Place:
    """Give a line of app.py."""
    return Place("app.py", line)


CASES = {
    "debug": (
        "app = FastAPI(title='x', debug=True)\n",
        Order("debug", at(1)),
        "app = FastAPI(title='x')\n",
    ),
    "limit": ("r = table.scan()\n", Order("limit", at(1)), "r = table.scan(Limit=100)\n"),
    "limit of the client": (
        "r = table.query(K=k, Limit=n)\n",
        Order("limit", at(1)),
        "r = table.query(K=k, Limit=min(n, 100))\n",
    ),
    "projection beside names": (
        'r = table.query(ExpressionAttributeNames={"#a": "at"})\n',
        Order("projection", at(1), names=("at", "size.x")),
        (
            'r = table.query(\n    ExpressionAttributeNames={"#a": "at", "#size": "size", '
            '"#x": "x"},'
            '\n    ProjectionExpression="#a, #size.#x",\n)\n'
        ),
    ),
    "projection of PynamoDB": (
        "r = User.query(key)\n",
        Order("projection", at(1), names=("plan", "address.city"), word="pynamodb"),
        'r = User.query(key, attributes_to_get=["plan", "address"])\n',
    ),
    "masked keyword": (
        'log.info("in", email=user.email, id=user.id)\n',
        Order("log", at(1), drop=("email",)),
        'log.info("in", id=user.id)\n',
    ),
    "masked text": (
        'log.info(f"in {user.email} {{x}}")\n',
        Order("log", at(1), drop=("email",)),
        'log.info(f"in *** {{x}}")\n',
    ),
    "environment": (
        'client = Client(api_key="abcdefgh1234")\n',
        Order("environment", at(1), word="api_key"),
        'import os\n\nclient = Client(api_key=os.environ["API_KEY"])\n',
    ),
    "a default of getenv": (
        'import os\n\nKEY = os.getenv("KEY", "abcdefgh1234")\n',
        Order("environment", at(3), word="KEY"),
        'import os\n\nKEY = os.environ["KEY"]\n',
    ),
    "a field of settings": (
        'class S(BaseSettings):\n    key: str = "abcdefgh1234"\n',
        Order("environment", at(2), word="key"),
        "class S(BaseSettings):\n    key: str\n",
    ),
    "excluded": (
        "def f():\n    return user\n",
        Order("excluded", at(2), drop=("key",)),
        'def f():\n    return user.model_dump(exclude={"key"})\n',
    ),
    "parts": (
        'def f():\n    return {"user": item, "n": 1}\n',
        Order("parts", at(2), names=("id",), word="user"),
        (
            'def f():\n    return {"user": '
            '{name: item[name] for name in ("id",) if name in item}, "n": 1}\n'
        ),
    ),
    "a field of a body": (
        "class In(BaseModel):\n    ids: list[str]\n",
        Order("field", at(1), names=("In",), drop=('pattern="x"',), word="ids"),
        (
            "from typing import Annotated\n\nfrom pydantic import Field\n\nclass In(BaseModel):\n"
            '    ids: list[Annotated[str, Field(pattern="x")]]\n'
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_remedy_changes_what_it_is_told_to(name: str) -> None:
    """Each remedy gives the text that is wanted, and nothing else changes."""
    text, order, made = CASES[name]
    assert mended(text, order) == made


REFUSED = {
    "another placeholder map": (
        "r = table.query(ExpressionAttributeNames=names)\n",
        Order("projection", at(1), names=("a",)),
    ),
    "no exception": ("def f():\n    return {'a': 1}\n", Order("error_text", at(2))),
    "a model of no names": (
        '@app.get("/")\ndef f():\n    return item\n',
        Order("response_model", at(1), word="Out"),
    ),
    "a handler within": (
        'def g():\n    @app.get("/")\n    def f():\n        return item\n',
        Order("response_model", at(2), names=("a",), word="Out"),
    ),
    "no parameter": (
        "def f(a: str): ...\n",
        Order("parameter", at(1), names=("Query", "le=1"), word="b"),
    ),
    "a value without quotes": (
        'r = c.execute_statement(Statement=f"SELECT {a} FROM t")\n',
        Order("statement", at(1)),
    ),
    "a gate of nowhere": (
        '@app.get("/")\ndef f(): ...\n',
        Order("gate", at(1), also=(Place("other.py", 1),), word="gate"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_remedy_refuses_what_it_cannot_tell(name: str) -> None:
    """What is not certain is refused with a reason that holds no value."""
    text, order = REFUSED[name]
    with pytest.raises(CannotFix) as told:
        mended(text, order)
    assert str(told.value)


def test_a_gate_is_imported_as_others_import_its_module() -> None:
    """The module of a gate is called what another file calls it."""
    text = 'from fastapi import APIRouter\n\nr = APIRouter()\n\n\n@r.get("/")\ndef f(): ...\n'
    order = Order("gate", at(6), also=(Place("auth.py", 1),), word="caller")
    made = mended(text, order, auth="def caller(): ...\n", main="from auth import nothing\n")
    assert "from auth import caller\n" in made
    assert '@r.get("/", dependencies=[Depends(caller)])\n' in made


def test_an_answer_is_annotated_in_one_form() -> None:
    """A response model is the return type, and `response_model=` is gone."""
    text = (
        '@app.get("/", response_model=dict)\ndef f(a: str = Query(")")) -> dict:\n    return item\n'
    )
    made = mended(text, Order("response_model", at(1), names=("a", "b"), word="Out", many=True))
    assert '@app.get("/")\ndef f(a: str = Query(")")) -> list[Out]:\n' in made
    assert "class Out(BaseModel):\n    a: str | None = None\n" in made
