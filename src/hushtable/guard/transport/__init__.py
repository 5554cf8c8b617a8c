"""How requests reach DynamoDB: one call, three ways (lean, botocore, embedded)."""
