"""Runs an app against an embedded DynamoDB full of canaries, and watches where they come out."""
