"""Events before they are a table: columns of whole numbers, event type by event type, in any order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np

from dcprops.population.draws import Flags, Integers

__all__ = ["Drafts"]

_WHO: Final = "life"
_WHEN: Final = "day"
_WHICH: Final = "serial"


class Drafts:
    """Events of some lives as they are thought of.

    Each event has the place of its life, its day, and a serial number that tells it from others of its type on that
    day. Values are whole numbers: millionths, ten-thousandths, days, 0 or 1, and for texts a place in a vocabulary.
    Where a value is negative there is none.
    """

    def __init__(self) -> None:
        self._parts: defaultdict[str, list[dict[str, Integers]]] = defaultdict(list)

    def add(
        self,
        event_type: str,
        lives: Integers,
        days: Integers | int,
        serial: Integers | int,
        **columns: Integers | Flags | int,
    ) -> None:
        """Add events of one type, one for each of `lives`; what is the same for all may be a single number."""
        if not lives.size:
            return
        given = {_WHO: lives, _WHEN: days, _WHICH: serial, **columns}
        self._parts[event_type].append(
            {name: np.broadcast_to(np.asarray(values, np.int64), lives.shape) for name, values in given.items()}
        )

    def by_event_type(self) -> Mapping[str, Mapping[str, Integers]]:
        """All events of each type as columns, `life`, `day` and `serial` among them."""
        return {event_type: _joined(parts) for event_type, parts in sorted(self._parts.items())}


def _joined(parts: list[dict[str, Integers]]) -> dict[str, Integers]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
