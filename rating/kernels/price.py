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
    Int64,
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
from rating.kernels.plain import plain, plain_by_index, plain_by_index_with_deals, plain_with_deals
from rating.kernels.step import step
from rating.kernels.walk import walk
from rating.kernels.walk_restricted import walk_restricted

BLOCK_SESSIONS = 1024
_WINDOW_SESSIONS = 4 * BLOCK_SESSIONS  # among which those of a block are sought
_PLAIN_MAX = 64  # one after the other within a block: to look for more takes as long as to begin one

PARTS: tuple[Callable[..., Any], ...] = (
    *(plain, plain_with_deals, plain_by_index, plain_by_index_with_deals),
    *(walk, walk_restricted, gather, gather_full, step, amounts, discount, bill, bill_full, write_lines),
)
_PLAIN, _PLAIN_WITH_DEALS, _PLAIN_BY_INDEX, _PLAIN_BY_INDEX_WITH_DEALS = range(4)
_NOT_PLAIN = -1
_WALK, _WALK_RESTRICTED, _GATHER, _GATHER_FULL, _STEP, _AMOUNTS, _DISCOUNT, _BILL, _BILL_FULL, _WRITE_LINES = range(
    4, 14
)
_plain, _plain_with_deals = through(plain), through(plain_with_deals)
_plain_by_index, _plain_by_index_with_deals = through(plain_by_index), through(plain_by_index_with_deals)
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


@scalar
def _plainly(
    kind: int,
    p: int,
    last: int,
    lines: int,
    rows: Int64,
    usage: Usage,
    book: Book,
    deals: Deals,
    scratch: Scratch,
    totals: Totals,
    out: Lines,
    code: Int64,
) -> tuple[int, int]:
    """Price sessions by the kernel of that kind as far as it can: the first place that it left, and the lines now."""
    if kind == _NOT_PLAIN:
        return p, lines
    at = code[kind]
    if kind == _PLAIN:
        return _plain(at, p, last, lines, rows, usage, book, deals, scratch, totals, out)
    if kind == _PLAIN_WITH_DEALS:
        return _plain_with_deals(at, p, last, lines, rows, usage, book, deals, scratch, totals, out)
    if kind == _PLAIN_BY_INDEX:
        return _plain_by_index(at, p, last, lines, rows, usage, book, deals, scratch, totals, out)
    return _plain_by_index_with_deals(at, p, last, lines, rows, usage, book, deals, scratch, totals, out)


@scalar
def _list_others(
    p: int, last: int, most: int, rows: Int64, usage: Usage, book: Book, deals: Deals, scratch: Scratch
) -> int:
    """Put the session at place p, and those after it that `plain` would leave too, up to `most` in all, into
    `scratch.others`; return how many there are. They are all for one walk; one that is settled apart is alone.

    Where tariffs of many kinds are mixed, plain sessions stand between them: to price each run of a few by itself
    took 330 ns a session more, for every kernel begins anew.
    """
    is_plain, of_session, restricted = book.rules.plain, usage.timeline, book.timelines.restricted
    door_status, interval_first = usage.status, usage.interval_first
    others, places = scratch.others, scratch.places
    s = row_of(rows, p)
    kind = restricted[of_session[s]] != 0
    others[0], places[0] = s, p
    if _is_apart(s, usage, book, deals):
        return 1
    count = 1
    for place in range(p + 1, min(last, p + _WINDOW_SESSIONS)):
        s = row_of(rows, place)
        t = of_session[s]
        refused = door_status[s] != 0  # which any walk skips
        with_deal = deals.of_session.size > 0 and deals.of_session[s] >= 0
        if is_plain[t] != 0 and not with_deal and not refused and interval_first[s] < interval_first[s + 1]:
            if place - places[count - 1] > _PLAIN_MAX:
                break
            continue
        if count == most or ((restricted[t] != 0) != kind and not refused) or _is_apart(s, usage, book, deals):
            break
        others[count], places[count] = s, place
        count += 1
    return count


@scalar
def _pick_lines(lo: int, hi: int, scratch: Scratch) -> int:
    """Put the records of sessions number lo to hi - 1 of the block that are lines into `scratch.pick`; how many."""
    records, picked = scratch.records, 0
    for r in range(records.first[lo], records.first[hi]):
        if records.kind[r] != NO_LINE:
            scratch.pick[picked] = r
            picked += 1
    return picked


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
    rows, code, others, places = chosen.rows, entries.address, scratch.others, scratch.places
    is_plain, of_session, stepped = book.rules.plain, usage.timeline, book.rules.stepped
    with_deals, records = deals.of_session.size > 0, scratch.records
    steps, plains = False, False
    for t in range(stepped.size):
        steps = steps or stepped[t] != 0
        plains = plains or is_plain[t] != 0
    full = with_deals or book.prices.part.size > 0  # some kernels are there with and without what few batches have
    for t in range(stepped.size):
        full = full or book.rules.mixed[t] != 0
    gathers, bills = (_GATHER_FULL, _BILL_FULL) if full else (_GATHER, _BILL)
    plainly = _PLAIN_WITH_DEALS if with_deals else _PLAIN
    if book.prices.part.size > 0:
        plainly = _PLAIN_BY_INDEX_WITH_DEALS if with_deals else _PLAIN_BY_INDEX
    if not plains:
        plainly = _NOT_PLAIN
    elif code[plainly] == 0:
        return first, lines, _NEEDS + plainly
    p = first  # a place in `rows`
    most = others.size
    while True:
        p, lines = _plainly(plainly, p, last, lines, rows, usage, book, deals, scratch, totals, out, code)
        if p == last:
            return p, lines, DONE

        # What `plain` left: that session, and those after it that it would leave too.
        count = _list_others(p, last, most, rows, usage, book, deals, scratch)
        s = others[0]
        apart, kind = _is_apart(s, usage, book, deals), book.timelines.restricted[of_session[s]] != 0
        for each in range(_WALK, code.size):
            optional = (
                (each == _WALK and kind)
                or (each == _WALK_RESTRICTED and not kind)
                or (each == _STEP and not steps)
                or (each == _DISCOUNT and not with_deals)
                or (each == (_GATHER if full else _GATHER_FULL))
                or (each == (_BILL if full else _BILL_FULL))
            )
            if code[each] == 0 and not optional:
                return p, lines, _NEEDS + each
        while True:
            if kind:
                found = _walk_restricted(
                    code[_WALK_RESTRICTED], 0, count, others, usage, book, scratch.stretches, totals
                )
            else:
                found = _walk(code[_WALK], 0, count, others, usage, book.timelines, scratch.stretches, totals)
            if found >= 0:
                break
            if count == 1:
                return p, lines, SCRATCH_FULL
            count //= 2
        made = _gather(
            code[gathers], 0, count, others, usage, scratch.stretches, book, deals, scratch.gathered, records, totals
        )
        if steps:
            _step(code[_STEP], 0, count, others, of_session, book.components, book.rules, records)
        _amounts(code[_AMOUNTS], made, book.components, records)
        if apart and totals.status[s] == 0:
            return p, lines, APART if lines + made + SPARE_MAX <= out.line.size else LINES_FULL
        if with_deals and not apart:
            _discount(code[_DISCOUNT], 0, count, others, of_session, book, deals, scratch.shares, records)
        _bill(code[bills], 0, count, others, of_session, book, deals, records, totals)

        # Their lines, in the order of sessions: before those of each run of them come those of the plain ones.
        done = 0
        while done < count:
            if p < places[done]:
                p, lines = _plainly(
                    plainly, p, places[done], lines, rows, usage, book, deals, scratch, totals, out, code
                )
                if p < places[done]:
                    break  # there is one that `plain` left as well, or no room for its lines
            end = done + 1
            while end < count and places[end] == places[end - 1] + 1:
                end += 1
            if scratch.wanted[0] != 0:
                picked = _pick_lines(done, end, scratch)
                while lines + picked > out.line.size and end > done + 1:
                    end = done + (end - done) // 2
                    picked = _pick_lines(done, end, scratch)
                if lines + picked > out.line.size:
                    return p, lines, LINES_FULL
                _write_lines(code[_WRITE_LINES], 0, lines, picked, True, others, usage, book, scratch, out)
                lines += picked
            p = places[end - 1] + 1
            done = end
        # Those after one that `plain` left as well are walked once more: as many as were walked for nothing before the
        # next such one. Blocks that always begin with all of them took 5 us a session where one in ten is at fault.
        most = max(done, 1) if done < count else min(2 * most, others.size)


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
