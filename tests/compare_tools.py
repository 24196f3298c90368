"""What the tests of `compare` share: every variant of a grid, in one pass and by `rate` with tariffs written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from rating.desk.compare.changes import Grid
from rating.desk.compare.one_pass import Rates, rate_all
from rating.desk.compare.sides import rate_side
from rating.tariff.model import Tariffs
from rating.usage.batch import UsageBatch


class Checked(NamedTuple):
    """What was compared."""

    rates: Rates
    sessions: int  # times variants


def groups_of(batch: UsageBatch) -> Any:
    return np.maximum(batch.sessions.tariff, 0).astype(np.int32)


def accounts_of(count: int) -> Any:
    """Every third session is of nobody."""
    return np.array([-1 if i % 3 == 2 else i % 3 + 2 * (i // 9) for i in range(count)], np.int32)


def assert_one_pass_is_rate(tariffs: Tariffs, batch: UsageBatch, grid: Grid, threads: int = 1) -> Checked:
    """Net and tax of every session by every variant, and all sums over them, with `==`."""
    group, account = groups_of(batch), accounts_of(batch.sessions.start_us.size)
    found = rate_all(tariffs, batch, grid, group, account, each=True, threads=threads)
    assert found.net is not None
    assert found.tax is not None
    now = rate_side(tariffs, batch, lines=False)
    compared = 0
    for column, steps in enumerate([None, *grid.variants]):
        side = now if steps is None else rate_side(grid.apply(tariffs, steps), batch, lines=False)
        known = side.known
        assert np.array_equal(found.net[known, column], side.net[known])
        assert np.array_equal(found.tax[known, column], side.tax[known])
        assert_sums(found, column, now, side, group, account)
        compared += int(known.sum())
    return Checked(found, compared)


def assert_sums(found: Rates, column: int, now: Any, side: Any, group: Any, account: Any) -> None:
    """Each sum of a column, added up again."""
    both = now.known & side.known
    change = [int(new) - int(old) if is_in else 0 for new, old, is_in in zip(side.gross, now.gross, both, strict=True)]
    for g in range(len(found.sums.net)):
        of = [i for i in range(len(change)) if group[i] == g and both[i]]
        wanted = {
            "sessions": len(of),
            "net": sum(int(side.net[i]) for i in of),
            "tax": sum(int(side.tax[i]) for i in of),
            "more": sum(change[i] > 0 for i in of),
            "less": sum(change[i] < 0 for i in of),
            "rise": sum(max(change[i], 0) for i in of),
            "fall": sum(min(change[i], 0) for i in of),
        }
        assert {name: int(getattr(found.sums, name)[g, column]) for name in wanted} == wanted
    for a in range(len(found.sums.account)):
        assert int(found.sums.account[a, column]) == sum(change[i] for i in range(len(change)) if account[i] == a)


def grid_text(pick: Any, dimensions: Sequence[str] = ("energy", "time", "parking_time", "flat", "*")) -> str:
    """A change that makes no price fall below zero."""
    digits = pick.of((1, 2, 3, 6))
    number = f"{pick.between(0, 10**digits * 2) / 10**digits:.{digits}f}"
    kinds = (
        f"+{number}",
        f"={number}",
        f"*{number}",
        "-10%..+10% step 5%",
        f"+0.01..+0.05 step 0.0{pick.of((1, 2))}",
        f"=0, +{number}, *1.5",
        "+33.333%, -100%",
        "*0.9..*1.1 step 0.1",
    )
    return f"{pick.of(dimensions)} {pick.of(kinds)}"
