"""`rating explain`: why does this driver pay that much?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rating.cli import options
from rating.cli.text import decimals_of, exact, progress

if TYPE_CHECKING:
    from rating.reference import Bill, BilledTax, Line

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@click.command("explain", short_help="Tell how one session came to its bill.")
@options.tariffs
@options.sessions
@options.intervals
@options.readings
@options.accounts
@options.state
@click.argument("session_id")
@options.as_json
def command(
    tariffs: tuple[Path, ...],
    sessions: Path,
    intervals: Path | None,
    readings: Path | None,
    accounts: Path | None,
    state: Path | None,
    session_id: str,
    as_json: bool,
) -> None:
    """Tell how one session came to its bill, every step from the meter to the cent.

    With accounts, give what `rating rate` was given: what a session gets depends on the sessions before it.

    \b
    rating explain --tariffs tariffs/ --sessions sessions.parquet --intervals intervals.parquet S-1
    """
    options.check_meter(intervals, readings)
    with progress("Reading the session"):
        import rating

        loaded = rating.load_tariffs(list(tariffs))
        story = rating.explain(
            loaded, sessions, intervals, readings=readings, session_id=session_id, accounts=accounts, state=state
        )
    if as_json:
        click.echo(json.dumps({**_as_json(story.bill), "text": story.text}, indent=2, ensure_ascii=False))
    else:
        click.echo(story.text.rstrip("\n"))


def _as_json(bill: Bill) -> dict[str, Any]:
    """Amounts and volumes are strings, for JSON's numbers are floats in most languages."""
    decimals = decimals_of(bill.currency)
    return {
        "session_id": bill.session_id,
        "tariff": bill.tariff,
        "tariff_version": bill.tariff_version,
        "currency": bill.currency,
        "start": _instant(bill.start_us),
        "end": _instant(bill.end_us),
        "energy_kwh": _millionths(bill.energy_mwh),
        "charging_s": _millionths(bill.charging_us),
        "parked_s": _millionths(bill.parked_us),
        "net": _millionths(bill.net_micro, decimals),
        "tax": _millionths(bill.tax_micro, decimals),
        "gross": _millionths(bill.gross_micro, decimals),
        "taxes": None if bill.taxes is None else [_tax(tax, decimals) for tax in bill.taxes],
        "lines": [_line(line, decimals) for line in bill.lines],
    }


def _tax(tax: BilledTax, decimals: int) -> dict[str, Any]:
    return {
        "name": tax.rate.name,
        "percent": exact(Decimal(f"{tax.rate.rate_ppm}e-4")),
        "net": _millionths(tax.net_micro, decimals),
        "amount": _millionths(tax.amount_micro, decimals),
    }


def _line(line: Line, decimals: int) -> dict[str, Any]:
    return {
        "line": line.line,
        "kind": line.kind,
        "element": line.element,
        "dimension": line.dimension,
        "volume": _fraction(line.volume),
        "billed_volume": _fraction(line.billed_volume),
        "unit": line.unit,
        "unit_price": _millionths(line.unit_price_micro, decimals),
        "amount": _fraction(line.amount),
        "printed_amount": _millionths(line.printed_micro, decimals),
        "tax_percent": None if line.tax_ppm is None else exact(Decimal(f"{line.tax_ppm}e-4")),
    }


def _millionths(value: int | None, least: int = 0) -> str | None:
    return None if value is None else exact(Decimal(f"{value}e-6"), least)


def _fraction(value: Fraction | None) -> str | None:
    """The exact value: as a decimal where it has an end, such as 0.25, else as a fraction, such as 1/3."""
    if value is None:
        return None
    for digits in range(19):
        if (value * 10**digits).denominator == 1:
            return exact(Decimal(f"{(value * 10**digits).numerator}e-{digits}"))
    return str(value)


def _instant(us: int) -> str:
    return (_EPOCH + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")
