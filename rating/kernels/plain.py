"""Sessions of plain tariffs in one pass: intervals in, bills and lines out (PRICING 1 to 4).

A plain timeline has no grace, no step, no limit and no coarse rounding, and no component waits for energy. Nearly every
session is of one, and takes 4.4 ns an interval here where the chain of kernels takes 7.3: what a session needs stays in
registers and the nearest cache. Whatever is odd about a session is left to the chain, which says what is wrong with it.

Where the price of energy follows an index, a stretch lasts over many prices: once it is walked, its energy is
multiplied by those of its moments (see `spot`).
"""

from __future__ import annotations

from collections.abc import Callable

from rating.kernels.arith import (
    count_units,
    index,
    lowest_bit,
    mean_price,
    mul_div_floor,
    put,
    round_parts,
    row_of,
    share,
    times_1000,
    times_price,
)
from rating.kernels.arrays import (
    NO_TAX,
    TAX_EXCLUDED,
    TAX_INCLUDED,
    USAGE,
    Book,
    Deals,
    Int64,
    Lines,
    Scratch,
    Totals,
    Usage,
)
from rating.kernels.epochs import AHEAD_SESSIONS, ask_ahead, ask_prices, look_up
from rating.kernels.lines import in_unit
from rating.kernels.native import part
from rating.kernels.plain_deal import begin_deal, deal_lines
from rating.kernels.spot import cost_of
from rating.units import (
    ACTIVITY_AUTO,
    ACTIVITY_PARKED,
    AMOUNT_MAX_NANO,
    ENERGY,
    ENERGY_MAX_MWH,
    FLAT,
    MWH_PER_WH,
    NANO_PER_MICRO,
    PARKING_TIME,
    PPM_PER_UNIT,
    TIME,
)

COMPONENTS_MAX = 62  # of a plain timeline: those of a session with volume are the bits of one integer
INTERVALS_MAX = 2**20  # of a plain session: the sum of as many of the greatest energy is far from leaving int64

assert INTERVALS_MAX * ENERGY_MAX_MWH < 2**62


def _make(name: str, by_index: bool, with_deals: bool) -> Callable[..., tuple[int, int]]:
    """The kernel for batches with prices of an index, and deals, or without: as one, J1 takes 1.3 times as long."""
    BY_INDEX, WITH_DEALS = by_index, with_deals  # noqa: N806  (constants for the compiler)

    def plain(
        first: int,
        last: int,
        lines: int,
        rows: Int64,
        usage: Usage,
        book: Book,
        deals: Deals,
        scratch: Scratch,
        totals: Totals,
        out: Lines,
    ) -> tuple[int, int]:
        """Price the sessions of `rows` from place `first` on, writing lines from row `lines` on.

        Returns: the first place that was not priced, because its session is odd, its tariff or its deal is not plain
        (no deal is where a price follows an index), `out` is full, or it is `last`; and the number of lines that are
        written now.
        """
        session_start_us, session_end_us, ids = usage.session_start_us, usage.session_end_us, usage.session_id
        interval_first, door_status, of_session = usage.interval_first, usage.status, usage.timeline
        start_us, end_us, energies, activities = usage.start_us, usage.end_us, usage.energy, usage.activity
        timelines, components, rules = book.timelines, book.components, book.rules
        epoch_start_us, begins = timelines.epoch_start_us, scratch.begins
        epoch_component, component_first = timelines.epoch_component, timelines.component_first
        num, den, den_scale, volume_max = components.num, components.den, components.den_scale, components.volume_max
        unit_num, unit_den = components.unit_num, components.unit_den
        of_dimension, of_element = components.dimension, components.element
        of_unit, of_price = components.unit, components.price_micro
        volume, under, rests, spot_sum = scratch.volume, scratch.under, scratch.rest, scratch.spot
        by_indexes, of_spot, grid = timelines.spot, components.spot, book.prices.grid
        line_session, line_number, line_kind, line_rate = out.session, out.line, out.kind, out.rate
        line_dimension, line_element, line_unit, line_price = out.dimension, out.element, out.unit, out.unit_price
        line_volume, line_billed, line_amount, line_printed = out.volume, out.billed_volume, out.amount, out.printed
        is_plain = rules.plain
        with_activity = activities.size > 0
        with_ids, with_billed = ids.size > 0, line_billed.size > 0
        with_rate, wanted = line_rate.size > 0, scratch.wanted[0] != 0
        with_deals = WITH_DEALS and deals.of_session.size > 0
        deal_of = deals.of_session
        is_plain_term, free, shares = book.terms.plain, scratch.free, scratch.shares
        with_tax = totals.tax_micro.size > 0
        energy_scale = usage.energy_scale[0]
        energy_max, wh = ENERGY_MAX_MWH // energy_scale, MWH_PER_WH // energy_scale
        room = line_number.size - book.component_most[0] - book.terms.spare_most[0]

        ahead = 2
        begun, looked = first, first  # the places whose first epoch is known
        for at in range(first, last):
            s = row_of(rows, at)
            t = index(of_session[s])
            begin, end = interval_first[s], interval_first[s + 1]
            if door_status[s] != 0 or is_plain[t] == 0 or begin == end or end - begin > INTERVALS_MAX or lines > room:
                return at, lines
            deal = -1
            energy_left, time_left, parking_left = 0, 0, 0  # what allowances may still make free
            if WITH_DEALS and with_deals and deal_of[s] >= 0:
                deal = index(deal_of[s])
                if is_plain_term[deals.terms[deal]] == 0 or by_indexes[t] != 0:
                    return at, lines
                energy_left, time_left, parking_left = begin_deal(deal, book.terms, deals)
            energy_most, time_most, parking_most = energy_left, time_left, parking_left
            session_start, session_end = session_start_us[s], session_end_us[s]
            ask_ahead(at, last, begin, rows, usage)
            base = component_first[t]
            if at >= looked:
                ahead = min(2 * ahead, AHEAD_SESSIONS)  # few at first: whoever comes next may be odd
                begun, looked = at, min(at + ahead, last)
                look_up(begun, looked, rows, usage, timelines, begins)
            epoch = index(begins[0, index(at - begun)])

            # 1. Walk the intervals along the epochs. A stretch is the time between two cuts.
            by_index = BY_INDEX and by_indexes[t] != 0
            if by_index:
                ask_prices(at, looked, begun, rows, usage, book, begins)
            epoch_end = epoch_start_us[epoch + 1]
            within = min(session_end, epoch_end - 1)
            now = session_start
            stretch_start = session_start
            energy = 0
            charging_us = 0
            energy_total = 0
            charging_total_us = 0
            begun_before = False  # interval i began before the stretch
            given = 0  # of its energy, before the stretch
            i_begun, given_begun = index(begin), 0  # as the stretch began
            touched = 0  # a bit for each component of the timeline with volume
            flat = 1
            i = index(begin)
            odd = session_start == session_end
            while not odd:
                # A loop of its own, so that what it adds to stays in registers.
                while 0 <= i < end:
                    b = end_us[i]
                    e = energies[i]
                    if start_us[i] != now or b <= now or b > within or e < 0 or e > energy_max:
                        break
                    charging = e != 0
                    if with_activity and activities[i] != ACTIVITY_AUTO:
                        charging = activities[i] != ACTIVITY_PARKED
                    energy += e
                    charging_us += b - now if charging else 0
                    now = b
                    i += 1

                cut = min(session_end, epoch_end)
                if i < end:
                    a = start_us[i]
                    b = end_us[i]
                    e = energies[i]
                    if (a < now and not begun_before) or b <= a or b > session_end or e < 0 or e > energy_max:
                        odd = True
                        break
                    charging = e != 0
                    if with_activity and activities[i] != ACTIVITY_AUTO:
                        charging = activities[i] != ACTIVITY_PARKED
                    if b <= epoch_end:
                        energy += e - given
                        charging_us += b - max(a, stretch_start) if charging else 0
                        begun_before = False
                        given = 0
                        now = b
                        i = index(i + 1)
                        if b < cut:
                            continue  # a gap before it, which is parked
                    elif a < epoch_end:
                        # Parts are whole Wh, and the last one has the rest.
                        part = mul_div_floor(e, epoch_end - a, b - a)
                        part -= part % wh
                        energy += part - given
                        charging_us += epoch_end - max(a, stretch_start) if charging else 0
                        begun_before = True
                        given = part
                        now = epoch_end

                duration_us = cut - stretch_start
                c = epoch_component[4 * epoch + ENERGY]
                if c >= 0 and energy > 0:
                    volume[index(c)] += energy * energy_scale
                    touched |= 1 << c
                    if by_index and volume[index(c)] > volume_max[index(base + c)]:
                        odd = True  # its products may leave int64: the chain refuses it
                    elif by_index and of_spot[index(base + c)] >= 0:
                        last_begun = i + 1 if begun_before else i
                        cost, missing = cost_of(
                            i_begun,
                            last_begun,
                            given_begun,
                            stretch_start,
                            cut,
                            index(base + c),
                            wh,
                            usage,
                            components,
                            grid,
                        )
                        spot_sum[index(c)] += cost * energy_scale
                        odd = odd or missing
                    if WITH_DEALS and energy_left > 0:
                        allowed = min(energy_left, energy * energy_scale)
                        free[index(c)] += allowed
                        energy_left -= allowed
                c = epoch_component[4 * epoch + TIME]
                if c >= 0 and charging_us > 0:
                    volume[index(c)] += charging_us
                    touched |= 1 << c
                    if WITH_DEALS and time_left > 0:
                        allowed = min(time_left, charging_us)
                        free[index(c)] += allowed
                        time_left -= allowed
                c = epoch_component[4 * epoch + PARKING_TIME]
                if c >= 0 and duration_us > charging_us:
                    volume[index(c)] += duration_us - charging_us
                    touched |= 1 << c
                    if WITH_DEALS and parking_left > 0:
                        allowed = min(parking_left, duration_us - charging_us)
                        free[index(c)] += allowed
                        parking_left -= allowed
                c = epoch_component[4 * epoch + FLAT]
                if c >= 0 and flat != 0:
                    volume[index(c)] = 1
                    touched |= 1 << c
                    flat = 0
                energy_total += energy
                charging_total_us += charging_us
                if cut == session_end:
                    odd = odd or i < end  # nothing can follow
                    break
                energy = 0
                charging_us = 0
                stretch_start = cut
                epoch = index(epoch + 1)
                epoch_end = epoch_start_us[epoch + 1]
                within = min(session_end, epoch_end - 1)
                i_begun, given_begun = i, given

            # 2. What it costs: amounts are nano and a rest over the timeline's denominator.
            unit_nano = rules.unit_nano[t]
            common = rules.den[t]
            total_nano = 0
            total_rest = 0
            size_nano = 0  # at least what the sizes of the amounts add up to
            left_over = 0  # units that lines leave out when each is rounded down
            line_begun = lines
            odd = odd or energy_total > energy_max
            print_micro = unit_nano // NANO_PER_MICRO
            while touched != 0:
                k = index(lowest_bit(touched))
                touched &= touched - 1
                c = index(base + k)
                quantity = volume[k]
                volume[k] = 0
                billed = quantity
                if WITH_DEALS and deal >= 0:
                    billed -= free[k]
                    free[k] = 0
                price = of_price[c]
                if by_index and of_spot[c] >= 0:
                    cost = spot_sum[k]
                    spot_sum[k] = 0
                    if odd or quantity > volume_max[c]:
                        odd = True
                        continue
                    nano = cost // den[c]
                    rest = cost - nano * den[c]
                    price = mean_price(nano, rest, den[c], quantity)
                    rest *= den_scale[c]
                elif odd or billed > volume_max[c]:
                    odd = True
                    continue
                else:
                    nano, rest = times_price(billed, num[c], den[c], den_scale[c])
                total_nano += nano
                total_rest += rest
                if total_rest >= common:
                    total_rest -= common
                    total_nano += 1
                size_nano += abs(nano) + 1
                if size_nano > AMOUNT_MAX_NANO:  # or nearly: the chain knows
                    odd = True
                    continue

                if wanted or (WITH_DEALS and deal >= 0):
                    units = count_units(nano, unit_nano)
                    left_over -= units
                    n = index(lines - line_begun)
                    under[n] = nano - units * unit_nano
                    rests[n] = rest
                    i = index(lines)
                    line_session[i] = ids[s] if with_ids else s
                    line_number[i] = n + 1
                    line_kind[i] = USAGE
                    line_dimension[i] = of_dimension[c]
                    line_element[i] = of_element[c]
                    line_unit[i] = of_unit[c]
                    shown = in_unit(quantity, unit_num[c], unit_den[c])
                    put(line_volume, i, shown)
                    if with_billed:
                        put(line_billed, i, in_unit(billed, unit_num[c], unit_den[c]))
                    put(line_price, i, price)
                    pico = 0
                    if rest > 0:
                        pico = (2000 * rest + common) // (2 * common)
                    line_amount[i, 0], line_amount[i, 1] = times_1000(nano, pico)
                    put(line_printed, i, units * print_micro)
                    if with_rate:
                        put(line_rate, i, components.rate_ppm[c])
                    if WITH_DEALS and deal >= 0:
                        shares.left_nano[n] = nano
                        shares.billed[n] = billed
                lines += 1
            if odd:
                return at, line_begun
            if WITH_DEALS and deal >= 0:
                lines, nano, rest, units = deal_lines(
                    deal,
                    t,
                    line_begun,
                    lines,
                    total_nano,
                    total_rest,
                    energy_most - energy_left,
                    time_most - time_left,
                    parking_most - parking_left,
                    book,
                    deals,
                    scratch,
                    out,
                )
                left_over -= units
                total_nano += nano
                total_rest += rest
                if total_rest >= common:
                    total_rest -= common
                    total_nano += 1

            # 3. Tax and rounding, each total once; then the units left over, to the largest remainders.
            mode, tax_kind, rate = rules.mode[t], rules.tax[t], rules.rate_ppm[t]
            units, part, rest = share(total_nano, total_rest, common, 1, 1, unit_nano)
            total = round_parts(units, part, rest, unit_nano, mode)
            tax = 0
            if tax_kind != NO_TAX:
                scale = PPM_PER_UNIT if tax_kind == TAX_EXCLUDED else PPM_PER_UNIT + rate
                units, part, rest = share(total_nano, total_rest, common, rate, scale, unit_nano)
                tax = round_parts(units, part, rest, scale * unit_nano, mode)
            net = total - tax if tax_kind == TAX_INCLUDED else total
            left_over = left_over + total if wanted else 0
            while left_over > 0:
                most = 0
                for j in range(1, lines - line_begun):
                    if under[j] > under[most] or (under[j] == under[most] and rests[j] > rests[most]):
                        most = j
                under[most] -= unit_nano
                put(line_printed, index(line_begun + most), line_printed[index(line_begun + most), 0] + print_micro)
                left_over -= 1
            lines = lines if wanted else line_begun
            totals.status[s] = 0
            totals.fault[s] = -1
            put(totals.energy_mwh, s, energy_total * energy_scale)
            put(totals.charging_us, s, charging_total_us)
            put(totals.parked_us, s, session_end - session_start - charging_total_us)
            put(totals.net_micro, s, net * print_micro)
            if with_tax:
                put(totals.tax_micro, s, tax * print_micro)
                put(totals.gross_micro, s, (net + tax) * print_micro)
        return last, lines

    plain.__name__ = name
    return part(plain)


plain = _make("plain", by_index=False, with_deals=False)
plain_with_deals = _make("plain_with_deals", by_index=False, with_deals=True)
plain_by_index = _make("plain_by_index", by_index=True, with_deals=False)
plain_by_index_with_deals = _make("plain_by_index_with_deals", by_index=True, with_deals=True)
