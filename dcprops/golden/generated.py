"""Contributions by formula: thousands of small amounts that a scenario says in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from dcprops.events import SimulationEvent
from dcprops.golden.documents import valid_document

__all__ = ["Series", "events_of_series"]


def _in_millionths(text: object) -> int:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,6}\.[0-9]{6}", text):
        raise ValueError(f"expected an amount as text with six places, such as 0.000001, got {text!r}")
    return int(text.replace(".", ""))


#: An amount, written as text with six places and read as a whole number of millionths.
Millionths: TypeAlias = Annotated[int, BeforeValidator(_in_millionths)]


class ArithmeticSeries(BaseModel):
    """Amounts of which each is the one before and a step."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    first: Annotated[Millionths, Field(ge=1)]
    step: Millionths


def _contribution(event: dict[str, Any]) -> dict[str, Any]:
    payload = event.get("payload")
    if "event_id" in event or not isinstance(payload, dict) or payload.get("event_type") != "contribution":
        raise ValueError("expected the document of a contribution without event_id")
    if "amount" in payload or "ytd_amount" in payload:
        raise ValueError("expected a payload without amount and ytd_amount, which the formula gives")
    valid_document(_copy(event, 0, 1, 1))
    return event


def _copy(event: dict[str, Any], identity: int, amount: int, total: int) -> dict[str, Any]:
    payload = {**event["payload"], "amount": _dollars(amount), "ytd_amount": _dollars(total)}
    return {**event, "event_id": str(UUID(int=identity)), "payload": payload}


def _dollars(millionths: int) -> str:
    return f"{Decimal(millionths).scaleb(-6):f}"


class Series(BaseModel):
    """One contribution many times, with amounts by formula: `times` in the usual run, `in_full` in the full one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    times: Annotated[int, Field(ge=1, le=1_000_000)]
    in_full: Annotated[int, Field(ge=1, le=1_000_000)]
    amount: ArithmeticSeries
    event: Annotated[dict[str, Any], AfterValidator(_contribution)]


def events_of_series(series: Series, number: int, *, full: bool) -> Iterator[SimulationEvent]:
    """The contributions of a scenario's series `number`, from 1, each with an id of its own and the total so far.

    Raises pydantic's ValidationError where a total has more digits than an amount may have.
    """
    total = 0
    for n in range(series.in_full if full else series.times):
        amount = series.amount.first + n * series.amount.step
        total += amount
        document = _copy(series.event, (number << 64) + n, amount, total)
        yield SimulationEvent.model_validate_json(json.dumps(document))  # text is read faster than values
