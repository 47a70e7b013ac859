"""Measures two jobs by turns, so that whatever else the machine does hits both alike."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["CannotRun", "Job", "Measured", "measure"]

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
    def ratio(self) -> float | None:
        """How many times the peer's rate ours is: the median of the pairs' ratios."""
        return None if self.peer is None else statistics.median(self._ratios)

    @property
    def ratio_range(self) -> tuple[float, float] | None:
        """The smallest and the largest ratio of a pair."""
        return None if self.peer is None else (min(self._ratios), max(self._ratios))

    @property
    def _ratios(self) -> list[float]:
        return [peer / ours for ours, peer in zip(self.ours, self.peer or (), strict=True)]


def measure(ours: Job, peer: Job | None, repeats: int, clock: Clock) -> Measured:
    """Ours and the peer's, by turns. One turn more comes first and doesn't count: caches fill in it.

    Without a peer ours is done once: there is no ratio to make surer, and it may take half a minute.
    """
    if peer is None:
        return Measured((_seconds_per_item(ours, 0, clock),), None)
    pairs = [
        (_seconds_per_item(ours, number, clock), _seconds_per_item(peer, number, clock))
        for number in range(repeats + 1)
    ][1:]
    return Measured(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


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
