"""Events to append, and what must come back of them."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID, uuid5

import pyarrow as pa

from dcprops.events import SimulationEvent
from dcprops.schemas.arrow import to_table

SAMPLE = Path(__file__).parents[2] / "dcprops" / "benchmarks" / "planwise_sample.ndjson"
#: 200 events of all eleven types, as canonical documents.
EVENTS = [SimulationEvent.model_validate_json(line) for line in SAMPLE.read_text("utf-8").splitlines()]
DOCUMENTS = [event.model_dump(mode="json") for event in EVENTS]
TABLE = to_table(EVENTS)
CONTRIBUTION = next(each for each in DOCUMENTS if each["payload"]["event_type"] == "contribution")
HIRE = next(each for each in DOCUMENTS if each["payload"]["event_type"] == "hire")
VESTING = next(each for each in DOCUMENTS if each["payload"]["event_type"] == "vesting")


def by_id(documents):
    """The documents as texts, sorted: equal if both have the same, to the letter and however often."""
    return sorted(json.dumps(document) for document in documents)


def changed(document, **fields):
    """The document with other fields, those of the payload among them."""
    payload = {name: value for name, value in fields.items() if name in document["payload"]}
    envelope = {name: value for name, value in fields.items() if name not in payload}
    return {**document, **envelope, "payload": {**document["payload"], **payload}}


def numbered(document, number):
    """The document as an event of its own, with an id that comes from the number."""
    return {**document, "event_id": str(uuid5(UUID(int=0), str(number)))}


def table_of(*documents):
    return to_table([SimulationEvent.model_validate(document) for document in documents])


def with_column(table, name, values, type_=None):
    return table.set_column(table.schema.get_field_index(name), name, pa.array(values, type_))


def many(count):
    """A table of `count` contributions with ids of their own, made quickly."""
    one = table_of(CONTRIBUTION)
    columns = {name: one[name].combine_chunks() for name in one.column_names}
    ids = pa.array([f"00000000-0000-4000-8000-{number:012x}" for number in range(count)])
    people = pa.array([f"EMP_{number % 997:06d}" for number in range(count)])
    arrays = [
        ids if name == "event_id" else people if name == "employee_id" else pa.repeat(column[0], count)
        for name, column in columns.items()
    ]
    return pa.Table.from_arrays(arrays, schema=one.schema)
