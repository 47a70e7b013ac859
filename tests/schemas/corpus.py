"""Documents, valid and broken, that every schema is asked about, and the two verdicts that must agree."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from dcprops.events import SimulationEvent
from dcprops.events.kinds import Choice, Date, EventId, FixedPoint, Kind, Text, Timestamp
from dcprops.events.schema import ENVELOPE, PAYLOADS

SAMPLE = Path(__file__).parents[2] / "dcprops" / "benchmarks" / "planwise_sample.ndjson"

ENVELOPE_OF_ALL: dict[str, Any] = {
    "event_id": "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11",
    "employee_id": "EMP_000001",
    "effective_date": "2024-02-29",
    "created_at": "2024-02-29T09:30:00.123456Z",
    "scenario_id": "baseline",
    "plan_design_id": "standard",
    "source_system": "workforce_simulation",
}
#: The payload of one valid document for each event type, every field said, in canonical text.
PAYLOADS_BY_HAND: dict[str, dict[str, Any]] = {
    "hire": {
        "event_type": "hire", "plan_id": None, "hire_date": "2024-02-29", "department": "Research & Care",
        "job_level": 10, "annual_compensation": "999999999999.999999",
    },
    "promotion": {
        "event_type": "promotion", "plan_id": "401K", "new_job_level": 1,
        "new_annual_compensation": "0.000001", "effective_date": "2024-02-29",
    },
    "termination": {
        "event_type": "termination", "plan_id": None, "termination_reason": "retirement",
        "final_pay_date": "9999-12-31",
    },
    "merit": {
        "event_type": "merit", "plan_id": "401K", "new_compensation": "83563.250000", "merit_percentage": "0.0325",
    },
    "eligibility": {
        "event_type": "eligibility", "plan_id": "401K", "eligible": False, "eligibility_date": "0001-01-01",
        "reason": "age_and_service",
    },
    "enrollment": {
        "event_type": "enrollment", "plan_id": "401K", "enrollment_date": "2024-02-29",
        "pre_tax_contribution_rate": "0.0600", "roth_contribution_rate": "1.0000",
        "after_tax_contribution_rate": "0.0000", "auto_enrollment": True, "opt_out_window_expires": None,
    },
    "contribution": {
        "event_type": "contribution", "plan_id": "401K", "source": "employer_match_true_up", "amount": "104.180000",
        "pay_period_end": "2024-02-23", "contribution_date": "2024-02-29", "ytd_amount": "0.000000",
        "payroll_id": "2024-B04", "irs_limit_applied": False, "inferred_value": True,
    },
    "vesting": {
        "event_type": "vesting", "plan_id": "401K", "vested_percentage": "0.4000",
        "source_balances_vested": {"employer_match": "0.000000", "employer_profit_sharing": "12.500000"},
        "vesting_schedule_type": "graded", "service_computation_date": "2020-04-19", "service_credited_hours": 999_999,
        "service_period_end_date": "2024-02-29",
    },
    "forfeiture": {
        "event_type": "forfeiture", "plan_id": "401K", "forfeited_from_source": "employer_nonelective",
        "amount": "60.000000", "reason": "break_in_service", "vested_percentage": "0.4000",
    },
    "hce_status": {
        "event_type": "hce_status", "plan_id": "401K", "determination_method": "prior_year",
        "ytd_compensation": "0.000000", "annualized_compensation": "155000.000000", "hce_threshold": "155000.000000",
        "is_hce": True, "determination_date": "2024-02-29", "prior_year_hce": None,
    },
    "compliance": {
        "event_type": "compliance", "plan_id": "401K", "compliance_type": "402g_limit_approach",
        "limit_type": "elective_deferral", "applicable_limit": "23000.000000", "current_amount": "22999.990000",
        "monitoring_date": "2024-02-29",
    },
}  # fmt: skip
VALID: dict[str, dict[str, Any]] = {
    event_type: {**ENVELOPE_OF_ALL, "payload": payload, "correlation_id": None}
    for event_type, payload in PAYLOADS_BY_HAND.items()
}

#: JSON values of every shape, as the text they stand in a document with; some only look like what a field wants.
SHAPES = (
    "null", "true", "false", "0", "-0", "1", "-1", "3", "10", "11", "1000000", "999999", "1.0", "10.0", "-0.0", "0.5",
    "1.5", "10.000001", "1e0", "1E2", "1e-2", "0e9", "1e400", "-1e400", "NaN", "Infinity", "-Infinity",
    "3.00000000000000000001", "9007199254740993", "18446744073709551616", "1" * 400, "1" * 5000,
    "{}", "[]", "[null]", '["hire"]', '{"event_type": "hire"}', '{"": ""}', '{"employer_match": "1"}',
    '{"employer_match": null}', '{"employer_match": 1}', '{"employer_match": "-1"}', '{"employer_match": {}}',
    '{"employer_match_true_up": "1"}', '{"employer_match": "1", "employer_match": "2"}', "[" * 300 + "]" * 300,
)  # fmt: skip
MONEY_LIKE = (
    "0", "1", "00", "007", "-0", "+1", "-1", "1.", ".5", "1.5", "0.0", "0.000000", "0.0000000", "0.000001",
    "0.0000001", "1.000000", "1.0000000", "1.0000", "1.0001", "1.00000", "0.9999", "0.99999", "1,5", "1_000", "1e3",
    "1E-3", "NaN", "Infinity", "inf", " 1", "1 ", "1\n", "\n1", "1\u00a0", "0x1", "\u0661", "\uff11", "1.\u0665",
    "1\x00", "999999999999", "999999999999.999999", "1000000000000", "000000000000", "0000000000001", "0.000000\n",
    "$1", "2", "0.5000", "1..5", "1.5.5",
)  # fmt: skip
DATE_LIKE = (
    "2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "2100-02-29", "2024-02-30", "2024-04-31", "2024-12-31",
    "2024-13-01", "2024-00-10", "2024-01-00", "2024-1-1", "24-01-01", "20240101", "2024-W01-1", "2024-001",
    "0000-01-01", "0000-02-29", "0001-01-01", "0004-02-29", "9999-12-31", "10000-01-01", "-2024-01-01", "+2024-01-01",
    "2024-01-01T00:00:00", "2024-01-01 ", " 2024-01-01", "2024-01-01\n", "2024-01-01Z", "2024/01/01", "01/01/2024",
    "\u0662024-01-01", "2024-01-\uff10\uff11", "today", "infinity", "0", "19000",
)  # fmt: skip
TIMESTAMP_LIKE = (
    "2024-02-29T09:30:00", "2024-02-29T09:30:00Z", "2024-02-29T09:30:00z", "2024-02-29t09:30:00Z",
    "2024-02-29 09:30:00Z", "2023-02-29T09:30:00Z", "2024-02-29T24:00:00Z", "2024-02-29T23:59:60Z",
    "2024-02-29T09:60:00Z", "2024-02-29T09:30Z", "2024-02-29T09:30:00.Z", "2024-02-29T09:30:00.1Z",
    "2024-02-29T09:30:00.123456Z", "2024-02-29T09:30:00.1234567Z", "2024-02-29T09:30:00,123Z",
    "2024-02-29T09:30:00+00:00", "2024-02-29T09:30:00-00:00", "2024-02-29T09:30:00+05:30",
    "2024-02-29T09:30:00+23:59", "2024-02-29T09:30:00-23:59", "2024-02-29T09:30:00+24:00",
    "2024-02-29T09:30:00+05:60", "2024-02-29T09:30:00+0530", "2024-02-29T09:30:00+05", "2024-02-29T09:30:00+05:30:15",
    "2024-02-29T09:30:00 +05:30", "2024-02-29T09:30:00ZZ", "2024-02-29T09:30:00Z\n", "2024-02-29T09:30:00\n",
    "2024-02-29T09:30:00+05:30\n", "2024-02-29T09:30:00.\u0661Z", "20240229T093000Z", "1709199000", "T", "Z",
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "0001-01-01T00:00:00+00:00", "0001-01-01T12:00:00+01:00",
    "0001-01-01T00:00:00-01:00", "0001-01-02T00:00:00+23:59", "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-00:01", "9999-12-31T00:00:00+01:00", "9999-12-30T23:59:59-23:59", "0000-12-31T23:59:59Z",
    "9999-12-31T23:59:59.9999999Z", "10000-01-01T00:00:00Z", "2024-02-29T09:30:00\u22120100", "2024-02-29T",
)  # fmt: skip
UUID_LIKE = (
    "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11", "6F1C1A52-7D0E-4C3B-9A53-0D6F0B8A3C11", "6f1c1a527d0e4c3b9a530d6f0b8a3c11",
    "{6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11}", "urn:uuid:6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c1", "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11\n",
    "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c1g", "6f1c1a52_7d0e_4c3b_9a53_0d6f0b8a3c11",
    "6f1c1a5-27d0e-4c3b-9a53-0d6f0b8a3c11", "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c1\n",
    "\uff16f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11",
)  # fmt: skip
TEXT_LIKE = (
    "", " ", "\t", "\n", "a", " a", "a ", "a b", "a\n", "\na", "a\nb", "a\tb", "a\x00b", "\x00", "a\x1f", "a\x7fb",
    "a\x85", "\x85a", "a\x9fb", "a\xa0", "\xa0a", "a\xa0b", "a\u1680", "\u180ea", "\u2000a", "a\u200a", "a\u200b",
    "\u200ba", "a\u2028", "\u2028a", "a\u2028b", "a\u2029", "a\u202f", "a\u205f", "\u3000a", "a\u3000", "\ufeffa",
    "a\ufeff", "a\xad", "e\u0301", "\u0301", "\u05d0\u05d1", "\u202ea", "\ufdd0", "\uffff", "\U0001f469",
    "a" * 128, "a" * 129, "\u00e9" * 128, "\u00e9" * 129,
    "\U0001f469" * 128, "\U0001f469" * 129, "e\u0301" * 64, "e\u0301" * 65, "a" * 100_000,
    "null", "None", "true", "yes", "HIRE", "hire", "hire ", "Hire", "vesting", "forfeiture", "immediate", "rehire",
    "break_in_service", "employer_match", "employer_match_true_up", "voluntary", "402g_limit_approach", "catch_up",
)  # fmt: skip
#: Texts that JSON can say and Unicode can't.
HALF_CHARACTERS = (r'"\ud800"', r'"a\ud800"', r'"\udfffa"', r'"a\udc00b"', r'"\ude00\ud83d"', r'"\ud83d\ude00"')

NASTY = (
    *SHAPES,
    *HALF_CHARACTERS,
    *(json.dumps(text) for text in MONEY_LIKE + DATE_LIKE + TIMESTAMP_LIKE + UUID_LIKE + TEXT_LIKE),
)
#: What looks most like a value of a kind.
LOOKALIKES: dict[type[Kind], tuple[str, ...]] = {
    FixedPoint: MONEY_LIKE,
    Date: DATE_LIKE,
    Timestamp: TIMESTAMP_LIKE,
    EventId: UUID_LIKE,
    Text: TEXT_LIKE,
    Choice: TEXT_LIKE,
}

_PLACE = "the place to put a value in"


def paths_of(document: dict[str, Any]) -> list[tuple[str, ...]]:
    """Where the values of a document are, the payload and the maps in it among them."""
    found: list[tuple[str, ...]] = []
    for name, value in document.items():
        found.append((name,))
        if isinstance(value, dict):
            found += [(name, *inner) for inner in paths_of(value)]
    return found


def with_value(document: dict[str, Any], path: tuple[str, ...], text: str) -> str:
    """The text of a document with the JSON `text` at a path; the path's last key may be a new one."""
    changed = copy.deepcopy(document)
    parent = changed
    for name in path[:-1]:
        parent = parent[name]
    parent[path[-1]] = _PLACE
    return json.dumps(changed).replace(json.dumps(_PLACE), text)


def without(document: dict[str, Any], path: tuple[str, ...]) -> str:
    """The text of a document without the key at a path."""
    changed = copy.deepcopy(document)
    parent = changed
    for name in path[:-1]:
        parent = parent[name]
    del parent[path[-1]]
    return json.dumps(changed)


def _kind_at(event_type: str, path: tuple[str, ...]) -> Kind | None:
    """The kind of the field at a path; in a map, the map's; of the payload itself, none."""
    fields = PAYLOADS[event_type] if len(path) > 1 else ENVELOPE
    name = path[1] if len(path) > 1 else path[0]
    return next((field.kind for field in fields if field.name == name), None)


def _first_paths() -> Iterator[tuple[str, tuple[str, ...]]]:
    """An event type and a path for each kind of field there is; all choices count as one kind, and all texts."""
    seen: set[object] = set()
    for event_type, document in VALID.items():
        for path in paths_of(document):
            kind = _kind_at(event_type, path)
            key = type(kind) if isinstance(kind, Choice | Text) else kind
            if key not in seen:
                seen.add(key)
                yield event_type, path


def with_nasty_values(event_type: str) -> Iterator[str]:
    """Texts of documents with nasty values in each field of the payload, and with the first event type, of the rest.

    A field gets some of all that are nasty, each field others; the first field of a kind gets every shape of value too,
    and all that looks like one of its own.
    """
    first_paths = set(_first_paths())
    for place, path in enumerate(paths_of(VALID[event_type])):
        if path[0] != "payload" and event_type != next(iter(VALID)):
            continue
        chosen = NASTY[place % 13 :: 13]
        if (event_type, path) in first_paths:
            own = LOOKALIKES.get(type(_kind_at(event_type, path)), ())
            chosen = (*chosen, *SHAPES, *HALF_CHARACTERS, *map(json.dumps, own))
        yield from (with_value(VALID[event_type], path, nasty) for nasty in dict.fromkeys(chosen))


def broken_apart(event_type: str) -> Iterator[str]:
    """Texts of documents that miss a key or have one too many, and of other payloads under this event type."""
    document = VALID[event_type]
    for path in paths_of(document):
        yield without(document, path)
        yield with_value(document, (*path[:-1], path[-1].upper()), "1")
    event_types = [*PAYLOADS, *PAYLOADS]
    next_type = event_types[event_types.index(event_type) + 1]
    names_of_others = [field.name for field in (*ENVELOPE, *PAYLOADS[next_type])]
    for name in ["payload", "", "extra", "$ref", "__proto__", *names_of_others]:
        if name not in document:
            yield with_value(document, (name,), '"1"')
        if name not in document["payload"]:
            yield with_value(document, ("payload", name), "null")
    for payload in PAYLOADS_BY_HAND.values():
        yield json.dumps({**document, "payload": payload})
        yield json.dumps({**document, "payload": {**payload, "event_type": event_type}})


def model_accepts(text: str) -> bool:
    """Whether the event model takes the document that the text is."""
    try:
        SimulationEvent.model_validate_json(text)
    except ValidationError:
        return False
    return True


def schema_accepts(schema: Draft202012Validator, text: str) -> bool:
    """Whether the JSON Schema takes the value that Python's reader makes of the text, if it makes one."""
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return schema.is_valid(document)
