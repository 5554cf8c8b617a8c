"""The DynamoDB that needs no AWS: in process or on loopback, as strict as the service."""
