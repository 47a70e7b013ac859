"""One valid document per event type, plain data: what the matrix spoils, and a corpus for suites without Hypothesis.

Person E1 of scenario S1 is hired in 2024, takes part in plan P1, is promoted and raised, and leaves partly vested.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

__all__ = ["SAMPLES"]


def _sample(number: int, effective_date: str, source_system: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "event_id": f"00000000-0000-4000-8000-{number:012d}",
        "employee_id": "E1",
        "effective_date": effective_date,
        "created_at": f"2025-07-01T00:00:{number:02d}Z",
        "scenario_id": "S1",
        "plan_design_id": "D1",
        "source_system": source_system,
        "payload": payload,
        "correlation_id": None,
    }


#: A canonical document of each event type.
SAMPLES: Final[Mapping[str, dict[str, Any]]] = MappingProxyType(
    {
        "hire": _sample(
            1,
            "2024-01-02",
            "workforce_simulation",
            {
                "event_type": "hire",
                "plan_id": "P1",
                "hire_date": "2024-01-02",
                "department": "Finance",
                "job_level": 3,
                "annual_compensation": "78000.000000",
            },
        ),
        "promotion": _sample(
            2,
            "2024-07-01",
            "workforce_simulation",
            {
                "event_type": "promotion",
                "plan_id": "P1",
                "new_job_level": 4,
                "new_annual_compensation": "91000.250000",
                "effective_date": "2024-07-01",
            },
        ),
        "termination": _sample(
            3,
            "2025-05-30",
            "workforce_simulation",
            {
                "event_type": "termination",
                "plan_id": "P1",
                "termination_reason": "voluntary",
                "final_pay_date": "2025-06-06",
            },
        ),
        "merit": _sample(
            4,
            "2025-03-01",
            "workforce_simulation",
            {
                "event_type": "merit",
                "plan_id": "P1",
                "new_compensation": "93730.257500",
                "merit_percentage": "0.0300",
            },
        ),
        "eligibility": _sample(
            5,
            "2024-02-01",
            "dc_plan_administration",
            {
                "event_type": "eligibility",
                "plan_id": "P1",
                "eligible": True,
                "eligibility_date": "2024-02-01",
                "reason": "immediate",
            },
        ),
        "enrollment": _sample(
            6,
            "2024-02-29",
            "dc_plan_administration",
            {
                "event_type": "enrollment",
                "plan_id": "P1",
                "enrollment_date": "2024-02-29",
                "pre_tax_contribution_rate": "0.0600",
                "roth_contribution_rate": "0.0333",
                "after_tax_contribution_rate": "0.0100",
                "auto_enrollment": True,
                "opt_out_window_expires": "2024-05-29",
            },
        ),
        "contribution": _sample(
            7,
            "2025-01-07",
            "dc_plan_administration",
            {
                "event_type": "contribution",
                "plan_id": "P1",
                "source": "employer_match",
                "amount": "132.336001",
                "pay_period_end": "2024-12-31",
                "contribution_date": "2025-01-07",
                "ytd_amount": "1578.391801",
                "payroll_id": "PR202412",
                "irs_limit_applied": True,
                "inferred_value": True,
            },
        ),
        "vesting": _sample(
            8,
            "2024-12-31",
            "dc_plan_administration",
            {
                "event_type": "vesting",
                "plan_id": "P1",
                "vested_percentage": "0.3333",
                "source_balances_vested": {
                    "employer_match": "6511.375801",
                    "employer_nonelective": "0.000000",
                    "employer_profit_sharing": "250.000000",
                },
                "vesting_schedule_type": "graded",
                "service_computation_date": "2024-01-02",
                "service_credited_hours": 1000,
                "service_period_end_date": "2024-12-31",
            },
        ),
        "forfeiture": _sample(
            9,
            "2025-06-30",
            "plan_administration",
            {
                "event_type": "forfeiture",
                "plan_id": "P1",
                "forfeited_from_source": "employer_match",
                "amount": "4341.134247",
                "reason": "unvested_termination",
                "vested_percentage": "0.3333",
            },
        ),
        "hce_status": _sample(
            10,
            "2025-01-01",
            "hce_determination",
            {
                "event_type": "hce_status",
                "plan_id": "P1",
                "determination_method": "prior_year",
                "ytd_compensation": "84500.130000",
                "annualized_compensation": "84500.130000",
                "hce_threshold": "155000.000000",
                "is_hce": False,
                "determination_date": "2025-01-01",
                "prior_year_hce": False,
            },
        ),
        "compliance": _sample(
            11,
            "2024-11-30",
            "compliance_monitoring",
            {
                "event_type": "compliance",
                "plan_id": "P1",
                "compliance_type": "402g_limit_approach",
                "limit_type": "elective_deferral",
                "applicable_limit": "23000.000000",
                "current_amount": "22999.999999",
                "monitoring_date": "2024-11-30",
            },
        ),
    }
)
