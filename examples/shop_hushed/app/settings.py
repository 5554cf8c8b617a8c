"""What the shop is configured with: environment variables that start with SHOP_.

DynamoDB's place and credentials are found as botocore finds them (AWS_DEFAULT_REGION,
AWS_ENDPOINT_URL_DYNAMODB, a role). HUSHTABLE_KEYS seals cursors and encrypts attributes.
"""

from functools import lru_cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What mails, and how long a session lasts. Secrets have no default."""

    model_config = SettingsConfigDict(env_prefix="SHOP_")

    mail_url: str = ""
    mail_api_key: SecretStr
    session_hours: int = 12


@lru_cache
def get_settings() -> Settings:
    """Read the environment once."""
    return Settings()
