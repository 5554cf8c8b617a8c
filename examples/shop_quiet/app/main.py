"""The shop's application: `uvicorn app.main:app`."""

import logging
import uuid

from botocore.exceptions import ClientError
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.routers import admin, auth, catalogue, health, orders, profiles, users

logger = logging.getLogger(__name__)

app = FastAPI(title="Shop")


@app.exception_handler(ClientError)
async def database_failed(request: Request, error: ClientError) -> JSONResponse:
    """Answer when DynamoDB refuses a call."""
    incident = uuid.uuid4().hex
    logger.error("Incident %s: DynamoDB said %s", incident, error.response["Error"]["Code"])
    detail = {"detail": "The database cannot do this now", "incident": incident}
    return JSONResponse(status_code=502, content=detail)


app.include_router(health.router)
app.include_router(auth.router)
app.include_router(users.router)
app.include_router(profiles.router)
app.include_router(catalogue.router)
app.include_router(orders.router)
app.include_router(admin.router)
