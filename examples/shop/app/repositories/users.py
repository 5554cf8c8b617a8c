"""The users table, by id, by e-mail address and by handle."""

from typing import Any

from boto3.dynamodb.conditions import Key

from app.database import async_users_table, users_table


class UserRepository:
    """Accounts."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def add(self, user: dict[str, Any]) -> None:
        """Store a new account."""
        self.table.put_item(Item=user)  # leaks HT601: users.temporary_password

    def get(self, user_id: str) -> dict[str, Any] | None:
        """Return an account."""
        response = self.table.get_item(Key={"user_id": user_id})  # leaks HT205: users.password_hash, users.temporary_password, users.reset_code; HT402
        item: dict[str, Any] | None = response.get("Item")
        return item

    def get_security(self, user_id: str) -> dict[str, Any] | None:
        """Return what the security page shows."""
        response = self.table.get_item(
            Key={"user_id": user_id},
            ProjectionExpression="user_id, #status, reset_code",
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
            ProjectionExpression="user_id, password_hash, reset_code, #role",
            ExpressionAttributeNames={"#role": "role"},
        )
        item: dict[str, Any] | None = response.get("Item")
        return item

    def list_all(self) -> list[dict[str, Any]]:
        """Return the accounts of the first page."""
        kwargs = {"ConsistentRead": True}
        response = self.table.scan(**kwargs)  # leaks HT201
        items: list[dict[str, Any]] = response["Items"]
        return items

    def directory(self) -> list[dict[str, Any]]:
        """Return who may be seen by other customers."""
        response = self.table.scan(ProjectionExpression="handle, email, phone", Limit=100)
        items: list[dict[str, Any]] = response["Items"]
        return items

    def set_fields(self, user_id: str, changes: dict[str, Any]) -> None:
        """Change some fields of an account."""
        names, values, parts = {}, {}, []
        for number, (name, value) in enumerate(changes.items()):
            names[f"#n{number}"] = name
            values[f":v{number}"] = value
            parts.append(f"#n{number} = :v{number}")
        if not parts:
            return
        self.table.update_item(  # leaks HT304
            Key={"user_id": user_id},
            UpdateExpression="SET " + ", ".join(parts),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    def set_reset_code(self, user_id: str, code: str) -> None:
        """Keep the code that was mailed."""
        self.table.update_item(  # leaks HT601: users.reset_code
            Key={"user_id": user_id},
            UpdateExpression="SET reset_code = :code",
            ExpressionAttributeValues={":code": code},
        )

    def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Change the password, and use up the reset code."""
        self.table.update_item(
            Key={"user_id": user_id},
            UpdateExpression="SET password_hash = :hash REMOVE reset_code",
            ExpressionAttributeValues={":hash": password_hash},
        )

    def delete(self, user_id: str) -> bool:
        """Remove an account, and tell whether there was one."""
        response = self.table.delete_item(Key={"user_id": user_id}, ReturnValues="ALL_OLD")
        return "Attributes" in response


async def all_users() -> list[dict[str, Any]]:
    """Return every account there is."""
    users: list[dict[str, Any]] = []
    async with async_users_table() as table:
        response = await table.scan()  # leaks HT201
        users.extend(response["Items"])
        while "LastEvaluatedKey" in response:
            start = response["LastEvaluatedKey"]
            response = await table.scan(ExclusiveStartKey=start)  # leaks HT201
            users.extend(response["Items"])
    return users


def get_user_repository() -> UserRepository:
    """Give a route its repository."""
    return UserRepository(users_table())
