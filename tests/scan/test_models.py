"""Objects of classes with fields keep what each field holds, and nothing a class drops."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scan.running import carried, item, run


class Case(NamedTuple):
    """A program whose `f(item)` must carry exactly these attributes."""

    name: str
    source: str
    leaves: set[str]


MODEL = """
from pydantic import BaseModel, ConfigDict, Field, SecretStr
class User(BaseModel):
    id: str
    email: str | None = None
"""
CASES = [
    Case("fields", MODEL + "def f(item): return User(**item)", {"users.id", "users.email"}),
    Case("one field", MODEL + "def f(item): return User(**item).email", {"users.email"}),
    Case("keyword", MODEL + "def f(item): return User(id=item['pk'])", {"users.pk"}),
    Case(
        "model_validate",
        MODEL + "def f(item): return User.model_validate(item).model_dump()",
        {"users.id", "users.email"},
    ),
    Case(
        "parse_obj",
        MODEL + "def f(item): return User.parse_obj(item).dict()",
        {"users.id", "users.email"},
    ),
    Case(
        "dump exclude",
        MODEL + "def f(item): return User(**item).model_dump(exclude={'email'})",
        {"users.id"},
    ),
    Case(
        "dump include",
        MODEL + "def f(item): return User(**item).dict(include={'email'})",
        {"users.email"},
    ),
    Case(
        "json",
        MODEL + "def f(item): return User(**item).model_dump_json()",
        {"users.id", "users.email"},
    ),
    Case(
        "spread",
        MODEL + "def f(item): return {**User(**item).model_dump(), 'x': 1}",
        {"users.id", "users.email"},
    ),
    Case(
        "dict of model",
        MODEL + "def f(item): return dict(User(**item))",
        {"users.id", "users.email"},
    ),
    Case(
        "iterate",
        MODEL + "def f(item): return [v for k, v in User(**item)]",
        {"users.id", "users.email"},
    ),
    Case(
        "copy update",
        MODEL + "def f(item): return User(**item).model_copy(update={'email': 'x'})",
        {"users.id"},
    ),
    Case(
        "inherits",
        MODEL + "class Admin(User):\n    role: str\ndef f(item): return Admin(**item)",
        {"users.id", "users.email", "users.role"},
    ),
    Case(
        "alias",
        MODEL + "class A(BaseModel):\n    mail: str = Field(alias='email')\n"
        "def f(item): return A(**item).mail",
        {"users.email"},
    ),
    Case(
        "extra allow",
        MODEL + "class A(BaseModel):\n    model_config = ConfigDict(extra='allow')\n"
        "    id: str\ndef f(item): return A(**item).model_dump()",
        {"users.id", "users.*-id"},
    ),
    Case(
        "extra allow by Config",
        MODEL + "class A(BaseModel):\n    id: str\n"
        "    class Config:\n        extra = 'allow'\n"
        "def f(item): return A(**item).dict()",
        {"users.id", "users.*-id"},
    ),
    Case(
        "excluded field",
        MODEL + "class A(BaseModel):\n    id: str\n"
        "    pw: str = Field(exclude=True)\ndef f(item): return A(**item).model_dump()",
        {"users.id"},
    ),
    Case(
        "secret",
        MODEL + "class A(BaseModel):\n    pw: SecretStr\n"
        "def f(item):\n    a = A(**item)\n    return [str(a.pw), a.model_dump(), f'{a.pw}']",
        set(),
    ),
    Case(
        "secret revealed",
        MODEL + "class A(BaseModel):\n    pw: SecretStr\n"
        "def f(item): return A(**item).pw.get_secret_value()",
        {"users.pw"},
    ),
    Case(
        "nested",
        MODEL + "class A(BaseModel):\n    owner: User\ndef f(item): return A(**item)",
        {"users.owner.id", "users.owner.email"},
    ),
    Case(
        "list of models",
        MODEL + "class A(BaseModel):\n    team: list[User]\n"
        "def f(item): return A(**item).team[0].email",
        {"users.team.[].email"},
    ),
    Case(
        "from attributes",
        MODEL + "class Row:\n    def __init__(self, i):\n"
        "        self.id = i['id']\n        self.email = i['email']\n        self.pw = i['pw']\n"
        "def f(item): return User.model_validate(Row(item))",
        {"users.id", "users.email"},
    ),
    Case(
        "optional quoted",
        MODEL + "from typing import Optional\nclass A(BaseModel):\n"
        "    owner: 'Optional[User]' = None\ndef f(item): return A(**item)",
        {"users.owner.id", "users.owner.email"},
    ),
    Case(
        "validator masks",
        MODEL + "from pydantic import field_validator\nclass A(BaseModel):\n"
        "    id: str\n    pw: str\n    @field_validator('pw')\n    @classmethod\n"
        "    def mask(cls, v): return '***'\ndef f(item): return A(**item)",
        {"users.id"},
    ),
    Case(
        "v1 validator masks",
        MODEL + "from pydantic import validator\nclass A(BaseModel):\n"
        "    id: str\n    pw: str\n    @validator('pw', pre=True)\n"
        "    def mask(cls, v): return '***'\ndef f(item): return A(**item)",
        {"users.id"},
    ),
    Case(
        "model validator",
        MODEL + "from pydantic import model_validator\nclass A(BaseModel):\n"
        "    id: str\n    pw: str = ''\n    @model_validator(mode='before')\n    @classmethod\n"
        "    def drop(cls, data):\n        return {'id': data['id']}\n"
        "def f(item): return A(**item)",
        {"users.id"},
    ),
    Case(
        "computed",
        MODEL + "from pydantic import computed_field\nclass A(BaseModel):\n"
        "    first: str\n    @computed_field\n    @property\n    def full(self) -> str:\n"
        "        return self.first + '!'\n"
        "def f(item): return A(**item).model_dump()['full']",
        {"users.first"},
    ),
    Case(
        "property",
        MODEL + "class A(User):\n    @property\n    def mail(self): return self.email\n"
        "def f(item): return A(**item).mail",
        {"users.email"},
    ),
    Case(
        "own init",
        MODEL + "class A(User):\n    def __init__(self, **data):\n"
        "        super().__init__(**data)\ndef f(item): return A(**item).email",
        {"users.email"},
    ),
    Case(
        "super dump",
        MODEL + "class A(User):\n    def model_dump(self, **kw):\n"
        "        made = super().model_dump(**kw)\n        made.pop('email')\n        return made\n"
        "def f(item): return A(**item).model_dump()",
        {"users.id"},
    ),
    Case(
        "root model",
        MODEL + "from pydantic import RootModel\nclass A(RootModel[list[User]]): ...\n"
        "def f(item): return A([item]).root[0].id",
        {"users.id"},
    ),
    Case(
        "generic",
        MODEL + "from typing import Generic, TypeVar\nT = TypeVar('T')\n"
        "class Page(BaseModel, Generic[T]):\n    items: list[T]\n"
        "def f(item): return Page[User](items=[User(**item)]).items[0].id",
        {"users.id"},
    ),
    Case(
        "constructed from comprehension",
        MODEL + "def f(item): return [User(**one) for one in [item, item]]",
        {"users.id", "users.email"},
    ),
    Case(
        "TypeAdapter",
        MODEL + "from pydantic import TypeAdapter\n"
        "def f(item): return TypeAdapter(list[User]).validate_python([item])",
        {"users.id", "users.email"},
    ),
    Case(
        "popped before",
        MODEL + "def f(item):\n    item.pop('email')\n    return User(**item)",
        {"users.id"},
    ),
]
RECORDS = """
from dataclasses import dataclass, field, asdict, replace, InitVar
from typing import NamedTuple, TypedDict
from collections import namedtuple
@dataclass
class User:
    id: str
    email: str = ''
    tags: list = field(default_factory=list)
"""
RECORD_CASES = [
    Case(
        "dataclass",
        RECORDS + "def f(item): return User(item['id'], item['email']).email",
        {"users.email"},
    ),
    Case(
        "asdict",
        RECORDS + "def f(item): return asdict(User(item['id'], email=item['mail']))",
        {"users.id", "users.mail"},
    ),
    Case(
        "spread",
        RECORDS + "def f(item): return User(**item)",
        {"users.id", "users.email", "users.tags"},
    ),
    Case(
        "replace",
        RECORDS + "def f(item): return replace(User(item['id'], item['email']), email='')",
        {"users.id"},
    ),
    Case(
        "frozen",
        RECORDS + "@dataclass(frozen=True)\nclass P:\n    a: str\n"
        "def f(item): return P(item['a']).a",
        {"users.a"},
    ),
    Case(
        "post init",
        RECORDS + "@dataclass\nclass P:\n    a: str\n    raw: InitVar[dict]\n"
        "    b: str = ''\n    def __post_init__(self, raw):\n        self.b = raw['b']\n"
        "def f(item): return P(item['a'], item).b",
        {"users.b"},
    ),
    Case(
        "inherits",
        RECORDS + "@dataclass\nclass A(User):\n    role: str = ''\n"
        "def f(item): return A(item['id'], role=item['role']).role",
        {"users.role"},
    ),
    Case(
        "factory is fresh",
        RECORDS + "def f(item):\n    a = User('1')\n    b = User('2')\n"
        "    a.tags.append(item['x'])\n    return b.tags",
        set(),
    ),
    Case(
        "own method",
        RECORDS + "@dataclass\nclass A(User):\n"
        "    def show(self): return {'e': self.email}\n"
        "def f(item): return A(item['id'], item['email']).show()",
        {"users.email"},
    ),
    Case(
        "named tuple",
        RECORDS + "class P(NamedTuple):\n    a: str\n    b: str = ''\n"
        "def f(item): return P(item['a'], item['b']).b",
        {"users.b"},
    ),
    Case(
        "named tuple unpacks",
        RECORDS + "class P(NamedTuple):\n    a: str\n    b: str\n"
        "def f(item):\n    a, b = P(item['a'], item['b'])\n    return b",
        {"users.b"},
    ),
    Case(
        "named tuple index",
        RECORDS + "P = namedtuple('P', 'a b')\ndef f(item): return P(item['a'], item['b'])[1]",
        {"users.b"},
    ),
    Case(
        "named tuple map",
        RECORDS + "P = namedtuple('P', ['a', 'b'])\n"
        "def f(item): return P(a=item['a'], b=1)._asdict()",
        {"users.a"},
    ),
    Case(
        "typed dict",
        RECORDS + "class P(TypedDict):\n    a: str\ndef f(item): return P(a=item['a'])['a']",
        {"users.a"},
    ),
    Case(
        "attrs",
        RECORDS + "import attrs\n@attrs.define\nclass P:\n    a: str\n    b: str = ''\n"
        "def f(item): return attrs.asdict(P(item['a'], b=item['b']))['b']",
        {"users.b"},
    ),
    Case(
        "attr.s",
        RECORDS + "import attr\n@attr.s\nclass P:\n    a = attr.ib()\n"
        "    b = attr.ib(default=None)\ndef f(item): return P(item['a']).a",
        {"users.a"},
    ),
    Case(
        "dict subclass",
        RECORDS + "class D(dict):\n    pass\ndef f(item): return D(item)['email']",
        {"users.email"},
    ),
    Case(
        "exception args",
        RECORDS + "class E(Exception):\n    def __init__(self, m, x):\n"
        "        super().__init__(m)\n        self.x = x\n"
        "def f(item): return E('m', item['x']).x",
        {"users.x"},
    ),
]
MORE_CASES = [
    Case(
        "private attribute",
        MODEL + "from pydantic import PrivateAttr\nclass A(User):\n"
        "    _seen: list = PrivateAttr(default_factory=list)\n"
        "def f(item):\n    a = A(**item)\n    a._seen.append(item['pw'])\n"
        "    return a.model_dump()",
        {"users.id", "users.email"},
    ),
    Case(
        "private attribute is read",
        MODEL + "from pydantic import PrivateAttr\nclass A(User):\n"
        "    _seen: list = PrivateAttr(default_factory=list)\n"
        "def f(item):\n    a = A(**item)\n    a._seen.append(item['pw'])\n"
        "    return a._seen",
        {"users.pw"},
    ),
    Case(
        "base that was not scanned",
        "from common.models import CamelModel\n"
        "class A(CamelModel):\n    id: str\n    mail: str\n"
        "def f(item): return A(**item).mail",
        {"users.mail"},
    ),
    Case(
        "subclass changes a default",
        MODEL + "class A(BaseModel):\n    id: str\n"
        "    email: str\nclass B(A):\n    email = ''\n"
        "def f(item): return B(id=item['id']).email",
        set(),
    ),
    Case(
        "alias generator",
        MODEL + "from pydantic.alias_generators import to_camel\n"
        "class A(BaseModel):\n    model_config = ConfigDict(alias_generator=to_camel)\n"
        "    first_name: str\n"
        "def f(item): return A(**item).first_name",
        {"users.firstName"},
    ),
    Case(
        "own alias generator",
        MODEL + "def upper(name): return name.upper()\n"
        "class A(BaseModel):\n    model_config = ConfigDict(alias_generator=upper)\n"
        "    pk: str\ndef f(item): return A(**item).pk",
        {"users.PK"},
    ),
    Case(
        "alias choices",
        MODEL + "from pydantic import AliasChoices\nclass A(BaseModel):\n"
        "    mail: str = Field(validation_alias=AliasChoices('email', 'mail'))\n"
        "def f(item): return A(**item).mail",
        {"users.email"},
    ),
    Case(
        "dump by alias",
        MODEL + "class A(BaseModel):\n    id: str = Field(alias='pk')\n"
        "def f(item): return A(**item).model_dump(by_alias=True)['pk']",
        {"users.pk"},
    ),
    Case(
        "annotated alias",
        MODEL + "from typing import Annotated\nclass A(BaseModel):\n"
        "    mail: Annotated[str, Field(alias='email')]\n"
        "def f(item): return A(**item).mail",
        {"users.email"},
    ),
    Case(
        "before validator",
        MODEL + "from typing import Annotated\n"
        "from pydantic import BeforeValidator\nclass A(BaseModel):\n"
        "    pw: Annotated[str, BeforeValidator(lambda v: '***')]\n"
        "def f(item): return A(**item)",
        set(),
    ),
    Case(
        "validator that only checks",
        MODEL + "from pydantic import field_validator\n"
        "class A(BaseModel):\n    id: str\n    @field_validator('id')\n    @classmethod\n"
        "    def check(cls, v):\n        if not v: raise ValueError('empty')\n        return v\n"
        "def f(item): return A(**item)",
        {"users.id"},
    ),
    Case(
        "model validator after",
        MODEL + "from pydantic import model_validator\n"
        "class A(BaseModel):\n    pw: str\n    @model_validator(mode='after')\n"
        "    def hide(self):\n        self.pw = ''\n        return self\n"
        "def f(item): return A(**item)",
        set(),
    ),
    Case(
        "field serializer",
        MODEL + "from pydantic import field_serializer\n"
        "class A(BaseModel):\n    pw: str\n    @field_serializer('pw')\n"
        "    def hide(self, v): return '***'\n"
        "def f(item): return A(**item).model_dump()",
        set(),
    ),
    Case(
        "exclude none",
        MODEL + "class A(BaseModel):\n    id: str\n    x: str | None = None\n"
        "def f(item): return 'x' in A(id=item['id']).model_dump(exclude_none=True) and item",
        set(),
    ),
    Case(
        "exclude unset",
        MODEL
        + "def f(item): return User(id=item['id']).model_dump(exclude_unset=True).get('email', 1)",
        set(),
    ),
    Case(
        "exclude inside",
        MODEL + "class A(BaseModel):\n    user: User\n"
        "def f(item): return A(user=item).model_dump(exclude={'user': {'email'}})",
        {"users.id"},
    ),
    Case(
        "exclude in every element",
        MODEL + "class A(BaseModel):\n    team: list[User]\n"
        "def f(item): return A(team=[item]).model_dump(exclude={'team': {'__all__': {'email'}}})",
        {"users.id"},
    ),
    Case(
        "model_fields allow-list",
        MODEL + "def f(item): return {k: item[k] for k in User.model_fields}",
        {"users.id", "users.email"},
    ),
    Case(
        "construct",
        MODEL + "def f(item): return User.model_construct(**item).email",
        {"users.email"},
    ),
    Case(
        "v1 root",
        MODEL + "class A(BaseModel):\n    __root__: list[User]\n"
        "def f(item): return A(__root__=[item]).__root__[0].id",
        {"users.id"},
    ),
    Case(
        "create_model",
        MODEL + "from pydantic import create_model\n"
        "A = create_model('A', pk=(str, ...))\ndef f(item): return A(**item)",
        {"users.pk"},
    ),
    Case(
        "through a helper",
        MODEL + "class Base(BaseModel):\n    @classmethod\n"
        "    def of(cls, raw): return cls(**raw)\nclass A(Base):\n    pk: str\n"
        "def f(item): return A.of(item)",
        {"users.pk"},
    ),
    Case(
        "whole item through the unknown",
        MODEL + "import lib\ndef f(item): return User(**lib.clean(item))",
        {"users.id", "users.email"},
    ),
    Case(
        "pydantic dataclass",
        MODEL + "from pydantic.dataclasses import dataclass\n@dataclass\n"
        "class A:\n    user: User\ndef f(item): return A(user=item).user.id",
        {"users.id"},
    ),
    Case(
        "msgspec",
        "import msgspec\nclass A(msgspec.Struct):\n    id: str\n    pw: str = ''\n"
        "def f(item): return msgspec.to_builtins(A(id=item['id']))",
        {"users.id"},
    ),
    Case(
        "functional typed dict",
        "from typing import TypedDict\nT = TypedDict('T', {'a': str})\n"
        "def f(item): return T(a=item['a'])['a']",
        {"users.a"},
    ),
    Case(
        "keyword only",
        "from dataclasses import dataclass, KW_ONLY\n@dataclass\nclass P:\n"
        "    a: str\n    _: KW_ONLY\n    b: str = ''\n"
        "def f(item): return P(item['a'], b=item['b']).b",
        {"users.b"},
    ),
    Case(
        "attrs factory",
        "import attr\n@attr.s(auto_attribs=True)\nclass P:\n"
        "    a: list = attr.Factory(list)\n"
        "def f(item):\n    p = P()\n    p.a.append(item['a'])\n    return P().a",
        set(),
    ),
]
ENUM = """
from enum import Enum, StrEnum, IntEnum, auto
class Role(str, Enum):
    ADMIN = 'admin'
    USER = 'user'
class Plain(Enum):
    A = 'a'
class Auto(StrEnum):
    ONE = auto()
"""
ENUM_CASES = [
    Case(
        "value",
        ENUM + "def f(item): return item['x'] if Role.ADMIN.value == 'admin' else 1",
        {"users.x"},
    ),
    Case(
        "mixed equals",
        ENUM + "def f(item): return 1 if Role.ADMIN == 'admin' else item['x']",
        set(),
    ),
    Case(
        "mixed equals left",
        ENUM + "def f(item): return 1 if 'admin' == Role.ADMIN else item['x']",
        set(),
    ),
    Case("plain differs", ENUM + "def f(item): return item['x'] if Plain.A == 'a' else 1", set()),
    Case(
        "lookup", ENUM + "def f(item): return 1 if Role('user') is Role.USER else item['x']", set()
    ),
    Case(
        "by name", ENUM + "def f(item): return 1 if Role['USER'] is Role.USER else item['x']", set()
    ),
    Case("auto", ENUM + "def f(item): return item[Auto.ONE.value]", {"users.one"}),
    Case(
        "members",
        ENUM + "def f(item): return [item[r.value] for r in Role]",
        {"users.admin", "users.user"},
    ),
    Case(
        "key",
        ENUM + "def f(item): return {Role.ADMIN: item['a'], Role.USER: item['b']}['admin']",
        {"users.a"},
    ),
    Case("text", ENUM + "def f(item): return item[f'{Auto.ONE}']", {"users.one"}),
    Case("method", ENUM + "def f(item): return item[Role.ADMIN.upper()]", {"users.ADMIN"}),
    Case("unknown value", ENUM + "def f(item): return Role(item['role']).value", {"users.role"}),
]


@pytest.mark.parametrize(
    "case", [*CASES, *RECORD_CASES, *MORE_CASES, *ENUM_CASES], ids=lambda c: c.name
)
def test_carries(case: Case, tmp_path: Path) -> None:
    """Objects of classes with fields carry what their fields hold."""
    assert carried(run(tmp_path, case.source, "f", item())) == case.leaves
