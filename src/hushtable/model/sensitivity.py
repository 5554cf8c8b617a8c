"""What an attribute is: credential, personal, financial, health, internal or public, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The classes of DESIGN: every rule and report speaks of these."""

    CREDENTIAL = "credential"
    FINANCIAL = "financial"
    HEALTH = "health"
    PERSONAL = "personal"
    INTERNAL = "internal"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The class of an attribute, the kind within it (`email`, `password-hash`), and the reason.

    `confidence` is 0 to 1: 1 for a declaration, less for a guess from a name.
    """

    category: Category
    kind: str = ""
    reason: str = ""
    confidence: float = 1.0


PUBLIC = Sensitivity(Category.PUBLIC, reason="no sensitive name, type or shape")
