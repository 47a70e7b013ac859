"""What a check hands back: the code of an anomaly, the event that shows it, and the values in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from dcprops.events import SimulationEvent

__all__ = ["Finding", "Findings"]


class Finding(NamedTuple):
    """One anomaly by its code, the event that shows it, and what the event says in words."""

    code: str
    event: SimulationEvent
    message: str


Findings: TypeAlias = Iterator[Finding]
