"""`rating check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import HARBOUR, ROOT, TOKYO, run


def test_fine_tariffs_are_counted() -> None:
    result = run("check", ROOT / "tariffs" / "two-versions.yaml", ROOT / "tariffs" / "per-kwh.yaml")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "ok: 2 tariffs, 3 versions\n", "")


def test_every_fault_of_every_file_is_a_line_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HARBOUR.replace("0.39/kWh", "0.39/h").replace("EUR", "EURO"))
    (tmp_path / "b.yaml").write_text(TOKYO.replace("versions", "version"))
    result = run("check", "--format", "short", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert len(lines) >= 3
    assert all(line.startswith((f"{tmp_path}/a.yaml:", f"{tmp_path}/b.yaml:")) for line in lines)
    assert any(line.startswith(f"{tmp_path}/a.yaml:7:17: price_unit: read `0.39/h`, expected ") for line in lines)


def test_json_lists_the_faults(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HARBOUR.replace("0.39/kWh", "0.39/h"))
    result = run("check", tmp_path, "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    [fault] = json.loads(result.stdout)
    assert list(fault) == ["severity", "code", "file", "line", "column", "path", "got", "want", "fix"]
    assert (fault["severity"], fault["path"]) == ("fault", None)
    assert (fault["code"], fault["file"], fault["line"], fault["column"], fault["got"]) == (
        *("price_unit", f"{tmp_path}/a.yaml", 7, 17),
        "0.39/h",
    )


def test_json_of_fine_tariffs_is_an_empty_list() -> None:
    result = run("check", ROOT / "tariffs", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_a_folder_without_tariffs_is_refused(tmp_path: Path) -> None:
    result = run("check", tmp_path)
    assert result.exit_code == 1
    assert "no_tariffs" in result.stderr


NIGHT = HARBOUR.replace("tariff: harbour", "tariff: night").replace("0.39/kWh", "39/kWh")


def test_warnings_are_lines_on_stderr_and_refuse_nothing(tmp_path: Path) -> None:
    (tmp_path / "night.yaml").write_text(NIGHT)
    (tmp_path / "tokyo.yaml").write_text(TOKYO)
    result = run("check", "--format", "short", tmp_path)
    assert (result.exit_code, result.stdout) == (0, "ok: 2 tariffs, 2 versions, 1 warning\n")
    want = "a usual price, from 0.005 to 5 EUR/kWh"
    expected = (
        f"{tmp_path}/night.yaml:7:17: warning: implausible: read `39/kWh`, expected {want}; did you mean 0.39/kWh?"
    )
    assert result.stderr.splitlines() == [expected]


def test_strict_refuses_warnings(tmp_path: Path) -> None:
    (tmp_path / "night.yaml").write_text(NIGHT)
    result = run("check", "--strict", "--format", "short", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{tmp_path}/night.yaml:7:17: warning: implausible: ")


def test_warnings_as_json(tmp_path: Path) -> None:
    (tmp_path / "night.yaml").write_text(NIGHT)
    result = run("check", "--json", tmp_path)
    [found] = json.loads(result.stdout)
    assert (result.exit_code, result.stderr, found["severity"], found["code"]) == (0, "", "warning", "implausible")
    assert run("check", "--json", "--strict", tmp_path).exit_code == 1


def test_ocpi_tariffs_are_linted_too(tmp_path: Path) -> None:
    window = {"start_time": "08:00", "end_time": "08:00"}
    parts = [{"type": "ENERGY", "price": 0.39, "vat": 21, "step_size": 1}]
    tariff = {
        "country_code": "NL",
        "party_id": "ABC",
        "id": "12",
        "currency": "EUR",
        "last_updated": "2026-01-01T00:00:00Z",
    }
    tariff |= {"elements": [{"price_components": parts, "restrictions": window}]}
    (tmp_path / "partner.json").write_text(json.dumps(tariff))
    [found] = json.loads(run("check", "--json", tmp_path).stdout)
    assert (found["code"], found["path"], found["line"]) == ("window_no_length", "elements[0]", 1)
    assert (
        f"{tmp_path}/partner.json: elements[0]: warning: window_no_length: "
        in run("check", "--format", "short", tmp_path).stderr
    )


def test_faults_come_without_warnings(tmp_path: Path) -> None:
    """What is likely not meant is judged when all can be read."""
    (tmp_path / "night.yaml").write_text(NIGHT)
    (tmp_path / "tokyo.yaml").write_text(TOKYO.replace("JPY", "YEN"))
    result = run("check", "--format", "short", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == ["currency"]


def test_the_example_tariffs_are_strictly_fine() -> None:
    result = run("check", "--strict", ROOT / "tariffs")
    assert (result.exit_code, result.stderr) == (0, "")


def test_calendars_are_checked_as_calendars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calendars = tmp_path / "calendars"
    calendars.mkdir()
    fine, wrong = calendars / "fair.yaml", calendars / "carnival.yaml"
    fine.write_text("calendar: fair\ndates: [2026-02-15]\n")
    assert run("check", fine).stdout == "ok: 1 calendar\n"
    monkeypatch.chdir(calendars)
    assert run("check", "fair.yaml").stdout == "ok: 1 calendar\n"
    assert run("check", ".").stdout == "ok: 1 calendar\n"

    wrong.write_text("calendar: carnaval\ndates: [2026-02-30]\n")
    (tmp_path / "tokyo.yaml").write_text(TOKYO)
    for given in (wrong, calendars, tmp_path):
        result = run("check", "--format", "short", given)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith(f"{wrong}:2:9: date: read `2026-02-30`, expected ")

    wrong.unlink()
    assert run("check", tmp_path, fine).stdout == "ok: 1 tariff, 1 version, 1 calendar\n"
    missing = run("check", "--format", "short", calendars / "nowhere.yaml")
    assert missing.exit_code == 1
    assert "nowhere.yaml: no_file: " in missing.stderr


def test_a_calendar_of_a_tariff_with_faults_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars" / "fair.yaml").write_text("calendar: fair\ndates: [15-2-2026]\n")
    (tmp_path / "tokyo.yaml").write_text(TOKYO.replace("- energy:", "- when: {holidays: fair}\n        energy:"))
    assert len(run("check", "--format", "short", tmp_path).stderr.splitlines()) == 1
