"""What is to be done once the event classes are imported, for those who must not import them only for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["events_are_imported", "once_events_are_imported"]

_WAITING: Final[list[Callable[[], None]]] = []
_IS_IMPORTED: Final[list[bool]] = []


def once_events_are_imported(action: Callable[[], None]) -> None:
    """Call `action` as soon as `dcprops.events` is imported: now, if it is already."""
    _WAITING.append(action)
    if _IS_IMPORTED:
        _call()


def events_are_imported() -> None:
    """Said by `dcprops.events` itself, when all of its classes are there."""
    _IS_IMPORTED.append(True)
    _call()


def _call() -> None:
    while _WAITING:
        _WAITING.pop(0)()
