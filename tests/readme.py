"""The parts of README.md that are made from the program: tables, and the output of every example.

`python tests/readme.py` (or `make readme`) writes them; `test_readme.py` says whether they are current.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from lint_examples import EXAMPLES, tariff_of, warnings_of
from profile_examples import PROFILE_EXAMPLES
from readme_words import (
    ACCOUNTS,
    COLUMNS,
    CORRECTED,
    FEES,
    LEFT_OUT,
    OUTPUT,
    REFUSALS,
    STATE,
)

import rating
from rating.errors import Refused
from rating.tariff.editor import PRICE_KEYS
from rating.tariff.lint.codes import Code
from rating.tariff.lint.meanings import MEANINGS
from rating.tariff.lint.profiles import PROFILES
from rating.tariff.lint.profiles.meanings import PROFILE_MEANINGS
from rating.tariff.lint.profiles.profile import ProfileCode
from rating.tariff.schema import CalendarText, ElementText, TariffText, VersionText
from rating.tariff.schema_discounts import DiscountText, LoyaltyText, TierText
from rating.tariff.schema_parts import Block, PriceLimitText, RoundingText
from rating.tariff.schema_plan_parts import AllowanceText, CapText, FeeText, PointsText
from rating.tariff.schema_plans import CouponText, PlanText
from rating.tariff.schema_prices import EnergyText, FlatText, ParkingText, TimeText
from rating.tariff.schema_tax import TaxRateText, TaxText
from rating.tariff.schema_when import EvsePowerText, WhenText
from rating.usage.schema import INTERVALS, READINGS, SESSIONS, Table

ROOT: Final = Path(__file__).parent.parent
README: Final = ROOT / "README.md"

BLOCKS: Final[tuple[tuple[str, str, type[Block]], ...]] = (
    ("The file", "", TariffText),
    ("`tax`", "tax.", TaxText),
    ("Each of its `rates`, and the `tax` of a price", "rate.", TaxRateText),
    ("`rounding`", "rounding.", RoundingText),
    ("Each of `versions`", "version.", VersionText),
    ("`min_price` and `max_price`", "limit.", PriceLimitText),
    ("Each of `elements`", "element.", ElementText),
    ("`when`", "when.", WhenText),
    ("`evse_power`: one rating (`evse_power: 50 kW`), or a mapping", "evse_power.", EvsePowerText),
)
PLANS: Final[tuple[tuple[str, str, type[Block]], ...]] = (
    ("A plan", "plan.", PlanText),
    ("`fee`: the text alone (`fee: 9.90/month`), or a mapping", "fee.", FeeText),
    ("Each of `allowances`", "allowance.", AllowanceText),
    ("Each of `discounts`", "discount.", DiscountText),
    ("Each of `loyalty`", "loyalty.", LoyaltyText),
    ("Each of its `tiers`", "tier.", TierText),
    ("`points`", "points.", PointsText),
    ("Each of `caps`", "cap.", CapText),
    ("A coupon", "coupon.", CouponText),
)
PRICES: Final[dict[str, type[Block]]] = {
    "energy": EnergyText,
    "time": TimeText,
    "parking_time": ParkingText,
    "flat": FlatText,
}
# An example fence, and the fence of what it prints.
_EXAMPLE: Final = re.compile(r"^```(python|sh)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def keys() -> str:
    """Every key of a tariff file, from the models that read it."""
    header = ("key", "meaning", "left out", "example")
    parts = [f"**{title}**\n\n{table(header, list(_keys(block, prefix)))}" for title, prefix, block in BLOCKS]
    found: dict[str, tuple[list[str], tuple[str, ...]]] = {}
    for dimension, block in PRICES.items():
        for row in _keys(block, "price."):
            name, meaning, left_out, example = row
            if name == "`price`":
                left_out = "must be given; of energy, or an `index`"
                meaning, example = "The price with its unit.", "`0.39/kWh`, `0.10/min`, `5.00/2 h`, `0.50/session`"
            elif name == "`step_size`":
                meaning = "The quantity is billed in whole steps of this size."
                example = "`100 Wh`, `15 min`"
            found.setdefault(name, ([], (name, meaning, left_out, example)))[0].append(dimension)
    rows = [(row[0], _words(dimensions), *row[1:]) for dimensions, row in found.values()]
    rows.sort(key=lambda row: PRICE_KEYS.index(row[0].strip("`")))
    title = "A price: the text alone (`energy: 0.39/kWh`), or a mapping"
    parts.append(f"**{title}**\n\n{table(('key', 'of', *header[1:]), rows)}")
    parts.append(f"**A calendar**, `calendars/<name>.yaml` beside the tariffs\n\n{table(header, _calendar())}")
    return "\n\n".join(parts)


def plans() -> str:
    """Every key of a plan and of a coupon, from the models that read them."""
    header = ("key", "meaning", "left out", "example")
    return "\n\n".join(f"**{title}**\n\n{table(header, list(_keys(block, prefix)))}" for title, prefix, block in PLANS)


def _calendar() -> list[tuple[str, ...]]:
    return list(_keys(CalendarText, "calendar."))


def _keys(block: type[Block], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for field, spec in block.model_fields.items():
        name = spec.alias or field
        meaning = re.sub(r" (Left out: [^.]*\.+|Left out: element 1.*)$", "", spec.description or "")
        left_out = "must be given" if spec.is_required() else LEFT_OUT[prefix + name]
        yield f"`{name}`", meaning, left_out, ", ".join(f"`{_yaml(each)}`" for each in spec.examples or ())


def _yaml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_yaml(each) for each in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(dimensions: list[str]) -> str:
    return "all" if len(dimensions) == len(PRICES) else ", ".join(f"`{each}`" for each in dimensions)


def inputs() -> str:
    """Every input column that has a meaning."""
    parts = []
    for name, schema in (("sessions", SESSIONS), ("intervals", INTERVALS), ("readings", READINGS)):
        parts.append(f"**`{name}`**\n\n" + table(("column", "", "holds"), _inputs(name, schema)))
    return "\n\n".join(parts)


def _inputs(name: str, schema: Table) -> list[tuple[str, str, str]]:
    required = [column for column, _ in schema.required]
    rows = [(f"`{column}`", "must be there", COLUMNS[name][column]) for column in required]
    energy, power = (" or ".join(f"`{column}`" for column in pair) for pair in (schema.energies, schema.powers))
    rows.append((energy, "must be there" if schema.energy_required else "optional", COLUMNS[name][schema.energy]))
    rows += [(f"`{column}`", "optional", COLUMNS[name][column]) for column, _ in schema.optional]
    return [*rows, (power, "optional", COLUMNS[name][schema.power])]


def outputs() -> str:
    """The columns of the output, with the types of a real one."""
    times = {"start": ["2026-03-02T20:45Z"], "end": ["2026-03-02T22:00Z"], "energy_wh": [23_300]}
    sessions = {"session_id": [1], "tariff": ["harbour-dc"], **times}
    rated = rating.rate(rating.load_tariffs(ROOT / "tariffs"), sessions)
    parts = []
    for name in rated.tables:
        rows = [(f"`{f.name}`", _type(f), OUTPUT[name][f.name]) for f in getattr(rated, name).schema]
        parts.append(f"**`{name}`**\n\n" + table(("column", "type", "holds"), rows))
    return "\n\n".join(parts)


def _kept() -> tuple[Any, Any]:
    """A rating of a session under a plan, and another in which it has another energy."""
    times = {"start": ["2026-03-02T20:45Z"], "end": ["2026-03-02T22:00Z"]}
    session = {"session_id": [1], "tariff": ["per-kwh"], "account": ["anna"], **times}
    tariffs, accounts = rating.load_tariffs(ROOT / "tariffs"), _accounts()
    one, other = (rating.rate(tariffs, {**session, "energy_kwh": [kwh]}, accounts=accounts) for kwh in ("1", "2"))
    return one, other


def _accounts() -> dict[str, list[str | None]]:
    return {"account": ["anna"], "plan": ["flex-100"], "from": ["2026-02-15"], "until": [None]}


def accounts() -> str:
    """The columns of the table of accounts."""
    assert set(ACCOUNTS) == set(_accounts())
    needed = ["optional" if name == "until" else "must be there" for name in ACCOUNTS]
    rows = [(f"`{name}`", each, text) for (name, text), each in zip(ACCOUNTS.items(), needed, strict=True)]
    return table(("column", "", "holds"), rows)


def state() -> str:
    """The columns of the state."""
    return _columns(_kept()[0].state, STATE)


def corrected() -> str:
    """The columns of corrections by session."""
    return _columns(rating.corrections(*_kept()).sessions, CORRECTED)


def fees() -> str:
    """The columns of fees."""
    return _columns(rating.fees(rating.load_tariffs(ROOT / "tariffs"), _accounts(), "2026-03-01", "2026-04-01"), FEES)


def _columns(found: Any, words: dict[str, str]) -> str:
    return table(("column", "type", "holds"), [(f"`{f.name}`", _type(f), words[f.name]) for f in found.schema])


def _type(field: Any) -> str:
    if field.name == "session_id":
        return "int64 or string, as it came"
    return re.sub(r"dictionary<values=(\w+).*", r"\1 (dictionary)", str(field.type))


def refusals() -> str:
    """Every code of the table of rejected sessions."""
    rows = [(f"`{code.code}`", REFUSALS[code]) for code in Refused if code != Refused.FINE]
    return table(("code", "the session is refused because"), rows)


def warnings() -> str:
    """Every code of a warning, with what an example of it is told."""
    rows = []
    for code in Code:
        [fault] = warnings_of(EXAMPLES[code][0])
        rows.append((f"`{code}`", MEANINGS[code], f"`{fault.got}`: {fault.fix}"))
    return table(("code", "warns of", "for example"), rows)


def profiles() -> str:
    """Every code of a profile, with what an example of it is told."""
    rows = []
    for code in ProfileCode:
        [fault, *_] = PROFILES[code.partition("_")[0]].check(tariff_of(PROFILE_EXAMPLES[code][0]))  # type: ignore[arg-type]
        rows.append((f"`{code}`", PROFILE_MEANINGS[code], f"`{fault.got}`: {fault.fix}"))
    return table(("code", "warns of", "for example"), rows)


MADE: Final[dict[str, Callable[[], str]]] = {
    "keys": keys,
    "plans": plans,
    "input": inputs,
    "output": outputs,
    "refusals": refusals,
    "accounts": accounts,
    "state": state,
    "corrections": corrected,
    "fees": fees,
    "warnings": warnings,
    "profiles": profiles,
}


def made(text: str) -> str:
    """The text of the README with its made parts as they should be."""
    for name, make in MADE.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        head, found, rest = text.partition(start)
        _, closed, tail = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"README.md has no part {start} ... {end}")
        text = f"{head}{start}\n{make()}\n{end}{tail}"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "tariffs", Path(folder) / "tariffs")
        return _EXAMPLE.sub(lambda found: _with_output(found, Path(folder)), text)


def _with_output(example: re.Match[str], folder: Path) -> str:
    language, code, _ = example.groups()
    said = run(language, code, folder)
    shown = f"\n```text\n{said}```\n" if said else ""
    return f"```{language}\n{code}```\n{shown}"


def run(language: str, code: str, folder: Path) -> str:
    """What an example prints, run in the folder as a reader would; stdout and stderr together."""
    bin_ = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}", "PYTHONWARNINGS": "error"}
    env |= {"COLUMNS": "80", "NO_COLOR": "1"}  # whatever the terminal is that this runs in
    command = [sys.executable, "-c", code] if language == "python" else ["bash", "-c", code]
    done = subprocess.run(
        command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    # `rating check` of a broken file ends with 1, which the README says.
    if done.returncode not in (0, 1) or "Traceback" in done.stdout:
        raise RuntimeError(f"an example of README.md fails:\n{code}\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    README.write_text(made(README.read_text(encoding="utf-8")), encoding="utf-8")
