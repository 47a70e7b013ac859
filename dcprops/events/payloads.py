"""The eleven payloads: what happened to one person, apart from when and where it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from dcprops.events.kinds import (
    Boolean,
    CalendarDate,
    FixedPoint,
    Identifier,
    Money,
    MoneyBySource,
    PositiveMoney,
    Rate,
    ShortText,
    WholeNumber,
)

__all__ = [
    "ComplianceEventPayload",
    "ContributionPayload",
    "EligibilityPayload",
    "EnrollmentPayload",
    "ForfeiturePayload",
    "HCEStatusPayload",
    "HirePayload",
    "MeritPayload",
    "Payload",
    "PromotionPayload",
    "TerminationPayload",
    "VestingPayload",
]

TerminationReason = Literal["voluntary", "involuntary", "retirement", "death", "disability"]
EligibilityReason = Literal["age_and_service", "immediate", "hours_requirement", "rehire"]
EmployeeSource = Literal["employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up"]
EmployerSource = Literal[
    "employer_match",
    "employer_match_true_up",
    "employer_nonelective",
    "employer_profit_sharing",
    "forfeiture_allocation",
]
ContributionSource = Literal[
    "employee_pre_tax",
    "employee_roth",
    "employee_after_tax",
    "employee_catch_up",
    "employer_match",
    "employer_match_true_up",
    "employer_nonelective",
    "employer_profit_sharing",
    "forfeiture_allocation",
]
VestingBucket = Literal["employer_match", "employer_nonelective", "employer_profit_sharing"]
VestingScheduleType = Literal["graded", "cliff", "immediate"]
ForfeitureReason = Literal["unvested_termination", "break_in_service"]
DeterminationMethod = Literal["prior_year", "current_year"]
ComplianceType = Literal["402g_limit_approach", "415c_limit_approach", "catch_up_eligible"]
LimitType = Literal["elective_deferral", "annual_additions", "catch_up"]

JobLevel: TypeAlias = Annotated[int, WholeNumber(1, 10)]
Hours: TypeAlias = Annotated[int, WholeNumber(0, 999_999)]
VestedBalances: TypeAlias = Annotated[
    Mapping[VestingBucket, Decimal],
    MoneyBySource(get_args(VestingBucket), FixedPoint("money", 12, 6)),
]


class Payload(BaseModel):
    """What all payloads share: unknown fields are errors, instances are frozen, hashable and equal by value."""

    model_config = ConfigDict(frozen=True, extra="forbid", revalidate_instances="always")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # Python code need not repeat what the class says; a document must.
        rendered = handler(schema)
        resolved = handler.resolve_ref_schema(rendered)
        resolved["required"] = ["event_type", *resolved.get("required", [])]
        return rendered


class HirePayload(Payload):
    """A person starts work. `annual_compensation` in dollars a year."""

    event_type: Literal["hire"] = "hire"
    plan_id: Identifier | None = None
    hire_date: CalendarDate
    department: ShortText
    job_level: JobLevel
    annual_compensation: PositiveMoney


class PromotionPayload(Payload):
    """A person changes to another level and pay, from `effective_date` on."""

    event_type: Literal["promotion"] = "promotion"
    plan_id: Identifier | None = None
    new_job_level: JobLevel
    new_annual_compensation: PositiveMoney
    effective_date: CalendarDate


class TerminationPayload(Payload):
    """A person leaves; pay may still be due on `final_pay_date`."""

    event_type: Literal["termination"] = "termination"
    plan_id: Identifier | None = None
    termination_reason: TerminationReason
    final_pay_date: CalendarDate


class MeritPayload(Payload):
    """A raise: the new pay in dollars a year, and the rate that it rose by."""

    event_type: Literal["merit"] = "merit"
    plan_id: Identifier | None = None
    new_compensation: PositiveMoney
    merit_percentage: Rate


class EligibilityPayload(Payload):
    """A person may (or may no longer) take part in a plan."""

    event_type: Literal["eligibility"] = "eligibility"
    plan_id: Identifier
    eligible: Boolean
    eligibility_date: CalendarDate
    reason: EligibilityReason


class EnrollmentPayload(Payload):
    """A person elects what share of pay to defer, by source."""

    event_type: Literal["enrollment"] = "enrollment"
    plan_id: Identifier
    enrollment_date: CalendarDate
    pre_tax_contribution_rate: Rate
    roth_contribution_rate: Rate
    after_tax_contribution_rate: Rate = Decimal("0.0000")
    auto_enrollment: Boolean = False
    opt_out_window_expires: CalendarDate | None = None


class ContributionPayload(Payload):
    """Money is paid in for one pay period; `ytd_amount` is the year's total of that source with this one."""

    event_type: Literal["contribution"] = "contribution"
    plan_id: Identifier
    source: ContributionSource
    amount: PositiveMoney
    pay_period_end: CalendarDate
    contribution_date: CalendarDate
    ytd_amount: Money
    payroll_id: Identifier
    irs_limit_applied: Boolean = False
    inferred_value: Boolean = False


class VestingPayload(Payload):
    """A person's service is counted and the vested percentage set for the buckets that are listed."""

    event_type: Literal["vesting"] = "vesting"
    plan_id: Identifier
    vested_percentage: Rate
    source_balances_vested: VestedBalances
    vesting_schedule_type: VestingScheduleType
    service_computation_date: CalendarDate
    service_credited_hours: Hours
    service_period_end_date: CalendarDate


class ForfeiturePayload(Payload):
    """Unvested employer money is taken back."""

    event_type: Literal["forfeiture"] = "forfeiture"
    plan_id: Identifier
    forfeited_from_source: VestingBucket
    amount: PositiveMoney
    reason: ForfeitureReason
    vested_percentage: Rate


class HCEStatusPayload(Payload):
    """A person is found to be, or not to be, a highly compensated employee (IRC §414(q))."""

    event_type: Literal["hce_status"] = "hce_status"
    plan_id: Identifier
    determination_method: DeterminationMethod
    ytd_compensation: Money
    annualized_compensation: Money
    hce_threshold: PositiveMoney
    is_hce: Boolean
    determination_date: CalendarDate
    prior_year_hce: Boolean | None = None


class ComplianceEventPayload(Payload):
    """A person nears a limit (IRC §402(g), §415(c)) or becomes eligible for catch-up (§414(v))."""

    event_type: Literal["compliance"] = "compliance"
    plan_id: Identifier
    compliance_type: ComplianceType
    limit_type: LimitType
    applicable_limit: PositiveMoney
    current_amount: Money
    monitoring_date: CalendarDate
