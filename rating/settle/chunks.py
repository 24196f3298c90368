"""Run the kernels over chunks of sessions, in threads.

Comes in: a checked batch and its plan. Goes out: a total for each session, and what `finish` makes of the lines of
each chunk, in order. A thread takes the next chunk when it has done one; what a chunk is never shows in the result.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating.compile.plan import Plan
from rating.kernels.arrays import (
    SPARE_MAX,
    Deals,
    Lines,
    Scratch,
    Totals,
    Usage,
    frozen,
    frozen_deals,
    no_deals,
    readonly,
)
from rating.kernels.groups import Chosen, Packed, pack
from rating.kernels.price import APART, BLOCK_SESSIONS, DONE, SCRATCH_FULL, price
from rating.settle.apart import settle_apart
from rating.settle.room import ScratchRoom, room_for_lines, room_for_totals
from rating.usage.batch import UsageBatch
from rating.workers import CORES, THREADS_MAX, together

Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]
T = TypeVar("T")

# Sessions in a chunk at most.
CHUNK_SESSIONS_MAX = 65536
CHUNK_SESSIONS_MIN = 8192  # half of what is worth a second thread
INTERVALS_A_SESSION = 24  # what a session costs beside its intervals, in these
# Room to begin with: J1 has 1.8, and a session that needs more makes its block walk again.
STRETCHES_A_SESSION = 8
SPOT_STRETCHES_A_SESSION = 32  # each price of an index begins another
# Room for lines: J1 has 3.5, and plans give some more. What does not fit makes a record batch of its own.
LINES_A_SESSION = 4
DEAL_LINES_A_SESSION = 1


def settle(
    batch: UsageBatch,
    plan: Plan,
    finish: Callable[[Lines], T] | None,
    *,
    deals: Deals | None = None,
    sessions: Int64 | None = None,
    totals: Totals | None = None,
    threads: int | None = None,
    chunk_sessions: int | None = None,
) -> tuple[Totals, list[T]]:
    """Price the sessions of the batch; `finish` makes of lines what is returned, in order of sessions.

    Args:
        batch: what was delivered.
        plan: how it is priced; what deals give is among its terms.
        finish: takes the lines of a chunk; several threads call it. None: no lines are wanted, and none are made.
        deals: what sessions get beside their tariffs; what they use of it is written there.
        sessions: int64 (q,) the rows to price, ascending, each once; None: all of them.
        totals: where to write what is found for each session of the batch, as an earlier call returned it. The rows of
            sessions that are not priced are left as they are.
        threads: how many threads price.
        chunk_sessions: how many sessions a thread takes at a time.
    """
    if chunk_sessions is not None and chunk_sessions < 1:
        raise ValueError(f"chunk_sessions must be at least 1, not {chunk_sessions}")
    rows = readonly(np.empty(0, np.int64) if sessions is None else sessions)
    count = plan.status.size if sessions is None else rows.size
    workers = min(threads or CORES, THREADS_MAX)  # each has a chunk at least, so that no more are cut
    edges = _edges(batch, rows, count, workers, chunk_sessions)
    totals = totals or room_for_totals(plan.status.size, plan)
    if not plan.tariffs:  # all were refused before: there is no timeline that kernels could read
        totals.status[:] = plan.status
        totals.fault[:] = -1
        return totals, []
    usage = usage_of(batch, plan)
    dealt = _NO_DEALS if deals is None else pack(frozen_deals(deals))
    packed = (*map(pack, (Chosen(rows), usage, plan.book)), dealt, pack(totals))
    job = Job(usage, plan, dealt.group, rows, totals, packed)
    found: list[list[T]] = [[] for _ in edges[1:]]
    queue = iter(enumerate(pairwise(edges)))

    def work() -> None:
        try:
            own = _SCRATCH.pop()
        except IndexError:
            own = ScratchRoom()
        for i, (first, last) in queue:  # the GIL hands each item to one thread
            lines = _price_chunk(job, own, first, last, wanted=finish is not None)
            found[i] = [finish(each) for each in lines] if finish is not None else []
        _SCRATCH.append(own)

    together(work, min(workers, len(found)))
    return totals, [lines for chunk in found for lines in chunk]


def _edges(batch: UsageBatch, rows: Int64, count: int, workers: int, chunk_sessions: int | None) -> list[int]:
    """Where chunks begin, among the places of the sessions to price, and where the last one ends."""
    if chunk_sessions is not None or not count:
        return [*range(0, count, chunk_sessions or 1), count]
    # As much work for each thread: meter years are few sessions with many intervals. Some rows count as usual ones.
    first = batch.interval_first
    work = INTERVALS_A_SESSION * count + (INTERVALS_A_SESSION * count if rows.size else int(first[-1]))
    if work <= 2 * INTERVALS_A_SESSION * CHUNK_SESSIONS_MIN:  # not worth starting a thread
        return [0, count]
    chunks = workers * -(-count // (workers * CHUNK_SESSIONS_MAX))
    if rows.size:
        return [count * chunk // chunks for chunk in range(chunks + 1)]
    shares = (work * chunk // chunks for chunk in range(1, chunks))
    places = range(count + 1)

    def work_before(at: int) -> int:
        return INTERVALS_A_SESSION * at + int(first[at])

    return [0, *(bisect_left(places, share, key=work_before) for share in shares), count]


_NO_DEALS = pack(frozen_deals(no_deals()))


class Job(NamedTuple):
    """What every chunk of a batch is priced by, and where its totals go."""

    usage: Usage
    plan: Plan
    deals: Deals
    rows: Int64
    totals: Totals
    packed: tuple[Packed, ...]  # rows, usage, the plan's book, deals and totals, once for all chunks


# What threads write between kernels: they put it back, and the next call takes it again. To fault it in for every
# call took 0.4 ns an interval.
_SCRATCH: deque[ScratchRoom] = deque(maxlen=CORES)


def usage_of(batch: UsageBatch, plan: Plan) -> Usage:
    """The batch as kernels read it."""
    sessions, intervals = batch.sessions, batch.intervals
    return frozen(
        Usage(
            session_id=np.asarray(sessions.id) if has_integer_ids(sessions.id) else np.empty(0, np.int64),
            session_start_us=sessions.start_us,
            session_end_us=sessions.end_us,
            timeline=plan.timeline,
            status=plan.status,
            interval_first=batch.interval_first,
            start_us=intervals.start_us,
            end_us=intervals.end_us,
            energy=intervals.energy,
            energy_scale=np.array([intervals.energy_scale], np.int64),
            activity=np.empty(0, np.uint8) if intervals.activity is None else intervals.activity,
            power_mw=np.empty(0, np.int64) if intervals.power_mw is None else intervals.power_mw,
            current_ma=np.empty(0, np.int64) if intervals.current_ma is None else intervals.current_ma,
            volumes_us=np.empty((0, 3), np.int64) if intervals.volumes_us is None else intervals.volumes_us,
            expired=np.empty(0, np.uint8) if sessions.expired is None else sessions.expired,
            reserved_us=np.empty(0, np.int64) if sessions.reserved_us is None else sessions.reserved_us,
            charging_end_us=np.empty(0, np.int64) if sessions.charging_end_us is None else sessions.charging_end_us,
        )
    )


def has_integer_ids(ids: Any) -> bool:
    """Whether kernels can write the session ids themselves: all are int64, and none is missing."""
    return bool(pa.types.is_int64(ids.type) and not ids.null_count)


def _price_chunk(job: Job, own: ScratchRoom, first: int, last: int, *, wanted: bool) -> list[Lines]:
    """The lines of the sessions at the places first to last - 1; more than one group where room for them ran out."""
    by_index = bool(job.plan.book.timelines.spot.any())
    stretches = (SPOT_STRETCHES_A_SESSION if by_index else STRETCHES_A_SESSION) * BLOCK_SESSIONS
    most = int(job.plan.book.component_most[0] + job.plan.book.terms.spare_most[0])
    each = LINES_A_SESSION + (DEAL_LINES_A_SESSION if job.plan.terms else 0)
    least = most + SPARE_MAX + 1  # which the lines of any session fit into
    room = each * (last - first) * wanted + least
    scratch = own.scratch(stretches, job.plan, lines=wanted)
    lines, count = room_for_lines(room, job.plan), 0
    rows, usage, book, deals, totals = job.packed
    found = []
    while True:
        first, count, why = price(first, last, count, rows, usage, book, deals, scratch, totals, lines)
        if why == SCRATCH_FULL:
            stretches *= 4
            scratch = own.scratch(stretches, job.plan, lines=wanted)
            continue
        if why == APART:
            session = int(job.rows[first]) if job.rows.size else first
            count += _settle_apart(job, scratch.group, session, lines, count) * wanted
            first += 1
            continue
        if count > 0:
            found.append(Lines(*(column[:count] for column in lines)))  # type: ignore[arg-type]
        if why == DONE:
            return found
        room = each * (last - first) + max(least, room if count == 0 else room // 2)
        lines, count = room_for_lines(room, job.plan), 0


def _settle_apart(job: Job, scratch: Scratch, session: int, lines: Lines, at: int) -> int:
    """Settle one session in fractions; return its number of lines."""
    count = settle_apart(session, job.plan, job.deals, scratch.records, job.totals, lines, at)
    ids = job.usage.session_id
    lines.session[at : at + count] = ids[session] if ids.size else session
    return count
