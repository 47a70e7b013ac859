"""Where in a file to start: the first people on whom a target disagrees, and the one of them with the fewest events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from dcprops.disagreements.batches import Batches
from dcprops.disagreements.comparing import month_ends
from dcprops.disagreements.disagreement import Disagreement
from dcprops.disagreements.questions import Question
from dcprops.reducing import Entry, Trial
from dcprops.reference import Account

__all__ = ["Search"]

#: On so many more days the first people are asked about, since some mistakes don't show on the last day.
_MORE_DAYS: Final = 6


class Search:
    """Looks through a file, some people at a time, for a ledger on which a question has an answer.

    `calls` counts how often the question was asked.
    """

    def __init__(
        self,
        question: Question,
        file: Batches,
        *,
        account: str | None = None,
        as_of: date | None = None,
        by_month: bool = False,
        on_batch: Callable[[float, int], None] | None = None,
    ) -> None:
        self.calls = 0
        self._question = question
        self._file = file
        self._account = account
        self._as_of = as_of
        self._by_month = by_month
        self._on_batch = on_batch

    def first(self) -> tuple[Trial, Disagreement] | None:
        """The first ledger that shows a disagreement, and which one; None if there is none in the file.

        The last day is asked about first, of the first people a few more days; then every month end, if that was
        asked for.
        """
        last = self._as_of or self._file.last_day
        if last is None:
            return None
        everywhere = self._looked(lambda place, batch: [last, *(self._more(batch, last) if not place else ())])
        if everywhere is None and self._question.asks_a_day and self._by_month:
            return self._looked(lambda _, batch: _month_ends_before(batch, last))
        return everywhere

    def _more(self, batch: Iterable[Entry], last: date) -> Sequence[date]:
        if self._as_of is not None or not self._question.asks_a_day:
            return ()
        days = _month_ends_before(batch, last)
        return days[:: max(1, len(days) // _MORE_DAYS)]

    def _looked(self, days_of: Callable[[int, list[Entry]], Sequence[date]]) -> tuple[Trial, Disagreement] | None:
        done = 0
        for place, batch in enumerate(self._file.batches):
            done += len(batch)
            if self._account is None or any(self._is_asked_for(entry) for entry in batch):
                for day in days_of(place, batch):
                    if (
                        found := self._asked(Trial(tuple(batch), day if self._question.asks_a_day else None))
                    ) is not None:
                        return found
            if self._on_batch is not None:
                self._on_batch(done / self._file.events, self.calls)
        return None

    def _is_asked_for(self, entry: Entry) -> bool:
        scenario, design, employee = map(str, entry.person)
        account = Account(scenario, design, employee, str(entry.get(("payload", "plan_id"))))
        return self._account in {account.employee_id, "/".join(account)}

    def _asked(self, trial: Trial) -> tuple[Trial, Disagreement] | None:
        self.calls += 1
        found = [each for each in self._question.ask(trial) if self._account is None or self._concerns(each)]
        if not found:
            return None
        wanted = min(found, key=_fewest_events(trial))
        return replace(trial, account=wanted.account), wanted

    def _concerns(self, disagreement: Disagreement) -> bool:
        account = disagreement.account
        return account is None or self._account in {account.employee_id, "/".join(account)}


def _month_ends_before(batch: Iterable[Entry], last: date) -> list[date]:
    first = min((entry.day for entry in batch), default=last)
    return [day for day in month_ends(first, last) if day < last] if first < last else []


def _fewest_events(trial: Trial) -> Callable[[Disagreement], tuple[int, tuple[str, ...]]]:
    """What puts the account first whose person has the fewest events. Of one account, the first field stays first."""
    events = Counter(entry.person for entry in trial.entries)

    def key(each: Disagreement) -> tuple[int, tuple[str, ...]]:
        return (0, ()) if each.account is None else (events[each.account[:3]], each.account)

    return key
