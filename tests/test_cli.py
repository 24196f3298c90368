"""The command line as a whole: help, exit codes, and how runs end. Also the small world that its other tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import rating
from rating.cli import main

ROOT = Path(__file__).parents[1]
# As the script `rating` starts it, but with every warning an error.
RATING = [sys.executable, "-W", "error", "-c", "from rating.cli import main; main(prog_name='rating')"]
HARBOUR = """\
tariff: harbour
currency: EUR
time_zone: Europe/Amsterdam
tax: {name: VAT, percent: 21, included: true}
versions:
  - elements:
      - energy: 0.39/kWh
        parking_time: {price: 0.10/min, grace: 15 min}
"""
TOKYO = """\
tariff: tokyo
currency: JPY
time_zone: Asia/Tokyo
tax: none
versions:
  - elements:
      - energy: 66/kWh
"""
SESSIONS = """\
session_id,tariff,start,end,account
S-1,harbour,2026-03-02T10:00:00Z,2026-03-02T11:00:00Z,A-1
S-2,tokyo,2026-03-02T10:00:00Z,2026-03-02T10:30:00Z,
S-3,harbor,2026-03-02T10:00:00Z,2026-03-02T10:30:00Z,A-2
S-4,harbour,2026-03-02T12:00:00Z,2026-03-02T12:30:00Z,A-1
"""
INTERVALS = """\
session_id,start,end,energy_wh
S-1,2026-03-02T10:00:00Z,2026-03-02T10:15:00Z,5000
S-1,2026-03-02T10:15:00Z,2026-03-02T10:30:00Z,5001
S-2,2026-03-02T10:00:00Z,2026-03-02T10:30:00Z,2500
S-3,2026-03-02T10:00:00Z,2026-03-02T10:30:00Z,1000
S-9,2026-03-02T10:00:00Z,2026-03-02T10:30:00Z,700
"""


def world(folder: Path) -> list[str]:
    """Two tariffs, four sessions and their intervals in `folder`, and the options that name them."""
    (folder / "tariffs").mkdir()
    (folder / "tariffs" / "harbour.yaml").write_text(HARBOUR)
    (folder / "tariffs" / "tokyo.yaml").write_text(TOKYO)
    (folder / "sessions.csv").write_text(SESSIONS)
    (folder / "intervals.csv").write_text(INTERVALS)
    paths = {"tariffs": "tariffs", "sessions": "sessions.csv", "intervals": "intervals.csv"}
    return [text for name, path in paths.items() for text in (f"--{name}", str(folder / path))]


def run(*args: str | Path) -> Result:
    """Run in this process; what the verb itself did not expect is raised here."""
    return CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False, prog_name="rating")


def really_run(*args: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run as a process of its own."""
    command = [*RATING, *(str(arg) for arg in args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **options)


def column(path: Path, name: str) -> list[Any]:
    return list(pq.read_table(path).column(name).to_pylist())


VERBS = ["new", "check", "show", "rate", "quote", "explain", "compare", "fees", "convert", "verify", "demo", "warmup"]


def test_help_names_every_verb_in_order() -> None:
    result = run("--help")
    assert result.exit_code == 0
    verbs = [line.split()[0] for line in result.output.partition("Commands:")[2].splitlines() if line.strip()]
    assert verbs == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str) -> None:
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: rating {verb}")


def test_version() -> None:
    assert run("--version").output == f"rating, version {rating.__version__}\n"


def test_help_loads_nothing_heavy() -> None:
    heavy = ["numpy", "pyarrow", "numba", "pydantic", "yaml", "rich"]
    code = (
        "import sys; from rating.cli import main\n"
        "main(['--help'], standalone_mode=False); main(['rate', '--help'], standalone_mode=False)\n"
        f"sys.exit(' '.join(sorted(set({heavy}) & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "args",
    [
        ("frobnicate",),
        ("check",),
        ("check", "--frobnicate", "x"),
        ("rate", "--sessions", "s.csv", "--out", "out"),
        ("rate", "--tariffs", "t", "--sessions", "s.csv", "--out", "out", "--format", "xlsx"),
        ("rate", "--tariffs", "t", "--sessions", "s.csv", "--out", "out", "--threads", "0"),
        ("rate", "--tariffs", "t", "--sessions", "s", "--intervals", "i", "--readings", "r", "--out", "o"),
        ("explain", "--tariffs", "t", "--sessions", "s.csv"),
        ("explain", "--tariffs", "t", "--sessions", "s", "--intervals", "i", "--readings", "r", "S-1"),
        ("fees", "--accounts", "a.csv", "--from", "2026-02-01", "--until", "2026-03-01"),
        ("fees", "tariffs/", "--from", "2026-02-01", "--until", "2026-03-01"),
        ("fees", "tariffs/", "--accounts", "a.csv", "--from", "2026-02-30", "--until", "2026-03-01"),
        ("fees", "tariffs/", "--accounts", "a.csv", "--from", "2026-03-01", "--until", "2026-03-01"),
        ("demo", "--intervals", "0"),
        ("demo", "--month", "March"),
        ("demo", "--month", "1999-01"),
    ],
)
def test_wrong_usage_is_two(args: tuple[str, ...]) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Usage: rating")


def test_refused_input_is_one_with_nothing_on_stdout(tmp_path: Path) -> None:
    done = really_run("check", "missing.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "fault[no_file]: read `missing.yaml`\n"
        "--> missing.yaml\n"
        " = expected: a file or a folder that exists\n"
        " = fix: look at the name and at the folder you are in\n"
        "\n"
        "refused: 1 fault in 1 file\n"
    )


def test_a_pipe_gets_no_colour_and_no_progress(tmp_path: Path) -> None:
    done = really_run("rate", *world(tmp_path), "--out", tmp_path / "out")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_on_a_terminal_only_where_it_is_wanted(environment: dict[str, str], coloured: bool) -> None:
    import pty

    ours, theirs = pty.openpty()
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"} | environment
    done = subprocess.run([*RATING, "check", "nowhere"], stdout=theirs, stderr=theirs, env=env, check=False)
    os.close(theirs)
    said = os.read(ours, 10_000)
    os.close(ours)
    assert done.returncode == 1
    assert b"no_file" in said
    assert (b"\x1b[" in said) == coloured


@pytest.mark.parametrize("args", [("--help",), ("check", str(ROOT / "tariffs"))])
def test_a_closed_pipe_ends_quietly(args: tuple[str, ...]) -> None:
    with subprocess.Popen([*RATING, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (141, b"")


def test_ctrl_c_ends_quietly(tmp_path: Path) -> None:
    code = (
        "import os, signal, time, rating; from rating.cli import main\n"
        "def load_tariffs(paths): os.kill(os.getpid(), signal.SIGINT); time.sleep(60)\n"
        "rating.load_tariffs = load_tariffs\n"
        "main(prog_name='rating')"
    )
    command = [sys.executable, "-c", code, "rate", *world(tmp_path), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("error", "exit_code", "said"),
    [
        (PermissionError(13, "Permission denied", "s.csv"), 1, "s.csv: Permission denied\n"),
        (MemoryError(), 1, "not enough memory: rate fewer sessions at a time, or use a larger machine\n"),
        (KeyboardInterrupt(), 130, ""),
        (
            RuntimeError("odd\nnews"),
            70,
            "this is a fault of rating itself, please report it: RuntimeError: odd news\n"
            "(with RATING_TRACEBACK=1 in the environment it says where)\n",
        ),
    ],
)
def test_no_run_ends_in_a_traceback(
    error: BaseException, exit_code: int, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(rating, "load_tariffs", fail, raising=False)
    result = run("rate", *world(tmp_path), "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout, result.stderr) == (exit_code, "", said)


def test_a_traceback_for_those_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("odd news")

    monkeypatch.setattr("rating.tariff.lint.files.check_files", fail)
    monkeypatch.setenv("RATING_TRACEBACK", "1")
    with pytest.raises(RuntimeError, match="odd news"):
        run("check", "x.yaml")


def test_amounts_keep_every_digit() -> None:
    from rating.cli.text import exact

    huge = Decimal("12345678901234567890123456789012.345678")
    assert exact(huge) == "12345678901234567890123456789012.345678"
    assert exact(Decimal("-1234.500000"), 2, grouped=True) == "-1,234.50"
    assert exact(None) == ""
    assert exact(Decimal("0.000000"), 0) == "0"
