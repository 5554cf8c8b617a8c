"""Reads tables and policies out of infrastructure files: nothing is run or resolved elsewhere."""

from hushtable.scan.infrastructure.definitions import Definitions
from hushtable.scan.infrastructure.reading import read
from hushtable.scan.infrastructure.wanted import wants

__all__ = ["Definitions", "read", "wants"]
