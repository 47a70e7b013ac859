"""`dcprops audit --db`, `balances`, `history` and `snapshot`: one store from an event file, and what it then says."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

GOOD = "baseline_2025", "standard"
ACCOUNT = "generous_match", "design_b", "EMP_000076", "401K_MAIN"


@pytest.fixture(scope="module")
def database(tmp_path_factory, sample_path):
    path = tmp_path_factory.mktemp("store") / "store.duckdb"
    subprocess.run(
        [sys.executable, "-m", "dcprops", "audit", sample_path, "--db", path, "--json", "-"],
        check=False, capture_output=True,
    )  # fmt: skip
    return path


@pytest.fixture
def of(dcprops):
    """The JSON that a command writes, with its exit status."""

    def of(*arguments):
        done = dcprops(*arguments, "--json", "-")
        assert done.stderr == ""
        return json.loads(done.stdout), done.returncode

    return of


# Filling a store.


def test_an_audit_fills_a_store_and_says_what_came_of_it(dcprops, of, tmp_path, coherent_path):
    path = tmp_path / "new.duckdb"
    done = dcprops("audit", coherent_path, "--db", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{path}: 164 events stored, 0 were there already; receipt " in done.stdout.splitlines()[-1]
    report, status = of("audit", coherent_path, "--db", path)
    assert status == 0
    stored = report["stored"]
    assert (stored["created"], stored["exists"], stored["refused"]) == (0, 164, None)
    assert (stored["receipt"]["batch"], stored["receipt"]["rows"]) == (1, 164)


def test_invalid_rows_stay_out_of_the_store(of, tmp_path, dirty_path):
    report, status = of("audit", dirty_path, "--db", tmp_path / "new.duckdb")
    assert status == 1
    assert (report["valid"], report["stored"]["created"]) == (196, 196)


def test_other_content_under_a_known_id_is_refused_and_nothing_is_stored(dcprops, of, tmp_path, coherent_path):
    path = tmp_path / "new.duckdb"
    of("audit", coherent_path, "--db", path)
    lines = coherent_path.read_text(encoding="utf-8").splitlines(keepends=True)
    other = json.loads(lines[0])
    other["source_system"] = "another"
    new = {**json.loads(lines[1]), "event_id": "ffffffff-ffff-4fff-bfff-ffffffffffff"}
    changed = tmp_path / "changed.ndjson"
    changed.write_text(f"{json.dumps(new)}\n{json.dumps(other)}\n", encoding="utf-8")
    report, status = of("audit", changed, "--db", path)
    assert status == 1
    assert other["event_id"] in report["stored"]["refused"]
    assert "source_system" in report["stored"]["refused"]
    assert report["stored"]["receipt"] is None
    done = dcprops("audit", changed, "--db", path)
    assert done.returncode == 1
    assert "nothing was stored: " in done.stdout.splitlines()[-1]
    histories = of("history", "--db", path, new["employee_id"])[0]["history"]
    assert new["event_id"] not in {each["event"]["event_id"] for each in histories}


# What a store says is what the audit of the file says.


@pytest.mark.parametrize("day", [(), ("--as-of", "2023-06-30"), ("--as-of", "1900-01-01")])
def test_balances_are_those_of_the_audit(of, database, sample_path, day):
    report, status = of("balances", "--db", database, *day)
    audited, _ = of("audit", sample_path, "--balances", *day)
    assert status == 0
    assert (report["as_of"], report["balances"]) == (audited["as_of"], audited["balances"])
    assert bool(report["balances"]) == (day != ("--as-of", "1900-01-01"))


def test_balances_as_csv_are_those_of_the_audit(dcprops, database, sample_path):
    one = dcprops("balances", "--db", database, "--csv", "-").stdout
    assert one == dcprops("audit", sample_path, "--csv", "-").stdout
    assert one.startswith("scenario_id,plan_design_id,employee_id,plan_id,total_employee_contributions,")


def test_the_totals_on_the_screen_are_those_of_the_audit(dcprops, database, sample_path):
    done = dcprops("balances", "--db", database, "--show", 2)
    audited = dcprops("audit", sample_path, "--balances", "--show", 0)
    totals = done.stdout.partition("Balances as of ")[2]
    assert totals == audited.stdout.partition("Balances as of ")[2] != ""
    assert "63 of 65 accounts are not shown: --show N lists more" in done.stdout
    assert done.stdout.count("baseline_2025 / standard / ") == 2


def test_one_account(of, database):
    report, status = of("balances", "--db", database, "--account", *ACCOUNT)
    assert status == 0
    (row,) = report["balances"]
    # 726.7338 were contributed by the employer, of which 60 % are vested
    assert (row["employee_id"], row["net_account_balance"]) == ("EMP_000076", "726.733800")
    assert row["vested_account_balance"] == "436.040280"
    assert of("balances", "--db", database, "--account", *ACCOUNT[:3], "another") == (
        {**report, "balances": []}, 1,
    )  # fmt: skip


def test_a_history_has_every_event_in_order_with_the_balance_after_it(of, database, sample_path):
    report, status = of("history", "--db", database, "EMP_000076")
    events = [json.loads(line) for line in sample_path.read_text(encoding="utf-8").splitlines()]
    own = {each["event_id"] for each in events if each["employee_id"] == "EMP_000076"}
    assert status == 0
    assert {each["event"]["event_id"] for each in report["history"]} == own
    assert [(each["event"]["payload"]["event_type"], each["balance"] and each["balance"]["vested_account_balance"])
            for each in report["history"]] == [
        ("contribution", "0.000000"), ("promotion", None), ("compliance", "0.000000"), ("vesting", "436.040280"),
    ]  # fmt: skip
    narrowed, _ = of("history", "--db", database, "EMP_000076", "--scenario", GOOD[0], "--plan-design", GOOD[1])
    assert [each["event"]["payload"]["event_type"] for each in narrowed["history"]] == ["promotion"]


def test_a_history_on_the_screen(dcprops, database):
    done = dcprops("history", "--db", database, "EMP_000076")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "EMP_000076: 4 events"
    assert lines[-1].split()[:9] == [
        "2024-12-31", "generous_match", "/", "design_b", "vesting", "401K_MAIN", "436.040280", "726.733800",
        "53f6c7c4-ef17-4fca-85e5-6deaa724362f",
    ]  # fmt: skip
    nobody = dcprops("history", "--db", database, "nobody")
    assert (nobody.returncode, nobody.stdout) == (1, "nobody: 0 events\n")


# Snapshots.


@pytest.fixture
def own_database(tmp_path, coherent_path, of):
    path = tmp_path / "own.duckdb"
    of("audit", coherent_path, "--db", path)
    return path


def test_snapshots_are_built_verified_and_shown(dcprops, of, own_database):
    before, status = of("snapshot", "--db", own_database, "verify")
    assert status == 1
    assert all(each["got"] is None for each in before["differences"])
    built, status = of("snapshot", "--db", own_database)
    assert (built["written"], status) == (len(before["differences"]), 0)
    assert of("snapshot", "--db", own_database, "build") == ({"db": str(own_database), "written": 0}, 0)
    assert of("snapshot", "--db", own_database, "build", "--anew")[0]["written"] == built["written"]
    assert of("snapshot", "--db", own_database, "verify") == ({"db": str(own_database), "differences": []}, 0)
    shown, status = of("snapshot", "--db", own_database, "show")
    assert (len(shown["snapshots"]), status) == (built["written"], 0)
    done = dcprops("snapshot", "--db", own_database, "verify")
    assert done.stdout == f"{own_database}: every snapshot is what the events come to\n"


def test_snapshots_of_an_account_are_its_balances_on_fridays(of, database):
    rows = of("snapshot", "--db", database, "show", "--account", *ACCOUNT)[0]["snapshots"]
    assert rows[0]["snapshot_date"] == "2022-03-11"  # the Friday after the contribution of Monday, March 7
    for row in (rows[0], rows[-1]):
        report, _ = of("balances", "--db", database, "--account", *ACCOUNT, "--as-of", row["snapshot_date"])
        (balance,) = report["balances"]
        assert {name: row[name] for name in balance.keys() & row.keys()} == {
            name: balance[name] for name in balance.keys() & row.keys()
        }
    monday, status = of("snapshot", "--db", database, "show", "--account", *ACCOUNT, "--on", "2022-03-07")
    assert (status, monday["snapshots"][0]["net_account_balance"]) == (0, "726.733800")
    assert of("snapshot", "--db", database, "show", "--account", *ACCOUNT, "--on", "2022-03-06")[1] == 1


def test_snapshots_as_csv(dcprops, of, own_database):
    done = dcprops("snapshot", "--db", own_database, "show", "--csv", "-")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    shown = of("snapshot", "--db", own_database, "show")[0]["snapshots"]
    assert rows == [{name: value or "" for name, value in row.items()} for row in shown]
    assert len(rows[0]) == 18


def test_snapshots_on_the_screen(dcprops, own_database):
    wrong = dcprops("snapshot", "--db", own_database, "verify", "--show", 1)
    assert (wrong.returncode, wrong.stderr) == (1, "")
    assert "snapshots are not what the events come to" in wrong.stdout
    assert wrong.stdout.count("it is missing: dcprops snapshot build") == 1
    assert "snapshots written" in dcprops("snapshot", "--db", own_database).stdout
    done = dcprops("snapshot", "--db", own_database, "show", "--show", 1)
    assert "are not shown: --csv FILE and --json FILE have all" in done.stdout.splitlines()[-1]


# Wrong usage.


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("balances",), "the following arguments are required: --db"),
        (("balances", "--db", "{}/none.duckdb"), "is not there: make a store of your events with dcprops audit EVENTS"),
        (("balances", "--db", "{}/text"), "{}/text"),
        (("balances", "--db", "{db}", "--json", "{db}"), "would overwrite the store that is read: name another one"),
        (("balances", "--db", "{db}", "--json", "-", "--csv", "-"), "--json and --csv cannot both go to standard"),
        (("history", "--db", "{}/none.duckdb", "E1"), "is not there"),
        (("snapshot", "--db", "{db}", "verify", "--anew"), "--anew does nothing with verify: it goes with build"),
        (("snapshot", "--db", "{db}", "show", "--on", "2024-01-05"), "--on asks for one account"),
        (("snapshot", "--db", "{db}", "burn"), "invalid choice: 'burn'"),
        (("audit", "{}/text", "--db", "{}/text"), "--db {}/text would overwrite the file that is audited"),
        (("balances", "--db", "{}"), "{} is a directory: give the path of a store"),
        (("balances", "--db", "{}/text/none"), "is not there"),
        (("balances", "--db", "{}/" + "x" * 300), "File name too long"),
        (("balances", "--db", "{}/empty"), "is empty, which no store is"),
        (("history", "--db", "{}/other.duckdb", "E1"), "is a DuckDB database, but no event store"),
        (("snapshot", "--db", "{}/events.ndjson"), "it is no DuckDB database"),
        (("balances", "--db", "{db}", "--as-of", "2024-02-30"), "'2024-02-30'"),
        (("balances", "--db", "{db}", "--as-of", "yesterday"), "'yesterday'"),
        (("snapshot", "--db", "{db}", "--through", "infinity"), "'infinity'"),
        (("snapshot", "--db", "{db}", "show", "--on", "2024-1-5", "--account", *ACCOUNT), "'2024-1-5'"),
        (("balances", "--db", "{db}", "--account", "only", "three", "keys"), "expected 4 arguments"),
        (("history", "--db", "{db}"), "required: EMPLOYEE"),
        (("history", "--db", "{db}", "\udcff"), "not allowed"),
        (("balances", "--db", "{db}", "--json", "{}/none/out.json"), "cannot be written"),
        (("audit", "{sample}", "--db", "{}"), "{} is a directory"),
        (("audit", "{sample}", "--db", "{}/text"), "it is no DuckDB database"),
        (("audit", "{sample}", "--db", "{}/none/new.duckdb"), "cannot be made: No such file or directory"),
        (("audit", "{}/none.ndjson", "--db", "{}/none.duckdb"), "does not exist"),
        (("audit", "{}/text", "--db", "{}/none.duckdb"), "is not an event file"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line(dcprops, refused, database, sample_path, tmp_path, arguments, said):
    import duckdb  # noqa: PLC0415  # an extra

    (tmp_path / "text").write_text("no store\n", encoding="utf-8")
    (tmp_path / "empty").touch()
    shutil.copy(sample_path, tmp_path / "events.ndjson")
    duckdb.connect(tmp_path / "other.duckdb").close()
    places = {"{db}": database, "{sample}": sample_path, "{}": tmp_path}
    filled = list(arguments)
    for name, place in places.items():
        filled = [each.replace(name, str(place)) for each in filled]
    assert said.replace("{}", str(tmp_path)) in refused(dcprops(*filled))
    assert not (tmp_path / "none.duckdb").exists()


def test_a_store_without_events_has_no_last_day(dcprops, refused, tmp_path):
    from dcprops.store import Store  # noqa: PLC0415  # needs an extra

    path = tmp_path / "empty.duckdb"
    with Store(path):
        pass
    assert "has no events: append some" in refused(dcprops("balances", "--db", path))


def test_a_store_that_is_open_elsewhere_is_named_with_its_holder(dcprops, refused, tmp_path, coherent_path):
    from dcprops.store import Store  # noqa: PLC0415  # needs an extra

    path: Path = tmp_path / "held.duckdb"
    with Store(path):
        for command in (
            ("balances", "--db", path), ("history", "--db", path, "E1"), ("snapshot", "--db", path),
            ("audit", coherent_path, "--db", path),
        ):  # fmt: skip
            said = refused(dcprops(*command))
            assert f"{path} is open in process {os.getpid()}: close it there first" in said


def test_who_or_what_is_unknown_falls_short(dcprops, database):
    for command in (
        ("history", "--db", database, "nobody"), ("history", "--db", database, "' OR 1=1 --"),
        ("history", "--db", database, "EMP_000076", "--scenario", "another"),
        ("balances", "--db", database, "--account", "a", "b", "c", "d"),
        ("balances", "--db", database, "--account", *ACCOUNT, "--as-of", "0001-01-01"),
        ("snapshot", "--db", database, "show", "--account", "a", "b", "c", "d", "--on", "2024-01-05"),
    ):  # fmt: skip
        done = dcprops(*command)
        assert (done.returncode, done.stderr) == (1, "")


def test_a_damaged_store_is_one_line(dcprops, refused, database, tmp_path):
    path = tmp_path / "damaged.duckdb"
    whole = dcprops("balances", "--db", database).stdout
    for share in (0.05, 0.3, 0.6, 0.9):
        shutil.copy(database, path)
        os.truncate(path, int(path.stat().st_size * share))
        done = dcprops("balances", "--db", path)
        # What is cut off may be what no balance is read from; else it has to be told.
        if share < 0.5 or (done.returncode, done.stdout) != (0, whole):
            assert str(path) in refused(done)
