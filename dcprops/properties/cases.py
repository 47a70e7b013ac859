"""Ledger cases: lists of documents, a day or a year, and what else a calculator is asked with them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.reference import years
from dcprops.strategies import Ledger, ledgers

__all__ = [
    "Case",
    "LedgerCase",
    "handed_over",
    "ledger_soups",
    "rich_ledgers",
    "smaller",
    "whole_ledgers",
    "whole_years",
]

Document: TypeAlias = dict[str, Any]
Part = TypeVar("Part")


class _Printer(Protocol):
    """What Hypothesis prints values with."""

    def text(self, text: str, /) -> object:
        """Print a text as it is."""


class Case(ABC):
    """What a property is tried with that has events in it: they are what a report shows."""

    documents: tuple[Document, ...]

    def __repr__(self) -> str:
        # Hypothesis writes out whatever fails, and shows it to nobody here: a report has the ledger itself.
        return f"<{type(self).__name__} of {len(self.documents)} events>"

    def _repr_pretty_(self, printer: _Printer, is_cycle: bool, /) -> None:
        printer.text(repr(self))

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """The case as JSON, as a pasted test has it."""

    @abstractmethod
    def smaller(self) -> Iterator[Case]:
        """The same case with less in it, the largest cuts first."""


@dataclass(frozen=True, repr=False)
class LedgerCase(Case):
    """A ledger as documents in the order of their arrival, with what a calculator is asked about it."""

    documents: tuple[Document, ...]
    as_of: date = date.max
    year: int = 2025
    birth_years: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def to_json(self) -> dict[str, Any]:
        """The case as JSON, from which `from_json` makes it again."""
        return {
            "ledger": list(self.documents),
            "as_of": self.as_of.isoformat(),
            "year": self.year,
            "birth_years": dict(self.birth_years),
        }

    @classmethod
    def from_json(cls, case: Mapping[str, Any]) -> LedgerCase:
        """The case that `to_json` wrote."""
        return cls(tuple(case["ledger"]), date.fromisoformat(case["as_of"]), case["year"], case["birth_years"])

    def smaller(self) -> Iterator[LedgerCase]:
        """The same case with fewer events, the largest cuts first."""
        return (replace(self, documents=part) for part in smaller(self.documents))


def handed_over(documents: Iterable[Mapping[str, Any]]) -> list[Document]:
    """The documents for a target to do with as it likes: none of its changes reaches the case that they are of."""
    return [_own(document) for document in documents]


def _own(document: Mapping[str, Any]) -> Document:
    own = dict(document)
    for key, value in document.items():
        # Asked of a text, isinstance of an abstract class takes longer than all the rest, and most values are texts.
        if value.__class__ is not str and isinstance(value, Mapping):
            own[key] = _own(value)
    return own


def smaller(parts: tuple[Part, ...]) -> Iterator[tuple[Part, ...]]:
    """All but some of the parts, the largest cuts first."""
    size = len(parts)
    step = size // 2
    while step:
        for start in range(0, size, step):
            yield parts[:start] + parts[start + step :]
        step //= 2


def event(number: int, day: str, payload: Mapping[str, Any], **envelope: str) -> Document:
    """A document of one event, numbered so that no two are alike."""
    return {
        "event_id": f"00000000-0000-4000-8000-{number:012d}",
        "employee_id": "E1",
        "effective_date": day,
        "created_at": "2025-01-01T00:00:00Z",
        "scenario_id": "S1",
        "plan_design_id": "D1",
        "source_system": "payroll",
        "correlation_id": None,
        **envelope,
        "payload": {"plan_id": "P1", **payload},
    }


def contribution(source: str, amount: str, day: str, period_end: str | None = None) -> Mapping[str, Any]:
    """The payload of a contribution, paid in on the last day of its period unless that day is given."""
    return {
        "event_type": "contribution",
        "source": source,
        "amount": amount,
        "pay_period_end": period_end or day,
        "contribution_date": day,
        "ytd_amount": amount,
        "payroll_id": "PR1",
        "irs_limit_applied": False,
        "inferred_value": False,
    }


def vesting(percentage: str, buckets: tuple[str, ...], day: str, **more: Any) -> Mapping[str, Any]:
    """The payload of a vesting step for the buckets, with other fields as said."""
    return {
        "event_type": "vesting",
        "vested_percentage": percentage,
        "source_balances_vested": dict.fromkeys(buckets, "0.000000"),
        "vesting_schedule_type": "graded",
        "service_computation_date": day,
        "service_credited_hours": 1000,
        "service_period_end_date": day,
        **more,
    }


def forfeiture(bucket: str, amount: str, percentage: str, **more: Any) -> Mapping[str, Any]:
    """The payload of a forfeiture, with other fields as said."""
    return {
        "event_type": "forfeiture",
        "forfeited_from_source": bucket,
        "amount": amount,
        "reason": "unvested_termination",
        "vested_percentage": percentage,
        **more,
    }


def eligibility(day: str) -> Mapping[str, Any]:
    """The payload of an eligibility, which makes an account without money."""
    return {"event_type": "eligibility", "eligible": True, "eligibility_date": day, "reason": "immediate"}


def enrollment(day: str) -> Mapping[str, Any]:
    """The payload of an enrollment, which makes an account without money."""
    return {
        "event_type": "enrollment",
        "enrollment_date": day,
        "pre_tax_contribution_rate": "0.0600",
        "roth_contribution_rate": "0.0000",
        "after_tax_contribution_rate": "0.0000",
        "auto_enrollment": False,
        "opt_out_window_expires": None,
    }


def hire(day: str) -> Mapping[str, Any]:
    """The payload of a hire, which makes no account though it may name a plan."""
    return {
        "event_type": "hire",
        "hire_date": day,
        "department": "Claims",
        "job_level": 1,
        "annual_compensation": "60000.000000",
    }


def termination(day: str) -> Mapping[str, Any]:
    """The payload of a termination, which takes nothing from anybody: only a forfeiture does."""
    return {"event_type": "termination", "termination_reason": "voluntary", "final_pay_date": day}


_SOURCES: Final = (
    "employer_match",
    "employee_pre_tax",
    "employer_match_true_up",
    "employer_nonelective",
    "employer_profit_sharing",
    "forfeiture_allocation",
    "employee_roth",
    "employee_after_tax",
    "employee_catch_up",
)
_BUCKETS: Final = ("employer_match", "employer_nonelective", "employer_profit_sharing")
#: A half of 0.000001 and of 0.000005 goes up by half up, down by half even; 60 is what 100 leaves unvested at 0.4.
_AMOUNTS: Final = (
    "100.000000", "60.000000", "0.000001", "50.000000", "0.000005", "30.000000", "33.333333", "0.010000",
    "999999999999.999999", "1234.567891", "70.000000", "10.000000",
)  # fmt: skip
_PERCENTAGES: Final = ("0.4000", "0.5000", "0.6000", "0.0000", "1.0000", "0.3333", "0.2000", "0.0001")
_DAYS: Final = ("2025-01-01", "2025-01-02", "2024-12-31", "2025-06-30", "2026-01-01", "2024-02-29")
#: When an event was recorded: long before and long after its day too, and half a second after a whole one.
_MOMENTS: Final = ("2025-01-01T00:00:00Z", "2025-01-01T00:00:01Z", "2025-01-01T00:00:00.500000Z",
                   "2024-01-01T00:00:00Z", "2027-01-01T00:00:00Z")  # fmt: skip
#: A match paid in January is often for a period that ended in December.
_PERIOD_ENDS: Final = (None, None, None, "2024-12-31")
#: What is told of an event beside its money changes no balance.
_SCHEDULES: Final = ("graded", "cliff", "immediate")
_HOURS: Final = (1000, 0, 500, 999)
_REASONS: Final = ("unvested_termination", "break_in_service")
#: One byte chooses the kind: as many bytes in a row as each kind is wanted often.
_KINDS: Final = bytes(
    place
    for place, often in enumerate((108, 56, 60, 8, 8, 8, 8))
    for _ in range(often)
)  # fmt: skip
_WIDTH: Final = 13


def _soup_payload(block: bytes, day: str) -> Mapping[str, Any]:
    kind, source, amount, percentage, bucket, period, *_ = block
    money = _AMOUNTS[amount % len(_AMOUNTS)]
    share = _PERCENTAGES[percentage % len(_PERCENTAGES)]
    listed = tuple(name for place, name in enumerate(_BUCKETS) if not bucket >> place & 1)
    match _KINDS[kind]:
        case 0:
            period_end = _PERIOD_ENDS[period % len(_PERIOD_ENDS)]
            told = {"irs_limit_applied": bool(period & 4), "inferred_value": bool(period & 8)}
            return {**contribution(_SOURCES[source % len(_SOURCES)], money, day, period_end), **told}
        case 1:
            schedule, hours = _SCHEDULES[period % len(_SCHEDULES)], _HOURS[period % len(_HOURS)]
            return vesting(share, listed, day, vesting_schedule_type=schedule, service_credited_hours=hours)
        case 2:
            reason = _REASONS[period % len(_REASONS)]
            return forfeiture(_BUCKETS[bucket % len(_BUCKETS)], money, share, reason=reason)
        case 3:
            return {**eligibility(day), "eligible": not period & 1}
        case 4:
            return {**enrollment(day), "auto_enrollment": bool(period & 1)}
        case 5:
            return termination(day)
        case _:
            return hire(day)


def _soup_event(number: int, block: bytes) -> Document:
    """An event from bytes; zeros give a match of 100 dollars."""
    day, who, scenario, plan, moment, order = block[6:12]
    when = _DAYS[day % len(_DAYS)]
    return event(
        number,
        when,
        {**_soup_payload(block, when), "plan_id": "P1" if plan < 220 else "P2"},
        employee_id="E1" if who < 200 else "E2",
        scenario_id="S1" if scenario < 190 else "S2",
        plan_design_id="D2" if scenario % 4 == 1 else "D1",
        created_at=_MOMENTS[moment % len(_MOMENTS)],
        event_id=f"00000000-0000-4000-8000-{order:06d}{number:06d}",
    )


#: Where a block says what, and the bits of a ledger's first byte that must all be set for it to be heard. So most
#: ledgers have one account, half of them one day or one bucket, and events meet that have to do with each other.
_HEARD: Final = (
    (0b0000_0011, (7, 8, 9)),  # whose account
    (0b0000_0100, (6,)),  # the day
    (0b0000_1000, (1, 4)),  # the source and the bucket
    (0b0001_0000, (10, 11)),  # the moment of recording, and the event_id
    (0b0010_0000, (5, 12)),  # the end of the pay period, and whether the event comes again
)
#: Unless this bit is set, amounts and percentages are few: those that make something of each other.
_MANY_VALUES: Final = 0b0100_0000
_FEW_VALUES: Final = {2: 4, 3: 2}


def _heard(first: int, block: bytes) -> bytes:
    """The block with zeros where the ledger's first byte keeps it quiet."""
    quiet = {place for bits, places in _HEARD if first & bits != bits for place in places}
    few = {} if first & _MANY_VALUES else _FEW_VALUES
    return bytes(0 if place in quiet else byte % few.get(place, 256) for place, byte in enumerate(block))


def _soup(drawn: tuple[int, list[bytes]]) -> LedgerCase:
    """A ledger from a block of bytes for each event; some events come again, the same or with other content."""
    first, blocks = drawn
    documents: list[Document] = []
    for number, block in enumerate((_heard(first, block) for block in blocks), 1):
        again, made = block[12], _soup_event(number, block)
        if again < 200 or not documents:
            documents.append(made)
        elif again < 225:
            documents.append(documents[-1])
        else:
            documents.append(_other_version(documents[-1], made, number))
    return LedgerCase(tuple(documents))


def _other_version(first: Document, drawn: Document, number: int) -> Document:
    """What is drawn, under the id and for the person of another event, recorded at a moment that no other one has.

    So the two never tie in canonical order, which says which of them counts.
    """
    same = {key: first[key] for key in ("event_id", "employee_id", "scenario_id", "plan_design_id")}
    return {**drawn, **same, "created_at": f"2025-07-01T00:{number // 60 % 60:02d}:{number % 60:02d}Z"}


def ledger_soups(max_size: int = 12) -> SearchStrategy[LedgerCase]:
    """Any events of few accounts in any order: a calculator has an answer to each list of valid events.

    Some come twice, and some with the id of another event. Examples from this strategy shrink towards no events.
    """
    blocks = st.lists(st.binary(min_size=_WIDTH, max_size=_WIDTH), max_size=max_size)
    return st.tuples(st.integers(0, 127), blocks).map(_soup)


def whole_ledgers() -> SearchStrategy[LedgerCase]:
    """Whole coherent ledgers, in the order of their arrival: what happened last comes first in half of them.

    Examples from this strategy shrink as those of `ledgers` do.
    """
    return st.builds(_arrived, ledgers(), st.booleans())


def _arrived(ledger: Ledger, last_first: bool) -> LedgerCase:
    return LedgerCase(ledger.documents[::-1] if last_first else ledger.documents)


def whole_years() -> SearchStrategy[LedgerCase]:
    """Whole coherent ledgers and one of the years that money in them is for, if any is; birth years may be known.

    Examples from this strategy shrink as those of `ledgers` do.
    """
    return st.builds(_year_of, ledgers(), st.integers(0, 255), st.booleans())


def _year_of(ledger: Ledger, place: int, is_known: bool) -> LedgerCase:
    ends = (getattr(event.payload, "pay_period_end", None) for event in ledger.events)
    of_years = sorted({end.year for end in ends if end is not None} & set(years())) or years()[-1:]
    birth_years = ledger.birth_years if is_known else MappingProxyType({})
    return LedgerCase(ledger.documents, year=of_years[place % len(of_years)], birth_years=birth_years)


def rich_ledgers() -> tuple[LedgerCase, ...]:
    """Ledgers with much in them, tried before any is drawn: all that is in the others at once, then each of them."""
    ledgers = _rich_ledgers()
    return (_at_once(ledgers), *ledgers)


def _at_once(ledgers: Iterable[LedgerCase]) -> LedgerCase:
    """One ledger of all, each with people and event ids of its own."""
    return LedgerCase(
        tuple(
            {
                **document,
                "employee_id": f"{document['employee_id']}{letter}",
                "event_id": f"{number:08x}{document['event_id'][8:]}",
            }
            for number, (letter, ledger) in enumerate(zip("abcdefgh", ledgers, strict=False))
            for document in ledger.documents
        )
    )


def _rich_ledgers() -> tuple[LedgerCase, ...]:
    """See each event's place in the table."""
    one_account = (
        event(1, "2024-01-01", eligibility("2024-01-01")),
        event(2, "2024-01-31", contribution("employee_pre_tax", "500.000001", "2024-01-31")),
        event(3, "2024-01-31", contribution("employer_match", "100.000001", "2024-01-31")),
        event(4, "2024-02-29", contribution("employer_match_true_up", "0.000002", "2024-02-29")),
        event(5, "2024-02-29", contribution("employer_nonelective", "0.000001", "2024-02-29")),
        event(6, "2024-03-31", contribution("employer_profit_sharing", "33.333333", "2024-03-31")),
        event(7, "2024-03-31", contribution("forfeiture_allocation", "66.666667", "2024-03-31")),
        event(8, "2024-12-31", vesting("0.4000", ("employer_match",), "2024-12-31")),
        event(9, "2024-12-31", vesting("0.5000", ("employer_nonelective", "employer_profit_sharing"), "2024-12-31")),
        event(10, "2025-06-30", forfeiture("employer_match", "30.000000", "0.4000")),
        event(11, "2025-07-31", contribution("employee_roth", "12.340000", "2025-07-31")),
        event(12, "2025-12-31", vesting("0.6000", ("employer_match",), "2025-12-31")),
    )
    closing = (
        event(21, "2024-01-31", contribution("employer_match", "100.000000", "2024-01-31")),
        event(22, "2024-01-31", vesting("0.4000", ("employer_match",), "2024-01-31")),
        event(23, "2024-06-30", forfeiture("employer_match", "60.000000", "0.4000")),
        event(24, "2025-01-31", contribution("employer_match", "50.000000", "2025-01-31")),
        event(25, "2025-06-30", vesting("0.6000", ("employer_match",), "2025-06-30")),
        event(26, "2025-12-31", forfeiture("employer_match", "20.000000", "0.6000")),
        event(27, "2025-12-31", contribution("employee_after_tax", "5.000000", "2025-12-31")),
        event(28, "2025-12-31", contribution("employee_catch_up", "7.000000", "2025-12-31")),
    )
    same_day = (
        event(51, "2025-01-31", contribution("employer_nonelective", "10.000000", "2025-01-31", "2024-12-31")),
        event(52, "2025-01-31", vesting("0.2000", ("employer_nonelective",), "2025-01-31"), created_at=_HALF_LATER),
        event(53, "2025-01-31", vesting("0.4000", ("employer_nonelective",), "2025-01-31")),
        event(54, "2025-06-30", forfeiture("employer_nonelective", "1.000000", "0.1000")),
        event(55, "2025-06-30", forfeiture("employer_nonelective", "8.100000", "0.3000")),
        event(56, "2025-06-30", contribution("employer_nonelective", "3.000000", "2025-06-30"), created_at=_LATER),
        event(57, "2025-07-31", contribution("employer_profit_sharing", "10.000000", "2025-07-31")),
        event(58, "2025-07-31", vesting("0.9000", ("employer_profit_sharing",), "2025-07-31")),
        event(59, "2025-07-31", forfeiture("employer_profit_sharing", "5.000000", "0.2000")),
        # More than there is, which leaves a debt that later money doesn't pay.
        event(60, "2025-08-31", forfeiture("employer_profit_sharing", "7.000000", "0.2000")),
        event(69, "2025-09-30", contribution("employer_profit_sharing", "10.000000", "2025-09-30")),
    )
    little = (
        event(61, "2025-01-31", {**hire("2025-01-31"), "plan_id": "P3"}),
        event(62, "2025-02-28", {**enrollment("2025-02-28"), "plan_id": "P2"}),
        event(63, "2025-03-31", contribution("employer_match", "10.000000", "2025-03-31")),
        event(64, "2025-04-30", termination("2025-04-30")),
        # The same id with other content: of 65 the first in canonical order arrives last, of 66 it arrives first.
        event(65, "2025-06-30", contribution("employer_match", "30.000000", "2025-06-30"), created_at=_LATER),
        event(65, "2025-05-31", contribution("employer_match", "20.000000", "2025-05-31")),
        event(66, "2025-05-31", vesting("0.4000", ("employer_match",), "2025-05-31"), created_at=_LATER),
        event(66, "2025-06-30", vesting("0.5000", ("employer_match",), "2025-06-30")),
        event(67, "2025-07-31", vesting("0.6000", ("employer_match",), "2025-07-31")),
    )
    # What only happens to meet: two plans of which one vests, letters of either case, what is told beside money.
    meeting = (
        event(71, "2025-01-31", contribution("employer_match", "10.000000", "2025-01-31")),
        event(72, "2025-01-31", {**contribution("employer_match", "20.000000", "2025-01-31"), "plan_id": "P2"}),
        event(73, "2025-02-28", {**vesting("0.5000", ("employer_match",), "2025-02-28"), "plan_id": "P2"}),
        event(74, "2025-03-31", {**forfeiture("employer_match", "5.000000", "0.2500"), "plan_id": "P2"}),
        event(75, "2025-01-31", contribution("employer_match", "40.000000", "2025-01-31"), employee_id="e1"),
        event(76, "2025-06-30", forfeiture("employer_match", "20.000000", "0.5000", reason="break_in_service"),
              employee_id="e1"),
        event(77, "2025-07-31", contribution("employer_match", "8.000000", "2025-07-31"), employee_id="e1"),
        event(78, "2025-08-31", vesting("0.2500", ("employer_match",), "2025-08-31", vesting_schedule_type="cliff",
                                        service_credited_hours=0), employee_id="e1"),
        # Of one id in two scenarios the first in canonical order counts.
        event(79, "2025-01-31", contribution("employer_nonelective", "16.000000", "2025-01-31"), employee_id="E3"),
        event(79, "2025-01-31", contribution("employer_nonelective", "16.000000", "2025-01-31"), employee_id="E3",
              scenario_id="S2", created_at=_LATER),
        # The last day of a leap year, and the one after it.
        event(83, "2024-12-31", eligibility("2024-12-31"), employee_id="E6"),
        event(84, "2025-01-01", contribution("employee_roth", "2.000000", "2025-01-01"), employee_id="E6"),
        # More than a double can tell apart.
        event(80, "2025-01-31", contribution("employer_match", "999999999999.999999", "2025-01-31"), employee_id="E4"),
        event(81, "2025-01-31", contribution("employer_nonelective", "0.333333", "2025-01-31"), employee_id="E4"),
        event(82, "2025-02-28", {**contribution("employee_roth", "4.000000", "2025-02-28"), "inferred_value": True,
                                 "irs_limit_applied": True, "ytd_amount": "9.000000"}, employee_id="E4"),
    )  # fmt: skip
    # More than a page of anything.
    many = tuple(
        event(number, "2025-01-31", contribution("employer_match", "1.000000", "2025-01-31"), employee_id="E5")
        for number in range(201, 302)
    )
    others = tuple(
        {**document, "event_id": document["event_id"][:-12] + f"{number:012d}", field: value}
        for number, (field, value, document) in enumerate(
            ((field, value, document) for field, value in _OTHERS for document in one_account[1:4]), 31
        )
    )
    disorder = tuple(reversed(one_account)) + closing[::2] + others + closing[1::2] + one_account[2:5]
    return tuple(map(LedgerCase, (one_account, closing, same_day, little, meeting, disorder, many)))


_HALF_LATER: Final = "2025-01-01T00:00:00.500000Z"
_LATER: Final = "2025-01-01T00:00:01Z"
_OTHERS: Final = (("scenario_id", "S2"), ("plan_design_id", "D2"), ("employee_id", "E2"))
