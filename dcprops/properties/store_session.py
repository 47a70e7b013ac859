"""A store under test: opened on a file of its own, appended to, reopened, killed, and held to what it was given."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from dcprops.events import EventFactory, SimulationEvent
from dcprops.properties.balances import Row, Rows, compare_rows, matches_reference, rows_by_account
from dcprops.properties.cases import LedgerCase, handed_over
from dcprops.properties.documents import canonical, differences_in_meaning
from dcprops.properties.failures import Breaking
from dcprops.properties.store_cases import arrow_table, first_of_each, id_of
from dcprops.properties.store_snapshots import compare_snapshots
from dcprops.properties.store_target import Answer, Entry, OpenStore, StoreTarget
from dcprops.properties.targets import FunctionTarget, NoRowsError
from dcprops.reference.balances import Account, balances
from dcprops.reference.order import canonical_order

__all__ = ["Session", "holding"]

Document: TypeAlias = dict[str, Any]

_STORE_FILE: Final = "events.store"


class Session:
    """A store on a new file, and the events that it must hold; the file goes away with the session.

    What the store gets wrong is raised as Breaking; what it raises by itself as Crashed.
    """

    def __init__(self, target: StoreTarget) -> None:
        self.target = target
        self.held: dict[str, Document] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="dcprops-", ignore_cleanup_errors=True)
        self._path = Path(self._folder.name) / _STORE_FILE
        self._store: OpenStore | None = None

    def __enter__(self) -> Self:
        try:
            self._store = self.target.open(self._path)
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        try:
            self._closed(quietly=kind is not None)
        finally:
            self._folder.cleanup()

    @property
    def store(self) -> OpenStore:
        """The store, which is open."""
        assert self._store is not None
        return self._store

    def _closed(self, *, quietly: bool = False) -> None:
        store, self._store = self._store, None
        if store is None:
            return
        try:
            store.close()
        except Exception:  # what went wrong first is what is reported
            if not quietly:
                raise

    # What is done to the store.

    def append(self, ledger: Iterable[Document], *, by_arrow: bool = False) -> Answer:
        """Append what is new to the store or already held: it has to be taken, and counted right if it is counted."""
        ledger = list(ledger)
        new = len({id_of(each) for each in ledger} - self.held.keys())
        answer = self._offer(ledger, by_arrow=by_arrow)
        if answer.refused:
            what = "valid events are refused" if new else "events that are there already are refused"
            raise Breaking(what, expected="append returns", got=answer.words)
        self.hold(ledger)
        _counts("created", new, answer.created)
        _counts("exists", len(ledger) - new, answer.exists)
        return answer

    def _offer(self, ledger: list[Document], *, by_arrow: bool = False) -> Answer:
        return self.store.append(arrow_table(ledger) if by_arrow else handed_over(ledger))

    def offer(self, events: Any) -> Answer:
        """Append anything at all; what then must be held is for the caller to say."""
        return self.store.append(events)

    def refuses(self, ledger: Iterable[Document]) -> None:
        """Append what conflicts with what is held: it has to be refused."""
        answer = self._offer(list(ledger))
        if not answer.refused:
            raise Breaking(
                "an event_id that is there is taken again with other content",
                expected="append raises, or its result has conflicts",
                got=answer.words,
            )

    def reopen(self) -> None:
        """Close the store, and open it again."""
        self._closed()
        self._store = self.target.open(self._path)

    def crash(self, ledger: Iterable[Document], *, by_arrow: bool = False) -> None:
        """Append in another process that is killed as soon as append has returned; then open the store again."""
        ledger = list(ledger)
        self._closed()
        try:
            words = self.target.dying().append(self._path, ledger, by_arrow=by_arrow)
        except (EOFError, TimeoutError, BrokenPipeError) as error:
            words = f"{type(error).__name__}: {error}"
        if words:
            raise Breaking("append in another process does not return", expected="append returns", got=words)
        self.hold(ledger)
        self._store = self.target.open(self._path)

    def hold(self, ledger: Iterable[Document]) -> None:
        """From now on the store must hold these events; of those that it holds already, the first stays."""
        for each in ledger:
            self.held.setdefault(id_of(each), each)

    # What the store then must say.

    def events(self) -> dict[str, Document]:
        """What is stored, by event_id. Raises Breaking for an event that is there twice."""
        try:
            found = self.store.events()
        except NoRowsError as error:
            raise Breaking("events() gives no events", expected="documents", got=str(error)) from error
        for each in found:
            if "event_id" not in each:
                raise Breaking("an event has no event_id", expected="a document", got=each)
        ids = Counter(map(id_of, found))
        for id_, times in ids.items():
            if times > 1:
                raise Breaking("an event is there twice", field=id_, expected="1 event", got=f"{times} events")
        return {id_of(each): each for each in found}

    def holds_all(self, *, after: str = "") -> dict[str, Document]:
        """Every event that was appended is there, and no other; returns them."""
        found = self.events()
        for id_ in self.held:
            if id_ not in found:
                raise Breaking(
                    f"an event is lost{after}", field=id_, expected=f"{len(self.held)} events", got=_counted(found)
                )
        for id_ in found:
            if id_ not in self.held:
                raise Breaking(
                    f"an event is there that must not be{after}",
                    field=id_,
                    expected=f"{len(self.held)} events",
                    got=_counted(found),
                )
        return found

    def holds_exactly(self, *, after: str = "") -> None:
        """Every event that was appended is there with every value as it was, and no other."""
        found = self.holds_all(after=after)
        for id_, document in self.held.items():
            for name, wanted, got in differences_in_meaning(canonical(document), found[id_]):
                raise Breaking(f"{name} is another{after}", field=f"{name} of {id_}", expected=wanted, got=got)

    def balances_match(self, as_of: date = date.max) -> None:
        """The balances are the reference's: on the day, or on some days of the ledger."""
        matches_reference(self.calculator(), LedgerCase(tuple(self.held.values()), as_of))

    def balances_of(self, scenario_id: str, as_of: date) -> Rows:
        """The balance rows of one scenario by account."""
        rows = rows_by_account(self.calculator(), (), as_of)
        return {account: row for account, row in rows.items() if account.scenario_id == scenario_id}

    def calculator(self) -> FunctionTarget:
        """The store's balances of what it holds, as a calculator that is always asked with just that."""
        target = self.target
        return FunctionTarget(
            target.name, target.import_line, target.expression, lambda _, as_of: self.store.balances(as_of)
        )

    def snapshots_match(self) -> None:
        """The weekly snapshots are what the events come to on each Friday."""
        compare_snapshots(self._events_held(), _fetched(self.store.snapshots, "snapshots"))

    def history_matches(self, employee_id: str) -> None:
        """A person's history has each of the person's events once, in canonical order."""
        events = sorted((each for each in self._events_held() if each.employee_id == employee_id), key=canonical_order)
        entries: list[Entry] = _fetched(lambda: self.store.history(employee_id), "history")
        got = [entry.event_id for entry in entries]
        wanted = [str(each.event_id) for each in events]
        if sorted(got) != sorted(wanted):
            raise Breaking("a history has other events than the person", field=employee_id, expected=wanted, got=got)
        # A person of several scenarios has several histories, which may follow one another.
        for career in dict.fromkeys((each.scenario_id, each.plan_design_id) for each in events):
            own = [each for each in events if (each.scenario_id, each.plan_design_id) == career]
            ids = [str(each.event_id) for each in own]
            if [id_ for id_ in got if id_ in set(ids)] != ids:
                raise Breaking("a history is in another order", field=employee_id, expected=ids, got=got)
            _balances_run(own, {entry.event_id: entry.balance for entry in entries})

    def _events_held(self) -> list[SimulationEvent]:
        return [EventFactory.create_event(each) for each in self.held.values()]


def _balances_run(events: list[SimulationEvent], told: Mapping[str, Row | None]) -> None:
    """The balance that is told after an event is the reference's of all events up to it."""
    for place, event in enumerate(events, 1):
        balance, plan = told[str(event.event_id)], event.payload.plan_id
        if balance is None or plan is None:
            continue  # what isn't told is not judged
        account = Account(event.scenario_id, event.plan_design_id, event.employee_id, plan)
        expected = {row.account: row for row in balances(events[:place], date.max)}.get(account)
        compare_rows(events[:place], account, event.effective_date, expected, balance)


def _fetched(call: Any, name: str) -> Any:
    try:
        return call()
    except NoRowsError as error:
        raise Breaking(f"{name} gives no rows", expected="an iterable of rows", got=str(error)) from error


def _counts(name: str, wanted: int, got: int | None) -> None:
    if got is not None and got != wanted:
        raise Breaking(f"the result counts {name} wrongly", field=name, expected=wanted, got=got)


def _counted(found: Mapping[str, object]) -> str:
    return f"{len(found)} event{'' if len(found) == 1 else 's'}"


@contextmanager
def holding(target: StoreTarget, *batches: Iterable[Document], by_arrow: bool = False) -> Iterator[Session]:
    """A session in which the batches have been appended, one after another."""
    with Session(target) as session:
        for batch in batches:
            session.append(first_of_each(batch), by_arrow=by_arrow)
        yield session
