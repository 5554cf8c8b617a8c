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
    "an owner of an exemplar": (
        (
            "User = Annotated[Who, Depends(who)]\n\n\n"
            '@app.get("/{owner}")\ndef f(owner: UUID, me: User):\n    return g(owner)\n\n\n'
            '@app.get("/")\ndef h(me: User):\n    return g(me.user_id)\n'
        ),
        Order("owner", at(4), names=("user_id",), also=(at(9),), word="owner"),
        (
            "from fastapi import HTTPException\n\nUser = Annotated[Who, Depends(who)]\n\n\n"
            '@app.get("/{owner}")\ndef f(owner: UUID, me: User):\n'
            '    if str(owner) != me.user_id:\n        raise HTTPException(404, "not found")\n'
            '    return g(owner)\n\n\n@app.get("/")\ndef h(me: User):\n    return g(me.user_id)\n'
        ),
    ),
    "a limit of its own": (
        (
            "from fastapi import Depends\n\nfirst_limit = Limit(5)\n\n\n"
            '@app.post("/a")\ndef a(_=Depends(first_limit)): ...\n\n\n'
            '@app.post("/b")\ndef b(): ...\n'
        ),
        Order("rate_limit", at(10), also=(at(6),)),
        (
            "from fastapi import Depends\n\nfirst_limit = Limit(5)\nb_limit = Limit(5)\n\n\n"
            '@app.post("/a")\ndef a(_=Depends(first_limit)): ...\n\n\n'
            '@app.post("/b", dependencies=[Depends(b_limit)])\ndef b(): ...\n'
        ),
    ),
    "the first page": (
        (
            "def f():\n    r = t.scan()\n    out = r['Items']\n"
            "    while 'LastEvaluatedKey' in r:\n"
            "        r = t.scan(ExclusiveStartKey=r['LastEvaluatedKey'])\n"
            "        out += r['Items']\n    return out\n"
        ),
        Order("first_page", at(5)),
        "def f():\n    r = t.scan(Limit=100)\n    out = r['Items']\n    return out\n",
    ),
    "a filter that is a key of the table": (
        (
            'r = t.query(IndexName="i", KeyConditionExpression=Key("a").eq(x), '
            'FilterExpression=Attr("b").eq(y))\n'
        ),
        Order("key_filter", at(1), names=("b", "c")),
        (
            "from boto3.dynamodb.conditions import Attr, Key\n\n"
            'r = t.query(KeyConditionExpression=Key("b").eq(y), FilterExpression=Attr("a").eq(x))\n'
        ),
    ),
    "a code that is compared": (
        (
            "def f():\n    t.update_item(\n"
            '        UpdateExpression="SET code = :c", '
            'ExpressionAttributeValues={":c": code}\n    )\n\n\n'
            'def g():\n    return compare_digest(user.get("code", ""), body.code)\n'
        ),
        Order("digest", at(2), names=("app.py",), word="code"),
        (
            "import hashlib\n\ndef f():\n    t.update_item(\n"
            '        UpdateExpression="SET code = :c", ExpressionAttributeValues='
            '{":c": hashlib.sha256(code.encode()).hexdigest()}\n    )\n\n\n'
            'def g():\n    return compare_digest(user.get("code", ""), '
            "hashlib.sha256(body.code.encode()).hexdigest())\n"
        ),
    ),
    "a password in a model that is stored whole": (
        (
            "import argon2\n\n\ndef f(body):\n    t.put_item(Item={**body.dict(), 'id': i})\n\n\n"
            "def g(body):\n    return body.password == user['password']\n"
        ),
        Order("hashed_password", at(5), names=("app.py",), also=(at(5),), word="password"),
        (
            "import argon2\n"
            "from argon2.exceptions import InvalidHash, VerificationError\n\n\n"
            "def hash_password(password: str) -> str:\n"
            "    return argon2.PasswordHasher().hash(password)\n\n\n"
            "def password_matches(password: str, stored: str) -> bool:\n    try:\n"
            "        return argon2.PasswordHasher().verify(stored.encode(), password)\n"
            "    except (InvalidHash, VerificationError):\n        return False\n\n\n"
            "def f(body):\n    t.put_item(Item={**body.dict(), 'id': i, "
            '"password": hash_password(body.password)})\n\n\n'
            "def g(body):\n    return password_matches(body.password, user['password'])\n"
        ),
    ),
    "a password that an update writes": (
        (
            "from hushtable.guard import projection\n\n\ndef f(new):\n    t.update_item(\n"
            '        UpdateExpression="SET password = :p", '
            'ExpressionAttributeValues={":p": new}\n    )\n\n\n'
            'def g(given):\n    known = user.get("password")\n'
            "    return compare_digest(known.encode(), given.encode())\n"
        ),
        Order("hashed_password", at(5), names=("app.py",), also=(at(5),), word="password"),
        (
            "from hushtable.guard import projection\n"
            "from hushtable.guard.hashed import Passwords\n\n\n"
            "def hash_password(password: str) -> str:\n"
            "    return Passwords().hash(password)\n\n\n"
            "def password_matches(password: str, stored: str) -> bool:\n"
            "    return Passwords().verify(stored, password)\n\n\n"
            "def f(new):\n    t.update_item(\n"
            '        UpdateExpression="SET password = :p", '
            'ExpressionAttributeValues={":p": hash_password(new)}\n    )\n\n\n'
            'def g(given):\n    known = user.get("password")\n'
            "    return password_matches(given, known)\n"
        ),
    ),
    "a cursor where the guard is used": (
        (
            "import base64\n\nfrom hushtable.guard import KeyRing\n\n\n"
            "def a(k):\n    return base64.b64encode(k).decode()\n\n\n"
            "def b(c):\n    return base64.b64decode(c)\n"
        ),
        Order("sealed_cursor", at(7), many=True),
        (
            "from fastapi import HTTPException\n"
            "from hushtable.guard import InvalidCursorError, KeyRing\n"
            "from hushtable.guard.cursor import Scope, Sealer\n\n\n"
            "def seal_cursor(data: bytes) -> str:\n"
            "    sealer = Sealer(KeyRing.from_environment())\n"
            '    return sealer.seal({"cursor": {"B": data}}, Scope(__name__, "", ""))\n\n\n'
            "def open_cursor(cursor: str) -> bytes:\n"
            "    sealer = Sealer(KeyRing.from_environment())\n    try:\n"
            '        return sealer.open(cursor, Scope(__name__, "", ""))["cursor"]["B"]\n'
            "    except InvalidCursorError:\n"
            '        raise HTTPException(400, "unknown cursor") from None\n\n\n'
            "def a(k):\n    return seal_cursor(k)\n\n\ndef b(c):\n    return open_cursor(c)\n"
        ),
    ),
    "a file of named attributes": (
        "json.dump(item, file)\n",
        Order("file_parts", at(1), names=("plan",)),
        'json.dump({name: item[name] for name in ("plan",) if name in item}, file)\n',
    ),
    "a cursor and its way back": (
        (
            "import base64\n\n\ndef a(k):\n    return base64.b64encode(k).decode()\n\n\n"
            "def b(c):\n    return base64.b64decode(c)\n"
        ),
        Order("sealed_cursor", at(5), many=True),
        (
            "import base64\nimport hashlib\nimport hmac\nimport os\n\n"
            "from fastapi import HTTPException\n\n\n"
            "def sign_cursor(data: bytes) -> str:\n    text = base64.urlsafe_b64encode(data)\n"
            '    mark = hmac.new(os.environ["CURSOR_KEY"].encode(), text, '
            "hashlib.sha256).hexdigest()\n"
            '    return f"{text.decode()}.{mark}"\n\n\n'
            'def read_cursor(cursor: str) -> bytes:\n    text, _, mark = cursor.rpartition(".")\n'
            '    key = os.environ["CURSOR_KEY"].encode()\n'
            "    made = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()\n"
            "    if not hmac.compare_digest(made.encode(), mark.encode()):\n"
            '        raise HTTPException(400, "unknown cursor")\n'
            "    return base64.urlsafe_b64decode(text)\n\n\n"
            "def a(k):\n    return sign_cursor(k)\n\n\ndef b(c):\n    return read_cursor(c)\n"
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
    "an owner nobody names": (
        '@app.get("/{owner}")\ndef f(owner: str):\n    return g(owner)\n',
        Order("owner", at(1), names=("user_id",), word="owner"),
    ),
    "a limit of nobody": ('@app.post("/b")\ndef b(): ...\n', Order("rate_limit", at(1))),
    "pages without a first": (
        (
            "def f():\n    while True:\n        r = t.scan(**k)\n"
            "        if 'LastEvaluatedKey' not in r:\n            return r\n"
        ),
        Order("first_page", at(3)),
    ),
    "a filter of two": (
        (
            'r = t.query(KeyConditionExpression=Key("a").eq(x) & Key("c").eq(z), '
            'FilterExpression=Attr("b").eq(y))\n'
        ),
        Order("key_filter", at(1), names=("b",)),
    ),
    "a secret that is not compared": (
        'def f():\n    t.put_item(Item={"key": key})\n',
        Order("digest", at(2), names=("app.py",), word="key"),
    ),
    "a password that nothing checks": (
        'def f():\n    t.put_item(Item={"password": new})\n',
        Order("hashed_password", at(2), names=("app.py",), also=(at(2),), word="password"),
    ),
    "a password that is made of more": (
        (
            'def f():\n    t.put_item(Item={"password": new + salt})\n'
            '    return user["password"] == body.given\n'
        ),
        Order("hashed_password", at(2), names=("app.py",), also=(at(2),), word="password"),
    ),
    "a password of an item that is made elsewhere": (
        'def f(item):\n    t.put_item(Item=item)\n    return user["password"] == given\n',
        Order("hashed_password", at(2), names=("app.py",), also=(at(2),), word="password"),
    ),
    "a password that is compared in another form as well": (
        (
            'def f():\n    t.put_item(Item={"password": new})\n'
            '    return user["password"] == given or user.password == given\n'
        ),
        Order("hashed_password", at(2), names=("app.py",), also=(at(2),), word="password"),
    ),
    "a function that is there": (
        (
            "def hash_password(text): ...\n\n\n"
            'def f():\n    t.put_item(Item={"password": new})\n'
            '    return user["password"] == given\n'
        ),
        Order("hashed_password", at(5), names=("app.py",), also=(at(5),), word="password"),
    ),
    "a cursor that comes back elsewhere": (
        "def a(k):\n    return base64.b64encode(k).decode()\n",
        Order("sealed_cursor", at(2), many=True),
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


VIEWS = """\
from hushtable.guard import View


class UserOut(View[User]):
    user_id: str
    plan: str
"""


BOTH = ("plan", "user_id")


@pytest.mark.parametrize(
    ("text", "names", "written"),
    [
        ("table.get_item(Key=k)\n", BOTH, "table.get_item(Key=k, **projection(UserOut))"),
        ("table.get_item(Key=k)\n", ("plan",), 'ProjectionExpression="#plan"'),
        ("table.query(K=k, ExpressionAttributeNames={})\n", BOTH, "ProjectionExpression="),
    ],
)
def test_a_view_of_the_guard_is_the_projection(
    text: str, names: tuple[str, ...], written: str
) -> None:
    """A View of the guard that shows just what is read is the projection, or it is spelled out."""
    order = Order("projection", at(1), names=names)
    made = mended(text, order, views=VIEWS, main="from views import nothing\n")
    assert written in made
    assert ("from views import UserOut" in made) is ("projection(UserOut)" in made)
    assert ("from hushtable.guard import projection" in made) is ("projection(UserOut)" in made)


def test_a_gate_is_imported_as_its_neighbours_import_it() -> None:
    """What a file of the same folder writes works here too, however the app is started."""
    texts = {
        "src/app/routers/a.py": "@app.get('/a')\ndef a():\n    return 1\n",
        "src/app/routers/b.py": "from ..auth import caller\n",
        "src/app/auth.py": "def caller():\n    return 1\n",
        "tests/test_a.py": "from app.auth import caller\n",
    }
    sources = Sources({path: text.encode() for path, text in texts.items()})
    order = Order(
        "gate", Place("src/app/routers/a.py", 1), also=(Place("src/app/auth.py", 1),), word="caller"
    )
    made = apply.apply(sources, [apply.change(order, sources)])["src/app/routers/a.py"].decode()
    assert "from ..auth import caller\n" in made


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


TABLES = """resource "aws_dynamodb_table" "a" {
  name = "a"
}

resource "aws_dynamodb_table" "b" {
  server_side_encryption {
    enabled     = true
    kms_key_arn = "k"
  }
}
"""


def test_a_table_gets_the_key_of_another() -> None:
    """The encryption of another table of the file is repeated, in Terraform too."""
    sources = Sources({"main.tf": TABLES.encode()})
    order = Order("table_key", Place("main.tf", 1), also=(Place("main.tf", 5),))
    made = apply.apply(sources, [apply.change(order, sources)])["main.tf"].decode()
    first, second = made.split('resource "aws_dynamodb_table" "b"')
    block = '  server_side_encryption {\n    enabled     = true\n    kms_key_arn = "k"\n  }\n}\n'
    assert first == f'resource "aws_dynamodb_table" "a" {{\n  name = "a"\n\n{block}\n'
    assert second.endswith(block)
    with pytest.raises(CannotFix):
        apply.change(Order("table_key", Place("main.tf", 5), also=(Place("main.tf", 1),)), sources)
