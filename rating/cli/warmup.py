"""`rating warmup`: compile ahead, for images of containers."""

from __future__ import annotations

import json

import click

from rating.cli import options
from rating.cli.text import count, progress
from rating.errors import Fault, InputError, Place


@click.command("warmup", short_help="Compile ahead, for images of containers.")
@options.as_json
def command(as_json: bool) -> None:
    """Compile all that a rating may need and keep it, so that the first rating of a new process starts at once.

    It is kept where the environment's RATING_CACHE_DIR says, else in the package, else in the user's cache; for this
    processor, and these versions of rating, numba and NumPy.

    \b
    rating warmup
    RATING_CACHE_DIR=/var/cache/rating rating warmup
    """
    with progress("Looking for what is kept") as now:
        import rating

        warmed = rating.warmup(now)
    if warmed.folder is None:
        want = "a folder that can be written, to keep compiled kernels in"
        fix = "set RATING_CACHE_DIR to one; without, each process compiles for itself"
        raise InputError([Fault("no_cache_folder", Place("warmup"), "none that can be written", want, fix)])
    if as_json:
        said = {"folder": str(warmed.folder), "compiled": warmed.compiled, "kept": warmed.kept}
        click.echo(json.dumps(said, indent=2))
    else:
        kept = f", {len(warmed.kept)} were there" if warmed.kept else ""
        click.echo(f"{count(len(warmed.compiled), 'kernel')} compiled{kept}: {warmed.folder}")
