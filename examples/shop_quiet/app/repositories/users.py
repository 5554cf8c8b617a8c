"""The users table, by id, by e-mail address and by handle."""

from typing import Any

from boto3.dynamodb.conditions import Key

from app.database import async_users_table, users_table

CHANGEABLE = ("handle", "phone")


class UserRepository:
    """Accounts."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def add(self, user: dict[str, Any]) -> None:
        """Store a new account."""
        self.table.put_item(Item=user)

    def get(self, user_id: str) -> dict[str, Any] | None:
        """Return what an account's owner sees of it."""
        response = self.table.get_item(
            Key={"user_id": user_id},
            ProjectionExpression="user_id, handle, email, phone, #plan",
            ExpressionAttributeNames={"#plan": "plan"},
        )
        item: dict[str, Any] | None = response.get("Item")
        return item

    def get_security(self, user_id: str) -> dict[str, Any] | None:
        """Return what the security page shows."""
        response = self.table.get_item(
            Key={"user_id": user_id},
            ProjectionExpression="user_id, #status",
            ExpressionAttributeNames={"#status": "status"},
        )
        item: dict[str, Any] | None = response.get("Item")
        return item

    def find_by_email(self, email: str) -> dict[str, Any] | None:
        """Return what a sign-in or a reset needs to know of the account with an address."""
        page = self.table.query(
            IndexName="email-index",
            KeyConditionExpression=Key("email").eq(email),
            ProjectionExpression="user_id",
            Limit=1,
        )
        if not page["Items"]:
            return None
        response = self.table.get_item(
            Key={"user_id": page["Items"][0]["user_id"]},
            ProjectionExpression="user_id, password_hash, reset_digest, #role",
            ExpressionAttributeNames={"#role": "role"},
        )
        item: dict[str, Any] | None = response.get("Item")
        return item

    def list_all(self) -> list[dict[str, Any]]:
        """Return the accounts of the first page."""
        kwargs = {"ConsistentRead": True, "Limit": 50}
        response = self.table.scan(ProjectionExpression="user_id, handle", **kwargs)
        items: list[dict[str, Any]] = response["Items"]
        return items

    def directory(self) -> list[dict[str, Any]]:
        """Return who may be seen by other customers."""
        response = self.table.scan(ProjectionExpression="handle", Limit=100)
        items: list[dict[str, Any]] = response["Items"]
        return items

    def set_fields(self, user_id: str, changes: dict[str, Any]) -> None:
        """Change some fields of an account."""
        names, values, parts = {}, {}, []
        for number, name in enumerate(CHANGEABLE):
            if name in changes:
                names[f"#n{number}"] = name
                values[f":v{number}"] = changes[name]
                parts.append(f"#n{number} = :v{number}")
        if not parts:
            return
        self.table.update_item(
            Key={"user_id": user_id},
            UpdateExpression="SET " + ", ".join(parts),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    def set_reset_code(self, user_id: str, code_digest: str) -> None:
        """Keep the digest of the code that was mailed."""
        self.table.update_item(
            Key={"user_id": user_id},
            UpdateExpression="SET reset_digest = :digest",
            ExpressionAttributeValues={":digest": code_digest},
        )

    def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Change the password, and use up the reset code."""
        self.table.update_item(
            Key={"user_id": user_id},
            UpdateExpression="SET password_hash = :hash REMOVE reset_digest",
            ExpressionAttributeValues={":hash": password_hash},
        )

    def delete(self, user_id: str) -> bool:
        """Remove an account, and tell whether there was one."""
        response = self.table.delete_item(Key={"user_id": user_id}, ReturnValues="ALL_OLD")
        return "Attributes" in response


async def all_users(
    limit: int, start: dict[str, Any] | None
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Return one page of all accounts, and where the next one starts."""
    kwargs: dict[str, Any] = {"ExclusiveStartKey": start} if start else {}
    async with async_users_table() as table:
        response = await table.scan(
            ProjectionExpression="user_id, handle, #role, #status",
            ExpressionAttributeNames={"#role": "role", "#status": "status"},
            Limit=limit,
            **kwargs,
        )
    return response["Items"], response.get("LastEvaluatedKey")


def get_user_repository() -> UserRepository:
    """Give a route its repository."""
    return UserRepository(users_table())
