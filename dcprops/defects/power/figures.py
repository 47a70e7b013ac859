"""The figures: kill rates, examples to the first failure, and witnesses against those worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Final

from dcprops.defects.power.arms import ARMS, OURS
from dcprops.defects.power.measuring import Outcome, defect_of

__all__ = ["WITHIN", "ArmFigures", "Figures", "figures"]

#: How many examples the kill rate is told for.
WITHIN: Final = (1, 20, 100, 1000)
#: The properties that compare a whole answer with the reference's.
COMPARES: Final = (
    "balances.matches-reference", "compliance.deferrals-partition", "compliance.additions-and-limit",
    "compliance.catch-up-by-age", "compliance.hce-looks-back", "compliance.limits-match-published",
    "store.balances-match-reference", "store.snapshots-match-history", "store.history-in-canonical-order",
)  # fmt: skip


@dataclass(frozen=True)
class ArmFigures:
    """One arm: how many defects it was tried on, the share shown within so many examples, and where it didn't run."""

    id: str
    said: str
    defects: int
    tries: int
    killed: dict[int, float]
    not_run: int

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        killed = {str(many): round(rate, 4) for many, rate in self.killed.items()}
        return {
            "arm": self.id, "what": self.said, "defects": self.defects, "tries": self.tries, "killed_within": killed,
            "did_not_run": self.not_run,
        }  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What a run comes to. `late` names every defect whose mean is above 100 examples, or that some seed missed."""

    arms: tuple[ArmFigures, ...]
    mean_examples: float | None
    mean_of_comparisons: float | None
    worst: tuple[str, float] | None
    worst_single: tuple[str, int] | None
    missed: tuple[str, ...]
    median_excess: float | None
    within_one: float | None
    larger: tuple[tuple[str, int, int], ...]

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "arms": [arm.to_json() for arm in self.arms],
            "mean_examples": self.mean_examples,
            "mean_examples_of_comparisons_with_the_reference": self.mean_of_comparisons,
            "worst_mean": self.worst and {"defect": self.worst[0], "examples": self.worst[1]},
            "worst_single": self.worst_single and {"defect": self.worst_single[0], "examples": self.worst_single[1]},
            "missed": list(self.missed),
            "witness_median_above_hand_minimum": self.median_excess,
            "witness_share_within_one_event": self.within_one,
            "witnesses_more_than_one_event_larger": [
                {"defect": id_, "by_hand": by_hand, "found": found} for id_, by_hand, found in self.larger
            ],
        }


def figures(outcomes: Iterable[Outcome]) -> Figures:
    """What the outcomes come to; the canary is no part of it. Means are over what was found, of each defect first."""
    counted = [each for each in outcomes if each.defect != "canary"]
    ours = [each for each in counted if each.arm == OURS.id]
    means = _means(ours)
    of_comparisons = [mean for id_, mean in means.items() if defect_of(id_).law in COMPARES]
    singles = [(each.defect, each.examples) for each in ours if each.examples is not None]
    sized = [(each.defect, defect_of(each.defect).events, each.witness) for each in ours if each.witness is not None]
    excess = [found - by_hand for _, by_hand, found in sized]
    return Figures(
        arms=tuple(_of_arm(id_, [each for each in counted if each.arm == id_]) for id_ in ARMS),
        mean_examples=_rounded(fmean(means.values()) if means else None),
        mean_of_comparisons=_rounded(fmean(of_comparisons) if of_comparisons else None),
        worst=max(((id_, round(mean, 2)) for id_, mean in means.items()), key=lambda pair: pair[1], default=None),
        worst_single=max(singles, key=lambda pair: pair[1], default=None),
        missed=tuple(sorted({each.defect for each in ours if each.examples is None})),
        median_excess=median(excess) if excess else None,
        within_one=_rounded(fmean(more <= 1 for more in excess) if excess else None, 4),
        larger=tuple(sorted({each for each in sized if each[2] - each[1] > 1})),
    )


def _rounded(value: float | None, places: int = 2) -> float | None:
    return None if value is None else round(value, places)


def _means(ours: list[Outcome]) -> dict[str, float]:
    """The mean of each defect over its seeds; a seed that missed it counts its whole budget."""
    found: dict[str, list[int]] = {}
    for each in ours:
        found.setdefault(each.defect, []).append(each.budget if each.examples is None else each.examples)
    return {id_: fmean(examples) for id_, examples in found.items()}


def _of_arm(id_: str, own: list[Outcome]) -> ArmFigures:
    most = max((each.budget for each in own), default=0)
    return ArmFigures(
        id=id_,
        said=ARMS[id_].said,
        defects=len({each.defect for each in own}),
        tries=len(own),
        killed={many: fmean(each.within(many) for each in own) for many in WITHIN if own and many <= most},
        not_run=len({each.defect for each in own if not each.ran}),
    )
