"""The audit of event files: each row that breaks a rule is named, and every other one is accepted."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dcprops.audit import ROWS_UNTIL_GIVEN_UP, Audit, InvalidRow, audit
from dcprops.event_files import LONGEST_LINE, EventFileError
from dcprops.event_files.events import breaches_of_refusal
from dcprops.events import SimulationEvent
from dcprops.rules import CATALOGUE, RULES

Documents = dict[str, dict[str, Any]]
Finding = tuple[int, str, str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.ndjson"


def audit_of(path: Path, lines: Iterable[bytes]) -> Audit:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return audit(path)


def findings(found: Audit) -> list[Finding]:
    return [(row.line, row.field, row.rule) for row in found.invalid]


def test_real_events_are_valid(sample_path: Path, sample: tuple[bytes, ...]):
    found = audit(sample_path)
    assert (found.file, found.events, found.valid, found.invalid) == (str(sample_path), 200, 200, ())


def test_the_report_is_json_of_the_promised_form(path: Path, sample: tuple[bytes, ...]):
    found = audit_of(path, [sample[0], b"[1]", sample[1], b'{"a":'])
    report = json.loads(json.dumps(found.to_json()))
    messages = [row.pop("message") for row in report["invalid"]]
    assert all(messages)
    assert report == {
        "file": str(path),
        "events": 4,
        "valid": 2,
        "invalid": [
            {"line": 2, "field": "", "rule": "not-an-object"},
            {"line": 4, "field": "", "rule": "not-json"},
        ],
        "invalid_by_rule": {"not-an-object": 1, "not-json": 1},
        "anomalies": [],
        "anomalies_by_code": {},
        "as_of": max(json.loads(line)["effective_date"] for line in sample[:2]),
    }


# --- a copy of real events in which every rule is broken ---

BROKEN_TEXTS = (
    (lambda line: line[:-1], "", "not-json"),
    (lambda line: line + b"}", "", "not-json"),
    (lambda line: b"\x00" + line, "", "not-json"),
    (lambda line: b"[" * 100_000, "", "not-json"),
    (lambda line: b"[" + line + b"]", "", "not-an-object"),
    (lambda line: b"null", "", "not-an-object"),
    (lambda line: b"1" * 5000, "", "not-an-object"),
    (lambda line: line.replace(b'"source_system":"', b'"source_system":"\xff', 1), "", "not-utf-8"),
    (lambda line: line.replace(b'"source_system":"', b'"source_system":"\xed\xa0\x80', 1), "", "not-utf-8"),
    (lambda line: line[:-1] + b',"event_id":"6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11"}', "event_id", "duplicate-key"),
    (lambda line: line.replace(b'"event_type":', b'"event_type":"hire","event_type":'), "event_type", "duplicate-key"),
    (lambda line: line + b" " * LONGEST_LINE + b"\t1", "", "too-long"),
)


@pytest.fixture(scope="module")
def dirty(sample: tuple[bytes, ...], sample_by_type: Documents) -> tuple[list[bytes], list[Finding]]:
    """Real events with a broken one between any two, every value of the catalogue once; and what is wrong with each."""
    broken = [
        (json.dumps(cell.put(sample_by_type[event_type], value)).encode(), cell.field, cell.rule)
        for cell in CATALOGUE
        for event_type in cell.event_types[-1:]
        for value in cell.values
    ]
    broken += [(break_text(sample[0]), field, rule) for break_text, field, rule in BROKEN_TEXTS]
    lines, expected = [], []
    for number, (line, field, rule) in enumerate(broken):
        lines += [sample[number % len(sample)], line]
        expected.append((len(lines), field, rule))
    return lines, expected


def test_every_rule_is_broken_in_the_dirty_copy(dirty: tuple[list[bytes], list[Finding]]):
    _, expected = dirty
    assert {rule for _, _, rule in expected} == set(RULES)


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_each_broken_row_is_named_with_its_field_and_rule_and_no_other_row_is(
    path: Path, dirty: tuple[list[bytes], list[Finding]], compress
):
    lines, expected = dirty
    path.write_bytes(compress(b"\n".join(lines)))
    found = audit(path)
    assert findings(found) == expected
    assert (found.events, found.valid) == (len(lines), len(lines) - len(expected))
    assert sum(found.invalid_by_rule.values()) == len(expected)
    assert list(found.invalid_by_rule.values()) == sorted(found.invalid_by_rule.values(), reverse=True)
    assert all("\n" not in row.message and len(row.message) < 1000 for row in found.invalid)


def test_a_row_that_breaks_several_rules_is_invalid_once_and_all_are_named(path: Path, sample_by_type: Documents):
    document = sample_by_type["contribution"]
    payload = document["payload"] | {"amount": "-1", "source": "lottery"}
    bad = {**document, "event_id": "E1", "payload": payload, "colour": "red"}
    found = audit_of(path, [json.dumps(document).encode(), json.dumps(bad).encode()])
    assert (found.events, found.valid) == (2, 1)
    assert sorted(findings(found)) == [
        (2, "amount", "negative"),
        (2, "colour", "unknown-field"),
        (2, "event_id", "bad-uuid"),
        (2, "source", "unknown-value"),
    ]


def test_an_id_that_comes_again_with_other_content_is_not_judged_here(path: Path, sample_by_type: Documents):
    one = sample_by_type["merit"]
    found = audit_of(path, [json.dumps(one).encode(), json.dumps({**one, "employee_id": "E2"}).encode()])
    assert (found.valid, found.invalid) == (2, ())


# --- what the rules have no word for ---


def test_what_the_model_refuses_is_named_in_its_own_words_where_the_rules_have_none(sample_by_type: Documents):
    document = sample_by_type["hire"]
    with pytest.raises(ValidationError) as caught:
        SimulationEvent.model_validate_json(json.dumps({**document, "employee_id": " ", "effective_date": "today"}))
    first, second = breaches_of_refusal(caught.value)
    assert [(each.field, each.rule) for each in (first, second)] == [
        ("employee_id", "invalid"),
        ("effective_date", "invalid"),
    ]
    assert "expected an identifier" in first.message


# --- files that aren't event files ---


def error_of(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(EventFileError) as caught:
        audit(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"event_id,employee_id\n1,E1\n2,E2\n",
        b"Dear Sir or Madam,\n\nplease find attached the events.\n",
        b'{\n  "event_id": "E1",\n  "payload": {\n    "plan_id": "P1",\n',
        b'{"event_id": "284bd07a',
        b"\xff\xd8\xff\xe0" + bytes(range(256)) * 100,
        b"\x89PNG\r\n\x1a\n" + random.Random(4).randbytes(50_000),
        b"\xef\xbb\xbf{}\n",
        "département\n".encode("latin-1"),
    ],
    ids=["csv", "prose", "indented", "cut off", "bytes", "png", "byte order mark", "latin-1"],
)
def test_a_file_of_which_no_line_is_json_is_no_event_file(path: Path, content: bytes):
    message = error_of(path, content)
    assert message.startswith(f"{path} is not an event file: no line of it is JSON (line 1: ")
    assert "expected one event as a JSON object on each line" in message


def test_one_line_of_json_makes_it_an_event_file(path: Path):
    found = audit_of(path, [b"%%%", b"{}", b"%%%"])
    assert (found.events, found.valid) == (3, 0)
    assert {row.line for row in found.invalid if row.rule == "not-json"} == {1, 3}


def test_after_so_many_lines_that_are_not_json_the_rest_is_not_read(path: Path, sample: tuple[bytes, ...]):
    junk = [b"%%%"] * ROWS_UNTIL_GIVEN_UP
    message = error_of(path, b"\n".join([*junk, sample[0]]))
    assert f"none of its first {ROWS_UNTIL_GIVEN_UP:,} lines is JSON" in message
    found = audit_of(path, [*junk[1:], sample[0]])
    assert (found.events, found.valid) == (ROWS_UNTIL_GIVEN_UP, 1)


def test_a_file_that_breaks_off_has_no_report(path: Path, sample: tuple[bytes, ...]):
    whole = gzip.compress(b"\n".join(sample))
    assert "truncated gzip" in error_of(path, whole[: len(whole) // 2])


# --- progress ---


def test_progress_is_told_now_and_then(path: Path, sample: tuple[bytes, ...]):
    path.write_bytes(b"\n".join(sample * 11))
    calls: list[tuple[float, int]] = []
    audit(path, on_progress=lambda share, rows: calls.append((share, rows)))
    assert [rows for _, rows in calls] == [1000, 2000]
    assert 0 < calls[0][0] <= calls[1][0] <= 1


def test_findings_are_values():
    row = InvalidRow(3, "amount", "negative", "amount = '-1' is below zero")
    assert Audit("f", 1, 0, (row,)) == Audit("f", 1, 0, (row,))
    assert len({Audit("f", 1, 0, (row,)), Audit("f", 1, 0, (row,))}) == 1
