"""What the vehicle and the charger did in a session, moment by moment.

1.6 says it in the StatusNotifications of the connector, 2.x in the chargingState of the transaction's events:

| said | means |
| --- | --- |
| Charging | charging |
| SuspendedEV | the vehicle asks for no power: parked |
| SuspendedEVSE | the charger holds back: withheld |
| EVConnected, Idle, Preparing, Finishing, Faulted, Unavailable | no energy should flow: `auto`, the meter decides |
| nothing | not known: `auto` |

From Interruption.Begin to Interruption.End the charger gives nothing: what was charging, or not known, is withheld.

After the stop the vehicle idles, parked, until its connector becomes Available (or Unavailable, Reserved, or Preparing
for the next driver), if the data say when: not where the vehicle left (EVDisconnected, EVDeparted), where the connector
was Available already, or where the next transaction on it begins before it says so.
"""

from __future__ import annotations

from collections import defaultdict
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

from rating.usage.ocpp.bounds import Bounds
from rating.usage.ocpp.model import Sample, Status
from rating.usage.ocpp.transactions import Site


class State(IntEnum):
    """What goes on. Of several at one instant the last in this order counts, if it is new."""

    UNKNOWN = 0
    READY = 1
    CHARGING = 2
    WITHHELD = 3
    PARKED = 4


# Energy flows in these, if it flows in an interval at all.
CARRIES: Final = (State.UNKNOWN, State.CHARGING)
ACTIVITY: Final = {
    State.UNKNOWN: "auto",
    State.READY: "auto",
    State.CHARGING: "charging",
    State.WITHHELD: "withheld",
    State.PARKED: "parked",
}
_STATES: Final = {
    "Charging": State.CHARGING,
    "SuspendedEV": State.PARKED,
    "SuspendedEVSE": State.WITHHELD,
    **dict.fromkeys(("EVConnected", "Idle", "Preparing", "Finishing", "Faulted", "Unavailable"), State.READY),
}
_LEFT: Final = ("Available", "Unavailable", "Reserved", "Preparing")


class Stretch(NamedTuple):
    """A state from one instant to another."""

    start_us: int
    end_us: int
    state: State


def stretches(bounds: Bounds, site: Site, samples: list[Sample], until_us: int) -> list[Stretch]:
    """The states of a session from its start to `until_us`, without a gap. `samples`: all of the transaction."""
    start_us = bounds.start.at_us
    states = _changes(_said(bounds, site), start_us)
    for begin_us, end_us in _interruptions(samples):
        states = _interrupted(states, max(begin_us, start_us), end_us)
    closed = [*((at_us, state) for at_us, state in states if at_us < until_us), (until_us, State.UNKNOWN)]
    found: list[Stretch] = []
    for (from_us, state), (to_us, _) in pairwise(closed):
        if found and found[-1].state == state:
            from_us = found.pop().start_us
        if from_us < to_us:
            found.append(Stretch(from_us, to_us, state))
    return found


def idle_until(bounds: Bounds, site: Site) -> int | None:
    """Until when the vehicle idled after the stop; None where it did not, or the data do not say."""
    stop = bounds.stop
    if stop is None or stop.gone or bounds.evse is None:
        return None
    place = (stop.charge_point, bounds.evse)
    statuses = site.statuses(*place, bounds.connector)
    before = [status for status in statuses if bounds.start.at_us <= status.at_us <= stop.at_us]
    if any(status.state == "Available" and status.at_us == before[-1].at_us for status in before):
        return None
    limit = site.next_start_us(*place, bounds.start.at_us)
    for status in statuses:
        if status.at_us > stop.at_us and status.state in _LEFT:
            return status.at_us if limit is None or status.at_us <= limit else None
    return None


def _said(bounds: Bounds, site: Site) -> dict[int, set[State]]:
    """What was said at each instant. Of the events of 2.x, whose order is known, the last of an instant counts."""
    if bounds.events:
        last = {event.at_us: event.state for event in bounds.events if event.state is not None}
        return {at_us: {_STATES.get(word, State.UNKNOWN)} for at_us, word in last.items()}
    said: dict[int, set[State]] = defaultdict(set)
    for status in _own(bounds, site) if bounds.evse is not None else ():
        said[status.at_us].add(_STATES.get(status.state, State.UNKNOWN))
    return said


def _own(bounds: Bounds, site: Site) -> list[Status]:
    """The statuses of the connector since the last transaction on it before this one."""
    assert bounds.evse is not None
    place, start_us = (bounds.start.charge_point, bounds.evse), bounds.start.at_us
    return [
        status
        for status in site.statuses(*place, bounds.connector)
        if status.at_us >= start_us or site.same_span(*place, status.at_us, start_us)
    ]


def _changes(said: dict[int, set[State]], start_us: int) -> list[tuple[int, State]]:
    """The states from the start on, each with the instant from which it holds."""
    changes = [(start_us, State.UNKNOWN)]
    for at_us in sorted(said):
        new = max(said[at_us] - {changes[-1][1]} or said[at_us])
        if at_us <= start_us:
            changes = [(start_us, new)]
        else:
            changes.append((at_us, new))
    return changes


def _interruptions(samples: list[Sample]) -> list[tuple[int, int]]:
    """Each from an Interruption.Begin to the first Interruption.End after it."""
    begins = sorted({sample.at_us for sample in samples if sample.context == "Interruption.Begin"})
    ends = sorted({sample.at_us for sample in samples if sample.context == "Interruption.End"})
    found: list[tuple[int, int]] = []
    for begin_us in begins:
        end_us = next((end for end in ends if end >= begin_us), None)
        if end_us is not None and (not found or begin_us >= found[-1][1]):
            found.append((begin_us, end_us))
    return found


def _interrupted(states: list[tuple[int, State]], begin_us: int, end_us: int) -> list[tuple[int, State]]:
    """The same, where what could carry energy between the two instants is withheld."""
    found: list[tuple[int, State]] = []
    for (at_us, state), (next_us, _) in pairwise([*states, (max(states[-1][0], end_us) + 1, State.UNKNOWN)]):
        cuts = sorted({at_us, *(cut for cut in (begin_us, end_us) if at_us < cut < next_us)})
        for cut in cuts:
            held = state in CARRIES and begin_us <= cut < end_us
            found.append((cut, State.WITHHELD if held else state))
    return found
