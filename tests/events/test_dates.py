"""Dates: calendar days of the years 1 to 9999, as YYYY-MM-DD and nothing that resembles it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dcprops.events import EventFactory, PromotionPayload, SimulationEvent

PLACES = [
    ("merit", "effective_date"),
    ("hire", "payload.hire_date"),
    ("promotion", "payload.effective_date"),
    ("termination", "payload.final_pay_date"),
    ("eligibility", "payload.eligibility_date"),
    ("enrollment", "payload.enrollment_date"),
    ("enrollment", "payload.opt_out_window_expires"),
    ("contribution", "payload.pay_period_end"),
    ("contribution", "payload.contribution_date"),
    ("vesting", "payload.service_computation_date"),
    ("vesting", "payload.service_period_end_date"),
    ("hce_status", "payload.determination_date"),
    ("compliance", "payload.monitoring_date"),
]
ACCEPTED = {
    "0001-01-01": date(1, 1, 1),
    "0004-02-29": date(4, 2, 29),
    "1999-12-31": date(1999, 12, 31),
    "2000-02-29": date(2000, 2, 29),
    "2024-02-29": date(2024, 2, 29),
    "2025-02-28": date(2025, 2, 28),
    "9996-02-29": date(9996, 2, 29),
    "9999-12-31": date(9999, 12, 31),
}
REFUSED = [
    "", "0000-01-01", "0000-12-31", "10000-01-01", "-001-01-01", "1900-02-29", "2025-02-29", "2100-02-29", "2024-02-30",
    "2025-04-31", "2025-00-10", "2025-13-01", "2025-01-00", "2025-01-32", "2025-1-1", "25-01-01", "20250101",
    "2025-W01-1", "2025-001", "2025/01/01", "01/02/2025", "2025-01-01T00:00:00", "2025-01-01T00:00:00Z",
    "2025-01-01 ", " 2025-01-01", "2025-01-01\n", "1582863000", "1582863600", "0", "-1", "2025-01",
    "\u0662\u0660\u0662\u0665-01-01", "2025\u201301\u201301", "2025-01-0\uff11",
    1582863000, 0, 18262, 18262.0, 1.5, True, ["2025-01-01"], {"year": 2025},
]  # fmt: skip

of_every_date = pytest.mark.parametrize(("event_type", "place"), PLACES, ids=["-".join(place) for place in PLACES])


def changed(make, event_type, place, value):
    *payload, field = place.split(".")
    return make(event_type, {field: value}) if payload else make(event_type, **{field: value})


@of_every_date
def test_days_are_read_and_written_alike(event_type, place, make, accept):
    *payload, field = place.split(".")
    for text, day in ACCEPTED.items():
        event = accept(changed(make, event_type, place, text))
        assert getattr(event.payload if payload else event, field) == day
        written = json.loads(event.model_dump_json())
        assert (written["payload"] if payload else written)[field] == text


@of_every_date
def test_what_is_no_day_is_refused(event_type, place, make, refuse):
    *payload, field = place.split(".")
    for value in REFUSED:
        location = ("payload", event_type, field) if payload else (field,)
        message = refuse(changed(make, event_type, place, value), *location)
        assert message == 'expected a calendar date as "YYYY-MM-DD", such as "2025-02-28"'


def promotion(day):
    return PromotionPayload(new_job_level=1, new_annual_compensation="1", effective_date=day)


@pytest.mark.parametrize(
    "value",
    [datetime(2025, 1, 1), datetime(2025, 1, 1, tzinfo=UTC), 0, 1.0, True, None, b"2025-01-01", (2025, 1, 1)],
    ids=repr,
)
def test_in_python_a_moment_or_a_number_is_no_day(value):
    with pytest.raises(ValidationError, match="effective_date\n  expected a calendar date"):
        promotion(value)


def test_in_python_a_day_of_a_subclass_is_held_as_a_plain_day():
    class Payday(date):
        bonus = True

    held = promotion(Payday(2025, 1, 3)).effective_date
    assert type(held) is date
    assert held == date(2025, 1, 3)


@given(day=st.dates())
def test_every_day_survives(day):
    payload = promotion(day)
    assert payload.effective_date == day
    assert json.loads(payload.model_dump_json())["effective_date"] == f"{day.year:04}-{day.month:02}-{day.day:02}"
    assert promotion(f"{day.year:04}-{day.month:02}-{day.day:02}") == payload


@given(year=st.integers(0, 9999), month=st.integers(0, 13), day=st.integers(0, 32))
def test_a_text_of_ten_characters_is_a_day_only_if_the_calendar_has_it(year, month, day):
    try:
        expected = date(year, month, day)
    except ValueError:
        expected = None
    try:
        found = promotion(f"{year:04}-{month:02}-{day:02}").effective_date
    except ValidationError:
        found = None
    assert found == expected


def test_a_document_may_hold_a_day_as_a_date_but_not_as_a_moment(make):
    document = make("merit", effective_date=date(2024, 2, 29))
    assert EventFactory.create_event(document).effective_date == date(2024, 2, 29)
    with pytest.raises(ValidationError, match="effective_date"):
        EventFactory.create_event(make("merit", effective_date=datetime(2024, 2, 29)))
    assert SimulationEvent.model_validate(document).effective_date == date(2024, 2, 29)
