"""What a property is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from hypothesis.strategies import SearchStrategy

from dcprops.properties.failures import Breaking
from dcprops.properties.targets import Crashed

__all__ = ["Examples", "Property", "TargetKind", "by_id"]

Document: TypeAlias = dict[str, Any]
TargetKind: TypeAlias = Literal["model", "calculator", "compliance", "limits"]
#: Where a property's examples come from: fixed ones that are always tried first, and a strategy for more.
Examples: TypeAlias = Callable[[], SearchStrategy[Any]]


@dataclass(frozen=True)
class Property:
    """A law that a target must keep for every example.

    `target` is the kind of target that it judges. `holds(target, example)` raises Breaking where the law does not hold,
    returns None where it does. What `also_holds` costs more to find out, and is asked only of drawn examples, not of
    the fixed ones. `passing` and `failing` are an example of each, for the documentation. `unless` says why a target is
    not judged, or nothing. A property has `share` times as many examples as the profile says; with a share of 0 there
    are only the fixed ones. Those of `deep` are tried in that profile.
    """

    id: str
    sentence: str
    source: str
    passing: str
    failing: str
    holds: Callable[[Any, Any], None]
    examples: Examples
    fixed: Callable[[], tuple[Any, ...]]
    unless: Callable[[Any], str] = lambda target: ""
    share: float = 1.0
    also_holds: Callable[[Any, Any], None] = lambda target, example: None
    deep: Callable[[], tuple[Any, ...]] = tuple
    target: TargetKind = "model"

    def ask(self, target: Any, example: Any, *, thoroughly: bool) -> None:
        """Raises Breaking if the law does not hold for the example, also where the target can't be asked."""
        try:
            self.holds(target, example)
            if thoroughly:
                self.also_holds(target, example)
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
