"""`rating convert`: a tariff in another form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rating.cli import options
from rating.cli.endings import show_faults
from rating.errors import Fault, OcpiError, RatingError

if TYPE_CHECKING:
    from rating.tariff.model import Tariff
    from rating.tariff.plans import Coupon, Plan

Given = TypeVar("Given")
_FORMS = ("yaml", "ocpi-2.1.1", "ocpi-2.2.1", "ocpi-2.3.0")


@click.command("convert", short_help="Write tariffs as YAML or as OCPI.")
@click.argument("path", type=options.PATH, metavar="PATH")
@click.option("--to", "form", type=click.Choice(_FORMS), required=True, help="The form to write.")
@click.option("--out", type=options.PATH, help="Where to write it; a folder for several YAML files.")
@click.option("--ocpi", "version", metavar="VERSION", help="The version of OCPI that is read: 2.1.1, 2.2.1 or 2.3.0.")
@click.option("--time-zone", metavar="ZONE", help="The zone of the sites, for OCPI tariffs that are read.")
@click.option("--party", metavar="NL*ABC", help="Whose tariffs they are, for OCPI tariffs that are written.")
@click.option("--last-updated", metavar="INSTANT", help="When they last changed, for OCPI tariffs that are written.")
def command(
    path: Path,
    form: str,
    out: Path | None,
    version: str | None,
    time_zone: str | None,
    party: str | None,
    last_updated: str | None,
) -> None:
    """Write the tariffs of a file or folder as YAML or as OCPI, or say all that cannot be written.

    What is left out and moves no amount is named on stderr.

    \b
    rating convert tariffs/harbour-dc.yaml --to ocpi-2.3.0
    rating convert partner.json --to yaml --out tariffs/
    """
    from rating import load_tariffs

    found = load_tariffs(path, version=version, time_zone=time_zone)
    tariffs = list(found.values())
    offered: list[Plan | Coupon] = [*found.plans.values(), *found.plans.coupons.values()]
    if form == "yaml":
        _to_yaml([*tariffs, *offered], out)
        return
    want, fix = "tariffs: OCPI has no plans and no coupons", "none: it stays a file of its own"
    if offered and not tariffs:
        raise OcpiError(Fault("ocpi_cannot", each.place, each.id, want, "write it as YAML") for each in offered)
    show_faults([Fault("ocpi_lost", each.place, each.id, want, fix) for each in offered], severity="note")
    _to_ocpi(tariffs, form.removeprefix("ocpi-"), out, party=party, last_updated=last_updated)


def _to_yaml(found: list[Tariff | Plan | Coupon], out: Path | None) -> None:
    from rating import to_yaml
    from rating.tariff.model import Tariff

    if out is None and len(found) > 1:
        raise click.UsageError("several tariffs: give --out with a folder, for YAML has one tariff in each file")
    texts = _each(found, to_yaml)
    for tariff in found:
        if isinstance(tariff, Tariff) and tariff.carried:
            want, fix = "the keys of our YAML", "none: they move no amount"
            show_faults([Fault("yaml_lost", tariff.place, ", ".join(tariff.carried), want, fix)], severity="note")
    if out is None:
        click.echo(texts[0], nl=False)
        return
    if len(found) == 1 and out.suffix in (".yaml", ".yml"):
        _write(out, texts[0])
        return
    taken: set[str] = set()
    for each, text in zip(found, texts, strict=True):
        # A tariff, a plan and a coupon may have the same id.
        kind = "" if each.id not in taken else f".{type(each).__name__.lower()}"
        taken.add(each.id)
        _write(out / f"{each.id}{kind}.yaml", text)


def _to_ocpi(tariffs: list[Tariff], version: str, out: Path | None, **sender: str | None) -> None:
    from rating.ocpi_json import write_json
    from rating.tariff.ocpi.write import say

    said = _each(tariffs, lambda tariff: say(tariff, version, **sender))
    for each in said:
        show_faults(each.notes, severity="note")
    found = [tariff for each in said for tariff in each.tariffs]
    text = write_json(found[0] if len(found) == 1 else found) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        _write(out, text)


def _each(tariffs: list[Given], convert: Callable[[Given], Any]) -> list[Any]:
    """Each of them converted, or every fault of every one."""
    found: list[Any] = []
    faults: list[Fault] = []
    for tariff in tariffs:
        try:
            found.append(convert(tariff))
        except RatingError as error:
            faults.extend(error.faults)
    if faults:
        raise OcpiError(faults)
    return found


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
