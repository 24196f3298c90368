"""Bands of power and current between two cuts: which prices hold in each, and the stretch that it adds to.

Power goes up and down. A session that comes back to a band goes on with its stretch, where the order in which prices
hold does not matter: a vehicle that is told to charge faster and slower by turns took 70 ns an interval when each
return was a stretch of its own.
"""

from __future__ import annotations

from rating.kernels.arith import index
from rating.kernels.arrays import NEVER, Stretches, Wide
from rating.kernels.jit import scalar
from rating.units import ENERGY_MAX_MWH, US_PER_H

BANDS_MAX = 16  # that are kept between two cuts; a session that comes to more begins their stretches anew

# Columns of the bands: those of power and current from `lo` up to `hi`, of the energies whose mean power over the
# length that was asked for lies in the band, and the row of the stretch.
POWER_LO, POWER_HI, CURRENT_LO, CURRENT_HI, ENERGY_LO, ENERGY_HI, STRETCH = range(7)
BAND_WIDTH = 7

# Up to which lengths and powers a power is told by its energy; others take the slow way.
BAND_US_MAX = US_PER_H
BAND_MW_MAX = 10**9  # a megawatt
assert BAND_US_MAX * BAND_MW_MAX + US_PER_H < 2**63


@scalar
def is_told(power_lo: int, power_hi: int) -> bool:
    """Whether energies tell which powers lie in the band."""
    return power_lo < BAND_MW_MAX and (power_hi < BAND_MW_MAX or power_hi == NEVER)


@scalar
def energies_of(power_lo: int, power_hi: int, length_us: int) -> tuple[int, int]:
    """The energies, from the first up to the second, whose mean power over so short a time lies in a band."""
    energy_lo = (power_lo * length_us + US_PER_H - 1) // US_PER_H
    if power_hi == NEVER:
        return energy_lo, ENERGY_MAX_MWH + 1
    return energy_lo, (power_hi * length_us + US_PER_H - 1) // US_PER_H


@scalar
def add_band(
    bands: Wide, count: int, power_lo: int, power_hi: int, current_lo: int, current_hi: int, stretch: int
) -> int:
    """Keep a band that a session has come to; return how many there are now."""
    if count == BANDS_MAX or not is_told(power_lo, power_hi):
        return count
    at = index(count)
    bands[at, POWER_LO] = power_lo
    bands[at, POWER_HI] = power_hi
    bands[at, CURRENT_LO] = current_lo
    bands[at, CURRENT_HI] = current_hi
    bands[at, STRETCH] = stretch
    return count + 1


@scalar
def tell_bands(bands: Wide, count: int, length_us: int) -> None:
    """Write the energies of each band over so long a time."""
    for at in range(count):
        k = index(at)
        bands[k, ENERGY_LO], bands[k, ENERGY_HI] = energies_of(bands[k, POWER_LO], bands[k, POWER_HI], length_us)


@scalar
def find_band(bands: Wide, count: int, energy: int, power: int, current: int) -> int:
    """The band of an interval, by its energy where its power is -1; -1 where the session has not come to it yet."""
    for at in range(count):
        k = index(at)
        if power >= 0:
            within = bands[k, POWER_LO] <= power < bands[k, POWER_HI]
        else:
            within = bands[k, ENERGY_LO] <= energy < bands[k, ENERGY_HI]
        if within and bands[k, CURRENT_LO] <= current < bands[k, CURRENT_HI]:
            return at
    return -1


@scalar
def band_at(bands: Wide, at: int) -> tuple[int, int, int, int, int, int]:
    """The powers, currents and energies of a band."""
    k = index(at)
    powers = bands[k, POWER_LO], bands[k, POWER_HI]
    currents = bands[k, CURRENT_LO], bands[k, CURRENT_HI]
    return powers[0], powers[1], currents[0], currents[1], bands[k, ENERGY_LO], bands[k, ENERGY_HI]


@scalar
def stretch_of(bands: Wide, at: int) -> int:
    """The stretch of a band; of none (-1) the first."""
    return index(bands[index(at), STRETCH]) if at >= 0 else 0


@scalar
def has_powers(bands: Wide, count: int) -> bool:
    """Whether a power matters for any band."""
    for at in range(count):
        k = index(at)
        if bands[k, POWER_LO] > 0 or bands[k, POWER_HI] < NEVER:
            return True
    return False


@scalar
def add_to(out: Stretches, at: int, energy_mwh: int, charging_us: int, parked_us: int, length_us: int) -> None:
    """Add what was measured to a stretch."""
    i = index(at)
    out.energy_mwh[i] += energy_mwh
    out.charging_us[i] += charging_us
    out.parked_us[i] += parked_us
    out.duration_us[i] += length_us
