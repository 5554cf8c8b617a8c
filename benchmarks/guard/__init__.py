"""The guard beside other clients of DynamoDB, on a canned server."""
