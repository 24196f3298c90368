"""A transaction's start, end and order of events; or why it is no session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rating.errors import Fault
from rating.units import US_PER_S
from rating.usage.evidence import instant_text
from rating.usage.ocpp.model import CLOCK_TOLERANCE_US, Event, LeftOutError, Start, Stop, Transaction


class Bounds(NamedTuple):
    """When a transaction began and stopped, where, and by whom. `stop` is None where it is open."""

    start: Start
    stop: Stop | None
    evse: str | None
    connector: str | None
    id_token: str | None
    events: tuple[Event, ...]  # of 2.x, in their order


def find_bounds(transaction: Transaction, notes: list[Fault]) -> Bounds:
    """Where a transaction begins and ends. Raises LeftOutError where that cannot be told."""
    if transaction.id is None:
        want = "the answer to its StartTransaction, or meter values of its connector, with a transactionId"
        raise LeftOutError("no_transaction_id", "a start whose transaction is not known", want, "add the answer")
    events = _in_sequence(transaction, notes)
    start = _only_start(transaction, events)
    stop = _only_stop(transaction, events)
    if stop is not None and stop.at_us < start.at_us:
        got = f"a stop at {instant_text(stop.at_us)}, before the start at {instant_text(start.at_us)}"
        fix = "correct the charge point's clock: read_ocpp(..., clock_offset=...) moves all its instants"
        raise LeftOutError("end_before_start", got, "a stop after the start", fix)
    placed = [event for event in events if event.evse is not None]
    full = [event for event in placed if event.connector is not None] or placed
    tokens = [event.id_token for event in events if event.id_token is not None]
    return Bounds(
        start=start,
        stop=stop,
        evse=full[0].evse if full else start.evse,
        connector=full[0].connector if full else None,
        id_token=tokens[0] if tokens else start.id_token,
        events=events,
    )


def _only_start(transaction: Transaction, events: tuple[Event, ...]) -> Start:
    began = {event.at_us for event in events if event.kind == "Started"}
    starts = transaction.starts | {Start(transaction.charge_point, None, at_us, None, None) for at_us in began}
    if not starts:
        want, fix = "its StartTransaction or first event", "add the messages before these"
        raise LeftOutError("no_start", "a transaction without a start", want, fix)
    if len(starts) > 1:
        got = f"{len(starts)} starts: {_instants(start.at_us for start in starts)}"
        raise LeftOutError("two_starts", got, "one start", "give each transaction an id of its own")
    return next(iter(starts))


def _only_stop(transaction: Transaction, events: tuple[Event, ...]) -> Stop | None:
    ended = {event.at_us: event for event in events if event.kind == "Ended"}
    stops = set(transaction.stops)
    for at_us, event in ended.items():
        stops.add(Stop(transaction.charge_point, event.transaction, at_us, None, event.gone, event.resumed))
    # What was sent again may tell another reason, but not another end.
    if len({(stop.at_us, stop.register_mwh) for stop in stops}) > 1:
        told = _instants(stop.at_us for stop in stops)
        raise LeftOutError("two_stops", f"stops that differ: {told}", "one stop", "keep the one that is right")
    return max(stops, default=None)


def _instants(instants: Iterable[int]) -> str:
    return ", ".join(instant_text(at_us) for at_us in sorted(instants)[:4])


def _in_sequence(transaction: Transaction, notes: list[Fault]) -> tuple[Event, ...]:
    """The events of 2.x by their numbers, their instants never earlier than the one before.

    A clock may run back by a minute, as one does that the network sets; that event counts as at the instant of the one
    before it. Raises LeftOutError where it runs back further.
    """
    by_time = sorted(transaction.events, key=_event_key)
    numbers = {event.seq for event in by_time}
    if None in numbers or len({(event.seq, event.at_us) for event in by_time}) > len(numbers):
        if None not in numbers:
            got = f"events with one seqNo at several instants, of transaction {transaction.session_id}"
            fix = "their instants give their order"
            notes.append(Fault("seq_repeated", transaction.place, got, "a seqNo for each event", fix))
        return tuple(by_time)
    events: list[Event] = []
    for event in sorted(by_time, key=lambda each: each.seq or 0):
        before = events[-1].at_us if events else event.at_us
        if before - event.at_us > CLOCK_TOLERANCE_US:
            got = f"event {event.seq} at {instant_text(event.at_us)}, after one at {instant_text(before)}"
            want = f"events whose clock runs back by no more than {CLOCK_TOLERANCE_US // US_PER_S} s"
            raise LeftOutError("clock", got, want, "correct the instants of the earlier or of the later events")
        events.append(event._replace(at_us=max(before, event.at_us)))
    _note_gaps(transaction, events, notes)
    return tuple(events)


def _note_gaps(transaction: Transaction, events: list[Event], notes: list[Fault]) -> None:
    if not events:
        return
    first, last = events[0].seq or 0, events[-1].seq or 0
    missing = last - first + 1 - len({event.seq for event in events})
    if missing:
        got = f"{missing} of the events {first} to {last} of transaction {transaction.session_id} are missing"
        notes.append(Fault("seq_gap", transaction.place, got, "all of them", "what the others say counts"))


def _event_key(event: Event) -> tuple[int, int, str]:
    return (event.at_us, event.seq if event.seq is not None else -1, repr(event))
