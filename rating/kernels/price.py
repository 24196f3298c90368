"""The kernels in their order, for one block of sessions after the other: one call prices a chunk.

A block is small, so that what one kernel hands to the next stays in the cache of its core: chunks of 32,768 sessions
took 10 ns of one core for an interval, blocks take 7.3, and `plain` alone 4.4.

Each is called by its address, which is asked for when a batch first needs it: to compile them all takes a minute, and
those of a plain tariff three seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rating.kernels.amounts import amounts
from rating.kernels.arith import row_of
from rating.kernels.arrays import (
    NO_LINE,
    SETTLED_APART,
    SPARE_MAX,
    Book,
    Deals,
    Lines,
    Scratch,
    Totals,
    Usage,
)
from rating.kernels.bill import bill, bill_full
from rating.kernels.discount import discount
from rating.kernels.gather import gather, gather_full
from rating.kernels.groups import Chosen, Entries, pack
from rating.kernels.jit import scalar
from rating.kernels.lines import write_lines
from rating.kernels.native import address_of, bind, entry, through
from rating.kernels.plain import plain, plain_by_index, plain_with_deals
from rating.kernels.step import step
from rating.kernels.walk import walk
from rating.kernels.walk_restricted import walk_restricted

BLOCK_SESSIONS = 1024

PARTS: tuple[Callable[..., Any], ...] = (
    *(plain, plain_with_deals, plain_by_index, walk, walk_restricted, gather, gather_full),
    *(step, amounts, discount, bill, bill_full, write_lines),
)
_PLAIN, _PLAIN_WITH_DEALS, _PLAIN_BY_INDEX, _WALK, _WALK_RESTRICTED, _GATHER, _GATHER_FULL = range(7)
_STEP, _AMOUNTS, _DISCOUNT, _BILL, _BILL_FULL, _WRITE_LINES = range(7, 13)
_plain, _plain_with_deals, _plain_by_index = through(plain), through(plain_with_deals), through(plain_by_index)
_walk, _walk_restricted, _gather, _step = through(walk), through(walk_restricted), through(gather), through(step)
_amounts, _discount, _bill, _write_lines = through(amounts), through(discount), through(bill), through(write_lines)

# Why `price` returns.
DONE = 0
LINES_FULL = 1
SCRATCH_FULL = 2
APART = 3
_NEEDS = 4  # and more: the kernel PARTS[why - _NEEDS]


@scalar
def _is_apart(s: int, usage: Usage, book: Book, deals: Deals) -> bool:
    """Whether the totals of a session are for `settle.apart`."""
    mixed = book.rules.mixed[usage.timeline[s]]
    if mixed == SETTLED_APART:
        return True
    if deals.of_session.size == 0 or deals.of_session[s] < 0:
        return False
    term = deals.terms[deals.of_session[s]]
    return bool(book.terms.apart[term] != 0 or (mixed != 0 and book.terms.taxed[term] != 0))


@entry
def _price(
    first: int,
    last: int,
    lines: int,
    chosen: Chosen,
    usage: Usage,
    book: Book,
    deals: Deals,
    scratch: Scratch,
    totals: Totals,
    out: Lines,
    entries: Entries,
) -> tuple[int, int, int]:
    """As `price`, which calls it again where it needs a kernel."""
    rows, code = chosen.rows, entries.address
    is_plain, of_session, stepped = book.rules.plain, usage.timeline, book.rules.stepped
    with_deals, deal_of = deals.of_session.size > 0, deals.of_session
    restricted, records = book.timelines.restricted, scratch.records
    steps, plains = False, False
    for t in range(stepped.size):
        steps = steps or stepped[t] != 0
        plains = plains or is_plain[t] != 0
    full = with_deals or book.prices.part.size > 0  # some kernels are there with and without what few batches have
    for t in range(stepped.size):
        full = full or book.rules.mixed[t] != 0
    gathers, bills = (_GATHER_FULL, _BILL_FULL) if full else (_GATHER, _BILL)
    kind_of_plain = _PLAIN_WITH_DEALS if with_deals else _PLAIN
    if book.prices.part.size > 0:
        kind_of_plain = _PLAIN_BY_INDEX
    if plains and code[kind_of_plain] == 0:
        return first, lines, _NEEDS + kind_of_plain
    p = first  # a place in `rows`
    while True:
        if plains and kind_of_plain == _PLAIN:
            p, lines = _plain(code[_PLAIN], p, last, lines, rows, usage, book, deals, scratch, totals, out)
        elif plains and kind_of_plain == _PLAIN_WITH_DEALS:
            p, lines = _plain_with_deals(
                code[_PLAIN_WITH_DEALS], p, last, lines, rows, usage, book, deals, scratch, totals, out
            )
        elif plains:
            p, lines = _plain_by_index(
                code[_PLAIN_BY_INDEX], p, last, lines, rows, usage, book, deals, scratch, totals, out
            )
        if p == last:
            return p, lines, DONE

        # What `plain` left: that session, and those after it that it would leave too.
        s = row_of(rows, p)
        kind = restricted[of_session[s]]
        apart = _is_apart(s, usage, book, deals)
        end = p + 1
        while end < last and end - p < BLOCK_SESSIONS and not apart:
            other = row_of(rows, end)
            t = of_session[other]
            has_deal = with_deals and deal_of[other] >= 0
            if (is_plain[t] != 0 and not has_deal) or restricted[t] != kind or _is_apart(other, usage, book, deals):
                break
            end += 1
        for each in range(_WALK, code.size):
            optional = (
                (each == _WALK and kind != 0)
                or (each == _WALK_RESTRICTED and kind == 0)
                or (each == _STEP and not steps)
                or (each == _DISCOUNT and not with_deals)
                or (each == (_GATHER if full else _GATHER_FULL))
                or (each == (_BILL if full else _BILL_FULL))
            )
            if code[each] == 0 and not optional:
                return p, lines, _NEEDS + each
        while True:
            if kind != 0:
                found = _walk_restricted(code[_WALK_RESTRICTED], p, end, rows, usage, book, scratch.stretches, totals)
            else:
                found = _walk(code[_WALK], p, end, rows, usage, book.timelines, scratch.stretches, totals)
            if found >= 0:
                break
            if end == p + 1:
                return p, lines, SCRATCH_FULL
            end = p + (end - p) // 2
        made = _gather(
            code[gathers], p, end - p, rows, usage, scratch.stretches, book, deals, scratch.gathered, records, totals
        )
        if steps:
            _step(code[_STEP], p, end - p, rows, of_session, book.components, book.rules, records)
        _amounts(code[_AMOUNTS], made, book.components, records)
        if apart and totals.status[s] == 0:
            return p, lines, APART if lines + made + SPARE_MAX <= out.line.size else LINES_FULL
        if with_deals and not apart:
            _discount(code[_DISCOUNT], p, end - p, rows, of_session, book, deals, scratch.shares, records)
        count = _bill(code[bills], p, end - p, rows, of_session, book, deals, records, totals)
        if scratch.wanted[0] == 0:
            p = end
            continue
        if lines + count > out.line.size:
            return p, lines, LINES_FULL
        if count != made:
            picked = 0
            for r in range(made):
                if records.kind[r] != NO_LINE:
                    scratch.pick[picked] = r
                    picked += 1
        _write_lines(code[_WRITE_LINES], p, lines, count, count != made, rows, usage, book, scratch, out)
        lines += count
        p = end


_ENTRIES = Entries(np.zeros(len(PARTS), np.int64))
_PACKED = pack(_ENTRIES)
Run = Callable[[int, int, int], tuple[int, int, int]]


def price(first: int, last: int, lines: int, *groups: Any) -> tuple[int, int, int]:
    """Price the sessions of `rows`, int64 (q,) ascending or (0,): all, from place `first` to place last - 1, writing
    lines from row `lines` on (PRICING 1 to 4).

    `groups` are rows, Usage, Book, Deals, Scratch, Totals and Lines, each as it is or packed.

    Returns: the first place that is not priced, how many lines are written now, and why it stopped there: DONE,
    LINES_FULL (not one more session is sure to fit), SCRATCH_FULL (its session alone needs more of it), or APART (its
    amounts are in `scratch.records`, and its totals are for `settle.apart`).
    """
    return bound(*groups)(first, last, lines)


def bound(rows: Any, *groups: Any) -> Run:
    """What calls `price` with these groups."""
    packed = (pack(Chosen(rows) if isinstance(rows, np.ndarray) else rows), *map(pack, groups), _PACKED)
    run = bind(_price, packed)

    def priced(first: int, last: int, lines: int) -> tuple[int, int, int]:
        while True:
            first, lines, why = run(first, last, lines)
            if why < _NEEDS:
                return first, lines, why
            _ENTRIES.address[why - _NEEDS] = address_of(PARTS[why - _NEEDS])

    return priced
