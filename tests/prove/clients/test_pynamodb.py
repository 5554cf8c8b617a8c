"""Models of PynamoDB with the attribute that no code names."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import wrapt

from hushtable.prove.canary import UNDECLARED
from hushtable.prove.clients import pynamodb
from hushtable.prove.clients.destination import Destination

attributes = pytest.importorskip("pynamodb.attributes")
models = importlib.import_module("pynamodb.models")


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a model that is declared while models are changed."""
    monkeypatch.setattr(models.MetaModel, "__init__", models.MetaModel.__init__)
    pynamodb.models(models, Destination("http://127.0.0.1:1", lambda _: "", lambda t: f"hq-{t}"))
    assert isinstance(vars(models.MetaModel)["__init__"], wrapt.FunctionWrapper)

    class User(models.Model):  # type: ignore[misc,name-defined]
        class Meta:
            table_name = "users"

        user_id = attributes.UnicodeAttribute(hash_key=True)

    return User


def test_a_model_reads_what_no_code_names(model: Any) -> None:
    """A model that was read has the undeclared attribute, and one that was not stored has none."""
    read = model.from_raw_data({"user_id": {"S": "u1"}, UNDECLARED: {"S": "hqsecret"}})
    assert read.attribute_values == {"user_id": "u1", UNDECLARED: "hqsecret"}
    assert UNDECLARED not in model.from_raw_data({"user_id": {"S": "u1"}}).attribute_values


def test_a_model_that_the_app_makes_has_it_too(model: Any) -> None:
    """What an app makes and returns whole shows the undeclared attribute of its table."""
    made = model(user_id="u1")
    assert made.attribute_values[UNDECLARED] == "hq-users"
    assert made.serialize()[UNDECLARED] == {"S": "hq-users"}
