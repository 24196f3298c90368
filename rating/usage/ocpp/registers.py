"""Readings in order -> how much energy flowed between each two of them.

A register only rises. Where it seems to fall:

- by less than a Wh, it is rounding (meterStop is whole Wh, samples are finer): the later value counts for both;
- a reading below the first of the session, or above the last, is of another register (some charge points count
  meterStart from zero and samples for ever, or the other way round) or a glitch: it is left out, unless the last is
  below the first or the charge point restarted;
- a single reading, or several equal ones, that fall or leap between readings that fit each other is a glitch as well;
- what is left is a register that started anew: the energy up to the new reading is what it shows if the charge point
  restarted in between, for then it counted from 0; if nothing says so, none, in doubt for the driver.

All of this is noted, but for the rounding. Energy that would take more power than any charger has is a fault of the
meter, and refuses the session.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from rating.errors import Fault
from rating.units import MWH_PER_WH, US_PER_H, US_PER_S
from rating.usage.evidence import energy_text, instant_text
from rating.usage.ocpp.model import ROUNDING_MWH, LeftOutError, Reading

# Whether the register may have restarted between two readings.
Restarted = Callable[[Reading, Reading], bool]


class Step(NamedTuple):
    """The energy between two readings."""

    start_us: int
    end_us: int
    energy_mwh: int


def steps_of(readings: list[Reading], restarted: Restarted, power_max_w: int, notes: list[Fault]) -> list[Step]:
    """The energy between each two readings of a session, which are in order. Raises LeftOutError."""
    known = _without_strangers(readings, restarted, notes)
    known = _without_glitches(known, restarted, notes)
    known = _without_rounding(known)
    steps = []
    for before, after in pairwise(known):
        energy = after.milli - before.milli
        if energy < 0:
            energy = _anew(before, after, restarted(before, after), notes)
        _check_power(before, after, energy, power_max_w)
        steps.append(Step(before.at_us, after.at_us, energy))
    return steps


def _without_strangers(readings: list[Reading], restarted: Restarted, notes: list[Fault]) -> list[Reading]:
    """The readings between the first and the last value, those two included, if the last is no lower than the first."""
    if len(readings) < 3:
        return readings
    first, last = readings[0], readings[-1]
    if last.milli < first.milli or any(restarted(before, after) for before, after in pairwise(readings)):
        return readings
    kept, strange = [first], []
    for reading in readings[1:-1]:
        if first.milli - ROUNDING_MWH < reading.milli < last.milli + ROUNDING_MWH:
            kept.append(reading._replace(milli=min(max(reading.milli, first.milli), last.milli)))
        else:
            strange.append(reading)
    if strange:
        between = f"readings between {energy_text(first.milli)} and {energy_text(last.milli)}"
        _note("register_strange", strange, between, notes)
    return [*kept, last]


def _without_glitches(readings: list[Reading], restarted: Restarted, notes: list[Fault]) -> list[Reading]:
    runs: list[list[Reading]] = []
    for reading in readings:
        if runs and abs(reading.milli - runs[-1][-1].milli) < ROUNDING_MWH:
            runs[-1].append(reading)
        else:
            runs.append([reading])
    kept = runs[:1]
    for i in range(1, len(runs) - 1):
        before, run, after = kept[-1][-1], runs[i], runs[i + 1][0]
        fell = run[0].milli < before.milli and run[-1].milli < after.milli
        leapt = run[0].milli > before.milli and run[-1].milli > after.milli and len(run) == 1
        fits = before.milli <= after.milli and not restarted(before, run[0]) and not restarted(run[-1], after)
        if fits and (fell or leapt):
            want = f"readings between {energy_text(before.milli)} and {energy_text(after.milli)}"
            _note("register_glitch", run, want, notes)
        else:
            kept.append(run)
    kept += runs[1:][-1:]
    return [reading for run in kept for reading in run]


def _without_rounding(readings: list[Reading]) -> list[Reading]:
    """The same, where no value is above the next one by less than a Wh."""
    smooth = readings[-1:]
    for reading in reversed(readings[:-1]):
        over = reading.milli - smooth[-1].milli
        smooth.append(reading._replace(milli=smooth[-1].milli) if 0 < over < ROUNDING_MWH else reading)
    return smooth[::-1]


def _anew(before: Reading, after: Reading, restarted: bool, notes: list[Fault]) -> int:
    energy = after.milli if restarted else 0
    got = f"{energy_text(after.milli)} at {instant_text(after.at_us)}, after {energy_text(before.milli)}"
    why = "the charge point restarted, and its register from 0" if restarted else "nothing says what flowed in between"
    fix = f"it counts from there: {why}"
    notes.append(Fault("register_reset", after.place, got, "a register that does not fall", fix))
    return energy


def _check_power(before: Reading, after: Reading, energy_mwh: int, power_max_w: int) -> None:
    """Instants are often whole seconds: a reading may be a second away from its own."""
    length_us = after.at_us - before.at_us + US_PER_S
    if energy_mwh * US_PER_H > power_max_w * MWH_PER_WH * length_us:
        got = f"{energy_text(energy_mwh)} from {instant_text(before.at_us)} to {instant_text(after.at_us)}"
        fix = "correct the reading that is wrong; read_ocpp(..., power_max_kw=...) sets the limit"
        raise LeftOutError("energy_jump", got, f"energy at no more than {power_max_w // 1_000} kW", fix)


def _note(code: str, left_out: list[Reading], want: str, notes: list[Fault]) -> None:
    one = left_out[0]
    more = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
    got = f"{energy_text(one.milli)} at {instant_text(one.at_us)}{more}"
    notes.append(Fault(code, one.place, got, want, "left out"))
