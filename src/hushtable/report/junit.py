"""A result as JUnit XML, for CI systems that show tests.

A finding that fails the run is a failed test, one below the threshold a passed one with a note,
a suppressed one is skipped, what could not be examined is an error, and every route without a
finding is a passed test. XML 1.0 cannot hold most control characters: they are written out.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hushtable.model.finding import Finding
from hushtable.report.escape import visible, visible_lines
from hushtable.report.proving import seen
from hushtable.report.read_only import read_only
from hushtable.report.report import Report
from hushtable.report.wording import exposure, score_line, standing_of


def render(report: Report) -> str:
    """Give the report as an XML document in UTF-8 text."""
    suite = ET.Element("testsuite", name="hushtable")
    for finding in report.findings:
        _finding(suite, finding, report)
    for unknown in report.result.unknown:
        name = f"examine {unknown.place}"
        case = _case(suite, unknown.place.path, name)
        ET.SubElement(case, "error", message=visible(unknown.why), type="unknown")
    told = {(route.app, str(route)) for finding in report.findings for route in finding.routes}
    for route in report.result.routes:
        if (route.app, str(route)) not in told:
            _case(suite, route.place.path, str(route))
    for kind, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        suite.set(kind, str(len(list(suite.iter(tag)))))
    suite.set("skipped", str(len(list(suite.iter("skipped")))))
    suite.set("time", f"{report.result.coverage.seconds:.3f}")
    ET.SubElement(suite, "system-out").text = score_line(report)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _finding(suite: ET.Element, finding: Finding, report: Report) -> None:
    route = f" {finding.routes[0]}" if finding.routes else ""
    name = f"{finding.code} {finding.name}{route} ({finding.place}, {finding.key})"
    case = _case(suite, finding.place.path, name)
    if finding.suppression is not None:
        reason = f"{finding.suppression.kind}: {finding.suppression.reason}"
        ET.SubElement(case, "skipped", message=visible(reason))
    elif report.fails(finding):
        message = visible(finding.message)
        failure = ET.SubElement(case, "failure", message=message, type=str(finding.severity))
        failure.text = _body(finding)
    else:
        ET.SubElement(case, "system-out").text = _body(finding)


def _case(suite: ET.Element, path: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=visible(path), name=visible(name))


def _body(finding: Finding) -> str:
    lines = [
        visible(finding.message),
        f"{finding.severity}, {standing_of(finding)}",
        f"through {visible(exposure(finding))}",
    ]
    verb = "reads" if read_only(finding) else "leaves"
    lines.extend(f"{verb} {visible(str(attribute))}" for attribute in finding.attributes)
    lines.extend(f"seen: {visible(str(each))}" for each in finding.transcripts)
    lines.extend(
        f"seen in {visible(seen(proof))}: {visible(proof.curl)}" for proof in finding.proofs
    )
    lines.extend(f"because {visible(reason)}" for reason in finding.reasons)
    lines.extend(f"{visible(str(step.place))} {visible(step.what)}" for step in finding.trace)
    lines.extend(visible_lines(finding.remedy))
    return "\n".join(lines)
