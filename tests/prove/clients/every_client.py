"""Asks the store for an item with every client that is installed, each told to go elsewhere.

Run as a program: it prints what each client got, as JSON. What is imported before the clients are
redirected is named on the command line.
"""

import asyncio
import datetime as dt
import hashlib
import hmac
import json
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from hushtable.embedded.emulator import Emulator
from hushtable.embedded.server import LoopbackServer
from hushtable.prove.clients.install import redirect
from hushtable.prove.sandbox import confine

ELSEWHERE = "https://dynamodb.of-the-company.example:8443"
USUAL = "https://dynamodb.eu-west-1.amazonaws.com"
KEY = {"user_id": {"S": "u-1"}}


def boto3_client() -> Any:
    """Ask with boto3's client, a profile, an address, certificates, proxies and retries."""
    boto3, config = import_module("boto3"), import_module("botocore.config")
    options = config.Config(
        proxies={"https": "http://proxy.of-the-company.example:3128"},
        retries={"max_attempts": 9, "mode": "legacy"},
        connect_timeout=60,
        use_fips_endpoint=True,
    )
    session = boto3.Session(profile_name="production")
    client = session.client("dynamodb", endpoint_url=ELSEWHERE, verify="/no/such", config=options)
    return client.get_item(TableName="users", Key=KEY)["Item"]["name"]["S"]


def boto3_resource() -> Any:
    """Ask with boto3's resource and keys of its own."""
    boto3 = import_module("boto3")
    resource = boto3.resource(
        "dynamodb", aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1"
    )
    return resource.Table("users").get_item(Key={"user_id": "u-1"})["Item"]["name"]


def boto3_other() -> Any:
    """Ask another service, for which nothing stands."""
    return import_module("boto3").client("sqs").list_queues()


def boto3_slow() -> Any:
    """Ask for what fails, and see how often it is tried."""
    resource = import_module("boto3").resource("dynamodb")
    return resource.Table("broken").get_item(Key={"user_id": "u-1"})


def aioboto3_resource() -> Any:
    """Ask with aioboto3 and a profile."""
    aioboto3 = import_module("aioboto3")

    async def ask() -> Any:
        session = aioboto3.Session(profile_name="production", region_name="eu-west-1")
        async with session.resource("dynamodb", endpoint_url=ELSEWHERE) as resource:
            table = await resource.Table("users")
            return (await table.get_item(Key={"user_id": "u-1"}))["Item"]["name"]

    return asyncio.run(ask())


def aiobotocore_client() -> Any:
    """Ask with aiobotocore."""
    session = import_module("aiobotocore.session").get_session()
    config = import_module("aiobotocore.config").AioConfig(max_pool_connections=3)

    async def ask() -> Any:
        async with session.create_client("dynamodb", "eu-west-1", config=config) as client:
            answer = await client.get_item(TableName="users", Key=KEY)
            return answer["Item"]["name"]["S"]

    return asyncio.run(ask())


def pynamodb_model() -> Any:
    """Ask with a PynamoDB model that names a host."""
    models, attributes = import_module("pynamodb.models"), import_module("pynamodb.attributes")

    class User(models.Model):
        class Meta:
            table_name = "users"
            region = "eu-west-1"
            host = ELSEWHERE

        user_id = attributes.UnicodeAttribute(hash_key=True)
        name = attributes.UnicodeAttribute()

    return User.get("u-1").name


def dyntastic_model() -> Any:
    """Ask with a dyntastic model that names a host."""
    dyntastic = import_module("dyntastic")

    class User(dyntastic.Dyntastic):
        __table_name__ = "users"
        __hash_key__ = "user_id"
        __table_region__ = "eu-west-1"
        __table_host__ = ELSEWHERE
        user_id: str
        name: str

    return User.get("u-1").name


def aiodynamo_client() -> Any:
    """Ask with aiodynamo and credentials of the machine."""
    aiodynamo, held = import_module("aiodynamo.client"), import_module("aiodynamo.credentials")
    adapter, httpx = import_module("aiodynamo.http.httpx"), import_module("httpx")

    async def ask() -> Any:
        async with httpx.AsyncClient() as http:
            credentials = held.InstanceMetadataCredentialsV2()
            client = aiodynamo.Client(adapter.HTTPX(http), credentials, "eu-west-1")
            return (await client.table("users").get_item({"user_id": "u-1"}))["name"]

    return asyncio.run(ask())


def pydynox_client() -> Any:
    """Ask with pydynox, an address, a profile and a role."""
    client = import_module("pydynox").DynamoDBClient(
        endpoint_url=ELSEWHERE, profile="production", role_arn="arn:aws:iam::1:role/a"
    )
    return client.sync_get_item("users", {"user_id": "u-1"})["name"]


def guard_transport() -> Any:
    """Ask with hushtable's guard, which has a store of its own."""
    choose = import_module("hushtable.guard.transport.choose")
    call = import_module("hushtable.guard.transport.call")
    names = []
    for settings in (
        choose.Settings(kind="local"),
        choose.Settings(endpoint=ELSEWHERE, region="eu-west-1"),
        choose.Settings(kind="botocore", profile="production"),
    ):
        transport = choose.transport(settings)
        body = json.dumps({"TableName": "users", "Key": KEY}).encode()
        reply = transport.send_now(call.Request("GetItem", body))
        names.append(json.loads(reply.body)["Item"]["name"]["S"])
    return names[0] if len(set(names)) == 1 else names


def signed() -> tuple[dict[str, str], bytes]:
    """Sign a request as a program may that has no client."""
    body = json.dumps({"TableName": "users", "Key": KEY}).encode()
    day = dt.datetime.now(dt.UTC).strftime("%Y%m%d")
    signature = hmac.new(b"key", hashlib.sha256(body).digest(), hashlib.sha256).hexdigest()
    scope = f"Credential=AKIA/{day}/eu-west-1/dynamodb/aws4_request"
    headers = {
        "Host": "dynamodb.eu-west-1.amazonaws.com",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "DynamoDB_20120810.GetItem",
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, Signature={signature}",
    }
    return headers, body


def name_in(answer: Any) -> Any:
    """Read the name from an answer's JSON."""
    return json.loads(answer)["Item"]["name"]["S"]


def requests_post() -> Any:
    """Ask with requests."""
    headers, body = signed()
    requests = import_module("requests")
    return name_in(requests.post(ELSEWHERE, data=body, headers=headers, timeout=5).content)


def urllib3_request() -> Any:
    """Ask with urllib3."""
    headers, body = signed()
    pool = import_module("urllib3").PoolManager()
    return name_in(pool.request("POST", USUAL, body=body, headers=headers).data)


def httpx_post() -> Any:
    """Ask with httpx, both ways."""
    httpx = import_module("httpx")
    headers, body = signed()

    async def ask() -> Any:
        async with httpx.AsyncClient(base_url=ELSEWHERE) as client:
            return (await client.post("/", content=body, headers=headers)).content

    names = {
        name_in(httpx.post(USUAL, content=body, headers=headers).content),
        name_in(asyncio.run(ask())),
    }
    return names.pop() if len(names) == 1 else sorted(names)


def aiohttp_post() -> Any:
    """Ask with aiohttp, through a proxy."""
    aiohttp = import_module("aiohttp")
    headers, body = signed()

    async def ask() -> Any:
        async with (
            aiohttp.ClientSession(base_url=USUAL) as session,
            session.post(
                "/", data=body, headers=headers, proxy="http://proxy.example:3128"
            ) as answer,
        ):
            return await answer.read()

    return name_in(asyncio.run(ask()))


def httpx_elsewhere() -> Any:
    """Ask somebody who is no AWS service."""
    return import_module("httpx").get("https://payments.example/charge").status_code


CLIENTS: dict[str, tuple[str, Callable[[], Any]]] = {
    "boto3 client": ("boto3", boto3_client),
    "boto3 resource": ("boto3", boto3_resource),
    "boto3 other": ("boto3", boto3_other),
    "boto3 slow": ("boto3", boto3_slow),
    "aioboto3": ("aioboto3", aioboto3_resource),
    "aiobotocore": ("aiobotocore", aiobotocore_client),
    "PynamoDB": ("pynamodb", pynamodb_model),
    "dyntastic": ("dyntastic", dyntastic_model),
    "aiodynamo": ("aiodynamo", aiodynamo_client),
    "pydynox": ("pydynox", pydynox_client),
    "guard": ("pyreqwest", guard_transport),
    "requests": ("requests", requests_post),
    "urllib3": ("urllib3", urllib3_request),
    "httpx": ("httpx", httpx_post),
    "httpx elsewhere": ("httpx", httpx_elsewhere),
    "aiohttp": ("aiohttp", aiohttp_post),
}


def outcome(ask: Callable[[], Any]) -> dict[str, Any]:
    """Give what a client got, and whom else it asked."""
    confine.refused()
    try:
        got = ask()
    except Exception as error:  # noqa: BLE001 -- whatever a client raises is its outcome
        got = f"{type(error).__name__}: {error}"
    return {"got": got, "refused": confine.refused()}


class Store(Emulator):
    """An emulator that counts the requests for one table, and fails them."""

    def __init__(self) -> None:
        super().__init__()
        self.failed = 0

    def handle(self, operation: str, body: bytes) -> Any:
        """Answer, but for the table that is broken."""
        answer = super().handle(operation, body)
        if b'"broken"' in body:
            self.failed += 1
            return type(answer)(500, answer.headers, b'{"__type": "InternalServerError"}')
        return answer


def main(early: list[str]) -> None:
    """Ask with every client."""
    ports: set[int] = set()
    held = confine.confine(lambda: frozenset(ports))
    for module in early:
        if find_spec(module.partition(".")[0]) is not None:
            import_module(module)
    store = Store()
    store.ask(
        "CreateTable",
        {
            "TableName": "users",
            "KeySchema": [{"AttributeName": "user_id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "user_id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    store.ask("PutItem", {"TableName": "users", "Item": {**KEY, "name": {"S": "hqcanary"}}})
    with LoopbackServer(store) as server:
        ports.add(server.port)
        redirect(server.url, lambda _service: "")
        found = {
            name: outcome(ask)
            for name, (package, ask) in CLIENTS.items()
            if find_spec(package) is not None
        }
    print(  # noqa: T201 -- what the test reads
        json.dumps({"held": held, "found": found, "failed": store.failed})
    )


if __name__ == "__main__":
    main(sys.argv[1:])
