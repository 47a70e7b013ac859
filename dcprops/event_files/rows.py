"""What comes out of an event file: its rows, or the error that there are none to be had."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

from dcprops.rules import Breach

__all__ = ["LONGEST_LINE", "Document", "EventFileError", "Row"]

Document: TypeAlias = dict[str, Any]

#: The longest line that is read, in bytes without the line feed at its end.
LONGEST_LINE: Final = 1 << 20


class EventFileError(ValueError):
    """A file that can't be read as an event file. The message is one line: the path, what is wrong, what to do."""


class Row(NamedTuple):
    """One row: its number from 1 (of the line, or of the Parquet row), and what it holds.

    That is the text of a line, the document of a Parquet row, or the rule that kept it from being read.
    """

    number: int
    content: bytes | Document | Breach
