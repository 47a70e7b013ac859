"""What reaches the terminal: text without characters that act on it, a screen for reports, and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from dcprops.commands import UsageError

if TYPE_CHECKING:
    from dcprops.commands.screen import Screen

__all__ = ["OnProgress", "cut", "printable", "progress", "screen"]

OnProgress: TypeAlias = Callable[[float, int], None]


def printable(text: str) -> str:
    """The text with an escape for each character that would act instead of being seen.

    Such are line ends, terminal escapes, marks that reverse the direction of writing, and lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def cut(text: str, width: int) -> str:
    """The printable text, at most `width` characters of it."""
    shown = printable(text[: width + 1])
    return shown if len(shown) <= width else f"{shown[: width - 3]}..."


def screen() -> Screen:
    """Where reports are printed. Raises UsageError without rich, the `cli` extra."""
    if find_spec("rich") is None:
        raise UsageError("reports need rich: pip install 'dcprops[cli]', or write JSON with --json -")
    from dcprops.commands.screen import Screen  # noqa: PLC0415  # it imports rich, an extra

    return Screen()


@contextmanager
def progress(what: str) -> Iterator[OnProgress | None]:
    """A bar on standard error, moved by calling with the share done (0 to 1) and a count; None where nobody sees it."""
    if sys.stderr is None or not sys.stderr.isatty() or find_spec("rich") is None:
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  # an extra
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn(what), BarColumn(), TextColumn("{task.fields[count]:,} events"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0, count=0)
        yield lambda share, count: bar.update(task, completed=share, count=count)
