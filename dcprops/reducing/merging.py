"""Several payments as one: fewer events that move the same money."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from dcprops.reducing.trials import Entry, Path, Trial

__all__ = ["merged", "pairs_merged"]

#: The payments that add up, and what they have in common then.
_ADDING_UP: Final = MappingProxyType(
    {
        "contribution": ("source",),
        "forfeiture": ("forfeited_from_source", "vested_percentage"),
    }
)
_AMOUNT: Final[Path] = ("payload", "amount")


def merged(trial: Trial) -> Trial:
    """The ledger with one payment for all of a kind, in the place of the last of them, where that makes it shorter."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for number, entry in enumerate(trial.entries):
        if (what := _kind(entry)) is not None:
            alike.setdefault(what, []).append(number)
    for numbers in alike.values():
        if len(numbers) > 1:
            trial = _changed(trial, numbers)
    gone = {number for numbers in alike.values() for number in numbers[:-1]}
    return trial.only(number for number in range(len(trial.entries)) if number not in gone)


def pairs_merged(trial: Trial) -> Iterator[Trial]:
    """The ledger with two payments of a kind as one, for each two with none of the kind between them."""
    last: dict[tuple[object, ...], int] = {}
    for number, entry in enumerate(trial.entries):
        what = _kind(entry)
        if what is None:
            continue
        if what in last:
            changed = _changed(trial, [last[what], number])
            yield changed.only(each for each in range(len(trial.entries)) if each != last[what])
        last[what] = number


def _changed(trial: Trial, numbers: list[int]) -> Trial:
    """The last of these payments has the sum of all; the others are as they were."""
    amounts = (Decimal(str(trial.entries[number].get(_AMOUNT))) for number in numbers)
    return trial.changed({(numbers[-1], _AMOUNT): f"{sum(amounts):.6f}"})


def _kind(entry: Entry) -> tuple[object, ...] | None:
    """What payments have in common that add up; None for what is no payment, or no valid event."""
    event_type = entry.get(("payload", "event_type"))
    if entry.event is None or event_type not in _ADDING_UP:
        return None
    fields = ("plan_id", *_ADDING_UP[str(event_type)])
    return event_type, *entry.person, *(entry.get(("payload", field)) for field in fields)
