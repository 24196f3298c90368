"""What a CDR says, in each version of OCPI: its charging periods as a session."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from cdrs import MAKERS, TARIFF, Cdr, cdr_211, cdr_221, cdr_230, cdr_by_current, cdr_reserved, loads, period, text
from strategies_pick import instant_us

import rating
from rating.cdrs import Cdrs, read_cdrs
from rating.units import ACTIVITY_CHARGING, ACTIVITY_PARKED, ACTIVITY_RESERVED, US_PER_H, US_PER_MIN, US_PER_S


def read(*cdrs: Cdr, **options: Any) -> Cdrs:
    return read_cdrs("\n".join(text(cdr) for cdr in cdrs), **options)


def faults(*cdrs: Cdr, **options: Any) -> list[str]:
    return [fault.code for refused in read(*cdrs, **options).refused for fault in refused.faults]


@pytest.mark.parametrize("make", [cdr_211, cdr_221, cdr_230])
def test_each_version_says_the_same_session(make: Any) -> None:
    batch = read(make()).batch
    assert batch.sessions.id.to_pylist() == ["C-1"]
    assert batch.sessions.start_us.tolist() == [instant_us("2026-03-02T16:45:00Z")]
    assert batch.sessions.end_us.tolist() == [instant_us("2026-03-02T17:45:00Z")]
    assert batch.sessions.zone_names == ("Europe/Amsterdam",)
    intervals = batch.intervals
    assert batch.interval_first.tolist() == [0, 2]
    assert intervals.start_us.tolist() == [instant_us("2026-03-02T16:45:00Z"), instant_us("2026-03-02T17:15:00Z")]
    assert intervals.end_us.tolist() == [instant_us("2026-03-02T17:15:00Z"), instant_us("2026-03-02T17:45:00Z")]
    assert intervals.energy.tolist() == [10_000_000, 0]
    assert intervals.energy_scale == 1
    assert intervals.volumes_us is not None
    assert intervals.volumes_us.tolist() == [[US_PER_H // 2, 0, 0], [0, US_PER_H // 2, 0]]
    assert intervals.activity is not None
    assert intervals.activity.tolist() == [ACTIVITY_CHARGING, ACTIVITY_PARKED]
    assert intervals.power_mw is None
    assert intervals.current_ma is None


def test_the_embedded_tariff_goes_along() -> None:
    cdrs = read(cdr_221(), cdr_230(id="C-2"), cdr_211(id="C-3"))
    assert cdrs.refused == ()
    # 2.1.1 knows no VAT and 2.3.0 does not know which: other tariffs than that of 2.2.1, though all are called T-1.
    names = cdrs.batch.sessions.tariff_names
    assert len(names) == len(set(names)) == len(cdrs.tariffs) == 2
    assert all(name.startswith("T-1@") for name in names)
    assert {cdrs.tariffs[name].id for name in names} == set(names)


def test_one_tariff_keeps_its_id() -> None:
    cdrs = read(cdr_221(), cdr_221(id="C-2"))
    assert list(cdrs.tariffs) == ["T-1"]
    assert cdrs.batch.sessions.tariff.tolist() == [0, 0]


def test_text_lists_responses_lines_and_values_are_the_same() -> None:
    lines = [text(make() | {"id": f"C-{number}"}) for number, make in enumerate(MAKERS)]
    many = f"[{','.join(lines)}]"
    sources = [
        "\n".join(lines),
        "\n\n".join(lines).encode(),
        b"\xef\xbb\xbf" + many.encode(),
        many,
        f'{{"status_code": 1000, "data": {many}, "timestamp": "2026-01-01T00:00:00Z"}}',
        loads(many),
        [loads(line) for line in lines],
    ]
    batches = [read_cdrs(source).batch for source in sources]
    assert batches[0].sessions.id.to_pylist() == [f"C-{number}" for number in range(len(MAKERS))]
    for batch in batches[1:]:
        assert batch.sessions.id.equals(batches[0].sessions.id)
        for one, other in zip(batch.intervals, batches[0].intervals, strict=True):
            assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other


def test_a_file(tmp_path: Any) -> None:
    path = tmp_path / "cdrs.jsonl"
    path.write_text(f"{text(cdr_221())}\n{text(cdr_221(id='C-2', currency='USD'))}\n{{broken\n", encoding="utf-8")
    cdrs = read_cdrs(path)
    assert cdrs.batch.sessions.id.to_pylist() == ["C-1"]
    places = [str(refused.place) for refused in cdrs.refused]
    assert places[0] == f"{path.as_posix()}:2"
    assert places[1].startswith(f"{path.as_posix()}:3:")
    assert read_cdrs(tmp_path / "nothing.json").refused[0].faults[0].code == "no_file"


def test_a_reservation_comes_before_the_session() -> None:
    batch = read(cdr_reserved()).batch
    assert batch.sessions.start_us.tolist() == [instant_us("2026-03-02T10:15:00Z")]
    assert batch.sessions.expired is None
    assert batch.intervals.activity is not None
    assert batch.intervals.activity.tolist() == [ACTIVITY_RESERVED, ACTIVITY_CHARGING]
    assert batch.intervals.volumes_us is not None
    assert batch.intervals.volumes_us.tolist() == [[0, 0, 15 * US_PER_MIN], [US_PER_H, 0, 0]]


def test_a_reservation_alone_has_expired() -> None:
    cdr = cdr_reserved()
    batch = read(cdr | {"charging_periods": [period("2026-03-02T10:00:00Z", RESERVATION_TIME=1)]}).batch
    assert batch.sessions.expired is not None
    assert batch.sessions.expired.tolist() == [1]
    assert batch.sessions.start_us.tolist() == [instant_us("2026-03-02T10:00:00Z")]


def test_a_period_may_have_several_times() -> None:
    one = period("2026-03-02T10:00:00Z", RESERVATION_TIME=Decimal("0.25"), ENERGY=20, TIME=1, PARKING_TIME=0)
    batch = read(cdr_reserved() | {"charging_periods": [one]}).batch
    assert batch.sessions.start_us.tolist() == [instant_us("2026-03-02T10:00:00Z")]
    assert batch.sessions.expired is None
    assert batch.intervals.energy.tolist() == [20_000_000]
    assert batch.intervals.activity is not None
    assert batch.intervals.activity.tolist() == [ACTIVITY_CHARGING]
    assert batch.intervals.volumes_us is not None
    assert batch.intervals.volumes_us.tolist() == [[US_PER_H, 0, 15 * US_PER_MIN]]


def test_reserved_time_after_the_charge_is_refused() -> None:
    cdr = cdr_reserved()
    cdr["charging_periods"].append(period("2026-03-02T11:00:00Z", RESERVATION_TIME=Decimal("0.25")))
    assert faults(cdr) == ["reservation"]


@pytest.mark.parametrize(
    ("hours", "seconds"),
    [("0.2167", 780), ("0.21666666666666667", 780), ("1.1833333333333333", 4260), ("1.973", 7103), ("0", 0),
     ("0.0001", 0), ("0.00013888888888888888", 0), ("0.000138888888888888889", 1), ("0.00015", 1), ("2.5E-1", 900)],
)  # fmt: skip
@pytest.mark.parametrize("scan", [True, False])
def test_times_are_the_nearest_whole_second(hours: str, seconds: int, scan: bool) -> None:
    written = text(cdr_221()).replace('"type": "TIME", "volume": 0.5', f'"type": "TIME", "volume": {hours}')
    source = f"{written}\n{written}" if scan else loads(written)
    assert (hours in written) or scan
    batch = read_cdrs(source if scan else written).batch
    assert batch.intervals.volumes_us is not None
    assert batch.intervals.volumes_us[0, 0] == seconds * US_PER_S


def test_power_is_the_mean_then_the_most_then_the_least() -> None:
    volumes = [
        {"POWER": 11, "MAX_POWER": 22, "MIN_POWER": 7},
        {"MIN_POWER": 7, "MAX_POWER": Decimal("22.0000019")},
        {"MIN_POWER": 7, "MIN_CURRENT": 6},
        {"MAX_CURRENT": 32, "CURRENT": Decimal("16.0009"), "MIN_CURRENT": 6},
    ]
    periods = [period(f"2026-03-02T16:5{n}:00Z", ENERGY=1, **each) for n, each in enumerate(volumes)]
    intervals = read(cdr_221(charging_periods=periods)).batch.intervals
    assert intervals.power_mw is not None
    assert intervals.power_mw.tolist() == [11_000_000, 22_000_001, 7_000_000, -1]
    assert intervals.current_ma is not None
    assert intervals.current_ma.tolist() == [-1, -1, 6_000, 16_000]


def test_what_is_not_priced_is_kept() -> None:
    cdr = cdr_by_current() | {"x_vendor": 1, "x_tariffs": 2}
    cdrs = read(cdr, cdr_221(id="C-2", x_vendor=None))
    assert cdrs.refused == ()
    assert cdrs.extensions == {"x_vendor": 2, "x_tariffs": 1}


def test_periods_need_no_order() -> None:
    cdr = cdr_221()
    cdr["charging_periods"].reverse()
    assert read(cdr).batch.intervals.energy.tolist() == [10_000_000, 0]


def test_offsets_are_exact() -> None:
    cdr = cdr_221()
    cdr["charging_periods"][1]["start_date_time"] = "2026-03-02T18:15:00+01:00"
    assert read(cdr).batch.intervals.start_us.tolist()[1] == instant_us("2026-03-02T17:15:00Z")


@pytest.mark.parametrize(
    ("changes", "zone"),
    [
        ({"cdr_location": {"country": "DEU"}}, "Europe/Berlin"),
        ({"cdr_location": {"country": "ESP", "time_zone": "Atlantic/Canary"}}, "Atlantic/Canary"),
        ({"cdr_location": {"country": "NL"}}, "Europe/Amsterdam"),
        ({"cdr_location": {"country": "USA"}}, None),
        ({"cdr_location": {"country": "XYZ"}}, None),
        ({"cdr_location": {"country": "NLD", "time_zone": "Europe/Amsterdm"}}, None),
        ({"cdr_location": None}, None),
    ],
)
def test_the_zone_of_the_site(changes: Cdr, zone: str | None) -> None:
    cdr = cdr_221(**changes)
    if zone is None:
        assert faults(cdr) == ["time_zone"]
    else:
        assert read(cdr).batch.sessions.zone_names == (zone,)
    assert read(cdr, time_zone="Asia/Tokyo").batch.sessions.zone_names == ("Asia/Tokyo",)


def test_a_tariff_without_a_clock_needs_no_zone() -> None:
    elements = [{"price_components": [{"type": "ENERGY", "price": Decimal("0.39"), "vat": 21, "step_size": 1}]}]
    cdr = cdr_221(cdr_location={"country": "USA"}, tariffs=[TARIFF | {"elements": elements}])
    assert read(cdr).batch.sessions.zone_names == ("UTC",)


def test_which_tariff() -> None:
    other = TARIFF | {"id": "T-2", "elements": TARIFF["elements"][:1]}
    alike = TARIFF | {"id": "T-3"}
    named = cdr_221(tariffs=[other, TARIFF])
    assert list(read(named).tariffs) == ["T-1"]
    for part in named["charging_periods"]:
        part["tariff_id"] = "t-2"  # ids have no case
    assert list(read(named).tariffs) == ["T-2"]
    named["charging_periods"][0]["tariff_id"] = "T-1"
    assert faults(named) == ["cdr_tariff"]
    assert list(read(named | {"tariffs": [TARIFF | {"id": "T-2"}, TARIFF]}).tariffs) == ["T-1"]
    for part in named["charging_periods"]:
        del part["tariff_id"]
    assert faults(named) == ["cdr_tariff"]
    assert list(read(named | {"tariffs": [TARIFF, alike]}).tariffs) == ["T-1"]
    assert faults(cdr_221(tariffs=[alike])) == ["cdr_tariff"]
    assert faults(cdr_221(tariffs=[])) == ["unknown_tariff"]
    assert faults(cdr_221(currency="USD")) == ["cdr_currency"]


def test_tariffs_of_the_caller() -> None:
    own = rating.load_tariffs("tariffs/per-kwh.yaml")
    assert list(read(cdr_221(), tariffs=own, tariff="per-kwh").tariffs) == ["per-kwh"]
    cdr = cdr_221(tariffs=None)
    assert faults(cdr, tariffs=own) == ["unknown_tariff"]
    # That it is the only one does not say that it prices CDRs which name another: the caller says so.
    (refused,) = read(cdr, tariffs=own).refused
    assert [fault.fix for fault in refused.faults] == [
        "load that tariff, give yours this id if it is the same, say which one prices all CDRs "
        '(such as tariff="per-kwh"), or give a CDR that carries it in `tariffs`'
    ]
    assert list(read(cdr, tariffs=own, tariff="per-kwh").tariffs) == ["per-kwh"]
    (refused,) = read(cdr).refused
    assert "pass the tariff that prices it (tariffs=, and tariff= with its id)" in refused.faults[0].fix
    for part in cdr["charging_periods"]:
        part["tariff_id"] = "PER-KWH"
    assert list(read(cdr, tariffs=own).tariffs) == ["per-kwh"]


def test_a_zone_that_is_nearly_one() -> None:
    with pytest.raises(rating.InputError, match="did you mean `Europe/Amsterdam`"):
        read(cdr_221(), time_zone="Europe/Amstedam")


@pytest.mark.parametrize(
    "options", [{"version": "3"}, {"time_zone": "Europe/Atlantis"}, {"tariff": "nothing"}], ids=str
)
def test_options_that_are_none(options: Any) -> None:
    with pytest.raises(rating.InputError):
        read(cdr_221(), **options)


def test_the_same_id_twice() -> None:
    status = read(cdr_221(), cdr_221(), cdr_221(id="C-2")).batch.sessions.status
    assert (status != 0).tolist() == [True, True, False]


def test_a_file_of_nothing(tmp_path: Any) -> None:
    (tmp_path / "cdr.json").write_bytes(b"")
    [refused] = read_cdrs(tmp_path / "cdr.json").refused
    assert [fault.code for fault in refused.faults] == ["empty_file"]


def test_a_cdr_of_a_thousand_faults_tells_the_first_of_them() -> None:
    extra = {f"k{number}": 1 for number in range(1000)}
    cdr = cdr_221(charging_periods=[{**period("2026-03-02T16:45:00Z", ENERGY=10), **extra}])
    [message] = rating.rate_cdrs(text(cdr)).rejected["message"].to_pylist()
    lines = message.split("\n")
    assert (len(lines), lines[-1]) == (21, "and 980 more")
    assert len(read_cdrs(text(cdr)).refused[0].faults) == 1000
