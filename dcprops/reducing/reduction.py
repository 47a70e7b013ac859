"""The reduction itself: which smaller ledgers are asked about, in which order, and what is known of them already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from dcprops.reducing.merging import merged
from dcprops.reducing.trials import Trial
from dcprops.reducing.values import GROUPS, Group, cost, simplest, single_steps, steps_of
from dcprops.reference.balances import PLAN_EVENTS

__all__ = ["INTERRUPTED", "Progress", "Reduced", "Reducer"]

#: Why a reduction ended that the user interrupted.
INTERRUPTED: Final = "interrupted"
#: Told of each call: how many there were, and the best ledger so far.
Progress: TypeAlias = Callable[[int, Trial], None]
#: With more events than this, values are left alone: making each simple would take more calls than anyone has.
_FEW: Final = 200


@dataclass(frozen=True)
class Reduced:
    """What a reduction came to: the ledger, how many calls it took, and why it ended.

    `is_minimal` says that no single event can go and no single value be simpler; otherwise `reason` says why it is not
    known.
    """

    trial: Trial
    calls: int
    is_minimal: bool
    reason: str = ""


class _SpentError(Exception):
    """There are no calls left."""


class Reducer:
    """Makes a ledger smaller as long as `shows` says of it that it still shows what the first one showed.

    `shows` is called at most `budget` times, never twice for one ledger, and only for ledgers that `is_admissible`. It
    must give the same answer each time: then so does the reduction.
    """

    def __init__(
        self,
        start: Trial,
        shows: Callable[[Trial], bool],
        *,
        is_admissible: Callable[[Trial], bool] = lambda trial: trial.is_valid,
        budget: int,
        on_progress: Progress | None = None,
    ) -> None:
        self.best = start
        self.calls = 0
        self._shows = shows
        self._is_admissible = is_admissible
        self._budget = budget
        self._on_progress = on_progress
        self._costs: tuple[Trial | None, tuple[int, ...]] = (None, ())
        self._known: dict[tuple[object, ...], bool] = {start.key: True}

    def run(self) -> Reduced:
        """Reduce until nothing more can go, the budget is spent, or the user interrupts; never raises for these."""
        try:
            self._cut()
            self._simplify()
        except _SpentError:
            return Reduced(self.best, self.calls, is_minimal=False, reason=f"the budget of {self._budget:,} is spent")
        except KeyboardInterrupt:
            return Reduced(self.best, self.calls, is_minimal=False, reason=INTERRUPTED)
        return Reduced(self.best, self.calls, is_minimal=True)

    def _attempt(self, trial: Trial) -> bool:
        """Whether a ledger shows it, too. It is the best one from then on."""
        key = trial.key
        if key not in self._known:
            self._known[key] = self._is_admissible(trial) and self._asked(trial)
        if self._known[key]:
            self.best = trial
        return self._known[key]

    def _asked(self, trial: Trial) -> bool:
        if self.calls >= self._budget:
            raise _SpentError
        self.calls += 1
        shows = self._shows(trial)
        if self._on_progress is not None:
            self._on_progress(self.calls, trial if shows else self.best)
        return shows

    def _cut(self) -> None:
        """Take events away: at first what can't matter to the account, then people, then events."""
        for guess in _guesses(self.best):
            if self._attempt(guess):
                break
        self._without_parts(_by_person(self.best))
        self._attempt(merged(self.best))
        self._without_parts([[number] for number in range(len(self.best.entries))])

    def _without_parts(self, parts: Sequence[Sequence[int]]) -> None:
        """Delta debugging: take away half of the parts at a time, neighbours together, then a quarter, down to one."""
        left, whole = list(parts), self.best
        size = len(left) // 2
        while size:
            start = 0
            while start < len(left):
                rest = left[:start] + left[start + size :]
                if rest and self._attempt(whole.only(sorted(number for part in rest for number in part))):
                    left = rest
                else:
                    start += size
            size //= 2

    def _simplify(self) -> None:
        """Make values simple: all at once, then by groups and events, then each; until no single step is left."""
        if len(self.best.entries) <= _FEW:
            self._simplify_at_once()
        while self._one_step():
            pass

    def _simplify_at_once(self) -> None:
        if self._attempt_simpler(simplest(self.best, GROUPS)):
            return
        for group in GROUPS:
            if not self._attempt_simpler(simplest(self.best, (group,))):
                self._simplify_some(group, range(len(self.best.entries)))
        while self._one_pass():
            pass

    def _simplify_some(self, group: Group, numbers: Sequence[int]) -> None:
        """Make a group of values simple in these entries; where that fails, in each half of them."""
        if self._attempt_simpler(simplest(self.best, (group,), numbers)) or len(numbers) < 2:
            return
        middle = len(numbers) // 2
        self._simplify_some(group, numbers[:middle])
        self._simplify_some(group, numbers[middle:])

    def _one_pass(self) -> bool:
        """Make each value as simple as it can be by itself. Whether any has become simpler."""
        before = cost(self.best)
        for step in steps_of(self.best):
            self._attempt_first(step.tries(self.best))
        return cost(self.best) < before

    def _attempt_simpler(self, trial: Trial) -> bool:
        return trial is self.best or (cost(trial) < cost(self.best) and self._attempt(trial))

    def _attempt_first(self, tries: Iterable[Trial]) -> None:
        """Take the first of these that is simpler and shows it."""
        before = self._cost()
        any(cost(trial) < before and self._attempt(trial) for trial in tries)

    def _cost(self) -> tuple[int, ...]:
        """What the best ledger costs, worked out once."""
        if self._costs[0] is not self.best:
            self._costs = self.best, cost(self.best)
        return self._costs[1]

    def _one_step(self) -> bool:
        """Take the first single step that there is. False if there is none: that is what minimal means."""
        return any(self._attempt(trial) for trial in single_steps(self.best))


def _guesses(trial: Trial) -> Iterator[Trial]:
    """What is left if only the account matters, the boldest guess first."""
    if trial.account is None:
        return
    person = [number for number, entry in enumerate(trial.entries) if entry.person == trial.account[:3]]
    own = [number for number in person if _is_of_plan(trial, number)]
    yield trial.only(number for number in own if trial.entries[number].day <= trial.day)
    yield trial.only(own)
    yield trial.only(person)


def _is_of_plan(trial: Trial, number: int) -> bool:
    entry = trial.entries[number]
    return (
        trial.account is not None
        and entry.get(("payload", "plan_id")) == trial.account.plan_id
        and entry.get(("payload", "event_type")) in PLAN_EVENTS
    )


def _by_person(trial: Trial) -> list[list[int]]:
    people: dict[tuple[object, ...], list[int]] = {}
    for number, entry in enumerate(trial.entries):
        people.setdefault(entry.person, []).append(number)
    return list(people.values())
