"""J1 with each restriction that a tariff may have, one by one, in one tariff, and side by side in a batch.

Each tariff is J1's own with one element more in front, or two for what a reservation costs. The sessions have the
columns that their tariff asks for, drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

import rating
from benchmarks.data import FULL, QUICK, SEED, SLOT_US, TARIFF, make_job
from benchmarks.data import Job as Data
from benchmarks.jobs.mixed import with_names
from benchmarks.prices import PATH
from benchmarks.rows import floor_row, once, rating_row
from benchmarks.trial import FLOOR, Job, Trial, times_mark
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariffs

MOST: Final = 3.0
ALL: Final = "all in one tariff"
SIDE_BY_SIDE: Final = "a tariff of each, mixed"
_PRICES: Final = "  - elements:\n"


class Restriction(NamedTuple):
    """A restriction: the elements that have it, and the columns that they ask for."""

    name: str
    elements: tuple[str, ...]
    columns: tuple[str, ...] = ()


RESTRICTIONS: Final = (
    Restriction("energy tiers", ("{name: up to 10 kWh, energy: 0.29/kWh, when: {max_kwh: 10}}",)),
    Restriction("duration", ("{name: from 3 hours, energy: 0.71/kWh, when: {min_duration: 3 h}}",)),
    Restriction("power bands", ("{name: slow, energy: 0.27/kWh, when: {max_power: 11 kW}}",)),
    Restriction("current", ("{name: gentle, energy: 0.26/kWh, when: {max_current: 32 A}}",), ("current_a",)),
    Restriction("membership", ("{name: gold, energy: 0.25/kWh, when: {membership: gold}}",), ("membership",)),
    Restriction("connector", ("{name: CCS, energy: 0.66/kWh, when: {connector: CCS}}",), ("connector",)),
    Restriction("charger", ("{name: fast, energy: 0.69/kWh, when: {evse_power: {min: 50 kW}}}",), ("evse_power_kw",)),
    Restriction(
        "reservations",
        (
            "{name: no show, time: 6.00/h, when: {reservation: RESERVATION_EXPIRES}}",
            "{name: booked, time: 2.00/h, flat: 1.00/session, when: {reservation: RESERVATION}}",
        ),
        ("reservation_start",),
    ),
)


def build(n_intervals: int) -> Trial:
    """J1, each restriction, all of them in one tariff, and a tariff of each in one batch."""
    data = once(partial(make_job, n_intervals))

    def inputs(restrictions: tuple[Restriction, ...]) -> tuple[Tariffs, Data]:
        return Tariffs((tariff(TARIFF, restrictions),)), with_columns(data(), columns_of(restrictions))

    every = [(each.name, (each,)) for each in RESTRICTIONS] + [(ALL, RESTRICTIONS)]
    return Trial(
        f"{n_intervals:,} intervals of J1",
        (
            floor_row(data, n_intervals),
            rating_row("J1", "no restriction", lambda: (rating.load_tariffs(PATH), data()), n_intervals),
            *(
                rating_row(name, "; ".join(elements_of(some)), partial(inputs, some), n_intervals)
                for name, some in every
            ),
            rating_row(SIDE_BY_SIDE, "each session has one of them", partial(side_by_side, data), n_intervals),
        ),
        bases=(FLOOR, "J1"),
        marks=(
            times_mark(f"{SIDE_BY_SIDE}: {{}} times J1", SIDE_BY_SIDE, "J1", MOST),
            times_mark(f"{ALL}: {{}} times J1", ALL, "J1", MOST),
        ),
    )


def side_by_side(data: Callable[[], Data]) -> tuple[Tariffs, Data]:
    """A tariff of each restriction, and the sessions, each on one of them."""
    made = [tariff(f"r-{number}", (each,)) for number, each in enumerate(RESTRICTIONS)]
    job = with_columns(data(), columns_of(RESTRICTIONS))
    return Tariffs(tuple(made)), with_names(job, [each.id for each in made])


def tariff(name: str, restrictions: tuple[Restriction, ...]) -> Any:
    """J1's tariff with the elements of these restrictions in front."""
    text = PATH.read_text(encoding="utf-8").replace(f"tariff: {TARIFF}", f"tariff: {name}")
    more = "".join(f"      - {element}\n" for element in elements_of(restrictions))
    assert text.count(_PRICES) == 1, PATH
    return parse_tariff(text.replace(_PRICES, _PRICES + more))


def elements_of(restrictions: tuple[Restriction, ...]) -> list[str]:
    """What goes in front of the tariff."""
    return [element for each in restrictions for element in each.elements]


def columns_of(restrictions: tuple[Restriction, ...]) -> list[str]:
    """What sessions and intervals must say."""
    return [column for each in restrictions for column in each.columns]


def with_columns(job: Data, columns: list[str]) -> Data:
    """The job with these columns, drawn: the same whichever others there are."""
    sessions, intervals = job.sessions, job.intervals
    for column in columns:
        if column == "current_a":
            intervals = intervals.append_column(column, _current(job))
        else:
            sessions = sessions.append_column(column, _OF_SESSION[column](job, _rng(column)))
    return job._replace(sessions=sessions, intervals=intervals)


def _rng(column: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([SEED, *column.encode()]))


def _current(job: Data) -> Any:
    """What the energy makes at 230 V, in whole amperes."""
    energy_wh = job.intervals.column("energy_wh").to_numpy()
    return pa.array(energy_wh * 4 // 230)


def _words(words: list[str | None], job: Data, rng: np.random.Generator) -> Any:
    codes = rng.integers(0, len(words), job.n_sessions, dtype=np.int32)
    said = [word for word in words if word is not None]
    nothing = codes == len(said) if None in words else None
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=nothing), pa.array(said))


def _powers(job: Data, rng: np.random.Generator) -> Any:
    return pa.array(rng.choice(np.array([11, 22, 50, 150], np.int64), job.n_sessions))


def _reserved(job: Data, rng: np.random.Generator) -> Any:
    """A third of the sessions reserved a place, up to an hour before."""
    start = job.sessions.column("start").combine_chunks()
    ahead_us = rng.integers(1, 4, job.n_sessions, endpoint=True) * SLOT_US
    instants = start.view(pa.int64()).to_numpy() - ahead_us
    return pa.array(instants, mask=rng.random(job.n_sessions) > 1 / 3).view(start.type)


_OF_SESSION: Final[dict[str, Callable[[Data, np.random.Generator], Any]]] = {
    "membership": partial(_words, ["gold", "silver", None]),
    "connector": partial(_words, ["CCS", "CHAdeMO", "type 2"]),
    "evse_power_kw": _powers,
    "reservation_start": _reserved,
}

JOB: Final = Job("RESTRICTED", "J1 with each restriction of tariffs", "intervals", FULL, QUICK, build)
