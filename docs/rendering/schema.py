"""The page of the event schema, from the table that all schemas are made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from dcprops.events.kinds import Kind
from dcprops.events.schema import ENVELOPE, OWN_DATE, PAYLOAD_CLASSES, PAYLOADS, Field
from dcprops.rules import SAMPLES

_INTRODUCTION = """\
# The event schema

Made from `dcprops.events` by `docs/render.py`. One event is a *document*, a JSON object: an envelope, and a `payload`
that its `event_type` tells apart. An event file is a line of JSON for each (NDJSON, plain or gzip), or Parquet with the
columns of `dcprops schema arrow`. The same schema as JSON Schema, Arrow, DuckDB DDL and dbt contract is printed by

```console
dcprops schema json
```

Nothing is ever rounded or repaired. What is accepted can be dumped and loaded again, byte for byte: one event has one
canonical text, with defaults and nulls included. Unknown fields are errors; so is a key that comes twice. The rules
that a field can break are in [rules.md](rules.md), what fields must say of each other is in
[anomalies.md](anomalies.md)."""


def schema_page() -> str:
    """The envelope, the eleven payloads, and the kinds of field."""
    return "\n".join([_INTRODUCTION, *_envelope(), *_payloads(), *_kinds(), ""])


def _envelope() -> Iterator[str]:
    yield from ("", "## The envelope", "")
    yield from _table(ENVELOPE)
    yield "| `payload` | one of the eleven below | needed |"


def _payloads() -> Iterator[str]:
    for event_type, fields in PAYLOADS.items():
        yield from ("", f"## {event_type}", "")
        about = (PAYLOAD_CLASSES[event_type].__doc__ or "").strip().partition("\n")[0]
        own = OWN_DATE.get(event_type)
        same = f" The envelope's `effective_date` is its `{own}`." if own else ""
        yield from (f"`{PAYLOAD_CLASSES[event_type].__name__}`: {about}{same}", "")
        yield from _table(fields)
        yield from ("", "```json", json.dumps(SAMPLES[event_type]["payload"], indent=2), "```")


def _table(fields: Iterable[Field]) -> Iterator[str]:
    yield from ("| field | expects | if it isn't there |", "|---|---|---|")
    for field in fields:
        expects = field.kind.expectation + (", or null" if field.nullable else "")
        yield f"| `{field.name}` | {_cell(expects)} | {_absent(field)} |"


def _absent(field: Field) -> str:
    if field.required:
        return "needed"
    if field.nullable:
        return "null"
    return {"event_id": "a new one", "created_at": "now"}.get(field.name, f"`{_as_json(field.default)}`")


def _as_json(default: object) -> str:
    return json.dumps(default if isinstance(default, bool | int | str) else str(default))


def _kinds() -> Iterator[str]:
    kinds: dict[type[Kind], set[str]] = {}
    for field in (*ENVELOPE, *(field for fields in PAYLOADS.values() for field in fields)):
        kinds.setdefault(type(field.kind), set()).add(field.kind.expectation)
    yield from ("", "## The kinds of field", "", "| kind | what it is | expects |", "|---|---|---|")
    for kind, expectations in kinds.items():
        about = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        yield f"| {kind.__name__} | {_cell(about)} | {_cell('; '.join(sorted(expectations)[:3]))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
