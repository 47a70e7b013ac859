"""A model that is wrong in four ways is told all four, cell by cell."""

from __future__ import annotations

import pytest

from dcprops.properties import Report, check

from .lax_model import LaxModel

EVENT_TYPES = (
    "hire", "promotion", "termination", "merit", "eligibility", "enrollment", "contribution", "vesting", "forfeiture",
    "hce_status", "compliance",
)  # fmt: skip
AMOUNTS = (
    ("hire", "annual_compensation"),
    ("promotion", "new_annual_compensation"),
    ("merit", "new_compensation"),
    ("contribution", "amount"),
    ("contribution", "ytd_amount"),
    ("vesting", "source_balances_vested"),
    ("forfeiture", "amount"),
    ("hce_status", "ytd_compensation"),
    ("hce_status", "annualized_compensation"),
    ("hce_status", "hce_threshold"),
    ("compliance", "applicable_limit"),
    ("compliance", "current_amount"),
)
IDENTIFIERS = (
    ("envelope", "employee_id"),
    ("envelope", "scenario_id"),
    ("envelope", "plan_design_id"),
    ("envelope", "source_system"),
    ("envelope", "correlation_id"),
    *((event_type, "plan_id") for event_type in EVENT_TYPES),
    ("hire", "department"),
    ("contribution", "payroll_id"),
)
WRONG_CELLS = {
    **{(name, "unknown_field", "unknown-field"): "accepted" for name in ("envelope", *EVENT_TYPES)},
    **{(*place, "too-many-places"): "accepted" for place in AMOUNTS},
    **{(*place, "too-many-digits"): "crashed" for place in AMOUNTS},
    **{(*place, "blank"): "accepted" for place in IDENTIFIERS},
}


@pytest.fixture(scope="module")
def report() -> Report:
    return check(model=LaxModel, suites=["model"], profile="quick", seed=11)


def test_the_matrix_has_just_the_wrong_cells(report: Report) -> None:
    assert not report.ok
    assert {
        (cell.payload, cell.field, cell.rule): cell.outcome for cell in report.matrix if cell.outcome != "rejected"
    } == WRONG_CELLS


def test_each_wrong_cell_is_a_failure_with_its_document(report: Report) -> None:
    (matrix,) = (each for each in report.checks if each.id == "model.rejects-invalid")
    words = {"accepted": "accepts", "crashed": "crashes on"}
    assert matrix.status == "failed"
    assert sorted(failure.title for failure in matrix.failures) == sorted(
        f"model.rejects-invalid: {payload}.{field} {words[outcome]} {rule}"
        for (payload, field, rule), outcome in WRONG_CELLS.items()
    )
    for failure in matrix.failures:
        assert failure.expected == "rejected"
        assert failure.got in words


def test_the_documents_are_those_that_were_let_through(report: Report) -> None:
    (matrix,) = (each for each in report.checks if each.id == "model.rejects-invalid")
    documents = {failure.title.partition(": ")[2]: failure.document for failure in matrix.failures}
    assert documents["envelope.unknown_field accepts unknown-field"]["unknown_field"] == "x"
    assert documents["contribution.amount crashes on too-many-digits"]["payload"]["amount"] == "1E+30"
    assert documents["contribution.amount accepts too-many-places"]["payload"]["amount"] == "0.1111119"
    assert documents["envelope.employee_id accepts blank"]["employee_id"] == " "


def test_what_breaks_besides_the_matrix_is_the_crash_and_the_dependence_on_the_context(report: Report) -> None:
    """quantize without a context of its own has the caller's."""
    assert {each.id for each in report.checks if each.status == "failed"} == {
        "model.rejects-invalid",
        "model.rejects-cleanly",
        "model.decimal-context-independent",
    }
    (crash,) = (each for each in report.checks if each.id == "model.rejects-cleanly")
    assert {failure.got for failure in crash.failures} == {
        "validate raised InvalidOperation: [<class 'decimal.InvalidOperation'>]"
    }
