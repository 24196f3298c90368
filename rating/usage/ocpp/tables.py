"""Sessions, and what was left out -> Arrow tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pyarrow as pa

from rating.errors import Fault
from rating.usage.evidence import energy_text
from rating.usage.ocpp.model import LeftOutError, Transaction
from rating.usage.ocpp.sessions import Session

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT: Final = pa.timestamp("us", "UTC")
_MILLI: Final = pa.decimal128(18, 3)
_SESSIONS: Final = pa.schema(
    [
        ("session_id", pa.string()),
        ("tariff", pa.string()),
        ("start", _INSTANT),
        ("end", _INSTANT),
        ("charge_point", pa.string()),
        ("evse", pa.string()),
        ("transaction_id", pa.string()),
        ("id_token", pa.string()),
    ]
)
_INTERVALS: Final = pa.schema(
    [
        ("session_id", pa.string()),
        ("start", _INSTANT),
        ("end", _INSTANT),
        ("energy_wh", _MILLI),
        ("activity", pa.string()),
        ("power_w", _MILLI),
        ("current_a", _MILLI),
    ]
)
_LEFT_OUT: Final = pa.schema(
    [
        ("session_id", pa.string()),
        ("code", pa.string()),
        ("message", pa.string()),
        ("place", pa.string()),
        ("energy_wh", _MILLI),
    ]
)
_SIGNED: Final = pa.schema(
    [
        ("session_id", pa.string()),
        ("at", _INSTANT),
        ("context", pa.string()),
        ("signing_method", pa.string()),
        ("encoding_method", pa.string()),
        ("public_key", pa.string()),
        ("data", pa.string()),
    ]
)


class OcppSession(NamedTuple):
    """What a session's tariff may depend on. Its instants are in UTC."""

    session_id: str
    charge_point: str
    evse: str | None
    transaction_id: str | None
    id_token: str | None
    start: datetime
    end: datetime


TariffOf = str | Mapping[str, str] | Callable[[OcppSession], str | None] | None


@dataclass(frozen=True, slots=True, repr=False)
class OcppUsage:
    """What OCPP messages say of sessions. Every transaction is in exactly one of `sessions` and `left_out`.

    `sessions` and `intervals` are what `rating.rate` takes; the columns charge_point, evse, transaction_id and id_token
    travel along to the bills. `left_out` has the transactions that are no sessions: `open` ones, and those whose
    messages contradict each other, each with its code, message, place and the energy that is known. `signed_data` has
    what meters signed, as it came. `faults` are messages and values that could not be used, `notes` what was decided
    where messages leave doubt.
    """

    sessions: Any  # pyarrow.Table
    intervals: Any
    left_out: Any
    signed_data: Any
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]

    def __repr__(self) -> str:
        rows = f"{self.sessions.num_rows} sessions, {self.intervals.num_rows} intervals"
        rest = f"{self.left_out.num_rows} left out, {len(self.faults)} faults, {len(self.notes)} notes"
        return f"OcppUsage({rows}, {rest})"


def make_sessions(sessions: list[Session], tariff: TariffOf) -> tuple[Any, Any]:
    """The tables of sessions and of their intervals, by start."""
    ordered = sorted(sessions, key=lambda each: (each.start_us, each.transaction.session_id))
    rows = [_about(session) for session in ordered]
    columns: list[list[Any]] = [
        [row.session_id for row in rows],
        [_tariff(row, tariff) for row in rows],
        [row.start for row in rows],
        [row.end for row in rows],
        [row.charge_point or None for row in rows],
        [row.evse for row in rows],
        [row.transaction_id for row in rows],
        [row.id_token for row in rows],
    ]
    pairs = [(row.session_id, each) for row, session in zip(rows, ordered, strict=True) for each in session.intervals]
    measured: list[list[Any]] = [
        [name for name, _ in pairs],
        [each.start_us for _, each in pairs],
        [each.end_us for _, each in pairs],
        [_decimal(each.energy_mwh) for _, each in pairs],
        [each.activity for _, each in pairs],
        [_decimal(each.power_mw) for _, each in pairs],
        [_decimal(each.current_ma) for _, each in pairs],
    ]
    return _table(columns, _SESSIONS), _table(measured, _INTERVALS)


def make_left_out(left_out: list[tuple[Transaction, LeftOutError]]) -> Any:
    """The table of transactions that are no sessions."""
    columns: list[list[Any]] = [[], [], [], [], []]
    for transaction, why in left_out:
        known = "" if why.energy_mwh is None else f", {energy_text(why.energy_mwh)} so far"
        fault = Fault(why.code, transaction.place, f"{why.got}{known}", why.want, why.fix)
        values = (transaction.session_id, fault.code, fault.message, str(fault.place), _decimal(why.energy_mwh))
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    return _table(columns, _LEFT_OUT)


def make_signed(transactions: list[Transaction]) -> Any:
    """The table of what meters signed."""
    pairs = [(each.session_id, signed) for each in transactions for signed in sorted(each.signed, key=repr)]
    names = ("at_us", "context", "method", "encoding", "public_key", "data")
    columns = [[name for name, _ in pairs], *([getattr(signed, name) for _, signed in pairs] for name in names)]
    return _table(columns, _SIGNED)


def _about(session: Session) -> OcppSession:
    transaction, bounds = session.transaction, session.bounds
    return OcppSession(
        session_id=transaction.session_id,
        charge_point=transaction.charge_point,
        evse=bounds.evse,
        transaction_id=transaction.id,
        id_token=bounds.id_token,
        start=_EPOCH + timedelta(microseconds=session.start_us),
        end=_EPOCH + timedelta(microseconds=session.end_us),
    )


def _tariff(session: OcppSession, tariff: TariffOf) -> str | None:
    """The tariff of a session. A mapping is asked for its id token, EVSE, charge point and `*`, in this order."""
    if tariff is None or isinstance(tariff, str):
        return tariff
    if not isinstance(tariff, Mapping):
        return tariff(session)
    evse = f"{session.charge_point}/{session.evse}" if session.charge_point else session.evse
    keys = (session.id_token, evse, session.charge_point, "*")
    return next((tariff[key] for key in keys if key is not None and key in tariff), None)


def _decimal(milli: int | None) -> Decimal | None:
    """Thousandths as the tables have them; a sum that is beyond them is not known."""
    return None if milli is None or milli >= 10**_MILLI.precision else Decimal(milli).scaleb(-3)


def _table(columns: list[list[Any]], schema: Any) -> Any:
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
