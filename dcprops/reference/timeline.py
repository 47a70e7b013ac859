"""A ledger as lines that a reader takes in: the day, whose account, what happened, and what else there is to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from dcprops.events.kinds import FixedPoint
from dcprops.events.schema import PAYLOADS, Field

__all__ = ["timeline"]

_KEYS: Final = ("scenario_id", "plan_design_id", "employee_id")
_TOLD_ELSEWHERE: Final = frozenset({"event_type", "plan_id"})
_END_OF_ID: Final = 12


def _default_of(field: Field) -> object:
    return field.kind.text_of(field.default) if isinstance(field.kind, FixedPoint) else field.default  # type: ignore[arg-type]  # a fixed-point field's default is a Decimal


#: What goes without saying: the defaults of fields that may be left out, as documents have them.
_DEFAULTS: Final = MappingProxyType(
    {
        event_type: {field.name: _default_of(field) for field in fields if not field.required and not field.nullable}
        for event_type, fields in PAYLOADS.items()
    }
)


def timeline(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each document, in their order: day, scenario/plan design/person/plan, event type, and the payload.

    Left out are fields that are null, at their default, or the day itself. The time of recording is told where it
    differs within the ledger, the end of an event_id where two events share it.
    """
    listed = list(documents)
    tells_recording = len({document["created_at"] for document in listed}) > 1
    times = Counter(document["event_id"] for document in listed)
    return [" ".join(_parts(each, tells_recording, times[each["event_id"]] > 1)) for each in listed]


def _parts(document: Mapping[str, Any], tells_recording: bool, tells_id: bool) -> Iterator[str]:
    payload, day = document["payload"], document["effective_date"]
    yield day
    keys = (*(document[key] for key in _KEYS), payload.get("plan_id"))
    yield "/".join(ascii(key)[1:-1] for key in keys if key is not None)
    yield payload["event_type"]
    defaults = _DEFAULTS[payload["event_type"]]
    for name, value in payload.items():
        if name not in _TOLD_ELSEWHERE and value not in (None, day, defaults.get(name)):
            yield f"{name}={_told(value)}"
    if tells_recording:
        yield f"recorded={document['created_at']}"
    if tells_id:
        yield f"event_id=…{document['event_id'][-_END_OF_ID:]}"


def _told(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {amount}" for name, amount in value.items()) + "}"
    return value if isinstance(value, str) and value.isascii() and " " not in value else ascii(value)
