"""Every form of an explanation says the amounts of the bill, and the picture what was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from explain_tools import explained, of_html, of_json, of_markdown, of_rated, of_text, rated, world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lint_examples import HEADER, one_version
from show_tools import examples
from strategies import cases
from strategies_histories import History, histories
from strategies_pick import instant_us
from test_cases import CASES
from twin import as_answer, batch_of, fast_answers, is_told, tables
from twin_history import rate_or_skip

import rating
from rating import Explanation
from rating.desk.explain.bands import us_of
from rating.desk.explain.drawing import TALL, draw
from rating.desk.pages.shapes import Box
from rating.engine import rate_batch
from rating.errors import TariffError
from rating.reference import Bill, Interval, Usage, rate_history, rate_session
from rating.reference.told import Row
from rating.reference.trace import Spell
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariffs

NAMES = world()[0]["session_id"]


def assert_forms(found: Explanation, answer, has_tax: bool) -> None:
    """`answer` is the engine's, in the form of `twin`."""
    head, lines, taxes = answer
    wanted = of_rated(lines, head, taxes, has_tax)
    assert of_html(found.html) == wanted
    assert of_markdown(found.markdown, len(lines)) == wanted
    assert of_text(found.text, len(lines)) == wanted
    said, totals = of_json(found.json)
    assert (said, totals if has_tax else totals[-1:]) == wanted
    assert_data(found, answer)
    assert_picture(found)


def assert_data(found: Explanation, answer) -> None:
    """The lines in JSON to their last digit, and the rows of the story that are about them."""
    head, lines, _ = answer
    data = json.loads(found.json)
    exact = ("volume", "billed_volume", "amount", "unit_price", "printed_amount", "tax_percent")
    for line, wanted in zip(data["lines"], lines, strict=True):
        number = {name: None if line[name] is None else Fraction(line[name]) for name in exact}
        stored = {"volume": 9, "billed_volume": 9, "amount": 12}
        for name, places in stored.items():
            if number[name] is not None:
                number[name] = Fraction((number[name] * 10**places + Fraction(1, 2)) // 1, 10**places)
        assert {**number, "line": line["line"], "kind": line["kind"], "element": line["element"]} == {
            name: wanted[name] for name in (*exact, "line", "kind", "element")
        }
    for name in ("energy_kwh", "charging_s", "parked_s"):
        assert Fraction(data[name]) == head[name]
    rows = [row for section in found.story.sections for top in section.rows for row in (top, *top.rows)]
    assert {row.line for row in rows if row.line is not None} == {line["line"] for line in lines}
    by_line = {line.line.line: line.line for line in found.story.lines}
    for row in rows:
        if row.line is not None and by_line[row.line].kind == "usage" and "amount" in row.facts:
            assert Fraction(str(row.facts["amount"])) == by_line[row.line].amount
        if row.line is not None and by_line[row.line].kind == "discount":
            assert Fraction(str(row.facts["less"])) == -by_line[row.line].amount
        if row.line is not None and by_line[row.line].kind in ("minimum", "maximum"):
            assert Fraction(str(row.facts["change"])) == by_line[row.line].amount


def assert_picture(found: Explanation) -> None:
    """Bands lie one after the other inside the picture, and power over time is the energy that was measured."""
    chart = found.chart
    if chart is None:
        return
    for lane in chart.lanes:
        assert all(before.end_us <= after.start_us for before, after in pairwise(lane.bands))
        assert chart.start_us <= lane.bands[0].start_us
        assert all(band.start_us < band.end_us for band in lane.bands)
        assert lane.bands[-1].end_us <= chart.end_us
    shown = sum(each.energy_mwh for each in chart.powers)
    spells = [step for step in found.bill.trace if isinstance(step, Spell)]
    instants = sum(each.energy_mwh for each in spells if us_of(each.start) == us_of(each.end))
    assert shown + instants == found.bill.energy_mwh
    letters = [key.letter for key in chart.keys if key.letter]
    assert len(set(letters)) == len(letters)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases() | cases(full=True))
def test_a_drawn_session_is_said_alike_in_every_form(case):
    tariff, usage = case
    bill = rate_session(tariff, usage)
    if not isinstance(bill, Bill):
        return
    known = Tariffs((tariff,))
    drawn = [(tariff.id, usage)]
    try:
        answer = rate_batch(known, batch_of(drawn)) if is_told(usage) else rating.rate(known, *tables(drawn))
    except TariffError:  # too odd for 64 bits
        return
    assert_forms(Explanation(bill), fast_answers(answer)[usage.session_id], tariff.tax is not None)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories(), data=st.data())
def test_a_drawn_session_of_an_account_is_said_alike_in_every_form(history: History, data: st.DataObject):
    found = rate_or_skip(history, history.drawn)
    if found is None:
        return
    bills, _ = rate_history(Tariffs(tuple(history.tariffs)), history.plans, history.accounts, history.drawn)
    at = data.draw(st.integers(0, len(bills) - 1))
    bill = bills[at]
    if isinstance(bill, Bill):
        answer = fast_answers(found)[bill.session_id]
        tariff = next(each for each in history.tariffs if each.id == bill.tariff)
        assert as_answer(bill) == answer
        assert_forms(Explanation(bill), answer, tariff.tax is not None)


@pytest.mark.parametrize("name", NAMES)
def test_sessions_of_the_example_tariffs(name):
    found = explained(name)
    has_tax = examples()[found.bill.tariff].tax is not None
    assert_forms(found, fast_answers(rated())[name], has_tax)


def test_what_stands_in_the_picture():
    chart = explained("market").chart
    assert [lane.dimension for lane in chart.lanes] == ["energy"]
    assert len(chart.lanes[0].bands) > 15  # a band for each quarter of an hour with energy
    assert [(change.words, chart.local(change.at_us).hour) for change in chart.clock_changes] == [("forward 1 h", 3)]
    assert [lane.dimension for lane in explained("held").chart.lanes] == ["energy", "reservation_time"]
    assert [lane.dimension for lane in explained("peak").chart.lanes] == ["energy", "parking_time"]
    assert [[band.key.letter for band in lane.bands] for lane in explained("peak").chart.lanes] == [["A", "B"], ["C"]]
    assert explained("instant").chart is None
    assert [change.words for change in explained("autumn").chart.clock_changes] == ["back 1 h"]


def test_rules_and_places_stand_in_the_data():
    data = json.loads(explained("peak").json)
    sections = {each["section"]: each["rows"] for each in data["story"]}
    assert list(sections) == ["measured", "applied", "costs", "total"]
    energy = sections["costs"][0]
    assert energy["rule"] == "3. What quantity is billed"
    assert energy["rows"][0]["rule"] == "4. What it costs"
    assert energy["facts"]["element"] == "evening peak"
    assert energy["facts"]["holds"] == ["only on Mon to Fri", "only from 17:00 to 21:00"]
    assert "harbour-dc.yaml:" in energy["facts"]["place"]
    # From 17:00 to 18:00: 12 + 10 + 5 + 2 kWh at 0.59.
    assert energy["rows"][0]["facts"]["amount"] == "17.11"
    member = {each["section"]: each["rows"] for each in json.loads(explained("member").json)["story"]}["account"]
    assert [row["facts"].get("allowance") or row["facts"].get("coupon") for row in member] == [
        "included energy",
        "included parking time",
        "Spring",
    ]


def test_the_rules_are_headings_of_the_readme():
    headings = {
        line.lstrip("# ") for line in (CASES.parents[1] / "README.md").read_text().splitlines() if line[:1] == "#"
    }

    def rules(rows: tuple[Row, ...]) -> set[str]:
        return {row.rule for row in rows} | {rule for row in rows for rule in rules(row.rows)}

    said = {rule for name in NAMES for section in explained(name).story.sections for rule in rules(section.rows)}
    assert said <= headings
    assert len(said) == 5


def test_texts_of_a_tariff_are_no_markup_in_markdown(tmp_path):
    text = (CASES.parents[1] / "tariffs" / "per-kwh.yaml").read_text()
    (tmp_path / "odd.yaml").write_text(text.replace("name: Energy only", 'name: "a | *b* <i> [c](d)"'))
    sessions, intervals = world()
    odd = rating.explain(rating.load_tariffs(tmp_path / "odd.yaml"), sessions, intervals, session_id="instant")
    assert r"a \| \*b\* \<i\> \[c\](d)" in odd.markdown.splitlines()[0]


def test_power_is_drawn_in_pieces_of_which_no_picture_has_too_many():
    from rating.desk.explain.drawing import draw

    assert len(explained("seconds").chart.powers) == 900
    assert len(draw(explained("seconds").chart, "").shapes) < 1500
    assert len(explained("seconds").html) < 400_000


def test_of_a_week_of_market_prices_the_table_has_each_and_the_picture_what_can_be_seen():
    starts = [f"2026-06-{day:02}T{hour:02}:{minute:02}:00Z" for day in range(1, 9) for hour in range(24)
              for minute in (0, 15, 30, 45)]  # fmt: skip
    market = {"start": starts, "price_per_kwh": [f"0.{number % 89 + 10}" for number in range(len(starts))]}
    text = HEADER + one_version("energy: {index: market}")
    tariff = parse_tariff(text, "example.yaml", indexes={"market": market})
    usage = Usage("long", instant_us(starts[0]), instant_us(starts[700]), ())
    interval = Interval(usage.start_us, usage.end_us, 100_000_000)
    found = Explanation(rate_session(tariff, replace(usage, intervals=(interval,))))
    assert len(found.chart.lanes[0].bands) == 700
    assert len(json.loads(found.json)["picture"]["lanes"][0]["bands"]) == 700
    assert found.html.count("<td>Mon 1 Jun 2026") + found.html.count("<td>Tue 2 Jun 2026") == 22 * 4 + 24 * 4
    lane = [shape for shape in draw(found.chart, "", TALL).shapes if isinstance(shape, Box) and shape.height == 26]
    assert 200 < len(lane) <= 300  # one a pixel
