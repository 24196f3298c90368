"""Which keys a mapping has, and what a key that it does not have was meant to be."""

from __future__ import annotations

import difflib

from rating.tariff.refusal import visible
from rating.tariff.schema import ElementText, TariffText, VersionText
from rating.tariff.schema_discounts import DiscountText, LoyaltyText, TierText
from rating.tariff.schema_parts import Block, PriceLimitText, RoundingText
from rating.tariff.schema_plan_parts import AllowanceText, CapText, FeeText, PointsText
from rating.tariff.schema_plans import CouponText, PlanText
from rating.tariff.schema_prices import EnergyText, FlatText, ParkingText, TimeText
from rating.tariff.schema_tax import TaxRateText, TaxText
from rating.tariff.schema_when import EvsePowerText, WhenText

Path = tuple[str | int, ...]

# The model whose keys a mapping has, by the key that holds it ("" is the top of the file).
# A price's own tax stands in the tree as `tax`, `rates`, index: see schema_tax.ComponentTaxText.
_OF_TARIFFS: dict[str, type[Block]] = {
    "": TariffText,
    "tax": TaxText,
    "rates": TaxRateText,
    "rounding": RoundingText,
    "versions": VersionText,
    "min_price": PriceLimitText,
    "max_price": PriceLimitText,
    "elements": ElementText,
    "when": WhenText,
    "evse_power": EvsePowerText,
    "energy": EnergyText,
    "time": TimeText,
    "parking_time": ParkingText,
    "flat": FlatText,
}
_OF_PLANS: dict[str, type[Block]] = {
    "": PlanText,
    "tax": TaxText,
    "rates": TaxRateText,
    "rounding": RoundingText,
    "fee": FeeText,
    "allowances": AllowanceText,
    "discounts": DiscountText,
    "loyalty": LoyaltyText,
    "tiers": TierText,
    "points": PointsText,
    "caps": CapText,
    "max": PriceLimitText,
}
_OF_COUPONS: dict[str, type[Block]] = {"": CouponText}
_MODELS: dict[type[Block], dict[str, type[Block]]] = {
    TariffText: _OF_TARIFFS,
    PlanText: _OF_PLANS,
    CouponText: _OF_COUPONS,
}
# What a file is, by the key that says it.
FIRST_KEYS: dict[str, type[Block]] = {"tariff": TariffText, "plan": PlanText, "coupon": CouponText}
DELETE = "delete it"
_HOMES = {
    "": "at the top of the file",
    "tax": "in the tariff's `tax`",
    "rates": "in a tax",
    "versions": "in an item of `versions`",
    "elements": "in an item of `elements`",
    **{name: f"in an item of `{name}`" for name in ("allowances", "discounts", "loyalty", "tiers", "caps")},
}
_LONG = 12  # keys
# Words that people try, where no spelling comes close: the first of the keys that can stand there. A word with a key
# before it counts in that mapping alone.
_OTHER_WORDS = {
    "kwh": "energy", "parking": "parking_time", "idle": "parking_time", "idle_fee": "parking_time",
    "duration": "time min_duration", "start_fee": "flat", "session": "flat", "id": "tariff plan coupon", "vat": "tax",
    "timezone": "time_zone", "tz": "time_zone", "days": "day_of_week rolling", "weekdays": "day_of_week",
    "from": "start_time valid_from", "to": "end_time valid_until", "until": "end_time valid_until",
    "valid_to": "valid_until", "end": "valid_until", "ends": "valid_until", "start": "valid_from",
    "begin_time": "start_time", "begin": "start_time", "from_time": "start_time", "to_time": "end_time",
    "begin_date": "start_date", "from_date": "start_date", "to_date": "end_date", "until_date": "end_date",
    "month": "months", "season": "months", "holiday": "holidays", "step": "step_size", "rate": "percent",
    "restrictions": "when", "prices": "elements", "cap": "max caps", "free": "grace", "taxes": "tax rates",
    "hours": "start_time", "gross": "after_tax", "net": "before_tax",
    "with_tax": "after_tax included", "incl_tax": "after_tax included", "incl_vat": "after_tax included",
    "without_tax": "before_tax", "excl_tax": "before_tax", "excl_vat": "before_tax",
    "comment": "notes", "description": "notes", "inclusive": "included",
    "min_energy": "min_kwh", "max_energy": "max_kwh", "min_time": "min_duration", "max_time": "max_duration",
    "min_kw": "min_power", "max_kw": "max_power", "min_w": "min_power", "max_w": "max_power",
    "min_amps": "min_current", "max_amps": "max_current", "min_a": "min_current", "max_a": "max_current",
    "evse_power.min_kw": "min", "evse_power.max_kw": "max",
    "power": "evse_power", "charger_power": "evse_power", "plug": "connector", "socket": "connector",
    "evse_power.from": "min", "evse_power.min_power": "min", "evse_power.minimum": "min",
    "evse_power.to": "max", "evse_power.max_power": "max", "evse_power.maximum": "max",
    "member": "membership", "members": "membership", "payment": "payment_method", "type": "tariff_type",
    "discount": "discounts percent", "rebate": "discounts percent", "off": "percent price", "reduction": "percent",
    "value": "percent worth", "percentage": "percent",
    "monthly_fee": "fee", "subscription": "fee", "base_fee": "fee", "included": "allowances", "bundle": "allowances",
    "allowance": "allowances", "allowances.minutes": "time", "allowances.amount": "energy sessions",
    "every": "per", "period": "per rolling", "interval": "per", "window": "rolling",
    "rollover": "carry_over", "roll_over": "carry_over", "carryover": "carry_over", "carry": "carry_over",
    "loyalties": "loyalty", "levels": "tiers", "tiers.at": "from", "tiers.min": "from", "tiers.above": "from",
    "tiers.minimum": "from", "count": "by", "counted": "by", "reward": "points", "rewards": "points",
    "point": "points", "points.rate": "earn", "points.per": "earn", "limit": "max", "caps.amount": "max",
    "dimension": "dimensions", "applies_to": "tariffs dimensions", "of": "dimensions",
    "code": "coupon", "max_uses": "uses", "usage": "uses", "usage_limit": "uses", "per_account": "uses_per_account",
    "uses_per_customer": "uses_per_account", "max_uses_per_account": "uses_per_account",
    "minimum": "min_spend", "min_price": "min_spend", "min_amount": "min_spend", "minimum_spend": "min_spend",
    "expires": "valid_until", "starts": "valid_from",
}  # fmt: skip


def model_at(loc: Path, top: type[Block]) -> type[Block]:
    """The model of the mapping at a path."""
    holder = holder_of(loc)
    return _models_of(top)[holder] if holder else top


def _models_of(top: type[Block]) -> dict[str, type[Block]]:
    return _MODELS.get(top, _OF_TARIFFS)


def holder_of(loc: Path) -> str:
    """The key that holds what is at a path: the last one on the way; "" at the top."""
    return next((part for part in reversed(loc) if isinstance(part, str)), "")


def keys_of(model: type[Block]) -> tuple[str, ...]:
    """The keys of a model as they are written in a file."""
    return tuple(spec.alias or name for name, spec in model.model_fields.items())


def want_key(known: tuple[str, ...], holder: str, is_clear: bool) -> str:
    """Which keys were expected. Where it is clear what was meant, a long list of them is left out."""
    if is_clear and len(known) > _LONG:
        return f"a key of `{holder}`" if holder else "a key of this file"
    return f"one of the keys {', '.join(known)}"


def key_fix(
    key: str, known: tuple[str, ...], free: list[str], holder: str, top: type[Block] = TariffText
) -> tuple[str, str]:
    """What to do about an unknown key, and the key that it was meant to be ("" where that is not clear)."""
    tidy = key.strip().lower().replace("-", "_").replace(" ", "_")[:64]
    name, colon, rest = key.partition(":")
    if colon and name in free:
        return f"put a space after the colon: `{name}: {visible(rest.strip())}`", name
    if tidy in free:
        return f"did you mean `{tidy}`?", tidy
    words = _OTHER_WORDS.get(f"{holder}.{tidy}") or _OTHER_WORDS.get(tidy, "")
    if other := next((word for word in words.split() if word in free), ""):
        return f"did you mean `{other}`?", other
    if homes := [home for home, model in _models_of(top).items() if tidy in keys_of(model) and home != holder]:
        where = " or ".join(_HOMES.get(home, f"in `{home}`") for home in homes)
        close = difflib.get_close_matches(tidy, free, n=1, cutoff=0.8)
        return (f"did you mean `{close[0]}`?", close[0]) if close else (f"`{tidy}` belongs {where}: move it there", "")
    if kind := next((kind for kind, model in FIRST_KEYS.items() if model is not top and tidy in keys_of(model)), ""):
        return f"`{tidy}` belongs in a file of its own that begins with `{kind}:`: move it there", ""
    close = difflib.get_close_matches(tidy, free, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?", close[0]
    if twin := difflib.get_close_matches(tidy, known, n=1, cutoff=0.6):
        return f"`{twin[0]}` is there already: delete this one", ""
    return (DELETE if holder else "delete it, or put the text in `notes`"), ""
