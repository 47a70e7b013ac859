"""Employees in ranges that are small enough to be worked on one after the other, whatever the size of the workforce."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

__all__ = ["ranges"]

#: A range has no more employees, and no more events unless one employee has them, so that the memory for it is bounded.
EMPLOYEES: Final = 2_000
EVENTS: Final = 500_000


def ranges(employees: Iterable[tuple[str, int]]) -> Iterator[tuple[str, str]]:
    """The first and the last employee_id of each range, of employees in order with how many events each has."""
    first = last = None
    count = events = 0
    for employee_id, own in employees:
        if first is not None and last is not None and (count == EMPLOYEES or events + own > EVENTS):
            yield first, last
            first, count, events = None, 0, 0
        first = employee_id if first is None else first
        last, count, events = employee_id, count + 1, events + own
    if first is not None and last is not None:
        yield first, last
