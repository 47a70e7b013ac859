"""The screen that reports are printed on. Imports rich, the `cli` extra."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn

from rich.console import Console
from rich.table import Table

__all__ = ["Screen"]


class Screen(Console):
    """Standard output, as wide as the terminal, and in a pipe so wide that no row is broken.

    Text is shown as it is: nothing in it is markup.
    """

    def __init__(self) -> None:
        super().__init__(markup=False, emoji=False, highlight=False)
        if not self.is_terminal and "COLUMNS" not in os.environ:
            self.width = 1000

    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command line, which has one exit status for it."""
        raise BrokenPipeError

    def print_line(self, text: str) -> None:
        """Print a line, which the terminal may wrap."""
        self.print(text, soft_wrap=True)

    def print_table(self, headings: dict[str, bool], rows: Sequence[tuple[str, ...]]) -> None:
        """Print a blank line and a table. Of each heading is said whether numbers stand under it."""
        table = Table(box=None, pad_edge=False)
        for heading, is_number in headings.items():
            table.add_column(heading, justify="right" if is_number else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.print()
        self.print(table)
