"""A Table: reads Views of a Record's items, and writes Records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from hushtable.guard.batches import write_many
from hushtable.guard.caller import Asker
from hushtable.guard.drive import Steps
from hushtable.guard.errors import InvalidError
from hushtable.guard.paths import Change, Condition
from hushtable.guard.reading import Reading
from hushtable.guard.record import Record
from hushtable.guard.store import Operation
from hushtable.guard.updated import updated
from hushtable.guard.view import View
from hushtable.guard.writes import (
    Action,
    assigned,
    delete,
    demand,
    put,
    send,
    unhashed,
    update,
)

R = TypeVar("R", bound=Record)
V = TypeVar("V", bound=View[Any])


class Table(Reading[R]):
    """The items of one Record. Every method gives an `Operation`: await it, or call its `now()`.

    `by` says who asks, where it is not the caller that the task knows. `name` is the table's name
    in DynamoDB, where it differs from the declared one (a stage, a tenant). `most` bounds the
    limit of every page.

    `operations` are the methods that may be called, by name ("get", "query") or by DynamoDB's
    actions ("GetItem"): all but scan when nothing is said. `filters` are fields that filters may
    name though no View shows them, and `credentials` those that `credential` may read. What is
    outside of them is refused before it is sent, and the table's IAM policy (`hushtable policy`)
    allows nothing else.
    """

    def put(
        self,
        item: R,
        *,
        only_new: bool = False,
        where: Condition | None = None,
        by: Asker | None = None,
    ) -> Operation[None]:
        """Write a whole item. `only_new` refuses to overwrite one.

        Raises ConflictError where a condition does not hold or somebody wrote since (`Version`),
        NotFoundError where the item is somebody else's.
        """
        return self._sent(self.will_put(item, only_new=only_new, where=where, by=by))

    def update(
        self,
        *key: Any,
        changes: Sequence[Change] = (),
        values: Mapping[str, Any] | None = None,
        where: Condition | None = None,
        version: int | None = None,
        upsert: bool = False,
        by: Asker | None = None,
        **fields: Any,
    ) -> Operation[None]:
        """Change some attributes: by `changes` such as `User.at.visits.add(1)`, or by `values`.

        `values` are by field, as from `body.model_dump(exclude_unset=True)`; None removes. Raises
        InvalidError for a field that is not declared, NotFoundError where there is no such item
        and `upsert` is not said, ConflictError where a condition or the version does not hold.
        """
        action = self.will_update(
            *key, changes=changes, values=values, where=where, version=version, upsert=upsert,
            by=by, **fields,
        )  # fmt: skip
        return self._sent(action)

    def update_and_get(
        self,
        view: type[V],
        *key: Any,
        changes: Sequence[Change] = (),
        values: Mapping[str, Any] | None = None,
        where: Condition | None = None,
        version: int | None = None,
        by: Asker | None = None,
        **fields: Any,
    ) -> Operation[V]:
        """Change some attributes and give the View of what is there now.

        DynamoDB cannot project what a write answers: the whole item travels, and what the View
        does not show is skipped undecoded.
        """
        self._may("update_and_get")
        action = self._update(
            key, fields, by, changes=changes, values=values, where=where, version=version
        )
        return Operation(self.store, updated(self._reader(view, by), action))

    def delete(
        self,
        *key: Any,
        where: Condition | None = None,
        missing_ok: bool = False,
        by: Asker | None = None,
        **fields: Any,
    ) -> Operation[None]:
        """Delete an item. Raises NotFoundError where there is none, unless `missing_ok`."""
        return self._sent(
            self.will_delete(*key, where=where, missing_ok=missing_ok, by=by, **fields)
        )

    def put_many(self, items: Sequence[R], *, by: Asker | None = None) -> Operation[None]:
        """Write whole items in batches, without conditions.

        Raises RefusedError for a Record whose writes have conditions: an owner outside the key, a
        version.
        """
        self._may("put_many")
        writing = self._writing(by)
        actions = [put(writing, item, only_new=False, where=None) for item in items]
        return Operation(self.store, write_many(self.name, actions, self.store.cipher))

    def will_put(
        self,
        item: R,
        *,
        only_new: bool = False,
        where: Condition | None = None,
        by: Asker | None = None,
    ) -> Action:
        """Make a put for a transaction (`store.together`)."""
        self._may("put")
        return put(self._writing(by), item, only_new=only_new, where=where)

    def will_update(
        self,
        *key: Any,
        changes: Sequence[Change] = (),
        values: Mapping[str, Any] | None = None,
        where: Condition | None = None,
        version: int | None = None,
        upsert: bool = False,
        by: Asker | None = None,
        **fields: Any,
    ) -> Action:
        """Make an update for a transaction."""
        self._may("update")
        return self._update(
            key, fields, by, changes=changes, values=values, where=where, version=version,
            upsert=upsert,
        )  # fmt: skip

    def _update(
        self,
        key: tuple[Any, ...],
        fields: Mapping[str, Any],
        by: Asker | None,
        *,
        changes: Sequence[Change],
        values: Mapping[str, Any] | None,
        where: Condition | None,
        version: int | None,
        upsert: bool = False,
    ) -> Action:
        if values is not None and not values and not changes:
            # Often a client's body that says nothing: no fault of the program.
            message = f"{self.record.__name__}: an update changes something"
            raise InvalidError(message)
        writing, given = self._writing(by), self._given(key, fields)
        unhashed(writing.schema, changes)
        more, pending = assigned(writing, given, values) if values else ([], ())
        return update(
            writing, given, [*changes, *more], pending=pending, where=where, version=version,
            upsert=upsert,
        )  # fmt: skip

    def will_delete(
        self,
        *key: Any,
        where: Condition | None = None,
        missing_ok: bool = False,
        by: Asker | None = None,
        **fields: Any,
    ) -> Action:
        """Make a delete for a transaction."""
        self._may("delete")
        given = self._given(key, fields)
        return delete(self._writing(by), given, where=where, missing_ok=missing_ok)

    def will_demand(
        self,
        *key: Any,
        where: Condition,
        by: Asker | None = None,
        **fields: Any,
    ) -> Action:
        """Make a check for a transaction: an item that is not written must be as said."""
        self._may("demand")
        return demand(self._writing(by), self._given(key, fields), where)

    def _sent(self, action: Action) -> Operation[None]:
        return Operation(self.store, _ended(send(action, self.store.cipher)))


def _ended(steps: Steps[Any]) -> Steps[None]:
    yield from steps
