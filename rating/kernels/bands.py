"""Bands of power and current between two cuts: which prices hold in each, and the stretch that it adds to.

Power goes up and down. A session that comes back to a band goes on with its stretch, where the order in which prices
hold does not matter: a vehicle that is told to charge faster and slower by turns took 70 ns an interval when each
return was a stretch of its own.
"""

from __future__ import annotations

from rating.kernels.arith import index
from rating.kernels.arrays import NEVER, Stretches, Usage, Wide
from rating.kernels.jit import scalar
from rating.units import ACTIVITY_AUTO, ACTIVITY_PARKED, ACTIVITY_RESERVED, ENERGY_MAX_MWH, US_PER_H

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
def follow_bands(
    i: int,
    last: int,
    now: int,
    within: int,
    energy_max: int,
    by_current: bool,
    after: int,
    count: int,
    usage: Usage,
    out: Stretches,
) -> tuple[int, int, int, int]:
    """Add the intervals i to last - 1 to the stretches of their bands, as far as all lie in bands that the session has
    come to, follow each other, end `within` and have at most `energy_max`.

    Which band an interval lies in nobody can foresee, so it is found and added to without a branch: to close one
    stretch and go on with another took 27 ns.

    Returns: the first interval that was not added, the end of the one before it, their energy, and its band, -1: none.
    """
    bands, scale = out.bands, usage.energy_scale[0]
    with_activity, with_power = usage.activity.size > 0, usage.power_mw.size > 0
    with_current, with_volumes = usage.current_ma.size > 0, usage.volumes_us.size > 0
    given, band_us, band = 0, 0, -1
    while 0 <= i < last:
        end_us, energy = usage.end_us[i], usage.energy[i]
        length = end_us - now
        if usage.start_us[i] != now or length <= 0 or end_us > within or energy < 0 or energy > ENERGY_MAX_MWH:
            break
        energy *= scale
        if given + energy > energy_max:
            break
        charging = energy != 0
        if with_activity:
            if usage.activity[i] == ACTIVITY_RESERVED:
                break
            if usage.activity[i] != ACTIVITY_AUTO:
                charging = usage.activity[i] != ACTIVITY_PARKED
        charging_us, parked_us = length if charging else 0, 0 if charging else length
        if with_volumes:
            if usage.volumes_us[i, 2] != 0:
                break
            charging_us, parked_us = usage.volumes_us[i, 0], usage.volumes_us[i, 1]
        value = usage.power_mw[i] if with_power else -1
        column = POWER_LO
        if value < 0:
            value, column = energy, ENERGY_LO
            if length != band_us:
                if length >= BAND_US_MAX:
                    break
                band_us = length
                tell_bands(bands, count, length)
        current = 0
        if by_current:
            current = usage.current_ma[i] if with_current else -1
        found = -1
        for at in range(count):
            k = index(at)
            by_power = (bands[k, column] <= value) & (value < bands[k, column + 1])
            found = at if by_power & (bands[k, CURRENT_LO] <= current) & (current < bands[k, CURRENT_HI]) else found
        to = stretch_of(bands, found)
        # Where no time has passed yet, the price of a session is not due yet either.
        if found < 0 or out.duration_us[to] == 0 or out.after[to] != after:
            break
        add_to(out, to, energy, charging_us, parked_us, length)
        given += energy
        band = found
        now = end_us
        i += 1
    return i, now, given, band


@scalar
def band_at(bands: Wide, at: int) -> tuple[int, int, int, int]:
    """The powers and currents of a band."""
    k = index(at)
    return bands[k, POWER_LO], bands[k, POWER_HI], bands[k, CURRENT_LO], bands[k, CURRENT_HI]


@scalar
def stretch_of(bands: Wide, at: int) -> int:
    """The stretch of a band; of none (-1) the first."""
    return index(bands[index(at), STRETCH]) if at >= 0 else 0


@scalar
def add_to(out: Stretches, at: int, energy_mwh: int, charging_us: int, parked_us: int, length_us: int) -> None:
    """Add what was measured to a stretch."""
    i = index(at)
    out.energy_mwh[i] += energy_mwh
    out.charging_us[i] += charging_us
    out.parked_us[i] += parked_us
    out.duration_us[i] += length_us
