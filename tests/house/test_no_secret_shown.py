"""No output holds a secret: values planted in a service come out of no format and no file.

The values are made when the test runs, so that the repository holds none itself.
"""

import json
import random
import string
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commands import command_bytes

FORMATS = (
    *("terminal", "json", "sarif", "markdown", "github", "junit", "gitlab", "concise", "html"),
)
WINDOW = 8
"""A mask may show a few characters; this many in a row of a planted value are a leak."""

LETTERS = string.ascii_letters + string.digits


def grown(seed: str, length: int, letters: str = LETTERS) -> str:
    """Make a value that looks random and is the same in every run."""
    source = random.Random(seed)  # noqa: S311 - looks are enough
    return "".join(source.choice(letters) for _ in range(length))


def planted() -> dict[str, str]:
    """Make the values by the name they are planted under. None of them stands in any file."""
    body = "\n".join(grown(f"pem{line}", 64) for line in range(6))
    kind = "PRIVATE" + " KEY"
    return {
        "aws_id": "AKI" + "A" + grown("id", 16, string.ascii_uppercase + "234567"),
        "aws_secret": grown("aws", 40),
        "stripe": "sk" + "_live_" + grown("stripe", 24),
        "github": "gh" + "p_" + grown("github", 36),
        "slack": "xox" + "b-" + grown("s1", 12, string.digits) + "-" + grown("s2", 24),
        "jwt": "eyJhbGciOiJIUzI1NiJ9" + ".eyJz" + grown("claims", 40) + "." + grown("sign", 43),
        "signing": grown("signing", 48),
        "password": grown("password", 20),
        "default": grown("default", 32),
        "environment": grown("environment", 32),
        "compared": grown("compared", 32),
        "logged": grown("logged", 32),
        "raised": grown("raised", 32),
        "in_url": grown("url", 32),
        "in_comment": grown("comment", 40),
        "in_docstring": grown("docstring", 40),
        "in_broken": grown("broken", 40),
        "in_python2": grown("python2", 40),
        "in_latin": grown("latin", 40),
        "in_env": grown("env", 40),
        "in_template": grown("template", 40),
        "in_terraform": grown("terraform", 40),
        "in_item": grown("item", 32),
        "email": grown("mailbox", 14, string.ascii_lowercase) + "@" + "example.org",
        "card": "4" + grown("card", 15, string.digits),
        "pem": f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----",
    }


APP = '''
"""A service. Old token: {in_docstring}"""
import logging
import os

import boto3
import httpx
from fastapi import Depends, FastAPI, Header, HTTPException

AWS_ACCESS_KEY_ID = "{aws_id}"
AWS_SECRET_ACCESS_KEY = "{aws_secret}"
STRIPE_API_KEY = "{stripe}"
GITHUB_TOKEN = "{github}"
SLACK_TOKEN = "{slack}"
SERVICE_JWT = "{jwt}"
SETTINGS = {{"jwt_secret": "{signing}", "database_url": "postgres://app:{password}@db/app"}}
PRIVATE_KEY = """{pem}"""
ADMIN_TOKEN = os.environ.get("ADMIN_TOKEN", "{environment}")  # was {in_comment}

app = FastAPI(debug=True)
log = logging.getLogger(__name__)
users = boto3.resource("dynamodb", aws_secret_access_key="{aws_secret}").Table("users")


def signed(data, api_secret="{default}"):
    return data + api_secret


def gate(x_api_key: str = Header()):
    if x_api_key != "{compared}":
        raise HTTPException(401, "not {compared}")


@app.get("/users/{{user_id}}")
def read_user(user_id: str):
    api_token = "{logged}"
    log.info("reading %s with %s", user_id, api_token)
    log.warning(f"token {logged} for {{user_id}}")
    item = users.get_item(Key={{"user_id": user_id}})["Item"]
    item["password"] = "{in_item}"
    httpx.get("https://partner.example.org/v1?api_key={in_url}&user=" + user_id)
    return item  # api_key = "{in_comment}"


@app.post("/users", dependencies=[Depends(gate)])
def create_user(name: str):
    row = {{"user_id": name, "password": "{in_item}", "email": "{email}", "card_number": "{card}"}}
    users.put_item(Item=row)
    secret = "{raised}"
    if not name:
        raise HTTPException(400, detail=f"{{name}} and {{secret}}")
    try:
        return row
    except Exception as error:
        raise HTTPException(500, detail="{raised}" + str(error))
'''

MORE = """

@app.get("/users/{user_id}/all")
def read_all(user_id: str):
    return users.get_item(Key={"user_id": user_id})["Item"]
"""

FILES = {
    "app/__init__.py": "",
    "app/main.py": APP,
    "app/broken.py": 'import boto3\nfrom fastapi import FastAPI\napi_key = "{in_broken}" )(\n',
    "app/python2.py": 'import fastapi, boto3\nprint "token", "{in_python2}"\n',
    ".env": "API_KEY={in_env}\nSTRIPE_API_KEY={stripe}\n",
    "template.yaml": (
        "Resources:\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      Environment:\n        Variables:\n          API_SECRET: {in_template}\n"
        "  Users:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      TableName: users\n"
        "      KeySchema:\n        - {{AttributeName: user_id, KeyType: HASH}}\n"
    ),
    "main.tf": (
        'variable "api_secret" {{\n  default = "{in_terraform}"\n}}\n'
        'resource "aws_dynamodb_table" "users" {{\n  name = "users"\n  hash_key = "user_id"\n}}\n'
    ),
}


@dataclass(frozen=True, slots=True)
class Service:
    """A planted service on disk, and everything that a command says and writes about it."""

    root: Path
    values: dict[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run hushtable in the folder above the service, with a home of its own."""
        home = self.root.parent / "home"
        home.mkdir(exist_ok=True)
        own = {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
        return command_bytes(*arguments, folder=self.root.parent, own=own)

    def written(self) -> dict[str, bytes]:
        """Read every file that the command wrote, caches included."""
        made = (path for path in self.root.parent.rglob("*") if path.is_file())
        sources = {self.root / name for name in (*FILES, "app/latin.py", "hushtable.toml")}
        return {str(path): path.read_bytes() for path in made if path not in sources}

    def shown(self, output: bytes) -> list[str]:
        """Name the planted values of which a telling part stands in an output."""
        text = output.decode("utf-8", "replace")
        return [name for name, value in self.values.items() if told(value, text)]


def told(value: str, text: str) -> bool:
    """Whether WINDOW characters in a row of the secret part of a value stand in a text."""
    secret = value.partition("\n")[2].rpartition("\n")[0] or value
    secret = secret.removeprefix("eyJhbGciOiJIUzI1NiJ9").removesuffix("@example.org")
    return any(
        part in text
        for line in secret.splitlines()
        for part in (line[at : at + WINDOW] for at in range(len(line) - WINDOW + 1))
    )


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Write the service with its values."""
    values = planted()
    root = tmp_path / "service"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**values).lstrip("\n"), encoding="utf-8")
    latin = f'# caf\xe9\nfrom fastapi import FastAPI\npassword = "{values["in_latin"]}"\n'
    (root / "app" / "latin.py").write_bytes(latin.encode("latin-1"))
    return Service(root, values)


def test_no_planted_value_is_shown(service: Service) -> None:
    """No planted value comes out on standard output or error, or lies in any file written."""
    outputs = [part for form in FORMATS for part in ("-o", f"{form}:report.{form}")]
    runs = {form: service.run("scan", "service", "--format", form) for form in FORMATS}
    runs["files"] = service.run("scan", "service", *outputs)
    runs["baseline"] = service.run("scan", "service", "--write-baseline")
    runs["lock"] = service.run("lock", "service")
    main = service.root / "app/main.py"
    main.write_text(main.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    for form in ("terminal", "json", "markdown", "github"):
        runs[f"check {form}"] = service.run("check", "service", "--format", form)
    found = {}
    for name, run in runs.items():
        found[f"{name} stdout"] = service.shown(run.stdout)
        found[f"{name} stderr"] = service.shown(run.stderr)
    written = service.written()
    found |= {path: service.shown(content) for path, content in written.items()}
    assert {where: names for where, names in found.items() if names} == {}
    # And all of it was there to be shown: the scan saw the secrets, and wrote every file.
    seen = json.loads(runs["json"].stdout)
    assert runs["json"].returncode == 1
    codes = {finding["code"] for finding in seen["findings"]}
    assert {"HT101", "HT604"} <= codes
    assert "app/broken.py" in {unknown["path"] for unknown in seen["unknown"]}
    reports = {Path(path).name for path in written}
    assert {"hushtable.lock", *(f"report.{form}" for form in FORMATS)} <= reports
    assert b"/users/{user_id}/all" in runs["check json"].stdout
    assert runs["check json"].returncode == 1


@pytest.mark.parametrize(
    "text",
    [
        "settings = {value}\n",
        'fail-on = "{value}"\n',
        '[attributes]\n"users.email" = "{value}"\n',
        '[library]\nsource = "{value}"\n',
        "jobs = ['{value}']\n",
    ],
)
def test_a_wrong_configuration_shows_no_value(service: Service, text: str) -> None:
    """What is wrong in a configuration file is told by its place, without the value."""
    value = service.values["password"]
    config = service.root / "hushtable.toml"
    config.write_text(text.replace("{value}", value), encoding="utf-8")
    run = service.run("scan", "service")
    assert service.shown(run.stdout + run.stderr) == []
    assert run.returncode == 2, run.stderr
    assert b"hushtable" in run.stderr


def test_a_shown_value_would_be_noticed(service: Service) -> None:
    """Eight characters in a row of any planted value count as shown; a mask's four do not."""
    for name, value in service.values.items():
        line = value.splitlines()[1] if name == "pem" else value
        piece = line[4:16] if name == "email" else line[-20:-8]
        assert service.shown(f"... {piece} ...".encode()) == [name]
        assert service.shown(f"{line[:4]}****".encode()) == []
