"""The groups of arrays that kernels take, each with its shape, unit and order.

Every array is C-contiguous, and one-dimensional but for decimals: (n, 2) int64, the low half first, which is what
Arrow's decimal128 reads as it is. What goes in is marked read-only by `frozen`, so that each kernel has
one compilation whether a column came from Arrow (read-only) or was made here; what comes out is writable.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]
Wide = NDArray[np.int64]  # of two dimensions
Pairs = NDArray[np.int64]  # (r, 2): that the width is known spares kernels a product for each item

G = TypeVar("G", bound=tuple[Any, ...])

NO_COMPONENT = -1
BY_CURRENT = 2  # of Timelines.restricted: a version on the timeline asks for a current, else it is 1
SPAN_SHIFT = 32  # a bucket of the hint table is 2^32 microseconds (72 minutes)
NEVER = 2**63 - 1
NO_PRICE = NEVER


class Usage(NamedTuple):
    """n sessions and their m intervals."""

    session_id: Int64  # (n,), or (0,) where ids are text
    session_start_us: Int64  # (n,) UTC
    session_end_us: Int64  # (n,) UTC
    timeline: Int32  # (n,) which timeline prices the session; any number where status is not 0
    status: UInt8  # (n,) not 0: refused before the kernel
    interval_first: Int64  # (n + 1,) CSR
    start_us: Int64  # (m,) UTC, ascending within a session
    end_us: Int64  # (m,) UTC
    energy: Int64  # (m,) times energy_scale[0]: milli-Wh
    energy_scale: Int64  # (1,) 1 or MWH_PER_WH
    activity: UInt8  # (m,) codes of units.ACTIVITIES, or (0,): all auto
    power_mw: Int64  # (m,) milli-W, -1: the mean power; or (0,)
    current_ma: Int64  # (m,) milli-A, -1: not known; or (0,)
    volumes_us: Wide  # (m, 3) charging, parked and reserved, or (0, 3): `activity` says it
    expired: UInt8  # (n,) 1: the reservation expired; or (0,): none did
    reserved_us: Int64  # (n,) UTC, since when its place was reserved, -1: it was not, or intervals say it; or (0,)
    charging_end_us: Int64  # (n,) UTC, -1: not told, it is where the last charging time ends; or (0,): of none


class Timelines(NamedTuple):
    """k timelines of price epochs. Within one, epochs ascend and the last is a sentinel that starts at NEVER.

    Timelines whose prices change at the same instants share their epochs: those of a network's tariffs stay in cache.
    """

    epoch_first: Int64  # (k,)
    epoch_start_us: Int64  # (e,) UTC
    epoch_component: Int32  # (4 e,) for each of units.DIMENSIONS the component within the timeline, or NO_COMPONENT
    hint_first: Int64  # (k,)
    hint: Int32  # (h,) the epoch in force where a bucket of 2^SPAN_SHIFT us starts, counted within the timeline
    component_first: Int64  # (k + 1,) CSR into Components
    waits: UInt8  # (k,) ENERGY_CAME and CHARGING_ENDED: what components of the timeline begin to count with
    restricted: UInt8  # (k,) not 0: `walk_restricted` walks its sessions, and its epochs have rows in Restrictions
    span_start_us: Int64  # (1,) where bucket 0 of every timeline starts
    spot: UInt8  # (k,) 1: a price of the timeline follows an index, and each of its instants begins an epoch
    plain_first: Int64  # (k,) as epoch_first, of epochs that no index cuts, where the timeline is for `plain`
    plain_hint_first: Int64  # (k,) as hint_first, of those


ENERGY_CAME = 1
CHARGING_ENDED = 2


class Restrictions(NamedTuple):
    """What the epochs of restricted timelines say: for each dimension the candidates, and which of them holds when."""

    row_first: Int64  # (k,) the row of the first epoch of the timeline; any number where it is not restricted
    row: Int32  # (ROW_WIDTH r,) for each of units.LINE_DIMENSIONS where its candidates begin, its marks, its flags
    candidate: Int32  # (2 q,) component and condition (-1: holds always); a component below 0 ends the list
    condition: Int64  # (8 p,) energy mWh, duration us, power mW and current mA, each at least and below
    mark_first: Int64  # (l + 1,) CSR: lists of thresholds of energy
    mark_mwh: Int64  # ascending within a list
    duration_first: Int64  # (k + 1,) CSR: thresholds of duration
    duration_us: Int64  # ascending within a timeline
    in_order: UInt8  # (k,) 1: it matters in which order prices held, because one of them has a grace or a step


ROW_WIDTH = 8
# Flags of a row.
NEEDS_CURRENT = 1  # the version asks for a current: a session without is refused
LACKS_FACT = 2  # the version asks for a connector or a charger's power that the session does not tell
VARIES = 4  # what holds for the first dimension depends on power or current; the next bits are for the others


class Prices(NamedTuple):
    """Prices that follow an index, over Components.den, in two forms."""

    part: Int64  # (3 p,) for each epoch of the timeline three numbers (arith.joined); the last is -1: there is none
    grid: Int64  # (g,) for `plain`, at equal steps: nano a milli-Wh; NO_PRICE: there is none


class Components(NamedTuple):
    """c components, in the order in which their lines are printed. An amount is volume × num ÷ den, in nano."""

    dimension: UInt8  # (c,) index into units.LINE_DIMENSIONS
    rate_ppm: Int64  # (c,) its taxes together, -1: not known, or no tax applies
    tax_bits: Int64  # (c,) its taxes among those of the timeline, a bit each; -1: not known
    num: Int64  # (c,) nano for each base unit (milli-Wh, us, session), over
    den: Int64  # (c,)
    den_scale: Int64  # (c,) the session's common denominator ÷ den; 1 where it is SETTLED_APART
    volume_max: Int64  # (c,) where the amount reaches AMOUNT_MAX_NANO; by an index: where a sum may leave int64
    spot: Int64  # (c,) which of Prices.part is that of the first epoch of the timeline, -1: it follows no index
    grid: Int64  # (c,) where its prices begin in Prices.grid; any number where its timeline is not plain, or no index
    grid_start_us: Int64  # (c,) from when the first of them holds
    grid_step_us: Int64  # (c,) and for how long
    grace_us: Int64  # (c,)
    counts: UInt8  # (c,) which time a price of parking time counts: PARKED, ...
    step: Int64  # (c,) base units, 0: none
    step_round: UInt8  # (c,) 0 up, 1 down, 2 nearest
    min_nano: Int64  # (c,) -NEVER: none
    max_nano: Int64  # (c,) NEVER: none
    unit_num: Int64  # (c,) billionths of the price's unit for each base unit, over
    unit_den: Int64  # (c,)
    element: Int32  # (c,) index into the plan's names of elements
    unit: Int32  # (c,) index into the plan's names of units
    price_micro: Int64  # (c,) for one of the price's unit


PARKED = 0
FROM_FIRST_ENERGY = 1
FROM_CHARGING_END = 2
PLUGGED_IN = 3


class Rules(NamedTuple):
    """What holds for a whole session of each of k timelines. Limits are in price terms: with tax where included."""

    den: Int64  # (k,) the common denominator of amounts; 1 where they are SETTLED_APART, each over its own
    tax: UInt8  # (k,) NO_TAX, TAX_EXCLUDED or TAX_INCLUDED
    rate_ppm: Int64  # (k,) of every price, unless they are mixed
    mixed: (
        UInt8  # (k,) 0: every price has the same tax, known, MIXED: not, SETTLED_APART: nor can `bill` tell its totals
    )
    unit_nano: Int64  # (k,) totals are rounded to it
    print_nano: Int64  # (k,) lines are printed in it
    mode: UInt8  # (k,) index into units.ROUNDING_MODES
    plain: UInt8  # (k,) 1: `plain` can price its sessions
    spare: Int64  # (k,) records that limits and a coarse rounding unit may need, 0 to SPARE_MAX
    stepped: UInt8  # (k,) 1: a component of the timeline has a step
    limited: UInt8  # (k,) 1: one of the limits is given
    limit_given: UInt8  # (4 k,) min before tax, max before tax, min after tax, max after tax
    limit_nano: Int64  # (4 k,) the same
    limit_rest: Int64  # (4 k,) the same, over den
    after_nano: Int64  # (2 k,) min and max after tax, as given


MIXED = 1
SETTLED_APART = 2
SPARE_MAX = 5  # two limits before tax or after it, each a minimum and a maximum, and one of rounding
NO_TAX = 0
TAX_EXCLUDED = 1
TAX_INCLUDED = 2


class Taxes(NamedTuple):
    """The taxes of timelines whose prices have different ones, each rounded once a session."""

    first: Int64  # (k + 1,) CSR
    rate_ppm: Int64  # (x,)
    scale_ppm: Int64  # (x,) what the rate is a share of: a million, or with all taxes of the price that includes them
    # Components with the same taxes, in the order of these.
    group_first: Int64  # (k + 1,) CSR
    group_bits: Int64  # (y,) as Components.tax_bits
    group_scale_ppm: Int64  # (y,) a million, or with these taxes where prices include them


class Terms(NamedTuple):
    """What k terms give. A term is the ordered list of what one plan, its tiers that are reached, and one coupon give
    to sessions on one tariff. Of each list there are a allowances, d discounts and c caps in all terms together.

    Dimensions are bits: bit i is units.LINE_DIMENSIONS[i]. Names and units are indexes into the plan's names.
    """

    allowance_first: Int64  # (k + 1,) CSR
    allowance_of: UInt8  # (a,) ENERGY, TIME, PARKING_TIME, or OF_SESSIONS
    allowance_bits: Int64  # (a,) the dimensions that it makes free
    allowance_name: Int32  # (a,)
    allowance_unit: Int32  # (a,)
    allowance_num: Int64  # (a,) billionths of its unit for each base unit, over
    allowance_den: Int64  # (a,)
    discount_first: Int64  # (k + 1,) CSR
    discount_kind: UInt8  # (d,) BY_PERCENT, BY_UNIT, BY_AMOUNT or BY_POINTS
    discount_bits: Int64  # (d,) the dimensions that it works on; BY_UNIT: those of its unit among them
    discount_num: Int64  # (d,) a part of the amount; nano for each base unit; nano; or nano for each point, over
    discount_den: Int64  # (d,) a million for the first, 1 for the last two
    discount_volume_max: Int64  # (d,) BY_UNIT: the volume at which it reaches AMOUNT_MAX_NANO
    discount_min_nano: Int64  # (d,) of a coupon: what the session must come to before it
    discount_coupon: UInt8  # (d,) 1: it is the coupon's
    discount_name: Int32  # (d,)
    discount_dimension: UInt8  # (d,) what its line says, or NO_DIMENSION
    cap_first: Int64  # (k + 1,) CSR
    cap_after_tax: UInt8  # (c,) the side that it caps
    cap_name: Int32  # (c,)
    apart: UInt8  # (k,) 1: no kernel can tell the totals
    plain: UInt8  # (k,) 1: it has no caps and no free sessions, so that `plain` can price its sessions
    percents: UInt8  # (k,) 1: its discounts are parts of amounts, each of all or none of what one before it works on
    taxed: UInt8  # (k,) 1: it has discounts or caps, whose taxes `bill` cannot tell where prices have different ones
    spare_most: Int64  # (1,) no term has more allowances, discounts and caps together


OF_SESSIONS = 255  # of Terms.allowance_of
NO_DIMENSION = 255
BY_PERCENT = 0
BY_UNIT = 1
BY_AMOUNT = 2
BY_POINTS = 3


def no_terms() -> Terms:
    """The terms of a book in which no plan gives anything."""
    none, codes, small, first = (
        np.empty(0, np.int64),
        np.empty(0, np.int32),
        np.empty(0, np.uint8),
        np.zeros(1, np.int64),
    )
    columns: list[Any] = [first, small, none, codes, codes, none, none]
    columns += [first, small, none, none, none, none, none, small, codes, small]
    columns += [first, small, codes, small, small, small, small, first]
    return frozen(Terms(*columns))


class Deals(NamedTuple):
    """What is given to sessions beside their tariffs, known before they are priced: e deals of n sessions.

    a and c are the most allowances and caps of a term; what a term has fewer of is any number.
    """

    of_session: Int32  # (n,) index of the deal, -1: none; or (0,): no session has one
    terms: Int32  # (e,) index into Terms
    allowance_left: Wide  # (e, a) base units: milli-Wh, us, sessions
    cap_left_nano: Wide  # (e, c) what is left of the cap, on its side of tax, from 0 on
    points: Int64  # (e,) so many may be redeemed: those that are asked for, and that the account has
    # Written, for sessions that are not refused.
    allowance_used: Wide  # (e, a)
    redeemed: Int64  # (e,) where it is not 0, which it is before
    coupon_used: UInt8  # (e,) 1: the coupon took something off; 0 before


def no_deals() -> Deals:
    """The deals of a batch in which no session has one."""
    none, codes, wide = np.empty(0, np.int64), np.empty(0, np.int32), np.empty((0, 0), np.int64)
    return Deals(codes, codes, wide, wide, none, wide, none, np.empty(0, np.uint8))


def frozen_deals(deals: Deals) -> Deals:
    """The same arrays, those that are only read marked so."""
    columns: list[Any] = list(deals)
    return Deals(*map(readonly, columns[:5]), *columns[5:])


class Book(NamedTuple):
    """What sessions are priced by."""

    timelines: Timelines
    restrictions: Restrictions
    components: Components
    prices: Prices
    rules: Rules
    taxes: Taxes
    terms: Terms
    component_most: Int64  # (1,) no timeline has more components


class Totals(NamedTuple):
    """What is found for each of n sessions. Where no timeline has a tax, `gross` is `net`, and `tax` is not written."""

    status: UInt8  # (n,) errors.Refused
    unknown: UInt8  # (n,) 1: the tax is not known, nor what it is added to or taken from; (0,): all are known
    fault: Int64  # (n,) the interval at fault, -1: none
    energy_mwh: Pairs  # (n, 2) decimals
    charging_us: Pairs  # (n, 2) decimals
    parked_us: Pairs  # (n, 2) decimals
    net_micro: Pairs  # (n, 2) decimals
    tax_micro: Pairs  # (n, 2) decimals
    gross_micro: Pairs  # (n, 2) decimals
    # Each tax of sessions of which more than one is possible, 0 where it is not on them: the timeline's, in order.
    part_first: Int64  # (n + 1,) CSR; (0,): there is no such session
    part_net_micro: Int64  # (x,) what it counts from
    part_tax_micro: Int64  # (x,) the tax


class Stretches(NamedTuple):
    """What `walk` says of a block of n' sessions: stretches of time without a cut, with room for w of them."""

    first: Int64  # (n' + 1,) CSR
    epoch: Int32  # (w,) index into Timelines.epoch_start_us; of a restricted timeline only where it has `spot`
    component: Int32  # (6 w,) of one that is: for each of units.LINE_DIMENSIONS the component, or NO_COMPONENT
    after: UInt8  # (w,) ENERGY_CAME and CHARGING_ENDED: what came before it, or the timeline does not wait for
    energy_mwh: Int64  # (w,)
    charging_us: Int64  # (w,)
    duration_us: Int64  # (w,) by the clock: charging and parked, unless `walk_restricted` says those apart
    parked_us: Int64  # (w,) of a restricted timeline
    reserved_us: Int64  # (w,) of a restricted timeline
    bands: Wide  # (BANDS_MAX, BAND_WIDTH) of `walk_restricted`
    picks: Int32  # (6,) which component prices each dimension now, as a restricted walk goes


class Records(NamedTuple):
    """The records of a block of n' sessions, with room for r.

    A session has a record for each component with volume, in the order of components, one for each allowance that is
    used, and then spare ones: Rules.spare, and more for a deal. `discount` makes lines of discounts of them, and `bill`
    of limits, caps and rounding, one after the other. Records are lines, but for those of the kind NO_LINE.
    """

    first: Int64  # (n' + 1,) CSR
    session: Int32  # (r,) counted from the block's first
    kind: UInt8  # (r,) index into KINDS, or NO_LINE
    component: Int32  # (r,) NO_COMPONENT for a line of a deal, and for a spare record
    turn: (
        Int32  # (r,) grows with the last stretch in which the component was billable; of a line of a deal its Terms row
    )
    volume: Int64  # (r,) base units
    billable: Int64  # (r,) the volume after grace
    billed: Int64  # (r,) the volume after the step; the same array as `billable` where nothing has a step
    nano: Int64  # (r,) the exact amount, whole
    rest: Int64  # (r,) and the rest over the session's common denominator (SETTLED_APART: its own), or TOO_MUCH
    printed: Int64  # (r,) micro
    mean: Int64  # (r,) micro a kWh of what follows an index; or (0,), where nothing does


class Shares(NamedTuple):
    """The amounts of one session that discounts work on, and what they take."""

    left_nano: Int64  # (component_most,) what is left of each
    left_rest: Int64  # (component_most,)
    billed: Int64  # (component_most,) base units
    dimension: Int64  # (component_most,)
    taken_nano: Int64  # (spare_most,) what each discount of a term took, where they are `percents`
    taken_rest: Int64  # (spare_most,)


class Gathered(NamedTuple):
    """What `gather` adds up for one session, 0 between sessions but for `touched`."""

    volume: Int64  # (component_most,)
    billable: Int64  # (component_most,)
    turns: Int64  # (component_most,)
    sums: Int64  # (4 component_most,) energy × the numbers of its price; or (0,), where no price follows an index
    touched: Int64  # (component_most,) the components with volume, ascending
    billable_of: Int64  # (6,) what is billable of each dimension after grace
    free_of: Int64  # (6,) of it, what allowances still make free


class Scratch(NamedTuple):
    """What one thread writes between kernels, for one block of sessions at a time."""

    wanted: UInt8  # (1,) read: 0: no lines are to be written
    others: Int64  # (n',) the sessions of the block, which `plain` left, ascending
    places: Int64  # (n',) and their places among those that are priced
    stretches: Stretches
    records: Records
    pick: Int32  # (r,) the records that are lines, where not all of them are
    volume: Int64  # (component_most,) 0 between sessions
    begins: Wide  # (2, AHEAD_SESSIONS) of `look_up`
    free: Int64  # (component_most,) what allowances make free of it, 0 between sessions
    under: Int64  # (component_most + spare_most,) nano that printing leaves out of a line
    rest: Int64  # (component_most + spare_most,) the rest of its amount
    spot: Int64  # (component_most,) energy × price of what follows an index, 0 between sessions
    gathered: Gathered
    shares: Shares


class Lines(NamedTuple):
    """What the table of lines shows of r lines. Decimals and codes are 0 where a line has none."""

    session: Int64  # (r,) the session's id where ids are integers, else its row in the batch
    line: Int32  # (r,) from 1
    kind: UInt8  # (r,) index into KINDS
    dimension: UInt8  # (r,)
    element: Int32  # (r,) index into the plan's names
    unit: Int32  # (r,) index into the plan's units
    volume: Pairs  # (r, 2) billionths of the unit
    billed_volume: Pairs  # (r, 2) billionths of the unit; (0, 2): the same as `volume`
    unit_price: Pairs  # (r, 2) micro
    amount: Pairs  # (r, 2) 10^-12 of the currency
    printed: Pairs  # (r, 2) micro
    rate: Pairs  # (r, 2) ten-thousandths of a percent, -1: none or not known; (0, 2): none of them has one
    # A bit for each line, the lowest of a byte first: 1: it has such a thing. At least r ÷ 8; or (0,): all lines have.
    priced: UInt8  # a price
    measured: UInt8  # a volume, and its unit
    named: UInt8  # an element
    dimensioned: UInt8  # a dimension


TOO_MUCH = -1
KINDS = ("usage", "allowance", "discount", "minimum", "maximum", "rounding")
USAGE, ALLOWANCE, DISCOUNT, MINIMUM, MAXIMUM, ROUNDING = range(len(KINDS))
NO_LINE = 255


def frozen(group: G) -> G:
    """The same arrays, marked read-only, without a copy where they are contiguous."""
    return type(group)(*(readonly(array) for array in group))


def readonly(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only view of one array."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


class CdrWords(NamedTuple):
    """The words that `cdr_text` knows, in four groups: keys of a CDR, of a period, of a dimension, and types."""

    letters: UInt8  # all of them, one behind the other
    first: Int64  # (w + 1,) CSR into letters
    group: Int64  # (5,) CSR into words
    ten: Int64  # (19,) powers of ten


class CdrFields(NamedTuple):
    """n records. `spans` and `unknown` are pairs of bytes from, up to; -1: not there."""

    odd: UInt8  # (n,) 1: not of the plain form, and to be read again
    seen: Int64  # (n,) bit w: key w of a CDR is there
    spans: Int64  # (n, 22) of the values of the first ten keys of a CDR, and of the tariff's id in its periods
    unknown: Int64  # (n, 2 u) of keys that are not among the words
    period_first: Int64  # (n + 1,) CSR; odd records may have some that count for nothing
    bounds_us: Int64  # (n, 2) start and end


class CdrPeriods(NamedTuple):
    """Room for m charging periods."""

    start_us: Int64  # (m,)
    end_us: Int64  # (m,)
    energy: Int64  # (m,) milli-Wh
    volumes_us: Wide  # (m, 3) charging, parked, reserved
    power_mw: Int64  # (m,) -1: not given
    current_ma: Int64  # (m,) -1: not given
    activity: UInt8  # (m,)
