"""hushtable finds, proves, fixes and prevents data exposure in FastAPI services on DynamoDB."""

__version__ = "0.1.0"
