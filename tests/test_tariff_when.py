"""Restrictions: each is in the units of the model exactly what was written, and its limits are refused."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rating.errors import TariffError
from rating.tariff.leaves_when import NAMES_MAX, TARIFF_TYPES
from rating.tariff.load import load_tariffs, parse_tariff
from rating.tariff.model import When
from rating.tariff.quantities import power_text, read_current, read_kwh, read_power
from rating.tariff.refusal import RefusalError
from rating.units import CURRENT_MAX_MA, ENERGY_MAX_MWH, POWER_MAX_MW, SESSION_MAX_US, US_PER_H, US_PER_MIN

# The first call imports packages, and other work may share the machine: time is measured elsewhere.
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EXAMPLES = Path(__file__).parent.parent / "tariffs"
KW, KWH = 10**6, 10**6  # in milli-W and milli-Wh


def when(text: str, price: str = "energy: 0.39/kWh") -> When:
    file = f"tariff: x\ncurrency: EUR\nversions:\n  - elements:\n      - when: {{{text}}}\n        {price}\n"
    return parse_tariff(file).versions[0].elements[0].when


def codes(text: str, price: str = "energy: 0.39/kWh") -> list[str]:
    with pytest.raises(TariffError) as caught:
        when(text, price)
    return [fault.code for fault in caught.value.faults]


def test_energy() -> None:
    assert when("min_kwh: 10, max_kwh: 20.5 kWh") == When(min_energy_mwh=10 * KWH, max_energy_mwh=20_500_000)
    assert when("min_kwh: 0, max_kwh: 0.000001") == When(min_energy_mwh=0, max_energy_mwh=1)
    assert when("min_kwh: 500 Wh, max_kwh: 0.5001") == When(min_energy_mwh=500_000, max_energy_mwh=500_100)


def test_duration() -> None:
    assert when("min_duration: 30 min, max_duration: 3 h") == When(
        min_duration_us=30 * US_PER_MIN, max_duration_us=3 * US_PER_H
    )
    assert when("max_duration: 9600 h") == When(max_duration_us=SESSION_MAX_US)


def test_power() -> None:
    assert when("min_power: 3700 W, max_power: 50 kW") == When(min_power_mw=3_700_000, max_power_mw=50 * KW)
    assert when("min_power: 3.7, max_power: 50") == When(min_power_mw=3_700_000, max_power_mw=50 * KW)
    assert when("max_power: 0.001 W") == When(max_power_mw=1)


def test_current() -> None:
    assert when("min_current: 6, max_current: 16.5 A") == When(min_current_ma=6_000, max_current_ma=16_500)


def test_the_rating_of_a_charger() -> None:
    assert when("evse_power: 50 kW") == When(min_evse_power_mw=50 * KW, max_evse_power_mw=50 * KW + 1)
    assert when("evse_power: 7.4") == When(min_evse_power_mw=7_400_000, max_evse_power_mw=7_400_001)
    assert when("evse_power: 3700 W") == When(min_evse_power_mw=3_700_000, max_evse_power_mw=3_700_001)
    assert when("evse_power: {min: 50 kW, max: 150}") == When(min_evse_power_mw=50 * KW, max_evse_power_mw=150 * KW)
    assert when("evse_power: {min: 50 kW}") == When(min_evse_power_mw=50 * KW)
    assert when("evse_power: {max: 22 kW}") == When(max_evse_power_mw=22 * KW)


def test_the_largest_rating_has_none_above_it() -> None:
    assert when("evse_power: 1000000 kW") == When(min_evse_power_mw=POWER_MAX_MW)
    assert when("evse_power: 999999.999999 kW") == When(
        min_evse_power_mw=POWER_MAX_MW - 1, max_evse_power_mw=POWER_MAX_MW
    )


@pytest.mark.parametrize("key", ["connector", "membership", "payment_method"])
def test_names_are_texts_as_written(key: str) -> None:
    assert when(f"{key}: gold") == When(**{key: frozenset(("gold",))})
    assert when(f"{key}: [gold, Type 2, 010, no]") == When(**{key: frozenset(("gold", "Type 2", "010", "no"))})
    assert when(f'{key}: ["one, name"]') == When(**{key: frozenset(("one, name",))})
    assert when(f"{key}: [{', '.join(f'n{index}' for index in range(NAMES_MAX))}]") is not None
    assert codes(f"{key}: [{', '.join(f'n{index}' for index in range(NAMES_MAX + 1))}]") == ["too_many"]


def test_a_membership_that_is_none_is_refused_and_a_way_to_pay_is_not() -> None:
    assert codes("membership: None") == ["membership"]
    assert when("payment_method: none") == When(payment_method=frozenset(("none",)))


def test_types_of_tariff() -> None:
    for name in TARIFF_TYPES:
        assert when(f"tariff_type: {name}") == When(tariff_type=frozenset((name,)))
    assert when(f"tariff_type: [{', '.join(TARIFF_TYPES)}]") == When(tariff_type=frozenset(TARIFF_TYPES))


def test_reservations_in_either_case() -> None:
    assert when("reservation: RESERVATION", "time: 1/h") == When(reservation="reservation")
    assert when("reservation: reservation", "time: 1/h") == When(reservation="reservation")
    assert when("reservation: RESERVATION_EXPIRES", "flat: 1/session") == When(reservation="reservation_expires")
    assert when("reservation: reservation_expires", "flat: 1/session") == When(reservation="reservation_expires")


def test_what_a_reservation_may_have_beside_it() -> None:
    text = (
        "reservation: RESERVATION, start_time: 08:00, months: jun, max_duration: 1 h, evse_power: 50 kW, "
        "connector: CCS, membership: gold, payment_method: app, tariff_type: REGULAR"
    )
    assert when(text, "time: 1/h").reservation == "reservation"
    assert codes("reservation: RESERVATION, min_kwh: 1, min_power: 1") == ["reservation"] * 3


def test_a_maximum_is_above_its_minimum() -> None:
    assert when("min_kwh: 10, max_kwh: 10.000001") == When(min_energy_mwh=10 * KWH, max_energy_mwh=10 * KWH + 1)
    assert codes("min_kwh: 10, max_kwh: 10") == ["min_above_max"]
    assert codes("evse_power: {min: 50, max: 49.999999}") == ["min_above_max"]
    # A minimum that is refused says nothing of the maximum.
    assert codes("min_power: fast, max_power: 10") == ["power"]


READERS: list[tuple[Callable[[str], int], dict[str, int], int]] = [
    (read_kwh, {"": 6, " kWh": 6, "kWh": 6, " Wh": 3}, ENERGY_MAX_MWH),
    (read_power, {"": 6, " kW": 6, " W": 3}, POWER_MAX_MW),
    (read_current, {"": 3, " A": 3, "A": 3}, CURRENT_MAX_MA),
]


@RELAXED
@given(st.sampled_from(READERS), st.data())
def test_a_quantity_is_what_was_written(
    reader: tuple[Callable[[str], int], dict[str, int], int], data: st.DataObject
) -> None:
    read, units, maximum = reader
    value = data.draw(st.integers(0, maximum))
    unit = data.draw(st.sampled_from(sorted(units)))
    number = Decimal(value).scaleb(-units[unit])
    assert read(f"{number:f}{unit}") == value
    with pytest.raises(RefusalError, match="write at most"):
        read(f"{number:f}{'' if '.' in f'{number:f}' else '.'}000000001{unit}")


@pytest.mark.parametrize(("read", "units", "maximum"), READERS)
def test_limits_of_quantities(read: Callable[[str], int], units: dict[str, int], maximum: int) -> None:
    for unit, decimals in units.items():
        assert read(f"{maximum // 10**decimals}{unit}") == maximum
        with pytest.raises(RefusalError, match="write at most"):
            read(f"{maximum // 10**decimals}.001{unit}")
        for digits in (16, 17, 400, 5000):
            with pytest.raises(RefusalError):
                read("9" * digits + unit)


@RELAXED
@given(st.text(max_size=30) | st.from_regex(r"[-+€>]?[0-9.,_' ]{0,12}[eE%]?[0-9]{0,3} ?[a-zA-Z]{0,5}"))
def test_a_text_is_a_quantity_or_a_refusal_whose_fix_works(text: str) -> None:
    for read, units, _ in READERS:
        fix = fix_of(read, text)
        # A fix that shows a whole value has to be one; but it mends one fault at a time, and a limit may be next.
        if found := re.match(r"write ([0-9.]+)( [A-Za-z]+)?(?=$|,)", fix):
            assert (found.group(2) or "") in units
            second = fix_of(read, found.group().removeprefix("write "))
            assert second == "" or "at most" in second


def fix_of(read: Callable[[str], int], text: str) -> str:
    try:
        read(text)
    except RefusalError as refusal:
        return refusal.fix or "(no fix)"
    return ""


@RELAXED
@given(st.integers(0, POWER_MAX_MW))
def test_a_power_and_its_text(power_mw: int) -> None:
    assert read_power(power_text(power_mw)) == power_mw


def test_the_examples() -> None:
    def whens(name: str) -> list[When]:
        return [element.when for element in load_tariffs(EXAMPLES / f"{name}.yaml")[name].versions[0].elements]

    assert whens("tiers") == [When(max_energy_mwh=10 * KWH), When()]
    assert whens("long-stay") == [When(min_duration_us=3 * US_PER_H), When()]
    assert whens("power-bands") == [
        When(max_evse_power_mw=44 * KW),
        When(min_evse_power_mw=50 * KW, max_evse_power_mw=50 * KW + 1),
        When(min_evse_power_mw=150 * KW, min_power_mw=100 * KW),
        When(),
    ]
    assert whens("reservation") == [When(reservation="reservation"), When(reservation="reservation_expires"), When()]
    assert whens("members") == [
        When(membership=frozenset(("gold", "fleet"))),
        When(payment_method=frozenset(("card",))),
        When(),
    ]
