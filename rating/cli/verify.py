"""`rating verify`: is a CDR priced right?"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rating.cli import options
from rating.cli.endings import REFUSED
from rating.cli.text import count, progress
from rating.errors import Fault, InputError, Place

if TYPE_CHECKING:
    from rating.desk.verify import PeriodCheck, TotalCheck, Verdict


@click.command("verify", short_help="Check the amounts of a partner's CDRs.")
@click.argument("cdrs", type=options.PATH, metavar="CDR.json")
@click.option(
    *("--tariff", "tariffs"),
    type=options.PATH,
    multiple=True,
    help="What prices them: a file or a folder, by id where there are several tariffs. Can be given several times. "
    "By default the tariff that each CDR carries.",
)
@click.option("--as-cut", is_flag=True, help="Price each period whole, by the prices at its start.")
@click.option("--time-zone", metavar="ZONE", help="Of the sites, before what the CDRs say of theirs.")
@click.option("--ocpi", metavar="VERSION", help="2.1.1, 2.2.1 or 2.3.0; by default each CDR is looked at.")
@options.as_json
@click.pass_context
def command(
    ctx: click.Context,
    cdrs: Path,
    tariffs: tuple[Path, ...],
    as_cut: bool,
    time_zone: str | None,
    ocpi: str | None,
    as_json: bool,
) -> None:
    """Compare what CDRs print with what their charging periods cost, and say why where they differ.

    The file holds a CDR, a list of them, an OCPI response, or one a line. Exit code 0: all agree; 1: one differs or
    cannot be verified, or there is none.

    Periods are cut where a price changes within them. With --as-cut each is priced whole, by the prices at its start,
    as many operators' systems do: where a CDR agrees only then, the operator did not cut.

    \b
    rating verify cdr.json --tariff tariffs/harbour-dc.yaml
    """
    with progress("Pricing the CDRs"):
        import rating
        from rating.desk.verify import verify_each

        loaded = rating.load_tariffs(tariffs) if tariffs else None
        verdicts = list(verify_each(cdrs, loaded, as_cut=as_cut, time_zone=time_zone, version=ocpi))
    if not verdicts:
        fix = "look at what this file holds"
        raise InputError([Fault("no_cdrs", Place(cdrs.as_posix()), "an empty list", "CDRs to verify", fix)])
    if as_json:
        click.echo(json.dumps([_as_json(verdict) for verdict in verdicts], indent=2, ensure_ascii=False))
    else:
        _print(verdicts)
    if not all(verdicts):
        ctx.exit(REFUSED)


def _print(verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        click.echo(verdict.text)
    if len(verdicts) != 1:
        found = [verdict.outcome for verdict in verdicts]
        click.echo(
            f"{count(len(found), 'CDR')}: {found.count('agrees')} agree, {found.count('differs')} differ,"
            f" {found.count('cannot')} cannot be verified"
        )


def _as_json(verdict: Verdict) -> dict[str, Any]:
    """Amounts are strings, for JSON's numbers are floats in most languages."""
    return {
        "cdr_id": verdict.cdr_id,
        "place": str(verdict.place),
        "outcome": verdict.outcome,
        "version": verdict.version,
        "tariff": verdict.tariff_id,
        "currency": verdict.currency,
        "time_zone": verdict.time_zone,
        "as_cut": verdict.as_cut,
        "tariffs_unused": verdict.ours_unused,
        "totals": [_total(check) for check in verdict.totals],
        "periods": [_period(period) for period in verdict.periods],
        "causes": [
            {"code": cause.code, "words": cause.words, "explains": cause.explains, "explains_all": cause.explains_all}
            for cause in verdict.causes
        ],
        "problems": [_fault(fault) for fault in verdict.problems],
        "extensions": verdict.extensions,
    }


def _total(check: TotalCheck) -> dict[str, Any]:
    return {
        "key": check.key,
        "side": check.side,
        "printed": _number(check.printed),
        "expected": _number(check.expected),
        "exact": _number(check.exact),
        "difference": _number(check.difference),
        "agrees": check.agrees,
    }


def _period(period: PeriodCheck) -> dict[str, Any]:
    from rating.desk.verify.words import instant

    return {
        "index": period.index,
        "start": instant(period.start_us),
        "end": instant(period.end_us),
        "elements": period.elements,
        "cost": _number(period.cost),
        "as_cut_cost": _number(period.as_cut_cost),
        "difference": _number(period.difference),
        "cut_at": [instant(us) for us in period.cut_at_us],
        "agrees": period.agrees,
        "fault": None if period.fault is None else _fault(period.fault),
    }


def _fault(fault: Fault) -> dict[str, str]:
    return {"code": fault.code, "place": str(fault.place), "got": fault.got, "want": fault.want, "fix": fault.fix}


def _number(value: Fraction | None) -> str | None:
    """The exact value: as a decimal where it has an end, such as 0.25, else as a fraction, such as 1/3."""
    from rating.desk.verify.words import exact

    return None if value is None else exact(value)
