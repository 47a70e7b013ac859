"""A correct event model on the standard library alone: a table of fields, one reader and one pattern for each kind.

What a kind accepts stands in class attributes and small methods, so that a defect is one of them changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

REQUIRED = object()
#: Field: kind, default. A field whose default is None may be null.
ENVELOPE: dict[str, tuple[str, object]] = {
    "event_id": ("uuid", "a new one"),
    "employee_id": ("text", REQUIRED),
    "effective_date": ("date", REQUIRED),
    "created_at": ("timestamp", "now"),
    "scenario_id": ("text", REQUIRED),
    "plan_design_id": ("text", REQUIRED),
    "source_system": ("text", REQUIRED),
    "correlation_id": ("text", None),
}
EMPLOYER = "employer_match employer_nonelective employer_profit_sharing"
SOURCES = (
    "employee_pre_tax employee_roth employee_after_tax employee_catch_up employer_match employer_match_true_up "
    "employer_nonelective employer_profit_sharing forfeiture_allocation"
)
PAYLOADS: dict[str, dict[str, tuple[str, object]]] = {
    "hire": {
        "plan_id": ("text", None),
        "hire_date": ("date", REQUIRED),
        "department": ("text", REQUIRED),
        "job_level": ("1 to 10", REQUIRED),
        "annual_compensation": ("positive", REQUIRED),
    },
    "promotion": {
        "plan_id": ("text", None),
        "new_job_level": ("1 to 10", REQUIRED),
        "new_annual_compensation": ("positive", REQUIRED),
        "effective_date": ("date", REQUIRED),
    },
    "termination": {
        "plan_id": ("text", None),
        "termination_reason": ("one of voluntary involuntary retirement death disability", REQUIRED),
        "final_pay_date": ("date", REQUIRED),
    },
    "merit": {
        "plan_id": ("text", None),
        "new_compensation": ("positive", REQUIRED),
        "merit_percentage": ("rate", REQUIRED),
    },
    "eligibility": {
        "plan_id": ("text", REQUIRED),
        "eligible": ("flag", REQUIRED),
        "eligibility_date": ("date", REQUIRED),
        "reason": ("one of age_and_service immediate hours_requirement rehire", REQUIRED),
    },
    "enrollment": {
        "plan_id": ("text", REQUIRED),
        "enrollment_date": ("date", REQUIRED),
        "pre_tax_contribution_rate": ("rate", REQUIRED),
        "roth_contribution_rate": ("rate", REQUIRED),
        "after_tax_contribution_rate": ("rate", "0.0000"),
        "auto_enrollment": ("flag", False),
        "opt_out_window_expires": ("date", None),
    },
    "contribution": {
        "plan_id": ("text", REQUIRED),
        "source": (f"one of {SOURCES}", REQUIRED),
        "amount": ("positive", REQUIRED),
        "pay_period_end": ("date", REQUIRED),
        "contribution_date": ("date", REQUIRED),
        "ytd_amount": ("money", REQUIRED),
        "payroll_id": ("text", REQUIRED),
        "irs_limit_applied": ("flag", False),
        "inferred_value": ("flag", False),
    },
    "vesting": {
        "plan_id": ("text", REQUIRED),
        "vested_percentage": ("rate", REQUIRED),
        "source_balances_vested": ("balances", REQUIRED),
        "vesting_schedule_type": ("one of graded cliff immediate", REQUIRED),
        "service_computation_date": ("date", REQUIRED),
        "service_credited_hours": ("0 to 999999", REQUIRED),
        "service_period_end_date": ("date", REQUIRED),
    },
    "forfeiture": {
        "plan_id": ("text", REQUIRED),
        "forfeited_from_source": (f"one of {EMPLOYER}", REQUIRED),
        "amount": ("positive", REQUIRED),
        "reason": ("one of unvested_termination break_in_service", REQUIRED),
        "vested_percentage": ("rate", REQUIRED),
    },
    "hce_status": {
        "plan_id": ("text", REQUIRED),
        "determination_method": ("one of prior_year current_year", REQUIRED),
        "ytd_compensation": ("money", REQUIRED),
        "annualized_compensation": ("money", REQUIRED),
        "hce_threshold": ("positive", REQUIRED),
        "is_hce": ("flag", REQUIRED),
        "determination_date": ("date", REQUIRED),
        "prior_year_hce": ("flag", None),
    },
    "compliance": {
        "plan_id": ("text", REQUIRED),
        "compliance_type": ("one of 402g_limit_approach 415c_limit_approach catch_up_eligible", REQUIRED),
        "limit_type": ("one of elective_deferral annual_additions catch_up", REQUIRED),
        "applicable_limit": ("positive", REQUIRED),
        "current_amount": ("money", REQUIRED),
        "monitoring_date": ("date", REQUIRED),
    },
}

END = r"$(?![\s\S])"  # not before a line break either
YEAR = "(?!0000)[0-9]{4}"
LEAP_YEAR = "(?!0000)(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
DAY = (
    f"(?:{YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{LEAP_YEAR}-02-29)"
)
TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?"
OFFSET = "[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]"
TIMESTAMP = f"^(?:{DAY}T{TIME}Z?|(?!0001-01-01|9999-12-31){DAY}T{TIME}{OFFSET}){END}"
MONEY = f"[0-9]{{1,12}}(?:[.][0-9]{{1,6}})?{END}"
RATE = f"^(?:0(?:[.][0-9]{{1,4}})?|1(?:[.]0{{1,4}})?){END}"
UUID_TEXT = f"^[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}{END}"
NO_TEXT = r"[\u0000-\u001f\u007f-\u009f\ud800-\udfff]|^\s|\s$"


class Refused(Exception):
    """A document is not valid. Not a ValueError, so the model has to say what it raises."""


@dataclass(frozen=True)
class Payload:
    """What happened: every field of the event type, in the order of the table."""

    event_type: str
    values: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Event:
    """Every field of the envelope, in the order of the table, and what happened."""

    values: tuple[tuple[str, object], ...]
    payload: Payload


class EventModel:
    """Documents to events and back."""

    errors = (Refused,)

    def validate(self, document: Any) -> Any:
        if not isinstance(document, dict) or not isinstance(document.get("payload"), dict):
            raise Refused("no object with a payload")
        fields = {name: value for name, value in document.items() if name != "payload"}
        payload = dict(document["payload"])
        event_type = payload.pop("event_type", None)
        if not isinstance(event_type, str) or event_type not in PAYLOADS:
            raise Refused("unknown event_type")
        return self.event(
            self.record(fields, ENVELOPE), self.payload(event_type, self.record(payload, PAYLOADS[event_type]))
        )

    def event(self, values: tuple[tuple[str, object], ...], payload: Any) -> Any:
        return Event(values, payload)

    def payload(self, event_type: str, values: tuple[tuple[str, object], ...]) -> Any:
        return Payload(event_type, values)

    def record(self, given: dict[str, Any], fields: dict[str, tuple[str, object]]) -> tuple[tuple[str, object], ...]:
        if not given.keys() <= fields.keys():
            raise Refused("unknown field")
        return tuple((name, self.field(given, name, *about)) for name, about in fields.items())

    def field(self, given: dict[str, Any], name: str, kind: str, default: object) -> object:
        if name not in given:
            if default is REQUIRED:
                raise Refused(f"{name} is missing")
            return self.default(kind, default)
        if given[name] is None and default is None:
            return None
        return self.read(kind, given[name])

    def default(self, kind: str, default: object) -> object:
        if kind == "uuid":
            return uuid4()
        if kind == "timestamp":
            return datetime.now(UTC)
        return self.rate(default) if kind == "rate" else default

    def read(self, kind: str, value: Any) -> object:
        if kind in {"text", "uuid", "date", "timestamp", "money", "positive", "rate", "balances", "flag"}:
            return getattr(self, kind)(value)
        if kind.startswith("one of "):
            return self.word(kind.split()[2:], value)
        least, _, most = kind.split()
        return self.count(int(least), int(most), value)

    def matched(self, pattern: str, value: Any) -> str:
        if not isinstance(value, str) or not re.search(pattern, value):
            raise Refused(f"{value!a} does not match {pattern}")
        return value

    def text(self, value: Any) -> object:
        if not isinstance(value, str) or not 1 <= len(value) <= 128 or re.search(NO_TEXT, value):
            raise Refused("not an identifier")
        return value

    def uuid(self, value: Any) -> object:
        return UUID(self.matched(UUID_TEXT, value))

    def date(self, value: Any) -> object:
        return date.fromisoformat(self.matched(f"^{DAY}{END}", value))

    def timestamp(self, value: Any) -> object:
        instant = datetime.fromisoformat(self.matched(TIMESTAMP, value))
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)

    def money(self, value: Any) -> object:
        return self.number(self.matched(f"^{MONEY}", value), 6)

    def positive(self, value: Any) -> object:
        return self.number(self.matched(f"^(?=[0.]*[1-9]){MONEY}", value), 6)

    def rate(self, value: Any) -> object:
        return self.number(self.matched(RATE, value), 4)

    def number(self, text: str, places: int) -> object:
        """The number with all its places: made of text, because arithmetic has a context."""
        whole, _, fraction = text.partition(".")
        return Decimal(f"{whole}.{fraction:0<{places}}")

    def flag(self, value: Any) -> object:
        if not isinstance(value, bool):
            raise Refused("neither true nor false")
        return value

    def word(self, words: list[str], value: Any) -> object:
        if not isinstance(value, str) or value not in words:
            raise Refused(f"none of {words}")
        return value

    def count(self, least: int, most: int, value: Any) -> object:
        if type(value) is not int or not least <= value <= most:
            raise Refused(f"not from {least} to {most}")
        return value

    def balances(self, value: Any) -> object:
        if not isinstance(value, dict):
            raise Refused("no object of balances")
        return tuple(sorted((str(self.word(EMPLOYER.split(), name)), self.money(value[name])) for name in value))

    def dump(self, value: Any) -> dict[str, Any]:
        return {**self.written(value.values), "payload": self.dumped_payload(value.payload)}

    def dumped_payload(self, payload: Any) -> dict[str, Any]:
        return {"event_type": payload.event_type, **self.written(payload.values)}

    def written(self, values: Any) -> dict[str, Any]:
        return {name: self.write(value) for name, value in values}

    def write(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.isoformat().replace("+00:00", "Z")
        if isinstance(value, tuple):
            return self.written(value)
        return value if isinstance(value, bool | int | None) else str(value)

    def json_schema(self) -> dict[str, Any]:
        payloads = [
            {**self.object_of(fields), "properties": {"event_type": {"const": event_type}, **self.properties(fields)}}
            for event_type, fields in PAYLOADS.items()
        ]
        for payload in payloads:
            payload["required"] = ["event_type", *payload["required"]]
        envelope = self.object_of(ENVELOPE)
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **envelope,
            "required": [*envelope["required"], "payload"],
            "properties": {**envelope["properties"], "payload": {"oneOf": payloads}},
        }

    def object_of(self, fields: dict[str, tuple[str, object]]) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [name for name, (_, default) in fields.items() if default is REQUIRED],
            "properties": self.properties(fields),
        }

    def properties(self, fields: dict[str, tuple[str, object]]) -> dict[str, Any]:
        return {
            name: {"anyOf": [{"type": "null"}, self.schema_of(kind)]} if default is None else self.schema_of(kind)
            for name, (kind, default) in fields.items()
        }

    def schema_of(self, kind: str) -> dict[str, Any]:
        patterns = {
            "uuid": UUID_TEXT,
            "date": f"^{DAY}{END}",
            "timestamp": TIMESTAMP,
            "money": f"^{MONEY}",
            "positive": f"^(?=[0.]*[1-9]){MONEY}",
            "rate": RATE,
        }
        if kind in patterns:
            return {"type": "string", "pattern": patterns[kind]}
        if kind == "text":
            return {"type": "string", "minLength": 1, "maxLength": 128, "not": {"pattern": NO_TEXT}}
        if kind == "flag":
            return {"type": "boolean"}
        if kind == "balances":
            amounts = {name: self.schema_of("money") for name in EMPLOYER.split()}
            return {"type": "object", "additionalProperties": False, "properties": amounts}
        if kind.startswith("one of "):
            return {"enum": kind.split()[2:]}
        least, _, most = kind.split()
        return {"type": "integer", "minimum": int(least), "maximum": int(most)}


class UndescribedModel(EventModel):
    """The same without a word on what it accepts."""

    json_schema = None  # type: ignore[assignment]  # a model that has none
