"""Round each session's total of a dimension to the step of the component that was active last (PRICING 3)."""

from __future__ import annotations

from rating.kernels.arith import row_of
from rating.kernels.arrays import Components, Int32, Int64, Records, Rules
from rating.kernels.native import part
from rating.units import ENERGY, PARKING_TIME, RESERVATION_TIME, TIME

_UP = 0
_DOWN = 1
_NEAREST = 2


@part
def step(
    begin: int, count: int, rows: Int64, timeline: Int32, components: Components, rules: Rules, out: Records
) -> None:
    """Write `out.billed` of `count` sessions of `rows` from place `begin` on; `timeline` is int32 (n,).

    Energy whose price follows an index takes no part: what a step adds has no moment, and so no price.
    """
    spot = components.spot
    dimension, steps, step_round = components.dimension, components.step, components.step_round
    record_first, component, turn = out.first, out.component, out.turn
    billable, billed = out.billable, out.billed
    for s in range(count):
        first, last = record_first[s], record_first[s + 1]
        for r in range(first, last):
            billed[r] = billable[r]
        if first == last or rules.stepped[timeline[row_of(rows, begin + s)]] == 0:
            continue

        parking = False
        for r in range(first, last):
            parking = parking or (billable[r] > 0 and dimension[component[r]] == PARKING_TIME)
        for pick in range(3):
            # Energy, then time and parking together: where parking was priced, time keeps its exact total. Reserved
            # time goes by itself.
            stepped_dimension = ENERGY if pick == 0 else RESERVATION_TIME
            if pick == 1:
                stepped_dimension = PARKING_TIME if parking else TIME
            total = 0
            active = -1
            for r in range(first, last):
                if billable[r] > 0 and dimension[component[r]] == stepped_dimension and spot[component[r]] < 0:
                    total += billable[r]
                    if active < 0 or turn[r] > turn[active]:
                        active = r
            if active < 0 or steps[component[active]] == 0:
                continue
            size = steps[component[active]]
            how = step_round[component[active]]
            over = total % size
            if over == 0:
                continue
            if how == _UP or (how == _NEAREST and 2 * over >= size):
                billed[active] += size - over
                continue
            # Rounded down: what is over comes off the component active last, then off the one before it.
            while over > 0:
                taken = min(over, billed[active])
                billed[active] -= taken
                over -= taken
                before = -1
                for r in range(first, last):
                    if (
                        billable[r] > 0
                        and dimension[component[r]] == stepped_dimension
                        and spot[component[r]] < 0
                        and turn[r] < turn[active]
                        and (before < 0 or turn[r] > turn[before])
                    ):
                        before = r
                if over > 0:
                    active = before
