"""Prices that follow an index, moment by moment, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

from rating.reference.clock import local
from rating.reference.cut import Piece
from rating.reference.match import Priced, find
from rating.reference.quantity import Share
from rating.reference.trace import Moment
from rating.tariff.model import Tariff
from rating.tariff.spot import SpotPrice
from rating.units import ENERGY, FEMTO_PER_UNIT, MWH_PER_KWH


def price_at(spot: SpotPrice, moment_us: int) -> Fraction | None:
    """The price of a kWh at a moment; None: the index has none, and the tariff no fallback."""
    femto = spot.femto(spot.index.at(moment_us)[2])
    return None if femto is None else Fraction(femto, FEMTO_PER_UNIT)


def spots_of(tariff: Tariff, versions: Iterable[int]) -> list[SpotPrice]:
    """The prices of those versions that follow an index."""
    return [
        part.spot
        for index in versions
        for element in tariff.versions[index].elements
        for part in element.components
        if part.spot is not None
    ]


@dataclass(frozen=True, slots=True)
class Followed:
    """The energy that a component prices by an index within one of its prices."""

    priced: Priced
    start_us: int
    end_us: int
    energy_mwh: int
    allowed_mwh: int  # of it, in an allowance
    price: Fraction
    fallback: bool = False  # the index has no price, and this is the one of the tariff

    @property
    def amount(self) -> Fraction:
        """What it costs: nothing is rounded."""
        return self.price * (self.energy_mwh - self.allowed_mwh) / MWH_PER_KWH


def followed(tariff: Tariff, pieces: list[Piece], shares: Iterable[Share] = ()) -> list[Followed] | None:
    """What is priced by an index, in order of time; None where energy flows at a moment without a price.

    A piece is judged by the last cut of the calendar before it, as by all other restrictions. `shares` tell how much
    of each an allowance makes free. Our choice: that needs a price as well, so that no refusal hangs on an account.
    """
    allowed: dict[int, int] = defaultdict(int)
    for share in shares:
        if share.priced.dimension == ENERGY:
            allowed[share.number] += share.allowed
    found: list[Followed] = []
    for number, piece in enumerate(pieces):
        match = piece.of_session[0].holds if piece.of_session is not None else None
        spot = None if match is None else find(tariff, match)[2].spot
        energy_mwh = piece.slice.energy_mwh
        if match is None or spot is None or energy_mwh == 0:
            continue
        start_us, end_us, nano = spot.index.at(piece.slice.since_us)
        price = price_at(spot, piece.slice.since_us)
        if price is None:
            return None
        start_us = max(start_us, piece.slice.epoch.start_us)
        before = found[-1] if found else None
        if before is not None and (before.priced, before.start_us, before.price) == (match, start_us, price):
            allowed_mwh = before.allowed_mwh + allowed[number]
            energy_mwh += before.energy_mwh
            found[-1] = Followed(match, start_us, end_us, energy_mwh, allowed_mwh, price, before.fallback)
        else:
            found.append(Followed(match, start_us, end_us, energy_mwh, allowed[number], price, nano is None))
    return found


def moments(found: list[Followed], zone: ZoneInfo, until_us: int) -> list[Moment]:
    """The same as steps of the trace. Each ends where the next begins, and the last with the session, at the latest: a
    gap of an index may have no end.
    """
    starts = [*(each.start_us for each in found[1:]), until_us]
    return [
        Moment(
            each.priced,
            local(each.start_us, zone),
            local(min(each.end_us, max(each.start_us, next_us), until_us), zone),
            each.energy_mwh,
            each.allowed_mwh,
            each.price,
            each.amount,
            each.fallback,
        )
        for each, next_us in zip(found, starts, strict=False)
    ]


def amounts_of(found: list[Followed]) -> dict[Priced, Fraction]:
    """What each component costs together."""
    together: dict[Priced, Fraction] = {}
    for each in found:
        together[each.priced] = together.get(each.priced, Fraction(0)) + each.amount
    return together
