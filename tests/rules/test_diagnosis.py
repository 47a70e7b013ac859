"""Which rule a value breaks, what the message says, and what only the text of a document can be."""

from __future__ import annotations

import copy
import decimal
import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from dcprops.events import SimulationEvent
from dcprops.rules import CATALOGUE, SAMPLES, breaches, breaches_of_text

UNFIT_FOR_A_TERMINAL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]")


def with_field(event_type: str, field: str, value: object) -> dict[str, Any]:
    document = copy.deepcopy(SAMPLES[event_type])
    record = document if field in document else document["payload"]
    record[field] = value
    return document


#: By hand: (event type, field, value, the rule that it breaks or None).
CLASSIFIED = (
    ("contribution", "amount", "1E+30", "too-many-digits"),
    ("contribution", "amount", "1E-7", "too-many-places"),
    ("contribution", "amount", "1E-6", "bad-notation"),
    ("contribution", "amount", "1E+3", "bad-notation"),
    ("contribution", "amount", "+5", "bad-notation"),
    ("contribution", "amount", "-5", "negative"),
    ("contribution", "amount", "-0", "negative"),
    ("contribution", "amount", "-0.0000001", "negative"),
    ("contribution", "amount", "٣", "bad-notation"),
    ("contribution", "amount", "\uff13", "bad-notation"),
    ("contribution", "amount", "0.0000000", "not-positive"),
    ("contribution", "ytd_amount", "0.0000000", "too-many-places"),
    ("contribution", "ytd_amount", "0.000000", None),
    ("contribution", "amount", "5.0000000", "too-many-places"),
    ("contribution", "amount", "0000000000005", "too-many-digits"),
    ("contribution", "amount", "000000000005", None),
    ("contribution", "amount", " 5", "bad-notation"),
    ("contribution", "amount", "5\n", "bad-notation"),
    ("contribution", "amount", "5_000", "bad-notation"),
    ("contribution", "amount", "5,000", "not-a-number"),
    ("contribution", "amount", "", "not-a-number"),
    ("contribution", "amount", " ", "not-a-number"),
    ("contribution", "amount", 1.0, "float-money"),
    ("contribution", "amount", 1e300, "float-money"),
    ("contribution", "amount", 1, "integer-money"),
    ("contribution", "amount", -1, "integer-money"),
    ("contribution", "amount", float("nan"), "not-finite"),
    ("contribution", "amount", float("-inf"), "not-finite"),
    ("contribution", "amount", "NaN123", "not-finite"),
    ("contribution", "amount", True, "wrong-type"),
    ("contribution", "amount", None, "null"),
    ("merit", "merit_percentage", "1", None),
    ("merit", "merit_percentage", "1.0000", None),
    ("merit", "merit_percentage", "1.0001", "above-one"),
    ("merit", "merit_percentage", "1.00001", "above-one"),
    ("merit", "merit_percentage", "1.00000", "too-many-places"),
    ("merit", "merit_percentage", "0.99999", "too-many-places"),
    ("merit", "merit_percentage", "01", "too-many-digits"),
    ("merit", "merit_percentage", "6", "above-one"),
    ("merit", "merit_percentage", "6%", "not-a-number"),
    ("vesting", "service_credited_hours", 1000.0, None),
    ("vesting", "service_credited_hours", -0.0, None),
    ("vesting", "service_credited_hours", 1000.5, "not-whole"),
    ("vesting", "service_credited_hours", float("nan"), "not-whole"),
    ("vesting", "service_credited_hours", float("inf"), "above-range"),
    ("vesting", "service_credited_hours", float("-inf"), "below-range"),
    ("vesting", "service_credited_hours", 10**18, "above-range"),
    ("vesting", "service_credited_hours", "1000", "look-alike"),
    ("vesting", "service_credited_hours", True, "look-alike"),
    ("vesting", "source_balances_vested", {"employer_match": "1", "other": "-1"}, "unknown-key"),
    ("vesting", "source_balances_vested", {"employer_match": "-1", "employer_nonelective": "1"}, "negative"),
    ("eligibility", "eligible", 1, "look-alike"),
    ("eligibility", "eligible", 2, "wrong-type"),
    ("eligibility", "eligible", "TRUE", "look-alike"),
    ("hire", "hire_date", "2024-02-30", "bad-date"),
    ("hire", "hire_date", "2024-02-29T00:00:00", "look-alike"),
    ("hire", "hire_date", "\uff12\uff10\uff12\uff14-02-29", "bad-date"),
    ("hire", "hire_date", "20240229", "look-alike"),
    ("hire", "created_at", "2024-02-29", "look-alike"),
    ("hire", "created_at", "2024-02-29T24:00:00Z", "bad-timestamp"),
    ("hire", "created_at", "2024-06-30T23:59:60Z", "bad-timestamp"),
    ("hire", "created_at", "2024-02-29T09:30:00+24:00", "bad-timestamp"),
    ("hire", "created_at", "2024-02-29T09:30:00.1234560Z", "too-many-places"),
    ("hire", "created_at", "9999-12-31T00:00:00+00:00", "bad-timestamp"),
    ("hire", "created_at", "2024-02-29T09:30:00-00:00", None),
    ("hire", "event_id", "6F1C1A52-7D0E-4C3B-9A53-0D6F0B8A3C11", None),
    ("hire", "event_id", "6F1C1A527D0E4C3B9A530D6F0B8A3C11", "look-alike"),
    ("hire", "event_id", "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c1g", "bad-uuid"),
    ("hire", "employee_id", "\u200b", None),
    ("hire", "employee_id", "\u3000", "blank"),
    ("hire", "employee_id", "E1\n", "control-character"),
    ("hire", "employee_id", "\ud83d\ude00"[:1], "surrogate"),
    ("hire", "employee_id", "E" * 128, None),
    ("hire", "employee_id", "E" * 128 + " ", "too-long"),
    ("hire", "plan_id", None, None),
    ("enrollment", "plan_id", None, "null"),
    ("termination", "termination_reason", "Voluntary", "unknown-value"),
    ("termination", "termination_reason", 1, "wrong-type"),
    ("termination", "event_type", "retirement", "unknown-value"),
    ("termination", "event_type", "hire", "wrong-event-type"),
    ("termination", "event_type", ["termination"], "wrong-type"),
)


def refused(text: str | bytes) -> bool:
    try:
        SimulationEvent.model_validate_json(text)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(("event_type", "field", "value", "rule"), CLASSIFIED, ids=lambda part: ascii(part)[:30])
def test_a_value_breaks_the_rule_that_a_reader_would_name(event_type, field, value, rule):
    document = with_field(event_type, field, value)
    expected = [] if rule is None else [(field, rule)]
    assert [(breach.field, breach.rule) for breach in breaches(document)] == expected
    text = json.dumps(document)
    assert [(breach.field, breach.rule) for breach in breaches_of_text(text)] == expected
    assert refused(text) == (rule is not None)


def test_every_breach_of_a_document_is_named_each_once():
    document = SAMPLES["merit"] | {"employee_id": "", "created_at": 5, "extra": 1, "another": 2}
    del document["scenario_id"]
    document["payload"] = {**document["payload"], "new_compensation": "0", "merit_percentage": None, "pay": "1"}
    assert {(breach.field, breach.rule) for breach in breaches(document)} == {
        ("employee_id", "blank"), ("created_at", "look-alike"), ("scenario_id", "missing"),
        ("extra", "unknown-field"), ("another", "unknown-field"),
        ("new_compensation", "not-positive"), ("merit_percentage", "null"), ("pay", "unknown-field"),
    }  # fmt: skip
    assert len(breaches(document)) == 8


def test_a_payload_of_another_type_is_one_breach_only_if_all_its_fields_are_that_types():
    hire = SAMPLES["hire"]["payload"]
    assert [(b.field, b.rule) for b in breaches(SAMPLES["hire"] | {"payload": hire | {"event_type": "merit"}})] == [
        ("event_type", "wrong-event-type")
    ]
    (breach,) = breaches(SAMPLES["hire"] | {"payload": hire | {"event_type": "merit"}})
    assert "hire" in breach.message
    mixed = {**hire, "event_type": "merit", "new_compensation": "1"}
    rules = {(b.field, b.rule) for b in breaches(SAMPLES["hire"] | {"payload": mixed})}
    assert ("event_type", "wrong-event-type") not in rules
    assert {("merit_percentage", "missing"), ("hire_date", "unknown-field")} <= rules


@pytest.mark.parametrize("document", [None, True, 5, 0.5, "{}", [], [{}]], ids=repr)
def test_what_is_no_object_is_one_breach_of_the_whole_document(document):
    (breach,) = breaches(document)
    assert (breach.field, breach.rule) == ("", "not-an-object")
    assert breach.message.startswith("the document = ")
    assert breaches_of_text(json.dumps(document)) == (breach,)
    assert refused(json.dumps(document))


@pytest.mark.parametrize("rule", sorted({cell.rule for cell in CATALOGUE}))
def test_a_message_names_the_field_the_value_and_what_was_expected_in_plain_characters(rule):
    for cell in (cell for cell in CATALOGUE if cell.rule == rule):
        for value in cell.values:
            (breach,) = breaches(cell.put(SAMPLES[cell.event_types[0]], value))
            head, _, expectation = breach.message.partition(": expected ")
            assert head.startswith(cell.field)
            assert expectation
            assert UNFIT_FOR_A_TERMINAL.search(breach.message) is None
            if rule != "missing":
                written = ascii(value)
                shown = written if len(written) <= 80 else written[:79] + "…"
                assert f"{cell.field} = {shown} " in head


#: Names that a document may hold and a terminal must not see, or that have no end.
HOSTILE_NAMES = ("", "\x1b[2J", "a\nb", "\u202egnp", "x" * 100_000, "\ud800", "a b", "é")


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=lambda name: ascii(name)[:20])
def test_the_name_of_an_unknown_field_is_shown_safely_too(name):
    (breach,) = breaches(SAMPLES["hire"] | {name: "\x1b[2J" * 1000})
    assert (breach.field, breach.rule) == (name, "unknown-field")
    assert UNFIT_FOR_A_TERMINAL.search(breach.message) is None
    assert breach.message.isprintable()
    assert len(breach.message) < 500
    shown = ascii(name) if len(name) < 80 else ascii(name)[:79]
    assert breach.message.startswith(shown)


def test_a_repeated_key_is_shown_safely_too():
    text = json.dumps(SAMPLES["hire"]).replace("{", '{"\\u001b[2J": 1, "\\u001b[2J": 2, ', 1)
    assert [(breach.field, breach.rule) for breach in breaches_of_text(text)] == [
        ("\x1b[2J", "duplicate-key"), ("\x1b[2J", "unknown-field"),
    ]  # fmt: skip
    assert all(breach.message.isprintable() for breach in breaches_of_text(text))


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("value", [10**5000, -(10**5000), nested(100_000), ["x" * 10**6]], ids=range(4))
def test_a_value_that_python_does_not_write_out_is_a_breach_like_any_other(value):
    for field in ("job_level", "annual_compensation", "hire_date", "employee_id", "event_id"):
        (breach,) = breaches(with_field("hire", field, value))
        assert breach.field == field
        assert len(breach.message) < 400


@pytest.mark.parametrize("text", ["abc", "1.2.3", "$5", ""])
def test_a_callers_decimal_context_changes_no_verdict(text):
    careless = decimal.Context(prec=1, Emax=1, Emin=-1, traps=[])
    strict = decimal.Context(prec=1, traps=[decimal.Inexact, decimal.Rounded, decimal.FloatOperation])
    for context in (careless, strict):
        with decimal.localcontext(context):
            (breach,) = breaches(with_field("contribution", "amount", text))
            assert (breach.field, breach.rule) == ("amount", "not-a-number")
            assert breaches(SAMPLES["contribution"]) == ()


# --- texts ---

TEXT = json.dumps(SAMPLES["vesting"])


def rules_of(text: str | bytes) -> list[tuple[str, str]]:
    assert refused(text)
    return [(breach.field, breach.rule) for breach in breaches_of_text(text)]


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("nothing", "", "not-json"),
        ("no JSON", "event_id,employee_id", "not-json"),
        ("half a document", TEXT[: len(TEXT) // 2], "not-json"),
        ("two documents", TEXT + TEXT, "not-json"),
        ("a comma too many", TEXT.replace("}", ",}"), "not-json"),
        ("a byte after it", TEXT + "\x00", "not-json"),
        ("single quotes", TEXT.replace('"', "'"), "not-json"),
        ("a raw line feed in a text", TEXT.replace("E1", "E\n1"), "not-json"),
        ("a byte order mark", b"\xef\xbb\xbf" + TEXT.encode(), "not-json"),
        ("a byte order mark as a character", "\ufeff" + TEXT, "not-json"),
        ("nested without end", "[" * 100_000, "not-json"),
        ("UTF-16", TEXT.encode("utf-16"), "not-utf-8"),
        ("Latin-1", TEXT.replace("E1", "Zoë").encode("latin-1"), "not-utf-8"),
        ("an overlong slash", TEXT.encode().replace(b"E1", b"\xc0\xaf"), "not-utf-8"),
        ("half a pair", TEXT.encode().replace(b"E1", b"\xed\xa0\x80"), "not-utf-8"),
        ("cut within a character", TEXT.replace("E1", "é").encode()[: TEXT.index("E1") + 1], "not-utf-8"),
    ],
    ids=lambda part: part if isinstance(part, str) and len(part) < 40 else "",
)
def test_a_text_that_holds_no_document_is_one_breach(name, text, rule):
    assert rules_of(text) == [("", rule)], name
    (breach,) = breaches_of_text(text)
    assert breach.message.isprintable()


def test_the_message_of_bad_utf_8_says_where():
    (breach,) = breaches_of_text(b'{"a\xff": 1}')
    assert breach.message == "the document is not UTF-8: byte 4 is 0xff"


def test_the_message_of_bad_json_says_where():
    (breach,) = breaches_of_text('{"a": 1,}')
    # Python 3.13 has other words for it, and another place; neither ends with the " at" before a place.
    assert re.fullmatch(r"the document is not JSON at character [89]: .+(?<! at)", breach.message)


@pytest.mark.parametrize(
    ("key", "twice"),
    [
        ("employee_id", TEXT.replace('"employee_id": "E1"', '"employee_id": "E1", "employee_id": "E1"')),
        ("plan_id", TEXT.replace('"plan_id": "P1"', '"plan_id": "P2", "plan_id": "P1"')),
        ("employer_match", TEXT.replace('"employer_match":', '"employer_match": "1", "employer_match":')),
        ("employee_id", TEXT.replace('"employee_id": "E1"', '"employee_id": "E1", "employee\\u005fid": "E1"')),
        ("payload", TEXT.replace('"payload":', '"payload": null, "payload":')),
    ],
)
def test_a_key_that_comes_twice_is_a_breach_at_each_level(key, twice):
    assert twice != TEXT
    assert rules_of(twice) == [(key, "duplicate-key")]
    assert rules_of(twice.encode()) == [(key, "duplicate-key")]


def test_keys_that_come_twice_are_named_each_once_beside_what_else_is_wrong():
    text = TEXT.replace('"employee_id": "E1"', '"employee_id": "", "employee_id": "", "employee_id": ""')
    assert rules_of(text) == [("employee_id", "duplicate-key"), ("employee_id", "blank")]


@pytest.mark.parametrize(
    ("token", "of_hours", "of_rate"),
    [
        ("1" * 5000, "above-range", "integer-money"),
        ("-" + "1" * 5000, "below-range", "integer-money"),
        ("1" * 4300, "above-range", "integer-money"),
        ("1e400", "above-range", "not-finite"),
        ("NaN", "not-whole", "not-finite"),
        ("Infinity", "above-range", "not-finite"),
        ("-Infinity", "below-range", "not-finite"),
        ("0." + "1" * 5000, "not-whole", "float-money"),
        ("1" * 5000 + ".5", "above-range", "not-finite"),
        ("[" * 500 + "]" * 500, "wrong-type", "wrong-type"),
        ("[" * 985 + "]" * 985, None, None),
    ],
    ids=lambda part: str(part)[:12],
)
def test_tokens_that_readers_of_json_differ_about(token, of_hours, of_rate):
    for field, value, rule in (
        ("service_credited_hours", "1000", of_hours), ("vested_percentage", '"0.3333"', of_rate),
    ):  # fmt: skip
        text = TEXT.replace(f'"{field}": {value}', f'"{field}": {token}')
        assert text != TEXT
        found = rules_of(text)
        # How deep a text may nest before Python gives up depends on its version and on the depth of the caller.
        assert found == [(field, rule)] if rule else found in ([(field, "wrong-type")], [("", "not-json")])


def test_a_text_is_the_same_as_bytes_and_as_characters():
    text = json.dumps(SAMPLES["hire"] | {"employee_id": "社員"}, ensure_ascii=False)
    assert breaches_of_text(text) == breaches_of_text(text.encode()) == ()
    spoilt = text.replace("社員", " 社員")
    assert breaches_of_text(spoilt) == breaches_of_text(spoilt.encode()) != ()
