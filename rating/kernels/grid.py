"""Many sets of prices for the same sessions: walked once, and priced by each set from the quantities of their lines.

What a session has of each component does not depend on what it costs. So the walk, and what it finds, are those of one
rating, and a set of prices costs some 10 ns a session instead of 100. Totals are those of `bill` to the unit: a session
whose numbers are too great for one product is odd, and left to the chain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rating.kernels.arith import index, round_parts, row_of
from rating.kernels.arrays import (
    NEVER,
    NO_TAX,
    TAX_EXCLUDED,
    TAX_INCLUDED,
    Book,
    Deals,
    Int64,
    Records,
    Scratch,
    Totals,
    Usage,
)
from rating.kernels.gather import gather
from rating.kernels.groups import Chosen, Entries, Found, Variants, pack
from rating.kernels.jit import scalar
from rating.kernels.native import address_of, bind, entry, part, through
from rating.kernels.price import BLOCK_SESSIONS, DONE, SCRATCH_FULL
from rating.kernels.step import step
from rating.kernels.walk import walk
from rating.kernels.walk_restricted import walk_restricted
from rating.units import NANO_PER_MICRO

# What any set comes to at most, over its denominator: the sum of two stays in int64, and a limit beside it.
AMOUNT_TOP = 2**60


@scalar
def _rounded(num: int, den: int, mode: int) -> int:
    """Num ÷ den, rounded to an integer; den > 0."""
    whole = num // den
    return round_parts(whole, num - whole * den, 0, den, mode)


@scalar
def _taxed(value: int, plus: int, a: int, b: int, unit: int, mode: int, direct: bool) -> int:
    """Value × a ÷ b + plus, counted in units and rounded; `direct`: value × a stays in int64."""
    den = unit * b
    if direct:
        return _rounded(value * a + plus * b, den, mode)
    whole = value // b
    part = whole * a + plus
    units = part // unit
    num = (part - units * unit) * b + (value - whole * b) * a
    more = num // den
    return round_parts(units + more, num - more * den, 0, den, mode)


@scalar
def _limited(total: int, t: int, tax_kind: int, book: Book, variants: Variants) -> tuple[int, int, int]:
    """A total within its session's limits, which of those after tax leaves the total before tax as it was or -1, and
    that total; as step 2 of `bill`.
    """
    given, limit = book.rules.limit_given, variants.limit
    fixed = -1
    base = 0
    for i in range(4):
        j = index(4 * t + i)
        if given[j] == 0 or (limit[j] <= total if i % 2 == 0 else limit[j] >= total):
            continue
        if i >= 2 and tax_kind != NO_TAX and given[j - 2] != 0:
            fixed = i - 2
            base = total
            if tax_kind == TAX_EXCLUDED:
                continue
        total = limit[j]
    return total, fixed, base


@part
def reprice(
    begin: int, count: int, rows: Int64, usage: Usage, book: Book, records: Records, totals: Totals,
    variants: Variants, found: Found,
) -> None:  # fmt: skip
    """Price `count` sessions of `rows`, whose records are gathered, by every set of prices, and add them up."""
    of_session, rules, tax_bits, taxes = usage.timeline, book.rules, book.components.tax_bits, book.taxes
    record_first, component, billable, billed = records.first, records.component, records.billable, records.billed
    num, low, high, sets = variants.num, variants.low, variants.high, variants.num.shape[1]
    quantity_max = variants.quantity_max
    total, taxed, base = found.total, found.taxed, found.base
    for o in range(count):
        s = row_of(rows, begin + o)
        if totals.status[s] != 0:
            continue
        t = index(of_session[s])
        first, last = record_first[o], record_first[o + 1]
        size = 0  # at least what any set comes to
        for r in range(first, last):
            if component[r] < 0:
                continue
            c = index(component[r])
            size += min(max(min(billed[r], quantity_max[c]) * variants.most[c], low[c]), high[c])
            if billed[r] > quantity_max[c] or size > AMOUNT_TOP:
                found.odd[s] = 1
                break
        if found.odd[s] != 0:
            continue
        wanted = sets if variants.varies[t] != 0 else 1
        den, unit_nano, mode, tax_kind = variants.den[t], rules.unit_nano[t], rules.mode[t], rules.tax[t]
        unit, unit_micro = den * unit_nano, unit_nano // NANO_PER_MICRO

        # 1. What all components cost; where prices have different taxes, then what those of each cost.
        mixed, direct = rules.mixed[t] != 0, size <= variants.direct[t]
        tax_first, tax_last = (taxes.first[t], taxes.first[t + 1]) if mixed else (0, 0)
        for v in range(wanted):
            total[v] = 0
            taxed[v] = 0
        for j in range(tax_first - 1, tax_last):
            every = j < tax_first
            if not every:
                for v in range(wanted):
                    base[v] = 0
            for r in range(first, last):
                if component[r] < 0:
                    continue
                c = index(component[r])
                if not every and tax_bits[c] >> (j - tax_first) & 1 == 0:
                    continue
                quantity = billed[r]
                least = low[c] if billable[r] > 0 else -NEVER
                most = high[c]
                if least == -NEVER and most == NEVER:
                    for v in range(wanted):
                        if every:
                            total[v] += quantity * num[c, v]
                        else:
                            base[v] += quantity * num[c, v]
                    continue
                for v in range(wanted):
                    amount = min(max(quantity * num[c, v], least), most)
                    if every:
                        total[v] += amount
                    else:
                        base[v] += amount
            if not every:
                a, b = variants.tax_rate[j], variants.tax_scale[j]
                for v in range(wanted):
                    taxed[v] += _taxed(base[v], 0, a, b, unit, mode, direct)

        # 2. Limits, tax and rounding, each total once.
        a, b = variants.rate[t], variants.scale[t]
        limited = rules.limited[t] != 0
        for v in range(wanted):
            exact = total[v]
            if limited:
                exact, fixed, before = _limited(exact, t, tax_kind, book, variants)
                if fixed >= 0 and tax_kind == TAX_EXCLUDED:
                    taxed[v] = _rounded(variants.after[2 * t + fixed] - before, unit, mode)
                elif fixed >= 0:
                    taxed[v] = _taxed(before, exact - before, a, b, unit, mode, direct=False)
                elif tax_kind != NO_TAX:
                    taxed[v] = _taxed(exact, 0, a, b, unit, mode, direct=False)
            elif tax_kind != NO_TAX and not mixed:
                taxed[v] = _taxed(exact, 0, a, b, unit, mode, direct)
            total[v] = _rounded(exact, unit, mode)
            if tax_kind == TAX_INCLUDED:
                total[v] -= taxed[v]

        # 3. Add them up.
        g = index(variants.group[s])
        found.sessions[g] += 1
        if found.each_net.shape[0] > 0:
            for v in range(sets):
                found.each_net[s, v] = total[v if wanted > 1 else 0] * unit_micro
                found.each_tax[s, v] = taxed[v if wanted > 1 else 0] * unit_micro
        if wanted == 1:
            found.fixed[g, 0] += total[0] * unit_micro
            found.fixed[g, 1] += taxed[0] * unit_micro
            continue
        now = total[0] + taxed[0]
        account = variants.account[s] if variants.account.size > 0 else -1
        for v in range(sets):
            found.net[g, v] += total[v] * unit_micro
            found.tax[g, v] += taxed[v] * unit_micro
            change = (total[v] + taxed[v] - now) * unit_micro
            found.more[g, v] += change > 0
            found.less[g, v] += change < 0
            found.rise[g, v] += max(change, 0)
            found.fall[g, v] += min(change, 0)
        if account >= 0:
            for v in range(sets):
                found.account[account, v] += (total[v] + taxed[v] - now) * unit_micro


PARTS: tuple[Callable[..., Any], ...] = (walk, walk_restricted, gather, step, reprice)
_WALK, _WALK_RESTRICTED, _GATHER, _STEP, _REPRICE = range(5)
_walk, _walk_restricted, _gather = through(walk), through(walk_restricted), through(gather)
_step, _reprice = through(step), through(reprice)


@entry
def _grid(
    first: int,
    last: int,
    chosen: Chosen,
    usage: Usage,
    book: Book,
    deals: Deals,
    scratch: Scratch,
    totals: Totals,
    variants: Variants,
    found: Found,
    entries: Entries,
) -> tuple[int, int]:
    """As `grid`."""
    rows, code, records, of_session = chosen.rows, entries.address, scratch.records, usage.timeline
    restricted, stepped = book.timelines.restricted, book.rules.stepped
    steps = False
    for t in range(stepped.size):
        steps = steps or stepped[t] != 0
    p = first
    while p < last:
        kind = restricted[of_session[row_of(rows, p)]]
        end = p + 1
        while end < last and end - p < BLOCK_SESSIONS and restricted[of_session[row_of(rows, end)]] == kind:
            end += 1
        while True:
            if kind != 0:
                stretches = _walk_restricted(
                    code[_WALK_RESTRICTED], p, end, rows, usage, book, scratch.stretches, totals
                )
            else:
                stretches = _walk(code[_WALK], p, end, rows, usage, book.timelines, scratch.stretches, totals)
            if stretches >= 0:
                break
            if end == p + 1:
                return p, SCRATCH_FULL
            end = p + (end - p) // 2
        _gather(
            code[_GATHER], p, end - p, rows, usage, scratch.stretches, book, deals, scratch.gathered, records, totals
        )
        if steps:
            _step(code[_STEP], p, end - p, rows, of_session, book.components, book.rules, records)
        _reprice(code[_REPRICE], p, end - p, rows, usage, book, records, totals, variants, found)
        p = end
    return p, DONE


def grid(first: int, last: int, rows: Int64, *groups: Any) -> tuple[int, int]:
    """Price the sessions of `rows`, int64 (q,) ascending, from place `first` to `last` - 1 by every set of prices.

    `groups` are Usage, Book, Deals (of none), Scratch, Totals, Variants and Found, each as it is or packed. Of the
    totals status, fault and what was measured are written; no session has a deal, or a price that follows an index.

    Returns: the first place that is not priced, and why: DONE, or SCRATCH_FULL (its session alone needs more of it).
    """
    entries = Entries(np.array([address_of(each) for each in PARTS], np.int64))
    run = bind(_grid, tuple(map(pack, (Chosen(rows), *groups, entries))))
    done: tuple[int, int] = run(first, last)
    return done
