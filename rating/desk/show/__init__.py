"""`show`: a tariff as its manager and its drivers see it, from the tables that are billed by.

Comes in: tariffs. Goes out: sentences, heat maps, what sessions cost, price lists; as text, a page, a picture, data.
May import: what the desk may; `pages` for what its pages share. Babel, Jinja2, rich and matplotlib are loaded by what
needs them.

    sheet      the compiled rows read back as offers: what is billed, as data
    language   Babel's forms and our catalogs, `words/*.po`
    prices, whens, rows, sentences
               how offers are said; driver makes a price list of them
    weeks      the epochs of a year as weeks, seasons and special days; clocks: when clocks are set
    audiences  what sessions say of themselves, where prices ask for it
    maps       weeks as heat maps; drawing and png draw them, terminal prints them
    market     the same for prices that follow an index, day by day
    samples    what some sessions cost, by the engine
    changes    from version to version
    titles     sentences that the terminal and the page share
    present    all of it; page and as_json write it
"""

from rating.desk.show.present import Show, show

__all__ = ["Show", "show"]
