"""Run the shop on an embedded DynamoDB, with sample data, on 127.0.0.1.

    python serve.py [PORT]

The sample accounts share a password, taken from SHOP_SAMPLE_PASSWORD or else made up and of no
use to anybody; set it to sign in as one of them.
"""

import asyncio
import base64
import os
import secrets
import sys
from pathlib import Path

import uvicorn

from hushtable.embedded.fixtures import load, read_tables
from hushtable.embedded.server import LoopbackServer

HERE = Path(__file__).resolve().parent
HOST = "127.0.0.1"
DEFAULT_PORT = 8000


def fill() -> None:
    """Sign up a few people through the shop's own functions, and let them shop."""
    asyncio.run(sign_up_people())


async def sign_up_people() -> None:
    """Do what the routes would do for four people."""
    from app import accounts
    from app.inputs import AddressIn, CardIn, OrderIn, ProfileIn, Registration
    from app.routers import catalogue, orders, profiles
    from hushtable.guard import Caller, asking

    password = os.environ.get("SHOP_SAMPLE_PASSWORD") or secrets.token_urlsafe(16)
    people = [("maren", "customer"), ("jonas", "customer"), ("ines", "staff"), ("omar", "admin")]
    for number, (handle, role) in enumerate(people):
        made = await accounts.register(
            Registration(
                email=f"{handle}@shop.example",
                handle=handle,
                password=password,
                phone=f"+4930123456{number:02d}",
                date_of_birth=f"199{number}-04-0{number + 1}",
            ),
            role=role,
        )
        me = Caller(made.user_id, frozenset({role}))
        with asking(me):
            profile = ProfileIn(
                bio=f"I am {handle}.",
                website=f"https://{handle}.example",
                national_id=f"ID-{number:06d}",
                theme="dark",
                recovery_email=f"{handle}@recovery.example",
            )
            await profiles.write_profile(profile, me)
            home = AddressIn(street=f"Teichweg {number + 1}", postcode=f"1043{number}", city="Berlin")
            await profiles.write_address("home", home, me)
            await profiles.write_card("first", CardIn(last_digits=f"000{number}", holder=handle), me)
            product = (await catalogue.list_products())[0]
            order = OrderIn(
                lines=[{"product_id": product.product_id, "quantity": number + 1}],
                street=f"Teichweg {number + 1}",
                postcode=f"1043{number}",
                payment_reference=secrets.token_urlsafe(24),
            )
            await orders.place_order(order, me)


def main() -> None:
    """Start DynamoDB, fill it, and serve until interrupted."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PORT
    sys.path.insert(0, str(HERE))
    with LoopbackServer() as dynamodb:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = dynamodb.url
        os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
        # The embedded DynamoDB takes any credentials, and every start makes new secrets.
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SHOP_MAIL_API_KEY"):
            os.environ[name] = secrets.token_hex(16)
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        os.environ["HUSHTABLE_KEYS"] = f"made-up:{key}"
        load(dynamodb.emulator, read_tables(HERE / "sample.json"))
        fill()
        uvicorn.run("app.main:app", host=HOST, port=port)


if __name__ == "__main__":
    main()
