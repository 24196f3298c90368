"""The kernels in their order, for one block of sessions after the other: one call prices a chunk.

A block is small, so that what one kernel hands to the next stays in the cache of its core: chunks of 32,768 sessions
took 10 ns of one core for an interval, blocks take 7.3, and `plain` alone 4.4.
"""

from __future__ import annotations

from rating.kernels.amounts import amounts
from rating.kernels.arrays import NO_LINE, SETTLED_APART, SPARE_MAX, Book, Lines, Scratch, Totals, Usage
from rating.kernels.bill import bill
from rating.kernels.gather import gather
from rating.kernels.jit import kernel
from rating.kernels.lines import write_lines
from rating.kernels.plain import plain
from rating.kernels.step import step
from rating.kernels.walk import walk
from rating.kernels.walk_restricted import walk_restricted

BLOCK_SESSIONS = 1024

# Why `price` returns.
DONE = 0
LINES_FULL = 1
SCRATCH_FULL = 2
APART = 3


@kernel
def price(
    first: int, last: int, lines: int, usage: Usage, book: Book, scratch: Scratch, totals: Totals, out: Lines
) -> tuple[int, int, int]:
    """Price the sessions first to last - 1, writing lines from row `lines` on (PRICING 1 to 4).

    Returns: the first session that is not priced, how many lines are written now, and why it stopped there: DONE,
    LINES_FULL (not one more session is sure to fit), SCRATCH_FULL (that session alone needs more of it), or APART (its
    amounts are in `scratch.records`, and its totals are for `settle.apart`).
    """
    is_plain, mixed, of_session, stepped = book.rules.plain, book.rules.mixed, usage.timeline, book.rules.stepped
    restricted, records = book.timelines.restricted, scratch.records
    steps = False
    for t in range(stepped.size):
        steps = steps or stepped[t] != 0
    s = first
    while True:
        s, lines = plain(s, last, lines, usage, book, scratch, totals, out)
        if s == last:
            return s, lines, DONE

        # What `plain` left: that session, and those after it that it would leave too.
        kind = restricted[of_session[s]]
        apart = mixed[of_session[s]] == SETTLED_APART
        end = s + 1
        while end < last and end - s < BLOCK_SESSIONS and not apart:
            t = of_session[end]
            if is_plain[t] != 0 or restricted[t] != kind or mixed[t] == SETTLED_APART:
                break
            end += 1
        while True:
            if kind != 0:
                found = walk_restricted(s, end, usage, book, scratch.stretches, totals)
            else:
                found = walk(s, end, usage, book.timelines, scratch.stretches, totals)
            if found >= 0:
                break
            if end == s + 1:
                return s, lines, SCRATCH_FULL
            end = s + (end - s) // 2
        made = gather(s, end - s, usage, scratch.stretches, book, records, totals)
        if steps:
            step(s, end - s, of_session, book.components, book.rules, records)
        amounts(made, book.components, records)
        if apart and totals.status[s] == 0:
            return s, lines, APART if lines + made + SPARE_MAX <= out.line.size else LINES_FULL
        count = bill(s, end - s, of_session, book, records, totals)
        if lines + count > out.line.size:
            return s, lines, LINES_FULL
        if count != made:
            picked = 0
            for r in range(made):
                if records.kind[r] != NO_LINE:
                    scratch.pick[picked] = r
                    picked += 1
        write_lines(s, lines, count, count != made, usage, book, scratch, out)
        lines += count
        s = end
