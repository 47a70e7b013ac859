"""The database of the monitor: what is recorded is there, as a whole and exactly, and wrong files are told."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcprops.monitor import Machine, Measurement, MonitorDatabase, MonitorError, Run

from .histories import ONE, OTHER, run_of


def kept(path: Path) -> tuple[Run, ...]:
    with MonitorDatabase(path) as database:
        return database.history().runs


def test_runs_come_back_as_they_were(tmp_path: Path):
    moment = datetime(2024, 2, 29, 9, 30, 0, 5, tzinfo=UTC)
    first = Run("abcdef0", ONE, (Measurement("b", "ms", "lower", (0.1, 0.30000000000000004)),), recorded_at=moment)
    second = Run(
        "abcdef1", OTHER,
        (Measurement("a", "1/s", "higher", (1e300,)), Measurement("quality/f/valid", "share", "higher", (1.0,), 7)),
        subject="f", recorded_at=moment,
    )  # fmt: skip
    with MonitorDatabase(tmp_path / "m.db", create=True) as database:
        assert database.record([first, second]) == [1, 2]
    read = kept(tmp_path / "m.db")
    assert [run.number for run in read] == [1, 2]
    assert read[0].measurements == first.measurements
    assert (read[1].commit, read[1].machine, read[1].subject, read[1].recorded_at) == ("abcdef1", OTHER, "f", moment)
    assert read[1].measurements == second.measurements


@given(st.lists(st.floats(min_value=5e-324, max_value=1.7e308), min_size=1, max_size=5))
def test_samples_come_back_to_the_last_bit(samples: list[float]):
    with MonitorDatabase(":memory:", create=True) as database:
        database.record([Run("abcdef0", ONE, (Measurement("m", "s", "lower", tuple(samples)),))])
        ((read,),) = (run.measurements for run in database.history().runs)
    assert list(read.samples) == samples


def test_runs_are_recorded_together_or_not_at_all(tmp_path: Path):
    twice = Measurement("m", "s", "lower", (1.0,))
    with MonitorDatabase(tmp_path / "m.db", create=True) as database:
        with pytest.raises(MonitorError, match="UNIQUE"):
            database.record([run_of(0, {"m": 1}), Run("abcdef1", ONE, (twice, twice))])
        assert database.history().runs == ()
        assert database.record([run_of(0, {"m": 1})]) == [1]


def test_baselines_are_kept_in_their_order(tmp_path: Path):
    with MonitorDatabase(tmp_path / "m.db", create=True) as database:
        database.record([run_of(0, {"a": 1, "b": 1}), run_of(0, {"a": 1, "b": 1})])
        database.make_baseline({"a": [1, 2], "b": [1]})
        database.make_baseline({"a": [2]})
        assert database.history().baselines == (
            {"a": frozenset({1, 2}), "b": frozenset({1})},
            {"a": frozenset({2})},
        )
        with pytest.raises(MonitorError, match="FOREIGN KEY"):
            database.make_baseline({"a": [1, 99]})
        assert len(database.history().baselines) == 2


def test_a_machine_is_kept_once(tmp_path: Path):
    with MonitorDatabase(tmp_path / "m.db", create=True) as database:
        database.record([run_of(0, {"m": 1}), run_of(0, {"m": 1}), run_of(0, {"m": 1}, OTHER)])
    with sqlite3.connect(tmp_path / "m.db") as connection:
        assert connection.execute("SELECT count(*) FROM machines").fetchone() == (2,)
    connection.close()


@pytest.mark.parametrize("samples", [(3.0,), (4.0, 1.0), (5.0, 1.0, 2.0), (9.0, 1.0, 2.0, 4.0)])
def test_the_view_for_people_has_the_spread(tmp_path: Path, samples: tuple[float, ...]):
    with MonitorDatabase(tmp_path / "m.db", create=True) as database:
        database.record([Run("abcdef0", ONE, (Measurement("m", "s", "lower", samples),)), run_of(0, {"m": 7})])
    with sqlite3.connect(tmp_path / "m.db") as connection:
        query = "SELECT metric, samples, least, median, greatest FROM spreads WHERE run = 1"
        rows = connection.execute(query).fetchall()
    connection.close()
    assert rows == [("m", len(samples), min(samples), statistics.median(samples), max(samples))]


RECORDER = """
import sys
from dcprops.monitor import Machine, Measurement, MonitorDatabase, Run

machine = Machine.from_mapping({"cpu": sys.argv[2]})
print("ready", flush=True)
sys.stdin.readline()
for _ in range(10):
    with MonitorDatabase(sys.argv[1], create=True) as database:
        database.record([Run("abcdef0", machine, (Measurement("m", "s", "lower", (1.0, 2.0)),))])
"""


def test_what_two_processes_record_at_once_is_all_kept(tmp_path: Path):
    path = tmp_path / "m.db"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", RECORDER, str(path), name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )
        for name in ("one", "two")
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    said = [writer.communicate()[1] for writer in writers]
    assert said == ["", ""]
    runs = kept(path)
    assert [run.number for run in runs] == list(range(1, 21))
    assert sorted(str(run.machine) for run in runs) == ["one"] * 10 + ["two"] * 10
    assert {run.measurements[0].samples for run in runs} == {(1.0, 2.0)}


def test_a_file_that_another_process_makes_meanwhile_is_made_once(tmp_path: Path):
    MonitorDatabase(tmp_path / "model.db", create=True).close()
    with sqlite3.connect(tmp_path / "model.db") as model:
        tables = [
            sql
            for (sql,) in model.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
            if "sqlite_" not in sql
        ]
        ((application,),) = model.execute("PRAGMA application_id")
    model.close()
    other = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    told: list[object] = []

    def open_it() -> None:
        try:
            with MonitorDatabase(tmp_path / "m.db", create=True) as database:
                told.extend(database.record([run_of(0, {"m": 1})]))
        except MonitorError as error:
            told.append(error)

    opening = threading.Thread(target=open_it)
    opening.start()
    opening.join(0.3)  # by then it waits for the other one, as a rule
    assert told == []
    for sql in tables:
        other.execute(sql)
    other.execute(f"PRAGMA application_id = {application}")
    other.execute("PRAGMA user_version = 1")
    other.execute("COMMIT")
    opening.join()
    other.close()
    assert told == [1]


def test_a_reader_sees_a_run_as_a_whole_while_another_process_writes(tmp_path: Path):
    path = tmp_path / "m.db"
    with MonitorDatabase(path, create=True) as database:
        database.record([run_of(0, {"m": 1})])
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO runs (recorded_at, commit_id, machine, subject) VALUES ('2024-01-01', '', 1, '')")
        assert [run.number for run in database.history().runs] == [1]
        writer.execute("ROLLBACK")
        writer.close()


# --- files that are of no use ---


def other_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE runs (run INTEGER)")
    connection.close()


def newer(path: Path) -> None:
    MonitorDatabase(path, create=True).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()


def damaged(path: Path) -> None:
    with MonitorDatabase(path, create=True) as database:
        database.record([run_of(0, {"m": 1})])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE machines SET facts = '{'")
    connection.close()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_text("run,metric\n" * 1000, encoding="utf-8"), "file is not a database"),
        (lambda path: path.mkdir(), "unable to open database file"),
        (other_sqlite, "is not a database of the monitor: name another file"),
        (newer, r"was made by a newer dcprops \(form 2, this one knows 1\): upgrade dcprops"),
        (damaged, "is damaged"),
    ],
    ids=["text", "folder", "other", "newer", "damaged"],
)
@pytest.mark.parametrize("create", [False, True])
def test_a_file_that_is_of_no_use_is_told_and_left_alone(tmp_path: Path, make, message: str, create: bool):
    path = tmp_path / "m.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(MonitorError, match=message) as told, MonitorDatabase(path, create=create) as database:
        database.history()
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_file_that_isnt_there_is_made_only_on_demand(tmp_path: Path):
    with pytest.raises(MonitorError, match="is not there"):
        MonitorDatabase(tmp_path / "m.db")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(MonitorError, match="unable to open database file"):
        MonitorDatabase(tmp_path / "no" / "m.db", create=True)


def test_an_empty_file_is_made_a_database_only_on_demand(tmp_path: Path):
    (tmp_path / "m.db").touch()
    with pytest.raises(MonitorError, match="is not a database of the monitor"):
        MonitorDatabase(tmp_path / "m.db")
    MonitorDatabase(tmp_path / "m.db", create=True).close()
    assert kept(tmp_path / "m.db") == ()


@pytest.mark.parametrize("sample", [0.0, -1.0, float("nan"), float("inf")])
def test_a_sample_that_no_clock_gives_is_refused(sample: float):
    with pytest.raises(MonitorError, match="m has the sample"):
        Measurement("m", "s", "lower", (1.0, sample))
    with pytest.raises(MonitorError, match="m has no samples"):
        Measurement("m", "s", "lower", ())
    assert Measurement("m", "share", "lower", (0.0,), 5).samples == (0.0,)


def test_a_machine_of_another_version_is_read(tmp_path: Path):
    assert Machine.from_text('{"gpu": "x", "cpu": "one"}').facts == (("cpu", "one"),)
