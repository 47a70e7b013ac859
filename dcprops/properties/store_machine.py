"""The state machine: Hypothesis takes steps on a store in any order, and finds the shortest way to break it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from dcprops.properties.cases import LedgerCase, ledger_soups
from dcprops.properties.failures import Breaking
from dcprops.properties.store_cases import altered, first_of_each
from dcprops.properties.store_script import Script, Step, in_words, perform
from dcprops.properties.store_session import Session
from dcprops.properties.store_target import StoreTarget
from dcprops.properties.targets import Crashed

__all__ = ["StoreMachine", "machine_of"]

Document: TypeAlias = dict[str, Any]
Told: TypeAlias = Callable[[Script, Breaking | None], None]

_DAYS: Final = ("2025-01-01", "2024-12-31", "2025-01-02", "2025-06-30", "2026-01-01", "2024-02-29", "2024-01-01")
_PEOPLE: Final = ("E1", "E2")
_PLACES: Final = st.lists(st.integers(0, 15), min_size=1, max_size=4)
_EVENTS: Final = ledger_soups(4)


def _machine_told_nothing(script: Script, breaking: Breaking | None) -> None:
    """Nobody waits for what comes of a machine that pytest runs."""


class StoreMachine(RuleBasedStateMachine):
    """Appends, retries, conflicts, crashes and reads of one store, in any order.

    A subclass says which `target`; `machine_of` makes one. `told` hears of the steps when they are over.
    """

    target: ClassVar[StoreTarget]
    told: ClassVar[Told] = staticmethod(_machine_told_nothing)

    def __init__(self) -> None:
        super().__init__()
        self._steps: list[Step] = []
        self._broken: Breaking | None = None
        self._number = 0
        self._session = Session(self.target)
        self._guarded(self._session.__enter__)

    def _take(self, step: Step) -> None:
        self._steps.append(step)
        self._guarded(lambda: perform(self._session, step))

    def _guarded(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Crashed as crash:
            self._broken = Breaking("the store crashes", expected="an answer", got=str(crash))
            raise self._broken from crash
        except Breaking as breaking:
            self._broken = breaking
            raise
        finally:
            if self._broken is not None:
                self._broken.workings = f"{in_words(tuple(self._steps))}\n{self._broken.workings}".strip()

    def teardown(self) -> None:
        """Compare all that is stored once more, and put the file away."""
        try:
            if self._broken is None:
                self._take(Step("read"))
        finally:
            self._session.__exit__(Breaking if self._broken else None)
            type(self).told(Script(tuple(self._steps)), self._broken)

    @property
    def _held(self) -> list[Document]:
        return list(self._session.held.values())

    def _new(self, case: LedgerCase) -> tuple[Document, ...]:
        """The events of a case under ids that have not been there."""
        new = []
        for each in first_of_each(case.documents):
            self._number += 1
            new.append({**each, "event_id": f"00000000-0000-4000-8000-{self._number:012d}"})
        return tuple(new)

    def _some(self, places: list[int]) -> tuple[Document, ...]:
        """Events that are there already."""
        return tuple(first_of_each(self._held[place % len(self._held)] for place in places))

    @rule(case=_EVENTS)
    def append(self, case: LedgerCase) -> None:
        """New events, often of days long past."""
        self._take(Step("append", self._new(case)))

    @precondition(lambda self: self.target.accepts_arrow)
    @rule(case=_EVENTS)
    def append_by_arrow(self, case: LedgerCase) -> None:
        """New events as an Arrow table."""
        self._take(Step("append by Arrow", self._new(case)))

    @precondition(lambda self: self._session.held)
    @rule(places=_PLACES, case=_EVENTS)
    def append_again(self, places: list[int], case: LedgerCase) -> None:
        """Events that are there already, and some that are not."""
        self._take(Step("append", (*self._some(places), *self._new(case))))

    @precondition(lambda self: self._session.held)
    @rule(place=st.integers(0, 15), choice=st.integers(0, 63), case=_EVENTS)
    def append_a_conflict(self, place: int, choice: int, case: LedgerCase) -> None:
        """New events, and between them one that is there with other content."""
        (one,), new = self._some([place]), self._new(case)
        middle = len(new) // 2
        self._take(Step("append", (*new[:middle], altered(one, choice), *new[middle:])))

    @precondition(lambda self: not self.target.cannot_die())
    @rule(places=st.lists(st.integers(0, 15), max_size=2), case=_EVENTS)
    def crash(self, places: list[int], case: LedgerCase) -> None:
        """Another process appends, and is killed as soon as append has returned."""
        again = self._some(places) if self._held else ()
        self._take(Step("crash", (*again, *self._new(case))))

    @rule()
    def reopen(self) -> None:
        """Close the store and open it again."""
        self._take(Step("reopen"))

    @precondition(lambda self: not self.target.lacks("checkpoint"))
    @rule()
    def checkpoint(self) -> None:
        """Have the store put in order what it has written."""
        self._take(Step("checkpoint"))

    @rule()
    def read(self) -> None:
        """Read all that is stored."""
        self._take(Step("read"))

    @precondition(lambda self: not self.target.lacks("balances"))
    @rule(day=st.sampled_from(_DAYS))
    def balances(self, day: str) -> None:
        """Balances as of a day."""
        self._take(Step("balances", about=day))

    @precondition(lambda self: not self.target.lacks("snapshots"))
    @rule()
    def snapshots(self) -> None:
        """All weekly snapshots."""
        self._take(Step("snapshots"))

    @precondition(lambda self: not self.target.lacks("history"))
    @rule(employee_id=st.sampled_from(_PEOPLE))
    def history(self, employee_id: str) -> None:
        """The history of a person, who may have none."""
        self._take(Step("history", about=employee_id))


def machine_of(target: StoreTarget, told: Told = _machine_told_nothing) -> type[StoreMachine]:
    """The state machine of one store: for Hypothesis to run, or as `machine_of(…).TestCase` for pytest."""
    return type("StoreMachine", (StoreMachine,), {"target": target, "told": staticmethod(told)})
