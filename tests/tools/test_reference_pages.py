"""Pages of the documentation that are data, written from the data."""

import json
import re
from pathlib import Path

from hushtable.model.standards.controls import CONTROLS, FRAMEWORKS
from hushtable.model.standards.owasp import API_2023
from hushtable.rules.catalogue import catalogue
from tools.reference_pages import SCHEMA, main


def test_every_control_and_every_rule_is_on_the_map(tmp_path: Path) -> None:
    """Each control, risk and rule stands on the page of standards."""
    assert main([str(tmp_path)]) == 0
    text = (tmp_path / "standards.md").read_text(encoding="utf-8")
    assert all(f"\n## {framework}\n" in text for framework in FRAMEWORKS)
    assert all(f"| {one.id} | {one.title} |" in text for one in CONTROLS)
    assert all(f"| {risk} |" in text for risk in API_2023)
    assert set(re.findall(r"\[(HT\d{3})\]", text)) == {rule.code for rule in catalogue()}


def test_every_member_of_a_result_is_described(tmp_path: Path) -> None:
    """Each member that the schema demands of a result stands on its page, beside the schema."""
    main([str(tmp_path)])
    text = (tmp_path / "schema.md").read_text(encoding="utf-8")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert all(f"| `{name}` |" in text for name in schema["required"])
    assert "| `findings[].verdict` |" in text
    assert json.loads((tmp_path / SCHEMA.name).read_text(encoding="utf-8")) == schema
