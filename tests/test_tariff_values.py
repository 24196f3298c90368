"""Single values: what is written is what is meant, and a number that is not a plain decimal says how to write it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rating.errors import TariffError
from rating.money import CurrencyError, close_currencies, minor_micro
from rating.tariff.amounts import read_money, read_percent
from rating.tariff.dates import read_clock, read_days, read_months, read_valid_from
from rating.tariff.lengths import read_energy_amount, read_time_length
from rating.tariff.load import parse_tariff
from rating.tariff.model import UNIT_SIZES, UNITS_OF, DimensionName
from rating.tariff.prices import read_price
from rating.tariff.refusal import RefusalError
from rating.units import DIMENSIONS, LIMIT_MAX_MICRO, PRICE_MAX_MICRO

# The first call imports packages, and other work may share the machine: time is measured elsewhere.
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=6, allow_nan=False).map(lambda amount: f"{amount:.6f}")
NEARLY_PRICES = st.from_regex(r"[-+€]?[0-9.,_' ]{0,12}[eE%]?[0-9]{0,3} ?/? ?[0-9.]{0,3} ?[a-zA-Z]{0,7}")
DIMENSION = st.sampled_from(DIMENSIONS)


@pytest.mark.parametrize(("code", "micro"), [("EUR", 10_000), ("JPY", 1_000_000), ("KWD", 1_000), ("UYW", 100)])
def test_minor_units(code: str, micro: int) -> None:
    assert minor_micro(code) == micro


@pytest.mark.parametrize("code", ["XAU", "XXX", "EURO", "eur", "", "€"])
def test_what_is_no_currency(code: str) -> None:
    with pytest.raises(CurrencyError):
        minor_micro(code)


def test_close_currencies_have_a_minor_unit() -> None:
    assert close_currencies("XAU") == () or "XAU" not in close_currencies("XAU")
    assert close_currencies("Dollar") == () or len(close_currencies("Dollar")) <= 3


@RELAXED
@given(AMOUNTS, DIMENSION, st.integers(1, 10_000), st.sampled_from(["/", " / ", "/ ", " /"]), st.data())
def test_a_price_is_what_was_written(
    amount: str, dimension: DimensionName, count: int, slash: str, data: st.DataObject
) -> None:
    unit = data.draw(st.sampled_from(UNITS_OF[dimension]))
    if dimension == "flat" or (unit == "h" and count > 744):
        count = 1
    price = read_price(f"{amount}{slash}{'' if count == 1 else f'{count} '}{unit}", dimension)
    assert (Decimal(price.amount_micro).scaleb(-6), price.unit, price.count) == (Decimal(amount), unit, count)
    assert price.per == count * UNIT_SIZES[unit]


@RELAXED
@given(st.integers(0, 23), st.integers(0, 59))
def test_a_clock_time_is_what_was_written(hour: int, minute: int) -> None:
    assert read_clock(f"{hour:02}:{minute:02}") == 60 * hour + minute
    if hour < 10:
        with pytest.raises(RefusalError, match=f"write {hour:02}:{minute:02}"):
            read_clock(f"{hour}:{minute:02}")


@RELAXED
@given(st.integers(978_307_200, 4_070_908_800), st.integers(-14 * 4, 14 * 4))
def test_an_instant_is_the_same_in_every_offset(instant_s: int, quarters: int) -> None:
    there = datetime.fromtimestamp(instant_s, timezone(timedelta(minutes=15 * quarters)))
    here = datetime.fromtimestamp(instant_s, UTC)
    assert read_valid_from(there.isoformat()) == instant_s * 1_000_000
    assert read_valid_from(here.isoformat().replace("+00:00", "Z")) == instant_s * 1_000_000


@RELAXED
@given(st.integers(0, 6), st.integers(0, 6))
def test_a_range_of_days_goes_round_the_week(first: int, last: int) -> None:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    days = read_days(f"{names[first]}-{names[last]}")
    assert {first, last} <= days
    assert len(days) == (last - first) % 7 + 1


def test_months_by_number_and_by_name() -> None:
    assert read_months("11-2") == read_months("nov-feb") == read_months("November - February") == {11, 12, 1, 2}
    assert read_months("1,3,5") == read_months("jan, mar, may")


def test_limits_themselves() -> None:
    assert read_price("1000000/kWh", "energy").amount_micro == PRICE_MAX_MICRO
    assert read_money("1000000000") == LIMIT_MAX_MICRO
    assert read_percent("100") == 1_000_000
    assert read_percent("0.0001") == 1
    assert read_time_length("9600 h") == 400 * 86_400 * 10**6
    assert read_energy_amount("1000000 kWh") == 10**12
    refused = [
        (read_money, "1000000000.000001"),
        (read_percent, "100.0001"),
        (read_time_length, "9601 h"),
        (read_energy_amount, "1000000001 Wh"),
    ]
    for read, text in refused:
        with pytest.raises(RefusalError):
            read(text)


@pytest.mark.parametrize("digits", [16, 17, 400, 5000])
def test_numbers_of_many_digits_are_refused(digits: int) -> None:
    number = "9" * digits
    for read, text in ((read_money, number), (read_percent, number), (read_time_length, f"{number} h")):
        with pytest.raises(RefusalError):
            read(text)
    for text in (f"{number}/kWh", f"1/{number} kWh", f"0.{number}/kWh", f"1/{number}.5 kWh", number):
        with pytest.raises(RefusalError):
            read_price(text, "energy")


@RELAXED
@given(
    st.text(max_size=30) | st.from_regex(r"[-+€]?[0-9.,_' ]{0,12}[eE%]?[0-9]{0,3} ?/? ?[0-9.]{0,3} ?[a-zA-Z]{0,7}"),
    DIMENSION,
)
def test_a_text_is_a_price_or_a_refusal_whose_fix_works(text: str, dimension: DimensionName) -> None:
    fix = fix_of(lambda: read_price(text, dimension))
    # A fix that shows a whole price has to be one; but it mends one fault at a time, and a limit may be next.
    if found := re.match(r"write ([0-9.]+/(?:[0-9]+ )?[A-Za-z]+)(?=$|,|:)", fix):
        second = fix_of(lambda: read_price(found.group(1), dimension))
        assert second == "" or "at most" in second


def fix_of(read: Callable[[], object]) -> str:
    try:
        read()
    except RefusalError as refusal:
        return refusal.fix or "(no fix)"
    return ""


@RELAXED
@given(st.text(max_size=20))
def test_every_value_takes_any_text_without_a_crash(text: str) -> None:
    readers = (read_money, read_percent, read_time_length, read_energy_amount, read_clock, read_days, read_months)
    for read in (*readers, read_valid_from):
        assert fix_of(lambda read=read: read(text)) != "(no fix)"


def test_what_cannot_be_seen_is_written_out() -> None:
    with pytest.raises(TariffError) as caught:
        parse_tariff(
            'tariff: "\\e[2J"\ncurrency: EUR\nversions: [{elements: [{energy: 0.39\u00a0/kWh, "\\u202e": 1}]}]\n'
        )
    text = str(caught.value)
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    assert "\\u001b[2J" in text
    assert "0.39\\u00a0/kWh" in text
