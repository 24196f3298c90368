"""The table of taxes: it adds up to the totals, and is only made when somebody asks for it."""

from __future__ import annotations

import copy
import pickle
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import networks, random_network
from test_results import rate
from twin import assert_same, assert_same_where_priceable, is_told, tables

import rating
from rating.errors import TariffError
from rating.reference import Bill, Interval, Usage, rate_session
from rating.results import rated as rated_module
from rating.tariff.load import parse_tariff
from rating.tariff.model import Component, Element, Price, PriceLimit, Rates, Tariff, Tariffs, Tax, TaxRate

few = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)
STACKED = """
tariff: stacked
currency: CAD
time_zone: UTC
tax: {included: false, rates: [{name: QST, percent: 9.975}, {name: GST, percent: 5}]}
versions: [{elements: [{energy: 0.39/kWh}]}]
"""
ZERO_RATED = """
tariff: zero-rated
currency: EUR
time_zone: UTC
tax: {name: VAT, percent: 0, included: true}
versions: [{elements: [{energy: 0.39/kWh}]}]
"""


def by_session(rated: Any) -> dict[Any, list[Any]]:
    found = defaultdict(list)
    for row in rated.taxes.to_pylist():
        found[row.pop("session_id")].append(row)
    return found


def rated_once(text: str, *energies_kwh: int) -> Any:
    tariff = parse_tariff(text)
    count = len(energies_kwh)
    sessions = {
        "session_id": list(range(count)),
        "tariff": [tariff.id] * count,
        "start": [NOON] * count,
        "end": [NOON + timedelta(hours=1)] * count,
        "energy_kwh": list(energies_kwh),
    }
    return rating.rate(Tariffs((tariff,)), sessions)


def assert_adds_up(rated: Any, known: Tariffs) -> int:
    """Check every session, and return how many have more than one tax."""
    found = by_session(rated)
    for row in rated.sessions.to_pylist():
        taxes = found.get(row["session_id"], [])
        if row["tax"] is None:
            assert taxes == []
            continue
        assert sum((tax["amount"] for tax in taxes), Decimal(0)) == row["tax"]
        names = [(tax["tax"], tax["percent"]) for tax in taxes]
        assert names == sorted(set(names))
        assert all(tax["net"] or tax["amount"] for tax in taxes)
        unit = Decimal(known[row["tariff"]].rounding.unit_micro) / 10**6
        assert all(tax["net"] % unit == tax["amount"] % unit == 0 for tax in taxes)
    order = [id_ for id_ in rated.sessions.column("session_id").to_pylist() if id_ in found]
    assert list(dict.fromkeys(rated.taxes.column("session_id").to_pylist())) == order
    return sum(len(taxes) > 1 for taxes in found.values())


@few
@given(network=networks(full=True))
def test_the_taxes_of_a_drawn_session_add_up_to_its_tax(network):
    tariffs, sessions = network
    try:
        rated = assert_same(tariffs, sessions)
    except TariffError as error:
        if any(fault.code != "price_precision" for fault in error.faults):
            raise
        return
    assert_adds_up(rated, Tariffs(tuple(tariffs)))


def test_many_random_sessions_have_several_taxes():
    several = 0
    for seed in range(200):
        tariffs, sessions = random_network(seed, full=True)
        sessions = [(id_, usage) for id_, usage in sessions if not is_told(usage)]
        try:
            rated = rating.rate(Tariffs(tuple(tariffs)), *tables(sessions)) if sessions else None
        except TariffError:
            continue
        several += 0 if rated is None else assert_adds_up(rated, Tariffs(tuple(tariffs)))
    assert several > 50


VAT = Rates((TaxRate("VAT", 210_000),))
OTHERS = [
    *(VAT, Rates((TaxRate("VAT", 90_000),)), Rates(()), Rates((TaxRate("levy", 0),)), Rates((TaxRate("tax", 0),))),
    Rates((TaxRate("GST", 50_000), TaxRate("QST", 99_750))),
    Rates((TaxRate("QST", 99_750), TaxRate("GST", 50_000))),
    Rates((TaxRate("VAT", 210_000), TaxRate("levy", 3_250))),
]
LIMITS = [None, PriceLimit(5_010_000), PriceLimit(None, 6_000_100), PriceLimit(4_000_000, 6_000_100)]
LIMITS += [PriceLimit(100_000), PriceLimit(None, 100), PriceLimit(1_000_000, 1_000_001), PriceLimit(0)]


@few
@given(
    rates=st.lists(st.sampled_from(OTHERS), min_size=4, max_size=4),
    included=st.booleans(),
    unit=st.sampled_from([10_000, 50_000, 1_000]),
    mode=st.sampled_from(["half_up", "half_even", "up", "down"]),
    limits=st.tuples(st.sampled_from(LIMITS), st.sampled_from(LIMITS)),
    prices=st.lists(
        st.sampled_from([0, 1, 4_999, 5_000, 14_000, 14_000, 35_000, 390_000, 1_234_567]), min_size=3, max_size=3
    ),
    energy_mwh=st.sampled_from([0, 1, 510_000, 1_000_000, 12_345_678]),
)
def test_taxes_in_every_mixture_are_those_of_the_twin(rates, included, unit, mode, limits, prices, energy_mwh):
    """Prices exclude or include up to four sets of taxes, the tariff's own first, beside limits of every kind."""
    base = parse_tariff(STACKED)
    dear = [Price(prices[0], "kWh"), Price(prices[1], "h"), Price(prices[2], "session")]
    parts = zip(("energy", "time", "flat"), dear, rates[1:], strict=True)
    element = Element("all", tuple(Component(name, price, rates=each) for name, price, each in parts))
    version = replace(base.versions[0], elements=(element,), min_price=limits[0], max_price=limits[1])
    tariff = replace(
        base,
        id="t",
        versions=(version,),
        tax=Tax(rates[0], included),
        rounding=replace(base.rounding, unit_micro=unit, mode=mode),
    )
    start_us = int(NOON.timestamp()) * 10**6
    interval = Interval(start_us, start_us + 1_200_000_001, energy_mwh)
    usage = Usage("S-1", start_us, start_us + 1_200_000_001, (interval,))
    assert_same_where_priceable([tariff], [("t", usage)])


def test_taxes_on_all_count_from_the_total_before_tax_by_name():
    rated = rated_once(STACKED, 10, 0)
    assert by_session(rated) == {
        0: [
            {"tax": "GST", "percent": Decimal("5.0000"), "net": Decimal("3.90"), "amount": Decimal("0.20")},
            {"tax": "QST", "percent": Decimal("9.9750"), "net": Decimal("3.90"), "amount": Decimal("0.39")},
        ]
    }


def test_a_tax_of_nothing_is_a_tax_and_nothing_has_none():
    rated = rated_once(ZERO_RATED, 10, 0)
    assert by_session(rated) == {
        0: [{"tax": "VAT", "percent": Decimal(0), "net": Decimal("3.90"), "amount": Decimal(0)}]
    }


def test_a_table_of_taxes_without_a_tax_has_the_same_columns():
    untaxed = rated_once(STACKED.replace("tax:", "notes: a\n#"), 1)
    assert untaxed.sessions.column("tax").to_pylist() == [0]
    assert untaxed.taxes.num_rows == 0
    assert untaxed.taxes.schema == rated_once(STACKED, 1).taxes.schema


def test_the_table_is_made_once_and_only_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    made = []
    later = rated_module.taxes_later

    def counted(*args: Any) -> Any:
        own = later(*args)
        return type(own)(lambda: (made.append(1), own.get())[1])

    monkeypatch.setattr(rated_module, "taxes_later", counted)
    rated = rate()
    assert (made, repr(rated)) == ([], "Rated(3 sessions, 9 lines, 1 rejected)")
    assert rated.taxes is rated.taxes
    assert made == [1]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda rated: pickle.loads(pickle.dumps(rated))])
def test_copies_have_the_table_too(copied):
    rated = rate()
    assert copied(rated).taxes.equals(rated.taxes)
    assert copied(rated).taxes.equals(rate().taxes)
    assert rated.taxes.num_rows == 2


def test_cdrs_have_taxes_and_those_that_are_refused_have_none():
    cdr = """{"id": "1", "currency": "EUR", "start_date_time": "2026-01-01T10:00:00Z",
        "end_date_time": "2026-01-01T11:00:00Z", "tariffs": [{"id": "12", "currency": "EUR", "elements": [
        {"price_components": [{"type": "ENERGY", "price": 0.39, "vat": 21},
                              {"type": "FLAT", "price": 1, "vat": 9}]}]}],
        "charging_periods": [
        {"start_date_time": "2026-01-01T10:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 10}]}]}"""
    rated = rating.rate_cdrs(f'[{cdr}, {{"id": "2"}}]')
    assert (rated.sessions.num_rows, rated.rejected.num_rows) == (1, 1)
    assert by_session(rated) == {
        "1": [
            {"tax": "VAT", "percent": Decimal(9), "net": Decimal(1), "amount": Decimal("0.09")},
            {"tax": "VAT", "percent": Decimal(21), "net": Decimal("3.90"), "amount": Decimal("0.82")},
        ]
    }


def test_a_bill_of_the_twin_has_them_too():
    tariff: Tariff = parse_tariff(STACKED)
    start_us = int(NOON.timestamp()) * 10**6
    usage = Usage("S", start_us, start_us + 10**9, (Interval(start_us, start_us + 10**9, 10 * 10**6),))
    bill = rate_session(tariff, usage)
    assert isinstance(bill, Bill)
    assert [(tax.rate.name, tax.net_micro, tax.amount_micro) for tax in bill.taxes or ()] == [
        ("GST", 3_900_000, 200_000),
        ("QST", 3_900_000, 390_000),
    ]


def test_a_session_before_the_first_version_does_not_keep_the_others_from_their_taxes() -> None:
    head = "currency: EUR\ntime_zone: Africa/Casablanca\ntax: {name: VAT, percent: 21, included: true}\n"
    texts = ("tariff: a\n", "versions: [{elements: [{energy: 1.21/kWh}]}]"), (
        "tariff: b\n", "versions: [{valid_from: 2026-03-22, elements: [{energy: 1.21/kWh}]}]"
    )  # fmt: skip
    tariffs = Tariffs(tuple(parse_tariff(first + head + last) for first, last in texts))
    times = {"start": "2026-03-20T20:00Z", "end": "2026-03-20T21:00Z", "energy_kwh": "1"}
    rated = rating.rate(tariffs, [{"session_id": name, "tariff": name, **times} for name in ("a", "b")])
    assert rated.rejected["code"].to_pylist() == ["no_version"]
    assert rated.taxes["amount"].to_pylist() == [Decimal("0.21")]
