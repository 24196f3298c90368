"""How kernels are compiled and where the machine code is kept.

The folder of the cache is named by a hash of every kernel's source, of the constants they are compiled with and of
the versions: numba's own key is the time stamp of one file, and kept returning old prices after an imported constant
changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import llvmlite
import numba
import numpy as np
from numba.core import config as _config

P = ParamSpec("P")
R = TypeVar("R")

_HERE = Path(__file__).parent


def _source_hash() -> str:
    digest = hashlib.sha256()
    for path in [*sorted(_HERE.glob("*.py")), _HERE.parent / "units.py"]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    versions = f"{numba.__version__} {llvmlite.__version__} {np.__version__}"
    # numba does not tell code with checked bounds from code without: a warm cache would turn the checks off.
    digest.update(f"{versions} {numba_config.BOUNDSCHECK}".encode())
    return digest.hexdigest()[:16]


def _homes() -> Iterator[Path]:
    named = os.environ.get("RATING_CACHE_DIR")
    if named:
        yield Path(named)
        return
    yield _HERE / "__pycache__"
    with contextlib.suppress(RuntimeError):  # a user without a home, as in some containers
        yield Path.home() / ".cache" / "rating"


def _cache_dir() -> str | None:
    """The first folder that can be written: one the user names, the package's own, the user's cache; else none."""
    for home in _homes():
        folder = home / f"kernels-{_SOURCE_HASH}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return str(folder)
        except OSError:
            continue
    return None


numba_config: Any = _config  # its settings are made at run time, so no type checker knows them
_SOURCE_HASH = _source_hash()
_CACHE_DIR = _cache_dir()


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile for calls from Python: releases the GIL, and is cached where a folder can be written."""
    return _compiled(function, {})


def lean_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """As `kernel`, for one that makes no array: it does not count who holds each of the arrays that are handed to it
    and on to others, which takes longer than pricing a session does.
    """
    return _compiled(function, {"_nrt": False})


def _compiled(function: Callable[P, R], options: dict[str, Any]) -> Callable[P, R]:
    options |= {"nogil": True, "error_model": "numpy"}
    if _CACHE_DIR is None:
        return cast("Callable[P, R]", numba.njit(**options)(function))
    # numba reads the folder once, while decorating; other people's functions keep their own setting.
    before = numba_config.CACHE_DIR
    numba_config.CACHE_DIR = _CACHE_DIR
    try:
        return cast("Callable[P, R]", numba.njit(cache=True, **options)(function))
    except RuntimeError:  # no cache place that numba accepts
        return cast("Callable[P, R]", numba.njit(**options)(function))
    finally:
        numba_config.CACHE_DIR = before


def scalar(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a helper of scalars that kernels call: it is inlined by LLVM, and has no entry from Python.

    It makes no array, and does not count who holds those that are handed to it: for a group of arrays, that takes a
    microsecond a call.
    """
    options: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
    return cast("Callable[P, R]", numba.njit(**options)(function))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as a part of each kernel that calls it, for what is too long for LLVM to do so by itself."""
    return cast("Callable[P, R]", numba.njit(function, error_model="numpy", inline="always"))
