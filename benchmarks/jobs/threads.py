"""J1 on one core and on more: the same bytes, in a share of the time."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pyarrow as pa

import rating
from benchmarks.data import FULL, QUICK, make_job
from benchmarks.machine import cores
from benchmarks.rows import bill, floor_row, once, rating_row
from benchmarks.shapes import PATH
from benchmarks.trial import Found, Job, Mark, Trial

WITHIN: Final = 1.1  # times the time of one thread, divided by the threads


def build(n_intervals: int) -> Trial:
    """Threads in powers of two, up to the cores that there are; two in any case."""
    data = once(partial(make_job, n_intervals))
    counts = [count for count in (1, 2, 4, 8, 16, 32) if count <= max(2, cores())]
    names = [f"{count} thread{'s' * (count > 1)}" for count in counts]
    return Trial(
        f"{n_intervals:,} intervals of J1",
        (
            floor_row(data, n_intervals),
            *(
                rating_row(
                    name,
                    f"rate(threads={count})",
                    lambda: (rating.load_tariffs(PATH), data()),
                    n_intervals,
                    summary=digest,
                    threads=count,
                )
                for name, count in zip(names, counts, strict=True)
            ),
        ),
        bases=("read floor", names[0]),
        check=_all_alike,
        marks=tuple(
            Mark(f"{name}: {{}} times an even share of the time of one", partial(_share, names[0], name, count), WITHIN)
            for name, count in zip(names[1:], counts[1:], strict=True)
        ),
    )


def digest(rated: Any) -> Any:
    """What all bytes of the tables come to."""
    bill(rated)
    whole = pa.BufferOutputStream()
    for table in (rated.sessions, rated.lines):
        with pa.ipc.new_stream(whole, table.schema) as stream:
            stream.write_table(table.combine_chunks())
    return hash(bytes(whole.getvalue()))


def _all_alike(digests: dict[str, Any]) -> list[str]:
    different = [name for name in digests if digests[name] != next(iter(digests.values()))]
    if different:
        raise AssertionError(f"the bytes of {', '.join(different)} differ from those of one thread")
    return [f"the same bytes for {len(digests)} numbers of threads"]


def _share(one: str, name: str, count: int, found: Found) -> float | None:
    times = found.times(name, one)
    return None if times is None else times * count


JOB: Final = Job("THREADS", "J1 on one core, and on more", "intervals", FULL, QUICK, build)
