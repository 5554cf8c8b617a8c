"""Tells a run of the Action: in the job's summary, and in one comment on the pull request.

The comment is found again by a hidden mark and changed in place. Standard library alone: it runs
with whatever Python the runner has. What it cannot tell is said and fails nothing, because the
verdict is the exit code of the scan.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

LIMIT = 60_000
"""Characters of a comment; GitHub refuses more than 65,536."""
SUMMARY_LIMIT = 250_000
"""Characters of a summary, of four bytes at most; GitHub drops one larger than 1 MiB whole."""
UNFOLDED = 6_000
"""Characters of a report that is shown without a click."""
LEAST = 2_000
"""Characters that are worth folding away."""
PAGES = 50
TIMEOUT = 30.0
_FENCE = re.compile(r"^(`{3,})")
_REFUSED = frozenset({401, 403, 404})
_CODES = {
    "": "was not reached",
    "0": "passed",
    "1": "findings",
    "2": "could not run as it was asked to",
    "3": "something was not examined",
}
_CHECK_CODES = {**_CODES, "1": "more leaves than was agreed to"}


class _Still(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: urllib would send the token along, to any host."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - the library's signature
        """Make no other request."""


@dataclass(frozen=True, slots=True)
class Api:
    """The issues of one repository, for who holds the token."""

    url: str
    repository: str
    token: str

    def comments(self, number: int) -> Iterator[dict[str, Any]]:
        """Give the comments of a pull request, page by page."""
        for page in range(1, PAGES + 1):
            found = self._ask("GET", f"issues/{number}/comments?per_page=100&page={page}")
            if not isinstance(found, list):
                raise TypeError  # told by its kind, like any answer that cannot be read
            yield from (one for one in found if isinstance(one, dict))
            if len(found) < 100:  # noqa: PLR2004 - the size of a page, just asked for
                return

    def create(self, number: int, body: str) -> None:
        """Write a comment."""
        self._ask("POST", f"issues/{number}/comments", {"body": body})

    def update(self, comment: int, body: str) -> None:
        """Change a comment."""
        self._ask("PATCH", f"issues/comments/{comment}", {"body": body})

    def _ask(self, method: str, path: str, content: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        request = urllib.request.Request(  # noqa: S310 - the runner's own API
            f"{self.url}/repos/{self.repository}/{path}",
            method=method,
            data=None if content is None else json.dumps(content).encode("utf-8"),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "User-Agent": "hushtable",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        opener = urllib.request.build_opener(_Still)
        with opener.open(request, timeout=TIMEOUT) as answer:
            return json.load(answer)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: in front, and folded away below it. `quiet`: there is nothing to do."""

    front: str
    folded: str = ""
    quiet: bool = False

    def text(self, limit: int) -> str:
        """Give it as Markdown of at most so many characters."""
        before, after = "\n\n<details><summary>The whole report</summary>\n\n", "\n\n</details>"
        room = limit - len(self.front) - len(before) - len(after)
        if not self.folded or room < LEAST:
            return cut(self.front, limit)
        return f"{self.front}{before}{cut(self.folded, room)}{after}"


def main(environment: Mapping[str, str]) -> int:
    """Write the summary and the comment. The exit code is 0: it decides nothing."""
    told = told_of(environment)
    if environment.get("GITHUB_STEP_SUMMARY"):
        with Path(environment["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
            summary.write(f"{told.text(SUMMARY_LIMIT)}\n")
    number = pull_request(environment)
    if environment.get("COMMENT") != "true" or number is None:
        return 0
    try:
        done = comment(_api(environment), number, environment.get("FOLDER", "."), told)
        print(f"The comment was {done}.")
    except urllib.error.HTTPError as error:
        if error.code in _REFUSED:
            print(
                "::notice title=hushtable::No comment: this run has no permission to write one "
                "(pull-requests: write; a pull request from a fork never has it). "
                "The report stands in the job's summary."
            )
        else:
            print(f"::warning title=hushtable::No comment: the API answered {error.code}.")
    except (OSError, HTTPException, ValueError, TypeError) as error:
        print(f"::warning title=hushtable::No comment: {type(error).__name__} at the API.")
    return 0


def comment(api: Api, number: int, folder: str, told: Told) -> str:
    """Create or change the comment; say which was done. The first that is quiet is not needed."""
    mark = mark_of(folder)
    body = f"{mark}\n{told.text(LIMIT)}"
    for one in api.comments(number):
        match one:
            # Anybody can write the mark; what a person wrote is not changed.
            case {"id": int(key), "body": str(text), "user": {"type": "Bot"}}:
                if text.startswith(mark):
                    api.update(key, body)
                    return "updated"
            case _:
                continue
    if told.quiet:
        return "not needed"
    api.create(number, body)
    return "created"


def mark_of(folder: str) -> str:
    """Give the hidden mark: each folder of a repository has its own comment."""
    name = hashlib.sha256(os.path.normpath(folder).encode("utf-8", "surrogatepass")).hexdigest()
    return f"<!-- hushtable {name[:16]} -->"


def told_of(environment: Mapping[str, str]) -> Told:
    """Gather the verdicts, what differs from the lock, and the report."""
    scan, check = environment.get("SCAN_CODE", ""), environment.get("CHECK_CODE", "")
    changes, report = (_text(environment.get(name, "")) for name in ("CHANGES", "REPORT"))
    first = f"**hushtable**: scan: {_CODES.get(scan, 'failed')}"
    quiet = scan == "0" and check in {"", "0"}
    if not check and len(report) <= UNFOLDED:
        return Told(f"{first}\n\n{report.strip()}", quiet=quiet)
    if not check:
        # The report begins with its title, then the score and how many findings there are.
        (figures,) = report.split("\n\n")[1:2] or [""]
        return Told(f"{first}\n\n{figures.strip()}", report.strip(), quiet)
    # With a lock, what changed is what a reader is here for.
    first += f"; lock: {_CHECK_CODES.get(check, 'failed')}"
    return Told(f"{first}\n\n{changes.strip()}", report.strip(), quiet)


def cut(text: str, limit: int) -> str:
    """Shorten Markdown before a heading, else after a line, so that no block stays open."""
    if len(text) <= limit:
        return text
    end = "\n\nThere is more: see the job's summary and its log."
    heading, plain, at, fence = 0, 0, 0, ""
    for line in text.splitlines(keepends=True):
        if not fence:
            heading, plain = at if line.startswith("#") else heading, at
        opened = _FENCE.match(line)
        if opened and not fence:
            fence = opened[1]
        elif fence and line.strip() == fence:
            fence = ""
        at += len(line)
        if at > limit - len(end):
            break
    return text[: heading or plain].rstrip() + end


def pull_request(environment: Mapping[str, str]) -> int | None:
    """Give the number of the pull request that the run is for, if any."""
    try:
        event = json.loads(_text(environment.get("GITHUB_EVENT_PATH", "")) or "{}")
    except ValueError:
        return None
    match event:
        case {"pull_request": {"number": int(number)}}:
            return number
        case _:
            return None


def _api(environment: Mapping[str, str]) -> Api:
    return Api(
        environment.get("GITHUB_API_URL", "https://api.github.com"),
        environment.get("GITHUB_REPOSITORY", ""),
        environment.get("GITHUB_TOKEN", ""),
    )


def _text(name: str) -> str:
    """Read a file; nothing where there is none."""
    if not name or not Path(name).is_file():
        return ""
    return Path(name).read_text(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main(os.environ))
