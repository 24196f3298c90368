"""Where machine code is kept: a folder named by all that it is made from, so that none is ever stale.

The name has a hash of every kernel's source, of the constants they are compiled with, of the versions, and of the
processor that the code is for: code made on one processor may use what another does not have. numba's own key is the
time stamp of one file, and kept returning old prices after an imported constant changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).parent
# What changes the code that numba makes, beside the sources: it does not tell code with checked bounds from code
# without, and a warm cache would turn the checks off.
_SETTINGS = ("NUMBA_BOUNDSCHECK", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_ENABLE_AVX", "NUMBA_OPT")

BOUNDSCHECK = os.environ.get("NUMBA_BOUNDSCHECK", "0").strip() not in ("", "0")
LOCK = threading.RLock()  # one thread loads or compiles
_MARK_BYTES = 32  # the digest before what is kept


def _new_lock() -> None:
    """A child of `fork` has only the thread that forked: another may have held the lock."""
    global LOCK
    LOCK = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


def _of_sources() -> bytes:
    digest = hashlib.sha256()
    for path in [*sorted(_HERE.glob("*.py")), _HERE.parent / "units.py"]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.digest()


# Read now, with the kernels: a process that outlives an upgrade compiles the kernels that it has loaded, and would keep
# them under the name of the new ones if it read these when it first compiles.
_SOURCES = _of_sources()


@lru_cache(maxsize=1)
def source_hash() -> str:
    """Of what the kernels are made from."""
    digest = hashlib.sha256(_SOURCES)
    # Where the parts of an array object are: elsewhere in a Python without a global lock, or one for finding bugs.
    digest.update(str(object.__basicsize__).encode())
    for package in ("numba", "llvmlite", "numpy"):
        digest.update(_release(package))
    digest.update(repr([os.environ.get(name, "") for name in _SETTINGS]).encode())
    return digest.hexdigest()[:16]


def _release(package: str) -> bytes:
    """What a package says of its release, read without loading it: numba takes 0.3 s."""
    spec = find_spec(package)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec is not None else []
    for path in (folder / name for folder in folders for name in ("_version.py", "version.py")):
        if path.is_file():
            return path.read_bytes()
    return b""


@lru_cache(maxsize=1)
def processor() -> str:
    """A hash of the processor's name and features, as LLVM sees them."""
    import llvmlite.binding as llvm

    if os.environ.get("NUMBA_CPU_NAME") == "generic" and not os.environ.get("NUMBA_CPU_FEATURES"):
        return f"generic-{llvm.get_process_triple().partition('-')[0]}"  # numba then uses what every one of them has
    features = llvm.get_host_cpu_features().flatten()
    return hashlib.sha256(f"{llvm.get_process_triple()} {llvm.get_host_cpu_name()} {features}".encode()).hexdigest()[:8]


def homes() -> Iterator[Path]:
    """Where the folder may lie: where the user says; else in the package, or in the user's cache."""
    named = os.environ.get("RATING_CACHE_DIR")
    if named:
        yield Path(named)
        return
    yield _HERE / "__pycache__"
    with contextlib.suppress(RuntimeError):  # a user without a home, as in some containers
        yield Path.home() / ".cache" / "rating"


def _name() -> str:
    return f"kernels-{source_hash()}-{processor()}"


@lru_cache(maxsize=1)
def folder() -> Path | None:
    """The first folder that can be written, or None."""
    for home in homes():
        found = home / _name()
        try:
            found.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=found):
                return found
        except OSError:
            continue
    return None


def read(name: str) -> bytes | None:
    """What is kept under a name, in any of the folders: those that cannot be written may have been filled before."""
    for home in homes():
        with contextlib.suppress(OSError):
            kept = (home / _name() / name).read_bytes()
            if hashlib.sha256(kept[_MARK_BYTES:]).digest() == kept[:_MARK_BYTES]:
                return kept[_MARK_BYTES:]
    return None


def write(name: str, data: bytes) -> bool:
    """Keep it, whole or not at all; whether it could be kept."""
    place = folder()
    if place is None:
        return False
    written = ""
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=f".{name}.", delete=False) as file:
            written = file.name
            file.write(hashlib.sha256(data).digest() + data)
        Path(written).chmod(0o644)  # a cache that root has filled is there for all
        os.replace(written, place / name)
    except OSError:  # a full disk, or a folder that was taken away
        with contextlib.suppress(OSError):
            Path(written).unlink(missing_ok=True)
        return False
    return True
