"""A rule's page as users read it: one parsed page behind `explain`, SARIF help and the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hushtable.model.rule import Confidence, Severity


@dataclass(frozen=True, slots=True)
class RulePage:
    """What a rule file says about itself, parsed from its docstring and its declaration.

    `title` is the page's first line without a full stop, `summary` the opening paragraph.
    `sections` maps a heading (`Leaks`, `Quiet`, `Remedy`, `Limits`) to its Markdown, in page
    order, fences included. `owasp` ids are `API3:2023`. `path` is the rule's file, relative to
    the package, with `/`.
    """

    code: str
    name: str
    title: str
    summary: str
    severity: Severity
    confidence: Confidence
    sections: Mapping[str, str] = field(default_factory=dict)
    cwe: tuple[int, ...] = ()
    owasp: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    has_fix: bool = False
    path: str = ""

    @property
    def markdown(self) -> str:
        """The whole page as Markdown: title, opening paragraph, then each section."""
        parts = [f"# {self.code} {self.name}", f"**{self.title}**", self.summary]
        for heading, text in self.sections.items():
            parts.extend((f"## {heading}", text))
        return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"
