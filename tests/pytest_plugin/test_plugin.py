"""The pytest plugin in projects of their own, each run by a pytest of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EVENTS = """
from dcprops import SimulationEvent

class Event(SimulationEvent):
    model_config = {"extra": "ignore"}
"""
LEDGER = """
import dcprops

def balances(documents, as_of):
    for row in dcprops.balances(documents, as_of):
        yield {**row, "vested_account_balance": row["vested_account_balance"] + (1 if row["total_forfeitures"] else 0)}
"""
STORE = """
import json, os

class Store:
    def __init__(self, path):
        self.path = str(path)
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def append(self, documents):
        with open(self.path, "a", encoding="utf-8") as file:
            file.writelines(json.dumps(each) + "\\n" for each in documents)
            file.flush()
            os.fsync(file.fileno())
    def events(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]
"""
SUITE = """
import dcprops
from mine.events import Event
from mine.ledger import balances
from mine.store import Store

test_ledger = dcprops.suite(model=Event, calculator=balances, store=Store)
"""
#: One property that finds each of the three mistakes, and one that holds.
FOUND = ("balances.matches-reference:1", "model.rejects-invalid", "store.append-is-idempotent:1")
ASKED = ("--dcprops-max-examples", "12", "-k", "matches-reference or rejects-invalid or idempotent or round-trip-json")
NAMED = (
    "--dcprops-model", "mine.events:Event", "--dcprops-calculator", "mine.ledger:balances",
    "--dcprops-store", "mine.store:Store",
)  # fmt: skip
TABLE = """
[tool.dcprops]
model = "mine.events:Event"
calculator = "mine.ledger:balances"
store = "mine.store:Store"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    package = tmp_path / "mine"
    package.mkdir()
    for name, text in (("__init__", ""), ("events", EVENTS), ("ledger", LEDGER), ("store", STORE)):
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return tmp_path


def run_pytest(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(project, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments)


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    unwanted = ("PYTEST", "COV_", "DCPROPS")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(unwanted)}
    # The project's own modules, and whatever package these tests are run with: a wheel, or a checkout.
    places = filter(None, (str(project), os.environ.get("PYTHONPATH")))
    environment |= {"PYTHONPATH": os.pathsep.join(places), "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True, encoding="utf-8",
        check=False,
    )  # fmt: skip


def failed(done: subprocess.CompletedProcess[str]) -> set[str]:
    lines = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    return {line.split("[", 1)[1].split("]", 1)[0] for line in lines}


def as_one_line(project: Path) -> tuple[str, ...]:
    (project / "test_mine.py").write_text(SUITE, encoding="utf-8")
    return ("test_mine.py",)


def as_options(_: Path) -> tuple[str, ...]:
    return ("--pyargs", "dcprops.suite", *NAMED)


def as_table(project: Path) -> tuple[str, ...]:
    (project / "pyproject.toml").write_text(TABLE, encoding="utf-8")
    return ("--pyargs", "dcprops.suite")


@pytest.mark.parametrize("way", [as_one_line, as_options, as_table], ids=["one-line", "options", "table"])
def test_a_mistake_in_each_target_is_found(project, way):
    done = run_pytest(project, *way(project), *ASKED)
    assert done.returncode == 1, done.stdout + done.stderr
    assert set(FOUND) <= failed(done)
    assert "model.round-trip-json" not in failed(done)
    assert "model.rejects-invalid: envelope.unknown_field accepts unknown-field" in done.stdout
    assert "the smallest ledger, " in done.stdout
    assert "Traceback" not in done.stdout


def test_two_workers_find_the_same(project):
    pytest.importorskip("xdist", reason="the dependency group `tests` has pytest-xdist")
    done = run_pytest(project, *as_one_line(project), *ASKED, "-n", "2")
    assert set(FOUND) <= failed(done), done.stdout + done.stderr


def test_what_is_right_passes(project):
    done = run_pytest(
        project, "--pyargs", "dcprops.suite", "--dcprops-suite", "compliance", "--dcprops-profile", "quick"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ids_are_sorted_and_the_same_under_any_hash_seed(project):
    as_one_line(project)
    ids = []
    for seed in ("1", "2"):
        os.environ["PYTHONHASHSEED"] = seed
        try:
            done = run_pytest(project, "test_mine.py", "--collect-only", "-q")
        finally:
            del os.environ["PYTHONHASHSEED"]
        ids.append([line for line in done.stdout.splitlines() if line.startswith("test_mine.py::")])
    assert ids[0] == ids[1] == sorted(ids[0])
    assert "test_mine.py::test_ledger[model.accepts-valid]" in ids[0]


def test_the_plugin_imports_nothing_of_ours_by_itself(project):
    code = (
        "import sys, _dcprops_pytestplugin; "
        "print([name for name in sys.modules if name.partition('.')[0] in ('dcprops', 'hypothesis', 'pydantic')])"
    )
    assert run(project, "-c", code).stdout.strip() == "[]"


@pytest.mark.parametrize("first", ["dcprops", "dcprops.suite", "_dcprops_pytestplugin"])
def test_pytest_does_not_warn_where_we_were_imported_first(project, first):
    """As of an installed wheel, whose record lists the package beside the plugin; of Hypothesis's own it warns, too."""
    installed = project / "dcprops-0.dist-info"
    installed.mkdir()
    for name, text in (
        ("METADATA", "Metadata-Version: 2.1\nName: dcprops\nVersion: 0\n"),
        ("entry_points.txt", "[pytest11]\ndcprops = _dcprops_pytestplugin\n"),
        ("RECORD", "dcprops/__init__.py,,\ndcprops/suite.py,,\n_dcprops_pytestplugin.py,,\n"),
    ):
        (installed / name).write_text(text, encoding="utf-8")
    (project / "test_mine.py").write_text(
        "def test_mine(dcprops_sample):\n    assert dcprops_sample\n", encoding="utf-8"
    )
    code = f"import sys, {first}, pytest; sys.exit(pytest.main(['-p', 'no:cacheprovider', 'test_mine.py']))"
    done = run(project, "-c", code)
    assert done.returncode == 0, done.stdout + done.stderr
    warned = [line for line in done.stdout.splitlines() if "cannot be rewritten" in line]
    assert [line for line in warned if "hypothesis" not in line] == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--dcprops-skip", "model.accept-valid=slow"), "did you mean model.accepts-valid"),
        (("--dcprops-xfail", "model.accepts-valid"), "expected ID=REASON"),
        (("--dcprops-shard", "5/4"), "'5/4' is no slice"),
        (("--dcprops-profile", "slow"), "it must be one of quick, ci, deep"),
        (("--dcprops-suite", "modell"), "there is no suite 'modell'"),
        (("--dcprops-max-examples", "0"), "max_examples=0 is too few"),
        (("--dcprops-model", "mine.nothing:Event"), "mine.nothing cannot be imported"),
    ],
)
def test_what_is_of_no_use_is_told_in_one_line(project, options, words):
    done = run_pytest(project, "--pyargs", "dcprops.suite", *options)
    assert done.returncode in {2, 4}
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_skipped_and_expected_failures_have_their_reasons(project):
    chosen = ("-k", "rejects-invalid or accepts-valid", "--dcprops-max-examples", "3")
    reasons = ("--dcprops-skip", "model.accepts-valid=too slow", "--dcprops-xfail", "model.rejects-invalid=known")
    done = run_pytest(project, *as_options(project), *chosen, *reasons)
    assert done.returncode == 0, done.stdout
    assert "too slow" in done.stdout
    assert "known" in done.stdout


STRICT = "[pytest]\nxfail_strict = true\n"


@pytest.mark.parametrize(("ini", "status"), [("[pytest]\n", 0), (STRICT, 1)], ids=["usual", "strict"])
def test_what_holds_against_expectation_is_as_pytest_has_it(project, ini, status):
    (project / "pytest.ini").write_text(ini, encoding="utf-8")
    chosen = ("-k", "accepts-valid", "--dcprops-suite", "model", "--dcprops-max-examples", "3")
    done = run_pytest(project, *as_options(project), *chosen, "--dcprops-xfail", "model.accepts-valid=known")
    assert done.returncode == status, done.stdout
    assert ("1 xpassed" if status == 0 else "[XPASS(strict)] known") in done.stdout


def test_a_part_that_finds_nothing_does_not_say_that_all_holds(project):
    (project / "pytest.ini").write_text(STRICT, encoding="utf-8")
    chosen = (*as_options(project), "-k", "rejects-invalid", "--dcprops-xfail", "model.rejects-invalid=known")
    done = [run_pytest(project, *chosen, "--dcprops-shard", f"{number}/3") for number in (1, 2, 3)]
    assert [each.returncode for each in done] == [0, 0, 0], "".join(each.stdout for each in done)
    assert sorted("1 xpassed" in each.stdout for each in done) == [False, True, True]


def test_the_header_says_what_is_under_test(project):
    done = run_pytest(project, *as_options(project), "-k", "nothing-of-that-name", "--dcprops-shard", "2/4")
    assert "model mine.events:Event, calculator mine.ledger:balances, store mine.store:Store" in done.stdout
    assert "shard 2/4" in done.stdout


def test_fixtures_give_a_fresh_store_and_the_sample(project):
    pytest.importorskip("duckdb", reason="the store needs the extra `duckdb`")
    (project / "test_fixtures.py").write_text(
        "def test_store(dcprops_store, dcprops_sample):\n"
        "    assert len(dcprops_sample) == 200\n"
        "    dcprops_store.append(dcprops_sample)\n"
        "    assert len(list(dcprops_store.events())) == 200\n",
        encoding="utf-8",
    )
    assert run_pytest(project, "test_fixtures.py").returncode == 0


def test_four_shards_merged_find_what_one_run_finds(project):
    way, reports = as_options(project), []
    for number in range(1, 5):
        name = f"{number}.json"
        shard = ("--dcprops-shard", f"{number}/4", "--dcprops-run-id", "77", "--dcprops-json", name)
        run_pytest(project, *way, *ASKED, *shard)
        reports.append(name)
    done = run(project, "-m", "dcprops", "merge", *reports, "--json", "all.json")
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((project / "all.json").read_text(encoding="utf-8"))
    status = {check["id"]: check["status"] for check in report["checks"]}
    assert [shard["shard"] for shard in report["shards"]] == ["1/4", "2/4", "3/4", "4/4"]
    assert {status[id_.partition(":")[0]] for id_ in FOUND} == {"failed"}
    assert status["model.round-trip-json"] == "passed"
    missing = run(project, "-m", "dcprops", "merge", *reports[:3])
    assert (missing.returncode, missing.stderr) == (2, "dcprops: shard 4/4 is missing\n")
