"""A builder of small ledgers, one person in one plan at a time, with readable ids and a clock of its own."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

import pytest

from dcprops.events import SimulationEvent

START = datetime(2026, 1, 1, tzinfo=UTC)


class Life:
    """One person's events. Every method adds one and gives it back; dates are ISO texts, money texts."""

    numbers = count(1)

    def __init__(self, employee="E1", plan="P1", scenario="S1", design="D1"):
        self.employee, self.plan, self.scenario, self.design = employee, plan, scenario, design
        self.events: list[SimulationEvent] = []
        self._years: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)

    def add(self, event_type, effective, **fields):
        number = next(self.numbers)
        event = SimulationEvent(
            event_id=UUID(int=number),
            employee_id=self.employee,
            effective_date=effective,
            created_at=START + timedelta(seconds=number),
            scenario_id=self.scenario,
            plan_design_id=self.design,
            source_system="test",
            payload={"event_type": event_type, "plan_id": self.plan, **fields},
        )
        self.events.append(event)
        return event

    def hire(self, on, pay="60000"):
        return self.add("hire", on, hire_date=on, department="IT", job_level=1, annual_compensation=pay)

    def promote(self, on, pay="70000", dated=None):
        return self.add("promotion", on, new_job_level=2, new_annual_compensation=pay, effective_date=dated or on)

    def rise(self, on, pay="62000"):
        return self.add("merit", on, new_compensation=pay, merit_percentage="0.03")

    def leave(self, on, last_pay=None):
        return self.add("termination", on, termination_reason="voluntary", final_pay_date=last_pay or on)

    def eligible(self, on, eligible=True):
        return self.add("eligibility", on, eligible=eligible, eligibility_date=on, reason="immediate")

    def enroll(self, on, *, pre_tax="0.06", roth="0", after_tax="0", opt_out=None):
        return self.add(
            "enrollment", on, enrollment_date=on, pre_tax_contribution_rate=pre_tax, roth_contribution_rate=roth,
            after_tax_contribution_rate=after_tax, opt_out_window_expires=opt_out,
        )  # fmt: skip

    def contribute(self, source, amount, on, *, period_end=None, ytd=None):
        period_end = period_end or on
        year = (self.plan, source, period_end[:4])
        self._years[year] += Decimal(amount)
        return self.add(
            "contribution", on, source=source, amount=amount, pay_period_end=period_end, contribution_date=on,
            ytd_amount=str(self._years[year]) if ytd is None else ytd, payroll_id="PR",
        )  # fmt: skip

    def vest(self, percentage, on, *, buckets=("employer_match",), schedule="graded", since="2000-01-01"):
        return self.add(
            "vesting", on, vested_percentage=percentage, source_balances_vested=dict.fromkeys(buckets, "0"),
            vesting_schedule_type=schedule, service_computation_date=since, service_credited_hours=2000,
            service_period_end_date=on,
        )  # fmt: skip

    def forfeit(self, amount, percentage, on, *, bucket="employer_match", reason="unvested_termination"):
        return self.add(
            "forfeiture", on, forfeited_from_source=bucket, amount=amount, reason=reason, vested_percentage=percentage
        )

    def determine(self, on, ytd, is_hce, threshold, *, method="prior_year", annualized=None):
        return self.add(
            "hce_status", on, determination_method=method, ytd_compensation=ytd,
            annualized_compensation=annualized or ytd, hce_threshold=threshold, is_hce=is_hce, determination_date=on,
        )  # fmt: skip

    def monitor(self, on, limit, current, *, kind="402g_limit_approach", limit_type="elective_deferral"):
        return self.add(
            "compliance", on, compliance_type=kind, limit_type=limit_type, applicable_limit=limit,
            current_amount=current, monitoring_date=on,
        )  # fmt: skip


@pytest.fixture(scope="session")
def life():
    """Make a Life; arguments: employee, plan, scenario, design."""
    return Life


@pytest.fixture(scope="session")
def day():
    """A date from its ISO text."""
    return date.fromisoformat
