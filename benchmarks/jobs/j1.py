"""J1: `rating` and its peers side by side, all of which must come to the same bills."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import Final

from benchmarks.contender import Contender, Totals, disagreement
from benchmarks.data import FULL, QUICK, make_job
from benchmarks.ours import ALL as OURS
from benchmarks.peers import PEERS
from benchmarks.prices import load_prices
from benchmarks.rows import output_bytes
from benchmarks.trial import FLOOR, Job, Row, Trial, times_mark

CONTENDERS: Final[tuple[Contender, ...]] = (*PEERS, *OURS)


def build(n_intervals: int, contenders: Sequence[Contender] = CONTENDERS) -> Trial:
    """All contenders, or some of them."""
    jobs = cache(partial(make_job, n_intervals))
    prices = cache(load_prices)

    def row(contender: Contender) -> Row:
        return Row(
            contender.name,
            contender.about,
            lambda: contender.prepare(jobs(odd=contender.odd), prices()),
            n_intervals,
            summary=contender.totals,
            output_bytes=output_bytes if contender in OURS else None,
        )

    return Trial(
        f"{n_intervals:,} intervals; peak memory beyond the inputs",
        tuple(map(row, contenders)),
        bases=(FLOOR, "rating"),
        check=lambda totals: checked(contenders, totals),
        marks=(
            times_mark("rating: {} times the best expert's bare total", "rating", "numpy expert", 0.5),
            times_mark("totals only: {} times the best expert's", "rating, totals only", "numpy expert", 0.25),
        ),
        memory=True,
        fastest_first=True,
    )


def checked(contenders: Sequence[Contender], totals: dict[str, Totals]) -> list[str]:
    """What the contenders of each job agree on. AssertionError unless they do, session by session."""
    lines = []
    for job, odd in (("J1", False), ("J1-odd", True)):
        of_job = [each for each in contenders if each.odd is odd and each.name in totals]
        for contender in of_job[1:]:
            problem = disagreement(totals[contender.name], totals[of_job[0].name], contender.within)
            if problem is not None:
                raise AssertionError(f"{contender.name} disagrees with {of_job[0].name}: {problem}")
        if of_job:
            count = len(of_job)
            total = totals[of_job[0].name].total
            lines.append(f"{job}: {total:,.2f}, the same for {count} contender{'s' * (count > 1)}")
    return lines


def chosen(only: str) -> list[Contender]:
    """The contenders whose names begin with one of the given, and the read floor, by which all are measured."""
    wanted = tuple(name.strip() for name in only.split(","))
    for name in wanted:
        if not any(contender.name.startswith(name) for contender in CONTENDERS):
            known = ", ".join(contender.name for contender in CONTENDERS)
            raise SystemExit(f"no contender begins with {name!r}; there are: {known}")
    return [each for each in CONTENDERS if each.name.startswith((*wanted, FLOOR))]


def find(name: str) -> Contender:
    """The contender of that name."""
    return next(contender for contender in CONTENDERS if contender.name == name)


JOB: Final = Job("J1", "rating and its peers, the same bills", "intervals", FULL, QUICK, build)
