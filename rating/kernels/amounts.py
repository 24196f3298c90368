"""Volume × price for each record, exactly, within the component's own limits (PRICING 4).

An amount is a whole number of nano and an exact rest over the session's common denominator.
"""

from __future__ import annotations

from rating.kernels.arith import index, mean_price, over, times_price
from rating.kernels.arrays import NO_COMPONENT, TOO_MUCH, Components, Records
from rating.kernels.native import part


@part
def amounts(count: int, components: Components, out: Records) -> None:
    """Write `out.nano` and `out.rest` of the first `count` records; a rest of TOO_MUCH is beyond AMOUNT_MAX_NANO.

    Where a price follows an index, `gather` has written them over the component's own denominator.
    """
    num, den, den_scale = components.num, components.den, components.den_scale
    volume_max, min_nano, max_nano = components.volume_max, components.min_nano, components.max_nano
    component, billable, billed = out.component, out.billable, out.billed
    nano_out, rest_out, spot = out.nano, out.rest, components.spot
    for r in range(count):
        if component[r] == NO_COMPONENT:
            nano_out[r] = 0
            rest_out[r] = 0
            continue
        c = index(component[r])
        if spot[c] >= 0:
            nano, rest = nano_out[r], rest_out[r]
            if rest == TOO_MUCH:
                continue
            out.mean[r] = mean_price(nano, rest, den[c], billed[r])
            rest *= den_scale[c]
            too_much = False
        else:
            most = volume_max[c]
            quantity = min(billed[r], most)  # so that no product leaves int64
            nano, rest = times_price(quantity, num[c], den[c], den_scale[c])
            too_much = billed[r] > most
        if billable[r] > 0 and nano < min_nano[c]:
            nano = min_nano[c]
            rest = 0
        if over(nano, rest, max_nano[c], 0):
            nano = max_nano[c]
            rest = 0
        nano_out[r] = nano
        rest_out[r] = TOO_MUCH if too_much else rest
