"""compare(): old and new tariffs, or a grid of changes, on a history."""

from __future__ import annotations

from typing import Any, overload

from rating.desk.compare.changes import Grid
from rating.desk.compare.present import Comparison, compare_sides, read_history
from rating.desk.compare.sources import Source, load_source
from rating.desk.compare.variants import GridComparison, compare_grid
from rating.errors import RatingError
from rating.tariff.model import Tariffs

_NAMED_MAX = 4


@overload
def compare(
    old: Source,
    new: Source,
    sessions: Any,
    intervals: Any = None,
    *,
    readings: Any = None,
    accounts: Any = None,
    state: Any = None,
    by: str | None = None,
    threads: int | None = None,
) -> Comparison: ...


@overload
def compare(
    old: Source,
    new: Grid,
    sessions: Any,
    intervals: Any = None,
    *,
    readings: Any = None,
    accounts: Any = None,
    state: Any = None,
    by: str | None = None,
    threads: int | None = None,
) -> GridComparison: ...


def compare(
    old: Source,
    new: Source | Grid,
    sessions: Any,
    intervals: Any = None,
    *,
    readings: Any = None,
    accounts: Any = None,
    state: Any = None,
    by: str | None = None,
    threads: int | None = None,
) -> Comparison | GridComparison:
    """What a change of tariffs does on real history: revenue, payers, and the sessions behind them.

    Args:
        old: what `load_tariffs` gave; or a file, a folder, or `git:REVISION:PATH`.
        new: the same, whose tariffs are joined with the old ones by their ids; or what `grid` gave: every variant of
            the old tariffs that its changes make, all rated in one pass.
        sessions: as for `rate`, and so are the next four. Columns that travel along are `site` or `location`, by which
            revenue is told, and `account`, which says who drives.
        intervals: as for `rate`.
        readings: as for `rate`.
        accounts: as for `rate`.
        state: as for `rate`.
        by: the column to tell revenue by in the place of `site`.
        threads: how many threads price; all cores by default.

    Raises: TariffError and InputError with every fault of tariffs and tables.

    >>> from rating import grid
    >>> history = {
    ...     "session_id": ["S-1"], "tariff": ["per-kwh"], "energy_kwh": ["10"],
    ...     "start": ["2026-03-02T10:00:00+01:00"], "end": ["2026-03-02T11:30:00+01:00"],
    ... }
    >>> found = compare("tariffs/per-kwh.yaml", grid("energy +0.01..+0.05 step 0.02"), history)
    >>> [row.change.gross_micro for row in found.rows]
    [0, 100000, 300000, 500000]
    """
    if not isinstance(new, Grid):
        before, after = _both(old, new)
        batch = read_history(sessions, intervals, readings)
        options: dict[str, Any] = {"accounts": accounts, "state": state, "by": by, "threads": threads}
        return compare_sides(before, after, batch, names=(_name(old), _name(new)), **options)
    tariffs = load_source(old)
    new.check(tariffs)
    batch = read_history(sessions, intervals, readings)
    return compare_grid(tariffs, new, batch, name=_name(old), accounts=accounts, state=state, threads=threads)


def _both(old: Source, new: Source) -> tuple[Tariffs, Tariffs]:
    """Both sides, or every fault of both."""
    found, errors = [], []
    for source in (old, new):
        try:
            found.append(load_source(source))
        except RatingError as error:
            errors.append(error)
    if errors:
        raise type(errors[0])([fault for error in errors for fault in error.faults])
    return found[0], found[1]


def _name(source: Source) -> str:
    if not isinstance(source, Tariffs):
        return str(source)
    return ", ".join(source) if len(source) <= _NAMED_MAX else f"{len(source):,} tariffs"
