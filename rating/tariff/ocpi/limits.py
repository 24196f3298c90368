"""What a session costs at least and at most, and from when to when a tariff counts."""

from __future__ import annotations

from rating.ocpi_json import shown
from rating.tariff.model import PriceLimit
from rating.tariff.ocpi import values
from rating.tariff.ocpi.fields import KEYS
from rating.tariff.ocpi.part import Part
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US


def read_limits(tariff: Part) -> tuple[PriceLimit | None, PriceLimit | None]:
    """The `min_price` and the `max_price` of a tariff."""
    names = KEYS["limit"][tariff.version]
    if not names:
        return None, None  # where one is there, it is a fault already
    before, after = names
    limits: list[PriceLimit | None] = []
    for key in ("min_price", "max_price"):
        part = tariff.part(key, "limit")
        amounts = (
            (None, None)
            if part is None
            else (part.need(before, values.read_limit, f'"{before}": 5.00'), part.get(after, values.read_limit))
        )
        limits.append(None if part is None else PriceLimit(*amounts))
    least, most = limits
    if least is not None and most is not None:
        _check_order(tariff, names, least, most)
    return least, most


def _check_order(tariff: Part, names: tuple[str, ...], least: PriceLimit, most: PriceLimit) -> None:
    """A maximum below the minimum: which of the two counts?"""
    high_part = tariff.value["max_price"]
    pairs = ((least.before_tax_micro, most.before_tax_micro), (least.after_tax_micro, most.after_tax_micro))
    for name, (low, high) in zip(names, pairs, strict=True):
        if low is not None and high is not None and high < low:
            got = shown(high_part[name]) if isinstance(high_part, dict) else ""
            want = f"a max_price that is not below min_price {name}"
            tariff.fault("min_above_max", got, want, "swap the two, or delete one", "max_price")


def read_validity(tariff: Part) -> tuple[int | None, int | None]:
    """From when on and until when a tariff counts, in microseconds UTC.

    No session is before 2000 or after 2100: a start before and an end after that limit nothing. Parties write such
    instants where they mean none.
    """
    start = tariff.get("start_date_time", values.read_date_time)
    end = tariff.get("end_date_time", values.read_date_time)
    if start is not None and end is not None and end <= start:
        got = values.date_time_text(end)
        want = f"an instant after start_date_time, {values.date_time_text(start)}"
        tariff.fault("date_order", got, want, "swap the two, or delete one", "end_date_time")
    for key, instant in (("start_date_time", start), ("end_date_time", end)):
        beyond = instant is not None and (instant >= INSTANT_MAX_US if key[0] == "s" else instant <= INSTANT_MIN_US)
        if beyond:
            want = "a tariff that counts between 2000 and 2099"
            tariff.fault("date_time", str(tariff.value[key]), want, "look at the year", key)
    if start is not None and start < INSTANT_MIN_US:
        start = None
    return start, None if end is None or end >= INSTANT_MAX_US else end
