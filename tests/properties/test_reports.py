"""The laws of reports: what is right breaks none, each has a reporter that breaks it, odd reporters are answered."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import find, settings
from pydantic import ValidationError

from dcprops.commands import audit as command
from dcprops.defects.catalogue import REPORTS
from dcprops.defects.reporters.plain import Reporter
from dcprops.events import EventFactory
from dcprops.properties import PROPERTIES, check, reproduce
from dcprops.properties.report_cases import reports
from dcprops.properties.report_target import reporter_target
from dcprops.properties.targets import TargetError

LAWS = [id_ for id_ in PROPERTIES if id_.startswith("report.")]


def checked(reporter=None, *, only=(), seed=1, examples=20):
    report = check(reporter=reporter, suites=["report"], only=only, seed=seed, max_examples=examples)
    return {each.id: each for each in report.checks}


@pytest.mark.parametrize("reporter", [None, Reporter.report], ids=["ours", "plain"])
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_right_breaks_no_law(reporter, seed):
    found = checked(reporter, seed=seed, examples=60)
    assert list(found) == LAWS
    assert {each.status for each in found.values()} == {"passed"}, [each.failures for each in found.values()]


@pytest.mark.parametrize("law", LAWS)
def test_each_law_has_a_reporter_that_breaks_it(law):
    assert any(defect.law == law for defect in REPORTS)


@pytest.mark.parametrize("defect", REPORTS, ids=lambda defect: defect.id)
def test_a_mistake_is_told_with_no_more_events_than_it_takes(defect):
    (result,) = checked(defect.given, only=[defect.law]).values()
    assert result.status == "failed"
    assert len(result.failures[0].ledger) == defect.events
    assert result.failures[0].expected != result.failures[0].got


def test_a_failure_can_be_pasted():
    wrong = "dcprops.defects.reporters.wrong:RoundsToCents.report"
    (result,) = checked(wrong, only=["report.csv-equals-balances"]).values()
    space = {}
    exec(result.failures[0].test, space)  # the test that is under test
    (pasted,) = (each for name, each in space.items() if name.startswith("test_"))
    with pytest.raises(AssertionError):
        pasted()


def test_a_ledger_of_which_a_line_is_no_event_can_be_tried_by_itself():
    fault = {"event_id": "x"}
    reproduce("report.every-line-counts", {"ledger": [fault], "as_of": "2025-01-31", "year": 2025, "birth_years": {}})


def crashing(events, folder, as_of):
    raise RuntimeError("no printer")


def silent(events, folder, as_of):
    return 0


def only_json(events, folder, as_of):
    status = Reporter.report(events, folder, as_of)
    (folder / "balances.csv").unlink()
    return status


def ended(events, folder, as_of):
    sys.exit(Reporter.report(events, folder, as_of) or None)


def talkative(events, folder, as_of):
    print("%PDF-1.7")
    return Reporter.report(events, folder, as_of)


def test_a_reporter_that_crashes_breaks_every_law():
    found = checked(crashing)
    assert {each.status for each in found.values()} == {"failed"}
    assert "RuntimeError: no printer" in found["report.status-tells"].failures[0].got


def test_a_reporter_that_writes_nothing_breaks_what_is_about_files():
    found = checked(silent)
    assert {id_ for id_, each in found.items() if each.status == "failed"} == set(LAWS)
    assert found["report.csv-equals-balances"].failures[0].expected == "balances.csv"


def test_what_is_about_a_file_that_is_never_written_is_skipped():
    found = checked(only_json)
    skipped = {id_: each.reason for id_, each in found.items() if each.status == "skipped"}
    assert skipped == dict.fromkeys(
        ["report.csv-equals-balances", "report.csv-is-inert"], "the reporter writes no balances.csv"
    )
    assert {each.status for id_, each in found.items() if id_ not in skipped} == {"passed"}


def test_a_command_may_end_by_exiting():
    assert {each.status for each in checked(ended).values()} == {"passed"}


def test_what_a_reporter_prints_goes_nowhere(capsys):
    assert checked(talkative)["report.status-tells"].status == "passed"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "content", "law", "words"),
    [
        ("report.json", b"{", "report.json-equals-balances", "the JSON can't be read"),
        ("report.json", b'{"balances": NaN}', "report.json-equals-balances", "the JSON can't be read"),
        ("report.json", b"[]", "report.every-line-counts", "the JSON is no object"),
        ("report.json", b"{}", "report.json-equals-balances", "there are no balances"),
        ("report.json", b'{"invalid": 3}', "report.every-line-counts", "lines that are no events aren't listed"),
        ("report.json", b'{"totals": 3}', "report.totals-leave-nothing-out", "the totals are none"),
        ("report.json", b'{"balances": [[]]}', "report.json-equals-balances", "a row lacks keys"),
        ("balances.csv", b"\xff", "report.csv-equals-balances", "balances.csv is not UTF-8"),
        ("balances.csv", b"a,b\n1\n", "report.csv-equals-balances", "another number of cells than the headings"),
        ("balances.csv", b'a\n"b', "report.csv-equals-balances", "the CSV can't be read"),
        ("balances.csv", b"", "report.csv-equals-balances", "an account has no row"),
    ],
)
def test_a_file_that_is_none_is_told(name, content, law, words):
    def spoilt(events, folder, as_of):
        status = Reporter.report(events, folder, as_of)
        (folder / name).write_bytes(content)
        return status

    (result,) = checked(spoilt, only=[law]).values()
    assert result.status == "failed"
    assert words in result.failures[0].title


def test_figures_that_are_left_out_are_not_judged():
    def sparing(events, folder, as_of):
        status = Reporter.report(events, folder, as_of)
        rows = json.loads((folder / "report.json").read_text())["balances"]
        (folder / "report.json").write_text(json.dumps({"balances": rows}))
        return status

    assert {each.status for each in checked(sparing).values()} == {"passed"}


@pytest.mark.parametrize("status", ["0", 0.5, 256, -1, [], True])
def test_a_status_is_a_number_that_a_process_can_end_with(status):
    def odd(events, folder, as_of):
        Reporter.report(events, folder, as_of)
        return status

    (result,) = checked(odd, only=["report.status-tells"]).values()
    assert result.status == "failed"


def test_a_target_that_is_no_function_is_told():
    with pytest.raises(TargetError, match="is a int: expected a function of a path, a folder and a day"):
        reporter_target(3)


def test_our_own_is_the_command_itself(tmp_path: Path):
    events = tmp_path / "events.ndjson"
    events.write_text('{"event_id": "x"}\n')
    assert command.report(events, tmp_path, date(2025, 1, 31)) == 1
    assert json.loads((tmp_path / "report.json").read_text())["totals"]["accounts"] == 0
    assert (tmp_path / "balances.csv").read_text().startswith("scenario_id,")


def is_valid(document):
    try:
        EventFactory.validate_schema(document)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "wanted",
    [
        lambda case: case.documents and not all(map(is_valid, case.documents)),
        lambda case: case.documents and all(map(is_valid, case.documents)),
        lambda case: case.as_of != date.max,
        lambda case: any(each.get("employee_id") == "=1+1" for each in case.documents),
        lambda case: len({each.get("scenario_id") for each in case.documents}) > 1,
    ],
    ids=["an invalid line", "valid lines only", "a day within", "a formula", "two scenarios"],
)
def test_the_drawn_reports_have_what_the_laws_are_about(wanted):
    assert find(reports(), lambda case: bool(wanted(case)), settings=settings(max_examples=200, database=None))


def test_a_drawn_report_shrinks_to_a_ledger_with_usual_names():
    least = find(reports(), lambda case: bool(case.documents), settings=settings(max_examples=200, database=None))
    assert all(map(is_valid, least.documents))
    assert least.as_of == date.max
