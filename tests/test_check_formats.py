"""The formats of `rating check`: for people in 80 and 120 columns, as JSON, for GitHub and as SARIF."""

from __future__ import annotations

import ast
import json
import os
import pty
import re
import subprocess
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from test_cli import HARBOUR, RATING, ROOT, run

from rating.cli.check import check
from rating.cli.faults.found import Found, forget_files
from rating.cli.faults.json_places import JsonText
from rating.cli.faults.machines import as_github
from rating.cli.faults.people import print_found
from rating.errors import Fault, Place, TariffError
from rating.tariff.lint.codes import Code
from rating.tariff.load import load_tariffs
from rating.tariff.meanings import FAULTS, meaning

ESCAPE = re.compile("\x1b\\[[0-9;]*m")
BROKEN = Path(__file__).parent / "broken"
BROKEN_OCPI = Path(__file__).parent / "broken_ocpi"
LATE = HARBOUR.replace("0.39/kWh", "0.39/h").replace("EUR", "EURO")


def faults_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Fault]:
    """Every fault of a folder of broken files, as the checker sees it in that folder."""
    monkeypatch.chdir(folder)
    forget_files()
    with pytest.raises(TariffError) as caught:
        load_tariffs(".")
    return list(caught.value.faults)


def printed(faults: list[Fault], width: int, colour: bool) -> str:
    system = "truecolor" if colour else None
    console = Console(file=StringIO(), width=width, color_system=system, force_terminal=colour, no_color=not colour)  # type: ignore[arg-type]
    print_found([Found(fault, "fault") for fault in faults], console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_people_see_the_line_with_its_place_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(LATE)
    result = run("check", "a.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "fault[currency]: read `EURO`\n"
        " --> a.yaml:2:11\n"
        "  |\n"
        "2 | currency: EURO\n"
        "  |           ^^^^\n"
        "  = expected: the code of a currency, such as EUR (ISO 4217)\n"
        "  = fix: did you mean `EUR`?\n"
        "\n"
        "fault[price_unit]: read `0.39/h`\n"
        " --> a.yaml:7:17\n"
        "  |\n"
        "7 |       - energy: 0.39/h\n"
        "  |                 ^^^^^^\n"
        "  = expected: a price of energy, such as 0.39/kWh\n"
        "  = fix: write 0.39/kWh, or move this price to `time`\n"
        "\n"
        "refused: 2 faults in 1 file\n"
    )


def test_warnings_say_that_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(HARBOUR.replace("0.39/kWh", "39/kWh"))
    result = run("check", "a.yaml")
    assert (result.exit_code, result.stdout) == (0, "ok: 1 tariff, 1 version, 1 warning\n")
    assert result.stderr.startswith("warning[implausible]: read `39/kWh`\n --> a.yaml:7:17\n")
    strict = run("check", "--strict", "a.yaml")
    assert (strict.exit_code, strict.stdout) == (1, "")
    assert strict.stderr == result.stderr + "refused: 1 warning in 1 file\n"
    [line] = run("check", "--format", "github", tmp_path / "a.yaml").stdout.splitlines()
    assert line.startswith("::warning file=a.yaml,line=7,endLine=7,col=17,endColumn=23,title=implausible::read ")
    log = json.loads(run("check", "--format", "sarif", "a.yaml").stdout)
    assert [result["level"] for result in log["runs"][0]["results"]] == ["warning"]


@pytest.mark.parametrize("folder", [BROKEN, BROKEN_OCPI], ids=lambda folder: folder.name)
@pytest.mark.parametrize("width", [80, 120])
def test_every_fault_fits_the_terminal_and_reads_the_same_in_colour(
    folder: Path, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = faults_in(folder, monkeypatch)
    without, colour = (printed(faults, width, colour) for colour in (False, True))
    assert "\x1b" not in without
    assert "\x1b" in colour
    assert ESCAPE.sub("", colour) == without
    for line in without.splitlines():
        # The place stays in one piece, so that it can be opened by a click.
        assert cell_len(line) <= width or line.lstrip().startswith("-->"), line
    words = " ".join(without.split())
    for fault in faults:
        assert f"= expected: {fault.want} " in words.replace(" | ", " ") or len(fault.want) > width - 20, fault


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_marks_stand_below_what_was_read(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = 0
    for fault in faults_in(BROKEN, monkeypatch):
        lines = printed([fault], width, colour=False).splitlines()
        [mark] = [i for i, line in enumerate(lines) if set(line.partition("|")[2].strip()) == {"^"}] or [None]
        if mark is None:
            assert fault.place.line is None or Found(fault, "fault").mark is None, fault
            continue
        marks, above = lines[mark], lines[mark - 1]
        assert cell_len(above) <= width
        if not above.isascii() or "…" in above or fault.got not in above:
            continue
        begin, end = marks.index("^"), len(marks)
        read = above[begin:end]
        # What was read, with its quotes; or the brackets that it is in.
        assert fault.got in (read, read.strip("'\" ")) or (read[0] in "[{" and fault.got in read), (above, marks)
        marked += 1
    assert marked > 200


def test_in_json_the_path_leads_to_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    marked = 0
    for fault in faults_in(BROKEN_OCPI, monkeypatch):
        mark = Found(fault, "fault").mark
        if not fault.place.path:
            continue
        assert mark is not None, fault
        text = Path(fault.place.source).read_text().splitlines()[mark.number - 1]
        assert text == mark.line
        read = text[mark.column - 1 : mark.column - 1 + mark.width]
        if fault.got in text:
            assert fault.got in (read, read.strip('"')) or (read[0] in "[{" and fault.got in read), (fault, read)
            marked += 1
    assert marked > 80


def test_json_of_many_lines_is_shown_by_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tariff = json.loads((BROKEN_OCPI / "price-negative.json").read_text())
    Path("partner.json").write_text(json.dumps(tariff, indent=2))
    said = run("check", "partner.json").stderr
    lines = Path("partner.json").read_text().splitlines()
    number = next(i for i, line in enumerate(lines, 1) if "-0.39" in line)
    assert f"--> partner.json:{number}:{lines[number - 1].index('-0.39') + 1}: elements[0]" in said
    assert f"{number} | {lines[number - 1]}" in said
    [first, *_] = run("check", "--format", "github", "partner.json").stdout.splitlines()
    assert f"file=partner.json,line={number},endLine={number},col=" in first


@pytest.mark.parametrize(
    "text", ["", "{", "[1, {", '{"a": }', '{"a" 1}', "]}", '{"a": [1, 2}', '"', "[,,]", '{"a": 1, "a"']
)
def test_a_path_into_broken_json_leads_somewhere_or_nowhere(text: str) -> None:
    for path in ("", "a", "[0]", "a[1]", "[1].a", '["b c"].a'):
        for key in (False, True):
            span = JsonText(text).value(path, key=key)
            assert span is None or 0 <= span.start < span.end <= len(text)


def test_wide_letters_tabs_and_controls_leave_the_marks_in_their_place(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("name: 港の\t\x07充電, x: 12\n")
    fault = Fault("percent", Place(str(file), 1, 18), "12", "less", "write 1")
    lines = printed([fault], 80, colour=False).splitlines()
    assert lines[3] == "1 | name: 港の \\u0007充電, x: 12"
    assert cell_len(lines[4]) == cell_len(lines[3])
    long = "a: " + "港" * 200 + " b: " + "港" * 200
    file.write_text(long)
    forget_files()
    fault = Fault("percent", Place(str(file), 1, long.index("b") + 1), "b", "less", "write 1")
    for width in range(40, 90):
        lines = printed([fault], width, colour=False).splitlines()
        assert cell_len(lines[3]) <= width
        assert cell_len(lines[3][: lines[3].index("b")]) == lines[4].index("^")


@given(st.text(max_size=150), st.integers(1, 160), st.text(max_size=20), st.integers(40, 130))
def test_any_line_is_shown_within_the_terminal(line: str, column: int, got: str, width: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.yaml"
        file.write_bytes(line.encode("utf-8", errors="surrogatepass"))
        forget_files()
        fault = Fault("percent", Place(str(file), 1, column), got, "less", "write 0")
        lines = printed([fault], width, colour=False).split("\n")
        as_github([Found(fault, "fault")])
    marks = [shown.partition("|")[2] for shown in lines if set(shown.partition("|")[2].strip()) == {"^"}]
    assert len(marks) == 1
    for shown in lines:
        assert cell_len(shown) <= width or shown.startswith(" -->"), shown
        assert not any(letter in shown for letter in "\x1b\r\x07\x08\x0b\x85\u2028\u202e"), shown


def test_a_file_that_is_gone_or_shorter_shows_its_place_alone(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    for place in (Place(str(tmp_path / "gone.yaml"), 1, 1), Place(str(tmp_path / "a.yaml"), 9, 1), Place("", None)):
        lines = printed([Fault("percent", place, "1", "less", "write 0")], 80, colour=False).splitlines()
        assert [line for line in lines if "|" in line] == []
        assert lines[-2:] == [" = fix: write 0", ""]


def on_a_terminal(*args: str, cwd: Path, **env: str) -> str:
    """What a run prints to a terminal of 80 columns."""
    leader, follower = pty.openpty()
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM")}
    kept |= {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "80", **env}
    with subprocess.Popen([*RATING, *args], stdout=follower, stderr=follower, stdin=follower, env=kept, cwd=cwd):
        os.close(follower)
        said = b""
        try:
            while chunk := os.read(leader, 65536):
                said += chunk
        except OSError:  # Linux says so where the last writer has closed the terminal
            pass
    os.close(leader)
    return said.decode().replace("\r\n", "\n")


def test_colour_is_for_terminals_and_not_for_those_who_want_none(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(LATE)
    colour = on_a_terminal("check", "a.yaml", cwd=tmp_path)
    assert "\x1b[1;31mfault[currency]" in colour
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = on_a_terminal("check", "a.yaml", cwd=tmp_path, **env)
        assert plain == ESCAPE.sub("", colour)
    assert "\x1b" not in run("check", tmp_path).stderr


def test_github_reads_back_what_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Fault("percent", Place("a,b:c%.yaml", 4, 16), "21 %", "a rate: 0 to 100", "write 21, no sign")
    [line] = as_github([Found(fault, "fault")])
    expected = "::error file=a%2Cb%3Ac%25.yaml,line=4,col=16,title=percent::"
    assert line == expected + "read `21 %25`, expected a rate: 0 to 100; write 21, no sign"
    faults = faults_in(BROKEN, monkeypatch)
    for fault, line in zip(faults, as_github([Found(fault, "fault") for fault in faults]), strict=True):
        found = re.fullmatch("::error ([^:]*)::(.*)", line)
        assert found is not None
        told = dict(each.split("=", 1) for each in found[1].split(","))
        assert unquote(told["file"]) == fault.place.source
        assert told.get("line") == (None if fault.place.line is None else str(fault.place.line))
        assert unquote(found[2]) == fault.message


def test_nothing_wrong_is_nothing_said_to_programs(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HARBOUR)
    assert run("check", "--format", "github", tmp_path).output == ""
    assert run("check", "--format", "json", tmp_path).output == "[]\n"
    [only] = json.loads(run("check", "--format", "sarif", tmp_path).output)["runs"]
    assert only["results"] == only["tool"]["driver"]["rules"] == []


def check_sarif(log: dict[str, Any]) -> None:
    """What SARIF 2.1.0 asks of the parts that are written: their names, their types, and what points at what."""

    def has(part: dict[str, Any], needed: dict[str, type], allowed: dict[str, type]) -> None:
        assert set(needed) <= set(part) <= {*needed, *allowed}, part
        for key, value in part.items():
            assert type(value) is {**needed, **allowed}[key], (key, value)

    has(log, {"version": str, "runs": list}, {"$schema": str})
    assert log["version"] == "2.1.0"
    for one in log["runs"]:
        has(one, {"tool": dict}, {"results": list, "columnKind": str, "invocations": list})
        assert one["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        for invocation in one["invocations"]:
            has(invocation, {"executionSuccessful": bool}, {"exitCode": int})
        has(one["tool"], {"driver": dict}, {})
        driver = one["tool"]["driver"]
        has(driver, {"name": str}, {"version": str, "rules": list})
        for rule in driver["rules"]:
            has(rule, {"id": str}, {"shortDescription": dict, "help": dict, "defaultConfiguration": dict})
            for text in (rule["shortDescription"], rule["help"]):
                has(text, {"text": str}, {})
                assert text["text"].endswith(".")
            has(rule["defaultConfiguration"], {"level": str}, {})
        ids = [rule["id"] for rule in driver["rules"]]
        assert len(set(ids)) == len(ids)
        for result in one["results"]:
            has(result, {"message": dict}, {"ruleId": str, "ruleIndex": int, "level": str, "locations": list})
            has(result["message"], {"text": str}, {})
            assert ids[result["ruleIndex"]] == result["ruleId"]
            assert result["level"] in ("none", "note", "warning", "error")
            for location in result["locations"]:
                has(location, {}, {"physicalLocation": dict, "logicalLocations": list})
                for logical in location.get("logicalLocations", []):
                    has(logical, {"fullyQualifiedName": str}, {})
                physical = location["physicalLocation"]
                has(physical, {"artifactLocation": dict}, {"region": dict})
                has(physical["artifactLocation"], {"uri": str}, {"uriBaseId": str})
                assert re.fullmatch("[A-Za-z0-9._~/:%-]+", physical["artifactLocation"]["uri"])
                if "region" in physical:
                    numbers = {"startColumn": int, "endColumn": int, "snippet": dict}
                    has(physical["region"], {"startLine": int}, numbers)
                    region = physical["region"]
                    assert region["startLine"] >= 1
                    assert 1 <= region.get("startColumn", 1) < region.get("endColumn", 1 << 30)


@pytest.mark.parametrize("folder", [BROKEN, BROKEN_OCPI], ids=lambda folder: folder.name)
def test_sarif_of_every_broken_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = faults_in(folder, monkeypatch)
    result = run("check", "--format", "sarif", ".")
    assert (result.exit_code, result.stderr) == (1, "")
    log = json.loads(result.stdout)
    check_sarif(log)
    results = log["runs"][0]["results"]
    for each in results:
        located = each["locations"][0]["physicalLocation"]
        assert located["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        assert (folder / unquote(located["artifactLocation"]["uri"])).exists()
        if snippet := located.get("region", {}).get("snippet"):
            written = (folder / unquote(located["artifactLocation"]["uri"])).read_text(errors="replace")
            assert snippet["text"] in written
    assert {fault.message for fault in faults} <= {each["message"]["text"] for each in results}
    assert log["runs"][0]["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_sarif_names_files_as_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in here").mkdir()
    (tmp_path / "in here" / "ta:rïf.yaml").write_text(LATE)
    (tmp_path / "b.yaml").write_text(LATE.replace("harbour", "other"))
    monkeypatch.chdir(tmp_path / "in here")
    log = json.loads(run("check", "--format", "sarif", "../in here/ta:rïf.yaml", tmp_path / "b.yaml").stdout)
    check_sarif(log)
    told = {str(r["locations"][0]["physicalLocation"]["artifactLocation"]) for r in log["runs"][0]["results"]}
    inside = {"uri": "ta%3Ar%C3%AFf.yaml", "uriBaseId": "%SRCROOT%"}
    assert told == {str(inside), str({"uri": (tmp_path / "b.yaml").as_uri()})}


def test_every_code_that_readers_of_tariffs_give_has_its_meaning() -> None:
    """What is written as a code in the sources, and what the broken files give."""
    calls = {"Fault", "RefusalError", "fault", "stop", "refuse", "word_of", "one_word"}
    codes: set[str] = {str(code) for code in Code}
    for path in (ROOT / "rating" / "tariff").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
                if name in calls and texts and isinstance(texts[0], str) and re.fullmatch("[a-z0-9_]+", texts[0]):
                    codes.add(texts[0])
    for path in [*BROKEN.glob("*.txt"), *BROKEN_OCPI.glob("*.txt")]:
        codes |= set(re.findall("^.*?: ([a-z0-9_]+): read `", path.read_text(), re.MULTILINE))
    # These are said by what writes files, and by what reads texts, which `check` never does.
    others = {"party", "yaml_cannot", "yaml_lost", "ocpi_cannot", "ocpi_lost", "ocpi_lacks"}
    unknown = sorted(code for code in codes - others if code not in FAULTS and code not in set(map(str, Code)))
    assert unknown == []
    for code in codes:
        assert re.fullmatch("[A-Z].*[.]", meaning(code))


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HARBOUR)
    for args in (("--format", "xml"), ("--json", "--format", "sarif"), ("--watch", "--json")):
        assert run("check", *args, tmp_path).exit_code == 2
    assert run("check", "--json", "--format", "json", tmp_path).exit_code == 0


def test_checked_once_more_it_is_read_once_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text(LATE)
    assert check([tmp_path], strict=False, shape="people")
    (tmp_path / "a.yaml").write_text("# one line more\n" + LATE)
    assert check([tmp_path], strict=False, shape="people")
    assert "8 |       - energy: 0.39/h" in capsys.readouterr().err
