"""The properties by themselves on what the reference makes when it is imported: its tables, made here again."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from dcprops import reference
from dcprops.events import EventFactory
from dcprops.properties.cases import rich_ledgers
from dcprops.reference.balances import buckets_of
from dcprops.rules import SAMPLES


def test_schedules_rise_by_fifths_or_at_once(anew):
    (vesting,) = anew("dcprops.reference.vesting")
    for year in range(12):
        shares = {name: vesting.vested_percentage(schedule, year) for name, schedule in vesting.SCHEDULES.items()}
        graded = Decimal(min(max(year - 1, 0) * 20, 100)) / 100
        assert shares == {"graded": graded, "cliff": Decimal(year > 2), "immediate": Decimal(1)}


def test_limits_as_decimals_are_the_limits_in_whole_dollars(anew):
    (limits,) = anew("dcprops.reference.limits")
    assert limits.years() == reference.years()
    for year in limits.years():
        figures, row = limits.dollar_limits(year), limits.limits(year)
        for name in limits.DollarLimits.__slots__:
            got = getattr(figures, name)
            assert (got is None) == (row[name] is None)
            assert got is None or (got == row[name] and got.as_tuple().exponent == -6)
        assert figures.highest_catch_up == max(row["catch_up_414v"], row["super_catch_up_60_63"] or 0)
        assert json.dumps(dict(row)) == json.dumps(dict(reference.limits(year)))


def test_what_is_left_out_and_what_is_written_as_its_default_are_told_alike(anew):
    """A line of the same event, with its optional fields as they are when they are left out."""
    (timeline,) = anew("dcprops.reference.timeline")
    for event_type, document in SAMPLES.items():
        optional = {"after_tax_contribution_rate", "auto_enrollment", "irs_limit_applied", "inferred_value",
                    "opt_out_window_expires", "prior_year_hce"}  # fmt: skip
        payload = {name: value for name, value in document["payload"].items() if name not in optional}
        shortest = {**document, "payload": payload}
        written = EventFactory.create_event(shortest).model_dump(mode="json")
        assert timeline.timeline([written]) == timeline.timeline([shortest]), event_type


def test_money_of_ones_own_is_vested_in_full():
    for case in rich_ledgers():
        events = [EventFactory.create_event(document) for document in case.documents]
        for row in reference.balances(events, date.max):
            buckets = buckets_of(events, row.account, date.max)
            assert all(0 <= bucket.percentage <= 1 for bucket in buckets.values())
            own = buckets["employee"]
            assert own.percentage == 1
            assert own.vested == own.net == row.total_employee_contributions


def test_a_text_that_could_be_misread_is_told_as_python_writes_it():
    for value, told in (("IT", "IT"), ("Human Resources", "'Human Resources'"), ("Zoë", ascii("Zoë"))):
        document = {**SAMPLES["hire"], "payload": {**SAMPLES["hire"]["payload"], "department": value}}
        (line,) = reference.timeline([document])
        assert f" department={told} " in line
