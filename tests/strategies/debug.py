"""Ways to ask a strategy what it gives: all of it, some of it, the least of it; from a seed, without a database."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeVar

from hypothesis import Phase, find, given, seed, settings
from hypothesis.strategies import SearchStrategy

__all__ = ["SEEDS", "assert_all_examples", "find_any", "for_each_example", "minimal"]

Example = TypeVar("Example")

#: Enough starting points to see that a result isn't one search's luck.
SEEDS = range(10)


def for_each_example(
    strategy: SearchStrategy[Example], look: Callable[[Example], object], *, examples: int = 100, start: int = 0
) -> None:
    """Looks at so many examples, as the generate phase draws them from a seed."""

    @seed(start)
    @settings(max_examples=examples, database=None, deadline=None, phases=[Phase.generate])
    @given(strategy)
    def look_at(example: Example) -> None:
        look(example)

    look_at()


def assert_all_examples(
    strategy: SearchStrategy[Example], holds: Callable[[Example], bool], *, examples: int = 100
) -> None:
    """Sees that all examples have a property."""

    def check(example: Example) -> None:
        assert holds(example), f"{example!r} from {strategy!r}"

    for_each_example(strategy, check, examples=examples)


def find_any(
    strategy: SearchStrategy[Example], is_wanted: Callable[[Example], bool], *, examples: int = 1000
) -> Example:
    """Some example with a property. Raises hypothesis.errors.NoSuchExample if so many have it not."""
    return find(strategy, is_wanted, settings=_settings(examples, Phase.generate), random=Random(0))


def minimal(
    strategy: SearchStrategy[Example], is_wanted: Callable[[Example], bool] = lambda _: True, *, start: int = 0
) -> Example:
    """The simplest example with a property that shrinking comes to."""
    return find(strategy, is_wanted, settings=_settings(1000, Phase.generate, Phase.shrink), random=Random(start))


def _settings(examples: int, *phases: Phase) -> settings:
    return settings(max_examples=examples, database=None, deadline=None, phases=phases)
