"""Finds secrets by their own format, whatever they are called, with detect-secrets' detectors.

A detector costs a regular expression on a line; so each is asked only about lines that hold one
of its telltales, found by plain text search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol

from hushtable.values.written import looks_random


class Detector(Protocol):
    """What is asked of a detector: the secrets in a line."""

    def analyze_string(self, string: str, /) -> Iterator[str]:
        """Give each secret in the line."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format with the texts that every line of it holds, and the detector that knows it."""

    kind: str
    telltales: tuple[str, ...]
    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret found by its format. `value` never leaves the scan's own modules."""

    line: int
    column: int
    kind: str
    detector: str
    value: str
    host: str = ""
    """Where a password in a URL is used."""


FORMATS = (
    Format("aws-access-key", ("AKIA", "ASIA", "ABIA", "ACCA"), "aws", "AWSKeyDetector"),
    Format("azure-storage-key", ("AccountKey=",), "azure_storage_key", "AzureStorageKeyDetector"),
    Format("basic-auth", ("://",), "basic_auth", "BasicAuthDetector"),
    Format("cloudant-credentials", ("cloudant",), "cloudant", "CloudantDetector"),
    Format(
        "github-token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        "github_token",
        "GitHubTokenDetector",
    ),
    Format(
        "gitlab-token",
        ("glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "GR1348941", "glcbt-", "glimt-", "glptt-",
         "glagent-", "gloas-"),
        "gitlab_token",
        "GitLabTokenDetector",
    ),
    Format("json-web-token", ("eyJ",), "jwt", "JwtTokenDetector"),
    Format(
        "mailchimp-key",
        tuple(f"-us{digit}" for digit in range(1, 10)),
        "mailchimp",
        "MailchimpDetector",
    ),
    Format("npm-token", (":_authToken=",), "npm", "NpmDetector"),
    Format("openai-key", ("T3BlbkFJ",), "openai", "OpenAIDetector"),
    Format("pypi-token", ("pypi-AgE",), "pypi_token", "PypiTokenDetector"),
    Format("sendgrid-key", ("SG.",), "sendgrid", "SendGridDetector"),
    Format("slack-token", tuple(f"xox{kind}-" for kind in "abopsr"), "slack", "SlackDetector"),
    Format("slack-webhook", ("hooks.slack.com/services/T",), "slack", "SlackDetector"),
    Format("square-secret", ("sq0csp-",), "square_oauth", "SquareOAuthDetector"),
    Format("stripe-key", ("k_live_",), "stripe", "StripeDetector"),
    Format("telegram-bot-token", (":AA",), "telegram_token", "TelegramBotTokenDetector"),
)  # fmt: skip
"""Formats known to detect-secrets. Its entropy and keyword detectors are left out: a name beside
the value says more, and names are read elsewhere. Twilio's, Artifactory's, IBM's and Discord's
match ordinary identifiers too often."""

# Formats detect-secrets does not know, as their issuers document them.
_NEWER = (
    ("google-api-key", "AIza", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    ("anthropic-key", "sk-ant-", re.compile(r"\bsk-ant-[A-Za-z0-9_-]{32,}")),
    ("openai-key", "sk-proj-", re.compile(r"\bsk-proj-[A-Za-z0-9_-]{32,}")),
    ("github-token", "github_pat_", re.compile(r"\bgithub_pat_[A-Za-z0-9_]{60,}")),
    ("discord-webhook", "discord.com/api/webhooks/", re.compile(r"/api/webhooks/\d+/[\w-]{40,}")),
)

# The marker alone is often looked for; only a marker with a key behind it is a key.
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"(?:\\n|\\r|[\s'\"+\\,()fbr])*(?:[A-Za-z-]+: [^\n]*\n\s*)*[A-Za-z0-9+/=]{32,}"
)

_HOST = re.compile(r"@(?P<host>[\w.-]+)")
_LONGEST_LINE = 20_000
_FRAGMENT = 4_000


def hits(text: str) -> Iterator[Hit]:
    """Find the secrets in a file's text by their format."""
    for form in FORMATS:
        asked: set[int] = set()
        for telltale in form.telltales:
            for start, line in _lines_with(text, telltale, asked):
                for value in dict.fromkeys(_ask(form, line)):
                    at = start + max(line.find(value), 0)
                    host = _HOST.match(text, at + len(value))
                    yield Hit(
                        *_place(text, at), form.kind, form.name, value, host["host"] if host else ""
                    )
    for kind, telltale, pattern in _NEWER:
        for start, line in _lines_with(text, telltale, set()):
            for match in pattern.finditer(line):
                at = start + match.start()
                yield Hit(*_place(text, at), kind, "format", match.group())
    if "PRIVATE KEY" in text:
        for match in _PRIVATE_KEY.finditer(text):
            yield Hit(*_place(text, match.start()), "private-key", "format", match.group())


def _ask(form: Format, line: str) -> Iterator[str]:
    if form.kind == "basic-auth" and "@" not in line:
        return
    for value in _detector(form.module, form.name).analyze_string(line):
        if form.kind == "aws-access-key" and not value.startswith(form.telltales):
            continue
        if form.kind == "cloudant-credentials" and not looks_random(value):
            continue
        yield value


def _lines_with(text: str, telltale: str, asked: set[int]) -> Iterator[tuple[int, str]]:
    """Give the start and text of each line that holds the telltale, each line once.

    Of a very long line only the surroundings of the telltale are given.
    """
    at = text.find(telltale)
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if end - start > _LONGEST_LINE:
            start, end = max(start, at - _FRAGMENT), min(end, at + _FRAGMENT)
        if start not in asked:
            asked.add(start)
            yield start, text[start:end]
        at = text.find(telltale, end)


def _place(text: str, at: int) -> tuple[int, int]:
    """Give the line, from 1, and the column, from 0, of an offset."""
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1)


@cache
def _detector(module: str, name: str) -> Detector:
    """Load a detector when the first line asks for it: the package takes 0.2 s to import."""
    detector: Detector = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
    return detector
