"""The properties by themselves on the store: what mutation testing runs, see docs/mutation.md.

A store is compared with the reference, each way into it with the others, and what it tells of its events with what the
events tell themselves.
"""

from __future__ import annotations

import gzip
import importlib
import json
import sys
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from dcprops.defects.power.tries import Subject, first_caught
from dcprops.event_files import EventFileError, Row, event_of
from dcprops.events import EventFactory, SimulationEvent
from dcprops.properties import PROPERTIES
from dcprops.properties.cases import LedgerCase, ledger_soups, rich_ledgers
from dcprops.properties.fixed_documents import at_every_edge, no_documents, samples, wrongs
from dcprops.properties.store_cases import alterations, any_events, every_kind, first_of_each, histories, renumbered
from dcprops.reference import anomalies, balances, canonical_order, distinct, running_balances
from dcprops.rules import SAMPLES, breaches
from dcprops.schemas.arrow import to_table
from dcprops.strategies import incoherent_ledgers, ledgers

duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

import dcprops.store  # noqa: E402
from dcprops.store import (  # noqa: E402
    ConflictError,
    InvalidEventsError,
    Receipt,
    ReceiptError,
    SchemaError,
    Store,
    StoreClosedError,
    StoreDamagedError,
    StoreError,
    StoreLockedError,
    appending,
    flags,
    incoming,
)
from dcprops.store import ranges as ranges_of_employees  # noqa: E402
from dcprops.store.bulk import judged_file  # noqa: E402

SEED = 20_260_701
LAWS = (
    "append-is-atomic",
    "conflicting-id-refused",
    "batch-split-irrelevant",
    "reopen-preserves",
    "scenarios-isolated",
)
EVER = 1 << 60


def few(examples):
    """So many examples, which are not made smaller where one fails."""

    def decorated(test):
        return settings(max_examples=examples, phases=(Phase.generate,))(seed(SEED)(test))

    return decorated


@pytest.fixture
def made_again(monkeypatch):
    """The store's modules imported anew: the statements and tables that they make when they are imported, too."""
    monkeypatch.setattr(dcprops, "store", dcprops.store)
    for name in [name for name in sys.modules if name == "dcprops.store" or name.startswith("dcprops.store.")]:
        monkeypatch.delitem(sys.modules, name)
    fresh = importlib.import_module("dcprops.store")
    for name in fresh.__all__:
        if name in globals():
            monkeypatch.setitem(globals(), name, getattr(fresh, name))
    for name in ("appending", "flags", "incoming"):
        monkeypatch.setitem(globals(), name, sys.modules[f"dcprops.store.{name}"])
    monkeypatch.setitem(globals(), "judged_file", sys.modules["dcprops.store.bulk"].judged_file)


MADE_AGAIN = pytest.mark.usefixtures("made_again")


@pytest.mark.parametrize("law", LAWS)
def test_a_law_of_stores_holds(law):
    subject = Subject(PROPERTIES[f"store.{law}"], "dcprops.store:Store")
    fixed = subject.law.fixed()
    try:
        caught = first_caught(
            lambda each, is_drawn: subject.is_caught(each, thoroughly=is_drawn),
            fixed, subject.law.examples(), seed=SEED, budget=len(fixed) + 1,
        )  # fmt: skip
    finally:
        subject.close()
    assert caught is None


# Ways in.

#: Valid and invalid, each alone on its line, with what no document is among them. Each has an id and an instant: what
#: lacks one gets another in each reading.
MIXED = tuple(
    document
    for document in (*samples(), *at_every_edge(), *wrongs())
    if isinstance(document, dict) and {"event_id", "created_at"} <= document.keys()
)
LINES = tuple(json.dumps(document, separators=(",", ":")).encode() for document in MIXED)
ODD_LINES = (
    b"{}", b"", b" \t\r", b"\xff", b"%", b"[]", b"null", b'{"event_id":', b"\xc2\xa0", b"9" * 5000, b'{"a":1,"a":2}',
    json.dumps(SAMPLES["hire"]).encode(), b"  " + json.dumps(SAMPLES["merit"], ensure_ascii=False).encode() + b"\r",
)  # fmt: skip


def told(store, done):
    """All that a store tells of an append, but for the ids that it makes itself."""
    assert store.verify(done.receipt) == done.receipt == store.receipt()
    assert done.receipt.rows == done.created == len(list(store.events()))
    refused = [
        (row["line"], row["field"], row["rule"], row["message"], bytes(row["raw"])) for row in store.quarantined()
    ]
    assert [each[0] for each in refused] == sorted(each[0] for each in refused)
    return done.created, done.exists, done.conflicts, done.rejected, list(store.events()), sorted(refused)


def told_of_a_file(path, worth_a_try, *, strict=False):
    with pytest.MonkeyPatch.context() as patch, Store() as store:
        patch.setattr(appending, "_WORTH_A_TRY", worth_a_try)
        try:
            return told(store, store.append(path, strict=strict))
        except (ConflictError, InvalidEventsError, EventFileError) as error:
            assert store.receipt().rows == 0
            assert store.quarantined() == []
            return type(error), str(error)


def row_by_row(lines):
    """What is made of the lines by the model, one after the other: valid documents by place, and what is refused."""
    valid, refused = [], []
    for line, text in enumerate(lines, 1):
        if not text.strip(b" \t\r"):
            continue
        read = event_of(Row(line, text))
        if isinstance(read, SimulationEvent):
            valid.append(read)
        else:
            refused += [(line, each.field, each.rule, each.message, text) for each in read]
    return valid, refused


def in_order(events):
    return [event.model_dump(mode="json") for event in sorted(distinct(events), key=canonical_order)]


def numbered(lines):
    """The lines with an event_id of its own for each that has a usual one; of other ids only the first."""
    seen = set()
    for number, line in enumerate(lines):
        mark = b"00000000-0000-4000-8000-"
        start = line.find(mark)
        own = line if start < 0 else line[:start] + mark + b"%012x" % (number + 1) + line[start + 36 :]
        read = event_of(Row(number, own))
        if not isinstance(read, SimulationEvent) or read.event_id not in seen:
            seen.add(getattr(read, "event_id", None))
            yield own


@st.composite
def files(draw):
    """The lines of event files: all, or a few of them, spelt in two ways, with odd ones between."""
    proper = draw(st.lists(st.sampled_from(LINES), max_size=12))
    odd = draw(st.lists(st.sampled_from(ODD_LINES), max_size=4))
    return draw(st.permutations([*proper, *odd]))


def check_a_file(lines, compress):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        path.write_bytes(compress(b"\n".join(lines)))
        small, large = told_of_a_file(path, EVER), told_of_a_file(path, 0)
        assert small == large
        valid, refused = row_by_row(lines)
        if len(small) == 6:
            created, exists, _, rejected, events, quarantined = small
            assert (created + exists, rejected) == (len(valid), len({line for line, *_ in refused}))
            assert events == in_order(valid)
            assert [(*each[:3], each[4]) for each in quarantined] == sorted((*each[:3], each[4]) for each in refused)
            strictly = told_of_a_file(path, 0, strict=True)
            assert strictly == told_of_a_file(path, EVER, strict=True)
            assert (strictly[0] is InvalidEventsError) == bool(refused)
        if valid:
            with pytest.MonkeyPatch.context() as patch, judged_file(path) as found:
                patch.setattr(sys.modules["dcprops.store.bulk.files"], "_EVENTS_AT_ONCE", 3)
                assert (found.documents, found.valid) == (len(valid) + len({each[0] for each in refused}), len(valid))
                assert found.last_day == max(event.effective_date for event in valid)
                assert sorted((each.line, each.field, each.rule) for each in found.invalid) == sorted(
                    e[:3] for e in refused
                )
                parties = list(found.parties())
                people = [{(e.scenario_id, e.plan_design_id, e.employee_id) for e in party} for party in parties]
                assert len(set().union(*people)) == sum(map(len, people))
                assert sorted(map(repr, (event for party in parties for event in party))) == sorted(map(repr, valid))


@MADE_AGAIN
def test_every_line_of_a_file_is_judged_as_by_itself():
    check_a_file(list(numbered([*LINES, *ODD_LINES])), bytes)


@few(3)
@given(files(), st.sampled_from([bytes, gzip.compress]))
def test_a_file_is_judged_line_by_line(lines, compress):
    check_a_file(lines, compress)


def test_a_text_that_ends_with_a_space_is_refused_wherever_spaces_are():
    padded = {**SAMPLES["hire"], "event_id": "00000000-0000-4000-8000-000000000999", "employee_id": "E1 "}
    for start in (b"", b" ", b"  "):
        check_a_file([start + LINES[0], json.dumps(padded, separators=(",", ":")).encode()], bytes)


@few(6)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=14))
def test_people_who_share_an_event_come_together(drawn):
    """Every event_id and every person is in one part of a file, however many others tie them together."""
    events = [
        {**SAMPLES["hire"], "employee_id": f"E{person}", "event_id": f"00000000-0000-4000-8000-{number:012d}"}
        for person, number in drawn
    ]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["dcprops.store.bulk.files"], "_EVENTS_AT_ONCE", 1)
        path = Path(folder) / "events.ndjson"
        path.write_text("\n".join(map(json.dumps, events)), "utf-8")
        with judged_file(path) as found:
            parties = list(found.parties())
    assert sum(map(len, parties)) == len(events)
    for key in ("employee_id", "event_id"):
        found_in = [{getattr(event, key) for event in party} for party in parties]
        assert len(set().union(*found_in)) == sum(map(len, found_in))


@MADE_AGAIN
def test_what_is_spelt_plainly_is_proven():
    """Each event type and every bound of every field, in both spellings that SQL proves, goes the large files' way."""
    documents = [
        EventFactory.create_event(each).model_dump(mode="json") for case in every_kind() for each in case.documents
    ]
    documents = [
        each
        for each in {each["event_id"]: each for each in documents}.values()
        if not {'"', "\\"}
        & set(
            "".join(
                str(value) for part in (each, each["payload"]) for value in part.values() if value != each["payload"]
            )
        )
        and "0001" < each["created_at"][:4] < "9999"
    ]
    assert len(documents) > 100
    for separators in ((",", ":"), (", ", ": ")):
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch, Store() as store:
            path = Path(folder) / "events.ndjson"
            path.write_text(
                "\n".join(json.dumps(each, separators=separators, ensure_ascii=False) for each in documents), "utf-8"
            )
            patch.setattr(appending, "_WORTH_A_TRY", 0)
            patch.setattr(appending, "stage_file", None)  # by which go those that SQL doesn't prove
            assert store.append(path).created == len(documents)
            assert list(store.events()) == in_order(map(EventFactory.create_event, documents))


@MADE_AGAIN
@few(3)
@given(any_events() | ledger_soups(), st.booleans(), st.sampled_from([1, 500_000]))
def test_each_way_in_stores_the_same(case, on_disk, rows_held):
    """Documents, events, a table, its batches, a stream, Parquet and lines: all of it, once, to the letter."""
    events = [EventFactory.create_event(each) for each in first_of_each(case.documents)]
    documents = [event.model_dump(mode="json") for event in events]
    if not events:
        return
    table = to_table(events)
    with tempfile.TemporaryDirectory() as folder:
        parquet, lines = Path(folder) / "events.parquet", Path(folder) / "events.ndjson"
        pq.write_table(table, parquet)
        lines.write_text("\n".join(map(json.dumps, documents)), "utf-8")
        for number, source in enumerate(
            (documents, events, iter(events), [*documents[:1], *events[1:]], table,
             table.combine_chunks().to_batches()[0], table.to_reader(max_chunksize=2), parquet, str(lines))
        ):  # fmt: skip
            with (
                pytest.MonkeyPatch.context() as patch,
                Store(Path(folder) / f"{number}.duckdb" if on_disk else ":memory:") as store,
            ):
                patch.setattr(appending, "_ROWS_HELD", rows_held)
                done = store.append(source)
                assert (done.created, done.exists, done.rejected) == (len(events), 0, 0)
                assert list(store.events()) == in_order(events)
                assert store.events_table().equals(
                    to_table([SimulationEvent.model_validate(e) for e in store.events()])
                )
                assert store.last_day() == max(event.effective_date for event in events)
                store.compact()
                assert list(store.events()) == in_order(events)
                assert store.verify(done.receipt) == done.receipt


SPOILT = (
    ("amount", Decimal(0)), ("amount", Decimal("-0.000001")), ("amount", Decimal(10) ** 12), ("amount", None),
    ("employee_id", " x"), ("employee_id", ""), ("scenario_id", "x" * 300), ("source", "employee_salary"),
    ("event_type", "bonus"), ("effective_date", None), ("event_id", "no id"), ("department", "Finance"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "value"), SPOILT)
def test_a_row_that_breaks_a_rule_is_refused_by_itself(tmp_path, name, value):
    """Of a table, a batch, a stream and Parquet: the others are stored, and the rule is the one its document breaks."""
    case = LedgerCase(tuple(renumbered([SAMPLES["contribution"]], number)[0] for number in range(1, 6)))
    table = to_table([EventFactory.create_event(each) for each in case.documents])
    field = pa.field(name, pa.decimal128(38, 6) if name == "amount" else table.schema.field(name).type)
    place = table.schema.get_field_index(name)
    column = pa.array([*table[name].to_pylist()[:4], value], field.type)
    table = table.set_column(place, field, column)
    pq.write_table(table, tmp_path / "events.parquet")
    batch = table.combine_chunks().to_batches()[0]
    tells = []
    as_numbers = table.set_column(place, name, column.dictionary_encode())
    for source in (table, batch, table.to_reader(max_chunksize=2), tmp_path / "events.parquet", as_numbers):
        with pytest.MonkeyPatch.context() as patch, Store() as store:
            patch.setattr(incoming, "ROWS_AT_ONCE", 2)
            done = store.append(source)
            assert (done.created, done.exists, done.rejected) == (4, 0, 1)
            assert {row["line"] for row in store.quarantined()} == {5}
            assert len(list(store.events())) == 4
            tells.append(sorted((row["field"], row["rule"], bytes(row["raw"])) for row in store.quarantined()))
            with pytest.raises(InvalidEventsError, match="line 5"):
                store.append(table, strict=True)
    assert tells == [tells[0]] * 5
    assert all(json.loads(raw)["event_id"] == table["event_id"][4].as_py() for _, _, raw in tells[0])
    assert name in {field for field, _, _ in tells[0]}


def test_a_table_of_other_columns_is_refused_whole():
    table = to_table([EventFactory.create_event(SAMPLES["hire"])])
    for name in table.column_names[::9]:
        other_type = table.schema.get_field_index(name), name, pa.array([1.5])
        for wrong in (
            table.drop_columns([name]), table.append_column(name, table[name]), table.set_column(*other_type),
            table.append_column(f"{name}_", table[name]),
        ):  # fmt: skip
            with Store() as store, pytest.raises(SchemaError, match=name):
                store.append(wrong)


@pytest.mark.parametrize("worth_a_query", [1, 2000])
def test_documents_are_judged_one_by_one_or_at_once_alike(worth_a_query):
    items = [json.loads(line) for line in numbered(LINES)]
    items = [each for each in (*items, *no_documents()) if not isinstance(each, bytes)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(incoming, "_WORTH_A_QUERY", worth_a_query)
        texts = [each for each in items if type(each) is dict and _is_text(each)]
        for given_ in (items, [each for each in items if isinstance(each, dict)], texts):
            valid = [event for each in given_ if isinstance(event := _read(each), SimulationEvent)]
            with Store() as store:
                done = store.append(given_)
                assert (done.created, done.rejected) == (len(valid), len(given_) - len(valid))
                assert list(store.events()) == in_order(valid)
                expected = [
                    (line, each.field, each.rule)
                    for line, item in enumerate(given_, 1)
                    if not isinstance(_read(item), SimulationEvent)
                    for each in breaches(item)
                ]
                assert sorted((row["line"], row["field"], row["rule"]) for row in store.quarantined()) == sorted(
                    expected
                )


def _is_text(item):
    try:
        return bool(json.dumps(item, ensure_ascii=False).encode())
    except (TypeError, ValueError):
        return False


def _read(item):
    try:
        return EventFactory.create_event(item)
    except (TypeError, ValueError):
        return None


# What an append leaves, and what tells that it isn't there any more.


@few(2)
@given(st.sampled_from(histories()))
def test_whatever_is_changed_behind_its_back_is_told(case):
    documents = [EventFactory.create_event(each).model_dump(mode="json") for each in case.documents]
    half = len(documents) // 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.duckdb"
        with Store(path) as store:
            empty, first = store.receipt(), store.append(documents[:half]).receipt
            second = store.append(documents[half:]).receipt
            assert (empty.batch, empty.rows, first.batch, first.rows) == (0, 0, 1, half)
            assert (second.batch, second.rows) == (2, len(documents))
            for receipt in (None, empty, first, second):
                assert store.verify(receipt) == second
                assert receipt is None or Receipt.from_text(receipt.as_text()) == receipt
            for wrong in ({"rows": half + 1}, {"chain": "0"}, {"store_id": "other"}, {"batch": 3}):
                other = replace(first, **wrong)
                with pytest.raises(ReceiptError):
                    store.verify(other)
        content = path.read_bytes()
        for change in (
            "DELETE FROM events WHERE batch = 2", "UPDATE events SET batch = 3 WHERE batch = 2",
            "UPDATE events SET employee_id = employee_id || 'x' WHERE batch = 1",
            "INSERT INTO events FROM events WHERE batch = 2", "DELETE FROM batches WHERE batch = 2",
            "UPDATE batches SET chain = '0' WHERE batch = 2", "UPDATE batches SET rows = rows + 1 WHERE batch = 1",
            "UPDATE store SET form = 2", "DROP TABLE quarantine", "DELETE FROM store",
        ):  # fmt: skip
            path.write_bytes(content)
            with duckdb.connect(str(path)) as connection:
                connection.execute(change)
            with pytest.raises((StoreDamagedError, ReceiptError)), Store(path) as store:
                store.verify(second)


@pytest.mark.parametrize("text", ["", "{}", "[]", "3", '{"store_id":"a","batch":"1","rows":2,"chain":"b"}',
                                  '{"store_id":"a","batch":1,"rows":2,"chain":"b","more":1}'])  # fmt: skip
def test_what_is_no_receipt_is_refused(text):
    with pytest.raises(ValueError, match="no receipt"):
        Receipt.from_text(text)


@MADE_AGAIN
@pytest.mark.parametrize("kind", ["contribution", "vesting"])
def test_any_field_that_differs_is_a_conflict_that_names_it(kind):
    document = EventFactory.create_event(SAMPLES[kind]).model_dump(mode="json")
    for change in alterations(document):
        if change["event_id"] != document["event_id"]:
            continue
        names = {name for name in document if document[name] != change[name]} - {"payload"}
        inner = {
            name
            for name in document["payload"].keys() | change["payload"].keys()
            if document["payload"].get(name) != change["payload"].get(name)
        }
        with Store() as store:
            store.append([document])
            with pytest.raises(ConflictError) as caught:
                store.append([*renumbered([document], 7), change])
            (conflict,) = caught.value.conflicts
            assert (str(conflict.event_id), caught.value.count) == (document["event_id"], 1)
            assert conflict.field in names | inner
            assert list(store.events()) == [document]


def test_a_store_is_one_file_that_one_has_open(tmp_path):
    path = tmp_path / "store.duckdb"
    with Store(path, threads=1, memory_limit="256MB") as store:
        done = store.append([SAMPLES["hire"]])
        assert store.memory_used() >= 0
        for other in (path, tmp_path / "." / "store.duckdb"):
            with pytest.raises(StoreLockedError):
                Store(other)
        with pytest.raises(StoreError, match="the store itself"):
            store.append(path)
        with pytest.raises(StoreError, match="can't write to it itself"):
            store.append(store.append([document]) for document in SAMPLES.values())
    assert [each.name for each in tmp_path.iterdir()] == ["store.duckdb"]
    with pytest.raises(StoreClosedError):
        store.receipt()
    store.close()
    with Store(path) as store:
        assert store.verify(done.receipt) == done.receipt
    for content in (b"", b"x" * 20, path.read_bytes()[:5000]):
        other = tmp_path / "other"
        other.write_bytes(content)
        with pytest.raises(StoreDamagedError):
            Store(other)
    for wrong in (tmp_path, tmp_path / "no" / "store", tmp_path / "a?b", "a\0b"):
        with pytest.raises(StoreError):
            Store(wrong)
    with duckdb.connect(str(tmp_path / "alien")) as connection:
        connection.execute("CREATE TABLE t (i INT)")
    with pytest.raises(StoreDamagedError, match="no event store"):
        Store(tmp_path / "alien")


# What it tells.


def next_friday(day):
    return next(each for each in (day + timedelta(days=number) for number in range(7)) if each.weekday() == 4)


LEDGERS = st.sampled_from([*rich_ledgers()[1:], *histories()])


@MADE_AGAIN
@few(4)
@given(LEDGERS | ledger_soups())
def test_balances_and_histories_are_the_references(case):
    events = [EventFactory.create_event(each) for each in first_of_each(case.documents)]
    with Store() as store:
        store.append(events)
        days = sorted({event.effective_date for event in events})
        for day in (*days[:2], *days[-1:], date.max):
            rows = balances(events, day)
            assert store.balances(day) == rows
            assert [row["employee_id"] for row in store.balances_table(day).to_pylist()] == [
                row.account.employee_id for row in rows
            ]
            for row in rows[:2]:
                assert store.balances(day, row.account) == [row]
                assert store.balances_table(day, row.account).num_rows == 1
        running = list(running_balances(sorted(events, key=canonical_order)))
        for who in sorted({event.employee_id for event in events})[:2]:
            own = [(event, row) for event, row in running if event.employee_id == who]
            assert [(entry.event, entry.balance) for entry in store.history(who)] == own
            for keys in sorted({(event.scenario_id, event.plan_design_id) for event, _ in own})[:2]:
                entries = store.history(who, scenario_id=keys[0], plan_design_id=keys[1])
                assert [entry.event for entry in entries] == [
                    event for event, _ in own if (event.scenario_id, event.plan_design_id) == keys
                ]
                assert [entry.event for entry in store.history(who, scenario_id=keys[0])] == [
                    event for event, _ in own if event.scenario_id == keys[0]
                ]


MONEY = (
    "total_employee_contributions", "total_employer_contributions", "total_forfeitures", "gross_account_balance",
    "vested_account_balance", "unvested_balance", "net_account_balance", "current_vested_percentage",
)  # fmt: skip


def first_anomaly(events, account, day):
    by_id = {event.event_id: event for event in events}
    for found in anomalies([event for event in events if event.employee_id == account.employee_id]):
        event = by_id[found.event_id]
        if found.account[:3] == account[:3] and event.payload.plan_id in {None, account.plan_id}:
            return found.code if event.effective_date <= day else "valid"
    return "valid"


@MADE_AGAIN
@few(4)
@given(
    LEDGERS
    | ledger_soups()
    | incoherent_ledgers().map(lambda pair: LedgerCase(pair[0].documents))
    | ledgers(max_periods=6).map(lambda ledger: LedgerCase(ledger.documents)),
    st.integers(1, 40),
)
def test_snapshots_come_to_what_the_reference_says_in_whatever_batches(case, share):
    """Brought up to date batch by batch, made anew, looked up: it is one table, that of the reference."""
    events = [EventFactory.create_event(each) for each in first_of_each(case.documents)]
    cut = len(events) * share // 40
    with Store() as store:
        assert store.verify_snapshots() == []
        for part in (events[:cut], events[cut:]):
            store.append(part)
            store.update_snapshots()
            assert store.verify_snapshots() == []
            assert store.update_snapshots() == 0
        updated = store.snapshots()
        assert store.update_snapshots(anew=True) == len(updated)
        assert store.snapshots() == updated
        days = sorted({each.snapshot_date for each in updated})
        assert all(day.weekday() == 4 for day in days)
        for day in {*days[:2], *days[-2:]}:
            rows = {row.account: row for row in balances(events, day)}
            found = [each for each in updated if each.snapshot_date == day]
            assert {each.account for each in found} <= rows.keys()
            for each in found:
                assert [getattr(each, name) for name in MONEY] == [getattr(rows[each.account], name) for name in MONEY]
                assert each.data_quality_flag == first_anomaly(events, each.account, day)
                assert store.snapshot_of(each.account, day) == each
        for row in balances(events, date.max)[:2]:
            own = [e for e in events if e.employee_id == row.account.employee_id]
            for day in {e.effective_date for e in own[:3]}:
                there = {each.account: each for each in balances(events, day)}.get(row.account)
                found_then = store.snapshot_of(row.account, day)
                assert (found_then is None) == (there is None)
                if found_then is not None:
                    assert [getattr(found_then, name) for name in MONEY] == [getattr(there, name) for name in MONEY]
                    assert found_then.data_quality_flag == first_anomaly(events, row.account, day)
        last = next_friday(max(event.effective_date for event in events)) if events and days else None
        if last and last < date(9000, 1, 1):
            store.update_snapshots(last + timedelta(days=8))
            assert store.verify_snapshots(last + timedelta(days=8)) == []


def test_a_snapshot_that_was_changed_is_told(tmp_path):
    path = tmp_path / "store.duckdb"
    with Store(path) as store:
        store.append(histories()[0].documents)
        assert {each.got for each in store.verify_snapshots()} == {None}
        right = store.snapshots()
    for change, sides in (
        ("DELETE FROM {} WHERE snapshot_date = '2025-01-03'", (True, False)),
        ("UPDATE {} SET data_quality_flag = 'x' WHERE snapshot_date = '2025-01-03'", (True, True)),
        ("UPDATE {} SET snapshot_date = '2030-01-04' WHERE snapshot_date = '2025-01-03'", (False, True)),
    ):
        with duckdb.connect(str(path)) as connection:
            connection.execute(change.format("fct_participant_balance_snapshots"))
        with Store(path) as store:
            told_ = store.verify_snapshots()
            assert sides in {(each.expected is not None, each.got is not None) for each in told_}
            for each in told_:
                assert {(side.account, side.snapshot_date) for side in (each.expected, each.got) if side} == {
                    (each.account, each.snapshot_date)
                }
                assert each.expected is None or each.expected in right
            store.update_snapshots(anew=True)
            assert store.snapshots() == right


@MADE_AGAIN
@pytest.mark.parametrize(("worth_a_proof", "at_once"), [(1, 500), (EVER, 3)])
def test_flags_are_the_references_whoever_proves_them(worth_a_proof, at_once):
    """Ledgers with an anomaly, and a coherent one, of people of their own: SQL proves only who has none."""

    @few(4)
    @given(st.lists(incoherent_ledgers(), min_size=3, max_size=5), ledgers(max_periods=8))
    def are_the_references(pairs, coherent):
        documents = []
        for number, ledger in enumerate([pair[0] for pair in pairs] + [coherent], 1):
            documents += [
                {**each, "employee_id": f"{number}.{each['employee_id']}"}
                for each in renumbered(first_of_each(ledger.documents), number)
            ]
        events = [EventFactory.create_event(each) for each in documents]
        with Store() as store:
            store.append(events)
            with store._database.cursor() as cursor:
                judged = flags.refresh_anomalies(cursor)
                assert judged == len({event.employee_id for event in events})
                assert flags.refresh_anomalies(cursor) == 0
                rows = cursor.execute(
                    "SELECT employee_id, place, code, severity, event_id::VARCHAR FROM anomalies ORDER BY ALL"
                ).fetchall()
        places, expected = {}, []
        for each in anomalies(events):
            place = places[each.account[:3]] = places.get(each.account[:3], -1) + 1
            expected.append((each.account.employee_id, place, each.code, each.severity, str(each.event_id)))
        assert rows == sorted(expected)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flags, "WORTH_A_PROOF", worth_a_proof)
        patch.setattr(flags, "PARTICIPANTS_AT_ONCE", at_once)
        are_the_references()


@few(30)
@given(st.lists(st.integers(1, 400_000), max_size=8), st.integers(0, 2_100))
def test_ranges_cover_everyone_once_and_stay_small(counts, more):
    employees = [(f"E{number:06d}", count) for number, count in enumerate([*counts, *[1] * more])]
    ends = list(ranges_of_employees.ranges(employees))
    covered = []
    for first, last in ends:
        within = [each for each in employees if first <= each[0] <= last]
        assert within
        assert len(within) == 1 or (len(within) <= 2_000 and sum(count for _, count in within) <= 500_000)
        covered += within
    assert covered == employees
