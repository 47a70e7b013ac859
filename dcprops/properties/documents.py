"""Comparing what a model writes with the canonical document of the same event, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from dcprops.events import SimulationEvent
from dcprops.events.kinds import FixedPoint, Kind, MoneyBySource, Timestamp
from dcprops.events.schema import ENVELOPE, PAYLOADS, Field

__all__ = ["Difference", "canonical", "differences_in_meaning", "differences_in_writing"]

Document: TypeAlias = dict[str, Any]
#: A field, what was expected in it, and what it had.
Difference: TypeAlias = tuple[str, object, object]
_NOTHING = "nothing"


def canonical(document: Document) -> Document:
    """The canonical document of a valid one."""
    return SimulationEvent.model_validate_json(json.dumps(document)).model_dump(mode="json")


def differences_in_meaning(expected: Document, got: object) -> Iterator[Difference]:
    """The fields in which `got` says something else than the canonical document `expected`."""
    return _differences(expected, got, _means_the_same)


def differences_in_writing(expected: Document, got: object) -> Iterator[Difference]:
    """The fields that `got` writes otherwise than the canonical document, the precision of timestamps aside.

    The one text of an event has its defaults in it, and so its nulls.
    """
    return _differences(expected, got, _is_written_the_same)


def _differences(expected: Document, got: object, same: Callable[[Kind, object, object], bool]) -> Iterator[Difference]:
    if not isinstance(got, dict):
        yield "", "a JSON object", got
        return
    yield from _of_record(ENVELOPE, expected, got, same, "payload")
    payload = got.get("payload")
    if not isinstance(payload, dict):
        yield "payload", expected["payload"], payload
        return
    yield from _of_record(PAYLOADS[expected["payload"]["event_type"]], expected["payload"], payload, same, None)


def _of_record(
    fields: tuple[Field, ...],
    expected: Document,
    got: Document,
    same: Callable[[Kind, object, object], bool],
    other: str | None,
) -> Iterator[Difference]:
    for field in fields:
        wanted = expected[field.name]
        may_lack = field.nullable and same is _means_the_same
        written = got.get(field.name, None if may_lack else _NOTHING)
        if not (wanted is None and written is None) and not same(field.kind, wanted, written):
            yield field.name, wanted, written
    known = {field.name for field in fields} | {other}
    for name in got:
        if name not in known:
            yield name, _NOTHING, got[name]


def _means_the_same(kind: Kind, wanted: object, written: object) -> bool:
    if isinstance(kind, FixedPoint):
        return isinstance(wanted, str) and _number(written) == Decimal(wanted)
    if isinstance(kind, MoneyBySource):
        return (
            isinstance(wanted, dict)
            and isinstance(written, dict)
            and wanted.keys() == written.keys()
            and all(_number(written[source]) == Decimal(amount) for source, amount in wanted.items())
        )
    if isinstance(kind, Timestamp):
        return _instant(wanted) == _instant(written)
    return type(wanted) is type(written) and wanted == written


def _is_written_the_same(kind: Kind, wanted: object, written: object) -> bool:
    if isinstance(kind, Timestamp):
        return _instant(wanted) == _instant(written) and isinstance(written, str) and written.endswith("Z")
    return type(wanted) is type(written) and wanted == written


def _number(written: object) -> Decimal | None:
    """The number that a text says. A JSON number says none: readers make a float of it."""
    try:
        return Decimal(written) if isinstance(written, str) else None
    except InvalidOperation:
        return None


def _instant(written: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
