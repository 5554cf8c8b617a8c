"""Scans a tree: lists, loads, plays every entry on all cores, and sums up."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from hushtable.model.config import ScanConfig
from hushtable.model.event import Advanced, Began, Ended, Listener, Stumbled, silent
from hushtable.model.facts import Coverage, Facts, Unknown
from hushtable.model.place import Place
from hushtable.scan import cache
from hushtable.scan.dependencies import Dependencies
from hushtable.scan.load import Loaded, load
from hushtable.scan.playing import of_loading
from hushtable.scan.source import list_files
from hushtable.scan.summing import sum_up
from hushtable.scan.workers import play_all

RECURSION = 9_000
"""Deep enough for nested source, shallow enough for the interpreter's own stack."""


def scan(root: Path, config: ScanConfig, listen: Listener = silent) -> Facts:
    """Read the source under `root` and tell what was observed; nothing of it is ever run.

    Raises:
        ConfigError: a library that the configuration teaches is wrong.

    """
    began = time.perf_counter()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        return _scan(root, config, listen, began)
    finally:
        sys.setrecursionlimit(limit)


def _scan(root: Path, config: ScanConfig, listen: Listener, began: float) -> Facts:
    listing = list_files(root, config.exclude)
    key = cache.key_of(root, config, listing)
    if config.cache:
        known = cache.load(root, key)
        if known is not None:
            return cache.refreshed(known, time.perf_counter() - began)
    listen(Began("read", len(listing.python)))
    loaded: Loaded = load(listing, config)
    listen(Ended("read", time.perf_counter() - began))
    listen(Began("follow", len(loaded.jobs)))
    memory = (
        cache.Forgetful()
        if not config.cache
        else cache.Remembered(Dependencies(loaded, cache.base_of(config)), cache.results(root))
    )
    found = [of_loading(loaded)]
    found += play_all(loaded, config, memory, lambda: listen(Advanced("follow")))
    listen(Ended("follow", time.perf_counter() - began))
    facts = sum_up(found, loaded, Coverage(seconds=time.perf_counter() - began))
    unknown = [*facts.unknown, *(Unknown(Place(p, 1), why) for p, why in listing.problems)]
    for one in unknown:
        listen(Stumbled(one))
    facts = cache.with_unknown(facts, tuple(unknown))
    if isinstance(memory, cache.Remembered):
        cache.save(root, key, facts, memory.results)
    return facts
