"""`rating convert`."""

from __future__ import annotations

import json
from pathlib import Path

from ocpi_examples import CITY_211, LINES_230
from test_cli import HARBOUR, ROOT, run

from rating import load_tariffs

TIERS = ROOT / "tariffs" / "tiers.yaml"


def test_yaml_to_ocpi() -> None:
    result = run("convert", TIERS, "--to", "ocpi-2.3.0", "--party", "AT*ABC", "--last-updated", "2026-01-01T00:00:00Z")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert (said["country_code"], said["id"], said["tax_included"]) == ("AT", "tiers", "YES")
    assert len(result.stderr.splitlines()) == 4
    assert all(": note: ocpi_lost: " in line for line in result.stderr.splitlines())


def test_ocpi_to_yaml_and_back(tmp_path: Path) -> None:
    city, yaml, again = tmp_path / "city.json", tmp_path / "out" / "city.yaml", tmp_path / "again.json"
    city.write_text(CITY_211)
    result = run("convert", city, "--to", "yaml", "--time-zone", "Europe/Amsterdam", "--out", yaml)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        f"{city}: note: yaml_lost: read `tariff_alt_text, tariff_alt_url, last_updated`, "
        "expected the keys of our YAML; none: they move no amount\n"
    )
    assert load_tariffs(yaml) == load_tariffs(city, time_zone="Europe/Amsterdam")
    assert run("convert", yaml, "--to", "ocpi-2.1.1", "--out", again).exit_code == 0
    assert load_tariffs(again, version="2.1.1", time_zone="Europe/Amsterdam") == load_tariffs(yaml)
    assert run("convert", yaml, "--to", "yaml").stdout == yaml.read_text()


def test_several_tariffs_need_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(LINES_230.replace('"12"', '"thirteen"', 1))
    result = run("convert", tmp_path / "a.jsonl", "--to", "yaml")
    assert result.exit_code == 2
    assert "several tariffs: give --out with a folder" in result.stderr
    assert run("convert", tmp_path / "a.jsonl", "--to", "yaml", "--out", tmp_path / "out").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["12.yaml", "thirteen.yaml"]
    result = run("convert", tmp_path / "out", "--to", "ocpi-2.3.0")
    assert [tariff["id"] for tariff in json.loads(result.stdout)] == ["12", "thirteen"]


def test_all_that_cannot_be_said_is_a_line_on_stderr_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HARBOUR.replace("0.39/kWh", "{price: 0.39/kWh, max: 12.00}"))
    (tmp_path / "b.yaml").write_text(
        HARBOUR.replace("0.39/kWh", "{price: 0.39/kWh, min: 1.00}").replace("harbour", "h")
    )
    result = run("convert", tmp_path, "--to", "ocpi-2.2.1", "--out", tmp_path / "out.json")
    assert result.exit_code == 1
    assert not (tmp_path / "out.json").exists()
    lines = result.stderr.splitlines()
    assert any(line.startswith(f"{tmp_path}/a.yaml:") and "max of energy" in line for line in lines)
    assert any(line.startswith(f"{tmp_path}/b.yaml:") and "min of energy" in line for line in lines)


def test_a_broken_tariff_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(CITY_211.replace("FLAT", "flat"))
    result = run("convert", tmp_path / "a.json", "--to", "yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{tmp_path}/a.json: elements[0].price_components[0].type: dimension: read `flat`")
    assert run("convert", tmp_path / "a.json", "--to", "pdf").exit_code == 2


def test_ocpi_tariffs_are_checked(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(CITY_211)
    assert run("check", tmp_path).stdout.startswith("ok: 1 tariff, 1 version")
    (tmp_path / "a.json").write_text(CITY_211.replace("FLAT", "flat"))
    [fault] = json.loads(run("check", tmp_path, "--json").stdout)
    line = next(number for number, text in enumerate(CITY_211.splitlines(), 1) if "FLAT" in text)
    assert (fault["code"], fault["line"], fault["path"]) == (
        "dimension", line, "elements[0].price_components[0].type",
    )  # fmt: skip


PLAN = "plan: harbour\ncurrency: EUR\ntime_zone: Europe/Amsterdam\ndiscounts: [percent: 10]\n"
COUPON = "coupon: harbour\ncurrency: EUR\ntime_zone: Europe/Amsterdam\npercent: 10\n"


def test_plans_and_coupons_are_written_beside_tariffs_of_the_same_id(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name, text in (("a", HARBOUR), ("b", PLAN), ("c", COUPON)):
        (folder / f"{name}.yaml").write_text(text)
    assert run("convert", folder, "--to", "yaml", "--out", out).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["harbour.coupon.yaml", "harbour.plan.yaml", "harbour.yaml"]
    again, found = load_tariffs(out), load_tariffs(folder)
    assert (again, again.plans, again.plans.coupons) == (found, found.plans, found.plans.coupons)
    result = run("convert", folder / "b.yaml", "--to", "yaml")
    assert (result.exit_code, result.stdout) == (0, (out / "harbour.plan.yaml").read_text())


def test_ocpi_has_no_plans(tmp_path: Path) -> None:
    for name, text in (("a", HARBOUR.replace(", grace: 15 min", "")), ("b", PLAN)):
        (tmp_path / f"{name}.yaml").write_text(text)
    result = run("convert", tmp_path, "--to", "ocpi-2.3.0")
    assert (result.exit_code, json.loads(result.stdout)["id"]) == (0, "harbour")
    assert f"{tmp_path}/b.yaml:1:7: note: ocpi_lost: read `harbour`" in result.stderr
    result = run("convert", tmp_path / "b.yaml", "--to", "ocpi-2.3.0")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        f"{tmp_path}/b.yaml:1:7: ocpi_cannot: read `harbour`, expected tariffs: OCPI has no"
    )
