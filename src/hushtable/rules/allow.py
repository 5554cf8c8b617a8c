"""`# hush: allow CODE because reason`: what it suppresses, and which of them do nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hushtable.model.facts import Allow
from hushtable.model.finding import Finding, Suppression
from hushtable.rules.catalogue import Rule, catalogue, matches


def apply(
    findings: Iterable[Finding], allows: Iterable[Allow], ran: tuple[Rule, ...]
) -> tuple[tuple[Finding, ...], tuple[Allow, ...]]:
    """Mark what is allowed, and return the allows that do nothing, each with the reason in `why`.

    An allow speaks for one line of its own file. One without a reason allows nothing. One for a
    rule that did not run is not called unused: nobody looked.
    """
    reasoned = [allow for allow in allows if allow.codes and allow.reason.strip()]
    unused = [replace(allow, why=_fault(allow)) for allow in allows if allow not in reasoned]
    by_code = {rule.code: rule for rule in catalogue()}
    used: set[tuple[Allow, str]] = set()
    marked: list[Finding] = []
    for finding in findings:
        speaking = [
            (allow, code)
            for allow in reasoned
            if (allow.place.path, allow.line) == (finding.place.path, finding.place.line)
            for code in allow.codes
            if matches(by_code[finding.code], code)
        ]
        used.update(speaking)
        if speaking:
            allow = speaking[0][0]
            why = Suppression("allow", allow.reason.strip(), allow.place)
            marked.append(replace(finding, suppression=why))
        else:
            marked.append(finding)
    for allow in reasoned:
        unused.extend(_unused(allow, used, ran))
    return tuple(marked), tuple(sorted(unused, key=lambda allow: (allow.place, allow.codes)))


def _fault(allow: Allow) -> str:
    if not allow.codes:
        return "it cannot be read: write `# hush: allow CODE because REASON`"
    return "no reason is given, so it allows nothing"


def _unused(allow: Allow, used: set[tuple[Allow, str]], ran: tuple[Rule, ...]) -> list[Allow]:
    found: list[Allow] = []
    for code in allow.codes:
        if (allow, code) in used:
            continue
        if not any(matches(rule, code) for rule in catalogue()):
            found.append(replace(allow, codes=(code,), why=f"there is no rule {code}"))
        elif any(matches(rule, code) for rule in ran):
            found.append(replace(allow, codes=(code,), why=f"nothing of {code} is found here"))
    return found
