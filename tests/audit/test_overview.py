"""The overview of a file: counted and summed by hand, and the same however the file is read."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest

from dcprops.audit import audit
from dcprops.overview import TOTALS

rooms = import_module("dcprops.audit")  # whose name is the function's, too
MONTHS = {"contribution": {(2024, 1): 2, (2024, 12): 1, (2025, 1): 1}, "vesting": {(2024, 12): 1}}


def document(number, day, payload, **envelope):
    return {
        "event_id": f"00000000-0000-4000-8000-{number:012d}", "employee_id": "E1", "effective_date": day,
        "created_at": "2025-01-01T00:00:00Z", "scenario_id": "S1", "plan_design_id": "D1", "source_system": "payroll",
        "correlation_id": None, **envelope, "payload": {"plan_id": "P1", **payload},
    }  # fmt: skip


def paid(source, amount, day, period_end):
    return {
        "event_type": "contribution", "source": source, "amount": amount, "pay_period_end": period_end,
        "contribution_date": day, "ytd_amount": amount, "payroll_id": "PR1", "irs_limit_applied": False,
        "inferred_value": False,
    }  # fmt: skip


VESTED = {
    "event_type": "vesting", "vested_percentage": "0.4000", "source_balances_vested": {"employer_match": "0.000000"},
    "vesting_schedule_type": "graded", "service_computation_date": "2022-01-01", "service_credited_hours": 1000,
    "service_period_end_date": "2024-12-31",
}  # fmt: skip
EVENTS = (
    document(1, "2024-01-31", paid("employee_pre_tax", "500.000001", "2024-01-31", "2024-01-31")),
    document(2, "2024-01-31", paid("employer_match", "100.000000", "2024-01-31", "2024-01-31")),
    document(2, "2024-01-31", paid("employer_match", "100.000000", "2024-01-31", "2024-01-31")),  # again
    document(3, "2024-12-31", VESTED),
    document(4, "2024-12-31", paid("employer_match", "7.000000", "2024-12-31", "2025-01-05"), employee_id="E2"),
    document(5, "2025-01-05", paid("employer_match", "0.500000", "2025-01-05", "2024-12-31"), scenario_id="S2"),
)


@pytest.fixture(params=["row by row", "in bulk"])
def read(request, tmp_path, monkeypatch):
    """Audits documents, and lines that are none, with the overview."""
    if request.param == "in bulk":
        pytest.importorskip("duckdb", reason="reading in bulk needs duckdb, from the extra `duckdb`")
        pytest.importorskip("pyarrow", reason="reading in bulk needs pyarrow, from the extra `duckdb`")
        monkeypatch.setattr(rooms, "_LARGE", 0)
        monkeypatch.setattr(rooms, "_read", None)

    def read(*documents, **options):
        path = tmp_path / "events.ndjson"
        path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
        return audit(path, with_overview=True, **options)

    return read


def test_events_are_counted_by_type_and_month_each_once(read):
    found = read(*EVENTS, {"not": "an event"})
    assert (found.events, found.valid) == (7, 6)
    assert found.overview.people == 3
    assert found.overview.events == MONTHS


def test_contributions_are_summed_by_the_year_of_their_period(read):
    assert read(*EVENTS).overview.contributions == {
        2024: {"employee_pre_tax": Decimal("500.000001"), "employer_match": Decimal("100.500000")},
        2025: {"employer_match": Decimal("7.000000")},
    }


def test_balances_are_summed_and_put_in_steps(read):
    """E1: 500.000001 of its own and 40 of 100 vested. E2: 7, none of it vested. S2: 0.50, none vested."""
    overview = read(*EVENTS).overview
    assert overview.accounts == 3
    assert overview.totals == {
        "total_employee_contributions": Decimal("500.000001"),
        "total_employer_contributions": Decimal("107.500000"),
        "total_forfeitures": Decimal(0),
        "gross_account_balance": Decimal("607.500001"),
        "net_account_balance": Decimal("607.500001"),
        "vested_account_balance": Decimal("540.000001"),
        "unvested_balance": Decimal("67.500000"),
    }
    assert overview.distribution == {
        "net_account_balance": {(-1, 5): 1, (0, 5): 1, (2, 5): 1},  # from 0.50, from 5 and from 500 dollars
        "vested_account_balance": {None: 2, (2, 5): 1},
    }


def test_balances_are_those_of_the_day_and_events_those_of_the_file(read):
    overview = read(*EVENTS, as_of=date(2024, 1, 31)).overview
    assert overview.accounts == 1
    assert overview.totals["net_account_balance"] == Decimal("600.000001")
    assert overview.events == MONTHS


def test_the_sums_are_those_of_the_balances(read, sample_path):
    lines = [json.loads(line) for line in sample_path.read_text(encoding="utf-8").splitlines()]
    found = read(*lines, with_balances=True)
    assert found.overview.accounts == len(found.balances) == 65
    for name in TOTALS:
        assert found.overview.totals[name] == sum(getattr(row, name) for row in found.balances)
    given = Counter()
    for by_source in found.overview.contributions.values():
        given.update(by_source)
    assert given.total() == found.overview.totals["gross_account_balance"]
    for name, counts in found.overview.distribution.items():
        assert sum(counts.values()) == 65
        assert counts[None] == sum(getattr(row, name) <= 0 for row in found.balances)


def test_a_file_of_which_no_event_is_valid_has_an_overview(read):
    overview = read({}).overview
    assert (overview.people, overview.accounts, overview.events, overview.contributions) == (0, 0, {}, {})


def test_it_is_made_only_when_it_is_asked_for(sample_path):
    assert audit(sample_path).overview is None
    found = audit(sample_path, with_overview=True)
    assert found.balances is None
    assert "overview" not in found.to_json()


@pytest.mark.parametrize(
    ("amount", "step"),
    [("1.000000", (0, 1)), ("1.999999", (0, 1)), ("2.000000", (0, 2)), ("4.999999", (0, 2)), ("5.000000", (0, 5)),
     ("9.999999", (0, 5)), ("10.000000", (1, 1)), ("0.000001", (-6, 1)), ("999999999999.999999", (11, 5))],
)  # fmt: skip
def test_steps_are_one_two_and_five(read, amount, step):
    one = document(1, "2024-01-31", paid("employee_roth", amount, "2024-01-31", "2024-01-31"))
    assert read(one).overview.distribution["net_account_balance"] == {step: 1}
