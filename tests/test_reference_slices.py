"""The price does not depend on how the meter sliced an even flow, whatever the tariff restricts.

A flow of a whole number of Wh a second that divides 1,000 reaches every threshold at a whole microsecond, and slices
at whole seconds are whole Wh. So the rounding of cuts blurs nothing, and bills must be equal in all but their trace.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import cases, random_network
from strategies_full import CURRENTS
from strategies_pick import Pick, hypothesis_pick, random_pick

from rating.reference import Bill, Interval, Refusal, Usage, rate_session
from rating.reference.values import Activity
from rating.tariff.model import Tariff, When
from rating.units import US_PER_MIN, US_PER_S

FLOWS = [0, 0, 1, 2, 4, 5, 8, 10, 20]  # Wh a second: up to 72 kW
SECONDS = [0, 1, 60, 7 * 60, 900, 1800, 3600, 3 * 3600, 5 * 3600]
DRAWN = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True)
class Flow:
    """So many seconds in which the meter would say the same again and again."""

    seconds: int
    wh_each: int
    current_ma: int
    activity: Activity
    times_each: tuple[int, int, int] | None  # a CDR's seconds charging, parked and reserved for each second


def flow(pick: Pick, told: bool) -> Flow:
    times = (pick.below(3), pick.below(2), pick.of([0, 0, 1])) if told else None
    seconds = pick.of(SECONDS) + (pick.below(600) if pick.one_in(2) else 0)
    return Flow(seconds, pick.of(FLOWS), pick.of(CURRENTS), pick.of(["auto", "auto", "charging", "parked"]), times)


def sliced(flows: list[Flow], start_us: int, cuts: set[int]) -> list[Interval]:
    """The flows one after the other, each cut at those of `cuts`, seconds from the start, that lie in it."""
    found, at = [], 0
    for each in flows:
        bounds = sorted({at, at + each.seconds, *(cut for cut in cuts if at < cut < at + each.seconds)})
        for a, b in pairwise(bounds) if each.seconds else [(at, at)]:
            seconds = b - a
            times = each.times_each and tuple(seconds * time * US_PER_S for time in each.times_each)
            energy_mwh = seconds * each.wh_each * 1000
            start, end = start_us + a * US_PER_S, start_us + b * US_PER_S
            found.append(
                Interval(start, end, energy_mwh, each.activity, current_ma=each.current_ma, volumes_us=times or None)
            )
        at += each.seconds
    return found


def slicings(pick: Pick, drawn: Usage) -> tuple[Usage, Usage]:
    """The same session, as its meter says it in long intervals and in short ones."""
    told = pick.one_in(3)
    flows = [flow(pick, told) for _ in range(pick.between(1, 4))]
    start_us = drawn.start_us // US_PER_S * US_PER_S
    length = sum(each.seconds for each in flows)
    cuts = {pick.below(length + 1) for _ in range(pick.between(1, 12))}
    cuts |= set(range(0, length, pick.of([300, 900, 3600])))
    end_us = start_us + length * US_PER_S + pick.of([0, 0, 10 * US_PER_MIN])
    reserved = reserved_slices(pick, drawn, start_us)
    usages = []
    for slices, before in ((set[int](), reserved[0]), (cuts, reserved[1])):
        intervals = (*before, *sliced(flows, start_us, slices))
        usages.append(replace(drawn, start_us=start_us, end_us=end_us, intervals=intervals, expired=False))
    return usages[0], usages[1]


def reserved_slices(pick: Pick, drawn: Usage, start_us: int) -> tuple[list[Interval], list[Interval]]:
    """Reserved time before the session, if the drawn one had any, whole and in slices."""
    if not any(interval.activity == "reserved" for interval in drawn.intervals):
        return [], []
    length = (1 + pick.below(7200)) * US_PER_S
    cuts = sorted({0, length, *(pick.below(length) for _ in range(3))})
    whole = [Interval(start_us - length, start_us, 0, "reserved")]
    parts = [Interval(start_us - length + a, start_us - length + b, 0, "reserved") for a, b in pairwise(cuts)]
    return whole, parts


def assert_alike(tariff: Tariff, whole: Usage, slices: Usage) -> None:
    one, many = rate_session(tariff, whole), rate_session(tariff, slices)
    if isinstance(one, Refusal) or isinstance(many, Refusal):
        # The interval at fault has another number.
        assert isinstance(one, Refusal)
        assert isinstance(many, Refusal)
        assert one.reason == many.reason
    else:
        assert replace(one, trace=()) == replace(many, trace=())


@st.composite
def drawn_slicings(draw: st.DrawFn) -> tuple[Tariff, Usage, Usage]:
    tariff, usage = draw(cases(faulty=False, full=True))
    return tariff, *slicings(hypothesis_pick(draw), usage)


@DRAWN
@given(drawn_slicings())
def test_slicing_an_even_flow_finer_leaves_the_bill_as_it_is(case: tuple[Tariff, Usage, Usage]) -> None:
    assert_alike(*case)


def test_slicing_leaves_thousands_of_random_bills_as_they_are() -> None:
    bills = priced_by_amount = 0
    for seed in range(700):
        pick = random_pick(seed)
        tariffs, sessions = random_network(seed, faulty=False, full=True)
        by_id = {tariff.id: tariff for tariff in tariffs}
        for id_, drawn in sessions:
            whole, slices = slicings(pick, drawn)
            assert_alike(by_id[id_], whole, slices)
            bills += isinstance(rate_session(by_id[id_], whole), Bill)
            whens = [each.when for version in by_id[id_].versions for each in version.elements]
            priced_by_amount += any(restricts_amounts(when) for when in whens)
    assert bills > 1500
    assert priced_by_amount > 1000


def restricts_amounts(when: When) -> bool:
    return not (when.min_energy_mwh is when.max_energy_mwh is when.min_duration_us is when.max_duration_us is None)
