"""Requests of charge points -> records: what they say of transactions, and nothing else."""

from __future__ import annotations

from typing import Any, Final

from rating.errors import Fault, Place
from rating.units import MWH_PER_WH
from rating.usage.ocpp.model import Answer, Call, Event, Log, Meter, Start, StartCall, Status, Stop
from rating.usage.ocpp.samples import MILLI_MAX, Read, Reader
from rating.usage.ocpp.schemas import Schemas
from rating.usage.ocpp.text import as_text, instant, short
from rating.usage.ocpp.verdict import FINE, Verdict, judge

_RESTARTS: Final = ("HardReset", "SoftReset", "Reboot", "PowerLoss", "ImmediateReset")
_GONE: Final = ("EVDisconnected", "EVDeparted", "EVCommunicationLost")
_OLD: Final = "1.6"
_NEW: Final = "2.1"  # whose schemas take all that 2.0.1 says


class Recorder:
    """Adds what messages say to a log."""

    def __init__(self, log: Log, schemas: Schemas) -> None:
        self._log, self._schemas = log, schemas

    def answer(self, answer: Answer) -> None:
        """The answer to a StartTransaction tells the transaction; that to a BootNotification when it was."""
        payload, log = answer.payload, self._log
        if type(payload.get("transactionId")) is int and isinstance(payload.get("idTagInfo"), dict):
            key = (answer.charge_point, answer.id)
            log.answers.setdefault(key, set()).add(str(payload["transactionId"]))
        elif "currentTime" in payload and "interval" in payload:
            at_us = instant(payload["currentTime"])
            if at_us is not None:
                log.restarts.append((answer.charge_point, at_us))

    def call(self, call: Call) -> None:
        """A request, validated by the schema of its version."""
        if call.action == "BootNotification":
            if call.received_us is not None:
                self._log.restarts.append((call.charge_point, call.received_us))
            return
        version = self._version(call)
        if version is None:
            return
        flaws = self._schemas.flaws(version, call.action, call.payload)
        verdict = FINE
        if flaws:
            about = (version, call.action, call.place)
            verdict = judge(about, call.payload, flaws, self._log.faults, self._log.notes)
        if verdict.used:
            _RECORD[call.action](self, call, verdict)

    def _version(self, call: Call) -> str | None:
        """The version whose schema the payload must obey; None, with a Fault, where it is not the one that was told."""
        chosen = self._log.options.version
        if call.action in ("StartTransaction", "StopTransaction"):
            old = True
        elif call.action == "TransactionEvent":
            old = False
        elif call.action == "MeterValues":
            old = "evseId" not in call.payload
        else:
            old = "connectorStatus" not in call.payload
        if chosen is None or (chosen == _OLD) == old:
            return chosen or (_OLD if old else _NEW)
        got = f"{call.action} as OCPP {_OLD if old else '2.x'} has it"
        self._fault(call.place, "ocpp_version", got, f"messages of OCPP {chosen}", "the message is left out")
        return None

    def start(self, call: Call, _verdict: Verdict) -> None:
        """StartTransaction of 1.6."""
        at_us, register = self._instant(call), self._register(call, "meterStart")
        connector = call.payload["connectorId"]
        if at_us is not None and register is not None:
            token = as_text(call.payload.get("idTag"))
            start = Start(call.charge_point, str(connector), at_us, register, token)
            self._log.starts.append(StartCall(start, call.id, call.transaction, call.place))

    def stop(self, call: Call, verdict: Verdict) -> None:
        """StopTransaction of 1.6, with the meter values that it brings."""
        payload = call.payload
        transaction = str(payload["transactionId"])
        self._meter(call, transaction, None, self._read(call, "transactionData", verdict))
        at_us, register = self._instant(call), self._register(call, "meterStop")
        if at_us is not None and register is not None:
            reason = payload.get("reason")
            how = (reason in _GONE, reason in _RESTARTS)
            self._log.stops.append((Stop(call.charge_point, transaction, at_us, register, *how), call.place))

    def meter_values(self, call: Call, verdict: Verdict) -> None:
        """MeterValues: in 1.6 of a transaction or of a connector, in 2.x of an EVSE."""
        transaction, evse = (
            call.payload.get("transactionId"),
            call.payload.get("connectorId", call.payload.get("evseId")),
        )
        found = self._read(call, "meterValue", verdict)
        named = str(transaction) if type(transaction) is int else None
        self._meter(call, named, evse if type(evse) is int else None, found)

    def status(self, call: Call, _verdict: Verdict) -> None:
        """StatusNotification: of a connector in 1.6, of a connector of an EVSE in 2.x. Number 0 is the whole of it."""
        payload = call.payload
        old = "connectorStatus" not in payload
        evse, connector = (payload["connectorId"], None) if old else (payload["evseId"], str(payload["connectorId"]))
        state = payload["status"] if old else payload["connectorStatus"]
        at_us = self._instant(call) if "timestamp" in payload else call.received_us
        if evse == 0:
            return
        if at_us is not None:
            self._log.statuses.append(Status(call.charge_point, str(evse), connector, at_us, state))
        elif "timestamp" not in payload:
            want, fix = "a status with its time", "it is passed over: give its envelope a `timestamp`"
            self._log.notes.append(Fault("status_without_time", call.place, state, want, fix))

    def event(self, call: Call, verdict: Verdict) -> None:
        """TransactionEvent of 2.x."""
        payload = call.payload
        info, evse, token = payload["transactionInfo"], _object(payload, "evse"), _object(payload, "idToken")
        transaction = str(info["transactionId"])
        place = _whole(evse.get("id"))
        self._meter(call, transaction, None, self._read(call, "meterValue", verdict))
        at_us = self._instant(call)
        if at_us is not None:
            seq, trigger = payload.get("seqNo"), payload.get("triggerReason")
            event = Event(
                charge_point=call.charge_point,
                transaction=transaction,
                at_us=at_us,
                kind=payload["eventType"],
                seq=seq if type(seq) is int else None,
                state=as_text(info.get("chargingState")),
                evse=place,
                connector=_whole(evse.get("connectorId")),
                id_token=as_text(token.get("idToken")),
                gone=info.get("stoppedReason") in _GONE or trigger in _GONE,
                resumed=trigger == "TxResumed" or info.get("stoppedReason") in _RESTARTS,
            )
            self._log.events.append((event, call.place))

    def _read(self, call: Call, key: str, verdict: Verdict) -> Read:
        options = self._log.options
        reader = Reader(options.offset_us(call.charge_point), options.location, call.place, self._log.faults)
        return reader.read(call.payload.get(key), verdict.dropped)

    def _meter(self, call: Call, transaction: str | None, evse: int | None, read: Read) -> None:
        if read.elsewhere:
            got, want = "energy measured at another location", f"energy at the location {self._log.options.location}"
            fix = "it is passed over: read_ocpp(..., location=...) chooses another"
            self._log.notes.append(Fault("other_location", call.place, got, want, fix))
        if (read.samples or read.signed) and (transaction is not None or evse):
            of = None if evse is None else str(evse)
            meter = Meter(call.charge_point, of, transaction, read.samples, read.signed)
            self._log.meters.append((meter, call.place))

    def _instant(self, call: Call) -> int | None:
        text = call.payload.get("timestamp")
        at_us = instant(text, self._log.options.offset_us(call.charge_point))
        if at_us is None:
            want = "an instant from 2000 to 2100, such as 2026-03-02T19:45:00Z"
            fix = "the message is left out: set the charge point's clock"
            self._fault(call.place, "ocpp_timestamp", f"timestamp: {short(text, 60)}", want, fix)
        return at_us

    def _register(self, call: Call, key: str) -> int | None:
        """The value of meterStart or meterStop, in whole Wh."""
        register: int = call.payload[key]
        if 0 <= register <= MILLI_MAX // MWH_PER_WH:
            return register * MWH_PER_WH
        want, fix = "a register in Wh, from 0 to what a meter can count", "the message is left out"
        self._fault(call.place, "ocpp_value", f"{key}: {short(register, 60)}", want, fix)
        return None

    def _fault(self, place: Place, code: str, got: str, want: str, fix: str) -> None:
        self._log.faults.append(Fault(code, place, got, want, fix))


_RECORD: Final = {
    "StartTransaction": Recorder.start,
    "StopTransaction": Recorder.stop,
    "MeterValues": Recorder.meter_values,
    "StatusNotification": Recorder.status,
    "TransactionEvent": Recorder.event,
}


def _object(payload: dict[str, Any], key: str) -> dict[str, Any]:
    found = payload.get(key)
    return found if isinstance(found, dict) else {}


def _whole(value: Any) -> str | None:
    return str(value) if type(value) is int else None
