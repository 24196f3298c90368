"""Where machine code is kept: named by what it was made from, and never a reason to fail."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import rating.kernels.cache as cache
import rating.kernels.jit as jit

HERE = Path(cache.__file__).parent


def load(path: Path = HERE / "cache.py") -> ModuleType:
    """The module once more, as a new process would load it."""
    spec = importlib.util.spec_from_file_location("cache_again", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the kernels' sources, and of the constants that they are compiled with."""
    (tmp_path / "rating" / "kernels").mkdir(parents=True)
    for path in HERE.glob("*.py"):
        shutil.copy(path, tmp_path / "rating" / "kernels")
    shutil.copy(HERE.parent / "units.py", tmp_path / "rating")
    return tmp_path / "rating"


def test_a_copy_of_the_sources_has_the_same_hash(sources):
    assert load(sources / "kernels" / "cache.py").source_hash() == cache.source_hash()


@pytest.mark.parametrize("name", ["kernels/arith.py", "kernels/walk.py", "kernels/jit.py", "units.py"])
def test_an_edited_source_or_constant_changes_the_hash(sources, name):
    with (sources / name).open("a") as file:
        file.write("# edited\n")
    assert load(sources / "kernels" / "cache.py").source_hash() != cache.source_hash()


def test_an_upgrade_does_not_rename_the_kernels_of_processes_that_have_loaded_the_old_ones(sources):
    before = load(sources / "kernels" / "cache.py")
    with (sources / "kernels" / "arith.py").open("a") as file:
        file.write("# of the next release\n")
    assert before.source_hash() == cache.source_hash() != load(sources / "kernels" / "cache.py").source_hash()


def test_a_new_kernel_changes_the_hash(sources):
    (sources / "kernels" / "more.py").write_text("")
    assert load(sources / "kernels" / "cache.py").source_hash() != cache.source_hash()


@pytest.mark.parametrize("package", ["numba", "llvmlite", "numpy"])
def test_another_release_of_what_compiles_changes_the_hash(monkeypatch, tmp_path, package):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    (tmp_path / package / "_version.py").write_text("version = '0.0.1'")
    monkeypatch.delitem(sys.modules, package, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert load().source_hash() != cache.source_hash()


@pytest.mark.parametrize("package", ["numba", "llvmlite", "numpy"])
def test_every_release_is_known_without_loading_the_package(package):
    assert cache._release(package)


@pytest.mark.parametrize(
    "name", ["NUMBA_BOUNDSCHECK", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_ENABLE_AVX", "NUMBA_OPT"]
)
def test_settings_that_change_the_code_change_the_hash(monkeypatch, name):
    """Numba does not tell code with checked bounds from other code: a warm cache would silently turn the checks off."""
    monkeypatch.setenv(name, "1")
    assert load().source_hash() != cache.source_hash()


def test_code_for_another_processor_is_kept_apart(monkeypatch, tmp_path):
    """An image that is built on one machine runs on another, whose processor may lack what the first one has."""
    import llvmlite.binding as llvm

    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path))
    here = load()
    assert here.write("plain.plain", b"code")
    assert here.read("plain.plain") == b"code"
    monkeypatch.setattr(llvm, "get_host_cpu_name", lambda: "z80")
    assert load().read("plain.plain") is None


def test_code_for_every_processor_is_read_on_each(monkeypatch, tmp_path):
    import llvmlite.binding as llvm

    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert load().write("plain.plain", b"code")
    monkeypatch.setattr(llvm, "get_host_cpu_name", lambda: "z80")
    assert load().read("plain.plain") == b"code"


def test_the_folder_that_the_user_names_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path / "new" / "folder"))
    module = load()
    assert module.folder().parent == tmp_path / "new" / "folder"
    assert module.folder().name.startswith(f"kernels-{cache.source_hash()}-")


def test_without_a_name_the_folder_lies_in_the_package(monkeypatch, sources):
    monkeypatch.delenv("RATING_CACHE_DIR", raising=False)
    module = load(sources / "kernels" / "cache.py")
    assert module.folder().parent == sources / "kernels" / "__pycache__"


def unwritable(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """As if nothing could be written below these folders (chmod would not stop root)."""
    for name in ("TemporaryFile", "NamedTemporaryFile"):
        real = getattr(tempfile, name)

        def refuse(*args: Any, real: Any = real, **options: Any) -> Any:
            if any(Path(options["dir"]).is_relative_to(folder) for folder in folders):
                raise PermissionError(13, "Permission denied")
            return real(*args, **options)

        monkeypatch.setattr(tempfile, name, refuse)


def test_where_the_package_cannot_be_written_the_users_cache_is_used(monkeypatch, sources, tmp_path):
    monkeypatch.delenv("RATING_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    unwritable(monkeypatch, sources)
    module = load(sources / "kernels" / "cache.py")
    assert module.folder().parent == tmp_path / "home" / ".cache" / "rating"


def test_what_lies_in_a_package_that_cannot_be_written_is_read(monkeypatch, sources, tmp_path):
    """As in an image, whose cache was filled when it was built."""
    monkeypatch.delenv("RATING_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert load(sources / "kernels" / "cache.py").write("plain.plain", b"code")
    unwritable(monkeypatch, sources)
    module = load(sources / "kernels" / "cache.py")
    assert module.read("plain.plain") == b"code"
    assert not (tmp_path / "home").exists()  # nothing had to be written


def test_where_nothing_can_be_written_nothing_is_kept(monkeypatch, sources, tmp_path):
    monkeypatch.delenv("RATING_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    unwritable(monkeypatch, tmp_path)
    module = load(sources / "kernels" / "cache.py")
    assert module.folder() is None
    assert not module.write("plain.plain", b"code")
    assert module.read("plain.plain") is None


@pytest.mark.parametrize("named", ["/dev/null/below", "/proc/none"])
def test_a_named_folder_that_cannot_be_made_is_no_failure(monkeypatch, named):
    monkeypatch.setenv("RATING_CACHE_DIR", named)
    module = load()
    assert module.folder() is None
    assert not module.write("plain.plain", b"code")


def test_a_folder_that_is_taken_away_is_no_failure(monkeypatch, tmp_path):
    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path))
    module = load()
    shutil.rmtree(module.folder())
    assert not module.write("plain.plain", b"code")


def test_without_a_home_the_package_folder_is_used(monkeypatch, sources):
    """Where HOME is not set and the user is in no list of users, as in some containers."""

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("RATING_CACHE_DIR", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    module = load(sources / "kernels" / "cache.py")
    assert module.folder().parent == sources / "kernels" / "__pycache__"


@pytest.mark.parametrize("spoilt", [b"", b"\0" * 16, b"\0" * 500])
def test_what_is_not_whole_is_not_read(monkeypatch, tmp_path, spoilt):
    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path))
    module = load()
    assert module.write("plain.plain", b"code" * 100)
    kept = module.folder() / "plain.plain"
    whole = kept.read_bytes()
    for data in (spoilt, whole[:-1], whole[:40], whole + b"\0", whole[:-1] + b"\0"):
        kept.write_bytes(data)
        assert module.read("plain.plain") is None
    kept.write_bytes(whole)
    assert module.read("plain.plain") == b"code" * 100


def test_nothing_half_written_stays(monkeypatch, tmp_path):
    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path))
    module = load()
    module.write("plain.plain", b"code")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert not module.write("plain.plain", b"other")
    assert module.read("plain.plain") == b"code"
    assert [path.name for path in module.folder().iterdir()] == ["plain.plain"]


def add_one() -> Any:
    def add(value: int) -> int:
        return value + 1

    return jit.kernel(add)


def test_a_folder_that_numba_does_not_accept_is_no_failure(monkeypatch):
    import numba

    real = numba.njit

    def njit(*args: Any, **options: Any) -> Any:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return real(*args, **options)

    monkeypatch.setattr(numba, "njit", njit)
    assert add_one()(41) == 42


def test_the_cache_folder_of_other_peoples_kernels_is_left_alone(monkeypatch):
    from numba.core import config

    monkeypatch.setattr(config, "CACHE_DIR", "/somewhere/else")
    assert add_one()(41) == 42
    assert config.CACHE_DIR == "/somewhere/else"


def test_kernels_release_the_gil_and_divide_as_numpy_does():
    options = add_one().dispatcher.targetoptions
    assert options["nogil"] is True
    assert options["error_model"] == "numpy"


assert os.sep == "/", "the paths above are those of POSIX"
