"""The kernels in their order, for one block of sessions after the other: one call prices a chunk.

A block is small, so that what one kernel hands to the next stays in the cache of its core: chunks of 32,768 sessions
took 10 ns of one core for an interval, blocks take 7.3, and `plain` alone 4.0.
"""

from __future__ import annotations

from rating.kernels.amounts import amounts
from rating.kernels.arrays import NO_LINE, Book, Lines, Scratch, Totals, Usage
from rating.kernels.bill import bill
from rating.kernels.gather import gather
from rating.kernels.jit import kernel
from rating.kernels.lines import write_lines
from rating.kernels.plain import plain
from rating.kernels.step import step
from rating.kernels.walk import walk

BLOCK_SESSIONS = 1024

# Why `price` returns.
DONE = 0
LINES_FULL = 1
SCRATCH_FULL = 2


@kernel
def price(
    first: int, last: int, usage: Usage, book: Book, scratch: Scratch, totals: Totals, out: Lines
) -> tuple[int, int, int]:
    """Price the sessions first to last - 1 (PRICING 1 to 4).

    Returns: the first session that was not priced, how many lines were written, and why it stopped there: DONE,
    LINES_FULL (not one more session is sure to fit), or SCRATCH_FULL (that session alone needs more of it).
    """
    is_plain, of_session, stepped = book.rules.plain, usage.timeline, book.rules.stepped
    pick, kind = scratch.pick, scratch.records.kind
    steps = False
    for t in range(stepped.size):
        steps = steps or stepped[t] != 0
    lines = 0
    s = first
    while True:
        s, lines = plain(s, last, lines, usage, book, scratch, totals, out)
        if s == last:
            return s, lines, DONE

        # What `plain` left: that session, and those after it that it would leave too.
        end = s + 1
        while end < last and end - s < BLOCK_SESSIONS and is_plain[of_session[end]] == 0:
            end += 1
        while walk(s, end, usage, book.timelines, scratch.stretches, totals) < 0:
            if end == s + 1:
                return s, lines, SCRATCH_FULL
            end = s + (end - s) // 2
        records = gather(s, end - s, usage, scratch.stretches, book, scratch.records, totals)
        if steps:
            step(s, end - s, of_session, book.components, book.rules, scratch.records)
        amounts(records, book.components, scratch.records)
        count = bill(s, end - s, of_session, book.rules, scratch.records, totals)
        if lines + count > out.line.size:
            return s, lines, LINES_FULL
        if count != records:
            picked = 0
            for r in range(records):
                if kind[r] != NO_LINE:
                    pick[picked] = r
                    picked += 1
        write_lines(s, lines, count, count != records, usage, book, scratch, out)
        lines += count
        s = end
