"""warmup(): compile ahead all that any rating may need, and keep it.

Each kernel is compiled by itself, so that several processes share the work where there is a folder to keep it in.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import rating.kernels.grid
import rating.kernels.insert
import rating.kernels.price
import rating.kernels.runs  # noqa: F401  (they make their kernels known)
from rating.kernels import cache, native

_WORKER = "import sys; from rating.warming import compile_each; compile_each(sys.argv[1:])"
# The longest first, so that no process is left with one of these at the end.
_LONGEST = (
    "plain.plain_by_index_with_deals",
    "plain.plain_with_deals",
    "plain.plain_by_index",
    "bill.bill",
    "plain.plain",
    "walk_restricted.walk_restricted",
)


class Warmed(NamedTuple):
    """What a warm-up found and did."""

    compiled: tuple[str, ...]  # the kernels that were compiled now
    kept: tuple[str, ...]  # those that were kept before
    folder: Path | None  # where they are; None: no folder can be written, and they are for this process only


def warmup(say: Callable[[str], None] | None = None, *, processes: int | None = None) -> Warmed:
    """Compile every kernel that a rating may need and that is not kept yet, so that no later process has to.

    Args:
        say: is told what is being done, now and then.
        processes: how many compile; one for each core by default.

    The code is for this processor, this release of rating, and these of numba and NumPy: others compile their own.
    It is kept where `RATING_CACHE_DIR` says, else in the package, else in the user's cache.

    >>> sorted(warmup()._fields)
    ['compiled', 'folder', 'kept']
    """
    tell = say or (lambda _: None)
    folder = cache.folder()
    names = [kernel.name for kernel in native.KERNELS]
    missing = [name for name in names if cache.read(name) is None]
    missing.sort(key=lambda name: _LONGEST.index(name) if name in _LONGEST else len(_LONGEST))
    workers = min(processes or os.cpu_count() or 1, len(missing))
    if folder is not None and workers > 1 and sys.executable:
        _in_processes(missing, workers, tell)
    for number, kernel in enumerate(native.KERNELS, start=1):  # loads what is kept, compiles what is not
        if cache.read(kernel.name) is None:
            tell(f"Compiling {kernel.name} ({number} of {len(names)})")
        _ = kernel.address
    tell("Rating examples")
    _rate_examples()
    return Warmed(tuple(missing), tuple(name for name in names if name not in missing), folder)


def _in_processes(names: Sequence[str], workers: int, tell: Callable[[str], None]) -> None:
    """Let processes of their own compile them. One that fails leaves its kernels to the caller, who finds out why."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    waiting, running, done = list(names), list[tuple[str, subprocess.Popen[bytes]]](), 0
    shares = [waiting[i::workers] for i in range(workers)]
    for share in shares:
        process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, *share], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        running.append((share[0], process))
    tell(f"Compiling {len(names)} kernels in {workers} processes")
    for _, process in running:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                done += 1
                tell(f"Compiled {line.decode().strip()} ({done} of {len(names)})")
        process.wait()


def compile_each(names: Sequence[str]) -> None:
    """Compile kernels, and print the name of each that is done."""
    for kernel in sorted(native.KERNELS, key=lambda kernel: names.index(kernel.name) if kernel.name in names else -1):
        if kernel.name in names:
            kernel.compile()
            print(kernel.name, flush=True)


_TARIFF = """
tariff: warm
currency: EUR
time_zone: Europe/Amsterdam
versions:
  - elements:
      - {energy: 0.30/kWh, time: 0.01/min}
"""
_PLAN = """
plan: warm-plan
currency: EUR
time_zone: Europe/Amsterdam
allowances:
  - {energy: 1 kWh, per: month, carry_over: 1 kWh}
discounts:
  - {percent: 5}
loyalty:
  - {by: sessions, rolling: 30 days, tiers: [{from: 1, percent: 5}]}
points: {earn: 1/EUR, worth: 0.01}
"""
_CDR = """{"id": "1", "currency": "EUR", "start_date_time": "2026-01-01T10:00:00Z",
  "end_date_time": "2026-01-01T11:00:00Z", "tariffs": [{"id": "12", "currency": "EUR", "elements": [
  {"price_components": [{"type": "ENERGY", "price": 0.39}]}]}], "charging_periods": [
  {"start_date_time": "2026-01-01T10:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 7.25}]}]}"""


def _rate_examples() -> None:
    """Sessions of accounts, and a CDR: for the kernels that numba keeps by itself, for the arrays that they meet."""
    from rating.engine import rate, rate_cdrs
    from rating.tariff.load import load_tariffs

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "warm.yaml").write_text(_TARIFF)
        (Path(folder) / "warm-plan.yaml").write_text(_PLAN)
        tariffs = load_tariffs(folder)
    accounts = {"account": ["A"], "plan": ["warm-plan"], "from": ["2026-01-01"], "until": [None]}
    for ids in (["a", "b", "c"], [1, 2, 3]):
        sessions = {
            "session_id": ids,
            "tariff": ["warm"] * 3,
            "start": [f"2026-01-0{day}T10:00:00Z" for day in (1, 2, 3)],
            "end": [f"2026-01-0{day}T11:00:00Z" for day in (1, 2, 3)],
            "energy_wh": [1000, 2000, 3000],
            "account": ["A"] * 3,
        }
        rate(tariffs, sessions, accounts=accounts)
    rate_cdrs(_CDR)
