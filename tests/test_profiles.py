"""Rules of markets: each has a tariff that breaks it and one that comes near, and names its paragraph."""

from __future__ import annotations

import json

import pytest
from lint_examples import Example, tariff_of
from profile_examples import MORE_FINDINGS, NEAR, PROFILE_EXAMPLES
from show_tools import EXAMPLES as TARIFFS
from show_tools import examples
from test_cli import run
from test_plain_words import judged

from rating.cli.check import _PROFILES
from rating.errors import Fault
from rating.tariff.lint.check import lint
from rating.tariff.lint.files import check_files
from rating.tariff.lint.profiles import PROFILES
from rating.tariff.lint.profiles.meanings import PROFILE_MEANINGS
from rating.tariff.lint.profiles.profile import ProfileCode


def found(profile: str, example: Example) -> list[Fault]:
    assert not isinstance(example, tuple)
    return list(PROFILES[profile].check(tariff_of(example)))


def profile_of(code: ProfileCode) -> str:
    return code.partition("_")[0]


@pytest.mark.parametrize("code", ProfileCode)
def test_what_breaks_a_rule_is_found(code: ProfileCode) -> None:
    assert {fault.code for fault in found(profile_of(code), PROFILE_EXAMPLES[code][0])} == {code}


@pytest.mark.parametrize("code", ProfileCode)
def test_what_comes_near_is_not(code: ProfileCode) -> None:
    assert found(profile_of(code), PROFILE_EXAMPLES[code][1]) == []


@pytest.mark.parametrize(("code", "example"), MORE_FINDINGS)
def test_more_of_the_same(code: ProfileCode, example: Example) -> None:
    assert code in {fault.code for fault in found(profile_of(code), example)}


@pytest.mark.parametrize(("profile", "example"), NEAR)
def test_what_keeps_to_the_rules_has_no_finding(profile: str, example: Example) -> None:
    assert found(profile, example) == []


def test_each_finding_names_its_source_and_paragraph() -> None:
    sources = {
        "afir": "2023/1804, Art. 5(4)",
        "california": "4 CCR 4002.11",
        "eichrecht": "MessEG § 33 (1); PTB-A 50.7",
    }
    for code, (broken, _) in PROFILE_EXAMPLES.items():
        for fault in found(profile_of(code), broken):
            assert sources[profile_of(code)] in fault.want
            assert fault.fix
            assert fault.place.line is not None


def test_each_profile_says_what_it_does_not_check() -> None:
    assert list(PROFILES) == ["afir", "california", "eichrecht"]
    for name, profile in PROFILES.items():
        assert profile.name == name
        assert len(profile.not_checked) >= 4


def test_a_tariff_that_says_no_power_may_serve_fast_chargers_and_is_told_so() -> None:
    (fault,) = found("afir", PROFILE_EXAMPLES[ProfileCode.AFIR_SESSION][0])
    assert "nothing says that it is for chargers below 50 kW" in fault.got
    assert "`evse_power: {max: 50 kW}`" in fault.fix


def test_profiles_are_off_by_default() -> None:
    broken = tariff_of(PROFILE_EXAMPLES[ProfileCode.AFIR_SESSION][0])  # type: ignore[arg-type]
    assert lint([broken]) == []
    assert [fault.code for fault in lint([broken], profiles=["afir", "california"])] == ["afir_session"]
    with pytest.raises(KeyError):
        lint([broken], profiles=["affir"])


# Written down by reading the files: time or session prices, minimums, prices by the hour, power or index.
EXAMPLES_FOUND = {
    "afir": {
        "after-charging": {"afir_time", "afir_not_known"},
        "block": {"afir_time", "afir_per_kwh", "afir_per_minute"},
        "booked-slot": {"afir_per_minute"},
        "ca-tou": {"afir_session"},
        "harbour-dc": {"afir_session", "afir_minimum"},
        "kuwait-hours": {"afir_time", "afir_per_minute"},
        "members": {"afir_session"},
        "mixed-vat": {"afir_per_minute"},
        "montreal": {"afir_time", "afir_per_kwh", "afir_per_minute"},
        "plugged-in": {"afir_per_minute"},
        "power-bands": {"afir_not_known"},
        "roaming": {"afir_session"},
        "spot": {"afir_not_known"},
        "time-and-energy": {"afir_time"},
        "tokyo-flat": {"afir_session", "afir_minimum"},
        "zurich-cash": {"afir_time", "afir_per_minute"},
    },
    "california": {
        "block": {"california_per_kwh"},
        "montreal": {"california_per_kwh"},
        "time-and-energy": {"california_step"},
    },
    "eichrecht": {},
}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_example_tariffs(profile: str) -> None:
    codes = {name: {fault.code for fault in PROFILES[profile].check(each)} for name, each in examples().items()}
    assert {name: each for name, each in codes.items() if each} == EXAMPLES_FOUND[profile]


def test_files_are_checked_by_profiles() -> None:
    checked = check_files([TARIFFS / "roaming.yaml"], profiles=["afir", "eichrecht"])
    assert [fault.code for fault in checked.warnings] == ["afir_session"]
    assert checked.warnings[0].place.line == 18
    assert check_files([TARIFFS / "roaming.yaml"]).warnings == []


def test_the_option_takes_every_profile_and_says_what_is_not_checked() -> None:
    path = TARIFFS / "roaming.yaml"
    assert tuple(PROFILES) == _PROFILES
    result = run("check", "--profile", "afir", "--profile", "california", "--format", "short", path)
    assert result.exit_code == 0
    assert "roaming.yaml:18:15: warning: afir_session: read `flat 0.35/session" in " ".join(result.stderr.split())
    said = result.stdout.splitlines()
    assert "1 warning" in said[0]
    assert said[1] == "afir: Regulation (EU) 2023/1804 (AFIR), Art. 5(4): ad hoc prices. Not checked:"
    assert len(said) == 3 + len(PROFILES["afir"].not_checked) + len(PROFILES["california"].not_checked)
    assert run("check", "--strict", "--profile", "afir", path).exit_code == 1
    assert run("check", "--strict", path).exit_code == 0


def test_programs_get_findings_alone_on_stdout() -> None:
    result = run("check", "--profile", "afir", "--json", TARIFFS / "roaming.yaml")
    (told,) = json.loads(result.stdout)
    assert (told["severity"], told["code"], told["line"]) == ("warning", "afir_session", 18)
    assert "Not checked" in result.stderr
    sarif = json.loads(run("check", "--profile", "afir", "--format", "sarif", TARIFFS / "roaming.yaml").stdout)
    (rule,) = sarif["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "An ad hoc price per session at 50 kW and above."


def test_findings_are_in_plain_words() -> None:
    for code, (broken, _) in PROFILE_EXAMPLES.items():
        assert judged(PROFILE_MEANINGS[code]) == []
        for fault in found(profile_of(code), broken):
            assert judged(fault.message) == [], fault
    for profile in PROFILES.values():
        assert [judged(text) for text in profile.not_checked] == [[]] * len(profile.not_checked)
