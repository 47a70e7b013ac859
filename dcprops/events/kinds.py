"""The kinds of field an event has, each saying once what it accepts and how it is written.

A kind is read by everything that needs to know about a field: the models here validate with it, `schemas` renders it,
`rules` lists the ways to break it and `strategies` draws from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Annotated, Any, ClassVar, Final, TypeAlias, cast, get_args
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from dcprops.events.frozen import FrozenMapping

__all__ = [
    "BY_DOCUMENT_RULES",
    "METADATA_KEY",
    "Choice",
    "Date",
    "EventId",
    "FixedPoint",
    "Flag",
    "Kind",
    "MoneyBySource",
    "Text",
    "Timestamp",
    "WholeNumber",
]

JsonSchema: TypeAlias = dict[str, Any]

#: The validation context in which Python values are read as strictly as a document's: there a number is not money.
BY_DOCUMENT_RULES: Final = object()
#: Where the core schema of a field has the kind that it was made from.
METADATA_KEY: Final = "dcprops_kind"

# Spelled out, because \s and \d mean different characters to ECMA 262, Python and Rust.
CONTROL = "\\u0000-\\u001f\\u007f-\\u009f"
SURROGATE = "\\ud800-\\udfff"
WHITE_SPACE = " \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"

_YEAR = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})"
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DATE = (
    f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?"
_OFFSET = "[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HEX = "[0-9a-fA-F]"
_UUID = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"

# Wide enough for any amount, and it refuses to lose a digit whatever context the caller has set.
_EXACT = Context(prec=60, Emin=-999999, Emax=999999, traps=[Inexact, InvalidOperation])


class Kind:
    """What one field accepts. `name` is how errors and documentation speak of it."""

    name: ClassVar[str]
    #: Whether values of this kind are, or hold, decimal numbers.
    holds_decimals: ClassVar[bool] = False

    @property
    def expectation(self) -> str:
        """What the field expects, as the end of the sentence 'expected …'."""
        raise NotImplementedError

    def json_schema(self) -> JsonSchema:
        """The JSON Schema (2020-12) of this kind, without `null`."""
        raise NotImplementedError

    def core_schema(self) -> CoreSchema:
        """The validator and serializer of this kind."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: Any = self.core_schema()
        return cast("CoreSchema", {**schema, "metadata": {METADATA_KEY: self}})

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return self.json_schema()

    def _refusal(self) -> PydanticCustomError:
        return PydanticCustomError(self.name.replace(" ", "_"), _template(self.expectation))

    def _explained(self, schema: CoreSchema) -> CoreSchema:
        return core_schema.custom_error_schema(
            schema, self.name.replace(" ", "_"), custom_error_message=_template(self.expectation)
        )


def _template(expectation: str) -> Any:
    # PydanticCustomError wants a literal; ours is made from the kind. Braces would be read as fields to fill in.
    return "expected " + expectation.replace("{", "(").replace("}", ")")


@dataclass(frozen=True)
class FixedPoint(Kind):
    """A decimal number with a fixed number of places: money (12 digits, 6 places) or a rate (1 digit, 4 places).

    In a document a string; in Python a Decimal, an int or such a string. Never a float, never rounded.
    """

    name: str  # type: ignore[misc]  # money and rate are two names of one kind
    digits: int
    places: int
    above_zero: bool = False
    maximum: int | None = None

    holds_decimals = True

    @property
    def expectation(self) -> str:
        range_ = ", greater than 0" if self.above_zero else ""
        if self.maximum is not None:
            range_ += f", at most {self.maximum}"
        count = "1 digit" if self.digits == 1 else f"at most {self.digits} digits"
        return (
            f"{self.name} as a string of {count} with at most {self.places} decimal places, "
            f'such as "{self.text_of(self.example)}"{range_}'
        )

    @property
    def quantum(self) -> Decimal:
        """The smallest difference between two values: a millionth for money, a ten-thousandth for a rate."""
        return Decimal((0, (1,), -self.places))

    @property
    def quanta(self) -> range:
        """The values that are accepted, counted in quanta."""
        largest = 10 ** (self.digits + self.places) - 1 if self.maximum is None else self.maximum * 10**self.places
        return range(int(self.above_zero), largest + 1)

    @property
    def example(self) -> Decimal:
        """A value to show in an error message."""
        return self.from_quanta(375 * 10**self.places if self.digits > 1 else 6 * 10 ** (self.places - 2))

    def from_quanta(self, quanta: int) -> Decimal:
        """The value that is so many quanta large, exactly."""
        return Decimal(quanta).scaleb(-self.places, _EXACT)

    def text_of(self, value: Decimal) -> str:
        """The canonical text, with all places."""
        return f"{value:.{self.places}f}"

    def read(self, value: object) -> Decimal:
        """The Decimal with all places that `value` (Decimal, int or text) stands for.

        Raises ValueError if `value` is not one of those, or not exactly representable, or out of range.
        """
        if isinstance(value, str):
            if not self._pattern.fullmatch(value):
                raise self._refusal()
            return self._within(Decimal(value))
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            raise self._refusal()
        number = Decimal(value)
        if not number.is_finite() or number.is_signed() or self._has_too_much(number):
            raise self._refusal()
        return self._within(number)

    def _has_too_much(self, number: Decimal) -> bool:
        """Whether a finite number is written with more digits or places than can be kept, be they zeros."""
        return bool(number and number.adjusted() >= self.digits) or int(number.as_tuple().exponent) < -self.places

    def _read_from_python(self, value: object, info: ValidationInfo) -> Decimal:
        if info.context is BY_DOCUMENT_RULES and isinstance(value, int):
            raise self._refusal()
        return self.read(value)

    def _within(self, number: Decimal) -> Decimal:
        try:
            exact = number.quantize(self.quantum, context=_EXACT)
        except (Inexact, InvalidOperation):
            raise self._refusal() from None
        if (self.above_zero and not exact) or (
            self.maximum is not None and _EXACT.compare(exact, Decimal(self.maximum)) > 0
        ):
            raise self._refusal()
        return exact

    @property
    def text_pattern(self) -> str:
        """The texts that are numbers of this kind; zero is refused apart from this."""
        fraction = f"(?:\\.[0-9]{{1,{self.places}}})?"
        if self.maximum is None:
            return f"^[0-9]{{1,{self.digits}}}{fraction}$"
        return f"^(?:[0-{self.maximum - 1}]{fraction}|{self.maximum}(?:\\.0{{1,{self.places}}})?)$"

    @property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.text_pattern)  # cached by re

    def json_schema(self) -> JsonSchema:
        refused = "[^0-9.]|^[0.]*$" if self.above_zero else "[^0-9.]"
        return {"type": "string", "pattern": self.text_pattern, "not": {"pattern": refused}}

    def core_schema(self) -> CoreSchema:
        # Money as it is written here: one regular expression and one conversion, without a call of our own.
        written_in_full = core_schema.no_info_after_validator_function(
            Decimal, core_schema.str_schema(pattern=self._full_text_pattern, strict=True)
        )
        otherwise = core_schema.no_info_after_validator_function(self.read, core_schema.str_schema(strict=True))
        return core_schema.json_or_python_schema(
            json_schema=self._explained(core_schema.union_schema([written_in_full, otherwise], mode="left_to_right")),
            python_schema=core_schema.with_info_plain_validator_function(self._read_from_python),
            serialization=core_schema.to_string_ser_schema(when_used="json"),
        )

    @property
    def _full_text_pattern(self) -> str:
        """Canonical texts that are surely in range; some that are in range don't match."""
        if self.maximum is not None:
            return f"^[0-{self.maximum - 1}]\\.[0-9]{{{self.places}}}$"
        first = "[1-9]" if self.above_zero else "[0-9]"
        return f"^{first}[0-9]{{0,{self.digits - 1}}}\\.[0-9]{{{self.places}}}$"


@dataclass(frozen=True)
class Text(Kind):
    """An identifier or a short text: 1 to 128 characters, no control character or surrogate, no outer white space."""

    name: str  # type: ignore[misc]  # an identifier and a text are two names of one kind
    max_length: int = 128

    @property
    def expectation(self) -> str:
        return f"{self.name} of 1 to {self.max_length} characters, no control characters, no white space at either end"

    def json_schema(self) -> JsonSchema:
        refused = f"[{CONTROL}{SURROGATE}]|^[{WHITE_SPACE}]|[{WHITE_SPACE}]$"
        return {
            "type": "string",
            "minLength": 1,
            "maxLength": self.max_length,
            "not": {"pattern": refused},
        }

    def core_schema(self) -> CoreSchema:
        # Surrogates can't reach this pattern: they are not UTF-8, and refused before.
        inner, outer = f"[^{CONTROL}]", f"[^{CONTROL}{WHITE_SPACE}]"
        return self._explained(
            core_schema.str_schema(strict=True, max_length=self.max_length, pattern=f"^{outer}(?:{inner}*{outer})?$")
        )


@dataclass(frozen=True)
class Date(Kind):
    """A calendar day, `YYYY-MM-DD` from 0001-01-01 to 9999-12-31; in Python a date, never a datetime."""

    name = "date"

    @property
    def expectation(self) -> str:
        return 'a calendar date as "YYYY-MM-DD", such as "2025-02-28"'

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "format": "date", "maxLength": 10, "pattern": f"^{_DATE}$"}

    def core_schema(self) -> CoreSchema:
        text = core_schema.no_info_after_validator_function(
            date.fromisoformat, core_schema.str_schema(strict=True, pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        )
        day = core_schema.no_info_after_validator_function(_plain_date, core_schema.date_schema(strict=True))
        return core_schema.json_or_python_schema(
            json_schema=self._explained(text),
            python_schema=self._explained(core_schema.union_schema([day, text], mode="left_to_right")),
            serialization=core_schema.simple_ser_schema("date"),
        )


def _plain_date(day: date) -> date:
    # A subclass may carry what no document can say.
    return date(day.year, day.month, day.day)


@dataclass(frozen=True)
class Timestamp(Kind):
    """An instant, ISO 8601 to the microsecond; without a zone it is UTC. Always held and written in UTC."""

    name = "timestamp"

    @property
    def expectation(self) -> str:
        return 'an ISO 8601 timestamp with at most 6 places of a second, such as "2025-02-28T09:30:00.000000Z"'

    # On the first and the last day an offset could lead out of the calendar; a pattern can't add hours, so there it
    # is refused.
    _EDGE = f"^(?:0001-01-01|9999-12-31).*{_OFFSET}$"

    def json_schema(self) -> JsonSchema:
        return {
            "type": "string",
            "pattern": f"^{_DATE}T{_TIME}(?:Z|{_OFFSET})?$",
            "not": {"pattern": f"[^-0-9T:.Z+]|{self._EDGE}"},
        }

    def core_schema(self) -> CoreSchema:
        day = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T"
        without_zone = core_schema.no_info_after_validator_function(
            _read_as_utc, core_schema.str_schema(strict=True, pattern=f"{day}{_TIME}$")
        )
        in_utc = core_schema.no_info_after_validator_function(
            datetime.fromisoformat, core_schema.str_schema(strict=True, pattern=f"{day}{_TIME}Z$")
        )
        with_offset = core_schema.no_info_after_validator_function(
            self._read_with_offset, core_schema.str_schema(strict=True, pattern=f"{day}{_TIME}{_OFFSET}$")
        )
        text = core_schema.union_schema([without_zone, in_utc, with_offset], mode="left_to_right")
        instant = core_schema.no_info_after_validator_function(self._in_utc, core_schema.datetime_schema(strict=True))
        return core_schema.json_or_python_schema(
            json_schema=self._explained(text),
            python_schema=self._explained(core_schema.union_schema([instant, text], mode="left_to_right")),
            serialization=core_schema.simple_ser_schema("datetime"),
        )

    def _read_with_offset(self, text: str) -> datetime:
        if text.startswith(("0001-01-01", "9999-12-31")):
            raise self._refusal()
        return self._in_utc(datetime.fromisoformat(text))

    def _in_utc(self, instant: datetime) -> datetime:
        if getattr(instant, "nanosecond", 0):  # pandas' Timestamp is a datetime with more places than one
            raise self._refusal()
        if instant.utcoffset() is not None:
            try:
                instant = instant.astimezone(UTC)
            except OverflowError:
                raise self._refusal() from None
        return datetime(
            instant.year, instant.month, instant.day, instant.hour, instant.minute, instant.second,
            instant.microsecond, UTC,
        )  # fmt: skip


def _read_as_utc(text: str) -> datetime:
    return datetime.fromisoformat(text + "Z")


@dataclass(frozen=True)
class EventId(Kind):
    """A UUID; in a document its 36-character form, written in lower case."""

    name = "UUID"

    @property
    def expectation(self) -> str:
        return 'a UUID in its 36-character form, such as "6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11"'

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "format": "uuid", "maxLength": 36, "pattern": f"^{_UUID}$"}

    def core_schema(self) -> CoreSchema:
        text = core_schema.chain_schema(
            [core_schema.str_schema(strict=True, min_length=36, max_length=36), core_schema.uuid_schema()]
        )
        return core_schema.json_or_python_schema(
            json_schema=self._explained(text),
            python_schema=self._explained(core_schema.union_schema([core_schema.uuid_schema(strict=True), text])),
            serialization=core_schema.simple_ser_schema("uuid"),
        )


@dataclass(frozen=True)
class Flag(Kind):
    """True or false, and nothing that looks like it."""

    name = "flag"

    @property
    def expectation(self) -> str:
        return "true or false"

    def json_schema(self) -> JsonSchema:
        return {"type": "boolean"}

    def core_schema(self) -> CoreSchema:
        return self._explained(core_schema.bool_schema(strict=True))


@dataclass(frozen=True)
class WholeNumber(Kind):
    """A JSON integer within bounds. By JSON Schema's own rule 3.0 is an integer; "3" and true are not."""

    minimum: int
    maximum: int

    name = "whole number"

    @property
    def expectation(self) -> str:
        return f"a whole number from {self.minimum} to {self.maximum}"

    def json_schema(self) -> JsonSchema:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}

    def core_schema(self) -> CoreSchema:
        integer = core_schema.int_schema(strict=True, ge=self.minimum, le=self.maximum)
        written_as_float = core_schema.no_info_before_validator_function(_integral_float_as_int, integer)
        return self._explained(core_schema.union_schema([integer, written_as_float], mode="left_to_right"))


def _integral_float_as_int(value: object) -> object:
    return int(value) if type(value) is float and value.is_integer() else value


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few words."""

    values: tuple[str, ...]

    name = "choice"

    @classmethod
    def of(cls, literal: Any) -> Choice:
        """The choice between the values of a `Literal` type."""
        return cls(get_args(literal))

    @property
    def expectation(self) -> str:
        return "one of " + ", ".join(self.values)

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "enum": list(self.values)}

    def core_schema(self) -> CoreSchema:
        return self._explained(core_schema.literal_schema(list(self.values)))


@dataclass(frozen=True)
class MoneyBySource(Kind):
    """Money per employer source: a JSON object with any of the sources as keys. Held in the order of `sources`."""

    sources: tuple[str, ...]
    money: FixedPoint

    name = "money by source"
    holds_decimals = True

    @property
    def expectation(self) -> str:
        return f"an object from any of {', '.join(self.sources)} to {self.money.expectation}"

    def json_schema(self) -> JsonSchema:
        properties = {source: self.money.json_schema() for source in self.sources}
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def core_schema(self) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            self._in_order,
            core_schema.dict_schema(
                keys_schema=Choice(self.sources).core_schema(), values_schema=self.money.core_schema()
            ),
        )

    def _in_order(self, amounts: Mapping[str, Decimal]) -> FrozenMapping[str, Decimal]:
        return FrozenMapping({source: amounts[source] for source in self.sources if source in amounts})


PositiveMoney: TypeAlias = Annotated[Decimal, FixedPoint("money", 12, 6, above_zero=True)]
Money: TypeAlias = Annotated[Decimal, FixedPoint("money", 12, 6)]
Rate: TypeAlias = Annotated[Decimal, FixedPoint("a rate", 1, 4, maximum=1)]
Identifier: TypeAlias = Annotated[str, Text("an identifier")]
ShortText: TypeAlias = Annotated[str, Text("a text")]
CalendarDate: TypeAlias = Annotated[date, Date()]
Instant: TypeAlias = Annotated[datetime, Timestamp()]
Identity: TypeAlias = Annotated[UUID, EventId()]
Boolean: TypeAlias = Annotated[bool, Flag()]
