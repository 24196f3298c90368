"""Totals of a session that no 64-bit kernel can tell (PRICING 4).

Where prices have different taxes, a limit scales each tax by a fraction of any size; and the prices of an index may
have so many decimals that the amounts of a session share no small denominator. Such sessions are rare, so they are
settled one by one in exact fractions: 0.1 ms each.
"""

from __future__ import annotations

from fractions import Fraction

from rating.compile.plan import Plan
from rating.errors import Refused
from rating.kernels.arrays import (
    ALLOWANCE,
    DISCOUNT,
    MAXIMUM,
    ROUNDING,
    USAGE,
    Deals,
    Lines,
    Records,
    Totals,
)
from rating.settle.apart_lines import Extra, write_extras, write_lines, write_parts, write_totals
from rating.settle.discounts import Given, Item, take_discounts
from rating.settle.due import Due, Taxes, due_of, limited
from rating.tariff.model import Rates, Tariff, TaxRate
from rating.units import (
    AMOUNT_MAX_NANO,
    MICRO_PER_UNIT,
    NANO_PER_UNIT,
)

_ZERO = Fraction(0)


def settle_apart(
    session: int, plan: Plan, deals: Deals, records: Records, totals: Totals, lines: Lines, at: int
) -> int:
    """Write the lines of the session, whose amounts are in `records`, from row `at` on, and its totals.

    Returns: how many lines; 0 where the session is refused.
    """
    timeline = int(plan.timeline[session])
    tariff, version = plan.tariffs[timeline], plan.in_force[timeline]
    dens = plan.book.components.den * plan.book.components.den_scale
    every = range(int(records.first[0]), int(records.first[1]))
    rows = [r for r in every if records.kind[r] == USAGE]
    if any(records.rest[r] < 0 for r in rows):
        return _refuse(session, totals, Refused.AMOUNT_RANGE)
    amounts = [_exact(int(records.nano[r]), int(records.rest[r]), int(dens[records.component[r]])) for r in rows]
    if sum(map(abs, amounts), _ZERO) > Fraction(AMOUNT_MAX_NANO, NANO_PER_UNIT):
        return _refuse(session, totals, Refused.AMOUNT_RANGE)

    deal = int(deals.of_session[session]) if deals.of_session.size else -1
    dimension = plan.book.components.dimension
    items = [
        Item(
            int(dimension[records.component[r]]),
            int(records.billed[r]),
            tariff.rates_of(plan.parts[records.component[r]]),
        )
        for r in rows
    ]
    given = _discounted(plan, deals, deal, items, amounts)
    rates = [item.rates for item in items]
    included = tariff.tax is not None and tariff.tax.included
    due, moved = limited(tariff, version.min_price, version.max_price, due_of(given.left, rates, included))
    if due.taxes is None and any(
        limit is not None and (limit.before_tax_micro if included else limit.after_tax_micro) is not None
        for limit in (version.min_price, version.max_price)
    ):
        return _refuse(session, totals, Refused.TAX_UNKNOWN)
    capped = _cap(tariff, plan, deals, deal, due)
    if capped is None:
        return _refuse(session, totals, Refused.TAX_UNKNOWN)
    due, caps = capped

    rate_ppm = _rate_ppm(tariff, rates, given.left)
    allowances = [r for r in every if records.kind[r] == ALLOWANCE]
    extras = [Extra(ALLOWANCE, _ZERO, -1, int(records.turn[r]), int(records.volume[r])) for r in allowances]
    extras += [Extra(DISCOUNT, -each.amount, _ppm(tariff, each.rates), each.row) for each in given.taken]
    extras += [Extra(kind, change, rate_ppm) for kind, change in moved]
    extras += [Extra(MAXIMUM, change, rate_ppm, row) for row, change in caps]
    unit = tariff.rounding.unit_micro
    mode = int(plan.book.rules.mode[timeline])
    known = round_to(due.of_lines, unit, mode)
    taxes = {rate: round_to(each, unit, mode) for rate, each in (due.taxes or {}).items()}
    tax = sum(taxes.values())
    print_unit = tariff.minor_micro if unit % tariff.minor_micro == 0 else unit
    target = round_to(due.of_lines, print_unit, mode)
    printed = _allocate([*amounts, *(extra.amount for extra in extras)], target, print_unit)
    if known != target:
        extras.append(Extra(ROUNDING, Fraction(known - target, MICRO_PER_UNIT), rate_ppm))
        printed.append(known - target)
    write_totals(session, totals, known, tax, due.taxes is None, included)
    if plan.book.rules.mixed[timeline]:
        nets = share_net(due, known - tax if included else known, unit, mode)
        write_parts(session, totals, plan.taxes[timeline], nets, taxes)
    write_lines(plan, records, rows, amounts, printed, lines, at)
    write_extras(plan.book.terms, extras, printed[len(rows) :], lines, at + len(rows), len(rows))
    return len(rows) + len(extras)


def _exact(nano: int, rest: int, den: int) -> Fraction:
    return Fraction(nano * den + rest, den * NANO_PER_UNIT)


def _discounted(plan: Plan, deals: Deals, deal: int, items: list[Item], amounts: list[Fraction]) -> Given:
    """What discounts leave; what the deal uses is written."""
    if deal < 0:
        return Given(amounts, [], 0, False)
    given = take_discounts(plan.book.terms, int(deals.terms[deal]), int(deals.points[deal]), items, amounts)
    deals.redeemed[deal] = given.redeemed
    deals.coupon_used[deal] = given.coupon_used
    return given


def _cap(
    tariff: Tariff, plan: Plan, deals: Deals, deal: int, due: Due
) -> tuple[Due, list[tuple[int, Fraction]]] | None:
    """Let each cap of the deal set the total; what each adds to the lines. None: a side that is capped is not known."""
    moved: list[tuple[int, Fraction]] = []
    if deal < 0:
        return due, moved
    terms, term = plan.book.terms, int(deals.terms[deal])
    included = tariff.tax is not None and tariff.tax.included
    for number, j in enumerate(range(int(terms.cap_first[term]), int(terms.cap_first[term + 1]))):
        side = due.side(bool(terms.cap_after_tax[j]), included)
        if side is None:
            return None
        left = Fraction(int(deals.cap_left_nano[deal, number]), NANO_PER_UNIT)
        if side > left:
            new = due.times(left / side)
            if new.of_lines != due.of_lines:
                moved.append((j, new.of_lines - due.of_lines))
            due = new
    return due, moved


def _refuse(session: int, totals: Totals, why: Refused) -> int:
    totals.status[session] = why
    return 0


def round_to(amount: Fraction, unit_micro: int, mode: int) -> int:
    """An amount to a whole number of units, in micro; `mode` is an index into units.ROUNDING_MODES."""
    sign = -1 if amount < 0 else 1
    whole, rest = divmod(abs(amount) * MICRO_PER_UNIT / unit_micro, 1)
    half = Fraction(1, 2)
    away = (rest >= half, rest > half or (rest == half and whole % 2 == 1), rest > half, rest > 0, False)[mode]
    return sign * (int(whole) + away) * unit_micro


def share_net(due: Due, net_micro: int, unit_micro: int, mode: int) -> dict[TaxRate, int]:
    """What each tax counts from: prices with the same taxes are rounded together, and the largest of these groups, of
    equal ones the first by its taxes, has what the roundings leave of the total before tax.
    """

    def order(taxes: Taxes) -> list[tuple[str, int]]:
        return [(rate.name, rate.rate_ppm) for rate in taxes]

    groups = due.groups or {}
    rounded = {taxes: round_to(groups[taxes], unit_micro, mode) for taxes in sorted(groups, key=order)}
    if rounded:
        rounded[max(rounded, key=rounded.__getitem__)] += net_micro - sum(rounded.values())
    nets: dict[TaxRate, int] = {}
    for taxes, micro in rounded.items():
        for rate in taxes:
            nets[rate] = nets.get(rate, 0) + micro
    return nets


def _allocate(amounts: list[Fraction], target_micro: int, unit_micro: int) -> list[int]:
    """Each rounded down, and the units that are left to the largest remainders, the earlier one first."""
    scaled = [amount * MICRO_PER_UNIT / unit_micro for amount in amounts]
    units = [value.numerator // value.denominator for value in scaled]
    order = sorted(range(len(units)), key=lambda i: (units[i] - scaled[i], i))
    for i in order[: target_micro // unit_micro - sum(units)]:
        units[i] += 1
    return [count * unit_micro for count in units]


def _rate_ppm(tariff: Tariff, rates: list[Rates], amounts: list[Fraction]) -> int:
    """The rate of a line of the whole session: that of all that costs something, the tariff's where nothing does."""
    if tariff.tax is None:
        return -1
    every = {each for each, amount in zip(rates, amounts, strict=True) if amount} or {tariff.tax.rates}
    return _ppm(tariff, next(iter(every)) if len(every) == 1 else None)


def _ppm(tariff: Tariff, rates: Rates | None) -> int:
    """What a line shows of taxes: -1 where it is not one rate, not known, or no tax applies."""
    ppm = None if tariff.tax is None or rates is None else rates.total_ppm
    return -1 if ppm is None else ppm
