"""Texts of errors that say how a service is built. What is told of them are names, never values."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorText:
    """One text that was recognised.

    `debug`: a debugger shows it. `expression`: what failed is an expression of DynamoDB.
    """

    what: str
    debug: bool = False
    expression: bool = False


_BOTOCORE = re.compile(
    r"An error occurred \((?P<code>[A-Za-z]{3,60})\) "
    r"when calling the (?P<call>[A-Za-z]{3,40}) operation"
)
_EXPRESSION = re.compile(
    r"Invalid (?:Key|Filter|Update|Projection|Condition)(?:Condition)?Expression"
    r"|Statement wasn'?t well formed|Attribute name is a reserved keyword"
)
_DEBUGGERS = (
    (re.compile(r"Traceback \(most recent call last\)"), "a Python traceback"),
    (re.compile(r"Werkzeug Debugger|<title>[^<]{0,200}// Werkzeug"), "the Werkzeug debugger"),
    (re.compile(r"because you have <code>DEBUG = True</code>"), "Django's debug page"),
    (re.compile(r"\n[ \t]+at [\w.$<>]{1,300}\([\w$]+\.java:\d+\)"), "a Java stack trace"),
    (re.compile(r"\n[ \t]+at .{1,200}(?:/|node:)[^\n)]{1,200}:\d+:\d+"), "a Node stack trace"),
    (re.compile(r"\bFile \"[^\"\n]{1,300}\.py\", line \d+"), "a Python traceback"),
)  # fmt: skip
_TEXTS = (
    (
        re.compile(
            r"\b(?:ProvisionedThroughputExceeded|ConditionalCheckFailed|TransactionCanceled"
            r"|ResourceNotFound|Validation|ItemCollectionSizeLimitExceeded|UnrecognizedClient"
            r"|AccessDenied)Exception\b"
        ),
        "the name of a DynamoDB error",
    ),
    (
        re.compile(
            r"One or more parameter values (?:were|are) (?:in|not )valid"
            r"|The provided (?:key element|starting key)|The conditional request failed"
            r"|Requested resource not found|Unable to locate credentials"
            r"|Could not connect to the endpoint URL|Parameter validation failed:"
        ),
        "a text of DynamoDB or botocore",
    ),
    (re.compile(r"\bbotocore\.(?:exceptions|errorfactory|client)\b"), "a class of botocore"),
    (re.compile(r"arn:aws[a-z-]*:dynamodb:"), "the ARN of a table"),
    (
        re.compile(
            r"\bSQLSTATE\b|syntax error at or near|\bsqlite3\.\w+Error|\bpsycopg2?\.|\bORA-\d{5}\b"
            r"|You have an error in your SQL syntax|\(sqlalchemy\.|no such (?:table|column): "
        ),
        "a text of an SQL database",
    ),
    (re.compile(r"\bMongo(?:Server)?Error\b|\bE11000 duplicate key"), "a text of MongoDB"),
    (
        re.compile(
            r"\b(?:Assertion|Attribute|Index|Key|LookUp|Name|OS|Overflow|Recursion|Runtime|Type"
            r"|UnicodeDecode|Value|ZeroDivision|ClientE|JSONDecode)Error\b\s*[:(]"
        ),
        "the name of a Python exception",
    ),
    (
        re.compile(
            r"invalid literal for int\(\) with base|'NoneType' object|object has no attribute '"
            r"|object is not subscriptable|Expecting value: line \d+ column \d+"
            r"|codec can't decode byte|Invalid base64-encoded string|Incorrect padding"
            r"|missing \d+ required positional argument|badly formed hexadecimal UUID"
            r"|\[<class 'decimal\.\w+'>\]"
        ),
        "the text of a Python exception",
    ),
)
_LONGEST = 200_000


def error_text(body: bytes) -> ErrorText | None:
    """Recognise the text of an error in a body; None when there is none."""
    text = body[:_LONGEST].decode("utf-8", "replace").replace("\\n", "\n").replace('\\"', '"')
    expression = _EXPRESSION.search(text) is not None
    for pattern, what in _DEBUGGERS:
        if pattern.search(text):
            return ErrorText(what, debug=True, expression=expression)
    found = _BOTOCORE.search(text)
    if found is not None:
        what = f"botocore's text of {found['code']} from {found['call']}"
        return ErrorText(what, expression=expression)
    if expression:
        return ErrorText("DynamoDB's text about an expression", expression=True)
    for pattern, what in _TEXTS:
        if pattern.search(text):
            return ErrorText(what)
    return None
