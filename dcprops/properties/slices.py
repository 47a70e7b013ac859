"""Slices: which part of a run one machine of several does, and the seeds that keep their examples apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

__all__ = ["WHOLE", "Slice", "run_seed", "seed_of"]

Part = TypeVar("Part")


@dataclass(frozen=True)
class Slice:
    """One of `count` slices of what the properties are tried with; `number` counts from 1.

    All slices together have every fixed example and every cell of the matrix once, and as many drawn examples as a
    run that isn't sliced.
    """

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Slice:
        """The slice that `I/N` says. Raises ValueError for anything else."""
        match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            raise ValueError(f"{text!r} is no slice: expected I/N, such as 2/4, with I from 1 to N")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @property
    def is_whole(self) -> bool:
        """Whether there is only this slice."""
        return self.count == 1

    def part(self, number: int, count: int) -> Slice:
        """A slice of this slice."""
        return Slice((self.number - 1) * count + number, self.count * count)

    def fixed(self, parts: Sequence[Part], turn: int = 0) -> tuple[Part, ...]:
        """The parts that are dealt to this slice, card by card; `turn` says with which slice the dealing begins."""
        return tuple(parts[(self.number - 1 - turn) % self.count :: self.count])

    def examples(self, total: int, turn: int = 0) -> int:
        """How many of `total` drawn examples are this slice's. What doesn't divide is dealt as `fixed` is."""
        return len(self.fixed(range(total), turn))


WHOLE: Final = Slice()


def seed_of(seed: int | str, slice_: Slice, id_: str) -> int:
    """A seed of its own for each property and slice, so that none depends on which others are run."""
    text = f"{seed}:{id_}" if slice_.is_whole else f"{seed}:{slice_}:{id_}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def run_seed(run_id: str) -> int:
    """The seed of a run, the same on each of its machines."""
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:4])
