"""Amounts and counts as texts."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from rating.desk.compare.extremes import Why
from rating.desk.compare.sums import Bar, Payers
from rating.money import minor_micro
from rating.units import MICRO_PER_UNIT

WHY_TEXTS: dict[Why, str] = {
    "rejected_by_new": "Rejected by the new tariffs alone",
    "rejected_by_old": "Rejected by the old tariffs alone",
    "rejected_by_both": "Rejected by both",
    "tax_not_known": "Tax not known",
    "currency_changed": "Another currency",
}


@lru_cache
def decimals_of(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR."""
    return len(str(MICRO_PER_UNIT // minor_micro(currency))) - 1


def amount(micro: int, currency: str, *, grouped: bool = False, signed: bool = False) -> str:
    """An exact amount with at least the decimals of its currency.

    >>> amount(1234500000, "EUR", grouped=True), amount(-5000, "EUR"), amount(70000, "EUR", signed=True)
    ('1,234.50', '-0.005', '+0.07')
    """
    value = Decimal(micro).scaleb(-6)
    sign = "+" if signed and micro > 0 else ""
    whole, _, part = (f"{value:,f}" if grouped else f"{value:f}").partition(".")
    part = part.rstrip("0").ljust(decimals_of(currency), "0")
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def percent(part: int, whole: int) -> str:
    """A change as a part of what it was, to a tenth of a percent, halves away from zero; empty of nothing.

    >>> percent(5, 1000), percent(-1, 3), percent(1, 0)
    ('+0.5%', '-33.3%', '')
    """
    if whole == 0:
        return ""
    tenths = (2 * abs(part) * 1000 + abs(whole)) // (2 * abs(whole))
    sign = "-" if part * whole < 0 and tenths else "+" if tenths else ""
    return f"{sign}{tenths // 10}.{tenths % 10}%"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "session"), count(1200, "session")
    ('1 session', '1,200 sessions')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def stray_text(strays: int) -> str:
    """Meter data that is in no bill, in a half sentence; empty where there is none.

    >>> stray_text(1)
    '; meter data of 1 unknown session is in no bill'
    """
    return f"; meter data of {count(strays, 'unknown session')} is in no bill" if strays else ""


def headline(compared: int, sessions: int, apart: int) -> str:
    """How many sessions the sums are of.

    >>> headline(7, 9, 2)
    '7 of 9 sessions are compared, 2 are not and stand apart below'
    """
    if not apart:
        return f"All of {count(sessions, 'session')} are compared" if sessions != 1 else "The 1 session is compared"
    rest = "1 is not and stands apart below" if apart == 1 else f"{apart:,} are not and stand apart below"
    return f"{compared:,} of {count(sessions, 'session')} {'is' if compared == 1 else 'are'} compared, {rest}"


def payers_text(payers: Payers, noun: str, currency: str) -> str:
    """Who pays more, the same and less, and by how much together.

    >>> payers_text(Payers(2, 1, 0, 1500000, 0), "driver", "EUR")
    '2 drivers pay more (+1.50 together), 1 the same, none less'
    """
    rise, fall = (amount(each, currency, grouped=True, signed=True) for each in (payers.rise_micro, payers.fall_micro))
    more = f"{count(payers.more, noun)} {'pays' if payers.more == 1 else 'pay'} more ({rise} together)"
    parts = [
        more if payers.more else f"no {noun} pays more",
        f"{payers.same:,} the same" if payers.same else "none the same",
        f"{payers.less:,} less ({fall} together)" if payers.less else "none less",
    ]
    return ", ".join(parts)


def range_text(bar: Bar, currency: str) -> str:
    """The changes that a bar of a histogram holds.

    >>> [range_text(Bar(low, high, 1), "EUR") for low, high in ((100000, 200000), (None, -1000000), (0, 0))]
    ['+0.10 to +0.20', 'below -1.00', 'the same']
    """
    low, high = bar.from_micro, bar.to_micro
    if low is None:
        return f"below {amount(high or 0, currency, signed=True)}"
    if high is None:
        return f"above {amount(low, currency, signed=True)}"
    if low == high:
        return "the same"
    return f"{amount(low, currency, signed=True)} to {amount(high, currency, signed=True)}"
