"""Measuring: every defect, arm and seed, task by task in a few processes; what is known already is not asked again."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from hypothesis.configuration import set_hypothesis_home_dir

from dcprops.defects.catalogue import CANARY, CATALOGUE
from dcprops.defects.defect import Defect
from dcprops.defects.power.arms import ARMS, OURS, Arm
from dcprops.defects.power.tries import Subject
from dcprops.properties import check

__all__ = ["NoResultsError", "Outcome", "Task", "defect_of", "outcomes", "tasks"]

#: The other arms are compared within so many examples and with so many seeds: over all defects, chance evens out.
_EXAMPLES_OF_OTHERS: Final = 100
_SEEDS_OF_OTHERS: Final = 1
#: Hypothesis's own numbers; ours should not look alike.
_APART: Final = 1_000_003


@dataclass(frozen=True)
class Task:
    """A defect and an arm, with some seeds and so many examples for each."""

    defect: str
    arm: str
    seeds: int
    budget: int


@dataclass(frozen=True)
class Outcome:
    """What came of one seed: the first example that showed the defect, and the size of the witness in the report.

    `examples` is None where none of the `budget` did. `ran` is false where the arm can't make examples at all.
    """

    defect: str
    arm: str
    seed: int
    budget: int
    examples: int | None
    witness: int | None = None
    ran: bool = True
    seconds: float = 0.0

    def within(self, many: int) -> bool:
        """Whether the defect was shown within so many examples."""
        return self.examples is not None and self.examples <= many


def defect_of(id_: str) -> Defect:
    """The defect with an id; the canary has one, too."""
    return next(each for each in (*CATALOGUE, CANARY) if each.id == id_)


def tasks(only: Iterable[str] = (), *, seeds: int = 10, examples: int = 1000, arms: Iterable[str] = ()) -> list[Task]:
    """A task for each defect and arm; of all defects and arms where none is named. The canary comes first."""
    defects = list(only) or [CANARY.id, *(each.id for each in CATALOGUE)]
    found = []
    for id_ in defects:
        for name in arms or ARMS:
            if name == OURS.id:
                found.append(Task(id_, name, seeds, examples))
            else:
                of_arm = 1 if ARMS[name].is_fixed else min(seeds, _SEEDS_OF_OTHERS)
                found.append(Task(id_, name, of_arm, min(examples, _EXAMPLES_OF_OTHERS)))
    return found


def outcomes(
    wanted: list[Task],
    *,
    jobs: int = 2,
    known: Path | None = None,
    on_progress: Callable[[float, str], None] | None = None,
) -> list[Outcome]:
    """Do the tasks in so many processes. What is in the file `known`, one outcome a line, is not done again; what
    comes new is added to it as it comes, so that a run that was interrupted goes on. Raises NoResultsError if the file
    has something else in it.
    """
    found = list(_read(known))
    done = {(each.defect, each.arm, each.seed, each.budget) for each in found}
    left = [task for task in wanted if any(_key(task, seed) not in done for seed in range(task.seeds))]
    fitting = {_key(task, seed) for task in wanted for seed in range(task.seeds)}
    found = [each for each in found if (each.defect, each.arm, each.seed, each.budget) in fitting]
    start = len(wanted) - len(left)
    for number, (task, new) in enumerate(_done(left, jobs), start + 1):
        found = [each for each in found if (each.defect, each.arm) != (task.defect, task.arm)] + new
        _add(known, new)
        if on_progress is not None:
            on_progress(number / len(wanted), f"{task.defect} by {task.arm}")
    return found


def _key(task: Task, seed: int) -> tuple[str, str, int, int]:
    return task.defect, task.arm, seed, task.budget


class NoResultsError(ValueError):
    """A file of results has a line that is no result: one line that says which."""


def _read(known: Path | None) -> Iterator[Outcome]:
    """The outcomes in the file. What was being written when a run was interrupted is cut off, for more is to follow."""
    if known is None or not known.exists():
        return
    whole, newline, _ = known.read_bytes().rpartition(b"\n")
    lines = whole.decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        try:
            yield Outcome(**json.loads(line))
        except (TypeError, ValueError) as error:
            raise NoResultsError(f"{known}, line {number} is no result of bench power: name another file") from error
    os.truncate(known, len(whole) + len(newline))


def _add(known: Path | None, new: Iterable[Outcome]) -> None:
    if known is not None:
        with known.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{json.dumps(asdict(each))}\n" for each in new)


def _done(left: list[Task], jobs: int) -> Iterator[tuple[Task, list[Outcome]]]:
    if jobs == 1:
        yield from ((task, measured(task)) for task in left)
        return
    context = multiprocessing.get_context("spawn")  # a database's threads don't survive a fork
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_quietly) as pool:
        asked = {pool.submit(measured, task): task for task in left}
        for future in as_completed(asked):
            yield asked[future], future.result()


def _quietly() -> None:
    """Hypothesis's files go where they are in nobody's way."""
    folder = os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY") or tempfile.mkdtemp(prefix="dcprops-")
    set_hypothesis_home_dir(folder)


def measured(task: Task) -> list[Outcome]:
    """The outcomes of all seeds of a task."""
    defect, arm = defect_of(task.defect), ARMS[task.arm]
    with closing(Subject.of(defect)) as subject:
        remembered = _Fixed(subject, defect, arm, task.budget)
        return [remembered.outcome(seed) for seed in range(task.seeds)]


class _Fixed:
    """Fixed examples are the same with every seed: what they show once, they show always, and in the same words."""

    def __init__(self, subject: Subject, defect: Defect, arm: Arm, budget: int) -> None:
        self._subject, self._defect, self._arm, self._budget = subject, defect, arm, budget
        self._fixed = len(tuple(subject.law.fixed())) if arm.id in {"dcprops", "static"} else 0
        self._outcome: Outcome | None = None

    def outcome(self, seed: int) -> Outcome:
        if self._outcome is not None:
            return Outcome(**{**asdict(self._outcome), "seed": seed})
        start = time.perf_counter()
        try:
            examples = self._arm.first_caught(self._subject, seed * _APART + 1, self._budget)
        except Exception:  # whatever keeps another arm's generator from working; ours must work
            if self._arm is OURS:
                raise
            return Outcome(self._defect.id, self._arm.id, seed, self._budget, None, ran=False)
        witness = None
        if self._arm is OURS and examples is not None:
            witness = _witness(self._defect, seed, self._budget)
        seconds = round(time.perf_counter() - start, 3)
        outcome = Outcome(self._defect.id, self._arm.id, seed, self._budget, examples, witness, seconds=seconds)
        if examples is not None and examples <= self._fixed:
            self._outcome = outcome
        return outcome


def _witness(defect: Defect, seed: int, budget: int) -> int | None:
    """How many events are in the smallest failure that a report has of the defect."""
    law = defect.judged_by
    if defect.events == 0 or not _has_ledgers(defect):
        return defect.events
    (result,) = check(
        **{law.target: defect.given},  # type: ignore[arg-type]  # each target is an argument of its own name
        only=[law.id], seed=seed, max_examples=max(1, math.ceil(budget / (law.share or 1.0))),
    ).checks  # fmt: skip
    sizes = [len(failure.ledger) for failure in result.failures if failure.ledger is not None]
    return min(sizes, default=None)


def _has_ledgers(defect: Defect) -> bool:
    witness: Any = defect.witness
    return hasattr(witness, "documents")
