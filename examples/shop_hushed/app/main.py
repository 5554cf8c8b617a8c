"""The shop's application: `uvicorn app.main:app`."""

import logging

from fastapi import FastAPI

from app.routers import admin, auth, catalogue, health, orders, profiles, users
from app.tables import store
from hushtable.guard.fastapi import protect
from hushtable.guard.redaction import RedactingFilter

handler = logging.StreamHandler()
handler.addFilter(RedactingFilter())
logging.basicConfig(level=logging.INFO, handlers=[handler])

app = FastAPI(title="Shop")
protect(app, *store.tables)

app.include_router(health.router)
app.include_router(auth.router)
app.include_router(users.router)
app.include_router(profiles.router)
app.include_router(catalogue.router)
app.include_router(orders.router)
app.include_router(admin.router)
