"""The runner: the seed alone decides, one property never ends the run, and the report adds up."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import dcprops
from dcprops.defects.models import stdlib_model
from dcprops.defects.models.stdlib_model import UndescribedModel
from dcprops.defects.models.wrong import AcceptsBlanks, CrashesOnHugeAmounts
from dcprops.properties import PROFILES, PROPERTIES, SUITES, Report, SelectionError, check
from dcprops.rules import CATALOGUE

HERE = Path(__file__).parent


class Listener(UndescribedModel):
    """Keeps every document that it is given."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def validate(self, document: Any) -> Any:
        self.heard.append(json.dumps(document))
        return super().validate(document)


def heard(seed: int | None, *only: str) -> list[str]:
    listener = Listener()
    check(model=listener, only=only or ["model.accepts-valid"], profile="quick", seed=seed)
    return listener.heard


def test_the_same_seed_gives_the_same_examples() -> None:
    assert heard(17) == heard(17)


def test_another_seed_gives_others() -> None:
    assert heard(17) != heard(18)


def test_a_fresh_seed_is_taken_and_told() -> None:
    reports = [check(only=["model.accepts-valid"], max_examples=1) for _ in range(3)]
    assert len({report.seed for report in reports}) > 1
    assert {type(report.seed) for report in reports} == {int}


def test_the_examples_of_a_property_do_not_depend_on_which_others_are_run() -> None:
    alone = heard(17, "model.frozen-and-hashable")
    with_another = heard(17, "model.round-trip-pickle", "model.frozen-and-hashable")
    assert with_another[-len(alone) :] == alone
    assert len(with_another) > len(alone)


SCRIPT = """\
import json, os, sys
if "WITH_SETTINGS" in os.environ:
    from hypothesis import Phase, Verbosity, settings
    from hypothesis.database import DirectoryBasedExampleDatabase
    database = DirectoryBasedExampleDatabase("examples")
    profiles = {
        "derandomize": {
            "derandomize": True, "verbosity": Verbosity.verbose, "phases": [Phase.explicit],
            "report_multiple_bugs": False,
        },
        "database": {"database": database, "deadline": 0.01, "print_blob": True},
    }
    settings.register_profile("mine", max_examples=2, **profiles[os.environ["WITH_SETTINGS"]])
    settings.load_profile("mine")
from dcprops.properties import check
report = check(model="ledger_with_a_limit:Model", suites=["model"], profile="quick", seed=29).to_json()
for each in report["checks"]:
    del each["seconds"]
json.dump(report, sys.stdout)
"""
MODEL = """\
from decimal import Decimal

from ledger import Refused, UndescribedModel


class Model(UndescribedModel):
    def field(self, given, name, kind, default):
        value = super().field(given, name, kind, default)
        if name == "amount" and isinstance(value, Decimal) and value > 23_500:
            raise Refused("above the limit")
        return value
"""


def report_of_a_process(folder: Path, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if name not in {"CI", "TF_BUILD", "GITHUB_ACTIONS"}}
    path = os.pathsep.join([str(folder), str(Path(dcprops.__file__).parents[1])])
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=folder,
        env={**inherited, "PYTHONPATH": path, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_nothing_but_the_seed_decides_what_a_report_says(tmp_path: Path) -> None:
    shutil.copy(stdlib_model.__file__, tmp_path / "ledger.py")
    (tmp_path / "ledger_with_a_limit.py").write_text(MODEL, encoding="utf-8")
    plain = report_of_a_process(tmp_path, PYTHONHASHSEED="1")
    assert report_of_a_process(tmp_path, PYTHONHASHSEED="2", CI="true", WITH_SETTINGS="derandomize") == plain
    assert report_of_a_process(tmp_path, PYTHONHASHSEED="3", TZ="Asia/Kolkata", WITH_SETTINGS="database") == plain
    assert not (tmp_path / "examples").exists()
    failed = {each["id"]: each for each in json.loads(plain)["checks"] if each["status"] == "failed"}
    assert failed.keys() == {"model.accepts-valid", "model.accepts-boundary"}
    (failure,) = failed["model.accepts-valid"]["failures"]
    assert failure["document"]["payload"]["amount"] == "23500.000001"


class Unsettled:
    """A value whose timestamp cannot be looked at: nothing that a property is prepared for."""

    def __init__(self, event: Any) -> None:
        self.values, self.payload = event.values, event.payload

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unsettled) and (self.values, self.payload) == (other.values, other.payload)

    def __hash__(self) -> int:
        return hash((self.values, self.payload))

    @property
    def created_at(self) -> Any:
        raise LookupError("the database is closed")


class UnsettledModel(UndescribedModel):
    def validate(self, document: Any) -> Any:
        return Unsettled(super().validate(document))


def test_a_property_that_raises_is_errored_and_the_run_goes_on() -> None:
    report = check(model=UnsettledModel, suites=["model"], profile="quick", seed=1)
    statuses = {each.id: each.status for each in report.checks}
    assert statuses.pop("model.timestamps-aware") == "errored"
    assert set(statuses.values()) == {"passed"}
    assert not report.ok
    assert report.summary["errored"] == 1
    (errored,) = (each for each in report.checks if each.status == "errored")
    (failure,) = errored.failures
    assert (failure.title, failure.message) == (
        "the property itself failed",
        "LookupError: the database is closed",
    )


def laws_of(suite: str) -> set[str]:
    return {id_ for id_ in PROPERTIES if id_.startswith(f"{suite}.")}


class Odd(BaseException):
    """No Exception."""


RAISED = {
    "SystemExit": SystemExit(3),
    "Failed": pytest.fail.Exception("failed"),
    "Skipped": pytest.skip.Exception("skipped"),
    "RecursionError": RecursionError("too deep"),
    "MemoryError": MemoryError(),
    "GeneratorExit": GeneratorExit(),
    "CancelledError": asyncio.CancelledError(),
    "Odd": Odd("odd"),
}


@pytest.mark.parametrize("name", RAISED)
def test_whatever_a_model_raises_is_a_failure(name: str) -> None:
    class Raising(UndescribedModel):
        def validate(self, document: Any) -> Any:
            raise RAISED[name]

    report = check(model=Raising(), suites=["model"], profile="quick", max_examples=5, seed=1)
    failed = {each.id: each for each in report.checks if each.status == "failed"}
    assert failed.keys() == {
        "model.accepts-valid",
        "model.accepts-boundary",
        "model.rejects-invalid",
        "model.rejects-cleanly",
    }
    skipped = {each.id: each.reason for each in report.checks if each.status == "skipped"}
    assert skipped.keys() == laws_of("model") - failed.keys() - {"model.accepted-is-reloadable"}
    assert set(skipped.values()) == {"the target accepts no valid document"}
    assert report.summary["crashed"] == len(CATALOGUE)
    for id_ in ("model.accepts-valid", "model.rejects-cleanly"):
        assert failed[id_].failures[0].got.startswith(f"validate raised {name}: ")


@pytest.mark.parametrize("name", ["SystemExit", "Failed", "Odd"])
@pytest.mark.parametrize(
    ("call", "id_"), [("dump", "model.round-trip-python"), ("json_schema", "schema.is-valid-json-schema")]
)
def test_whatever_a_model_raises_later_is_a_failure_too(call: str, id_: str, name: str) -> None:
    if call == "json_schema":
        pytest.importorskip("jsonschema")

    def raising(*_: object) -> Any:
        raise RAISED[name]

    model = type("Raising", (UndescribedModel,), {call: raising})
    (result,) = check(model=model(), only=[id_], profile="quick", seed=1).checks
    assert result.status == "failed"
    assert result.failures[0].got.startswith(f"{call} raised {name}: ")


def test_recursion_without_end_is_a_failure() -> None:
    class Endless(UndescribedModel):
        def validate(self, document: Any) -> Any:
            return self.validate(document)

    (result,) = check(model=Endless(), only=["model.accepts-valid"], seed=1).checks
    assert result.failures[0].got.startswith("validate raised RecursionError: maximum recursion depth exceeded")


@pytest.mark.parametrize("errors", [(ValueError,), (BaseException,)])
@pytest.mark.parametrize("id_", ["model.accepts-valid", "model.rejects-invalid"])
def test_an_interrupt_ends_the_run(id_: str, errors: tuple[type[BaseException], ...]) -> None:
    class Interrupted(UndescribedModel):
        def validate(self, document: Any) -> Any:
            raise KeyboardInterrupt

    model = Interrupted()
    model.errors = errors  # type: ignore[assignment]  # also a model that calls everything a refusal
    with pytest.raises(KeyboardInterrupt):
        check(model=model, only=[id_], seed=1)


def test_a_model_that_changes_its_mind_fails() -> None:
    class Fickle(UndescribedModel):
        count = 0

        def validate(self, document: Any) -> Any:
            Fickle.count += 1
            if Fickle.count > len(CATALOGUE) and Fickle.count % 7 == 0:
                raise ZeroDivisionError
            return super().validate(document)

    report = check(model=Fickle(), suites=["model"], profile="quick", seed=1)
    statuses = {each.id: each.status for each in report.checks}
    assert statuses["model.rejects-cleanly"] == "failed"
    assert not report.ok
    assert len(statuses) == len([id_ for id_ in PROPERTIES if id_.startswith("model.")])


# Selection


def test_suites_and_ids_choose_properties() -> None:
    def ids(**choice: Any) -> list[str]:
        report = check(model=UndescribedModel, max_examples=1, seed=1, **choice)
        return [each.id for each in report.checks]

    of_models = [id_ for id_, law in PROPERTIES.items() if law.suite in {"model", "schema"}]
    assert ids() == of_models
    assert ids(suites=["schema"]) == [id_ for id_ in PROPERTIES if id_.startswith("schema.")]
    assert ids(suites=["schema", "model"]) == of_models
    assert ids(only=["model.round-trip-json", "model.accepts-valid"]) == [
        "model.accepts-valid",
        "model.round-trip-json",
    ]
    assert ids(suites=["model"], only=["schema.agrees-on-valid", "model.accepts-valid"]) == ["model.accepts-valid"]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (
            {"suites": ["balance"]},
            "there is no suite 'balance': expected one of model, schema, own, balances, compliance, store, report",
        ),
        (
            {"only": ["model.accept-valid"]},
            "there is no property 'model.accept-valid': "
            "did you mean model.accepts-valid or own.accepts-valid or model.rejects-invalid?",
        ),
        ({"profile": "slow"}, "profile='slow' is no profile: it must be one of quick, ci, deep"),
        ({"max_examples": 0}, "max_examples=0 is too few: it must be at least 1"),
        ({"max_examples": -5}, "max_examples=-5 is too few: it must be at least 1"),
        (
            {"suites": ["schema"], "only": ["model.accepts-valid"]},
            "no property is left: of model.accepts-valid none is in the suite schema",
        ),
    ],
)
def test_a_choice_that_there_is_not_is_told_in_one_line(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(SelectionError, match=f"^{re.escape(message)}$"):
        check(**choice)


def test_an_unknown_choice_is_told_before_the_model_is_looked_for() -> None:
    with pytest.raises(SelectionError):
        check(model="no_such_module:Event", profile="slow")


def test_max_examples_takes_the_place_of_the_profile() -> None:
    """The fixed examples are tried whatever the number is: two documents of each of the eleven event types."""
    examples = [
        check(only=["model.accepts-valid"], seed=1, **choice).checks[0].examples
        for choice in ({"max_examples": 1}, {"max_examples": 25}, {"profile": "quick"}, {"profile": "ci"})
    ]
    assert examples == [22 + 1, 22 + 25, 22 + PROFILES["quick"], 22 + PROFILES["ci"]]


def test_the_deep_profile_asks_the_schema_for_twenty_thousand_examples() -> None:
    shares = {id_: PROPERTIES[id_].share for id_ in ("schema.agrees-on-valid", "schema.agrees-on-invalid")}
    assert sum(PROFILES["deep"] * share for share in shares.values()) >= 20_000


def test_a_property_with_a_share_is_given_so_many_times_more_examples() -> None:
    pytest.importorskip("jsonschema")
    law = PROPERTIES["schema.agrees-on-invalid"]
    (result,) = check(only=[law.id], max_examples=2, seed=1).checks
    assert (law.share, result.examples - len(law.fixed())) == (10, 20)


# The report


@pytest.fixture(scope="module")
def crashing() -> Report:
    return check(model=CrashesOnHugeAmounts, profile="quick", seed=1)


def test_the_matrix_has_a_cell_for_each_of_the_catalogue_in_its_order(crashing: Report) -> None:
    assert [(cell.payload, cell.field, cell.rule, cell.level) for cell in crashing.matrix] == [
        (cell.payload, cell.field, cell.rule, cell.level) for cell in CATALOGUE
    ]


def test_there_is_no_matrix_without_its_property() -> None:
    assert check(only=["model.accepts-valid"], max_examples=1).matrix == ()


def test_the_summary_adds_up(crashing: Report) -> None:
    summary = crashing.summary
    assert [summary[status] for status in ("passed", "failed", "errored", "skipped")] == [13, 2, 0, 4]
    assert summary["examples"] == sum(each.examples for each in crashing.checks)
    outcomes = Counter(cell.outcome for cell in crashing.matrix)
    # One for each field of money: twelve.
    assert (summary["crashed"], summary["accepted"]) == (12, 0)
    assert {outcome: summary[outcome] for outcome in outcomes} == outcomes
    assert sum(outcomes.values()) == len(CATALOGUE)


def test_the_report_as_json_has_what_others_rely_on(crashing: Report) -> None:
    report = json.loads(json.dumps(crashing.to_json()))
    assert {"version", "seed", "targets", "checks", "matrix", "summary"} <= report.keys()
    assert (report["version"], report["seed"]) == (dcprops.__version__, 1)
    assert report["targets"] == {"model": f"{CrashesOnHugeAmounts.__module__}:CrashesOnHugeAmounts"}
    for each in report["checks"]:
        assert {"id", "suite", "status", "level", "examples", "seconds", "failures"} <= each.keys()
        assert each["suite"] == each["id"].split(".")[0]
        assert each["suite"] in SUITES
        assert each["status"] in {"passed", "failed", "errored", "skipped"}
        for failure in each["failures"]:
            assert failure.keys() == {"title", "message", "field", "expected", "got", "document", "test"}
    for cell in report["matrix"]:
        assert cell.keys() == {"payload", "field", "rule", "level", "outcome"}
        assert cell["outcome"] in {"rejected", "accepted", "crashed"}
    assert [each["failures"] != [] for each in report["checks"]] == [
        each["status"] == "failed" for each in report["checks"]
    ]


def test_a_report_is_ok_if_nothing_failed_even_if_something_was_skipped() -> None:
    report = check(model=UndescribedModel, only=["model.accepts-valid", "schema.agrees-on-valid"], max_examples=1)
    assert [each.status for each in report.checks] == ["passed", "skipped"]
    assert report.ok


class AcceptsLineBreaks(UndescribedModel):
    """Control characters in identifiers are of the level `should`."""

    def text(self, value: Any) -> object:
        return value if value == "E\n1" else super().text(value)


@pytest.mark.parametrize(("strict", "failures"), [(False, 0), (True, 18)])
def test_strict_counts_the_rules_of_level_should(strict: bool, failures: int) -> None:
    """Five identifiers in the envelope, a plan_id in eleven payloads, a department and a payroll_id make eighteen."""
    report = check(model=AcceptsLineBreaks, only=["model.rejects-invalid"], strict=strict, seed=1)
    (result,) = report.checks
    assert len(result.failures) == failures
    assert report.ok == (not strict)
    assert report.summary["accepted"] == 18
    assert report.to_json()["strict"] is strict
    assert {cell.rule for cell in report.matrix if cell.outcome == "accepted"} == {"control-character"}


def test_strict_changes_nothing_for_the_rules_of_level_must() -> None:
    reports = [
        check(model=AcceptsBlanks, only=["model.rejects-invalid"], strict=strict, seed=1) for strict in (False, True)
    ]
    assert [len(report.checks[0].failures) for report in reports] == [18, 18]


def test_progress_is_told_before_each_property() -> None:
    told: list[tuple[float, str]] = []
    check(
        only=["model.accepts-valid", "model.rejects-invalid", "model.round-trip-json"],
        max_examples=1,
        on_progress=lambda share, id_: told.append((share, id_)),
    )
    assert told == [
        (pytest.approx(0), "model.accepts-valid"),
        (pytest.approx(1 / 3), "model.rejects-invalid"),
        (pytest.approx(2 / 3), "model.round-trip-json"),
    ]
