"""OCPI's worked examples as CDRs: read, priced by the engine and by the twin, verified, written and read again."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import rating
from rating.desk.to_cdrs import to_cdrs
from rating.desk.usage import usage_of
from rating.desk.verify import verify
from rating.ocpi_json import write_json
from rating.reference import Bill, rate_session, trace
from rating.reference.printing import round_to
from rating.tariff.model import Tariff, Tariffs
from rating.tariff.ocpi.parse import parse_ocpi_tariff

EXAMPLES = Path(__file__).parents[2] / "shared" / "ocpi_cases"


def examples() -> list[Any]:
    if not EXAMPLES.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no worked examples of OCPI in {EXAMPLES}"))]
    told = [json.loads(path.read_text(), parse_float=Decimal, parse_int=Decimal) for path in sorted(EXAMPLES.iterdir())]
    return [pytest.param(each, id=each["id"]) for each in told]


def same(exact: Fraction | None, told: Decimal | None) -> bool:
    """Equal to as many decimals as the example prints (which repeats no period, and says at most four for one)."""
    if exact is None or told is None:
        return exact is None
    unit = 10 ** (6 - min(-int(told.as_tuple().exponent), 4))
    return round_to(exact, unit, "half_up") == round_to(Fraction(told), unit, "half_up")


def told_cdr(told: dict[str, Any]) -> tuple[dict[str, Any], Tariff]:
    """The CDR with the totals that are expected of it."""
    expected = told["expected"]
    cost = {"excl_vat": expected["total_excl_vat"] or 0, "incl_vat": expected["total_incl_vat"]}
    cdr = {key: value for key, value in told["cdr"].items() if not key.endswith("_cost")}
    return {**cdr, "tariffs": [], "total_cost": cost}, parse_ocpi_tariff(told["tariff"])


@pytest.mark.parametrize("told", examples())
def test_read_and_priced(told: dict[str, Any]) -> None:
    cdr, tariff = told_cdr(told)
    cdrs = rating.read_cdrs(
        write_json([cdr, cdr | {"id": "again"}]), Tariffs((tariff,)), tariff=tariff.id, time_zone=told["time_zone"]
    )
    assert cdrs.refused == ()
    bill = rate_session(tariff, usage_of(cdrs.batch, 0))
    assert isinstance(bill, Bill)
    taxed = next(step for step in bill.trace if isinstance(step, trace.Taxed))
    expected = told["expected"]
    assert same(taxed.net, expected["total_excl_vat"])
    # Where an example leaves the total after tax out, some rate may be known all the same (2.2.1 has no VAT then).
    assert expected["total_incl_vat"] is None or same(taxed.gross, expected["total_incl_vat"])
    rated = rating.rate_cdrs(cdrs)
    assert rated.rejected.num_rows == 0
    for row in rated.sessions.to_pylist():
        assert [None if row[side] is None else int(row[side] * 10**6) for side in ("net", "tax", "gross")] == [
            bill.net_micro,
            bill.tax_micro,
            bill.gross_micro,
        ]


@pytest.mark.parametrize("as_cut", [False, True])
@pytest.mark.parametrize("told", examples())
def test_verified(told: dict[str, Any], as_cut: bool) -> None:
    cdr, tariff = told_cdr(told)
    verdict = verify(cdr, tariff, time_zone=told["time_zone"], as_cut=as_cut)
    assert verdict.outcome == "agrees", verdict.text
    assert all(period.agrees for period in verdict.periods)
    total = cdr["total_cost"]["excl_vat"] + 1
    wrong = verify({**cdr, "total_cost": {"excl_vat": total}}, tariff, time_zone=told["time_zone"], as_cut=as_cut)
    known = told["expected"]["total_excl_vat"] is not None
    assert wrong.outcome == ("differs" if known else "cannot"), wrong.text


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1", "2.3.0"])
@pytest.mark.parametrize("told", examples())
def test_written_and_read_again(told: dict[str, Any], version: str) -> None:
    cdr, tariff = told_cdr(told)
    cdrs = rating.read_cdrs(write_json(cdr), Tariffs((tariff,)), tariff=tariff.id, time_zone=told["time_zone"])
    written = to_cdrs(cdrs, version=version, originals={cdr["id"]: cdr})
    reserved = any(
        each["type"] == "RESERVATION_TIME" for part in cdr["charging_periods"] for each in part["dimensions"]
    )
    if told["expected"]["total_excl_vat"] is None or (reserved and version == "2.1.1"):
        assert [fault.code for fault in written.refused] == ["ocpi_cannot"]
        return
    assert written.refused == ()
    again = verify(written.to_json(), tariff, time_zone=told["time_zone"])
    assert again.outcome == "agrees", again.text
    assert again.version == version
    assert {check.key for check in again.totals} >= {"total_cost", "total_energy", "total_time"}
    assert all(not period.cut_at_us for period in again.periods)


def test_a_thousand_examples_at_once() -> None:
    told = [each.values[0] for each in examples()]
    if told == [None]:
        pytest.skip(f"no worked examples of OCPI in {EXAMPLES}")
    one = [told_cdr(each)[0] | {"tariffs": [each["tariff"]]} for each in told if "tax_included" in each["tariff"]]
    cdrs = [cdr | {"id": f"{cdr['id']}-{n}-{k}"} for n, cdr in enumerate(one) for k in range(1000 // len(one))]
    rated = rating.rate_cdrs("\n".join(write_json(cdr, None) for cdr in cdrs), time_zone="UTC")
    assert rated.rejected.num_rows == 0
    assert rated.sessions.num_rows == len(cdrs)
    assert len(set(rated.sessions.column("net").to_pylist())) > 10
