"""What reporters are tried with: ledgers whose names need care in a file, among lines that are no valid events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import ValidationError

from dcprops.events import EventFactory
from dcprops.properties.cases import LedgerCase, contribution, eligibility, event, forfeiture, rich_ledgers
from dcprops.rules import SAMPLES
from dcprops.strategies import invalid_documents, ledgers

__all__ = ["day_of", "fixed_reports", "fixed_statuses", "reports"]

Document: TypeAlias = dict[str, Any]


def day_of(case: LedgerCase) -> date:
    """The case's day, or the last one on which a valid event is effective."""
    if case.as_of != date.max:
        return case.as_of
    days = (document.get("effective_date") for document in case.documents if _is_valid(document))
    return max((date.fromisoformat(day) for day in days if isinstance(day, str)), default=date(2025, 12, 31))


def _is_valid(document: Mapping[str, Any]) -> bool:
    try:
        EventFactory.validate_schema(document)
    except ValidationError:
        return False
    return True


#: Names that a file of cells or a spreadsheet may take for something else, the harmless first. One is another one's
#: name made inert, one another one's number.
_NAMES: Final = (
    "E1", "=1+1", "'=1+1", "O'Hara", 'a,b', 'say "hi"', "a;b", "007", "7", "1E5", "-5", "+1", "@SUM(A1)", "Zo\u00eb",
    "Zoe\u0308", "\u5f20\u4f1f", "\U0001f600", "null", "NaN", "<b>&amp;</b>", "a\\b", "a\u00a0b", "x" * 128,
)  # fmt: skip
#: What makes a line none: a fault in one field, in two at once, and in the payload as a whole.
_FAULTS: Final[tuple[Document, ...]] = (
    {**SAMPLES["hire"], "employee_id": ""},
    {**SAMPLES["hire"], "employee_id": "", "scenario_id": ""},
    {**SAMPLES["contribution"], "payload": {}},
)
#: More than a report that lists some of them would list.
_MANY: Final = 30


@cache
def _everything() -> tuple[LedgerCase, ...]:
    """Many accounts, names that need care, and faults first, in the middle and last; as of a day within, and of all."""
    names = tuple(
        _of_match(1000 + place, _JANUARY, f"{1000 + place}.000001", name) for place, name in enumerate(_NAMES)
    )
    rich = rich_ledgers()[0].documents
    middle = len(rich) // 2
    faults = tuple(_FAULTS[number % len(_FAULTS)] for number in range(_MANY))
    documents = (*_FAULTS[:1], *names, *_EXTREMES, *rich[:middle], *faults, *rich[middle:], *_FAULTS[1:2])
    return LedgerCase(documents, as_of=date(2025, 6, 30)), LedgerCase(documents)


def _of_match(number: int, day: str, amount: str, name: str, period_end: str | None = None) -> Document:
    return event(number, day, contribution("employer_match", amount, day, period_end), employee_id=name)


_JANUARY, _FEBRUARY = "2025-01-31", "2025-02-28"
#: An account with more than a float can tell apart, and one from which all has been taken.
_EXTREMES: Final = (
    _of_match(2001, _JANUARY, "999999999999.999999", "Most"),
    _of_match(2002, _JANUARY, "5.000000", "Emptied"),
    event(2003, _FEBRUARY, forfeiture("employer_match", "5.000000", "0.0000"), employee_id="Emptied"),
)


@cache
def _few() -> tuple[LedgerCase, ...]:
    """Few events of which one thing is wrong, or nothing is."""
    eligible = event(1, _JANUARY, eligibility(_JANUARY))
    early = _of_match(2, _JANUARY, "1.000000", "E1", period_end="2025-02-07")  # a warning
    taken = event(3, _FEBRUARY, forfeiture("employer_match", "2.000000", "0.0000"))  # more than there is: an error
    return tuple(
        LedgerCase(documents)
        for documents in (
            (*_FAULTS[:1], eligible, early),
            (eligible, early),
            (eligible, early, taken),
            (eligible,),
            (eligible, early, *_FAULTS[:2]),
        )
    )


def fixed_reports() -> tuple[LedgerCase, ...]:
    """All at once, and then few events of which one thing is wrong or nothing is."""
    return (*_everything(), *_few())


def fixed_statuses() -> tuple[LedgerCase, ...]:
    """The same, few events first: a status says one thing at a time."""
    return (*_few(), *_everything())


def reports() -> SearchStrategy[LedgerCase]:
    """Coherent ledgers of which some people have names that need care, with up to two lines that are no valid events
    somewhere among theirs, and a day to ask about.

    Examples from this strategy shrink towards the smallest ledger, with usual names, without invalid lines, as of its
    last day.
    """
    faults = st.lists(st.tuples(st.integers(0, 255), invalid_documents(level="must")), max_size=2)
    return st.builds(_mixed, ledgers(), st.lists(st.sampled_from(_NAMES), max_size=3), faults, st.integers(0, 15))


def _mixed(ledger: Any, names: list[str], faults: list[tuple[int, Any]], day: int) -> LedgerCase:
    people = dict(zip(sorted({each["employee_id"] for each in ledger.documents}), dict.fromkeys(names), strict=False))
    documents = [
        {**each, "employee_id": people.get(each["employee_id"], each["employee_id"])} for each in ledger.documents
    ]
    days = sorted({each["effective_date"] for each in documents})
    for place, fault in faults:
        documents.insert(place % (len(documents) + 1), fault.document)
    case = LedgerCase(tuple(documents))
    return replace(case, as_of=date.fromisoformat(days[day % len(days)])) if day and days else case
