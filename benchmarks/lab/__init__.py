"""A leak lab: nine endpoints on DynamoDB, six of which leak."""
