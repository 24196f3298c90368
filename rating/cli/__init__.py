"""The command line: one file a verb.

Comes in: what a person or a script typed. Goes out: tables in a folder, a few lines of text or JSON, an exit code.
May import: every room. Verbs load what they need when they run, so that `rating --help` answers at once.

    new, check, show, rate, quote, explain, compare, fees, convert, verify, demo, warmup
                         the verbs; options are what several of them have
    questions            what `new` asks
    watch, faults/       `check` again and again; how faults are shown, to people and to programs
    network, month, draw, mistakes
                         the demo's month: sites, tables, how they are drawn, and what is spoiled in them
    summary, messages, text
                         what is printed
    endings              how every run ends
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, Final

import click

from rating._version import __version__
from rating.cli.endings import endings

# In the order in which a new user needs them; each is `command` in the file of its name.
_VERBS: Final = (
    "new",
    "check",
    "show",
    "rate",
    "quote",
    "explain",
    "compare",
    "fees",
    "convert",
    "verify",
    "demo",
    "warmup",
)


class _Verbs(click.Group):
    """Loads a verb's file when it is used, and ends every run with one of the exit codes of `endings`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in our order, not the alphabet's."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name, or None."""
        if cmd_name not in _VERBS:
            return None
        command: click.Command = import_module(f"rating.cli.{cmd_name}").command
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read what comes before the verb; --help and --version print here."""
        with endings():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb."""
        with endings():
            return super().invoke(ctx)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="rating")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Exact tariff rating for EV charging: sessions and meter readings in, bills out.

    Exit codes: 0 fine, 1 refused input (the reasons are on stderr), 2 wrong usage.
    """
    # None leaves it to click, which colours terminals only.
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        ctx.color = False
