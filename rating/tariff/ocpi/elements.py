"""OCPI's elements and price components -> `model.Element`s."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rating.tariff.model import Component, DimensionName, Element, Price, Rates, Tax, When
from rating.tariff.ocpi import values
from rating.tariff.ocpi.part import Part
from rating.tariff.ocpi.restrictions import read_when
from rating.tariff.ocpi.taxes import own_rates, rates_of
from rating.units import DIMENSIONS, ELEMENTS_MAX, ENERGY_MAX_MWH, MWH_PER_WH, SESSION_MAX_US, US_PER_S

_DIMENSIONS: Final[dict[str, DimensionName]] = {
    "ENERGY": "energy",
    "TIME": "time",
    "PARKING_TIME": "parking_time",
    "FLAT": "flat",
}
UNITS: Final[dict[DimensionName, str]] = {"energy": "kWh", "time": "h", "parking_time": "h", "flat": "session"}
COMPONENTS_MAX: Final = 64  # of one element, which can use four


@dataclass(frozen=True, slots=True)
class Read:
    """An element whose tax is not settled yet: that depends on all the components of the tariff."""

    components: tuple[tuple[Component, Rates], ...]
    when: When
    part: Part

    def settled(self, index: int, tax: Tax | None) -> Element:
        """The element as the engine knows it."""
        parts = tuple(
            Component(each.dimension, each.price, step=each.step, rates=own_rates(rates, tax), place=each.place)
            for each, rates in self.components
        )
        return Element(f"element {index + 1}", parts, self.when, self.part.place)


def read_elements(tariff: Part) -> list[Read]:
    """The elements of a tariff."""
    found = []
    for part in tariff.parts("elements", "element", ELEMENTS_MAX):
        when = read_when(part.part("restrictions", "restrictions"))
        found.append(Read(_components(part), when, part))
    return found


def _components(element: Part) -> tuple[tuple[Component, Rates], ...]:
    found: dict[str, tuple[Component, Rates, str]] = {}
    for index, part in enumerate(element.parts("price_components", "component", COMPONENTS_MAX)):
        dimension = part.need("type", values.read_dimension, '"type": "ENERGY"')
        read = _component(part, None if dimension is None else _DIMENSIONS[dimension])
        if read is None:
            continue
        component, rates = read
        before = found.get(component.dimension)
        if before is None:
            found[component.dimension] = (component, rates, f"price_components[{index}]")
        elif (component, rates) != before[:2]:
            # Exactly the same twice does no harm.
            want = "each type once in an element"
            fix = f"{before[2]} has another price for it: keep the right one"
            part.fault("component_twice", str(dimension), want, fix, "type")
    return tuple(found[name][:2] for name in DIMENSIONS if name in found)


def _component(part: Part, dimension: DimensionName | None) -> tuple[Component, Rates] | None:
    """One price. All its keys are read even where its type is refused, so that every fault is found."""
    micro = part.need("price", values.read_price, '"price": 0.39')
    vat = part.get("vat", values.read_vat)
    unit, most = (MWH_PER_WH, ENERGY_MAX_MWH) if dimension == "energy" else (US_PER_S, SESSION_MAX_US)
    # A flat price has no step, whatever its step_size says.
    step = 0 if dimension == "flat" else part.get("step_size", lambda value: values.read_step(value, unit, most))
    if dimension is None or micro is None:
        return None
    price = Price(micro, UNITS[dimension])
    return Component(dimension, price, step=step or 0, place=part.place), rates_of(vat, part.version)
