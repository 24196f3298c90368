"""`rating rate`: price the sessions in files of any size, and write the four tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from rating.cli import options
from rating.cli.endings import told_as_json
from rating.cli.progress import bar
from rating.cli.text import count, heading

if TYPE_CHECKING:
    from rating.cli.summary import Summary
    from rating.tariff.model import Tariffs


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
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted, after its last whole part.")
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
    format_: Literal["parquet", "csv"],
    threads: int | None,
    on_error: Literal["collect", "raise"],
    resume: bool,
    as_json: bool,
) -> None:
    """Price sessions, and write the tables sessions, lines, taxes and rejected.

    With accounts or coupons there is a table state as well, with which the sessions after these are rated.

    Every session is in one of the tables sessions and rejected. The tables appear whole, or not at all.

    Files of any size are read, rated and written at the same time in less than 1 GiB where rows are in ascending order
    of session_id; in any other order DuckDB sorts them on disk (pip install 'rating[files]'). Sessions with accounts or
    coupons are rated in memory. A large run has parts: --resume goes on with one that was interrupted.

    \b
    rating rate --tariffs tariffs/ --sessions sessions.parquet --intervals intervals.parquet --out out/
    rating rate --tariffs tariffs/ --ocpp log.jsonl --tariff harbour-dc --out out/
    rating rate --tariffs tariffs/ --sessions feb.csv --accounts accounts.csv --state jan/state.parquet --out feb/
    """
    options.check_source(sessions, ocpp, tariff, [intervals, readings])
    options.check_meter(intervals, readings)
    options.check_out(out, [sessions, intervals, readings, ocpp, accounts, state])
    if ocpp is not None and resume:
        raise click.UsageError("--resume is for --sessions: OCPP messages are rated at once")
    with told_as_json(as_json), bar("Reading the tariffs") as shown:
        import rating
        from rating.cli import messages
        from rating.cli import summary as summaries
        from rating.cli.unplanned import unplanned

        loaded = rating.load_tariffs(list(tariffs))
        options_: dict[str, Any] = {"on_error": on_error, "threads": threads, "accounts": accounts, "state": state}
        if ocpp is not None:
            shown.say("Reading the messages")
            usage = rating.read_ocpp(ocpp, tariff=tariff)
            shown.say("Pricing the sessions")
            done = _rate_messages(loaded, usage, out, format_, options_)
        else:
            usage = None
            shown.say("Pricing the sessions")
            tables = {"readings": readings, "format": format_, "resume": resume, "progress": shown.at}
            done = _rate_files(loaded, sessions, intervals, out, {**tables, **options_})
        summary, files = done.summary, done.files
        hint = unplanned(loaded, done.sessions, done.named, accounts)
    if hint:
        click.echo(hint, err=True)
    if ocpp is None and summary.rated + summary.rejected == 0:
        click.echo(f"{sessions} has no sessions, only the names of columns: nothing was rated", err=True)
    paths = {name: str(path) for name, path in files.items()}
    if as_json:
        told = {} if usage is None else {"ocpp": messages.as_json(usage)}
        click.echo(json.dumps({**summaries.as_json(summary), **told, "files": paths}, indent=2, ensure_ascii=False))
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


class _Done(NamedTuple):
    """A rating whose tables are written."""

    summary: Summary
    files: dict[str, Path]
    sessions: Any  # the table of rated sessions; None: it was not in memory as a whole
    named: int  # sessions that name an account


def _rate_files(tariffs: Tariffs, sessions: Any, intervals: Path | None, out: Path, options: dict[str, Any]) -> _Done:
    from rating.cli.summary import of_sums
    from rating.scale.rate_files import rate_files

    done = rate_files(tariffs, sessions, intervals, out, **options)
    table = None if done.rated is None else done.rated.sessions
    return _Done(of_sums(done.sums), done.files, table, done.sums.accounts)


def _rate_messages(tariffs: Tariffs, usage: Any, out: Path, format_: str, options: dict[str, Any]) -> _Done:
    import rating
    from rating.cli.summary import summarise
    from rating.scale.sums import accounts_named

    rated = rating.rate(tariffs, usage.sessions, usage.intervals, **options)
    folder = rated.write(out, format_)
    files = {name: folder / f"{name}.{format_}" for name in rated.written}
    return _Done(summarise(rated), files, rated.sessions, accounts_named(rated.sessions))
