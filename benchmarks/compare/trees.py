"""The two versions as folders."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent.parent
WORK: Final = ROOT / "build" / "compare"


class Tree(NamedTuple):
    """A version: where its `rating` is, and where its kernels are kept; None: where they are anyway."""

    name: str
    folder: Path
    kernels: Path | None = None

    def environment(self) -> dict[str, str]:
        """What makes a process import this version's `rating`, and the benchmarks of ours."""
        if self.kernels is None:
            return {**os.environ, "PYTHONPATH": str(self.folder)}
        alone = self.kernels / "path"  # a folder with the one and without the other
        alone.mkdir(parents=True, exist_ok=True)
        link = alone / "rating"
        link.unlink(missing_ok=True)
        link.symlink_to(self.folder / "rating", target_is_directory=True)
        path = os.pathsep.join([str(alone), str(ROOT)])
        return {**os.environ, "PYTHONPATH": path, "RATING_CACHE_DIR": str(self.kernels)}


class NoSuchVersionError(Exception):
    """The base is no commit of this repository; the text says what to do."""


@contextmanager
def trees(base: str, work: Path) -> Iterator[tuple[Tree, Tree]]:
    """The version of the commit `base`, in a worktree that is gone in the end, and that of this folder as it stands."""
    work.mkdir(parents=True, exist_ok=True)
    commit = commit_of(base)
    folder = work / f"base-{commit[:12]}"
    _remove(folder)
    _git("worktree", "add", "--detach", "--force", str(folder), commit)
    # Kernels are kept by the hash of their sources, so that a version that was compared before has its own at hand.
    kernels = work / "kernels"
    try:
        yield Tree(f"base {base}", folder, kernels / commit[:12]), Tree("this version", ROOT)
    finally:
        _remove(folder)


def commit_of(base: str) -> str:
    """The commit that a name stands for."""
    try:
        return _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}").strip()
    except subprocess.CalledProcessError:
        fix = "name a branch, a tag or a commit: make bench-compare BASE=main"
        raise NoSuchVersionError(f"no commit is called {base!r} in {ROOT}; {fix}") from None


def _remove(folder: Path) -> None:
    if folder.exists():
        _git("worktree", "remove", "--force", str(folder))
    _git("worktree", "prune")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True).stdout
