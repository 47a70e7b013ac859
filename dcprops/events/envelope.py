"""The envelope every payload travels in, and the reading of its text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Self, TypeAlias
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from dcprops.events.kinds import CalendarDate, Identifier, Identity, Instant
from dcprops.events.payloads import (
    ComplianceEventPayload,
    ContributionPayload,
    EligibilityPayload,
    EnrollmentPayload,
    ForfeiturePayload,
    HCEStatusPayload,
    HirePayload,
    MeritPayload,
    PromotionPayload,
    TerminationPayload,
    VestingPayload,
)

__all__ = ["AnyPayload", "SimulationEvent", "repeated_key"]

#: What the payload of an event may be.
AnyPayload: TypeAlias = (
    HirePayload
    | PromotionPayload
    | TerminationPayload
    | MeritPayload
    | EligibilityPayload
    | EnrollmentPayload
    | ContributionPayload
    | VestingPayload
    | ForfeiturePayload
    | HCEStatusPayload
    | ComplianceEventPayload
)


class _WrittenByItsClass:
    """Lets the payload's own class write it: a union would make a dict of it first, and then write that."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return {**schema, "serialization": core_schema.simple_ser_schema("any")}


def _now() -> datetime:
    return datetime.now(UTC)


class SimulationEvent(BaseModel):
    """One event of a defined-contribution ledger: who, when, in which scenario and plan design, and what happened.

    Unknown fields are errors. Instances are frozen, hashable and equal by value. `created_at` is held in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", revalidate_instances="always", cache_strings="keys")

    event_id: Identity = Field(default_factory=uuid4)
    employee_id: Identifier
    effective_date: CalendarDate
    created_at: Instant = Field(default_factory=_now)
    scenario_id: Identifier
    plan_design_id: Identifier
    source_system: Identifier
    payload: Annotated[AnyPayload, Field(discriminator="event_type"), _WrittenByItsClass()]
    correlation_id: Identifier | None = None

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """The event that a document's text says. See pydantic's method for the options.

        Raises pydantic's ValidationError, also for a text that has a key twice: JSON readers keep one of the two and
        drop the other without a word.
        """
        validate = cls.__pydantic_validator__.validate_json
        event: Self = validate(json_data, **options) if options else validate(json_data)  # the latter is faster
        # An object of n keys has n - 1 commas between them, and commas in its texts only add to them. So if there are
        # no more commas than distinct keys account for, no key came twice; else the text is read again, slowly.
        distinct = len(event.__pydantic_fields_set__) + len(event.payload.__pydantic_fields_set__)
        commas = json_data.count(",") if isinstance(json_data, str) else json_data.count(b",")
        if commas > distinct - 2:
            key = repeated_key(json_data)
            if key is not None:
                raise ValidationError.from_exception_data(cls.__name__, [_repeated(key)], input_type="json")
        return event


def repeated_key(text: str | bytes | bytearray) -> str | None:
    """The first key that comes twice in one object of the JSON `text`, or None."""
    repeats: list[str] = []

    def note_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
        seen: dict[str, object] = {}
        for key, value in pairs:
            if key in seen:
                repeats.append(key)
            seen[key] = value
        return seen

    json.loads(text, object_pairs_hook=note_repeats)
    return repeats[0] if repeats else None


def _repeated(key: str) -> InitErrorDetails:
    error = PydanticCustomError("duplicate_key", "expected each key once, but {key} comes twice", {"key": repr(key)})
    return InitErrorDetails(type=error, loc=(key,), input=key)
