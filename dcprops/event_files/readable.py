"""When a file is no event file at all: no line of it is JSON, or none of the first thousand."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final

from dcprops.event_files.rows import EventFileError
from dcprops.rules import Breach

__all__ = ["ROWS_UNTIL_GIVEN_UP", "is_readable", "no_event_file"]

#: So many rows from the start without one that is JSON, and the file is taken for something else.
ROWS_UNTIL_GIVEN_UP: Final = 1000
_NOT_READABLE: Final = frozenset({"not-json", "not-utf-8"})


def is_readable(found: Iterable[Breach]) -> bool:
    """Whether a row that breaks these rules is JSON all the same."""
    return not any(each.rule in _NOT_READABLE and not each.field for each in found)


def no_event_file(path: str | os.PathLike[str], rows: int, line: int, message: str) -> EventFileError:
    """What to raise where none of `rows` is JSON. `line` is the first of them, and `message` what is wrong with it."""
    seen = f"none of its first {ROWS_UNTIL_GIVEN_UP:,} lines" if rows == ROWS_UNTIL_GIVEN_UP else "no line of it"
    return EventFileError(
        f"{os.fspath(path)} is not an event file: {seen} is JSON (line {line}: {message}); "
        "expected one event as a JSON object on each line"
    )
