"""`dcprops generate`, as users run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("numpy")


def test_it_says_what_it_will_make_and_what_it_made(dcprops, tmp_path):
    done = dcprops("generate", "--employees", 40, "--years", 1, "--out", tmp_path / "new" / "folder")
    path = tmp_path / "new/folder/events-01-of-01.parquet"
    before, after = done.stdout.splitlines()
    assert before.startswith(f"{path}: about ")
    assert after.startswith(f"{path}: ")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(path.parent.iterdir()) == [path]


def test_what_it_makes_is_clean_and_the_same_in_seven_parts(dcprops, tmp_path):
    common = ("generate", "--employees", 50, "--years", 2, "--format", "ndjson", "--plan-design", "cliff")
    assert dcprops(*common, "--out", tmp_path / "whole").returncode == 0
    for number in range(1, 8):
        assert dcprops(*common, "--out", tmp_path / "parts", "--partition", f"{number}/7").returncode == 0
    (whole,) = (tmp_path / "whole").iterdir()
    assert b"".join(part.read_bytes() for part in sorted((tmp_path / "parts").iterdir())) == whole.read_bytes()
    audited = dcprops("audit", whole, "--json", "-")
    said = json.loads(audited.stdout)
    assert (audited.returncode, said["invalid"], said["anomalies"]) == (0, [], [])
    assert said["valid"] == said["events"] > 1_000


def test_json_says_everything_that_was_asked_and_made(dcprops, tmp_path):
    done = dcprops(
        "generate", "--employees", 10, "--years", 1, "--first-year", 2020, "--seed", 5, "--frequency", "monthly",
        "--scenario", "baseline", "--scenario", "high_growth", "--turnover", "0.3", "--out", tmp_path, "--json", "-",
    )  # fmt: skip
    said = json.loads(done.stdout)
    (path,) = tmp_path.iterdir()
    assert said.pop("estimate").keys() == {"events", "bytes"}
    assert said.pop("events") > 100
    assert said == {
        "file": str(path), "format": "parquet", "partition": "1/1", "bytes": path.stat().st_size, "employees": 10,
        "years": 1, "first_year": 2020, "seed": 5, "frequency": "monthly", "scenarios": ["baseline", "high_growth"],
        "plan_designs": ["standard"], "turnover": "0.3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--employees", "0"), "employees=0: expected a whole number from 1"),
        (("--employees", "x"), "argument --employees: expected a count such as 20, got 'x'"),
        (("--employees", "1", "--years", "9"), "years=9: expected a whole number from 1 to 6, since limits are known"),
        (("--employees", "1", "--partition", "3/2"), "partition=3/2: expected I/N with I from 1 to N"),
        (("--employees", "1", "--partition", "half"), "partition='half': expected I/N"),
        (("--employees", "1", "--frequency", "daily"), "frequency='daily': expected weekly or"),
        (("--employees", "1", "--scenario", "x"), "scenarios='x': expected baseline or"),
        (("--employees", "1", "--turnover", "x"), "expected a share such as 0.12, got 'x'"),
        (("--employees", "1", "--turnover", "1.5"), "turnover='1.5': expected a Decimal from 0 to 1"),
        (("--employees", "1", "--format", "csv"), "invalid choice: 'csv'"),
    ],
)
def test_wrong_usage_is_one_line_and_makes_nothing(dcprops, refused, tmp_path, arguments, said):
    assert said in refused(dcprops("generate", *arguments, "--out", tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept_unless_told_otherwise(dcprops, refused, tmp_path):
    path = tmp_path / "events-01-of-01.ndjson"
    path.write_text("mine")
    common = ("generate", "--employees", 1, "--years", 1, "--format", "ndjson", "--out", tmp_path)
    assert "is there already: give --overwrite" in refused(dcprops(*common))
    assert path.read_text() == "mine"
    assert dcprops(*common, "--overwrite").returncode == 0
    assert path.read_text().startswith('{"event_id"')


def test_a_folder_that_cannot_be_made_is_named(dcprops, refused, tmp_path):
    (tmp_path / "file").write_text("")
    said = refused(dcprops("generate", "--employees", 1, "--out", tmp_path / "file" / "folder"))
    assert f"--out {tmp_path}/file/folder cannot be made: " in said


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX has them")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_no_half_written_file(tmp_path, number, status):
    running = subprocess.Popen(
        [sys.executable, "-m", "dcprops", "generate", "--employees", "20000", "--format", "ndjson", "--out", tmp_path],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    while not any(file.stat().st_size for file in tmp_path.iterdir()):
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(number)
    running.communicate()
    assert running.returncode == status
    assert list(tmp_path.iterdir()) == []
