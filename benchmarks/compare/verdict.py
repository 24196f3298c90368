"""What two versions took, as a table, and what is wrong with it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from benchmarks.compare.rounds import Told
from benchmarks.report import aligned

SLOWER: Final = 1.10  # times the base: more than that fails


class Compared(NamedTuple):
    """A job in both versions; `counts` are instructions an interval, where they were counted."""

    job: str
    base: Told
    here: Told
    counts: tuple[float, float] | None = None

    @property
    def ratio(self) -> float:
        """How many times as long as the base this version takes, each by the least ratio to the read floor."""
        return self.here.best / self.base.best

    def faults(self, most: float | None) -> list[str]:
        """Why the comparison fails: other bills, or more than `most` times the time (None: any time will do)."""
        found = []
        if len(self.base.bills | self.here.bills) != 1:
            found.append(f"{self.job}: the bills differ")
        if most is not None and self.ratio > most:
            found.append(f"{self.job}: {self.ratio:.2f} times as slow as the base, more than {most:g}")
        if most is not None and self.counts is not None and self.counts[1] > most * self.counts[0]:
            found.append(f"{self.job}: {self.counts[1] / self.counts[0]:.2f} times the instructions of the base")
        return found


def as_table(compared: list[Compared]) -> str:
    """A line a job."""
    counted = any(each.counts is not None for each in compared)
    head = ["", "times the", "read floor", "this / base", "bills"]
    names = ["", "base", "this", "", ""]
    if counted:
        head += ["instructions", "an interval", "this / base"]
        names += ["base", "this", ""]
    rows = [tuple(head), tuple(names)]
    for each in compared:
        same = "the same" if len(each.base.bills | each.here.bills) == 1 else "DIFFER"
        cells = [each.job, f"{each.base.best:.2f}", f"{each.here.best:.2f}", f"{each.ratio:.3f}", same]
        if counted:
            one, other = each.counts or (None, None)
            both = one is not None and other is not None
            cells += [f"{one:.1f}" if one is not None else "-", f"{other:.1f}" if other is not None else "-"]
            cells.append(f"{other / one:.4f}" if both and one and other is not None else "-")
        rows.append(tuple(cells))
    return "\n".join(aligned(rows))


def as_json(compared: list[Compared], faults: list[str]) -> dict[str, Any]:
    """The same for programs, with every time."""
    return {
        "jobs": [
            {
                "job": each.job,
                "ratio": each.ratio,
                "base": {"floor_ns": each.base.floor, "rate_ns": each.base.rate, "bills": sorted(each.base.bills)},
                "this": {"floor_ns": each.here.floor, "rate_ns": each.here.rate, "bills": sorted(each.here.bills)},
                "instructions": each.counts,
            }
            for each in compared
        ],
        "faults": faults,
    }
