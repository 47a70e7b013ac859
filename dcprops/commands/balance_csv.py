"""Balance rows as CSV: exact amounts, and no text that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any, Final, TextIO

from dcprops.reference import Account, BalanceRow, as_json
from dcprops.reference.balances import SOURCES, ZERO

__all__ = ["inert", "write_csv"]

_TRIGGERS: Final = ("=", "+", "-", "@", "\t", "\r")


def write_csv(rows: Iterable[BalanceRow], stream: TextIO) -> None:
    """Write a line of headings and one line for each row: the fields in order, then one column for each source.

    Amounts stand as they are, all six places; a source without contributions has 0.000000. The four keys of the account
    are made inert.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_headings())
    writer.writerows(map(_cells, rows))


def _headings() -> Iterator[str]:
    yield from (name for name in BalanceRow.__dataclass_fields__ if name != "sources")
    yield from SOURCES


def _cells(row: BalanceRow) -> Iterator[str]:
    fields: dict[str, Any] = as_json(row)
    sources = fields.pop("sources")
    for name, value in fields.items():
        # A negative amount starts with a minus sign, and is a number.
        yield inert(value) if name in Account._fields else value
    yield from (sources.get(source, str(ZERO)) for source in SOURCES)


def inert(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet might take it for a formula, also after spaces.

    So has a text that begins with an apostrophe, lest two texts become the same one.
    """
    return f"'{text}" if text.startswith("'") or text.lstrip(" ").startswith(_TRIGGERS) else text
