"""Which prices a driver without a contract meets, and where: boxes of moments, as for prices that nothing reaches.

Ad hoc is a session that names no membership, and no type of tariff but AD_HOC_PAYMENT; how it is paid may be anything.
A price that an element before it always takes the place of is met by nobody, wherever the element stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rating.tariff.lint.axes import NAMES, RANGES, Axes
from rating.tariff.lint.boxes import Box, Budget, SpentError, meet, uncovered
from rating.tariff.lint.span import span_of
from rating.tariff.model import Component, Element, Tariff, When
from rating.units import DIMENSIONS

FAST_MW: Final = 50_000_000
AD_HOC: Final = "AD_HOC_PAYMENT"
# AC plugs: none of them carries 50 kW (three phases of 63 A are 44 kW). Names as in OCPI, and as people write them.
_AC: Final = ("iec_62196_t1", "iec_62196_t2", "iec_62196_t3a", "iec_62196_t3c", "type1", "type2", "j1772", "mennekes")
_COMBINED: Final = "combo"


@dataclass(frozen=True, slots=True)
class Met:
    """A price that some session meets."""

    element: Element
    component: Component
    boxes: tuple[Box, ...]  # the moments at which it is met

    @property
    def costs(self) -> bool:
        """Whether it is more than nothing."""
        return bool(self.component.price.amount_micro) or self.component.spot is not None


def is_ac(connector: str) -> bool:
    """Whether a connector is one for alternating current alone.

    >>> [is_ac(name) for name in ("Type 2", "IEC_62196_T2_COMBO", "DOMESTIC_F", "CCS")]
    [True, False, True, False]
    """
    name = connector.casefold().replace(" ", "").replace("-", "_")
    return (name in _AC or name.startswith("domestic")) and _COMBINED not in name


def met(tariff: Tariff, number: int, *, fast: bool, ad_hoc: bool = True) -> Iterator[Met]:
    """The prices of a version that ad hoc sessions meet, at chargers of 50 kW or more, or at any; or all sessions."""
    elements = [each for each in tariff.versions[number].elements if each.when.reservation is None]
    probe = When(min_evse_power_mw=FAST_MW)
    axes = Axes([*(element.when for element in elements), probe])
    space = axes.space(span_of(tariff, number).priced)
    if fast:
        space = meet(space, axes.box(probe))
        space = _without(space, axes, "connector", [name for name in _named(elements, "connector") if is_ac(name)])
    if ad_hoc:
        space = _without(space, axes, "membership", _named(elements, "membership"))
        space = _without(space, axes, "tariff_type", [n for n in _named(elements, "tariff_type") if n != AD_HOC])
    budget = Budget()
    for dimension in DIMENSIONS:
        before: list[Box] = []
        for element in elements:
            for component in element.components:
                if component.dimension == dimension:
                    box = meet(axes.box(element.when), space)
                    boxes = left_of([box], before, budget)
                    if boxes:
                        yield Met(element, component, boxes)
                    before.append(box)


def left_of(boxes: Iterable[Box], cuts: Sequence[Box], budget: Budget) -> tuple[Box, ...]:
    """What is left of boxes without others; nothing where it is too much to find out, so that nothing is claimed."""
    try:
        return tuple(part for box in boxes for part in uncovered(box, cuts, budget))
    except SpentError:
        return ()


def _named(elements: list[Element], name: str) -> list[str]:
    return sorted({each for element in elements for each in NAMES[name](element.when) or ()})


def _without(space: Box, axes: Axes, name: str, left_out: list[str]) -> Box:
    """The sessions that say none of these names."""
    at = 2 + len(RANGES) + list(NAMES).index(name)
    for each in left_out:
        says = axes.box(When(**{name: frozenset({each})}))  # type: ignore[arg-type]
        space = (*space[:at], space[at] & ~says[at], *space[at + 1 :])
    return space
