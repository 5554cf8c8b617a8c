"""The extra `embedded`: a table, an item, and an answer as strict as DynamoDB's."""

from __future__ import annotations

import sys

from hushtable.embedded.emulator import Emulator, RequestRefusedError
from hushtable.embedded.fixtures import Table, load

emulator = Emulator()
load(emulator, [Table("users", ("user_id",), items=({"user_id": "u1", "status": "active"},))])
asked = {"TableName": "users", "Key": {"user_id": {"S": "u1"}}}
found = emulator.ask("GetItem", asked)
if found["Item"]["status"] != {"S": "active"}:
    sys.exit("the item did not come back")
try:
    emulator.ask("GetItem", {**asked, "ProjectionExpression": "status"})
except RequestRefusedError:
    pass
else:
    sys.exit("a reserved word was taken for a name")
