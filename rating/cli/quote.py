"""`rating quote`: what would this session cost?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rating.cli import options
from rating.cli.text import exact, table

if TYPE_CHECKING:
    from rating.quotes.result import Quote, QuoteLine
    from rating.tariff.model import Tariffs


F = TypeVar("F", bound=Callable[..., Any])


def _fact(name: str, text: str) -> Callable[[F], F]:
    return click.option(f"--{name.replace('_', '-')}", name, metavar="TEXT", help=text)


@click.command("quote", short_help="Price one session.")
@click.argument("tariff")
@options.tariffs
@click.option("--start", required=True, metavar="INSTANT", help="When it starts, such as 2026-03-02T17:00+01:00.")
@click.option("--end", required=True, metavar="INSTANT", help="When it ends.")
@_fact("energy_kwh", "Its energy in kWh.")
@_fact("energy_wh", "Or in Wh.")
@click.option("--intervals", type=options.PATH, help="Or what the meter delivered, interval by interval: a table.")
@click.option("--readings", type=options.PATH, help="Or what its register said, reading by reading: a table.")
@_fact("charging_end", "When charging ended, where it is still plugged in after that.")
@_fact("time_zone", "The zone of the site, where the tariff leaves it out.")
@_fact("membership", "The driver's membership, where the tariff asks for it.")
@_fact("connector", "The connector, where the tariff asks for it.")
@_fact("payment_method", "How it is paid, where the tariff asks for it.")
@_fact("tariff_type", "The type of tariff, where the tariff asks for it.")
@_fact("evse_power_kw", "The charger's power in kW, where the tariff asks for it.")
@_fact("reservation_start", "Since when the place was reserved.")
@click.option("--reservation-expired", is_flag=True, default=None, help="Nobody came.")
@_fact("account", "The account of the driver; needs --accounts.")
@_fact("coupon", "The code of a coupon.")
@options.accounts
@options.state
@options.as_json
def command(tariff: str, tariffs: tuple[Path, ...], as_json: bool, **facts: Any) -> None:
    """Price one session on a tariff, as `rating rate` would.

    \b
    rating quote harbour-dc --tariffs tariffs/ --start 2026-03-02T17:00+01:00 --end 2026-03-02T18:10+01:00
        --energy-kwh 23.4
    """
    options.check_meter(facts["intervals"], facts["readings"])
    if facts["account"] is not None and facts["accounts"] is None:
        raise click.UsageError("--account needs --accounts, the table that says which plan it has")
    import rating

    for name in ("intervals", "readings"):
        if facts[name] is not None:
            facts[name] = _rows(facts[name])
    loaded = rating.load_tariffs(list(tariffs))
    _check(loaded, tariff, facts)
    found = rating.quote(loaded, tariff, **facts)
    click.echo(found.to_json(indent=2) if as_json else _as_text(found))
    if facts["coupon"] is not None and (why := _coupon_note(loaded, tariff, facts)):
        click.echo(f"note: {why}", err=True)


_METERS = ("energy_kwh", "energy_wh", "intervals", "readings")


def _check(loaded: Tariffs, tariff: str, facts: dict[str, Any]) -> None:
    """What is wrong with the options alone, in their own names.

    Raises: InputError.
    """
    from rating.compile.traits import other_case
    from rating.errors import Fault, InputError, Place

    faults = []
    if all(facts[name] is None for name in _METERS) and not facts["reservation_expired"]:
        fix = "give --energy-kwh, such as --energy-kwh 23.4; or --energy-wh, --intervals or --readings"
        faults.append(Fault("no_data_source", Place(), "a session without its energy", "what the meter said", fix))
    for name, given, asked in other_case(loaded[tariff], facts) if tariff in loaded else ():
        option, want = f"--{name.replace('_', '-')}", f"a {name.replace('_', ' ')} as the tariff writes it"
        faults.append(Fault(name, Place(option), given, want, f"did you mean `{asked}`?"))
    if faults:
        raise InputError(faults)


def _coupon_note(loaded: Tariffs, tariff: str, facts: dict[str, Any]) -> str:
    """Why the coupon takes nothing off, in the words of the bill's story; "" where it does."""
    import rating
    from rating.quotes.quote import as_session

    session, more = as_session(tariff, facts)
    story = rating.explain(loaded, session, **more).story
    rows = [row for section in story.sections for row in section.rows]
    return next((row.words for row in rows if "coupon" in row.facts and row.facts["fault"] is not None), "")


def _rows(path: Path) -> Any:
    from rating.errors import Fault, InputError
    from rating.usage.tables import to_source

    faults: list[Fault] = []
    source = to_source(path, str(path), faults)
    if source is None or faults:
        raise InputError(faults)
    return source.table


def _as_text(quote: Quote) -> str:
    from rating.cli.text import decimals_of

    decimals = decimals_of(quote.currency)

    def money(value: Any) -> str:
        return "not known" if value is None else f"{exact(value, decimals)}"

    rows = [(_what(line), _how_much(line, decimals), money(line.printed_amount)) for line in quote.lines]
    rows.append(("net", "", money(quote.net)))
    rows += [(f"{tax.tax} {exact(tax.percent)} %", "", money(tax.amount)) for tax in quote.taxes]
    rows.append(("gross", "", money(quote.gross)))
    head = f"{quote.tariff}, version {quote.tariff_version}: {exact(quote.energy_kwh)} kWh"
    return f"{head}\n\n{table(('', '', quote.currency), rows, left=(0, 1))}"


def _what(line: QuoteLine) -> str:
    parts = (line.element or line.kind.replace("_", " "), line.dimension and line.dimension.replace("_", " "))
    return ", ".join(part for part in parts if part)


def _how_much(line: QuoteLine, decimals: int) -> str:
    if line.billed_volume is None:
        return ""
    price = "" if line.unit_price is None else f" × {exact(line.unit_price, decimals)}"
    return f"{exact(line.billed_volume)} {line.unit}{price}"
