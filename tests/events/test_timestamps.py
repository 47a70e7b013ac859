"""Timestamps: instants to the microsecond, held and written in UTC."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dcprops.events import SimulationEvent

WRITTEN = {
    "2025-02-28T09:30:00": "2025-02-28T09:30:00Z",  # without a zone it is UTC
    "2025-02-28T09:30:00Z": "2025-02-28T09:30:00Z",
    "2025-02-28T09:30:00+00:00": "2025-02-28T09:30:00Z",
    "2025-02-28T09:30:00-00:00": "2025-02-28T09:30:00Z",
    "2025-02-28T09:30:00.1": "2025-02-28T09:30:00.100000Z",
    "2025-02-28T09:30:00.12345Z": "2025-02-28T09:30:00.123450Z",
    "2025-02-28T09:30:00.123456Z": "2025-02-28T09:30:00.123456Z",
    "2025-02-28T09:30:00.000001": "2025-02-28T09:30:00.000001Z",
    "2025-02-28T09:30:00.000000Z": "2025-02-28T09:30:00Z",
    "2025-02-28T23:30:00-05:00": "2025-03-01T04:30:00Z",
    "2024-02-29T00:15:00+05:45": "2024-02-28T18:30:00Z",
    "2024-12-31T23:59:59.999999-00:01": "2025-01-01T00:00:59.999999Z",
    "2025-01-01T00:00:00+23:59": "2024-12-31T00:01:00Z",
    "2025-01-01T00:00:00-23:59": "2025-01-01T23:59:00Z",
    "0001-01-01T00:00:00": "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00.000001Z": "0001-01-01T00:00:00.000001Z",
    "0001-01-02T00:00:00+23:59": "0001-01-01T00:01:00Z",
    "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999999Z",
    "9999-12-30T23:59:59-23:59": "9999-12-31T23:58:59Z",
    "2000-02-29T12:00:00Z": "2000-02-29T12:00:00Z",
}
REFUSED = [
    "", "2025-02-28", "2025-02-28T", "2025-02-28T09", "2025-02-28T09:30", "2025-02-28T09:30Z", "2025-02-28 09:30:00",
    "2025-02-28t09:30:00", "2025-02-28T09:30:00z", "2025-02-28T09:30:00.", "2025-02-28T09:30:00,5",
    "2025-02-28T09:30:00.1234567", "2025-02-28T09:30:00.0000000Z", "2025-02-28T23:59:60Z", "2016-12-31T23:59:60Z",
    "2025-02-28T24:00:00Z", "2025-02-28T09:60:00Z", "2025-02-28T9:30:00Z", "20250228T093000Z", "2025-W09-5T09:30:00Z",
    "2025-02-29T09:30:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z", "2025-02-28T09:30:00+24:00", "2025-02-28T09:30:00+0530", "2025-02-28T09:30:00+05",
    "2025-02-28T09:30:00+05:60", "2025-02-28T09:30:00+05:30:30", "2025-02-28T09:30:00 Z", "2025-02-28T09:30:00Z\n",
    " 2025-02-28T09:30:00Z", "2025-02-28T09:30:00UTC", "2025-02-28T09:30:00[Europe/Paris]",
    "2025-02-28T09:30:00\u221205:00", "\u0662025-02-28T09:30:00Z", "2025-02-28T09:30:00Z+00:00",
    # On the first and the last day an offset may lead out of the calendar.
    "0001-01-01T00:00:00+00:01", "0001-01-01T23:59:59+00:00", "9999-12-31T23:59:59-00:01", "9999-12-31T00:00:00+00:00",
    1740735000, 1740735000.5, "1740735000", 0, True, None, ["2025-02-28T09:30:00Z"], {},
]  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_an_instant_is_held_and_written_in_utc(text, make, accept):
    event = accept(make("merit", created_at=text))
    assert event.created_at.tzinfo is UTC
    assert json.loads(event.model_dump_json())["created_at"] == WRITTEN[text]
    assert accept(make("merit", created_at=WRITTEN[text])) == event


@pytest.mark.parametrize("value", REFUSED, ids=ascii)
def test_what_is_no_instant_is_refused(value, make, refuse):
    message = refuse(make("merit", created_at=value), "created_at")
    assert message.startswith("expected an ISO 8601 timestamp with at most 6 places of a second")


class Nowhere(tzinfo):
    """A zone that does not know its offset."""

    def utcoffset(self, when):
        return None


def created_at(value, make):
    return SimulationEvent.model_validate(make("merit", created_at=value)).created_at


NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("moment", "in_utc"),
    [
        (datetime(2025, 2, 28, 9, 30), datetime(2025, 2, 28, 9, 30)),
        (datetime(2025, 2, 28, 9, 30, fold=1), datetime(2025, 2, 28, 9, 30)),
        (datetime(2025, 2, 28, 9, 30, tzinfo=Nowhere()), datetime(2025, 2, 28, 9, 30)),
        (datetime(2025, 2, 28, 9, 30, 1, 5, tzinfo=timezone(timedelta(hours=-5))), datetime(2025, 2, 28, 14, 30, 1, 5)),
        # The hour that clocks show twice when summer time ends
        (datetime(2025, 11, 2, 1, 30, tzinfo=NEW_YORK), datetime(2025, 11, 2, 5, 30)),
        (datetime(2025, 11, 2, 1, 30, tzinfo=NEW_YORK, fold=1), datetime(2025, 11, 2, 6, 30)),
        (datetime(2025, 1, 1, tzinfo=timezone(timedelta(seconds=1))), datetime(2024, 12, 31, 23, 59, 59)),
        (datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1)),
        (datetime.max.replace(tzinfo=UTC), datetime.max),
    ],
    ids=str,
)
def test_in_python_a_datetime_is_taken_to_utc(moment, in_utc, make):
    held = created_at(moment, make)
    assert held.replace(tzinfo=None) == in_utc
    assert held.tzinfo is UTC
    assert held.fold == 0


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2))),
        date(2025, 1, 1),
        1740735000,
        b"2025-02-28T09:30:00Z",
    ],
    ids=repr,
)
def test_in_python_what_utc_cannot_hold_is_refused(moment, make):
    with pytest.raises(ValidationError, match="created_at\n  expected an ISO 8601 timestamp"):
        created_at(moment, make)


class Stamp(datetime):
    """As pandas has it: a datetime that knows nanoseconds too."""

    nanosecond = 0


def test_in_python_a_subclass_is_held_as_a_plain_datetime_unless_it_has_more_places(make):
    exact, too_fine = Stamp(2025, 2, 28, 9, 30), Stamp(2025, 2, 28, 9, 30)
    too_fine.nanosecond = 1
    held = created_at(exact, make)
    assert type(held) is datetime
    assert held == datetime(2025, 2, 28, 9, 30, tzinfo=UTC)
    with pytest.raises(ValidationError, match="created_at"):
        created_at(too_fine, make)


def test_left_out_it_is_now(make):
    document = make("merit")
    del document["created_at"]
    before = datetime.now(UTC)
    event = SimulationEvent.model_validate(document)
    assert before <= event.created_at <= datetime.now(UTC)
    assert event.created_at.tzinfo is UTC


@given(
    moment=st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)), minutes=st.integers(-1439, 1439)
)
def test_an_instant_is_the_same_in_every_offset(moment, minutes, make):
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    local = f"{moment.isoformat()}{sign}{hours:02}:{rest:02}"
    expected = (moment - timedelta(minutes=minutes)).replace(tzinfo=UTC)
    assert created_at(local, make) == expected
    assert created_at(moment.replace(tzinfo=timezone(timedelta(minutes=minutes))), make) == expected
