"""Which price applied, in words: for each stretch of time who priced what, and why no element before it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rating.reference import told, trace, words
from rating.reference.match import Match, Missed, Priced, find
from rating.reference.parts import UNLIMITED_MW
from rating.reference.story_steps import changes_at_once, price, steps, tariff_of
from rating.reference.told import APPLIES, Row
from rating.reference.values import Bill
from rating.reference.words_when import conditions, only_when
from rating.tariff.model import LineDimension, Tariff
from rating.units import LINE_DIMENSIONS, RESERVATION_FLAT

_SPANS = 3
_NOUNS: dict[LineDimension, str] = {
    "energy": "of energy",
    "time": "charging",
    "parking_time": "parked",
    "reservation_time": "reserved",
}


def matched(bill: Bill) -> Iterator[Row]:
    """For each price when it applied, what was measured then, and why no element before it did; prices that applied at
    the same times are told together.
    """
    tariff = tariff_of(bill)
    found: dict[Match, list[list[trace.Stretch]]] = {}
    for stretch in steps(bill, trace.Stretch):
        for match in _relevant(tariff, stretch):
            _add(found.setdefault(match, []), stretch)
    groups: dict[tuple[str, ...], list[tuple[list[trace.Stretch], Row]]] = {}
    for match, runs in found.items():
        joined = [_joined(run) for run in runs]
        amount = sum(_amount(tariff, stretch, match) for run in runs for stretch in run)
        row = _applied(tariff, match, amount)
        groups.setdefault(tuple(_span(tariff, each) for each in joined), []).append((joined, row))
    for spans, prices in groups.items():
        text = "; ".join(spans[:_SPANS]) + (f"; and {len(spans) - _SPANS} more times" if spans[_SPANS:] else "")
        times = [
            {**told.span(each.start, each.end), "words": text} for each, text in zip(prices[0][0], spans, strict=True)
        ]
        yield Row(text, APPLIES, {"times": times}, tuple(row for _, row in prices))
    flats = steps(bill, trace.FlatDue)
    yield from (_flat(tariff, due) for due in flats)
    if not groups and not flats:
        yield Row("none, all of it is free", APPLIES)


def _applied(tariff: Tariff, match: Match, amount: int) -> Row:
    """What was measured while a price held, and why it did."""
    kind = LINE_DIMENSIONS.index(match.dimension)
    noun = "plugged in" if _is_plugged_in(tariff, match) else _NOUNS[match.dimension]
    facts: told.Facts = {
        "dimension": match.dimension,
        **told.quantity(amount, kind),
        **_who(tariff, match.holds),
        "not": [
            {"element": name, "because": because} for name, because in (_missed(tariff, miss) for miss in match.missed)
        ],
    }
    return Row(f"{words.quantity(amount, kind)} {noun}: {_why(tariff, match)}", APPLIES, facts)


def _who(tariff: Tariff, priced: Priced | None) -> dict[str, told.Value]:
    if priced is None:
        return {"element": None, "version": None, "price": None, "holds": []}
    version, element, _ = find(tariff, priced)
    return {
        "element": element.name,
        "version": version.label,
        "price": price(tariff, priced),
        "holds": conditions(element.when),
    }


def _missed(tariff: Tariff, miss: Missed) -> tuple[str, str]:
    """An element that comes before, and why it does not hold."""
    element = tariff.versions[miss.version].elements[miss.element]
    return element.name, only_when(element.when, miss.restriction)


def _add(runs: list[list[trace.Stretch]], stretch: trace.Stretch) -> None:
    """Put a stretch to those that it follows at once: what changed in between is a price of another dimension."""
    last = runs[-1][-1].end if runs else None
    if last is not None and (last, last.fold) == (stretch.start, stretch.start.fold):
        runs[-1].append(stretch)
    else:
        runs.append([stretch])


def _joined(run: list[trace.Stretch]) -> trace.Stretch:
    """Stretches that follow one another as one."""
    powers, currents = [each.power_mw for each in run], [each.current_ma for each in run]
    return replace(
        run[0],
        end=run[-1].end,
        power_mw=(min(low for low, _ in powers), max(high for _, high in powers)),
        current_ma=(min(low for low, _ in currents), max(high for _, high in currents)),
    )


def _is_plugged_in(tariff: Tariff, match: Match) -> bool:
    return match.holds is not None and find(tariff, match.holds)[2].plugged_in


def _amount(tariff: Tariff, stretch: trace.Stretch, match: Match) -> int:
    """What was measured of what the price counts."""
    if _is_plugged_in(tariff, match):
        return stretch.charging_us + stretch.parked_us
    return {
        "energy": stretch.energy_mwh,
        "time": stretch.charging_us,
        "parking_time": stretch.parked_us,
        "reservation_time": stretch.reserved_us,
    }.get(match.dimension, 0)


def _relevant(tariff: Tariff, stretch: trace.Stretch) -> tuple[Match, ...]:
    """The dimensions of which anything was measured in a stretch; but for energy, only where some element has a price
    of it that is not for reservations alone.
    """
    measured = [match for match in stretch.matches if _amount(tariff, stretch, match)]
    return tuple(match for match in measured if match.dimension == "energy" or match.holds or _could_hold(match))


def _could_hold(match: Match) -> bool:
    return any(miss.restriction != "reservation" for miss in match.missed)


def _span(tariff: Tariff, stretch: trace.Stretch) -> str:
    """When it was, at what power and current where the tariff asks, and at which threshold it began."""
    text = words.between(stretch.start, stretch.end)
    of_session = not stretch.reserved_us
    whens = [element.when for version in tariff.versions for element in version.elements] if of_session else []
    flow = []
    if any(when.min_power_mw is not None or when.max_power_mw is not None for when in whens):
        flow.append(_powers(*stretch.power_mw))
    if any(when.min_current_ma is not None or when.max_current_ma is not None for when in whens):
        flow.append(_range(*map(words.current, stretch.current_ma)))
    if flow:
        text += f" at {words.listed(flow)}"
    crossed = [words.energy(mwh) for mwh in stretch.crossed.energy_mwh]
    crossed += [words.duration(us) for us in stretch.crossed.duration_us]
    if crossed:
        text += f", begins at {words.listed(crossed)} of the {'session' if of_session else 'reservation'}"
    return text


def _powers(least: int, most: int) -> str:
    """Energy in no time has power without limit."""
    if most < UNLIMITED_MW:
        return _range(words.power(least), words.power(most))
    return "once" if least == most else f"{words.power(least)} or more"


def _range(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"


def _why(tariff: Tariff, match: Match) -> str:
    """Which price holds, and why the elements before it do not."""
    texts = ["free, no price holds" if match.holds is None else _price(tariff, match.holds)]
    texts += [f'not "{name}" ({because})' for name, because in (_missed(tariff, miss) for miss in match.missed)]
    return ", ".join(texts)


def _price(tariff: Tariff, priced: Priced) -> str:
    version, element, _ = find(tariff, priced)
    dated = f" of version {version.label}" if changes_at_once(tariff) else ""
    return f'"{element.name}"{dated} at {price(tariff, priced)}'


def _flat(tariff: Tariff, due: trace.FlatDue) -> Row:
    once = "once for the reservation" if due.priced.dimension == RESERVATION_FLAT else "once a session"
    facts = {
        "at": due.at.isoformat(),
        "dimension": LINE_DIMENSIONS[due.priced.dimension],
        **told.quantity(1, due.priced.dimension),
        **_who(tariff, due.priced),
    }
    text = f"{words.day(due.at)} {words.clock(due.at)}: {once}, {_price(tariff, due.priced)}"
    return Row(text, APPLIES, facts)
