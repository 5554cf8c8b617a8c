"""The compared clients, and what the guard has to show beside them."""

from __future__ import annotations

from dataclasses import dataclass

GUARD = "hushtable.guard"


@dataclass(frozen=True, slots=True)
class Contender:
    """A client: the module that uses it, the environment it is installed in."""

    name: str
    module: str
    environment: str = "peers"


CONTENDERS = (
    Contender(GUARD, "guard_table"),
    Contender("boto3 client", "boto3_client"),
    Contender("boto3 resource", "boto3_resource"),
    Contender("aioboto3", "aioboto3_client", "aioboto3"),
    Contender("aiobotocore", "aiobotocore_client"),
    Contender("PynamoDB Model", "pynamodb_model"),
    Contender("dyntastic", "dyntastic_model"),
    Contender("aiodynamo", "aiodynamo_client"),
    Contender("pydynox client", "pydynox_client"),
    Contender("pydynox Model", "pydynox_model"),
    Contender("pydynox Model, plain code", "pydynox_model_now"),
)


@dataclass(frozen=True, slots=True)
class Goal:
    """What the guard costs at most, as a share of what a peer costs at a call."""

    peer: str
    call: str
    guard_call: str
    share: float
    """One over this."""


GOALS = (
    Goal("aiobotocore", "get narrow", "get narrow", 8),
    Goal("pydynox client", "get narrow", "get narrow", 2.5),
    Goal("pydynox Model", "get whole", "get narrow", 2.5),
    Goal("aiodynamo", "get narrow", "get narrow", 2.5),
    Goal("boto3 client", "page narrow", "page narrow", 15),
    Goal("boto3 resource", "page narrow", "page narrow", 15),
    Goal("pydynox Model", "page narrow", "page narrow", 4),
    Goal("pydynox Model, plain code", "page narrow", "page narrow", 4),
    Goal("aiodynamo", "page narrow", "page narrow", 4),
    Goal("boto3 client", "page whole", "page narrow", 50),
    Goal("boto3 resource", "page whole", "page narrow", 50),
)
MEMORY_GOALS = (("boto3 client", 10.0), ("boto3 resource", 10.0))
"""Of the whole call, whose answer of 12 MB is a part."""
DECODING_GOALS = (("boto3 client", 10.0),)
"""Of decoding alone: above the answer, which is in memory already."""
ENDPOINT_GOALS = {"GetItem": 5.0, "100 items": 20.0}
