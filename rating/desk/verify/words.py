"""A verdict in words: the outcome, each number that differs, why, and each period that is not right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final

from rating.desk.verify.verdict import PeriodCheck, TotalCheck, Verdict
from rating.errors import Fault, Refused
from rating.money import minor_micro
from rating.tariff.model import Tariff
from rating.units import MICRO_PER_UNIT
from rating.usage.ocpi.values import Cdr, Totals

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OUTCOMES: Final = {"agrees": "agrees", "differs": "differs", "cannot": "cannot be verified"}
_SIDES: Final = {"before_tax": " before tax", "after_tax": " after tax", "kwh": "", "hours": ""}
_DIGITS_MAX: Final = 6
_EXACT_MAX: Final = 30
_ELSEWHERE: Final = "give a tariff that needs no more than the CDR says"

# Why the twin refuses a session: what was read, what was expected, how to fix it.
_REFUSED: Final[dict[Refused, tuple[str, str, str]]] = {
    Refused.MISSING_COLUMN: (
        "no current in a period, or nothing of the charger",
        "what the restrictions of the tariff ask for",
        _ELSEWHERE,
    ),
    Refused.NO_VERSION: (
        "a session at a time for which the tariff does not count",
        "a tariff that is in force at its start",
        "give the tariff that was in force then",
    ),
    Refused.NEGATIVE_ENERGY: (
        "negative energy",
        "energy from 0 up, for the tariff does not say how other is priced",
        "correct the volume, or verify this CDR by hand",
    ),
    Refused.ENERGY_RANGE: ("more than 1 GWh", "energy that a session can take", "correct it: the unit is kWh"),
    Refused.SESSION_TOO_LONG: ("more than 400 days", "a session of at most 400 days", "correct its start or its end"),
    Refused.AMOUNT_RANGE: ("an amount beyond 4,000,000,000", "a smaller one", "check the prices and the volumes"),
    Refused.TAX_UNKNOWN: (
        "a limit on the side of a tax whose rate is not known",
        "the rate of every tax",
        "give a tariff with the rate",
    ),
    Refused.RESERVATION: ("a reservation of more than 400 days", "a shorter one", "correct the start of the CDR"),
    Refused.NO_DATA: ("nothing but a reservation", "charging periods of the session", "ask for the whole CDR"),
}


def refusal_fault(reason: Refused, cdr: Cdr, tariff: Tariff) -> Fault:
    """Why the session of a CDR cannot be priced."""
    default = ("a session that cannot be priced", f"one that {tariff.id} prices", "check the CDR")
    return Fault(reason.code, cdr.place, *_REFUSED.get(reason, default))


def credit_fault(cdr: Cdr, totals: Totals) -> Fault | None:
    """What is wrong with the sign of a credit CDR's total, where it is what was billed and not what is given back."""
    total = totals.costs.get("total_cost")
    sides = () if total is None else total
    positive = next((side.value for side in sides if side is not None and side.value > 0), None)
    if not cdr.credit or positive is None:
        return None
    amount = number(positive, len(str(MICRO_PER_UNIT // minor_micro(cdr.currency))) - 1)
    want = "a negative one: a credit CDR's total_cost is negative, for it gives back what was billed"
    fix = f"write -{amount}, or delete `credit` where nothing is given back"
    return Fault("cdr_credit", cdr.place.within("total_cost"), amount, want, fix)


def tell(verdict: Verdict) -> str:
    """The verdict as text."""
    return "\n".join(_lines(verdict))


def _lines(verdict: Verdict) -> Iterator[str]:
    yield _heading(verdict)
    for fault in verdict.problems:
        yield f"  {fault}"
    rows = [_total(check, verdict) for check in verdict.totals if check.agrees is not True]
    rows += [_total(check, verdict) for check in verdict.totals if check.agrees is True]
    if rows:
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        yield from (f"  {row[0]:{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]}" for row in rows)
    for cause in verdict.causes:
        which = "" if cause.explains_all else f" (this explains {', '.join(cause.explains)} alone)"
        yield f"  Perhaps {cause.words}{which}."
    told = bool(verdict.causes) or any(fault.code == "cdr_credit" for fault in verdict.problems)
    if verdict.outcome == "differs" and not told and any(_is_cost(check) for check in verdict.totals):
        yield "  Why is not known."
    if verdict.as_cut and verdict.outcome == "agrees" and any(period.difference for period in verdict.periods):
        yield "  It agrees only without cuts: the operator did not cut periods where a price changes within them."
    for period in verdict.periods:
        yield from _period(period, verdict)
    if verdict.extensions:
        yield f"  Not known to OCPI, and without a bearing on the price: {', '.join(verdict.extensions)}"


def _is_cost(check: TotalCheck) -> bool:
    return check.agrees is False and check.key.endswith("_cost")


def _heading(verdict: Verdict) -> str:
    name = f"CDR {verdict.cdr_id}" if verdict.cdr_id is not None else "A CDR without an id that can be read"
    by = "" if verdict.tariff_id is None else f" by tariff {verdict.tariff_id}"
    if by and verdict.ours_unused:
        by = f" by its own tariff {verdict.tariff_id} (none of those given has its id)"
    cut = ", each period whole at the prices of its start" if verdict.as_cut else ""
    return f"{name}{by}{cut}: {_OUTCOMES[verdict.outcome]}"


def _total(check: TotalCheck, verdict: Verdict) -> tuple[str, str, str]:
    """The name of a number, what is printed, and how that compares."""
    unit = {"kwh": "kWh", "hours": "h"}.get(check.side, verdict.currency or "")
    least = _least(verdict) if unit == verdict.currency else 0
    name, printed = f"{check.key}{_SIDES[check.side]}", number(check.printed, least)
    if check.expected is None or check.agrees is None:
        why = "the rate of a tax is not known" if check.key.endswith("_cost") else "no period says it"
        return name, printed, f"{unit}: cannot be told, for {why}"
    if check.agrees:
        return name, printed, f"{unit}: agrees"
    difference = check.printed - check.expected
    much = "too much" if difference > 0 else "too little"
    expected = number(check.expected, least)
    return name, printed, f"{unit}: {number(abs(difference), least)} {much}, expected {expected}"


def _period(period: PeriodCheck, verdict: Verdict) -> Iterator[str]:
    """What is not right with a period."""
    if not period.cut_at_us or (verdict.as_cut and period.agrees):
        return
    cuts = ", ".join(instant(us) for us in period.cut_at_us)
    cost = f"{number(period.cost, _least(verdict))} {verdict.currency or ''}"
    whole = number(period.as_cut_cost, _least(verdict))
    more = "" if period.difference == 0 else f": it costs {cost}, and {whole} by the prices at its start"
    yield f"  Period {period.index + 1}, from {instant(period.start_us)}, should be cut at {cuts}{more}"


def _least(verdict: Verdict) -> int:
    return len(str(MICRO_PER_UNIT // minor_micro(verdict.currency))) - 1 if verdict.currency else 0


def number(value: Fraction, least: int = 0) -> str:
    """A number with at least so many decimals, and at most six.

    >>> number(Fraction(5, 2), 2), number(Fraction(1, 3)), number(Fraction(4))
    ('2.50', '0.333333...', '4')
    """
    scaled, rest = divmod(abs(value) * 10**_DIGITS_MAX, 1)
    whole, part = divmod(int(scaled), 10**_DIGITS_MAX)
    digits = f"{part:0{_DIGITS_MAX}d}"
    digits = f"{digits}..." if rest else digits.rstrip("0").ljust(least, "0")
    return f"{'-' if value < 0 else ''}{whole}{'.' if digits else ''}{digits}"


def exact(value: Fraction) -> str:
    """A number with all its digits; as a fraction where they have no end.

    >>> exact(Fraction(5, 2)), exact(Fraction(-1, 3)), exact(Fraction(4))
    ('2.5', '-1/3', '4')
    """
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
        if digits > _EXACT_MAX:
            return str(value)
    whole, part = divmod(abs(value.numerator) * 10**digits // value.denominator, 10**digits)
    return f"{'-' if value < 0 else ''}{whole}" + (f".{part:0{digits}d}" if digits else "")


def instant(us: int) -> str:
    """An instant as OCPI writes it.

    >>> instant(1_767_225_600_000_000)
    '2026-01-01T00:00:00Z'
    """
    return (_EPOCH + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")
