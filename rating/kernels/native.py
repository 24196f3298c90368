"""Kernels as machine code: loaded from the cache without numba, or compiled by it and kept.

`part` makes a kernel that other kernels call by its address, each compiled by itself: as functions that numba links
into their caller, each is compiled twice, and all are, whatever a batch needs. `entry` makes one that Python calls.
Their types are in their annotations: int, bool, arrays (Int64, ...), and groups of arrays.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cached_property, lru_cache, update_wrapper
from typing import Any, ParamSpec, TypeVar, cast

from rating.kernels import cache
from rating.kernels.groups import Packed, pack
from rating.kernels.jit import DISABLE_JIT, Loaded

P = ParamSpec("P")
R = TypeVar("R")

COMPILED: list[str] = []  # the kernels that were compiled in this process, since none was kept
KERNELS: list[Native] = []  # all of the modules that are loaded


class Native:
    """A function as machine code."""

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(cast("Any", self), function)
        self.py_func = function
        self.name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        KERNELS.append(self)

    @cached_property
    def address(self) -> int:
        """Where its code is: loaded, or compiled, when this is first asked."""
        with cache.LOCK:
            found = self.__dict__.get("address")
            return found if found is not None else self._load() or self.compile()

    def _load(self) -> int:
        kept = cache.read(self.name)
        if kept is None:
            return 0
        symbol, _, code = kept.partition(b"\n")
        return _link(symbol.decode(), code)

    def compile(self) -> int:
        """Compile it, and keep the code where a folder can be written."""
        from rating.kernels import compiler  # which loads numba

        made = compiler.compiled(self.py_func)
        COMPILED.append(self.name)
        cache.write(self.name, made.symbol.encode() + b"\n" + made.code)
        return made.address


@lru_cache(maxsize=1)
def _engine() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    reloc = "static" if target.name.startswith("x86") else "default"  # as numba does
    machine = target.create_target_machine(reloc=reloc, codemodel="jitdefault", jit=True)
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


def _link(symbol: str, code: bytes) -> int:
    import llvmlite.binding as llvm

    engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return int(engine.get_function_address(symbol))


class Entry(Native):
    """One that Python calls, with numbers and groups; the GIL is released meanwhile."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self.results = str(function.__annotations__["return"]).count("int")

    @cached_property
    def call(self) -> Callable[..., int]:
        """The bare function: takes the addresses of its results and of eight bytes for errors, then its arguments,
        groups by their addresses. Returns 0, or something else where an index was out of bounds, if that is checked.
        """
        count = len(self.py_func.__annotations__) - 1
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * count)
        return cast("Callable[..., int]", kind(self.address))

    def __call__(self, *args: Any) -> Any:
        """Call it from Python."""
        count = next((i for i, each in enumerate(args) if not isinstance(each, int)), len(args))
        found = self.bind(tuple(map(pack, args[count:])))(*args[:count])
        return found if self.results > 1 else found[0]

    def bind(self, packed: tuple[Packed, ...]) -> Callable[..., tuple[int, ...]]:
        """What takes the numbers that stand before these groups."""
        call, results, name = self.call, self.results, self.name
        addresses = [each.address for each in packed]

        def run(*numbers: int, held: Any = packed) -> tuple[int, ...]:
            # Made for each call, since several threads may be in it.
            found = (ctypes.c_int64 * (results + 1))()
            at = ctypes.addressof(found)
            if call(at, at + 8 * results, *numbers, *addresses) != 0:
                raise IndexError(f"{name}: an index is out of bounds")
            return tuple(found[:results])

        return run


def bind(kernel: Callable[..., Any], packed: tuple[Packed, ...]) -> Callable[..., Any]:
    """What takes the numbers that stand before the groups of an `entry`, which are these."""
    return cast("Entry", kernel).bind(packed) if not DISABLE_JIT else lambda *numbers: kernel(*numbers, *packed)


_PLAINLY: list[Callable[..., Any]] = []  # not compiled, a kernel's address is its place here, from 1


def part(function: Callable[P, R]) -> Callable[P, R]:
    """A kernel that others call by its address, see `through`."""
    return function if DISABLE_JIT else cast("Callable[P, R]", Native(function))


def entry(function: Callable[..., R]) -> Callable[..., R]:
    """A kernel that Python calls; a group may come as it is, or packed."""
    if not DISABLE_JIT:
        return cast("Callable[..., R]", Entry(function))

    def plainly(*args: Any) -> R:
        return function(*(each.group if isinstance(each, Packed) else each for each in args))

    return update_wrapper(plainly, function)


def through(kernel: Callable[..., R]) -> Callable[..., R]:
    """What calls a `part` by the address that stands before its arguments."""
    if DISABLE_JIT:
        return lambda address, *args: _PLAINLY[address - 1](*args)

    def load() -> Any:
        from rating.kernels import compiler

        return compiler.call_through(cast("Native", kernel).py_func)

    return cast("Callable[..., R]", Loaded(load))


def address_of(kernel: Callable[..., Any]) -> int:
    """Where the code of a `part` is; loaded or compiled now."""
    if not DISABLE_JIT:
        return cast("Native", kernel).address
    _PLAINLY.append(kernel)
    return len(_PLAINLY)
