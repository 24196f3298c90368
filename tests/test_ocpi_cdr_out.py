"""CDRs out: periods where the price changed, totals by kind, what is carried along, and what OCPI cannot say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cdrs import cdr_221, text
from hypothesis import HealthCheck, given, settings
from strategies import cases
from strategies_pick import instant_us

import rating
from rating.desk.to_cdrs import OcpiCdrs, priced_session, to_cdr, to_cdrs
from rating.desk.verify import verify
from rating.ocpi_json import read_records, write_json
from rating.reference import Bill, Interval, Usage, rate_session
from rating.tariff.model import Element, Tariff, Version, When
from rating.units import US_PER_S

HARBOUR = "tariffs/harbour-dc.yaml"


def sessions() -> tuple[dict[str, Any], dict[str, Any]]:
    """From 20:45 to 22:00 at the harbour, where the evening peak ends at 21:00."""
    at = ["2026-03-02T20:45+01:00", "2026-03-02T21:15+01:00", "2026-03-02T21:30+01:00", "2026-03-02T22:00+01:00"]
    one = {"session_id": ["S-1"], "tariff": ["harbour-dc"], "start": [at[0]], "end": [at[3]]}
    return one, {"session_id": ["S-1"] * 2, "start": at[0:2], "end": at[1:3], "energy_kwh": ["20", "3.3"]}


def written(**options: Any) -> OcpiCdrs:
    return to_cdrs(rating.load_tariffs(HARBOUR), *sessions(), **options)


def test_periods_are_cut_where_the_price_changed() -> None:
    (cdr,) = written().cdrs
    assert cdr["start_date_time"] == "2026-03-02T19:45:00Z"
    assert cdr["end_date_time"] == "2026-03-02T21:00:00Z"
    assert write_json(cdr["charging_periods"], None) == (
        '[{"start_date_time": "2026-03-02T19:45:00Z", "dimensions": [{"type": "ENERGY", "volume": 10}, '
        '{"type": "TIME", "volume": 0.25}], "tariff_id": "harbour-dc"}, '
        '{"start_date_time": "2026-03-02T20:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 13.3}, '
        '{"type": "TIME", "volume": 0.5}], "tariff_id": "harbour-dc"}, '
        '{"start_date_time": "2026-03-02T20:30:00Z", "dimensions": [{"type": "PARKING_TIME", "volume": 0.5}], '
        '"tariff_id": "harbour-dc"}]'
    )


def test_totals_by_kind() -> None:
    (cdr,) = written().cdrs
    # 5.90 + 5.187 of energy, 1.50 parked, 0.50 once: 13.087 with VAT of 21 %.
    totals = {key: write_json(value, None) for key, value in cdr.items() if key.startswith("total_")}
    assert totals == {
        "total_cost": '{"excl_vat": 10.82, "incl_vat": 13.09}',
        "total_fixed_cost": '{"excl_vat": 0.4132, "incl_vat": 0.5}',
        "total_energy": "23.3",
        "total_energy_cost": '{"excl_vat": 9.1628, "incl_vat": 11.087}',
        "total_time": "1.25",
        "total_parking_time": "0.5",
        "total_parking_cost": '{"excl_vat": 1.2397, "incl_vat": 1.5}',
    }


def test_the_versions() -> None:
    (new,) = written(version="2.3.0").cdrs
    assert write_json(new["total_cost"], None) == (
        '{"before_taxes": 10.82, "taxes": [{"name": "VAT", "percentage": 21, "amount": 2.27}]}'
    )
    (old,) = written(version="2.1.1").cdrs
    assert old["total_cost"] == Decimal("10.82")
    assert "end_date_time" not in old
    assert old["stop_date_time"] == "2026-03-02T21:00:00Z"
    assert "total_energy_cost" not in old
    assert written(version="2.3").cdrs == (new,)
    with pytest.raises(rating.InputError) as caught:
        written(version="3.0")
    assert str(caught.value) == (
        'version: ocpi_version: read `"3.0"`, expected one of 2.1.1, 2.2.1, 2.3.0; '
        "write one of them; left out, it is 2.2.1"
    )


def test_the_original_is_carried_along() -> None:
    original = cdr_221(x_vendor={"a": [1]}, id="other", total_reservation_cost={"excl_vat": 1})
    found = written(originals={"S-1": original}, common={"country_code": "BE", "remark": "r"})
    (cdr,) = found.cdrs
    for key in ("signed_data", "cdr_token", "cdr_location", "auth_method", "country_code", "last_updated", "x_vendor"):
        assert cdr[key] == original[key]
    assert cdr["id"] == "S-1"
    assert cdr["remark"] == "r"
    assert "total_reservation_cost" not in cdr  # it would be that of another price
    assert {fault.place.source for fault in found.notes} == {HARBOUR}  # of the tariff alone
    old = written(version="2.1.1", originals={"S-1": original})
    assert "cdr_location" not in old.cdrs[0]
    assert {fault.got for fault in old.notes} >= {"cdr_location", "signed_data", "no location", "no auth_id"}


def test_what_ocpi_requires_and_nobody_said() -> None:
    assert [fault.got for fault in written().notes if fault.code == "ocpi_lacks"] == [
        *("no country_code", "no party_id", "no cdr_token", "no auth_method", "no cdr_location", "no last_updated"),
    ]


def test_a_tariff_that_ocpi_cannot_say_is_not_carried_and_that_is_noted() -> None:
    found = written()
    assert "tariffs" not in found.cdrs[0]
    notes = [fault for fault in found.notes if fault.code == "ocpi_lost"]
    assert [fault.got for fault in notes] == [
        *("min_price with after_tax alone", "max_price with after_tax alone"),
        *("grace of parking_time", "max of parking_time", "prices that include tax"),
    ]
    assert notes[-1].message == (
        "read `prices that include tax`, expected what OCPI 2.2.1 can say, so that CDRs could carry the tariff "
        "harbour-dc; write the prices without tax and `included: false`, or write OCPI 2.3.0"
    )
    free = to_cdrs(rating.load_tariffs("tariffs/free.yaml"), {**sessions()[0], "tariff": ["free"]}, sessions()[1])
    assert [fault.got for fault in free.notes if fault.code == "ocpi_lost"] == []
    assert [tariff["id"] for tariff in free.cdrs[0]["tariffs"]] == ["free"]


def test_refused_sessions_are_told_as_rate_tells_them(tmp_path: Path) -> None:
    (tmp_path / "amps.yaml").write_text(
        "tariff: amps\ncurrency: EUR\ntime_zone: Europe/Berlin\nversions:\n  - elements:\n"
        "      - {energy: 0.50/kWh, when: {min_current: 16 A, max_current: 32 A}}\n      - {energy: 0.40/kWh}\n"
    )
    tariffs = rating.load_tariffs(tmp_path)
    one, intervals = sessions()
    one |= {"tariff": ["amps"]}
    (fault,) = to_cdrs(tariffs, one, intervals).refused
    (told,) = rating.rate(tariffs, one, intervals).rejected.to_pylist()
    assert (str(fault.place), fault.message) == (told["place"], told["message"])
    assert fault.message.startswith("read `intervals without current_a`, expected the column current_a, which amps")


def test_refused_sessions_have_no_cdr() -> None:
    one, intervals = sessions()
    tariffs = rating.load_tariffs(HARBOUR)
    assert to_cdrs(tariffs, one | {"tariff": ["nothing"]}, intervals).refused[0].code == "unknown_tariff"
    overlap = intervals | {"end": [intervals["end"][1]] * 2}
    found = to_cdrs(tariffs, one, overlap)
    assert (found.cdrs, [fault.code for fault in found.refused]) == ((), ["overlap"])


def test_text_is_exact() -> None:
    found = written()
    assert [record.value for record in read_records(found.to_json(), "x", [])] == list(found.cdrs)
    assert found.to_json_lines().count("\n") == 1


def test_a_tariff_that_ocpi_cannot_say_is_left_out() -> None:
    # Grace and a cap on parking are not OCPI's: the periods and amounts are right all the same.
    (cdr,) = written().cdrs
    assert "tariffs" not in cdr
    (other,) = to_cdrs(rating.load_tariffs("tariffs/per-kwh.yaml"), _one_kwh(), version="2.3.0").cdrs
    assert verify(write_json(other))


def _one_kwh() -> dict[str, Any]:
    at = ["2026-03-02T10:00:00.1234+01:00", "2026-03-02T11:30:00+01:00"]
    return {"session_id": ["S"], "tariff": ["per-kwh"], "energy_kwh": ["1"], "start": at[:1], "end": at[1:]}


def test_instants_have_at_most_25_letters() -> None:
    (cdr,) = to_cdrs(rating.load_tariffs("tariffs/per-kwh.yaml"), _one_kwh()).cdrs
    assert cdr["start_date_time"] == "2026-03-02T09:00:00.1234Z"


def test_times_add_up_whatever_lies_between_two_seconds() -> None:
    start = instant_us("2026-03-02T10:00:00Z")
    thirds = [start + n * 1_333_333 for n in range(4)]
    when = [When(min_duration_us=us - start, max_duration_us=end - start) for us, end in pairwise(thirds)]
    tariff = rating.load_tariffs("tariffs/per-kwh.yaml")["per-kwh"]
    part = tariff.versions[0].elements[0].components[0]
    by_time = replace(part, dimension="time", price=replace(part.price, unit="h"))
    elements = tuple(Element(str(n), (by_time,), each) for n, each in enumerate(when))
    tariff = replace(tariff, versions=(Version("always", None, elements),))
    cdr = to_cdr(tariff, Usage("S", start, thirds[-1], (Interval(start, thirds[-1], 1000),), "UTC"))
    periods: Any = cdr["charging_periods"]
    hours = [each["volume"] for part in periods for each in part["dimensions"] if each["type"] == "TIME"]
    assert [round(value * 3600) for value in hours] == [1, 2, 1]  # 4 s in all, as 3.999999 s are


def test_a_cdr_that_was_read_comes_out_the_same() -> None:
    cdrs = rating.read_cdrs(text(cdr_221()))
    (again,) = to_cdrs(cdrs, originals={"C-1": cdr_221()}).cdrs
    original = cdr_221()
    assert again["charging_periods"] == original["charging_periods"]
    assert again["total_cost"] == original["total_cost"]
    assert again["signed_data"] == original["signed_data"]
    assert {key for key in original if key not in again} == set()


FACTS = ("connector", "membership", "payment_method", "tariff_type", "min_evse_power_mw", "max_evse_power_mw")


def by_fact(tariff: Tariff) -> bool:
    """Whether it asks what no CDR says: the session's own facts, or when charging ended."""
    elements = [element for version in tariff.versions for element in version.elements]
    if any(part.from_charging_end for element in elements for part in element.components):
        return True
    return any(getattr(element.when, name) is not None for element in elements for name in FACTS)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(faulty=False, full=True))
def test_drawn_sessions_verify(case: tuple[Tariff, Usage]) -> None:
    tariff, usage = case
    bill = rate_session(tariff, usage)
    if not isinstance(bill, Bill) or bill.net_micro is None or by_fact(tariff):
        return
    cdr = to_cdr(tariff, usage, "2.3.0")
    verdict = verify(write_json(cdr), tariff, time_zone=tariff.time_zone or usage.time_zone)
    assert all(check.agrees is not False for check in verdict.totals if check.key == "total_energy")
    # Times are whole seconds in a CDR, so that a price of time may come out otherwise where some are not; and what is
    # drawn may say more time than there was, or reserve while it charges.
    odd = verdict.problems or any(each.volumes_us for each in usage.intervals) or _begins_apart(tariff, usage)
    assert odd or not _whole_seconds(tariff, usage, bill) or verdict.outcome == "agrees", verdict.text


def _whole_seconds(tariff: Tariff, usage: Usage, bill: Bill) -> bool:
    bounds = [us for each in usage.intervals for us in (each.start_us, each.end_us)]
    starts = [part.start_us for part in priced_session(tariff, bill, "2.3.0").periods]
    return all(us % US_PER_S == 0 for us in (*bounds, *starts, usage.start_us, usage.end_us))


def _begins_apart(tariff: Tariff, usage: Usage) -> bool:
    """Whether its version may be another than that of its CDR's start: an expired reservation from before its start."""
    reserved = [each.start_us for each in usage.intervals if each.activity == "reserved"]
    return usage.expired and len(tariff.versions) > 1 and min(reserved, default=usage.start_us) < usage.start_us
