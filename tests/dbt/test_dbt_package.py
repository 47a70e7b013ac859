"""The dbt package: its SQL is the store's, and what dbt builds is what the reference says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from dcprops.events import SimulationEvent
from dcprops.properties.cases import (
    contribution,
    eligibility,
    enrollment,
    event,
    forfeiture,
    hire,
    termination,
    vesting,
)
from dcprops.reference import balances

pytest.importorskip("duckdb", reason="the store needs duckdb")

import duckdb

from dcprops.schemas import duckdb_ddl
from dcprops.schemas.arrow import to_table
from dcprops.store.dbt_model import dbt_files
from dcprops.store.flags import refresh_anomalies
from dcprops.store.snapshots import build_snapshots, snapshots, update_snapshots, verify_snapshots

PACKAGE = Path(str(files("dcprops").joinpath("dbt")))
DBT = os.environ.get("DCPROPS_DBT") or shutil.which("dbt", path=str(Path(sys.executable).parent))
needs_dbt = pytest.mark.skipif(
    DBT is None, reason="dbt is not installed beside this Python; tox -e dbt installs it, or DCPROPS_DBT names it"
)

LIFE = (
    event(1, "2024-01-01", hire("2024-01-01")),
    event(2, "2024-01-01", eligibility("2024-01-01")),
    event(3, "2024-01-03", enrollment("2024-01-03")),
    event(4, "2024-01-06", contribution("employee_pre_tax", "100.000000", "2024-01-06")),  # a Saturday
    event(5, "2024-01-06", contribution("employer_match", "33.333333", "2024-01-06")),
    event(6, "2024-02-01", vesting("0.3333", ("employer_match",), "2024-02-01")),
    event(7, "2024-02-12", termination("2024-02-12")),
    event(8, "2024-02-19", forfeiture("employer_match", "22.223333", "0.3333")),
    event(9, "2024-02-10", contribution("employer_match", "5.000000", "2024-02-10"), employee_id="E2"),
)
LATE = (event(10, "2024-01-16", contribution("employer_match", "0.000005", "2024-01-16")),)


@pytest.mark.parametrize("name", list(dbt_files()))
def test_the_package_has_the_stores_sql(name):
    there = PACKAGE.joinpath(name).read_text("utf-8")
    assert there == dbt_files()[name], "render it again: python -m dcprops.store.dbt_model"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "store.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(duckdb_ddl())
        connection.execute("ALTER TABLE events ADD COLUMN batch BIGINT")
    return path


def appended(path, documents, batch):
    """Add events to the file, and find what is wrong with them."""
    with duckdb.connect(str(path)) as connection:
        connection.register("incoming", to_table(map(SimulationEvent.model_validate, documents)))
        connection.execute("INSERT INTO events BY NAME SELECT *, CAST(? AS BIGINT) AS batch FROM incoming", [batch])
        refresh_anomalies(connection)


def dbt(path, *arguments):
    """Run dbt on a copy of the package, as a project of its own; its output."""
    project = path.parent / "package"
    if not project.exists():
        shutil.copytree(PACKAGE, project)
        profile = {"type": "duckdb", "path": str(path), "schema": "main", "threads": 1}
        lines = "".join(f"      {key}: {value}\n" for key, value in profile.items())
        project.joinpath("profiles.yml").write_text(
            f"dcprops:\n  target: here\n  outputs:\n    here:\n{lines}", "utf-8"
        )
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_PROFILES_DIR": str(project)}
    environment.pop("PYTHONPATH", None)
    environment.pop("PYTHONWARNINGS", None)
    done = subprocess.run(
        [DBT, "--no-use-colors", *arguments, "--project-dir", str(project)],
        env=environment, cwd=project, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def is_the_references(path, documents):
    """Whether the table has exactly what the reference says of each Friday, and what the store would build."""
    events = [SimulationEvent.model_validate(document) for document in documents]
    with duckdb.connect(str(path)) as connection:
        found = snapshots(connection)
        assert verify_snapshots(connection) == []
        build_snapshots(connection)
        assert snapshots(connection) == found
    fridays = sorted({each.snapshot_date for each in found})
    assert fridays[0] == date(2024, 1, 5)
    assert fridays[-1] == date(2024, 2, 23)
    for friday in fridays:
        said = {row.account: row for row in balances(events, friday)}
        rows = [each for each in found if each.snapshot_date == friday]
        assert {each.account for each in rows} == said.keys()
        for each in rows:
            row = said[each.account].as_mapping()
            assert {name: value for name, value in row.items() if name.startswith("total_")} == {
                name: value for name, value in each.as_mapping().items() if name.startswith("total_")
            }
            for name in ("gross_account_balance", "vested_account_balance", "unvested_balance", "net_account_balance"):
                assert getattr(each, name) == row[name]


@needs_dbt
def test_dbt_builds_what_the_reference_says_and_repairs_the_weeks_behind_a_late_event(file):
    appended(file, LIFE, 1)
    status, output = dbt(file, "build")
    assert status == 0, output
    is_the_references(file, LIFE)
    appended(file, LATE, 2)
    status, output = dbt(file, "build")
    assert status == 0, output
    assert "incremental model main.fct_participant_balance_snapshots" in output
    is_the_references(file, LIFE + LATE)


@needs_dbt
def test_a_last_day_ends_the_weeks(file):
    appended(file, LIFE, 1)
    for last_day, weeks in (("2024-03-01", 9), ("2024-01-31", 5)):
        status, output = dbt(file, "build", "--vars", f'{{"dcprops_last_day": "{last_day}"}}')
        assert status == 0, output
        with duckdb.connect(str(file)) as connection:
            assert len({each.snapshot_date for each in snapshots(connection)}) == weeks
            assert verify_snapshots(connection, date.fromisoformat(last_day)) == []


@needs_dbt
@pytest.mark.parametrize(
    ("damage", "test"),
    [
        ("SET snapshot_date = snapshot_date + 1", "fridays_only"),
        ("SET net_account_balance = net_account_balance + 0.000001", "gross_is_net_and_forfeitures"),
        ("SET vested_account_balance = vested_account_balance + 0.000001", "net_is_vested_and_unvested"),
        ("SET participation_status = 'gone'", "accepted_values"),
        ("SET current_vested_percentage = 1.0001", "vested_percentage_is_a_share"),
        ("SET data_quality_flag = 'fine'", "accepted_values"),
    ],
)
def test_a_broken_law_fails_its_test(file, damage, test):
    appended(file, LIFE, 1)
    with duckdb.connect(str(file)) as connection:
        build_snapshots(connection)
        connection.execute(
            f"UPDATE fct_participant_balance_snapshots {damage} WHERE participant_id = 'E2' "
            "AND snapshot_date = DATE '2024-02-23'"
        )
    status, output = dbt(file, "test")
    assert status == 1
    assert any(" FAIL " in line and test in line for line in output.splitlines()), output


@needs_dbt
def test_events_that_nobody_judged_are_noticed(file):
    appended(file, LIFE, 1)
    with duckdb.connect(str(file)) as connection:
        build_snapshots(connection)
        connection.execute("UPDATE events SET batch = 2 WHERE employee_id = 'E2'")
        update = "UPDATE built SET batch = 1 WHERE table_name = 'anomalies'"
        connection.execute(update)
    status, output = dbt(file, "test", "--select", "test_name:every_batch_judged")
    assert (status, "FAIL 1" in output) == (1, True), output
    with duckdb.connect(str(file)) as connection:
        update_snapshots(connection)
    status, output = dbt(file, "test", "--select", "test_name:every_batch_judged")
    assert status == 0, output
