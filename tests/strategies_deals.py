"""What tests draw of deals: what accounts give single sessions, with what is left of it anywhere near nothing."""

from __future__ import annotations

from strategies import ENERGY_UNITS, TIME_UNITS, price
from strategies_pick import Pick

from rating.reference.deal import AllowanceLeft, Balance, CapSoFar, Claim, Deal, Standing
from rating.tariff.model import LineDimension, Price, PriceLimit
from rating.tariff.plans import (
    ALL_DIMENSIONS,
    Allowance,
    AllowedName,
    Cap,
    Coupon,
    Discount,
    Loyalty,
    Period,
    Points,
    Tier,
)
from rating.units import LINE_DIMENSIONS, MWH_PER_KWH, US_PER_H, US_PER_MIN

MONTH = Period("month")
PERCENTS = [100_000, 100_000, 50_000, 250_000, 1_000_000, 333_333, 1, 0]
AMOUNTS: dict[AllowedName, tuple[list[str], list[int]]] = {
    "energy": (["kWh", "Wh"], [0, 1, MWH_PER_KWH, 7 * MWH_PER_KWH + 123_456, 10**12]),
    "time": (["h", "min", "s"], [0, 1, 7 * US_PER_MIN, US_PER_H, 400 * US_PER_H]),
    "parking_time": (["min"], [0, 90_000_001, US_PER_H, 5 * US_PER_H]),
    "sessions": (["session"], [0, 1, 1, 3]),
}


def dimensions(pick: Pick) -> frozenset[LineDimension]:
    """All of them, one time in two."""
    return ALL_DIMENSIONS if pick.one_in(2) else pick.some(LINE_DIMENSIONS, 1, 4)


def allowance(pick: Pick, number: int) -> AllowanceLeft:
    of: AllowedName = pick.of(["energy", "energy", "time", "parking_time", "sessions"])
    units, amounts = AMOUNTS[of]
    covered = dimensions(pick) if of == "sessions" else frozenset([of])
    left = pick.of(amounts) if pick.one_in(2) else pick.below(max(amounts) // 100 + 2)
    return AllowanceLeft(
        Allowance(f"included {number}", of, max(amounts), pick.of(units), MONTH, dimensions=covered), left
    )


def discount(pick: Pick, name: str, amounts: bool = False) -> Discount:
    """A percentage, a price per unit, or where `amounts` says so one amount."""
    kind = pick.below(3 if amounts else 2)
    of = dimensions(pick)
    if kind == 0:
        return Discount(name, percent_ppm=pick.of(PERCENTS) if pick.one_in(2) else pick.below(1_000_001), dimensions=of)
    if kind == 1:
        unit, count = pick.of([*ENERGY_UNITS, *TIME_UNITS, ("session", 1), ("session", 1)])
        return Discount(name, price=Price(price(pick) // pick.of([1, 10, 10]), unit, count), dimensions=of)
    return Discount(name, amount_micro=price(pick), dimensions=of)


def coupon(pick: Pick) -> Claim:
    least = 0 if pick.one_in(2) else price(pick)
    found = Coupon("SPRING26", "EUR", 10_000, "UTC", discount(pick, "spring", amounts=True), min_spend_micro=least)
    return Claim(found, "used_up" if pick.one_in(8) else None)


def cap(pick: Pick, number: int) -> CapSoFar:
    micro = 3 * price(pick)
    limit = PriceLimit(before_tax_micro=micro) if pick.one_in(2) else PriceLimit(after_tax_micro=micro)
    return CapSoFar(Cap(f"cap {number}", MONTH, limit), 0 if pick.one_in(2) else pick.below(2 * micro + 1))


def standing(pick: Pick) -> Standing:
    tiers = tuple(Tier(at, discount(pick, "tier")) for at in (1, 5))
    return Standing(Loyalty("frequent", "sessions", MONTH, 0, tiers), pick.of([0, 3, 7]))


def deal(pick: Pick) -> Deal:
    """Anything, of each part mostly none or one."""
    several = [0, 0, 1, 1, 2, 3]
    points = Points("points", "sessions", 1, 1, pick.of([10_000, 1_000, 333_333, 1_000_000]))
    return Deal(
        allowances=tuple(allowance(pick, number) for number in range(pick.of(several))),
        discounts=tuple(discount(pick, f"discount {number}") for number in range(pick.of(several))),
        loyalty=(standing(pick),) if pick.one_in(3) else (),
        coupon=coupon(pick) if pick.one_in(3) else None,
        points=Balance(points, pick.of([0, 5, 300, 10**6]), pick.of([0, 7, 10**6])) if pick.one_in(3) else None,
        caps=tuple(cap(pick, number) for number in range(pick.of([0, 0, 0, 1, 2]))),
    )
