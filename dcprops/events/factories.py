"""Factories: one call per event type that fills in what the type implies, and the reading of documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, cast

from dcprops.events.envelope import AnyPayload, SimulationEvent
from dcprops.events.kinds import BY_DOCUMENT_RULES
from dcprops.events.payloads import (
    ComplianceEventPayload,
    ComplianceType,
    ContributionPayload,
    ContributionSource,
    DeterminationMethod,
    EligibilityPayload,
    EligibilityReason,
    EnrollmentPayload,
    ForfeiturePayload,
    ForfeitureReason,
    HCEStatusPayload,
    HirePayload,
    LimitType,
    MeritPayload,
    PromotionPayload,
    TerminationPayload,
    TerminationReason,
    VestingBucket,
    VestingPayload,
    VestingScheduleType,
)

__all__ = ["DCPlanEventFactory", "EventFactory", "PlanAdministrationEventFactory", "WorkforceEventFactory"]

Amount: TypeAlias = Decimal | int | str

WORKFORCE_SIMULATION = "workforce_simulation"
DC_PLAN_ADMINISTRATION = "dc_plan_administration"
PLAN_ADMINISTRATION = "plan_administration"
HCE_DETERMINATION = "hce_determination"
COMPLIANCE_MONITORING = "compliance_monitoring"


class EventFactory:
    """Makes events from documents. The factories below make them from their fields."""

    @staticmethod
    def create_event(raw: Mapping[str, Any]) -> SimulationEvent:
        """The event that the document `raw` says.

        By the rules of a document: money is a string, never a number. In place of their texts, Decimals, dates,
        datetimes and UUIDs may stand where the field has that type. Raises pydantic's ValidationError, a ValueError.
        """
        return SimulationEvent.model_validate(raw, context=BY_DOCUMENT_RULES)

    @staticmethod
    def validate_schema(raw: Mapping[str, Any]) -> dict[str, Any]:
        """The canonical document of what `raw` says: every field, in order. Raises pydantic's ValidationError."""
        return EventFactory.create_event(raw).model_dump(mode="json")


def _event(
    payload: AnyPayload, effective_date: date, source_system: str, employee_id: str, scenario_id: str,
    plan_design_id: str,
) -> SimulationEvent:  # fmt: skip
    return SimulationEvent(
        employee_id=employee_id,
        effective_date=effective_date,
        scenario_id=scenario_id,
        plan_design_id=plan_design_id,
        source_system=source_system,
        payload=payload,
    )


def _decimal(value: Amount) -> Decimal:
    # The models read ints and texts as well; Decimal is what their fields hold, so that is what they declare.
    return cast("Decimal", value)


class WorkforceEventFactory(EventFactory):
    """Events of employment: hire, promotion, termination, merit.

    Each raises pydantic's ValidationError, a ValueError, naming the field, its value and what was expected.
    """

    @staticmethod
    def create_hire_event(
        employee_id: str,
        scenario_id: str,
        plan_design_id: str,
        hire_date: date,
        department: str,
        job_level: int,
        annual_compensation: Amount,
        plan_id: str | None = None,
    ) -> SimulationEvent:
        """A hire, effective on `hire_date`; pay in dollars a year."""
        payload = HirePayload(
            plan_id=plan_id,
            hire_date=hire_date,
            department=department,
            job_level=job_level,
            annual_compensation=_decimal(annual_compensation),
        )
        return _event(payload, payload.hire_date, WORKFORCE_SIMULATION, employee_id, scenario_id, plan_design_id)

    @staticmethod
    def create_promotion_event(
        employee_id: str,
        scenario_id: str,
        plan_design_id: str,
        effective_date: date,
        new_job_level: int,
        new_annual_compensation: Amount,
        plan_id: str | None = None,
    ) -> SimulationEvent:
        """A promotion, effective on `effective_date`; pay in dollars a year."""
        payload = PromotionPayload(
            plan_id=plan_id,
            new_job_level=new_job_level,
            new_annual_compensation=_decimal(new_annual_compensation),
            effective_date=effective_date,
        )
        return _event(payload, payload.effective_date, WORKFORCE_SIMULATION, employee_id, scenario_id, plan_design_id)

    @staticmethod
    def create_termination_event(
        employee_id: str,
        scenario_id: str,
        plan_design_id: str,
        effective_date: date,
        termination_reason: TerminationReason,
        final_pay_date: date,
        plan_id: str | None = None,
    ) -> SimulationEvent:
        """A termination, effective on `effective_date`."""
        payload = TerminationPayload(
            plan_id=plan_id, termination_reason=termination_reason, final_pay_date=final_pay_date
        )
        return _event(payload, effective_date, WORKFORCE_SIMULATION, employee_id, scenario_id, plan_design_id)

    @staticmethod
    def create_merit_event(
        employee_id: str,
        scenario_id: str,
        plan_design_id: str,
        effective_date: date,
        new_compensation: Amount,
        merit_percentage: Amount,
        plan_id: str | None = None,
    ) -> SimulationEvent:
        """A raise, effective on `effective_date`; pay in dollars a year, the percentage as a rate from 0 to 1."""
        payload = MeritPayload(
            plan_id=plan_id,
            new_compensation=_decimal(new_compensation),
            merit_percentage=_decimal(merit_percentage),
        )
        return _event(payload, effective_date, WORKFORCE_SIMULATION, employee_id, scenario_id, plan_design_id)


class DCPlanEventFactory(EventFactory):
    """Events of plan participation: eligibility, enrollment, contribution, vesting.

    Each raises pydantic's ValidationError, a ValueError, naming the field, its value and what was expected.
    """

    @staticmethod
    def create_eligibility_event(
        employee_id: str,
        plan_id: str,
        scenario_id: str,
        plan_design_id: str,
        eligible: bool,
        eligibility_date: date,
        reason: EligibilityReason,
    ) -> SimulationEvent:
        """A change of eligibility, effective on `eligibility_date`."""
        payload = EligibilityPayload(
            plan_id=plan_id, eligible=eligible, eligibility_date=eligibility_date, reason=reason
        )
        return _event(
            payload, payload.eligibility_date, DC_PLAN_ADMINISTRATION, employee_id, scenario_id, plan_design_id
        )

    @staticmethod
    def create_enrollment_event(
        employee_id: str,
        plan_id: str,
        scenario_id: str,
        plan_design_id: str,
        enrollment_date: date,
        pre_tax_contribution_rate: Amount,
        roth_contribution_rate: Amount,
        after_tax_contribution_rate: Amount = Decimal("0.0000"),
        auto_enrollment: bool = False,
        opt_out_window_expires: date | None = None,
    ) -> SimulationEvent:
        """An election, effective on `enrollment_date`; rates from 0 to 1 of pay."""
        payload = EnrollmentPayload(
            plan_id=plan_id,
            enrollment_date=enrollment_date,
            pre_tax_contribution_rate=_decimal(pre_tax_contribution_rate),
            roth_contribution_rate=_decimal(roth_contribution_rate),
            after_tax_contribution_rate=_decimal(after_tax_contribution_rate),
            auto_enrollment=auto_enrollment,
            opt_out_window_expires=opt_out_window_expires,
        )
        return _event(
            payload, payload.enrollment_date, DC_PLAN_ADMINISTRATION, employee_id, scenario_id, plan_design_id
        )

    @staticmethod
    def create_contribution_event(
        employee_id: str,
        plan_id: str,
        scenario_id: str,
        plan_design_id: str,
        source: ContributionSource,
        amount: Amount,
        pay_period_end: date,
        contribution_date: date,
        ytd_amount: Amount,
        payroll_id: str,
        irs_limit_applied: bool = False,
        inferred_value: bool = False,
    ) -> SimulationEvent:
        """A contribution, effective on `contribution_date`; amounts in dollars."""
        payload = ContributionPayload(
            plan_id=plan_id,
            source=source,
            amount=_decimal(amount),
            pay_period_end=pay_period_end,
            contribution_date=contribution_date,
            ytd_amount=_decimal(ytd_amount),
            payroll_id=payroll_id,
            irs_limit_applied=irs_limit_applied,
            inferred_value=inferred_value,
        )
        return _event(
            payload, payload.contribution_date, DC_PLAN_ADMINISTRATION, employee_id, scenario_id, plan_design_id
        )

    @staticmethod
    def create_vesting_event(
        employee_id: str,
        plan_id: str,
        scenario_id: str,
        plan_design_id: str,
        vested_percentage: Amount,
        source_balances_vested: Mapping[VestingBucket, Decimal],
        vesting_schedule_type: VestingScheduleType,
        service_computation_date: date,
        service_credited_hours: int,
        service_period_end_date: date,
    ) -> SimulationEvent:
        """A vesting step, effective on `service_period_end_date`; the percentage as a rate from 0 to 1."""
        payload = VestingPayload(
            plan_id=plan_id,
            vested_percentage=_decimal(vested_percentage),
            source_balances_vested=source_balances_vested,
            vesting_schedule_type=vesting_schedule_type,
            service_computation_date=service_computation_date,
            service_credited_hours=service_credited_hours,
            service_period_end_date=service_period_end_date,
        )
        return _event(
            payload, payload.service_period_end_date, DC_PLAN_ADMINISTRATION, employee_id, scenario_id, plan_design_id
        )


class PlanAdministrationEventFactory(EventFactory):
    """Events of plan administration: forfeiture, HCE status, compliance monitoring.

    Each raises pydantic's ValidationError, a ValueError, naming the field, its value and what was expected.
    """

    @staticmethod
    def create_forfeiture_event(
        employee_id: str,
        plan_id: str,
        scenario_id: str,
        plan_design_id: str,
        forfeited_from_source: VestingBucket,
        amount: Amount,
        reason: ForfeitureReason,
        vested_percentage: Amount,
        effective_date: date,
    ) -> SimulationEvent:
        """A forfeiture, effective on `effective_date`; the amount in dollars."""
        payload = ForfeiturePayload(
            plan_id=plan_id,
            forfeited_from_source=forfeited_from_source,
            amount=_decimal(amount),
            reason=reason,
            vested_percentage=_decimal(vested_percentage),
        )
        return _event(payload, effective_date, PLAN_ADMINISTRATION, employee_id, scenario_id, plan_design_id)

    @staticmethod
    def create_hce_status_event(
        employee_id: str,
        plan_id: str,
        scenario_id: str,
        plan_design_id: str,
        determination_method: DeterminationMethod,
        ytd_compensation: Amount,
        annualized_compensation: Amount,
        hce_threshold: Amount,
        is_hce: bool,
        determination_date: date,
        prior_year_hce: bool | None = None,
    ) -> SimulationEvent:
        """An HCE determination, effective on `determination_date`; compensation in dollars."""
        payload = HCEStatusPayload(
            plan_id=plan_id,
            determination_method=determination_method,
            ytd_compensation=_decimal(ytd_compensation),
            annualized_compensation=_decimal(annualized_compensation),
            hce_threshold=_decimal(hce_threshold),
            is_hce=is_hce,
            determination_date=determination_date,
            prior_year_hce=prior_year_hce,
        )
        return _event(payload, payload.determination_date, HCE_DETERMINATION, employee_id, scenario_id, plan_design_id)

    @staticmethod
    def create_compliance_monitoring_event(
        employee_id: str,
        plan_id: str,
        scenario_id: str,
        plan_design_id: str,
        compliance_type: ComplianceType,
        limit_type: LimitType,
        applicable_limit: Amount,
        current_amount: Amount,
        monitoring_date: date,
    ) -> SimulationEvent:
        """A compliance observation, effective on `monitoring_date`; amounts in dollars."""
        payload = ComplianceEventPayload(
            plan_id=plan_id,
            compliance_type=compliance_type,
            limit_type=limit_type,
            applicable_limit=_decimal(applicable_limit),
            current_amount=_decimal(current_amount),
            monitoring_date=monitoring_date,
        )
        return _event(payload, payload.monitoring_date, COMPLIANCE_MONITORING, employee_id, scenario_id, plan_design_id)
