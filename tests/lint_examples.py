"""For each warning a tariff that has it, and one that comes near and has none. README.md shows what the first is told.

Most are YAML, below a header. What YAML refuses and OCPI can say is made of the model's values.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from rating.errors import Fault
from rating.tariff.lint.check import lint
from rating.tariff.lint.codes import Code
from rating.tariff.load import parse_coupon, parse_plan, parse_tariff
from rating.tariff.model import Component, Element, Price, PriceLimit, Rates, Tariff, Tax, TaxRate, When
from rating.tariff.plans import Plans

HEADER: Final = "tariff: example\ncurrency: EUR\ntime_zone: Europe/Amsterdam\n"
_TAX: Final = "tax: {name: VAT, percent: 21, included: true}\n"


Example = str | Tariff | tuple[str, ...]


def tariff_of(example: str | Tariff) -> Tariff:
    """The tariff of a text, whose header may be left out."""
    if isinstance(example, Tariff):
        return example
    return parse_tariff(example if example.startswith("tariff:") else HEADER + example, "example.yaml")


def warnings_of(example: Example) -> list[Fault]:
    """What the lint says: of a tariff, or of the texts of tariffs, plans and coupons together."""
    if not isinstance(example, tuple):
        return lint([tariff_of(example)])
    plans = tuple(parse_plan(text, "plan.yaml") for text in example if text.startswith("plan:"))
    coupons = tuple(parse_coupon(text, "coupon.yaml") for text in example if text.startswith("coupon:"))
    tariffs = [tariff_of(text) for text in example if not text.startswith(("plan:", "coupon:"))]
    return lint(tariffs, Plans(plans, coupons))


def plan(parts: str, currency: str = "EUR") -> str:
    """A plan with these parts."""
    return f"plan: gold\ncurrency: {currency}\ntime_zone: Europe/Amsterdam\n{parts}\n"


def loyal(tiers: str) -> str:
    """Tiers by sessions in a month."""
    return f"loyalty: [{{by: sessions, per: month, tiers: [{tiers}]}}]"


def coupon(parts: str) -> str:
    """A coupon with these keys."""
    return f"coupon: SPRING26\ncurrency: EUR\ntime_zone: Europe/Amsterdam\n{parts}\n"


def one_version(elements: str, more: str = "") -> str:
    """A tariff with these elements, each on a line, in flow style; `more` are keys of the version."""
    lines = "".join(f"      - {{{line}}}\n" for line in elements.split("\n"))
    return f"versions:\n  - elements:\n{lines}{more}"


def parked(when: When) -> Tariff:
    """Parking under a restriction, and energy."""
    part = Component("parking_time", Price(100_000, "min"))
    tariff = tariff_of(one_version("name: energy, energy: 0.39/kWh"))
    elements = (Element("parking", (part,), when), *tariff.versions[0].elements)
    return replace(tariff, versions=(replace(tariff.versions[0], elements=elements),))


def reserved(dimension: str) -> Tariff:
    """A price of a reservation, and energy."""
    prices = {"energy": Price(390_000, "kWh"), "time": Price(5_000_000, "h"), "flat": Price(2_000_000, "session")}
    part = Component(dimension, prices[dimension])  # type: ignore[arg-type]
    tariff = tariff_of(one_version("energy: 0.39/kWh"))
    first = Element("reserved", (part,), When(reservation="reservation"))
    return replace(tariff, versions=(replace(tariff.versions[0], elements=(first, *tariff.versions[0].elements)),))


def by_index(price: str) -> Tariff:
    """Energy by an index that lacks a quarter of an hour."""
    starts = [f"2026-06-01T10:{minute:02}Z" for minute in (0, 15, 45)]
    market = {"start": starts, "price_per_kwh": ["0.08", "0.10", "0.07"]}
    return parse_tariff(HEADER + one_version(f"energy: {{{price}}}"), "example.yaml", indexes={"market": market})


def with_limit(rates: Rates, limit: PriceLimit) -> Tariff:
    """Energy whose tax is excluded, with a minimum."""
    tariff = tariff_of(one_version("energy: 0.39/kWh"))
    versions = (replace(tariff.versions[0], min_price=limit),)
    return replace(tariff, tax=Tax(rates, included=False), versions=versions)


_VAT: Final = Rates((TaxRate("VAT", 210_000),))
_DAY: Final = "start_time: 07:00, end_time: 23:00"

ENERGY: Final = one_version("energy: 0.39/kWh")
TWO: Final = one_version("energy: 0.39/kWh, flat: 0.50/session")

EXAMPLES: Final[dict[Code, tuple[Example, Example]]] = {
    Code.NEVER_REACHED: (
        one_version("name: all times, energy: 0.39/kWh\nname: nights, energy: 0.29/kWh, when: {start_time: 23:00}"),
        one_version("name: nights, energy: 0.29/kWh, when: {start_time: 23:00}\nname: all times, energy: 0.39/kWh"),
    ),
    Code.FLAT_TOO_LATE: (
        one_version("flat: 1/session, when: {min_kwh: 10}\nflat: 0.50/session, energy: 0.39/kWh"),
        one_version("flat: 1/session, when: {min_kwh: 10}\nenergy: 0.39/kWh"),
    ),
    Code.NEVER_HOLDS: (
        one_version(
            "energy: 0.29/kWh, when: {months: nov-feb, start_date: 2026-06-01, end_date: 2026-09-01}\nenergy: 0.39/kWh"
        ),
        one_version(
            "energy: 0.29/kWh, when: {months: nov-feb, start_date: 2026-06-01, end_date: 2026-12-01}\nenergy: 0.39/kWh"
        ),
    ),
    Code.OUTSIDE_VERSION: (
        one_version("energy: 0.29/kWh, when: {end_date: 2026-01-01}\nenergy: 0.39/kWh", "    valid_from: 2026-06-01\n"),
        one_version("energy: 0.29/kWh, when: {end_date: 2026-06-02}\nenergy: 0.39/kWh", "    valid_from: 2026-06-01\n"),
    ),
    Code.ALWAYS_HOLDS: (
        one_version("energy: 0.39/kWh, when: {day_of_week: mon-sun}"),
        one_version("energy: 0.39/kWh, when: {day_of_week: mon-sat}\nenergy: 0.29/kWh"),
    ),
    Code.WINDOW_NO_LENGTH: (
        parked(When(start_min=17 * 60, end_min=17 * 60)),
        parked(When(start_min=17 * 60, end_min=17 * 60 + 1)),
    ),
    Code.PAST_MIDNIGHT: (
        one_version(
            "energy: 0.29/kWh, when: {day_of_week: mon-fri, start_time: 22:00, end_time: 06:00}\nenergy: 0.39/kWh"
        ),
        one_version(
            "energy: 0.29/kWh, when: {day_of_week: mon-fri, start_time: 22:00, end_time: 24:00}\nenergy: 0.39/kWh"
        ),
    ),
    Code.ENERGY_FREE: (one_version("flat: 0.50/session"), one_version("flat: 0.50/session, energy: 0/kWh")),
    Code.ENERGY_HOLE: (
        one_version(
            f"energy: 0.39/kWh, when: {{{_DAY}}}\n"
            "energy: 0.29/kWh, when: {start_time: 23:00, end_time: 06:00}"
        ),
        one_version(
            f"energy: 0.39/kWh, when: {{{_DAY}}}\n"
            "energy: 0.29/kWh, when: {start_time: 23:00, end_time: 07:00}"
        ),
    ),
    Code.VERSION_GAP: (
        "versions:\n  - {valid_until: 2026-06-30, elements: [energy: 0.39/kWh]}\n"
        "  - {valid_from: 2026-07-01, elements: [energy: 0.45/kWh]}\n",
        "versions:\n  - {valid_until: 2026-07-01, elements: [energy: 0.39/kWh]}\n"
        "  - {valid_from: 2026-07-01, elements: [energy: 0.45/kWh]}\n",
    ),
    Code.IMPLAUSIBLE: (one_version("energy: 39/kWh"), one_version("energy: 3.90/kWh")),
    Code.STEP_NO_EFFECT: (
        one_version("energy: {price: 0/kWh, step_size: 1 kWh}"),
        one_version("energy: {price: 0.01/kWh, step_size: 1 kWh}"),
    ),
    Code.GRACE_COVERS_ALL: (
        one_version("energy: 0.39/kWh, parking_time: {price: 0.10/min, grace: 2 h}, when: {max_duration: 2 h}\n"
                    "energy: 0.39/kWh"),
        one_version("energy: 0.39/kWh, parking_time: {price: 0.10/min, grace: 1 h}, when: {max_duration: 2 h}\n"
                    "energy: 0.39/kWh"),
    ),
    Code.MIN_ABOVE_MAX: (
        _TAX + one_version("energy: 0.39/kWh", "    min_price: {before_tax: 10}\n    max_price: {after_tax: 12}\n"),
        _TAX + one_version("energy: 0.39/kWh", "    min_price: {before_tax: 10}\n    max_price: {after_tax: 12.10}\n"),
    ),
    Code.MIN_NO_EFFECT: (
        one_version("energy: 0.39/kWh, flat: 1.00/session", "    min_price: {after_tax: 0.50}\n"),
        one_version("energy: 0.39/kWh, flat: 1.00/session", "    min_price: {after_tax: 1.50}\n"),
    ),
    Code.RESERVATION_ENERGY: (reserved("energy"), reserved("time")),
    Code.RESERVATION_USED: (
        one_version("flat: 5.00/session, when: {reservation: RESERVATION_EXPIRES}\nenergy: 0.39/kWh"),
        one_version(
            "flat: 5.00/session, when: {reservation: RESERVATION_EXPIRES}\n"
            "flat: 0/session, when: {reservation: RESERVATION}\nenergy: 0.39/kWh"
        ),
    ),
    Code.RATE_REPEATED: (
        _TAX + one_version("energy: {price: 0.39/kWh, tax: {name: VAT, percent: 21}}"),
        _TAX + one_version("energy: {price: 0.39/kWh, tax: {name: VAT, percent: 9}}"),
    ),
    Code.LIMIT_TAX_UNKNOWN: (
        with_limit(Rates(None), PriceLimit(after_tax_micro=1_000_000)),
        with_limit(_VAT, PriceLimit(after_tax_micro=1_000_000)),
    ),
    Code.INDEX_GAP: (by_index("index: market"), by_index("index: market, fallback: 0.40")),
    Code.PLAN_TARIFF: (
        (ENERGY, plan("discounts: [{percent: 10, tariffs: exampel}]")),
        (ENERGY, plan("discounts: [{percent: 10, tariffs: [exam*, example]}]")),
    ),
    Code.PLAN_CURRENCY: (
        (ENERGY, plan("discounts: [{percent: 10}]", "CHF")),
        (ENERGY, plan("discounts: [{percent: 10}]")),
    ),
    Code.ALLOWANCE_UNUSED: (
        (ENERGY, plan("allowances: [{time: 600 min, per: week}]")),
        (ENERGY, plan("allowances: [{energy: 100 kWh, per: week}]")),
    ),
    Code.DISCOUNT_UNUSED: (
        (ENERGY, plan("discounts: [{percent: 10, dimensions: [time, flat]}]")),
        (ENERGY, plan("discounts: [{percent: 10, dimensions: [time, energy]}]")),
    ),
    Code.BELOW_ZERO: (
        (ENERGY, plan("discounts: [{price: 0.40/kWh}]")),
        (ENERGY, plan("discounts: [{price: 0.39/kWh}]")),
    ),
    Code.DISCOUNT_NOTHING: (
        (ENERGY, plan("discounts: [{percent: 0}]")),
        (ENERGY, plan("discounts: [{percent: 1}]")),
    ),
    Code.TIER_LOWER: (
        (ENERGY, plan(loyal("{from: 10, percent: 8}, {from: 20, percent: 5}"))),
        (ENERGY, plan(loyal("{from: 10, percent: 5}, {from: 20, percent: 8}"))),
    ),
}  # fmt: skip

# Ranges that no element prices: the elements, what is read, and what is said to be free.
RANGES: Final[list[tuple[str, str, str]]] = [
    ("energy: 0.40/kWh, when: {max_kwh: 10}\nenergy: 0.50/kWh, when: {min_kwh: 20}",
     "max_kwh: 10, min_kwh: 20", "energy from 10 to 20 kWh of the session"),
    ("energy: 0.39/kWh, when: {max_kwh: 10}", "max_kwh: 10", "energy from 10 kWh of the session on"),
    ("energy: 0.40/kWh, when: {max_kwh: 10}\nenergy: 0.45/kWh, when: {min_kwh: 15, membership: gold}",
     "max_kwh: 10, min_kwh: 15", "energy from 10 to 15 kWh of the session"),
    # What prices the parking prices no energy.
    ("energy: 0.40/kWh, when: {max_kwh: 10}\nparking_time: 0.10/min",
     "max_kwh: 10", "energy from 10 kWh of the session on"),
    # What prices a reservation prices no energy.
    ("energy: 0.40/kWh, when: {max_kwh: 10}\ntime: 3/h, when: {reservation: RESERVATION}\n"
     "energy: 0.50/kWh, when: {min_kwh: 10.5}",
     "max_kwh: 10, min_kwh: 10.5", "energy from 10 to 10.5 kWh of the session"),
    ("energy: 0.40/kWh, when: {max_duration: 3 h}", "max_duration: 3 h", "energy from 3 h of the session on"),
    ("energy: 0.40/kWh, when: {max_duration: 30 min}\nenergy: 0.50/kWh, when: {min_duration: 1 h}",
     "max_duration: 30 min, min_duration: 1 h", "energy from 30 min to 1 h of the session"),
    ("energy: 0.40/kWh, when: {max_power: 50}\nenergy: 0.50/kWh, when: {min_power: 150}",
     "max_power: 50 kW, min_power: 150 kW", "energy from 50 to 150 kW"),
    ("energy: 0.40/kWh, when: {min_power: 11}", "min_power: 11 kW", "energy below 11 kW"),
    ("energy: 0.40/kWh, when: {max_current: 16 A}\nenergy: 0.50/kWh, when: {min_current: 32 A}",
     "max_current: 16 A, min_current: 32 A", "energy from 16 to 32 A"),
    ("energy: 0.40/kWh, when: {evse_power: {max: 50 kW}}\nenergy: 0.50/kWh, when: {evse_power: {min: 150 kW}}",
     "evse_power: {max: 50 kW}, evse_power: {min: 150 kW}", "energy from 50 to 150 kW of the charger"),
    ("energy: 0.40/kWh, when: {evse_power: {min: 50 kW}}",
     "evse_power: {min: 50 kW}", "energy below 50 kW of the charger"),
]  # fmt: skip

# More of the same: what is warned of, and by which code.
MORE: Final[list[tuple[Code, str | Tariff]]] = [
    (Code.NEVER_REACHED, one_version("energy: 0.39/kWh\nenergy: 0.29/kWh, when: {membership: gold}")),
    (Code.NEVER_REACHED, one_version("energy: 0.39/kWh, when: {max_kwh: 10}\nenergy: 0.29/kWh, when: {min_kwh: 5}\n"
                                     "energy: 0.19/kWh, when: {min_kwh: 8, max_kwh: 20}")),
    (Code.NEVER_REACHED, one_version("energy: 0.39/kWh, when: {end_time: 12:00}\n"
                                     "energy: 0.29/kWh, when: {start_time: 12:00}\nenergy: 0.19/kWh")),
    (Code.NEVER_REACHED, one_version("energy: 0.39/kWh, when: {holidays: NL}\n"
                                     "energy: 0.29/kWh, when: {holidays: not NL}\nenergy: 0.19/kWh")),
    (Code.FLAT_TOO_LATE, one_version("energy: 0.39/kWh\n"
                                     "flat: 3/session, when: {reservation: RESERVATION, min_duration: 1 h}\n"
                                     "flat: 2/session, when: {reservation: RESERVATION}")),
    (Code.NEVER_REACHED, one_version("energy: 0.39/kWh, when: {start_date: 2026-01-01}\nenergy: 0.29/kWh",
                                     "    valid_from: 2026-06-01\n")),
    (Code.NEVER_REACHED, one_version("energy: 0.39/kWh\ntime: 5.00/h, when: {reservation: RESERVATION}\n"
                                     "time: 6.00/h, when: {reservation: RESERVATION, max_duration: 1 h}")),
    (Code.NEVER_HOLDS, parked(When(start_date=date(2026, 6, 1), end_date=date(2026, 6, 1)))),
    (Code.NEVER_HOLDS, parked(When(min_energy_mwh=10_000_000, max_energy_mwh=10_000_000))),
    (Code.NEVER_HOLDS, parked(When(max_power_mw=0))),
    (Code.NEVER_HOLDS, parked(When(day_of_week=frozenset()))),
    (Code.NEVER_HOLDS, one_version("energy: 0/kWh, when: {holidays: NL, start_date: 2026-02-01, end_date: 2026-03-01}\n"
                                   "energy: 0.39/kWh")),
    (Code.OUTSIDE_VERSION, "versions:\n"
        "  - {elements: [{energy: 0.29/kWh, when: {start_date: 2026-07-01}}, energy: 0.39/kWh]}\n"
        "  - {valid_from: 2026-07-01, elements: [energy: 0.45/kWh]}\n"),
    (Code.ALWAYS_HOLDS, one_version("energy: 0.39/kWh, when: {start_time: 00:00, end_time: 24:00}")),
    (Code.ALWAYS_HOLDS, one_version("energy: 0.39/kWh, when: {months: jan-dec}")),
    (Code.ALWAYS_HOLDS, one_version("energy: 0.39/kWh, when: {min_kwh: 0}")),
    (Code.ALWAYS_HOLDS, one_version("energy: 0.39/kWh, when: {min_current: 0 A}")),
    (Code.WINDOW_NO_LENGTH, parked(When(start_min=0, end_min=0))),
    (Code.PAST_MIDNIGHT, one_version("energy: 0.39/kWh, when: {day_of_week: sun, start_time: 22:00, end_time: 00:01}\n"
                                     "energy: 0.29/kWh")),
    (Code.ENERGY_FREE, one_version("parking_time: 0.10/min")),
    (Code.ENERGY_HOLE, one_version("energy: 0.39/kWh, when: {day_of_week: mon-fri}")),
    (Code.ENERGY_HOLE, one_version("energy: 0.39/kWh, when: {end_date: 2026-07-01}")),
    (Code.ENERGY_HOLE, one_version("energy: 0.39/kWh, when: {months: mar-nov}")),
    *((Code.ENERGY_HOLE, one_version(elements)) for elements, _, _ in RANGES),
    (Code.IMPLAUSIBLE, one_version("energy: 0.0039/kWh")),
    (Code.IMPLAUSIBLE, one_version("energy: 0.39/kWh, when: {max_kwh: 20000}\nenergy: 0.49/kWh")),
    (Code.IMPLAUSIBLE, one_version("energy: 0.39/kWh, when: {max_power: 0.022}\nenergy: 0.49/kWh")),
    (Code.IMPLAUSIBLE, one_version("energy: 0.39/Wh")),
    (Code.IMPLAUSIBLE, "tax: {name: VAT, percent: 0.21, included: true}\n" + one_version("energy: 0.39/kWh")),
    (Code.IMPLAUSIBLE, _TAX + one_version("energy: {price: 0.39/kWh, tax: {name: VAT, percent: 0.09}}")),
    (Code.IMPLAUSIBLE, one_version("energy: 0.39/kWh, parking_time: 39.00/min")),
    (Code.IMPLAUSIBLE, one_version("energy: 0.39/kWh, flat: 500/session")),
    (Code.IMPLAUSIBLE, "tariff: example\ncurrency: JPY\n" + one_version("energy: 0.39/kWh")),
    (Code.IMPLAUSIBLE, "tariff: example\ncurrency: KWD\n" + one_version("energy: 35/kWh")),
    (Code.STEP_NO_EFFECT, one_version("energy: 0.39/kWh, time: {price: 0/min, step_size: 15 min}")),
    (Code.GRACE_COVERS_ALL, one_version("energy: 0.39/kWh, time: {price: 0.10/min, grace: 9600 h}")),
    (Code.MIN_ABOVE_MAX, one_version("energy: 0.39/kWh",
                                     "    min_price: {before_tax: 10}\n    max_price: {after_tax: 9}\n")),
    (Code.MIN_NO_EFFECT, one_version("energy: 0.39/kWh", "    min_price: {after_tax: 0}\n")),
    (Code.MIN_NO_EFFECT, one_version("flat: 2.00/session, when: {end_time: 12:00}\n"
                                     "flat: 1.00/session, when: {start_time: 12:00}\nenergy: 0.39/kWh",
                                     "    min_price: {after_tax: 1}\n")),
    (Code.LIMIT_TAX_UNKNOWN, "tax: {included: true}\n" + one_version("energy: 0.39/kWh",
                                                                     "    max_price: {before_tax: 50}\n")),
]  # fmt: skip

# What may look odd and is well meant.
FINE: Final[list[str | Tariff]] = [
    one_version("energy: 0.39/kWh"),
    one_version("energy: 0/kWh"),
    one_version("parking_time: {price: 5.00/2 h, counts: plugged_in}"),
    one_version("energy: 0.39/kWh, when: {end_time: 12:00}\nparking_time: {price: 1.00/h, counts: plugged_in}"),
    "tax: {name: VAT, percent: 0, included: true}\n" + one_version("energy: 0.39/kWh"),
    "tax: {included: false, rates: [{name: State, percent: 6}, {name: City, percent: 0.5}]}\n"
    + one_version("energy: 0.39/kWh"),
    # Any power at all, none to speak of, and the day that a parked vehicle is forgotten.
    one_version("energy: 0.39/kWh, when: {min_power: 0.001}\nenergy: 0.49/kWh"),
    one_version("energy: 0.39/kWh, when: {max_power: 100 W}\nenergy: 0.49/kWh"),
    one_version("energy: 0.39/kWh, when: {min_kwh: 0.001}"),
    one_version("energy: 0.39/kWh, when: {min_duration: 1 s}"),
    one_version("energy: 0.39/kWh, when: {min_duration: 168 h}\nenergy: 0.49/kWh"),
    one_version("energy: 0.39/kWh, when: {max_power: 3750}\nenergy: 0.49/kWh"),
    one_version("flat: 0/session"),  # free of charge, as OCPI writes it
    one_version("time: 2.00/h"),
    one_version("time: {price: 5.00/2 h, step_size: 2 h}, parking_time: {price: 5.00/2 h, step_size: 2 h}"),
    one_version("energy: 0.39/kWh, when: {start_time: 07:00, end_time: 23:00}\ntime: 0.10/min"),
    one_version("energy: 0.39/kWh, when: {min_kwh: 10}"),  # the first kWh are an offer
    one_version("energy: 0.39/kWh, when: {min_duration: 15 min}"),
    one_version("energy: 0.40/kWh, when: {max_kwh: 10}\nenergy: 0.50/kWh, when: {min_kwh: 10}"),
    one_version("energy: 0.40/kWh, when: {max_kwh: 10}\nenergy: 0/kWh, when: {min_kwh: 10, max_kwh: 20}\n"
                "energy: 0.50/kWh, when: {min_kwh: 20}"),
    one_version("energy: 0.40/kWh, when: {max_kwh: 10}\ntime: 0.10/min, when: {min_kwh: 10}"),
    # Between the two it is free for most sessions, but not for all.
    one_version("energy: 0.40/kWh, when: {max_kwh: 10}\nenergy: 0.45/kWh, when: {membership: gold}\n"
                "energy: 0.50/kWh, when: {min_kwh: 20}"),
    one_version("energy: 0.40/kWh, when: {max_kwh: 10}\nenergy: 0.50/kWh, when: {min_power: 11}"),
    one_version("energy: 0.40/kWh, when: {max_kwh: 10}\nenergy: 0.50/kWh, when: {min_kwh: 10, end_time: 12:00}"),
    one_version("energy: 0.40/kWh, when: {max_duration: 3 h}\nenergy: 0/kWh, when: {min_duration: 3 h}"),
    one_version("energy: 0.40/kWh, when: {max_duration: 9600 h}"),  # no session is longer
    one_version("energy: 0.40/kWh, when: {max_power: 50}\nenergy: 0.50/kWh, when: {min_power: 50}"),
    one_version("energy: 0.40/kWh, when: {max_current: 16 A}\nenergy: 0.50/kWh, when: {min_current: 16 A}"),
    one_version("energy: 0.40/kWh, when: {evse_power: {max: 50 kW}}\n"
                "energy: 0.50/kWh, when: {evse_power: {min: 50 kW}}"),
    one_version("energy: 0.39/kWh, when: {min_kwh: 0, max_kwh: 10}\nenergy: 0.29/kWh, when: {min_kwh: 10}"),
    one_version("energy: 0.49/kWh, when: {max_power: 16}\nenergy: 0.59/kWh, when: {max_power: 32}\nenergy: 0.69/kWh"),
    one_version("energy: 0.49/kWh, when: {membership: gold}\nenergy: 0.59/kWh, when: {membership: [gold, silver]}\n"
                "energy: 0.69/kWh"),
    one_version("energy: 0.49/kWh, when: {connector: CCS}\nenergy: 0.59/kWh, when: {evse_power: {min: 50 kW}}\n"
                "energy: 0.69/kWh"),
    one_version("flat: 1/session, when: {min_kwh: 10, end_time: 12:00}\nflat: 0.50/session, when: {start_time: 12:00}\n"
                "energy: 0.39/kWh"),
    one_version("time: 5.00/h, when: {reservation: RESERVATION}\nenergy: 0.39/kWh, time: 0.10/min"),
    one_version("time: 6.00/h, when: {reservation: RESERVATION_EXPIRES}\n"
                "time: 3.00/h, when: {reservation: RESERVATION}\nenergy: 0.39/kWh, flat: 0.50/session"),
    one_version("energy: {price: 0/kWh, step_size: 1 kWh, round: down}, when: {max_kwh: 5}\nenergy: 0.39/kWh"),
    one_version("energy: 0.29/kWh, when: {months: nov-feb, start_time: 22:00, end_time: 06:00}\nenergy: 0.39/kWh"),
    "on_change: at_once\nversions:\n  - elements: [flat: 1/session, energy: 0.39/kWh]\n"
    "  - {valid_from: 2026-07-01, elements: [{flat: 2/session, when: {min_kwh: 5}}, "
    "{flat: 1/session, energy: 0.4/kWh}]}\n",
    "tariff: example\ncurrency: XOF\n" + one_version("energy: 39/kWh"),  # nobody here knows what it is worth
    "tariff: example\ncurrency: IDR\n" + one_version("energy: 2466/kWh"),
]  # fmt: skip
