"""Blocks of sessions: how often a session is walked and looked at, where `plain` leaves some that nobody could foresee.

Counted in a process of its own in which kernels are not compiled; as a program, this file is that process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
COUNT = 600
START_US = 1_772_359_200_000_000
QUARTER_US = 900_000_000
_HEAD = "{{tariff: {name}, currency: EUR, time_zone: Europe/Amsterdam, versions: [elements: [{{{prices}}}]]}}"
PRICES = {"plain": "energy: 0.40/kWh", "grace": "parking_time: {price: 0.10/min, grace: 20 min}"}
FAULTS = ["none", "negative energy", "end before start", "no data"]


def counted(fault: str, tariffs: list[str]) -> dict[str, int]:
    """Of COUNT sessions on these tariffs in turn, one in six at fault: how many were walked, looked at, and priced."""
    import rating
    from rating.kernels import price
    from rating.tariff.load import parse_tariff
    from rating.tariff.model import Tariffs

    found = {"walked": 0, "looked": 0}
    walk, row_of = price._walk, price.row_of

    def walking(address: int, lo: int, hi: int, *rest: Any) -> Any:
        found["walked"] += hi - lo
        return walk(address, lo, hi, *rest)

    def looking(*args: Any) -> Any:
        found["looked"] += 1
        return row_of(*args)

    price._walk, price.row_of = walking, looking
    at_fault = [fault != "none" and number % 6 == number // 6 % 6 for number in range(COUNT)]
    ends = [-1 if wrong and fault == "end before start" else QUARTER_US for wrong in at_fault]
    measured = [number for number in range(COUNT) if not (at_fault[number] and fault == "no data")]
    sessions = {
        "session_id": list(range(COUNT)),
        "tariff": [tariffs[number % len(tariffs)] for number in range(COUNT)],
        "start": [_instant(START_US)] * COUNT,
        "end": [_instant(START_US + length) for length in ends],
    }
    intervals = {
        "session_id": measured,
        "start": [_instant(START_US)] * len(measured),
        "end": [_instant(START_US + QUARTER_US)] * len(measured),
        "energy_wh": [-1 if at_fault[number] and fault == "negative energy" else number for number in measured],
    }
    known = Tariffs(tuple(parse_tariff(_HEAD.format(name=name, prices=PRICES[name])) for name in PRICES))
    return found | {"priced": rating.rate(known, sessions, intervals, threads=1).sessions.num_rows}


def _instant(us: int) -> Any:
    from datetime import UTC, datetime, timedelta

    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_session_is_walked_for_nothing_more_than_a_few_times(fault: str) -> None:
    """Blocks of all that follow would walk each session 13 times here, and look at each 50 times."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "PYTEST_"))}
    command = [sys.executable, str(Path(__file__)), fault]
    ran = subprocess.run(command, cwd=HERE.parent, env=env | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    mixed, plain = json.loads(ran.stdout)
    wrong = 0 if fault == "none" else COUNT // 6
    assert mixed["priced"] == plain["priced"] == COUNT - wrong
    assert COUNT // 2 <= mixed["walked"] <= 2 * COUNT
    assert plain["walked"] == wrong
    assert mixed["looked"] <= 12 * COUNT  # half of it since it begins anew for each kernel that it needs
    assert plain["looked"] <= 16 * COUNT


if __name__ == "__main__":
    print(json.dumps([counted(sys.argv[1], ["plain", "grace"]), counted(sys.argv[1], ["plain"])]))
