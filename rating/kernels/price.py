"""The kernels in their order, for one block of sessions after the other: one call prices a chunk.

A block is small, so that what one kernel hands to the next stays in the cache of its core: chunks of 32,768 sessions
took 10 ns of one core for an interval, blocks take 7.3, and `plain` alone 4.4.
"""

from __future__ import annotations

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
from rating.kernels.bill import bill
from rating.kernels.discount import discount
from rating.kernels.gather import gather
from rating.kernels.jit import kernel, scalar
from rating.kernels.lines import write_lines
from rating.kernels.plain import plain, plain_by_index
from rating.kernels.step import step
from rating.kernels.walk import walk
from rating.kernels.walk_restricted import walk_restricted

BLOCK_SESSIONS = 1024

# Why `price` returns.
DONE = 0
LINES_FULL = 1
SCRATCH_FULL = 2
APART = 3


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


@kernel
def price(
    first: int,
    last: int,
    lines: int,
    rows: Int64,
    usage: Usage,
    book: Book,
    deals: Deals,
    scratch: Scratch,
    totals: Totals,
    out: Lines,
) -> tuple[int, int, int]:
    """Price the sessions of `rows`, int64 (q,) ascending or (0,): all, from place `first` to place last - 1, writing
    lines from row `lines` on (PRICING 1 to 4).

    Returns: the first place that is not priced, how many lines are written now, and why it stopped there: DONE,
    LINES_FULL (not one more session is sure to fit), SCRATCH_FULL (its session alone needs more of it), or APART (its
    amounts are in `scratch.records`, and its totals are for `settle.apart`).
    """
    is_plain, of_session, stepped = book.rules.plain, usage.timeline, book.rules.stepped
    with_deals, deal_of = deals.of_session.size > 0, deals.of_session
    restricted, records = book.timelines.restricted, scratch.records
    steps = False
    for t in range(stepped.size):
        steps = steps or stepped[t] != 0
    by_index = book.prices.part.size > 0
    p = first  # a place in `rows`
    while True:
        if by_index:
            p, lines = plain_by_index(p, last, lines, rows, usage, book, deals, scratch, totals, out)
        else:
            p, lines = plain(p, last, lines, rows, usage, book, deals, scratch, totals, out)
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
        while True:
            if kind != 0:
                found = walk_restricted(p, end, rows, usage, book, scratch.stretches, totals)
            else:
                found = walk(p, end, rows, usage, book.timelines, scratch.stretches, totals)
            if found >= 0:
                break
            if end == p + 1:
                return p, lines, SCRATCH_FULL
            end = p + (end - p) // 2
        made = gather(p, end - p, rows, usage, scratch.stretches, book, deals, records, totals)
        if steps:
            step(p, end - p, rows, of_session, book.components, book.rules, records)
        amounts(made, book.components, records)
        if apart and totals.status[s] == 0:
            return p, lines, APART if lines + made + SPARE_MAX <= out.line.size else LINES_FULL
        if with_deals and not apart:
            discount(p, end - p, rows, of_session, book, deals, scratch.shares, records)
        count = bill(p, end - p, rows, of_session, book, deals, records, totals)
        if lines + count > out.line.size:
            return p, lines, LINES_FULL
        if count != made:
            picked = 0
            for r in range(made):
                if records.kind[r] != NO_LINE:
                    scratch.pick[picked] = r
                    picked += 1
        write_lines(p, lines, count, count != made, rows, usage, book, scratch, out)
        lines += count
        p = end
