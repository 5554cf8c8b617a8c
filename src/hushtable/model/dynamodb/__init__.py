"""What DynamoDB itself is: wire types, reserved words, expression grammar, service limits."""
