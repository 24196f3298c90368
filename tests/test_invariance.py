"""What must not move a byte, or an amount: threads, chunks, order, units, slices of an even flow, the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from images import by_session, images, plain
from strategies import Network, networks, random_network
from strategies_pick import random_pick
from twin import Drawn, tables

import rating
from rating.reference import Interval, Usage
from rating.tariff.calendars import Calendar
from rating.tariff.model import Element, Tariff, Tariffs, When
from rating.units import MWH_PER_WH

few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32)


def joined(seed: int, count: int = 8, faulty: bool = True) -> Network:
    """Several random networks as one."""
    tariffs, sessions = [], []
    for i in range(count):
        drawn = random_network(seed + i, faulty=faulty)
        tariffs += [replace(tariff, id=f"{tariff.id}-{i}") for tariff in drawn[0]]
        sessions += [(f"{id_}-{i}", replace(usage, session_id=f"{usage.session_id}-{i}")) for id_, usage in drawn[1]]
    return tariffs, sessions


def rate(tariffs: list[Tariff], sessions: list[Drawn], **options: Any) -> Any:
    return rating.rate(Tariffs(tuple(tariffs)), *tables(sessions), **options)


def with_intervals(sessions: list[Drawn], change: Callable[[Usage], tuple[Interval, ...]]) -> list[Drawn]:
    return [(id_, replace(usage, intervals=change(usage))) for id_, usage in sessions]


# The way in which the work is done


@settings(few, max_examples=3)
@given(seed=seeds)
def test_neither_threads_nor_the_size_of_chunks_move_a_byte(seed):
    network = joined(seed, 14)
    once = images(rate(*network, threads=1))
    for threads, chunk_sessions in product((1, 4), (1, 7, 64, 8192)):
        assert images(rate(*network, threads=threads, chunk_sessions=chunk_sessions)) == once


@few
@given(network=networks())
def test_chunks_of_one_session_on_four_threads_move_no_byte_of_a_drawn_network(network):
    assert images(rate(*network, threads=4, chunk_sessions=1)) == images(rate(*network, threads=1))


@settings(few, max_examples=3)
@given(seed=seeds)
def test_more_threads_than_there_can_be_move_no_byte(seed):
    network = joined(seed, 14)
    assert images(rate(*network, threads=10**9)) == images(rate(*network, threads=1))


@few
@given(seed=seeds)
def test_rating_twice_gives_the_same_bytes(seed):
    network = joined(seed)
    assert images(rate(*network)) == images(rate(*network))


@few
@given(seed=seeds)
def test_a_result_stays_as_it_is_while_others_are_rated(seed):
    kept = rate(*joined(seed))
    before = images(kept)
    rate(*joined(seed + 100), chunk_sessions=3)
    assert images(kept) == before


@few
@given(seed=seeds)
def test_tariffs_in_another_order_move_no_byte(seed):
    tariffs, sessions = joined(seed)
    assert images(rate(tariffs[::-1], sessions)) == images(rate(tariffs, sessions))


# The way in which the input comes


def in_order(columns: dict[str, list[Any]], order: list[int]) -> dict[str, list[Any]]:
    return {name: [values[i] for i in order] for name, values in columns.items()}


@few
@given(seed=seeds)
def test_intervals_in_any_order_move_no_byte(seed):
    tariffs, sessions = joined(seed, faulty=False)
    table, intervals = tables(sessions)
    order = list(range(len(intervals["start"])))
    Random(seed).shuffle(order)
    known = Tariffs(tuple(tariffs))
    sorted_, shuffled = rating.rate(known, table, intervals), rating.rate(known, table, in_order(intervals, order))
    assert images(shuffled) == images(sorted_)


@few
@given(seed=seeds)
def test_intervals_backwards_within_each_session_move_no_byte(seed):
    """Runs of equal ids look as they should, so that only the walk can find out."""
    tariffs, sessions = joined(seed, faulty=False)
    table, intervals = tables(sessions)
    ids = intervals["session_id"]
    order = sorted(range(len(ids)), key=lambda i: (ids.index(ids[i]), -i))
    known = Tariffs(tuple(tariffs))
    backwards = rating.rate(known, table, in_order(intervals, order))
    assert images(backwards) == images(rating.rate(known, table, intervals))


@few
@given(seed=seeds)
def test_sessions_in_another_order_get_the_same_bills(seed):
    tariffs, sessions = joined(seed)
    shuffled = list(sessions)
    Random(seed).shuffle(shuffled)
    rated = rate(tariffs, shuffled)
    assert by_session(rated) == by_session(rate(tariffs, sessions))
    taken = set(rated.sessions.column("session_id").to_pylist())
    assert rated.sessions.column("session_id").to_pylist() == [
        usage.session_id for _, usage in shuffled if usage.session_id in taken
    ]


@few
@given(seed=seeds)
def test_a_session_is_priced_alike_alone_and_among_others(seed):
    tariffs, sessions = joined(seed, 3)
    together = by_session(rate(tariffs, sessions))
    for drawn in sessions:
        assert by_session(rate(tariffs, [drawn])) == {drawn[1].session_id: together[drawn[1].session_id]}


@few
@given(seed=seeds)
def test_two_batches_rated_together_are_the_two_results_one_after_the_other(seed):
    tariffs, sessions = joined(seed)
    middle = 1 + seed % (len(sessions) - 1)
    both, parts = rate(tariffs, sessions), [rate(tariffs, part) for part in (sessions[:middle], sessions[middle:])]
    for name in ("sessions", "lines"):
        halves = [plain(getattr(part, name)) for part in parts]
        # A half whose zones are all missing has a column of no type.
        expected = pa.concat_tables(halves, promote_options="permissive").combine_chunks()
        assert plain(getattr(both, name)).equals(expected)
    for name in ("session_id", "code", "energy_kwh"):
        assert both.rejected.column(name).to_pylist() == [
            value for part in parts for value in part.rejected.column(name).to_pylist()
        ]


@few
@given(seed=seeds)
def test_whole_wh_as_integers_and_as_kwh_give_the_same_bytes(seed):
    def whole(usage: Usage) -> tuple[Interval, ...]:
        return tuple(replace(each, energy_mwh=each.energy_mwh // MWH_PER_WH * MWH_PER_WH) for each in usage.intervals)

    tariffs, sessions = joined(seed, faulty=False)
    sessions = with_intervals(sessions, whole)
    table, intervals = tables(sessions)
    as_wh = {name: values for name, values in intervals.items() if name != "energy_kwh"}
    as_wh["energy_wh"] = [each.energy_mwh // MWH_PER_WH for _, usage in sessions for each in usage.intervals]
    known = Tariffs(tuple(tariffs))
    assert images(rating.rate(known, table, as_wh)) == images(rating.rate(known, table, intervals))


@few
@given(seed=seeds)
def test_ids_as_integers_change_nothing_else(seed):
    tariffs, sessions = joined(seed)
    numbers = {usage.session_id: 1000 - i for i, (_, usage) in enumerate(sessions)}
    renamed = [(id_, replace(usage, session_id=numbers[usage.session_id])) for id_, usage in sessions]
    text, integer = rate(tariffs, sessions), rate(tariffs, renamed)
    assert integer.sessions.schema.field("session_id").type == pa.int64()
    for name in ("sessions", "lines"):
        with_text, with_integers = getattr(text, name), getattr(integer, name)
        assert [numbers[id_] for id_ in with_text.column(0).to_pylist()] == with_integers.column(0).to_pylist()
        assert with_text.drop_columns(["session_id"]).equals(with_integers.drop_columns(["session_id"]))


# The way in which the meter slices an even flow


def parts_of(random: Random, interval: Interval) -> list[Interval]:
    """An interval in equal parts of whole Wh (but for what the last one has more), at whole microseconds."""
    wh = interval.energy_mwh // MWH_PER_WH
    length = interval.end_us - interval.start_us
    counts = [n for n in (2, 3, 4, 5, 7, 12) if length % n == 0 and (interval.energy_mwh == 0 or wh >= n)]
    counts = [n for n in counts if interval.energy_mwh % (n * MWH_PER_WH) == 0]
    if not counts or length == 0:
        return [interval]
    count = random.choice(counts)
    bounds = [interval.start_us + length // count * i for i in range(count + 1)]
    chosen = sorted({bounds[0], bounds[-1], *random.choices(bounds, k=3)})
    each = interval.energy_mwh // count
    return [Interval(a, b, each * ((b - a) * count // length), interval.activity) for a, b in pairwise(chosen)]


@few
@given(seed=seeds)
def test_an_even_flow_costs_the_same_however_finely_it_is_sliced(seed):
    """Where the slices are whole Wh and whole microseconds: no byte moves, whether it is split or merged."""
    random = Random(seed)

    def even(usage: Usage) -> tuple[Interval, ...]:
        """Whole multiples of 420 Wh: they can be split."""
        grain = 420 * MWH_PER_WH
        return tuple(replace(each, energy_mwh=each.energy_mwh // grain * grain) for each in usage.intervals)

    def split(usage: Usage) -> tuple[Interval, ...]:
        return tuple(part for interval in usage.intervals for part in parts_of(random, interval))

    tariffs, sessions = joined(seed, faulty=False)
    sessions = with_intervals(sessions, even)
    finer = with_intervals(sessions, split)
    assert sum(len(usage.intervals) for _, usage in finer) > sum(len(usage.intervals) for _, usage in sessions)
    merged, sliced = images(rate(tariffs, sessions)), images(rate(tariffs, finer))
    assert sliced["sessions"] == merged["sessions"]
    assert sliced["lines"] == merged["lines"]


# The way in which a tariff is written


def apart(tariff: Tariff, seed: int, dates: list[date]) -> Tariff:
    """The tariff with elements that can never hold together: each has days, months, dates or hours of its own."""
    pick = random_pick(seed)
    versions = []
    for version in tariff.versions:
        count = len(version.elements)
        kind = pick.below(4)
        whens = []
        for i in range(count):
            if kind == 0:
                whens.append(When(day_of_week=frozenset(day for day in range(7) if day % count == i)))
            elif kind == 1:
                whens.append(When(months=frozenset(month for month in range(1, 13) if month % count == i)))
            elif kind == 2:
                whens.append(When(start_min=i * 1440 // count, end_min=(i + 1) * 1440 // count))
            else:
                mine = Calendar(f"days {i}", listed=frozenset(dates[i::count]))
                whens.append(When(holidays=mine, day_of_week=pick.some(range(7), 4, 7)))
        elements = tuple(replace(each, when=when) for each, when in zip(version.elements, whens, strict=True))
        versions.append(replace(version, elements=elements))
    return replace(tariff, versions=tuple(versions))


def in_another_order(tariff: Tariff, random: Random) -> Tariff:
    def shuffled(elements: tuple[Element, ...]) -> tuple[Element, ...]:
        return tuple(random.sample(elements, len(elements)))

    return replace(tariff, versions=tuple(replace(each, elements=shuffled(each.elements)) for each in tariff.versions))


def without_order(answers: dict[Any, Any]) -> dict[Any, Any]:
    """Lines sorted by what they say; to which of equal remainders a cent goes depends on their order."""
    found = {}
    for id_, answer in answers.items():
        if isinstance(answer[0], dict):
            head = {name: value for name, value in answer[0].items() if name != "tariff_hash"}
            lines = [
                {name: value for name, value in line.items() if name not in ("line", "printed_amount")}
                for line in answer[1]
            ]
            answer = (head, sorted(lines, key=repr))
        found[id_] = answer
    return found


@few
@given(seed=seeds)
def test_elements_that_never_hold_together_may_stand_in_any_order(seed):
    random = Random(seed)
    tariffs, sessions = joined(seed)
    starts = [rating_day(usage) for _, usage in sessions]
    dates = sorted({day + timedelta(days=d) for day in starts for d in range(-1, 4)})
    tariffs = [apart(tariff, seed + i, dates) for i, tariff in enumerate(tariffs)]
    turned = [in_another_order(tariff, random) for tariff in tariffs]
    assert without_order(by_session(rate(turned, sessions))) == without_order(by_session(rate(tariffs, sessions)))


def rating_day(usage: Usage) -> date:
    return date(1970, 1, 1) + timedelta(microseconds=usage.start_us)
