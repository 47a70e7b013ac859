"""From a file on which somebody disagrees to the smallest ledger that shows it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from dcprops.disagreements.anonymous import anonymised
from dcprops.disagreements.batches import Batches, OnProgress, batches_of, document_of_row
from dcprops.disagreements.disagreement import Disagreement
from dcprops.disagreements.questions import (
    CalculatorQuestion,
    ModelQuestion,
    PredicateQuestion,
    Question,
    StoreQuestion,
)
from dcprops.disagreements.searching import Search
from dcprops.event_files import EventFile, EventFileError
from dcprops.properties.failures import Failure
from dcprops.properties.runner import closing
from dcprops.properties.store_target import store_target
from dcprops.properties.targets import function_target, model_target
from dcprops.reducing import Entry, Reduced, Reducer, Trial
from dcprops.reference import anomalies

__all__ = ["BUDGET", "AgreementError", "NothingComparedError", "Shrunk", "shrink"]

#: How often a target is asked about smaller ledgers, unless another number is given.
BUDGET: Final = 2000


class AgreementError(Exception):
    """Nothing in the file is disagreed on. One line that says what was compared."""


class NothingComparedError(ValueError):
    """The file has nothing to ask about. One line that says what was looked for."""


@dataclass(frozen=True)
class Shrunk:
    """The smallest ledger on which a target disagrees, and how it was found.

    `found` is the disagreement as the file has it, `failure` as the ledger has it, with the arithmetic and a test.
    `search_calls` and `calls` count how often the target was asked, for batches of the file and for smaller ledgers.
    `is_minimal` says that without any one event, and with any one value simpler, they agree; if it isn't known,
    `reason` says why.
    """

    target: str
    events: int
    found: Disagreement
    failure: Failure
    as_of: date | None
    documents: tuple[dict[str, Any], ...]
    search_calls: int
    calls: int
    is_minimal: bool
    reason: str = ""
    is_anonymous: bool = False

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values; without the disagreement as the file has it, if that is to stay there."""
        return {
            "target": self.target,
            "events": self.events,
            **({} if self.is_anonymous else {"found": self.found.to_json()}),
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "failure": self.failure.to_json(),
            "search_calls": self.search_calls,
            "calls": self.calls,
            "is_minimal": self.is_minimal,
            "reason": self.reason,
        }


def shrink(
    path: str | os.PathLike[str],
    *,
    calculator: object = None,
    model: object = None,
    store: object = None,
    predicate: object = None,
    account: str | None = None,
    as_of: date | None = None,
    by_month: bool = False,
    coherent: bool = False,
    budget: int = BUDGET,
    anonymise: bool = False,
    on_progress: OnProgress | None = None,
) -> Shrunk:
    """The smallest ledger, made from the event file at `path`, on which a target disagrees with the reference.

    The target is exactly one of `calculator`, `model`, `store` and `predicate`, as an object or `module:attribute`. A
    predicate is a function of documents, or of documents and a day, that says whether they show what is looked for.
    `account` is an employee_id, or scenario/plan design/employee/plan; by default the first that disagrees is taken.
    `as_of` is the day asked about, by default the last one in the file and, of the first people, some month ends; with
    `by_month` every month end, where they agree on those.

    Every ledger on the way is valid; with `coherent` it has no anomaly of a kind that the file's people had not. The
    target is asked about smaller ledgers at most `budget` times. With `anonymise` no identifier, name or telling amount
    of the file is left. The same file and target give the same ledger.

    Raises AgreementError if they agree, NothingComparedError for a file without a valid event or without the account,
    TargetError for a target that is of no use, EventFileError for a file that is,
    NotAnonymousError where the disagreement hangs on a name. An interrupt during the reduction ends it: the best ledger
    so far is returned.
    """
    with _question(calculator, model, store, predicate) as (name, question):
        with _opened(path, question, on_progress) as file:
            search = Search(
                question, file, account=account, as_of=as_of, by_month=by_month, on_batch=_on_batch(on_progress)
            )
            found = search.first()
        if not search.calls:
            raise NothingComparedError(_nothing(path, account))
        if found is None:
            raise AgreementError(_agreement(name, question.agreement, file, account, as_of, search.calls))
        start, wanted = found
        reducer = Reducer(
            start,
            question.shows(wanted),
            is_admissible=_admissible(question, start, wanted, coherent=coherent),
            budget=budget,
            on_progress=_on_call(on_progress, len(start.entries), budget),
        )
        reduced = reducer.run()
        trial = anonymised(reduced.trial, start, question.shows(wanted)) if anonymise else reduced.trial
        return _shrunk(name, file.events, question, wanted, trial, search.calls, reduced, is_anonymous=anonymise)


def _shrunk(
    name: str,
    events: int,
    question: Question,
    wanted: Disagreement,
    trial: Trial,
    search_calls: int,
    reduced: Reduced,
    *,
    is_anonymous: bool,
) -> Shrunk:
    return Shrunk(
        name,
        events,
        wanted,
        question.failure_of(trial, wanted),
        trial.as_of,
        trial.documents,
        search_calls,
        reduced.calls,
        reduced.is_minimal,
        reduced.reason,
        is_anonymous,
    )


@contextmanager
def _question(calculator: object, model: object, store: object, predicate: object) -> Iterator[tuple[str, Question]]:
    """The question that is asked with the one target that is given, and the target's name."""
    given = [each for each in (calculator, model, store, predicate) if each is not None]
    if len(given) != 1:
        raise TypeError(f"expected one of calculator, model, store and predicate, got {len(given)}")
    if store is not None:
        target = store_target(store, None)
        with closing({"store": target}):
            yield target.name, StoreQuestion(target)
        return
    if calculator is not None:
        yield (calculating := function_target(calculator)).name, CalculatorQuestion(calculating)
    elif model is not None:
        yield (modelling := model_target(model)).name, ModelQuestion(modelling)
    else:
        yield (predicting := function_target(predicate)).name, PredicateQuestion(predicting)


@contextmanager
def _opened(path: str | os.PathLike[str], question: Question, on_progress: OnProgress | None) -> Iterator[Batches]:
    if isinstance(question, ModelQuestion):
        if os.path.exists(path) and not os.path.isfile(path):
            raise EventFileError(f"{os.fspath(path)} can be read only once: save it as a file first")
        yield _rows(path)
        return
    told = None if on_progress is None else lambda share, note: on_progress(share / 2, note)
    with batches_of(path, told) as file:
        yield file


def _rows(path: str | os.PathLike[str]) -> Batches:
    """Every row that is a JSON object, valid or not, as a batch of its own."""

    def batches() -> Iterator[list[Entry]]:
        with EventFile(path) as file:
            for row in file:
                document = document_of_row(row)
                if document is not None:
                    yield [Entry.of(document, row.number)]

    with EventFile(path) as file:
        rows = sum(1 for row in file if document_of_row(row) is not None)
    return Batches(rows, date.max, batches)


def _on_batch(on_progress: OnProgress | None) -> Callable[[float, int], None] | None:
    if on_progress is None:
        return None
    return lambda share, calls: on_progress(0.5 + share / 2, f"{calls:,} calls, all agree so far")


def _on_call(on_progress: OnProgress | None, events: int, budget: int) -> Callable[[int, Trial], None] | None:
    if on_progress is None:
        return None
    return lambda calls, best: on_progress(
        min(1.0, calls / budget), f"{events:,} events, {len(best.entries):,} left after {calls:,} calls"
    )


def _admissible(question: Question, start: Trial, wanted: Disagreement, *, coherent: bool) -> Callable[[Trial], bool]:
    if not coherent:
        return question.is_admissible
    own = [entry.event for entry in start.entries if entry.event and _is_near(entry, wanted)]
    before = {each.code for each in anomalies(own) if each.severity == "error"}

    def is_admissible(trial: Trial) -> bool:
        return question.is_admissible(trial) and all(
            each.severity != "error" or each.code in before for each in anomalies(trial.events)
        )

    return is_admissible


def _is_near(entry: Entry, wanted: Disagreement) -> bool:
    return wanted.account is None or entry.person == wanted.account[:3]


def _nothing(path: str | os.PathLike[str], account: str | None) -> str:
    if account is None:
        return f"{os.fspath(path)} has nothing to compare: none of its rows is a valid event"
    return f"{os.fspath(path)} has no account {account!r}: give an employee_id, or scenario/plan design/employee/plan"


def _agreement(name: str, agreement: str, file: Batches, account: str | None, as_of: date | None, calls: int) -> str:
    of = f" of {account}" if account else ""
    when = f" as of {as_of}" if as_of else ""
    return f"{name} {agreement} on all {file.events:,} events{of}{when} ({_counted(calls)})"


def _counted(calls: int) -> str:
    return f"{calls:,} call{'' if calls == 1 else 's'}"
