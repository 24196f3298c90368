"""`rating check`: are these tariff files right, and do they say what was meant?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rating.cli import options
from rating.cli.endings import REFUSED, show_faults
from rating.cli.text import count
from rating.errors import Fault

if TYPE_CHECKING:
    from rating.tariff.lint.files import Checked


@click.command("check", short_help="Check tariff files.")
@click.argument("paths", nargs=-1, required=True, type=options.PATH, metavar="PATH...")
@click.option("--strict", is_flag=True, help="Refuse tariffs that have warnings, too: exit code 1.")
@click.option("--json", "as_json", is_flag=True, help="Print faults and warnings as JSON, for programs; [] is fine.")
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], strict: bool, as_json: bool) -> None:
    """Check tariff files, or folders of them with their calendars, and name every fault with its fix.

    Where nothing is wrong, warn of what is likely not meant: a price that no moment reaches, an hour in which energy
    is free, cents written as euros.

    \b
    rating check tariffs/
    rating check --strict tariffs/
    """
    from rating.tariff.lint.files import check_files

    found = check_files(paths)
    refused = bool(found.faults) or (strict and bool(found.warnings))
    if as_json:
        listed = [*_listed("fault", found.faults), *_listed("warning", found.warnings)]
        click.echo(json.dumps(listed, indent=2, ensure_ascii=False))
    else:
        show_faults(found.faults)
        show_faults(found.warnings, severity="warning")
        if not refused:
            click.echo(_summary(found))
    if refused:
        ctx.exit(REFUSED)


def _summary(found: Checked) -> str:
    versions = sum(len(tariff.versions) for tariff in found.tariffs.values())
    parts = [count(len(found.tariffs), "tariff"), count(versions, "version")] if found.tariffs else []
    plans = found.tariffs.plans
    parts += [count(len(each), what) for each, what in ((plans, "plan"), (plans.coupons, "coupon")) if each]
    if found.calendars:
        parts.append(count(found.calendars, "calendar"))
    if found.warnings:
        parts.append(count(len(found.warnings), "warning"))
    return f"{click.style('ok', fg='green', bold=True)}: {', '.join(parts)}"


def _listed(severity: str, faults: list[Fault]) -> list[dict[str, Any]]:
    return [
        {
            "severity": severity,
            "code": fault.code,
            "file": fault.place.source,
            "line": fault.place.line,
            "column": fault.place.column,
            "path": fault.place.path or None,
            "got": fault.got,
            "want": fault.want,
            "fix": fault.fix,
        }
        for fault in faults
    ]
