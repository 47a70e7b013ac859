"""What a property is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.strategies import SearchStrategy

from dcprops.properties.failures import Breaking
from dcprops.properties.targets import Crashed

__all__ = ["Examples", "Machine", "Property", "TargetKind", "by_id"]

Document: TypeAlias = dict[str, Any]
TargetKind: TypeAlias = Literal["model", "calculator", "compliance", "limits", "store", "reporter"]
#: Where a property's examples come from: fixed ones that are always tried first, and a strategy for more.
Examples: TypeAlias = Callable[[], SearchStrategy[Any]]
#: A state machine of a target. The function is told of each run: what was done, and how it broke, if it did.
Machine: TypeAlias = Callable[[Any, Callable[[Any, Breaking | None], None]], type[RuleBasedStateMachine]]


@dataclass(frozen=True)
class Property:
    """A law that a target must keep for every example.

    `target` is the kind of target that it judges. `holds(target, example)` raises Breaking where the law does not hold,
    returns None where it does, or what is to be said of it in the report. With a `machine`, that finds examples instead
    of the strategy. What `also_holds` costs more to find out, and is asked only of drawn examples, not of
    the fixed ones. `passing` and `failing` are an example of each, for the documentation. `unless` says why a target is
    not judged, or nothing. A property has `share` times as many examples as the profile says; with a share of 0 there
    are only the fixed ones. Those of `deep` are tried in that profile. A slow property has `parts` that can be tried
    side by side.
    """

    id: str
    sentence: str
    source: str
    passing: str
    failing: str
    holds: Callable[[Any, Any], str | None]
    examples: Examples
    fixed: Callable[[], tuple[Any, ...]]
    unless: Callable[[Any], str] = lambda target: ""
    share: float = 1.0
    also_holds: Callable[[Any, Any], None] = lambda target, example: None
    deep: Callable[[], tuple[Any, ...]] = tuple
    target: TargetKind = "model"
    machine: Machine | None = None
    parts: int = 1
    #: Where the examples come from the target itself, in the place of `examples`.
    examples_of: Callable[[Any], SearchStrategy[Any]] | None = None
    #: Whether a report of the target has the property although nobody asked for it.
    concerns: Callable[[Any], bool] = lambda target: True

    def strategy(self, target: Any) -> SearchStrategy[Any]:
        """Where more examples for the target come from."""
        return self.examples() if self.examples_of is None else self.examples_of(target)

    def ask(self, target: Any, example: Any, *, thoroughly: bool) -> str:
        """What is to be said of the example. Raises Breaking if the law does not hold for it, also where the target
        can't be asked.
        """
        try:
            said = self.holds(target, example)
            if thoroughly:
                self.also_holds(target, example)
            return said or ""
        except Crashed as crash:
            raise Breaking(f"the {self.target} crashes", expected="an answer", got=str(crash)) from crash

    @property
    def suite(self) -> str:
        """The part of the id before the point."""
        return self.id.partition(".")[0]


def by_id(properties: tuple[Property, ...]) -> Mapping[str, Property]:
    """The properties by their ids. Raises ValueError if two share one."""
    table = {each.id: each for each in properties}
    if len(table) != len(properties):
        raise ValueError("two properties share an id")
    return table
