"""Timelines against matching by hand, many of them in one plan, and prices too odd for 64 bits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from math import lcm
from random import Random

import numpy as np
import pytest
from strategies import random_network
from strategies_pick import ANCHORS
from twin import assert_same, tables

from rating.compile.components import rows
from rating.compile.epochs import timeline, version_start_us
from rating.compile.groups import Group, made
from rating.compile.plan import Plan, make_plan
from rating.compile.tables import compile_timelines
from rating.compile.traits import NO_TRAITS
from rating.errors import Place, TariffError
from rating.kernels.arrays import NEVER, SPAN_SHIFT
from rating.kernels.runs import find_runs
from rating.reference import Interval, Usage
from rating.reference.clock import load_zone, local
from rating.reference.match import match_all
from rating.reference.restrictions import Moment
from rating.reference.versions import version_at, version_starts
from rating.tariff.model import Component, Element, Price, PriceLimit, Rounding, Tariff, Tariffs, Tax, Version
from rating.units import DENOMINATOR_MAX, DIMENSIONS, US_PER_DAY, US_PER_H, US_PER_MIN
from rating.usage import read_usage

EUR = {"currency": "EUR", "minor_micro": 10_000, "rounding": Rounding("half_up", 10_000), "time_zone": "UTC"}


def numbers(tariff: Tariff) -> dict[tuple[int, int, int], int]:
    """The number of each (version, element, dimension) that has a component, counted through a timeline."""
    count = 0
    found = {}
    for v, version in enumerate(tariff.versions):
        if tariff.on_change == "next_session":
            count = 0
        for e, element in enumerate(version.elements):
            for part in element.components:
                found[v, e, DIMENSIONS.index(part.dimension)] = count
                count += 1
    return found


@pytest.mark.parametrize("seed", range(50))
def test_every_moment_of_a_timeline_has_the_components_that_matching_by_hand_finds(seed):
    """At random instants, and in the microseconds around the start of every epoch."""
    random = Random(seed)
    tariffs, sessions = random_network(seed, faulty=False)
    for tariff in tariffs:
        zone_name = tariff.time_zone or sessions[0][1].time_zone
        zone = load_zone(zone_name)
        about_us = sessions[0][1].start_us // US_PER_DAY * US_PER_DAY
        lo_us, hi_us = about_us - 9 * US_PER_DAY, about_us + 9 * US_PER_DAY
        starts, number = version_starts(tariff, zone), numbers(tariff)
        for index in range(len(tariff.versions)):
            start_us, component = timeline(tariff, index, zone_name, lo_us, hi_us)
            assert (np.diff(start_us) > 0).all()
            assert start_us.dtype == np.int64
            assert component.shape == (len(start_us), len(DIMENSIONS))
            assert (component[1:] != component[:-1]).any(axis=1).all(), "equal neighbours are merged"
            at_us = [random.randrange(int(start_us[0]), hi_us) for _ in range(60)]
            at_us += [random.randrange(int(start_us[0]), hi_us) // US_PER_MIN * US_PER_MIN for _ in range(60)]
            at_us += [int(at) + d for at in start_us for d in (-1, 0, 1) if start_us[0] <= at + d < hi_us]
            for at in at_us:
                version = index if tariff.on_change == "next_session" else version_at(starts, at)
                if version is None:
                    continue  # before the first version: no session starts here
                moment = Moment(local(at, zone))
                matches = match_all(version, tariff.versions[version], moment, sessions[0][1])
                by_hand = [
                    -1 if m.holds is None else number[m.holds.version, m.holds.element, m.holds.dimension]
                    for m in matches
                ]
                found = component[np.searchsorted(start_us, at, "right") - 1].tolist()
                assert found == by_hand, (tariff, local(at, zone))


def many(count: int) -> tuple[Tariffs, list[tuple[str, Usage]]]:
    """Tariffs without a zone of their own, of three versions each, with sessions in the zones of all anchors."""
    random = Random(count)
    tariffs, sessions = [], []
    for t in range(count):
        versions = tuple(
            Version(f"v{v}", None if v == 0 else date(2012 + 4 * v, 1 + t % 12, 1), (flat_and_energy(t, v),))
            for v in range(3)
        )
        change = "at_once" if t % 3 == 0 else "next_session"
        tariffs.append(Tariff(f"tariff {t}", versions=versions, on_change=change, **(EUR | {"time_zone": None})))
    for n in range(count * 6):
        anchor = random.choice(ANCHORS)
        start_us = anchor.at_us + random.randrange(-48, 48) * US_PER_H
        interval = Interval(start_us, start_us + 5 * US_PER_H, random.randrange(10**8))
        usage = Usage(f"S-{n}", start_us, start_us + 6 * US_PER_H, (interval,), anchor.zone)
        sessions.append((f"tariff {random.randrange(count)}", usage))
    return Tariffs(tuple(tariffs)), sessions


def flat_and_energy(t: int, v: int) -> Element:
    energy = Component("energy", Price(100_000 + 1000 * t + 10 * v, "kWh"))
    return Element(f"element {t % 5}", (energy, Component("flat", Price(10_000 * (t + v), "session"))))


def plan_of(tariffs: Tariffs, sessions: list[tuple[str, Usage]]) -> Plan:
    return make_plan(tariffs, read_usage(*tables(sessions), find_runs=find_runs))


def test_many_tariffs_versions_and_zones_in_one_plan_are_priced_as_by_the_twin():
    tariffs, sessions = many(25)
    rated = assert_same(tariffs.values(), sessions)
    assert rated.rejected.num_rows == 0
    assert len(set(rated.sessions.column("tariff_version").to_pylist())) == 3


def test_a_plan_gives_each_session_the_timeline_of_its_tariff_zone_and_version():
    tariffs, sessions = many(25)
    plan = plan_of(tariffs, sessions)
    for s, (id_, usage) in enumerate(sessions):
        tariff = tariffs[id_]
        t = int(plan.timeline[s])
        begun = [v for v in tariff.versions if version_start_us(v, usage.time_zone) <= usage.start_us]
        assert plan.tariffs[t] is tariff
        assert plan.versions[t] == begun[-1].label


def test_the_arrays_of_a_plan_fit_together():
    plan = plan_of(*many(25))
    lines, count = plan.book.timelines, len(plan.tariffs)
    assert lines.component_first.size == count + 1
    assert lines.component_first[0] == 0
    assert lines.component_first[-1] == plan.book.components.num.size
    assert (np.diff(lines.component_first) > 0).all()
    # Where prices follow an index, a timeline has its epochs twice: with the cuts of the index, and without.
    own = [*zip(lines.epoch_first, lines.hint_first, range(count), strict=True)]
    own += [*zip(lines.plain_first, lines.plain_hint_first, range(count), strict=True)]
    epoch_ends = dict(pairwise([*sorted({int(first) for first, _, _ in own}), lines.epoch_start_us.size]))
    hint_ends = dict(pairwise([*sorted({int(first) for _, first, _ in own}), lines.hint.size]))
    assert min(epoch_ends) == min(hint_ends) == 0
    assert lines.epoch_component.size == 4 * lines.epoch_start_us.size
    for epoch_first, hint_first, t in own:
        epochs = slice(epoch_first, epoch_ends[epoch_first])
        start_us = lines.epoch_start_us[epochs]
        assert start_us[-1] == NEVER
        used = lines.epoch_component.reshape(-1, 4)[epochs]
        assert (used[-1] == -1).all()
        parts = range(int(lines.component_first[t + 1] - lines.component_first[t]))
        assert {int(c) for c in used.ravel()} - {-1} <= set(parts)
        for dimension in range(4):
            column = used[:, dimension]
            assert (plan.book.components.dimension[lines.component_first[t] + column[column >= 0]] == dimension).all()
        hint = lines.hint[hint_first : hint_ends[hint_first]]
        bucket_us = lines.span_start_us[0] + (np.arange(hint.size, dtype=np.int64) << SPAN_SHIFT)
        assert (start_us[hint] <= bucket_us).all()
        assert (start_us[hint + 1] > bucket_us).all()
    for group in (lines, plan.book.components, plan.book.rules):
        for array in group:
            assert array.ndim == 1
            assert array.flags.c_contiguous
            assert not array.flags.writeable


def test_only_versions_that_the_sessions_may_meet_are_compiled():
    start_us = ANCHORS[0].at_us
    versions = tuple(Version(f"{year}", date(year, 1, 1), (flat_and_energy(1, year),)) for year in range(2001, 2061))
    tariff = Tariff("sixty", versions=versions, **EUR)
    usage = Usage("S", start_us, start_us + US_PER_H, (Interval(start_us, start_us + US_PER_H, 1),))
    assert plan_of(Tariffs((tariff,)), [("sixty", usage)]).versions == ("2026",)


def one(parts: tuple[Component, ...], limit: PriceLimit | None = None, tax: Tax | None = None) -> Tariff:
    return Tariff("odd", versions=(Version("always", None, (Element("all", parts),), limit),), tax=tax, **EUR)


def compiled(tariff: Tariff) -> object:
    version = tariff.versions[0]
    parts = [part for element in version.elements for part in element.components]
    return rows(tariff, version, [(part, DIMENSIONS.index(part.dimension)) for part in parts])


def per(count: int, unit: str = "min") -> Component:
    return Component("time", Price(1, unit, count))


def test_prices_whose_common_denominator_is_too_great_are_refused_with_the_fix():
    tariff = replace(one((per(7), per(11), per(13), per(17), per(19), per(23), per(29))), place=Place("odd.yaml", 3, 1))
    with pytest.raises(TariffError) as caught:
        compiled(tariff)
    (fault,) = caught.value.faults
    assert (fault.code, fault.place, fault.got) == ("price_precision", Place("odd.yaml", 3, 1), "odd")
    assert "7 min beside 11 min" in fault.fix


def test_a_denominator_is_taken_up_to_the_limit_and_not_beyond():
    energy = Component("energy", Price(1, "Wh", DENOMINATOR_MAX))
    _, rule, _ = compiled(one((energy,)))  # type: ignore[misc]
    assert rule.den == DENOMINATOR_MAX
    with pytest.raises(TariffError):
        compiled(one((replace(energy, price=Price(1, "Wh", DENOMINATOR_MAX + 1)),)))


def test_a_limit_after_tax_may_be_what_makes_prices_too_odd():
    energy = Component("energy", Price(1, "Wh", DENOMINATOR_MAX - 21))
    tax = Tax.one("VAT", 210_000, included=False)
    compiled(one((energy,), PriceLimit(before_tax_micro=1), tax))
    with pytest.raises(TariffError):
        compiled(one((energy,), PriceLimit(after_tax_micro=1), tax))


def test_the_common_denominator_is_the_least():
    parts = (per(7), per(15), per(2, "h"), Component("energy", Price(333_333, "kWh", 3)))
    made, rule, _ = compiled(one(parts))  # type: ignore[misc]
    assert rule.den == lcm(*(row.den for row in made))
    assert [row.den * row.den_scale for row in made] == [rule.den] * len(parts)


def test_a_plan_of_no_sessions_has_no_timeline():
    plan = make_plan(
        Tariffs((one((per(1),)),)),
        read_usage({"session_id": [], "tariff": [], "start": [], "end": [], "energy_wh": []}, find_runs=find_runs),
    )
    assert plan.timeline.size == 0
    assert plan.tariffs == ()


def plan_on(tariff: Tariff, day: int) -> Plan:
    start_us = (date(2026, 3, 1) - date(1970, 1, 1)).days * US_PER_DAY + day * US_PER_DAY + 9 * US_PER_H
    usage = Usage("S-1", start_us, start_us + US_PER_H, (Interval(start_us, start_us + US_PER_H, 1),), "UTC")
    return plan_of(Tariffs((tariff,)), [(tariff.id, usage)])


def test_sessions_that_come_one_at_a_time_find_their_tariff_compiled():
    tariff = one((per(7),))
    books = [plan_on(tariff, day).book for day in range(40)]
    assert len({id(book) for book in books}) <= 3
    assert plan_on(tariff, 1).book is plan_on(one((per(7),)), 1).book
    assert plan_on(one((per(8),)), 1).book is not books[1]


def test_a_version_outside_the_days_of_the_sessions_is_not_compiled():
    later = Version("later", date(2026, 3, 20), (Element("e", (per(7),)),))
    tariff = replace(one((per(7),)), versions=(*one((per(7),)).versions, later))
    assert [plan_on(tariff, day).versions for day in (1, 25)] == [(tariff.versions[0].label,), ("later",)]


def test_windows_of_a_long_span_cut_at_every_local_change():
    """A year of Amsterdam with one evening window: two epochs a day, at the right UTC hour in summer and in winter."""
    from rating.tariff.model import When

    day_and_evening = (
        Element("evening", (Component("energy", Price(1, "kWh")),), When(start_min=17 * 60, end_min=21 * 60)),
        Element("else", (Component("energy", Price(2, "kWh")),)),
    )
    tariff = replace(one(()), versions=(Version("always", None, day_and_evening),))
    lo_us = (date(2026, 1, 1) - date(1970, 1, 1)).days * US_PER_DAY
    start_us, component = timeline(tariff, 0, "Europe/Amsterdam", lo_us, lo_us + 365 * US_PER_DAY)
    begins = start_us[component[:, 0] == 0]
    summer = [
        lo_us + d * US_PER_DAY
        for d in range(365)
        if date(2026, 3, 29) <= date(2026, 1, 1) + timedelta(d) < date(2026, 10, 25)
    ]
    hours = {day: 15 if day in set(summer) else 16 for day in range(lo_us, lo_us + 365 * US_PER_DAY, US_PER_DAY)}
    assert begins.tolist() == [day + hour * US_PER_H for day, hour in hours.items()]


def test_tariffs_whose_prices_change_together_share_their_epochs():
    tariffs, _ = many(2)
    one = tariffs["tariff 1"]
    other = replace(one, id="other")
    wanted = [(Group(each, "Europe/Paris", NO_TRAITS, False, 0, 400 * US_PER_DAY), 0) for each in (one, other)]
    assert made(wanted[0]).epochs is made(wanted[1]).epochs
    lines = compile_timelines(tuple(wanted), 0).book.timelines
    assert lines.epoch_first.tolist() == [0, 0]
    assert lines.component_first.size == 3
