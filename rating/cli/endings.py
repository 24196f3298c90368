"""How a run ends: the exit codes, and what is said on stderr when input is refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import click

from rating.errors import Fault, RatingError

REFUSED: Final = 1  # wrong usage is 2, which click gives
BROKEN: Final = 70  # a fault of rating itself, as in sysexits.h: neither the input nor the usage is to blame
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells have it
PIPE_CLOSED: Final = 141  # 128 + SIGPIPE: `rating ... | head` is no refusal


@contextmanager
def endings() -> Iterator[None]:
    """Turn whatever ends a run into a message and an exit code, never into a traceback."""
    try:
        yield
        sys.stdout.flush()
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise  # click's own, with exit codes of their own
    except RatingError as error:
        show_faults(error.faults)
        raise click.exceptions.Exit(REFUSED) from error
    except KeyboardInterrupt as error:
        raise click.exceptions.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:
        _drop_output()
        raise click.exceptions.Exit(PIPE_CLOSED) from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"{place}{error.strerror or error}", err=True)
        raise click.exceptions.Exit(REFUSED) from error
    except MemoryError as error:
        click.echo("not enough memory: rate fewer sessions at a time, or use a larger machine", err=True)
        raise click.exceptions.Exit(REFUSED) from error
    except Exception as error:
        if os.environ.get("RATING_TRACEBACK"):
            raise
        what = f"{type(error).__name__}: {one_line(str(error))}"
        click.echo(f"this is a fault of rating itself, please report it: {what}", err=True)
        click.echo("(with RATING_TRACEBACK=1 in the environment it says where)", err=True)
        raise click.exceptions.Exit(BROKEN) from error


@contextmanager
def told_as_json(as_json: bool) -> Iterator[None]:
    """Print refused input as JSON on stdout, as `rating check --json` does, for the program that asked for JSON."""
    try:
        yield
    except RatingError as error:
        if not as_json:
            raise
        from rating.cli.faults.found import Found
        from rating.cli.faults.machines import as_json as as_text

        click.echo(as_text([Found(fault, "fault") for fault in error.faults]))
        raise click.exceptions.Exit(REFUSED) from error


def show_faults(faults: Iterable[Fault], severity: str = "") -> None:
    """Every fault on a line of its own, on stderr: place, code, what was read, what was expected, the fix.

    `severity` stands before the code where it is less than a fault.
    """
    for fault in faults:
        # The place of an option's value is its name, which can be the code as well: once is enough.
        named = str(fault.place) not in ("", fault.code)
        place = f"{click.style(str(fault.place), bold=True)}: " if named else ""
        kind = f"{click.style(severity, fg='yellow')}: " if severity else ""
        code = click.style(fault.code, fg="yellow" if severity else "red")
        click.echo(one_line(f"{place}{kind}{code}: {fault.message}"), err=True)


def one_line(text: str) -> str:
    """The text on a single line, so that a fault is a line whatever was read.

    >>> one_line("first\\n  second")
    'first second'
    """
    return " ".join(part.strip() for part in text.splitlines())


def _drop_output() -> None:
    """Nobody reads stdout any more: Python would complain when it flushes what is left at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
