"""Measures two jobs by turns, so that whatever else the machine does hits both alike."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["CannotRun", "Clock", "Job", "Measured", "measure"]

#: Does its work once, for the repeat of this number, and tells how many items that were.
Job: TypeAlias = Callable[[int], int]
#: A reading in seconds.
Clock: TypeAlias = Callable[[], float]


class CannotRun(Exception):
    """Why a row can't be measured, in one line."""


@dataclass(frozen=True)
class Measured:
    """Seconds per item of each repeat, of ours and (where there is one) of the peer, pair by pair."""

    ours: tuple[float, ...]
    peer: tuple[float, ...] | None

    @property
    def ratios(self) -> tuple[float, ...] | None:
        """How many times the peer's speed ours is, pair by pair."""
        if self.peer is None:
            return None
        return tuple(peer / ours for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def ratio(self) -> float | None:
        """The median of the pairs' ratios."""
        return None if self.ratios is None else statistics.median(self.ratios)


def measure(ours: Job, peer: Job | None, repeats: int, clock: Clock, *, warm_up: bool = True) -> Measured:
    """Ours and the peer's, by turns. One turn more comes first and doesn't count: caches fill in it."""
    turns = range(repeats + 1) if warm_up else range(1, repeats + 1)
    pairs = [
        (_seconds_per_item(ours, number, clock), None if peer is None else _seconds_per_item(peer, number, clock))
        for number in turns
    ][-repeats:]
    others = tuple(theirs for _, theirs in pairs if theirs is not None)
    return Measured(tuple(own for own, _ in pairs), others if peer is not None else None)


def _seconds_per_item(job: Job, number: int, clock: Clock) -> float:
    with _garbage_collection_off():
        start = clock()
        items = job(number)
        return (clock() - start) / items


@contextmanager
def _garbage_collection_off() -> Iterator[None]:
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
