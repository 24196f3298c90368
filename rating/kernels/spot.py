"""Energy at the prices of an index: what a stretch of a plain session costs (PRICING 3)."""

from __future__ import annotations

import numpy as np

from rating.kernels.arith import index, mul_div_floor
from rating.kernels.arrays import NO_PRICE, Components, Int64, Usage
from rating.kernels.jit import scalar


@scalar
def cost_of(
    first: int,
    last: int,
    given: int,
    begun_us: int,
    until_us: int,
    c: int,
    wh: int,
    usage: Usage,
    components: Components,
    prices: Int64,
) -> tuple[int, bool]:
    """Energy × price of the intervals first to last - 1 from `begun_us` until `until_us`, by the index of component c.

    `given` is what the first of them gave before. Parts of an interval are whole Wh, of `wh` each, and the last one has
    the rest (PRICING 2.3). Returns also whether a price is missing where there is energy.

    Most meters tell what a price lasts, or what a part of it does. To walk the intervals with the prices took 46 ns a
    session more than a price for all; a loop of its own that the compiler makes wide, where each price has an interval,
    takes 34. The walk has seen to it that the intervals follow each other, and the caller that no session of their
    energy can leave int64 at any of the prices.
    """
    start_us, end_us, energies = usage.start_us, usage.end_us, usage.energy
    step_us = components.grid_step_us[c]
    steps = (begun_us - components.grid_start_us[c]) // step_us
    point = index(components.grid[c] + steps)  # which price holds, and until when
    point_end = components.grid_start_us[c] + (steps + 1) * step_us
    cost = 0
    count = last - first
    if given == 0 and count > 0 and end_us[index(last - 1)] == point_end + (count - 1) * step_us <= until_us:
        uneven = False
        for k in range(count):  # indexes of a type that is never negative, or the loop is not made wide
            price = prices[np.uint64(point + k)]
            uneven |= end_us[np.uint64(first + k)] != point_end + k * step_us or price == NO_PRICE
            cost += energies[np.uint64(first + k)] * (0 if price == NO_PRICE else price)
        if not uneven:
            return cost, False
        cost = 0

    i = first
    while 0 <= i < last:
        # Intervals that end while the price holds.
        a = max(start_us[i], begun_us)
        while point_end <= a:
            point = index(point + 1)
            point_end += step_us
        limit_us = min(point_end, until_us)
        i_begun = i
        energy = 0
        while 0 <= i < last and end_us[i] <= limit_us:
            energy += energies[i]
            i += 1
        if i > i_begun:
            energy -= given
            given = 0
        if energy > 0:
            if prices[point] == NO_PRICE:
                return cost, True
            cost += energy * prices[point]
        if i >= last or start_us[i] >= point_end:
            continue

        # One that lasts over more prices, or goes on behind the stretch: price by price.
        a = start_us[i]
        b = end_us[i]
        end = min(b, until_us)
        while True:
            part = energies[i]
            at_us = min(point_end, end)
            if at_us < b:
                part = mul_div_floor(part, at_us - a, b - a)
                part -= part % wh
            if part > given:
                if prices[point] == NO_PRICE:
                    return cost, True
                cost += (part - given) * prices[point]
                given = part
            if at_us == end:
                break
            point = index(point + 1)
            point_end += step_us
        given = 0
        i += 1
    return cost, False
