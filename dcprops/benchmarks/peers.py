"""The event model as a team would write it without dcprops: Pydantic's own types, amounts rounded in validators.

It takes amounts that are JSON numbers, dates that are timestamps, and texts with a key twice; ours refuses all of them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias
from uuid import UUID, uuid4

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

__all__ = ["PeerEvent"]

MILLIONTH = Decimal("0.000001")
TEN_THOUSANDTH = Decimal("0.0001")

Bucket: TypeAlias = Literal["employer_match", "employer_nonelective", "employer_profit_sharing"]


def refuse_blank_or_padded(text: str) -> str:
    if text.strip() != text:
        raise ValueError("must not be blank, nor begin or end with white space")
    return text


Identifier: TypeAlias = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(refuse_blank_or_padded)]
PositiveMoney: TypeAlias = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
Money: TypeAlias = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]
Rate: TypeAlias = Annotated[Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4)]


class PeerPayload(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PeerHire(PeerPayload):
    event_type: Literal["hire"]
    plan_id: Identifier | None = None
    hire_date: date
    department: Identifier
    job_level: int = Field(ge=1, le=10)
    annual_compensation: PositiveMoney

    @field_validator("annual_compensation")
    @classmethod
    def round_money(cls, amount: Decimal) -> Decimal:
        return amount.quantize(MILLIONTH)


class PeerPromotion(PeerPayload):
    event_type: Literal["promotion"]
    plan_id: Identifier | None = None
    new_job_level: int = Field(ge=1, le=10)
    new_annual_compensation: PositiveMoney
    effective_date: date

    @field_validator("new_annual_compensation")
    @classmethod
    def round_money(cls, amount: Decimal) -> Decimal:
        return amount.quantize(MILLIONTH)


class PeerTermination(PeerPayload):
    event_type: Literal["termination"]
    plan_id: Identifier | None = None
    termination_reason: Literal["voluntary", "involuntary", "retirement", "death", "disability"]
    final_pay_date: date


class PeerMerit(PeerPayload):
    event_type: Literal["merit"]
    plan_id: Identifier | None = None
    new_compensation: PositiveMoney
    merit_percentage: Rate

    @field_validator("new_compensation")
    @classmethod
    def round_money(cls, amount: Decimal) -> Decimal:
        return amount.quantize(MILLIONTH)

    @field_validator("merit_percentage")
    @classmethod
    def round_rate(cls, rate: Decimal) -> Decimal:
        return rate.quantize(TEN_THOUSANDTH)


class PeerEligibility(PeerPayload):
    event_type: Literal["eligibility"]
    plan_id: Identifier
    eligible: bool
    eligibility_date: date
    reason: Literal["age_and_service", "immediate", "hours_requirement", "rehire"]


class PeerEnrollment(PeerPayload):
    event_type: Literal["enrollment"]
    plan_id: Identifier
    enrollment_date: date
    pre_tax_contribution_rate: Rate
    roth_contribution_rate: Rate
    after_tax_contribution_rate: Rate = Decimal("0.0000")
    auto_enrollment: bool = False
    opt_out_window_expires: date | None = None

    @field_validator("pre_tax_contribution_rate", "roth_contribution_rate", "after_tax_contribution_rate")
    @classmethod
    def round_rate(cls, rate: Decimal) -> Decimal:
        return rate.quantize(TEN_THOUSANDTH)


class PeerContribution(PeerPayload):
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
    pay_period_end: date
    contribution_date: date
    ytd_amount: Money
    payroll_id: Identifier
    irs_limit_applied: bool = False
    inferred_value: bool = False

    @field_validator("amount", "ytd_amount")
    @classmethod
    def round_money(cls, amount: Decimal) -> Decimal:
        return amount.quantize(MILLIONTH)


class PeerVesting(PeerPayload):
    event_type: Literal["vesting"]
    plan_id: Identifier
    vested_percentage: Rate
    source_balances_vested: dict[Bucket, Money]
    vesting_schedule_type: Literal["graded", "cliff", "immediate"]
    service_computation_date: date
    service_credited_hours: int = Field(ge=0, le=999_999)
    service_period_end_date: date

    @field_validator("vested_percentage")
    @classmethod
    def round_rate(cls, rate: Decimal) -> Decimal:
        return rate.quantize(TEN_THOUSANDTH)

    @field_validator("source_balances_vested")
    @classmethod
    def round_money(cls, balances: dict[Bucket, Decimal]) -> dict[Bucket, Decimal]:
        return {bucket: amount.quantize(MILLIONTH) for bucket, amount in balances.items()}


class PeerForfeiture(PeerPayload):
    event_type: Literal["forfeiture"]
    plan_id: Identifier
    forfeited_from_source: Bucket
    amount: PositiveMoney
    reason: Literal["unvested_termination", "break_in_service"]
    vested_percentage: Rate

    @field_validator("amount")
    @classmethod
    def round_money(cls, amount: Decimal) -> Decimal:
        return amount.quantize(MILLIONTH)

    @field_validator("vested_percentage")
    @classmethod
    def round_rate(cls, rate: Decimal) -> Decimal:
        return rate.quantize(TEN_THOUSANDTH)


class PeerHCEStatus(PeerPayload):
    event_type: Literal["hce_status"]
    plan_id: Identifier
    determination_method: Literal["prior_year", "current_year"]
    ytd_compensation: Money
    annualized_compensation: Money
    hce_threshold: PositiveMoney
    is_hce: bool
    determination_date: date
    prior_year_hce: bool | None = None

    @field_validator("ytd_compensation", "annualized_compensation", "hce_threshold")
    @classmethod
    def round_money(cls, amount: Decimal) -> Decimal:
        return amount.quantize(MILLIONTH)


class PeerCompliance(PeerPayload):
    event_type: Literal["compliance"]
    plan_id: Identifier
    compliance_type: Literal["402g_limit_approach", "415c_limit_approach", "catch_up_eligible"]
    limit_type: Literal["elective_deferral", "annual_additions", "catch_up"]
    applicable_limit: PositiveMoney
    current_amount: Money
    monitoring_date: date

    @field_validator("applicable_limit", "current_amount")
    @classmethod
    def round_money(cls, amount: Decimal) -> Decimal:
        return amount.quantize(MILLIONTH)


AnyPeerPayload: TypeAlias = (
    PeerHire
    | PeerPromotion
    | PeerTermination
    | PeerMerit
    | PeerEligibility
    | PeerEnrollment
    | PeerContribution
    | PeerVesting
    | PeerForfeiture
    | PeerHCEStatus
    | PeerCompliance
)


class PeerEvent(BaseModel):
    """The envelope, with one of the eleven payloads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_id: UUID = Field(default_factory=uuid4)
    employee_id: Identifier
    effective_date: date
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    scenario_id: Identifier
    plan_design_id: Identifier
    source_system: Identifier
    payload: AnyPeerPayload = Field(discriminator="event_type")
    correlation_id: Identifier | None = None

    @field_validator("created_at")
    @classmethod
    def take_as_utc(cls, instant: datetime) -> datetime:
        """Without a zone it is UTC."""
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
