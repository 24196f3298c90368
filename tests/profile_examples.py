"""For each rule of a market a tariff that breaks it, and one that comes near and does not."""

from __future__ import annotations

from typing import Final

from lint_examples import HEADER, Example, one_version

from rating.tariff.lint.profiles.profile import ProfileCode
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariff

SLOW: Final = "when: {evse_power: {max: 50 kW}}"
FAST: Final = "when: {evse_power: {min: 50 kW}}"


def two_versions(on_change: str, start: str) -> str:
    """Two versions with different prices of energy."""
    return (
        f"{on_change}versions:\n  - {{valid_from: '2026-01-01T00:00:00Z', elements: [energy: 0.39/kWh]}}\n"
        f"  - {{valid_from: '{start}', elements: [energy: 0.45/kWh]}}\n"
    )


def by_index(minutes: tuple[int, ...]) -> Tariff:
    """Energy by an index whose prices begin at these minutes."""
    market = {
        "start": [f"2026-06-01T10:{minute:02}:00Z" for minute in minutes],
        "end": [f"2026-06-01T{10 + (minute + 15) // 60}:{(minute + 15) % 60:02}:00Z" for minute in minutes],
        "price_per_kwh": ["0.08"] * len(minutes),
    }
    text = HEADER + one_version("energy: {index: market, fallback: 0.30}")
    return parse_tariff(text, "example.yaml", indexes={"market": market})


P = ProfileCode
# Beside each pair what more of the kind fires, and what does not.
PROFILE_EXAMPLES: Final[dict[ProfileCode, tuple[Example, Example]]] = {
    P.AFIR_PER_KWH: (one_version("parking_time: 0.10/min"), one_version(f"parking_time: 0.10/min, {SLOW}")),
    P.AFIR_TIME: (
        one_version("energy: 0.39/kWh, time: 0.05/min"),
        one_version(f"energy: 0.39/kWh, time: 0.05/min, {SLOW}\nenergy: 0.59/kWh"),
    ),
    P.AFIR_SESSION: (
        one_version("energy: 0.39/kWh, flat: 0.50/session"),
        one_version(f"energy: 0.39/kWh, flat: 0.50/session, {SLOW}\nenergy: 0.59/kWh"),
    ),
    P.AFIR_MINIMUM: (
        one_version("energy: 0.39/kWh", "    min_price: {after_tax: 1.00}\n"),
        one_version(f"energy: 0.39/kWh, {SLOW}", "    min_price: {after_tax: 1.00}\n"),
    ),
    P.AFIR_PER_MINUTE: (
        one_version("energy: 0.39/kWh, parking_time: 6.00/h"),
        one_version("energy: 0.39/kWh, parking_time: 0.10/min"),
    ),
    P.AFIR_NOT_KNOWN: (
        one_version("energy: 0.39/kWh, when: {max_power: 22 kW}\nenergy: 0.59/kWh"),
        one_version("energy: 0.39/kWh, when: {evse_power: {max: 22 kW}}\nenergy: 0.59/kWh"),
    ),
    P.CALIFORNIA_PER_KWH: (
        one_version("time: 0.30/min"),
        one_version("energy: 0.39/kWh, time: 0.30/min"),
    ),
    P.CALIFORNIA_UNIT: (one_version("energy: 4.00/10 kWh"), one_version("energy: 0.40/kWh")),
    P.CALIFORNIA_STEP: (
        one_version("energy: {price: 0.39/kWh, step_size: 1 kWh}"),
        one_version("energy: {price: 0.39/kWh, step_size: 1 Wh}"),
    ),
    P.EICHRECHT_WINDOW: (
        one_version("energy: 0.59/kWh, when: {start_time: 17:10, end_time: 21:00}\nenergy: 0.39/kWh"),
        one_version("energy: 0.59/kWh, when: {start_time: 17:15, end_time: 21:00}\nenergy: 0.39/kWh"),
    ),
    P.EICHRECHT_INDEX: (by_index((0, 15, 50)), by_index((0, 15, 45))),
    P.EICHRECHT_DURATION: (
        one_version("energy: 0.59/kWh, when: {min_duration: 45 min}\nenergy: 0.39/kWh"),
        one_version("energy: 0.59/kWh, when: {min_kwh: 45}\nenergy: 0.39/kWh"),
    ),
    P.EICHRECHT_VERSION: (
        two_versions("on_change: at_once\n", "2026-06-01T10:20:00Z"),
        two_versions("", "2026-06-01T10:20:00Z"),
    ),
}

MORE_FINDINGS: Final[tuple[tuple[ProfileCode, Example], ...]] = (
    # From 50 kW on, and at 50 kW itself.
    (P.AFIR_SESSION, one_version(f"energy: 0.59/kWh, flat: 0.50/session, {FAST}\nenergy: 0.39/kWh")),
    (
        P.AFIR_SESSION,
        one_version("energy: 0.59/kWh, flat: 0.50/session, when: {evse_power: 50 kW}\nenergy: 0.39/kWh"),
    ),
    # Nothing takes its place at fast chargers: the element before it prices energy alone.
    (P.AFIR_SESSION, one_version(f"energy: 0.59/kWh, {FAST}\nenergy: 0.39/kWh, flat: 0.50/session")),
    # Whoever pays by card pays ad hoc; so does who asks for that type.
    (P.AFIR_SESSION, one_version("flat: 0.50/session, when: {payment_method: card}\nenergy: 0.39/kWh")),
    (P.AFIR_SESSION, one_version("flat: 0.50/session, when: {tariff_type: AD_HOC_PAYMENT}\nenergy: 0.39/kWh")),
    # A plug for both kinds of current carries more than 50 kW.
    (P.AFIR_TIME, one_version("energy: 0.39/kWh, time: 0.05/min, when: {connector: CCS}\nenergy: 0.39/kWh")),
    (P.AFIR_MINIMUM, one_version("energy: {price: 0.39/kWh, min: 1.00}")),
    (P.AFIR_PER_MINUTE, one_version("energy: 3.90/10 kWh")),
    (P.AFIR_PER_MINUTE, one_version("energy: 0.39/kWh, parking_time: {price: 0.10/min, step_size: 15 min}")),
    (P.AFIR_NOT_KNOWN, by_index((0, 15))),
    (P.AFIR_NOT_KNOWN, two_versions("on_change: at_once\n", "2026-06-01T10:00:00Z")),
    (P.AFIR_NOT_KNOWN, one_version("energy: 0.39/kWh, when: {min_current: 32 A}\nenergy: 0.59/kWh")),
    (P.CALIFORNIA_PER_KWH, one_version("flat: 5.00/session")),
    (P.CALIFORNIA_PER_KWH, one_version("energy: 0/kWh, time: 0.30/min")),
    # By day energy is sold by the kWh, and by night by the minute.
    (
        P.CALIFORNIA_PER_KWH,
        one_version("energy: 0.39/kWh, when: {start_time: 07:00, end_time: 22:00}\ntime: 0.30/min"),
    ),
    (P.EICHRECHT_WINDOW, one_version("energy: 0.59/kWh, when: {start_time: 17:00, end_time: 20:59}\nenergy: 0.39/kWh")),
    (P.EICHRECHT_DURATION, one_version("energy: 0.59/kWh, when: {max_duration: 15 min}\nenergy: 0.39/kWh")),
)

# By the profile that says nothing of them.
NEAR: Final[tuple[tuple[str, Example], ...]] = (
    ("afir", one_version("energy: 0.39/kWh, parking_time: {price: 0.10/min, grace: 15 min, max: 12.00}")),
    ("afir", one_version("energy: 0.39/kWh, parking_time: {price: 0.10/min, counts: plugged_in}")),
    # A price of time after an hour is an occupancy fee.
    ("afir", one_version("energy: 0.39/kWh\ntime: 0.10/min, when: {min_duration: 60 min}")),
    # Members, and those with a contract, pay no ad hoc price.
    ("afir", one_version("flat: 0.50/session, when: {membership: gold}\nenergy: 0.39/kWh")),
    ("afir", one_version("flat: 0.50/session, when: {tariff_type: REGULAR}\nenergy: 0.39/kWh")),
    # An element before it takes its place at fast chargers.
    ("afir", one_version(f"energy: 0.59/kWh, flat: 0/session, {FAST}\nenergy: 0.39/kWh, flat: 0.50/session")),
    # No AC plug carries 50 kW.
    ("afir", one_version("energy: 0.39/kWh, time: 0.05/min, when: {connector: Type 2}\nenergy: 0.49/kWh")),
    ("afir", one_version("energy: 0.39/kWh, time: 0.05/min, when: {connector: IEC_62196_T2}\nenergy: 0.49/kWh")),
    # Tiers, hours and seasons are known before the start; free sessions cost nothing.
    (
        "afir",
        one_version("energy: 0.39/kWh, when: {min_kwh: 20, months: jun-aug}\nenergy: 0.49/kWh"),
    ),
    ("afir", one_version("energy: 0/kWh")),
    # What is reserved is no recharging.
    ("afir", one_version("time: 5.00/h, flat: 1/session, when: {reservation: RESERVATION}\nenergy: 0.39/kWh")),
    ("afir", two_versions("", "2026-06-01T10:00:00Z")),
    ("california", one_version("energy: 0.39/kWh, flat: 1.00/session, parking_time: 0.40/min")),
    ("california", one_version("energy: 0/kWh, flat: 1.00/session, parking_time: 0.40/min")),
    ("california", one_version("energy: 0.39/kWh, time: {price: 0.10/min, step_size: 15 min}")),
    # Only prices of energy go by measuring periods.
    ("eichrecht", one_version("parking_time: 0.10/min, when: {start_time: 07:10}\nenergy: 0.39/kWh")),
    ("eichrecht", one_version("parking_time: 0.10/min, when: {min_duration: 50 min}\nenergy: 0.39/kWh")),
    ("eichrecht", one_version("energy: 0.39/kWh, when: {day_of_week: mon-fri, months: jun}\nenergy: 0.49/kWh")),
    ("eichrecht", two_versions("on_change: at_once\n", "2026-06-01T10:15:00Z")),
)
