"""`rating rate`, `rating explain` and `rating fees` with accounts: what is read, written, told and refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from test_cli import column, really_run, run

import rating
from rating.results import write

TARIFF = """\
tariff: corner
currency: EUR
time_zone: Europe/Amsterdam
tax: {name: VAT, percent: 21, included: true}
versions:
  - elements:
      - energy: 0.50/kWh
"""
PLAN = """\
plan: plus
currency: EUR
time_zone: Europe/Amsterdam
tax: {name: VAT, percent: 21, included: true}
fee: 9.90/month
allowances:
  - {energy: 100 kWh, per: month}
points: {earn: 1/EUR, worth: 0.10}
"""
COUPON = "coupon: TWO\ncurrency: EUR\ntime_zone: Europe/Amsterdam\namount: 2.00\nuses: 1\n"
ACCOUNTS = "account,plan,from,until\n007,plus,2026-01-01,\n8,plus,2026-01-20T12:00:00+01:00,2026-02-11\n"
HEADER = "session_id,tariff,start,end,energy_kwh,account,coupon,redeem_points\n"
FIRST = """\
01,corner,2026-02-01T10:00:00Z,2026-02-01T11:00:00Z,80,007,,
02,corner,2026-02-02T10:00:00Z,2026-02-02T11:00:00Z,60,007,,
"""
SECOND = """\
03,corner,2026-02-03T10:00:00Z,2026-02-03T11:00:00Z,10,007,TWO,5
04,corner,2026-02-04T10:00:00Z,2026-02-04T11:00:00Z,10,,TWO,
"""


def world(folder: Path, rows: str = FIRST + SECOND) -> list[str]:
    """A tariff, a plan, a coupon, accounts and sessions in `folder`, and the options that name them."""
    (folder / "tariffs").mkdir(exist_ok=True)
    for name, text in (("corner", TARIFF), ("plus", PLAN), ("two", COUPON)):
        (folder / "tariffs" / f"{name}.yaml").write_text(text)
    (folder / "accounts.csv").write_text(ACCOUNTS)
    (folder / "sessions.csv").write_text(HEADER + rows)
    paths = {"tariffs": "tariffs", "sessions": "sessions.csv", "accounts": "accounts.csv"}
    return [text for name, path in paths.items() for text in (f"--{name}", str(folder / path))]


def gross(folder: Path) -> list[Decimal]:
    return column(folder / "sessions.parquet", "gross")


def test_the_state_is_written_beside_the_tables(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("rate", *world(tmp_path), "--out", out)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith(f"  {out}/rejected.parquet\n  {out}/state.parquet\n")
    # 100 kWh are free: 40 of the second cost 20.00. Off 5.00 go 2.00 and 5 points; the coupon of nobody is used up.
    assert gross(out) == [0, 20, Decimal("2.50"), 5]
    state = pq.read_table(out / "state.parquet")
    assert state.schema.metadata[b"rating.state"] == b"1"
    rows = [tuple(row.values()) for row in state.select(["account", "item", "name", "value"]).to_pylist()]
    assert rows == [
        ("", "coupon", "TWO", 1),
        ("", "rated_coupon", "04", 1_770_199_200_000_000),
        ("007", "rated", "03", 1_770_112_800_000_000),
        ("007", "allowance", "included energy", 0),
        ("007", "points", "points", 17),
    ]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_two_runs_give_what_one_gives(tmp_path: Path, form: str) -> None:
    run("rate", *world(tmp_path), "--out", tmp_path / "whole")
    whole = pq.read_table(tmp_path / "whole" / "state.parquet")
    found: list[Decimal] = []
    state: list[str] = []
    for name, rows in (("one", FIRST), ("two", SECOND)):
        out = tmp_path / name
        result = run("rate", *world(tmp_path, rows), *state, "--out", out, "--format", form)
        assert (result.exit_code, result.stderr) == (0, "")
        read: Any = pq.read_table if form == "parquet" else pacsv.read_csv
        found += map(Decimal, map(str, read(out / f"sessions.{form}")["gross"].to_pylist()))
        state = ["--state", str(out / f"state.{form}")]
    assert found == gross(tmp_path / "whole")
    again = rating.rate(rating.load_tariffs(tmp_path / "tariffs"), _none(), state=state[1]).state
    assert again.equals(whole)


def _none() -> dict[str, Any]:
    return {name: pa.array([], pa.string()) for name in ("session_id", "tariff", "start", "end", "energy_kwh")}


def test_late_sessions_are_refused_one_by_one(tmp_path: Path) -> None:
    run("rate", *world(tmp_path), "--out", tmp_path / "out")
    state = ("--state", tmp_path / "out" / "state.parquet")
    late = "05,corner,2026-02-02T12:00:00Z,2026-02-02T13:00:00Z,80,007,,\n"
    result = run("rate", *world(tmp_path, late), *state, "--out", tmp_path / "late")
    assert result.exit_code == 0
    assert column(tmp_path / "late" / "rejected.parquet", "code") == ["late"]
    before, after = (pq.read_table(tmp_path / name / "state.parquet") for name in ("out", "late"))
    assert after.equals(before)


def test_sessions_of_accounts_without_a_plan_are_mentioned(tmp_path: Path) -> None:
    options = world(tmp_path, FIRST)
    alone = run("rate", *options[:4], "--out", tmp_path / "out")
    told = "2 sessions name accounts, none of them is under a plan: give the table of accounts with --accounts\n"
    assert (alone.exit_code, alone.stderr) == (0, told)
    for row in ("007 ,plus,2026-01-01,", "007,plus,2026-02-03,", "007,plus,2025-01-01,2026-02-01"):
        (tmp_path / "accounts.csv").write_text(f"account,plan,from,until\n{row}\n")
        other = run("rate", *options, "--out", tmp_path / "out", "--json")
        fix = f"compare the names, letter by letter, and the dates with those in {tmp_path / 'accounts.csv'}\n"
        assert other.stderr == f"2 sessions name accounts, none of them is under a plan: {fix}"
    one = world(tmp_path, FIRST.splitlines()[0] + "\n")
    assert run("rate", *one[:4], "--out", tmp_path / "out").stderr.startswith("1 session names an account, it is under")
    for file in ("plus", "two"):
        (tmp_path / "tariffs" / f"{file}.yaml").unlink()
    assert run("rate", *one[:4], "--out", tmp_path / "out").stderr == ""


def test_a_run_without_accounts_leaves_no_old_state(tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = world(tmp_path, FIRST)
    run("rate", *options, "--out", out)
    (tmp_path / "sessions.csv").write_text("session_id,tariff,start,end,energy_kwh\n")
    assert run("rate", *options[:4], "--out", out).exit_code == 0
    assert sorted(path.stem for path in out.iterdir()) == ["lines", "rejected", "sessions", "taxes"]


def test_the_state_that_is_read_is_never_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("rate", *world(tmp_path, FIRST), "--out", out)
    kept = (out / "state.parquet").read_bytes()
    result = run("rate", *world(tmp_path, SECOND), "--state", out / "state.parquet", "--out", out)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "expected a folder without the input, for results replace what is in theirs" in result.stderr
    assert (out / "state.parquet").read_bytes() == kept


def test_a_full_disk_leaves_the_old_tables_with_their_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    run("rate", *world(tmp_path, FIRST), "--out", out)
    kept = {path.name: path.read_bytes() for path in out.iterdir()}
    plainly = write._write

    def full(path: Path, table: Any, format: str) -> None:
        if path.stem == "state":
            raise OSError(28, "No space left on device")
        plainly(path, table, format)

    monkeypatch.setattr(write, "_write", full)
    assert run("rate", *world(tmp_path), "--out", out).exit_code == 1
    assert {path.name: path.read_bytes() for path in out.iterdir()} == kept


def write_state(path: Path, **changes: Any) -> None:
    row = {"account": "8", "plan": "plus", "item": "points", "name": "points", "period": None, "value": 1}
    row["unit"] = "point"
    pq.write_table(pa.Table.from_pylist([row | changes]), path)


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("gone.parquet", lambda path: None, "state: file_missing: read `{path}`, expected a file that exists"),
        ("state.txt", lambda path: path.write_text("x"), "state: file_suffix: "),
        ("state.parquet", lambda path: path.write_text("x"), "state: file_damaged: "),
        (
            "state.csv",
            lambda path: path.write_text("account,plan\n1,plus\n"),
            "state: read `no column item, but ",
        ),
        (
            "state.parquet",
            lambda path: write_state(path, value="many"),
            "state, row 0: state: read `value: many`, ",
        ),
        (
            "state.parquet",
            lambda path: write_state(path, value=None),
            "state, row 0: state: read `value of points: none`",
        ),
        ("state.parquet", lambda path: write_state(path, item="miles"), "state, row 0: state: read `item: miles`"),
    ],
)
def test_what_is_no_state_is_refused(tmp_path: Path, name: str, make: Any, said: str) -> None:
    path = tmp_path / name
    make(path)
    for verb, more in (("rate", ["--out", tmp_path / "out"]), ("explain", ["01"])):
        result = run(verb, *world(tmp_path), "--state", path, *more)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith(said.format(path=path)), result.stderr
        assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.parquet"
    write_state(path)
    pq.write_table(pq.read_table(path).replace_schema_metadata({b"rating.state": b"2"}), path)
    result = run("rate", *world(tmp_path), "--state", path, "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("state: state_version: read `a state of version 2`, expected version 1; ")


def test_faults_of_accounts_are_told_all_at_once(tmp_path: Path) -> None:
    options = world(tmp_path)
    (tmp_path / "accounts.csv").write_text("account,plan,from\na,pls,2026-01-01\nb,gold,2026-01-01\n")
    for verb, more in (("rate", ["--out", tmp_path / "out"]), ("explain", ["01"])):
        result = run(verb, *options, *more)
        assert (result.exit_code, result.stdout) == (1, "")
        assert [line.partition(", expected")[0] for line in result.stderr.splitlines()] == [
            "accounts, row 0: unknown_plan: read `pls`",
            "accounts, row 1: unknown_plan: read `gold`",
        ]


def test_explain_tells_what_came_before(tmp_path: Path) -> None:
    result = run("explain", *world(tmp_path), "02")
    assert "Account 007, plan plus\n" in result.stdout
    assert ": 20 kWh left, 20 kWh used, 0 kWh left after it " in " ".join(result.stdout.split())
    run("rate", *world(tmp_path, FIRST), "--out", tmp_path / "one")
    options = [*world(tmp_path, SECOND), "--state", tmp_path / "one" / "state.parquet"]
    bill = json.loads(run("explain", *options, "03", "--json").stdout)
    assert bill["gross"] == "2.50"
    assert [(line["kind"], line["element"], line["amount"]) for line in bill["lines"]] == [
        ("usage", "element 1", "5"),
        ("discount", "coupon TWO", "-2"),
        ("discount", "points", "-0.5"),
    ]
    assert (
        "20 points before this session, 5 points asked for, 5 redeemed at 0.10 EUR each: 0.50 EUR less" in bill["text"]
    )
    assert "coupon TWO does not hold: it has been used once already" in run("explain", *options, "04").stdout


def fees(folder: Path, *more: str | Path) -> Any:
    options = world(folder)
    return run("fees", options[1], *options[4:], "--from", "2026-02-01", "--until", "2026-03-01", *more)


def test_fees_for_people(tmp_path: Path) -> None:
    # 10 of the 28 days of February: 9.90 x 10 / 28 = 3.5357..., of which 0.61 is tax.
    assert fees(tmp_path).stdout == (
        "2 fees from 2026-02-01 until 2026-03-01\n"
        "\n"
        "Account  Plan  From        Until       Days      Currency   Net   Tax  Gross\n"
        "007      plus  2026-02-01  2026-03-01  28 of 28  EUR       8.18  1.72   9.90\n"
        "8        plus  2026-02-01  2026-02-11  10 of 28  EUR       2.93  0.61   3.54\n"
    )


def test_fees_for_programs(tmp_path: Path) -> None:
    found = json.loads(fees(tmp_path, "--json").stdout, parse_float=pytest.fail)
    assert found["fees"][1] == {
        "account": "8",
        "plan": "plus",
        "currency": "EUR",
        "period_start": "2026-02-01",
        "period_end": "2026-03-01",
        "from": "2026-02-01",
        "until": "2026-02-11",
        "days": 10,
        "period_days": 28,
        "amount": "3.535714285714",
        "net": "2.93",
        "tax": "0.61",
        "gross": "3.54",
    }


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_fees_as_a_file(tmp_path: Path, form: str) -> None:
    file = tmp_path / "deep" / f"fees.{form}"
    result = fees(tmp_path, "-o", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "2 fees from 2026-02-01 until 2026-03-01\n"
        "\n"
        "Currency  Fees    Net   Tax  Gross\n"
        "EUR          2  11.11  2.33  13.44\n"
        "\n"
        f"Table\n  {file}\n"
    )
    assert [path.name for path in file.parent.iterdir()] == [f"fees.{form}"]
    table = pq.read_table(file) if form == "parquet" else pacsv.read_csv(file)
    assert [Decimal(str(each)) for each in table["gross"].to_pylist()] == [Decimal("9.90"), Decimal("3.54")]


def test_fees_that_cannot_be_written_leave_the_old_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "fees.csv"
    fees(tmp_path, "-o", file)
    kept = file.read_bytes()

    def full(path: Path, table: Any, format: str) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "_write", full)
    result = fees(tmp_path, "-o", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "No space left on device" in result.stderr
    assert file.read_bytes() == kept
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".fees")]


@pytest.mark.parametrize(("name", "said"), [("fees.xlsx", "a name that ends in .parquet or .csv"), ("tariffs.csv", "")])
def test_fees_into_a_wrong_file(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "tariffs.csv").mkdir()
    result = fees(tmp_path, "-o", tmp_path / name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{tmp_path / name}: output: read ")
    assert said in result.stderr


def test_no_fees_is_no_fault(tmp_path: Path) -> None:
    options = world(tmp_path)
    result = run("fees", options[1], *options[4:], "--from", "2025-02-01", "--until", "2025-03-01")
    assert (result.exit_code, result.stdout) == (0, "0 fees from 2025-02-01 until 2025-03-01\n")


def test_plans_alone_have_fees(tmp_path: Path) -> None:
    options = world(tmp_path)
    (tmp_path / "tariffs" / "corner.yaml").unlink()
    done = really_run("fees", options[1], *options[4:], "--from", "2026-02-01", "--until", "2026-03-01")
    assert (done.returncode, done.stderr) == (0, "")
