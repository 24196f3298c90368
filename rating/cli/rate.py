"""`rating rate`: price the sessions in files, and write the four tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import click

from rating.cli import options
from rating.cli.text import count, heading, progress


@click.command("rate", short_help="Price sessions, and write the bills as tables.")
@options.tariffs
@options.sessions_or_ocpp
@options.intervals
@options.readings
@options.accounts
@options.state
@options.ocpp
@options.tariff_of_ocpp
@click.option(
    "--out", type=options.PATH, required=True, help="The folder for the tables; an earlier run's are replaced."
)
@click.option("--format", "format_", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@click.option("--threads", type=click.IntRange(min=1), help="How many threads price; all cores by default.")
@click.option(
    "--on-error",
    type=click.Choice(["collect", "raise"]),
    default="collect",
    show_default=True,
    help="Put faulty sessions into the table rejected, or write nothing where there is one.",
)
@options.as_json
def command(
    tariffs: tuple[Path, ...],
    sessions: Path | None,
    intervals: Path | None,
    readings: Path | None,
    accounts: Path | None,
    state: Path | None,
    ocpp: Path | None,
    tariff: str | None,
    out: Path,
    format_: str,
    threads: int | None,
    on_error: Literal["collect", "raise"],
    as_json: bool,
) -> None:
    """Price sessions, and write the tables sessions, lines, taxes and rejected.

    With accounts or coupons there is a table state as well, with which the sessions after these are rated.

    Every session is in one of the tables sessions and rejected. The tables appear whole, or not at all.

    \b
    rating rate --tariffs tariffs/ --sessions sessions.parquet --intervals intervals.parquet --out out/
    rating rate --tariffs tariffs/ --ocpp log.jsonl --tariff harbour-dc --out out/
    rating rate --tariffs tariffs/ --sessions feb.csv --accounts accounts.csv --state jan/state.parquet --out feb/
    """
    options.check_source(sessions, ocpp, tariff, [intervals, readings])
    options.check_meter(intervals, readings)
    options.check_out(out, [sessions, intervals, readings, ocpp, accounts, state])
    with progress("Reading the tariffs") as now:
        import rating
        from rating.cli import messages
        from rating.cli import summary as summaries
        from rating.cli.unplanned import unplanned

        loaded = rating.load_tariffs(list(tariffs))
        usage = None
        if ocpp is not None:
            now("Reading the messages")
            usage = rating.read_ocpp(ocpp, tariff=tariff)
        now("Pricing the sessions")
        delivered = (sessions, intervals) if usage is None else (usage.sessions, usage.intervals)
        rated = rating.rate(
            *(loaded, *delivered),
            readings=readings,
            accounts=accounts,
            state=state,
            on_error=on_error,
            threads=threads,
        )
        now("Writing the tables")
        folder = rated.write(out, format_)
        summary = summaries.summarise(rated)
        hint = unplanned(loaded, rated, accounts)
    if hint:
        click.echo(hint, err=True)
    files = {name: str(folder / f"{name}.{format_}") for name in rated.written}
    if as_json:
        told = {} if usage is None else {"ocpp": messages.as_json(usage)}
        click.echo(json.dumps({**summaries.as_json(summary), **told, "files": files}, indent=2, ensure_ascii=False))
        return
    came = count(summary.rated + summary.rejected, "session")
    blocks = [heading(f"Rated {summary.rated:,} of {came} in {count(summary.lines, 'line')}")]
    if summary.sums:
        blocks.append(summaries.sums_text(summary.sums))
    if summary.rejects:
        blocks.append(summaries.rejects_text(summary))
    if usage is not None:
        blocks.extend(messages.as_text(usage))
    blocks.append("\n".join([heading("Tables"), *(f"  {path}" for path in files.values())]))
    click.echo("\n\n".join(blocks))
