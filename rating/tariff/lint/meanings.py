"""What each warning warns of: for the README, and for what asks a checker for its rules."""

from __future__ import annotations

from typing import Final

from rating.tariff.lint.codes import Code

MEANINGS: Final[dict[Code, str]] = {
    Code.NEVER_REACHED: "earlier elements hold at every moment at which this price could",
    Code.FLAT_TOO_LATE: "a price of a session waits for energy or time, where another is always due at the start",
    Code.NEVER_HOLDS: "restrictions that no moment meets",
    Code.OUTSIDE_VERSION: "an element only holds on dates before or after its version",
    Code.ALWAYS_HOLDS: "a restriction that every moment meets",
    Code.WINDOW_NO_LENGTH: "a window ends where it starts (OCPI): it counts as the whole day",
    Code.PAST_MIDNIGHT: "days of the week beside a window that passes midnight",
    Code.ENERGY_FREE: "neither energy nor charging time has a price, and something else has",
    Code.ENERGY_HOLE: (
        "energy has a price, but not at all times of the week or year, or not in some range of energy, duration, "
        "power or current"
    ),
    Code.VERSION_GAP: "a version ends before the next one begins",
    Code.IMPLAUSIBLE: "a price far beyond what anybody charges, also of an index: cents for euros, Wh for kWh, minutes "
    "for hours; or a restriction that hardly any session meets or fails: Wh for kWh, W for kW, seconds for minutes; "
    "prices are judged by rough values of the common currencies",
    Code.STEP_NO_EFFECT: "a step beside a price of 0",
    Code.GRACE_COVERS_ALL: "the grace is as long as the price can hold",
    Code.MIN_ABOVE_MAX: "`min_price` before tax is above `max_price` after it, or the other way round",
    Code.MIN_NO_EFFECT: "a `min_price` that every session reaches by its price per session",
    Code.RESERVATION_ENERGY: "a reservation has a price of energy or parking (OCPI)",
    Code.RESERVATION_USED: "a reservation costs something only if it expires",
    Code.RATE_REPEATED: "a price names the tax that the tariff has already",
    Code.LIMIT_TAX_UNKNOWN: "a limit, or the cap of a plan, on the side of a tax whose rate is not known",
    Code.INDEX_GAP: "an index has no price for a time at which the version is in force, and the price no `fallback`",
    Code.PLAN_TARIFF: "a plan or coupon names a tariff that is none of those that were read with it",
    Code.PLAN_CURRENCY: "a plan or coupon, or the tariffs that a part of it names, have another currency",
    Code.ALLOWANCE_UNUSED: "no tariff that an allowance holds for prices what is free",
    Code.DISCOUNT_UNUSED: "no tariff that a discount holds for prices what it is taken from",
    Code.BELOW_ZERO: "a discount is more than a tariff's price, or more than earlier discounts leave of it",
    Code.DISCOUNT_NOTHING: "a discount of 0",
    Code.TIER_LOWER: "a tier gives no more than the one before it",
}
