"""A transcript: one request to a live service, and what of its answer shows an exposure, masked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was asked, as whom, and what came back. Every text in it may be printed.

    `path` has its query; a part of it that is long or sensitive is masked. `identity` is the name
    a user gave it on the command line, or `anyone`. `excerpt` is a masked piece of the answer
    (`$[].email = ma***@***`), never the answer.
    """

    method: str
    path: str
    identity: str
    status: int
    excerpt: str = ""

    def __str__(self) -> str:
        """`GET /users as anyone: 200, $[].email = ma***@***`."""
        told = f"{self.method} {self.path} as {self.identity}: {self.status}"
        return f"{told}, {self.excerpt}" if self.excerpt else told
