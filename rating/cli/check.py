"""`rating check`: are these tariff files right?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from rating.cli import options
from rating.cli.endings import REFUSED
from rating.cli.text import count
from rating.errors import Fault, TariffError


@click.command("check", short_help="Check tariff files.")
@click.argument("paths", nargs=-1, required=True, type=options.PATH, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="Print the list of faults as JSON, for programs; [] is fine.")
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """Check tariff files, or folders of them, and name every fault with its fix.

    \b
    rating check tariffs/
    """
    from rating import load_tariffs

    try:
        tariffs = load_tariffs(list(paths))
    except TariffError as error:
        if not as_json:
            raise
        click.echo(json.dumps([_as_json(fault) for fault in error.faults], indent=2, ensure_ascii=False))
        ctx.exit(REFUSED)
    if as_json:
        click.echo("[]")
        return
    versions = sum(len(tariff.versions) for tariff in tariffs.values())
    ok = click.style("ok", fg="green", bold=True)
    click.echo(f"{ok}: {count(len(tariffs), 'tariff')}, {count(versions, 'version')}")


def _as_json(fault: Fault) -> dict[str, Any]:
    place = fault.place
    return {
        "code": fault.code,
        "file": place.source,
        "line": place.line,
        "column": place.column,
        "got": fault.got,
        "want": fault.want,
        "fix": fault.fix,
    }
