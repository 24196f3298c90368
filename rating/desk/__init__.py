"""The pricing manager's desk: what explains tariffs and bills to people, and to partners.

Comes in: tariffs and usage, as for `rate`, or a partner's CDR. Goes out: text, pages, CDRs, verdicts; and the twin's
bill behind them.
May import: every room above it, and `reference`, whose trace it tells.

    explain/ the story of one bill; history gives the twin what came before it in its account
    show/    a tariff in words and pictures
    compare/ what a change of tariffs does; grids of changes in one pass
    pages/   what the desk's pages share
    usage    sessions as the twin takes them
    to_cdrs  priced sessions as CDRs, their periods cut (`pieces`) where prices change
    verify/  is a partner's CDR priced right?
"""
