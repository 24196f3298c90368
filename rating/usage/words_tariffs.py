"""What a tariff needs and a session lacks, in words: each function gives what was read, what was expected, the fix."""

from __future__ import annotations

import difflib
import zoneinfo
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from rating.errors import Refused
from rating.usage.evidence import Case, instant_text, interval_text, lacking
from rating.usage.schema import SESSIONS, table_named
from rating.usage.spelling import meant as meant_column

Words = tuple[str, str, str]

_INSTEAD: Final = "or price the session by a tariff that does not need it"


def _tariff(case: Case) -> str:
    index = int(case.batch.sessions.tariff[case.i])
    return str(case.batch.sessions.tariff_names[index]) if index >= 0 else "nothing"


@lru_cache(maxsize=1024)
def meant(name: str, names: tuple[str, ...]) -> str:
    """A question that names the closest of `names`; "" where none is close."""
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean `{close[0]}`?" if close else ""


def _unknown_tariff(case: Case) -> Words:
    fix = meant(_tariff(case), tuple(case.known)) or "correct the id, or load that tariff"
    return _tariff(case), "the id of a tariff that is loaded", fix


def _no_version(case: Case) -> Words:
    start = case.start or instant_text(int(case.batch.sessions.start_us[case.i]))
    want = f"a version of {_tariff(case)} that is in force then"
    fix = "add a version with an earlier valid_from"
    if "until" in case.hint:
        want, fix = f"{want} (they are valid {case.hint})", "add a version that is valid then"
    elif case.hint:
        want = f"{want} (the first is valid from {case.hint})"
    return f"a session that starts {start}", want, fix


def _time_zone(case: Case) -> Words:
    got = case.hint
    zones, names = case.batch.sessions.time_zone, case.batch.sessions.zone_names
    if not got and zones is not None and zones[case.i] >= 0:
        got = names[int(zones[case.i])]
    if got.strip():
        want = "the name of a time zone in the IANA database, such as Europe/Amsterdam"
        return f"time_zone {got}", want, meant_zone(got) or "write the zone of the site in the column time_zone"
    got = "no time_zone"
    want = f"a time zone such as Europe/Amsterdam, for {_tariff(case)} has none of its own"
    return got, want, "give the session the zone of its site in a column time_zone, or the tariff its time_zone"


@lru_cache(maxsize=1024)
def meant_zone(name: str) -> str:
    """The zones that were probably meant, by their whole names or by the place alone. Etc/GMT+1 is west: not those."""
    whole: dict[str, str] = {}
    place: dict[str, str] = {}
    for zone in sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")):
        whole[zone.lower()] = zone
        place.setdefault(zone.rpartition("/")[2].lower(), zone)
    word = name.strip().lower().replace(" ", "_")
    close = [whole[found] for found in difflib.get_close_matches(word, whole, n=1, cutoff=0.8)]
    last = word.rpartition("/")[2]
    close += [place[found] for found in difflib.get_close_matches(last, place, n=2, cutoff=0.8)]
    names = [f"`{zone}`" for zone in dict.fromkeys(close)][:3]
    return f"did you mean {' or '.join(names)}?" if names else ""


def _amount_range(case: Case) -> Words:
    want = "an amount of at most 4,000,000,000"
    return case.hint or "an amount beyond the range", want, "check the prices of the tariff and the session's energy"


def _missing_column(case: Case) -> Words:
    """A fault of an interval is its current; of a session, what its row lacks."""
    column = case.hint or ("current_a" if case.row >= 0 else next(iter(lacking(case.batch, case.i)), "current_a"))
    want = f"the column {column}, which {_tariff(case)} needs"
    if column == "current_a":
        return _missing_current(case, want)
    names = case.batch.source["sessions"].column_names
    there = [name for name in (column, column.replace("_kw", "_w")) if name in names]
    if there:
        return f"nothing in {there[0]}", f"a value, which {_tariff(case)} needs", f"fill it in, {_INSTEAD}"
    fix = meant_column(column, names, SESSIONS) or f"add the column, {_INSTEAD}"
    return f"sessions without {column}", want, fix


def _missing_current(case: Case, want: str) -> Words:
    label = case.batch.intervals.table
    if case.row < 0 or label == "sessions":
        fix = f"give its intervals with a column current_a, {_INSTEAD}"
        return "a session without intervals that say their current", want, fix
    names = case.batch.source[label].column_names
    if "current_a" in names:
        fix = f"fill it in{' where that time begins' if 'readings' in label else ''}, {_INSTEAD}"
        return f"no current_a in {interval_text(case)}", f"a value, which {_tariff(case)} needs", fix
    fix = meant_column("current_a", names, table_named(label)) or f"add the column, {_INSTEAD}"
    return f"{label.removeprefix('sessions.')} without current_a", want, fix


def _tax_unknown(case: Case) -> Words:
    want = f"a rate for every tax of {_tariff(case)}, because one of its limits is on the other side of the tax"
    return "a tax without a rate", want, "give the rate, or the limit on the side that the prices are on"


WORDS: Final[dict[Refused, Callable[[Case], Words]]] = {
    Refused.UNKNOWN_TARIFF: _unknown_tariff,
    Refused.NO_VERSION: _no_version,
    Refused.TIME_ZONE: _time_zone,
    Refused.AMOUNT_RANGE: _amount_range,
    Refused.MISSING_COLUMN: _missing_column,
    Refused.TAX_UNKNOWN: _tax_unknown,
}
