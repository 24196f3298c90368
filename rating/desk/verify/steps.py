"""Steps as the tariff says, and in the ways in which others have been seen to count them (PRICING 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from rating.reference.cut import Piece
from rating.reference.match import Priced, find
from rating.reference.quantity import Quantities, take_steps, to_step
from rating.tariff.model import Tariff
from rating.units import ENERGY, PARKING_TIME, RESERVATION_TIME, TIME

Steps = Literal["session", "none", "price", "period", "both_times", "unpriced"]


def step(tariff: Tariff, pieces: list[Piece], quantities: Quantities, how: Steps) -> None:
    """Change the quantities by their steps.

    "session" is right. "price": each price steps its own quantity; "period": and so in each period; "both_times": time
    is stepped though parking is as well; "unpriced": what has no price counts towards the step.
    """
    if how == "session":
        take_steps(tariff, quantities)
    elif how == "price":
        for each, quantity in quantities.items():
            quantity.step_change = _surplus(tariff, each, quantity.remaining)
    elif how == "period":
        for (_, each), volume in _by_period(tariff, pieces).items():
            if each in quantities:
                quantities[each].step_change += _surplus(tariff, each, volume)
    elif how == "both_times":
        for dimension in (ENERGY, TIME, PARKING_TIME, RESERVATION_TIME):
            take_steps(tariff, {each: found for each, found in quantities.items() if each.dimension == dimension})
    elif how == "unpriced":
        take_steps(tariff, quantities)
        _count_unpriced(tariff, pieces, quantities)


def _surplus(tariff: Tariff, each: Priced, volume: int) -> int:
    component = find(tariff, each)[2]
    return to_step(volume, component.step, component.round) - volume if component.step and volume else 0


def volumes_of(tariff: Tariff, piece: Piece) -> dict[Priced, int]:
    """What a piece adds to each component, but for those that are billed once."""
    energy_mwh, times = piece.slice.energy_mwh, piece.slice.times
    matches = [*(piece.of_session or ())[:3], *(piece.of_reservation or ())[:1]]
    parked_us = times.parked_us
    parking = None if piece.of_session is None else matches[PARKING_TIME].holds
    if parking is not None and find(tariff, parking)[2].plugged_in:
        parked_us += times.charging_us
    volumes = [energy_mwh, times.charging_us, parked_us] if piece.of_session is not None else []
    pairs = zip(matches, [*volumes, times.reserved_us], strict=False)
    return {match.holds: volume for match, volume in pairs if match.holds is not None and volume}


def _by_period(tariff: Tariff, pieces: Iterable[Piece]) -> dict[tuple[int, Priced], int]:
    found: dict[tuple[int, Priced], int] = defaultdict(int)
    for piece in pieces:
        for each, volume in volumes_of(tariff, piece).items():
            found[id(piece.slice.part), each] += volume
    return found


def _count_unpriced(tariff: Tariff, pieces: list[Piece], quantities: Quantities) -> None:
    """Step each total again, with what no component prices."""
    totals = {
        ENERGY: sum(piece.slice.energy_mwh for piece in pieces),
        TIME: sum(piece.slice.times.charging_us for piece in pieces),
        PARKING_TIME: sum(piece.slice.times.parked_us for piece in pieces),
    }
    for dimension, total in totals.items():
        own = {each: found for each, found in quantities.items() if each.dimension == dimension}
        if any(found.step_change for found in own.values()):
            last = max(own, key=lambda each: own[each].last_active)
            own[last].step_change = _surplus(tariff, last, total)
