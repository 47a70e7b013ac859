"""What a seeded defect is, and what a correct variant is."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from dcprops.properties.registry import Property, TargetKind
from dcprops.properties.runner import PROPERTIES
from dcprops.properties.targets import load

__all__ = ["KINDS", "Defect", "Kind", "Variant"]

#: What a defect is one of.
Kind: TypeAlias = Literal[
    "event model",
    "JSON Schema",
    "calculator",
    "history and as-of",
    "snapshots",
    "ingest",
    "identity and atomicity",
    "compliance and limits",
    "report",
]
#: The kinds of defects, in the order of the reports.
KINDS: Final[tuple[Kind, ...]] = (
    "event model",
    "JSON Schema",
    "calculator",
    "history and as-of",
    "snapshots",
    "ingest",
    "identity and atomicity",
    "compliance and limits",
    "report",
)


@dataclass(frozen=True)
class Defect:
    """A target that is wrong in one place: a correct one with one hook replaced.

    `target` is the `module:attribute` of a class or function whose docstring says where such a mistake comes from;
    `law` is the id of the property that must catch it, `witness` the smallest example of that property that does,
    worked out by hand, and `events` how many events are in it. `source` cites a real system that made the mistake.
    """

    id: str
    kind: Kind
    target: str
    law: str
    witness: Any
    events: int
    source: str = ""

    @property
    def origin(self) -> str:
        """Where such a mistake comes from."""
        return " ".join((inspect.getdoc(load(self.target)) or "").split())

    @property
    def judged_by(self) -> Property:
        """The property that must catch it."""
        return PROPERTIES[self.law]

    @property
    def given(self) -> str:
        """What the property is given: of a class of calculators or of reporters, its calculation or report."""
        return f"{self.target}{_CALCULATION.get(self.judged_by.target, '') if self._is_class else ''}"

    @property
    def _is_class(self) -> bool:
        return isinstance(load(self.target), type)


_CALCULATION: Final[dict[TargetKind, str]] = {
    "calculator": ".balances",
    "compliance": ".compliance",
    "reporter": ".report",
}


@dataclass(frozen=True)
class Variant:
    """A target that is right, in whatever way it is written: no property of its kind may ever object to it."""

    id: str
    target: str
    judged_as: TargetKind
    said: str
    without: tuple[str, ...] = ()

    @property
    def properties(self) -> tuple[Property, ...]:
        """The properties that judge it: all of its kind, but those that it is excused from, and those of what a target
        has of its own.
        """
        return tuple(
            law
            for law in PROPERTIES.values()
            if law.target == self.judged_as and law.examples_of is None and law.id not in self.without
        )
