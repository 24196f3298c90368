"""`rating show`: what does this tariff say, in sentences and pictures?"""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rating.cli import options
from rating.cli.text import progress
from rating.errors import Fault, InputError, Place

if TYPE_CHECKING:
    from rating.desk.show import Show
    from rating.tariff.model import Tariffs

_LOCALE = "The language and its formats: en, de, nl, fr or es with any country, such as nl_NL."


@click.command("show", short_help="Show a tariff in sentences and pictures.")
@click.argument("tariff")
@click.option("--tariffs", type=options.PATH, multiple=True, help="Where tariffs are; then TARIFF is the id of one.")
@click.option("--on", callback=options.day, metavar="DATE", help="From that day on; left out: today.")
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
    on: date | None,
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
    if as_price_list and (as_json or html is not None or png is not None):
        raise click.UsageError("give --text, the price list, or one of --json, --html and --png, not both")
    if png is not None and png.suffix.lower() != ".png":
        raise click.UsageError(f"--png writes a PNG: give it a name such as {png.with_suffix('.png')}")
    with progress("Reading the tariff"):
        import rating

        if not tariffs and (wrong := _no_file(tariff)):
            raise InputError([wrong])
        loaded = rating.load_tariffs(list(tariffs) or [tariff])
        if wrong := _no_tariff(loaded, tariff, tariffs):
            raise InputError([wrong])
        found = rating.show(loaded, tariff if tariffs else None, on=on, locale=locale)
    if html is not None:
        found.write_html(html)
        click.echo(f"Wrote {html}")
    if png is not None:
        png.write_bytes(found.png())
        click.echo(f"Wrote {png}")
    if as_json:
        click.echo(found.json)
    elif as_price_list:
        click.echo(found.price_list(**told), nl=False)
    elif html is None and png is None:
        _print(found)


def _no_file(tariff: str) -> Fault | None:
    """An id without the folder of its tariff."""
    if Path(tariff).exists() or not re.fullmatch("[A-Za-z0-9_-]+", tariff):
        return None
    fix = f"for the id of a tariff say where its file is, such as: rating show {tariff} --tariffs tariffs/"
    return Fault("no_file", Place(), tariff, "a tariff file that exists", fix)


def _no_tariff(loaded: Tariffs, given: str, folders: tuple[Path, ...]) -> Fault | None:
    """A plan or a coupon, of which there is nothing to show, or several tariffs of which none is named."""
    where = " ".join(f"--tariffs {path}" for path in folders) or f"--tariffs {given}"
    offered = loaded.plans.get(given) or loaded.plans.coupons.get(given) if folders else None
    if given not in loaded and (offered or not loaded):
        kind = "a plan" if given in loaded.plans or (not folders and loaded.plans) else "a coupon"
        if not (loaded.plans or loaded.plans.coupons):
            return None
        fix = "look at a tariff; what a plan or a coupon says is checked by `rating check` and billed by `rating rate`"
        return Fault("unknown_tariff", Place(), f"{given}, which is {kind}", "a tariff, which has prices", fix)
    if not folders and len(loaded) > 1:
        ids = list(loaded)
        got, want = f"{given}, which has {len(ids)} tariffs", "one tariff"
        named = ", ".join(ids[:10]) + (", ..." if ids[10:] else "")
        return Fault("unknown_tariff", Place(), got, want, f"name one of {named}: rating show {ids[0]} {where}")
    return None


def _print(show: Show) -> None:
    """In the width of the terminal; in 80 columns, or COLUMNS, and without colour where there is none."""
    from rich.console import Console

    from rating.desk.show.terminal import print_show

    print_show(show, Console(file=sys.stdout, emoji=False))
