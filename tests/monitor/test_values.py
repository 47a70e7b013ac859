"""How values of metrics are written for people."""

from __future__ import annotations

import pytest

from dcprops.monitor.values import shown


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.9896, "share", "98.96 %"), (0.0, "share", "0 %"), (1.5, "s", "1.5 s"), (61.75, "s", "61.75 s"),
        (0.0123456, "s", "12.35 ms"), (8.1234e-6, "s", "8.123 µs"), (2e-9, "s", "2 ns"), (2e-12, "s", "0.002 ns"),
        (123456.7, "events/s", "123,457 events/s"), (1234.56, "events/s", "1235 events/s"), (0.5, "times", "0.5 times"),
    ],
)  # fmt: skip
def test_a_value_has_the_digits_and_the_unit_that_suit_it(value: float, unit: str, text: str):
    assert shown(value, unit) == text
