"""The scratch of a thread stays for the next call that needs as much, and begins with sums of nothing."""

from __future__ import annotations

import pytest

from rating import load_tariffs
from rating.compile.plan import make_plan
from rating.kernels.runs import find_runs
from rating.memory import Block
from rating.settle.room import ScratchRoom, room_for_block
from rating.usage.read import read_usage

SUMS = ("volume", "free", "spot")


def plan_of(name: str):
    sessions = {"session_id": [1], "tariff": [name], "energy_wh": [5]}
    bounds = {"start": ["2026-03-02T10:00Z"], "end": ["2026-03-02T11:00Z"]}
    return make_plan(load_tariffs(f"tariffs/{name}.yaml"), read_usage(sessions | bounds, find_runs=find_runs))


def spoilt(scratch):
    for name in SUMS:
        getattr(scratch, name)[:] = 7
    for each in scratch.gathered:
        each[:] = 7


def is_clear(scratch) -> bool:
    return not any(each.any() for each in (*(getattr(scratch, name) for name in SUMS), *scratch.gathered))


def test_scratch_of_the_same_needs_is_the_same_and_clear():
    own, plan = ScratchRoom(), plan_of("per-kwh")
    first = own.scratch(512, plan, lines=True)
    assert is_clear(first.group)
    spoilt(first.group)
    again = own.scratch(512, plan, lines=True)
    assert again is first
    assert is_clear(again.group)


@pytest.mark.parametrize("change", [{"stretches": 1024}, {"lines": False}, {"plan": "spot"}])
def test_other_needs_get_scratch_as_it_would_be_made_for_them(change):
    own = ScratchRoom()
    first = own.scratch(512, plan_of("per-kwh"), lines=True)
    stretches, lines = change.get("stretches", 512), change.get("lines", True)
    plan = plan_of(change.get("plan", "per-kwh"))
    other = own.scratch(stretches, plan, lines=lines)
    assert other is not first
    assert is_clear(other.group)
    made = room_for_block(Block(), stretches, plan, lines=lines)
    assert [each.shape for each in other.group.records] == [each.shape for each in made.records]
    assert [each.shape for each in other.group.gathered] == [each.shape for each in made.gathered]
    assert other.group.wanted.tolist() == made.wanted.tolist()
