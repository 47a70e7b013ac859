"""Lives written down: everything that happens to a block of employees, as drafts of events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from dcprops.population.assumptions import DOLLAR, NEVER
from dcprops.population.calendars import PayYear
from dcprops.population.careers import Careers, Lives, Rates, WorkYear
from dcprops.population.drafts import Drafts
from dcprops.population.draws import Flags, Integers
from dcprops.population.payroll import PaidYear, limits_of, run_payroll
from dcprops.population.vesting import Loss, Vested, Vesting
from dcprops.population.vocabularies import place_of
from dcprops.reference import dollar_limits

__all__ = ["write_down"]

#: Compliance tells that a person is near a limit from so many percent of it.
_NEAR: Final = 80
#: The window of IRC §414(w)(2)(B) is at most 90 days.
_OPT_OUT_DAYS: Final = 90
_A_YEAR: Final = 365
#: How many in a hundred leave why, if they are younger than the age of retirement.
_REASONS: Final = (("voluntary", 62), ("involuntary", 32), ("death", 3), ("disability", 3))
_RETIREMENT_AGE: Final = 62
_NONE: Final = -1


def write_down(lives: Lives, first_year: int, calendars: Sequence[PayYear]) -> Drafts:
    """All events of some lives over the years of the calendars, which begin with `first_year`."""
    drafts = Drafts()
    careers = Careers(lives, first_year, len(calendars))
    vesting = Vesting(lives, careers, first_year)
    writer = _Writer(drafts, lives, careers, last_day=calendars[-1].last_day)
    before: _LastYear | None = None
    payrolls = 0
    for calendar in calendars:
        year = careers.go_through(calendar)
        paid = run_payroll(lives, careers, year)
        writer.work(year)
        writer.contributions(calendar, paid, payrolls)
        vested, lost = vesting.go_through(year, paid)
        writer.vesting(vested, lost)
        before = writer.status(year, paid, before)
        writer.compliance(calendar, paid)
        payrolls += len(calendar.ends) + 1
    writer.beginnings()
    return drafts


class _LastYear(NamedTuple):
    """What a determination of highly compensated employees looks back on: pay, and the status then (-1 for none)."""

    year: int
    pay: Integers
    status: Integers


class _Writer:
    """Writes what happened into drafts."""

    def __init__(self, drafts: Drafts, lives: Lives, careers: Careers, last_day: int) -> None:
        self.drafts, self.lives, self.careers, self.last_day = drafts, lives, careers, last_day
        # A plan's place in its vocabulary is that of its design.
        self.plan = lives.design
        self.schedule = np.array(
            [place_of("vesting_schedule_type", design.schedule.kind) for _, design in lives.worlds], np.int64
        )[lives.world]

    def beginnings(self) -> None:
        """The hires of the first spell of work, and how taking part began in it."""
        careers, everyone = self.careers, np.arange(self.lives.count)
        self._hires(everyone, careers.starts[0], careers.first_pay, careers.first_level)
        wait = self.lives.of_design("wait_days")
        waits = np.flatnonzero(wait > 0)
        service = place_of("reason", "age_and_service")
        self._eligibility(waits, careers.starts[0], service, eligible=0)
        reason = np.where(wait < _A_YEAR, service, place_of("reason", "hours_requirement"))
        reason = np.where(wait > 0, reason, place_of("reason", "immediate"))
        entered = np.flatnonzero(careers.eligible[0] <= self.last_day)
        self._eligibility(entered, careers.eligible[0], reason[entered], eligible=1)
        enrolled = np.flatnonzero(careers.enrolled[0] <= self.last_day)
        self._enrollments(enrolled, careers.enrolled[0], careers.first_rates, careers.automatic)

    def work(self, year: WorkYear) -> None:
        """A year's leavings, returns, raises and new elections."""
        self._leavings(year)
        self._returns(year)
        raises = year.raises
        raised = raises.days < NEVER
        who = np.flatnonzero(raised & raises.promotes)
        self.drafts.add(
            "promotion", who, raises.days[who], 0, plan_id=_NONE, new_job_level=raises.level[who],
            new_annual_compensation=raises.pay[who], promotion_effective_date=raises.days[who],
        )  # fmt: skip
        who = np.flatnonzero(raised & ~raises.promotes)
        self.drafts.add(
            "merit", who, raises.days[who], 0, plan_id=_NONE, new_compensation=raises.pay[who],
            merit_percentage=raises.percentage[who],
        )  # fmt: skip
        nobody = np.zeros(self.lives.count, np.bool_)
        self._enrollments(np.flatnonzero(year.changes < NEVER), year.changes, year.new_rates, nobody)

    def _leavings(self, year: WorkYear) -> None:
        who = np.flatnonzero(year.leaves < NEVER)
        day, calendar = year.leaves[who], year.calendar
        words = [place_of("termination_reason", word) for word, percent in _REASONS for _ in range(percent)]
        reason = np.array(words, np.int64)[self.lives.below(len(words), "reason to leave", calendar.year)]
        retires = calendar.year - self.careers.birth_years >= _RETIREMENT_AGE
        reason = np.where(retires, place_of("termination_reason", "retirement"), reason)
        paydays = np.append(calendar.deposits, calendar.yearly_deposit)
        self.drafts.add(
            "termination", who, day, 0, plan_id=_NONE, termination_reason=reason[who],
            final_pay_date=paydays[np.searchsorted(calendar.ends, day)],
        )  # fmt: skip

    def _returns(self, year: WorkYear) -> None:
        careers, calendar = self.careers, year.calendar
        day = careers.starts[1]
        returns = (calendar.first_day <= day) & (day <= calendar.last_day)
        who = np.flatnonzero(returns)
        raised = year.raises.days < day
        pay = np.where(raised, year.raises.pay, year.pay)
        level = np.where(raised, year.raises.level, year.level)
        self._hires(who, day, pay, level)
        self._eligibility(who, day, place_of("reason", "rehire"), eligible=1)
        rates = year.new_rates.where(year.changes < day, year.rates)
        self._enrollments(np.flatnonzero(returns & careers.saves), day, rates, careers.automatic)

    def _hires(self, who: Integers, days: Integers, pay: Integers, level: Integers) -> None:
        self.drafts.add(
            "hire", who, days[who], 0, plan_id=_NONE, hire_date=days[who], job_level=level[who],
            department=self.careers.department[who], annual_compensation=pay[who],
        )  # fmt: skip

    def _eligibility(self, who: Integers, days: Integers, reason: Integers | int, *, eligible: int) -> None:
        self.drafts.add(
            "eligibility", who, days[who], eligible, plan_id=self.plan[who], eligible=eligible,
            eligibility_date=days[who], reason=reason,
        )  # fmt: skip

    def _enrollments(self, who: Integers, days: Integers, rates: Rates, automatic: Flags) -> None:
        self.drafts.add(
            "enrollment", who, days[who], 0, plan_id=self.plan[who], enrollment_date=days[who],
            pre_tax_contribution_rate=rates.pre_tax[who], roth_contribution_rate=rates.roth[who],
            after_tax_contribution_rate=rates.after_tax[who], auto_enrollment=automatic[who],
            opt_out_window_expires=np.where(automatic, days + _OPT_OUT_DAYS, _NONE)[who],
        )  # fmt: skip

    def contributions(self, calendar: PayYear, paid: PaidYear, payrolls: int) -> None:
        """A year's deposits; `payrolls` is the place of its first payroll run among those of all years."""
        for source, (amounts, limited), for_the_year in paid.deposits():
            ytd = np.cumsum(amounts, axis=1)
            who, period = np.nonzero(amounts)
            ends = np.array([calendar.last_day]) if for_the_year else calendar.ends
            deposits = np.array([calendar.yearly_deposit]) if for_the_year else calendar.deposits
            run = payrolls + (len(calendar.ends) if for_the_year else period)
            code = place_of("source", source)
            self.drafts.add(
                "contribution", who, deposits[period], code, plan_id=self.plan[who], source=code,
                amount=amounts[who, period], pay_period_end=ends[period], contribution_date=deposits[period],
                ytd_amount=ytd[who, period], payroll_id=run, irs_limit_applied=limited[who, period], inferred_value=0,
            )  # fmt: skip

    def vesting(self, vested: Sequence[Vested], lost: Sequence[Loss]) -> None:
        """Service credited, and money forfeited."""
        for one in vested:
            who = one.lives
            balances = {f"source_balances_vested_{bucket}": amounts for bucket, amounts in one.balances.items()}
            self.drafts.add(
                "vesting", who, one.days, 0, plan_id=self.plan[who], vested_percentage=one.share,
                vesting_schedule_type=self.schedule[who], service_computation_date=self.careers.starts[0][who],
                service_credited_hours=one.hours, service_period_end_date=one.days, **balances,
            )  # fmt: skip
        for loss in lost:
            bucket = place_of("forfeited_from_source", loss.bucket)
            after_breaks, at_leaving = (
                place_of("reason", word) for word in ("break_in_service", "unvested_termination")
            )
            self.drafts.add(
                "forfeiture", loss.lives, loss.days, bucket, plan_id=self.plan[loss.lives],
                forfeited_from_source=bucket, amount=loss.amounts, vested_percentage=loss.share,
                reason=np.where(loss.after_breaks > 0, after_breaks, at_leaving),
            )  # fmt: skip

    def status(self, year: WorkYear, paid: PaidYear, before: _LastYear | None) -> _LastYear:
        """Who is highly compensated in a year, by the pay of the year before; returns what the next year looks at."""
        pay, calendar = paid.pay.sum(axis=1), year.calendar
        status = np.full(self.lives.count, _NONE, np.int64)
        if before is not None:
            threshold = int(dollar_limits(before.year).hce_threshold_414q * DOLLAR)
            determined = (before.pay > 0) & self.careers.works(calendar.first_day)
            status = np.where(determined, before.pay > threshold, _NONE)
            who, day = np.flatnonzero(determined), calendar.first_day
            self.drafts.add(
                "hce_status", who, day, 0, plan_id=self.plan[who],
                determination_method=place_of("determination_method", "prior_year"),
                ytd_compensation=before.pay[who], annualized_compensation=np.maximum(before.pay, year.pay)[who],
                hce_threshold=threshold, is_hce=status[who], determination_date=day,
                prior_year_hce=before.status[who],
            )  # fmt: skip
        return _LastYear(calendar.year, pay, status)

    def compliance(self, calendar: PayYear, paid: PaidYear) -> None:
        """Who may catch up in a year, and who comes near a limit."""
        limits = limits_of(calendar.year)
        day = self._first_day_of_taking_part(calendar)
        who = np.flatnonzero((paid.catch_up > 0) & (day < NEVER))
        self._note(who, day[who], "catch_up_eligible", "catch_up", paid.catch_up[who], 0)
        deferred = np.cumsum(paid.regular, axis=1)
        near = deferred * 100 >= limits.deferrals * _NEAR
        who = np.flatnonzero(near.any(axis=1))
        first = near[who].argmax(axis=1)
        self._note(
            who,
            calendar.ends[first],
            "402g_limit_approach",
            "elective_deferral",
            limits.deferrals,
            deferred[who, first],
        )
        who = np.flatnonzero(paid.additions * 100 >= limits.additions * _NEAR)
        self._note(
            who, calendar.last_day, "415c_limit_approach", "annual_additions", limits.additions, paid.additions[who]
        )

    def _first_day_of_taking_part(self, calendar: PayYear) -> Integers:
        """The first day of the year on which each works and may take part, NEVER if there is none."""
        careers = self.careers
        day = np.maximum(careers.eligible, calendar.first_day)
        either = np.where(day <= np.minimum(careers.ends, calendar.last_day), day, NEVER)
        first: Integers = np.minimum(either[0], either[1])
        return first

    def _note(
        self, who: Integers, days: Integers | int, kind: str, about: str, limit: Integers | int, amount: Integers | int
    ) -> None:
        code = place_of("compliance_type", kind)
        self.drafts.add(
            "compliance", who, days, code, plan_id=self.plan[who], compliance_type=code,
            limit_type=place_of("limit_type", about), applicable_limit=limit, current_amount=amount,
            monitoring_date=days,
        )  # fmt: skip
