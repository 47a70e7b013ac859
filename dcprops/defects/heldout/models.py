"""Event models with one mistake each, kept apart from those that the properties were made with."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from dcprops.defects.models.pydantic_model import (
    Compliance,
    Contribution,
    Eligibility,
    Enrollment,
    Envelope,
    Forfeiture,
    HCEStatus,
    Hire,
    Identifier,
    Merit,
    PlainEvent,
    Promotion,
    Termination,
    Vesting,
)
from dcprops.defects.models.stdlib_model import EventModel, Refused


class NullsLeftOut(EventModel):
    """Fields that are null are left out of what is written, so one event has two texts. An option of the serializer
    that saves space does that."""

    def written(self, values: Any) -> dict[str, Any]:
        return {name: value for name, value in super().written(values).items() if value is not None}


class RecordedInMilliseconds(EventModel):
    """The time of recording is cut to milliseconds. Browsers and many message formats know no smaller part."""

    def timestamp(self, value: Any) -> object:
        instant = super().timestamp(value)
        assert isinstance(instant, datetime)
        return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


class NoRehires(EventModel):
    """Eligibility because of a rehire is refused. The list of reasons is from before that one was added."""

    def word(self, words: list[str], value: Any) -> object:
        return super().word([word for word in words if word != "rehire"], value)


class PlanOfWorkforceEventsDropped(EventModel):
    """The plan of a hire, promotion, termination or merit is read, and then forgotten. Those events seldom name one, so
    their table has no column for it."""

    def payload(self, event_type: str, values: tuple[tuple[str, object], ...]) -> Any:
        if event_type in {"hire", "promotion", "termination", "merit"}:
            values = tuple((name, None if name == "plan_id" else value) for name, value in values)
        return super().payload(event_type, values)


class NothingVestedRefused(EventModel):
    """A vesting event that lists no source is refused. The test is for truth where it should be for None."""

    def balances(self, value: Any) -> object:
        if not value:
            raise Refused("no balances")
        return super().balances(value)


class _FourDigitVesting(Vesting):
    service_credited_hours: Annotated[int, Field(strict=True, ge=0, le=9_999)]


class FourDigitsOfHours(Envelope):
    """More than 9,999 credited hours are refused. A year has fewer, but the field may hold the hours of a career."""

    payload: Annotated[
        Hire
        | Promotion
        | Termination
        | Merit
        | Eligibility
        | Enrollment
        | Contribution
        | _FourDigitVesting
        | Forfeiture
        | HCEStatus
        | Compliance,
        Field(discriminator="event_type"),
    ]


class UnknownNullsIgnored(EventModel):
    """An unknown field is an error unless it is null. Nulls are cleared away before anyone looks at the names."""

    def record(self, given: dict[str, Any], fields: dict[str, tuple[str, object]]) -> tuple[tuple[str, object], ...]:
        known = {name: value for name, value in given.items() if value is not None or name in fields}
        return super().record(known, fields)


class NotBeforeIsUnknown(EventModel):
    """Someone known not to have been highly compensated the year before becomes someone of whom that isn't known. The
    value is read as `value or None`."""

    def field(self, given: dict[str, Any], name: str, kind: str, default: object) -> object:
        value = super().field(given, name, kind, default)
        return value or None if name == "prior_year_hce" else value


class NoLeapCenturies(EventModel):
    """February 29 of 2000 is refused, as that of any other year that ends a century. The rule that every fourth of them
    is a leap year was left out."""

    def date(self, value: Any) -> object:
        if isinstance(value, str) and value.endswith("00-02-29"):
            raise Refused("not a leap year")
        return super().date(value)


class BalancesInOrderGiven(EventModel):
    """Vested balances keep the order in which they came, so two documents that say the same are unequal events with
    different texts. A mapping was made a tuple to be hashable, and not sorted."""

    def balances(self, value: Any) -> object:
        checked = super().balances(value)
        assert isinstance(checked, tuple)
        return tuple(sorted(checked, key=lambda balance: list(value).index(balance[0])))


class WholeHoursOfOffset(EventModel):
    """The minutes of an offset from UTC are dropped, so a time recorded in India is off by half an hour. The offset is
    parsed as a number of hours."""

    def timestamp(self, value: Any) -> object:
        instant = super().timestamp(value)
        if isinstance(value, str) and value[-6] in "+-":
            return super().timestamp(f"{value[:-2]}00")
        return instant


def _at_most_128_bytes(text: str) -> str:
    if len(text.encode()) > 128:
        raise ValueError("expected at most 128 bytes")
    return text


class LengthInBytes(PlainEvent):
    """The length of employee_id is limited in bytes of UTF-8, so a long name in another script is refused. The column
    is declared in bytes."""

    employee_id: Annotated[Identifier, AfterValidator(_at_most_128_bytes)]


class ComposedText(EventModel):
    """Text is brought into Unicode's composed form, so two ids become one. A search index does so, and its text was
    taken for the original."""

    def text(self, value: Any) -> object:
        return unicodedata.normalize("NFC", str(super().text(value)))


class RoundedToTheContext(EventModel):
    """Amounts are rounded to the precision of the decimal context in force. A plus sign before a Decimal looks like no
    operation, but it is one."""

    def number(self, text: str, places: int) -> object:
        number = super().number(text, places)
        assert isinstance(number, Decimal)
        return +number
