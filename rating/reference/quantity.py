"""Which quantity is billed: the volume of each component, its grace, and the step of the session (PRICING 3)."""

from __future__ import annotations

from dataclasses import dataclass

from rating.reference.match import Priced, find
from rating.reference.measure import Piece
from rating.reference.trace import Stepped
from rating.tariff.model import StepRound, Tariff
from rating.units import ENERGY, PARKING_TIME, TIME


@dataclass(slots=True)
class Quantity:
    """What one component counts, in milli-Wh, microseconds or sessions."""

    volume: int = 0  # measured
    free: int = 0  # of it, within the grace
    step_change: int = 0  # added (or taken) by the step
    last_active: int = -1  # number of the last piece of which something remained after the grace

    @property
    def after_grace(self) -> int:
        """What is left when grace is over, before any step."""
        return self.volume - self.free

    @property
    def billed(self) -> int:
        """What is multiplied by the price."""
        return self.after_grace + self.step_change

    def add(self, amount: int, free: int, number: int) -> None:
        """Count a piece."""
        self.volume += amount
        self.free += free
        if amount > free:
            self.last_active = number


Quantities = dict[Priced, Quantity]


def quantities_of(tariff: Tariff, pieces: list[Piece], first_energy_us: int | None) -> Quantities:
    """The volume of each component after grace (PRICING 3).

    Our choices: each dimension has one clock of its time in the session, which runs whether that time is priced or
    not; the part of a component's time at which its clock reads less than its grace is free. For a parking price
    `from: first_energy`, what came before the first energy is not parking: no volume, and its clock stands still.
    """
    found: Quantities = {}
    charged_us = parked_us = parked_since_energy_us = 0
    for number, piece in enumerate(pieces):
        energy, time, parking, _ = (match.holds for match in piece.span.matches)
        length = piece.end_us - piece.start_us
        if energy is not None and piece.energy_mwh:
            found.setdefault(energy, Quantity()).add(piece.energy_mwh, 0, number)
        if piece.charging:
            if time is not None and length:
                free = _free(tariff, time, charged_us, length)
                found.setdefault(time, Quantity()).add(length, free, number)
            charged_us += length
            continue
        energy_came = first_energy_us is not None and first_energy_us <= piece.start_us
        if parking is not None and length:
            from_energy = find(tariff, parking)[2].from_first_energy
            if energy_came or not from_energy:
                clock = parked_since_energy_us if from_energy else parked_us
                free = _free(tariff, parking, clock, length)
                found.setdefault(parking, Quantity()).add(length, free, number)
        parked_us += length
        parked_since_energy_us += length if energy_came else 0
    return found


def _free(tariff: Tariff, priced: Priced, clock_us: int, length_us: int) -> int:
    """How much of a piece that begins when the dimension's clock reads `clock_us` lies within the grace."""
    grace_us = find(tariff, priced)[2].grace_us
    return max(0, min(grace_us - clock_us, length_us))


def take_steps(tariff: Tariff, quantities: Quantities) -> list[Stepped]:
    """The step of energy, and that of parking time or else of time; changes the quantities (PRICING 3)."""
    parking = _of_dimension(quantities, PARKING_TIME)
    timed = parking if parking else _of_dimension(quantities, TIME)
    steps = [_take_step(tariff, _of_dimension(quantities, ENERGY)), _take_step(tariff, timed)]
    return [step for step in steps if step is not None]


def _of_dimension(quantities: Quantities, dimension: int) -> Quantities:
    """The components of a dimension of which something is left after grace."""
    return {
        priced: quantity
        for priced, quantity in quantities.items()
        if priced.dimension == dimension and quantity.after_grace > 0
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
    total = sum(quantity.after_grace for quantity in quantities.values())
    stepped = to_step(total, last.step, last.round)
    change = stepped - total
    for priced in latest_first:
        quantity = quantities[priced]
        quantity.step_change = max(change, -quantity.after_grace)
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
