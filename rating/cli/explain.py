"""`rating explain`: why does this driver pay that much?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rating.cli import options
from rating.cli.text import progress

if TYPE_CHECKING:
    from rating.desk.explain import Explanation


@click.command("explain", short_help="Tell how one session came to its bill.")
@options.tariffs
@options.sessions
@options.intervals
@options.readings
@options.accounts
@options.state
@click.argument("session_id")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for a ticket or a chat.")
@click.option("--html", "html", type=options.PATH, help="Write a page with a picture there.")
@options.as_json
def command(
    tariffs: tuple[Path, ...],
    sessions: Path,
    intervals: Path | None,
    readings: Path | None,
    accounts: Path | None,
    state: Path | None,
    session_id: str,
    as_markdown: bool,
    html: Path | None,
    as_json: bool,
) -> None:
    """Tell how one session came to its bill, every step from the meter to the cent.

    With accounts, give what `rating rate` was given: what a session gets depends on the sessions before it.

    \b
    rating explain --tariffs tariffs/ --sessions sessions.parquet --intervals intervals.parquet S-1
    rating explain --tariffs tariffs/ --sessions sessions.parquet --intervals intervals.parquet S-1 --html S-1.html
    """
    options.check_meter(intervals, readings)
    if as_markdown and as_json:
        raise click.UsageError("give --markdown or --json, not both")
    with progress("Reading the session"):
        import rating

        loaded = rating.load_tariffs(list(tariffs))
        found = rating.explain(
            loaded, sessions, intervals, readings=readings, session_id=session_id, accounts=accounts, state=state
        )
    if html is not None:
        found.write_html(html)
        click.echo(f"Wrote {html}", err=as_json or as_markdown)
    if as_json:
        click.echo(found.json)
    elif as_markdown:
        click.echo(found.markdown, nl=False)
    elif html is None:
        _print(found)


def _print(explanation: Explanation) -> None:
    """In the width of the terminal; in 80 columns, or COLUMNS, and without colour where there is none."""
    from rich.console import Console

    from rating.desk.explain.terminal import print_explanation

    print_explanation(explanation, Console(file=sys.stdout, emoji=False))
