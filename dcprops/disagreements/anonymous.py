"""A ledger that may leave the company: no identifier or name of the original is left, nor a telling amount."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from decimal import Context, Decimal
from typing import Final

from dcprops.events.kinds import EventId, FixedPoint, Text
from dcprops.events.schema import ENVELOPE, PAYLOADS, Field
from dcprops.reducing import Entry, Trial
from dcprops.reducing.trials import Path
from dcprops.reducing.values import NEUTRAL_EVENT_ID, neutral_name, renamed

__all__ = ["NotAnonymousError", "anonymised", "identifiers"]

#: So many neutral names are tried before ones that look like the original.
_NAMES: Final = 3
#: An amount with fewer digits tells nothing of anybody.
_TELLING_DIGITS: Final = 3


class NotAnonymousError(Exception):
    """A name that can't be replaced: without it there is no disagreement. One line that names the field."""


def identifiers(entries: Iterable[Entry]) -> frozenset[str]:
    """Every identifier, name and other free text in the documents."""
    return frozenset(value for entry in entries for _, value in _texts(entry))


def _texts(entry: Entry) -> Iterator[tuple[Path, str]]:
    for path, field in _fields(entry):
        value = entry.get(path)
        if isinstance(field.kind, Text | EventId) and isinstance(value, str):
            yield path, value


def _fields(entry: Entry) -> Iterator[tuple[Path, Field]]:
    for field in ENVELOPE:
        yield (field.name,), field
    event_type = entry.get(("payload", "event_type"))
    for field in PAYLOADS.get(event_type, ()) if isinstance(event_type, str) else ():
        yield ("payload", field.name), field


def anonymised(trial: Trial, original: Trial, shows: Callable[[Trial], bool]) -> Trial:
    """The ledger under other names, with other amounts as far as it then still `shows` what it showed.

    Raises NotAnonymousError if it doesn't show it under any other name that was tried.
    """
    known = identifiers(original.entries)
    for path, value in sorted({each for entry in trial.entries for each in _texts(entry)}):
        if value in known:
            trial = _without_name(trial, path, value, known, shows)
    return _without_amounts(trial, _amounts(original.entries), shows)


def _without_name(trial: Trial, path: Path, value: str, known: frozenset[str], shows: Callable[[Trial], bool]) -> Trial:
    taken = known | identifiers(trial.entries)
    for name in _other_names(path, value, taken):
        other = renamed(trial, path, {value: name})
        if other.is_valid and shows(other):
            return other
    raise NotAnonymousError(
        f"{'.'.join(path)} cannot be replaced: without {value!r}, whatever was tried instead, they agree"
    )


def _other_names(path: Path, value: str, taken: frozenset[str]) -> Iterator[str]:
    """Names that are nobody's: neutral ones, then ones of the same shape."""
    field = path[-1]
    make = NEUTRAL_EVENT_ID.format if field == "event_id" else lambda number: neutral_name(field, number)
    neutral = (make(number) for number in itertools.count(1))
    yield from itertools.islice((name for name in neutral if name not in taken), _NAMES)
    shaped = (_of_the_same_shape(value, step) for step in range(1, 10))
    yield from (name for name in dict.fromkeys(shaped) if name not in taken)


def _of_the_same_shape(value: str, step: int) -> str:
    """Each letter and digit so many further in its alphabet, everything else as it is."""

    def moved(each: str) -> str:
        for alphabet in ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
            if each in alphabet:
                return alphabet[(alphabet.index(each) + step) % len(alphabet)]
        return each

    return "".join(map(moved, value))


def _amounts(entries: Iterable[Entry]) -> frozenset[Decimal]:
    return frozenset(amount for entry in entries for _, _, amount in _numbers(entry))


def _numbers(entry: Entry) -> Iterator[tuple[Path, FixedPoint, Decimal]]:
    """Amounts of money, and how they are written. A percentage tells nothing."""
    for path, field in _fields(entry):
        value = entry.get(path)
        if isinstance(field.kind, FixedPoint) and field.kind.maximum is None and isinstance(value, str):
            yield path, field.kind, Decimal(value)
        elif isinstance(value, dict):
            money = field.kind.money  # type: ignore[attr-defined]  # the only kind that is an object
            yield from (((*path, source), money, Decimal(amount)) for source, amount in value.items())


def _without_amounts(trial: Trial, known: frozenset[Decimal], shows: Callable[[Trial], bool]) -> Trial:
    for number, entry in enumerate(trial.entries):
        for path, kind, amount in list(_numbers(entry)):
            if amount in known and len(amount.normalize(Context(prec=60)).as_tuple().digits) >= _TELLING_DIGITS:
                for other in (Decimal(_of_the_same_shape(kind.text_of(amount), step)) for step in range(1, 10)):
                    changed = trial.changed({(number, path): kind.text_of(other)})
                    if other not in known and changed.is_valid and shows(changed):
                        trial = changed
                        break
    return trial
