"""The benchmark of what reading a store costs: its workforce is what it says, and each figure is measured."""

from __future__ import annotations

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

import duckdb

from benchmarks import balances


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return balances.files_of_events(tmp_path_factory.mktemp("benchmark"), 40)


def test_both_files_have_the_same_events(files):
    unsorted, by_participant = files
    with duckdb.connect(str(unsorted)) as connection:
        connection.execute(f"ATTACH '{by_participant}' AS other (READ_ONLY)")
        assert connection.execute("SELECT count(*) > 10000 FROM events").fetchall() == [(True,)]
        assert connection.execute("FROM events EXCEPT ALL FROM other.events").fetchall() == []
        assert connection.execute("FROM other.events EXCEPT ALL FROM events").fetchall() == []


def test_one_account_in_twenty_is_paid_after_a_forfeiture(files):
    _, by_participant = files
    with duckdb.connect(str(by_participant)) as connection:
        paid_since = connection.execute(
            """
            SELECT count(DISTINCT employee_id)
            FROM events AS contributions
            JOIN events AS forfeitures USING (employee_id, plan_id)
            WHERE contributions.event_type = 'contribution' AND forfeitures.event_type = 'forfeiture'
                AND contributions.source = forfeitures.forfeited_from_source
                AND contributions.effective_date > forfeitures.effective_date
            """
        ).fetchall()
    assert paid_since == [(2,)]


def test_every_figure_is_measured_and_says_what_is_wanted(capsys):
    status = balances.main(["--events", "600", "--repeat", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert status in {0, 1}
    assert [line.split(":")[0] for line in lines] == [
        "balances of all, unsorted",
        "balances of all, by_participant",
        "history of one",
        "snapshot look-up",
    ]
    assert all("wanted" in line for line in lines)


def test_a_figure_that_falls_short_is_not_met():
    slow = balances.Figure("slow", 4.0, 4.0, 1.0, 1.0, None, 0.5)
    late = balances.Figure("late", 4.0, 6.0, None, None, 5.0, None)
    good = balances.Figure("good", 2.0, 2.0, 1.0, 1.0, 5.0, 0.5)
    assert [figure.met for figure in (slow, late, good)] == [False, False, True]
