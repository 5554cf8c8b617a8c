"""OWASP's API Security Top 10 of 2023 and Top 10 of 2025.

Sources: https://owasp.org/API-Security/editions/2023/en/0x11-t10/ and
https://owasp.org/Top10/2025/.
"""

from __future__ import annotations

from collections.abc import Mapping

API_2023: Mapping[str, str] = {
    "API1:2023": "Broken Object Level Authorization",
    "API2:2023": "Broken Authentication",
    "API3:2023": "Broken Object Property Level Authorization",
    "API4:2023": "Unrestricted Resource Consumption",
    "API5:2023": "Broken Function Level Authorization",
    "API6:2023": "Unrestricted Access to Sensitive Business Flows",
    "API7:2023": "Server Side Request Forgery",
    "API8:2023": "Security Misconfiguration",
    "API9:2023": "Improper Inventory Management",
    "API10:2023": "Unsafe Consumption of APIs",
}
"""Title by id."""

API_2023_CWES: Mapping[str, tuple[int, ...]] = {
    "API1:2023": (285, 639),
    "API2:2023": (204, 307),
    "API3:2023": (213, 915),
    "API4:2023": (400, 770, 799),
    "API5:2023": (285,),
    "API8:2023": (209, 319, 942),
}
"""The weaknesses the 2023 list itself names, of those known to `cwe`."""

TOP_10_2025: Mapping[str, str] = {
    "A01:2025": "Broken Access Control",
    "A02:2025": "Security Misconfiguration",
    "A03:2025": "Software Supply Chain Failures",
    "A04:2025": "Cryptographic Failures",
    "A05:2025": "Injection",
    "A06:2025": "Insecure Design",
    "A07:2025": "Authentication Failures",
    "A08:2025": "Software or Data Integrity Failures",
    "A09:2025": "Security Logging and Alerting Failures",
    "A10:2025": "Mishandling of Exceptional Conditions",
}
"""Title by id."""

_TOP_10_2025_OF_CWE: Mapping[int, str] = {
    200: "A01:2025",
    201: "A01:2025",
    209: "A10:2025",
    215: "A10:2025",
    256: "A06:2025",
    306: "A07:2025",
    312: "A06:2025",
    359: "A01:2025",
    497: "A01:2025",
    522: "A06:2025",
    532: "A09:2025",
    538: "A01:2025",
    540: "A01:2025",
    639: "A01:2025",
    798: "A07:2025",
    862: "A01:2025",
}


def owasp_title(risk: str) -> str:
    """Give the title of `API3:2023` or `A01:2025`; empty for an unknown id."""
    return API_2023.get(risk) or TOP_10_2025.get(risk, "")


def top_10_2025(cwes: tuple[int, ...]) -> tuple[str, ...]:
    """Give the risks of the 2025 list that hold these weaknesses, in order, each once.

    213 and 943 stand in none of its lists, so that the result may be empty.
    """
    risks = (_TOP_10_2025_OF_CWE[cwe] for cwe in cwes if cwe in _TOP_10_2025_OF_CWE)
    return tuple(dict.fromkeys(risks))
