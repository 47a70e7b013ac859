"""What an audit found, as shares, and the zeros of what it didn't find."""

from __future__ import annotations

import pytest

from dcprops.monitor import History, MonitorError, Run, run_of_audit
from dcprops.monitor.quality import with_what_was_not_found


def shares(run: Run) -> dict[str, tuple[float, int | None]]:
    return {each.metric: (each.samples[0], each.of) for each in run.measurements}


def test_shares_are_of_rows_and_of_valid_events():
    run = run_of_audit("f", 200, 160, {"padded": 40}, {"before-hire": 16}, "abcdef0")
    assert (run.subject, run.commit) == ("f", "abcdef0")
    assert shares(run) == {
        "quality/f/valid": (0.8, 200),
        "quality/f/invalid/padded": (0.2, 200),
        "quality/f/anomalies/before-hire": (0.1, 160),
    }
    assert [each.better for each in run.measurements] == ["higher", "lower", "lower"]


def test_what_another_audit_of_the_file_found_is_zero_in_those_that_didnt():
    first = run_of_audit("f", 10, 9, {"padded": 1}, {})
    second = run_of_audit("f", 20, 19, {"blank": 1}, {"before-hire": 2})
    other = run_of_audit("g", 5, 5, {}, {})
    filled = with_what_was_not_found(History((first, second, other))).runs
    assert shares(filled[0]) == {
        "quality/f/valid": (0.9, 10),
        "quality/f/invalid/padded": (0.1, 10),
        "quality/f/invalid/blank": (0.0, 10),
        "quality/f/anomalies/before-hire": (0.0, 9),
    }
    assert shares(filled[1])["quality/f/invalid/padded"] == (0.0, 20)
    assert shares(filled[2]) == {"quality/g/valid": (1.0, 5)}


@pytest.mark.parametrize("name", ["", "a\nb", "a\x1b[2J"])
def test_a_name_that_cannot_be_shown_is_refused(name: str):
    with pytest.raises(MonitorError, match="can't name an event file"):
        run_of_audit(name, 1, 1, {}, {})


def test_a_file_without_rows_is_refused():
    with pytest.raises(MonitorError, match="f has no rows"):
        run_of_audit("f", 0, 0, {}, {})
