"""Run the five remedies, each as it is usually written and on the guard, and tell what happened.

    python run.py

Ends with 0 when everything happened as the demonstrations say, and with 1 when something did not.
"""

import logging
import sys
import textwrap
from collections.abc import Iterable

import filters
import projections
import query_not_scan
import response_models
import validated_keys
from ground import Step, ground

REMEDIES = (validated_keys, filters, query_not_scan, response_models, projections)
WIDTH = 98


def told(number: int, title: str, steps: Iterable[Step]) -> list[str]:
    """Write one remedy for a terminal."""
    lines = [f"{number}. {title}"]
    for step in steps:
        lines.append("")
        rows = [("tried", step.tried), ("happened", step.happened), ("why", step.why),
                ("guard", step.guard)]  # fmt: skip
        for name, text in rows:
            lines += textwrap.wrap(
                text, WIDTH, initial_indent=f"   {name:<10}", subsequent_indent=" " * 13
            )
        if not step.as_said:
            lines.append("   NOT AS SAID: this did not happen as the lines above tell it")
    return [*lines, ""]


def main() -> int:
    """Run all; give the exit code."""
    logging.disable(logging.ERROR)  # the errors are meant, and told below
    held = True
    for number, remedy in enumerate(REMEDIES, 1):
        with ground() as one:
            steps = remedy.show(one)
        print("\n".join(told(number, remedy.TITLE, steps)))
        held = held and all(step.as_said for step in steps)
    print("Everything happened as said." if held else "Something did not happen as said.")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
