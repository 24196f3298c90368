"""Partners who price in ways that have been seen, and what `verify` says of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from cdrs import TARIFF, Cdr, cdr_221, period, text

from rating import verify


def component(kind: str, price: str, step: int = 1, vat: int = 21) -> Cdr:
    return {"type": kind, "price": Decimal(price), "vat": vat, "step_size": step}


def element(*components: Cdr, **restrictions: object) -> Cdr:
    return {"price_components": list(components)} | ({"restrictions": restrictions} if restrictions else {})


@dataclass
class Partner:
    """Elements, periods that begin every half an hour from 16:00 in Amsterdam, and what the partner prints."""

    code: str
    elements: list[Cdr]
    periods: list[Cdr]
    before: str
    after: str | None = None
    limits: dict[str, Any] | None = None

    def cdr(self) -> Cdr:
        starts = [f"2026-03-02T{15 + n // 2}:{n % 2 * 30:02}:00Z" for n in range(len(self.periods) + 1)]
        parts = [period(start, **volumes) for start, volumes in zip(starts, self.periods, strict=False)]
        cost = {"excl_vat": Decimal(self.before)}
        if self.after is not None:
            cost["incl_vat"] = Decimal(self.after)
        found = {key: value for key, value in cdr_221().items() if not key.startswith("total_")}
        tariff = TARIFF | {"elements": self.elements} | (self.limits or {})
        return found | {
            "start_date_time": starts[0], "end_date_time": starts[-1], "charging_periods": parts, "tariffs": [tariff],
            "total_cost": cost,
        }  # fmt: skip


PEAK = [
    element(component("ENERGY", "0.60"), start_time="16:40", end_time="18:00"),
    element(component("ENERGY", "0.30")),
]
DARK = [
    element(component("ENERGY", "0.60"), start_time="16:00", end_time="17:00"),
    element(component("ENERGY", "0.30")),
]
SWITCH = [
    element(component("TIME", "1.20", 1800), end_time="16:30"),
    element(component("TIME", "2.40", 1800)),
]
H = Decimal("0.5")
M25 = Decimal("0.4167")
ENERGY, HOUR = element(component("ENERGY", "0.333")), element(component("TIME", "1.00"))
PARTNERS = [
    # 3 kWh from 16:30 to 17:00, which is the peak from 16:40 on: a third before it.
    Partner("not_cut", PEAK, [{"ENERGY": 3}, {"ENERGY": 3}], "1.80"),
    # 16:00 to 17:00 in Amsterdam is 15:00 to 16:00 in UTC, which is outside of the window.
    Partner("utc_clock", DARK, [{"ENERGY": 3}, {"ENERGY": 3}], "1.80"),
    # 25 min at 1.20 and 10 at 2.40: 35 become 60, 35 of them at 2.40.
    Partner("step_ignored", SWITCH, [{"TIME": M25}, {"TIME": Decimal("0.1667")}], "0.90"),
    Partner("step_each_price", SWITCH, [{"TIME": M25}, {"TIME": Decimal("0.1667")}], "1.80"),
    # 20 + 20 + 20 min at one price: an hour, or three steps of half an hour.
    Partner("step_each_period", [element(component("TIME", "2.00", 1800))], [{"TIME": Decimal("0.3333")}] * 3, "3.00"),
    # 20 min of charging, then 10 parked: only the parking is stepped.
    Partner("step_twice", [element(component("TIME", "6.00", 1800), component("PARKING_TIME", "3.00", 1800))],
            [{"TIME": Decimal("0.3333")}, {"PARKING_TIME": Decimal("0.1667")}], "4.50"),
    # 20 min of charging are free after 16:30, and 10 before it not: 10 become 30, not 30 as the sum.
    Partner("step_unpriced", [element(component("TIME", "6.00", 1500), end_time="16:30")],
            [{"TIME": Decimal("0.1667")}, {"TIME": Decimal("0.3333")}], "3.00"),
    Partner("flat_missing", [element(component("FLAT", "0.50"), component("ENERGY", "0.30"))], [{"ENERGY": 3}], "0.90"),
    Partner("flat_each_period", [element(component("FLAT", "0.50"), component("ENERGY", "0.30"))],
            [{"ENERGY": 3}, {"ENERGY": 1}], "2.20"),
    Partner("limits_ignored", PEAK[1:], [{"ENERGY": 3}], "0.90", limits={"min_price": {"excl_vat": 5}}),
    # 0.2167 h are 780 s: 216.67 at 1000 an hour, where 216.70 is what the decimals say.
    Partner("hours_printed", [element(component("TIME", "1000", 0))], [{"TIME": Decimal("0.2167")}], "216.70"),
    Partner("clock_times", [element(component("TIME", "6.00"))], [{"TIME": Decimal("0.25")}], "3.00"),
    Partner("vat_missing", PEAK[1:], [{"ENERGY": 30}], "9.00", "9.00"),
    Partner("vat_twice", PEAK[1:], [{"ENERGY": 30}], "9.00", "13.18"),
    Partner("vat_side", PEAK[1:], [{"ENERGY": 30}], "7.44", "9.00"),
    Partner("gross_as_net", PEAK[1:], [{"ENERGY": 30}], "10.89", "10.89"),
    Partner("gross_as_net", PEAK[1:], [{"ENERGY": 30}], "10.89"),
    # 3 x 0.33333 is 0.99999: 1.00, or 0.99 where each period is cut off.
    Partner("cut_off_each_period", [element(component("ENERGY", "0.33333"))], [{"ENERGY": 1}] * 3, "0.99"),
    Partner("rounded_each_period", [element(component("ENERGY", "0.335"))], [{"ENERGY": 1}] * 4, "1.36"),
    Partner("rounded_each_price", [element(component("ENERGY", "0.335")), HOUR],
            [{"ENERGY": 1, "TIME": Decimal("0.3361")}], "0.68"),
    Partner("cut_off", [element(component("ENERGY", "0.339"))], [{"ENERGY": 1}], "0.33"),
    Partner("rounded_up", [element(component("ENERGY", "0.331"))], [{"ENERGY": 1}], "0.34"),
    Partner("half_even", [element(component("ENERGY", "0.325"))], [{"ENERGY": 1}], "0.32"),
    Partner("rounded_4", [element(component("ENERGY", "0.32496"))], [{"ENERGY": 1}], "0.33"),
    Partner("cut_off_3_each_period", [element(component("ENERGY", "0.3339"))], [{"ENERGY": 1}] * 4, "1.332"),
    # Two at once: the step left out, and no tax.
    Partner("step_ignored+vat_missing", [element(component("TIME", "6.00", 1800))], [{"TIME": Decimal("0.1667")}],
            "1.00", "1.00"),
]  # fmt: skip


@pytest.mark.parametrize("partner", PARTNERS, ids=lambda partner: partner.code)
def test_a_partner_is_understood(partner: Partner) -> None:
    verdict = verify(text(partner.cdr()))
    assert verdict.outcome == "differs", verdict.text
    assert partner.code in [cause.code for cause in verdict.causes], verdict.text
    assert all(cause.explains_all for cause in verdict.causes)
    assert f"Perhaps {verdict.causes[0].words}." in verdict.text


def test_a_cause_of_one_total_alone() -> None:
    cdr = cdr_221(
        total_cost={"excl_vat": Decimal("8.40")}, total_parking_cost={"excl_vat": Decimal("1.80")},
        total_fixed_cost={"excl_vat": 0},
    )  # fmt: skip
    verdict = verify(text(cdr))
    assert ("flat_missing", ("total_fixed_cost",), False) in [
        (cause.code, cause.explains, cause.explains_all) for cause in verdict.causes
    ]
    assert "(this explains total_fixed_cost alone)" in verdict.text


def test_tax_in_the_cost_before_tax() -> None:
    """3.5 kWh at 0.333, half an hour at 0.777 and 0.155 once: 1.709, and 2.06789 with VAT."""
    parts = [component("ENERGY", "0.333"), component("TIME", "0.777"), component("FLAT", "0.155")]
    partner = Partner("", [element(*parts)], [{"ENERGY": Decimal("3.5"), "TIME": H}], "2.07", "2.07")
    verdict = verify(text(partner.cdr()))
    assert verdict.text == (
        "CDR C-1 by tariff T-1: differs\n"
        "  total_cost before tax  2.07  EUR: 0.36 too much, expected 1.71\n"
        "  total_cost after tax   2.07  EUR: agrees\n"
        "  Perhaps what it costs with tax is printed as the cost before tax as well."
    )


def test_what_nobody_understands() -> None:
    verdict = verify(text(cdr_221(total_cost={"excl_vat": Decimal("123.45")})))
    assert (verdict.outcome, verdict.causes) == ("differs", ())
    assert "Why is not known." in verdict.text
