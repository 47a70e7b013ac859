"""The `compliance.` suite: a year's contributions against the law's limits, and the limits themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.events import EventFactory
from dcprops.properties.balances import differs_as_money, no_float
from dcprops.properties.cases import LedgerCase, contribution, event, handed_over, hire, whole_years
from dcprops.properties.failures import Breaking
from dcprops.properties.registry import Property, TargetKind
from dcprops.properties.targets import Crashed, FunctionTarget, NoRowsError
from dcprops.reference import limits, years
from dcprops.reference.compliance import DEFERRAL_SOURCES, ComplianceRow, Person, compliance
from dcprops.reference.limits import dollar_limits

__all__ = ["COMPLIANCE_SUITE"]

Document: TypeAlias = dict[str, Any]
_KEYS: Final = Person._fields
_YEARS: Final = (2025, 2024, 2026)
#: Ages attained in the year: too young, the first year of catch-up, of the higher one, and the first after it.
_AGES: Final = (49, 50, 59, 60, 63, 64, 30)


def _rows(target: FunctionTarget, case: LedgerCase) -> dict[Person, Mapping[str, Any]]:
    """The target's rows by person. Raises Breaking where it crashes or returns something else."""
    try:
        returned = target.rows(handed_over(case.documents), case.year, dict(case.birth_years))
    except Crashed as crash:
        raise Breaking("the calculation crashes", expected="a row for each person", got=str(crash)) from crash
    except NoRowsError as error:
        raise Breaking("the calculation returns no rows", expected="an iterable of mappings", got=str(error)) from error
    rows: dict[Person, Mapping[str, Any]] = {}
    for row in returned:
        if not isinstance(row, Mapping) or any(key not in row for key in _KEYS):
            raise Breaking("a row lacks keys", expected=f"a mapping with {', '.join(_KEYS)}", got=ascii(row))
        person = Person(*(str(row[key]) for key in _KEYS))
        if person in rows:
            raise Breaking("a person has two rows", field="/".join(person), expected="one row", got="two rows")
        rows[person] = row
    return rows


def _expected(case: LedgerCase) -> list[ComplianceRow]:
    return compliance([EventFactory.create_event(each) for each in case.documents], case.year, case.birth_years)


def _agrees(*names: str) -> Callable[[FunctionTarget, LedgerCase], None]:
    """A law: the named fields are what the reference says, where they are returned at all."""

    def holds(target: FunctionTarget, case: LedgerCase) -> None:
        rows = _rows(target, case)
        for wanted in _expected(case):
            person = Person(wanted.scenario_id, wanted.plan_design_id, wanted.employee_id)
            if person not in rows:
                if _has_money(case, person):
                    raise Breaking(
                        "a person has no row",
                        field="/".join(person),
                        expected="a row",
                        got="no row",
                        workings=_workings(case, person),
                    )
                continue
            for name in names:
                _compare(case, person, name, getattr(wanted, name), rows[person])

    return holds


def _has_money(case: LedgerCase, person: Person) -> bool:
    """Whether the person contributed in the year; a row for others is the target's to give or not."""
    return any(
        tuple(each[key] for key in _KEYS) == person
        and each["payload"]["event_type"] == "contribution"
        and each["payload"]["pay_period_end"].startswith(f"{case.year:04d}")
        for each in case.documents
    )


def _compare(case: LedgerCase, person: Person, name: str, wanted: object, row: Mapping[str, Any]) -> None:
    if name not in row or wanted is None:
        return  # what isn't returned, or can't be known, is not judged
    got = row[name]
    same = got is wanted if isinstance(wanted, bool) else not differs_as_money(wanted, got)
    if not same:
        raise Breaking(
            f"{name} differs",
            field=f"{'/'.join(person)} in {case.year}: {name}",
            expected=str(wanted),
            got=str(got) if no_float(got) else ascii(got),
            workings=_workings(case, person),
        )


def _workings(case: LedgerCase, person: Person) -> str:
    """The year's contributions of one person and the limits, for a reader to check by hand."""
    figures = dollar_limits(case.year)
    lines = [
        f"{payload['pay_period_end']}  {payload['source']} {payload['amount']}"
        + (" (a deferral)" if payload["source"] in DEFERRAL_SOURCES else "")
        for payload in (each["payload"] for each in case.documents if tuple(each[key] for key in _KEYS) == person)
        if payload["event_type"] == "contribution"
    ]
    birth_year = case.birth_years.get(person.employee_id)
    age = "unknown" if birth_year is None else str(case.year - birth_year)
    lines.append(f"age attained in {case.year}: {age}")
    lines.append(f"limits of {case.year}: {figures}")
    return "\n".join(lines)


def _matches_published(target: FunctionTarget, year: int) -> None:
    try:
        row = target(year)
    except Crashed as crash:
        raise Breaking("a published year is refused", expected=f"the limits of {year}", got=str(crash)) from crash
    if not isinstance(row, Mapping):
        raise Breaking("the limits are no mapping", expected="a mapping by name", got=ascii(row))
    published = limits(year)
    for name in published:
        if name != "source" and name in row and _differs(published[name], row[name]):
            raise Breaking(
                f"{name} is not what was published",
                field=f"{name} of {year}",
                expected=f"{published[name]} ({published['source']})",
                got=ascii(row[name]),
            )


def _differs(published: object, given: object) -> bool:
    return given is not None if published is None else differs_as_money(published, given)


def _refuses_missing_year(target: FunctionTarget, year: int) -> None:
    try:
        row = target(year)
    except Crashed:
        return
    raise Breaking(
        "a year without published limits is answered", field=str(year), expected="an exception", got=ascii(row)
    )


def _refuses_missing_year_of_ledger(target: FunctionTarget, case: LedgerCase) -> None:
    try:
        rows = target.rows(handed_over(case.documents), case.year, dict(case.birth_years))
    except Crashed:
        return
    except NoRowsError as error:
        raise Breaking("the calculation returns no rows", expected="an exception", got=str(error)) from error
    raise Breaking(
        "a year without published limits is judged",
        field=str(case.year),
        expected="an exception",
        got=ascii(rows),
        workings=f"limits are published for {years()[0]} to {years()[-1]}",
    )


_DEFERRALS: Final = ("employee_pre_tax", "employee_roth", "employee_catch_up")
_ADDITIONS: Final = ("employer_match", "employee_after_tax", "employer_nonelective", "employer_profit_sharing",
                     "employer_match_true_up", "forfeiture_allocation")  # fmt: skip
#: Who has limits of their own.
_SOMEBODY_ELSE: Final = ({"scenario_id": "S2"}, {"employee_id": "E2"}, {"plan_design_id": "D2"})
#: Cents beside a limit.
_STEPS: Final = (0, 1, -1, 100, -100, 100_000)


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}0000"


def _paid(number: int, source: str, cents: int, year: int, day: str = "06-30") -> Document:
    return event(number, f"{year}-{day}", contribution(source, _dollars(max(cents, 1)), f"{year}-{day}"))


def _in_plan(plan: str, document: Document) -> Document:
    return {**document, "payload": {**document["payload"], "plan_id": plan}}


def _determined(number: int, year: int, cents: int) -> Document:
    """What was paid in the year before, as found on January 1."""
    threshold = dollar_limits(year - 1).hce_threshold_414q
    return event(
        number,
        f"{year}-01-01",
        {
            "event_type": "hce_status",
            "determination_method": "prior_year",
            "ytd_compensation": _dollars(cents),
            # What a whole year would have come to decides nothing.
            "annualized_compensation": _dollars(cents + 1_000_000),
            "hce_threshold": f"{threshold:.6f}",
            "is_hce": cents > int(threshold) * 100,
            "determination_date": f"{year}-01-01",
            "prior_year_hce": None,
        },
    )


def _case(block: bytes) -> LedgerCase:
    """A person's year beside a limit, from bytes; zeros give the deferral limit of 2025 in one contribution."""
    which, age, step, split, source, other, pay, known, late, *_ = block
    year = _YEARS[which % len(_YEARS)]
    figures = dollar_limits(year)
    limit = int(figures.elective_deferral_402g)
    if split & 8:
        limit += int(figures.catch_up_414v)
    if split & 16 and figures.super_catch_up_60_63 is not None:
        limit += int(figures.super_catch_up_60_63)
    cents = limit * 100 + _STEPS[step % len(_STEPS)]
    first = cents // 3 if split & 1 else cents
    documents = [_paid(1, _DEFERRALS[source % 3], first, year)]
    if split & 1:
        second = _paid(2, _DEFERRALS[source // 3 % 3], cents - first, year, "12-31")
        documents.append(_in_plan("P2", second) if split & 2 else second)
    if split & 4:
        documents.append({**_paid(7, "employee_roth", 54_321, year), **_SOMEBODY_ELSE[source % len(_SOMEBODY_ELSE)]})
    if other:
        most = int(figures.annual_additions_415c) * 100 - min(cents, int(figures.elective_deferral_402g) * 100)
        documents.append(_paid(3, _ADDITIONS[other % len(_ADDITIONS)], most + _STEPS[other // 8 % len(_STEPS)], year))
    if late & 1:
        # For the period that ended last year: last year's money, whenever it is paid.
        paid_late = contribution("employee_pre_tax", "123.450000", f"{year}-01-05", f"{year - 1}-12-31")
        documents.append(event(4, f"{year}-01-05", paid_late))
    if pay % 4:
        threshold = int(dollar_limits(year - 1).hce_threshold_414q) * 100
        documents.append(_determined(5, year, threshold + _STEPS[pay % len(_STEPS)]))
    if pay & 64:
        documents.append(_determined(6, year + 1, 4_000_000 + pay * 1000) if year < _YEARS[2] else documents[0])
    if known & 2:
        documents.append(event(8, f"{year}-03-01", {**hire(f"{year}-03-01"), "plan_id": None}))
    birth_years = MappingProxyType({} if known & 1 else {"E1": year - _AGES[age % len(_AGES)]})
    return LedgerCase(tuple(documents), year=year, birth_years=birth_years)


def _cases() -> SearchStrategy[LedgerCase]:
    """Examples from this strategy shrink towards the deferral limit of 2025, at the age of 49."""
    beside_a_limit = st.binary(min_size=9, max_size=9).map(_case)
    return st.one_of(beside_a_limit, beside_a_limit, whole_years())


def _at_once(cases: Iterable[LedgerCase], year: int) -> LedgerCase:
    """One ledger with the people of all cases of a year, each with a number of their own; those that share an
    employee_id within a case go on sharing it.
    """
    documents: list[Document] = []
    birth_years: dict[str, int] = {}
    for number, case in enumerate((case for case in cases if case.year == year), 1):
        for document in case.documents:
            renamed = f"{document['employee_id']}-{number}"
            id_ = f"{number:08x}{document['event_id'][8:]}"
            documents.append({**document, "employee_id": renamed, "event_id": id_})
        birth_years |= {f"{name}-{number}": born for name, born in case.birth_years.items()}
    return LedgerCase(tuple(documents), year=year, birth_years=MappingProxyType(birth_years))


def _years_at_once(cases: Iterable[LedgerCase]) -> tuple[LedgerCase, ...]:
    """All the cases of each year at once."""
    cases = tuple(cases)
    return tuple(_at_once(cases, year) for year in _YEARS)


def _each_mistake_at_once() -> tuple[LedgerCase, ...]:
    """A year of many people, of whom each is beside a limit, or has what is easily left out or counted twice."""
    return _years_at_once((*_what_is_easily_missed(), *_beside_every_limit(), *_at_every_age_by_itself()))


def _what_is_easily_missed() -> Iterator[LedgerCase]:
    """Every source alone; copies, other scenarios and plans; no birth year; what was paid this year, and last year."""
    for year in _YEARS:
        limit = int(dollar_limits(year).elective_deferral_402g) * 100
        known = MappingProxyType({"E1": year - _AGES[1]})
        threshold = int(dollar_limits(year - 1).hce_threshold_414q) * 100
        over = _paid(1, "employee_pre_tax", limit + 50_000, year)
        for source in (*_DEFERRALS, *_ADDITIONS):
            yield LedgerCase((_paid(1, source, 12_345, year),), year=year, birth_years=known)
        yield LedgerCase((over,), year=year)
        yield LedgerCase((over, over), year=year, birth_years=known)
        yield LedgerCase((over, {**_paid(2, "employee_roth", 100, year), "scenario_id": "S2"}), year=year)
        yield LedgerCase((_paid(1, "employee_roth", limit, year), _in_plan("P2", _paid(2, "employee_roth", 1, year))),
                         year=year)  # fmt: skip
        yield LedgerCase((_paid(1, "employee_pre_tax", limit, year, "01-05") | {"correlation_id": "late"},), year=year)
        new = event(1, f"{year}-03-01", {**hire(f"{year}-03-01"), "plan_id": None})
        yield LedgerCase((new,), year=year)
        yield LedgerCase((new, _paid_so_much(2, year, threshold + 5_000_000)), year=year)
        for cents in (threshold, threshold + 1, threshold - 500_000, threshold + 250_000):
            yield LedgerCase((_determined(1, year, cents),), year=year)
        yield LedgerCase((_paid_so_much(1, year, 4_000_000),), year=year)
        yield LedgerCase((_paid_so_much(1, year, 0), _paid(2, "employer_match", 500, year)), year=year)
        # For this year's last period, paid in the year after; and what is no whole number of cents.
        for source in ("employer_match", "employee_after_tax"):
            yield LedgerCase((event(1, f"{year + 1}-01-15", contribution(
                source, "345.670000", f"{year + 1}-01-15", f"{year}-12-31")),), year=year)  # fmt: skip
        for source in ("employee_roth", "employer_match"):
            yield LedgerCase((event(1, f"{year}-06-30", contribution(source, "0.000001", f"{year}-06-30")),), year=year)
        # What was paid by the middle of the year is not what was paid in it.
        yield LedgerCase((_paid_so_much(1, year, 4_000_000, day="06-30"), _paid(2, "employer_match", 500, year)),
                         year=year)  # fmt: skip
        # Two payments are two, even where they are alike in all but their ids.
        yield LedgerCase((_paid(1, "employee_roth", 12_345, year), _paid(2, "employee_roth", 12_345, year)), year=year)


def _paid_so_much(number: int, year: int, cents: int, day: str = "12-31") -> Document:
    """What was paid in the year itself, as found on its last day or another one."""
    found = _determined(number, year, cents)
    day = f"{year}-{day}"
    changed = {"determination_method": "current_year", "determination_date": day}
    return {**found, "effective_date": day, "payload": {**found["payload"], **changed}}


def _at_every_age() -> tuple[LedgerCase, ...]:
    alone = _at_every_age_by_itself()
    return (*_years_at_once(alone), *alone)


def _at_every_age_by_itself() -> tuple[LedgerCase, ...]:
    return tuple(
        LedgerCase(
            (_paid(1, "employee_pre_tax", 5_000_000, year),),
            year=year,
            birth_years=MappingProxyType({"E1": year - age}),
        )
        for year in _YEARS
        for age in range(48, 67)
    )


def _all_limits() -> tuple[LedgerCase, ...]:
    return (*_each_mistake_at_once(), *_beside_every_limit())


def _beside_every_limit() -> tuple[LedgerCase, ...]:
    return tuple(
        _case(bytes((which, age, step, split, 1, other, pay, 2, 1)))
        for which in range(3)
        for age in range(len(_AGES))
        for step in (0, 1, 2)
        for split, other, pay in ((0, 0, 0), (3, 1, 0), (9, 9, 1), (21, 17, 66))
    )


_MISSING: Final = (years()[0] - 1, years()[-1] + 1, 9999, 0)


def _law(
    name: str,
    sentence: str,
    source: str,
    passing: str,
    failing: str,
    holds: Callable[[Any, Any], None],
    fixed: Callable[[], Iterable[Any]],
    *,
    examples: Callable[[], SearchStrategy[Any]] = _cases,
    share: float = 1.0,
    target: TargetKind = "compliance",
) -> Property:
    return Property(
        f"compliance.{name}", sentence, source, passing, failing, holds, examples, lambda: tuple(fixed()),
        share=share, target=target,
    )  # fmt: skip


COMPLIANCE_SUITE: Final = (
    _law(
        "deferrals-partition",
        "A year's deferrals are regular up to the limit, then catch-up up to its own, then excess, and nothing else.",
        "IRC §402(g)(1), §414(v); Reg. 1.414(v)-1(a)",
        "23,500.01 deferred in 2025 at 49 are a cent in excess",
        "money labelled catch-up is catch-up, though the limit isn't reached",
        _agrees("regular_deferrals", "catch_up_deferrals", "excess_deferrals"),
        _all_limits,
    ),
    _law(
        "additions-and-limit",
        "All contributed for the year is an addition but catch-up; the limit is in dollars, or the pay if less.",
        "IRC §415(c)(1), (2); §414(v)(3)(A)",
        "after-tax money is an addition",
        "catch-up is an addition",
        _agrees("annual_additions", "annual_additions_limit"),
        _all_limits,
    ),
    _law(
        "catch-up-by-age",
        "Catch-up is for the age attained in the calendar year: from 50, more from 60 to 63, and less again at 64.",
        "IRC §414(v)(2), (5); Reg. 1.414(v)-1(g)(3)",
        "who turns 50 on December 31 may catch up on January 1",
        "at 64 the higher limit still holds",
        _agrees("catch_up_deferrals", "excess_deferrals"),
        _at_every_age,
    ),
    _law(
        "hce-looks-back",
        "Who was paid more than the threshold of the year before, in the year before, is highly compensated.",
        "IRC §414(q)(1)(B); Notice 97-45",
        "exactly 155,000 in 2024 is not more than 155,000",
        "this year's pay, or this year's threshold, decides",
        _agrees("is_hce"),
        _all_limits,
    ),
    _law(
        "missing-year-refused",
        "A year without published limits is refused, never judged by the nearest.",
        "IRC §402(g)(4), §415(d): the limits are set year by year",
        "2027 raises",
        "2027 is judged by 2026's limits",
        _refuses_missing_year_of_ledger,
        lambda: (LedgerCase((_paid(1, "employee_pre_tax", 100, year),), year=year) for year in (_MISSING[1], 2014)),
        examples=st.nothing,
        share=0.0,
    ),
    _law(
        "limits-match-published",
        "Every limit that is returned is what the IRS published for that year.",
        "the IRS notices named in the table",
        "415(c) of 2025 is 70,000",
        "the higher catch-up of 2026 is 150 % of 8,000",
        _matches_published,
        lambda: years()[::-1],
        examples=st.nothing,
        share=0.0,
        target="limits",
    ),
    _law(
        "limits-of-missing-year-refused",
        "Limits of a year that has none published are refused.",
        "IRC §402(g)(4), §415(d): the limits are set year by year",
        "limits(2027) raises",
        "limits(2027) are those of 2026",
        _refuses_missing_year,
        lambda: _MISSING,
        examples=st.nothing,
        share=0.0,
        target="limits",
    ),
)
