"""The options that several verbs share."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from rating.errors import Fault, InputError, Place, plain


def day(_: click.Context, option: click.Parameter, given: str | None) -> date | None:
    """A date, refused in the words of the loader: 02.03.2026 is told what to write."""
    if given is None:
        return None
    from rating.tariff.dates import read_date
    from rating.tariff.refusal import RefusalError

    try:
        return read_date(given)
    except RefusalError as error:
        raise click.BadParameter(f"read `{plain(given)}`, expected {error.want}; {error.fix}", param=option) from None


# Whether a path exists is not checked here: a missing file is refused input, said in the words of its reader.
PATH = click.Path(path_type=Path)

tariffs = click.option(
    *("--tariffs", "tariffs"),
    type=PATH,
    multiple=True,
    required=True,
    help="A tariff file, or a folder of them. Can be given several times.",
)
_SESSIONS = "The sessions: a Parquet, CSV or Arrow file."
sessions = click.option("--sessions", type=PATH, required=True, help=_SESSIONS)
sessions_or_ocpp = click.option("--sessions", type=PATH, help=_SESSIONS)
ocpp = click.option("--ocpp", type=PATH, help="Or OCPP messages of charge points, JSON or JSON lines; needs --tariff.")
tariff_of_ocpp = click.option("--tariff", metavar="ID", help="The tariff of the sessions in OCPP messages.")
intervals = click.option("--intervals", type=PATH, help="What the meter delivered, interval by interval.")
readings = click.option("--readings", type=PATH, help="Or what its register said, reading by reading.")
ACCOUNTS = "Which account has which plan when: account, plan, from, until."
accounts = click.option("--accounts", type=PATH, help=ACCOUNTS)
state = click.option(
    "--state", type=PATH, help="What accounts and coupons have used before: the table state of an earlier run."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def check_meter(intervals: Path | None, readings: Path | None) -> None:
    """Intervals or readings, or neither where the sessions carry their energy; both would count it twice."""
    if intervals is not None and readings is not None:
        raise click.UsageError("give --intervals or --readings, not both: the energy would count twice")


def check_source(sessions: Path | None, ocpp: Path | None, tariff: str | None, meters: list[Path | None]) -> None:
    """Sessions and what their meters said come from tables or from OCPP messages, not from both."""
    if ocpp is None and sessions is None:
        raise click.UsageError("Missing option '--sessions' (or '--ocpp' with '--tariff').")
    if ocpp is None and tariff is not None:
        raise click.UsageError("--tariff is for --ocpp; in tables of sessions the column `tariff` says it")
    if ocpp is not None and any(path is not None for path in (sessions, *meters)):
        raise click.UsageError("give --ocpp or --sessions, not both: OCPP messages hold sessions and their meter data")
    if ocpp is not None and tariff is None:
        raise click.UsageError("--ocpp needs --tariff: OCPP messages do not say which tariff is theirs")


def check_out(out: Path, inputs: list[Path | None]) -> None:
    """Refuse to write where an input lies: results replace what is in their folder.

    Raises: InputError.
    """
    for path in inputs:
        if path is not None and out.resolve() in (path.resolve().parent, path.resolve()):
            want = "a folder without the input, for results replace what is in theirs"
            fix = "choose another folder"
            raise InputError([Fault("output", Place(str(out)), f"the folder of {path}", want, fix)])
