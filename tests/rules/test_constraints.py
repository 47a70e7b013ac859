"""Section 3 of the design as a table by hand: each constraint of each field has a cell beyond it and an edge within."""

from __future__ import annotations

import pytest

from dcprops.rules import ABSENT, CATALOGUE, EDGES

REQUIRED = "required"
SOURCES = (
    "employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up", "employer_match",
    "employer_match_true_up", "employer_nonelective", "employer_profit_sharing", "forfeiture_allocation",
)  # fmt: skip

#: The fields as section 3 lists them. `?` may be null and left out, `=` has a default and may be left out.
FIELDS = {
    "envelope": """
        event_id uuid =, employee_id identifier, effective_date date, created_at timestamp =, scenario_id identifier,
        plan_design_id identifier, source_system identifier, correlation_id identifier ?""",
    "hire": """
        plan_id identifier ?, hire_date date, department identifier, job_level 1-10, annual_compensation money>0""",
    "promotion": """
        plan_id identifier ?, new_job_level 1-10, new_annual_compensation money>0, effective_date date""",
    "termination": """
        plan_id identifier ?, termination_reason voluntary|involuntary|retirement|death|disability,
        final_pay_date date""",
    "merit": """
        plan_id identifier ?, new_compensation money>0, merit_percentage rate""",
    "eligibility": """
        plan_id identifier, eligible flag, eligibility_date date,
        reason age_and_service|immediate|hours_requirement|rehire""",
    "enrollment": """
        plan_id identifier, enrollment_date date, pre_tax_contribution_rate rate, roth_contribution_rate rate,
        after_tax_contribution_rate rate =, auto_enrollment flag =, opt_out_window_expires date ?""",
    "contribution": f"""
        plan_id identifier, source {"|".join(SOURCES)}, amount money>0, pay_period_end date, contribution_date date,
        ytd_amount money, payroll_id identifier, irs_limit_applied flag =, inferred_value flag =""",
    "vesting": """
        plan_id identifier, vested_percentage rate, source_balances_vested money_by_source,
        vesting_schedule_type graded|cliff|immediate, service_computation_date date,
        service_credited_hours 0-999999, service_period_end_date date""",
    "forfeiture": """
        plan_id identifier, forfeited_from_source employer_match|employer_nonelective|employer_profit_sharing,
        amount money>0, reason unvested_termination|break_in_service, vested_percentage rate""",
    "hce_status": """
        plan_id identifier, determination_method prior_year|current_year, ytd_compensation money,
        annualized_compensation money, hce_threshold money>0, is_hce flag, determination_date date,
        prior_year_hce flag ?""",
    "compliance": """
        plan_id identifier, compliance_type 402g_limit_approach|415c_limit_approach|catch_up_eligible,
        limit_type elective_deferral|annual_additions|catch_up, applicable_limit money>0, current_amount money,
        monitoring_date date""",
}


def of_all_sources(amount: str) -> dict[str, str]:
    return dict.fromkeys(("employer_match", "employer_nonelective", "employer_profit_sharing"), amount)


#: (rule, a value that breaks it, a value just inside it that is accepted) for each sort of field.
Bounds = tuple[tuple[str, object, object], ...]
MONEY: Bounds = (
    ("wrong-type", True, "1"),
    ("float-money", 0.5, "0.5"),
    ("integer-money", 1, "1"),
    ("not-a-number", "abc", "1"),
    ("not-finite", "NaN", "999999999999.999999"),
    ("too-many-places", "0.0000001", "0.000001"),
    ("too-many-digits", "1000000000000", "999999999999.999999"),
    ("too-many-digits", "1E+30", "999999999999.999998"),
    ("bad-notation", "1E0", "1.0"),
)
BOUNDS: dict[str, Bounds] = {
    "identifier": (
        ("wrong-type", 375, "007"),
        ("blank", "", "E"),
        ("blank", " ", "E 1"),
        ("padded", "\u00a0E1", "E\u00a01"),
        ("padded", "E1 ", "E 1"),
        ("control-character", "E\x7f1", "E\u200d1"),
        ("control-character", "E1\n", "E\u200f1"),
        ("surrogate", "E\ud8001", "🧾1"),
        ("too-long", "E" * 129, "E" * 128),
        ("too-long", "é" * 129, "社" * 128),
    ),
    "date": (
        ("wrong-type", True, "0001-01-01"),
        ("look-alike", 19727, "2024-12-31"),
        ("look-alike", "2024-01-05T00:00:00", "2024-12-31"),
        ("bad-date", "0000-01-01", "0001-01-01"),
        ("bad-date", "10000-01-01", "9999-12-31"),
        ("bad-date", "2023-02-29", "2024-02-29"),
        ("bad-date", "1900-02-29", "2000-02-29"),
    ),
    "timestamp": (
        ("wrong-type", True, "2024-01-05T09:30:00Z"),
        ("look-alike", 1704412800, "2024-01-05T09:30:00"),
        ("look-alike", "2024-01-05", "2024-01-05T09:30:00"),
        ("too-many-places", "2024-01-05T09:30:00.1234567Z", "2024-01-05T23:59:59.999999Z"),
        ("bad-timestamp", "2023-02-29T09:30:00Z", "2024-02-29T12:00:00Z"),
        ("bad-timestamp", "2024-01-05T25:00:00Z", "2024-01-05T23:59:59.999999Z"),
        ("bad-timestamp", "0001-01-01T00:30:00+01:00", "0001-01-01T00:00:00Z"),
        ("bad-timestamp", "9999-12-31T23:30:00-01:00", "9999-12-31T23:59:59.999999Z"),
    ),
    "uuid": (
        ("wrong-type", 375, "00000000-0000-0000-0000-000000000000"),
        ("look-alike", "6f1c1a527d0e4c3b9a530d6f0b8a3c11", "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11"),
        ("bad-uuid", "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3cxx", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    ),
    "flag": (
        ("look-alike", "true", True),
        ("look-alike", 1.0, True),
        ("look-alike", 0, False),
        ("wrong-type", [], True),
    ),
    "money": (*MONEY, ("negative", "-0.01", "0.000000")),
    "money>0": (*MONEY, ("negative", "-0.01", "0.000001"), ("not-positive", "0", "0.000001")),
    "rate": (
        *(bound for bound in MONEY if bound[0] not in {"too-many-places", "too-many-digits", "not-finite"}),
        ("not-finite", "Infinity", "1.0000"),
        ("negative", "-0.01", "0.0000"),
        ("above-one", "1.0001", "1.0000"),
        ("above-one", "6", "0.9999"),
        ("too-many-places", "0.00001", "0.0001"),
    ),
    "money_by_source": (
        ("wrong-type", [], {}),
        ("unknown-key", {"employee_roth": "1.000000"}, {"employer_profit_sharing": "0.000000"}),
        ("null", {"employer_match": None}, {}),
        ("float-money", {"employer_match": 0.5}, of_all_sources("0.5")),
        ("integer-money", {"employer_match": 1}, of_all_sources("1")),
        ("not-a-number", {"employer_match": "abc"}, of_all_sources("1")),
        ("not-finite", {"employer_match": "NaN"}, of_all_sources("999999999999.999999")),
        ("negative", {"employer_match": "-0.01"}, of_all_sources("0.000000")),
        ("too-many-places", {"employer_match": "0.0000001"}, of_all_sources("0.000001")),
        ("too-many-digits", {"employer_match": "1000000000000"}, of_all_sources("999999999999.999999")),
        ("bad-notation", {"employer_match": "1E0"}, of_all_sources("1")),
    ),
    "1-10": (
        ("wrong-type", "many", 1),
        ("look-alike", "10", 10),
        ("not-whole", 1.5, 1),
        ("below-range", 0, 1),
        ("above-range", 11, 10),
    ),
    "0-999999": (
        ("wrong-type", "many", 0),
        ("look-alike", "999999", 999_999),
        ("not-whole", 0.5, 0),
        ("below-range", -1, 0),
        ("above-range", 1_000_000, 999_999),
    ),
}  # fmt: skip


def bounds_of(sort: str) -> Bounds:
    if "|" not in sort:
        return BOUNDS[sort]
    first, *others = sort.split("|")
    return (
        ("wrong-type", 375, first),
        ("unknown-value", first.upper() if first.islower() else "other", first),
        *(("unknown-value", "other", word) for word in others),
    )


def written_out() -> dict[tuple[str, str], tuple[str, str]]:
    """(payload, field) to (sort of field, mark)."""
    lines = ((payload, line.split()) for payload, text in FIELDS.items() for line in text.split(","))
    return {(payload, name): (sort, mark[0] if mark else REQUIRED) for payload, (name, sort, *mark) in lines}


TABLE = written_out()


@pytest.mark.parametrize(("payload", "field"), TABLE, ids=[".".join(place) for place in TABLE])
def test_each_constraint_has_a_cell_beyond_it_and_an_edge_within(payload, field):
    sort, mark = TABLE[payload, field]
    bounds = list(bounds_of(sort))
    bounds += [("missing", ABSENT, None)] if mark == REQUIRED else []
    bounds += [("null", None, None)] if mark != "?" else []
    cells = {
        cell.rule: [repr(value) for value in cell.values]
        for cell in CATALOGUE
        if (cell.payload, cell.field) == (payload, field)
    }
    edges = {
        repr(value): edge for edge in EDGES for value in edge.values if (edge.payload, edge.field) == (payload, field)
    }
    assert set(cells) == {rule for rule, _, _ in bounds}
    for rule, wrong, right in bounds:
        assert repr(wrong) in cells[rule]
        assert right is None or repr(right) in edges
    assert ("None" in edges) == (mark == "?")
    assert ("ABSENT" in edges) == (mark != REQUIRED)


@pytest.mark.parametrize("payload", [payload for payload in FIELDS if payload != "envelope"])
def test_each_payload_has_cells_for_its_type_and_for_unknown_fields(payload):
    cells = {(cell.field, cell.rule): cell.values for cell in CATALOGUE if cell.payload == payload}
    others = {other for other in FIELDS if other not in {"envelope", payload}}
    assert set(cells["event_type", "wrong-event-type"]) == others
    assert {rule for field, rule in cells if field == "event_type"} == {
        "missing", "null", "wrong-type", "unknown-value", "wrong-event-type",
    }  # fmt: skip
    assert ("unknown_field", "unknown-field") in cells


def test_the_envelope_has_cells_for_its_payload_and_for_unknown_fields():
    rules = {(cell.field, cell.rule) for cell in CATALOGUE if cell.payload == "envelope"}
    assert rules >= {
        ("payload", "missing"), ("payload", "null"), ("payload", "wrong-type"), ("unknown_field", "unknown-field"),
    }  # fmt: skip


def test_the_catalogue_and_the_edges_speak_of_no_other_field():
    extra = {(payload, "event_type") for payload in FIELDS if payload != "envelope"}
    extra |= {(payload, "unknown_field") for payload in FIELDS} | {("envelope", "payload")}
    assert {(cell.payload, cell.field) for cell in CATALOGUE} == TABLE.keys() | extra
    assert {(edge.payload, edge.field) for edge in EDGES} == TABLE.keys()
