"""`rating verify`."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from cdrs import TARIFF, cdr_221, period, text
from test_cli import run


def file(tmp_path: Path, *cdrs: object) -> str:
    path = tmp_path / "cdr.json"
    path.write_text("\n".join(text(cdr) for cdr in cdrs), encoding="utf-8")
    return str(path)


def test_one_that_agrees(tmp_path: Path) -> None:
    result = run("verify", file(tmp_path, cdr_221()))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("CDR C-1 by tariff T-1: agrees\n")


def test_one_that_differs(tmp_path: Path) -> None:
    result = run("verify", file(tmp_path, cdr_221(total_cost={"excl_vat": Decimal("8.60")})))
    assert (result.exit_code, result.stderr) == (1, "")
    assert "0.10 too much, expected 8.50" in result.stdout


def test_many(tmp_path: Path) -> None:
    wrong = cdr_221(id="C-2", total_cost={"excl_vat": Decimal("8.60")})
    result = run("verify", file(tmp_path, cdr_221(), wrong, cdr_221(id="C-3", currency="USD")))
    assert result.exit_code == 1
    assert result.stdout.endswith("3 CDRs: 1 agree, 1 differ, 1 cannot be verified\n")


def test_none(tmp_path: Path) -> None:
    path = tmp_path / "cdr.json"
    for empty in ("[]", '{"status_code": 1000, "data": []}'):
        path.write_text(empty, encoding="utf-8")
        for more in ([], ["--json"]):
            result = run("verify", str(path), *more)
            assert (result.exit_code, result.stdout) == (1, "")
            want = "no_cdrs: read `an empty list`, expected CDRs to verify; look at what this file holds"
            assert result.stderr == f"{path.as_posix()}: {want}\n"
    assert "or there is none" in run("verify", "--help").stdout


def test_json(tmp_path: Path) -> None:
    result = run("verify", file(tmp_path, cdr_221(total_cost={"excl_vat": Decimal("8.60")})), "--json")
    assert result.exit_code == 1
    (verdict,) = json.loads(result.stdout)
    assert (verdict["outcome"], verdict["cdr_id"], verdict["tariff"], verdict["version"]) == (
        *("differs", "C-1", "T-1"),
        "2.2.1",
    )
    assert verdict["totals"][0] == {
        "key": "total_cost", "side": "before_tax", "printed": "8.6", "expected": "8.5", "exact": "8.5",
        "difference": "0.1", "agrees": False,
    }  # fmt: skip
    assert verdict["periods"][0]["cost"] == "6.5"
    assert verdict["periods"][0]["start"] == "2026-03-02T16:45:00Z"
    broken = run("verify", file(tmp_path, {"id": "x"}), "--json")
    assert {problem["code"] for problem in json.loads(broken.stdout)[0]["problems"]} == {"missing_key"}


def test_a_tariff_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "tariff.json"
    path.write_text(text(TARIFF), encoding="utf-8")
    cdr = file(tmp_path, cdr_221(tariffs=[]))
    assert run("verify", cdr).exit_code == 1
    assert run("verify", cdr, "--tariff", str(path)).exit_code == 0
    result = run("verify", cdr, "--tariff", "tariffs/per-kwh.yaml")
    assert result.exit_code == 1
    assert "by tariff per-kwh" in result.stdout


def test_tariffs_from_several_files(tmp_path: Path) -> None:
    own = tmp_path / "tariff.json"
    own.write_text(text(TARIFF), encoding="utf-8")
    cdr = file(tmp_path, cdr_221(tariffs=[]), cdr_221(id="C-2", tariffs=[]))
    for paths in ([str(own), "tariffs/per-kwh.yaml"], ["tariffs/per-kwh.yaml", str(own)]):
        result = run("verify", cdr, *(part for path in paths for part in ("--tariff", path)))
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("CDR C-1 by tariff T-1: agrees\n")
    result = run("verify", cdr, "--tariff", str(own), "--tariff", "nowhere.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nowhere.yaml" in result.stderr


def test_as_cut_and_the_zone(tmp_path: Path) -> None:
    one = period("2026-03-02T15:30:00Z", ENERGY=10, TIME=1)
    cdr = {key: value for key, value in cdr_221().items() if not key.startswith("total_")} | {
        "start_date_time": "2026-03-02T15:30:00Z", "end_date_time": "2026-03-02T16:30:00Z", "charging_periods": [one],
        "total_cost": {"excl_vat": Decimal("4.40")},
    }  # fmt: skip
    path = file(tmp_path, cdr)
    assert run("verify", path).exit_code == 1
    assert run("verify", path, "--as-cut").exit_code == 0
    assert run("verify", path, "--time-zone", "UTC").exit_code == 0
    wrong = run("verify", path, "--time-zone", "Europe/Atlantis")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "time_zone" in wrong.stderr


def test_nothing_there(tmp_path: Path) -> None:
    result = run("verify", str(tmp_path / "nothing.json"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no_file" in result.stderr
    assert run("verify").exit_code == 2
    (tmp_path / "empty.json").write_text("[]")
    result = run("verify", str(tmp_path / "empty.json"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no_cdrs: read `an empty list`" in result.stderr
