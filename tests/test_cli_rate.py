"""`rating rate`: the tables, the summary, and a folder that holds whole results or none."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pytest
from test_cli import HARBOUR, column, really_run, run, world

import rating
from rating.errors import InputError
from rating.results import write

TABLES = ["lines", "rejected", "sessions", "taxes"]


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_three_tables_hold_every_session(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = run("rate", *world(tmp_path), "--out", out)
    assert (result.exit_code, result.stderr) == (0, "")
    assert files_of(out) == [f"{name}.parquet" for name in TABLES]
    assert column(out / "sessions.parquet", "session_id") == ["S-1", "S-2"]
    assert column(out / "sessions.parquet", "gross") == [Decimal("5.40"), Decimal(165)]
    assert column(out / "sessions.parquet", "account") == ["A-1", None]
    assert column(out / "rejected.parquet", "session_id") == ["S-3", "S-4", "S-9"]
    assert column(out / "rejected.parquet", "code") == ["unknown_tariff", "no_data", "unknown_session"]


def test_the_summary_is_for_people(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("rate", *world(tmp_path), "--out", out)
    assert result.stdout.startswith(
        "Rated 2 of 4 sessions in 3 lines\n"
        "\n"
        "Currency  Sessions     kWh   Net   Tax  Gross\n"
        "EUR              1  10.001  4.46  0.94   5.40\n"
        "JPY              1   2.500   165     0    165\n"
        "\n"
        "Rejected 2 sessions and meter data of 1 unknown session\n"
        "  no_data: 1, the first at sessions row 3\n"
    )
    assert "  unknown_tariff: 1, the first at sessions row 2\n    read `harbor`, " in result.stdout
    assert result.stdout.endswith(f"\nTables\n{''.join(f'  {out}/{n}.parquet{chr(10)}' for n in NAMES)}")


NAMES = ["sessions", "lines", "taxes", "rejected"]


def test_a_sum_with_a_tax_that_is_not_known_is_not_known(tmp_path: Path) -> None:
    command = ("rate", *world(tmp_path), "--out", tmp_path / "out")
    text = HARBOUR.replace("energy: 0.39/kWh", "energy: {price: 0.39/kWh, tax: unknown}")
    (tmp_path / "tariffs" / "harbour.yaml").write_text(text)
    assert "\nEUR              1  10.001  not known  not known   5.40\n" in run(*command).stdout
    found = json.loads(run(*command, "--json").stdout)
    eur = {"currency": "EUR", "sessions": 1, "energy_kwh": "10.001", "net": None, "tax": None, "gross": "5.40"}
    assert found["amounts"][0] == eur


def test_the_summary_as_json(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = really_run("rate", *world(tmp_path), "--out", out, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout, parse_float=pytest.fail)
    assert (found["sessions"], found["rated"], found["rejected"], found["unknown_sessions"]) == (4, 2, 2, 1)
    assert found["lines"] == 3
    assert found["amounts"] == [
        {"currency": "EUR", "sessions": 1, "energy_kwh": "10.001", "net": "4.46", "tax": "0.94", "gross": "5.40"},
        {"currency": "JPY", "sessions": 1, "energy_kwh": "2.5", "net": "165", "tax": "0", "gross": "165"},
    ]
    assert [(each["code"], each["count"]) for each in found["rejects"]] == [
        *(("no_data", 1), ("unknown_session", 1), ("unknown_tariff", 1)),
    ]
    assert found["rejects"][2]["first"]["place"] == "sessions row 2"
    assert found["files"] == {name: f"{out}/{name}.parquet" for name in NAMES}


def test_csv_replaces_parquet(tmp_path: Path) -> None:
    options, out = world(tmp_path), tmp_path / "out"
    assert run("rate", *options, "--out", out).exit_code == 0
    assert run("rate", *options, "--out", out, "--format", "csv").exit_code == 0
    assert files_of(out) == [f"{name}.csv" for name in TABLES]
    assert pacsv.read_csv(out / "sessions.csv").column("session_id").to_pylist() == ["S-1", "S-2"]


def test_threads_do_not_change_a_byte(tmp_path: Path) -> None:
    options = world(tmp_path)
    for threads in ("1", "4"):
        run("rate", *options, "--out", tmp_path / threads, "--threads", threads)
    for name in TABLES:
        one, four = (tmp_path / threads / f"{name}.parquet" for threads in ("1", "4"))
        assert one.read_bytes() == four.read_bytes()


def test_raise_writes_nothing_and_names_every_session(tmp_path: Path) -> None:
    result = run("rate", *world(tmp_path), "--out", tmp_path / "out", "--on-error", "raise")
    assert (result.exit_code, result.stdout) == (1, "")
    codes = [line.split(": ")[1] for line in result.stderr.splitlines()]
    assert codes == ["unknown_tariff", "no_data", "unknown_session"]
    assert not (tmp_path / "out").exists()


def test_nothing_to_rate_is_fine(tmp_path: Path) -> None:
    options = world(tmp_path)
    (tmp_path / "sessions.csv").write_text("session_id,tariff,start,end\n")
    (tmp_path / "intervals.csv").write_text("session_id,start,end,energy_wh\n")
    result = run("rate", *options, "--out", tmp_path / "out")
    hint = "has no sessions, only the names of columns: nothing was rated"
    assert (result.exit_code, result.stderr) == (0, f"{tmp_path}/sessions.csv {hint}\n")
    assert result.stdout.startswith("Rated 0 of 0 sessions in 0 lines\n\nTables\n")


def test_only_refused_sessions(tmp_path: Path) -> None:
    options = world(tmp_path)
    (tmp_path / "tariffs" / "harbour.yaml").write_text(HARBOUR.replace("tariff: harbour", "tariff: other"))
    (tmp_path / "tariffs" / "tokyo.yaml").unlink()
    result = run("rate", *options, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "unknown_tariff: 3, the first at sessions row 0\n" in result.stdout


@pytest.mark.parametrize("missing", ["tariffs", "sessions", "intervals"])
def test_a_missing_path_is_refused_input(missing: str, tmp_path: Path) -> None:
    options = world(tmp_path)
    options[options.index(f"--{missing}") + 1] = str(tmp_path / "nowhere.csv")
    result = run("rate", *options, "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert f"read `{tmp_path}/nowhere.csv`, expected a file" in result.stderr
    assert not (tmp_path / "out").exists()


def test_faults_of_tariffs_come_one_a_line(tmp_path: Path) -> None:
    options = world(tmp_path)
    (tmp_path / "tariffs" / "harbour.yaml").write_text(HARBOUR.replace("0.39/kWh", "0.39/h").replace("EUR", "EURO"))
    result = run("rate", *options, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 2


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.doc").write_text("years of work")
    result = run("rate", *world(tmp_path), "--out", out)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{out}: output: read `a folder with thesis.doc`" in result.stderr
    assert files_of(out) == ["thesis.doc"]


def test_the_folder_of_an_input_is_refused(tmp_path: Path) -> None:
    options = world(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "sessions.csv").rename(data / "sessions.csv")
    options[3] = str(data / "sessions.csv")
    result = run("rate", *options, "--out", data / ".." / "data")
    assert result.exit_code == 1
    assert "choose another folder" in result.stderr
    assert files_of(data) == ["sessions.csv"]


@pytest.mark.parametrize(("error", "exit_code"), [(OSError(28, "No space left on device"), 1), (RuntimeError("x"), 70)])
def test_a_failure_while_writing_leaves_the_old_tables(
    error: Exception, exit_code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, out = world(tmp_path), tmp_path / "out"
    run("rate", *options, "--out", out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    around = files_of(tmp_path)
    really_write = write._write

    def fail_at_the_second(path: Path, *args: Any) -> None:
        really_write(path, *args)
        if path.stem == "lines":
            raise error

    monkeypatch.setattr(write, "_write", fail_at_the_second)
    (tmp_path / "intervals.csv").write_text((tmp_path / "intervals.csv").read_text().replace("5001", "9001"))
    result = run("rate", *options, "--out", out)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert files_of(tmp_path) == around


@pytest.mark.parametrize("mark", [";", "\t"])
@pytest.mark.parametrize("energy", ["3,3", "3"])
def test_a_file_of_european_excel_gets_one_clear_message(mark: str, energy: str, tmp_path: Path) -> None:
    """As `rating.rate` gives it: neither a parser's words, nor one message for each column."""
    path, command = tmp_path / "excel.csv", ("rate", *world(tmp_path)[:2], "--out", tmp_path / "out")
    rows = ["session_id,tariff,start,end,energy_kwh", f"S-1,harbour,2026-03-02T10:00Z,2026-03-02T11:00Z,{energy}"]
    path.write_text("\n".join(mark.join(row.split(",", 4)) for row in rows) + "\n", encoding="utf-8-sig")
    result = run(*command, "--sessions", path)
    assert (result.exit_code, result.stdout) == (1, "")
    sign = "`;`" if mark == ";" else "tabs"
    [line] = result.stderr.splitlines()
    assert line.startswith("sessions: file_separator: ")
    assert line.endswith(
        f"the file seems to be separated by {sign}: save it with commas between columns and points in numbers"
    )
    with pytest.raises(InputError) as caught:
        rating.rate(rating.load_tariffs(tmp_path / "tariffs"), path)
    assert str(caught.value) == line


def test_a_spreadsheet_is_to_be_saved_as_csv(tmp_path: Path) -> None:
    (tmp_path / "month.xlsx").write_bytes(b"PK")
    args = [*world(tmp_path)[:2], "--sessions", tmp_path / "month.xlsx", "--out", tmp_path / "out"]
    assert "which is a spreadsheet" in run("rate", *args).stderr
    assert "save it as CSV" in run("rate", *args).stderr


def test_refused_input_is_json_where_json_is_asked_for(tmp_path: Path) -> None:
    args = [*world(tmp_path)[:2], "--sessions", tmp_path / "missing.csv", "--out", tmp_path / "out", "--json"]
    result = run("rate", *args)
    assert (result.exit_code, result.stderr) == (1, "")
    [found] = json.loads(result.stdout)
    assert (found["severity"], found["code"]) == ("fault", "file_missing")
    (tmp_path / "again").mkdir()
    result = run("rate", *world(tmp_path / "again"), "--out", tmp_path / "out", "--json", "--on-error", "raise")
    assert (result.exit_code, result.stderr) == (1, "")
    found = json.loads(result.stdout)
    assert [(each["code"], each["row"]) for each in found[:2]] == [("unknown_tariff", 2), ("no_data", 3)]
