"""What there is to warn of. Each code says one thing; README.md has the list with examples.

What contradicts itself is no warning: readers refuse it, because nobody can say what such a tariff costs.
"""

from __future__ import annotations

from enum import StrEnum

from rating.errors import Fault, Place


class Code(StrEnum):
    """The code of a warning."""

    NEVER_REACHED = "never_reached"
    FLAT_TOO_LATE = "flat_too_late"
    NEVER_HOLDS = "never_holds"
    OUTSIDE_VERSION = "outside_version"
    ALWAYS_HOLDS = "always_holds"
    WINDOW_NO_LENGTH = "window_no_length"
    PAST_MIDNIGHT = "past_midnight"
    ENERGY_FREE = "energy_free"
    ENERGY_HOLE = "energy_hole"
    VERSION_GAP = "version_gap"
    IMPLAUSIBLE = "implausible"
    STEP_NO_EFFECT = "step_no_effect"
    GRACE_COVERS_ALL = "grace_covers_all"
    MIN_ABOVE_MAX = "min_above_max"
    MIN_NO_EFFECT = "min_no_effect"
    RESERVATION_ENERGY = "reservation_energy"
    RESERVATION_USED = "reservation_used"
    RATE_REPEATED = "rate_repeated"
    LIMIT_TAX_UNKNOWN = "limit_tax_unknown"
    INDEX_GAP = "index_gap"
    PLAN_TARIFF = "plan_tariff"
    PLAN_CURRENCY = "plan_currency"
    ALLOWANCE_UNUSED = "allowance_unused"
    DISCOUNT_UNUSED = "discount_unused"
    BELOW_ZERO = "below_zero"
    DISCOUNT_NOTHING = "discount_nothing"
    TIER_LOWER = "tier_lower"


def warning(code: Code, place: Place, got: str, want: str, fix: str) -> Fault:
    """A warning is a fault that does not keep the tariff from being used."""
    return Fault(code.value, place, got, want, fix)
