"""What reaches the terminal: a screen for reports, and progress; and the counts and days that come from it."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from dcprops.commands import UsageError

if TYPE_CHECKING:
    from dcprops.commands.screen import Screen

__all__ = ["OnProgress", "count", "day", "progress", "screen"]

OnProgress: TypeAlias = Callable[[float, str], None]


def count(text: str) -> int:
    """A count as an option's value. Raises argparse's error for anything else."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a count such as 20, got {text!r}")
    return int(text)


def day(text: str) -> date:
    """A day as an option's value. Raises argparse's error for anything else."""
    try:
        # fromisoformat alone also reads 20241231 and 2024-W52-2, which documents don't have.
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected a day as YYYY-MM-DD, such as 2024-12-31, got {text!r}")


def screen() -> Screen:
    """Where reports are printed. Raises UsageError without rich, the `cli` extra."""
    if find_spec("rich") is None:
        raise UsageError("reports need rich: pip install 'dcprops[cli]', or write JSON with --json -")
    from dcprops.commands.screen import Screen  # noqa: PLC0415  # it imports rich, an extra

    return Screen()


@contextmanager
def progress(what: str) -> Iterator[OnProgress | None]:
    """A bar on standard error, moved by calling with the share done (0 to 1) and a note; None where nobody sees it."""
    if sys.stderr is None or not sys.stderr.isatty() or find_spec("rich") is None:
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  # an extra
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn(what), BarColumn(), TextColumn("{task.fields[note]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0, note="")
        yield lambda share, note: bar.update(task, completed=share, note=note)
