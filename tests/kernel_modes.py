"""One set of comparisons with the slow twin, in the mode that the environment says when numba is imported.

As a program it prints a JSON object: how many sessions were compared, a digest of all tables, and what calls with
spoilt arguments raised. As a program it is only run in modes in which reads out of bounds are caught.
"""

from __future__ import annotations

import hashlib
import json
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from extremes import at_amount_max, extreme_network
from strategies import Network, random_network
from twin import assert_same

import rating.kernels.walk as walk_module
import rating.settle.chunks as chunks
from rating.errors import TariffError
from rating.kernels.arrays import Components, Rules, Usage

NETWORKS = 80
EXTREMES = 100
TOGETHER = 20


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


def compare() -> Iterator[Any]:
    """Everything that is rated in this mode, after it was compared with the twin."""
    for first in range(0, NETWORKS, TOGETHER):
        yield assert_same(*together(random_network, range(first, first + TOGETHER)), chunk_sessions=16, threads=2)
    yield assert_same(*at_amount_max(), chunk_sessions=5)
    for seed in range(EXTREMES):
        try:
            yield assert_same(*extreme_network(seed), chunk_sessions=2)
        except TariffError:  # too odd for 64 bits: a test of `compile` says when
            continue


def compare_without_fast_path() -> int:
    """The same with at most one interval on the fast path, which otherwise takes four million to reach."""
    limit = "_FAST_INTERVALS_MAX"
    before = getattr(walk_module, limit)
    setattr(walk_module, limit, 1)
    rated = assert_same(*together(random_network, range(1000, 1040)))
    setattr(walk_module, limit, before)
    return int(rated.sessions.num_rows)


def recorded() -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """The kernels of a chunk, each with the arguments of one call."""
    calls: dict[str, tuple[Any, tuple[Any, ...]]] = {}

    def record(name: str, kernel: Any) -> Any:
        def call(*args: Any) -> Any:
            calls[name] = (kernel, args)
            return kernel(*args)

        return call

    kernels = {name: getattr(chunks, name) for name in SHORT}
    for name, kernel in kernels.items():
        setattr(chunks, name, record(name, kernel))
    assert_same(*together(faultless, range(8)), threads=1)
    for name, kernel in kernels.items():
        setattr(chunks, name, kernel)
    return calls


def faultless(seed: int) -> Network:
    return random_network(seed, faulty=False)


def raised(kernel: Any, args: tuple[Any, ...], group: type, spoil: Callable[[Any], Any]) -> str:
    """The name of what the kernel raises when a group of arrays is spoilt; empty: nothing."""
    try:
        kernel(*(spoil(arg) if isinstance(arg, group) else arg for arg in args))
    except (IndexError, RuntimeWarning, OverflowError) as error:
        return type(error).__name__
    return ""


# For each kernel, an array that is made too short.
SHORT = {
    "walk": (Usage, "end_us"),
    "gather": (Components, "grace_us"),
    "step": (Components, "step"),
    "amounts": (Components, "den"),
    "bill": (Rules, "den"),
    "write_lines": (Components, "unit_num"),
}


def shortened(name: str) -> Callable[[Any], Any]:
    return lambda group: group._replace(**{name: getattr(group, name)[:0]})


def too_dear(components: Any) -> Any:
    """Prices that no door lets in: every volume of two or more leaves int64."""
    num = np.full_like(components.num, 2**62)
    den = np.ones_like(components.den)
    most = np.full_like(components.volume_max, 2**63 - 1)
    for array in (num, den, most):
        array.flags.writeable = False
    return components._replace(num=num, den=den, volume_max=most)


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
    if isinstance(chunks.walk, types.FunctionType):
        check_indexes()
    found = list(compare())
    calls = recorded()
    said: dict[str, Any] = {
        "compiled": not isinstance(calls["walk"][0], types.FunctionType),
        "sessions": sum(rated.sessions.num_rows for rated in found),
        "refused": sorted({code for rated in found for code in rated.rejected.column("code").to_pylist()}),
        "gross": str(max(gross for rated in found for gross in rated.sessions.column("gross").to_pylist())),
        "digest": digest(table for rated in found for table in (rated.sessions, rated.lines, rated.rejected)),
        "overflow": raised(*calls["amounts"], Components, too_dear),
    }
    if spoil:
        said["short"] = {name: raised(*calls[name], group, shortened(array)) for name, (group, array) in SHORT.items()}
    if not said["compiled"]:
        said["without_fast_path"] = compare_without_fast_path()
    return said


if __name__ == "__main__":
    print(json.dumps(report(spoil=True)))
