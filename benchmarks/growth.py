"""How time grows with the size of a tree."""

from __future__ import annotations

import math
from collections.abc import Sequence


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Fit `time = c * size ** k` by least squares over the logarithms, and give k.

    1 is linear. A fixed start-up cost lowers it, so it says most about large trees. Raises
    `ValueError` for fewer than two different sizes or for a figure that is not positive.
    """
    xs, ys = [math.log(size) for size in sizes], [math.log(time) for time in times]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    if not spread:
        message = "two different sizes are needed"
        raise ValueError(message)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
