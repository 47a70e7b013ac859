"""What one account keeper writes down: payloads in canonical order, with the totals and balances that they tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from dcprops.events import (
    AnyPayload,
    ComplianceEventPayload,
    ContributionPayload,
    EligibilityPayload,
    EnrollmentPayload,
    ForfeiturePayload,
    HCEStatusPayload,
    HirePayload,
    MeritPayload,
    PromotionPayload,
    TerminationPayload,
    VestingPayload,
)
from dcprops.events.construction import built
from dcprops.events.frozen import FrozenMapping
from dcprops.reference.balances import BUCKET_OF_SOURCE, BUCKETS, EMPLOYEE
from dcprops.reference.vesting import FULL_YEAR_HOURS
from dcprops.strategies._construction import money, payroll_id, rate
from dcprops.strategies._limits import catch_up, figures_of
from dcprops.strategies._lives import FREQUENCIES, WHOLE, Election, Life, Spell, share
from dcprops.strategies._payroll import Deposit, Paid
from dcprops.strategies._timelines import Change, Stretch, years_later

__all__ = ["Book"]


@dataclass(slots=True)
class _Bucket:
    """Money that vests together: settled, given and lost since then; `percentage` once it was told."""

    settled: int = 0
    given: int = 0
    lost: int = 0
    percentage: int | None = None

    def vested(self, percentage: int) -> int:
        """What is the person's own at a percentage."""
        return self.settled + min(share(self.given, percentage), self.given - self.lost)

    def unvested(self, percentage: int) -> int:
        """What may be forfeited at a percentage."""
        return self.settled + self.given - self.lost - self.vested(percentage)

    def forfeit(self, amount: int, percentage: int) -> None:
        """Take `amount` back; when no more than the vested share is left, that is settled."""
        self.lost += amount
        if self.given - self.lost <= share(self.given, percentage):
            self.settled += self.given - self.lost
            self.given = self.lost = 0


def _account() -> dict[str, _Bucket]:
    return {name: _Bucket() for name in BUCKETS}


@dataclass(slots=True)
class Book:
    """The books of one life. Each method writes one line, and they are to be called in canonical order."""

    life: Life
    paid: Paid
    service: int
    accounts: defaultdict[str, dict[str, _Bucket]] = field(default_factory=lambda: defaultdict(_account))
    totals: defaultdict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))
    deferred: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    contributed: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    known_plans: dict[tuple[str, int], str] = field(default_factory=dict)
    service_periods: int = 0
    was_hce: bool | None = None

    def plan_of(self, source: str, spell: int) -> str:
        """The plan that takes the money of a source in a spell."""
        place = source, spell
        plan = self.known_plans.get(place)
        if plan is None:
            plan = self.known_plans[place] = self.life.plans[self._takes_second_plan(source, spell)]
        return plan

    def _takes_second_plan(self, source: str, spell: int) -> bool:
        match self.life.second_plan_for:
            case "profit sharing":
                return BUCKET_OF_SOURCE[source] == "employer_profit_sharing"
            case "employer money":
                return source.startswith("employer")
            case "later spells":
                return spell > 0
        return False

    def plans(self, stretches: list[Stretch]) -> tuple[str, ...]:
        """The plans that the person takes part in."""
        sources = ("employee_pre_tax", "employer_match", "employer_profit_sharing")
        spells = range(len(stretches))
        return tuple(dict.fromkeys(self.plan_of(source, spell) for source in sources for spell in spells))

    def _annual(self, pay: int) -> Decimal:
        return money(pay * FREQUENCIES[self.life.design.frequency])

    def hire(self, day: date, stretch: Stretch) -> Iterator[AnyPayload]:
        """The hire that begins a stretch."""
        fields = {
            "event_type": "hire",
            "plan_id": None,
            "hire_date": day,
            "department": self.life.department,
            "job_level": stretch.opening.job_level,
            "annual_compensation": self._annual(stretch.opening.pay),
        }
        yield built(HirePayload, fields)

    def promotion(self, day: date, change: Change) -> Iterator[AnyPayload]:
        """A new job."""
        fields = {
            "event_type": "promotion",
            "plan_id": None,
            "new_job_level": change.job_level,
            "new_annual_compensation": self._annual(change.pay),
            "effective_date": day,
        }
        yield built(PromotionPayload, fields)

    def merit(self, _: date, change: Change, merit_rate: int) -> Iterator[AnyPayload]:
        """A raise."""
        fields = {
            "event_type": "merit",
            "plan_id": None,
            "new_compensation": self._annual(change.pay),
            "merit_percentage": rate(merit_rate),
        }
        yield built(MeritPayload, fields)

    def termination(self, day: date, spell: Spell) -> Iterator[AnyPayload]:
        """The leaving that ends a spell."""
        fields = {
            "event_type": "termination",
            "plan_id": None,
            "termination_reason": spell.reason,
            "final_pay_date": day + timedelta(spell.final_pay_after),
        }
        yield built(TerminationPayload, fields)

    def eligibility(self, day: date, plans: tuple[str, ...], eligible: bool, reason: str) -> Iterator[AnyPayload]:
        """Whether the person may take part in some plans."""
        for plan in plans:
            fields = {
                "event_type": "eligibility",
                "plan_id": plan,
                "eligible": eligible,
                "eligibility_date": day,
                "reason": reason,
            }
            yield built(EligibilityPayload, fields)

    def enrollment(self, day: date, election: Election, spell: int) -> Iterator[AnyPayload]:
        """What the person elects."""
        automatic = self.life.auto_enrolled
        fields = {
            "event_type": "enrollment",
            "plan_id": self.plan_of("employee_pre_tax", spell),
            "enrollment_date": day,
            "pre_tax_contribution_rate": rate(election.pre_tax),
            "roth_contribution_rate": rate(election.roth),
            "after_tax_contribution_rate": rate(election.after_tax),
            "auto_enrollment": automatic,
            "opt_out_window_expires": day + timedelta(90) if automatic else None,
        }
        yield built(EnrollmentPayload, fields)

    def contribution(self, day: date, deposit: Deposit) -> Iterable[AnyPayload]:
        """Money that comes in, and the year's total of its source with it."""
        source, amount, period_end, _, limited, spell = deposit
        plan, year = self.plan_of(source, spell), period_end.year
        key = plan, source, year
        self.totals[key] = total = self.totals[key] + amount
        self.contributed[year] += amount
        bucket = BUCKET_OF_SOURCE[source]
        if bucket != EMPLOYEE:
            self.accounts[plan][bucket].given += amount
        elif source != "employee_after_tax":
            self.deferred[year] += amount
        fields = {
            "event_type": "contribution",
            "plan_id": plan,
            "source": source,
            "amount": money(amount),
            "pay_period_end": period_end,
            "contribution_date": day,
            "ytd_amount": money(total),
            "payroll_id": payroll_id(period_end),
            "irs_limit_applied": limited,
            "inferred_value": False,
        }
        return (built(ContributionPayload, fields),)

    def vesting(self, day: date, plans: tuple[str, ...], spell: Spell) -> Iterator[AnyPayload]:
        """A period of service, which is a year of service if the hours suffice (IRC §411(a)(5))."""
        self.service += spell.hours >= FULL_YEAR_HOURS
        turns = self.life.recorded_services
        self.service_periods += 1
        if not turns[(self.service_periods - 1) % len(turns)]:
            return
        schedule = self.life.design.schedule
        percentage = schedule.after(self.service)
        for plan in plans:
            listed = self._listed(self.accounts[plan])
            for bucket in listed.values():
                bucket.percentage = percentage
            vested = {name: money(bucket.vested(percentage)) for name, bucket in listed.items()}
            fields = {
                "event_type": "vesting",
                "plan_id": plan,
                "vested_percentage": rate(percentage),
                "source_balances_vested": FrozenMapping(vested),
                "vesting_schedule_type": schedule.kind,
                "service_computation_date": years_later(self.life.first_day, -self.life.prior_service),
                "service_credited_hours": spell.hours,
                "service_period_end_date": day,
            }
            yield built(VestingPayload, fields)

    def _listed(self, account: dict[str, _Bucket]) -> dict[str, _Bucket]:
        """The buckets that a vesting event lists."""
        which = self.life.vested_buckets
        if which in account:
            return {which: account[which]}
        with_money = {name: bucket for name, bucket in account.items() if bucket.settled or bucket.given}
        return with_money if which == "with money" and with_money else account

    def forfeiture(self, _: date, plans: tuple[str, ...], part: str, reason: str) -> Iterator[AnyPayload]:
        """Unvested money of every bucket that has any, as much as `part` says."""
        for plan in plans:
            for name, bucket in self.accounts[plan].items():
                known = bucket.percentage
                percentage = self.life.design.schedule.after(self.service) if known is None else known
                if part == "at a higher percentage":
                    percentage = (percentage + WHOLE) // 2
                amount = _part_of(part, bucket.unvested(percentage))
                if amount:
                    bucket.forfeit(amount, percentage)
                    fields = {
                        "event_type": "forfeiture",
                        "plan_id": plan,
                        "forfeited_from_source": name,
                        "amount": money(amount),
                        "reason": reason,
                        "vested_percentage": rate(percentage),
                    }
                    yield built(ForfeiturePayload, fields)

    def hce_status(self, day: date, year: int) -> Iterator[AnyPayload]:
        """Whether the year's pay is above its threshold; the threshold itself isn't (IRC §414(q)(1)(B))."""
        threshold = figures_of(year).hce_threshold
        aim = self.life.hce_aim
        pay = self.paid.pay_by_year.get(year, 0) if aim is None else threshold + aim
        before, self.was_hce = self.was_hce, pay > threshold
        fields = {
            "event_type": "hce_status",
            "plan_id": self.life.plans[0],
            "determination_method": self.life.hce_method,
            "ytd_compensation": money(pay),
            "annualized_compensation": money(pay),
            "hce_threshold": money(threshold),
            "is_hce": self.was_hce,
            "determination_date": day,
            "prior_year_hce": before,
        }
        yield built(HCEStatusPayload, fields)

    def compliance(self, day: date, compliance_type: str) -> Iterator[AnyPayload]:
        """How near the year's limit is; what has come in by then counts."""
        year = day.year
        figures, deferred = figures_of(year), self.deferred[year]
        caught_up = max(0, deferred - figures.deferrals)
        limit_type, limit, current = {
            "402g_limit_approach": ("elective_deferral", figures.deferrals, deferred - caught_up),
            "415c_limit_approach": ("annual_additions", figures.additions, self.contributed[year] - caught_up),
            "catch_up_eligible": ("catch_up", catch_up(year, self.life.birth_year), caught_up),
        }[compliance_type]
        fields = {
            "event_type": "compliance",
            "plan_id": self.life.plans[0],
            "compliance_type": compliance_type,
            "limit_type": limit_type,
            "applicable_limit": money(limit),
            "current_amount": money(current),
            "monitoring_date": day,
        }
        yield built(ComplianceEventPayload, fields)


def _part_of(part: str, unvested: int) -> int:
    match part:
        case "half":
            return (unvested + 1) // 2
        case "a millionth":
            return min(1, unvested)
        case "all but a millionth":
            return max(unvested - 1, min(1, unvested))
    return unvested
