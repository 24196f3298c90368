"""`compare`: what a change of tariffs does on real history.

Comes in: old and new tariffs, or a grid of changes, and usage as for `rate`. Goes out: revenue, payers, sessions and
elements on both sides; as text, a page, data.
May import: what the desk may; `pages` for what its pages share. Jinja2 and rich are loaded by what needs them.

    sources    files, folders and git revisions of tariffs
    changes    grids of changes, and the tariffs that they make; grammar reads them
    sides      sessions rated by one side, as columns of integers
    keys       what sessions are grouped by: tariff, hour of the week, site, membership
    sums       sums by groups, payers, histogram
    extremes   the largest changes, told side by side; elements that nothing was billed by
    present    all of it for two sides; as_json, terminal and page write it
    quantities, one_pass
               all variants of a grid in one pass over the intervals; in_full: those sessions that it leaves;
               tally: the sums of both
    variants   all of it for a grid; as_json, grid_terminal and grid_page write it
    compare    which of the two is asked for
"""

from rating.desk.compare.changes import Grid
from rating.desk.compare.compare import compare
from rating.desk.compare.grammar import grid
from rating.desk.compare.present import Comparison
from rating.desk.compare.variants import GridComparison

__all__ = ["Comparison", "Grid", "GridComparison", "compare", "grid"]
