"""Spoiled files of accounts, states and sessions: whatever is in them, they are read, or refused in words."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest

import rating
from rating.errors import Fault, RatingError

TARIFFS = Path(__file__).parent.parent / "tariffs"
ACCOUNTS = """\
account,plan,from,until
anna,flex-100,2026-02-15,
ben,day-cap,2026-03-01,2026-03-15
ben,gold,2026-03-15,
cy,frequent,2026-03-01T12:00:00+01:00,
"""
SESSIONS = """\
session_id,tariff,start,end,energy_kwh,account,coupon,redeem_points
A-1,per-kwh,2026-03-02T08:00:00+01:00,2026-03-02T10:00:00+01:00,60,anna,,
A-2,per-kwh,2026-03-02T18:00:00+01:00,2026-03-02T20:00:00+01:00,80,anna,SPRING26,
B-1,per-kwh,2026-03-02T09:00:00+01:00,2026-03-02T11:00:00+01:00,50,ben,,
C-1,harbour-dc,2026-03-02T21:00:00+01:00,2026-03-02T23:00:00+01:00,50,cy,,3
C-2,harbour-dc,2026-03-04T21:00:00+01:00,2026-03-04T23:00:00+01:00,50,cy,SPRING26,3
"""
LATER = SESSIONS.replace("2026-03-0", "2026-03-1").replace("-1,", "-3,", 4)
ODD = (
    *("", "0", "-1", "9" * 30, "9223372036854775807", "1e5", "1.5", "nan", "int", "text", "mwh", "\0", "é", '"', ","),
    *(
        "2026-02-30",
        "1999-01-01",
        "2200-01-01",
        "2026-03-01T00:00:00",
        "2026-03-01T00:00:00+99:00",
        "\ufeff",
        "x" * 3000,
    ),
    *("anna", "ben", "gold", "flex-100", "allowance", "loyalty", "points", "cap", "coupon", "rated", "rated_coupon"),
)


def spoiled(text: str, rng: random.Random) -> str:
    """Some cells replaced, and now and then a row or a cell too many or too few."""
    rows = [line.split(",") for line in text.splitlines()]
    for _ in range(rng.choice((1, 1, 2, 4))):
        row = rng.randrange(len(rows))
        cell, way = rng.randrange(len(rows[row])), rng.random()
        if way < 0.8:
            rows[row][cell] = rng.choice(ODD)
        elif way < 0.9:
            rows.insert(row, list(rows[row]))
        elif way < 0.95 or len(rows) == 1:
            rows[row].insert(cell, rng.choice(ODD))
        else:
            rows.pop(row)
    return "".join(",".join(row) + "\n" for row in rows)


def check(faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        assert all(part.strip() for part in (fault.code, str(fault.place), fault.got, fault.want, fault.fix)), fault
        assert str(fault).isprintable()
        assert len(str(fault)) < 2000


@pytest.mark.parametrize("seed", range(4))
def test_what_is_read_is_priced_and_the_rest_refused_in_words(tmp_path: Path, seed: int) -> None:
    rng, tariffs = random.Random(seed), rating.load_tariffs(TARIFFS)
    files = {name: tmp_path / f"{name}.csv" for name in ("accounts", "state", "sessions")}
    files["accounts"].write_text(ACCOUNTS)
    files["sessions"].write_text(SESSIONS)
    rated = rating.rate(tariffs, files["sessions"], accounts=files["accounts"])
    assert rated.rejected.num_rows == 0
    state = (rated.write(tmp_path / "out", "csv") / "state.csv").read_text()
    explained = 0
    for _ in range(60):
        which = rng.choice(("accounts", "state", "state", "sessions"))
        for name, text in (("accounts", ACCOUNTS), ("state", state), ("sessions", LATER)):
            files[name].write_text(spoiled(text, rng) if name == which else text)
        known = {"accounts": files["accounts"], "state": files["state"]}
        try:
            rated = rating.rate(tariffs, files["sessions"], **known)
        except RatingError as error:
            check(error.faults)
            continue
        for row in rated.sessions.to_pylist()[:1]:
            bill = rating.explain(tariffs, files["sessions"], session_id=row["session_id"], **known).bill
            assert Decimal(bill.gross_micro or 0).scaleb(-6) == row["gross"]
            explained += 1
    assert explained > 5
