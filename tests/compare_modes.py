"""Grids in the mode that the environment says when numba is imported: prints how many sessions were compared.

Not compiled, an overflow in the kernel is an error, and so is an index below zero where it says that there is none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from extremes import extreme_network
from kernel_modes import never_negative
from strategies import random_network
from strategies_pick import random_pick
from test_compare_grid import compared

import rating.kernels.grid as grid_module
from rating.kernels.jit import DISABLE_JIT


def _strict(*args: Any) -> None:
    with np.errstate(all="raise"):
        grid_module.reprice(*args)


def main() -> None:
    if DISABLE_JIT:
        grid_module.PARTS = (*grid_module.PARTS[:-1], _strict)
        grid_module.index = never_negative
    found = [compared(random_network(seed, full=seed % 2 == 0), random_pick(seed)) for seed in range(40)]
    found += [compared(extreme_network(seed), random_pick(seed)) for seed in range(40)]
    print(sum(sessions for sessions, _ in found), sum(in_full for _, in_full in found))


if __name__ == "__main__":
    main()
