"""Event models with event types and fields of their own: a correct one, and for each law one that breaks it."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid4

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    create_model,
    field_serializer,
    field_validator,
    model_validator,
)

from dcprops.events import (
    AnyPayload,
    ContributionPayload,
    HirePayload,
    SimulationEvent,
)
from dcprops.events.payloads import (
    ComplianceEventPayload,
    EligibilityPayload,
    EnrollmentPayload,
    ForfeiturePayload,
    HCEStatusPayload,
    MeritPayload,
    PromotionPayload,
    TerminationPayload,
    VestingPayload,
)

Cents = Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2)]


class Own(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Distribution(Own):
    event_type: Literal["distribution"]
    gross: Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=2)]
    reason: Literal["hardship", "termination", "rmd"]


class Loan(Own):
    event_type: Literal["loan"]
    principal: Annotated[Decimal, Field(ge=1000, le=50000, decimal_places=2)]
    months: Annotated[int, Field(ge=12, le=60)]
    purpose: Annotated[str, Field(min_length=1, max_length=30)] | None = None


class Rollover(Own):
    event_type: Literal["rollover_in", "rollover_out"]
    amount: Cents
    parts: Annotated[tuple[Cents, ...], Field(max_length=3)] = ()


class Hire(HirePayload):
    """A known payload with a field that is wanted, and one that isn't."""

    cost_centre: Annotated[str, Field(pattern="^[A-Z]{2}[0-9]{3}$")]
    badge: Annotated[int, Field(ge=1)] | None = None


Others = (
    PromotionPayload | TerminationPayload | MeritPayload | EligibilityPayload | EnrollmentPayload | ContributionPayload
    | VestingPayload | ForfeiturePayload | HCEStatusPayload | ComplianceEventPayload
)  # fmt: skip


class Event(SimulationEvent):
    """Correct: three payloads and some fields of its own."""

    payload: Annotated[Hire | Others | Distribution | Loan | Rollover, Field(discriminator="event_type")]  # type: ignore[assignment]  # more than ours
    region: Literal["east", "west"]
    batch: UUID = Field(default_factory=uuid4)
    remark: Annotated[str, Field(max_length=10)] | None = None


class OnlyFields(SimulationEvent):
    """Correct: our payloads, with a field in the envelope."""

    region: Literal["east", "west"]


class FlatEvent(BaseModel):
    """Another envelope altogether."""

    kind: Literal["loan"]
    principal: Cents


class Unfinished(BaseModel):
    """A name in it is defined nowhere."""

    payload: Nowhere  # type: ignore[name-defined]  # noqa: F821  # that is the point


class Unreadable(SimulationEvent):
    """A field of its own of which no values can be derived, and which is not wanted."""

    handler: type[int] | None = None


def of(payload: Any) -> type[SimulationEvent]:
    """An event with our payloads and one other."""
    more = Annotated[AnyPayload | payload, Field(discriminator="event_type")]
    return create_model("OtherEvent", __base__=SimulationEvent, __module__=__name__, payload=(more, ...))


class Refund(Own):
    event_type: Literal["refund"]
    amount: Cents
    reason: Annotated[str, Field(min_length=1, max_length=12)]


class RefusesFromJson(of(Refund)):  # type: ignore[misc]  # made above
    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        payload = json.loads(json_data)["payload"]
        if isinstance(payload, dict) and str(payload.get("amount")).endswith("0"):
            raise ValueError("a zero at the end")
        return super().model_validate_json(json_data, **options)


class RefusesTheLongest(of(Refund)):  # type: ignore[misc]  # made above
    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        payload = json.loads(json_data)["payload"]
        if isinstance(payload, dict) and len(str(payload.get("reason", ""))) == 12:
            raise ValueError("12 is too long")
        return super().model_validate_json(json_data, **options)


class Rounds(of(Refund)):  # type: ignore[misc]  # made above
    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        document = json.loads(json_data)
        try:
            document["payload"]["amount"] = str(round(Decimal(document["payload"]["amount"]), 2))
        except Exception:  # noqa: BLE001  # the other model says what is wrong
            return super().model_validate_json(json_data, **options)
        return super().model_validate_json(json.dumps(document), **options)


class CountingRefund(Refund):
    @field_validator("amount", mode="before")
    @classmethod
    def at_least_nothing(cls, value: Any) -> Any:
        return value if isinstance(value, str) else value + 0


class RenamedRefund(Refund):
    reason: Annotated[str, Field(min_length=1, max_length=12, serialization_alias="why")]


class ForgetfulRefund(Refund):
    @field_serializer("reason")
    def shortened(self, reason: str) -> str:
        return reason[:3]


class LockedRefund(Refund):
    _lock: Any = PrivateAttr(default_factory=threading.Lock)


class FloatRefund(Refund):
    amount: Annotated[Cents, PlainSerializer(float)]


class MistakenRefund(Refund):
    @field_serializer("event_type")
    def called(self, event_type: str) -> str:
        return "hire"


class OrderedRefund(Refund):
    _first: str = PrivateAttr("")

    @model_validator(mode="wrap")
    @classmethod
    def in_order(cls, data: Any, handler: Any) -> Any:
        made = handler(data)
        if isinstance(data, dict) and list(data) and hasattr(made, "_first"):
            made._first = next(iter(data))
        return made


class UndescribedRefund(Refund):
    reason: Annotated[
        str, Field(min_length=1, max_length=12, json_schema_extra=lambda schema: schema.update(type="null"))
    ]


class Refunding(of(Refund)):  # type: ignore[misc]  # made above
    pass


class Counting(of(CountingRefund)):  # type: ignore[misc]  # made above
    pass


class Renamed(of(RenamedRefund)):  # type: ignore[misc]  # made above
    pass


class Forgetful(of(ForgetfulRefund)):  # type: ignore[misc]  # made above
    pass


class Locked(of(LockedRefund)):  # type: ignore[misc]  # made above
    pass


class Floating(of(FloatRefund)):  # type: ignore[misc]  # made above
    pass


class Mistaken(of(MistakenRefund)):  # type: ignore[misc]  # made above
    pass


class Ordered(of(OrderedRefund)):  # type: ignore[misc]  # made above
    pass


class Undescribed(of(UndescribedRefund)):  # type: ignore[misc]  # made above
    pass


class PickyRefund(Refund):
    @field_validator("amount")
    @classmethod
    def only_one(cls, value: Decimal) -> Decimal:
        if value != 777:
            raise ValueError("only 777 will do")
        return value


class Picky(of(PickyRefund)):  # type: ignore[misc]  # made above
    """A validator of a kind that can't be read."""


class LosingRefund(Refund):
    lines: Annotated[list[Cents], Field(min_length=1, max_length=3)]

    @field_serializer("lines")
    def all_but_one(self, lines: list[Decimal]) -> list[Decimal]:
        return lines[:-1]


class RaisingRefund(Refund):
    lines: Annotated[list[Cents], Field(min_length=2, max_length=2)]

    @field_serializer("lines")
    def one_more(self, lines: list[Decimal]) -> list[Decimal]:
        return [each + 1 for each in lines]


class UnwritableRefund(Refund):
    @field_serializer("reason")
    def not_today(self, reason: str) -> str:
        raise RuntimeError("not today")


class FadingRefund(Refund):
    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return state | {"__dict__": state["__dict__"] | {"amount": Decimal(0)}}


class Losing(of(LosingRefund)):  # type: ignore[misc]  # made above
    pass


class Raising(of(RaisingRefund)):  # type: ignore[misc]  # made above
    pass


class Unwritable(of(UnwritableRefund)):  # type: ignore[misc]  # made above
    pass


class Fading(of(FadingRefund)):  # type: ignore[misc]  # made above
    pass


#: Models that break a law in another way than the one below, with what is said.
BROKEN_TOO: dict[str, tuple[str, Any, str]] = {
    "a line that is lost": ("own.round-trip-json", Losing, "a field is lost or changed"),
    "a line that is changed": ("own.decimal-exact", Raising, "an amount changes"),
    "what can't be written": ("own.round-trip-json", Unwritable, "what is accepted cannot be dumped"),
    "what fades": ("own.round-trip-pickle", Fading, "a value changes when pickled"),
}
#: For each law, a model that breaks it.
BROKEN: dict[str, Any] = {
    "own.accepts-valid": RefusesFromJson,
    "own.accepts-boundary": RefusesTheLongest,
    "own.rejects-invalid": Rounds,
    "own.rejects-cleanly": Counting,
    "own.round-trip-python": Renamed,
    "own.round-trip-json": Forgetful,
    "own.round-trip-pickle": Locked,
    "own.decimal-exact": Floating,
    "own.routes-by-event-type": Mistaken,
    "own.order-of-keys-irrelevant": Ordered,
    "own.schema-agrees": Undescribed,
}
