"""The peak memory of one row, alone in its process: `python -m benchmarks.memory JOB ROW SIZE` prints JSON.

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

from benchmarks.jobs import find
from benchmarks.trial import Job

_STATUS: Final = Path("/proc/self/status")
_CLEAR_REFS: Final = Path("/proc/self/clear_refs")


def measured(job: Job, name: str, size: int) -> dict[str, int | None]:
    """The rise of the high-water mark over one run, the bytes of its result, and the mark itself.

    None where the system cannot tell (it takes Linux), or the row does not.
    """
    trial, small = job.build(size), job.build(job.quick // 10)
    number = next(number for number, row in enumerate(trial.rows) if row.name == name)
    row = trial.rows[number]
    try:
        small.rows[number].prepare()()
        run = row.prepare()
        _give_back()
        if not _reset_mark():
            return dict.fromkeys(("peak_bytes", "output_bytes", "whole_bytes"))
        before = _mark()
        result = run()
        after = _mark()
        output = None if row.output_bytes is None else row.output_bytes(result)
        return {"peak_bytes": after - before, "output_bytes": output, "whole_bytes": after}
    finally:
        for each in (small, trial):
            each.close()


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
    print(json.dumps(measured(find(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
