"""Which quantity is billed: the volume of each component, its grace, and the steps of the session (PRICING 3).

Between grace and steps come the allowances of a plan (see allowances).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rating.reference.cut import Piece
from rating.reference.match import Match, Priced, find
from rating.reference.parts import charging_end, first_energy
from rating.reference.trace import Stepped
from rating.reference.values import Usage
from rating.tariff.model import StepRound, Tariff
from rating.units import ENERGY, PARKING_TIME, RESERVATION_TIME, TIME


@dataclass(slots=True)
class Quantity:
    """What one component counts, in milli-Wh, microseconds or sessions."""

    volume: int = 0  # measured
    free: int = 0  # of it, within the grace
    allowed: int = 0  # of it, in an allowance
    step_change: int = 0  # added (or taken) by the step
    last_active: int = -1  # number of the last piece of which something remained after grace and allowances

    @property
    def remaining(self) -> int:
        """What is left after grace and allowances, before any step."""
        return self.volume - self.free - self.allowed

    @property
    def billed(self) -> int:
        """What is multiplied by the price."""
        return self.remaining + self.step_change


Quantities = dict[Priced, Quantity]


@dataclass(slots=True)
class Share:
    """What one component counts in one piece, in milli-Wh, microseconds or sessions."""

    priced: Priced
    number: int  # of the piece; -1: billed once, and no step looks at it
    volume: int
    free: int = 0
    allowed: int = 0

    @property
    def remaining(self) -> int:
        """What is left after grace and the allowances so far."""
        return self.volume - self.free - self.allowed


@dataclass(slots=True)
class _Clocks:
    """How much time of each dimension has passed in the session, priced or not; of plugged-in time only what a price
    that counts it held for.
    """

    charging_us: int = 0
    parked_us: int = 0
    parked_since_energy_us: int = 0
    parked_since_charging_us: int = 0
    plugged_in_us: int = 0
    reserved_us: int = 0


def quantities_of(tariff: Tariff, pieces: list[Piece], usage: Usage) -> Quantities:
    """The volume of each component after grace, where there are no allowances."""
    return added_up(shares_of(tariff, pieces, usage))


def added_up(shares: Iterable[Share]) -> Quantities:
    """The quantities of the components from those of the pieces."""
    found: Quantities = {}
    for share in shares:
        quantity = found.setdefault(share.priced, Quantity())
        quantity.volume += share.volume
        quantity.free += share.free
        quantity.allowed += share.allowed
        if share.remaining > 0:
            quantity.last_active = share.number
    return found


def shares_of(tariff: Tariff, pieces: list[Piece], usage: Usage) -> list[Share]:
    """What each component counts in each piece, and how much of it is free by grace (PRICING 3).

    Our choices: each dimension has one clock of its time in the session, which runs whether that time is priced or
    not; the part of a component's time at which its clock reads less than its grace is free. For a parking price
    `from: first_energy` or `from: charging_end`, what came before that is not parking: no volume, and its clock
    stands still. For one with `counts: plugged_in` charging time counts as well, and its clock runs only while such
    a price holds: the grace of a fee for what is beyond three hours begins after three hours.
    """
    found: list[Share] = []
    energy_from_us, charged_until_us = first_energy(usage), charging_end(usage)
    clocks = _Clocks()

    def add(match: Match, amount: int, clock_us: int | None, number: int) -> None:
        if match.holds is None or amount == 0:
            return
        grace_us = find(tariff, match.holds)[2].grace_us
        free = 0 if clock_us is None else max(0, min(grace_us - clock_us, amount))
        found.append(Share(match.holds, number, amount, free))

    for number, piece in enumerate(pieces):
        times = piece.slice.times
        if piece.of_session is not None:
            energy, time, parking, _ = piece.of_session
            add(energy, piece.slice.energy_mwh, None, number)
            add(time, times.charging_us, clocks.charging_us, number)
            energy_came = energy_from_us is not None and energy_from_us <= piece.slice.start_us
            charging_ended = charged_until_us <= piece.slice.start_us
            price = None if parking.holds is None else find(tariff, parking.holds)[2]
            if price is not None and price.plugged_in:
                plugged_in_us = times.charging_us + times.parked_us
                add(parking, plugged_in_us, clocks.plugged_in_us, number)
                clocks.plugged_in_us += plugged_in_us
            elif price is not None and price.from_charging_end:
                add(parking, times.parked_us if charging_ended else 0, clocks.parked_since_charging_us, number)
            elif price is not None and price.from_first_energy:
                add(parking, times.parked_us if energy_came else 0, clocks.parked_since_energy_us, number)
            else:
                add(parking, times.parked_us, clocks.parked_us, number)
            clocks.charging_us += times.charging_us
            clocks.parked_us += times.parked_us
            clocks.parked_since_energy_us += times.parked_us if energy_came else 0
            clocks.parked_since_charging_us += times.parked_us if charging_ended else 0
        if piece.of_reservation is not None:
            add(piece.of_reservation[0], times.reserved_us, clocks.reserved_us, number)
            clocks.reserved_us += times.reserved_us
    return found


@dataclass(frozen=True, slots=True)
class Due:
    """From when a price per session, or per reservation, is due, and which."""

    at_us: int
    priced: Priced


def flats_due(pieces: list[Piece], usage: Usage) -> list[Due]:
    """The first moment of the reservation, and of the session, at which a `flat` holds (PRICING 3).

    In the session a moment without length counts only where the session has none.
    """
    found: list[Due] = []
    for piece in pieces:
        if piece.of_reservation is not None and piece.of_reservation[1].holds is not None:
            found.append(Due(piece.slice.start_us, piece.of_reservation[1].holds))
            break
    for piece in pieces:
        lasts = piece.slice.start_us < piece.slice.end_us or usage.start_us == usage.end_us
        if piece.of_session is not None and piece.of_session[-1].holds is not None and lasts:
            found.append(Due(piece.slice.start_us, piece.of_session[-1].holds))
            break
    return found


def take_steps(tariff: Tariff, quantities: Quantities) -> list[Stepped]:
    """The step of energy, that of parking time or else of time, that of reserved time; changes the quantities
    (PRICING 3).
    """
    parking = _of_dimension(quantities, PARKING_TIME)
    timed = parking if parking else _of_dimension(quantities, TIME)
    # Our choice: energy whose price follows an index takes no part, for what a step adds has no moment, and no price.
    energy = {
        priced: quantity
        for priced, quantity in _of_dimension(quantities, ENERGY).items()
        if find(tariff, priced)[2].spot is None
    }
    totals = [energy, timed, _of_dimension(quantities, RESERVATION_TIME)]
    steps = [_take_step(tariff, total) for total in totals]
    return [step for step in steps if step is not None]


def _of_dimension(quantities: Quantities, dimension: int) -> Quantities:
    """The components of a dimension of which something is left after grace and allowances."""
    return {
        priced: quantity
        for priced, quantity in quantities.items()
        if priced.dimension == dimension and quantity.remaining > 0
    }


def _take_step(tariff: Tariff, quantities: Quantities) -> Stepped | None:
    """Round the total of the components to the step of the one that was active last.

    A surplus is billed by that component. A deficit (our choice) is taken from it, then from the one active last
    before it, and so on.
    """
    if not quantities:
        return None
    latest_first = sorted(quantities, key=lambda priced: quantities[priced].last_active, reverse=True)
    last = find(tariff, latest_first[0])[2]
    if last.step == 0:
        return None
    total = sum(quantity.remaining for quantity in quantities.values())
    stepped = to_step(total, last.step, last.round)
    change = stepped - total
    for priced in latest_first:
        quantity = quantities[priced]
        quantity.step_change = max(change, -quantity.remaining)
        change -= quantity.step_change
    changes = tuple((priced, quantities[priced].step_change) for priced in latest_first)
    changed = tuple((priced, moved) for priced, moved in changes if moved)
    return Stepped(latest_first[0], last.step, last.round, total, stepped, changed)


def to_step(total: int, step: int, round_: StepRound) -> int:
    """A total as a whole number of steps; nearest rounds a tie up. An exact multiple stays as it is.

    >>> to_step(7, 5, "up"), to_step(7, 5, "down"), to_step(7, 5, "nearest"), to_step(10, 5, "up")
    (10, 5, 5, 10)
    """
    whole, rest = divmod(total, step)
    if rest and (round_ == "up" or (round_ == "nearest" and 2 * rest >= step)):
        whole += 1
    return whole * step
