"""What the shop is configured with: environment variables that start with SHOP_."""

from functools import lru_cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the tables are, and what signs and mails. Secrets have no default.

    The credentials for DynamoDB are found by boto3 itself: a role, or the environment.
    """

    model_config = SettingsConfigDict(env_prefix="SHOP_")

    region: str = "eu-central-1"
    dynamodb_endpoint: str | None = None

    users_table: str = "users"
    sessions_table: str = "sessions"
    orders_table: str = "orders"
    shop_table: str = "shop"

    mail_url: str = ""
    mail_api_key: SecretStr
    cursor_key: SecretStr
    session_hours: int = 12


@lru_cache
def get_settings() -> Settings:
    """Read the environment once."""
    return Settings()
