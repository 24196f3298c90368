"""What a CDR prints beside what its session costs, number by number.

A cost is compared at the decimals that the CDR prints, at least those of the currency (JSON drops zeros: 4 is 4.00) and
at most four, which is what OCPI's numbers have. `total_cost` at the currency's own decimals is what is charged, rounded
once; all else is the exact amount, rounded there. OCPI leaves open whether the sum is rounded or each tax: both agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from rating.desk.verify.pricing import Cost, Sides
from rating.desk.verify.verdict import Side, TotalCheck
from rating.reference.printing import round_to
from rating.tariff.model import Tariff
from rating.units import MICRO_PER_UNIT, MWH_PER_KWH, US_PER_H, US_PER_S
from rating.usage.ocpi.values import Cdr, Printed, Totals

_OCPI_DECIMALS: Final = 4
_KWH_DECIMALS: Final = (2, 6)  # the least and the most at which energy is compared
_HOUR_DECIMALS: Final = (2, 4)
_S_PER_H: Final = 3600
_TIMES: Final = ("TIME", "PARKING_TIME", "RESERVATION_TIME")


def compare_costs(cdr: Cdr, totals: Totals, tariff: Tariff, cost: Cost) -> tuple[TotalCheck, ...]:
    """Each cost that the CDR prints. A credit CDR takes back what the session cost: its total is negative."""
    found = []
    least = len(str(MICRO_PER_UNIT // tariff.minor_micro)) - 1
    sides: tuple[Side, Side] = ("before_tax", "after_tax")
    for key, amount in totals.costs.items():
        is_total = key == "total_cost"
        sides_of = cost.exact if is_total else cost.kinds[key]
        exact = sides_of.both
        charged = [*zip(cost.charged.both, cost.alone.both, strict=True)]
        for number, (side, printed) in enumerate(zip(sides, amount, strict=True)):
            if printed is None:
                continue
            decimals = min(max(printed.decimals, least), max(_OCPI_DECIMALS, least))
            sign = -1 if cdr.credit and (is_total or printed.value < 0) else 1
            expected = [_rounded(exact[number], decimals), _by_parts(sides_of, number, decimals)]
            if is_total:
                expected = [*([] if decimals == least else expected), *charged[number]]
            found.append(_cost_check(key, side, printed.value, exact[number], expected, sign, decimals))
    return tuple(found)


def _by_parts(exact: Sides, number: int, decimals: int) -> Fraction | None:
    """One side as the other and each tax make it, all of them rounded."""
    other = exact.both[1 - number]
    if other is None or not exact.taxes:
        return None
    taxes = sum((_round(tax, decimals) for tax in exact.taxes), Fraction(0))
    return _round(other, decimals) + (taxes if number else -taxes)


def _cost_check(
    key: str,
    side: Side,
    printed: Fraction,
    exact: Fraction | None,
    expected: list[Fraction | None],
    sign: int,
    decimals: int,
) -> TotalCheck:
    """A cost beside those that it may be, of which the first is told where it is none."""
    wanted = [sign * amount for amount in expected if amount is not None]
    if not wanted:
        return TotalCheck(key, side, printed, None, exact, decimals, None)
    agrees = _round(printed, decimals) in wanted
    return TotalCheck(key, side, printed, _round(printed, decimals) if agrees else wanted[0], exact, decimals, agrees)


def compare_quantities(cdr: Cdr, totals: Totals) -> Iterator[TotalCheck]:
    """Energy and times, beside the sums of the periods. A session's time is also what its clock says."""
    given = {kind for period in cdr.periods for kind in period.volumes}
    timed = not given.isdisjoint(_TIMES)
    energy = Fraction(sum(period.energy_mwh for period in cdr.periods), MWH_PER_KWH)
    times = [sum(period.times_us[which] or 0 for period in cdr.periods) for which in range(3)]
    begun_us = next((period.start_us for period in cdr.periods if not period.only_reserves), cdr.start_us)
    # With or without a reservation, by the clock or by the volumes: partners do either.
    lengths = [cdr.end_us - cdr.start_us, cdr.end_us - begun_us, *([times[0] + times[1], sum(times)] if timed else [])]
    for key, printed in totals.quantities.items():
        if key == "total_energy":
            yield _quantity(key, "kwh", printed, [energy] if "ENERGY" in given else [], _KWH_DECIMALS)
        elif key == "total_parking_time":
            parked = [Fraction(times[1], US_PER_H)] if timed else []
            yield _quantity(key, "hours", printed, parked, _HOUR_DECIMALS)
        else:
            hours = [Fraction(length, US_PER_H) for length in dict.fromkeys(lengths)]
            yield _quantity(key, "hours", printed, hours, _HOUR_DECIMALS)


def _quantity(
    key: str, side: Side, printed: Printed, candidates: list[Fraction], decimals_range: tuple[int, int]
) -> TotalCheck:
    """The number beside whichever of the candidates comes closest; without one, nothing can be said."""
    least, most = decimals_range
    decimals = min(max(printed.decimals, least), most)
    if not candidates:
        return TotalCheck(key, side, printed.value, None, None, decimals, None)
    agreeing = [exact for exact in candidates if _alike(printed.value, exact, decimals, side)]
    exact = agreeing[0] if agreeing else min(candidates, key=lambda exact: abs(exact - printed.value))
    expected = _rounded(exact, decimals if agreeing else most)  # what should have been printed, as finely as it goes
    return TotalCheck(key, side, printed.value, expected, exact, decimals, bool(agreeing))


def _alike(printed: Fraction, exact: Fraction, decimals: int, side: Side) -> bool:
    if side == "hours" and _second(printed) == _second(exact):
        return True
    return _round(printed, decimals) == _round(exact, decimals)


def _second(hours: Fraction) -> int:
    return int((hours * _S_PER_H + Fraction(1, 2)) // 1)


def _rounded(amount: Fraction | None, decimals: int) -> Fraction | None:
    return None if amount is None else _round(amount, decimals)


def _round(amount: Fraction, decimals: int) -> Fraction:
    return Fraction(round_to(amount, MICRO_PER_UNIT // 10**decimals, "half_up"), MICRO_PER_UNIT)


assert US_PER_S * _S_PER_H == US_PER_H
