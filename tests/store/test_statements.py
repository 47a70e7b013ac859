"""What the store's statements have to keep clear of."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("duckdb", reason="the store needs duckdb")

from dcprops.store import proving, snapshots
from dcprops.store.queries import query

RENDERED = {
    "balances": query("balances", narrowed=""),
    "snapshots": snapshots.statement_of_weeks(query("snapshots_all")),
    "changed snapshots": snapshots.statement_of_weeks(query("snapshots_changed")),
    "flags_unproven": query("flags_unproven", **proving._PARTS),
}


@pytest.mark.parametrize("text", RENDERED.values(), ids=RENDERED)
def test_no_column_is_looked_up_in_a_long_list(text):
    # DuckDB 2.0 makes a join of five values or more, and gives up on that now and then where several threads run it.
    lists = re.findall(r"\bIN \(([^()]*)\)", text)
    assert lists
    assert [values for values in lists if values.count(",") > 3] == []
