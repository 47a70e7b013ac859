"""Event ids, flags, whole numbers and choices: the value itself, and nothing that looks like it."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from pydantic import ValidationError

from dcprops.events import EligibilityPayload, HirePayload, SimulationEvent

IDENTITY = "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11"
FLAGS = [
    ("eligibility", "eligible"),
    ("enrollment", "auto_enrollment"),
    ("contribution", "irs_limit_applied"),
    ("contribution", "inferred_value"),
    ("hce_status", "is_hce"),
    ("hce_status", "prior_year_hce"),
]
WHOLE_NUMBERS = [
    ("hire", "job_level", 1, 10),
    ("promotion", "new_job_level", 1, 10),
    ("vesting", "service_credited_hours", 0, 999_999),
]
CHOICES = {
    ("termination", "termination_reason"): "voluntary involuntary retirement death disability",
    ("eligibility", "reason"): "age_and_service immediate hours_requirement rehire",
    ("contribution", "source"): "employee_pre_tax employee_roth employee_after_tax employee_catch_up employer_match "
    "employer_match_true_up employer_nonelective employer_profit_sharing forfeiture_allocation",
    ("vesting", "vesting_schedule_type"): "graded cliff immediate",
    ("forfeiture", "forfeited_from_source"): "employer_match employer_nonelective employer_profit_sharing",
    ("forfeiture", "reason"): "unvested_termination break_in_service",
    ("hce_status", "determination_method"): "prior_year current_year",
    ("compliance", "compliance_type"): "402g_limit_approach 415c_limit_approach catch_up_eligible",
    ("compliance", "limit_type"): "elective_deferral annual_additions catch_up",
}


@pytest.mark.parametrize(
    "text",
    [
        IDENTITY,
        IDENTITY.upper(),
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "6fa459ea-ee8a-3ca4-894e-db77e160355e",  # version 3
        "01890a5d-ac96-774b-bcce-b302099a8057",  # version 7
    ],
)
def test_an_event_id_is_a_uuid_in_its_36_characters(text, make, accept):
    event = accept(make("merit", event_id=text))
    assert event.event_id == UUID(text)
    assert json.loads(event.model_dump_json())["event_id"] == text.lower()


@pytest.mark.parametrize(
    "value",
    [
        "", "x", IDENTITY.replace("-", ""), f"urn:uuid:{IDENTITY}", "{" + IDENTITY + "}", "{" + IDENTITY[:-2] + "}",
        IDENTITY + " ", " " + IDENTITY, IDENTITY + "\n", IDENTITY[:-1], IDENTITY[:-1] + "g",
        "6f1c1a527-d0e-4c3b-9a53-0d6f0b8a3c11", IDENTITY.replace("-", "_"), "\uff16" + IDENTITY[1:], 0, 1.5, True, None,
        [IDENTITY], {"hex": IDENTITY},
    ],
    ids=ascii,
)  # fmt: skip
def test_other_spellings_of_a_uuid_are_refused(value, make, refuse):
    message = refuse(make("merit", event_id=value), "event_id")
    assert message.startswith("expected a UUID in its 36-character form")


def test_in_python_a_uuid_is_itself_and_bytes_are_none(make):
    assert SimulationEvent.model_validate(make("merit", event_id=UUID(IDENTITY))).event_id == UUID(IDENTITY)
    with pytest.raises(ValidationError, match="event_id"):
        SimulationEvent.model_validate(make("merit", event_id=UUID(IDENTITY).bytes))


def test_left_out_the_event_id_is_a_new_random_uuid(make):
    document = make("merit")
    del document["event_id"]
    first, second = (SimulationEvent.model_validate(document).event_id for _ in range(2))
    assert first != second
    assert first.version == second.version == 4


@pytest.mark.parametrize(("event_type", "field"), FLAGS)
def test_a_flag_is_true_or_false(event_type, field, make, accept, refuse):
    for value in (True, False):
        assert getattr(accept(make(event_type, {field: value})).payload, field) is value
    for value in ("true", "false", "yes", "no", "on", "1", "0", "", "True", 1, 0, 1.0, 0.0, [], {}, [True]):
        assert refuse(make(event_type, {field: value}), "payload", event_type, field) == "expected true or false"


@pytest.mark.parametrize("where", WHOLE_NUMBERS, ids=lambda where: where[1])
def test_a_whole_number_is_a_json_integer_in_bounds(where, make, accept, refuse):
    event_type, field, lowest, highest = where
    # JSON Schema says that 3.0 is an integer.
    for value in (lowest, highest, float(lowest), float(highest), 3, 3.0, 5e0):
        held = getattr(accept(make(event_type, {field: value})).payload, field)
        assert held == value
        assert type(held) is int
    for value in (lowest - 1, highest + 1, -1, lowest - 1.0, highest + 1.0, 3.5, 1e308, 10**300, -(10**300), "3", "",
                  True, False, None, [3], {}, float("nan"), float("inf")):  # fmt: skip
        message = refuse(make(event_type, {field: value}), "payload", event_type, field)
        assert message == f"expected a whole number from {lowest} to {highest}"


def test_a_whole_number_is_written_as_an_integer(texts):
    event = SimulationEvent.model_validate_json(texts["vesting"].replace("1440", "1.440e3"))
    assert event.model_dump_json() == texts["vesting"]
    zero = texts["vesting"].replace("1440", "-0.0")
    assert '"service_credited_hours":0,' in SimulationEvent.model_validate_json(zero).model_dump_json()


@pytest.mark.parametrize("value", [Decimal(3), Fraction(3), 3j, b"3"], ids=repr)
def test_in_python_other_numbers_are_no_whole_numbers(value):
    with pytest.raises(ValidationError, match="job_level\n  expected a whole number from 1 to 10"):
        HirePayload(hire_date="2025-01-01", department="IT", job_level=value, annual_compensation="1")


@pytest.mark.parametrize(("event_type", "field"), CHOICES)
def test_a_choice_is_one_of_its_words(event_type, field, make, accept, refuse):
    words = CHOICES[event_type, field].split()
    for word in words:
        assert getattr(accept(make(event_type, {field: word})).payload, field) == word
    first = words[0]
    for value in ("", "other", first.upper(), first.title(), f" {first}", f"{first} ", f"{first}\n", first[:-1], 0, 1,
                  True, None, [first], {first: first}):  # fmt: skip
        message = refuse(make(event_type, {field: value}), "payload", event_type, field)
        assert all(f"'{word}'" in message for word in words)


def test_each_choice_belongs_to_its_own_payload(make, refuse):
    refuse(make("contribution", {"source": "unvested_termination"}), "payload", "contribution", "source")
    # A forfeiture takes from the three buckets that vest, not from every employer source.
    refuse(make("forfeiture", {"forfeited_from_source": "employer_match_true_up"}), "payload", "forfeiture")


def test_python_takes_no_look_alikes_either():
    with pytest.raises(ValidationError, match="eligible\n  expected true or false"):
        EligibilityPayload(plan_id="p", eligible=1, eligibility_date="2025-01-01", reason="immediate")
