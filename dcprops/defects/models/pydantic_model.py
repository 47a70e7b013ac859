"""A correct event model as a Pydantic user would write it: strict classes, annotated types, few validators."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)

from dcprops.defects.models.stdlib_model import DAY, END, MONEY, NO_TEXT, RATE, TIMESTAMP, UUID_TEXT


def text_that_matches(pattern: str) -> BeforeValidator:
    def matched(value: Any) -> Any:
        if not isinstance(value, str) or not re.search(pattern, value):
            raise ValueError(f"expected a text like {pattern}")
        return value

    return BeforeValidator(matched)


def described_by(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


def in_utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def without_refused_characters(text: str) -> str:
    if re.search(NO_TEXT, text):
        raise ValueError("expected no control character, and no white space at either end")
    return text


def written_with(places: int) -> PlainSerializer:
    return PlainSerializer(lambda number: f"{number:.{places}f}", return_type=str)


def as_pairs(balances: Any) -> Any:
    if not isinstance(balances, dict):
        raise ValueError("expected an object of balances")
    return tuple(sorted(balances.items()))


Identifier = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=128),
    AfterValidator(without_refused_characters),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 128, "not": {"pattern": NO_TEXT}}),
]
Day = Annotated[date, text_that_matches(f"^{DAY}{END}"), described_by(f"^{DAY}{END}")]
Instant = Annotated[datetime, text_that_matches(TIMESTAMP), AfterValidator(in_utc), described_by(TIMESTAMP)]
Identity = Annotated[UUID, text_that_matches(UUID_TEXT), described_by(UUID_TEXT)]
_MONEY = f"^{MONEY}"
_POSITIVE = f"^(?=[0.]*[1-9]){MONEY}"
Money = Annotated[Decimal, text_that_matches(_MONEY), written_with(6), described_by(_MONEY)]
PositiveMoney = Annotated[Decimal, text_that_matches(_POSITIVE), written_with(6), described_by(_POSITIVE)]
Rate = Annotated[Decimal, text_that_matches(RATE), written_with(4), described_by(RATE)]
EmployerSource = Literal["employer_match", "employer_nonelective", "employer_profit_sharing"]
Balances = Annotated[
    tuple[tuple[EmployerSource, Money], ...],
    BeforeValidator(as_pairs),
    PlainSerializer(lambda pairs: {source: f"{balance:.6f}" for source, balance in pairs}),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                source: {"type": "string", "pattern": f"^{MONEY}"}
                for source in ("employer_match", "employer_nonelective", "employer_profit_sharing")
            },
        }
    ),
]
Level = Annotated[int, Field(strict=True, ge=1, le=10)]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hire(Record):
    event_type: Literal["hire"]
    plan_id: Identifier | None = None
    hire_date: Day
    department: Identifier
    job_level: Level
    annual_compensation: PositiveMoney


class Promotion(Record):
    event_type: Literal["promotion"]
    plan_id: Identifier | None = None
    new_job_level: Level
    new_annual_compensation: PositiveMoney
    effective_date: Day


class Termination(Record):
    event_type: Literal["termination"]
    plan_id: Identifier | None = None
    termination_reason: Literal["voluntary", "involuntary", "retirement", "death", "disability"]
    final_pay_date: Day


class Merit(Record):
    event_type: Literal["merit"]
    plan_id: Identifier | None = None
    new_compensation: PositiveMoney
    merit_percentage: Rate


class Eligibility(Record):
    event_type: Literal["eligibility"]
    plan_id: Identifier
    eligible: StrictBool
    eligibility_date: Day
    reason: Literal["age_and_service", "immediate", "hours_requirement", "rehire"]


class Enrollment(Record):
    event_type: Literal["enrollment"]
    plan_id: Identifier
    enrollment_date: Day
    pre_tax_contribution_rate: Rate
    roth_contribution_rate: Rate
    after_tax_contribution_rate: Rate = Decimal("0.0000")
    auto_enrollment: StrictBool = False
    opt_out_window_expires: Day | None = None


class Contribution(Record):
    event_type: Literal["contribution"]
    plan_id: Identifier
    source: Literal[
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
    amount: PositiveMoney
    pay_period_end: Day
    contribution_date: Day
    ytd_amount: Money
    payroll_id: Identifier
    irs_limit_applied: StrictBool = False
    inferred_value: StrictBool = False


class Vesting(Record):
    event_type: Literal["vesting"]
    plan_id: Identifier
    vested_percentage: Rate
    source_balances_vested: Balances
    vesting_schedule_type: Literal["graded", "cliff", "immediate"]
    service_computation_date: Day
    service_credited_hours: Annotated[int, Field(strict=True, ge=0, le=999_999)]
    service_period_end_date: Day


class Forfeiture(Record):
    event_type: Literal["forfeiture"]
    plan_id: Identifier
    forfeited_from_source: EmployerSource
    amount: PositiveMoney
    reason: Literal["unvested_termination", "break_in_service"]
    vested_percentage: Rate


class HCEStatus(Record):
    event_type: Literal["hce_status"]
    plan_id: Identifier
    determination_method: Literal["prior_year", "current_year"]
    ytd_compensation: Money
    annualized_compensation: Money
    hce_threshold: PositiveMoney
    is_hce: StrictBool
    determination_date: Day
    prior_year_hce: StrictBool | None = None


class Compliance(Record):
    event_type: Literal["compliance"]
    plan_id: Identifier
    compliance_type: Literal["402g_limit_approach", "415c_limit_approach", "catch_up_eligible"]
    limit_type: Literal["elective_deferral", "annual_additions", "catch_up"]
    applicable_limit: PositiveMoney
    current_amount: Money
    monitoring_date: Day


AnyPayload = (
    Hire | Promotion | Termination | Merit | Eligibility | Enrollment | Contribution | Vesting | Forfeiture | HCEStatus
    | Compliance
)  # fmt: skip


class Envelope(Record):
    """All but the payload."""

    event_id: Identity = Field(default_factory=uuid4)
    employee_id: Identifier
    effective_date: Day
    created_at: Instant = Field(default_factory=lambda: datetime.now(UTC))
    scenario_id: Identifier
    plan_design_id: Identifier
    source_system: Identifier
    correlation_id: Identifier | None = None


class PlainEvent(Envelope):
    """The whole event."""

    payload: Annotated[AnyPayload, Field(discriminator="event_type")]


class UndiscriminatedEvent(Envelope):
    """The same, told apart by trying: slower, but right as long as each payload names its type."""

    payload: AnyPayload
