"""Processes that start: with machine code that is kept, without, at the same time, in forks, threads and executors.

Each process is a real one. What it did is asked of it, and never measured by a clock.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import rating
import rating.kernels.native as native
from rating.cli import main
from rating.kernels import cache

ROOT = Path(__file__).parent.parent
QUOTE = """
import json, sys
import rating
import rating.kernels.native as native
tariffs = rating.load_tariffs("tariffs/" + sys.argv[1] + ".yaml")
found = rating.quote(tariffs, sys.argv[1], start="2026-03-02T17:00Z", end="2026-03-02T18:30Z", energy_kwh="23.4")
sessions = {
    "session_id": [1, 2], "tariff": [sys.argv[1]] * 2, "energy_kwh": ["23.4", "1"],
    "start": ["2026-03-02T17:00:00Z"] * 2, "end": ["2026-03-02T18:30:00Z"] * 2,
}
rated = rating.rate(tariffs, sessions)
from rating.kernels import cache
print(json.dumps({
    "gross": str(found.gross),
    "rated": [str(gross) for gross in rated.sessions.column("gross").to_pylist()],
    "compiled": native.COMPILED,
    "numba": "numba" in sys.modules,
    "folder": str(cache.folder()),
}))
"""
IMPORTS = "import sys, rating; print(*sorted(set(sys.modules) - set(sys.builtin_module_names)))"


def python(code: str, *args: str, cwd: Path = ROOT, **env: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "RATING_", "PYTEST_"))}
    paths = os.pathsep.join([str(cwd), *(path for path in sys.path if path and Path(path) != ROOT)])
    command = [sys.executable, "-W", "error", "-c", code, *args]
    return subprocess.Popen(command, cwd=cwd, env={**kept, "PYTHONPATH": paths, **env}, text=True, stdout=-1, stderr=-1)


def said(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


PLAIN = ["price._price", "plain.plain"]


def test_a_first_start_compiles_what_it_needs_and_a_second_nothing(tmp_path):
    first = said(python(QUOTE, "per-kwh", RATING_CACHE_DIR=str(tmp_path)))
    assert first["compiled"] == PLAIN
    second = said(python(QUOTE, "per-kwh", RATING_CACHE_DIR=str(tmp_path)))
    assert (second["compiled"], second["numba"]) == ([], False)
    assert first["gross"] == second["gross"] == "9.13"
    assert first["rated"] == second["rated"] == ["9.130000", "0.390000"]


def test_processes_that_start_together_do_not_disturb_each_other(tmp_path):
    started = [python(QUOTE, "per-kwh", RATING_CACHE_DIR=str(tmp_path)) for _ in range(3)]
    assert [each["gross"] for each in map(said, started)] == ["9.13"] * 3
    (folder,) = tmp_path.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == sorted(PLAIN)


def test_where_no_folder_can_be_written_each_process_compiles_for_itself(tmp_path):
    found = said(python(QUOTE, "per-kwh", RATING_CACHE_DIR="/proc/none"))
    assert (found["gross"], found["compiled"], found["folder"]) == ("9.13", PLAIN, "None")


def test_code_that_is_not_whole_is_compiled_again(tmp_path):
    said(python(QUOTE, "per-kwh", RATING_CACHE_DIR=str(tmp_path)))
    (kept,) = tmp_path.glob("*/plain.plain")
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2])
    found = said(python(QUOTE, "per-kwh", RATING_CACHE_DIR=str(tmp_path)))
    assert (found["gross"], found["compiled"]) == ("9.13", ["plain.plain"])
    assert said(python(QUOTE, "per-kwh", RATING_CACHE_DIR=str(tmp_path)))["compiled"] == []


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, with the code of plain tariffs kept in it."""
    home = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "rating", home / "rating", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tariffs", home / "tariffs")
    assert said(python(QUOTE, "per-kwh", cwd=home, HOME=str(home / "nobody")))["compiled"] == PLAIN
    return home


def test_an_image_is_read_where_it_cannot_be_written(package, tmp_path):
    """As another user: root may write everywhere."""
    (folder,) = (package / "rating" / "kernels" / "__pycache__").glob("kernels-*")
    folder.chmod(0o555)
    found = said(python(f"{_AS_NOBODY}\n{QUOTE}", "per-kwh", cwd=package, HOME=str(tmp_path)))
    folder.chmod(0o755)
    assert (found["gross"], found["compiled"], found["numba"]) == ("9.13", [], False)


_AS_NOBODY = """
import pathlib, tempfile
real = tempfile.TemporaryFile
def refuse(*args, **options):
    if "__pycache__" in str(options.get("dir")):
        raise PermissionError(13, "Permission denied")
    return real(*args, **options)
tempfile.TemporaryFile = refuse
"""


def test_an_edited_kernel_is_compiled_again(package, tmp_path):
    """Of two copies with the same dates the edited one must not give the old price."""
    edited = tmp_path / "edited"
    shutil.copytree(package, edited)
    path = edited / "rating" / "kernels" / "plain.py"
    before = path.stat()
    text = path.read_text()
    changed = text.replace("put(totals.net_micro, s, net * print_micro)", "put(totals.net_micro, s, 7000000)")
    assert changed != text
    path.write_text(changed)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    code = f"{QUOTE}\nprint(found.net, file=sys.stderr)"
    process = python(code, "per-kwh", cwd=edited, HOME=str(tmp_path))
    _, err = process.communicate(timeout=600)
    assert err.split()[-1] == "7.00"


def test_importing_rating_loads_nothing_heavy():
    out, err = python(IMPORTS).communicate(timeout=100)
    assert not err
    heavy = {
        "numpy",
        "numba",
        "llvmlite",
        "pyarrow",
        "pydantic",
        "holidays",
        "rich",
        "click",
        "yaml",
        "babel",
        "jinja2",
    }
    assert heavy & set(out.split()) == set()


# In this process, whose kernels are compiled.
TARIFFS = rating.load_tariffs("tariffs/")
HALF_HOURS = list(range(1, 40))


def gross(half_hours: int) -> Decimal | None:
    """A quote that is another one for each number, on a tariff with a chain of kernels."""
    end = f"2026-03-{2 + half_hours // 48:02}T{half_hours % 48 // 2:02}:{half_hours % 2 * 30:02}Z"
    found = rating.quote(TARIFFS, "harbour-dc", start="2026-03-02T00:00Z", end=end, energy_kwh=half_hours)
    assert sum(line.printed_amount for line in found.lines) == found.gross
    return found.gross


def rated_gross(half_hours: int) -> Decimal:
    sessions = {
        "session_id": [1],
        "tariff": ["harbour-dc"],
        "start": ["2026-03-02T00:00Z"],
        "end": [f"2026-03-{2 + half_hours // 48:02}T{half_hours % 48 // 2:02}:{half_hours % 2 * 30:02}Z"],
        "energy_kwh": [half_hours],
    }
    found: Decimal = rating.rate(TARIFFS, sessions).sessions.column("gross").to_pylist()[0]
    return found


@pytest.fixture(scope="module")
def expected() -> list[Decimal | None]:
    return [gross(number) for number in HALF_HOURS]


def test_many_threads_quote_and_rate_at_once(expected):
    with ThreadPoolExecutor(16) as pool:
        for function in (gross, rated_gross):
            assert [list(each) for each in pool.map(_all_of, [function] * 16)] == [expected] * 16


def _all_of(function: Any) -> Sequence[Any]:
    return [function(number) for number in HALF_HOURS]


def test_executors_of_asyncio_quote(expected):
    async def every() -> list[Decimal | None]:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(None, gross, number) for number in HALF_HOURS))

    assert asyncio.run(every()) == expected


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")  # from Python 3.12 on
def test_processes_that_fork_from_one_that_has_rated_go_on_by_themselves(expected):
    """As workers of gunicorn and Celery, which load the application before they fork."""
    context = multiprocessing.get_context("fork")
    with ThreadPoolExecutor(4) as threads, context.Pool(3) as pool:  # while other threads are at it
        busy = [threads.submit(_all_of, gross) for _ in range(4)]
        for function in (gross, rated_gross):
            assert pool.map(function, HALF_HOURS) == expected
        assert [each.result() for each in busy] == [expected] * 4


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")  # from Python 3.12 on
def test_a_fork_does_not_wait_for_a_thread_that_it_does_not_have():
    """A thread held the lock of the cache when the process forked."""
    with cache.LOCK:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            fine = cache.LOCK.acquire(blocking=False)
            os.write(write, b"1" if fine else b"0")
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(read, 1) == b"1"


def test_a_process_that_was_spawned_rates(expected):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(gross, HALF_HOURS[:3]) == expected[:3]


def test_a_warm_up_leaves_nothing_to_compile(tmp_path, monkeypatch):
    monkeypatch.setenv("RATING_CACHE_DIR", str(tmp_path))
    cache.folder.cache_clear()
    try:
        said_: list[str] = []
        warmed = rating.warmup(said_.append)
        assert set(warmed.compiled) == {kernel.name for kernel in native.KERNELS}
        assert warmed.kept == ()
        assert said_
        again = rating.warmup()
        assert (again.compiled, set(again.kept), again.folder) == ((), set(warmed.compiled), warmed.folder)
        result = CliRunner().invoke(main, ["warmup"])
        assert result.output.startswith("0 kernels compiled, ")
        assert json.loads(CliRunner().invoke(main, ["warmup", "--json"]).output)["compiled"] == []
        for tariff in ("per-kwh", "harbour-dc", "tiers", "spot"):
            found = said(python(QUOTE, tariff, RATING_CACHE_DIR=str(tmp_path)))
            assert (found["compiled"], found["numba"]) == ([], False)
    finally:
        cache.folder.cache_clear()


def test_a_warm_up_says_where_nothing_can_be_kept(monkeypatch):
    monkeypatch.setenv("RATING_CACHE_DIR", "/proc/none")
    monkeypatch.setattr(native, "KERNELS", native.KERNELS[:1])
    cache.folder.cache_clear()
    try:
        result = CliRunner().invoke(main, ["warmup"])
    finally:
        cache.folder.cache_clear()
    assert result.exit_code == 1
    assert "RATING_CACHE_DIR" in result.stderr
