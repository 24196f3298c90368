"""Find the epochs in which sessions begin, and ask for what they are, some sessions ahead of who walks them.

Where neighbours have different tariffs, each of these look-ups waits for memory: one after the other they took 15 ns an
interval of sessions of 24. Here nothing depends on the one before, and the processor does ten at a time.
"""

from __future__ import annotations

from rating.kernels.arith import ask_lines, index, prefetch, row_of
from rating.kernels.arrays import ROW_WIDTH, SPAN_SHIFT, Book, Int64, Timelines, Usage, Wide
from rating.kernels.jit import inlined, scalar
from rating.units import ENERGY

AHEAD_SESSIONS = 64

# A processor asks ahead by itself for arrays that are read in order, but for a dozen at most. A rating reads and writes
# forty: without these, J1 on 200 tariffs waited 25 ns a session for where its intervals begin, and 10 more for them.
_ASK_SESSIONS = 12
_ASK_INTERVALS = 72  # three sessions of J1
_ASK_PRICES_SESSIONS = 4
_ASK_LINES = 3


@scalar
def look_up(begin: int, end: int, rows: Int64, usage: Usage, timelines: Timelines, out: Wide) -> None:
    """Write the first epoch of the sessions of `rows` at the places begin to end - 1 into `out`, int64 (2, >= end -
    begin); any number where one was refused before.

    Epochs are those of `plain`. The second row is what the walk will read next, so that it is at hand then.
    """
    session_start_us, of_session, status = usage.session_start_us, usage.timeline, usage.status
    epoch_first, epoch_start_us, components = timelines.plain_first, timelines.epoch_start_us, timelines.epoch_component
    hint_first, hint, span_start_us = timelines.plain_hint_first, timelines.hint, timelines.span_start_us[0]
    for place in range(begin, end):
        s = row_of(rows, place)
        o = index(place - begin)
        out[0, o] = 0
        if status[s] != 0:
            continue
        t = index(of_session[s])
        start = session_start_us[s]
        epoch = index(epoch_first[t] + hint[index(hint_first[t] + ((start - span_start_us) >> SPAN_SHIFT))])
        # A bucket rarely has more than two changes of price: these are counted without a branch to guess.
        epoch += 1 if epoch_start_us[epoch + 1] <= start else 0
        epoch += 1 if epoch_start_us[epoch + 1] <= start else 0
        while epoch_start_us[epoch + 1] <= start:
            epoch = index(epoch + 1)
        out[0, o] = epoch
        out[1, o] = components[4 * epoch + ENERGY]


@inlined
def ask_ahead(at: int, last: int, begin: int, rows: Int64, usage: Usage) -> None:
    """Ask for what the sessions behind the one at place `at` are, and for intervals behind `begin`, its first one."""
    s = row_of(rows, min(at + _ASK_SESSIONS, last - 1))
    prefetch(usage.interval_first, s)
    prefetch(usage.session_start_us, s)
    prefetch(usage.session_end_us, s)
    prefetch(usage.timeline, s)
    if usage.session_id.size > 0:
        prefetch(usage.session_id, s)
    i = begin + _ASK_INTERVALS
    ask_lines(usage.start_us, i, _ASK_LINES)
    ask_lines(usage.end_us, i, _ASK_LINES)
    ask_lines(usage.energy, i, _ASK_LINES)
    if usage.power_mw.size > 0:
        ask_lines(usage.power_mw, i, _ASK_LINES)
    if usage.current_ma.size > 0:
        ask_lines(usage.current_ma, i, _ASK_LINES)


@inlined
def ask_rows(at: int, last: int, rows: Int64, usage: Usage, book: Book) -> None:
    """Ask for where the first epochs of restricted sessions behind the one at place `at` stand, and for what they say:
    one step after the other, for the second needs what the first asks for.
    """
    timelines, restrictions = book.timelines, book.restrictions
    for ahead in (_ASK_SESSIONS, _ASK_SESSIONS // 2):
        s = row_of(rows, min(at + ahead, last - 1))
        if usage.status[s] == 0:
            t = index(usage.timeline[s])
            bucket = index(
                timelines.hint_first[t] + ((usage.session_start_us[s] - timelines.span_start_us[0]) >> SPAN_SHIFT)
            )
            if ahead == _ASK_SESSIONS:
                prefetch(timelines.hint, bucket)
            else:
                epoch = timelines.hint[bucket]
                prefetch(timelines.epoch_start_us, timelines.epoch_first[t] + epoch)
                prefetch(restrictions.row, ROW_WIDTH * (restrictions.row_first[t] + epoch))


@inlined
def ask_prices(at: int, last: int, first: int, rows: Int64, usage: Usage, book: Book, begins: Wide) -> None:
    """Ask for the prices of an index at which a session behind the one at place `at` begins. `begins` is what `look_up`
    found of the sessions at the places first to last - 1.
    """
    timelines, components = book.timelines, book.components
    place = min(at + _ASK_PRICES_SESSIONS, last - 1)
    s = row_of(rows, place)
    of_energy = begins[1, index(place - first)]
    if usage.status[s] == 0 and of_energy >= 0:
        c = index(timelines.component_first[usage.timeline[s]] + of_energy)
        step_us = components.grid_step_us[c]
        if components.spot[c] >= 0 and step_us > 0:  # 0: its prices do not begin at equal steps
            steps = (usage.session_start_us[s] - components.grid_start_us[c]) // step_us
            ask_lines(book.prices.grid, components.grid[c] + steps, _ASK_LINES)
