"""A store keeps every event that it is given, once and to the letter, however it is given."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from itertools import pairwise

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from dcprops.events import SimulationEvent
from dcprops.schemas import arrow_schema
from dcprops.store import (
    ConflictError,
    InvalidEventsError,
    Store,
    StoreClosedError,
    StoreDamagedError,
    StoreError,
    StoreLockedError,
)

from .ledger import CONTRIBUTION, DOCUMENTS, EVENTS, HIRE, SAMPLE, TABLE, VESTING, by_id, changed, many, numbered


@pytest.fixture(params=["memory", "file"])
def place(request, tmp_path):
    return ":memory:" if request.param == "memory" else tmp_path / "events.duckdb"


@pytest.fixture
def store(place):
    with Store(place) as store:
        yield store


def forms(tmp_path):
    """The sample in every form that can be appended."""
    packed, parquet_file = tmp_path / "events.ndjson.gz", tmp_path / "events.parquet"
    packed.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    parquet.write_table(TABLE, parquet_file)
    return {
        "documents": DOCUMENTS,
        "a generator of documents": (document for document in DOCUMENTS),
        "events": EVENTS,
        "documents and events": [*DOCUMENTS[:150], *EVENTS[150:]],
        "table": TABLE,
        "batch": TABLE.combine_chunks().to_batches()[0],
        "reader": TABLE.to_reader(max_chunksize=7),
        "small chunks": pa.concat_tables([TABLE.slice(place, 1) for place in range(TABLE.num_rows)]),
        "columns in another order": TABLE.select(TABLE.column_names[::-1]),
        "NDJSON": SAMPLE,
        "NDJSON by name": str(SAMPLE),
        "gzip": packed,
        "Parquet": parquet_file,
    }


@pytest.mark.parametrize("form", [
    "documents", "a generator of documents", "events", "documents and events", "table", "batch", "reader",
    "small chunks", "columns in another order", "NDJSON", "NDJSON by name", "gzip", "Parquet",
])  # fmt: skip
def test_every_form_comes_back_to_the_letter(form, store, tmp_path):
    done = store.append(forms(tmp_path)[form])
    assert (done.created, done.exists, done.conflicts, done.rejected) == (200, 0, 0, 0)
    assert by_id(store.events()) == by_id(DOCUMENTS)
    assert done.receipt.rows == 200
    assert store.verify(done.receipt) == done.receipt


def test_events_come_in_canonical_order(store):
    first = [changed(numbered(VESTING, 1), effective_date="2024-05-05", created_at="2024-01-01T00:00:00Z")]
    paid = [changed(numbered(CONTRIBUTION, 2), effective_date="2024-05-05", created_at="2025-01-01T00:00:00Z")]
    before = [changed(numbered(VESTING, 3), effective_date="2024-05-04", created_at="2025-01-01T00:00:00Z")]
    store.append([*first, *paid, *before])
    assert list(store.events()) == [*before, *paid, *first]


def test_a_table_of_events_is_in_the_schema_whatever_the_time_zone(store):
    store.append(DOCUMENTS)
    table = store.events_table()
    assert table.schema.equals(arrow_schema())
    assert table.num_rows == 200


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
def test_the_time_zone_of_the_session_changes_nothing(zone, tmp_path):
    look = (
        "import json, sys; from dcprops.store import Store\n"
        "with Store(sys.argv[1]) as store:\n"
        "    store.append(sys.argv[2]); print(json.dumps(list(store.events())), store.events_table().schema)"
    )
    out = subprocess.run(
        [sys.executable, "-c", look, tmp_path / "events.duckdb", SAMPLE],
        env={**os.environ, "TZ": zone, "PGTZ": zone}, capture_output=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip
    documents, end = json.JSONDecoder().raw_decode(out)
    assert by_id(documents) == by_id(DOCUMENTS)
    assert "timestamp[us, tz=UTC]" in out[end:]


def test_appending_again_stores_nothing_again(store):
    first = store.append(DOCUMENTS)
    again = store.append(EVENTS)
    assert (again.created, again.exists, again.rejected) == (0, 200, 0)
    assert again.receipt == first.receipt == store.receipt()
    assert by_id(store.events()) == by_id(DOCUMENTS)


def test_what_is_new_among_the_old_is_stored(store):
    store.append(DOCUMENTS[:100])
    done = store.append(TABLE)
    assert (done.created, done.exists) == (100, 100)
    assert done.receipt.rows == 200
    assert by_id(store.events()) == by_id(DOCUMENTS)
    store.verify(done.receipt)


def test_an_event_that_comes_twice_at_once_is_stored_once(store):
    done = store.append([*DOCUMENTS, *DOCUMENTS[:3]])
    assert (done.created, done.exists) == (200, 3)
    assert by_id(store.events()) == by_id(DOCUMENTS)


def test_an_id_in_capitals_is_the_same_id(store):
    store.append([HIRE])
    done = store.append([changed(HIRE, event_id=HIRE["event_id"].upper())])
    assert (done.created, done.exists) == (0, 1)


CHANGES = [
    (HIRE, "employee_id", "EMP_other"), (HIRE, "effective_date", "1999-01-01"),
    (HIRE, "created_at", "2001-01-01T00:00:00.000001Z"), (HIRE, "scenario_id", "other"),
    (HIRE, "correlation_id", "c"), (HIRE, "plan_id", "other"), (HIRE, "annual_compensation", "0.000001"),
    (CONTRIBUTION, "amount", "999999999999.999999"), (CONTRIBUTION, "irs_limit_applied", True),
    (VESTING, "source_balances_vested", {}), (VESTING, "vested_percentage", "0.1234"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "field", "value"), CHANGES)
@pytest.mark.parametrize("apart", [True, False])
def test_an_id_with_another_content_refuses_the_whole(document, field, value, apart, store):
    other = changed(document, **{field: value})
    new = numbered(HIRE, 1)
    if apart:
        store.append([document])
    before = store.receipt()
    with pytest.raises(ConflictError, match=field) as caught:
        store.append([new, other] if apart else [new, document, other])
    assert (caught.value.event_id, caught.value.field, caught.value.count) == (document["event_id"], field, 1)
    assert document["event_id"] in str(caught.value)
    assert list(store.events()) == ([document] if apart else [])
    assert store.receipt() == before
    store.verify(before)
    assert store.append([new]).created == 1


def test_conflicts_are_counted(store):
    store.append(DOCUMENTS)
    with pytest.raises(ConflictError) as caught:
        store.append([changed(document, employee_id="somebody") for document in DOCUMENTS])
    assert caught.value.count == 200
    assert len(caught.value.conflicts) == 100
    assert "199 others" in str(caught.value)


def test_a_batch_split_in_any_way_makes_the_same_store():
    with Store() as whole, Store() as parts:
        whole.append(DOCUMENTS)
        for start in range(0, 200, 37):
            parts.append(DOCUMENTS[start : start + 37])
        assert parts.events_table().equals(whole.events_table())
        assert parts.receipt().rows == whole.receipt().rows


def test_scenarios_do_not_mix(store):
    scenarios = {
        name: [numbered(changed(document, scenario_id=name), f"{name}{document['event_id']}") for document in DOCUMENTS]
        for name in ("baseline", "high growth", "'; DROP TABLE events; --")
    }
    for some in (slice(0, 150), slice(150, 200)):
        for documents in scenarios.values():
            store.append(documents[some])
    for name, documents in scenarios.items():
        assert by_id(each for each in store.events() if each["scenario_id"] == name) == by_id(documents)


def test_invalid_documents_go_to_quarantine(store):
    wrong = [
        changed(CONTRIBUTION, amount=375.5), {}, 3, None, "text", b"{", [HIRE], {**HIRE, "x": 1},
        changed(HIRE, employee_id="\ud800"),
    ]  # fmt: skip
    done = store.append([HIRE, *wrong])
    assert (done.created, done.rejected) == (1, len(wrong))
    rows = store.quarantined()
    assert {row["line"] for row in rows} == set(range(2, len(wrong) + 2))
    money = next(row for row in rows if row["line"] == 2)
    assert (money["field"], money["rule"]) == ("amount", "float-money")
    assert json.loads(money["raw"]) == wrong[0]
    assert list(store.events()) == [HIRE]


def test_many_documents_are_judged_as_few_are(store):
    copies = [numbered(document, f"{copy}-{place}") for copy in range(15) for place, document in enumerate(DOCUMENTS)]
    odd = {
        7: changed(CONTRIBUTION, amount=375.5), 500: {}, 1500: changed(HIRE, employee_id=" E"),
        2000: numbered(changed(HIRE, department="\u00e9 \u793e"), "odd"), 2900: {**HIRE, "extra": float("nan")},
    }  # fmt: skip
    documents = [odd.get(place, document) for place, document in enumerate(copies)]
    done = store.append(documents)
    assert (done.created, done.rejected) == (2996, 4)
    assert by_id(store.events()) == by_id(
        each for place, each in enumerate(documents) if place not in odd or place == 2000
    )
    refused = {row["line"]: (row["field"], row["rule"]) for row in store.quarantined()}
    assert refused[8] == ("amount", "float-money")
    assert refused[1501] == ("employee_id", "padded")
    assert set(refused) == {8, 501, 1501, 2901}


def test_a_pipe_is_read_once(store, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(SAMPLE.read_bytes(),))
    writer.start()
    assert store.append(pipe).created == 200
    writer.join()


def test_quarantine_does_not_grow_by_trying_again(store):
    for _ in range(2):
        assert store.append([{}, HIRE]).rejected == 1
    rows = store.quarantined()
    assert len(rows) == len({(row["field"], row["rule"]) for row in rows})


def test_lines_of_a_file_are_named(store, tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n" + json.dumps(HIRE).encode() + b"\nnot JSON\n" + b'{"event_id": "\xff"}\n')
    done = store.append(path)
    assert (done.created, done.rejected) == (1, 2)
    assert [(row["line"], row["rule"], row["raw"]) for row in store.quarantined()] == [
        (3, "not-json", b"not JSON"), (4, "not-utf-8", b'{"event_id": "\xff"}'),
    ]  # fmt: skip


def test_strictly_one_invalid_document_refuses_all(store):
    with pytest.raises(InvalidEventsError, match="line 2: amount") as caught:
        store.append([HIRE, changed(CONTRIBUTION, amount="-1")], strict=True)
    assert caught.value.rejected == 1
    assert list(store.events()) == []
    assert store.quarantined() == []


@pytest.mark.parametrize("nothing", [[], TABLE.slice(0, 0), TABLE.slice(0, 0).to_reader(), iter(())])
def test_nothing_is_a_fine_thing_to_append(nothing, store):
    before = store.receipt()
    done = store.append(nothing)
    assert (done.created, done.exists, done.rejected, done.receipt) == (0, 0, 0, before)
    assert store.verify(before) == before


@pytest.mark.parametrize("one", [HIRE, EVENTS[0], b"{}"])
def test_one_document_must_stand_in_a_list(one, store):
    with pytest.raises(TypeError, match="expected a list"):
        store.append(one)


def test_a_store_stays_as_it_was_when_opened_again(tmp_path):
    path = tmp_path / "events.duckdb"
    with Store(path) as store:
        receipt = store.append(TABLE).receipt
    with Store(path) as store:
        assert store.receipt() == receipt
        assert store.verify(receipt) == receipt
        assert by_id(store.events()) == by_id(DOCUMENTS)
        assert store.append(DOCUMENTS).exists == 200


def test_a_closed_store_says_so(place):
    store = Store(place)
    store.close()
    store.close()
    with pytest.raises(StoreClosedError, match="is closed"):
        store.append(DOCUMENTS)
    with pytest.raises(StoreClosedError):
        store.receipt()


def test_a_long_stream_goes_through_the_database(store, monkeypatch):
    monkeypatch.setattr("dcprops.store.appending._ROWS_HELD", 50)
    monkeypatch.setattr("dcprops.store.incoming.ROWS_AT_ONCE", 20)
    done = store.append(iter([*DOCUMENTS, {}]))
    assert (done.created, done.rejected) == (200, 1)
    assert by_id(store.events()) == by_id(DOCUMENTS)
    assert store.append(TABLE.to_reader(max_chunksize=20)).exists == 200
    store.verify(done.receipt)


def test_events_in_many_orders_stand_together_after_compacting(tmp_path):
    path = tmp_path / "events.duckdb"
    table = many(300_000)
    with Store(path) as store:
        for start in range(0, 300_000, 100_000):
            store.append(table.slice(start, 100_000))
        receipt = store.receipt()
        store.compact()
        assert store.verify(receipt) == receipt
        assert store.append(table).exists == 300_000
    ranges = people_by_block(path)
    assert len(ranges) >= 3
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))


def test_a_bulk_append_is_in_order_by_itself(tmp_path):
    path = tmp_path / "events.duckdb"
    with Store(path) as store:
        store.append(many(300_000))
    ranges = people_by_block(path)
    assert len(ranges) >= 3
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))


def people_by_block(path):
    """The first and last employee of each block of the file, sorted."""
    with duckdb.connect(path) as connection:
        return sorted(
            connection.execute(
                "SELECT min(employee_id), max(employee_id) FROM events GROUP BY rowid // 122880"
            ).fetchall()
        )


def test_threads_read_while_one_appends(store):
    table = many(20_000)
    seen, failures = [], []
    done = threading.Event()

    def read():
        try:
            while not done.is_set():
                rows = store.events_table()
                seen.append((rows.num_rows, len(set(rows["event_id"].to_pylist())), store.receipt().rows))
        except BaseException as error:
            failures.append(error)
            raise

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for start in range(0, 20_000, 2_000):
        store.append(table.slice(start, 2_000))
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert all(rows % 2_000 == 0 and rows == distinct and receipt >= rows for rows, distinct, receipt in seen)
    assert store.receipt().rows == 20_000


def test_a_second_process_is_told_who_has_the_store(tmp_path):
    path = tmp_path / "events.duckdb"
    look = (
        "import sys; from dcprops.store import *\n"
        "try: Store(sys.argv[1])\nexcept StoreLockedError as e: print(e.holder, e)"
    )
    with Store(path) as store:
        store.append([HIRE])
        out = subprocess.run(
            [sys.executable, "-c", look, path], capture_output=True, encoding="utf-8", check=True, timeout=50
        ).stdout
    holder, message = out.split(" ", 1)
    assert int(holder) == os.getpid()
    assert str(path) in message
    assert f"process {os.getpid()}" in message


def test_one_process_opens_a_store_once(tmp_path):
    path = tmp_path / "events.duckdb"
    with Store(path), pytest.raises(StoreLockedError, match="in this process") as caught:
        Store(tmp_path / "." / "events.duckdb")
    assert caught.value.holder == os.getpid()
    Store(path).close()


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "is empty"), (b"no database" * 1000, "cannot be read"), (b"x", "cannot be read")]
)
def test_what_is_no_database_is_left_alone(content, message, tmp_path):
    path = tmp_path / "events.duckdb"
    path.write_bytes(content)
    with pytest.raises(StoreDamagedError, match=message):
        Store(path)
    assert path.read_bytes() == content
    with pytest.raises(StoreDamagedError):
        Store(path)


def test_another_database_is_left_alone(tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE events (a INTEGER)")
    with pytest.raises(StoreDamagedError, match="no event store: it lacks batches, quarantine, store"):
        Store(path)


def test_a_store_of_another_form_is_left_alone(tmp_path):
    path = tmp_path / "events.duckdb"
    Store(path).close()
    with duckdb.connect(path) as connection:
        connection.execute("UPDATE store SET form = 7")
    with pytest.raises(StoreDamagedError, match="7"):
        Store(path)


def test_a_directory_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "missing" / "events.duckdb")


def test_nothing_is_left_beside_a_new_store(tmp_path):
    Store(tmp_path / "events.duckdb").close()
    assert [path.name for path in tmp_path.iterdir()] == ["events.duckdb"]


@pytest.mark.parametrize("name", ["a'b.duckdb", 'a"b; DROP TABLE events; --.duckdb', "ä b\n.duckdb", "a.duckdb#y"])
def test_a_path_is_only_a_path(name, tmp_path):
    with Store(tmp_path / name) as store:
        store.append([HIRE])
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_that_duckdb_would_read_otherwise_is_refused(tmp_path):
    with pytest.raises(StoreError, match="question mark"):
        Store(tmp_path / "a.duckdb?x=1")
    assert list(tmp_path.iterdir()) == []


def test_the_database_reaches_for_nothing_else(store, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("x", encoding="utf-8")
    table = TABLE  # noqa: F841  # a replacement scan would find it
    with store._database.cursor() as cursor:
        for attempt in (
            f"FROM read_text('{secret}')", f"COPY events TO '{secret}'", f"ATTACH '{secret}'", "FROM table",
            "INSTALL httpfs", "SET TimeZone = 'Asia/Tokyo'", "SET enable_external_access = true",
        ):  # fmt: skip
            with pytest.raises(duckdb.Error):
                cursor.execute(attempt)


def test_events_changed_behind_the_models_back_are_looked_at(store):
    event = EVENTS[0]
    tampered = [
        event.model_copy(update={"employee_id": " padded"}),
        event.model_copy(update={"employee_id": b"bytes"}),
        event.model_copy(update={"effective_date": "yesterday"}),
        event.model_copy(update={"payload": None}),
        event.model_copy(update={"event_id": "no"}),
        event.model_copy(update={"created_at": 3}),
        SimulationEvent.model_construct(employee_id="E"),
    ]
    done = store.append([event, *tampered])
    assert (done.created, done.rejected) == (1, len(tampered))
    assert {row["line"] for row in store.quarantined()} == set(range(2, len(tampered) + 2))
