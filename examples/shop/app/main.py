"""The shop's application: `uvicorn app.main:app`."""

from pathlib import Path

from botocore.exceptions import ClientError
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from app.routers import admin, auth, catalogue, health, orders, profiles, users
from app.settings import get_settings

app = FastAPI(title="Shop", debug=True)  # leaks HT502


@app.exception_handler(ClientError)
async def database_failed(request: Request, error: ClientError) -> JSONResponse:
    """Answer when DynamoDB refuses a call."""
    return JSONResponse(status_code=502, content={"detail": str(error)})  # leaks HT501


app.include_router(health.router)
app.include_router(auth.router)
app.include_router(users.router)
app.include_router(profiles.router)
app.include_router(catalogue.router)
app.include_router(orders.router)
app.include_router(admin.router)

Path(get_settings().export_folder).mkdir(parents=True, exist_ok=True)
app.mount("/files", StaticFiles(directory=get_settings().export_folder), name="files")
