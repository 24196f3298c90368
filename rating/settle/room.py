"""Room for what kernels write: between each other, and as lines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.plan import Plan
from rating.kernels.arrays import (
    NO_TAX,
    SETTLED_APART,
    SPARE_MAX,
    Gathered,
    Lines,
    Records,
    Scratch,
    Shares,
    Stretches,
    Totals,
)
from rating.kernels.bands import BAND_WIDTH, BANDS_MAX
from rating.kernels.epochs import AHEAD_SESSIONS
from rating.kernels.groups import Packed, pack
from rating.kernels.price import BLOCK_SESSIONS
from rating.memory import Block
from rating.units import LINE_DIMENSIONS

Int64 = NDArray[np.int64]


class Needs(NamedTuple):
    """What room a block of sessions takes."""

    stretches: int
    sessions: int
    stepped: bool
    restricted: bool
    by_index: bool
    most: int  # components of a timeline
    spare: int  # records that plans may add to a session
    lines: bool


class ScratchRoom:
    """The scratch of a thread, and of the next call that needs as much: to make it took 50 us of a call."""

    def __init__(self) -> None:
        self._block = Block()
        self._needs: Needs | None = None
        self._scratch: Packed | None = None

    def scratch(self, stretches: int, plan: Plan, *, lines: bool) -> Packed:
        """Scratch as `room_for_block` makes it; what was handed out before is in use no more."""
        needs = _needs(stretches, plan, BLOCK_SESSIONS, lines)
        if self._scratch is None or self._needs != needs:
            self._scratch, self._needs = pack(_room(self._block, needs)), needs
        _clear(self._scratch.group)
        return self._scratch


def room_for_block(
    block: Block, stretches: int, plan: Plan, sessions: int = BLOCK_SESSIONS, *, lines: bool = True
) -> Scratch:
    """Room for a block of sessions with so many stretches, and a record of every dimension of each, and spare ones."""
    scratch = _room(block, _needs(stretches, plan, sessions, lines))
    _clear(scratch)
    return scratch


def _needs(stretches: int, plan: Plan, sessions: int, lines: bool) -> Needs:
    book = plan.book
    return Needs(
        stretches,
        sessions,
        stepped=bool(book.rules.stepped.any()),
        restricted=bool(book.timelines.restricted.any()),
        by_index=bool(book.timelines.spot.any()),
        most=int(book.component_most[0]),
        spare=int(book.terms.spare_most[0]),
        lines=lines,
    )


def _clear(scratch: Scratch) -> None:
    """Sums begin at nothing, and a call that raised may have left some."""
    for each in (scratch.volume, scratch.free, scratch.spot, *scratch.gathered):
        each[:] = 0


def _room(block: Block, needs: Needs) -> Scratch:
    stretches, sessions, most, spare = needs.stretches, needs.sessions, needs.most, needs.spare
    width = stretches if needs.restricted else 0
    room = len(LINE_DIMENSIONS) * stretches + (SPARE_MAX + spare) * sessions
    small = len(LINE_DIMENSIONS)
    means = room if needs.by_index else 0
    block.reset(
        {
            np.int64: 3 * stretches
            + 2 * width
            + 6 * room
            + means
            + 2 * (sessions + 1)
            + 2 * sessions
            + 17 * max(most, small)
            + 4 * spare
            + 2 * small
            + 2 * AHEAD_SESSIONS
            + BANDS_MAX * BAND_WIDTH,
            np.int32: stretches + small * (width + 1) + 4 * room,
            np.uint8: stretches + room,
        }
    )
    billable = block.take(room, np.int64)
    volume, free, spot = (block.take(most, np.int64) for _ in range(3))
    return Scratch(
        wanted=np.array([needs.lines], np.uint8),
        others=block.take(sessions, np.int64),
        places=block.take(sessions, np.int64),
        stretches=Stretches(
            first=block.take(sessions + 1, np.int64),
            epoch=block.take(stretches, np.int32),
            component=block.take(len(LINE_DIMENSIONS) * width, np.int32),
            after=block.take(stretches, np.uint8),
            energy_mwh=block.take(stretches, np.int64),
            charging_us=block.take(stretches, np.int64),
            duration_us=block.take(stretches, np.int64),
            parked_us=block.take(width, np.int64),
            reserved_us=block.take(width, np.int64),
            bands=block.take(BANDS_MAX, np.int64, BAND_WIDTH),
            picks=block.take(len(LINE_DIMENSIONS), np.int32),
        ),
        records=Records(
            first=block.take(sessions + 1, np.int64),
            session=block.take(room, np.int32),
            kind=block.take(room, np.uint8),
            component=block.take(room, np.int32),
            turn=block.take(room, np.int32),
            volume=block.take(room, np.int64),
            billable=billable,
            billed=block.take(room, np.int64) if needs.stepped else billable,
            nano=block.take(room, np.int64),
            rest=block.take(room, np.int64),
            printed=block.take(room, np.int64),
            mean=block.take(means, np.int64),
        ),
        pick=block.take(room, np.int32),
        volume=volume,
        begins=block.take(2, np.int64, AHEAD_SESSIONS),
        free=free,
        under=block.take(most + spare, np.int64),
        rest=block.take(most + spare, np.int64),
        spot=spot,
        gathered=_room_for_sums(block, most, needs.by_index),
        shares=Shares(*(block.take(size, np.int64) for size in [most] * 4 + [spare] * 2)),
    )


def _room_for_sums(block: Block, most: int, by_index: bool) -> Gathered:
    small = len(LINE_DIMENSIONS)
    sizes = (most, most, most, 4 * most if by_index else 0, most, small, small)
    return Gathered(*(block.take(size, np.int64) for size in sizes))


def room_for_lines(count: int, plan: Plan) -> Lines:
    """Room for the columns of the table: it stays with the table, so each chunk has its own.

    What no tariff of the batch needs takes no room: a rate of tax, or billed volumes other than the measured ones.
    """
    parts = plan.book.components
    billed = count if parts.step.any() or parts.grace_us.any() or plan.book.terms.allowance_of.size else 0
    taxed = count if (plan.book.rules.tax != NO_TAX).any() else 0
    # Lines of something else than usage, which have not all that those have.
    rules = plan.book.rules
    odd = -(-count // 8) if plan.terms or rules.spare.any() or (rules.mixed == SETTLED_APART).any() else 0
    block = Block()
    sizes = {np.int64: 9 * count + 2 * billed + 2 * taxed, np.int32: 3 * count, np.uint8: 2 * count + 4 * odd}
    block.reset(sizes)
    bits = [block.take(odd, np.uint8) for _ in range(4)]
    for each in bits:
        each[:] = 255
    return Lines(
        session=block.take(count, np.int64),
        line=block.take(count, np.int32),
        kind=block.take(count, np.uint8),
        dimension=block.take(count, np.uint8),
        element=block.take(count, np.int32),
        unit=block.take(count, np.int32),
        volume=block.take(count, np.int64, 2),
        billed_volume=block.take(billed, np.int64, 2),
        unit_price=block.take(count, np.int64, 2),
        amount=block.take(count, np.int64, 2),
        printed=block.take(count, np.int64, 2),
        rate=block.take(taxed, np.int64, 2),
        priced=bits[0],
        measured=bits[1],
        named=bits[2],
        dimensioned=bits[3],
    )


def room_for_totals(count: int, plan: Plan) -> Totals:
    """Room for what is found for so many sessions."""
    taxed = count if (plan.book.rules.tax != NO_TAX).any() else 0
    unknown = count if plan.book.rules.mixed.any() else 0
    block = Block()
    block.reset({np.int64: 9 * count + 4 * taxed, np.uint8: count + unknown})
    unknowns = block.take(unknown, np.uint8)
    unknowns[:] = 0
    net_micro = block.take(count, np.int64, 2)
    part_first = _part_first(plan)
    parts = int(part_first[-1]) if unknown else 0
    return Totals(
        status=block.take(count, np.uint8),
        unknown=unknowns,
        fault=block.take(count, np.int64),
        energy_mwh=block.take(count, np.int64, 2),
        charging_us=block.take(count, np.int64, 2),
        parked_us=block.take(count, np.int64, 2),
        net_micro=net_micro,
        tax_micro=block.take(taxed, np.int64, 2),
        gross_micro=block.take(count, np.int64, 2) if taxed else net_micro,
        part_first=part_first,
        part_net_micro=np.zeros(parts, np.int64),
        part_tax_micro=np.zeros(parts, np.int64),
    )


def _part_first(plan: Plan) -> Int64:
    """Where the taxes of each session stand; only those of mixed timelines are kept one by one."""
    mixed = plan.book.rules.mixed
    if not mixed.any():
        return np.empty(0, np.int64)
    width = np.where(mixed != 0, [len(each) for each in plan.taxes], 0)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(width[plan.timeline], dtype=np.int64)])
