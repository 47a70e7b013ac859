"""What is wrong with an event file, line by line: the same as reading it row by row finds, set at a time."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import duckdb

from dcprops.event_files import EventFile, EventFileError, event_of
from dcprops.event_files.readable import ROWS_UNTIL_GIVEN_UP, is_readable, no_event_file
from dcprops.events import SimulationEvent
from dcprops.store.bulk.staging import stage_file

__all__ = ["Finding", "Findings", "findings_in"]

_IN_ORDER: Final = "SELECT line, field, rule, message FROM refused ORDER BY line, rowid"


@dataclass(frozen=True)
class Finding:
    """One rule that one line breaks. `field` is empty where the line as a whole is wrong."""

    line: int
    field: str
    rule: str
    message: str


@dataclass(frozen=True)
class Findings:
    """How many documents a file has, how many are valid, and what is wrong with the others, line by line."""

    documents: int
    valid: int
    invalid: tuple[Finding, ...]


def findings_in(path: str | os.PathLike[str], on_progress: Callable[[float, int], None] | None = None) -> Findings:
    """What is wrong with the NDJSON, plain or gzip, at `path`: a file, not a pipe, since its start is read twice.

    Raises EventFileError for a file that can't be read as an event file, one without a document or of which no line is
    JSON among them.
    """
    _expect_an_event_file(path)
    with closing(duckdb.connect(config={"autoinstall_known_extensions": "false"})) as connection:
        staged = stage_file(connection, path, on_progress)
        refused = connection.execute(_IN_ORDER).fetchall()
    return Findings(staged.documents, staged.valid, tuple(Finding(*row) for row in refused))


def _expect_an_event_file(path: str | os.PathLike[str]) -> None:
    """Read rows until one is JSON. Raises EventFileError where none of the first thousand is."""
    first: Finding | None = None
    rows = 0
    with EventFile(path) as file:
        if file.is_parquet:
            raise EventFileError(f"{os.fspath(path)} is Parquet, whose rows are no texts: read it as Arrow")
        for row in file:
            rows += 1
            read = event_of(row)
            if isinstance(read, SimulationEvent) or is_readable(read):
                return
            first = first or Finding(row.number, read[0].field, read[0].rule, read[0].message)
            if rows == ROWS_UNTIL_GIVEN_UP:
                break
    if first is not None:
        raise no_event_file(path, rows, first.line, first.message)
