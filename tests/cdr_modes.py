"""The fast reader of CDRs beside the careful one, in the mode that the environment says when numba is imported.

As a program it compares them and prints how many CDRs each read.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import numpy as np
from cdrs import mutants, text

from rating.cdrs import Book
from rating.errors import Fault
from rating.kernels.cdr_scan import scan
from rating.usage.ocpi.read import ReadCdrs, read_cdrs

_COLUMN = re.compile(r"(:[0-9]+):[0-9]+: json_syntax")


def both(source: Any) -> ReadCdrs:
    """What the fast reader makes of a text or of values, after it was compared with the careful one."""
    fast = read_cdrs(source, Book(None, None, None).choose, scan=scan)
    slow = read_cdrs(source, Book(None, None, None).choose)
    one, other = fast.batch, slow.batch
    for name in ("start_us", "end_us", "tariff", "time_zone", "status", "expired"):
        assert same(getattr(one.sessions, name), getattr(other.sessions, name)), name
    assert one.sessions.id.equals(other.sessions.id)
    assert one.sessions.tariff_names == other.sessions.tariff_names
    assert one.sessions.zone_names == other.sessions.zone_names
    assert np.array_equal(one.interval_first, other.interval_first)
    for name, mine, theirs in zip(one.intervals._fields, one.intervals, other.intervals, strict=True):
        assert same(mine, theirs), name
    assert fast.extensions == slow.extensions
    # A line is parsed with its end or without it: where JSON breaks off, that is one column more.
    assert faults(fast) == faults(slow) or told(fast) == told(slow)
    assert sorted(str(one.id) for one in fast.refused) == sorted(str(one.id) for one in slow.refused)
    return fast


def faults(read: ReadCdrs) -> list[Fault]:
    return [fault for one in read.refused for fault in one.faults]


def told(read: ReadCdrs) -> list[str]:
    return sorted(_COLUMN.sub(r"\1", str(fault)) for fault in faults(read))


def same(one: Any, other: Any) -> bool:
    return np.array_equal(one, other) if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) else one == other


def main() -> None:
    read = both("\n".join(mutants(400, 11)))
    sys.stdout.write(json.dumps([len(read.batch.sessions.id), len(read.refused), text({})]))


if __name__ == "__main__":
    main()
