"""What was generated is counted: of the examples that are really run, and rightly."""

from __future__ import annotations

from collections import Counter

import pytest

from dcprops.events import SimulationEvent
from dcprops.events.schema import EVENT_TYPES
from dcprops.properties import PROPERTIES, check
from dcprops.properties.cases import LedgerCase, contribution, event, hire, rich_ledgers
from dcprops.properties.generated import DAYS, LIMITS, SIDES, Tally
from dcprops.reference import documents as reference

EVENTS_OF_NONE = dict.fromkeys(EVENT_TYPES, 0)


def counted(*examples):
    tally = Tally()
    for example in examples:
        tally.see(example)
    return tally.result()


def paid(amount, source="employee_pre_tax", *, year=2025, number=1, **envelope):
    return event(number, f"{year:04d}-06-30", contribution(source, amount, f"{year:04d}-06-30"), **envelope)


def sides(*documents, limit, **case):
    found = counted(LedgerCase(documents, **case)).limits[limit]
    return {side: times for side, times in found.items() if times}


def determined(amount, method="prior_year", day="2025-01-01"):
    return event(
        9, day, {"event_type": "hce_status", "determination_method": method, "ytd_compensation": amount,
                 "annualized_compensation": amount, "hce_threshold": "155000.000000", "determination_date": day},
    )  # fmt: skip


def test_nothing_is_nothing():
    found = counted()
    assert (found.examples, found.ledgers, found.others) == (0, 0, 0)
    assert found.events == EVENTS_OF_NONE
    assert found.amounts == found.years == {}
    assert found.days == dict.fromkeys(DAYS, 0)
    assert found.limits == dict.fromkeys(LIMITS, dict.fromkeys(SIDES, 0))


def test_documents_and_ledgers_are_told_apart():
    one, other = paid("5.000000"), event(2, "2025-01-31", hire("2025-01-31"))
    found = counted(one, LedgerCase((one, other)), LedgerCase(()))
    assert (found.examples, found.ledgers) == (3, 2)
    assert found.events == {**EVENTS_OF_NONE, "contribution": 2, "hire": 1}


@pytest.mark.parametrize(
    "strange",
    [None, 1, "x", [], {}, {"payload": None}, {"payload": {"event_type": []}}, {"payload": {"event_type": "vested"}}],
)
def test_what_is_no_event_is_counted_apart(strange):
    found = counted(strange)
    assert (found.examples, found.others) == (1, 1)
    assert found.events == EVENTS_OF_NONE


def test_broken_events_are_counted_as_far_as_they_are_whole():
    broken = paid("5.000000")
    broken["payload"] = {**broken["payload"], "amount": 5.0, "ytd_amount": "5e3", "pay_period_end": 1}
    broken["effective_date"] = "2025-02-30"
    found = counted(broken, LedgerCase((broken,)))
    assert found.events["contribution"] == 2
    assert found.amounts == {}
    assert found.years == {}


@pytest.mark.parametrize(
    ("amount", "power"),
    [
        ("0.000000", None), ("0", None), ("0.000001", -6), ("0.01", -2), ("0.999999", -1), ("1", 0), ("9.999999", 0),
        ("10.000000", 1), ("999999999999.999999", 11),
    ],
)  # fmt: skip
def test_amounts_are_counted_by_their_power_of_ten(amount, power):
    # A contribution has two amounts: its own and the year's total.
    assert counted(paid(amount)).amounts == {power: 2}


@pytest.mark.parametrize("text", ["", ".", "1e3", "-1.000000", "1.0000001", "9" * 19, "\uff11", "Infinity", " 1"])
def test_what_is_no_amount_is_not_counted_as_one(text):
    assert counted(paid(text)).amounts == {}


def test_amounts_and_years_come_in_order():
    found = counted(*(paid(amount, year=year) for amount, year in (("100", 2026), ("0.1", 2024), ("0", 2025))))
    assert list(found.amounts) == [None, -1, 2]
    assert list(found.years) == [2024, 2025, 2026]


@pytest.mark.parametrize(
    ("day", "special"),
    [
        ("2025-01-01", "first of a year"), ("2024-12-31", "last of a year"), ("2024-02-29", "leap day"),
        ("2025-02-28", "end of a month"), ("2024-02-28", None), ("2024-04-30", "end of a month"), ("2024-05-30", None),
        ("0001-01-01", "first of a year"), ("9999-12-31", "last of a year"),
    ],
)  # fmt: skip
def test_days_that_calendars_go_wrong_on_are_counted(day, special):
    found = counted(event(1, day, hire(day)))
    assert found.years == {int(day[:4]): 1}
    assert found.days == {**dict.fromkeys(DAYS, 0), **({special: 1} if special else {})}


@pytest.mark.parametrize("day", ["2025-1-1", "20250101", "2025-13-01", "x", ""])
def test_what_is_no_day_is_in_no_year(day):
    assert counted({**paid("1"), "effective_date": day}).years == {}


# The limits are those that the IRS published: Notice 2024-80 for 2025, Notice 2023-75 for 2024.


@pytest.mark.parametrize(
    ("amount", "side"),
    [
        ("23499.98", "below"), ("23499.990000", "a cent below"), ("23500", "exactly"), ("23500.01", "a cent above"),
        ("23500.010001", "above"), ("0.01", "below"), ("23499.995", "below"),
    ],
)  # fmt: skip
def test_deferrals_stand_beside_the_limit_of_402g(amount, side):
    assert sides(paid(amount), limit="402(g)") == {side: 1}


def test_a_persons_deferrals_of_a_year_are_one_sum():
    parts = (
        paid("20000", number=1),
        paid("3500", "employee_roth", number=2),
        event(3, "2025-01-31", {**contribution("employee_catch_up", "0.01", "2025-01-31"), "plan_id": "P2"}),
        paid("23000", number=4, year=2024),  # exactly the limit of another year
        paid("23500", number=5, employee_id="E2"),
        paid("23500", number=5, employee_id="E2"),  # comes again, and counts once
        paid("100", "employer_match", number=6),
    )  # fmt: skip
    assert sides(*parts, limit="402(g)") == {"a cent above": 1, "exactly": 2}


def test_who_defers_nothing_is_beside_no_limit_of_deferrals():
    assert sides(paid("23500", "employer_match"), limit="402(g)") == {}


@pytest.mark.parametrize(
    ("birth_years", "amount", "side"),
    [
        ({"E1": 1970}, "31000", "exactly"),  # 55 in 2025: 23,500 and 7,500
        ({"E1": 1965}, "34750", "exactly"),  # 60: 23,500 and 11,250
        ({"E1": 1961}, "31000", "exactly"),  # 64: the higher one is over
        ({"E1": 1965}, "31000", "below"),
        ({}, "34750.01", "a cent above"),  # unknown: the most that anybody may
    ],
)
def test_catch_up_is_that_of_the_persons_age(birth_years, amount, side):
    assert sides(paid(amount), limit="402(g) and catch-up", birth_years=birth_years) == {side: 1}


@pytest.mark.parametrize(("birth_years", "amount"), [({"E1": 1980}, "24000"), ({"E1": 1970}, "23500")])
def test_catch_up_begins_above_the_limit_and_at_fifty(birth_years, amount):
    assert sides(paid(amount), limit="402(g) and catch-up", birth_years=birth_years) == {}


@pytest.mark.parametrize(
    ("match", "birth_years", "side"),
    [
        ("46500", {"E1": 1980}, "a cent above"),  # 23,500.01 and 46,500 where nobody may catch up
        ("46500", {"E1": 1970}, "exactly"),  # the cent is catch-up, which is no addition
        ("46499.99", {"E1": 1970}, "a cent below"),
    ],
)
def test_additions_stand_beside_the_limit_of_415c(match, birth_years, side):
    both = paid("23500.01"), paid(match, "employer_match", number=2)
    assert sides(*both, limit="415(c)", birth_years=birth_years) == {side: 1}


@pytest.mark.parametrize(
    ("amount", "side"),
    [("155000", "exactly"), ("155000.01", "a cent above"), ("154999.99", "a cent below"), ("1", "below")],
)
def test_pay_stands_beside_the_threshold_of_the_year_before(amount, side):
    """155,000 for 2024, by which 2025 is decided; a single document says so too."""
    assert {name: times for name, times in counted(determined(amount)).limits["HCE threshold"].items() if times} == {
        side: 1
    }


def test_pay_of_a_running_year_is_beside_no_threshold():
    assert sides(determined("155000", "current_year"), limit="HCE threshold") == {}


def test_years_without_limits_are_beside_none():
    found = counted(
        LedgerCase((paid("5", year=2100),)), determined("5", day="2100-01-01"), determined("5", day="2015-01-01")
    )
    assert all(sum(of_limit.values()) == 0 for of_limit in found.limits.values())


def test_json_has_what_was_counted():
    found = counted(paid("0"), paid("12.5", year=987)).to_json()
    assert found["amounts"] == {"zero": 2, "1e1": 2}
    assert found["years"] == {"0987": 1, "2025": 1}
    assert found["events"]["contribution"] == 2
    assert list(found["limits"]) == list(LIMITS)


# In a run.


class Recording:
    """Our model, which keeps every document that it is given."""

    def __init__(self):
        self.given = []

    def validate(self, document):
        self.given.append(document)
        return SimulationEvent.model_validate(document)

    def dump(self, value):
        return value.model_dump(mode="json")


def test_the_examples_that_are_counted_are_those_that_are_run():
    model = Recording()
    law = PROPERTIES["model.accepts-valid"]
    report = check(model=model, only=[law.id], seed=4, max_examples=50, observe=True)
    drawn = model.given[len(law.fixed()) :]
    assert report.generated.examples == len(drawn) == report.checks[0].examples - len(law.fixed()) > 0
    types = Counter(document["payload"]["event_type"] for document in drawn)
    assert report.generated.events == {**EVENTS_OF_NONE, **types}
    assert sum(report.generated.years.values()) == len(drawn)


def test_ledgers_that_a_calculator_is_given_are_counted():
    seen = Counter()

    def calculator(documents, as_of):
        seen[len(documents)] += 1
        return reference.balances(documents, as_of)

    law = "balances.conserves-money"
    report = check(calculator=calculator, only=[law], seed=4, max_examples=30, observe=True)
    fixed = Counter(len(case.documents) for case in rich_ledgers())
    drawn = seen - fixed
    assert report.generated.ledgers == report.generated.examples == drawn.total()
    assert sum(report.generated.events.values()) == sum(length * times for length, times in drawn.items())


def test_counting_changes_nothing_else():
    options = {"only": ["balances.conserves-money", "compliance.hce-looks-back"], "seed": 9, "max_examples": 20}
    counted_too, plain = check(observe=True, **options).to_json(), check(**options).to_json()
    assert counted_too.pop("generated")["examples"] > 0
    for report in (counted_too, plain):
        for each in report["checks"]:
            del each["seconds"]
    assert counted_too == plain


def test_a_run_of_a_store_is_counted_too():
    pytest.importorskip("duckdb", reason="our store needs duckdb, from the extra `duckdb`")
    pytest.importorskip("pyarrow", reason="our store needs pyarrow, from the extra `duckdb`")
    report = check(only=["store.state-machine"], seed=1, max_examples=60, observe=True)
    assert (
        report.generated.examples
        == report.generated.ledgers
        == report.checks[0].examples - len(PROPERTIES["store.state-machine"].fixed())
    )
    assert sum(report.generated.events.values()) > 0
