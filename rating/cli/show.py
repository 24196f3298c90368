"""`rating show`: what does this tariff say, in sentences and pictures?"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rating.cli import options
from rating.cli.text import progress

if TYPE_CHECKING:
    from rating.desk.show import Show

_LOCALE = "The language and its formats: en, de, nl, fr or es with any country, such as nl_NL."


@click.command("show", short_help="Show a tariff in sentences and pictures.")
@click.argument("tariff")
@click.option("--tariffs", type=options.PATH, multiple=True, help="Where tariffs are; then TARIFF is the id of one.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="From that day on; left out: today.")
@click.option("--locale", default="en_GB", show_default=True, help=_LOCALE)
@click.option("--text", "as_price_list", is_flag=True, help="The price list for drivers, tax included, and no more.")
@click.option("--html", "html", type=options.PATH, help="Write a page there.")
@click.option("--png", "png", type=options.PATH, help="Write a picture of the week there; needs rating[png].")
@click.option("--membership", help="With --text: the driver's membership.")
@click.option("--connector", help="With --text: the charger's connector.")
@click.option("--evse-power-kw", metavar="KW", help="With --text: what the charger is built for.")
@click.option("--payment-method", help="With --text: how the driver pays.")
@options.as_json
def command(
    tariff: str,
    tariffs: tuple[Path, ...],
    on: datetime | None,
    locale: str,
    as_price_list: bool,
    html: Path | None,
    png: Path | None,
    as_json: bool,
    **told: Any,
) -> None:
    """Show a tariff, which is a file or the id of one in --tariffs.

    In plain sentences; its week as a heat map of prices, for each season and holiday; what sessions cost; and what
    changes between its versions.

    \b
    rating show tariffs/harbour-dc.yaml
    rating show harbour-dc --tariffs tariffs/ --html harbour.html
    rating show tariffs/harbour-dc.yaml --text --locale nl_NL --evse-power-kw 150
    """
    if not as_price_list and any(value is not None for value in told.values()):
        raise click.UsageError("what is known of charger and driver is for --text")
    with progress("Reading the tariff"):
        import rating

        loaded = rating.load_tariffs(list(tariffs) or [tariff])
        day = None if on is None else on.date()
        found = rating.show(loaded, tariff if tariffs else None, on=day, locale=locale)
    if html is not None:
        found.write_html(html)
        click.echo(f"Wrote {html}")
    if png is not None:
        png.write_bytes(found.png())
        click.echo(f"Wrote {png}")
    if as_json:
        from rating.desk.show.as_json import as_dict

        click.echo(json.dumps(as_dict(found), indent=2, ensure_ascii=False))
    elif as_price_list:
        click.echo(found.price_list(**told), nl=False)
    elif html is None and png is None:
        _print(found)


def _print(show: Show) -> None:
    """In the width of the terminal; in 80 columns, or COLUMNS, and without colour where there is none."""
    from rich.console import Console

    from rating.desk.show.terminal import print_show

    print_show(show, Console(file=sys.stdout, emoji=False))
