"""`rating show` from the command line."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from show_tools import EXAMPLES, shown
from test_cli import run

import rating

HARBOUR = str(EXAMPLES / "harbour-dc.yaml")
ON = ("--on", "2026-03-02")


def test_a_file_or_an_id_says_which_tariff():
    by_file = run("show", HARBOUR, *ON)
    by_id = run("show", "harbour-dc", "--tariffs", str(EXAMPLES), *ON)
    assert (by_file.exit_code, by_file.stderr) == (0, "")
    assert by_file.stdout == by_id.stdout == shown("harbour-dc").text


def test_the_price_list():
    result = run("show", HARBOUR, "--text", "--locale", "nl_NL", *ON)
    assert result.stdout == shown("harbour-dc", "nl_NL").price_list()
    options = ("--connector", "CCS", "--evse-power-kw", "150", "--membership", "gold", "--payment-method", "app")
    result = run("show", str(EXAMPLES / "speeds.yaml"), "--text", *options, *ON)
    assert result.stdout.splitlines()[1] == "Energy: €0.74 per kWh"


def test_page_and_picture_are_written(tmp_path: Path):
    result = run("show", HARBOUR, *ON, "--html", str(tmp_path / "a.html"), "--png", str(tmp_path / "a.png"))
    assert result.stdout == f"Wrote {tmp_path / 'a.html'}\nWrote {tmp_path / 'a.png'}\n"
    assert (tmp_path / "a.html").read_text("utf-8") == shown("harbour-dc").html
    picture = (tmp_path / "a.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert picture == shown("harbour-dc").png()  # the same bytes each time
    width, height = (int.from_bytes(picture[at : at + 4]) for at in (16, 20))
    assert width > height > 300


def test_json_says_the_same_with_amounts_as_text():
    found = json.loads(run("show", HARBOUR, *ON, "--json").stdout)
    assert (found["tariff"], found["currency"], found["on"]) == ("harbour-dc", "EUR", "2026-03-02")
    (version,) = found["versions"]
    assert version["prices"][0]["lines"][0] == {
        "when": "Monday to Friday, 17:00 to 21:00",
        "price": "€0.59 per kWh",
        "element": "evening peak",
    }
    (week,) = found["weeks"]
    assert (week["from"], week["to"]) == ("2026-03-02", "2027-03-01")
    assert week["maps"][0]["days"][0]["prices"][1] == {"from": "17:00", "to": "21:00", "key": "B", "price": "0.59"}
    sample = week["samples"][0]["sessions"][0]
    # 10 kWh at 0.39 and 0.50 for the session.
    assert (sample["energy_kwh"], sample["start"], sample["power_kw"]) == ("10", "12:00", "11")
    assert Decimal(sample["total"]) == Decimal("4.40")
    assert week["clock_changes"][0] == {"day": "2026-03-29", "from": "02:00", "to": "03:00", "is": "skipped"}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((HARBOUR, "--locale", "it_IT"), "locale: read `it_IT`, expected a locale of one of the languages en"),
        (("harbor-dc", "--tariffs", str(EXAMPLES)), "did you mean `harbour-dc`?"),
        (("nowhere.yaml",), "nowhere.yaml: no_file"),
        ((str(EXAMPLES),), f"rating show after-charging --tariffs {EXAMPLES}"),
        ((str(EXAMPLES / "gold.yaml"),), "gold.yaml, which is a plan`, expected a tariff"),
        (("gold", "--tariffs", str(EXAMPLES)), "gold, which is a plan`, expected a tariff"),
        (("SPRING26", "--tariffs", str(EXAMPLES)), "SPRING26, which is a coupon`, expected a tariff"),
        (("harbour-dc",), "such as: rating show harbour-dc --tariffs tariffs/"),
        ((str(EXAMPLES / "speeds.yaml"), "--text", "--connector", "ccs"), "did you mean `CCS`?"),
        ((str(EXAMPLES / "members.yaml"), "--text", "--membership", "Gold"), "did you mean `gold`?"),
        ((HARBOUR, "--text", "--evse-power-kw", "many"), "evse_power_kw: read `many`, expected a power in kW"),
        ((HARBOUR, "--text", "--evse-power-kw", "NaN"), "evse_power_kw: read `NaN`, expected a power in kW"),
        ((HARBOUR, "--text", "--evse-power-kw", "-1"), "evse_power_kw: read `-1`, expected a power in kW"),
    ],
)
def test_what_cannot_be_shown_is_refused(args, said):
    result = run("show", *args, *ON)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert not re.match("([a-z_]+): \\1: ", result.stderr)  # a name is said once


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--on", "02.03.2026"), "expected a date, year first, such as 2026-06-01; write 2026-03-02 or 2026-02-03"),
        (("--text", "--html", "x.html"), "not both"),
        (("--text", "--json"), "not both"),
        (("--png", "x.jpg"), "give it a name such as x.png"),
    ],
)
def test_options_that_do_not_fit_are_wrong_usage(args, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("show", HARBOUR, *args)
    assert (result.exit_code, result.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert said in " ".join(result.stderr.split())


def test_wrong_usage():
    assert run("show").exit_code == 2
    result = run("show", HARBOUR, "--membership", "gold")
    assert result.exit_code == 2
    assert "is for --text" in result.stderr


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path):
    result = run("show", HARBOUR, *ON, "--html", str(tmp_path / "none" / "a.html"))
    assert result.exit_code == 1
    assert "none/a.html: No such file or directory" in result.stderr


def test_the_api_is_the_same():
    assert rating.show is not None
    found = shown("harbour-dc")
    assert str(found) == found.text
    assert "harbour-dc" in repr(found)
