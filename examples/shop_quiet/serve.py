"""Run the shop on an embedded DynamoDB, with sample data, on 127.0.0.1.

    python serve.py [PORT]

The sample accounts share a password, taken from SHOP_SAMPLE_PASSWORD or else made up and of no
use to anybody; set it to sign in as one of them.
"""

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
MADE_UP = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "SHOP_CURSOR_KEY",
    "SHOP_MAIL_API_KEY",
)


def fill() -> None:
    """Sign up a few people through the shop's own service, and let them shop."""
    from app.models import AddressIn, CardIn, OrderIn, OrderLine, ProfileIn, Registration
    from app.repositories.orders import get_order_repository
    from app.repositories.sessions import get_session_repository
    from app.repositories.shop import get_shop_repository
    from app.repositories.users import get_user_repository
    from app.services.accounts import AccountService
    from app.services.catalogue import ShopService
    from app.services.orders import OrderService

    accounts = AccountService(get_user_repository(), get_session_repository())
    shop = ShopService(get_shop_repository())
    orders = OrderService(get_order_repository(), get_shop_repository())
    password = os.environ.get("SHOP_SAMPLE_PASSWORD") or secrets.token_urlsafe(16)
    people = [("maren", "customer"), ("jonas", "customer"), ("ines", "staff"), ("omar", "admin")]
    for number, (handle, role) in enumerate(people):
        made = accounts.register(
            Registration(
                email=f"{handle}@shop.example",
                handle=handle,
                password=password,
                phone=f"+4930123456{number:02d}",
                date_of_birth=f"199{number}-04-0{number + 1}",
            ),
            role=role,
        )
        shop.write_profile(
            made["user_id"],
            ProfileIn(
                bio=f"I am {handle}.",
                website=f"https://{handle}.example",
                national_id=f"ID-{number:06d}",
                theme="dark",
                recovery_email=f"{handle}@recovery.example",
            ),
        )
        shop.write_address(
            made["user_id"],
            "home",
            AddressIn(street=f"Teichweg {number + 1}", postcode=f"1043{number}", city="Berlin"),
        )
        shop.write_card(made["user_id"], "first", CardIn(last_digits=f"000{number}", holder=handle))
        product = shop.products()[0]
        orders.place(
            made["user_id"],
            OrderIn(
                lines=[OrderLine(product_id=product["product_id"], quantity=number + 1)],
                street=f"Teichweg {number + 1}",
                postcode=f"1043{number}",
                payment_reference=secrets.token_urlsafe(24),
            ),
        )


def main() -> None:
    """Start DynamoDB, fill it, and serve until interrupted."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PORT
    sys.path.insert(0, str(HERE))
    with LoopbackServer() as dynamodb:
        os.environ["SHOP_DYNAMODB_ENDPOINT"] = dynamodb.url
        # The embedded DynamoDB takes any credentials, and every start makes new secrets.
        for name in MADE_UP:
            os.environ[name] = secrets.token_hex(16)
        load(dynamodb.emulator, read_tables(HERE / "sample.json"))
        fill()
        uvicorn.run("app.main:app", host=HOST, port=port)


if __name__ == "__main__":
    main()
