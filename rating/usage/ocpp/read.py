"""read_ocpp(): messages of charge points -> sessions and intervals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rating.errors import Fault, InputError, Place
from rating.usage.ocpp.bounds import Bounds
from rating.usage.ocpp.envelope import unpack
from rating.usage.ocpp.model import Answer, LeftOutError, Log, Options, Transaction
from rating.usage.ocpp.records import Recorder
from rating.usage.ocpp.schemas import VERSIONS, Schemas
from rating.usage.ocpp.sessions import Maker, Session, bounds_of
from rating.usage.ocpp.source import items
from rating.usage.ocpp.tables import OcppUsage, TariffOf, make_left_out, make_sessions, make_signed
from rating.usage.ocpp.transactions import Site, Transactions


def read_ocpp(
    messages: Any,
    *,
    version: str | None = None,
    tariff: TariffOf = None,
    charge_point: str = "",
    until_available: bool = True,
    clock_offset: timedelta | Mapping[str, timedelta] = timedelta(0),
    location: str = "Outlet",
    power_max_kw: int = 4_000,
) -> OcppUsage:
    """Sessions and intervals out of OCPP messages, in any order, for `rating.rate`.

    Args:
        messages: the path of a file of JSON or JSON lines, or an iterable of dicts, lists or JSON texts. A message is
            what OCPP-J sends (`[2, "id", "Action", {...}]`, and its answer `[3, "id", {...}]`, which tells the
            transaction of a StartTransaction), an object with `action` and `payload`, or a payload alone; each of
            them may lie in an envelope `{"charge_point": "CP1", "message": ..., "timestamp": "..."}`.
        version: "1.6", "2.0.1" or "2.1"; left out, each message's keys tell it.
        tariff: the tariff of every session; or a mapping by id token, "charge point/EVSE", charge point, or "*" for all
            others; or a function of a `tables.OcppSession`. None leaves the column empty.
        charge_point: that of messages whose envelope names none.
        until_available: whether a session lasts until its connector becomes Available, parked, where the data say when;
            else it ends with its transaction.
        clock_offset: what is added to the instants of all charge points, or of each: timedelta(hours=-1) puts a clock
            right that is an hour fast.
        location: where the energy that is billed is measured.
        power_max_kw: energy that would take more power than this is a fault of the meter, and refuses the session.

    What cannot be used is in `faults`, `notes` and `left_out` of the result, and stops nothing else.

    Raises:
        InputError: where there is nothing to read, an option is none, or the package `ocpp` is not installed.

    >>> began = {"connectorId": 1, "idTag": "A1", "meterStart": 1000, "timestamp": "2026-03-02T10:00:00Z"}
    >>> ended = {"transactionId": 7, "meterStop": 12500, "timestamp": "2026-03-02T11:00:00Z"}
    >>> log = [[2, "1", "StartTransaction", began], [2, "2", "StopTransaction", ended],
    ...        [3, "1", {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}]]
    >>> usage = read_ocpp(log, tariff="per-kwh")
    >>> usage
    OcppUsage(1 sessions, 1 intervals, 0 left out, 0 faults, 0 notes)
    >>> usage.intervals["energy_wh"].to_pylist()
    [Decimal('11500.000')]
    """
    options = Options(version, until_available, location, _watts(power_max_kw), clock_offset)
    _check(options, charge_point)
    log = Log(options)
    recorder = Recorder(log, Schemas())
    for item in items(messages, log.faults):
        for heard in unpack(item, charge_point, log.faults):
            if isinstance(heard, Answer):
                recorder.answer(heard)
            else:
                recorder.call(heard)
    return _make(log, tariff)


def _make(log: Log, tariff: TariffOf) -> OcppUsage:
    transactions = Transactions(log).all()
    site = Site(log)
    found = [(each, bounds_of(each, log.notes)) for each in transactions]
    site.add_spans(
        (each.charge_point, bounds.evse, bounds.start.at_us, None if bounds.stop is None else bounds.stop.at_us)
        for each, bounds in found
        if isinstance(bounds, Bounds)
    )
    maker = Maker(site, log.options, log.notes)
    sessions: list[Session] = []
    left_out: list[tuple[Transaction, LeftOutError]] = []
    for transaction, bounds in found:
        try:
            if isinstance(bounds, LeftOutError):
                raise bounds
            sessions.append(maker.session(transaction, bounds))
        except LeftOutError as why:
            left_out.append((transaction, why))
    rows, intervals = make_sessions(sessions, tariff)
    return OcppUsage(
        sessions=rows,
        intervals=intervals,
        left_out=make_left_out(left_out),
        signed_data=make_signed(transactions),
        faults=tuple(sorted(log.faults, key=_by_place)),
        notes=tuple(sorted(log.notes, key=_by_place)),
    )


def _by_place(fault: Fault) -> tuple[str, int, int, int, str]:
    place = fault.place
    return (place.source, place.line or 0, place.column or 0, place.row or 0, fault.code)


def _watts(kilowatts: Any) -> int:
    return kilowatts * 1_000 if type(kilowatts) is int else 0


def _check(options: Options, charge_point: Any) -> None:
    """Raise InputError with every option that is none."""
    faults = []
    if options.version is not None and options.version not in VERSIONS:
        want = f"one of {', '.join(VERSIONS)}, or None"
        faults.append(Fault("version", Place("version"), str(options.version)[:80], want, "leave it out"))
    offset = options.clock_offset
    offsets = list(offset.values()) if isinstance(offset, Mapping) else [offset]
    if not all(isinstance(each, timedelta) and abs(each) <= timedelta(days=36_500) for each in offsets):
        want, fix = "a timedelta, or a mapping of charge points to them", "give a datetime.timedelta"
        faults.append(Fault("clock_offset", Place("clock_offset"), str(offset)[:80], want, fix))
    if options.power_max_w <= 0:
        fix = "leave it out"
        faults.append(Fault("power_max_kw", Place("power_max_kw"), "no such number", "a whole number from 1", fix))
    if not isinstance(charge_point, str):
        fix = "give its name as text"
        faults.append(Fault("charge_point", Place("charge_point"), str(charge_point)[:80], "a text", fix))
    if faults:
        raise InputError(faults)
