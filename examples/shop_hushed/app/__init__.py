"""A small web shop on FastAPI and DynamoDB."""
