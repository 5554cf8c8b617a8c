"""Whatever client of DynamoDB an app uses, its requests end at the store."""
