"""Where machine code is kept: named by what it was made from, and never a reason to fail."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import pytest

import rating.kernels.jit as jit

HERE = Path(jit.__file__).parent


def load(path: Path = HERE / "jit.py") -> ModuleType:
    """The module once more, as a new process would load it."""
    spec = importlib.util.spec_from_file_location("jit_again", path)
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


def add_one(module: ModuleType) -> Any:
    def add(value: int) -> int:
        return value + 1

    return module.kernel(add)


def test_a_copy_of_the_sources_has_the_same_hash(sources):
    assert load(sources / "kernels" / "jit.py")._SOURCE_HASH == jit._SOURCE_HASH


@pytest.mark.parametrize("name", ["kernels/arith.py", "kernels/walk.py", "kernels/jit.py", "units.py"])
def test_an_edited_source_or_constant_changes_the_hash(sources, name):
    with (sources / name).open("a") as file:
        file.write("# edited\n")
    assert load(sources / "kernels" / "jit.py")._SOURCE_HASH != jit._SOURCE_HASH


def test_a_new_kernel_changes_the_hash(sources):
    (sources / "kernels" / "more.py").write_text("")
    assert load(sources / "kernels" / "jit.py")._SOURCE_HASH != jit._SOURCE_HASH


def test_another_release_of_numba_changes_the_hash(monkeypatch):
    monkeypatch.setattr(numba, "__version__", "0.0.1")
    assert load()._SOURCE_HASH != jit._SOURCE_HASH


def test_the_folder_that_the_user_names_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path / "new" / "folder"))
    module = load()
    assert str(tmp_path / "new" / "folder" / f"kernels-{jit._SOURCE_HASH}") == module._CACHE_DIR
    assert add_one(module)(41) == 42
    assert list(Path(module._CACHE_DIR).rglob("*.nbc")), "machine code was kept"


def test_without_a_name_the_folder_lies_in_the_package(monkeypatch, sources):
    monkeypatch.delenv("RATING_CACHE_DIR", raising=False)
    module = load(sources / "kernels" / "jit.py")
    assert Path(module._CACHE_DIR).parent == sources / "kernels" / "__pycache__"


def unwritable(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """As if nothing could be written below these folders (chmod would not stop root)."""
    real = tempfile.TemporaryFile

    def refuse(*args: Any, **options: Any) -> Any:
        if any(Path(options["dir"]).is_relative_to(folder) for folder in folders):
            raise PermissionError(13, "Permission denied")
        return real(*args, **options)

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)


def test_where_the_package_cannot_be_written_the_users_cache_is_used(monkeypatch, sources, tmp_path):
    monkeypatch.delenv("RATING_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    unwritable(monkeypatch, sources)
    module = load(sources / "kernels" / "jit.py")
    assert Path(module._CACHE_DIR).parent == tmp_path / "home" / ".cache" / "rating"


def test_where_nothing_can_be_written_kernels_work_uncached(monkeypatch, sources, tmp_path):
    monkeypatch.delenv("RATING_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    unwritable(monkeypatch, tmp_path)
    module = load(sources / "kernels" / "jit.py")
    assert module._CACHE_DIR is None
    assert add_one(module)(41) == 42


@pytest.mark.parametrize("named", ["/dev/null/below", "/proc/none"])
def test_a_named_folder_that_cannot_be_made_is_no_failure(monkeypatch, named):
    monkeypatch.setenv("RATING_CACHE_DIR", named)
    module = load()
    assert module._CACHE_DIR is None
    assert add_one(module)(41) == 42


def test_a_folder_that_numba_does_not_accept_is_no_failure(monkeypatch, tmp_path):
    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path))
    module = load()
    real = numba.njit

    def njit(*args: Any, **options: Any) -> Any:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return real(*args, **options)

    monkeypatch.setattr(numba, "njit", njit)
    assert add_one(module)(41) == 42


def test_the_cache_folder_of_other_peoples_kernels_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path))
    module = load()
    monkeypatch.setattr(module.numba_config, "CACHE_DIR", "/somewhere/else")
    add_one(module)
    assert module.numba_config.CACHE_DIR == "/somewhere/else"


def test_without_a_home_the_package_folder_is_used(monkeypatch, sources):
    """Where HOME is not set and the user is in no list of users, as in some containers."""

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("RATING_CACHE_DIR", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    module = load(sources / "kernels" / "jit.py")
    assert Path(module._CACHE_DIR).parent == sources / "kernels" / "__pycache__"


def test_bounds_checked_code_is_kept_apart(monkeypatch, tmp_path):
    """Numba does not tell the two apart: a warm cache would silently turn the checks off."""
    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path))
    before = load()._CACHE_DIR
    monkeypatch.setattr(jit.numba_config, "BOUNDSCHECK", 1)
    assert before != load()._CACHE_DIR


def test_kernels_release_the_gil_and_divide_as_numpy_does():
    module = load()
    options = add_one(module).targetoptions
    assert options["nogil"] is True
    assert options["error_model"] == "numpy"


assert os.sep == "/", "the paths above are those of POSIX"
