"""The properties by themselves on the reference: what mutation testing runs, see docs/mutation.md.

A mutated reference can't be told from the right one by comparison with itself. So what is written otherwise, and is
known to be right, is compared with it, and where there is no such thing the laws of a ledger must hold.
"""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from dcprops import reference
from dcprops.defects.calculators import event_fold, yearly
from dcprops.defects.power.tries import Subject, first_caught
from dcprops.events import EventFactory
from dcprops.properties import PROPERTIES
from dcprops.properties.cases import LedgerCase, ledger_soups, rich_ledgers, whole_years
from dcprops.properties.compliance import _cases
from dcprops.properties.store_cases import any_events
from dcprops.reference import (
    Account,
    anomalies,
    arithmetic,
    as_json,
    balances,
    canonical_order,
    compliance,
    distinct,
    documents,
    running_balances,
    steps,
    timeline,
)  # fmt: skip
from dcprops.reference.balances import buckets_of
from dcprops.reference.compliance import split_deferrals
from dcprops.reference.order import DAY_ORDER
from dcprops.reference.vesting import SCHEDULES, is_year_of_service, meets_legal_minimum, vested_percentage
from dcprops.rules import SAMPLES
from dcprops.rules.anomalies import ANOMALIES
from dcprops.strategies import incoherent_ledgers, ledgers

SEED = 20_260_701
ERRORS = sorted(code for code, rule in ANOMALIES.items() if rule.severity == "error")
MONEY = (
    "total_employee_contributions", "total_employer_contributions", "total_forfeitures", "gross_account_balance",
    "vested_account_balance", "unvested_balance", "net_account_balance", "current_vested_percentage",
)  # fmt: skip
OF_YEAR = (
    "regular_deferrals", "catch_up_deferrals", "excess_deferrals", "annual_additions", "annual_additions_limit",
)  # fmt: skip
SUMMED = ("net_account_balance", "vested_account_balance")


def objection(law_id, target, examples):
    """The first example, of the fixed ones and so many drawn, of which the property objects to the target; or None.

    It isn't made smaller: here nobody reads it.
    """
    subject = Subject(PROPERTIES[law_id], target)
    fixed = subject.law.fixed()
    drawn = subject.law.examples() if subject.law.share else None
    budget = len(fixed) + examples
    return first_caught(
        lambda each, is_drawn: subject.is_caught(each, thoroughly=is_drawn), fixed, drawn, seed=SEED, budget=budget
    )


def few(examples):
    """So many examples, which are not made smaller where one fails."""

    def decorated(test):
        return settings(max_examples=examples, phases=(Phase.generate,))(seed(SEED)(test))

    return decorated


def in_a_narrow_context(call):
    """What the call gives where the caller's decimals have four digits: no exact sum may be rounded for that."""
    with localcontext(prec=4):
        return call()


def events_of(case):
    return [EventFactory.create_event(document) for document in case.documents]


#: The first of them is all the others at once.
CASES = rich_ledgers()[1:]


# Balances.


def test_balances_against_a_fold():
    assert objection("balances.matches-reference", event_fold.balances, 20) is None


@few(15)
@given(st.sampled_from(CASES) | ledger_soups(), st.dates(date(2024, 1, 1), date(2026, 12, 31)))
def test_whole_rows_are_those_of_a_fold(case, day):
    expected = by_account(event_fold.balances(list(case.documents), day))
    for listed in (
        documents.balances(case.documents, day),
        in_a_narrow_context(lambda: documents.balances(case.documents, day)),
    ):
        got = by_account(listed)
        assert got.keys() == expected.keys()
        for account, row in got.items():
            for name, value in row.items():
                wanted = expected[account][name]
                if name == "sources":
                    assert value == {source: Decimal(amount) for source, amount in wanted.items() if Decimal(amount)}
                elif name in MONEY:
                    assert value == Decimal(wanted)
                    assert value.as_tuple().exponent == (-4 if name == "current_vested_percentage" else -6)
                else:
                    assert value == wanted


def by_account(rows):
    keys = ("scenario_id", "plan_design_id", "employee_id", "plan_id")
    return {tuple(row[key] for key in keys): row for row in rows}


@few(15)
@given(st.sampled_from(CASES) | ledger_soups())
def test_running_balances_are_those_of_what_came_before(case):
    """After each event the account of its plan is what a fold makes of all that came before it in canonical order."""
    told = []
    listed = sorted(distinct(events_of(case)), key=canonical_order)
    assert list(running_balances(listed)) == in_a_narrow_context(lambda: list(running_balances(listed)))
    for event, row in running_balances(listed):
        told.append(event.model_dump(mode="json"))
        account = (event.scenario_id, event.plan_design_id, event.employee_id, event.payload.plan_id)
        expected = by_account(event_fold.balances(told, date.max)).get(account)
        assert (row is None) == (expected is None)
        if row is not None:
            assert row.account == account
            assert {name: Decimal(expected[name]) for name in SUMMED} == {name: getattr(row, name) for name in SUMMED}


@few(15)
@given(st.sampled_from(CASES) | ledger_soups())
def test_the_arithmetic_comes_to_what_a_fold_does(case):
    """The words end with the sums; every event that changes money has its line; the buckets add up to the account."""
    events = events_of(case)
    for account, row in by_account(event_fold.balances(list(case.documents), date.max)).items():
        net, vested = (Decimal(row[name]) for name in SUMMED)
        last = arithmetic(events, account, date.max).splitlines()[-1]
        assert last.startswith(f"all buckets: net {net:.6f}, vested {vested:.6f}, unvested {net:.6f} - {vested:.6f} = ")
        assert last.endswith(f" = {net - vested:.6f}")
        buckets = buckets_of(events, account, date.max)
        assert (sum(each.net for each in buckets.values()), sum(each.vested for each in buckets.values())) == (
            net,
            vested,
        )
        lines = arithmetic(events, account, date.max).splitlines()
        moved = {name for name, each in buckets.items() if each.given or each.lost or each.settled}
        assert moved <= {line.partition(":")[0] for line in lines if ": S = " in line}
        assert in_a_narrow_context(lambda account=account: arithmetic(events, account, date.max)).splitlines() == lines
        assert [str(step) for step in steps(events, account, date.max)] == [
            line for line in lines[:-1] if ": S = " not in line
        ]
        given_and_lost = {name: [Decimal(0), Decimal(0)] for name in buckets}
        for step in steps(events, account, date.max):
            check_step(step, given_and_lost[step.bucket])


def check_step(step, given_and_lost):
    """What a step says is what happens to the bucket: `given_and_lost` since it was last closed."""
    payload, sentence = step.event.payload, step.sentence
    assert str(step).startswith(f"{step.event.effective_date}  {step.bucket}: ")
    if payload.event_type == "contribution":
        given_and_lost[0] += payload.amount
        assert sentence == f"{payload.source} {payload.amount}, so given G = {given_and_lost[0]:.6f}"
    elif payload.event_type == "vesting":
        assert sentence == f"vesting, so percentage p = {payload.vested_percentage}"
    else:
        given_and_lost[1] += payload.amount
        given, lost = given_and_lost
        earned = (payload.vested_percentage * given).quantize(Decimal("0.000001"), "ROUND_HALF_UP")
        closes = given - lost <= earned
        assert f"forfeiture {payload.amount} at {payload.vested_percentage}, so lost F = {lost:.6f}; " in sentence
        assert f"left G - F = {given - lost:.6f} against " in sentence
        assert f" = {earned:.6f}: " in sentence
        assert ("so it closes: settled S = " in sentence, sentence.endswith(": more, so it stays open")) == (
            closes, not closes,
        )  # fmt: skip
        if closes:
            given_and_lost[:] = Decimal(0), Decimal(0)


@few(5)
@given(st.sampled_from(CASES))
def test_an_account_that_is_not_there_has_nothing_to_tell(case):
    nobody = Account("S1", "D1", "nobody", "P1")
    assert steps(events_of(case), nobody, date.max) == []
    assert arithmetic(events_of(case), nobody, date.max).endswith("= 0.000000")


@few(10)
@given(st.sampled_from(CASES) | ledger_soups())
def test_rows_as_json_are_the_rows(case):
    for row in (*balances(events_of(case), date.max), *compliance(events_of(case), 2025, {})):
        written = as_json(row)
        assert all(not isinstance(value, Decimal | float) for value in written.values())
        amounts = {name: value for name, value in written.items() if name in {*MONEY, *OF_YEAR} and value is not None}
        for name, value in amounts.items():
            assert re.fullmatch(
                r"-?[0-9]+[.][0-9]{4}" if name.endswith("percentage") else r"-?[0-9]+[.][0-9]{6}", value
            )
        for name, value in row.as_mapping().items():
            if isinstance(value, Decimal):
                assert Decimal(written[name]) == value
                assert "E" not in written[name]
            elif isinstance(value, dict):
                assert {key: Decimal(amount) for key, amount in written[name].items()} == value
            else:
                assert written[name] == value


# Order.


@few(30)
@given(st.sampled_from(CASES) | ledger_soups(), st.randoms(use_true_random=False))
def test_each_event_counts_once_in_whatever_order_they_arrive(case, chance):
    """The first of those that share an event_id, by day, place in the day, time of recording and id."""
    documents = [event.model_dump(mode="json") for event in events_of(case)]
    chance.shuffle(documents)

    def order(document):
        kind = document["payload"]["event_type"]
        moment = (
            document["created_at"].removesuffix("Z").ljust(26, "0")
            if "." in document["created_at"]
            else (document["created_at"].removesuffix("Z") + ".000000")
        )
        return document["effective_date"], list(DAY_ORDER).index(kind), moment, document["event_id"]

    first = {}
    for document in sorted(documents, key=order):
        first.setdefault(document["event_id"], document)
    counted = sorted(distinct([EventFactory.create_event(each) for each in documents]), key=canonical_order)
    assert [each.model_dump(mode="json") for each in counted] == list(first.values())


# Compliance and limits.


@pytest.mark.parametrize("law", [id_ for id_, law in PROPERTIES.items() if law.target == "compliance"])
def test_years_against_another_calculation(law):
    assert objection(law, yearly.compliance, 10) is None


def by_person(rows):
    return {(row["scenario_id"], row["plan_design_id"], row["employee_id"]): row for row in rows}


@st.composite
def years_with_determinations(draw):
    """A fixed or drawn ledger, and some determinations of a person in it, which may differ."""
    case = draw(st.sampled_from(CASES) | ledger_soups() | whole_years() | _cases())
    pays = st.sampled_from(["0.000000", "50000.000000", "155000.000000", "160000.010000", "400000.000000"])
    days = st.sampled_from(["2023-12-31", "2024-01-01", "2024-06-30", "2024-12-31", "2025-01-05", "2026-01-01"])
    more = [
        {
            **SAMPLES["hce_status"], "employee_id": "E1", "event_id": f"00000000-0000-4000-8000-9{number:011d}",
            "effective_date": day,
            "payload": {
                **SAMPLES["hce_status"]["payload"], "determination_date": day, "ytd_compensation": pay,
                "determination_method": draw(st.sampled_from(["prior_year", "current_year"])),
            },
        }
        for number, (pay, day) in enumerate(draw(st.lists(st.tuples(pays, days), max_size=3)))
    ]  # fmt: skip
    hired = [
        {**SAMPLES["hire"], "event_id": f"00000000-0000-4000-8000-8{number:011d}", "effective_date": day,
         "payload": {**SAMPLES["hire"]["payload"], "hire_date": day}}
        for number, day in enumerate(draw(st.lists(days, max_size=2)))
    ]  # fmt: skip
    year = draw(st.sampled_from([2024, 2025, 2026]))
    documents = draw(st.permutations([*case.documents, *more, *hired]))
    return LedgerCase(tuple(documents), year=year, birth_years=draw(st.sampled_from([case.birth_years, {"E1": 1975}])))


@few(60)
@given(years_with_determinations())
def test_whole_years_are_those_of_another_calculation(case):
    """Whoever has a row there has the same one here, to the last field, whatever the caller's decimals are."""
    arguments = list(case.documents), case.year, dict(case.birth_years)
    expected = by_person(yearly.compliance(*arguments))
    got = by_person(documents.compliance(*arguments))
    assert got == by_person(in_a_narrow_context(lambda: documents.compliance(*arguments)))
    assert got.keys() == expected.keys()
    for person, row in got.items():
        for name, value in row.items():
            wanted = expected[person].get(name, value)
            assert value == (Decimal(wanted) if isinstance(value, Decimal) else wanted), (person, name)


@few(20)
@given(st.integers(0, 10**14), st.sampled_from([2024, 2025]), st.sampled_from([None, 1961, 1975, 2000]))
def test_deferrals_are_parted_without_a_remainder_whatever_the_callers_decimals(millionths, year, born):
    deferrals = Decimal(millionths).scaleb(-6, Context(prec=30))
    parts = in_a_narrow_context(lambda: split_deferrals(deferrals, year, born))
    with localcontext(prec=30):
        assert sum(parts) == deferrals
    assert parts == split_deferrals(deferrals, year, born)


@few(20)
@given(st.integers(1, 9999))
def test_a_year_without_limits_is_told(year):
    covered = reference.years()
    if year in covered:
        assert reference.limits(year)["source"]
        return
    with pytest.raises(reference.MissingYearError, match=f"year={year} .* covers {covered[0]} to {covered[-1]}: add"):
        reference.limits(year)


@pytest.mark.parametrize("law", [id_ for id_, law in PROPERTIES.items() if law.target == "limits"])
def test_limits(law):
    assert objection(law, reference.limits, 3) is None


# Vesting.


@few(60)
@given(
    st.sampled_from(sorted(SCHEDULES)), st.integers(0, 40), st.integers(0, 3000) | st.sampled_from([999, 1000, 1001])
)
def test_schedules_rise_to_all_and_keep_the_law(name, years_of_service, hours):
    schedule = SCHEDULES[name]
    share = vested_percentage(schedule, years_of_service)
    cliff, graded = 0 if years_of_service < 3 else 1, min(max(years_of_service - 1, 0) * 20, 100)
    assert share == {"cliff": Decimal(cliff), "graded": Decimal(graded) / 100, "immediate": Decimal(1)}[name]
    assert meets_legal_minimum(schedule)
    assert is_year_of_service(hours) == (hours > 999)


@few(60)
@given(
    st.lists(
        st.sampled_from([Decimal(share) / 100 for share in (0, 19, 20, 40, 60, 80, 99, 100)]), min_size=1, max_size=8
    )
)
def test_a_schedule_is_lawful_if_it_never_falls_and_is_never_behind(schedule):
    is_lawful(schedule)
    is_lawful([*SCHEDULES["graded"], *schedule])


def is_lawful(schedule):
    shares = [schedule[min(year, len(schedule) - 1)] for year in range(20)]
    graded = all(100 * share >= min(max(year - 1, 0) * 20, 100) for year, share in enumerate(shares))
    cliff = all(share == 1 for share in shares[3:])
    assert meets_legal_minimum(schedule) == (shares == sorted(shares) and (graded or cliff))


@given(st.integers(max_value=-1))
@few(5)
def test_less_than_no_service_is_refused(years_of_service):
    with pytest.raises(ValueError, match=f"years_of_service={years_of_service}"):
        vested_percentage(SCHEDULES["cliff"], years_of_service)


# Coherence.


def codes(found):
    return {each.code for each in found if each.severity == "error"}


@few(15)
@given(ledgers())
def test_a_coherent_ledger_has_no_error(ledger):
    assert codes(anomalies(ledger.events)) == set()
    assert codes(anomalies(ledger.events, ledger.birth_years)) == set()


@pytest.mark.parametrize("code", ERRORS)
def test_what_was_put_in_is_found_and_nothing_else(code):
    @few(6)
    @given(incoherent_ledgers(codes=[code]), st.randoms(use_true_random=False))
    def is_found(pair, chance):
        ledger, _ = pair
        found = anomalies(ledger.events)
        assert codes(found) | codes(anomalies(ledger.events, ledger.birth_years)) == {code}
        shuffled = list(ledger.events)
        chance.shuffle(shuffled)
        assert anomalies(shuffled) == found
        ids = {str(event.event_id) for event in ledger.events}
        people = {(event.scenario_id, event.plan_design_id, event.employee_id) for event in ledger.events}
        for each in found:
            assert each.account[:3] in people
            assert each.event_id is None or str(each.event_id) in ids
            assert each.severity == ANOMALIES[each.code].severity
            assert each.as_mapping()["code"] == each.code

    is_found()


@few(10)
@given(st.sampled_from(CASES) | ledger_soups(), st.integers(0, 2**32))
def test_findings_don_t_depend_on_the_order_of_arrival(case, number):
    events = events_of(case)
    shuffled = list(events)
    random.Random(number).shuffle(shuffled)
    assert anomalies(shuffled) == anomalies(events)


# What is told to people.

GOES_WITHOUT_SAYING = {
    "auto_enrollment": [False], "irs_limit_applied": [False], "inferred_value": [False],
    "after_tax_contribution_rate": ["0.0000"],
}  # fmt: skip


@few(25)
@given(ledgers() | ledger_soups() | any_events())
def test_a_line_tells_the_day_and_what_happened_to_whom(ledger):
    """Every field that says something is there, and the time of recording and the event_id where they tell apart."""
    lines = timeline(ledger.documents)
    assert len(lines) == len(ledger.documents)
    several = len({document["created_at"] for document in ledger.documents}) > 1
    ids = [document["event_id"] for document in ledger.documents]
    for document, line in zip(ledger.documents, lines, strict=True):
        payload, day = document["payload"], document["effective_date"]
        assert line.startswith(f"{day} ")
        assert f" {payload['event_type']} " in f"{line} "
        keys = [document["scenario_id"], document["plan_design_id"], document["employee_id"], payload["plan_id"]]
        assert f" {'/'.join(ascii(key)[1:-1] for key in keys if key is not None)} " in line
        assert (
            line.endswith(f"recorded={document['created_at']}")
            or f"recorded={document['created_at']} " in line
            or not several
        )
        assert several or "recorded=" not in line
        assert ("event_id=" in line) == (ids.count(document["event_id"]) > 1)
        assert "event_id=" not in line or line.endswith(f"event_id=…{document['event_id'][-12:]}")
        told = {part.partition("=")[0] for part in line.split(" ") if "=" in part}
        for name, value in payload.items():
            if name in {"event_type", "plan_id"} or value is None or value in (day, *GOES_WITHOUT_SAYING.get(name, ())):
                assert name not in told
            elif isinstance(value, str) and value.isascii() and " " not in value:
                assert f" {name}={value}" in line
            elif isinstance(value, dict):
                assert f" {name}={{{', '.join(f'{source}: {amount}' for source, amount in value.items())}}}" in line
            else:
                assert f" {name}={value!a}" in line
