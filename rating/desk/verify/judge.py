"""verify(): all of it in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any, TypeGuard

from rating.cdrs import Book, needs_clock, read_options
from rating.desk.verify.causes import Question, causes_of
from rating.desk.verify.compare import compare_costs, compare_quantities
from rating.desk.verify.guesses import Usages
from rating.desk.verify.periods import check_periods
from rating.desk.verify.pricing import Way, price
from rating.desk.verify.session import missing_volumes, usage_of, with_clock_times, with_printed_hours
from rating.desk.verify.verdict import TotalCheck, Verdict
from rating.desk.verify.words import credit_fault, refusal_fault
from rating.errors import Fault, InputError, Place, Refused, TariffError
from rating.ocpi_json import Record
from rating.reference import Refusal, Usage, rate_session
from rating.tariff.load import Source, load_tariffs
from rating.tariff.model import Tariff, Tariffs
from rating.tariff.ocpi.parse import parse_ocpi_tariff
from rating.usage.ocpi.parse import parse_cdr
from rating.usage.ocpi.records import Found, each_of_text, of_values, text_of
from rating.usage.ocpi.session import CdrSession, session_of
from rating.usage.ocpi.totals import read_totals
from rating.usage.ocpi.values import Cdr, Totals
from rating.usage.ocpi.words import Version
from rating.usage.ocpi.zones import site_zone


def verify(
    cdr: Any,
    tariff: Tariff | Tariffs | Mapping[str, Any] | Source | Iterable[Source] | bytes | None = None,
    *,
    as_cut: bool = False,
    time_zone: str | None = None,
    version: str | None = None,
) -> Verdict:
    """Compare what a CDR prints with what its charging periods cost by its tariff.

    Args:
        cdr: a path, JSON text or parsed values of one CDR.
        tariff: by which it is priced; left out, by the one that it carries. A `Tariff`, what `load_tariffs` gave or
            takes (a path, or several), or an OCPI tariff as JSON. Of several, the one with the id of the CDR's
            tariff; where none has it, the one that the CDR carries, and the verdict says so.
        as_cut: each period is priced whole, by what holds at its start, as many operators' systems do; none is cut
            where a price changes within it. What agrees only then was not cut by the operator.
        time_zone: of the site, before what the CDR says.
        version: of OCPI; left out, it is found.

    Raises: InputError where there is not one CDR, or an option is none; TariffError where `tariff` cannot be read.
    A CDR that is broken raises nothing: its verdict is that it cannot be verified, and why.

    >>> verdict = verify('''{"id": "1", "currency": "EUR", "start_date_time": "2026-01-01T10:00:00Z",
    ...   "end_date_time": "2026-01-01T11:00:00Z", "tariffs": [{"id": "12", "currency": "EUR", "elements": [
    ...     {"price_components": [{"type": "ENERGY", "price": 0.39}]}]}], "charging_periods": [
    ...     {"start_date_time": "2026-01-01T10:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 7.25}]}],
    ...   "total_energy": 7.25, "total_time": 1, "total_cost": {"excl_vat": 2.82}}''')
    >>> verdict.outcome, [(check.key, str(check.difference)) for check in verdict.totals if not check.agrees]
    ('differs', [('total_cost', '-1/100')])
    """
    verdicts = list(verify_each(cdr, tariff, as_cut=as_cut, time_zone=time_zone, version=version))
    if len(verdicts) != 1:
        fix = "pass them one by one, or use verify_each"
        raise InputError([Fault("cdr_value", Place("cdr"), f"{len(verdicts)} CDRs", "one CDR", fix)])
    return verdicts[0]


def verify_each(
    cdrs: Any,
    tariff: Tariff | Tariffs | Mapping[str, Any] | Source | Iterable[Source] | bytes | None = None,
    *,
    as_cut: bool = False,
    time_zone: str | None = None,
    version: str | None = None,
) -> Iterator[Verdict]:
    """The verdict of each CDR of a list, a response or a file with a CDR a line. Args and raises: as `verify`."""
    known = read_options(version, time_zone)
    book = _book(tariff, known)
    for found in _each(cdrs):
        if isinstance(found, Record):
            yield _verify(found, book, known, as_cut, time_zone)
        else:
            yield Verdict("cannot", found.place, found.id, problems=found.faults)


def _book(tariff: object, version: Version | None) -> Book:
    if tariff is None:
        return Book(None, None, version, verifying=True)
    if _is_source(tariff):
        tariff = load_tariffs(tariff)
    if isinstance(tariff, Tariffs):
        return Book(tariff, next(iter(tariff)) if len(tariff) == 1 else None, version, verifying=True)
    if isinstance(tariff, str | bytes | Mapping):
        tariff = parse_ocpi_tariff(tariff)
    if not isinstance(tariff, Tariff):
        want, fix = "a tariff", "pass a Tariff, a path, what load_tariffs gave, or an OCPI tariff"
        raise TariffError([Fault("tariff", Place("tariff"), type(tariff).__name__, want, fix)])
    return Book(Tariffs((tariff,)), tariff.id, version)


def _is_source(tariff: object) -> TypeGuard[Source | list[Source] | tuple[Source, ...]]:
    """Whether it is a path, or several; a text that begins like JSON is none."""
    if isinstance(tariff, list | tuple):
        return bool(tariff) and all(isinstance(each, str | PathLike) for each in tariff)
    return isinstance(tariff, PathLike) or (
        isinstance(tariff, str) and tariff.lstrip("\ufeff \t\r\n")[:1] not in ("{", "[")
    )


def _each(cdrs: Any) -> Iterator[Found]:
    faults: list[Fault] = []
    text = text_of(cdrs, faults)
    if faults:
        raise InputError(faults)
    return of_values(cdrs, Place("cdrs")) if text is None else each_of_text(*text)


def _verify(record: Record, book: Book, version: Version | None, as_cut: bool, told_zone: str | None) -> Verdict:
    faults: list[Fault] = []
    cdr = parse_cdr(record, faults, version)
    if cdr is None:
        named = record.value.get("id")
        return Verdict("cannot", record.place, named if isinstance(named, str) else None, problems=tuple(faults))
    totals = read_totals(cdr, faults)
    session = session_of(cdr, faults)
    tariff = book.find(cdr.terms, faults)
    zone = None if tariff is None else _zone(cdr, tariff, told_zone, faults)
    if tariff is not None:
        faults += missing_volumes(cdr, totals, tariff)
    known = Verdict(
        "cannot",
        cdr.place,
        cdr.id,
        version=cdr.version,
        tariff_id=None if tariff is None else tariff.id,
        currency=cdr.currency,
        time_zone=zone,
        as_cut=as_cut,
        ours_unused=bool(book.tariffs) and book.told is None and bool(cdr.tariffs) and not book.knows(cdr.terms),
        problems=tuple(faults),
        extensions=cdr.extensions,
    )
    if faults or session is None or tariff is None or zone is None:
        return known
    return _compare(known, cdr, totals, session, tariff, zone)


def _zone(cdr: Cdr, tariff: Tariff, told: str | None, faults: list[Fault]) -> str | None:
    """The zone on whose clock the tariff is read; UTC where it reads none."""
    if tariff.time_zone is not None:
        return tariff.time_zone
    site = site_zone(told, cdr.time_zone, cdr.country)
    if site.zone is None and needs_clock(tariff):
        want = f"a time zone, which the tariff {tariff.id} needs"
        faults.append(
            Fault(
                Refused.TIME_ZONE.code,
                cdr.place,
                site.why,
                want,
                "give the time zone of the site (--time-zone, time_zone=)",
            )
        )
        return None
    return site.zone or "UTC"


def _compare(known: Verdict, cdr: Cdr, totals: Totals, session: CdrSession, tariff: Tariff, zone: str) -> Verdict:
    usage = usage_of(cdr, session, zone)
    answer = rate_session(tariff, usage, as_cut=known.as_cut)
    base = Way(as_cut=known.as_cut)
    cost, cut, whole = (price(tariff, usage, way) for way in (base, Way(), Way(as_cut=True)))
    if isinstance(answer, Refusal) or cost is None or cut is None or whole is None:
        reason = answer.reason if isinstance(answer, Refusal) else Refused.TAX_UNKNOWN
        return replace(known, problems=(refusal_fault(reason, cdr, tariff),))
    checks = compare_costs(cdr, totals, tariff, cost)
    periods = check_periods(cdr, session, tariff, cut, whole)
    usages: dict[Usages, Usage] = {
        "told": usage,
        "printed": with_printed_hours(cdr, session, zone),
        "clock": with_clock_times(cdr, session, zone),
    }
    question = Question(cdr, totals, tariff, usages, base, cost, checks)
    every = (*checks, *compare_quantities(cdr, totals))
    faults = tuple(period.fault for period in periods if period.fault is not None)
    if (credit := credit_fault(cdr, totals)) is not None:
        faults = (credit, *faults)
    if not any(check.agrees is not None for check in checks):
        fix = "ask for the CDR with its total_cost" if not checks else "ask for the rates of the taxes"
        got = "no cost" if not checks else "costs on the side of a tax whose rate is not known"
        faults = (*faults, Fault("cdr_cost", cdr.place, got, "a cost that can be compared", fix))
    outcome = _outcome(every, checks, faults)
    return replace(known, outcome=outcome, totals=every, periods=periods, causes=causes_of(question), problems=faults)


def _outcome(every: tuple[TotalCheck, ...], checks: tuple[TotalCheck, ...], faults: tuple[Fault, ...]) -> Any:
    if any(check.agrees is False for check in every) or any(
        fault.code in ("cdr_volume", "cdr_credit") for fault in faults
    ):
        return "differs"
    return "agrees" if any(check.agrees for check in checks) else "cannot"
