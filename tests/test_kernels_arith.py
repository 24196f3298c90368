"""Every function of kernels.arith against Python's integers and fractions, over its whole documented domain."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rating.kernels import arith
from rating.units import (
    AMOUNT_MAX_NANO,
    DENOMINATOR_MAX,
    ENERGY_MAX_MWH,
    LIMIT_MAX_MICRO,
    NANO_PER_MICRO,
    PPM_PER_UNIT,
    ROUNDING_MODES,
    ROUNDING_UNIT_MAX_MICRO,
    SESSION_MAX_US,
)

UNIT_MAX_NANO = ROUNDING_UNIT_MAX_MICRO * NANO_PER_MICRO
RATE_MAX = 2 * PPM_PER_UNIT
MODES = range(len(ROUNDING_MODES))

many = settings(max_examples=250, deadline=None)


def up_to(most: int, least: int = 0) -> st.SearchStrategy[int]:
    """Integers with an equal chance for every size, and for being within two of either end."""
    sizes = st.integers(0, (most - least).bit_length()).flatmap(
        lambda bits: st.integers(least, min(most, least + 2**bits))
    )
    ends = st.sampled_from([end for end in (least, least + 1, most - 1, most) if least <= end <= most])
    return sizes | ends


units_nano = up_to(ROUNDING_UNIT_MAX_MICRO, 1).map(lambda micro: micro * NANO_PER_MICRO)


@many
@given(nano=up_to(2 * AMOUNT_MAX_NANO) | up_to(2 * AMOUNT_MAX_NANO).map(lambda nano: -nano), unit_nano=units_nano)
@example(nano=-1, unit_nano=10_000_000)
@example(nano=-AMOUNT_MAX_NANO, unit_nano=10_000_000)
@example(nano=AMOUNT_MAX_NANO, unit_nano=10_000_000)
def test_count_units_is_a_floor_for_cents_and_every_other_unit(nano, unit_nano):
    assert arith.count_units(nano, unit_nano) == nano // unit_nano


@pytest.mark.parametrize("limit", [(0, 0), (1, 0), (0, 3), (-1, 6), (AMOUNT_MAX_NANO, 0), (AMOUNT_MAX_NANO, 6)])
@pytest.mark.parametrize("amount", [(0, 0), (1, 0), (0, 3), (-1, 6), (AMOUNT_MAX_NANO, 0), (AMOUNT_MAX_NANO, 6)])
def test_over_compares_whole_and_rest(amount, limit):
    assert arith.over(*amount, *limit) == (amount > limit)


@pytest.mark.parametrize("i", [0, 1, 2**31, 2**62])
def test_an_index_is_what_it_is(i):
    assert arith.index(i) == i


@st.composite
def cuts(draw: st.DrawFn) -> tuple[int, int, int]:
    c = draw(up_to(SESSION_MAX_US, 1))
    return draw(up_to(ENERGY_MAX_MWH)), draw(up_to(c)), c


@many
@given(cut=cuts())
@example(cut=(ENERGY_MAX_MWH, SESSION_MAX_US, SESSION_MAX_US))
@example(cut=(ENERGY_MAX_MWH, SESSION_MAX_US - 1, SESSION_MAX_US))
@example(cut=(0, 0, 1))
def test_mul_div_floor_is_the_floor_of_the_exact_quotient(cut):
    a, b, c = cut
    assert arith.mul_div_floor(a, b, c) == a * b // c


@st.composite
def amounts(draw: st.DrawFn, most: int = 2 * AMOUNT_MAX_NANO) -> tuple[int, int, int]:
    """An amount of either sign as (nano, rest, den)."""
    den = draw(up_to(DENOMINATOR_MAX, 1))
    return draw(st.sampled_from([1, -1])) * draw(up_to(most)), draw(up_to(den - 1)), den


@st.composite
def rates(draw: st.DrawFn) -> tuple[int, int]:
    """(a, b) of a tax: on top of a price, or within one; or nothing."""
    rate = draw(up_to(PPM_PER_UNIT))
    return draw(st.sampled_from([(1, 1), (rate, PPM_PER_UNIT), (rate, PPM_PER_UNIT + rate)]))


def value(parts: tuple[int, int, int], den: int, scale: int) -> Fraction:
    whole, num, left = parts
    assert 0 <= left < den
    assert 0 <= num < scale
    return whole + (num + Fraction(left, den)) / scale


@many
@given(amount=amounts(), rate=rates(), unit_nano=units_nano)
@example(amount=(AMOUNT_MAX_NANO, DENOMINATOR_MAX - 1, DENOMINATOR_MAX), rate=(10**6, 10**6), unit_nano=1000)
@example(
    amount=(AMOUNT_MAX_NANO, DENOMINATOR_MAX - 1, DENOMINATOR_MAX), rate=(10**6, RATE_MAX), unit_nano=UNIT_MAX_NANO
)
@example(amount=(-AMOUNT_MAX_NANO, 1, DENOMINATOR_MAX), rate=(999_999, 1_999_999), unit_nano=UNIT_MAX_NANO - 1000)
def test_share_is_exact(amount, rate, unit_nano):
    (nano, rest, den), (a, b) = amount, rate
    parts = arith.share(nano, rest, den, a, b, unit_nano)
    assert value(parts, den, b * unit_nano) == (nano + Fraction(rest, den)) * Fraction(a, b) / unit_nano


@many
@given(
    amount=amounts(AMOUNT_MAX_NANO),
    rate=rates(),
    unit_nano=units_nano,
    plus_nano=up_to(AMOUNT_MAX_NANO) | up_to(AMOUNT_MAX_NANO).map(lambda nano: -nano),
    data=st.data(),
)
def test_share_plus_is_exact(amount, rate, unit_nano, plus_nano, data):
    (nano, rest, den), (a, b) = amount, rate
    assume(b != 1)
    plus_rest = data.draw(up_to(den - 1))
    parts = arith.share_plus(nano, rest, den, a, b, unit_nano, plus_nano, plus_rest)
    exact = (nano + Fraction(rest, den)) * Fraction(a, b) + plus_nano + Fraction(plus_rest, den)
    assert value(parts, den, b * unit_nano) == exact / unit_nano


def rounded(exact: Fraction, mode: str) -> int:
    """By the definition of each mode, on the absolute value."""
    whole, rest = divmod(abs(exact), 1)
    half = Fraction(1, 2)
    away = {
        "half_up": rest >= half,
        "half_even": rest > half or (rest == half and whole % 2 == 1),
        "half_down": rest > half,
        "up": rest > 0,
        "down": False,
    }[mode]
    return int(whole + away) * (1 if exact >= 0 else -1)


@pytest.mark.parametrize("mode", MODES)
@many
@given(whole=up_to(2 * AMOUNT_MAX_NANO // 1000), negative=st.booleans(), den=up_to(DENOMINATOR_MAX, 1), data=st.data())
def test_round_parts_rounds_as_the_mode_says(mode, whole, negative, den, data):
    whole = -whole if negative else whole
    scale = data.draw(units_nano) * data.draw(st.sampled_from([1, PPM_PER_UNIT, 2 * PPM_PER_UNIT]))
    half = st.sampled_from([scale // 2, max(scale // 2 - 1, 0)])
    num, left = data.draw(half | up_to(scale - 1)), data.draw(st.just(0) | up_to(den - 1))
    exact = whole + (num + Fraction(left, den)) / scale
    assert arith.round_parts(whole, num, left, scale, mode) == rounded(exact, ROUNDING_MODES[mode])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("whole", [-3, -2, -1, 0, 1, 2])
@pytest.mark.parametrize(("num", "left"), [(0, 0), (0, 1), (499, 0), (499, 1), (500, 0), (500, 1), (501, 0), (999, 1)])
def test_round_parts_at_and_beside_the_half(mode, whole, num, left):
    exact = whole + (num + Fraction(left, 7)) / 1000
    assert arith.round_parts(whole, num, left, 1000, mode) == rounded(exact, ROUNDING_MODES[mode])


@pytest.mark.parametrize("mode", MODES)
@many
@given(amount=amounts(AMOUNT_MAX_NANO), rate=rates(), unit_nano=units_nano)
def test_a_share_is_rounded_once_and_as_the_exact_amount_would_be(mode, amount, rate, unit_nano):
    (nano, rest, den), (a, b) = amount, rate
    whole, num, left = arith.share(nano, rest, den, a, b, unit_nano)
    exact = (nano + Fraction(rest, den)) * Fraction(a, b) / unit_nano
    assert arith.round_parts(whole, num, left, b * unit_nano, mode) == rounded(exact, ROUNDING_MODES[mode])


@many
@given(value=up_to(2**63 - 1) | up_to(2**63 - 1).map(lambda value: -value - 1), plus=up_to(1000))
@example(value=9 * 10**15, plus=1000)
@example(value=-9 * 10**15, plus=0)
@example(value=9 * 10**15 + 1, plus=1000)
@example(value=-9 * 10**15 - 1, plus=1000)
@example(value=2**63 - 1, plus=1000)
@example(value=-(2**63), plus=0)
@example(value=LIMIT_MAX_MICRO * NANO_PER_MICRO, plus=0)
@example(value=AMOUNT_MAX_NANO, plus=1000)
@example(value=-AMOUNT_MAX_NANO, plus=1)
def test_times_1000_is_a_128_bit_integer(value, plus):
    low, high = arith.times_1000(value, plus)
    assert -(2**63) <= low < 2**63
    assert (high << 64) + low % 2**64 == value * 1000 + plus


@many
@given(
    energy_mwh=up_to(ENERGY_MAX_MWH, 1),
    price=up_to(10**6),
    more=st.fractions(0, 1),
    negative=st.booleans(),
    den=up_to(DENOMINATOR_MAX, 1),
    data=st.data(),
)
@example(energy_mwh=8, price=0, more=Fraction(1, 2), negative=False, den=1, data=None)
def test_a_mean_price_is_the_nearest_halves_away_from_zero(energy_mwh, price, more, negative, den, data):
    nano = min(int((price + more) * energy_mwh), AMOUNT_MAX_NANO)
    nano = -nano if negative else nano
    rest = data.draw(up_to(den - 1)) if data else 0
    assert arith.mean_price(nano, rest, den, energy_mwh) == _nearest_mean(nano, rest, den, energy_mwh)


@pytest.mark.parametrize("nano", [size * sign for size in range(10**15 - 1, 10**15 + 2) for sign in (1, -1)])
@pytest.mark.parametrize("rest", [0, 1, 499, 999, 1000, 1001, 1999])
@pytest.mark.parametrize("energy_mwh", [1000, 2000, 10**9 + 7])
def test_a_mean_price_is_exact_where_it_begins_to_divide_twice(nano, rest, energy_mwh):
    assert arith.mean_price(nano, rest, 2000, energy_mwh) == _nearest_mean(nano, rest, 2000, energy_mwh)


def test_a_mean_price_of_no_energy_is_none():
    assert arith.mean_price(0, 0, 1, 0) == 0


def _nearest_mean(nano: int, rest: int, den: int, energy_mwh: int) -> int:
    exact = (nano + Fraction(rest, den)) / energy_mwh * 1000
    above = abs(exact) + Fraction(1, 2)
    return (-1 if exact < 0 else 1) * (above.numerator // above.denominator)
