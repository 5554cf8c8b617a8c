"""Tests of credentials in source and configuration."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushtable.model.facts import Literal
from hushtable.scan.literals import is_test, literals, literals_in_text, wants
from hushtable.values.formats import FORMATS, hits
from hushtable.values.written import Verdict, entropy, judge, looks_random, mask

# Put together here, so that no file of this repository holds a key-like text.
RANDOM = "k9Q2x" + "Lw7Zr4Tb8Vn3Mj6Hp1Ds5"
SLASHED = f"q7Vd2kXw9/{RANDOM[:10]}/{RANDOM[:19]}"
AWS_ID = "AKIA" + "Q3EGTPXW7LKJ2ZMB"
GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
STRIPE = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
GOOGLE = "AIza" + "SyD3f4G5h6J7k8L9q1W2e3R4t5Y6u7I8o9P"
TELEGRAM = "110201543" + ":AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaww"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\\n" + "MIIEpAIBAAKCAQEA" * 4


def found(source: str, path: str = "app/main.py") -> list[Literal]:
    """Give the literals of a Python text."""
    return list(literals(ast.parse(source), path, source))


SECRETS = [
    ('DB_PASSWORD = "hunter2!"', "password", "DB_PASSWORD"),
    ('password: str = "Admin123!"', "password", "password"),
    ('settings.password = "Admin123!"', "password", "password"),
    ('os.environ["DB_PASSWORD"] = "hunter2!"', "password", "DB_PASSWORD"),
    ('connect(user="app", password="hunter2!")', "password", "password"),
    ('user = {"name": "root", "password": "admin123"}', "password", "password"),
    ('def login(password="hunter2!"): ...', "password", "password"),
    ('def login(*, password="hunter2!"): ...', "password", "password"),
    ('ok = password == "hunter2!"', "password", "password"),
    ('ok = "hunter2!" != form.password', "password", "password"),
    ('ok = body.get("password") == "hunter2!"', "password", "password"),
    ('ok = secrets.compare_digest(given.password, "hunter2!")', "password", "password"),
    ('ok = compare_digest(b"hunter2!", given.password.encode())', "password", "password"),
    ('admin = hash_password("hunter2!")', "password", "password"),
    ('pw = SecretStr("hunter2!")', "password", "pw"),
    ('password: SecretStr = Field(default=SecretStr("hunter2!"))', "password", "password"),
    ('password = b"hunter2!"', "password", "password"),
    ('password = "hunter2!".encode()', "password", "password"),
    (f'API_KEY = "{RANDOM}"', "api-key", "API_KEY"),
    (f'client = Client(aws_secret_access_key="{RANDOM}")', "api-key", "aws_secret_access_key"),
    (f'aws_secret_access_key = "{SLASHED}"', "api-key", "aws_secret_access_key"),
    (f'JWT_SECRET = os.getenv("JWT_SECRET", "{RANDOM}")', "secret", "JWT_SECRET"),
    (f'headers["x-api-key"] = "{RANDOM}"', "api-key", "x-api-key"),
    (f'token = "{RANDOM}"', "token", "token"),
    (f'key = config("SECRET_KEY", default="{RANDOM}")', "api-key", "SECRET_KEY"),
    ('hook = {"webhook_url": "https://hooks.example.net/T0AB12/B9X/' + RANDOM + '"}', "webhook-url",
     "webhook_url"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "kind", "name"), SECRETS)
def test_secrets_are_found_by_name(source: str, kind: str, name: str) -> None:
    """A credential's name with a real-looking value is one secret, and its value is not kept."""
    (literal,) = found(source)
    assert (literal.kind, literal.name, literal.dummy) == (kind, name, False)
    assert literal.place.line == 1
    assert "hunter2" not in repr(literal)
    assert RANDOM[2:] not in repr(literal)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (AWS_ID, "aws-access-key"),
        (GITHUB, "github-token"),
        (STRIPE, "stripe-key"),
        (GOOGLE, "google-api-key"),
        (TELEGRAM, "telegram-bot-token"),
        ("glpat-" + "x1Y2z3W4v5U6t7S8r9Q0", "gitlab-token"),
        ("xoxb-" + "123456789012-" + "abcdefghijkl", "slack-token"),
        ("SG." + "a1B2c3D4e5F6g7H8i9J0k1" + "." + "L2m3" * 10 + "abc", "sendgrid-key"),
        ("postgresql://app:" + "s3cr3tpw" + "@prod-db.internal/app", "basic-auth"),
        (PEM, "private-key"),
        ("github_pat_" + "1" * 22 + "_" + "aB3" * 20, "github-token"),
    ],
)
@pytest.mark.parametrize("wrapper", ['x = "{}"\n', "# {}\n", 'f("{}")\n'])
def test_secrets_are_found_by_format(value: str, kind: str, wrapper: str) -> None:
    """A value in a known format is found whatever it is called, also in a comment."""
    source = "\n\n" + wrapper.format(value)
    (literal,) = found(source)
    assert (literal.kind, literal.place.line) == (kind, 3)
    assert value[6:] not in repr(literal)


def test_name_and_format_are_one_secret() -> None:
    """A value found by its name and by its format is told once, with both."""
    (literal,) = found(f'GITHUB_TOKEN = "{GITHUB}"\n')
    assert (literal.kind, literal.name) == ("github-token", "GITHUB_TOKEN")
    assert literal.detector == "GitHubTokenDetector"


DUMMIES = [
    "session.resource('dynamodb', aws_access_key_id='dummy', region_name='x')",
    'AWS_SECRET_ACCESS_KEY: str = "access_key"',
    'aws_secret_access_key = "local"',
    'password = "changeme"',
    'password = "password"',
    'SECRET_KEY = "dev-secret-key-change-me"',
    'SECRET_KEY = "supersecret"',
    'access_key_id = "AKIA" "IOSFODNN7EXAMPLE"',
    'password = "123456"',
    'User(password="0")',
    'api_key = "someone"',
]


@pytest.mark.parametrize("source", DUMMIES)
def test_stand_ins_are_dummies(source: str) -> None:
    """A local, published or default stand-in is told as a dummy."""
    (literal,) = found(source)
    assert literal.dummy


NOTHING = [
    'password = ""',
    "password = None",
    'password = os.environ["DB_PASSWORD"]',
    'password = os.getenv("DB_PASSWORD")',
    'api_key = "your-api-key-here"',
    'api_key = "<your key>"',
    'api_key = "${API_KEY}"',
    'api_key = "{{ api_key }}"',
    'api_key = "xxxxxxxx"',
    'api_key = "sk-..."',
    'api_key_header = APIKeyHeader(name="X-API-Key")',
    'API_KEY_NAME = "x-api-key"',
    'API_KEY = "X-API-Key"',
    'SECRET_KEY = "JWT_SECRET_KEY"',
    'oauth2 = OAuth2PasswordBearer(tokenUrl="auth/token")',
    'token_type = "bearer"',
    'data = {"access_token": token, "token_type": "bearer"}',
    'token = "access_token"',
    'grant_type = "password"',
    'PASSWORD_FIELD = "password"',
    'errors = {"password": "Password is required"}',
    'raise HTTPException(401, detail="Invalid token")',
    'secret_name = "prod/db/password"',
    'secret_arn = "arn:aws:secretsmanager:eu-west-1:1:secret:x"',
    'secret = "arn:aws:secretsmanager:eu-west-1:1:secret:x"',
    'private_key = "/run/secrets/key.pem"',
    'password_hash_algorithm = "bcrypt"',
    'jwt_key = "HS256"',
    'class Kind(str, Enum):\n    PASSWORD = "pass-word1"\n',
    'class U(BaseModel):\n    password: str = Field(..., example="Str0ng!pass")\n',
    'class U(BaseModel):\n    password: str = Field(..., examples=["Str0ng!pass"])\n',
    'user_example = {"password": "Str0ng!pass"}',
    'c = {"json_schema_extra": {"example": {"password": "Str0ng!pass"}}}',
    '"""Connect with postgresql://scott:tiger@prod.host/x."""\n',
    'url = f"postgresql://{user}:{password}@host/db"',
    'if "-----BEGIN PRIVATE KEY-----" in text: ...',
    'sort_key = "USER#123"',
    'next_token = "abcdef1234567890"',
    'password = "{}"',
    'url = "https://docs.example.com/token"',
    'table = dynamodb.Table("tokens")',
]


@pytest.mark.parametrize("source", NOTHING)
def test_what_is_no_secret(source: str) -> None:
    """Placeholders, names of things, messages, algorithms, paths and examples are no secrets."""
    assert found(source) == []


def test_defaults_of_settings_are_told_apart() -> None:
    """A value that stands in for a missing setting says so in its detector."""
    first, second, third = found(
        'a = os.getenv("API_KEY", "local")\n'
        'c = Client(api_key=settings.api_key or "local")\n'
        'd = Client(api_key="local")\n'
    )
    assert [first.detector, second.detector, third.detector] == ["default", "default", "name"]


def test_tests_hold_dummies() -> None:
    """In a test file, names are not judged and known formats are dummies."""
    source = f'password = "hunter2!"\nkey = "{AWS_ID}"\n'
    (literal,) = found(source, "tests/test_login.py")
    assert literal.dummy
    assert is_test("tests/unit/conftest.py")
    assert is_test("app/login_test.py")
    assert not is_test("app/contest.py")


def test_local_hosts_make_a_password_a_dummy() -> None:
    """A password in the URL of a local or composed database is a dummy."""
    (local,) = found('u = "postgresql://app:' + 's3cr3tpw@localhost:5432/app"\n')
    (remote,) = found('u = "postgresql://app:' + 's3cr3tpw@prod.internal:5432/app"\n')
    assert local.dummy
    assert not remote.dummy


TEXTS = [
    (".env", "DB_PASSWORD=hunter2!\n", "password"),
    (".env", 'export DB_PASSWORD="hunter2!"\n', "password"),
    (".env", "API_KEY=" + RANDOM + "  # production\n", "api-key"),
    ("app.ini", "[db]\npassword = hunter2!\n", "password"),
    ("settings.toml", 'password = "hunter2!"\n', "password"),
    ("config.yaml", "db:\n  password: hunter2!\n", "password"),
    ("docker-compose.yml", "services:\n  db:\n    environment:\n      - DB_PASSWORD=hunter2!\n",
     "password"),
    ("config.json", '{\n  "password": "hunter2!",\n  "a": 1\n}\n', "password"),
    ("Dockerfile", "FROM x\nENV DB_PASSWORD hunter2!\n", "password"),
    ("Dockerfile", "FROM x\nENV DB_PASSWORD=hunter2!\n", "password"),
    ("main.tf", 'master_password         = "hunter2!"\n', "password"),
    ("app.properties", "db.password=hunter2!\n", "password"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "kind"), TEXTS)
def test_configuration_files(path: str, text: str, kind: str) -> None:
    """Each configuration format gives its secret with its line, in LF and CRLF files."""
    assert wants(path)
    for ending in ("\n", "\r\n"):
        (literal,) = literals_in_text(text.replace("\n", ending), path)
        assert (literal.kind, literal.dummy) == (kind, False)
        assert (
            "assword" in text.splitlines()[literal.place.line - 1]
            or kind == "api-key"
            or ("PASSWORD" in text.splitlines()[literal.place.line - 1])
        )
        assert "hunter2" not in repr(literal)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "# DB_PASSWORD=hunter2!\n"),
        (".env", "DB_PASSWORD=\n"),
        (".env", "DB_PASSWORD=${SECRET}\n"),
        ("x.yaml", "password: !Ref DbPassword\n"),
        ("x.yaml", "password: ${{ secrets.DB }}\n"),
        ("x.yaml", "password: op://vault/db/password\n"),
        ("x.yaml", "secrets: inherit\n"),
        ("x.json", '{"Sid": "AllowLogs123"}\n'),
        ("x.json", '{"password": "Passwort"}\n'),
        ("x.json", '{"password": null, "token": 12}\n'),
        ("locales/en.json", '{"password": "secret-label1"}\n'),
        ("x.tf", "password = var.db_password\n"),
        ("pyproject.toml", '"onepassword-sdk==0.3.0",\n'),
        ("x.json", '"administratorPassword": "[parameters(\'password\')]"\n'),
    ],
)
def test_configuration_without_secrets(path: str, text: str) -> None:
    """References, comments, labels and versions are no secrets."""
    assert literals_in_text(text, path) == ()


def test_samples_hold_dummies() -> None:
    """A file that shows how the real one is written holds dummies."""
    (literal,) = literals_in_text("DB_PASSWORD=hunter2!\n", ".env.example")
    assert literal.dummy


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("package-lock.json", False),
        ("poetry.lock", False),
        ("app/main.py", False),
        ("README.md", False),
        ("deploy/.env.production", True),
        ("compose.yaml", True),
        ("Dockerfile.dev", True),
    ],
)
def test_which_files_are_read(path: str, expected: bool) -> None:  # noqa: FBT001
    """Configuration files are wanted, generated and other files are not."""
    assert wants(path) is expected


@given(st.text(max_size=200), st.sampled_from([".env", "a.json", "a.yaml", "a.tf"]))
def test_any_text_is_read(text: str, path: str) -> None:
    """Any text gives literals whose lines stand in it."""
    for literal in literals_in_text(text, path):
        assert 1 <= literal.place.line <= text.count("\n") + 1


letters = st.characters(codec="ascii", categories=("L", "N"))


@given(st.text(letters, min_size=8, max_size=60))
def test_no_value_survives(value: str) -> None:
    """No fact holds more than two characters of a value."""
    for name in ("password", "api_key", "token"):
        for literal in found(f'{name} = "{value}"\n'):
            assert value[2:] not in literal.masked
            told = (literal.masked, literal.place, literal.entropy, literal.dummy)
            assert value not in repr(told)
        assert len(mask(value, name).split("***", maxsplit=1)[0]) <= 2


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_value_is_judged(name: str, value: str) -> None:
    """Any name and value give a verdict, a mask and a measure."""
    assert isinstance(judge(name, value, "password"), Verdict)
    assert entropy(value) >= 0
    assert isinstance(looks_random(value), bool)


def test_a_long_line_is_searched_near_its_telltale() -> None:
    """Of a line of a megabyte only the surroundings of a telltale are searched."""
    line = "x" * 500_000 + f' "{AWS_ID}" ' + "y" * 500_000
    (hit,) = hits(line)
    assert (hit.line, hit.column) == (1, 500_002)


def test_every_detector_exists() -> None:
    """Each format's detector can be loaded, and finds nothing in a line without secrets."""
    line = " ".join(telltale for form in FORMATS for telltale in form.telltales)
    assert {hit.kind for hit in hits(line)} <= {"basic-auth"}


def test_deep_and_broken_values() -> None:
    """Values that are no text, and names that are no names, are passed over."""
    assert found("password = 1\npasswords = ['a']\n{**password}\npassword = b'\\xff\\xfe'\n") == []


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("docker-compose.yml", "trade_pass", False),
        ("deploy/compose.dev.yaml", "trade_pass", False),
        (".github/workflows/ci.yml", "trade_pass", False),
        (".gitlab-ci.yml", "trade_pass", False),
        ("docker-compose.yml", "hunter2!", True),
        ("docker-compose.prod.yml", "trade_pass", True),
        ("config/service.yml", "trade_pass", True),
    ],
)
def test_a_word_guards_no_throwaway_database(path: str, value: str, *, told: bool) -> None:
    """A password in words, given to a container of a build or a developer, is not told."""
    found = literals_in_text(f"POSTGRES_PASSWORD: {value}\n", path)
    assert [one.name for one in found] == (["POSTGRES_PASSWORD"] if told else [])
