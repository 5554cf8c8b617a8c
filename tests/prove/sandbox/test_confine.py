"""What a machine with an AWS account has is out of an app's reach."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hushtable.prove.order import ChildOrder, ProveOrder
from hushtable.prove.sandbox.confine import IN_A_NAMESPACE, NO_NAMESPACE, WATCHED
from hushtable.prove.sandbox.process import run_child
from hushtable.prove.told import Failed, Told

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[2] / "src"
SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAQ3EGRXLT5N7WZ2PD",
    "AWS_SECRET_ACCESS_KEY": "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",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEPT-a-session-token",
    "AWS_PROFILE": "production-billing",
    "AWS_ROLE_ARN": "arn:aws:iam::210987654321:role/deployer",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/token-of-a-pod",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/v2/credentials/of-a-task",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "authorization-of-a-task",
    "AWS_ENDPOINT_URL": "https://dynamodb.of-the-company.example",
    "HTTPS_PROXY": "http://user:pass@proxy.of-the-company.example:3128",
    "DATABASE_PASSWORD": "a-password-of-the-shell",
    "SSH_AUTH_SOCK": "/run/user/agent-of-the-user",
}
PROFILE = "wJalrXUtnFEMI-in-a-profile"


def looked(folder: Path, environ: dict[str, str]) -> dict[str, Any]:
    """Run the double that looks for everything, and give what it found."""
    told: list[Told] = []
    order = ChildOrder(ProveOrder("looking", str(folder)), str(folder))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(SOURCE), str(HERE)]))
        why = run_child(order, told.append, seconds=120, memory=2**31, module="prove_double")
    assert why == ""
    assert isinstance(told[0], Failed)
    found: dict[str, Any] = json.loads(told[0].why)
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Look around on a machine with profiles, variables and an agent."""
    home = tmp_path_factory.mktemp("home")
    (home / ".aws").mkdir()
    text = f"[default]\naws_access_key_id = AKIA\naws_secret_access_key = {PROFILE}\n"
    (home / ".aws" / "credentials").write_text(text, encoding="utf-8")
    return looked(tmp_path_factory.mktemp("app"), {**SECRETS, "HOME": str(home)})


def test_it_says_what_holds(found: dict[str, Any]) -> None:
    """The lines say which of the two ways holds, the namespace only where there is one."""
    assert found["held"] in ([IN_A_NAMESPACE, WATCHED], [NO_NAMESPACE, WATCHED])


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_variable_of_the_user_is_there(found: dict[str, Any], name: str) -> None:
    """None of the values of the user's variables is visible in the child."""
    assert SECRETS[name] not in json.dumps(found["environ"])


def test_no_profile_of_the_user_is_there(found: dict[str, Any]) -> None:
    """The child's home is empty, and its AWS files too."""
    assert not any(".aws" in path for path in found["home"])
    environ = found["environ"]
    assert PROFILE not in json.dumps(found)
    assert environ["AWS_CONFIG_FILE"] == environ["AWS_SHARED_CREDENTIALS_FILE"]
    assert environ["AWS_EC2_METADATA_DISABLED"] == "true"
    assert environ["AWS_CONFIG_FILE"].startswith(str(Path(environ["HOME"]).parent))


@pytest.mark.parametrize(
    ("attempt", "outcome", "name"),
    [
        ("metadata", "URLError", "169.254.169.254:80"),
        ("container", "URLError", "169.254.170.2:80"),
        ("service", "URLError", "dynamodb.eu-west-1.amazonaws.com:443"),
        ("named", "ConnectionRefusedError", "sqs.eu-west-1.amazonaws.com:443"),
        ("local", "ConnectionRefusedError", "127.0.0.1:6379"),
        ("unix", "ConnectionRefusedError", "unix:some.sock"),
        ("datagram", "ConnectionRefusedError", "192.0.2.53:53"),
        ("lookup", "gaierror", "example.com:80"),
        ("old lookup", "gaierror", "example.org"),
        ("profile", "FileNotFoundError", "file:.aws"),
        ("parent", "FileNotFoundError", "file:environ"),
    ],
)
def test_nothing_else_is_reached(
    found: dict[str, Any], attempt: str, outcome: str, name: str
) -> None:
    """Every other place is refused, which no timeout is, and named."""
    assert found["outcomes"][attempt] == outcome
    assert name in found["refused"]


def test_the_store_is_reached(found: dict[str, Any]) -> None:
    """The ports that are allowed are reached, and one that the app itself listens on."""
    outcomes = found["outcomes"]
    assert (outcomes["store"], outcomes["own"]) == ("reached", "reached")


def test_a_started_program_is_held_too(found: dict[str, Any]) -> None:
    """A program that is started reaches nothing, and is named."""
    assert found["outcomes"]["program"] != "reached"
    assert Path(sys.executable).name in found["started"]
    assert "true" in found["started"]


def test_names_are_given_once(found: dict[str, Any]) -> None:
    """What was drained is not given again."""
    assert found["again"] == []


AS_SOMEBODY = """
import ctypes, encodings.idna, os, socket
from hushtable.prove.sandbox.confine import confine
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # or its own files in /proc stay those of root
print(confine(lambda: frozenset())[0])
try:
    socket.create_connection(("192.0.2.7", 443), 2)
except ConnectionRefusedError:
    print("refused")
"""

WITHOUT = """
from hushtable.prove.sandbox import confine, namespace
import os, socket, subprocess, sys
namespace.enter = lambda: False
for line in confine.confine(lambda: frozenset()):
    print(line)
for attempt in (
    lambda: socket.create_connection(("192.0.2.7", 443), 2),
    lambda: subprocess.run([sys.executable, "-c", "print('started')"]),
    lambda: os.system("echo started"),
):
    try:
        attempt()
    except OSError as error:
        print(type(error).__name__)
print(confine.refused(), confine.started())
"""


def say(program: str) -> list[str]:
    """Run a program in a process of its own, and give its lines."""
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return run.stdout.splitlines()


def test_without_rights_too() -> None:
    """A user without rights is held by a namespace of their own, or by the audit hook alone."""
    first, second = say(AS_SOMEBODY)
    assert first in {IN_A_NAMESPACE, NO_NAMESPACE}
    assert second == "refused"


def test_without_a_namespace_no_program_starts() -> None:
    """Where the kernel gives no namespace, that is said, and programs do not start."""
    name = Path(sys.executable).name
    assert say(WITHOUT) == [
        NO_NAMESPACE,
        WATCHED,
        "ConnectionRefusedError",
        "PermissionError",
        "PermissionError",
        f"('192.0.2.7:443',) ('{name}', 'echo')",
    ]
