"""Weaknesses, risks and controls as data: what a finding means to an auditor."""
