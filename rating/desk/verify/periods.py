"""Each charging period of a CDR: what it costs, where it should have been cut, and what is wrong with its volumes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from rating.desk.verify.pricing import Cost
from rating.desk.verify.steps import volumes_of
from rating.desk.verify.verdict import PeriodCheck
from rating.errors import Fault
from rating.ocpi_json import shown
from rating.reference.cut import Piece
from rating.reference.match import Priced, find
from rating.tariff.model import Tariff
from rating.units import ACTIVITY_RESERVED, US_PER_S
from rating.usage.ocpi.session import CdrSession
from rating.usage.ocpi.values import Cdr, Period

_TIMES = ("TIME", "PARKING_TIME", "RESERVATION_TIME")


def check_periods(cdr: Cdr, session: CdrSession, tariff: Tariff, cut: Cost, as_cut: Cost) -> tuple[PeriodCheck, ...]:
    """The periods in order of time."""
    pieces, whole = _by_period(session, cut.pieces), _by_period(session, as_cut.pieces)
    return tuple(
        PeriodCheck(
            period.index,
            period.start_us,
            period.end_us,
            cost=_cost(cut, pieces[period.index]),
            as_cut_cost=_cost(as_cut, whole[period.index]),
            cut_at_us=_cuts(pieces[period.index]),
            elements=_elements(tariff, pieces[period.index]),
            fault=_time_fault(cdr, period),
        )
        for period in cdr.periods
    )


def _by_period(session: CdrSession, pieces: Sequence[Piece]) -> dict[int, list[Piece]]:
    """The pieces of each period: its part that is reserved, then the other."""
    parts = {id(piece.slice.part): piece.slice.part for piece in pieces}
    owners: dict[int, int] = {}
    for kind in ("reserved", "interval"):
        own = [stay for stay in session.stays if (stay.activity == ACTIVITY_RESERVED) == (kind == "reserved")]
        same = [number for number, part in parts.items() if part.kind == kind]
        owners |= {number: stay.period for number, stay in zip(same, own, strict=True)}
    found: dict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if id(piece.slice.part) in owners:
            found[owners[id(piece.slice.part)]].append(piece)
    return found


def _cost(cost: Cost, pieces: list[Piece]) -> Fraction:
    parts = {id(piece.slice.part) for piece in pieces}
    return sum((cost.part_costs.get(part, Fraction(0)) for part in parts), Fraction(0))


def _holds(piece: Piece) -> tuple[Priced | None, ...]:
    """Who prices it, but for what is billed once."""
    return tuple(match.holds for match in (*(piece.of_session or ())[:3], *(piece.of_reservation or ())[:1]))


def _cuts(pieces: list[Piece]) -> tuple[int, ...]:
    pairs = [(one, other) for one, other in pairwise(pieces) if one.slice.part is other.slice.part]
    return tuple(other.slice.start_us for one, other in pairs if _holds(one) != _holds(other))


def _elements(tariff: Tariff, pieces: list[Piece]) -> tuple[str, ...]:
    names = [find(tariff, each)[1].name for piece in pieces for each in volumes_of(tariff, piece)]
    return tuple(dict.fromkeys(names))


def _time_fault(cdr: Cdr, period: Period) -> Fault | None:
    """More time than the period lasts. Each volume may be off by the half second to which it is read."""
    given = [us for us in period.times_us if us is not None]
    length_us = period.end_us - period.start_us
    if not given or sum(given) <= length_us + len(given) * US_PER_S:
        return None
    told = [f"{name} {shown(period.volumes[name])}" for name in _TIMES if name in period.volumes]
    want = f"at most the {length_us // US_PER_S} s that the period lasts"
    place = cdr.place.within("charging_periods").within(period.index)
    return Fault("cdr_volume", place, " and ".join(told), want, "correct the volumes, or the start of the next period")
