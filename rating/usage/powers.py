"""Columns of power and current -> whole milli-W and milli-A, -1 where there is none.

They are numbers as energies are (see `energies`): integers, decimals and text exact, floats to the nearest thousandth.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from rating.errors import Refused
from rating.units import CURRENT_MAX_MA, POWER_MAX_MW
from rating.usage.batch import Int64
from rating.usage.columns import Column
from rating.usage.energies import read_energy, times, to_milli
from rating.usage.tables import Source

# The unit of a column is 10^digits thousandths; and the most that it may hold, in thousandths.
POWERS: Final = {
    "power_kw": (6, POWER_MAX_MW),
    "power_w": (3, POWER_MAX_MW),
    "evse_power_kw": (6, POWER_MAX_MW),
    "evse_power_w": (3, POWER_MAX_MW),
    "current_a": (3, CURRENT_MAX_MA),
}


def read_powers(source: Source, *names: str) -> Column:
    """The one of these columns of POWERS that the table has; without any, no row has a value.

    (m,) -1: null or refused. POWER_RANGE: no number, below zero, beyond the limit, or finer than a thousandth.
    """
    for name in names:
        if source.has(name) and not pa.types.is_null(source.column(name).type):
            return read_power(source.column(name), *POWERS[name])
    return NO_POWER


# No value, whatever the number of rows.
NO_POWER: Final = Column(np.empty(0, np.int64), None)


def read_power(column: pa.ChunkedArray, digits: int, limit: int) -> Column:
    """Read one column: see `read_powers`."""
    read = read_energy(column, digits, limit)
    if read.fault is None and len(read.values):
        found = times(read.values, read.scale, 0, limit // read.scale) if read.scale != 1 else None
        if found is not None:  # none is below zero: to look for those in all of it takes half as long as to multiply it
            return Column(found, None)
    energy = to_milli(read, limit)
    values, fault = energy.values, energy.fault
    if fault is None and values.min(initial=0) >= 0:
        return Column(values, None)
    below = values < 0
    bad = below if fault is None else below | (fault == Refused.ENERGY_RANGE)
    none = bad if fault is None else fault != Refused.FINE
    values = np.where(none | bad, -1, values)
    return Column(values, np.where(bad, np.uint8(Refused.POWER_RANGE), np.uint8(0)) if bad.any() else None)


def some(values: Int64) -> Int64 | None:
    """The same; None where no row has a value."""
    return values if len(values) and (values[0] >= 0 or values.max() >= 0) else None
