"""PynamoDB: its models keep what they declare alone, so each declares the undeclared attribute.

Then a model that is returned whole shows it, as it will show whatever the team declares next, and
an answer that picks attributes does not. A model that the app makes has it from the start.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import wrapt

from hushtable.prove.canary import UNDECLARED
from hushtable.prove.clients.destination import Destination


def models(module: Any, where: Destination) -> None:
    """Have every model of `pynamodb.models` know one more attribute."""
    attribute = import_module("pynamodb.attributes").UnicodeAttribute

    def declared(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> None:
        wrapped(*args, **kwargs)
        known = instance.get_attributes()
        table = getattr(getattr(instance, "Meta", None), "table_name", None)
        if UNDECLARED in known or not isinstance(table, str):
            return
        made = attribute(null=True, default_for_new=lambda: where.undeclared(table) or None)
        made.__set_name__(instance, UNDECLARED)
        setattr(instance, UNDECLARED, made)
        known[UNDECLARED] = made

    wrapt.wrap_function_wrapper(module.MetaModel, "__init__", declared)
