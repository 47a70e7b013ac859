"""The valid events of a file, some people at a time, each with its document as the file has it."""

from __future__ import annotations

import gc
import gzip
import json
import os
import shutil
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from pydantic_core import from_json

from dcprops.audit import is_for_bulk
from dcprops.event_files import EventFile, event_of
from dcprops.event_files.readable import ROWS_UNTIL_GIVEN_UP, is_readable, no_event_file
from dcprops.event_files.rows import Row
from dcprops.events import SimulationEvent
from dcprops.reducing import Entry

if TYPE_CHECKING:
    from dcprops.store.bulk import JudgedFile

__all__ = ["Batches", "OnProgress", "batches_of", "document_of_row"]

#: Told of the share that is done, from 0 to 1, and of what is done, in words.
OnProgress: TypeAlias = Callable[[float, str], None]
#: About how many events a batch has. A person's events are never apart.
_EVENTS: Final = 20_000
_PIECE: Final = 1 << 20


@dataclass(frozen=True)
class Batches:
    """The valid events of a file: how many, the last effective date, None if there are none, and the batches.

    All events of one person are in one batch, and so are those of people who have an event_id in common. Go through
    `batches` as often as needed.
    """

    events: int
    last_day: date | None
    _iterate: Callable[[], Iterator[list[Entry]]]

    @property
    def batches(self) -> Iterator[list[Entry]]:
        """The batches, from the start."""
        return self._iterate()


@contextmanager
def batches_of(path: str | os.PathLike[str], on_progress: OnProgress | None = None) -> Iterator[Batches]:
    """The valid events of the event file at `path`; rows that are not valid are left out.

    Large files of lines are read set at a time, in bounded memory, where the `duckdb` extra is installed. Raises
    EventFileError as `audit` does.
    """
    if is_for_bulk(path):
        with _in_bulk(path, on_progress) as batches:
            yield batches
    else:
        yield _read(path, on_progress)


def document_of_row(row: Row) -> dict[str, object] | None:
    """The JSON object of a row; None if it is none."""
    content = row.content
    if isinstance(content, bytes):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            return None
    return content if isinstance(content, dict) else None


def _read(path: str | os.PathLike[str], on_progress: OnProgress | None) -> Batches:
    entries: list[Entry] = []
    rows, readable = 0, False
    first: tuple[int, str] | None = None
    with EventFile(path) as file:
        for rows, row in enumerate(file, 1):
            read = event_of(row)
            if isinstance(read, SimulationEvent):
                document = document_of_row(row)
                assert document is not None  # it is an event
                entries.append(Entry(document, read))
            else:
                first = first or (row.number, read[0].message)
                readable = readable or is_readable(read)
            if rows == ROWS_UNTIL_GIVEN_UP and not (readable or entries):
                break
            if on_progress is not None and rows % _EVENTS == 0:
                on_progress(file.share_read, f"{rows:,} events read")
    if first is not None and not (readable or entries):
        raise no_event_file(path, rows, *first)
    parties = _gathered(_parties(entries))
    return Batches(len(entries), max((entry.day for entry in entries), default=None), lambda: iter(parties))


def _parties(entries: Iterable[Entry]) -> list[list[Entry]]:
    """The entries of each person together, and of people who share an event_id."""
    party_of: dict[object, list[Entry]] = {}
    for entry in entries:
        assert entry.event is not None  # only those
        keys = (entry.person, entry.event.event_id.int)
        found = [party_of[key] for key in keys if key in party_of]
        party = max(found, key=len) if found else []
        for other in found:
            if other is not party:
                party += other
                party_of |= dict.fromkeys([key for each in other for key in _keys(each)], party)
        party.append(entry)
        party_of |= dict.fromkeys(keys, party)
    return list({id(party): party for party in party_of.values()}.values())


def _keys(entry: Entry) -> tuple[object, object]:
    assert entry.event is not None  # only those
    return entry.person, entry.event.event_id.int


def _gathered(parties: Iterable[list[Entry]]) -> list[list[Entry]]:
    batches: list[list[Entry]] = [[]]
    for party in parties:
        if batches[-1] and len(batches[-1]) + len(party) > _EVENTS:
            batches.append([])
        batches[-1] += party
    return [batch for batch in batches if batch]


@contextmanager
def _in_bulk(path: str | os.PathLike[str], on_progress: OnProgress | None) -> Iterator[Batches]:
    from dcprops.store.bulk import judged_file  # noqa: PLC0415  # an extra, and slow to import

    def tell(share: float, rows: int) -> None:
        if on_progress is not None:
            on_progress(share, f"{rows:,} events read")

    with judged_file(path, tell) as file, _lines_of(path) as lines:
        yield Batches(file.valid, file.last_day, lambda: _of_lines(file, lines))


def _of_lines(file: JudgedFile, lines: _Lines) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    parties = file.numbered_parties()
    while True:
        with _nothing_collected():
            party = next(parties, None)
            batch += [Entry(from_json(lines[number]), event) for number, event in party or ()]
        if party is None:
            break
        if len(batch) >= _EVENTS:
            yield batch
            batch = []
    if batch:
        yield batch


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Has Python not look for garbage while many objects are made of which none is: that takes half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Lines:
    """The lines of a file by their numbers, which count from 1."""

    def __init__(self, file: mmap) -> None:
        self._file = file
        self._starts = array("Q", [0])
        place = file.find(b"\n")
        while place >= 0:
            self._starts.append(place + 1)
            place = file.find(b"\n", place + 1)
        self._starts.append(len(file) + 1)

    def __getitem__(self, number: int) -> bytes:
        return self._file[self._starts[number - 1] : self._starts[number] - 1]


@contextmanager
def _lines_of(path: str | os.PathLike[str]) -> Iterator[_Lines]:
    with _unpacked(path) as plain, plain.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as mapped:
        yield _Lines(mapped)


@contextmanager
def _unpacked(path: str | os.PathLike[str]) -> Iterator[Path]:
    """The file itself, or what is in it if it is gzip, in a temporary place."""
    with EventFile(path) as file:
        is_gzip = file.is_gzip
    if not is_gzip:
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="dcprops-") as folder:
        plain = Path(folder) / "events.ndjson"
        with gzip.open(path, "rb") as packed, plain.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, _PIECE)
        yield plain
