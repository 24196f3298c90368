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


def make_session(transaction: Transaction, bounds: Bounds, site: Site, options: Options, notes: list[Fault]) -> Session:
    """The session of a transaction that has stopped. Raises LeftOutError where it is none."""
    start_us = bounds.start.at_us
    until_us = _until(transaction, bounds)
    shared = _shared(bounds, site, start_us, until_us)
    steps = _steps(transaction, bounds, shared, (site, options), until_us, notes)
    if bounds.stop is None:
        energy = sum(step.energy_mwh for step in steps)
        got = f"a transaction without a stop, last heard of at {instant_text(until_us)}"
        want = "its StopTransaction or last event"
        raise LeftOutError("open", got, want, "read the messages again when it has ended", energy)
    if not steps:
        want = "two readings of its import register, or values of energy intervals"
        fix = "let the charge point send them at the start and the stop of a transaction"
        raise LeftOutError("no_data", "a transaction without energy data", want, fix)
    _note_edges(transaction, steps, start_us, until_us, notes)
    _note_export(transaction, notes)
    samples = [*transaction.samples, *(sample for sample in shared if sample.kind in (Kind.POWER, Kind.CURRENT))]
    states = stretches(bounds, site, transaction.samples, until_us)
    intervals = flow(steps, states, samples, transaction.place, notes)
    end_us = until_us
    idle_us = idle_until(bounds, site) if options.until_available else None
    if idle_us is not None:
        measured = [any(sample.kind == kind for sample in samples) for kind in (Kind.POWER, Kind.CURRENT)]
        # Of a transaction of no length nothing but its energy is left.
        intervals = [each for each in intervals if each.start_us < each.end_us or each.energy_mwh]
        intervals.append(Interval(until_us, idle_us, 0, "parked", *(0 if each else None for each in measured)))
        end_us = idle_us
    return Session(transaction, bounds, start_us, end_us, intervals)


def bounds_of(transaction: Transaction, notes: list[Fault]) -> Bounds | LeftOutError:
    """The bounds, or why there are none."""
    try:
        return find_bounds(transaction, notes)
    except LeftOutError as error:
        return error


def _until(transaction: Transaction, bounds: Bounds) -> int:
    """The stop; of an open transaction, when it was last heard of."""
    if bounds.stop is not None:
        return bounds.stop.at_us
    heard = [bounds.start.at_us, *(event.at_us for event in bounds.events)]
    return max([*heard, *(sample.at_us for sample in transaction.samples)])


def _shared(bounds: Bounds, site: Site, start_us: int, until_us: int) -> list[Sample]:
    if bounds.evse is None:
        return []
    return site.samples(bounds.start.charge_point, bounds.evse, start_us, until_us)


def _steps(
    transaction: Transaction,
    bounds: Bounds,
    shared: list[Sample],
    chosen: tuple[Site, Options],
    until_us: int,
    notes: list[Fault],
) -> list[Step]:
    site, options = chosen
    resumed = sorted(event.at_us for event in bounds.events if event.resumed)
    stop = bounds.stop

    def restarted(before: Reading, after: Reading) -> bool:
        """Whether anything says that the charge point restarted between two readings."""
        if after.context == "Interruption.End" or any(before.at_us < at_us <= after.at_us for at_us in resumed):
            return True
        if stop is not None and stop.restarted and after.at_us == stop.at_us:
            return True
        return site.restarted(transaction.charge_point, before.at_us, after.at_us)

    readings = readings_of(transaction, bounds, shared, until_us, notes)
    readings = with_profile(readings, transaction, bounds.start.at_us, until_us, notes)
    return steps_of(readings, restarted, options.power_max_w, notes)


def _note_edges(transaction: Transaction, steps: list[Step], start_us: int, until_us: int, notes: list[Fault]) -> None:
    """Where the first reading comes after the start, or the last before the stop, energy may be missing."""
    if steps[0].start_us > start_us:
        got = f"session {transaction.session_id}, whose first reading is at {instant_text(steps[0].start_us)}"
        want, fix = f"one at its start, {instant_text(start_us)}", "what flowed before the reading is not counted"
        notes.append(Fault("no_first_reading", transaction.place, got, want, fix))
    if steps[-1].end_us < until_us:
        got = f"session {transaction.session_id}, whose last reading is at {instant_text(steps[-1].end_us)}"
        want, fix = f"one at its stop, {instant_text(until_us)}", "what flowed after the reading is not counted"
        notes.append(Fault("no_last_reading", transaction.place, got, want, fix))


def _note_export(transaction: Transaction, notes: list[Fault]) -> None:
    exported = [sample.milli for sample in transaction.samples if sample.kind == Kind.EXPORT]
    if any(value != exported[0] for value in exported):
        got = f"energy that session {transaction.session_id} gave back"
        notes.append(Fault("export", transaction.place, got, "energy that is taken", "it is not priced"))
