"""How kernels are compiled, and when: at their first call, and numba is not loaded before.

Two kinds are called from Python. `kernel` and `lean_kernel` go through numba, which compiles for the arrays that it
meets. `part` and `entry` take numbers and groups of arrays (see `groups`): their types are in their annotations, so
that their machine code can be kept and loaded without numba (see `native`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any, ParamSpec, TypeVar, cast

from rating.kernels import cache

P = ParamSpec("P")
R = TypeVar("R")


def _is_set(name: str) -> bool:
    return os.environ.get(name, "0").strip() not in ("", "0")


# As numba reads them: kernels as plain Python, and kernels that check every index.
DISABLE_JIT = _is_set("NUMBA_DISABLE_JIT")
BOUNDSCHECK = cache.BOUNDSCHECK

_ERRORS = {"error_model": "numpy"}
_LEAN = {"_nrt": False}
_BARE = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


class Lazy:
    """A function that numba compiles when it is first called, or when one that calls it is compiled."""

    def __init__(self, function: Callable[..., Any], options: dict[str, Any], kept: bool = False) -> None:
        update_wrapper(cast("Any", self), function)
        self.py_func = function
        self._options = options
        self._kept = kept

    @cached_property
    def dispatcher(self) -> Any:
        """What numba makes of it."""
        return _dispatcher(self.py_func, self._options, self._kept)

    @cached_property
    def inner(self) -> Any:
        """What numba makes of it for kernels that call it: without an entry from Python."""
        return self.dispatcher if self._kept else _dispatcher(self.py_func, self._options | _BARE, False)

    def __call__(self, *args: Any) -> Any:
        """Call it from Python."""
        return self.dispatcher(*args)

    @property
    def _numba_type_(self) -> Any:
        """What it is to numba, where a kernel names it."""
        return self.inner._numba_type_

    @property
    def targetoptions(self) -> Any:
        """What numba asks before it puts a helper into its caller."""
        return self.inner.targetoptions


class Loaded:
    """Something of numba's own that kernels name, loaded when one that does is compiled."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    @cached_property
    def _numba_type_(self) -> Any:
        from numba.core.registry import cpu_target

        loaded, context = self._load(), cpu_target.typing_context
        context.refresh()  # it may have been made just now
        return context.resolve_value_type(loaded)


def _dispatcher(function: Callable[..., Any], options: dict[str, Any], kept: bool) -> Any:
    import numba
    from numba.core import config

    folder = cache.folder() if kept else None
    if folder is None:
        return numba.njit(**options)(function)
    # numba reads the folder once, while decorating; other people's functions keep their own setting.
    settings: Any = config
    with cache.LOCK:
        before = settings.CACHE_DIR
        settings.CACHE_DIR = str(folder)
        try:
            return numba.njit(cache=True, **options)(function)
        except RuntimeError:  # no cache place that numba accepts
            return numba.njit(**options)(function)
        finally:
            settings.CACHE_DIR = before


def _lazy(function: Callable[P, R], options: dict[str, Any], kept: bool = False) -> Callable[P, R]:
    return function if DISABLE_JIT else cast("Callable[P, R]", Lazy(function, options, kept))


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile for calls from Python: releases the GIL, and is cached where a folder can be written."""
    return _lazy(function, {"nogil": True, **_ERRORS}, kept=True)


def lean_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """As `kernel`, for one that makes no array: it does not count who holds each of the arrays that are handed to it
    and on to others, which takes longer than pricing a session does.
    """
    return _lazy(function, {"nogil": True, **_ERRORS, **_LEAN}, kept=True)


def scalar(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a helper of scalars that kernels call: it is inlined by LLVM.

    It makes no array, and does not count who holds those that are handed to it: for a group of arrays, that takes a
    microsecond a call.
    """
    return _lazy(function, {**_ERRORS, **_LEAN})


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as a part of each kernel that calls it, for what is too long for LLVM to do so by itself."""
    return _lazy(function, {"inline": "always", **_ERRORS})


def numbas(load: Callable[[], Any]) -> Any:
    """Something of numba's own, for kernels to name."""
    return Loaded(load)
