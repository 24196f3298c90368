"""`rating check`."""

from __future__ import annotations

import json
from pathlib import Path

from test_cli import HARBOUR, ROOT, TOKYO, run


def test_fine_tariffs_are_counted() -> None:
    result = run("check", ROOT / "tariffs" / "two-versions.yaml", ROOT / "tariffs" / "per-kwh.yaml")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "ok: 2 tariffs, 3 versions\n", "")


def test_every_fault_of_every_file_is_a_line_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HARBOUR.replace("0.39/kWh", "0.39/h").replace("EUR", "EURO"))
    (tmp_path / "b.yaml").write_text(TOKYO.replace("versions", "version"))
    result = run("check", tmp_path)
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
    assert list(fault) == ["code", "file", "line", "column", "got", "want", "fix"]
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
