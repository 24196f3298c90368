"""`rating fees`: what accounts pay for their plans."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from rating.cli import options
from rating.cli.summary import money
from rating.cli.text import count, decimals_of, exact, heading, progress, table

_DATE = click.DateTime(["%Y-%m-%d"])
_SUMS = ("net", "tax", "gross")


@click.command("fees", short_help="What accounts pay for their plans.")
@click.argument("tariffs", type=options.PATH, nargs=-1, required=True, metavar="TARIFFS...")
@click.option("--accounts", type=options.PATH, required=True, help=options.ACCOUNTS)
@click.option(
    "--from", "start", type=_DATE, metavar="DATE", required=True, help="The first date, in the zone of each plan."
)
@click.option("--until", "end", type=_DATE, metavar="DATE", required=True, help="The first date after the last.")
@click.option("-o", "--out", type=options.PATH, help="A .parquet or .csv file for the lines, which is replaced.")
@options.as_json
def command(
    tariffs: tuple[Path, ...], accounts: Path, start: datetime, end: datetime, out: Path | None, as_json: bool
) -> None:
    """Say what accounts pay for their plans: a line for each account and period of its plan.

    Where an account has the plan for a part of a period only, it pays by the day. TARIFFS are files or folders that
    hold plans; what else they hold is read, too.

    \b
    rating fees tariffs/ --accounts accounts.csv --from 2026-02-01 --until 2026-03-01 -o fees.csv
    """
    if end <= start:
        raise click.UsageError("--until is the first date after the last: write one that is later than --from")
    with progress("Reading the plans") as now:
        import rating

        loaded = rating.load_tariffs(list(tariffs))
        now("Counting the days")
        lines = rating.fees(loaded, accounts, start.date(), end.date())
        if out is not None:
            from rating.results.write import write_table

            now("Writing the lines")
            write_table(out, lines)
    rows = lines.to_pylist()
    if as_json:
        found = {"fees": [_as_json(row) for row in rows], **({} if out is None else {"file": str(out)})}
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    blocks = [heading(f"{count(len(rows), 'fee')} from {start:%Y-%m-%d} until {end:%Y-%m-%d}")]
    if rows:
        blocks.append(_sums(rows) if out is not None else _table(rows))
    if out is not None:
        blocks.append(f"{heading('Table')}\n  {out}")
    click.echo("\n\n".join(blocks))


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Amounts are strings, for JSON's numbers are floats in most languages."""
    least = decimals_of(row["currency"])
    return {name: _plain(value, 0 if name == "amount" else least) for name, value in row.items()}


def _plain(value: Any, least: int) -> Any:
    if isinstance(value, Decimal):
        return exact(value, least)
    return value if value is None or isinstance(value, (str, int)) else value.isoformat()


def _table(rows: list[dict[str, Any]]) -> str:
    header = ("Account", "Plan", "From", "Until", "Days", "Currency", "Net", "Tax", "Gross")
    cells = [
        (
            *(row["account"], row["plan"], row["from"].isoformat(), row["until"].isoformat()),
            *(f"{row['days']} of {row['period_days']}", row["currency"]),
            *(money(row[name], row["currency"]) for name in _SUMS),
        )
        for row in rows
    ]
    return table(header, cells, left=(0, 1, 2, 3, 4, 5))


def _sums(rows: list[dict[str, Any]]) -> str:
    """What the fees of each currency are together; not known where one of them is not."""
    cells = []
    for currency in sorted({row["currency"] for row in rows}):
        mine = [row for row in rows if row["currency"] == currency]
        known = [None if any(row[name] is None for row in mine) else sum(row[name] for row in mine) for name in _SUMS]
        cells.append((currency, f"{len(mine):,}", *(money(each, currency) for each in known)))
    return table(("Currency", "Fees", "Net", "Tax", "Gross"), cells)
