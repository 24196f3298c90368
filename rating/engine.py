"""The whole rating on one screen: rooms 1 to 6 in the order in which data flows."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Literal, NamedTuple

from rating.accounts.claims import has_deals
from rating.accounts.closing import close_ledger
from rating.accounts.opening import meet_meanwhile, open_ledger
from rating.compile.plan import Plan, make_plan
from rating.compile.terms import with_terms
from rating.errors import Fault, InputError, Place, SessionError
from rating.kernels.arrays import Totals
from rating.kernels.insert import insert
from rating.kernels.runs import find_runs
from rating.results.later import Later
from rating.results.rated import Rated, line_writer, make_tables
from rating.results.rejected import as_faults, with_refused
from rating.results.rounds import merged
from rating.results.single import rate_single
from rating.settle.chunks import settle
from rating.tariff.model import Tariffs
from rating.usage.batch import UsageBatch
from rating.usage.order import put_in_order
from rating.usage.read import read_usage
from rating.workers import CORES, at_most


def rate(
    tariffs: Tariffs,
    sessions: Any,
    intervals: Any = None,
    *,
    readings: Any = None,
    accounts: Any = None,
    state: Any = None,
    lines: bool = True,
    on_error: Literal["collect", "raise"] = "collect",
    threads: int | None = None,
    chunk_sessions: int | None = None,
) -> Rated:
    """Price sessions: every session that comes in is in `.sessions` (with its `.lines`) or in `.rejected`.

    Args:
        tariffs: what `load_tariffs` gave.
        sessions: any Arrow-compatible table, dict of arrays, or path of a Parquet, CSV or Arrow file, with
            `session_id`, `tariff`, `start`, `end`, and `energy_wh` or `energy_kwh` where there are neither
            intervals nor readings.
        intervals: the same, with `session_id`, `start`, `end`, `energy_wh` or `energy_kwh`; optional `activity`,
            `power_kw` or `power_w`, and `current_a`.
        readings: instead of intervals: `session_id`, `at`, `register_wh` or `register_kwh`; optional the same.
        accounts: which account has which plan: `account`, `plan`, `from` and `until` (exclusive, null: open), each a
            date in the zone of the plan or an instant. Sessions say theirs in `account`, and may name a `coupon`.
        state: what an earlier rating left as `Rated.state`: what accounts and coupons have used so far.
        lines: False makes no lines, where only what sessions cost is asked for; `.lines` is empty then.
        on_error: "raise" raises `SessionError` with every refused session instead of collecting them.
        threads: how many threads read and price; all cores by default. It does not change a byte of the result.
        chunk_sessions: how many sessions a thread takes at a time; nor does this.

    Raises:
        InputError: where a table cannot be read at all: every fault of every table.

    Source: PRICING 1 to 4.

    >>> from rating import load_tariffs
    >>> sessions = {
    ...     "session_id": ["S-1"], "tariff": ["per-kwh"], "energy_kwh": ["12.5"],
    ...     "start": ["2026-03-02T10:00:00+01:00"], "end": ["2026-03-02T11:30:00+01:00"],
    ... }
    >>> rate(load_tariffs("tariffs/per-kwh.yaml"), sessions)
    Rated(1 sessions, 1 lines, 0 rejected)
    """
    check_options(tariffs, on_error, threads)
    if lines and readings is accounts is state is chunk_sessions is None:
        one = rate_single(tariffs, sessions, intervals)
        if one is not None:
            return one
    with at_most(threads):
        met = meet_meanwhile(accounts, tariffs.plans, sessions)
        # Of three threads on two cores, the one that reads accounts would come to its turn last, and all wait for it.
        runs = find_runs if accounts is None else partial(find_runs, threads=max(1, CORES - 1))
        batch = read_usage(sessions, intervals, readings, find_runs=runs, insert=insert)
        accounts = met()
    return rate_batch(
        tariffs,
        batch,
        accounts=accounts,
        state=state,
        lines=lines,
        on_error=on_error,
        threads=threads,
        chunk_sessions=chunk_sessions,
    )


def rate_batch(
    tariffs: Tariffs,
    batch: UsageBatch,
    *,
    accounts: Any = None,
    state: Any = None,
    lines: bool = True,
    on_error: Literal["collect", "raise"] = "collect",
    threads: int | None = None,
    chunk_sessions: int | None = None,
) -> Rated:
    """As `rate`, for usage that has been read already."""
    options = {"lines": lines, "threads": threads, "chunk_sessions": chunk_sessions}
    batch, plan, totals, found, left = _price_all(tariffs, batch, accounts, state, **options)
    if on_error == "raise" and (faults := as_faults(batch, plan, totals)):
        raise SessionError(faults)
    return make_tables(batch, plan, totals, found, left)


def state_after(tariffs: Tariffs, batch: UsageBatch, *, accounts: Any = None, state: Any = None) -> Any:
    """The state that a rating of the batch leaves, without its tables."""
    left = _price_all(tariffs, batch, accounts, state, lines=False).state
    return None if left is None else left.get()


class _Priced(NamedTuple):
    batch: UsageBatch
    plan: Plan
    totals: Totals
    lines: list[Any]  # record batches, in order of sessions
    state: Later | None = None


def _price_all(tariffs: Tariffs, batch: UsageBatch, accounts: Any, state: Any, **options: Any) -> _Priced:
    price = _price_deals if has_deals(batch, accounts, state) else _price
    priced = price(tariffs, batch, accounts, state, **options)
    if priced.totals.status.any() and (priced.totals.fault >= 0).any() and (ordered := put_in_order(batch)) is not None:
        priced = price(tariffs, ordered, accounts, state, **options)
    return priced


def _price(
    tariffs: Tariffs, batch: UsageBatch, _accounts: Any, _state: Any, *, lines: bool = True, **options: Any
) -> _Priced:
    """Sessions without accounts and coupons: in any order, all at once."""
    plan = make_plan(tariffs, batch)
    finish = line_writer(batch.sessions.id, plan) if lines else None
    totals, found = settle(batch, plan, finish, **options)
    return _Priced(batch, plan, totals, found)


def _price_deals(
    tariffs: Tariffs, batch: UsageBatch, accounts: Any, state: Any, *, lines: bool = True, **options: Any
) -> _Priced:
    """Sessions of accounts, in rounds: what one costs may depend on those before it."""
    from rating.settle.rounds import settle_rounds  # which most ratings do without

    known, ledger = open_ledger(tariffs, batch, accounts, state, options.get("threads") or CORES)
    plan = with_terms(make_plan(tariffs, known), ledger.terms)
    finish = partial(line_writer, plan=plan) if lines else None
    totals, rounds = settle_rounds(known, plan, ledger, finish, **options)
    found = rounds[0] if len(rounds) == 1 else merged(rounds, known.sessions.id) if lines else []
    return _Priced(known, plan, totals, found, Later(lambda: close_ledger(ledger)))


def rate_cdrs(
    cdrs: Any,
    tariffs: Tariffs | None = None,
    *,
    tariff: str | None = None,
    version: str | None = None,
    time_zone: str | None = None,
    on_error: Literal["collect", "raise"] = "collect",
    threads: int | None = None,
) -> Rated:
    """Price the charging periods of OCPI CDRs: every CDR that comes in is in `.sessions` or in `.rejected`.

    Args:
        cdrs: a path, JSON text, parsed values, or what `read_cdrs` gave.
        tariffs: as for `read_cdrs`.
        tariff: as for `read_cdrs`.
        version: as for `read_cdrs`.
        time_zone: as for `read_cdrs`.
        on_error: "raise" raises `SessionError` with every fault instead of collecting them.
        threads: how many threads read and price; all cores by default.

    Raises: InputError where an option is none.

    >>> rate_cdrs('''{"id": "1", "currency": "EUR", "start_date_time": "2026-01-01T10:00:00Z",
    ...   "end_date_time": "2026-01-01T11:00:00Z", "tariffs": [{"id": "12", "currency": "EUR", "elements": [
    ...     {"price_components": [{"type": "ENERGY", "price": 0.39}]}]}], "charging_periods": [
    ...     {"start_date_time": "2026-01-01T10:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 7.25}]}]}''')
    Rated(1 sessions, 1 lines, 0 rejected)
    """
    from rating.cdrs import Cdrs, read_cdrs  # which `rate` does without

    check_options(Tariffs(), on_error, threads)
    if not isinstance(cdrs, Cdrs):
        options = {"tariff": tariff, "version": version, "time_zone": time_zone}
        cdrs = read_cdrs(cdrs, tariffs, **options, threads=threads)
    if on_error == "raise" and cdrs.refused:
        raise SessionError([fault for refused in cdrs.refused for fault in refused.faults])
    rated = rate_batch(cdrs.tariffs, cdrs.batch, on_error=on_error, threads=threads)
    return replace(rated, rejected=with_refused(rated.rejected, cdrs.refused))


def check_options(tariffs: object, on_error: object, threads: object) -> None:
    """Raise InputError with every option that is none, before any work is done."""
    faults = []
    if not isinstance(tariffs, Tariffs):
        got = type(tariffs).__name__ if tariffs is None else str(tariffs)[:80]
        fix = 'load them first: tariffs = rating.load_tariffs("tariffs/")'
        faults.append(Fault("tariffs", Place("tariffs"), got, "what load_tariffs gave", fix))
    if on_error not in ("collect", "raise"):
        faults.append(
            Fault("on_error", Place("on_error"), str(on_error), '"collect" or "raise"', "choose one of the two")
        )
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        faults.append(Fault("threads", Place("threads"), str(threads), "a number of threads from 1", "leave it out"))
    if faults:
        raise InputError(faults)
