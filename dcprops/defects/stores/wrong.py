"""Stores that are wrong in one place each: a class's name says what is wrong, its docstring how that comes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from types import SimpleNamespace
from typing import Any, Self

from dcprops.defects.calculators.wrong import MixesScenarios
from dcprops.defects.stores import reading
from dcprops.defects.stores.ndjson_file import OfModels, Store

MONEY = re.compile(r"[0-9]{1,12}\.[0-9]{6}")


def with_money(document: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The document with every amount changed."""
    payload = {
        name: change(value) if isinstance(value, str) and MONEY.fullmatch(value) else value
        for name, value in document["payload"].items()
    }
    return {**document, "payload": payload}


# What is stored.


class LosesTheLastEvent(Store):
    """A buffer that is written whenever the next event comes."""

    def checked(self, documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return dict(list(super().checked(documents).items())[:-1])


class RoundsToCents(Store):
    """Money has two places, doesn't it."""

    def canonical(self, document: dict[str, Any]) -> dict[str, Any]:
        return with_money(
            super().canonical(document),
            lambda amount: f"{Decimal(amount).quantize(Decimal('0.01'), ROUND_HALF_UP):.6f}",
        )


class KeepsMoneyInFloats(Store):
    """A column of doubles."""

    def canonical(self, document: dict[str, Any]) -> dict[str, Any]:
        return with_money(super().canonical(document), lambda amount: f"{float(amount):.6f}")


class ShiftsTimestamps(Store):
    """The offset is cut off, and the wall clock taken for UTC."""

    def canonical(self, document: dict[str, Any]) -> dict[str, Any]:
        moment = document["created_at"].removesuffix("Z")
        return super().canonical({**document, "created_at": re.sub(r"[+-]\d\d:\d\d$", "", moment) + "Z"})


class CutsMicroseconds(Store):
    """A clock of milliseconds."""

    def canonical(self, document: dict[str, Any]) -> dict[str, Any]:
        canonical = super().canonical(document)
        return {**canonical, "created_at": re.sub(r"(\.\d\d\d)\d*", r"\1", canonical["created_at"])}


class NormalisesText(Store):
    """NFC, so that names can be compared."""

    def canonical(self, document: dict[str, Any]) -> dict[str, Any]:
        canonical = super().canonical(document)
        return {**canonical, "employee_id": unicodedata.normalize("NFC", canonical["employee_id"])}


class FoldsCase(Store):
    """A collation that knows no capital letters."""

    def canonical(self, document: dict[str, Any]) -> dict[str, Any]:
        canonical = super().canonical(document)
        return {**canonical, "employee_id": canonical["employee_id"].lower()}


class TakesZeroForNothing(Store):
    """`if amount:` where `is not None` is meant."""

    def canonical(self, document: dict[str, Any]) -> dict[str, Any]:
        canonical = super().canonical(document)
        listed = canonical["payload"].get("source_balances_vested")
        if listed is None:
            return canonical
        kept = {source: amount for source, amount in listed.items() if Decimal(amount)}
        return {**canonical, "payload": {**canonical["payload"], "source_balances_vested": kept}}


class FillsNulls(Store):
    """A data frame's forward fill, which takes the value of the row before."""

    def checked(self, documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        previous, filled = None, {}
        for id_, each in super().checked(documents).items():
            previous = each["correlation_id"] or previous
            filled[id_] = {**each, "correlation_id": previous}
        return filled

    def is_same(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return one | {"correlation_id": None} == other | {"correlation_id": None}


class DropsCopiesAcrossScenarios(Store):
    """Events are told apart by what they say, and in which scenario and under which id they say it is left out."""

    def checked(self, documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        seen = {self.said(each) for each in self.kept.values()}
        batch = {}
        for id_, each in super().checked(documents).items():
            if self.said(each) not in seen:
                batch[id_] = each
            seen.add(self.said(each))
        return batch

    def said(self, document: dict[str, Any]) -> str:
        return str({name: value for name, value in document.items() if name not in {"event_id", "scenario_id"}})


# Identity.


class OverwritesOnConflict(Store):
    """INSERT OR REPLACE."""

    def checked(self, documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {self.identity(each): each for each in documents}


class IgnoresConflicts(Store):
    """ON CONFLICT DO NOTHING."""

    def is_same(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return True


class ComparesPayloadsOnly(Store):
    """The envelope is taken for what the store itself has noted."""

    def is_same(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return one["payload"] == other["payload"]


class AppendsTwiceOnRetry(Store):
    """Every append is new."""

    def checked(self, documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {f"{len(self.kept)}-{number}": each for number, each in enumerate(documents)}

    def read(self) -> None:
        super().read()
        self.kept = {str(number): each for number, each in enumerate(self.kept.values())}


class RefusesRetries(Store):
    """A primary key, and a plain INSERT."""

    def is_same(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return False


class ComparesTexts(Store):
    """Content is compared as it was spelled."""

    def checked(self, documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return super().checked([{**each, "text": each["text"]} for each in documents])

    def canonical(self, document: dict[str, Any]) -> dict[str, Any]:
        return {**super().canonical(document), "text": str(document)}

    def shown(self, document: dict[str, Any]) -> Any:
        return {name: value for name, value in document.items() if name != "text"}


class CountsCopiesAsCreated(Store):
    """The number of rows that came, not of those that stayed."""

    def append(self, documents: Iterable[dict[str, Any]]) -> Any:
        documents = list(documents)
        super().append(documents)
        return SimpleNamespace(created=len(documents))


# Batches, closing and dying.


class KeepsPartOfABatch(Store):
    """A commit for each event."""

    def append(self, documents: Iterable[dict[str, Any]]) -> Any:
        for each in documents:
            super().append([each])


class KeepsWhatCameBeforeAnError(Store):
    """Batches of four, each committed by itself, so that memory stays small."""

    def append(self, documents: Iterable[dict[str, Any]]) -> Any:
        documents = iter(documents)
        while batch := self.next_four(documents):
            super().append(batch)

    def next_four(self, documents: Iterator[dict[str, Any]]) -> list[Any]:
        batch: list[dict[str, Any]] = []
        with suppress(StopIteration):
            while len(batch) < 4:
                batch.append(next(documents))
        return batch


class SwallowsErrorsOfTheSource(Store):
    """Whatever comes to an end is at its end."""

    def append(self, documents: Iterable[dict[str, Any]]) -> Any:
        read: list[dict[str, Any]] = []
        with suppress(Exception):
            read.extend(documents)  # all of it or none
        super().append(read)


class ForgetsOnReopen(Store):
    """A file that is opened to be written, and is empty then."""

    def __enter__(self) -> Self:
        self.file = open(self.path, "w+b", buffering=0)
        return self


class LosesTheLastLineOnReopen(Store):
    """Line ends before lines, and a last line without one is taken for torn."""

    def line_of(self, documents: Iterable[dict[str, Any]]) -> bytes:
        return super().line_of(documents).removesuffix(b"\n")

    def write(self, documents: Iterable[dict[str, Any]]) -> None:
        if documents:
            self.file.write(b"\n" if self.kept else b"")
        super().write(documents)


class WritesWhenClosed(Store):
    """What append was given is in a buffer until the store is closed."""

    def __enter__(self) -> Self:
        self.buffer: list[dict[str, Any]] = []
        return super().__enter__()

    def write(self, documents: Iterable[dict[str, Any]]) -> None:
        self.buffer.extend(documents)

    def __exit__(self, *error: object) -> None:
        super().write(self.buffer)
        super().__exit__(*error)


# What is read.


class ForgetsTheDayItself(Store):
    """`<` where `<=` is meant."""

    def balances(self, as_of: date) -> Iterable[dict[str, Any]]:
        due = [each for each in self.events() if each["effective_date"] < as_of.isoformat()]
        return reading.balances(due, as_of)


class MixesScenariosInBalances(Store):
    """The scenario is left out of the grouping."""

    def balances(self, as_of: date) -> Iterable[dict[str, Any]]:
        return MixesScenarios.balances(reading.of_plans(self.events()), as_of)


class RemembersBalances(Store):
    """A cache by day that no append empties."""

    def __enter__(self) -> Self:
        self.cache: dict[date, Any] = {}
        return super().__enter__()

    def balances(self, as_of: date) -> Iterable[dict[str, Any]]:
        if as_of not in self.cache:
            self.cache[as_of] = super().balances(as_of)
        return self.cache[as_of]


class SnapshotsAWeekLate(Store):
    """The week's snapshot is dated by the week in which it was taken."""

    def snapshots(self) -> Iterable[dict[str, Any]]:
        for row in super().snapshots():
            yield {**row, "snapshot_date": row["snapshot_date"] + timedelta(days=7)}


class SnapshotsOnSundays(Store):
    """Weeks end on Sunday."""

    def snapshots(self) -> Iterable[dict[str, Any]]:
        return reading.snapshots(self.events(), lambda day: day + timedelta(days=6 - day.weekday()))


class SkipsEmptyWeeks(Store):
    """A row only where something happened."""

    def snapshots(self) -> Iterable[dict[str, Any]]:
        fridays = {reading.week_of(date.fromisoformat(each["effective_date"])) for each in self.events()}
        return (row for row in super().snapshots() if row["snapshot_date"] in fridays)


class KeepsStaleSnapshots(Store):
    """Weeks that have a snapshot are done."""

    def __enter__(self) -> Self:
        self.done: dict[tuple[str, ...], dict[str, Any]] = {}
        return super().__enter__()

    def snapshots(self) -> Iterable[dict[str, Any]]:
        for row in super().snapshots():
            key = (*(row[name] for name in ("scenario_id", "plan_design_id", "participant_id", "plan_id")),
                   row["snapshot_date"])  # fmt: skip
            self.done.setdefault(key, row)
        return list(self.done.values())


class BeginsSnapshotsAWeekLate(Store):
    """An account has its first snapshot when its first whole week is over."""

    def snapshots(self) -> Iterable[dict[str, Any]]:
        rows = list(super().snapshots())
        first = min((row["snapshot_date"] for row in rows), default=None)
        return [row for row in rows if row["snapshot_date"] != first]


class SnapshotsBeforeFriday(Store):
    """`<` where `<=` is meant: what is effective on the Friday itself comes a week later."""

    def snapshots(self) -> Iterable[dict[str, Any]]:
        late = [
            {**each, "effective_date": (date.fromisoformat(each["effective_date"]) + timedelta(days=1)).isoformat()}
            for each in self.events()
            if each["effective_date"] < date.max.isoformat()
        ]
        return reading.snapshots(late)


class SnapshotsOnlyTheLastScenario(Store):
    """Each run of the snapshots replaces the table, scenario after scenario."""

    def snapshots(self) -> Iterable[dict[str, Any]]:
        rows = list(super().snapshots())
        return [row for row in rows if row["scenario_id"] == rows[-1]["scenario_id"]]


class TellsHistoriesInOrderOfArrival(Store):
    """The order of the file."""

    def history(self, employee_id: str) -> Iterable[dict[str, Any]]:
        return [each for each in self.events() if each["employee_id"] == employee_id]


class ForgetsTheFirstOfAHistory(Store):
    """An offset that begins at one."""

    def history(self, employee_id: str) -> Iterable[dict[str, Any]]:
        return islice(super().history(employee_id), 1, None)


class BalancesLagBehind(OfModels):
    """The balance that was before an event stands beside it."""

    def balances_after(self, documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        return super().balances_after(list(documents)[:-1])


#: Each with the law that it breaks first of all.
DEFECTS = {
    LosesTheLastEvent: "append-loses-nothing",
    RoundsToCents: "values-exact",
    KeepsMoneyInFloats: "values-exact",
    ShiftsTimestamps: "values-exact",
    CutsMicroseconds: "values-exact",
    NormalisesText: "values-exact",
    FoldsCase: "values-exact",
    TakesZeroForNothing: "values-exact",
    FillsNulls: "batch-split-irrelevant",
    DropsCopiesAcrossScenarios: "scenarios-isolated",
    OverwritesOnConflict: "conflicting-id-refused",
    IgnoresConflicts: "conflicting-id-refused",
    ComparesPayloadsOnly: "conflicting-id-refused",
    AppendsTwiceOnRetry: "append-is-idempotent",
    RefusesRetries: "append-is-idempotent",
    ComparesTexts: "append-is-idempotent",
    CountsCopiesAsCreated: "append-is-idempotent",
    KeepsPartOfABatch: "append-is-atomic",
    KeepsWhatCameBeforeAnError: "append-is-atomic",
    SwallowsErrorsOfTheSource: "append-is-atomic",
    ForgetsOnReopen: "reopen-preserves",
    LosesTheLastLineOnReopen: "reopen-preserves",
    WritesWhenClosed: "crash-preserves",
    ForgetsTheDayItself: "balances-match-reference",
    MixesScenariosInBalances: "balances-match-reference",
    RemembersBalances: "balances-match-reference",
    SnapshotsAWeekLate: "snapshots-match-history",
    SnapshotsOnSundays: "snapshots-match-history",
    SkipsEmptyWeeks: "snapshots-match-history",
    KeepsStaleSnapshots: "snapshots-match-history",
    BeginsSnapshotsAWeekLate: "snapshots-match-history",
    SnapshotsBeforeFriday: "snapshots-match-history",
    SnapshotsOnlyTheLastScenario: "snapshots-match-history",
    TellsHistoriesInOrderOfArrival: "history-in-canonical-order",
    BalancesLagBehind: "history-in-canonical-order",
    ForgetsTheFirstOfAHistory: "history-in-canonical-order",
}
