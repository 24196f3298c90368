"""Sentences, price lists and maps say what is billed."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from show_tools import EXAMPLES, LOCALES, ON, examples, shown, tidy
from strategies import random_network

import rating
from rating.desk.show.language import Speaker
from rating.desk.show.samples import ENERGIES_KWH, HOURS, POWERS_KW
from rating.desk.show.sentences import sentences_of
from rating.desk.show.sheet import sheet_of
from rating.errors import TariffError
from rating.reference.clock import load_zone
from rating.tariff.model import Tariff, Tariffs


def test_a_tariff_in_sentences():
    assert (
        shown("harbour-dc").sentences.text()
        == """\
harbour-dc: Harbour fast charging
Prices in euros, VAT 21% included.
Times are those of the clock in Europe/Amsterdam.
Totals are rounded once, to €0.01, halves up.

In force from 1 January 2026 on
  Energy
    Monday to Friday, 17:00 to 21:00: €0.59 per kWh  [evening peak]
    Otherwise: €0.39 per kWh  [all other times]
  Parking: €0.10 per minute, 15 minutes free, at most €12.00 a session  [all other times]
  Session: €0.50 per session  [all other times]
  A session costs at least €1.00 after tax.
  A session costs at most €60.00 after tax.
"""
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("after-charging", "Members of gold, charging below 22 kW: €0.35 per kWh  [members, below 22 kW]"),
        ("after-charging", "€0.20 per minute, counted after charging has ended, 10 minutes free, at most €25.00"),
        ("block", "€5.00 per 2 hours, billed in steps of 2 hours, rounded up"),
        ("ca-tou", "June–September, Monday to Friday, 16:00 to 21:00: US$0.62 per kWh  [summer peak]"),
        ("holidays", "Monday to Friday, not on holidays (Netherlands), 08:00 to 18:00: €0.42 per kWh"),
        ("holidays", "On holidays (carnival): free of charge  [carnival]"),
        ("idle-fee", "Otherwise: £0.50 per minute, counted once energy has flowed, 15 minutes free"),
        ("kuwait-hours", "Sunday to Thursday, 08:00 to 18:00: KWD0.035 per kWh"),
        ("long-stay", "From 3 hours after the start: €0.10 per minute"),
        ("members", "In force from 1 January 2026 to 31 December 2026"),
        ("members", "Paid by card: €0.35 per session"),
        ("mixed-vat", "Energy: €0.40 per kWh, VAT 9% included"),
        ("montreal", "Prices in Canadian dollars, plus GST 5% and QST 9.975%."),
        ("plugged-in", "counted while plugged in, charging or not, billed in steps of 15 minutes, rounded up"),
        ("power-bands", "Chargers of 50 kW: €0.49 per kWh"),
        ("power-bands", "Chargers of 150 kW or more, charging at 100 kW or more: €0.79 per kWh"),
        ("reservation", "If nobody comes: €5.00 per reservation  [nobody came]"),
        ("roaming", "In force from 1 January 2026, 00:00 UTC on"),
        ("roaming", "Totals are rounded once, to €0.01, halves to the even one."),
        ("speeds", "Connector CCS, chargers of 150 kW or more: €0.74 per kWh"),
        ("spot", "market price nl-day-ahead × 1.05 + €0.12 per kWh, never below €0.00, never above €0.90, €0.40 where"),
        ("tiers", "Up to 10 kWh of the session: €0.59 per kWh"),
        ("tokyo-flat", "Totals are rounded down once, to JP¥1."),
        ("two-versions", "A session is priced by the version in force at its start."),
        ("two-versions", "In force from 1 January 2025 to 31 May 2026"),
        ("zurich-cash", "November–February, 22:00 to 06:00: CHF0.35 per kWh"),
        ("zurich-cash", "CHF1.20 per hour, 4 hours free"),
    ],
)
def test_every_feature_has_its_sentence(name, sentence):
    assert sentence in shown(name).sentences.text()


def test_what_changes_no_bill_alone_changes_no_sentence():
    """Of two drawn tariffs that say the same, every offer is the same: no part of a price is left unsaid."""
    said: dict[str, object] = {}
    count = 0
    for seed in range(120):
        for tariff in random_network(seed, full=True)[0]:
            for variant in (tariff, *_variants(tariff)):
                text, data = _sentences(variant)
                count += 1
                assert said.setdefault(text, data) == data, (seed, text)
    assert count > 400


def _variants(tariff: Tariff) -> list[Tariff]:
    """The same with one part of its first price a little different."""
    first = tariff.versions[0]
    element = first.elements[0]
    part = element.components[0]
    changes = [
        {"price": replace(part.price, amount_micro=part.price.amount_micro + 1)} if part.spot is None else {},
        {"step": part.step + 1} if part.dimension != "flat" else {},
        {"grace_us": part.grace_us + 1} if part.dimension in ("time", "parking_time") else {},
        {"max_micro": (part.max_micro or part.min_micro or 0) + 1},
    ]
    found = []
    for change in changes:
        changed = replace(element, components=(replace(part, **change), *element.components[1:]))  # type: ignore[arg-type]
        version = replace(first, elements=(changed, *first.elements[1:]))
        found.append(replace(tariff, versions=(version, *tariff.versions[1:])))
    return found


def _sentences(tariff: Tariff) -> tuple[str, object]:
    try:
        sheet = sheet_of(tariff)
    except TariffError:
        return "", None
    offers = [
        [
            replace(offer, number=0, when=replace(offer.when, holidays=None), spot=None)
            for offer in edition.offers
            if not offer.shadowed
        ]
        for edition in sheet.editions
    ]
    speak = Speaker("en_GB", tariff.currency, 2)
    return sentences_of(sheet, speak).text(), [sorted(map(repr, each)) for each in offers]


@pytest.mark.parametrize("name", list(examples()))
def test_samples_cost_what_the_engine_bills(name):
    """Each total is that of a session built here from the table's own words."""
    found = shown(name)
    for view in found.views:
        for table in view.samples:
            for sample in table.samples:
                assert sample.energy_kwh in ENERGIES_KWH
                assert sample.hour in HOURS
                assert sample.power_kw in POWERS_KW
                assert sample.total is not None, sample.fault
            if table.audience:
                continue  # who it is for is not in the table's words
            sessions, intervals = _as_usage(found.tariff, table)
            rated = rating.rate(Tariffs((found.tariff,)), sessions, intervals)
            assert [row["gross"] for row in rated.sessions.to_pylist()] == [each.total for each in table.samples]


def _as_usage(tariff, table):
    zone = load_zone(table.zone)
    rows = []
    for number, each in enumerate(table.samples):
        start = datetime.combine(table.day, datetime.min.time(), zone).replace(hour=each.hour).astimezone(UTC)
        end = start + timedelta(seconds=each.energy_kwh * 3600 // each.power_kw)
        rows.append((number, tariff.id, start, end, table.zone, Decimal(each.power_kw), Decimal(each.energy_kwh)))
    ids, names, starts, ends, zones, powers, energies = map(list, zip(*rows, strict=True))
    sessions = {"session_id": ids, "tariff": names, "start": starts, "end": ends, "time_zone": zones}
    sessions |= {"evse_power_kw": powers}
    return sessions, {"session_id": ids, "start": starts, "end": ends, "energy_kwh": energies, "power_kw": powers}


@pytest.mark.parametrize("name", [each for each in examples() if each not in ("spot", "tokyo-flat", "zurich-cash")])
def test_each_stretch_of_a_map_costs_what_the_engine_bills(name):
    """One second at the start of each stretch on each of its dates: its price is the unit price of the bill's line."""
    found = shown(name)
    zone = load_zone(found.tariff.time_zone or "UTC")
    for view in found.views:
        for heat_map in view.maps:
            if heat_map.audience or heat_map.dimension != "energy":
                continue
            for row in heat_map.rows:
                day = row.dates[0] if row.dates else _some_day(heat_map, row, view)
                if day is None:
                    continue
                for stretch in row.stretches:
                    start = datetime.combine(day, datetime.min.time(), zone)
                    start = start.replace(hour=stretch.start_min // 60, minute=stretch.start_min % 60).astimezone(UTC)
                    amount = _unit_price(found.tariff, start, zone.key)
                    assert tidy(found.speak.bare(amount)) in tidy(stretch.shade.label).split("–"), (row, stretch)


def _some_day(heat_map, row, view):
    """An ordinary date of the row's weekday in the year, for maps of the whole year."""
    if heat_map.season or row.label == "daily":
        return None
    special = {day for other in heat_map.rows for day in other.dates}
    days = (view.first + timedelta(days=n) for n in range(60))
    names = [("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(row.label)]
    return next(day for day in days if day.weekday() in names and day not in special)


def _unit_price(tariff, start, zone) -> Fraction:
    sessions = {
        "session_id": [1],
        "tariff": [tariff.id],
        "start": [start],
        "end": [start + timedelta(seconds=1)],
        "energy_kwh": ["0.001"],
        "time_zone": [zone],
    }
    lines = rating.rate(Tariffs((tariff,)), sessions).lines.to_pylist()
    return Fraction(next((line["unit_price"] for line in lines if line["dimension"] == "energy"), Decimal(0)))


def test_a_price_list_is_in_the_order_of_the_law_and_has_all_taxes():
    assert (
        shown("time-and-energy").price_list()
        == """\
Energy and minutes
Energy: €0.30 per kWh, billed in steps of 0.1 kWh, rounded up
Charging time: €0.06 per minute, billed in steps of 1 minute, rounded up
Parking: €0.096 per minute, billed in steps of 1 minute, rounded up
All prices include tax (TVA 20%).
"""
    )
    fast = shown("harbour-dc").price_list(evse_power_kw=150).splitlines()
    assert [line.split(":")[0] for line in fast[1:6]] == [
        "Energy",
        "- Monday to Friday, 17",
        "- Otherwise",
        "Parking",
        "Session",
    ]


@pytest.mark.parametrize(
    ("windows", "lines"),
    [
        (
            [("06:00", "12:00", "0.59"), ("12:00", "18:00", "0.49"), ("18:00", "06:00", "0.49")],
            [
                "Energy:",
                "- 06:00 to 12:00: €0.59 per kWh",
                "- 12:00 to 18:00: €0.49 per kWh",
                "- 18:00 to 06:00: €0.49 per kWh",
            ],
        ),
        ([("06:00", "12:00", "0.49"), ("12:00", "06:00", "0.49")], ["Energy: €0.49 per kWh"]),
        (
            [("06:00", "12:00", "0.59"), ("12:00", "18:00", "0.49"), ("", "", "0.49")],
            ["Energy:", "- 06:00 to 12:00: €0.59 per kWh", "- Otherwise: €0.49 per kWh"],
        ),
        (
            [("06:00", "12:00", "0.49"), ("12:00", "18:00", "0")],
            ["Energy:", "- 06:00 to 12:00: €0.49 per kWh", "- Otherwise: free of charge"],
        ),
    ],
)
def test_lines_that_say_the_same_are_one_where_nothing_is_lost(windows, lines, tmp_path):
    elements = "".join(
        f"      - {{{f'when: {{start_time: {start}, end_time: {end}}}, ' if start else ''}energy: {price}/kWh}}\n"
        for start, end, price in windows
    )
    head = "tariff: a\ncurrency: EUR\ntime_zone: Europe/Paris\ntax: none\nversions:\n  - elements:\n"
    (tmp_path / "a.yaml").write_text(head + elements)
    assert rating.show(rating.load_tariffs(tmp_path / "a.yaml"), on=ON).price_list().splitlines()[1:] == lines


def test_at_50_kw_the_occupancy_fee_comes_after_the_kwh():
    slow = shown("after-charging").price_list(evse_power_kw="49.999999").splitlines()
    fast = shown("after-charging").price_list(evse_power_kw=50).splitlines()
    assert [line.split(":")[0] for line in slow[-3:-1]] == ["Charging time", "Parking"]
    assert [line.split(":")[0] for line in fast[-3:-1]] == ["Parking", "Charging time"]


def test_what_is_known_of_charger_and_driver_is_not_said():
    prices = shown("speeds").price_list(connector="CCS", evse_power_kw="300")
    assert prices.splitlines()[1:] == ["Energy: €0.74 per kWh", "All prices include tax (MwSt 19%)."]
    assert shown("members").price_list(membership="gold", payment_method="app").splitlines()[1:] == [
        "Energy: €0.39 per kWh",
        "All prices include tax (MwSt 19%).",
    ]


@pytest.mark.parametrize(
    ("locale", "lines"),
    [
        ("de_DE", ["- Montag bis Freitag, 17:00 bis 21:00 Uhr: 0,59 € je kWh", "- Sonst: 0,39 € je kWh"]),
        ("nl_NL", ["- Maandag t/m vrijdag, 17:00 tot 21:00 uur: € 0,59 per kWh", "- Anders: € 0,39 per kWh"]),
        ("fr_FR", ["- Du lundi au vendredi, de 17:00 à 21:00 : 0,59 € par kWh", "- Sinon : 0,39 € par kWh"]),
        ("es_ES", ["- De lunes a viernes, de 17:00 a 21:00: 0,59 € por kWh", "- En los demás casos: 0,39 € por kWh"]),
    ],
)
def test_a_price_list_in_the_drivers_language(locale, lines):
    assert tidy(shown("harbour-dc", locale).price_list()).splitlines()[2:4] == lines


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", list(examples()))
def test_each_example_has_a_price_list_in_each_language(name, locale):
    found = shown(name, locale).price_list()
    assert "{" not in found
    assert found.endswith("\n")


def test_every_case_can_be_shown():
    """All features of all hand-computed cases, as text and as a page."""
    files = sorted((EXAMPLES.parent / "tests" / "cases").glob("*/tariff*.yaml"))
    assert len(files) > 100
    for path in files:
        for tariff in rating.load_tariffs(path).values():
            found = rating.show(Tariffs((tariff,)), on=ON)
            assert found.text.startswith(found.sentences.title)
            assert found.html.count("<h1>") == 1


def test_a_tax_of_each_price_is_said_at_each():
    (path,) = (EXAMPLES.parent / "tests" / "cases").glob("ocpi-flat-energy-parking/tariff.yaml")
    text = rating.show(rating.load_tariffs(path), on=ON).sentences.text()
    assert "Prices in euros; each says its tax." in text
    assert "Energy: €0.25 per kWh, plus VAT 10%" in text


def test_what_changes_between_versions_has_its_date():
    (change,) = shown("two-versions").changes
    assert change.title == "What changes on 1 June 2026"
    (energy,) = change.changed
    assert energy.before == ("€0.45 per kWh",)
    assert energy.after == ("07:00 to 23:00: €0.49 per kWh", "Otherwise: €0.37 per kWh")


def test_seasons_holidays_and_clock_changes_have_maps_of_their_own():
    seasons = [each.season for each in shown("ca-tou").views[0].maps]
    assert seasons == ["October–May", "June–September"]
    rows = shown("holidays").views[0].maps[0].rows
    assert [row.label for row in rows[7:]] == ["Netherlands", "carnival", "29 Mar", "25 Oct"]
    assert [(row.change.start_min, row.change.skipped) for row in rows if row.change] == [(120, True), (120, False)]
    assert [day.isoformat() for day in rows[8].dates] == ["2027-02-07", "2027-02-08", "2027-02-09"]


def test_what_is_no_option_is_refused():
    with pytest.raises(rating.InputError) as caught:
        rating.show("tariffs/tiers.yaml", on="2026-03-02")  # type: ignore[arg-type]
    assert [fault.code for fault in caught.value.faults] == ["tariffs", "on"]


def test_a_picture_without_matplotlib_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(rating.InputError, match=r"no_matplotlib.*pip install"):
        shown("tiers").png()


@pytest.mark.parametrize(
    ("name", "on", "shows"),
    [
        ("harbour-dc", date(2020, 5, 1), [("2026-01-01", date(2026, 1, 1), date(2026, 12, 31))]),
        ("members", date(2026, 12, 1), [("2026-01-01", date(2026, 12, 1), date(2026, 12, 31))]),
        ("members", date(2030, 1, 1), [("2026-01-01", date(2026, 12, 31), date(2026, 12, 31))]),
        ("two-versions", date(2026, 6, 1), [("2026-06-01", date(2026, 6, 1), date(2027, 5, 31))]),
        ("two-versions", date(2024, 2, 29), [("2025-01-01", date(2025, 1, 1), date(2025, 12, 31))]),
        (
            "two-versions",
            date(2025, 7, 1),
            [
                ("2025-01-01", date(2025, 7, 1), date(2026, 5, 31)),
                ("2026-06-01", date(2026, 6, 1), date(2027, 5, 31)),
            ],
        ),
        ("tiers", date(2100, 1, 1), [("always", date(2099, 12, 31), date(2099, 12, 31))]),
        ("tiers", date(1980, 1, 1), [("always", date(2000, 1, 2), date(2001, 1, 1))]),
    ],
)
def test_the_versions_of_a_day_and_of_the_year_after_it_are_shown(name, on, shows):
    found = shown(name, on=on)
    assert [(view.edition.label, view.first, view.last) for view in found.views] == shows
    assert found.text
    assert found.html


def test_an_unknown_tariff_is_refused():
    with pytest.raises(rating.InputError, match="did you mean `harbour-dc`"):
        rating.show(examples(), "harbor-dc")
    with pytest.raises(rating.InputError, match="give the id"):
        rating.show(examples())
