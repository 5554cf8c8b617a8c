"""Tests of weaknesses, risks and controls."""

import pytest

from hushtable.model.standards.controls import CLASSES, CONTROLS, FRAMEWORKS, controls
from hushtable.model.standards.cwe import DISCOURAGED, TITLES, cwe_title, cwe_url
from hushtable.model.standards.owasp import (
    API_2023,
    API_2023_CWES,
    TOP_10_2025,
    owasp_title,
    top_10_2025,
)


def test_every_framework_has_controls_of_known_classes() -> None:
    """Every framework has controls, no id stands twice, and classes are known letters."""
    assert {control.framework for control in CONTROLS} == set(FRAMEWORKS)
    assert len({(control.framework, control.id) for control in CONTROLS}) == len(CONTROLS)
    assert all(control.classes <= CLASSES for control in CONTROLS)
    assert all(control.title for control in CONTROLS)
    assert not any(control.classes and control.evidence for control in CONTROLS)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ("E", {"SI-11", "6.2.4", "3.4.1", "CC6.6", "A.8.9", "A.8.28"}),
        (
            "I",
            {
                "6.2.4",
                "7.2.1",
                "7.2.6",
                "CC6.6",
                "164.312(c)(1)",
                "AC-3",
                "AC-4",
                "AC-6",
                "SI-10",
                "A.8.28",
            },
        ),
        ("", set()),
        ("?", set()),
    ],
)
def test_controls_of_a_class(classes: str, expected: set[str]) -> None:
    """A class gives exactly the controls it bears on."""
    assert {control.id for control in controls(classes)} == expected


def test_every_class_has_a_control_in_most_frameworks() -> None:
    """Each finding class bears on a control of at least three frameworks."""
    for letter in CLASSES:
        assert len({control.framework for control in controls(letter)}) >= 3


def test_controls_of_several_classes_come_once() -> None:
    """Several classes give each control once, in order."""
    found = controls(["R", "L", "R"])
    assert list(found) == [control for control in CONTROLS if control.classes & {"R", "L"}]


def test_weaknesses_have_titles() -> None:
    """Each weakness has a title and an address; an unknown one has no title."""
    assert cwe_title(213) == "Exposure of Sensitive Information Due to Incompatible Policies"
    assert cwe_title(1) == ""
    assert cwe_url(213).endswith("/213.html")
    assert set(TITLES) >= DISCOURAGED


def test_owasp_names_known_weaknesses() -> None:
    """The risks are numbered 1 to 10, and the weaknesses they name have titles."""
    assert list(API_2023) == [f"API{number}:2023" for number in range(1, 11)]
    assert list(TOP_10_2025) == [f"A{number:02}:2025" for number in range(1, 11)]
    assert all(cwe in TITLES for cwes in API_2023_CWES.values() for cwe in cwes)
    assert owasp_title("API3:2023") == "Broken Object Property Level Authorization"
    assert owasp_title("A10:2025") == "Mishandling of Exceptional Conditions"
    assert owasp_title("A11:2025") == ""


def test_the_2025_risks_of_weaknesses() -> None:
    """Weaknesses give their 2025 risks once and in order; 213 and 943 have none."""
    assert top_10_2025((209, 200, 201, 213)) == ("A10:2025", "A01:2025")
    assert top_10_2025((213, 943)) == ()
