"""Whether the service works."""

import logging

from fastapi import APIRouter

from app.tables import products
from hushtable.guard import GuardError

logger = logging.getLogger(__name__)

router = APIRouter(tags=["health"])


@router.get("/health")
def read_health() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
async def read_readiness() -> dict[str, str]:
    """Tell whether the database answers."""
    try:
        await products.ready()
    except GuardError as error:
        logger.warning("DynamoDB does not answer: %s", type(error).__name__)
        return {"status": "down"}
    return {"status": "ready"}
