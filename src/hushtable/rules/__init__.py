"""The rules: one file each, found by name. A rule reads facts and judges; it never sees source."""
