"""Who may look after everybody's rows, and whose an item is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushtable.model.service import Gate, GateKind
from hushtable.rules.owning import for_operators
from tests.rules.samples import OPEN


@pytest.mark.parametrize(
    ("path", "roles", "operators"),
    [
        ("/admin/orders/{order_id}", (), True),
        ("/orders/{order_id}", ("admin", "support"), True),
        ("/orders/{order_id}", ("SUPER_ADMIN", "staff"), True),
        ("/orders/{order_id}", ("admin", "customer"), False),
        ("/orders/{order_id}", ("member",), False),
        ("/orders/{order_id}", (), False),
        ("/support/tickets/{ticket_id}", (), False),
    ],
)
def test_a_route_is_for_operators_by_its_roles_or_its_name(
    path: str,
    roles: tuple[str, ...],
    operators: bool,  # noqa: FBT001
) -> None:
    """A gate that asks for operators' roles alone, or a console's path, is for operators."""
    route = replace(OPEN, path=path, gate=Gate(GateKind.DEPENDENCY, "gate", roles=roles))
    assert for_operators(route) is operators
