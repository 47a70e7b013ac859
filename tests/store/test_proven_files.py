"""Large files, whose lines are stored as they are read if all are proven: the store is the same as of any other."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcprops.event_files import LONGEST_LINE, EventFileError
from dcprops.rules import SAMPLES
from dcprops.store import ConflictError, InvalidEventsError, Store, appending

from .bulk.mutations import mutants
from .ledger import DOCUMENTS, SAMPLE, by_id, changed, numbered

LINES = SAMPLE.read_bytes().splitlines()


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path: Path):
    with Store(":memory:" if request.param == "memory" else tmp_path / "events.duckdb") as store:
        yield store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.ndjson"


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(appending, "_WORTH_A_TRY", 0)


@pytest.fixture
def routes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """By which route each append stored something: "proven" or "judged"."""
    taken: list[str] = []
    for name in ("proven", "new", "distinct"):
        taken_by = "proven" if name == "proven" else "judged"
        monkeypatch.setattr(appending, f"_store_{name}", _noted(getattr(appending, f"_store_{name}"), taken, taken_by))
    return taken


def _noted(store_them: Any, taken: list[str], route: str) -> Any:
    def store_and_note(*arguments: Any) -> Any:
        done = store_them(*arguments)
        taken.append(route)
        return done

    return store_and_note


def spelt(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_proven_lines_come_back_to_the_letter(store, path, routes, compress):
    path.write_bytes(compress(b"\n".join(LINES)))
    done = store.append(path)
    assert (done.created, done.exists, done.rejected) == (200, 0, 0)
    assert by_id(store.events()) == by_id(DOCUMENTS)
    assert store.verify(done.receipt) == done.receipt
    assert routes == ["proven"]


def test_new_files_go_to_what_is_there(store, path, routes):
    for start in (0, 100):
        path.write_bytes(b"\n".join(LINES[start : start + 100]))
        assert store.append(path).created == 100
    assert by_id(store.events()) == by_id(DOCUMENTS)
    assert store.verify(store.receipt()).batch == 2
    assert routes == ["proven", "proven"]


SPOILT = spelt(changed(SAMPLES["contribution"], amount="-1"))


@pytest.mark.parametrize(
    ("line", "created", "rejected"),
    [
        pytest.param(b"", 200, 0, id="a blank one"),
        pytest.param(b" \t\r", 200, 0, id="white space"),
        pytest.param(json.dumps(SAMPLES["hire"], sort_keys=True).encode(), 201, 0, id="keys in another order"),
        pytest.param(spelt(SAMPLES["hire"]).replace(b'"E1"', b'"\\u0045"'), 201, 0, id="an escape"),
        pytest.param(SPOILT, 200, 1, id="an amount below 0"),
        pytest.param(spelt(SAMPLES["hire"]).replace(b'"E1"', b'" E1"'), 200, 1, id="a space at the start of a text"),
        pytest.param(spelt(SAMPLES["hire"]).replace(b'"E1"', b'""'), 200, 1, id="an empty text"),
        pytest.param(b"not JSON", 200, 1, id="not JSON"),
        pytest.param(b'{"event_id": "\xff"}', 200, 1, id="not UTF-8"),
        pytest.param(b"x" * (LONGEST_LINE + 1), 200, 1, id="too long"),
    ],
)
@pytest.mark.parametrize("place", [0, 100, 200])
def test_a_line_that_is_not_proven_is_judged(path, line, created, rejected, place):
    path.write_bytes(b"\n".join([*LINES[:place], line, *LINES[place:]]) + b"\n")
    with Store() as store:
        done = store.append(path)
        assert (done.created, done.exists, done.rejected) == (created, 0, rejected)
        assert set(by_id(DOCUMENTS)) <= set(by_id(store.events()))
        assert {row["line"] for row in store.quarantined()} == ({place + 1} if rejected else set())
        assert store.verify(done.receipt) == done.receipt


def test_strictly_one_invalid_line_refuses_all(store, path):
    path.write_bytes(b"\n".join([*LINES, SPOILT]))
    with pytest.raises(InvalidEventsError, match="line 201: amount"):
        store.append(path, strict=True)
    assert (store.receipt().rows, store.quarantined()) == (0, [])


def test_what_is_there_is_not_stored_again(store, path, routes):
    path.write_bytes(b"\n".join([*LINES[:120], *LINES[100:120]]))
    done = store.append(path)
    assert (done.created, done.exists) == (120, 20)
    path.write_bytes(b"\n".join(LINES))
    done = store.append(path)
    assert (done.created, done.exists) == (80, 120)
    assert store.append(path).exists == 200
    assert by_id(store.events()) == by_id(DOCUMENTS)
    assert store.verify(done.receipt) == done.receipt
    assert routes == ["judged"] * 3


@pytest.mark.parametrize("before", [True, False], ids=["in the store", "in the file"])
def test_an_id_with_another_content_refuses_the_whole(store, path, before):
    other = spelt(changed(DOCUMENTS[0], employee_id="EMP_OTHER"))
    if before:
        store.append([DOCUMENTS[0]])
    path.write_bytes(b"\n".join([other, *LINES[1:]] if before else [*LINES, other]))
    with pytest.raises(ConflictError, match="employee_id"):
        store.append(path)
    assert store.receipt().rows == int(before)


def test_a_file_that_breaks_off_stores_nothing(store, path):
    content = gzip.compress(b"\n".join(numbered_lines(20_000)))
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(EventFileError, match="truncated gzip"):
        store.append(path)
    assert store.receipt().rows == 0
    path.write_bytes(content)
    assert store.append(path).created == 20_000


def test_a_large_file_needs_no_changed_setting(path, routes, monkeypatch):
    monkeypatch.undo()
    path.write_bytes(b"\n".join(numbered_lines(40_000)))
    assert path.stat().st_size > appending._WORTH_A_TRY
    with Store() as store:
        done = store.append(path)
        assert done.created == 40_000
        assert store.verify(done.receipt) == done.receipt


def numbered_lines(count: int) -> list[bytes]:
    return [spelt(numbered(DOCUMENTS[number % 200], number)) for number in range(count)]


def outcome(path: Path, worth_a_try: int) -> object:
    """What becomes of a file that is large, or isn't, from so many bytes on."""
    with pytest.MonkeyPatch.context() as patch, Store() as store:
        patch.setattr(appending, "_WORTH_A_TRY", worth_a_try)
        try:
            done = store.append(path)
        except ConflictError as error:
            return str(error), store.receipt().rows
        store.verify(done.receipt)
        # A document without an id or an instant gets new ones in each reading.
        events = by_id(document | {"event_id": None, "created_at": None} for document in store.events())
        refused = sorted((row["line"], row["field"], row["rule"], row["raw"]) for row in store.quarantined())
        return done.created, done.exists, done.rejected, events, refused


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.integers(0, 3))
def test_spoilt_files_are_stored_as_their_documents_are(seed: int, spoilt: int):
    random = Random(seed)
    lines = random.sample(LINES, 20)
    for text in mutants([spelt(document).decode() for document in SAMPLES.values()], seed, spoilt):
        lines.insert(random.randrange(len(lines) + 1), text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.ndjson"
        path.write_bytes(b"\n".join(lines))
        assert outcome(path, 0) == outcome(path, 1 << 60)
