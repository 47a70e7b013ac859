"""A trial: a ledger with the day that is asked about and whose account it is, and how one becomes another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from dcprops.events import EventFactory, SimulationEvent
from dcprops.reference import Account
from dcprops.reference.order import DAY_ORDER

__all__ = ["MISSING", "NEUTRAL_DAY", "Change", "Document", "Entry", "Path", "Trial"]

Document: TypeAlias = dict[str, Any]
#: Where a value stands in a document: the names from the envelope inwards.
Path: TypeAlias = tuple[str, ...]
#: New values by the number of the document and the path in it.
Change: TypeAlias = Mapping[tuple[int, Path], object]

#: The value of what is left out.
MISSING: Final = object()
#: The day that a ledger is moved to: the last one of a year without a leap day.
NEUTRAL_DAY: Final = date(2025, 12, 31)


@dataclass(frozen=True, eq=False)
class Entry:
    """A document, the event that it is, None where it is no valid event, and the line that it is from, if any."""

    document: Document
    event: SimulationEvent | None
    line: int | None = None
    #: What its values cost, by the day that they are near to or far from: worked out once.
    costs: dict[date, int] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, document: Document, line: int | None = None) -> Entry:
        """The entry of a document, valid or not."""
        try:
            return cls(document, EventFactory.create_event(document), line)
        except ValidationError:
            return cls(document, None, line)

    @cached_property
    def text(self) -> str:
        """The document as text, the same for the same content."""
        return json.dumps(self.document, sort_keys=True)

    @property
    def day(self) -> date:
        """The effective date; a day that stands for it where that can't be read."""
        return NEUTRAL_DAY if self.event is None else self.event.effective_date

    def get(self, path: Path) -> object:
        """The value at a path, MISSING if there is none."""
        value: object = self.document
        for name in path:
            if not isinstance(value, dict) or name not in value:
                return MISSING
            value = value[name]
        return value

    @property
    def person(self) -> tuple[object, ...]:
        """Whose event it is: scenario, plan design and employee."""
        return tuple(self.get((name,)) for name in Account._fields[:3])

    @cached_property
    def order(self) -> tuple[str, int, str, str]:
        """Where it stands in canonical order, by the texts of what decides that."""
        kind = self.get(("payload", "event_type"))
        return (
            str(self.get(("effective_date",))),
            DAY_ORDER.get(kind, 0) if isinstance(kind, str) else 0,
            "" if self.event is None else self.event.created_at.isoformat(),
            str(self.get(("event_id",))).lower(),
        )


@dataclass(frozen=True, eq=False)
class Trial:
    """A ledger in the order of its arrival, the day it is asked about and whose account, None where none is."""

    entries: tuple[Entry, ...]
    as_of: date | None = None
    account: Account | None = None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents, in the order of their arrival."""
        return tuple(entry.document for entry in self.entries)

    @property
    def events(self) -> list[SimulationEvent]:
        """The events of those documents that are valid."""
        return [entry.event for entry in self.entries if entry.event is not None]

    @property
    def is_valid(self) -> bool:
        """Whether every document is a valid event."""
        return all(entry.event is not None for entry in self.entries)

    @property
    def day(self) -> date:
        """The day that the others are near to or far from."""
        return NEUTRAL_DAY if self.as_of is None else self.as_of

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from every other trial."""
        return self.as_of, self.account, *(entry.text for entry in self.entries)

    def only(self, numbers: Iterable[int]) -> Trial:
        """The same with only the entries of those numbers, which count from 0."""
        return replace(self, entries=tuple(self.entries[number] for number in numbers))

    def in_order(self) -> Trial:
        """The same in canonical order."""
        return replace(self, entries=tuple(sorted(self.entries, key=lambda entry: entry.order)))

    def changed(self, change: Change, *, account: Account | None = None, as_of: date | None = None) -> Trial:
        """The same with new values; with MISSING for one that is to be left out."""
        by_number: dict[int, dict[Path, object]] = {}
        for (number, path), value in change.items():
            by_number.setdefault(number, {})[path] = value
        entries = list(self.entries)
        for number, values in by_number.items():
            entries[number] = Entry.of(_with(entries[number].document, values))
        return Trial(tuple(entries), as_of or self.as_of, account or self.account)


def _with(document: Document, values: Mapping[Path, object]) -> Document:
    new: Document = _copy(document)
    for path, value in values.items():
        within = new
        for name in path[:-1]:
            within = within[name]
        if value is MISSING:
            within.pop(path[-1], None)
        else:
            within[path[-1]] = value
    return new


def _copy(document: Document) -> Document:
    return {name: _copy(value) if isinstance(value, dict) else value for name, value in document.items()}
