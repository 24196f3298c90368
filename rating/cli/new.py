"""`rating new`: a first tariff from a few questions, with comments for who edits it next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from rating.cli import options
from rating.cli.questions import NOTHING, QUESTIONS, Question
from rating.errors import Fault, InputError, Place, TariffError

_HINT = "`-` leaves a question out; Enter takes what stands in brackets."


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each question, in their order."""
    for each in reversed(QUESTIONS):
        command = click.option(each.option, *each.also, each.key, metavar=each.metavar, help=each.help)(command)
    return command


@click.command("new", short_help="Write a first tariff.")
@click.argument("tariff", required=False, metavar="[ID]")
@_with_options
@click.option("--folder", type=options.PATH, default=Path("tariffs"), show_default=True, help="Where it is written.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: take what Enter would take, but no day.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
def command(tariff: str | None, folder: Path, yes: bool, force: bool, **given: str | None) -> None:
    """Write a tariff with comments, from questions or options.

    It asks for what no option says. What is written passes `rating check --strict`; an answer that would not is asked
    for again. With --yes, what is left out is as the options say. A file that is there is left as it is.

    \b
    rating new
    rating new corner --time-zone Europe/Paris --tax 20 --energy 0.39/kWh --yes
    rating new harbour-dc --time-zone Europe/Amsterdam --tax 21 --energy 0.39/kWh
        --evening 0.59/kWh --idle-fee 0.10/min --idle-grace "15 min" --yes
    """
    if not yes:
        click.echo(_HINT)
    answers = {"id": _id(tariff, folder, yes, force)}
    for question in QUESTIONS:
        answer = _answer(question, given[question.key], answers, yes)
        if answer:
            answers[question.key] = answer
    _write(answers, folder, force)


def _answer(question: Question, given: str | None, answers: dict[str, str], yes: bool) -> str:
    """The answer, "" for none: from the option, without asking, or asked for until it can be used."""
    if question.after and question.after not in answers:
        if given is not None and given not in NOTHING:
            raise click.UsageError(f"{question.option} needs {_option_of(question.after)}")
        return ""
    if given is not None:
        answer = _left_out(question, given)
        if found := _wrong(question, answer, answers):
            raise click.BadParameter("\n".join(found), param_hint=question.option)
        return answer
    if yes:
        return _unasked(question, answers)
    suggested = _suggested(question, answers)
    while True:
        answer = _left_out(question, _ask(question.text, suggested or (None if question.needed else "-")))
        found = _wrong(question, answer, answers)
        if not found:
            return answer
        for line in found:
            click.echo(f"  {line}", err=True)


def _ask(text: str, default: str | None) -> str:
    answer: str = click.prompt(text, default=default, type=str)
    return answer.strip()


def _option_of(key: str) -> str:
    return next(each.option for each in QUESTIONS if each.key == key)


def _left_out(question: Question, text: str) -> str:
    """The answer as it counts: "" where it says that there is none."""
    can = not question.needed or question.key == "tax"
    return "" if can and text.strip().lower() in NOTHING else text.strip()


def _unasked(question: Question, answers: dict[str, str]) -> str:
    """Without questions: what Enter would take."""
    # But no day from a clock: run twice, the same line writes the same file.
    answer = "" if question.key == "valid_from" else _suggested(question, answers)
    if question.needed and not answer:
        raise click.UsageError(f"Missing option '{question.option}', which --yes has no answer for.")
    return answer


def _suggested(question: Question, answers: dict[str, str]) -> str:
    if question.key == "valid_from":
        from zoneinfo import ZoneInfo

        # A suggestion that the person sees and can change: nothing that is computed asks a clock.
        return datetime.now(ZoneInfo(answers["time_zone"])).date().isoformat()
    return question.suggest(answers)


def _wrong(question: Question, answer: str, answers: dict[str, str]) -> list[str]:
    """What is wrong with the answer, each in words with its fix."""
    from rating.tariff.starter import problems

    if not answer:
        return _empty(question)
    if question.key == "peak_hours" and len(answer.split("-")) != 2:
        return [_words(answer, "two clock times, such as 17:00-21:00", "write from when to when")]
    found = problems({**answers, question.key: answer}, warnings=question.key == "energy" or "energy" in answers)
    return list(dict.fromkeys(fault.message for fault in found))


def _empty(question: Question) -> list[str]:
    if question.needed and question.key != "tax":
        return [_words("", f"an answer to `{question.option}`", "write one")]
    return []


def _words(got: str, want: str, fix: str) -> str:
    return Fault("answer", Place(), got, want, fix).message


def _id(given: str | None, folder: Path, yes: bool, force: bool) -> str:
    if given is None and yes:
        raise click.UsageError("Missing argument 'ID', which --yes has no answer for.")
    while True:
        answer = given if given is not None else _ask("Id of the tariff, such as harbour-dc", None)
        found = _wrong_id(answer, folder, force)
        if not found:
            return answer
        if given is not None:
            raise InputError(found)
        for fault in found:
            click.echo(f"  {fault.message}", err=True)


def _wrong_id(answer: str, folder: Path, force: bool) -> list[Fault]:
    from rating.tariff.starter import problems

    if found := problems({"id": answer}, warnings=False):
        return found
    place, want = Place(str(folder)), "an id that no file has"
    if answer.startswith("."):
        return [Fault("tariff_id", place, answer, "an id that begins with a letter or a digit", "write another")]
    file = _file(answer, folder)
    if file.exists() and not force:
        fix = "choose another id, or give --force to replace the file"
        return [Fault("output", place, f"{file.as_posix()}, which is there", want, fix)]
    other = _other_file(answer, folder, file)
    return [Fault("tariff_id", place, answer, want, f"{other} has it: choose another id")] if other else []


def _file(tariff: str, folder: Path) -> Path:
    return folder / f"{tariff}.yaml"


def _other_file(answer: str, folder: Path, file: Path) -> str:
    """Another file of the folder whose tariff has that id; "" where there is none, or the folder cannot be read."""
    from rating.tariff.load import load_tariffs

    try:
        loaded = load_tariffs(folder) if folder.is_dir() else {}
    except TariffError:
        return ""
    source = loaded[answer].place.source if answer in loaded else ""
    return "" if source == file.as_posix() else source


def _write(answers: dict[str, Any], folder: Path, force: bool) -> None:
    from rating.tariff.editor import schema_text, tariff_schema
    from rating.tariff.starter import SCHEMA, starter_text

    folder.mkdir(parents=True, exist_ok=True)
    file, schema = _file(answers["id"], folder), folder / SCHEMA
    with open(file, "w" if force else "x", encoding="utf-8") as out:
        out.write(starter_text(answers))
    click.echo(f"Wrote {file.as_posix()}")
    if not schema.exists():
        schema.write_text(schema_text(tariff_schema()), encoding="utf-8")
        click.echo(f"Wrote {schema.as_posix()}, by which editors complete and explain its keys")
    click.echo(f"Look at it: rating show {file.as_posix()}")
