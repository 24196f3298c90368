"""Scales, codes and limits, in one place. Everything that is counted is an integer of one of these units.

Time is counted in microseconds (`_us`), instants in microseconds since 1970-01-01 UTC, energy in thousandths
of a watt-hour (`_mwh`, milli-Wh), prices in millionths of the currency unit (`_micro`), amounts in thousand-millionths
(`_nano`) plus an exact remainder, tax rates in millionths (`_ppm`).
"""

from __future__ import annotations

from typing import Final

US_PER_S: Final = 1_000_000
US_PER_MIN: Final = 60 * US_PER_S
US_PER_H: Final = 60 * US_PER_MIN
US_PER_DAY: Final = 24 * US_PER_H

MWH_PER_WH: Final = 1_000
MWH_PER_KWH: Final = 1_000 * MWH_PER_WH

MICRO_PER_UNIT: Final = 1_000_000
NANO_PER_UNIT: Final = 1_000_000_000
NANO_PER_MICRO: Final = 1_000
FEMTO_PER_NANO: Final = 1_000_000
FEMTO_PER_MICRO: Final = 1_000_000_000
FEMTO_PER_UNIT: Final = 10**15
PPM_PER_UNIT: Final = 1_000_000
PPM_PER_PERCENT: Final = 10_000

# The dimensions a tariff prices, in the order in which lines are printed within an element.
DIMENSIONS: Final = ("energy", "time", "parking_time", "flat")
ENERGY: Final = 0
TIME: Final = 1
PARKING_TIME: Final = 2
FLAT: Final = 3
# What lines are for: the dimensions, and the two of an element with `reservation`.
LINE_DIMENSIONS: Final = (*DIMENSIONS, "reservation_time", "reservation_flat")
RESERVATION_TIME: Final = 4
RESERVATION_FLAT: Final = 5

# What a vehicle does in an interval. AUTO: charging where the interval has energy, else parked.
# RESERVED is no vehicle's: the time before the session in which a place was kept for it.
ACTIVITIES: Final = ("auto", "charging", "parked", "withheld", "reserved")
ACTIVITY_AUTO: Final = 0
ACTIVITY_CHARGING: Final = 1
ACTIVITY_PARKED: Final = 2
ACTIVITY_WITHHELD: Final = 3
ACTIVITY_RESERVED: Final = 4

ROUNDING_MODES: Final = ("half_up", "half_even", "half_down", "up", "down")

# Limits. What lies outside is refused at the door, so that no product in a kernel can leave int64.
INSTANT_MIN_US: Final = 946_684_800 * US_PER_S  # 2000-01-01: before it some zones were off the whole minute.
INSTANT_MAX_US: Final = 4_102_444_800 * US_PER_S  # 2100-01-01
SESSION_MAX_US: Final = 400 * US_PER_DAY  # a meter year is one session, with room
ENERGY_MAX_MWH: Final = 10**12  # one GWh in a session
POWER_MAX_MW: Final = 10**12  # one gigawatt, in milli-W
CURRENT_MAX_MA: Final = 10**9  # a million ampere, in milli-A
ENERGY_READ_MAX_MWH: Final = 10**18  # read up to this, so that what is refused still adds up
PRICE_MAX_MICRO: Final = 10**12  # one million a unit
INDEX_MAX_NANO: Final = 10**15  # an index: one million a kWh, above or below zero
FACTOR_MAX_PPM: Final = 100 * PPM_PER_UNIT  # what a tariff may multiply an index by
LIMIT_MAX_MICRO: Final = 10**15  # min, max, min_price, max_price: one thousand million
AMOUNT_MAX_NANO: Final = 4 * 10**18  # four thousand million a session
TAX_MAX_PPM: Final = PPM_PER_UNIT  # 100 %
ROUNDING_UNIT_MAX_MICRO: Final = 10**9  # 1,000
DENOMINATOR_MAX: Final = 2**41
ELEMENTS_MAX: Final = 256
VERSIONS_MAX: Final = 256

assert SESSION_MAX_US < 2**45
assert ENERGY_MAX_MWH < 2**40
assert LIMIT_MAX_MICRO * NANO_PER_MICRO <= AMOUNT_MAX_NANO
assert 2 * AMOUNT_MAX_NANO < 2**63
assert DENOMINATOR_MAX * 2 * PPM_PER_UNIT < 2**63
# round_share(): remainder < 2 * 10^6, times a rounding unit, plus a part of the unit times a rate.
assert 2 * PPM_PER_UNIT * ROUNDING_UNIT_MAX_MICRO * NANO_PER_MICRO * 2 < 2**63
