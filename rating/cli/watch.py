"""Check again whenever a file is saved: `rating check --watch`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from rating.errors import Fault, InputError, Place

# What a tariff is made of: its own file, and what stands in these folders beside it.
_BESIDE: Final = ("calendars", "indexes")
_SUFFIXES: Final = (".yaml", ".yml", ".json", ".jsonl", ".csv", ".parquet")
_LOOK_MS: Final = 1_000  # drives that tell nobody of changes are looked at this often

State = dict[str, tuple[int, int, int]]  # of each file: when it was written, its size, its number on the disk


def watch_files(paths: Sequence[Path], check: Callable[[], object]) -> None:
    """Check at once, and again after every change, until the process is interrupted.

    The system's word that something changed only wakes us; whether it did is read from the files. So no save between
    two looks is missed, and one that an editor makes in three steps is checked once.

    Raises: InputError where watchfiles is not installed.
    """
    try:
        import watchfiles
    except ImportError as error:
        fix = "install it: pip install 'rating[watch]'; or leave out --watch"
        raise InputError(
            [Fault("no_watchfiles", Place("--watch"), "no watchfiles", "the extra `watch`", fix)]
        ) from error
    state = _state(paths)
    _run(check, paths, "")
    while folders := _folders(paths):
        # Files are watched by their folders: many editors put a new file in the place of the old one.
        waiting = watchfiles.watch(
            *folders, watch_filter=None, recursive=False, rust_timeout=_LOOK_MS, yield_on_timeout=True
        )
        for _ in waiting:
            now = _state(paths)
            if now != state:
                changed = sorted(dict(now.items() ^ state.items()))
                state = now
                _run(check, paths, _saved(changed))
            if _folders(paths) != folders:
                break


def _run(check: Callable[[], object], paths: Sequence[Path], why: str) -> None:
    if why and sys.stdout.isatty():
        click.clear()
    if why:
        click.echo(why)
    check()
    click.echo(f"watching {', '.join(path.as_posix() for path in paths)}; Ctrl-C ends", err=True)


def _saved(changed: list[str]) -> str:
    names = [Path(each).name for each in changed[:3]]
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return f"\nchanged: {', '.join(names)}{more}"


def _folders(paths: Sequence[Path]) -> list[Path]:
    """The folders in which something can change that counts."""
    own = dict.fromkeys(path if path.is_dir() else path.parent for path in paths)
    return [folder for each in own for folder in (each, *(each / name for name in _BESIDE)) if folder.is_dir()]


def _state(paths: Sequence[Path]) -> State:
    state: State = {}
    for file in _files(paths):
        with suppress(OSError):  # deleted since: then it is not there
            stat = os.stat(file)
            state[os.fspath(file)] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return state


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        own = path if path.is_dir() else path.parent
        if own != path:
            yield path
        for folder in (own,) * (own == path) + tuple(own / name for name in _BESIDE):
            with suppress(OSError):
                names = sorted(os.listdir(folder))
                yield from (folder / name for name in names if name.endswith(_SUFFIXES) and not name.startswith("."))
