"""The limits of DynamoDB that a program can run into. Sizes are bytes, with 1 KB = 1024 bytes.

Source for all of them unless another page is named beside it: Amazon DynamoDB Developer Guide,
"Constraints in Amazon DynamoDB",
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html.
The figures of one operation come from its page in the API Reference,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/.
"""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

PAGE_BYTES: Final = 1 * MIB
"""What one Query or Scan reads before filtering, after which LastEvaluatedKey is set."""

EXPRESSION_BYTES: Final = 4 * KIB
"""One expression string, as sent (placeholders not substituted)."""

EXPRESSION_OPERATORS: Final = 300
"""Operators and functions in one UpdateExpression or condition."""

IN_OPERANDS: Final = 100
"""Operands on the right of `IN`."""

KEY_CONDITIONS: Final = 2
"""Conditions in a KeyConditionExpression of a key with one partition and one sort attribute."""

BATCH_GET_ITEMS: Final = 100
"""Keys in one BatchGetItem (API_BatchGetItem)."""

BATCH_WRITE_ITEMS: Final = 25
"""Put and delete requests in one BatchWriteItem (API_BatchWriteItem)."""

TRANSACT_ITEMS: Final = 100
"""Actions in one TransactGetItems or TransactWriteItems (API_TransactWriteItems)."""

PARTITION_KEY_BYTES: Final = 2048
SORT_KEY_BYTES: Final = 1024

KEY_NAME_BYTES: Final = 255
"""The name of a key attribute or of one listed in an index projection."""

NESTING_LEVELS: Final = 32
"""Maps and lists inside one another in an attribute value."""

NUMBER_DIGITS: Final = 38
"""Significant decimal digits of a Number."""
