"""What the loading of a tree may cost: one budget for the top levels of all its modules."""

from __future__ import annotations

from dataclasses import dataclass

MODULE_STEPS = (150_000, 40_000, 10_000, 3_000)
"""What the top level of one module may cost, in steps: less when little is left for loading."""
LOADING = 300_000
"""Steps for the top levels of a tree together, while each has at least the smallest size."""


@dataclass(slots=True)
class Spending:
    """The steps that were spent on loading."""

    spent: int = 0
    settled: int = 0
    """What a module may cost that a job needs first: the same in every worker. 0: still loading."""

    def spend(self, steps: int) -> None:
        """Count what was run."""
        self.spent += steps

    def affordable(self) -> int:
        """Give the steps that what is loaded now may cost."""
        left = (LOADING - self.spent) // 2
        return self.settled or next((s for s in MODULE_STEPS if s <= left), MODULE_STEPS[-1])

    def settle(self) -> None:
        """Loading is over: what is loaded later may cost the same, whoever needs it first."""
        self.settled = self.affordable()
