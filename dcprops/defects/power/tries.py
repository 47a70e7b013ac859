"""Trying examples on a target until one shows that something is wrong, and counting them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final

import hypothesis
from hypothesis import Phase, Verbosity, settings
from hypothesis.strategies import SearchStrategy

from dcprops.defects.defect import Defect
from dcprops.properties.failures import Breaking
from dcprops.properties.registry import Property
from dcprops.properties.runner import target_of
from dcprops.properties.store_target import StoreTarget

__all__ = ["Subject", "first_caught"]

#: Only generation: nothing of an earlier run, and no example twice.
_SETTINGS: Final = settings(
    settings.get_profile("default"),
    database=None,
    deadline=None,
    derandomize=False,
    print_blob=False,
    verbosity=Verbosity.quiet,
    report_multiple_bugs=False,
    phases=(Phase.generate,),
    backend="hypothesis",
)


@dataclass(frozen=True)
class Subject:
    """A target and the property that judges it."""

    law: Property
    given: str

    @classmethod
    def of(cls, defect: Defect) -> Subject:
        """The defect's target, and the property that must catch it."""
        return cls(defect.judged_by, defect.given)

    @cached_property
    def target(self) -> Any:
        """The target in the shape that properties ask."""
        return target_of(self.law.target, self.given)

    def is_caught(self, example: object, *, thoroughly: bool) -> bool:
        """Whether the property objects to what the target makes of the example."""
        try:
            self.law.ask(self.target, example, thoroughly=thoroughly)
        except Breaking:
            return True
        return False

    def close(self) -> None:
        """End what the target has started."""
        if isinstance(self.target, StoreTarget):
            self.target.close()


class _Caught(Exception):
    """An example showed it."""


def first_caught(
    is_caught: Callable[[Any, bool], bool],
    fixed: Iterable[Any],
    drawn: SearchStrategy[Any] | None,
    *,
    seed: int,
    budget: int,
) -> int | None:
    """Which example was the first to show the defect, counted from 1 over all that were tried; None if none did.

    `is_caught(example, is_drawn)` tries one. The fixed examples come first, then drawn ones, until the budget is spent.
    """
    tried = 0
    for example in islice(fixed, budget):
        tried += 1
        if is_caught(example, False):
            return tried
    if drawn is None or tried >= budget:
        return None
    first: list[int] = []

    def holds(example: object) -> None:
        nonlocal tried
        tried += 1
        if is_caught(example, True):
            first.append(tried)
            raise _Caught

    chosen = settings(_SETTINGS, max_examples=budget - tried)
    try:
        chosen(hypothesis.seed(seed)(hypothesis.given(drawn)(holds)))()
    except _Caught:
        return first[0]
    return None
