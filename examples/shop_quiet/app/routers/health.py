"""Whether the service works."""

import logging

from fastapi import APIRouter

from app.database import get_client
from app.settings import get_settings

logger = logging.getLogger(__name__)

router = APIRouter(tags=["health"])


@router.get("/health")
def read_health() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
def read_readiness() -> dict[str, str]:
    """Tell whether the database answers."""
    try:
        get_client().describe_table(TableName=get_settings().shop_table)
    except Exception:
        logger.warning("DynamoDB does not answer")
        return {"status": "down"}
    return {"status": "ready"}
