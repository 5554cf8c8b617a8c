"""What talks to DynamoDB, and nothing else does."""
