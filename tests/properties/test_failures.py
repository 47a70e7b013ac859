"""Failures as data: what was expected, what came, the smallest document that shows it, and a test to paste."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import dcprops
from dcprops.defects.models import stdlib_model
from dcprops.defects.models.stdlib_model import EventModel, Refused, UndescribedModel
from dcprops.properties import CheckResult, Failure, Model, check, reproduce
from dcprops.rules import SAMPLES

HERE = Path(__file__).parent


class RefusesAboveTheLimit(UndescribedModel):
    """No contribution or forfeiture is above $23,500 to it."""

    def field(self, given: dict[str, Any], name: str, kind: str, default: object) -> object:
        value = super().field(given, name, kind, default)
        if name == "amount" and isinstance(value, Decimal) and value > 23_500:
            raise Refused("above the limit")
        return value


def result_of(model: object, id_: str, seed: int = 5, profile: str = "quick") -> CheckResult:
    (result,) = check(model=model, only=[id_], profile=profile, seed=seed).checks
    return result


def failure_of(model: object, id_: str, seed: int = 5, profile: str = "quick") -> Failure:
    (failure,) = result_of(model, id_, seed, profile).failures
    return failure


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_drawn_failure_is_shrunk_to_the_smallest_document(seed: int) -> None:
    failure = failure_of(RefusesAboveTheLimit, "model.accepts-valid", seed)
    assert failure.document["payload"]["amount"] == "23500.000001"
    assert (failure.document["employee_id"], failure.document["effective_date"]) == ("E0", "2020-01-01")
    assert (failure.document["correlation_id"], failure.document["payload"]["plan_id"]) == (None, "E0")


def test_a_failure_says_what_was_expected_and_what_came() -> None:
    assert failure_of(RefusesAboveTheLimit, "model.accepts-valid") == Failure(
        title="model.accepts-valid: a valid document is refused",
        message="Every valid document is accepted, however it is spelled. But a valid document is refused.",
        field="",
        expected="accepted",
        got="rejected: above the limit",
        document=failure_of(RefusesAboveTheLimit, "model.accepts-valid").document,
        test=failure_of(RefusesAboveTheLimit, "model.accepts-valid").test,
    )


class LosesCorrelation(UndescribedModel):
    """Writes null for every correlation_id."""

    def dump(self, value: Any) -> dict[str, Any]:
        return {**super().dump(value), "correlation_id": None}


def test_a_failure_names_the_field() -> None:
    failure = failure_of(LosesCorrelation, "model.round-trip-json")
    assert (failure.field, failure.got) == ("correlation_id", "null")
    assert failure.expected == failure.document["correlation_id"]
    usual = SAMPLES[failure.document["payload"]["event_type"]]
    assert failure.document == {**usual, "correlation_id": failure.expected}  # all else is as usual


def test_a_failure_on_a_fixed_document_is_that_document() -> None:
    class NoMerits(UndescribedModel):
        def payload(self, event_type: str, values: tuple[tuple[str, object], ...]) -> Any:
            if event_type == "merit":
                raise Refused("no merits here")
            return super().payload(event_type, values)

    assert failure_of(NoMerits(), "model.accepts-valid").document == SAMPLES["merit"]


class WrongTwice(UndescribedModel):
    """Takes no event before 2024, and none that is correlated; that it says with the error of the test."""

    error: Exception

    def field(self, given: dict[str, Any], name: str, kind: str, default: object) -> object:
        value = super().field(given, name, kind, default)
        if name == "effective_date" and isinstance(value, date) and value.year < 2024:
            raise Refused("too early")
        if name == "correlation_id" and value is not None:
            raise self.error
        return value


def test_two_ways_to_fail_are_two_failures_with_the_smallest_document_of_each() -> None:
    class Crashing(WrongTwice):
        error = ZeroDivisionError("correlated")

    failures = {each.got: each.document for each in result_of(Crashing(), "model.accepts-valid").failures}
    assert failures.keys() == {"rejected: too early", "validate raised ZeroDivisionError: correlated"}
    assert failures["rejected: too early"]["correlation_id"] is None
    assert failures["validate raised ZeroDivisionError: correlated"]["correlation_id"] == "E0"


def test_failures_that_differ_only_in_the_line_that_raised_are_one() -> None:
    class Refusing(WrongTwice):
        error = Refused("correlated")

    assert failure_of(Refusing(), "model.accepts-valid").got == "rejected: too early"


def test_a_schema_that_cannot_judge_breaks_the_law_and_is_no_fault_of_the_property() -> None:
    pytest.importorskip("jsonschema")

    class NoType(EventModel):
        def json_schema(self) -> dict[str, Any]:
            return {"type": "Object"}

    with pytest.raises(AssertionError, match="the JSON Schema cannot judge a document"):
        reproduce("schema.agrees-on-valid", SAMPLES["hire"], model=NoType())
    failure = failure_of(NoType(), "schema.is-valid-json-schema")
    assert (failure.field, failure.expected) == ("type", "a schema of draft 2020-12")


class Quarrelsome:
    """Can neither be compared nor shown."""

    def __eq__(self, other: object) -> bool:
        raise SystemExit("no comparison")

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        raise RuntimeError("no words")


class QuarrelsomeModel(UndescribedModel):
    """Accepts everything, and makes something of it that is no value."""

    def validate(self, document: Any) -> Any:
        return Quarrelsome()

    def dump(self, value: Any) -> dict[str, Any]:
        return SAMPLES["hire"]


def test_values_that_cannot_be_compared_are_failures() -> None:
    assert {failure.got for failure in result_of(QuarrelsomeModel(), "model.round-trip-python").failures} == {
        "== raised SystemExit: no comparison"
    }


def test_values_that_cannot_be_shown_are_named() -> None:
    failure = result_of(QuarrelsomeModel(), "model.rejects-invalid").failures[0]
    with pytest.raises(AssertionError) as raised:
        reproduce("model.rejects-invalid", failure.document, model=QuarrelsomeModel())
    assert vars(raised.value)["got"] == "accepted as (Quarrelsome, whose __repr__ raised RuntimeError)"


def test_an_error_that_cannot_say_what_it_is_is_still_told() -> None:
    class Speechless(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    class SpeechlessModel(UndescribedModel):
        def validate(self, document: Any) -> Any:
            raise Speechless

    failure = result_of(SpeechlessModel(), "model.accepts-valid").failures[0]
    assert failure.got == "validate raised Speechless: no message, for its __str__ raised RuntimeError"


BROKEN_MODEL = """\
from decimal import Decimal

from ledger import EventModel, Refused


class Event(EventModel):
    def positive(self, value):
        if value == "1E+30":
            raise OverflowError("too large")
        return super().positive(value)

    def text(self, value):
        return value if value == "E\\ud8001" else super().text(value)

    def field(self, given, name, kind, default):
        value = super().field(given, name, kind, default)
        if name == "amount" and isinstance(value, Decimal) and value > 23_500:
            raise Refused("above the limit")
        return value

    def json_schema(self):
        return {**super().json_schema(), "type": "Object", "maxProperties": 8}
"""
CORRECT_MODEL = "from ledger import EventModel as Event\n"


def test_the_tests_to_paste_fail_with_the_broken_model_and_pass_with_a_correct_one(tmp_path: Path) -> None:
    pytest.importorskip("jsonschema")
    shutil.copy(stdlib_model.__file__, tmp_path / "ledger.py")
    (tmp_path / "pasted_events.py").write_text(BROKEN_MODEL, encoding="utf-8")
    (tmp_path / "report.py").write_text(
        "import json, sys\n"
        "from dcprops.properties import check\n"
        "ids = ['model.accepts-valid', 'model.rejects-invalid', 'model.rejects-cleanly',\n"
        "    'schema.is-valid-json-schema']\n"
        "report = check(model='pasted_events:Event', only=ids, profile='quick', seed=5)\n"
        "json.dump(report.to_json(), sys.stdout)\n",
        encoding="utf-8",
    )
    report = json.loads(in_subprocess(tmp_path, "report.py").stdout)
    sources = [(check["id"], failure["test"]) for check in report["checks"] for failure in check["failures"]]
    assert {id_ for id_, _ in sources} == {
        "model.accepts-valid",
        "model.rejects-invalid",
        "model.rejects-cleanly",
        "schema.is-valid-json-schema",
    }
    for number, (_, source) in enumerate(sources):
        (tmp_path / f"test_{number}.py").write_text(source, encoding="utf-8")
    failed = pytest_in(tmp_path)
    assert failed["failed"] == len(sources), failed
    (tmp_path / "pasted_events.py").write_text(CORRECT_MODEL, encoding="utf-8")
    assert pytest_in(tmp_path) == {"passed": len(sources)}


def pytest_in(folder: Path) -> dict[str, int]:
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    run = in_subprocess(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", ok={0, 1})
    *_, last = run.stdout.strip().splitlines()
    words = last.replace(",", "").split()
    return {word: int(number) for number, word in pairwise(words) if word in {"passed", "failed"}}


def in_subprocess(folder: Path, *arguments: str, ok: set[int] | None = None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder), str(Path(dcprops.__file__).parents[1])])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode in (ok or {0}), run.stdout + run.stderr
    return run


@pytest.mark.parametrize(
    "model", [pytest.param(RefusesAboveTheLimit, id="class"), pytest.param(RefusesAboveTheLimit(), id="instance")]
)
def test_the_test_to_paste_imports_what_was_checked(model: Model) -> None:
    lines = failure_of(model, "model.accepts-valid").test.splitlines()
    assert f"from {__name__} import RefusesAboveTheLimit" in lines
    assert lines[-1].endswith("model=RefusesAboveTheLimit)")


def test_the_test_to_paste_leaves_a_place_for_what_has_no_name() -> None:
    class Local(RefusesAboveTheLimit):
        pass

    source = failure_of(Local(), "model.accepts-valid").test
    compile(source, "pasted", "exec")
    assert "# import here what was checked, and name it below" in source.splitlines()
    assert source.endswith("model=...)\n")


def test_reproduce_is_silent_where_the_law_holds() -> None:
    reproduce("model.accepts-valid", SAMPLES["hire"])
    reproduce("model.rejects-cleanly", [[]], model=UndescribedModel)


def test_reproduce_asks_the_tables_too() -> None:
    """What is only asked of drawn documents in a run is asked of every document here."""
    pytest.importorskip("jsonschema")
    pytest.importorskip("duckdb")
    reproduce("schema.agrees-on-valid", SAMPLES["vesting"])
