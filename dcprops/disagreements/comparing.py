"""A whole file compared: every account and field in which a calculator differs, or every row on which a model does."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from dcprops.disagreements.batches import OnProgress, batches_of, document_of_row
from dcprops.disagreements.disagreement import Disagreement, of_calculator
from dcprops.disagreements.questions import ModelQuestion
from dcprops.event_files import EventFile
from dcprops.properties.targets import function_target, model_target
from dcprops.reducing import Entry

__all__ = ["Comparison", "compare_calculator", "compare_model", "month_ends"]

_ROWS_BETWEEN_PROGRESS: Final = 1000


@dataclass(frozen=True)
class Comparison:
    """What a target and the reference differ in over a file.

    `compared` counts the events, or the rows for a model. `days` are those that were asked about. `disagreements` are
    the worst first: one for each account and field on its worst day, `days_by_sign` says on how many days; or one for
    each row.
    """

    target: str
    compared: int
    days: tuple[date, ...]
    disagreements: tuple[Disagreement, ...]
    days_by_sign: dict[Any, int]

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.disagreements

    @property
    def by_message(self) -> dict[str, int]:
        """How often each thing differs, the most frequent first."""
        return dict(Counter(each.message for each in self.disagreements).most_common())

    def days_of(self, disagreement: Disagreement) -> int:
        """On how many of the days an account's field differs."""
        return self.days_by_sign.get(disagreement.sign, 1)

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {
            "target": self.target,
            "compared": self.compared,
            "days": [day.isoformat() for day in self.days],
            "by_message": self.by_message,
            "disagreements": [{**each.to_json(), "on_days": self.days_of(each)} for each in self.disagreements],
        }


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last day of each month from the first day on, and the last day itself."""
    day = first
    while (end := _month_end(day)) < last:
        yield end
        day = end + timedelta(days=1)
    yield last


def _month_end(day: date) -> date:
    if (day.year, day.month) == (date.max.year, date.max.month):
        return date.max
    later = day.replace(day=28) + timedelta(days=4)
    return later - timedelta(days=later.day)


def compare_calculator(
    path: str | os.PathLike[str],
    calculator: object,
    *,
    as_of: date | None = None,
    by_month: bool = False,
    on_progress: OnProgress | None = None,
) -> Comparison:
    """Compare a calculator with the reference on the valid events of the file at `path`, account by account.

    `calculator(documents, as_of)` is a function or `module:function`. It is given the documents of some people at a
    time, as the file has them. Asked about is the end of `as_of`, by default the last effective date in the file;
    with `by_month` every month end until then.

    Raises TargetError for a calculator that is of no use, EventFileError as `audit` does.
    """
    target = function_target(calculator)
    worst: dict[Any, Disagreement] = {}
    times: Counter[Any] = Counter()
    asked: set[date] = set()
    done = 0
    with batches_of(path, _first_half(on_progress)) as file:
        last = as_of or file.last_day
        for batch in file.batches if last else ():
            assert last is not None
            events, documents = [entry.event for entry in batch if entry.event], [entry.document for entry in batch]
            for day in _days(batch, last, by_month=by_month):
                asked.add(day)
                for each in of_calculator(target, events, documents, day):
                    times[each.sign] += 1
                    if each.sign not in worst or each.weight > worst[each.sign].weight:
                        worst[each.sign] = each
            done += len(batch)
            if on_progress is not None:
                on_progress(0.5 + done / file.events / 2, f"{done:,} events compared")
    return Comparison(target.name, file.events, tuple(sorted(asked)), tuple(_worst_first(worst.values())), dict(times))


def _days(batch: Iterable[Entry], last: date, *, by_month: bool) -> Iterable[date]:
    first = min((entry.day for entry in batch), default=last)
    return month_ends(first, last) if by_month and first < last else (last,)


def _worst_first(disagreements: Iterable[Disagreement]) -> list[Disagreement]:
    def key(each: Disagreement) -> tuple[Any, ...]:
        incomparable, difference = each.weight
        return not incomparable, -difference, each.account or (), each.line or 0

    return sorted(disagreements, key=key)


def _first_half(on_progress: OnProgress | None) -> OnProgress | None:
    return None if on_progress is None else lambda share, note: on_progress(share / 2, note)


def compare_model(path: str | os.PathLike[str], model: object, *, on_progress: OnProgress | None = None) -> Comparison:
    """Compare what a model says of every row of the file at `path` with what the rows are: valid events or not.

    `model` is a Pydantic model, a type, an object with `validate` and `dump`, or `module:attribute`. Rows that are no
    JSON object are left out, for no model is asked about them.

    Raises TargetError for a model that is of no use, EventFileError as `audit` does.
    """
    question = ModelQuestion(model_target(model))
    found: list[Disagreement] = []
    rows = 0
    with EventFile(path) as file:
        for row in file:
            document = document_of_row(row)
            if document is None:
                continue
            rows += 1
            if (each := question.of_document(document, row.number)) is not None:
                found.append(each)
            if on_progress is not None and rows % _ROWS_BETWEEN_PROGRESS == 0:
                on_progress(file.share_read, f"{rows:,} rows compared")
    return Comparison(question.target.name, rows, (), tuple(_worst_first(found)), {})
