"""The weaknesses of the Common Weakness Enumeration that rules name.

Titles from MITRE, CWE 4.x, https://cwe.mitre.org/data/index.html.
"""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[int, str] = {
    20: "Improper Input Validation",
    200: "Exposure of Sensitive Information to an Unauthorized Actor",
    201: "Insertion of Sensitive Information Into Sent Data",
    203: "Observable Discrepancy",
    204: "Observable Response Discrepancy",
    209: "Generation of Error Message Containing Sensitive Information",
    213: "Exposure of Sensitive Information Due to Incompatible Policies",
    215: "Insertion of Sensitive Information Into Debugging Code",
    250: "Execution with Unnecessary Privileges",
    256: "Plaintext Storage of a Password",
    285: "Improper Authorization",
    287: "Improper Authentication",
    306: "Missing Authentication for Critical Function",
    307: "Improper Restriction of Excessive Authentication Attempts",
    311: "Missing Encryption of Sensitive Data",
    312: "Cleartext Storage of Sensitive Information",
    319: "Cleartext Transmission of Sensitive Information",
    347: "Improper Verification of Cryptographic Signature",
    359: "Exposure of Private Personal Information to an Unauthorized Actor",
    400: "Uncontrolled Resource Consumption",
    477: "Use of Obsolete Function",
    489: "Active Debug Code",
    497: "Exposure of Sensitive System Information to an Unauthorized Control Sphere",
    522: "Insufficiently Protected Credentials",
    525: "Use of Web Browser Cache Containing Sensitive Information",
    532: "Insertion of Sensitive Information into Log File",
    538: "Insertion of Sensitive Information into Externally-Accessible File or Directory",
    540: "Inclusion of Sensitive Information in Source Code",
    598: "Use of GET Request Method With Sensitive Query Strings",
    614: "Sensitive Cookie in HTTPS Session Without 'Secure' Attribute",
    639: "Authorization Bypass Through User-Controlled Key",
    650: "Trusting HTTP Permission Methods on the Server Side",
    651: "Exposure of WSDL File Containing Sensitive Information",
    693: "Protection Mechanism Failure",
    703: "Improper Check or Handling of Exceptional Conditions",
    732: "Incorrect Permission Assignment for Critical Resource",
    755: "Improper Handling of Exceptional Conditions",
    770: "Allocation of Resources Without Limits or Throttling",
    798: "Use of Hard-coded Credentials",
    799: "Improper Control of Interaction Frequency",
    862: "Missing Authorization",
    915: "Improperly Controlled Modification of Dynamically-Determined Object Attributes",
    942: "Permissive Cross-domain Security Policy with Untrusted Domains",
    943: "Improper Neutralization of Special Elements in Data Query Logic",
    1004: "Sensitive Cookie Without 'HttpOnly' Flag",
    1021: "Improper Restriction of Rendered UI Layers or Frames",
}
"""Title by number."""

DISCOURAGED = frozenset({200, 285, 287, 400})
"""Classes MITRE discourages as the one mapping of a finding: never a rule's first."""


def cwe_title(number: int) -> str:
    """Give the title; empty for a weakness no rule names."""
    return TITLES.get(number, "")


def cwe_url(number: int) -> str:
    """Give the address of the weakness's page at MITRE."""
    return f"https://cwe.mitre.org/data/definitions/{number}.html"
