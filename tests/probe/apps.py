"""Services to be asked, and values planted in them that no report may show."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel

PLANTED = {
    "email": "zebedee.quillfeather@shop.example",
    "phone": "+493012345678",
    "card_number": "4929000000006789",
    "iban": "DE89370400440532013000",
    "national_id": "ID-7723-9910-5521",
    "password_hash": "$2b$12$" + "Wq7JmS0kY1nE5pB3tR8uHOeK2xV6cZ9aF4gL7dN1iQ0sT5yM3wXjG",
    "api_key": "gh" + "p_" + "q7Vd2kXw9Tz4RmLc0PbYh8uJgN3fEsA5oKiW",
    "jwt": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJ6ZWJlZGVlIn0." + "c2lnbmF0dXJlLW9mLW5vYm9keQ",
    "street": "Quillfeather Lane 77",
}
"""By the name they are planted under."""

CALLERS = {"token-of-a-4f7d1c9e": "a", "token-of-b-8e2b6a55": "b"}


class Order(BaseModel):
    """An order, as the document declares it."""

    order_id: str


def leaky() -> FastAPI:
    """Make a service that leaks what is planted, in bodies, errors, keys and headers."""
    app = FastAPI()
    orders = {"o1": "a", "o2": "b"}

    def caller(token: str) -> str:
        if token not in CALLERS:
            raise HTTPException(401, "Not signed in")
        return CALLERS[token]

    @app.get("/people")
    def people() -> list[dict[str, Any]]:
        return [{"user_id": "u1", **PLANTED}, {"user_id": "u2", "email": "b@shop.example"}]

    @app.get("/people/{email}")
    def person(email: str) -> dict[str, Any]:
        return {"email": email, "by_mail": {PLANTED["email"]: {"phone": PLANTED["phone"]}}}

    @app.get("/orders")
    def list_orders(x_token: Annotated[str, Header()] = "") -> list[Order]:
        who = caller(x_token)
        return [Order(order_id=one) for one, owner in orders.items() if owner == who]

    @app.get("/orders/{order_id}", response_model=Order)
    def read_order(order_id: str, x_token: Annotated[str, Header()] = "") -> Any:
        caller(x_token)
        if order_id not in orders:
            raise HTTPException(404, "No such order")
        return JSONResponse({"order_id": order_id, **PLANTED})

    @app.get("/echo")
    def echo(text: str = "", x_token: Annotated[str, Header()] = "") -> dict[str, Any]:
        if "'" in text:
            raise HTTPException(500, f"ValueError: {PLANTED['email']} {x_token}")
        return {"you_sent": x_token}

    return app
