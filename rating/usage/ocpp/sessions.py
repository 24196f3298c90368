"""A transaction -> a session with its intervals, or the reason why it is none."""

from __future__ import annotations

from typing import NamedTuple

from rating.errors import Fault
from rating.usage.evidence import instant_text
from rating.usage.ocpp.bounds import Bounds, find_bounds
from rating.usage.ocpp.clock import readings_of
from rating.usage.ocpp.flow import Interval, flow
from rating.usage.ocpp.model import Kind, LeftOutError, Options, Reading, Sample, Transaction
from rating.usage.ocpp.profile import with_profile
from rating.usage.ocpp.registers import Step, steps_of
from rating.usage.ocpp.states import idle_until, stretches
from rating.usage.ocpp.transactions import Site


class Session(NamedTuple):
    """A row of the table of sessions, with its intervals."""

    transaction: Transaction
    bounds: Bounds
    start_us: int
    end_us: int
    intervals: list[Interval]


def bounds_of(transaction: Transaction, notes: list[Fault]) -> Bounds | LeftOutError:
    """The bounds, or why there are none."""
    try:
        return find_bounds(transaction, notes)
    except LeftOutError as error:
        return error


class Maker:
    """Makes sessions of transactions, beside what is known of their EVSEs."""

    def __init__(self, site: Site, options: Options, notes: list[Fault]) -> None:
        self._site, self._options, self._notes = site, options, notes

    def session(self, transaction: Transaction, bounds: Bounds) -> Session:
        """The session of a transaction. Raises LeftOutError where it is none."""
        start_us = bounds.start.at_us
        if bounds.stop is None:
            raise self._open(transaction, bounds)
        stop_us = bounds.stop.at_us
        shared = self._shared(bounds, stop_us)
        steps = self._steps(transaction, bounds, shared, stop_us)
        if not steps:
            want = "two readings of its import register, or values of energy intervals"
            fix = "let the charge point send them at the start and the stop of a transaction"
            raise LeftOutError("no_data", "a transaction without energy data", want, fix)
        _note_edges(transaction, steps, (start_us, stop_us), self._notes)
        _note_export(transaction, self._notes)
        samples = [*transaction.samples, *(sample for sample in shared if sample.kind in (Kind.POWER, Kind.CURRENT))]
        states = stretches(bounds, self._site, transaction.samples, stop_us)
        intervals = flow(steps, states, samples, transaction.place, self._notes)
        idle_us = idle_until(bounds, self._site) if self._options.until_available else None
        if idle_us is None:
            return Session(transaction, bounds, start_us, stop_us, intervals)
        # Of a transaction of no length nothing but its energy is left.
        intervals = [each for each in intervals if each.start_us < each.end_us or each.energy_mwh]
        nothing = (0 if any(each.kind == kind for each in samples) else None for kind in (Kind.POWER, Kind.CURRENT))
        intervals.append(Interval(stop_us, idle_us, 0, "parked", *nothing))
        return Session(transaction, bounds, start_us, idle_us, intervals)

    def _open(self, transaction: Transaction, bounds: Bounds) -> LeftOutError:
        """Why a transaction that has not stopped is no session, with the energy so far if that can be told."""
        events = [event.at_us for event in bounds.events]
        heard_us = max([bounds.start.at_us, *events, *(sample.at_us for sample in transaction.samples)])
        try:
            steps = self._steps(transaction, bounds, self._shared(bounds, heard_us), heard_us)
            energy = sum(step.energy_mwh for step in steps)
        except LeftOutError:
            energy = None
        got = f"a transaction without a stop, last heard of at {instant_text(heard_us)}"
        want, fix = "its StopTransaction or last event", "read the messages again when it has ended"
        return LeftOutError("open", got, want, fix, energy)

    def _shared(self, bounds: Bounds, until_us: int) -> list[Sample]:
        """What the EVSE's meter said in messages that name no transaction."""
        if bounds.evse is None:
            return []
        return self._site.samples(bounds.start.charge_point, bounds.evse, bounds.start.at_us, until_us)

    def _steps(self, transaction: Transaction, bounds: Bounds, shared: list[Sample], until_us: int) -> list[Step]:
        resumed = sorted(event.at_us for event in bounds.events if event.resumed)
        stop = bounds.stop

        def restarted(before: Reading, after: Reading) -> bool:
            """Whether anything says that the charge point restarted between two readings."""
            if after.context == "Interruption.End" or any(before.at_us < at_us <= after.at_us for at_us in resumed):
                return True
            if stop is not None and stop.restarted and after.at_us == stop.at_us:
                return True
            return self._site.restarted(transaction.charge_point, before.at_us, after.at_us)

        readings = readings_of(transaction, bounds, shared, until_us, self._notes)
        readings = with_profile(readings, transaction, bounds.start.at_us, until_us, self._notes)
        return steps_of(readings, restarted, self._options.power_max_w, self._notes)


def _note_edges(transaction: Transaction, steps: list[Step], edges: tuple[int, int], notes: list[Fault]) -> None:
    """Where the first reading comes after the start, or the last before the stop, energy may be missing."""
    start_us, stop_us = edges
    if steps[0].start_us > start_us:
        got = f"session {transaction.session_id}, whose first reading is at {instant_text(steps[0].start_us)}"
        want, fix = f"one at its start, {instant_text(start_us)}", "what flowed before the reading is not counted"
        notes.append(Fault("no_first_reading", transaction.place, got, want, fix))
    if steps[-1].end_us < stop_us:
        got = f"session {transaction.session_id}, whose last reading is at {instant_text(steps[-1].end_us)}"
        want, fix = f"one at its stop, {instant_text(stop_us)}", "what flowed after the reading is not counted"
        notes.append(Fault("no_last_reading", transaction.place, got, want, fix))


def _note_export(transaction: Transaction, notes: list[Fault]) -> None:
    exported = [sample.milli for sample in transaction.samples if sample.kind == Kind.EXPORT]
    if any(value != exported[0] for value in exported):
        got = f"energy that session {transaction.session_id} gave back"
        notes.append(Fault("export", transaction.place, got, "energy that is taken", "it is not priced"))
