"""How an offer's price is said: the amount and its unit, what is free, steps, limits, taxes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rating.desk.show.language import N_, Speaker
from rating.desk.show.sheet import Offer, Sheet
from rating.kernels.arrays import FROM_CHARGING_END, FROM_FIRST_ENERGY, PLUGGED_IN
from rating.tariff.model import LineDimension, PriceLimit, Rates
from rating.tariff.spot import SpotPrice
from rating.units import MICRO_PER_UNIT, PPM_PER_UNIT, US_PER_MIN

# In the order of the law (EU 2023/1804, Article 5): per kWh, per minute, per session, any other.
LEGAL_ORDER: tuple[LineDimension, ...] = (
    *("energy", "time", "parking_time", "flat", "reservation_time", "reservation_flat"),
)
# At 50 kW and above the occupancy fee comes right after the kWh.
FAST_ORDER: tuple[LineDimension, ...] = ("energy", "parking_time", "time", *LEGAL_ORDER[3:])
HEADINGS: dict[LineDimension, str] = {
    "energy": N_("Energy"),
    "time": N_("Charging time"),
    "parking_time": N_("Parking"),
    "flat": N_("Session"),
    "reservation_time": N_("Reserved time"),
    "reservation_flat": N_("Reservation"),
}
_UNITS = {
    "kWh": (N_("{price} per kWh"), N_("{price} per {count} kWh")),
    "Wh": (N_("{price} per Wh"), N_("{price} per {count} Wh")),
    "s": (N_("{price} per second"), N_("{price} per {count} seconds")),
    "min": (N_("{price} per minute"), N_("{price} per {count} minutes")),
    "h": (N_("{price} per hour"), N_("{price} per {count} hours")),
}
_ROUNDED = {
    "up": N_("billed in steps of {size}, rounded up"),
    "down": N_("billed in steps of {size}, rounded down"),
    "nearest": N_("billed in steps of {size}, rounded to the nearest"),
}
_COUNTS = {
    FROM_FIRST_ENERGY: N_("counted once energy has flowed"),
    FROM_CHARGING_END: N_("counted after charging has ended"),
    PLUGGED_IN: N_("counted while plugged in, charging or not"),
}
_MINUTE_DECIMALS = 4


@dataclass(frozen=True)
class Prices:
    """Says prices as they are written; or, `for_drivers`, with all taxes, and per minute where that is exact."""

    speak: Speaker
    sheet: Sheet
    for_drivers: bool = False

    def offer(self, offer: Offer) -> str:
        """The price with all that goes with it, such as: €0.10 per minute, 15 minutes free."""
        return ", ".join([self.price(offer), *self.details(offer)])

    def price(self, offer: Offer) -> str:
        """The amount and its unit."""
        t = self.speak.t
        factor = self._factor(offer.rates)
        if offer.spot is not None:
            return self._market(offer.spot, factor)
        if offer.price.amount_micro == 0:
            return t("free of charge")
        amount, unit, count = _amount(offer.price.amount_micro) * factor, offer.price.unit, offer.price.count
        if unit == "session":
            booked = offer.dimension == "reservation_flat"
            return t(
                N_("{price} per reservation") if booked else N_("{price} per session"), price=self.speak.money(amount)
            )
        if self.for_drivers and unit in ("h", "min", "s") and offer.step == 0:
            minute = amount * US_PER_MIN / offer.price.per
            if (minute * 10**_MINUTE_DECIMALS).denominator == 1:
                amount, unit, count = minute, "min", 1
        one, several = _UNITS[unit]
        if count == 1:
            return t(one, price=self.speak.money(amount))
        return t(several, price=self.speak.money(amount), count=self.speak.number(Fraction(count)))

    def details(self, offer: Offer) -> list[str]:
        """What goes with the price."""
        t, factor, found = self.speak.t, self._factor(offer.rates), []
        if offer.counts in _COUNTS:
            found.append(t(_COUNTS[offer.counts]))
        if offer.grace_us:
            found.append(t("{duration} free", duration=self.speak.duration(offer.grace_us)))
        if offer.step:
            energy = offer.dimension == "energy"
            size = self.speak.energy(offer.step) if energy else self.speak.duration(offer.step)
            found.append(t(_ROUNDED[offer.round], size=size))
        if offer.yields:
            found.append(t("but only in sessions without priced parking"))
        if offer.min_micro is not None:
            found.append(t("at least {money} a session", money=self.speak.money(_amount(offer.min_micro) * factor)))
        if offer.max_micro is not None:
            found.append(t("at most {money} a session", money=self.speak.money(_amount(offer.max_micro) * factor)))
        if self.sheet.tax_included is not None and (self.for_drivers or offer.rates != self.sheet.rates):
            found += self._own_taxes(offer.rates)
        return found

    def _own_taxes(self, rates: Rates) -> list[str]:
        """What is to be said of an offer's taxes beside its price: for drivers only that they are not known."""
        if not self.for_drivers:
            return [self.taxes(rates)]
        return [self.speak.t("plus tax")] if rates.each is None and not self.sheet.tax_included else []

    def taxes(self, rates: Rates) -> str:
        """Whether prices include their taxes, and which."""
        t, included = self.speak.t, self.sheet.tax_included
        if rates.each is None:
            return t("tax included, at a rate not told") if included else t("plus tax, at a rate not told")
        if not rates.each:
            return t("without tax")
        names = self.speak.listed([f"{each.name} {self.speak.percent(each.rate_ppm)}" for each in rates.each])
        return t("{taxes} included", taxes=names) if included else t("plus {taxes}", taxes=names)

    def limit(self, limit: PriceLimit | None, least: bool) -> list[str]:
        """The limits of a session, each a sentence; for drivers the one after tax, which is what they pay."""
        if limit is None:
            return []
        t, found = self.speak.t, []
        before, after = limit.before_tax_micro, limit.after_tax_micro
        rate = self.sheet.rates.total_ppm if self.sheet.tax_included is not None else 0
        if before is not None and after is None and self.for_drivers and rate is not None:
            money = self.speak.money(_amount(before) * (1 + Fraction(rate, PPM_PER_UNIT)))
            return [t(_LEAST if least else _MOST, money=money)]
        if before is not None and not (self.for_drivers and after is not None):
            whole = _LEAST_BEFORE if least else _MOST_BEFORE
            found.append(t(whole, money=self.speak.money(_amount(before))))
        if after is not None:
            untaxed = self.sheet.tax_included is None or self.for_drivers
            whole = (_LEAST if least else _MOST) if untaxed else (_LEAST_AFTER if least else _MOST_AFTER)
            found.append(t(whole, money=self.speak.money(_amount(after))))
        return found

    def _market(self, spot: SpotPrice, factor: Fraction) -> str:
        """A price that follows an index."""
        t, money = self.speak.t, self.speak.money
        times = Fraction(spot.factor_ppm, PPM_PER_UNIT) * factor
        text = t("market price {index}", index=spot.index.name)
        text += f" × {self.speak.number(times)}" if times != 1 else ""
        if spot.add_micro:
            sign = "+" if spot.add_micro > 0 else "−"
            text += f" {sign} {money(_amount(abs(spot.add_micro)) * factor)}"
        parts = [t("{price} per kWh", price=text)]
        if spot.floor_micro is not None:
            parts.append(t("never below {money}", money=money(_amount(spot.floor_micro) * factor)))
        if spot.ceiling_micro is not None:
            parts.append(t("never above {money}", money=money(_amount(spot.ceiling_micro) * factor)))
        if spot.fallback_micro is not None:
            fallback = money(_amount(spot.fallback_micro) * factor)
            parts.append(t("{money} where the market has no price", money=fallback))
        return ", ".join(parts)

    def _factor(self, rates: Rates) -> Fraction:
        """What a written amount is multiplied with to be what is said."""
        ppm = rates.total_ppm
        plus = self.for_drivers and self.sheet.tax_included is False and ppm is not None
        return 1 + Fraction(ppm or 0, PPM_PER_UNIT) if plus else Fraction(1)


_LEAST, _MOST = N_("A session costs at least {money}."), N_("A session costs at most {money}.")
_LEAST_BEFORE = N_("A session costs at least {money} before tax.")
_MOST_BEFORE = N_("A session costs at most {money} before tax.")
_LEAST_AFTER = N_("A session costs at least {money} after tax.")
_MOST_AFTER = N_("A session costs at most {money} after tax.")


def _amount(micro: int) -> Fraction:
    return Fraction(micro, MICRO_PER_UNIT)
