"""The checked columnar batch: what every reader of usage makes, and all that the kernel reads of usage.

Arrays are one-dimensional, C-contiguous and may be read-only. n sessions in the order in which they came in,
m intervals grouped by session in that order and sorted by start within a session. A table says of a session since when
its place was reserved; of a CDR, intervals do: they have the activity ACTIVITY_RESERVED, come first, and lie before the
session's start (or anywhere in an expired one).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]


class Intervals(NamedTuple):
    """m intervals. `energy * energy_scale` is in milli-Wh: 1000 where a column of whole Wh is used as it came."""

    start_us: Int64  # (m,) UTC
    end_us: Int64  # (m,) UTC
    energy: Int64  # (m,)
    energy_scale: int
    activity: UInt8 | None  # (m,) codes of units.ACTIVITIES; None: all ACTIVITY_AUTO
    row: Int64 | None  # (m,) the row of `table` each came from, -1: its session's total or reservation; None: in order
    table: str  # what messages call the input table: "intervals", "readings", "sessions" (totals), or, for the items
    # of a list column of the sessions, all in one row of numbers, "sessions.intervals" or "sessions.readings"
    power_mw: Int64 | None = None  # (m,) milli-W, -1: null, the mean power of the interval
    current_ma: Int64 | None = None  # (m,) milli-A, sum over phases, -1: null
    # (m, 3) us charging, parked and reserved, as a CDR gives them beside the clock; None: `activity` says it.
    volumes_us: Int64 | None = None


class Names(NamedTuple):
    """A column of few different texts. n sessions."""

    code: Int32  # (n,) index into names, -1 for null
    names: tuple[str, ...]


class Sessions(NamedTuple):
    """n sessions. A session with a `status` other than Refused.FINE is not rated."""

    id: Any  # pyarrow.Array (n,), int64 or string
    start_us: Int64  # (n,) UTC
    end_us: Int64  # (n,) UTC
    tariff: Int32  # (n,) index into tariff_names, -1 for null
    tariff_names: tuple[str, ...]
    time_zone: Int32 | None  # (n,) index into zone_names, -1 for null
    zone_names: tuple[str, ...]
    status: UInt8  # (n,) codes of errors.Refused found at the door
    status_row: Int64  # (n,) the row of the intervals (or readings) at fault, -1: the session's own row
    extra: Any  # pyarrow.Table of the n rows of the columns that travel along untouched
    # Those of tariff_type, connector, membership and payment_method that the table has.
    attributes: Mapping[str, Names] = MappingProxyType({})
    evse_power_mw: Int64 | None = None  # (n,) milli-W, -1 for null
    expired: UInt8 | None = None  # (n,) 1: the reservation expired; None: none did
    # (n,) UTC, since when its place was reserved, up to its start, of one that expired to its end; -1: it was not,
    # or it is refused; None: of no session, or intervals say it.
    reserved_us: Int64 | None = None
    charging_end_us: Int64 | None = None  # (n,) UTC, when charging ended, -1: not told; None: of no session
    span_us: tuple[int, int] | None = None  # from the first start to the last end of all; None: not known yet


class Stray(NamedTuple):
    """Intervals or readings of a session that is not among the sessions."""

    session_id: str | int | None
    energy_mwh: int | None
    row: int


class Excerpt(NamedTuple):
    """Where the rows of the tables stand in the files of which they are a part: for messages, and ids given twice."""

    first_session: int = 0  # the row of the first session
    meter_row: int | Int64 = 0  # the row of the first interval or reading, or (all rows,) of each
    twice: Any = None  # (n,) bool: the id occurs more than once in the files; None: nowhere but in these rows


WHOLE = Excerpt()


class UsageBatch(NamedTuple):
    """Sessions, their intervals as CSR, and what belongs to no session."""

    sessions: Sessions
    intervals: Intervals
    interval_first: Int64  # (n + 1,) intervals of session i are interval_first[i] .. interval_first[i + 1] - 1
    stray: tuple[Stray, ...]
    # The input tables (pyarrow.Table) as they were read, by the name that messages call them: for messages only.
    source: Mapping[str, Any] = MappingProxyType({})
    excerpt: Excerpt = WHOLE

    def session_row(self, i: int) -> int:
        """The row of session i in the files that the batch is a part of."""
        return self.excerpt.first_session + i

    def meter_row(self, row: int) -> int:
        """The row of the intervals or readings in those files, for a row of the table as it was read."""
        rows = self.excerpt.meter_row
        return rows + row if isinstance(rows, int) else int(rows[row])
