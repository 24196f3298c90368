"""Which plans and coupons depend on the meter alone: what they give can be told before any session is priced."""

from __future__ import annotations

from rating.tariff.plans import Coupon, Plan


def plan_is_told(plan: Plan) -> bool:
    """Whether it counts nothing but sessions and energy."""
    return (
        not plan.caps
        and plan.points is None
        and all(each.of == "energy" for each in plan.allowances)
        and all(each.by != "spend" for each in plan.loyalty)
    )


def coupon_is_told(coupon: Coupon) -> bool:
    """Whether nobody counts how often it is used."""
    return coupon.uses_max is None and coupon.uses_per_account_max is None


def counts_energy(plan: Plan) -> bool:
    """Whether the energy of its sessions has to be known before they are priced."""
    return plan_is_told(plan) and bool(plan.allowances or any(each.by == "energy" for each in plan.loyalty))
