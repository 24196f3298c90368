"""Processes of both versions in turns: what else the machine does meets both alike, and so does where memory lies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.compare.trees import Tree


class Told(NamedTuple):
    """What the processes of one version told of one job: nanoseconds an interval, and their bills."""

    floor: tuple[float, ...]
    rate: tuple[float, ...]
    bills: frozenset[str]

    @property
    def best(self) -> float:
        """The least of the ratios to the read floor, each to the floor of its own moment."""
        return min(rate / floor for rate, floor in zip(self.rate, self.floor, strict=True))


class FailedError(Exception):
    """A version cannot be measured; the text is what its process said."""


def rounds(
    both: Sequence[Tree], job: str, n_intervals: int, count: int, repeats: int, say: Callable[[str], None]
) -> list[Told]:
    """A process of each version in each round, the order turned round from one to the next."""
    told: list[list[Told]] = [[] for _ in both]
    for number in range(count + 1):
        order = list(enumerate(both))
        for place, tree in order if number % 2 else reversed(order):
            say(f"{job}, {tree.name}: {f'round {number} of {count}' if number else 'compiling'}")
            found = once(tree, job, n_intervals, repeats if number else 1)
            if number:  # the first compiles kernels
                told[place].append(found)
    return [
        Told(
            tuple(one for each in of for one in each.floor),
            tuple(one for each in of for one in each.rate),
            frozenset(bill for each in of for bill in each.bills),
        )
        for of in told
    ]


def once(tree: Tree, job: str, n_intervals: int, repeats: int) -> Told:
    """One process of one version."""
    # Without -P, the folder in which this runs would come before both.
    worker = [sys.executable, "-P", "-m", "benchmarks.compare.worker"]
    command = [*worker, str(tree.folder), job, str(n_intervals), str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, env=tree.environment(), check=False)
    if done.returncode != 0:
        raise FailedError(f"{tree.name}, {job}:\n{done.stderr.strip()}")
    found = json.loads(done.stdout.splitlines()[-1])
    return Told(tuple(found["floor"]), tuple(found["rate"]), frozenset([found["bills"]]))
