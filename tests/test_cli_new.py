"""`rating new`: whatever is answered, what it writes is read, passes the strict check, and prices by the answers."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from test_cli import run

import rating
from rating.cli import main
from rating.cli.questions import NOTHING, QUESTIONS
from rating.money import minor_micro
from rating.tariff.starter import starter_text

NEEDED = ["--time-zone", "Europe/Amsterdam", "--tax", "21", "--energy", "0.39/kWh", "--yes"]


def asked(folder: Path, *lines: str, options: tuple[str, ...] = ()) -> Result:
    """Answer the questions with lines."""
    args = ["new", *options, "--folder", str(folder)]
    return CliRunner().invoke(main, args, input="\n".join(lines) + "\n", catch_exceptions=False)


def written(folder: Path, tariff: str = "corner") -> dict[str, Any]:
    """What the file says, as YAML has it."""
    import yaml

    found = yaml.safe_load((folder / f"{tariff}.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_options_alone_write_a_tariff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    more = ("--evening", "0.59/kWh", "--idle-fee", "0.10/min", "--max-price", "60.00")
    result = run("new", "harbour-dc", *NEEDED, *more)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "Wrote tariffs/harbour-dc.yaml\n"
        "Wrote tariffs/schema.json, by which editors complete and explain its keys\n"
        "Look at it: rating show tariffs/harbour-dc.yaml\n"
    )
    text = Path("tariffs/harbour-dc.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    assert sum("#" in line for line in text.splitlines()) >= 10
    assert "when: {day_of_week: mon-fri, start_time: 17:00, end_time: 21:00}" in text
    assert "parking_time: {price: 0.10/min, grace: 15 min}" in text
    assert "currency: EUR " in text
    assert "valid_from: 2" not in text
    assert run("check", "--strict", "tariffs").stdout == "ok: 1 tariff, 1 version\n"
    schema = json.loads(Path("tariffs/schema.json").read_text())
    assert schema["title"] == "A tariff for charging electric vehicles"


def test_the_same_line_writes_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run("new", "corner", *NEEDED, "--folder", tmp_path / name).exit_code == 0
    assert (tmp_path / "a" / "corner.yaml").read_bytes() == (tmp_path / "b" / "corner.yaml").read_bytes()


def test_questions_ask_until_the_answer_can_be_used(tmp_path: Path) -> None:
    answers = (
        *("city dc", "corner", "", "Holland", "Europe/Amsterdam", "", "21%", "21", "", ""),
        *("0.39", "39/kWh", "0.39/kWh", "0.59/kWh", "evening", "22:00-02:00", "mon-fri", "-"),
        *("0.50/session", "0.10/min", "", "", "0.30", "1", "0.50", "60", "2026-1-1", "2026-01-01"),
    )
    result = asked(tmp_path, *answers)
    assert result.exit_code == 0, result.output
    told = [line.partition("; ")[2] for line in result.stderr.splitlines()]
    assert told == [
        "write city-dc",
        "write Europe/Amsterdam",
        "write 21, without a percent sign",
        "write 0.39/kWh: every price says its unit",
        "did you mean 0.39/kWh?",
        "write from when to when",
        told[6],
        "the price per session is that much already: raise it, or leave it out",
        "swap the two, or delete one",
        "write 2026-01-01",
    ]
    assert "after midnight it is the next day's" in told[6]
    tariff = written(tmp_path)
    assert tariff["name"] == "Corner"
    assert tariff["tax"] == {"name": "VAT", "percent": 21, "included": True}
    [version] = tariff["versions"]
    assert str(version["valid_from"]) == "2026-01-01"
    assert "when: {start_time: 22:00, end_time: 02:00}" in (tmp_path / "corner.yaml").read_text()
    assert (version["min_price"], version["max_price"]) == ({"after_tax": 1}, {"after_tax": 60})
    assert run("check", "--strict", tmp_path).exit_code == 0


def test_only_what_no_option_says_is_asked(tmp_path: Path) -> None:
    options = (
        "corner",
        "--time-zone",
        "Asia/Tokyo",
        "--energy",
        "66/kWh",
        "--tax",
        "none",
        "--name",
        "A",
        "--peak",
        "-",
    )
    result = asked(tmp_path, "", "-", "-", "-", "-", "-", options=options)
    assert result.exit_code == 0, result.output
    assert "Currency [JPY]" in result.stdout
    assert "Price of energy" not in result.stdout
    assert "What the tax is called" not in result.stdout
    assert "Peak hours" not in result.stdout
    assert written(tmp_path)["tax"] == "none"


def test_today_is_suggested_and_said(tmp_path: Path) -> None:
    known = ("--name", "-", "--currency", "EUR", "--tax-name", "VAT", "--tax-included", "true")
    before = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    result = asked(tmp_path, *"-----", "", options=("corner", *NEEDED[:-1], *known))
    after = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    assert result.exit_code == 0, result.output
    [version] = written(tmp_path)["versions"]
    assert before <= version["valid_from"] <= after
    assert f"In force from this day on; today is suggested [{version['valid_from']}]" in result.stdout


def test_no_file_is_replaced_unless_told(tmp_path: Path) -> None:
    assert run("new", "corner", *NEEDED, "--folder", tmp_path).exit_code == 0
    before = (tmp_path / "corner.yaml").read_bytes()
    (tmp_path / "schema.json").write_text("mine")
    other = [*NEEDED[:-2], "0.45/kWh", "--yes", "--folder", tmp_path]
    again = run("new", "corner", *other)
    assert again.exit_code == 1
    assert "give --force to replace the file" in again.stderr
    assert (tmp_path / "corner.yaml").read_bytes() == before
    assert run("new", "corner", "--force", *other).exit_code == 0
    assert "0.45/kWh" in (tmp_path / "corner.yaml").read_text()
    assert (tmp_path / "schema.json").read_text() == "mine"
    # The id of a tariff in a file of another name.
    (tmp_path / "corner.yaml").rename(tmp_path / "other.yaml")
    taken = run("new", "corner", *other)
    assert taken.exit_code == 1
    assert "other.yaml has it: choose another id" in taken.stderr


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("new", "--yes"), 2, "Missing argument 'ID'"),
        (("new", "corner", "--tax", "21", "--energy", "0.39/kWh", "--yes"), 2, "Missing option '--time-zone'"),
        (("new", "corner", *NEEDED[:2], "--energy", "0.39/kWh", "--yes"), 2, "Missing option '--tax'"),
        (("new", "corner", *NEEDED, "--energy", "0.39"), 2, "write 0.39/kWh: every price says its unit"),
        (("new", "corner", *NEEDED, "--energy", "39/kWh"), 2, "did you mean 0.39/kWh?"),
        (("new", "corner", *NEEDED, "--peak-hours", "17:00-21:00"), 2, "--peak-hours needs --peak"),
        (("new", "corner", *NEEDED, "--peak", "0.59/kWh", "--peak-hours", "evening"), 2, "two clock times"),
        (("new", "../corner", *NEEDED), 1, "expected an id of letters"),
        (("new", ".corner", *NEEDED), 1, "begins with a letter"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_and_nothing_written(
    args: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    result = run(*args, "--folder", tmp_path / "here")
    assert result.exit_code == code
    assert said in " ".join(result.stderr.split())
    assert not (tmp_path / "here").exists()


def test_every_question_has_its_option_in_the_help() -> None:
    said = run("new", "--help").stdout
    assert all(each.option in said and each.help.endswith(".") for each in QUESTIONS)


# What prices are like in a currency, in hundredths of it: a kWh in EUR costs 0.05 to 2.00.
PLACES = {"Europe/Amsterdam": ("EUR", 1), "Asia/Tokyo": ("JPY", 150), "America/New_York": ("USD", 1),
          "Asia/Kuwait": ("KWD", Fraction(3, 10)), "Europe/Zurich": ("CHF", 1)}  # fmt: skip


@st.composite
def answers_of_people(draw: st.DrawFn) -> dict[str, str]:
    """Answers that somebody could give, each optional one or not."""
    zone = draw(st.sampled_from(sorted(PLACES)))
    _, size = PLACES[zone]

    def amount(least: int, most: int) -> str:
        value = Fraction(draw(st.integers(least, most)), 100) * size
        return f"{float(value):.3f}".rstrip("0").rstrip(".")

    found = {"time_zone": zone, "tax": draw(st.sampled_from(["none", "21", "8.875", "0"]))}
    found["energy"] = f"{amount(10, 150)}/kWh"
    names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=30)
    if draw(st.booleans()):
        found["name"] = draw(names.filter(lambda text: text == text.strip() and text.lower() not in NOTHING))
    if found["tax"] != "none":
        found["tax_name"] = draw(st.sampled_from(["VAT", "Moms 25", "TVA: 20 %"]))
        found["tax_included"] = draw(st.sampled_from(["true", "false"]))
    if draw(st.booleans()):
        found["peak"] = f"{amount(10, 150)}/kWh"
        hours = draw(st.lists(st.integers(0, 24), min_size=2, max_size=2, unique=True).map(sorted))
        if hours == [0, 24]:
            hours = [0, 12]
        found["peak_hours"] = f"{hours[0]:02}:00-{hours[1]:02}:00"
        found["peak_days"] = draw(st.sampled_from(["mon-fri", "sat,sun", "wed", "-"]))
    fee = draw(st.none() | st.integers(10, 300))
    if fee is not None:
        found["start_fee"] = f"{float(Fraction(fee, 100) * size):.3f}/session"
    if draw(st.booleans()):
        found["idle_fee"] = f"{amount(2, 50)}/min"
        found["idle_grace"] = draw(st.sampled_from(["-", "15 min", "2 h", "90 s"]))
        found["idle_max"] = draw(st.sampled_from(["-", amount(300, 3000)]))
    least = draw(st.none() | st.integers((fee or 0) + 10, (fee or 0) + 200))
    if least is not None:
        found["min_price"] = f"{float(Fraction(least, 100) * size):.3f}"
    if draw(st.booleans()):
        found["max_price"] = amount((least or fee or 0) + 100, 6000)
    if draw(st.booleans()):
        found["valid_from"] = "2026-01-01"
    return found


def per(text: str) -> Fraction:
    return Fraction(text.partition("/")[0])


def in_minutes(text: str) -> Fraction:
    number, unit = text.split(" ")
    return Fraction(number) * {"s": Fraction(1, 60), "min": 1, "h": 60}[unit]


def is_peak(answers: dict[str, str], local: datetime) -> bool:
    days = {"mon-fri": range(5), "sat,sun": (5, 6), "wed": (2,), "-": range(7)}[answers["peak_days"]]
    first, last = (int(each[:2]) for each in answers["peak_hours"].split("-"))
    return local.weekday() in days and first <= local.hour < last


def costs(answers: dict[str, str], start: datetime, hours: int, wh_an_hour: int, parked_min: int) -> Fraction:
    """What the answers say that a session costs, on the side of tax of the prices: an own way to reckon it."""
    amount = Fraction(0)
    for hour in range(hours):
        local = (start + timedelta(hours=hour)).astimezone(ZoneInfo(answers["time_zone"]))
        peak = "peak" in answers and is_peak(answers, local)
        amount += Fraction(wh_an_hour, 1000) * per(answers["peak" if peak else "energy"])
    amount += per(answers.get("start_fee", "0"))
    if "idle_fee" in answers:
        grace = in_minutes(answers["idle_grace"]) if answers["idle_grace"] != "-" else 0
        idle = max(Fraction(0), parked_min - grace) * per(answers["idle_fee"])
        amount += min(idle, Fraction(answers["idle_max"])) if answers["idle_max"] != "-" else idle
    amount = max(amount, Fraction(answers.get("min_price", "0")))
    return min(amount, Fraction(answers["max_price"])) if "max_price" in answers else amount


def rounded(amount: Fraction, currency: str) -> Fraction:
    """To the currency's smallest unit, halves up."""
    unit = Fraction(minor_micro(currency), 10**6)
    return (amount / unit + Fraction(1, 2)).__floor__() * unit


@given(answers_of_people(), st.booleans(), st.data())
def test_any_answers_give_a_tariff_that_prices_by_them(answers: dict[str, str], by_asking: bool, data: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if by_asking:
            lines, known = ["corner"], set(answers)
            for each in [q for q in QUESTIONS if not q.after or (q.after in known and answers[q.after] != "none")]:
                lines += ["" if each.key == "currency" else answers.get(each.key, "-")]
            result = asked(folder, *lines)
        else:
            options = [text for each in QUESTIONS if each.key in answers for text in (each.option, answers[each.key])]
            result = run("new", "corner", *options, "--yes", "--folder", folder)
        assert result.exit_code == 0, (answers, result.output)
        strict = run("check", "--strict", folder)
        assert (strict.exit_code, strict.stderr) == (0, ""), (answers, strict.stderr)
        tariffs = rating.load_tariffs(folder)
    assert tariffs["corner"].currency == PLACES[answers["time_zone"]][0]
    # Whole hours of the clock in these zones: each of them is at one price.
    start = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=data.draw(st.integers(0, 24 * 7)))
    hours, wh, parked = (data.draw(st.integers(*most)) for most in ((1, 6), (1, 90_000), (0, 300)))
    parts = [
        {"start": start + timedelta(hours=hour), "end": start + timedelta(hours=hour + 1), "energy_wh": wh}
        for hour in range(hours)
    ]
    charged = start + timedelta(hours=hours)
    found = rating.quote(tariffs, "corner", start=start, end=charged + timedelta(minutes=parked), intervals=parts)
    exact, currency = costs(answers, start, hours, wh, parked), tariffs["corner"].currency
    if answers.get("tax_included") == "false":  # before tax and the tax are rounded, each once, and add up
        tax = rounded(exact * Fraction(answers["tax"]) / 100, currency)
        assert Fraction(found.net) == rounded(exact, currency), (answers, exact, found)
        assert Fraction(found.gross) == rounded(exact, currency) + tax, (answers, exact, found)
    else:
        assert Fraction(found.gross) == rounded(exact, currency), (answers, exact, found)


ODD = ("0.39/kWh", "0/kWh", "1/min", "0.50/session", "none", "-", "21", "0", "24:00-00:00", "00:00-24:00", "mon-sun")
TEXTS = st.text(max_size=12) | st.sampled_from((*ODD, "1 h"))


@given(st.dictionaries(st.sampled_from([each.key for each in QUESTIONS]), TEXTS, max_size=3))
def test_any_texts_at_all_write_nothing_or_a_tariff_that_passes(texts: dict[str, str]) -> None:
    known = {"time_zone": "Europe/Amsterdam", "tax": "21", "energy": "0.39/kWh", "currency": "EUR", "peak": "0.59/kWh"}
    answers = {**known, "idle_fee": "0.10/min", **texts}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "tariffs"
        options = [f"{each.option}={answers[each.key]}" for each in QUESTIONS if each.key in answers]
        result = run("new", "corner", *options, "--yes", "--folder", folder)
        if result.exit_code:
            assert result.exit_code in (1, 2), (texts, result.output)
            assert not folder.exists()
            return
        strict = run("check", "--strict", folder)
        assert strict.exit_code == 0, (texts, strict.stderr)


def test_comments_stay_comments_whatever_was_answered() -> None:
    text = starter_text({"idle_fee": "1/min", "idle_grace": "15 min\nflat: 9/session", "idle_max": "1\n2"})
    assert "\nflat" not in text
