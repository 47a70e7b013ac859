"""The events of a file, some people at a time: the same whichever way the file is read, and nobody apart."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dcprops.disagreements import batches as module
from dcprops.disagreements import shrink
from dcprops.disagreements.batches import Batches, batches_of
from dcprops.event_files import EventFileError
from dcprops.events import EventFactory
from dcprops.properties.cases import contribution, event
from dcprops.schemas.arrow import arrow_schema, to_table

Written = Callable[[Iterable[dict[str, Any]]], Path]


def paid(number: int, name: str, **envelope: str) -> dict[str, Any]:
    return event(
        number, "2025-01-15", contribution("employer_match", f"{number}.5", "2025-01-15"), employee_id=name, **envelope
    )


def people() -> list[dict[str, Any]]:
    """Forty people, their events in turns; E3 and E7 have an event_id in common, and E7 and E9 another one."""
    listed = [paid(number, f"E{number % 40}") for number in range(400)]
    later = {"created_at": "2025-06-01T00:00:00Z"}  # so that which of two counts is no question of their texts
    return [*listed, paid(3, "E7", **later), paid(47, "E9", **later), paid(3, "E3", scenario_id="Other", **later)]


@pytest.fixture(params=["rows", "bulk"])
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Files are read row by row, or set at a time; and batches are small."""
    if request.param == "bulk":
        pytest.importorskip("duckdb", reason="reading set at a time needs duckdb, an extra")
        monkeypatch.setattr(import_module("dcprops.store.bulk.files"), "_EVENTS_AT_ONCE", 30)
    monkeypatch.setattr(import_module("dcprops.audit"), "_LARGE", 0 if request.param == "bulk" else 1 << 40)
    monkeypatch.setattr(module, "_EVENTS", 50)
    return str(request.param)


def contents(file: Batches) -> list[list[str]]:
    return [sorted(entry.text for entry in batch) for batch in file.batches]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_every_valid_event_once_with_its_document_as_it_is_written(
    packed: bool, reading: str, written: Written
) -> None:
    odd = {**paid(900, "E1"), "created_at": "2025-01-01T02:00:00+02:00"}
    documents = [*people(), odd]
    path = written([*documents, {**odd, "event_id": "none"}])
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    with batches_of(path) as file:
        assert (file.events, str(file.last_day)) == (404, "2025-01-15")
        found = [entry for batch in file.batches for entry in batch]
        assert sorted(entry.text for entry in found) == sorted(json.dumps(each, sort_keys=True) for each in documents)
        assert all(entry.event == EventFactory.create_event(entry.document) for entry in found)
        assert contents(file) == contents(file)


def test_nobody_is_apart(reading: str, written: Written) -> None:
    with batches_of(written(people())) as file:
        batches = list(file.batches)
    assert len(batches) > 2
    place = {}
    for number, batch in enumerate(batches):
        for entry in batch:
            for key in (entry.person, entry.document["event_id"]):
                assert place.setdefault(key, number) == number


def test_lines_end_as_they_like(reading: str, tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    lines = [json.dumps(paid(number, "E1")) for number in range(3)]
    path.write_bytes(b"\n" + "\r\n".join(lines).encode() + b"\n\n  \n" + json.dumps(paid(3, "E2")).encode())
    with batches_of(path) as file:
        assert sorted(entry.document["payload"]["amount"] for batch in file.batches for entry in batch) == [
            "0.5", "1.5", "2.5", "3.5",
        ]  # fmt: skip


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    pq.write_table(to_table([EventFactory.create_event(document) for document in people()[:80]]), path)
    assert pq.read_schema(path).equals(arrow_schema())
    with batches_of(path) as file:
        assert file.events == 80
        assert {entry.document["payload"]["amount"] for batch in file.batches for entry in batch} >= {"3.500000"}


def test_a_file_without_a_valid_event(reading: str, written: Written) -> None:
    with batches_of(written([{"event_id": "none"}])) as file:
        assert (file.events, file.last_day, list(file.batches)) == (0, None, [])


def test_what_is_no_event_file_is_said(reading: str, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"no JSON\n" * 3)
    with pytest.raises(EventFileError, match="is not an event file"), batches_of(path):
        pass


def test_both_ways_of_reading_lead_to_the_same_ledger(monkeypatch: pytest.MonkeyPatch, written: Written) -> None:
    pytest.importorskip("duckdb", reason="reading set at a time needs duckdb, an extra")
    path = written(people())
    found = []
    for large in (0, 1 << 40):
        monkeypatch.setattr(import_module("dcprops.audit"), "_LARGE", large)
        found.append(shrink(path, calculator="dcprops.defects.calculators.wrong:AnswersInFloats.balances").documents)
    assert found[0] == found[1]
