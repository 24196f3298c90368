"""Which of the candidates of an epoch holds, and for which powers and currents that is so."""

from __future__ import annotations

from rating.kernels.arith import index
from rating.kernels.arrays import Int32, Int64
from rating.kernels.jit import scalar


@scalar
def narrowed(lo: int, hi: int, bound: int, value: int) -> tuple[int, int]:
    """The range from `lo` up to `hi`, as far as all of it is on the side of the bound that the value is on."""
    if value >= bound:
        return max(lo, bound), hi
    return lo, min(hi, bound)


@scalar
def first_that_holds(
    first: int,
    candidate: Int32,
    conditions: Int64,
    energy_mwh: int,
    duration_us: int,
    power_mw: int,
    current_ma: int,
    bounds: tuple[int, int, int, int],
) -> tuple[int, tuple[int, int, int, int]]:
    """The component of the first candidate, from row `first` on, that holds for these, or -1; and for which powers and
    currents, within those that are given, the answer would be the same.
    """
    power_lo, power_hi, current_lo, current_hi = bounds
    pick = -1
    j = index(first)
    while pick < 0 and candidate[2 * j] >= 0:
        if candidate[2 * j + 1] < 0:
            pick = candidate[2 * j]
            break
        k = index(8 * candidate[2 * j + 1])
        by_energy = conditions[k] <= energy_mwh < conditions[k + 1]
        if by_energy and conditions[k + 2] <= duration_us < conditions[k + 3]:
            power_lo, power_hi = narrowed(power_lo, power_hi, conditions[k + 4], power_mw)
            power_lo, power_hi = narrowed(power_lo, power_hi, conditions[k + 5], power_mw)
            current_lo, current_hi = narrowed(current_lo, current_hi, conditions[k + 6], current_ma)
            current_lo, current_hi = narrowed(current_lo, current_hi, conditions[k + 7], current_ma)
            enough = conditions[k + 4] <= power_mw < conditions[k + 5]
            if enough and conditions[k + 6] <= current_ma < conditions[k + 7]:
                pick = candidate[2 * j]
        j = index(j + 1)
    return pick, (power_lo, power_hi, current_lo, current_hi)
