"""`rating demo`: a generated month of a charging network, rated, with one bill explained."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import click

from rating.cli import options
from rating.cli.text import count, exact, heading, progress, table
from rating.errors import Fault, InputError, Place

if TYPE_CHECKING:
    from rating.cli.month import Month
    from rating.tariff.model import Tariffs

# Clocks go forward in March 2026, in Europe and in the US, on different days.
_MONTH: Final = "2026-03"
_MILLION: Final = 1_000_000


@click.command("demo", short_help="Rate a generated month of a charging network.")
@click.option(
    "--intervals",
    "n_intervals",
    type=click.IntRange(1, 50 * _MILLION),
    default=_MILLION,
    show_default=True,
    help="At least so many.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another seed, other sessions.")
@click.option("--month", type=click.DateTime(["%Y-%m"]), default=_MONTH, show_default=True, metavar="YYYY-MM")
@click.option("--tariffs", type=options.PATH, help="A folder of tariffs; by default tariffs/, else the examples.")
@click.option(
    "--out", type=options.PATH, default=Path("demo-out"), show_default=True, help="The folder for the tables."
)
def command(n_intervals: int, seed: int, month: datetime, tariffs: Path | None, out: Path) -> None:
    """Rate a generated month of a charging network, and explain one of its bills.

    Writes the drawn sessions and intervals, and the tables of what they cost. Running it again replaces them.
    """
    if not 2001 <= month.year <= 2098:
        raise click.UsageError("the month must lie between 2001-01 and 2098-12")
    folder = example_tariffs() if tariffs is None else tariffs
    with progress("Reading the tariffs") as now:
        import rating
        from rating.results.write import write_tables

        loaded = rating.load_tariffs(folder)
        now("Drawing a month of charging")
        drawn = _draw(loaded, month.date(), n_intervals, seed, folder)
        sessions, intervals = drawn.sessions_table(), drawn.intervals_table()
        inputs = write_tables(out / "inputs", {"sessions": sessions, "intervals": intervals})
        # The first run after an installation compiles for some seconds; the second one shows the speed to expect.
        now("Pricing the month, the first time with compiling")
        rating.rate(loaded, sessions, intervals)
        now("Pricing the month once more, for its speed")
        started = perf_counter()
        rated = rating.rate(loaded, sessions, intervals)
        seconds = perf_counter() - started
        now("Writing the tables")
        results = rated.write(out / "results")
        session_id = _pick(rated, loaded)
        story = "" if session_id is None else _story(loaded, sessions, intervals, session_id)
    _print_summary(drawn, rated, month.date(), seed)
    if session_id is not None:
        click.echo(f"\n{heading('One bill explained')}\n{story}")
    _print_rest(drawn, seconds, inputs, results, folder, session_id)


def example_tariffs() -> Path:
    """`tariffs/` where the user is, else the examples: of the installed package, or of the checkout it runs from."""
    package = Path(__file__).parents[1]
    places = (Path("tariffs"), package / "tariffs", package.parent / "tariffs")
    # Where there is none of them, the loader says that the first one is missing.
    return next((place for place in places if place.is_dir()), places[0])


def _draw(tariffs: Tariffs, month: date, n_intervals: int, seed: int, folder: Path) -> Month:
    import numpy as np

    from rating.cli.draw import draw_month
    from rating.cli.mistakes import add_mistakes
    from rating.cli.network import memberships, network

    sites = network(tariffs, month)
    if not sites:
        got = f"{count(len(tariffs), 'tariff')}, none in force in all of {month:%Y-%m}"
        fix = "choose another month with --month"
        raise InputError([Fault("no_tariffs", Place(str(folder)), got, "a tariff that prices all of the month", fix)])
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = draw_month(rng, sites, memberships(tariffs), month, n_intervals)
    add_mistakes(rng, drawn, tariffs)
    return drawn


def _pick(rated: Any, tariffs: Tariffs) -> int | None:
    """A session worth explaining: energy at two prices, and ten minutes or more that cost something for parking.

    Of those the one with the simplest tariff, then the shortest. None where nothing was rated.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    lines, sessions = rated.lines, rated.sessions
    ids, dimension = sessions.column("session_id"), lines.column("dimension").cast(pa.string())
    energy = lines.filter(pc.equal(dimension, "energy")).group_by("session_id")
    prices = energy.aggregate([("unit_price", "count_distinct")])
    two = prices.filter(pc.greater(prices.column("unit_price_count_distinct"), 1)).column("session_id")
    paid = pc.greater(lines.column("amount"), pa.scalar(0, lines.column("amount").type))
    parked = lines.filter(pc.and_(pc.equal(dimension, "parking_time"), paid)).column("session_id")
    long = pc.greater_equal(sessions.column("parked_s"), pa.scalar(600, sessions.column("parked_s").type))
    wanted = pc.and_(pc.and_(pc.is_in(ids, two.combine_chunks()), pc.is_in(ids, parked.combine_chunks())), long)
    found = sessions.filter(wanted)
    found = found if found.num_rows else sessions
    elements = {name: sum(len(version.elements) for version in tariff.versions) for name, tariff in tariffs.items()}
    best = min(
        zip(
            (elements[name] for name in found.column("tariff").to_pylist()),
            pc.subtract(found.column("end"), found.column("start")).cast(pa.int64()).to_pylist(),
            found.column("session_id").to_pylist(),
            strict=True,
        ),
        default=None,
    )
    return None if best is None else best[2]


def _story(tariffs: Tariffs, sessions: Any, intervals: Any, session_id: int) -> str:
    import pyarrow.compute as pc

    import rating

    own = [rows.filter(pc.equal(rows.column("session_id"), session_id)) for rows in (sessions, intervals)]
    text = rating.explain(tariffs, *own, session_id=session_id).text
    return "\n".join(f"  {line}".rstrip() for line in text.rstrip("\n").splitlines())


def _print_summary(drawn: Month, rated: Any, month: date, seed: int) -> None:
    from rating.cli import summary as summaries

    sums = summaries.sums_by(rated.sessions, "tariff")
    parts = (
        count(len(sums), "tariff"),
        count(len(drawn.sites), "site"),
        count(len(drawn.session_id), "session"),
        count(len(drawn.owner), "interval"),
    )
    click.echo(heading(f"A charging network in {month:%B %Y}: {', '.join(parts)} (seed {seed})"))
    rows = [
        (
            each.name,
            f"{each.sessions:,}",
            exact(each.energy_kwh, 3, grouped=True),
            *(summaries.money(amount, each.currency) for amount in (each.net, each.tax, each.gross)),
            each.currency,
        )
        for each in sums
    ]
    click.echo(f"\n{table(('Tariff', 'Sessions', 'kWh', 'Net', 'Tax', 'Gross', ''), rows, left=(0, 6))}")
    summary = summaries.summarise(rated)
    click.echo(f"\n{summaries.sums_text(summary.sums)}")
    if summary.rejects:
        click.echo(f"\n{summaries.rejects_text(summary)}")


def _print_rest(
    drawn: Month, seconds: float, inputs: Path, results: Path, folder: Path, session_id: int | None
) -> None:
    """The speed, where the tables are, and what to type next."""
    rate = len(drawn.owner) / max(seconds, 1e-9) / _MILLION
    click.echo(f"\n{heading('Speed')}")
    cores = count(os.cpu_count() or 1, "core")
    click.echo(f"  {rate:.1f} million intervals a second on {cores}, from tables in memory to bills with lines and tax")
    click.echo(f"\n{heading('Tables')}")
    paths = [inputs / f"{name}.parquet" for name in ("sessions", "intervals")]
    for path in (*paths, *(results / f"{name}.parquet" for name in ("sessions", "lines", "taxes", "rejected"))):
        click.echo(f"  {path}")
    if session_id is not None:
        args = ["--tariffs", str(folder), "--sessions", str(paths[0]), "--intervals", str(paths[1]), str(session_id)]
        click.echo(f"\n{heading('Explain this bill, or any other, by its number')}")
        click.echo(f"  {shlex.join([_program(), 'explain', *args])}")


def _program() -> str:
    """What to type for `rating` here: its path, where the shell does not find it by name."""
    typed = Path(sys.argv[0])
    if typed.name != "rating":
        return "rating"
    found = shutil.which("rating")
    if found is not None and Path(found).resolve() == typed.resolve():
        return "rating"
    near = os.path.relpath(typed)
    return str(typed) if near.startswith("..") else near
