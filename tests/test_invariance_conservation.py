"""Nothing is lost and nothing is made: sessions, energy, and money."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import random_network
from strategies_pick import random_pick
from twin import Drawn, tables

import rating
from rating.reference.printing import round_to
from rating.tariff.model import Component, PriceLimit, Tariff, Tariffs
from rating.units import DIMENSIONS

few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32)
PLAIN_UNITS = {"energy": ["kWh", "Wh"], "time": ["s"], "parking_time": ["s"], "flat": ["session"]}


def drawn(seed: int, count: int = 6, faulty: bool = True) -> tuple[list[Tariff], list[Drawn]]:
    tariffs, sessions = [], []
    for i in range(count):
        network = random_network(seed + i, faulty=faulty)
        tariffs += [replace(tariff, id=f"{tariff.id}-{i}") for tariff in network[0]]
        sessions += [(f"{id_}-{i}", replace(usage, session_id=f"{usage.session_id}-{i}")) for id_, usage in network[1]]
    return tariffs, sessions


def energy_of(table: Any) -> Decimal:
    return sum((energy for energy in table.column("energy_kwh").to_pylist()), Decimal(0))


@few
@given(seed=seeds)
def test_every_session_is_in_exactly_one_of_the_two_tables(seed):
    tariffs, sessions = drawn(seed)
    rated = rating.rate(Tariffs(tuple(tariffs)), *tables(sessions))
    ids = [*rated.sessions.column("session_id").to_pylist(), *rated.rejected.column("session_id").to_pylist()]
    assert sorted(ids) == sorted(usage.session_id for _, usage in sessions)
    assert set(rated.lines.column("session_id").to_pylist()) <= set(rated.sessions.column("session_id").to_pylist())


@few
@given(seed=seeds)
def test_the_energy_of_both_tables_is_the_energy_that_came_in(seed):
    """With sessions of all faults, ids that occur twice, unknown tariffs, and intervals that belong to nobody."""
    pick = random_pick(seed)
    tariffs, sessions = drawn(seed)
    table, intervals = tables(sessions)
    for i in range(len(table["session_id"])):
        if pick.one_in(12):
            table["session_id"][i] = table["session_id"][0]
        if pick.one_in(12):
            table["tariff"][i] = pick.of(["nobody's", None])
    for i in range(len(intervals["session_id"])):
        if pick.one_in(12):
            intervals["session_id"][i] = pick.of(["astray", "astray too", None])
    came_in = sum(intervals["energy_kwh"], Decimal(0))
    rated = rating.rate(Tariffs(tuple(tariffs)), table, intervals)
    assert energy_of(rated.sessions) + energy_of(rated.rejected) == came_in


@few
@given(seed=seeds, energies=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=30))
def test_no_energy_is_so_great_that_it_is_lost(seed, energies):
    """Whole Wh come as any integer of 64 bits; what was refused is still told to the last milli-Wh."""
    pick = random_pick(seed)
    start = datetime(2026, 5, 1, tzinfo=UTC)
    owners = [pick.below(4) for _ in energies]
    sessions = {"session_id": [0, 1, 2], "tariff": ["drawn"] * 3, "start": [start] * 3, "end": [start] * 3}
    intervals = {
        "session_id": owners,
        "start": [start] * len(owners),
        "end": [start] * len(owners),
        "energy_wh": energies,
    }
    tariff = replace(drawn(0, 1)[0][0], id="drawn", time_zone="UTC")
    rated = rating.rate(Tariffs((tariff,)), sessions, intervals)
    assert energy_of(rated.sessions) + energy_of(rated.rejected) == sum(energies) / Decimal(1000)


@few
@given(seed=seeds)
def test_time_is_charging_or_parked_and_adds_up_to_the_session(seed):
    tariffs, sessions = drawn(seed)
    for row in rating.rate(Tariffs(tuple(tariffs)), *tables(sessions)).sessions.to_pylist():
        assert (
            row["charging_s"] + row["parked_s"]
            == Decimal((row["end"] - row["start"]) // timedelta(microseconds=1)) / 10**6
        )


def lines_by_session(rated: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {id_: [] for id_ in rated.sessions.column("session_id").to_pylist()}
    for row in rated.lines.to_pylist():
        found[row["session_id"]].append(row)
    return found


@few
@given(seed=seeds)
def test_what_is_printed_adds_up_to_what_is_charged(seed):
    tariffs, sessions = drawn(seed)
    known = Tariffs(tuple(tariffs))
    rated = rating.rate(known, *tables(sessions))
    lines = lines_by_session(rated)
    for row in rated.sessions.to_pylist():
        tariff = known[row["tariff"]]
        own = lines[row["session_id"]]
        total = row["gross"] if tariff.tax is not None and tariff.tax.included else row["net"]
        assert sum((line["printed_amount"] for line in own), Decimal(0)) == total
        assert row["net"] + row["tax"] == row["gross"]
        assert [line["line"] for line in own] == list(range(1, len(own) + 1))
        unit = Decimal(tariff.rounding.unit_micro) / 10**6
        assert row["net"] % unit == row["tax"] % unit == row["gross"] % unit == 0


@few
@given(seed=seeds)
def test_volumes_of_lines_are_never_more_than_the_session_has(seed):
    tariffs, sessions = exact_drawn(seed)
    rated = rating.rate(Tariffs(tuple(tariffs)), *tables(sessions))
    lines = lines_by_session(rated)
    plugged_in = {tariff.id for tariff in tariffs if any(part.plugged_in for part in components_of(tariff))}
    sizes = {"kWh": Fraction(1), "Wh": Fraction(1, 1000), "s": Fraction(1), "session": Fraction(1)}
    for row in rated.sessions.to_pylist():
        parked_s = row["parked_s"] + (row["charging_s"] if row["tariff"] in plugged_in else 0)
        most = dict(zip(DIMENSIONS, (row["energy_kwh"], row["charging_s"], parked_s, 1), strict=True))
        for dimension in DIMENSIONS:
            own = [line for line in lines[row["session_id"]] if line["dimension"] == dimension]
            assert sum(Fraction(line["volume"]) * sizes[line["unit"]] for line in own) <= Fraction(most[dimension])


def components_of(tariff: Tariff) -> list[Component]:
    return [part for version in tariff.versions for element in version.elements for part in element.components]


def exact_drawn(seed: int) -> tuple[list[Tariff], list[Drawn]]:
    """With units and limits of which every exact amount fits the twelve decimals of the table of lines."""
    pick = random_pick(seed)
    tariffs, sessions = drawn(seed)
    return [_exact_tariff(tariff, pick) for tariff in tariffs], sessions


def _exact_tariff(tariff: Tariff, pick: Any) -> Tariff:
    def limit(given: PriceLimit | None) -> PriceLimit | None:
        # With tax on top, a limit after tax is divided by 1 + rate, which may have no last decimal.
        if given is None or tariff.tax is None or tariff.tax.included:
            return given
        return None if given.before_tax_micro is None else PriceLimit(given.before_tax_micro)

    versions = []
    for version in tariff.versions:
        elements = []
        for element in version.elements:
            parts = [
                replace(part, price=replace(part.price, unit=pick.of(PLAIN_UNITS[part.dimension]), count=1))
                for part in element.components
            ]
            elements.append(replace(element, components=tuple(parts)))
        versions.append(
            replace(
                version,
                elements=tuple(elements),
                min_price=limit(version.min_price),
                max_price=limit(version.max_price),
            )
        )
    return replace(tariff, versions=tuple(versions))


@few
@given(seed=seeds)
def test_the_exact_amounts_of_lines_round_to_the_total(seed):
    """Lines of `rounding` left out: they are what rounding to a coarser unit made."""
    tariffs, sessions = exact_drawn(seed)
    known = Tariffs(tuple(tariffs))
    rated = rating.rate(known, *tables(sessions))
    lines = lines_by_session(rated)
    for row in rated.sessions.to_pylist():
        tariff = known[row["tariff"]]
        exact = sum(
            (Fraction(line["amount"]) for line in lines[row["session_id"]] if line["kind"] != "rounding"), Fraction()
        )
        total = row["gross"] if tariff.tax is not None and tariff.tax.included else row["net"]
        assert Fraction(total) * 10**6 == round_to(exact, tariff.rounding.unit_micro, tariff.rounding.mode)
