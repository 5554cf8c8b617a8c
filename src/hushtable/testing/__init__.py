"""For authors of rules: run the programs of a page and compare with what its marks claim."""

from hushtable.testing.examples import Example, cases, examples
from hushtable.testing.scanning import expect, scan_source, scanned
from hushtable.testing.telling import told

__all__ = ["Example", "cases", "examples", "expect", "scan_source", "scanned", "told"]
