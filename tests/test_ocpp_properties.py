"""Whatever charge points send: energy is conserved, order does not matter, and nothing crashes."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st
from ocpp_words import EVSE, REGISTER, event, metered, read, rows, started, status, stopped

import rating
from rating import OcppUsage

FOLDER = Path(__file__).parent / "ocpp"
LOGS = [
    [json.loads(line) for line in (FOLDER / "dc_1_6.jsonl").read_text().splitlines()],
    json.loads((FOLDER / "ac_2_0_1.json").read_text()),
]
STATES = ["Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Faulted", "Preparing"]
EVENTS = ["Charging", "SuspendedEV", "SuspendedEVSE", "EVConnected", "Idle"]

# A register rises by so many Wh from reading to reading, each so many minutes after the one before.
rises = st.lists(st.tuples(st.integers(1, 90), st.integers(0, 20_000)), min_size=1, max_size=12)
states = st.lists(st.tuples(st.integers(0, 600), st.sampled_from(STATES)), max_size=6)


def tables(usage: OcppUsage) -> tuple[Any, ...]:
    left = usage.left_out.drop(["place"])
    return usage.sessions, usage.intervals, usage.signed_data, left


def total(usage: OcppUsage) -> Any:
    return pc.sum(usage.intervals["energy_wh"]).as_py()


def check(usage: OcppUsage) -> None:
    """The intervals of a session lie end to end, from its start to its end."""
    for session in usage.sessions.to_pylist():
        own = [row for row in usage.intervals.to_pylist() if row["session_id"] == session["session_id"]]
        assert own[0]["start"] == session["start"]
        assert own[-1]["end"] == session["end"]
        for before, after in pairwise(own):
            assert before["end"] == after["start"]
        for row in own:
            assert row["energy_wh"] >= 0
            assert row["start"] < row["end"] or row is own[0]


@given(first=st.integers(0, 10**9), rises=rises, said=states)
@settings(max_examples=150, deadline=None)
def test_1_6_conserves_energy(first: int, rises: list[tuple[int, int]], said: list[tuple[int, str]]) -> None:
    log, minute, register = [started(0, first)], 0, first
    for length, rise in rises:
        minute, register = minute + length, register + rise
        log.append(metered(minute, register))
    log.append(stopped(minute + 1, register))
    log += [status(at, state) for at, state in said]
    usage = read(*log)
    assert total(usage) == register - first
    check(usage)


@given(first=st.integers(0, 10**9), rises=rises, said=st.lists(st.sampled_from([None, *EVENTS]), max_size=12))
@settings(max_examples=150, deadline=None)
def test_2_x_conserves_energy(first: int, rises: list[tuple[int, int]], said: list[str | None]) -> None:
    told = [*said, *[None] * len(rises)]
    log, minute, register = [event("Started", 0, 0, {"value": first, "context": "Transaction.Begin"}, **EVSE)], 0, first
    for seq, ((length, rise), state) in enumerate(zip(rises, told, strict=False), 1):
        minute, register = minute + length, register + rise
        log.append(event("Updated", seq, minute, *([register] if seq % 3 else []), state=state))
    log.append(event("Ended", len(log), minute + 1, register))
    usage = read(*log)
    assert total(usage) == register - first
    check(usage)


@given(
    runs=st.lists(st.lists(st.integers(2, 9_000), min_size=2, max_size=6), min_size=2, max_size=4), boots=st.booleans()
)
@settings(max_examples=150, deadline=None)
def test_registers_that_start_anew_conserve_energy(runs: list[list[int]], boots: bool) -> None:
    # Each run of readings starts again at its first rise, below where the one before it, and the session, began.
    context = "Interruption.End" if boots else "Sample.Periodic"
    expected, minute, seq = 0, 0, 1
    base = 100_000 * len(runs)
    log: list[Any] = []
    for number, run in enumerate(runs):
        register = base - 100_000 * number
        expected += (register if boots and number else 0) + sum(run)
        for i, rise in enumerate([0, *run]):
            register, minute = register + rise, minute + 60
            kind = "Started" if not log else "Updated"
            sample = {"value": register, "context": context if i == 0 and number else "Sample.Periodic"}
            log.append(event(kind, seq, minute, sample, **EVSE))
            seq += 1
    log.append(event("Ended", seq, minute, register))
    usage = read(*log)
    assert total(usage) == expected
    assert len([note for note in usage.notes if note.code == "register_reset"]) == len(runs) - 1
    check(usage)


@given(seed=st.randoms(use_true_random=False), which=st.sampled_from([0, 1]))
@settings(max_examples=60, deadline=None)
def test_any_order_gives_the_same_tables(seed: random.Random, which: int) -> None:
    shuffled = list(LOGS[which])
    seed.shuffle(shuffled)
    assert tables(rating.read_ocpp(shuffled)) == tables(rating.read_ocpp(LOGS[which]))


@given(seed=st.randoms(use_true_random=False), data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_order_of_a_muddle_gives_the_same_tables(seed: random.Random, data: st.DataObject) -> None:
    # Registers that jump, transactions that overlap, messages that are missing or there twice.
    count = data.draw(st.integers(1, 3))
    log: list[Any] = []
    for transaction in range(1, count + 1):
        begin = data.draw(st.integers(0, 60))
        connector = data.draw(st.integers(1, 2))
        log += started(begin, data.draw(st.integers(0, 3)) * 500, transaction=transaction, connector=connector)
        for minute in data.draw(st.lists(st.integers(0, 90), max_size=6)):
            named = data.draw(st.sampled_from([transaction, None]))
            register = data.draw(st.sampled_from([0, 500, 999, 1000, "1000.5", 2000, 9000, 10**9]))
            log += metered(minute, register, transaction=named, connector=connector)
        log += [status(data.draw(st.integers(0, 120)), state, connector=connector) for state in (*STATES, "Available")]
        log += stopped(begin + data.draw(st.integers(-5, 60)), 1000, transaction=transaction)
    kept = [message for message in log if seed.random() > 0.05]
    usage = rating.read_ocpp(kept)
    check(usage)
    ids = usage.sessions["session_id"].to_pylist() + usage.left_out["session_id"].to_pylist()
    assert len(ids) - ids.count("?") == len(set(ids) - {"?"})
    shuffled = kept + seed.sample(kept, len(kept) // 3)
    seed.shuffle(shuffled)
    assert tables(rating.read_ocpp(shuffled)) == tables(usage)


def mutate(value: Any, pick: random.Random, depth: int = 0) -> Any:
    """The value with something in it that does not belong there."""
    junk = [None, True, -1, 0, 10**30, 2**63, 0.1, Decimal("1e-30"), "", "x" * 300, "NaN", "-5", "1970-01-01T00:00:00Z"]
    junk += ["2026-03-02T10:00:00Z", "kWh", "Energy.Active.Import.Register", [], {}, [[]], {"value": "5"}, REGISTER]
    if isinstance(value, dict) and value and depth < 9 and pick.random() < 0.9:
        key = pick.choice(sorted(value))
        if pick.random() < 0.1:
            return {name: each for name, each in value.items() if name != key}
        name = pick.choice([key, key, key, key.upper(), "x"])
        return {**value, name: mutate(value[key], pick, depth + 1)}
    if isinstance(value, list) and value and depth < 9 and pick.random() < 0.9:
        at = pick.randrange(len(value))
        return [*value[:at], mutate(value[at], pick, depth + 1), *value[at + (pick.random() < 0.9) :]]
    if isinstance(value, str) and value and pick.random() < 0.4:
        at = pick.randrange(len(value))
        return value[:at] + pick.choice("0Z-.:\x00é") + value[at + 1 :]
    if isinstance(value, int) and not isinstance(value, bool) and pick.random() < 0.5:
        return value + pick.choice([-1, 1, -1000, 10**6])
    return pick.choice(junk)


def test_mutated_messages_never_crash() -> None:
    tariffs = rating.load_tariffs(FOLDER.parents[1] / "tariffs" / "harbour-dc.yaml")
    for seed in range(1_500):
        pick = random.Random(seed)
        log = [mutate(each, pick) if pick.random() < 0.3 else each for each in LOGS[seed % 2]]
        usage = rating.read_ocpp(log, tariff="harbour-dc")
        check(usage)
        assert all(str(fault) for fault in usage.faults + usage.notes)
        if seed % 10 == 0:
            rated = rating.rate(tariffs, usage.sessions, usage.intervals)
            assert rated.sessions.num_rows + rated.rejected.num_rows == usage.sessions.num_rows


def test_mutated_text_never_crashes(tmp_path: Path) -> None:
    whole = (FOLDER / "dc_1_6.jsonl").read_bytes()
    for seed in range(300):
        pick = random.Random(seed)
        data = bytearray(whole if seed % 2 else (FOLDER / "ac_2_0_1.json").read_bytes())
        for _ in range(pick.randrange(1, 30)):
            data[pick.randrange(len(data))] = pick.randrange(256)
        (tmp_path / "log.jsonl").write_bytes(bytes(data[: pick.randrange(len(data))] if seed % 3 == 0 else data))
        check(rating.read_ocpp(tmp_path / "log.jsonl"))


def test_a_refined_log_gives_the_same_energy() -> None:
    coarse = read(started(0, 0), metered(30, 6000), stopped(60, 9000))
    fine = read(started(0, 0), *(metered(10 * i, 2000 * i) for i in (1, 2, 3)), metered(45, 7500), stopped(60, 9000))
    assert total(coarse) == total(fine) == sum(row[2] for row in rows(fine))
