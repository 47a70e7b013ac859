"""A large file is judged set at a time and some people at a time, and nothing of the report tells."""

from __future__ import annotations

import gzip
import json
import sys
import tracemalloc
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

import dcprops
from dcprops.audit import Audit, audit
from dcprops.event_files import EventFileError
from dcprops.events import SimulationEvent
from dcprops.store.bulk import files, judged_file
from dcprops.strategies import documents, events, incoherent_ledgers, invalid_documents, ledgers

rooms = sys.modules[dcprops.audit.__module__]


def both(path: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[Audit, Audit]:
    """What is found row by row, and in bulk."""
    by_row = audit(path, **options)
    with monkeypatch.context() as patch:
        patch.setattr(rooms, "_LARGE", 0)
        patch.setattr(rooms, "_read", None)
        patch.setattr(files, "_EVENTS_AT_ONCE", 7)
        return by_row, audit(path, **options)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bulk") / "events.ndjson"


def put(path: Path, lines: Sequence[object]) -> None:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines) or "{}", encoding="utf-8")


def of_few_people(event: SimulationEvent, number: int) -> dict[str, Any]:
    """The event, of one of four people and with one of few ids, so that much is shared."""
    person = {"employee_id": f"E{number % 4}", "scenario_id": f"S{number % 2}", "plan_design_id": "D"}
    return {**event.model_dump(mode="json"), **person, "event_id": str(uuid5(UUID(int=0), str(number * 7 % 11)))}


@pytest.fixture(scope="module")
def monkey() -> pytest.MonkeyPatch:
    return pytest.MonkeyPatch()


@settings(max_examples=20)  # each starts a database twice, so each has much in it
@given(drawn=st.lists(st.tuples(events(), st.integers(0, 100)), max_size=60), day=st.none() | st.dates())
def test_a_soup_of_shared_ids(path, monkey, drawn, day):
    put(path, [of_few_people(event, number) for event, number in drawn])
    one, other = both(path, monkey, with_balances=True, as_of=day)
    assert other == one


@settings(max_examples=20)  # each starts a database twice, so each has much in it
@given(lines=st.lists(documents() | invalid_documents().map(lambda case: case.document), max_size=30))
def test_documents_good_and_bad(path, monkey, lines):
    put(path, lines)
    one, other = both(path, monkey, with_balances=True)
    assert other == one


@settings(max_examples=20)  # each starts a database twice, so each has much in it
@given(
    some=st.lists(ledgers() | incoherent_ledgers().map(lambda pair: pair[0]), min_size=1, max_size=3), data=st.data()
)
def test_ledgers(path, monkey, some, data):
    lines = data.draw(st.permutations([document for ledger in some for document in ledger.documents]))
    put(path, lines)
    years = {line["employee_id"]: 1960 for line in lines[::2]}
    one, other = both(path, monkey, with_balances=True, birth_years=years)
    assert other == one


def test_the_events_are_those_of_the_model(sample_path):
    """Every value has the model's own type and form, so nothing that is computed from it can differ."""
    read = [SimulationEvent.model_validate_json(line) for line in sample_path.read_bytes().splitlines()]
    with judged_file(sample_path) as file:
        built = [event for party in file.parties() for event in party]
    for one, other in zip(sorted(read, key=_id), sorted(built, key=_id), strict=True):
        assert other == one
        assert repr(other) == repr(one)
        assert other.model_dump_json() == one.model_dump_json()
        assert hash(other) == hash(one)
        assert [type(value) for value in vars(other).values()] == [type(value) for value in vars(one).values()]
        assert list(vars(other.payload)) == list(vars(one.payload))
        assert other.created_at.tzinfo is one.created_at.tzinfo


def _id(event: SimulationEvent) -> UUID:
    return event.event_id


def test_conflicting_events_that_tie_stay_in_the_order_of_lines(path, monkey, sample_by_type):
    """Alike in all that decides the order, they differ in their plan alone."""
    first = sample_by_type["contribution"]
    lines = [
        {**first, "payload": {**first["payload"], "plan_id": plan}, "created_at": "2024-01-01T00:00:00Z"}
        for plan in ("P3", "P1", "P2", "P1", "P4")
    ]
    put(path, lines)
    one, other = both(path, monkey, with_balances=True)
    assert other == one
    assert [each.account[-1] for each in other.anomalies if each.code == "conflicting-event-id"] == ["P3", "P2", "P4"]


def test_people_who_share_ids_in_a_chain_are_judged_together(path, sample_by_type):
    """A and B have an id in common, B and C another one, and so on, in an order that joins the ends last."""
    hire = sample_by_type["hire"]
    people = [f"E{number:02d}" for number in range(20)]
    lines = [
        {**hire, "employee_id": person, "event_id": str(UUID(int=(number + step) * 7919 + (4 << 76) + (8 << 60)))}
        for number, person in enumerate(people)
        for step in (0, 1)
    ]
    alone = {**hire, "employee_id": "alone"}
    put(path, [*lines[::3], alone, *lines[1::3], *lines[2::3]])
    with judged_file(path) as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_EVENTS_AT_ONCE", 1)
        parties = [{event.employee_id for event in party} for party in file.parties()]
    assert sorted(parties, key=len) == [{"alone"}, set(people)]


@pytest.mark.parametrize("at_once", [1, 3, 10, 199, 200, 201])
def test_no_person_is_split_and_no_event_lost_whatever_is_read_at_once(at_once, sample_path, monkeypatch):
    monkeypatch.setattr(files, "_EVENTS_AT_ONCE", at_once)
    met: set[tuple[str, str, str]] = set()
    count = 0
    with judged_file(sample_path) as file:
        for party in file.parties():
            people = {(event.scenario_id, event.plan_design_id, event.employee_id) for event in party}
            assert met.isdisjoint(people)
            met |= people
            count += len(party)
    assert count == file.valid == 200


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_large_file_does_not_go_row_by_row(path, monkeypatch, sample, compress):
    path.write_bytes(compress(b"\n".join(sample)))
    expected = audit(path)
    monkeypatch.setattr(rooms, "_read", None)
    with pytest.raises(TypeError):
        audit(path)
    monkeypatch.setattr(rooms, "_LARGE", 8 * path.stat().st_size if compress is gzip.compress else path.stat().st_size)
    assert audit(path) == expected


def test_without_duckdb_a_large_file_goes_row_by_row(path, monkeypatch, sample):
    path.write_bytes(b"\n".join(sample))
    expected = audit(path)
    monkeypatch.setattr(rooms, "_LARGE", 0)
    monkeypatch.setattr(rooms, "find_spec", lambda name: None)
    monkeypatch.setattr(files, "stage_file", None)
    assert audit(path) == expected


def test_progress_is_told(path, monkeypatch, sample):
    path.write_bytes(b"\n".join(sample * 30))
    calls: list[tuple[float, int]] = []
    monkeypatch.setattr(rooms, "_LARGE", 0)
    audit(path, on_progress=lambda share, rows: calls.append((share, rows)))
    assert calls
    assert all(0 <= share <= 1 and rows > 0 for share, rows in calls)


def test_too_little_room_is_one_line(path, monkeypatch, sample):
    path.write_bytes(b"\n".join(sample * 50))
    monkeypatch.setattr(files, "_MEMORY_LIMIT", "8MB")
    with (
        pytest.raises(EventFileError, match=r"cannot be judged: .*; make room in ") as caught,
        judged_file(path) as file,
    ):
        list(file.parties())
    assert "\n" not in str(caught.value)


def test_nothing_is_left_behind(path, tmp_path, monkeypatch, sample):
    path.write_bytes(b"\n".join(sample))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with judged_file(path) as file:
        assert list(tmp_path.iterdir())
        next(file.parties())
    assert list(tmp_path.iterdir()) == []


def test_the_events_of_a_large_file_are_not_all_in_memory(path, monkeypatch, sample_by_type):
    one = sample_by_type["contribution"]
    lines = (
        json.dumps({**one, "employee_id": f"E{number}", "event_id": str(UUID(int=number + (4 << 76) + (8 << 62)))})
        for number in range(4_000)
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(files, "_EVENTS_AT_ONCE", 200)
    with judged_file(path) as file:
        list(file.parties())  # what is imported for it isn't to be weighed
    peaks = []
    for large in (1 << 60, 0):
        monkeypatch.setattr(rooms, "_LARGE", large)
        tracemalloc.start()
        assert audit(path).valid == 4_000
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] / 2


def test_a_day_is_the_last_of_the_valid_events(path, monkeypatch, sample_by_type):
    monkeypatch.setattr(rooms, "_LARGE", 0)
    put(path, [sample_by_type["merit"], {**sample_by_type["merit"], "effective_date": "9999-12-32"}])
    assert audit(path).as_of == date.fromisoformat(sample_by_type["merit"]["effective_date"])
    put(path, [{}])
    assert audit(path, with_balances=True) == Audit(str(path), 1, 0, audit(path).invalid, (), (), None)
