"""Controls that a finding is evidence against, by framework.

A finding class is one letter: R excess attribute in a response, E error or debug detail, L log,
S clear storage, F file, K key in code, A missing or weak authorization on a route, I expression
injection. A rule names its classes, a control the classes that bear on it.

Sources: PCI DSS v4.0.1; AICPA 2017 Trust Services Criteria (2022 revision); 45 CFR 164; GDPR
(EU) 2016/679; NIST SP 800-53 revision 5; ISO/IEC 27001:2022 Annex A. Titles are one line in our
words where the source's own text is long. A row says which control to look at, never that it
is met or broken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CLASSES = frozenset("RELSFKAI")

PCI = "PCI DSS 4.0.1"
SOC2 = "SOC 2"
HIPAA = "HIPAA"
GDPR = "GDPR"
NIST = "NIST 800-53 r5"
ISO = "ISO 27001:2022"
FRAMEWORKS = (PCI, SOC2, HIPAA, GDPR, NIST, ISO)


EXAMINED = {
    "scan": CLASSES,
    "prove": frozenset("RELSFAI"),
    "probe": frozenset("REAI"),
}
"""What each engine can see of. A run shows no source; a live service shows neither that nor its
logs, its files and its store."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control. `evidence`: a run of hushtable is itself evidence for it."""

    framework: str
    id: str
    title: str
    classes: frozenset[str]
    evidence: bool = False


_EVIDENCE = "evidence"

_ROWS: tuple[tuple[str, str, str, str], ...] = (
    (PCI, "3.2.1", "Account data storage kept to a minimum", "SR"),
    (PCI, "3.3.1", "SAD not stored after authorization, even if encrypted", "SLF"),
    (PCI, "3.4.1", "PAN masked when displayed (BIN and last four at most)", "REL"),
    (PCI, "3.5.1", "PAN unreadable anywhere it is stored", "SLF"),
    (PCI, "3.5.1.1", "Hashes that render PAN unreadable are keyed", "SLF"),
    (PCI, "3.6.1", "Cryptographic keys protected against disclosure", "K"),
    (PCI, "4.2.1", "Strong cryptography for PAN over open networks", ""),
    (PCI, "6.2.4", "Engineering techniques prevent common software attacks", "IARE"),
    (PCI, "6.5.5", "Live PANs not used in pre-production", "S"),
    (PCI, "7.2.1", "Access control model defined", "ARI"),
    (PCI, "7.2.6", "Access to query repositories of stored CHD restricted", "ARI"),
    (PCI, "8.3.2", "Authentication factors unreadable in transmission and storage", "SLR"),
    (PCI, "8.6.2", "Application-account passwords not hard coded in source", "K"),
    (PCI, "10.3.1", "Read access to audit logs limited to job need", "L"),
    (SOC2, "CC6.1", "Logical access security over protected information assets", "AKS"),
    (SOC2, "CC6.3", "Role-based access, least privilege", "AR"),
    (SOC2, "CC6.6", "Protection against threats from outside system boundaries", "AIE"),
    (SOC2, "CC6.7", "Transmission, movement and removal of information restricted", "RLF"),
    (SOC2, "CC7.1", "New vulnerabilities detected", _EVIDENCE),
    (SOC2, "CC8.1", "Changes authorized, tested and approved", _EVIDENCE),
    (SOC2, "C1.1", "Confidential information identified and maintained", "RLF"),
    (SOC2, "P4.1", "Use of personal information limited to its purposes", "RLF"),
    (SOC2, "P6.1", "Personal information disclosed to third parties with consent", "RLF"),
    (HIPAA, "164.312(a)(1)", "Access control", "AR"),
    (HIPAA, "164.312(a)(2)(i)", "Unique user identification (required)", "A"),
    (HIPAA, "164.312(a)(2)(iv)", "Encryption and decryption (addressable)", "SF"),
    (HIPAA, "164.312(b)", "Audit controls", "L"),
    (HIPAA, "164.312(c)(1)", "Integrity", "I"),
    (HIPAA, "164.312(d)", "Person or entity authentication", "AK"),
    (HIPAA, "164.312(e)(1)", "Transmission security", "R"),
    (HIPAA, "164.312(e)(2)(ii)", "Encryption in transmission (addressable)", "R"),
    (HIPAA, "164.308(a)(1)(ii)(A)", "Risk analysis (required)", _EVIDENCE),
    (HIPAA, "164.502(b)", "Minimum necessary (Privacy Rule)", "RL"),
    (GDPR, "5(1)(c)", "Data minimisation", "RLFS"),
    (GDPR, "5(1)(f)", "Integrity and confidentiality", "RLFS"),
    (GDPR, "9", "Processing of special categories of personal data", "R"),
    (GDPR, "25(1)", "Data protection by design", "R"),
    (GDPR, "25(2)", "Data protection by default", "R"),
    (GDPR, "30", "Records of processing activities", _EVIDENCE),
    (GDPR, "35", "Data protection impact assessment", _EVIDENCE),
    (GDPR, "32(1)(a)", "Pseudonymisation and encryption", "SLA"),
    (GDPR, "32(1)(b)", "Ongoing confidentiality and integrity of systems", "SLA"),
    (GDPR, "32(1)(d)", "Regular testing of security measures", _EVIDENCE),
    (GDPR, "33", "Notification of a breach to the supervisory authority", ""),
    (GDPR, "34", "Communication of a breach to the data subject", ""),
    (NIST, "AC-3", "Access Enforcement", "ARI"),
    (NIST, "AC-4", "Information Flow Enforcement", "ARI"),
    (NIST, "AC-6", "Least Privilege", "ARI"),
    (NIST, "AU-3(3)", "Limit Personally Identifiable Information Elements", "L"),
    (NIST, "AU-9", "Protection of Audit Information", "L"),
    (NIST, "AU-13", "Monitoring for Information Disclosure", "R"),
    (NIST, "IA-5(1)", "Password-based Authentication", "S"),
    (NIST, "IA-5(7)", "No Embedded Unencrypted Static Authenticators", "K"),
    (NIST, "SA-11(1)", "Static Code Analysis", _EVIDENCE),
    (NIST, "SC-28(1)", "Protection of Information at Rest: Cryptographic Protection", "SF"),
    (NIST, "SI-10", "Information Input Validation", "I"),
    (NIST, "SI-11", "Error Handling", "E"),
    (NIST, "SI-15", "Information Output Filtering", "R"),
    (NIST, "SI-12(1)", "Limit Personally Identifiable Information Elements", "SR"),
    (NIST, "SI-19", "De-identification", "SR"),
    (ISO, "A.5.12", "Classification of information", "R"),
    (ISO, "A.5.15", "Access control", "A"),
    (ISO, "A.5.17", "Authentication information", "K"),
    (ISO, "A.5.34", "Privacy and protection of PII", "R"),
    (ISO, "A.8.3", "Information access restriction", "AR"),
    (ISO, "A.8.4", "Access to source code", "K"),
    (ISO, "A.8.9", "Configuration management", "E"),
    (ISO, "A.8.11", "Data masking", "RLF"),
    (ISO, "A.8.12", "Data leakage prevention", "RLF"),
    (ISO, "A.8.15", "Logging", "L"),
    (ISO, "A.8.24", "Use of cryptography", "S"),
    (ISO, "A.8.28", "Secure coding", "IE"),
    (ISO, "A.8.29", "Security testing in development and acceptance", _EVIDENCE),
    (ISO, "A.8.33", "Test information", "S"),
)

CONTROLS = tuple(
    Control(
        framework,
        number,
        title,
        frozenset("" if classes == _EVIDENCE else classes),
        classes == _EVIDENCE,
    )
    for framework, number, title, classes in _ROWS
)
"""Every control, by framework."""


def controls(classes: Iterable[str]) -> tuple[Control, ...]:
    """Give the controls that findings of these classes bear on, in the order of `CONTROLS`."""
    wanted = frozenset(classes)
    return tuple(control for control in CONTROLS if control.classes & wanted)
