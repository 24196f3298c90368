"""`rating check`: are these tariff files right, and do they say what was meant?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rating.cli import options
from rating.cli.endings import REFUSED, show_faults
from rating.cli.faults.found import Found, forget_files
from rating.cli.text import count

if TYPE_CHECKING:
    from rating.tariff.lint.files import Checked

_FORMATS: Final = ("people", "short", "json", "github", "sarif")
_FORMAT: Final = (
    "people: the line with the place marked; short: a line each; json; github: annotations of a pull request; "
    "sarif: for code hosts and editors."
)
_PROFILES: Final = ("afir", "california", "eichrecht")
_PROFILE: Final = "Warn of what breaks the rules of a market, too. Can be given several times."


@click.command("check", short_help="Check tariff files.")
@click.argument("paths", nargs=-1, required=True, type=options.PATH, metavar="PATH...")
@click.option("--strict", is_flag=True, help="Refuse tariffs that have warnings, too: exit code 1.")
@click.option("--format", "shape", type=click.Choice(_FORMATS), default="people", show_default=True, help=_FORMAT)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json; [] is fine.")
@click.option("--profile", "profiles", type=click.Choice(_PROFILES), multiple=True, help=_PROFILE)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until Ctrl-C; needs rating[watch].")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    strict: bool,
    shape: str,
    as_json: bool,
    profiles: tuple[str, ...],
    watch: bool,
) -> None:
    """Check tariff files, or folders of them with their calendars, and name every fault with its fix.

    Where nothing is wrong, warn of what is likely not meant: a price that no moment reaches, an hour in which energy
    is free, cents written as euros.

    \b
    rating check tariffs/
    rating check --strict --format github tariffs/
    rating check --watch tariffs/
    rating check --profile afir tariffs/
    """
    if as_json and ctx.get_parameter_source("shape") is click.core.ParameterSource.COMMANDLINE and shape != "json":
        raise click.UsageError(f"give --json or --format {shape}, not both")
    shape = "json" if as_json else shape
    if watch:
        if shape not in ("people", "short"):
            raise click.UsageError(f"--watch is for people: leave out --format {shape}")
        from rating.cli.watch import watch_files

        watch_files(paths, lambda: check(paths, strict, shape, profiles))
    if check(paths, strict, shape, profiles):
        ctx.exit(REFUSED)


def check(paths: Sequence[Path], strict: bool, shape: str, profiles: Sequence[str] = ()) -> bool:
    """Check the files once, and say what was found in one of the formats. Gives whether they are refused."""
    from rating.tariff.lint.files import check_files

    forget_files()
    checked = check_files(paths, profiles=profiles)
    refused = bool(checked.faults) or (strict and bool(checked.warnings))
    found = [Found(fault, "fault") for fault in checked.faults]
    found += [Found(fault, "warning") for fault in checked.warnings]
    if shape in ("people", "short"):
        _say(found, shape)
        if not refused:
            click.echo(_summary(checked))
        elif shape == "people":
            click.echo(_refusal(checked), err=True)
    else:
        click.echo(_told(found, shape, REFUSED if refused else 0), nl=bool(found) or shape != "github")
    for name in dict.fromkeys(profiles):
        click.echo(_not_checked(name), err=shape not in ("people", "short"))
    return refused


def _not_checked(name: str) -> str:
    """What a profile goes by, and what it leaves to others."""
    from rating.tariff.lint.profiles import PROFILES

    profile = PROFILES[name]
    return "\n".join([f"{name}: {profile.title}. Not checked:", *(f"  - {each}" for each in profile.not_checked)])


def _say(found: list[Found], shape: str) -> None:
    """On stderr, for people."""
    if shape == "short":
        show_faults(each.fault for each in found if each.severity == "fault")
        show_faults((each.fault for each in found if each.severity == "warning"), severity="warning")
    elif found:
        from rich.console import Console

        from rating.cli.faults.people import print_found

        # Who wants no colour wants no bold either, which rich alone would keep.
        wanted = not os.environ.get("NO_COLOR")
        print_found(found, Console(stderr=True, emoji=False, color_system="auto" if wanted else None))


def _told(found: list[Found], shape: str, exit_code: int) -> str:
    """For programs."""
    from rating.cli.faults import machines

    if shape == "json":
        return machines.as_json(found)
    if shape == "github":
        return "\n".join(machines.as_github(found))
    from rating.cli.faults.sarif import as_sarif

    return as_sarif(found, exit_code)


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


def _refusal(found: Checked) -> str:
    counted = ((found.faults, "fault"), (found.warnings, "warning"))
    parts = [count(len(each), what) for each, what in counted if each]
    files = {fault.place.source for each, _ in counted for fault in each}
    return f"{click.style('refused', fg='red', bold=True)}: {', '.join(parts)} in {count(len(files), 'file')}"
