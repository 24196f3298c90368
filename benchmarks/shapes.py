"""Other jobs made of J1's sessions and tariff: the data and the texts, with nothing of `rating`.

So a version of the program that is older than these can be measured by them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from benchmarks.data import (
    ENERGY_MAX_WH,
    ENERGY_MIN_WH,
    IDLE_SHARE,
    SEED,
    SLOT_US,
    TARIFF,
    US_PER_S,
    Job,
    tables,
)

PATH: Final = Path(__file__).parent.parent / "tariffs" / "ca-tou.yaml"
QUARTERS: Final = 366 * 96
FIRST_US: Final = 1_704_096_000 * US_PER_S  # midnight of 2024-01-01 in Los Angeles
MIXED: Final = 200
ZONES: Final = ("America/Los_Angeles", "America/New_York", "Europe/Amsterdam", "Asia/Kolkata")
PRICES: Final = ("0.62", "0.51", "0.34", "0.48", "0.43", "0.31")  # those of the file
_ELEMENTS: Final = "  - elements:\n"


def years(meters: int) -> Job:
    """The year of each meter, with energy of its own."""
    rng = np.random.Generator(np.random.PCG64(SEED + 4))
    count = meters * QUARTERS
    start_us = np.tile(FIRST_US + np.arange(QUARTERS, dtype=np.int64) * SLOT_US, meters)
    energy_wh = rng.integers(ENERGY_MIN_WH, ENERGY_MAX_WH, count, endpoint=True)
    energy_wh[rng.random(count) < IDLE_SHARE] = 0
    session_id = np.repeat(np.arange(1, meters + 1, dtype=np.int64), QUARTERS)
    length = np.full(meters, QUARTERS, np.int64)
    return tables("YEARS", length, session_id, start_us, start_us + SLOT_US, energy_wh)


def mixed_texts(count: int = MIXED) -> dict[str, str]:
    """As many tariffs of the shape of J1's, each with prices of its own, in turn in each zone."""
    rng = np.random.Generator(np.random.PCG64(SEED + 5))
    text = PATH.read_text(encoding="utf-8")
    made = {}
    for number in range(count):
        name = f"t-{number:03}"
        one = text.replace(f"tariff: {TARIFF}", f"tariff: {name}")
        one = one.replace("America/Los_Angeles", ZONES[number % len(ZONES)])
        for price in PRICES:
            one = one.replace(f"energy: {price}/kWh", f"energy: 0.{rng.integers(20, 90):02}/kWh")
        made[name] = one
    return made


def with_names(job: Job, names: list[str]) -> Job:
    """The job, with one of these tariffs for each session, drawn."""
    rng = np.random.Generator(np.random.PCG64(SEED + 6))
    codes = pa.array(rng.integers(0, len(names), job.n_sessions, dtype=np.int32))
    column: Any = pa.DictionaryArray.from_arrays(codes, pa.array(names))
    at = job.sessions.column_names.index("tariff")
    return job._replace(sessions=job.sessions.set_column(at, "tariff", column))


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


def restricted_text(name: str, restrictions: tuple[Restriction, ...]) -> str:
    """J1's tariff with the elements of these restrictions in front."""
    text = PATH.read_text(encoding="utf-8").replace(f"tariff: {TARIFF}", f"tariff: {name}")
    more = "".join(f"      - {element}\n" for element in elements_of(restrictions))
    assert text.count(_ELEMENTS) == 1, PATH
    return text.replace(_ELEMENTS, _ELEMENTS + more)


def side_by_side_texts() -> dict[str, str]:
    """A tariff of each restriction."""
    return {f"r-{number}": restricted_text(f"r-{number}", (each,)) for number, each in enumerate(RESTRICTIONS)}


def elements_of(restrictions: tuple[Restriction, ...]) -> list[str]:
    """What goes in front of the tariff."""
    return [element for each in restrictions for element in each.elements]


def columns_of(restrictions: tuple[Restriction, ...]) -> list[str]:
    """What sessions and intervals must say."""
    return [column for each in restrictions for column in each.columns]


def with_columns(job: Job, columns: list[str]) -> Job:
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


def _current(job: Job) -> Any:
    """What the energy makes at 230 V, in whole amperes."""
    energy_wh = job.intervals.column("energy_wh").to_numpy()
    return pa.array(energy_wh * 4 // 230)


def _words(words: list[str | None], job: Job, rng: np.random.Generator) -> Any:
    codes = rng.integers(0, len(words), job.n_sessions, dtype=np.int32)
    said = [word for word in words if word is not None]
    nothing = codes == len(said) if None in words else None
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=nothing), pa.array(said))


def _powers(job: Job, rng: np.random.Generator) -> Any:
    return pa.array(rng.choice(np.array([11, 22, 50, 150], np.int64), job.n_sessions))


def _reserved(job: Job, rng: np.random.Generator) -> Any:
    """A third of the sessions reserved a place, up to an hour before."""
    start = job.sessions.column("start").combine_chunks()
    ahead_us = rng.integers(1, 4, job.n_sessions, endpoint=True) * SLOT_US
    instants = start.view(pa.int64()).to_numpy() - ahead_us
    return pa.array(instants, mask=rng.random(job.n_sessions) > 1 / 3).view(start.type)


_OF_SESSION: Final[dict[str, Callable[[Job, np.random.Generator], Any]]] = {
    "membership": partial(_words, ["gold", "silver", None]),
    "connector": partial(_words, ["CCS", "CHAdeMO", "type 2"]),
    "evse_power_kw": _powers,
    "reservation_start": _reserved,
}
