"""`rating compare`: what would a change of tariffs do to revenue and drivers?"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from rating.cli import options
from rating.cli.text import progress

# In the place of NEW: a word, which may be misspelt, and the beginning of a step.
_CHANGE = re.compile(r"\s*[\w*-]+([@/].*)?\s+[-+=*]?\s*[.\d]")


@click.command("compare", short_help="Tell what a change of tariffs does on real history.")
@click.argument("old")
@click.argument("new", required=False)
@options.sessions
@options.intervals
@options.readings
@options.accounts
@options.state
@click.option("--change", "changes", multiple=True, help="Instead of NEW: changes of OLD, such as 'energy +0.02'.")
@click.option("--by", metavar="COLUMN", help="Revenue by this column of the sessions instead of by site.")
@click.option("--stories", type=click.IntRange(0, 10), default=1, show_default=True, help="Bills to tell, each way.")
@click.option("--html", "html", type=options.PATH, help="Write a page there.")
@click.option("--threads", type=click.IntRange(min=1), help="How many threads price; all cores by default.")
@options.as_json
def command(
    old: str,
    new: str | None,
    sessions: Path,
    intervals: Path | None,
    readings: Path | None,
    accounts: Path | None,
    state: Path | None,
    changes: tuple[str, ...],
    by: str | None,
    stories: int,
    html: Path | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Rate sessions by OLD and by NEW, and tell what changes: revenue, who pays more or less, and why.

    Each is a file, a folder, or git:REVISION:PATH. Tariffs are joined by their ids. NEW may be a change of OLD too, and
    --change another one, given once or several times: then every variant that they make is rated, all in one pass.

    \b
    energy +0.02                      all prices of energy, 0.02 more
    energy +0.02..+0.10 step 0.01     nine variants
    time@harbour-* -5%, +5%           two, of the tariffs whose ids begin so
    flat/"at night" =0.50             that price, of elements of that name
    parking_time *0.9..*1.1 step 0.1  so many times the price

    \b
    rating compare git:HEAD~1:tariffs/ tariffs/ --sessions s.parquet --intervals i.parquet --html change.html
    rating compare tariffs/ --change "energy +0.02..+0.10 step 0.01" --sessions s.parquet --intervals i.parquet
    """
    options.check_meter(intervals, readings)
    if new is not None and not Path(new).exists() and _CHANGE.match(new):
        changes, new = (new, *changes), None
    if (new is None) == (not changes):
        raise click.UsageError("give NEW or --change, not both" if changes else "Missing argument 'NEW' (or --change).")
    if changes and by is not None:
        raise click.UsageError("--by is for two sides: variants are told by tariff")
    with progress("Rating both sides") as say:
        import rating

        made: Any = rating.grid(*changes) if new is None else new
        tables = {"readings": readings, "accounts": accounts, "state": state}
        found = rating.compare(old, made, sessions, intervals, **tables, by=by, threads=threads)
        if html is not None:
            say("Writing the page")
            found.write_html(html)
    if html is not None:
        click.echo(f"Wrote {html}", err=as_json)
    if as_json:
        click.echo(found.json)
    elif html is None:
        _print(found, stories)


def _print(found: Any, stories: int) -> None:
    """In the width of the terminal; in 80 columns, or COLUMNS, and without colour where there is none."""
    from rich.console import Console

    from rating.desk.compare import Comparison

    console = Console(file=sys.stdout, emoji=False)
    if isinstance(found, Comparison):
        from rating.desk.compare.terminal import print_comparison

        print_comparison(found, console, stories)
    else:
        from rating.desk.compare.grid_terminal import print_grid

        print_grid(found, console)
