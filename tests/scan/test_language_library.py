"""The interpreter knows what the standard library does with data."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hushtable.model.facts import Seal
from hushtable.scan.labels import Kind
from hushtable.scan.stdlib import PARTS
from hushtable.scan.values import Opaque, deep_labels
from tests.scan.running import carried, item, label, run

CASES = [
    ("json round trip", True, "import json", "return json.loads(json.dumps({'a': x}))"),
    (
        "json keeps keys apart",
        False,
        "import json",
        "return json.loads(json.dumps({'a': x, 'b': '_'}))['b']",
    ),
    (
        "json default",
        True,
        "import json",
        "class A: pass\n    a = A(); a.v = x\n    return json.dumps(a, default=lambda o: o.__dict__)",  # noqa: E501 - one program a line
    ),
    ("copy", False, "import copy", "d = {'a': '_'}; e = copy.copy(d); e['a'] = x; return d"),
    ("pickle", True, "import pickle", "return pickle.loads(pickle.dumps(x))"),
    ("base64", True, "import base64", "return base64.b64encode(x.encode()).decode()"),
    ("quote", True, "from urllib.parse import quote", "return quote(x)"),
    ("struct", True, "import struct", "return struct.unpack('i', struct.pack('i', int(x)))[0]"),
    ("html", True, "import html", "return html.escape(x)"),
    ("math", True, "import math", "return math.floor(float(x))"),
    ("math on constants", False, "import math", "return x if math.floor(1.5) == 2 else '_'"),
    ("literal_eval", False, "import ast", "return ast.literal_eval('[1, 2]')"),
    (
        "partial",
        True,
        "from functools import partial",
        "g = partial(lambda a, b: a, x); return g('_')",
    ),
    (
        "partial, other",
        False,
        "from functools import partial",
        "g = partial(lambda a, b: b, x); return g('_')",
    ),
    ("reduce", True, "from functools import reduce", "return reduce(lambda a, b: a + b, ['a', x])"),
    (
        "lru_cache",
        True,
        "from functools import lru_cache",
        "@lru_cache(maxsize=None)\n    def g(v): return v\n    return g(x)",
    ),
    (
        "cached_property",
        True,
        "from functools import cached_property",
        "class A:\n        @cached_property\n        def v(self): return x\n    return A().v",
    ),
    (
        "singledispatch",
        False,
        "from functools import singledispatch",
        (
            "@singledispatch\n    def g(v): return x\n    @g.register(int)\n    def _(v): return '_'\n"  # noqa: E501 - one program a line
            "    return g(3)"
        ),
    ),
    (
        "partialmethod",
        True,
        "from functools import partialmethod",
        (
            "class A:\n        def get(self, a, b): return a\n        g = partialmethod(get, x)\n"
            "    return A().g('_')"
        ),
    ),
    ("chain", False, "from itertools import chain", "return list(chain(['a'], [x]))[0]"),
    (
        "chain.from_iterable",
        True,
        "import itertools",
        "return list(itertools.chain.from_iterable([['a'], [x]]))[1]",
    ),
    ("islice", False, "from itertools import islice", "return list(islice(['a', 'b', x], 2))"),
    (
        "groupby",
        True,
        "from itertools import groupby",
        "return [list(g) for k, g in groupby([(1, 'a'), (2, x)], key=lambda p: p[0])][1]",
    ),
    (
        "product",
        False,
        "from itertools import product",
        "return [b for a, b in product([x], ['_'])]",
    ),
    (
        "accumulate",
        False,
        "from itertools import accumulate",
        "return list(accumulate(['a', x]))[0]",
    ),
    (
        "takewhile",
        False,
        "from itertools import takewhile",
        "return [v for _, v in takewhile(lambda p: p[0] < 2, [(1, '_'), (2, x)])]",
    ),
    (
        "zip_longest",
        True,
        "from itertools import zip_longest",
        "return list(zip_longest(['a'], ['b', 'c'], fillvalue=x))[1][0]",
    ),
    (
        "starmap",
        True,
        "from itertools import starmap",
        "return list(starmap(lambda a, b: b, [('_', x)]))[0]",
    ),
    (
        "pairwise",
        False,
        "from itertools import pairwise",
        "return list(pairwise(['a', 'b', x]))[0]",
    ),
    (
        "itemgetter",
        False,
        "from operator import itemgetter",
        "return itemgetter('b')({'a': x, 'b': '_'})",
    ),
    (
        "attrgetter",
        True,
        "import operator",
        "class A: pass\n    a = A(); a.v = x\n    return operator.attrgetter('v')(a)",
    ),
    ("methodcaller", True, "import operator", "return operator.methodcaller('upper')(x)"),
    ("operator.add", True, "import operator", "return operator.add('a', x)"),
    (
        "defaultdict",
        True,
        "from collections import defaultdict",
        "d = defaultdict(list); d['a'].append(x); return d['a']",
    ),
    (
        "defaultdict, other key",
        False,
        "from collections import defaultdict",
        "d = defaultdict(list); d['a'].append(x); return d['b']",
    ),
    (
        "deque",
        False,
        "from collections import deque",
        "d = deque(['a']); d.appendleft(x); return d.pop()",
    ),
    (
        "deque, left",
        True,
        "from collections import deque",
        "d = deque(['a']); d.appendleft(x); return d.popleft()",
    ),
    (
        "deque rotate",
        True,
        "from collections import deque",
        "d = deque(['a', x]); d.rotate(1); return d[0]",
    ),
    (
        "OrderedDict",
        False,
        "from collections import OrderedDict",
        "d = OrderedDict(); d['a'] = x; d['b'] = '_'; return d.popitem()[1]",
    ),
    (
        "ChainMap",
        False,
        "from collections import ChainMap",
        "return ChainMap({'a': '_'}, {'a': x})['a']",
    ),
    (
        "Counter keys",
        True,
        "from collections import Counter",
        "return Counter([x]).most_common(1)[0][0]",
    ),
    (
        "namedtuple",
        False,
        "from collections import namedtuple",
        "P = namedtuple('P', 'a b'); return P(x, '_').b",
    ),
    (
        "heapq",
        False,
        "import heapq",
        "h = []; heapq.heappush(h, (2, x)); heapq.heappush(h, (1, '_')); return heapq.heappop(h)[1]",  # noqa: E501 - one program a line
    ),
    ("array", True, "import array", "a = array.array('u', 'b'); a.append(x); return a[1]"),
    (
        "numpy index",
        False,
        "import numpy as np",
        "a = np.array([[x, '_'], ['_', '_']]); return a[0, 1]",
    ),
    ("numpy flatten", True, "import numpy as np", "return np.array([['_'], [x]]).flatten()[1]"),
    ("queue", False, "import queue", "q = queue.Queue(); q.put('a'); q.put(x); return q.get()"),
    ("stack", True, "import queue", "q = queue.LifoQueue(); q.put('a'); q.put(x); return q.get()"),
    (
        "SimpleNamespace",
        False,
        "from types import SimpleNamespace",
        "return SimpleNamespace(a=x, b='_').b",
    ),
    (
        "ContextVar",
        True,
        "import contextvars",
        "v = contextvars.ContextVar('v', default='_'); v.set(x); return v.get()",
    ),
    (
        "ContextVar default",
        False,
        "import contextvars",
        "v = contextvars.ContextVar('v', default='_'); return v.get()",
    ),
    ("StringIO", True, "import io", "b = io.StringIO(); b.write(x); return b.getvalue()"),
    (
        "file round trip",
        True,
        "",
        (
            "with open('p', 'w') as o:\n        o.write(x)\n"
            "    with open('p') as i:\n        return i.read()"
        ),
    ),
    (
        "another file",
        False,
        "",
        (
            "with open('p', 'w') as o:\n        o.write(x)\n"
            "    with open('q') as i:\n        return i.read()"
        ),
    ),
    (
        "path round trip",
        True,
        "from pathlib import Path",
        "Path('p').write_text(x); return Path('p').read_text()",
    ),
    ("os.path", True, "import os", "return os.path.join('/tmp', x)"),
    ("re.sub", True, "import re", "return re.sub('a', 'b', x)"),
    ("re.sub of everything", False, "import re", "return re.sub('.', '*', x)"),
    ("re match group", True, "import re", "m = re.match('(.*)', x); return m.group(1)"),
    ("re of constants", False, "import re", "return x if re.match('b', 'abc') else '_'"),
    ("compiled pattern", True, "import re", "return re.compile('a').findall(x)"),
    ("template", True, "from string import Template", "return Template('$a').substitute(a=x)"),
    (
        "datetime of text",
        True,
        "from datetime import datetime",
        "return datetime.fromisoformat(x).isoformat()",
    ),
    ("now says nothing", False, "import datetime", "return datetime.datetime.now().isoformat()"),
    ("Decimal", True, "from decimal import Decimal", "return str(Decimal(x))"),
    ("compare_digest says nothing", False, "import hmac", "return hmac.compare_digest(x, 'a')"),
    (
        "weak reference",
        True,
        "import weakref",
        "class A: pass\n    a = A(); a.v = x\n    return weakref.ref(a)().v",
    ),
    (
        "multiprocessing pool",
        False,
        "from multiprocessing import Pool",
        "with Pool(2) as p:\n        return p.map(lambda v: v, ['_', x])[0]",
    ),
    (
        "executor map",
        True,
        "from concurrent.futures import ThreadPoolExecutor",
        "with ThreadPoolExecutor() as p:\n        return list(p.map(lambda v: v, ['_', x]))[1]",
    ),
    (
        "exit stack",
        True,
        "from contextlib import ExitStack, nullcontext",
        "with ExitStack() as s:\n        return s.enter_context(nullcontext(x))",
    ),
    (
        "timer",
        True,
        "from threading import Timer",
        "b = []; t = Timer(1, b.append, [x]); t.start(); return b[0]",
    ),
    (
        "to_thread",
        True,
        "import asyncio",
        "async def g(): return await asyncio.to_thread(lambda v: v, x)\n    return asyncio.run(g())",  # noqa: E501 - one program a line
    ),
]


@pytest.mark.parametrize(("title", "carries", "imports", "body"), CASES, ids=[c[0] for c in CASES])
def test_library(
    tmp_path: Path,
    title: str,
    carries: bool,  # noqa: FBT001
    imports: str,
    body: str,
) -> None:
    """What the library hands back carries the argument, and nothing beside it does."""
    source = f"{imports}\ndef f(x):\n    {body}\n"
    result = run(tmp_path, source, "f", Opaque(frozenset({label("t", "x")})))
    assert any(name.startswith("t.x") for name in carried(result)) is carries, title


SEALS = [
    ("hashlib", "import hashlib", "hashlib.sha256(x.encode()).hexdigest()", Seal.HASHED),
    ("update", "import hashlib", "g(x)", Seal.HASHED),
    ("hmac", "import hmac", "hmac.new(b'k', x.encode(), 'sha256').hexdigest()", Seal.SIGNED),
    ("bcrypt", "import bcrypt", "bcrypt.hashpw(x.encode(), bcrypt.gensalt())", Seal.HASHED),
    (
        "fernet",
        "from cryptography.fernet import Fernet",
        "Fernet(b'k').encrypt(x.encode())",
        Seal.ENCRYPTED,
    ),
    ("base64 hides nothing", "import base64", "base64.b64encode(x.encode())", Seal.NONE),
]


@pytest.mark.parametrize(("title", "imports", "code", "seal"), SEALS, ids=[c[0] for c in SEALS])
def test_sealing(tmp_path: Path, title: str, imports: str, code: str, seal: Seal) -> None:
    """Hashing, signing and encrypting seal what they are given."""
    source = f"""{imports}
def g(x):
    h = hashlib.sha256()
    h.update(x.encode())
    return h.hexdigest()
def f(x):
    return {code}
"""
    result = run(tmp_path, source, "f", Opaque(frozenset({label("t", "x")})))
    seals = {one.seal for one in deep_labels(result) if one.kind is Kind.ATTRIBUTE}
    assert seals == {seal}, title


ITEMS = [
    ("the item itself", "return i", {"users.*"}),
    ("one attribute", "return i['email']", {"users.email"}),
    ("get with a default", "return i.get('email', '')", {"users.email"}),
    ("nested", "return i['profile']['locale']", {"users.profile.locale"}),
    ("pop", "i.pop('password'); return i", {"users.*-password"}),
    ("pop with a default", "i.pop('password', None); return i", {"users.*-password"}),
    ("del", "del i['password']; return i", {"users.*-password"}),
    ("overwritten", "i['password'] = '***'; i.pop('x'); return i['password']", set()),
    ("dict copy", "d = dict(i); d.pop('password'); return i", {"users.*"}),
    ("copied without", "d = dict(i); d.pop('password'); return d", {"users.*-password"}),
    ("spread", "return {**i, 'a': 1}", {"users.*"}),
    ("allow-list", "return {k: i[k] for k in ('id', 'name')}", {"users.id", "users.name"}),
    ("allow-list by get", "return {k: i.get(k) for k in ['id']}", {"users.id"}),
    ("deny-list", "return {k: v for k, v in i.items() if k != 'password'}", {"users.*-password"}),
    (
        "deny-list of names",
        "return {k: v for k, v in i.items() if k not in {'password', 'ssn'}}",
        {"users.*-password-ssn"},
    ),
    ("allow by items", "return {k: v for k, v in i.items() if k in ('id',)}", {"users.id"}),
    (
        "loop that copies",
        (
            "d = {}\n    for k, v in i.items():\n        if k == 'password':\n            continue\n"  # noqa: E501 - one program a line
            "        d[k] = v\n    return d"
        ),
        {"users.*-password"},
    ),
    ("list of items", "return [i][0]['email']", {"users.email"}),
    ("a list of one attribute", "return [u['email'] for u in [i]]", {"users.email"}),
    ("json keeps paths", "import json; return json.loads(json.dumps(i))['email']", {"users.email"}),
    ("deepcopy", "import copy; return copy.deepcopy(i)['email']", {"users.email"}),
    ("itemgetter", "import operator; return operator.itemgetter('email')(i)", {"users.email"}),
    ("map", "return list(map(lambda u: u['email'], [i]))", {"users.email"}),
    ("keys are names", "return list(i.keys())", set()),
    ("pattern", "match i:\n        case {'email': e}:\n            return e", {"users.email"}),
    ("update", "d = {}; d.update(i); return d['email']", {"users.email"}),
    ("merge", "return ({} | i)['email']", {"users.email"}),
    ("setdefault", "return i.setdefault('email', '')", {"users.email"}),
    ("filter", "return dict(filter(lambda p: p[0] == 'id', i.items()))", {"users.*"}),
    ("text of one", "return f\"{i['email']}\"", {"users.email"}),
]


@pytest.mark.parametrize(("title", "body", "expected"), ITEMS, ids=[c[0] for c in ITEMS])
def test_items(tmp_path: Path, title: str, body: str, expected: set[str]) -> None:
    """An item's attributes are told apart through the language's own containers."""
    assert carried(run(tmp_path, f"def f(i):\n    {body}\n", "f", item())) == expected, title


def test_one_part_speaks_of_a_name() -> None:
    """No two tables of the standard library say what one name does."""
    for table in ("NATIVES", "ATTRIBUTES"):
        names = Counter(name for part in PARTS for name in getattr(part, table, {}))
        assert [name for name, times in names.items() if times > 1] == []
