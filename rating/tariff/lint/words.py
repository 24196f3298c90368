"""Values of a tariff as text for a warning: as YAML writes them, so that the words can be copied."""

from __future__ import annotations

from rating.tariff.dates import DAYS, MONTHS
from rating.tariff.lint import days
from rating.tariff.lint.axes import ALL_MINUTES, DAY_MIN
from rating.tariff.model import Component, Price, When
from rating.units import MICRO_PER_UNIT, MWH_PER_KWH, US_PER_H, US_PER_MIN, US_PER_S


def decimal_text(number: int, scale: int, least: int = 0) -> str:
    """A whole number of parts as a decimal without trailing zeros, with at least so many decimals.

    >>> decimal_text(390_000, 1_000_000, 2), decimal_text(39_000_000, 1_000_000), decimal_text(-1, 1_000)
    ('0.39', '39', '-0.001')
    """
    whole, part = divmod(abs(number), scale)
    decimals = str(part).rjust(len(str(scale)) - 1, "0").rstrip("0").ljust(least, "0")
    return ("-" if number < 0 else "") + (f"{whole}.{decimals}" if decimals else str(whole))


def money_text(amount_micro: int) -> str:
    """An amount of the currency: 0.39, 12.50, 220.

    >>> money_text(12_500_000), money_text(220_000_000), money_text(3_900)
    ('12.50', '220', '0.0039')
    """
    return decimal_text(amount_micro, MICRO_PER_UNIT, 2 if amount_micro % MICRO_PER_UNIT else 0)


def limit_text(name: str, side: str, amount_micro: int) -> str:
    """One side of a `min_price` or `max_price`.

    >>> limit_text("min_price", "after_tax", 1_000_000)
    'min_price: {after_tax: 1}'
    """
    return f"{name}: {{{side}: {money_text(amount_micro)}}}"


def price_text(price: Price) -> str:
    """A price with its unit.

    >>> price_text(Price(5_000_000, "h", 2))
    '5/2 h'
    """
    return f"{money_text(price.amount_micro)}/{price.unit_text}"


def part_text(part: Component) -> str:
    """The price of a component: its amount with its unit, or the index that it follows."""
    return price_text(part.price) if part.spot is None else f"by the index {part.spot.index.name}"


def length_text(length_us: int) -> str:
    """A length of time in its largest whole unit.

    >>> length_text(5_400_000_000), length_text(1_500_000)
    ('90 min', '1.5 s')
    """
    for size, unit in ((US_PER_H, "h"), (US_PER_MIN, "min")):
        if length_us % size == 0:
            return f"{length_us // size} {unit}"
    return f"{decimal_text(length_us, US_PER_S)} s"


def clock_text(minute: int) -> str:
    """A minute of the day: 07:00, 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def minutes_text(minutes: int) -> str:
    """Minutes of the day as windows; "" for the whole day.

    >>> minutes_text((1 << 420) - (1 << 360))
    '06:00-07:00'
    """
    if minutes == ALL_MINUTES:
        return ""
    windows = [f"{clock_text(start)}-{clock_text(end)}" for start, end in days.runs(minutes)]
    return " and ".join(windows[:3]) + (" and more" if len(windows) > 3 else "")


def names_text(numbers: frozenset[int], names: tuple[str, ...]) -> str:
    """Days or months, with a dash between three or more that follow one another, also round the end.

    >>> names_text(frozenset({0, 1, 2, 3, 4}), DAYS), names_text(frozenset({5, 6, 0}), DAYS)
    ('mon-fri', 'sat-mon')
    >>> names_text(frozenset(range(7)), DAYS), names_text(frozenset({1, 3, 4}), DAYS)
    ('mon-sun', 'tue,thu,fri')
    """
    count = len(names)
    starts = [number for number in sorted(numbers) if (number - 1) % count not in numbers]
    parts = []
    for start in starts or [0]:
        length = next((step for step in range(count) if (start + step) % count not in numbers), count)
        last = (start + length - 1) % count
        if length > 2:
            parts.append(f"{names[start]}-{names[last]}")
        else:
            parts.extend(names[(start + step) % count] for step in range(length))
    return ",".join(parts)


def days_text(numbers: frozenset[int]) -> str:
    """Days of the week."""
    return names_text(numbers, DAYS) if numbers else "(none)"


def months_text(numbers: frozenset[int]) -> str:
    """Months, from 1."""
    return names_text(frozenset(number - 1 for number in numbers), MONTHS) if numbers else "(none)"


def date_parts(when: When) -> dict[str, str]:
    """The restrictions by date that are given, by their names."""
    calendar = when.holidays
    found = {
        "start_date": None if when.start_date is None else when.start_date.isoformat(),
        "end_date": None if when.end_date is None else when.end_date.isoformat(),
        "months": None if when.months is None else months_text(when.months),
        "day_of_week": None if when.day_of_week is None else days_text(when.day_of_week),
        "holidays": None if calendar is None else ("" if when.holidays_in else "not ") + calendar.name,
    }
    return {name: text for name, text in found.items() if text is not None}


def bound_text(side: str, name: str, value: int) -> str:
    """The minimum or maximum of one of `axes.RANGES`, as YAML writes it.

    >>> bound_text("max", "kwh", 10_000_000), bound_text("min", "evse_power", 50_000_000)
    ('max_kwh: 10', 'evse_power: {min: 50 kW}')
    """
    if name == "duration":
        return f"{side}_{name}: {length_text(value)}"
    if name == "current":
        return f"{side}_{name}: {decimal_text(value, 1_000)} A"
    amount = decimal_text(value, MWH_PER_KWH)
    if name == "evse_power":
        return f"{name}: {{{side}: {amount} kW}}"
    return f"{side}_{name}: {amount}" if name == "kwh" else f"{side}_{name}: {amount} kW"


def range_text(name: str, low: int | None, high: int | None) -> str:
    """Energy within a range of one of `axes.RANGES`; None: open.

    >>> range_text("kwh", 10_000_000, 20_000_000), range_text("duration", 10_800_000_000, None)
    ('energy from 10 to 20 kWh of the session', 'energy from 3 h of the session on')
    >>> range_text("evse_power", None, 50_000_000)
    'energy below 50 kW of the charger'
    """
    unit = {"kwh": " kWh", "duration": "", "current": " A"}.get(name, " kW")
    scale = 1_000 if name == "current" else MWH_PER_KWH
    of = {"kwh": " of the session", "duration": " of the session", "evse_power": " of the charger"}.get(name, "")
    start, end = (
        "" if value is None else length_text(value) if name == "duration" else decimal_text(value, scale)
        for value in (low, high)
    )
    if high is None:
        return f"energy from {start}{unit}{of} on"
    return f"energy below {end}{unit}{of}" if low is None else f"energy from {start} to {end}{unit}{of}"


assert clock_text(DAY_MIN) == "24:00"
