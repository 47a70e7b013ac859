"""False alarms: the correct variants, tried with every property of their kind, to which none may object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from dcprops.defects.catalogue import CORRECT
from dcprops.defects.power.tries import Subject, first_caught

__all__ = ["FalseAlarms", "false_alarms"]


@dataclass(frozen=True)
class FalseAlarms:
    """How many examples the correct variants were tried with, and which properties objected to which variant."""

    examples: int
    raised: tuple[tuple[str, str], ...]


def false_alarms(
    examples: int, *, seed: int = 0, on_progress: Callable[[float, str], None] | None = None
) -> FalseAlarms:
    """Try the correct variants with so many examples in all, shared out over their properties; the costly ones of
    stores have a hundredth of the others' share.
    """
    pairs = [(variant, law) for variant in CORRECT for law in variant.properties]
    weights = [min(law.share or 0.02, 1.0) for _, law in pairs]
    tried, raised = 0, []
    for place, ((variant, law), weight) in enumerate(zip(pairs, weights, strict=True)):
        if on_progress is not None:
            on_progress(place / len(pairs), f"{variant.id}: {law.id}")
        subject = Subject(law, variant.target)
        share = max(1, round(examples * weight / sum(weights)))
        counted = 0

        def objects(example: object, is_drawn: bool, subject: Subject = subject) -> bool:
            nonlocal counted
            counted += 1
            return subject.is_caught(example, thoroughly=is_drawn)

        try:
            if not law.unless(subject.target):
                drawn = law.examples() if law.share else None
                if first_caught(objects, islice(law.fixed(), share), drawn, seed=seed, budget=share) is not None:
                    raised.append((variant.id, law.id))
        finally:
            subject.close()
        tried += counted
    return FalseAlarms(tried, tuple(raised))
