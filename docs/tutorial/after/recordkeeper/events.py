"""The events, as Pydantic models."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer


def like(pattern: str) -> BeforeValidator:
    """Takes nothing but a text that looks like this."""

    def checked(value: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise ValueError(f"expected a text like {pattern}")
        return value

    return BeforeValidator(checked)


def with_places(places: int) -> PlainSerializer:
    return PlainSerializer(lambda number: f"{number:.{places}f}", return_type=str)


def pairs(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    return tuple(sorted(value.items()))


def in_utc(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("expected a moment of the years 1 to 9999 in UTC") from None


Identifier = Annotated[str, like(r"\S(.{0,126}\S)?")]
Day = Annotated[date, like("[0-9]{4}-[0-9]{2}-[0-9]{2}")]
Moment = Annotated[
    datetime, like("[0-9-]{10}T[0-9:]{8}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"), AfterValidator(in_utc)
]
Money = Annotated[Decimal, like("[0-9]{1,12}([.][0-9]{1,6})?"), with_places(6)]
Dollars = Annotated[Money, Field(gt=0)]
Rate = Annotated[Decimal, like("[0-9]([.][0-9]{1,4})?"), Field(le=1), with_places(4)]
Flag = Annotated[bool, Field(strict=True)]
Level = Annotated[int, Field(strict=True, ge=1, le=10)]
Hours = Annotated[int, Field(strict=True, ge=0, le=999_999)]
EmployerSource = Literal["employer_match", "employer_nonelective", "employer_profit_sharing"]
Source = Literal[
    "employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up", "employer_match_true_up",
    "forfeiture_allocation", EmployerSource,
]  # fmt: skip
# Pairs and no dict, so that an event has a hash; an object in JSON.
Balances = Annotated[
    tuple[tuple[EmployerSource, Money], ...],
    BeforeValidator(pairs),
    PlainSerializer(lambda pairs: {source: f"{amount:.6f}" for source, amount in pairs}),
]


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hire(Record):
    event_type: Literal["hire"]
    plan_id: Identifier | None = None
    hire_date: Day
    department: Identifier
    job_level: Level
    annual_compensation: Dollars


class Promotion(Record):
    event_type: Literal["promotion"]
    plan_id: Identifier | None = None
    new_job_level: Level
    new_annual_compensation: Dollars
    effective_date: Day


class Termination(Record):
    event_type: Literal["termination"]
    plan_id: Identifier | None = None
    termination_reason: Literal["voluntary", "involuntary", "retirement", "death", "disability"]
    final_pay_date: Day


class Merit(Record):
    event_type: Literal["merit"]
    plan_id: Identifier | None = None
    new_compensation: Dollars
    merit_percentage: Rate


class Eligibility(Record):
    event_type: Literal["eligibility"]
    plan_id: Identifier
    eligible: Flag
    eligibility_date: Day
    reason: Literal["age_and_service", "immediate", "hours_requirement", "rehire"]


class Enrollment(Record):
    event_type: Literal["enrollment"]
    plan_id: Identifier
    enrollment_date: Day
    pre_tax_contribution_rate: Rate
    roth_contribution_rate: Rate
    after_tax_contribution_rate: Rate = Decimal(0)
    auto_enrollment: Flag = False
    opt_out_window_expires: Day | None = None


class Contribution(Record):
    event_type: Literal["contribution"]
    plan_id: Identifier
    source: Source
    amount: Dollars
    pay_period_end: Day
    contribution_date: Day
    ytd_amount: Money
    payroll_id: Identifier
    irs_limit_applied: Flag = False
    inferred_value: Flag = False


class Vesting(Record):
    event_type: Literal["vesting"]
    plan_id: Identifier
    vested_percentage: Rate
    source_balances_vested: Balances
    vesting_schedule_type: Literal["graded", "cliff", "immediate"]
    service_computation_date: Day
    service_credited_hours: Hours
    service_period_end_date: Day


class Forfeiture(Record):
    event_type: Literal["forfeiture"]
    plan_id: Identifier
    forfeited_from_source: EmployerSource
    amount: Dollars
    reason: Literal["unvested_termination", "break_in_service"]
    vested_percentage: Rate


class HCEStatus(Record):
    event_type: Literal["hce_status"]
    plan_id: Identifier
    determination_method: Literal["prior_year", "current_year"]
    ytd_compensation: Money
    annualized_compensation: Money
    hce_threshold: Dollars
    is_hce: Flag
    determination_date: Day
    prior_year_hce: Flag | None = None


class Compliance(Record):
    event_type: Literal["compliance"]
    plan_id: Identifier
    compliance_type: Literal["402g_limit_approach", "415c_limit_approach", "catch_up_eligible"]
    limit_type: Literal["elective_deferral", "annual_additions", "catch_up"]
    applicable_limit: Dollars
    current_amount: Money
    monitoring_date: Day


class Event(Record):
    event_id: UUID = Field(default_factory=uuid4)
    employee_id: Identifier
    effective_date: Day
    created_at: Moment = Field(default_factory=lambda: datetime.now(UTC))
    scenario_id: Identifier
    plan_design_id: Identifier
    source_system: Identifier
    correlation_id: Identifier | None = None
    payload: Annotated[
        Hire | Promotion | Termination | Merit | Eligibility | Enrollment | Contribution | Vesting | Forfeiture
        | HCEStatus | Compliance,
        Field(discriminator="event_type"),
    ]  # fmt: skip
