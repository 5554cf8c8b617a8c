"""The first thing that runs in a child: it leaves the network, and only then loads anything else.

A namespace holds the threads that are started after it. Libraries start threads when they are
imported, so nothing may be imported before.

    python -m hushtable.prove.sandbox.start own hushtable.prove.child 7 4242
"""

from __future__ import annotations

import runpy
import sys

from hushtable.prove.sandbox import namespace

OWN = "own"
SHARED = "shared"


def main(arguments: list[str]) -> None:
    """Enter a network of one's own, if the first argument says so, and run a module."""
    network, module, *rest = arguments
    if network == OWN:
        namespace.enter()
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
