"""Measurements of hushtable beside other scanners. No part of the package, never imported by it."""
