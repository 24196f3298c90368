"""Tariffs to compare: a file, a folder, or what a revision of a git repository has there."""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

from rating.errors import Fault, InputError, Place, RatingError
from rating.tariff.load import load_tariffs
from rating.tariff.model import Tariffs

PREFIX: Final = "git:"
_WANT: Final = "git:REVISION:PATH, such as git:HEAD~1:tariffs/"

Source = Tariffs | str | os.PathLike[str]


def load_source(source: Source) -> Tariffs:
    """The tariffs of a file, of a folder, or of `git:REVISION:PATH`.

    A path in a revision counts from the folder where one is now, as the file itself would. Nothing is written to the
    work tree: what the revision has is read from a folder that is gone afterwards. Files beside the path, such as the
    calendars and indexes that tariffs name, are those of the revision.

    Raises: TariffError where the tariffs have faults, InputError where there is no such revision or path, or no git.
    """
    if isinstance(source, Tariffs):
        return source
    if not str(source).startswith(PREFIX):
        return load_tariffs(source)
    text = str(source)
    revision, colon, path = text[len(PREFIX) :].partition(":")
    if not colon or not revision or not path:
        raise _fault("git_source", text, text, _WANT, "name a revision and a path")
    return _of_revision(text, revision, path)


def _of_revision(text: str, revision: str, path: str) -> Tariffs:
    top = Path(_git(text, "rev-parse", "--show-toplevel").decode().strip())
    commit = _commit(text, revision)
    inside = _inside(text, top, path)
    kind = _git_try("cat-file", "-t", f"{commit}:{inside}" if inside else f"{commit}^{{tree}}", folder=top)
    if kind is None:
        raise _fault("git_path", text, path, f"a file or a folder that {revision} has", "look at its name there")
    # Tariffs may name calendars and indexes in folders beside them, so all of the folder is taken.
    is_folder = kind.strip() == b"tree"
    folder = inside if is_folder else "/".join(inside.split("/")[:-1])
    archived = _git(text, "archive", "--format=tar", f"{commit}:{folder}" if folder else commit, folder=top)
    with tempfile.TemporaryDirectory(prefix="rating-") as room:
        try:
            with tarfile.open(fileobj=BytesIO(archived)) as archive:
                archive.extractall(room, filter="data")
        except tarfile.TarError as error:  # a link that leads out of the folder
            raise _fault("git_path", text, str(error), "a folder of plain files", "take out what is none") from None
        try:
            return load_tariffs(Path(room) if is_folder else Path(room) / inside.split("/")[-1])
        except RatingError as error:
            raise _renamed(error, room, text, is_folder) from None


def _commit(text: str, revision: str) -> str:
    found = _git_try("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        want = "a revision of this repository: a branch, a tag, a commit, or HEAD~1"
        raise _fault("git_revision", text, revision, want, "git log says which there are")
    return found.decode().strip()


def _inside(text: str, top: Path, path: str) -> str:
    """The path as the repository has it; empty for all of it."""
    found = os.path.relpath(os.path.realpath(path), os.path.realpath(top))
    if found.startswith(".."):
        raise _fault("git_path", text, path, f"a path within {top}", "count it from the folder where you are")
    return "" if found == "." else Path(found).as_posix()


def _git(text: str, *arguments: str, folder: Path | None = None) -> bytes:
    """What git says. Raises: InputError where there is no git, or no repository."""
    done = _run(*arguments, folder=folder)
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines() or [str(folder or Path.cwd())]
        raise _fault("git_repository", text, reason[-1], "a folder in a git repository", "change to one")
    return done.stdout


def _git_try(*arguments: str, folder: Path | None = None) -> bytes | None:
    """What git says, or None where it refuses."""
    done = _run(*arguments, folder=folder)
    return done.stdout if done.returncode == 0 else None


def _run(*arguments: str, folder: Path | None) -> subprocess.CompletedProcess[bytes]:
    command = ["git", *(["-C", str(folder)] if folder else []), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise _fault("no_git", "git", "no program git", "git, to read revisions", "install git") from None


def _fault(code: str, source: str, got: str, want: str, fix: str) -> InputError:
    return InputError([Fault(code, Place(source), got, want, fix)])


def _renamed(error: RatingError, room: str, text: str, is_folder: bool) -> RatingError:
    """Faults of files in the room, by the names that they have in the revision."""

    def moved(fault: Fault) -> Fault:
        name = fault.place.source.removeprefix(Path(room).as_posix()).lstrip("/")
        source = f"{text.rstrip('/')}/{name}" if is_folder and name else text
        got, fix = (part.replace(room, text) for part in (fault.got, fault.fix))
        return replace(fault, place=replace(fault.place, source=source), got=got, fix=fix)

    return type(error)(map(moved, error.faults))
