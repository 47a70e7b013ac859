"""Models with one defect each, and exactly the properties that each defect breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import ConfigDict

from dcprops.defects.models.pydantic_model import PlainEvent
from dcprops.defects.models.stdlib_model import EventModel, Payload, Refused, UndescribedModel
from dcprops.properties.targets import ModelTarget, model_target


class Broken(NamedTuple):
    """A model, what it breaks, and why that is more than one property, where it is.

    What it breaks `perhaps` needs luck: few of the property's examples show it.
    """

    model: object
    fails: set[str]
    reason: str = ""
    perhaps: str = ""


BROKEN: dict[str, Broken] = {}


def breaks(*fails: str, because: str = "", perhaps: str = "") -> Any:
    """Puts a class into the table, by its name."""

    def registered(model: type) -> type:
        BROKEN[model.__name__] = Broken(model, set(fails), because, perhaps)
        return model

    return registered


A_BOUND_IS_VALID = "a value at a bound is a valid one, and is drawn as such"
A_REFUSED_SPELLING = "the spelling is one of those that valid documents have, drawn or at a bound"
LOST_IN_WRITING = "what is written otherwise is not canonical either"
NOT_THE_SAME_AGAIN = "what is loaded again is another value, valid document or not"
NEVER_EQUAL = "values are compared wherever one is made twice"
WRONG_CELLS = "the matrix counts crashes too"


@breaks("model.accepts-valid", "model.accepts-boundary", because=A_REFUSED_SPELLING)
class WantsAllPlaces(UndescribedModel):
    """Refuses "375" as money."""

    def number(self, text: str, places: int) -> object:
        return super().number(self.matched(f"[.][0-9]{{{places}}}$", text), places)


@breaks("model.accepts-valid", "model.accepts-boundary", because=A_BOUND_IS_VALID)
class RefusesTwelveDigits(UndescribedModel):
    """999999999999.999999 dollars is too much for it."""

    def number(self, text: str, places: int) -> object:
        return super().number(self.matched(r"^[0-9]{1,11}(?![0-9])", text), places)


@breaks("model.accepts-valid", "model.accepts-boundary", "model.timestamps-aware", because=A_REFUSED_SPELLING)
class WantsZones(UndescribedModel):
    """A timestamp without zone is refused, where it is UTC."""

    def timestamp(self, value: Any) -> object:
        return super().timestamp(self.matched("Z$|[+-][0-9]{2}:[0-9]{2}$", value))


@breaks("model.accepts-boundary")
class RefusesByteOrderMarks(UndescribedModel):
    """Takes the zero-width U+FEFF for white space, as JavaScript does."""

    def text(self, value: Any) -> object:
        return super().text(self.matched("^[^\ufeff]", value))


@breaks("model.rejects-invalid")
class AcceptsUnknownFields(UndescribedModel):
    """Drops what it does not know."""

    def record(self, given: dict[str, Any], fields: dict[str, tuple[str, object]]) -> tuple[tuple[str, object], ...]:
        return super().record({name: value for name, value in given.items() if name in fields}, fields)


@breaks("model.rejects-invalid")
class AcceptsBlanks(UndescribedModel):
    """White space is an identifier to it."""

    def text(self, value: Any) -> object:
        return value if isinstance(value, str) and value.isspace() else super().text(value)


@breaks("model.rejects-invalid", "model.rejects-cleanly", because=WRONG_CELLS)
class CrashesOnHugeAmounts(UndescribedModel):
    """1E+30 dollars raises decimal.InvalidOperation."""

    def money(self, value: Any) -> object:
        return super().money(self.not_crashing(value))

    def positive(self, value: Any) -> object:
        return super().positive(self.not_crashing(value))

    def not_crashing(self, value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch("[0-9]+E[+][0-9]+", value):
            Decimal(value).quantize(Decimal("0.000001"))
        return value


@breaks("model.rejects-cleanly")
class CrashesOnLists(UndescribedModel):
    """Takes every JSON for an object."""

    def validate(self, document: Any) -> Any:
        document["payload"]  # only objects have one
        return super().validate(document)

    errors = (Refused, KeyError)  # type: ignore[assignment]  # more than of the right one


@breaks("model.rejects-invalid")
class TakesNumbersForMoney(UndescribedModel):
    """A JSON number goes into a Decimal, by way of a float."""

    def positive(self, value: Any) -> object:
        return super().positive(f"{value:.6f}" if isinstance(value, float) and 0 < value < 1e12 else value)


@breaks("model.rejects-invalid")
class TakesZeroForPay(UndescribedModel):
    """`>=` where `>` is meant."""

    def positive(self, value: Any) -> object:
        return self.money(value)


@breaks("model.rejects-invalid")
class HasNoHighestLevel(UndescribedModel):
    """The bound that nobody has reached so far was never written."""

    def count(self, least: int, most: int, value: Any) -> object:
        return super().count(least, max(most, 99) if most == 10 else most, value)


@breaks("model.rejects-invalid")
class TakesWholePercents(UndescribedModel):
    """Who writes 3 can only mean 3 %."""

    def rate(self, value: Any) -> object:
        if isinstance(value, str) and re.fullmatch("[2-9]|[1-9][0-9]", value):
            return Decimal(f"0.{int(value):02d}00")
        return super().rate(value)


@breaks("model.rejects-invalid")
class TakesAnythingForTrue(UndescribedModel):
    """`bool(value)`: whatever is there is true."""

    def flag(self, value: Any) -> object:
        return super().flag(bool(value) if isinstance(value, str | int) else value)


@breaks("model.rejects-invalid")
class TrimsTexts(UndescribedModel):
    """White space around an identifier is taken off without a word, and two people become one."""

    def text(self, value: Any) -> object:
        return super().text(value.strip() if isinstance(value, str) else value)


@breaks("model.accepted-is-reloadable")
class KeepsLookAlikes(UndescribedModel):
    """Keeps "yes" where a flag stands, and writes true."""

    def flag(self, value: Any) -> object:
        return LookAlike(value) if value == "yes" else super().flag(value)

    def write(self, value: Any) -> Any:
        return True if isinstance(value, LookAlike) else super().write(value)


class LookAlike(str):
    """A text in place of a flag."""


@breaks(
    "model.accepted-is-reloadable",
    "model.rejects-invalid",
    because="a seventh place is too many, and without it nothing is left",
)
class DropsSeventhPlaces(UndescribedModel):
    """0.0000001 dollars is above zero when it is read, and zero when it is written."""

    def positive(self, value: Any) -> object:
        if isinstance(value, str) and re.fullmatch("0[.]0{6}[1-9]", value):
            return Decimal("0.000000")
        return super().positive(value)


@dataclass(frozen=True)
class NaiveEvent:
    """An event that shows its timestamp without zone."""

    values: tuple[tuple[str, object], ...]
    payload: Payload

    @property
    def created_at(self) -> datetime:
        instant = dict(self.values)["created_at"]
        assert isinstance(instant, datetime)
        return instant.replace(tzinfo=None)


@breaks("model.timestamps-aware")
class ShowsNaiveTimestamps(UndescribedModel):
    """Writes Z and holds none."""

    def event(self, values: tuple[tuple[str, object], ...], payload: Any) -> Any:
        return NaiveEvent(values, payload)


@breaks("model.timestamps-aware", "model.dump-is-canonical", because="without zone it is not written in UTC with Z")
class KeepsNaiveTimestamps(UndescribedModel):
    """A timestamp without zone stays one."""

    def timestamp(self, value: Any) -> object:
        instant = super().timestamp(value)
        assert isinstance(instant, datetime)
        return instant if value[-1] == "Z" or value[-6] in "+-" else instant.replace(tzinfo=None)


@breaks(
    "model.timestamps-aware",
    "model.round-trip-json",
    "model.dump-is-canonical",
    because="created_at becomes another instant, which every look at the fields sees",
)
class DropsOffsets(UndescribedModel):
    """10:00+05:30 is held as 10:00Z."""

    def timestamp(self, value: Any) -> object:
        instant = super().timestamp(value)
        assert isinstance(instant, datetime)
        return datetime.fromisoformat(value).replace(tzinfo=UTC)


@breaks("model.round-trip-python", "model.accepted-is-reloadable", because=NOT_THE_SAME_AGAIN)
class RemembersSpellings(UndescribedModel):
    """Two spellings of one amount are unequal: the text is kept beside the number."""

    def number(self, text: str, places: int) -> object:
        return Remembered(text, super().number(text, places))

    def write(self, value: Any) -> Any:
        return super().write(value.number if isinstance(value, Remembered) else value)


@dataclass(frozen=True)
class Remembered:
    """A number and how it was written."""

    text: str
    number: object


@breaks("model.round-trip-json", "model.dump-is-canonical", because=LOST_IN_WRITING)
class LosesAnOptionalField(UndescribedModel):
    """correlation_id is read, and forgotten."""

    def field(self, given: dict[str, Any], name: str, kind: str, default: object) -> object:
        value = super().field(given, name, kind, default)
        return None if name == "correlation_id" else value


@breaks(
    "model.round-trip-python",
    "model.round-trip-json",
    "model.accepted-is-reloadable",
    "model.dump-is-canonical",
    because="the value has it, the document not: it is not the same again",
)
class DoesNotWriteAnOptionalField(UndescribedModel):
    """opt_out_window_expires is held, and never written."""

    def written(self, values: Any) -> dict[str, Any]:
        return {name: value for name, value in super().written(values).items() if name != "opt_out_window_expires"}


@breaks(
    "model.routes-by-event-type",
    "model.round-trip-json",
    "model.dump-is-canonical",
    "model.round-trip-python",
    "model.accepted-is-reloadable",
    because="a payload without a field that its type must have is refused when it is read again",
)
class LosesARequiredField(UndescribedModel):
    """No department is ever written."""

    def written(self, values: Any) -> dict[str, Any]:
        return {name: value for name, value in super().written(values).items() if name != "department"}


@breaks(
    "model.timestamps-aware",
    "model.round-trip-json",
    "model.dump-is-canonical",
    "model.round-trip-python",
    "model.accepted-is-reloadable",
    because="what is written for created_at is no timestamp, and refused when it is read again",
)
class WritesTimestampsForReaders(UndescribedModel):
    """A timestamp is written as people say it."""

    def write(self, value: Any) -> Any:
        return value.strftime("%d %B %Y") if isinstance(value, datetime) else super().write(value)


@dataclass(frozen=True)
class Ordered:
    """An event that remembers which key came first, though that makes no difference to it."""

    values: tuple[tuple[str, object], ...]
    payload: Payload
    first: str = field(compare=False)


@breaks(
    "model.dump-is-canonical", "model.order-of-keys-irrelevant",
    because="what is written goes by the order of the keys that were read",
)  # fmt: skip
class WritesInTurns(UndescribedModel):
    """Writes the payload last if it came first, and first if it did not: an event never has one text."""

    def validate(self, document: Any) -> Any:
        event = super().validate(document)
        return Ordered(event.values, event.payload, next(iter(document)))

    def dump(self, value: Any) -> dict[str, Any]:
        dumped = super().dump(value)
        return dumped if value.first == "payload" else {"payload": dumped.pop("payload"), **dumped}


class Unpicklable(Payload):
    """Carries what no other process has."""

    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle a connection")


@breaks("model.round-trip-pickle")
class CannotBePickled(UndescribedModel):
    """Its payloads can't leave the process."""

    def payload(self, event_type: str, values: tuple[tuple[str, object], ...]) -> Any:
        return Unpicklable(event_type, values)


@breaks("model.dump-is-canonical")
class WritesFewerPlaces(UndescribedModel):
    """375 dollars is "375"."""

    def write(self, value: Any) -> Any:
        written = super().write(value)
        return written.rstrip("0").rstrip(".") if isinstance(value, Decimal) else written


@breaks(
    "model.decimal-exact",
    "model.round-trip-json",
    "model.dump-is-canonical",
    because="an amount that changes is a field that changes",
)
class CutsRates(UndescribedModel):
    """Rates are kept as whole percent, without a word."""

    def rate(self, value: Any) -> object:
        return Decimal(f"{str(super().rate(value))[:4]}00")


@breaks(
    "model.decimal-exact",
    "model.round-trip-json",
    "model.dump-is-canonical",
    "model.round-trip-python",
    "model.accepted-is-reloadable",
    because="999999999999.999999 is a binary 1000000000000, which is too much when it is read again",
)
class FloatMoney(UndescribedModel):
    """Money is a binary float."""

    def money(self, value: Any) -> object:
        return float(str(super().money(value)))

    def positive(self, value: Any) -> object:
        return float(str(super().positive(value)))

    def write(self, value: Any) -> Any:
        return f"{value:.6f}" if isinstance(value, float) else super().write(value)


@breaks("model.decimal-context-independent")
class DependsOnTheDecimalContext(UndescribedModel):
    """A plus sign is arithmetic, and arithmetic has a context."""

    def number(self, text: str, places: int) -> object:
        number = super().number(text, places)
        assert isinstance(number, Decimal)
        return +number


class Raise(Payload):
    """A promotion or a merit: either is more pay."""


@breaks("model.routes-by-event-type")
class MergesTypes(UndescribedModel):
    """Promotion and merit are read as one class, the others not."""

    def payload(self, event_type: str, values: tuple[tuple[str, object], ...]) -> Any:
        return (Raise if event_type in {"promotion", "merit"} else Payload)(event_type, values)


@breaks(
    "model.routes-by-event-type",
    "model.round-trip-json",
    "model.dump-is-canonical",
    "model.round-trip-python",
    "model.accepted-is-reloadable",
    because="the document of a merit has another event type, whose fields are missing: it is refused when read again",
)
class MisnamesATypeInWriting(UndescribedModel):
    """A merit is written as a promotion."""

    def dumped_payload(self, payload: Any) -> dict[str, Any]:
        dumped = super().dumped_payload(payload)
        return {**dumped, "event_type": "promotion"} if payload.event_type == "merit" else dumped


@breaks("model.order-of-keys-irrelevant")
class KeepsTheOrderOfKeys(UndescribedModel):
    """Equal documents are unequal values if their keys stand in another order."""

    def record(self, given: dict[str, Any], fields: dict[str, tuple[str, object]]) -> tuple[tuple[str, object], ...]:
        values = dict(super().record(given, fields))
        return tuple((name, values[name]) for name in dict.fromkeys([*given, *fields]))


@breaks(
    "model.order-of-keys-irrelevant",
    "model.accepts-valid",
    "model.accepts-boundary",
    because="an event type that comes later is in valid documents too",
)
class WantsEventTypeFirst(UndescribedModel):
    """Reads the payload as a stream."""

    def validate(self, document: Any) -> Any:
        event = super().validate(document)
        if next(iter(document["payload"])) != "event_type":
            raise Refused("event_type must come first")
        return event


class Unhashable(Payload):
    """Equal by value, without a hash."""

    __hash__ = None  # type: ignore[assignment]  # what Python does to a class that only defines __eq__


@breaks("model.frozen-and-hashable")
class CannotBeHashed(UndescribedModel):
    """Its payloads are no members of a set."""

    def payload(self, event_type: str, values: tuple[tuple[str, object], ...]) -> Any:
        return Unhashable(event_type, values)


@dataclass(unsafe_hash=True)
class Changeable:
    """A payload that anyone may change."""

    event_type: str
    values: tuple[tuple[str, object], ...]


class Unsteady(Payload):
    """Hashes by identity, equal by value."""

    def __hash__(self) -> int:
        return id(self)


@breaks("model.frozen-and-hashable")
class HashesByIdentity(UndescribedModel):
    """Equal payloads are two members of a set."""

    def payload(self, event_type: str, values: tuple[tuple[str, object], ...]) -> Any:
        return Unsteady(event_type, values)


@breaks(
    "model.frozen-and-hashable",
    "model.round-trip-python",
    "model.round-trip-pickle",
    "model.accepted-is-reloadable",
    "model.order-of-keys-irrelevant",
    because=NEVER_EQUAL,
)
class EqualByIdentity(UndescribedModel):
    """A payload is equal to itself only."""

    def payload(self, event_type: str, values: tuple[tuple[str, object], ...]) -> Any:
        return Unequal(event_type, values)


@dataclass(frozen=True, eq=False)
class Unequal:
    """A payload that is compared by identity."""

    event_type: str
    values: tuple[tuple[str, object], ...]


@breaks("model.frozen-and-hashable")
class CanBeChanged(UndescribedModel):
    """Its payloads change after they were checked."""

    def payload(self, event_type: str, values: tuple[tuple[str, object], ...]) -> Any:
        return Changeable(event_type, values)


@breaks(
    "model.frozen-and-hashable", "model.rejects-invalid", because="to be changed, and to take more, are two settings"
)
class LoosePydanticEvent(PlainEvent):
    """The plain Pydantic model with the settings that a Pydantic model has unless told otherwise."""

    model_config = ConfigDict(frozen=False, extra="ignore")


@breaks("schema.is-valid-json-schema")
class DescribesItselfWrongly(EventModel):
    """A title that is no text, which validators overlook."""

    def json_schema(self) -> dict[str, Any]:
        return {**super().json_schema(), "title": 11}


@breaks(
    "schema.is-valid-json-schema",
    "schema.agrees-on-valid",
    "schema.agrees-on-invalid",
    because="without a schema none can be asked",
)
class CannotDescribeItself(EventModel):
    """json_schema raises."""

    def json_schema(self) -> dict[str, Any]:
        raise NotImplementedError("no JSON Schema for Decimal")


@breaks("schema.agrees-on-valid")
class SchemaTooStrict(EventModel):
    """Its schema wants a zone in created_at, the model doesn't."""

    def schema_of(self, kind: str) -> dict[str, Any]:
        schema = super().schema_of(kind)
        return {**schema, "allOf": [{"pattern": "Z$|[+-][0-9:]{5}$"}]} if kind == "timestamp" else schema


@breaks("schema.agrees-on-invalid")
class SchemaTooLax(EventModel):
    """Its schema takes any text for money."""

    def schema_of(self, kind: str) -> dict[str, Any]:
        return {"type": "string"} if kind in {"money", "positive"} else super().schema_of(kind)


@breaks("schema.agrees-on-valid")
class SchemaWantsAllPlaces(EventModel):
    """The pattern is made from what is written, not from what may be read."""

    def schema_of(self, kind: str) -> dict[str, Any]:
        schema = super().schema_of(kind)
        return {**schema, "allOf": [{"pattern": "[.][0-9]{6}$"}]} if kind in {"money", "positive"} else schema


@breaks("schema.agrees-on-invalid")
class SchemaTakesNumbers(EventModel):
    """Money is a number, says whoever writes a schema by hand."""

    def schema_of(self, kind: str) -> dict[str, Any]:
        schema = super().schema_of(kind)
        return {"anyOf": [schema, {"type": "number", "minimum": 0}]} if kind in {"money", "positive"} else schema


@breaks("schema.agrees-on-invalid")
class SchemaLetsFieldsIn(EventModel):
    """additionalProperties is true unless one says otherwise."""

    def object_of(self, fields: dict[str, tuple[str, object]]) -> dict[str, Any]:
        return {name: part for name, part in super().object_of(fields).items() if name != "additionalProperties"}


@breaks("schema.agrees-on-valid")
class SchemaWantsNullableFields(EventModel):
    """What may be null must be there all the same: nullable isn't optional."""

    def object_of(self, fields: dict[str, tuple[str, object]]) -> dict[str, Any]:
        schema = super().object_of(fields)
        nullable = [name for name, (_, default) in fields.items() if default is None]
        return {**schema, "required": [*schema["required"], *nullable]}


# Any JSON in the place of one field may be null.
@breaks("schema.agrees-on-valid", perhaps="schema.agrees-on-invalid")
class SchemaRefusesNull(EventModel):
    """What may be left out may not be null: optional isn't nullable."""

    def properties(self, fields: dict[str, tuple[str, object]]) -> dict[str, Any]:
        return {name: self.schema_of(kind) for name, (kind, _) in fields.items()}


@breaks("schema.agrees-on-valid")
class SchemaExcludesABound(EventModel):
    """`exclusiveMaximum` where `maximum` is meant."""

    def schema_of(self, kind: str) -> dict[str, Any]:
        schema = super().schema_of(kind)
        if "maximum" in schema:
            schema["exclusiveMaximum"] = schema.pop("maximum")
        return schema


@breaks("schema.agrees-on-invalid")
class SchemaHasNoBound(EventModel):
    """A validator in the model that the schema can't know of."""

    def schema_of(self, kind: str) -> dict[str, Any]:
        return {name: part for name, part in super().schema_of(kind).items() if name != "maximum"}


@breaks("schema.agrees-on-valid")
class SchemaLacksAWord(EventModel):
    """An enumeration that is older than the last source of money."""

    def schema_of(self, kind: str) -> dict[str, Any]:
        schema = super().schema_of(kind)
        return (
            {"enum": [word for word in schema["enum"] if word != "forfeiture_allocation"]}
            if "enum" in schema
            else schema
        )


@breaks("schema.agrees-on-invalid")
class SchemaNamesAFormat(EventModel):
    """`format: date` is an annotation, which no validator has to look at."""

    def schema_of(self, kind: str) -> dict[str, Any]:
        return {"type": "string", "format": "date"} if kind == "date" else super().schema_of(kind)


@breaks("schema.agrees-on-invalid")
class SchemaSearches(EventModel):
    """A pattern without anchors: JSON Schema searches where a reader matches."""

    def schema_of(self, kind: str) -> dict[str, Any]:
        return {"type": "string", "pattern": "[01][.]?[0-9]{0,4}"} if kind == "rate" else super().schema_of(kind)


def golden_target() -> ModelTarget:
    """dcprops' own model with a schema that has come to want a field that may be left out."""
    ours = model_target()

    def json_schema() -> dict[str, Any]:
        schema = dict(ours.json_schema())
        return {**schema, "required": [*schema["required"], "correlation_id"]}

    return replace(ours, _json_schema=json_schema)


BROKEN["ChangesAPromisedSchema"] = Broken(
    golden_target(),
    {"schema.agrees-on-valid", "schema.stable-against-golden"},
    "the model still does as promised, so the schema disagrees with both",
)
