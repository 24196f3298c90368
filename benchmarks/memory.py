"""The peak memory of one contender, alone in its process: `python -m benchmarks.memory NAME INTERVALS` prints JSON.

A small job first compiles and imports what is needed; then the inputs are built, the system's high-water mark of
resident memory is set back to what they take, and one run raises it. `getrusage` does not serve: its mark cannot be
set back, and building the inputs takes more than many a run.
"""

from __future__ import annotations

import ctypes
import gc
import json
import sys
from pathlib import Path
from typing import Final

import pyarrow as pa

from benchmarks.data import make_job
from benchmarks.measure import find
from benchmarks.prices import load_prices

WARM_UP: Final = 20_000

_STATUS: Final = Path("/proc/self/status")
_CLEAR_REFS: Final = Path("/proc/self/clear_refs")


def peak_bytes(name: str, n_intervals: int) -> int | None:
    """The rise of the high-water mark over one run; None where the system cannot tell (it takes Linux)."""
    contender, prices = find(name), load_prices()
    contender.prepare(make_job(WARM_UP, odd=contender.odd), prices)()
    run = contender.prepare(make_job(n_intervals, odd=contender.odd), prices)
    _give_back()
    if not _reset_mark():
        return None
    before = _mark()
    result = run()
    after = _mark()
    del result
    return after - before


def _give_back() -> None:
    """Hands freed memory back to the system, so that a run cannot fill what building the inputs left behind."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim is not None:
        trim(0)


def _reset_mark() -> bool:
    try:
        _CLEAR_REFS.write_text("5")
    except OSError:
        return False
    return True


def _mark() -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    print(json.dumps({"peak_bytes": peak_bytes(sys.argv[1], int(sys.argv[2]))}))
