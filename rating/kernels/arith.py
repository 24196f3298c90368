"""Exact integer arithmetic on scalars. Divisions are floor divisions; every product is bounded by `units`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from numpy.typing import NDArray

from rating.kernels.arrays import Int64
from rating.kernels.jit import DISABLE_JIT, inlined, numbas, scalar
from rating.units import (
    DENOMINATOR_MAX,
    ENERGY_MAX_MWH,
    POWER_MAX_MW,
    PPM_PER_UNIT,
    SESSION_MAX_US,
    US_PER_H,
)

# mul_div_floor() of an interval of up to 2147 kWh and 71 minutes needs no more than one product.
_DIRECT_A_BITS = 31
_DIRECT_C_BITS = 32
assert _DIRECT_A_BITS + _DIRECT_C_BITS <= 63

# mul_div_floor() takes its first factor 16 bits at a time: the remainder shifted, plus a chunk times the second factor.
_CHUNK_BITS = 16
_CHUNKS = 3
assert ENERGY_MAX_MWH < 2 ** (_CHUNK_BITS * _CHUNKS)
assert SESSION_MAX_US < 2 ** (_CHUNK_BITS * _CHUNKS)
assert 2 * (SESSION_MAX_US << _CHUNK_BITS) < 2**63

# power_floor() says so of more than a gigawatt, which no restriction can name.
POWER_UNLIMITED = 2**62
_POWER_STEEP = 1000
assert _POWER_STEEP * US_PER_H > POWER_MAX_MW
assert US_PER_H < 2**_DIRECT_C_BITS
assert (_POWER_STEEP + 1) * US_PER_H < 2**62
assert (SESSION_MAX_US << _CHUNK_BITS) + (US_PER_H << _CHUNK_BITS) < 2**63

# Amounts are mostly counted in cents: a division by a constant is a multiplication, 4 times as fast.
_CENT_NANO = 10_000_000

# share() takes the whole units 32 bits at a time, times a rate.
_HALF_BITS = 32
assert ((2 * PPM_PER_UNIT) << _HALF_BITS) * 2 < 2**63

# A price of an index is whole + (high × 2^LOW_BITS + low) ÷ den nano a milli-Wh, so that the sums of energy × each of
# the three over a session stay in int64, and are divided once.
LOW_BITS = 21
assert DENOMINATOR_MAX <= 2 ** (2 * LOW_BITS - 1)
assert ENERGY_MAX_MWH * 2**LOW_BITS < 2**62
assert (DENOMINATOR_MAX << LOW_BITS) <= 2**62

_LINE_ITEMS = 8  # of 64 bits in a line of the cache

# mean_price() divides once up to a million of the currency.
_DIRECT_NANO = 10**15
assert _DIRECT_NANO * 1000 + 1000 < 2**63

HALF_UP = 0
HALF_EVEN = 1
HALF_DOWN = 2
UP = 3
DOWN = 4


@scalar
def index(i: int) -> int:
    """Return `i`, which is never negative: to say so spares each array the check for indexes from the end."""
    return max(i, 0)


@scalar
def row_of(rows: Int64, at: int) -> int:
    """The session at a place of an ascending list of them, which is empty where all are meant."""
    return max(rows[at], 0) if rows.size > 0 else max(at, 0)


if DISABLE_JIT:

    def lowest_bit(mask: int) -> int:
        """The number of zeros below the lowest bit of `mask`, which is not 0."""
        return int(mask & -mask).bit_length() - 1

else:

    def _load_zeros() -> Any:
        from numba.cpython.unsafe.numbers import trailing_zeros

        return trailing_zeros

    _zeros: Callable[[int], int] = cast("Any", numbas(_load_zeros))

    @scalar
    def lowest_bit(mask: int) -> int:
        """The number of zeros below the lowest bit of `mask`, which is not 0."""
        return _zeros(mask)


if DISABLE_JIT:

    def prefetch(array: NDArray[Any], i: int) -> None:
        """Nothing, which changes nothing."""

else:

    def _load_prefetch() -> Any:
        from rating.kernels.compiler import prefetch

        return prefetch

    prefetch = numbas(_load_prefetch)


@inlined
def ask_lines(column: Int64, at: int, lines: int) -> None:
    """Ask for so many lines of the cache of a column, from item `at` on; behind its end there is nothing to ask for."""
    for line in range(lines):
        prefetch(column, at + line * _LINE_ITEMS)


@scalar
def mul_div_floor(a: int, b: int, c: int) -> int:
    """floor(a × b ÷ c) for 0 <= a <= ENERGY_MAX_MWH and 0 <= b <= c <= SESSION_MAX_US, c > 0, without overflow."""
    if a < 1 << _DIRECT_A_BITS and c < 1 << _DIRECT_C_BITS:
        return a * b // c
    quotient = 0
    remainder = 0
    for i in range(_CHUNKS - 1, -1, -1):
        chunk = (a >> (i * _CHUNK_BITS)) & ((1 << _CHUNK_BITS) - 1)
        remainder = (remainder << _CHUNK_BITS) + chunk * b
        quotient = (quotient << _CHUNK_BITS) + remainder // c
        remainder %= c
    return quotient


@scalar
def power_floor(energy_mwh: int, length_us: int) -> int:
    """The mean power in whole milli-W; of energy in no time POWER_UNLIMITED, as what is far beyond POWER_MAX_MW."""
    if energy_mwh == 0:
        return 0
    if length_us == 0:
        return POWER_UNLIMITED
    if energy_mwh < 1 << _DIRECT_A_BITS:
        return energy_mwh * US_PER_H // length_us
    if energy_mwh // length_us >= _POWER_STEEP:
        return POWER_UNLIMITED
    quotient = 0
    remainder = 0
    for i in range(_CHUNKS - 1, -1, -1):
        chunk = (energy_mwh >> (i * _CHUNK_BITS)) & ((1 << _CHUNK_BITS) - 1)
        remainder = (remainder << _CHUNK_BITS) + chunk * US_PER_H
        quotient = (quotient << _CHUNK_BITS) + remainder // length_us
        remainder %= length_us
    return quotient


@scalar
def times_price(quantity: int, num: int, den: int, den_scale: int) -> tuple[int, int]:
    """The product quantity × num ÷ den as whole nano and a rest over the common denominator, den × den_scale."""
    if den == 1:
        return quantity * num, 0
    whole = quantity // den
    part = (quantity - whole * den) * num
    nano = part // den
    return nano + whole * num, (part - nano * den) * den_scale


@scalar
def joined(whole: int, high: int, low: int, den: int) -> tuple[int, int]:
    """The sum whole + (high × 2^LOW_BITS + low) ÷ den as whole nano and a rest over `den`; 0 <= high, low < 2^62."""
    quotient = high // den
    left = ((high - quotient * den) << LOW_BITS) + low
    nano = left // den
    return whole + (quotient << LOW_BITS) + nano, left - nano * den


@scalar
def mean_price(nano: int, rest: int, den: int, energy_mwh: int) -> int:
    """(nano + rest ÷ den) ÷ energy as micro a kWh, to the nearest, halves away from zero; 0 of no energy."""
    if energy_mwh == 0:
        return 0
    more = 1000 * rest // den
    if -_DIRECT_NANO < nano < _DIRECT_NANO:
        whole = 0
        part = nano * 1000 + more
    else:
        whole = nano // energy_mwh
        part = (nano - whole * energy_mwh) * 1000 + more
    micro = part // energy_mwh
    left = part - micro * energy_mwh
    twice = 2 * (1000 * rest - more * den)  # below 2 × den
    carried = 1 if twice >= den else 0
    over_half = 2 * left + carried  # of energy_mwh; what it leaves is in `beyond`
    beyond = twice != carried * den
    micro += whole * 1000
    if over_half > energy_mwh or (over_half == energy_mwh and (beyond or nano >= 0)):
        micro += 1
    return micro


@scalar
def over(nano: int, rest: int, limit_nano: int, limit_rest: int) -> bool:
    """Whether an amount is above another, both over the same denominator."""
    return nano > limit_nano or (nano == limit_nano and rest > limit_rest)


@scalar
def minus(nano: int, rest: int, less_nano: int, less_rest: int, den: int) -> tuple[int, int]:
    """The difference of two amounts over the same denominator."""
    if rest < less_rest:
        return nano - less_nano - 1, rest - less_rest + den
    return nano - less_nano, rest - less_rest


@scalar
def count_units(nano: int, unit_nano: int) -> int:
    """floor(nano ÷ unit_nano)."""
    if unit_nano == _CENT_NANO:
        return nano // _CENT_NANO
    return nano // unit_nano


@scalar
def share(nano: int, rest: int, den: int, a: int, b: int, unit_nano: int) -> tuple[int, int, int]:
    """(nano + rest ÷ den) × a ÷ b, counted in units: whole, and (num + left ÷ den) ÷ (b × unit_nano) on top.

    `a` is at most 2 × PPM_PER_UNIT, and so is `b`; 0 <= rest < den; the result has 0 <= num < b × unit_nano.
    With a = b = 1 it counts the value itself.
    """
    units = count_units(nano, unit_nano)
    under = nano - units * unit_nano
    if b == 1:
        return units, under, rest
    high = units >> _HALF_BITS
    low = units & ((1 << _HALF_BITS) - 1)
    whole = high * a // b
    part = ((high * a % b) << _HALF_BITS) + low * a
    whole = (whole << _HALF_BITS) + part // b
    num = part % b * unit_nano + under * a + rest * a // den
    scale = b * unit_nano
    return whole + num // scale, num % scale, rest * a % den


@scalar
def share_plus(
    nano: int, rest: int, den: int, a: int, b: int, unit_nano: int, plus_nano: int, plus_rest: int
) -> tuple[int, int, int]:
    """(nano + rest ÷ den) × a ÷ b + plus_nano + plus_rest ÷ den, in the parts that `share` gives."""
    whole, num, left = share(nano, rest, den, a, b, unit_nano)
    scale = b * unit_nano
    left += plus_rest * b % den
    num += plus_nano % unit_nano * b + plus_rest * b // den + left // den
    return whole + plus_nano // unit_nano + num // scale, num % scale, left % den


@scalar
def round_parts(whole: int, num: int, left: int, scale: int, mode: int) -> int:
    """Round whole + (num + left ÷ den) ÷ scale, 0 <= left < den, to an integer; signs are treated alike."""
    if num == 0 and left == 0:
        return whole
    negative = whole < 0  # the fraction is never below zero, so a negative value has a negative whole
    twice = 2 * num
    if mode == UP:
        up = not negative
    elif mode == DOWN:
        up = negative
    elif twice != scale or left > 0:
        up = twice >= scale
    elif mode == HALF_UP:
        up = not negative
    elif mode == HALF_DOWN:
        up = negative
    else:
        up = whole % 2 != 0
    return whole + 1 if up else whole


@scalar
def times_1000(value: int, plus: int) -> tuple[int, int]:
    """Take value × 1000 + plus as the low and the high half of a 128-bit integer; 0 <= plus <= 1000."""
    if -9 * 10**15 <= value <= 9 * 10**15:
        low = value * 1000 + plus
        return low, -1 if low < 0 else 0
    mask = (1 << _HALF_BITS) - 1
    upper = (value >> _HALF_BITS) * 1000
    lower = (value & mask) * 1000 + plus
    middle = (upper & mask) + (lower >> _HALF_BITS)
    high = (upper >> _HALF_BITS) + (middle >> _HALF_BITS)
    top = middle & mask
    if top >= 1 << (_HALF_BITS - 1):
        top -= 1 << _HALF_BITS
    return (top << _HALF_BITS) + (lower & mask), high


@scalar
def put(wide: Int64, i: int, value: int) -> None:
    """Write row i of a column of 128 bits, whose upper half is the sign."""
    wide[i, 0] = value
    wide[i, 1] = value >> 63
