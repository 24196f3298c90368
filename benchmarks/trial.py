"""What a job is: rows to be timed side by side, what they are compared with, and the marks that they must reach."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

Run = Callable[[], Any]
Clock = Callable[[Run], float]  # runs once or more often, and gives nanoseconds

FLOOR: Final = "read floor"


def nothing() -> None:
    """Does it."""


class SkippedError(Exception):
    """A row that cannot run here; the text says why, and what to do."""


class Row(NamedTuple):
    """One thing to time. `prepare` is off the clock and returns what is on it."""

    name: str
    about: str  # what is on the clock, in a line
    prepare: Callable[[], Run]
    units: int  # of those in which the trial counts: what a run takes is divided by it
    summary: Callable[[Any], Any] | None = None  # what `Trial.check` looks at, read from a result off the clock
    output_bytes: Callable[[Any], int] | None = None  # the size of a result, where memory is measured
    floor: str = FLOOR  # the row that reads the same columns and does nothing else
    group: str = ""  # rows of a group stand together, under its name
    memory: bool = True  # is measured, where the trial has it
    clock: Clock | None = None  # how many nanoseconds a run takes; None: `timing.timed`, from its call to its end


class Timing(NamedTuple):
    """What was found out about a row: nanoseconds a unit, one for each round, or why it did not run."""

    row: Row
    ns: tuple[float, ...]
    summary: Any = None
    peak_bytes: float | None = None  # a unit, beyond the inputs; None: not measured
    output_bytes: float | None = None  # a unit
    whole_bytes: float | None = None  # the peak of the process that ran it, with its inputs, Python and all
    skipped: str | None = None

    @property
    def best(self) -> float:
        return min(self.ns)

    @property
    def median(self) -> float:
        return statistics.median(self.ns)


class Found(NamedTuple):
    """What was found out about a job, by the names of its rows."""

    timings: Mapping[str, Timing]
    rounds: int
    others: float | None  # the mean number of cores that other processes took meanwhile; None: not known
    notes: tuple[str, ...] = ()  # what the check found

    def times(self, name: str, base: str) -> float | None:
        """How many times the best time of one row that of another is; None where one did not run."""
        one, other = self.timings.get(name), self.timings.get(base)
        return one.best / other.best if one and other and one.ns and other.ns else None


class Mark(NamedTuple):
    """What a figure must not exceed."""

    says: str  # what it is, with {} where it stands: "200 tariffs: {} times one"
    value: Callable[[Found], float | None]  # None: it was not measured
    most: float

    def line(self, found: Found) -> str:
        """The mark and whether it holds, in words."""
        value = self.value(found)
        if value is None:
            return f"{self.says.format('?')}: not measured"
        told = self.says.format(f"{value:.3g}" if value < 10 else f"{value:,.0f}")
        return f"{told}, at most {self.most:g}: {'holds' if value <= self.most else 'MISSED'}"


def times_mark(says: str, name: str, base: str, most: float) -> Mark:
    """One row takes at most so many times as long as another."""
    return Mark(says, lambda found: found.times(name, base), most)


def best_mark(says: str, name: str, most: float, *, of: tuple[float, str]) -> Mark:
    """The best time of a row, in a unit of so many nanoseconds, is at most so much: `of=(1000, "us")`."""
    ns, unit = of

    def value(found: Found) -> float | None:
        timing = found.timings.get(name)
        return timing.best / ns if timing and timing.ns else None

    return Mark(f"{says}: {{}} {unit}", value, most)


class Column(NamedTuple):
    """A column of a table of figures: two lines of heading, and the cell of a row."""

    head: str
    name: str
    cell: Callable[[Found, Timing], str]


def times_column(base: str) -> Column:
    """How many times as long as a row each row takes."""

    def cell(found: Found, timing: Timing) -> str:
        ratio = found.times(timing.row.name, timing.row.floor if base == FLOOR else base)
        return "-" if ratio is None else f"{ratio:.2f}"

    return Column("times", base, cell)


class Trial(NamedTuple):
    """A job of a given size."""

    title: str  # "10,000,000 intervals of J1"
    rows: tuple[Row, ...]
    unit: str = "interval"
    bases: tuple[str, ...] = (FLOOR,)  # the rows that all are compared with
    check: Callable[[dict[str, Any]], list[str]] = lambda summaries: []  # AssertionError where results are wrong
    marks: tuple[Mark, ...] = ()
    memory: bool = False  # whether the peak memory of rows is measured, each in a process of its own
    scale: tuple[str, float] = ("ns", 1)  # how times are shown
    columns: tuple[Column, ...] = ()  # more columns
    fastest_first: bool = False
    closing: tuple[str, ...] = ()  # what stands below the table
    close: Callable[[], None] = nothing  # puts away what rows have prepared: folders, processes

    def row(self, name: str) -> Row:
        """The row of that name."""
        return next(row for row in self.rows if row.name == name)


class Job(NamedTuple):
    """A job at any size."""

    name: str  # as --job takes it
    about: str
    sized: str  # what its size counts: "intervals"
    full: int
    quick: int
    build: Callable[[int], Trial]
    slow: bool = False  # even where it is small: `--quick` leaves it out where it is not asked for by name

    @property
    def marker(self) -> str:
        """The name of its place in the README."""
        return "bench" if self.name == "J1" else f"bench {self.name.lower()}"
