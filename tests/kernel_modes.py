"""One set of comparisons with the slow twin, in the mode that the environment says when numba is imported.

As a program it prints a JSON object: how many sessions were compared, a digest of all tables, and what calls with
spoilt arguments raised. As a program it is only run in modes in which reads out of bounds are caught.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from deals import assert_same_deals, fast
from extremes import at_amount_max, extreme_network
from strategies import Network, random_network
from strategies_deals import deal
from strategies_histories import history
from strategies_meters import metered
from strategies_pick import random_pick
from twin import assert_same, assert_same_where_priceable, is_told
from twin_history import assert_same_history

import rating.kernels.plain as plain_module
import rating.kernels.walk as walk_module
import rating.settle.chunks as chunks
from rating.errors import TariffError
from rating.kernels.arrays import Book
from rating.kernels.groups import Packed
from rating.kernels.jit import DISABLE_JIT
from rating.reference.values import Interval, Usage
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariff

NETWORKS = 80
EXTREMES = 100
DEALT = 60
TOGETHER = 20
METERED = 40
FULL = 80  # of all that a tariff can say; half of those have sessions as CDRs tell them
HISTORIES = 60


def digest(tables: Iterator[Any]) -> str:
    """A hash of the tables' bytes, free of how they are cut into batches."""
    sha = hashlib.sha256()
    for table in tables:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
        sha.update(sink.getvalue())
    return sha.hexdigest()


def together(draw: Callable[[int], Network], seeds: range) -> Network:
    """The networks of several seeds as one, with ids that differ."""
    tariffs, sessions = [], []
    for seed in seeds:
        drawn = draw(seed)
        tariffs += [replace(tariff, id=f"{tariff.id}-{seed}") for tariff in drawn[0]]
        sessions += [(f"{id_}-{seed}", replace(u, session_id=f"{u.session_id}-{seed}")) for id_, u in drawn[1]]
    return tariffs, sessions


def deals_for(drawn: list[tuple[str, Any]], seed: int) -> list[Any]:
    """A deal for each session, but for one in four."""
    pick = random_pick(seed)
    return [None if pick.one_in(4) else deal(pick) for _ in drawn]


def nothing_at_the_end(usage: Usage) -> Usage:
    """With one interval behind a gap, and one of no length behind it."""
    half_us = (usage.start_us + usage.end_us) // 2
    found = Interval(half_us, usage.end_us, 1_000_000), Interval(usage.end_us, usage.end_us, 0)
    return replace(usage, intervals=found)


def flat_tariff() -> Tariff:
    return parse_tariff(
        "{tariff: flat, currency: EUR, time_zone: UTC, versions: [{elements: [{name: all, energy: 0.30/kWh}]}]}"
    )


def compare() -> Iterator[Any]:
    """Everything that is rated in this mode, after it was compared with the twin."""
    for first in range(0, NETWORKS, TOGETHER):
        yield assert_same(*together(random_network, range(first, first + TOGETHER)), chunk_sessions=16, threads=2)
    for first in range(0, DEALT, TOGETHER):
        tariffs, drawn = together(random_network, range(first, first + TOGETHER))
        yield assert_same_deals(tariffs, drawn, deals_for(drawn, first), rounds=2, chunk_sessions=16, threads=2)
    yield assert_same(*together(lambda seed: metered(random_pick(seed)), range(METERED)), chunk_sessions=16)
    for seed in range(FULL):
        yield from compare_full(*random_network(seed, full=True))
    for seed in range(HISTORIES):
        drawn = history(random_pick(seed, full=seed % 2 > 0), 8, by_index=seed % 3 == 0)
        if (rated := assert_same_history(drawn)) is not None:
            yield rated
    yield assert_same(*at_amount_max(), chunk_sessions=5)
    tariffs, sessions = random_network(0)  # all are refused at the door: there is nothing to price by
    yield assert_same(tariffs, [(tariff, replace(usage, intervals=())) for tariff, usage in sessions])
    yield assert_same(tariffs, [(tariff, nothing_at_the_end(usage)) for tariff, usage in sessions], chunk_sessions=5)
    # In the last epoch of the last timeline, behind which nothing stands.
    yield assert_same([flat_tariff()], [("flat", nothing_at_the_end(sessions[0][1]))])
    for seed in range(EXTREMES):
        try:
            yield assert_same(*extreme_network(seed), chunk_sessions=2)
        except TariffError:  # too odd for 64 bits: a test of `compile` says when
            continue


def compare_full(tariffs: list[Tariff], drawn: list[tuple[str, Usage]]) -> Iterator[Any]:
    """The sessions that tell their times beside the clock and those that do not, which no batch has together."""
    for told in (False, True):
        mine = [pair for pair in drawn if is_told(pair[1]) == told]
        if mine and (rated := assert_same_where_priceable(tariffs, mine, chunk_sessions=4)) is not None:
            yield rated


def compare_without_fast_paths() -> int:
    """The same where no session is plain, and at most one interval takes the fast path of the walk: it otherwise
    takes a million to reach.
    """
    limits = [(plain_module, "INTERVALS_MAX", 0), (walk_module, "_FAST_INTERVALS_MAX", 1)]
    before = [getattr(module, name) for module, name, _ in limits]
    for module, name, limit in limits:
        setattr(module, name, limit)
    rated = assert_same(*together(random_network, range(1000, 1040)))
    for (module, name, _), limit in zip(limits, before, strict=True):
        setattr(module, name, limit)
    return int(rated.sessions.num_rows)


def recorded() -> tuple[Any, list[Any]]:
    """The kernel of a chunk, and the arguments of the call that priced most: it returns where a session is settled
    apart.
    """
    calls: list[tuple[int, list[Any]]] = []
    kernel = chunks.price

    def record(*args: Any) -> Any:
        found = kernel(*args)
        calls.append((found[0] - args[0], [arg.group if isinstance(arg, Packed) else arg for arg in args]))
        return found

    chunks.price = record
    tariffs, drawn = together(faultless, range(8))
    fast(tariffs, drawn, deals_for(drawn, 1), threads=1)
    chunks.price = kernel
    return kernel, max(calls, key=lambda call: call[0])[1]


def faultless(seed: int) -> Network:
    return random_network(seed, faulty=False)


def raised(kernel: Any, args: list[Any], spoil: Callable[[Book], Book]) -> str:
    """The name of what the kernel raises when the book is spoilt; empty: nothing."""
    try:
        kernel(*(spoil(arg) if isinstance(arg, Book) else arg for arg in args))
    except (IndexError, RuntimeWarning, OverflowError) as error:
        return type(error).__name__
    return ""


# For each kernel, an array that it alone reads, or reads first, and that is made too short.
SHORT = {
    "plain": ("components", "num", True),
    "walk": ("timelines", "waits", False),
    "gather": ("components", "grace_us", False),
    "step": ("components", "step", False),
    "amounts": ("components", "min_nano", False),
    "discount": ("terms", "discount_kind", False),
    "bill": ("rules", "mode", False),
    "write_lines": ("components", "unit_num", False),
}


def shortened(group: str, name: str, plain: bool) -> Callable[[Book], Book]:
    """The book with an array too short; unless `plain`, every session takes the chain of kernels."""

    def spoil(book: Book) -> Book:
        short = getattr(book, group)._replace(**{name: getattr(getattr(book, group), name)[:0]})
        spoilt = book._replace(**{group: short})
        return spoilt if plain else unplain(spoilt)

    return spoil


def unplain(book: Book) -> Book:
    """The book with no plain timeline."""
    none = np.zeros_like(book.rules.plain)
    none.flags.writeable = False
    return book._replace(rules=book.rules._replace(plain=none))


def too_dear(book: Book) -> Book:
    """Prices that no door lets in: every volume of two or more leaves int64."""
    num = np.full_like(book.components.num, 2**62)
    den = np.ones_like(book.components.den)
    most = np.full_like(book.components.volume_max, 2**63 - 1)
    for array in (num, den, most):
        array.flags.writeable = False
    return book._replace(components=book.components._replace(num=num, den=den, volume_max=most))


def never_negative(i: Any) -> Any:
    """What `arith.index` says of its argument, checked."""
    assert i >= 0
    return i


def check_indexes() -> None:
    """Let every kernel that is not compiled check what it tells the compiler: that an index is never negative."""
    for name, module in list(sys.modules.items()):
        if name.startswith("rating.kernels.") and hasattr(module, "index"):
            module.index = never_negative  # type: ignore[attr-defined]


def report(spoil: bool) -> dict[str, Any]:
    """Compare everything; `spoil`: also call kernels with arrays that are too short, where reads of such are caught."""
    if DISABLE_JIT:
        check_indexes()
    found = list(compare())
    kernel, args = recorded()
    said: dict[str, Any] = {
        "compiled": not DISABLE_JIT,
        "sessions": sum(rated.sessions.num_rows for rated in found),
        "refused": sorted({code for rated in found for code in rated.rejected.column("code").to_pylist()}),
        "gross": str(max(gross for rated in found for gross in rated.sessions.column("gross").drop_null().to_pylist())),
        "digest": digest(table for rated in found for table in rated.tables.values()),
        "overflow": raised(kernel, args, too_dear),
    }
    if spoil:
        said["short"] = {name: raised(kernel, args, shortened(*where)) for name, where in SHORT.items()}
    if not said["compiled"]:
        said["without_fast_paths"] = compare_without_fast_paths()
    return said


if __name__ == "__main__":
    print(json.dumps(report(spoil=True)))
