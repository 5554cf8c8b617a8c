"""The extra `services`: what stands in for Cognito and the parameter store answers."""

from __future__ import annotations

import sys

import boto3
from moto import mock_aws

with mock_aws():
    parameters = boto3.client(
        "ssm",
        region_name="eu-central-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106 - none
    )
    parameters.put_parameter(Name="/shop/limit", Value="20", Type="String")
    if parameters.get_parameter(Name="/shop/limit")["Parameter"]["Value"] != "20":
        sys.exit("the parameter did not come back")
