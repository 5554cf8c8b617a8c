"""The extra `all`: every module of the package can be imported."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import hushtable

ELSEWHERE = {"hushtable.testing.plugin"}
"""What pytest loads, where it is installed."""

failed = []
count = 0
for found in pkgutil.walk_packages(hushtable.__path__, "hushtable."):
    if found.name in ELSEWHERE:
        continue
    count += 1
    try:
        importlib.import_module(found.name)
    except ImportError as error:
        failed.append(f"{found.name}: {error}")
if failed:
    sys.exit("; ".join(failed))
if count < 100:  # noqa: PLR2004 - there are some hundreds
    sys.exit(f"only {count} modules are there")
