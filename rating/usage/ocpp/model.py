"""The records that messages become. Instants are us UTC, energies milli-Wh, powers milli-W, currents milli-A.

Nothing here depends on the order in which messages came: records are compared and sorted by what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any, Final, NamedTuple

from rating.errors import Fault, Place
from rating.units import US_PER_S

# Clocks of charge points are read to a second, and set by the network: so much may be put right, no more.
CLOCK_TOLERANCE_US: Final = 60 * US_PER_S
# Less than a whole Wh is no fall and no rise: meterStart and meterStop are whole, samples finer.
ROUNDING_MWH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller of `read_ocpp` chose."""

    version: str | None = None
    until_available: bool = True
    location: str = "Outlet"
    power_max_w: int = 4_000_000
    clock_offset: timedelta | Mapping[str, timedelta] = timedelta(0)

    def offset_us(self, charge_point: str) -> int:
        """What is added to the instants that a charge point says."""
        offset = self.clock_offset
        found = offset if isinstance(offset, timedelta) else offset.get(charge_point, timedelta(0))
        return found // timedelta(microseconds=1)


class Call(NamedTuple):
    """A request of a charge point: its action and payload, and the id by which it is answered."""

    charge_point: str
    id: str | None
    action: str
    payload: dict[str, Any]
    received_us: int | None  # as the envelope says
    transaction: str | None  # the id that the answer gave, where the envelope holds it
    place: Place


class Answer(NamedTuple):
    """The answer to a request."""

    charge_point: str
    id: str
    payload: dict[str, Any]
    received_us: int | None
    place: Place


class Kind(IntEnum):
    """What a sample measures."""

    REGISTER = 0  # Energy.Active.Import.Register
    INTERVAL = 1  # Energy.Active.Import.Interval
    EXPORT = 2  # energy that the vehicle gave back: noted only
    POWER = 3  # Power.Active.Import
    CURRENT = 4  # Current.Import, the sum over the phases


class Sample(NamedTuple):
    """One measured value: the total of its phases."""

    at_us: int
    kind: Kind
    milli: int
    context: str
    phases: tuple[str, ...]  # that were added up; () for a total
    place: Place


class Signed(NamedTuple):
    """A value that the meter signed, as it came."""

    at_us: int
    context: str
    method: str | None
    encoding: str | None
    public_key: str | None
    data: str


class Meter(NamedTuple):
    """What one list of meter values said. `transaction` is None where it names none: then the EVSE's clock decides."""

    charge_point: str
    evse: str | None
    transaction: str | None
    samples: tuple[Sample, ...]
    signed: tuple[Signed, ...]


class Start(NamedTuple):
    """A StartTransaction of 1.6, or the first event of a transaction of 2.x, which names it itself."""

    charge_point: str
    evse: str | None
    at_us: int
    register_mwh: int | None
    id_token: str | None


class Stop(NamedTuple):
    """A StopTransaction of 1.6, or the last event of 2.x."""

    charge_point: str
    transaction: str
    at_us: int
    register_mwh: int | None
    gone: bool  # the vehicle left: it does not idle
    restarted: bool  # the charge point restarted: the register may have, too


class Event(NamedTuple):
    """A TransactionEvent of 2.x."""

    charge_point: str
    transaction: str
    at_us: int
    kind: str  # Started, Updated or Ended
    seq: int | None
    state: str | None
    evse: str | None
    connector: str | None
    id_token: str | None
    gone: bool
    resumed: bool


class Status(NamedTuple):
    """What a connector said of itself."""

    charge_point: str
    evse: str
    connector: str | None  # None in 1.6, where a connector is an EVSE
    at_us: int
    state: str


class StartCall(NamedTuple):
    """A StartTransaction with what may tell its transaction."""

    start: Start
    message_id: str | None
    transaction: str | None
    place: Place


@dataclass(slots=True)
class Log:
    """All records of a reading, in no order that matters."""

    options: Options
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    starts: list[StartCall] = field(default_factory=list)
    stops: list[tuple[Stop, Place]] = field(default_factory=list)
    events: list[tuple[Event, Place]] = field(default_factory=list)
    meters: list[tuple[Meter, Place]] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    restarts: list[tuple[str, int]] = field(default_factory=list)  # charge point and instant
    answers: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # (charge point, message) -> transactions


@dataclass(slots=True)
class Transaction:
    """What the messages say about one transaction."""

    charge_point: str
    id: str | None
    place: Place
    starts: set[Start] = field(default_factory=set)
    stops: set[Stop] = field(default_factory=set)
    events: set[Event] = field(default_factory=set)
    samples: list[Sample] = field(default_factory=list)
    signed: set[Signed] = field(default_factory=set)

    @property
    def session_id(self) -> str:
        """How the tables call it."""
        name = self.id if self.id is not None else "?"
        return f"{self.charge_point}/{name}" if self.charge_point else name


class Reading(NamedTuple):
    """What the import register said at an instant. Of several at one instant that with the least `rank` counts."""

    at_us: int
    milli: int
    rank: int
    context: str
    place: Place


class LeftOutError(Exception):
    """A transaction that is no session: the code and the words say why."""

    def __init__(self, code: str, got: str, want: str, fix: str, energy_mwh: int | None = None) -> None:
        super().__init__(code)
        self.code, self.got, self.want, self.fix, self.energy_mwh = code, got, want, fix, energy_mwh
