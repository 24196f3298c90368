"""quote(): what one session costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyarrow as pa

from rating.engine import check_options, rate
from rating.errors import Fault, InputError, Place
from rating.kernels.arrays import TAX_INCLUDED
from rating.quotes.result import Details, Quote, details_of, money
from rating.results.arrays import texts
from rating.results.later import Later
from rating.results.rated import line_writer
from rating.results.taxes import taxes_later
from rating.settle.single import Raw, price_single
from rating.tariff.model import Tariffs
from rating.units import MICRO_PER_UNIT
from rating.usage.facts import facts_of

_ID = "quote"  # what messages call the session
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MORE = ("reservation_start", "reservation_expired", "account", "coupon", "redeem_points")
_NOTHING = (None,) * len(_MORE)


def quote(
    tariffs: Tariffs,
    tariff: str,
    *,
    start: Any,
    end: Any,
    energy_kwh: Any = None,
    energy_wh: Any = None,
    intervals: Any = None,
    readings: Any = None,
    charging_end: Any = None,
    time_zone: str | None = None,
    membership: Any = None,
    connector: Any = None,
    payment_method: Any = None,
    tariff_type: Any = None,
    evse_power_kw: Any = None,
    evse_power_w: Any = None,
    reservation_start: Any = None,
    reservation_expired: Any = None,
    account: Any = None,
    coupon: Any = None,
    redeem_points: Any = None,
    accounts: Any = None,
    state: Any = None,
) -> Quote:
    """Price one session: as `rate()` does, to the cent, in some 20 microseconds.

    Args:
        tariffs: what `load_tariffs` gave.
        tariff: the id of the session's tariff.
        start: when the session starts: a `datetime`, or ISO 8601 text. Without a zone or an offset it is UTC.
        end: when it ends.
        energy_kwh: its energy, as text, `Decimal`, `int` or `float`; or `energy_wh`.
        energy_wh: the same in Wh.
        intervals: instead of an energy, a list of dicts or any table with `start`, `end`, and `energy_kwh` or
            `energy_wh`, and what else `rate` takes of intervals.
        readings: instead of intervals, the same with `at`, and `register_kwh` or `register_wh`.
        charging_end: when charging ended, see `rate`; so are all others that the columns of sessions have.
        time_zone: the zone of the site, where the tariff leaves it out.
        membership: what the session says of itself, where the tariff asks for it; so are the next five.
        connector: see `membership`.
        payment_method: see `membership`.
        tariff_type: see `membership`.
        evse_power_kw: see `membership`.
        evse_power_w: the same in W.
        reservation_start: since when its place was reserved.
        reservation_expired: whether nobody came.
        account: the account of the session, which has a plan in `accounts`.
        coupon: the code of a coupon.
        redeem_points: how many points are to be used.
        accounts: as for `rate`.
        state: as for `rate`; a quote changes none.

    Raises:
        SessionError: where the session is refused, with what is wrong with it.
        InputError: where a value cannot be read at all.

    Source: PRICING 1 to 4.

    >>> from rating import load_tariffs
    >>> tariffs = load_tariffs("tariffs/per-kwh.yaml")
    >>> quote(tariffs, "per-kwh", start="2026-03-02T10:00+01:00", end="2026-03-02T11:30+01:00", energy_kwh="12.5")
    Quote(per-kwh: 12.5 kWh, net 4.03, tax 0.85, gross 4.88 EUR)
    """
    facts = {
        "start": start,
        "end": end,
        "energy_kwh": energy_kwh,
        "energy_wh": energy_wh,
        "charging_end": charging_end,
        "time_zone": time_zone,
        "membership": membership,
        "connector": connector,
        "payment_method": payment_method,
        "tariff_type": tariff_type,
        "evse_power_kw": evse_power_kw,
        "evse_power_w": evse_power_w,
    }
    more = (reservation_start, reservation_expired, account, coupon, redeem_points)
    if readings is accounts is state is None and more == _NOTHING:
        made = _quick(tariffs, tariff, facts, intervals)
        if made is not None:
            return made
    facts |= dict(zip(_MORE, more, strict=True))
    return _by_rate(tariffs, {"tariff": tariff, **facts}, intervals, readings, accounts, state)


def _quick(tariffs: Tariffs, name: str, values: Mapping[str, Any], intervals: Any) -> Quote | None:
    """By the kernels alone; None where a value is not of the usual kind, or the session is refused or odd."""
    tariff = tariffs.get(name) if type(tariffs) is Tariffs and type(name) is str else None
    facts = None if tariff is None else facts_of(values, intervals)
    if tariff is None or facts is None:
        return None
    raw = price_single(tariff, facts)
    return None if raw is None else _made(raw, *facts.bounds)


def _made(raw: Raw, start_us: int, end_us: int) -> Quote:
    plan, known = raw.plan, raw.known
    tariff = plan.tariffs[0]
    digits = _digits(tariff.minor_micro)
    energy_mwh, charging_us, parked_us, net, tax, gross = raw.numbers
    included = known or plan.book.rules.tax[0] == TAX_INCLUDED
    return Quote(
        tariff.id,
        plan.versions[0],
        raw.hash,
        tariff.currency,
        _EPOCH + timedelta(microseconds=start_us),
        _EPOCH + timedelta(microseconds=end_us),
        Decimal(energy_mwh).scaleb(-6),
        Decimal(charging_us).scaleb(-6),
        Decimal(parked_us).scaleb(-6),
        money(net, digits) if known or not included else None,
        money(tax, digits) if known else None,
        money(gross, digits) if included else None,
        Later(lambda: _details_of(raw)),
    )


@lru_cache(maxsize=16)
def _digits(minor_micro: int) -> int:
    return len(str(MICRO_PER_UNIT // minor_micro)) - 1


def _details_of(raw: Raw) -> Details:
    """Lines and taxes, by what makes the tables."""
    ids = texts([_ID])
    lines = line_writer(ids, raw.plan)(raw.lines).to_pylist()
    return details_of(lines, taxes_later(ids, raw.plan, raw.totals).get().to_pylist())


def _by_rate(
    tariffs: Tariffs, facts: Mapping[str, Any], intervals: Any, readings: Any, accounts: Any, state: Any
) -> Quote:
    """By `rate()`, which reads every kind of value, and says what is wrong."""
    check_options(tariffs, "raise", None)
    sessions, meters = _tables(facts, intervals, readings)
    rated = rate(tariffs, sessions, **meters, accounts=accounts, state=state, on_error="raise", threads=1)
    row: dict[str, Any] = rated.sessions.to_pylist()[0]
    digits = _digits(tariffs[row["tariff"]].minor_micro)
    amounts: dict[str, Any] = {
        column: None if row[column] is None else money(int(row[column] * MICRO_PER_UNIT), digits)
        for column in ("net", "tax", "gross")
    }
    same = ("tariff", "tariff_version", "tariff_hash", "currency", "energy_kwh", "charging_s", "parked_s")
    return Quote(
        **{column: row[column] for column in same},
        **amounts,
        start=row["start"].astimezone(UTC),
        end=row["end"].astimezone(UTC),
        _details=Later(lambda: details_of(rated.lines.to_pylist(), rated.taxes.to_pylist())),
    )


def _tables(facts: Mapping[str, Any], intervals: Any, readings: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The session as tables of `rate`."""
    sessions = {"session_id": [_ID], **{column: [value] for column, value in facts.items() if value is not None}}
    for column in ("tariff", "start", "end"):
        sessions.setdefault(column, [None])
    return sessions, {"intervals": _with_ids(intervals, "intervals"), "readings": _with_ids(readings, "readings")}


def as_session(tariff: str, facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `quote` was given as the table of sessions that `explain` takes, and its other arguments.

    >>> as_session("per-kwh", {"start": "2026-03-02T10:00Z", "energy_kwh": "1", "coupon": None})[1]["session_id"]
    'quote'
    """
    apart = ("intervals", "readings", "accounts", "state")
    own = {name: value for name, value in facts.items() if name not in apart}
    session, meters = _tables({"tariff": tariff, **own}, facts.get("intervals"), facts.get("readings"))
    more = {name: facts.get(name) for name in ("accounts", "state")}
    return session, {**meters, **more, "session_id": _ID}


def _with_ids(rows: Any, label: str) -> Any:
    """The intervals or readings of the session as a table of `rate`, which asks whose they are.

    Raises: InputError where they are no rows.
    """
    if rows is None:
        return None
    if isinstance(rows, Mapping):
        count = max((len(column) for column in rows.values() if hasattr(column, "__len__")), default=0)
        return {"session_id": [_ID] * count, **{k: v for k, v in rows.items() if k != "session_id"}}
    if isinstance(rows, Sequence) and not isinstance(rows, str) and all(isinstance(row, Mapping) for row in rows):
        return [{**row, "session_id": _ID} for row in rows]
    try:
        table = pa.table(rows)
    except (TypeError, ValueError, pa.ArrowException):
        fix = "pass the rows of this one session"
        want = "a list of dicts, a dict of columns, or an Arrow-compatible table"
        raise InputError([Fault("unsupported_source", Place(label), type(rows).__name__, want, fix)]) from None
    if "session_id" in table.column_names:
        table = table.drop_columns(["session_id"])
    return table.append_column("session_id", pa.array([_ID] * table.num_rows, pa.string()))
