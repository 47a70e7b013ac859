"""`dcprops monitor` and `dcprops audit --record`: what they keep, print, write and send, and how they end."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from dcprops.cli import main
from dcprops.commands import COMMANDS, UsageError
from dcprops.commands.measuring import measured
from dcprops.monitor import MonitorDatabase

COMMIT = "0123abcdef"
MACHINE = {"cpu": "one", "cores": 2}
#: Fifteen runs, no two alike, whose median is 10 ms; and five like them.
USUAL = [10 + place / 100 for place in (-9, 4, 0, -3, 9, 2, -2, 1, -1, 6, -7, 3, -5, 5, -4)]
LIKE_IT = [10 + place / 100 for place in (2.5, -3.5, 4.5, -0.5, 1.5)]


def bench_file(path: Path, milliseconds: float, machine: dict[str, Any] = MACHINE, **row: Any) -> Path:
    samples = [milliseconds / 1000 * factor for factor in (0.99, 1.0, 1.01)]
    rows = [
        {"name": name, "what": "a job", "unit": "s", "better": "lower", "ours": own, "peer": None, "ratios": None,
         "ratio": None, "promise": None, "met": None, "failure": None, **row}
        for name, own in (("job", samples), ("other", [0.5, 0.51, 0.52]))
    ]  # fmt: skip
    path.write_text(json.dumps({"version": "0", "machine": machine, "repeat": 3, "rows": rows}), encoding="utf-8")
    return path


def bench_files(folder: Path, name: str, values: Sequence[float]) -> list[str]:
    return [str(bench_file(folder / f"{name}{place}.json", value)) for place, value in enumerate(values)]


@pytest.fixture
def db(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with a baseline of fifteen runs. What is run is in an empty folder of its own."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = str(tmp_path / "m.db")
    files = bench_files(tmp_path, "usual", USUAL)
    assert main(["monitor", "baseline", "--db", path, "--commit", COMMIT, "--from", *files]) == 0
    assert capsys.readouterr().out == f"{path}: a baseline of 15 runs for 2 metrics\n"
    return path


@pytest.fixture
def slow(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The same, after five runs that are 20 % slower."""
    record(db, tmp_path, [value * 1.2 for value in LIKE_IT])
    capsys.readouterr()
    return db


def record(db: str, tmp_path: Path, values: Sequence[float]) -> None:
    for file in bench_files(tmp_path, "since", values):
        assert main(["monitor", "run", "--db", db, "--commit", COMMIT, "--from", file]) == 0


# --- keeping ---


def test_a_run_is_kept_and_told(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = bench_file(tmp_path / "b.json", 10)
    assert main(["monitor", "run", "--db", db, "--commit", COMMIT, "--from", str(file)]) == 0
    assert capsys.readouterr().out == f"{db}: run 16: 2 metrics of {COMMIT} on one, cores 2\n"
    assert main(["monitor", "run", "--db", db, "--commit", COMMIT, "--from", str(file), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "db": db,
        "runs": [{"run": 17, "commit": COMMIT, "machine": {"cpu": "one", "cores": "2"}, "metrics": ["job", "other"]}],
        "not_measured": [],
    }


def test_a_row_that_was_not_measured_is_told(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = bench_file(tmp_path / "b.json", 10)
    document = json.loads(file.read_text(encoding="utf-8"))
    document["rows"][0] |= {"failure": "no\npandas", "ours": []}
    file.write_text(json.dumps(document), encoding="utf-8")
    assert main(["monitor", "run", "--db", db, "--commit", COMMIT, "--from", str(file)]) == 0
    said = capsys.readouterr()
    assert "1 metrics" in said.out
    assert said.err == "dcprops: job was not measured: no\\npandas\n"


def test_runs_that_are_there_become_a_baseline(slow: str, capsys: pytest.CaptureFixture[str]):
    assert main(["monitor", "check", "--db", slow]) == 1
    assert main(["monitor", "baseline", "--db", slow, "--last", "5", "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))
    assert told["baseline"] == {"job": [16, 17, 18, 19, 20], "other": [16, 17, 18, 19, 20]}
    assert main(["monitor", "check", "--db", slow]) == 0
    assert "the baseline is all there is" in capsys.readouterr().out


def test_a_baseline_may_be_of_some_metrics(slow: str, capsys: pytest.CaptureFixture[str]):
    assert main(["monitor", "baseline", "--db", slow, "--last", "5", "--only", "ot*"]) == 0
    assert capsys.readouterr().out == f"{slow}: a baseline of 5 runs for 1 metrics\n"
    assert main(["monitor", "check", "--db", slow]) == 1


FAKE_BENCH = """
import json, sys
rows = [{"name": "job", "unit": "s", "better": "lower", "ours": [1.0], "failure": None}]
json.dump({"rows": rows}, sys.stdout)
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize("status", ["0", "1"])
def test_what_is_measured_now_comes_from_a_process_of_its_own(tmp_path: Path, status: str):
    script = tmp_path / "bench.py"
    script.write_text(FAKE_BENCH, encoding="utf-8")
    runs = list(measured([status], COMMIT, 3, [sys.executable, str(script)]))
    assert [(run.measurements[0].samples, failures) for run, failures in runs] == [((1.0,), [])] * 3


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import sys; print('1 of 9', file=sys.stderr); sys.exit('there is no row')", "with status 1: there is no row"),
        ("raise SystemExit(7)", "dcprops bench ended with status 7: it said nothing"),
        ("", "dcprops bench ended with status 0: it said nothing"),
    ],
)
def test_a_measurement_that_fails_is_told_by_its_last_line(program: str, message: str):
    with pytest.raises(UsageError, match=message) as told:
        list(measured([], COMMIT, 1, [sys.executable, "-c", program]))
    assert "\n" not in str(told.value)


# --- judging ---


def test_quiet_runs_pass(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    record(db, tmp_path, LIKE_IT)
    capsys.readouterr()
    assert main(["monitor", "check", "--db", db]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{db}: 2 metrics: 2 ok"
    assert said[2].split() == ["Metric", "Runs", "Last", "Change", "Trend", "Level", "Why"]
    assert said[3].split()[:5] == ["job", "20", "10.02", "ms", "+0.2%"]


def test_a_regression_fails_the_check_and_is_told(slow: str, capsys: pytest.CaptureFixture[str]):
    assert main(["monitor", "check", "--db", slow]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{slow}: 2 metrics: 1 critical, 1 ok"
    assert said[-1].startswith("CRITICAL job: 20 % worse than the baseline: 12.02 ms against 10 ms (p = ")


def test_a_report_of_a_regression_is_no_failure(slow: str, capsys: pytest.CaptureFixture[str]):
    assert main(["monitor", "report", "--db", slow, "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["db"], told["level"]) == (slow, "critical")
    assert {each["metric"]: each["verdict"]["level"] for each in told["series"]} == {"job": "critical", "other": "ok"}
    assert len(told["series"][0]["points"]) == 20


def test_a_file_is_judged_without_being_kept(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    files = bench_files(tmp_path, "new", [value * 1.2 for value in LIKE_IT])
    before = Path(db).read_bytes()
    assert main(["monitor", "check", "--db", db, "--commit", "fedcba9", "--json", "-", "--from", *files]) == 1
    assert [alert["commit"] for alert in json.loads(capsys.readouterr().out)["alerts"]] == ["fedcba9"]
    assert Path(db).read_bytes() == before
    assert main(["monitor", "check", "--db", db]) == 0


def test_another_machine_is_told_and_no_failure(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = bench_file(tmp_path / "b.json", 100, {"cpu": "one", "cores": 4})
    assert main(["monitor", "check", "--db", db, "--from", str(file)]) == 0
    assert "not compared, for the baseline is of another machine: cores 4, was 2" in capsys.readouterr().out


def test_metrics_can_be_chosen_and_not_shown(slow: str, capsys: pytest.CaptureFixture[str]):
    assert main(["monitor", "check", "--db", slow, "--only", "other"]) == 0
    capsys.readouterr()
    assert main(["monitor", "check", "--db", slow, "--show", "1"]) == 1
    assert "1 are not shown: --show N lists more, --json FILE has all" in capsys.readouterr().out


def test_thresholds_come_from_an_option_and_from_the_project(slow: str, capsys: pytest.CaptureFixture[str]):
    assert main(["monitor", "check", "--db", slow, "--threshold", "job=0.1:0.5"]) == 0
    assert "WARNING job: 20 % worse" in capsys.readouterr().out
    Path("pyproject.toml").write_text("[tool.dcprops.monitor.thresholds]\njob = { critical = 0.5 }\n", encoding="utf-8")
    assert main(["monitor", "check", "--db", slow]) == 0
    assert main(["monitor", "check", "--db", slow, "--threshold", "*=0.1:0.15"]) == 1


def test_alerts_are_written_whether_there_are_any_or_none(
    slow: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "alerts.json"
    assert main(["monitor", "check", "--db", slow, "--alerts", str(path)]) == 1
    told = json.loads(path.read_text(encoding="utf-8"))
    assert (told["program"], told["level"]) == ("dcprops monitor", "critical")
    assert [set(alert) for alert in told["alerts"]] == [{"level", "metric", "commit", "message"}]
    assert main(["monitor", "check", "--db", slow, "--only", "other", "--alerts", str(path)]) == 0
    assert json.loads(path.read_text(encoding="utf-8")) == {"program": "dcprops monitor", "level": "ok", "alerts": []}


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[bytes], list[int]]]:
    """A server on this machine: its URL, what it gets, and how it answers."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    bodies: list[bytes] = []
    answers = [204]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(answers[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's word
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", bodies, answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_alerts_are_sent(slow: str, webhook: tuple[str, list[bytes], list[int]], tmp_path: Path):
    url, bodies, _ = webhook
    path = tmp_path / "alerts.json"
    assert main(["monitor", "check", "--db", slow, "--webhook", url, "--alerts", str(path)]) == 1
    (body,) = bodies
    assert json.loads(body) == json.loads(path.read_text(encoding="utf-8"))
    assert main(["monitor", "check", "--db", slow, "--only", "other", "--webhook", url]) == 0
    assert len(bodies) == 1  # nothing to alert, nothing sent


def test_a_webhook_that_refuses_hides_no_verdict(
    slow: str, webhook: tuple[str, list[bytes], list[int]], capsys: pytest.CaptureFixture[str]
):
    url, _, answers = webhook
    answers[0] = 500
    assert main(["monitor", "check", "--db", slow, "--webhook", url]) == 1
    said = capsys.readouterr()
    assert "CRITICAL job" in said.out
    assert said.err == "dcprops: the alerts did not reach 127.0.0.1: it answered 500\n"
    assert main(["monitor", "check", "--db", slow, "--webhook", url, "--threshold", "job=0.1:0.5"]) == 0


def test_a_report_as_a_page_names_every_metric(slow: str, tmp_path: Path):
    pytest.importorskip("jinja2")
    pytest.importorskip("matplotlib")
    path, said = tmp_path / "report.html", tmp_path / "report.json"
    assert main(["monitor", "report", "--db", slow, "--html", str(path), "--json", str(said)]) == 0
    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    metrics = [series["metric"] for series in json.loads(said.read_text(encoding="utf-8"))["series"]]
    assert metrics
    assert [metric for metric in metrics if f">{metric}<" not in page] == []


# --- the quality of files ---


def test_an_audit_is_recorded_and_followed(
    tmp_path: Path,
    sample_path: Path,
    dirty_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    audit = ["audit", "--record", "m.db", "--record-as", "ledger", "--show", "0"]
    assert main([*audit, str(sample_path), "--commit", COMMIT]) == 1  # it has anomalies
    assert capsys.readouterr().out.endswith("m.db: recorded as run 1 of ledger\n")
    assert main(["monitor", "baseline", "--db", "m.db", "--last", "1"]) == 0
    assert main([*audit, str(sample_path), "--json", "-"]) == 1
    told = json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))
    assert told["recorded"] == {"db": "m.db", "name": "ledger", "run": 2}
    assert main(["monitor", "check", "--db", "m.db"]) == 0
    assert main([*audit, str(dirty_path)]) == 1
    capsys.readouterr()
    # Four of 200 rows are broken: 98 % are valid.
    assert main(["monitor", "check", "--db", "m.db", "--json", "-"]) == 1
    (series,) = [
        each for each in json.loads(capsys.readouterr().out)["series"] if each["metric"] == "quality/ledger/valid"
    ]
    assert [point["median"] for point in series["points"]] == [1.0, 1.0, 0.98]
    assert series["verdict"]["message"].startswith("98 % is below the 99 % that it must have")
    with sqlite3.connect("m.db") as connection:
        rows = connection.execute(
            "SELECT metric, median, of_number FROM spreads WHERE run = 3 AND metric LIKE '%/invalid/%'"
        )
        found = {metric.rpartition("/")[2]: (share, of) for metric, share, of in rows}
    connection.close()
    assert found == dict.fromkeys(
        ("control-character", "not-an-object", "not-json", "padded", "unknown-field"), (0.005, 200)
    )


def test_a_baseline_of_one_finding_is_one_of_the_whole_file(
    tmp_path: Path, sample_path: Path, coherent_path: Path, capsys: pytest.CaptureFixture[str]
):
    db = str(tmp_path / "m.db")
    for path, status in ((coherent_path, 0), (sample_path, 1)):
        assert main(["audit", str(path), "--record", db, "--record-as", "f"]) == status
    capsys.readouterr()
    only = ["--only", "quality/f/anomalies/before-hire", "--json", "-"]
    assert main(["monitor", "baseline", "--db", db, "--last", "2", *only]) == 0
    told = json.loads(capsys.readouterr().out)["baseline"]
    assert told == {"quality/f/anomalies/before-hire": [1, 2], "quality/f/valid": [1, 2]}


def test_the_name_of_a_recorded_file_is_its_path(
    sample_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(sample_path.parent)
    db = str(tmp_path / "m.db")
    assert main(["audit", sample_path.name, "--record", db]) == 1
    assert f"{db}: recorded as run 1 of {sample_path.name}" in capsys.readouterr().out


# --- wrong use ---


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("monitor", "the following arguments are required: PART; see dcprops monitor --help"),
        ("monitor watch", "invalid choice: 'watch'"),
        ("monitor check", "the following arguments are required: --db; see dcprops monitor check --help"),
        ("monitor check --db no.db", "no.db is not there: make it with dcprops monitor baseline --db no.db"),
        ("monitor report --db {text}", "can't be used as a database of the monitor: file is not a database"),
        ("monitor run --db {db}", "the following arguments are required: --commit"),
        ("monitor run --db {db} --commit HEAD", "'HEAD' is no commit: expected its hash, 7 to 64 of the digits 0-9"),
        ("monitor run --db {db} --commit 123456", "'123456' is no commit"),
        ("monitor run --db {db} --commit 0123456 --from no.json", "no.json cannot be read: No such file or directory"),
        ("monitor run --db {db} --commit 0123456 --from {text}", "text is not JSON, as dcprops bench --json writes it"),
        ("monitor run --db {db} --commit 0123456 --from {bench} --bench=-x", "--bench does nothing with --from"),
        ("monitor baseline --db {db}", "--commit HASH has to say what is measured, or --last N"),
        ("monitor baseline --db {db} --last 0", "expected 1 or more, got '0'"),
        ("monitor baseline --db {db} --last 3 --commit 0123456", "--commit does nothing with --last"),
        ("monitor baseline --db {db} --last 3 --runs 5", "--runs does nothing with --last"),
        ("monitor baseline --db {db} --last 3 --from {bench}", "--from does nothing with --last"),
        ("monitor baseline --db {db} --last 3 --only jop", "there is no metric 'jop'; did you mean 'job'?"),
        ("monitor baseline --db {db} --commit 0123456 --from {bench} --runs 2", "--runs does nothing with --from"),
        ("monitor baseline --db no.db --last 3", "no.db is not there"),
        ("monitor check --db {db} --only jop", "there is no metric 'jop'; did you mean 'job'?"),
        ("monitor check --db {db} --threshold jop=1:2", "there is no metric 'jop'; did you mean 'job'?"),
        ("monitor check --db {db} --threshold job", "'job' says no thresholds"),
        ("monitor check --db {db} --threshold job=0.5:0.1", "expected the first to be at most the second"),
        ("monitor check --db {db} --webhook ftp://h/", "the webhook is not a URL that alerts can be sent to"),
        ("monitor check --db {db} --json - --alerts -", "cannot both go to standard output"),
        ("monitor check --db {db} --alerts {db}", "would overwrite the database"),
        ("monitor report --db {db} --json no/r.json", "no/r.json cannot be written"),
        ("audit {text} --record-as x", "--record-as does nothing without --record FILE"),
        ("audit {text} --commit 0123456", "--commit does nothing without --record FILE"),
        ("audit {sample} --record {db} --commit main", "'main' is no commit"),
        ("audit {sample} --record {db} --record-as ''", "'' can't name an event file in the monitor"),
        ("audit {sample} --record {text}", "file is not a database"),
        ("audit {sample} --record {sample}", "would overwrite the file that is audited"),
        ("audit {sample} --record {db} --json {db}", "would overwrite the monitor's database"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line(
    db: str, tmp_path: Path, sample_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, message: str
):
    text = tmp_path / "text"
    text.write_text("no database\n" * 100, encoding="utf-8")
    places = {"db": db, "text": text, "bench": bench_file(tmp_path / "b.json", 10), "sample": sample_path}
    before = Path(db).read_bytes()
    given = [part.strip("'").format_map(places) for part in arguments.split()]
    assert main(given) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("dcprops: ")
    assert message in said.err
    assert said.err.count("\n") == 1
    assert Path(db).read_bytes() == before


def test_an_empty_database_has_nothing_to_judge(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    MonitorDatabase(tmp_path / "m.db", create=True).close()
    assert main(["monitor", "check", "--db", str(tmp_path / "m.db")]) == 2
    assert "nothing has been recorded yet: record a run with dcprops monitor run" in capsys.readouterr().err


def test_a_pyproject_that_is_wrong_is_told(db: str, capsys: pytest.CaptureFixture[str]):
    Path("pyproject.toml").write_text("[tool.dcprops.monitor]\nalfa = 1\n", encoding="utf-8")
    assert main(["monitor", "check", "--db", db]) == 2
    assert "has 'alfa': expected only alpha, window, thresholds" in capsys.readouterr().err


def test_nothing_in_a_name_acts_on_the_terminal(dcprops, tmp_path: Path):
    bench = bench_file(tmp_path / "b.json", 10, {"cpu": "a\x1b[2Jb"})
    done = dcprops("monitor", "baseline", "--db", tmp_path / "m.db", "--commit", COMMIT, "--from", bench)
    assert (done.returncode, done.stderr) == (0, "")
    for part in (["run", "--commit", COMMIT, "--from", bench], ["report"]):
        done = dcprops("monitor", *part, "--db", tmp_path / "m.db")
        assert (done.returncode, done.stderr) == (0, "")
        assert all(line.isprintable() for line in done.stdout.splitlines())


def test_it_runs_as_a_process_and_through_a_pipe(dcprops, slow: str):
    done = dcprops("monitor", "check", "--db", slow)
    assert (done.returncode, done.stderr) == (1, "")
    assert "CRITICAL job" in done.stdout


@pytest.mark.skipif("bench" not in COMMANDS, reason="this dcprops has no command that measures")
def test_the_benchmarks_are_measured_and_kept(dcprops, tmp_path: Path):
    options = ("--bench=--only=validate", "--bench=--repeat=2")
    done = dcprops("monitor", "run", "--db", tmp_path / "m.db", "--commit", COMMIT, *options, "--json", "-")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["runs"][0]["metrics"] == ["validate", "validate:ratio"]
    assert os.path.exists(tmp_path / "m.db")
