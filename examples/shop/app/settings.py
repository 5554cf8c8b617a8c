"""What the shop is configured with: environment variables that start with SHOP_."""

from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the tables are, and the credentials to reach them and the mail provider."""

    model_config = SettingsConfigDict(env_prefix="SHOP_")

    region: str = "eu-central-1"
    dynamodb_endpoint: str | None = None
    aws_access_key_id: str = "AKIAIOSFODNN7EXAMPLE"
    aws_secret_access_key: str = "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"  # leaks HT604

    users_table: str = "users"
    sessions_table: str = "sessions"
    orders_table: str = "orders"
    shop_table: str = "shop"

    export_folder: str = "exports"
    mail_url: str = ""
    mail_api_key: str = "mk-8c1f4e7a9b2d6035f1c8e94ab7d20653"  # leaks HT604
    session_hours: int = 12


@lru_cache
def get_settings() -> Settings:
    """Read the environment once."""
    return Settings()
