"""A store that is used in ways it isn't made for: each answer is one line that says what to do, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dcprops.event_files import EventFileError
from dcprops.reference import Account
from dcprops.store import (
    ConflictError,
    ReceiptError,
    SchemaError,
    Store,
    StoreClosedError,
    StoreDamagedError,
    StoreError,
    StoreLockedError,
    StoreMemoryError,
)

from .faults import contributions
from .ledger import CONTRIBUTION, DOCUMENTS, HIRE, changed, many, numbered, with_column

ACCOUNT = Account("baseline", "standard", "EMP_000001", "401K")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.duckdb"


def said(kind: type[BaseException], act: Callable[[], object], *words: str) -> None:
    with pytest.raises(kind) as caught:
        act()
    message = str(caught.value)
    assert message
    assert "\n" not in message
    for word in words:
        assert word in message


# --- paths ---


@pytest.mark.parametrize(
    "name",
    ["a b.duckdb", "it's.duckdb", 'a"b.duckdb', "ünï😀.duckdb", "$HOME", "%s", "-", "~", "md:x", "s3:x", "a.csv"],
)
def test_a_name_is_only_a_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Store(name) as store:
        assert store.append([HIRE]).created == 1
    with Store(os.fsencode(name)) as store:
        assert store.receipt().rows == 1
    assert [each.name for each in tmp_path.iterdir()] == [name]


def a_directory(path):
    path.mkdir()


def a_pipe(path):
    os.mkfifo(path)


def a_link_to_itself(path):
    path.symlink_to(path)


def an_empty_file(path):
    path.touch()


def an_event_file(path):
    path.write_text('{"event_id": 1}\n' * 100, encoding="utf-8")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (a_directory, "is a directory"), (a_link_to_itself, "cannot be opened"), (an_empty_file, "is empty"),
        (an_event_file, "it is no DuckDB database"),
        pytest.param(a_pipe, "no regular file", marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")),
    ],
)  # fmt: skip
def test_what_is_no_store_is_named_and_left_alone(made, words, path):
    made(path)
    before = path.read_bytes() if path.is_file() else None
    said(StoreError, lambda: Store(path), str(path), words)
    said(StoreError, lambda: Store(path), words)  # and the second time too: nothing holds the path
    assert (path.read_bytes() if path.is_file() else None) == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["x" * 300, "nul\0character", "a?b"])
def test_a_name_that_no_store_can_have(name, tmp_path):
    said(StoreError, lambda: Store(tmp_path / name), "give another path")


def test_a_link_to_where_no_file_is_makes_the_store_there(path, tmp_path):
    path.symlink_to(tmp_path / "target.duckdb")
    with Store(path) as store:
        store.append([HIRE])
    assert path.is_symlink()
    with Store(tmp_path / "target.duckdb") as store:
        assert store.receipt().rows == 1


def test_another_name_of_an_open_file_is_refused(path, tmp_path):
    with Store(path) as store:
        store.append([HIRE])
        other = tmp_path / "other.duckdb"
        os.link(path, other)
        link = tmp_path / "link.duckdb"
        link.symlink_to(path)
        for name in (path, other, link):
            said(StoreLockedError, lambda name=name: Store(name), "is open in this process already")
        assert store.append([CONTRIBUTION]).created == 1
    with Store(other) as store:
        assert store.receipt().rows >= 1


AS_NOBODY = """
import os, sys
from dcprops.store import Store, StoreError
os.setuid(65534) if os.getuid() == 0 else None
try:
    Store(sys.argv[1])
except StoreError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def open_to_all():
    """A directory that any user can go through, which pytest's own isn't."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize("what", ["file", "directory"])
def test_what_may_not_be_written_is_named(what, open_to_all):
    place = open_to_all / "place"
    place.mkdir()
    path = place / "events.duckdb"
    if what == "file":
        Store(path).close()
        path.chmod(0o444)
    place.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, path], capture_output=True, encoding="utf-8", check=False, timeout=50
    )
    place.chmod(0o755)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stderr
    assert str(path) in done.stdout
    assert ("change its permissions" if what == "file" else "cannot be made: Permission denied") in done.stdout


# --- what is appended ---


def test_an_append_while_events_are_read_is_not_seen_by_the_reading(path):
    with Store(path) as store:
        store.append(DOCUMENTS[:5])
        read = 0
        for _ in store.events():
            read += 1
            store.append([numbered(CONTRIBUTION, read)])
        assert (read, store.receipt().rows) == (5, 10)


def test_what_is_appended_cannot_append_itself(path):
    def writing(store):
        yield CONTRIBUTION
        store.append([HIRE])

    with Store(path) as store:
        said(StoreError, lambda: store.append(writing(store)), "is being appended to")
        assert store.receipt().rows == 0
        assert store.append([HIRE]).created == 1


def test_a_source_that_raises_leaves_nothing(path):
    def failing():
        yield from DOCUMENTS[:50]
        raise RuntimeError("the source broke")

    with Store(path) as store:
        store.append([HIRE])
        with pytest.raises(RuntimeError, match="the source broke"):
            store.append(failing())
        assert store.receipt().rows == 1
        assert store.append(DOCUMENTS[:50]).created == 50 - (HIRE in DOCUMENTS[:50])


def test_a_data_frame_is_a_table_or_an_error_of_one_line(path):
    pandas = pytest.importorskip("pandas")
    with Store(path) as store:
        said(SchemaError, lambda: store.append(contributions(3).to_pandas()), "expected int32")
        said(SchemaError, lambda: store.append(pandas.DataFrame({"a": [1]})), "event_id")
        assert store.receipt().rows == 0


def endless():
    nested: list[object] = []
    nested.append(nested)
    return nested


def deep():
    nested: dict[str, object] = {}
    for _ in range(100_000):
        nested = {"a": nested}
    return nested


@pytest.mark.parametrize(
    "odd",
    [
        {1: 2}, {**CONTRIBUTION, None: 1}, {**CONTRIBUTION, "employee_id": 10**5000}, {**CONTRIBUTION, "x": endless()},
        {**CONTRIBUTION, "employee_id": {1}}, {**CONTRIBUTION, "employee_id": "\ud800"}, None, 3, "{}", object(),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_no_document_can_be_is_put_aside(odd, path):
    with Store(path) as store:
        done = store.append([HIRE, odd])
        assert (done.created, done.rejected) == (1, 1)
        assert {row["line"] for row in store.quarantined()} == {2}
        assert all("\n" not in row["message"] for row in store.quarantined())


def test_a_document_too_deep_to_show_is_put_aside(path):
    with Store(path) as store:
        assert store.append([{**CONTRIBUTION, "colour": deep()}]).rejected == 1


def test_a_document_may_hold_python_values(path):
    with Store(path) as store:
        money = changed(CONTRIBUTION, amount=Decimal("104.18"), effective_date=date(2024, 1, 5))
        assert store.append([money]).created == 1
        (found,) = store.events()
        assert found["payload"]["amount"] == "104.180000"
        assert store.append([changed(numbered(CONTRIBUTION, 1), amount=104.18)]).rejected == 1


@pytest.mark.parametrize("source", [3, None, b"{}", HIRE])
def test_what_cannot_be_appended_at_all_is_a_type_error(source, path):
    with Store(path) as store, pytest.raises(TypeError):
        store.append(source)


def test_files_that_cannot_be_appended(path, tmp_path):
    with Store(path) as store:
        said(EventFileError, lambda: store.append(tmp_path / "none.ndjson"), "does not exist")
        said(EventFileError, lambda: store.append(tmp_path), "is a directory")
        said(StoreError, lambda: store.append(path), "is the store itself")
        said(StoreError, lambda: store.append(str(path)), "is the store itself")


def test_a_conflict_among_a_hundred_thousand_rows_names_its_field():
    table = many(100_000)
    with Store() as store:
        store.append(table)
        texts = table["payroll_id"].to_pylist()
        texts[60_000] = "another"
        said(
            ConflictError,
            lambda: store.append(with_column(table, "payroll_id", texts)),
            f"{60_000:012x} has another payroll_id already",
        )
        assert store.receipt().rows == 100_000


# --- what is asked ---


def test_odd_questions_have_answers_of_one_line(path):
    with Store(path) as store:
        store.append(contributions(5))
        assert store.balances(date.max, Account("'; DROP TABLE events; --", "b", "c", "d")) == []
        assert store.history("' OR 1=1 --") == store.history("nul\0") == []
        assert store.snapshot_of(ACCOUNT, date.min) is None
        assert store.update_snapshots(date.min) == 0
        said(StoreError, lambda: store.history("\ud800"), "not allowed")
        said(StoreError, lambda: store.history(5), "Could not convert")
        said(StoreError, lambda: store.update_snapshots("someday"), "invalid date")
        for message in (store.history, store.update_snapshots):
            with pytest.raises(StoreError) as caught:
                message([])
            assert "SELECT" not in str(caught.value)
        assert store.verify().rows == 5


def test_the_receipt_of_another_store(path):
    with Store(path) as store, Store() as other:
        receipt = other.append([HIRE]).receipt
        said(ReceiptError, lambda: store.verify(receipt), "but the receipt is of")


@pytest.mark.parametrize(
    "act",
    [
        lambda store: list(store.events()), Store.events_table, Store.last_day, lambda store: store.append([HIRE]),
        lambda store: store.balances(date.max), lambda store: store.history("E"), Store.snapshots,
        Store.update_snapshots, Store.verify_snapshots, lambda store: store.snapshot_of(ACCOUNT, date.max),
        Store.quarantined, Store.receipt, Store.verify, Store.compact,
    ],
    ids=range(14),
)  # fmt: skip
def test_a_closed_store_answers_so(act, path):
    store = Store(path)
    store.close()
    said(StoreClosedError, lambda: act(store), "is closed: open it again")
    store.close()


@pytest.mark.parametrize(
    ("options", "kind"),
    [({"memory_limit": "lots"}, StoreError), ({"memory_limit": "1KB"}, StoreMemoryError), ({"threads": 0}, StoreError)],
)
@pytest.mark.parametrize("in_memory", [True, False])
def test_settings_that_cannot_be(options, kind, in_memory, path):
    said(kind, lambda: Store(":memory:" if in_memory else path, **options))
    Store(path).close()


# --- threads ---

SCENARIOS = {"one": Decimal(1), "two": Decimal(10), "three": Decimal(100)}


def append_scenario(store, scenario):
    """200 contributions of an amount of the scenario's own, to accounts that the other scenarios have too."""
    table = many(200)
    place = list(SCENARIOS).index(scenario)
    ids = [f"{place:08x}{each[8:]}" for each in table["event_id"].to_pylist()]
    table = with_column(with_column(table, "event_id", ids), "scenario_id", [scenario] * 200)
    table = with_column(table, "amount", [SCENARIOS[scenario]] * 200, table["amount"].type)
    for start in range(0, 200, 20):
        store.append(table.slice(start, 20))


def read_until(store, finished):
    """How many rows were read at last; every reading must prove the whole, and show nobody another's money."""
    receipt = store.receipt()
    while not finished.is_set():
        assert store.verify(receipt).rows >= receipt.rows
        receipt = store.receipt()
        assert receipt.rows % 20 == 0
        for row in store.balances(date.max):
            assert row.net_account_balance == SCENARIOS[row.scenario_id]
        for entry in store.history("EMP_000005"):
            assert entry.event.payload.amount == SCENARIOS[entry.event.scenario_id]
    return store.verify(receipt).rows


@pytest.mark.parametrize("in_memory", [True, False])
def test_what_threads_read_is_whole_while_others_append(in_memory, path):
    finished = threading.Event()
    with Store(":memory:" if in_memory else path) as store, ThreadPoolExecutor(5) as threads:
        readers = [threads.submit(read_until, store, finished) for _ in range(2)]
        writers = [threads.submit(append_scenario, store, scenario) for scenario in SCENARIOS]
        try:
            for writer in writers:
                writer.result(50)
        finally:
            finished.set()
        assert [reader.result(50) for reader in readers] == [600, 600]
        assert Counter(row.scenario_id for row in store.balances(date.max)) == dict.fromkeys(SCENARIOS, 200)


def test_a_store_closed_while_it_is_read_says_so(path):
    def read(store):
        while True:
            store.events_table()

    store = Store(path)
    store.append(many(2_000))
    with ThreadPoolExecutor(1) as threads:
        reader = threads.submit(read, store)
        store.append([HIRE])
        store.close()
        said(StoreError, lambda: reader.result(50))
    with Store(path) as again:
        assert again.verify().rows == 2_001


def test_a_damaged_start_is_no_store(path):
    Store(path).close()
    content = bytearray(path.read_bytes())
    content[8:12] = b"GOOS"
    path.write_bytes(content)
    said(StoreDamagedError, lambda: Store(path), "no DuckDB database")
    assert Path(path).read_bytes() == bytes(content)
