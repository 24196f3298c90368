"""A bar that shows on a terminal how far a run through files is: how many a second, and how long it still takes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rating.scale.rated_files import Progress


class Bar(NamedTuple):
    """`say` changes the text, `at` says how far the run is."""

    say: Callable[[str], None]
    at: Callable[[Progress], None]


@contextmanager
def bar(text: str) -> Iterator[Bar]:
    """A bar on stderr until the block ends, where that is a terminal; nothing anywhere else."""
    if not sys.stderr.isatty():
        yield Bar(lambda _: None, lambda _: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichBar

    columns = (
        *(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[speed]}")),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with RichBar(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(text, total=None, speed="")
        began: list[tuple[float, int]] = []

        def at(progress: Progress) -> None:
            began.append((time.monotonic(), progress.done))
            shown.update(task, completed=progress.done, total=progress.total, speed=speed_text(began[0], began[-1]))
            del began[1:]

        yield Bar(lambda new: shown.update(task, description=new), at)


def speed_text(first: tuple[float, int], last: tuple[float, int]) -> str:
    """How many were rated in a second between two looks at the clock.

    >>> speed_text((0.0, 0), (2.0, 25_000_000)), speed_text((1.0, 5), (1.0, 5))
    ('12.5 million intervals/s', '')
    """
    seconds, done = last[0] - first[0], last[1] - first[1]
    if seconds <= 0 or done <= 0:
        return ""
    return f"{done / seconds / 1e6:,.1f} million intervals/s"
