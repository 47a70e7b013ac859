"""The lines of a ledger tell what a reader needs, and nothing that goes without saying."""

from __future__ import annotations

from dcprops.reference import timeline
from dcprops.rules import SAMPLES


def changed(event_type, envelope=None, **payload):
    document = SAMPLES[event_type]
    return {**document, **(envelope or {}), "payload": {**document["payload"], **payload}}


CONTRIBUTION = changed(
    "contribution",
    {
        "event_id": "00000000-0000-4000-8000-000000000001",
        "employee_id": "E1", "scenario_id": "S1", "plan_design_id": "D1",
        "created_at": "2025-01-01T00:00:00Z", "effective_date": "2025-01-31",
    },
    plan_id="P1", source="employer_match", amount="100.000000", ytd_amount="100.000000", payroll_id="PR 1",
    pay_period_end="2024-12-31", contribution_date="2025-01-31", irs_limit_applied=False, inferred_value=False,
)  # fmt: skip


def test_a_line_has_day_account_type_and_what_else_there_is_to_tell():
    assert timeline([CONTRIBUTION]) == [
        "2025-01-31 S1/D1/E1/P1 contribution source=employer_match amount=100.000000 pay_period_end=2024-12-31 "
        "ytd_amount=100.000000 payroll_id='PR 1'"
    ]


def test_a_flag_that_is_set_and_one_that_has_no_default_are_told():
    (line,) = timeline([{**CONTRIBUTION, "payload": {**CONTRIBUTION["payload"], "irs_limit_applied": True}}])
    assert "irs_limit_applied=True" in line
    (line,) = timeline([changed("eligibility", eligible=False)])
    assert "eligible=False" in line


def test_a_rate_at_its_default_is_left_out():
    for written, told in (("0.0000", False), ("0.0001", True)):
        (line,) = timeline([changed("enrollment", after_tax_contribution_rate=written)])
        assert ("after_tax_contribution_rate" in line) is told


def test_amounts_by_source_are_told_one_by_one():
    (line,) = timeline([changed("vesting", source_balances_vested={"employer_match": "1.000000"})])
    assert "source_balances_vested={employer_match: 1.000000}" in line


def test_no_plan_is_no_part_of_the_account():
    document = changed("hire", {"employee_id": "E1", "scenario_id": "S1", "plan_design_id": "D1"}, plan_id=None)
    (line,) = timeline([document])
    assert " S1/D1/E1 hire " in line


def test_recording_is_told_where_it_differs():
    later = {**CONTRIBUTION, "event_id": "00000000-0000-4000-8000-000000000002", "created_at": "2025-01-02T00:00:00Z"}
    assert [line.rpartition(" ")[2] for line in timeline([CONTRIBUTION, later])] == [
        "recorded=2025-01-01T00:00:00Z",
        "recorded=2025-01-02T00:00:00Z",
    ]


def test_an_event_id_is_told_where_two_events_share_it():
    other = {**CONTRIBUTION, "event_id": "00000000-0000-4000-8000-000000000002"}
    lines = timeline([CONTRIBUTION, CONTRIBUTION, other])
    assert [line.endswith("event_id=…000000000001") for line in lines] == [True, True, False]


def test_names_that_look_alike_are_told_apart():
    documents = [{**CONTRIBUTION, "employee_id": name} for name in ("Zoë", "Zoe\u0308")]
    first, second = timeline(documents)
    assert "S1/D1/Zo\\xeb/P1" in first
    assert "S1/D1/Zoe\\u0308/P1" in second
