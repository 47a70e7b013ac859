"""A database locked down as a store's is, and the verdict of the model beside that of the set-at-a-time route."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")

from dcprops.event_files import Row, event_of  # noqa: E402
from dcprops.events import SimulationEvent  # noqa: E402
from dcprops.schemas.columns import row_of  # noqa: E402
from dcprops.store.bulk import stage_texts  # noqa: E402
from dcprops.store.bulk.plain import is_plain  # noqa: E402
from dcprops.store.bulk.rendering import judged  # noqa: E402

LOCKED_DOWN = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "false",
    "threads": "2",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=LOCKED_DOWN) as made:
        made.execute("SET TimeZone = 'America/St_Johns'")  # no verdict and no value may hang on the session's zone
        yield made


def staged_rows(connection: duckdb.DuckDBPyConnection) -> dict[int, dict[str, object]]:
    """The rows of `staged` by line, in the values of `row_of`."""
    found = connection.execute(
        "SELECT * REPLACE (event_id::VARCHAR AS event_id, epoch_us(created_at) AS created_at) FROM staged"
    )
    names = [column[0] for column in found.description]
    rows = {}
    for values in found.fetchall():
        row = dict(zip(names, values, strict=True))
        row["created_at"] = EPOCH + timedelta(microseconds=row["created_at"])
        rows[row.pop("line")] = row
    return rows


def expect_the_models_verdict(
    read: SimulationEvent | tuple[object, ...], text: bytes, row: dict[str, object] | None, refusals: list[object]
) -> None:
    """That a document is staged with the model's values, or refused for what is wrong with it."""
    if not isinstance(read, SimulationEvent):
        assert (row, refusals) == (None, [(each.field, each.rule, each.message, text) for each in read])
        return
    assert row is not None, f"refused, though the model accepts it: {text!r}"
    assert refusals == []
    expected = row_of(read)
    for name in ("event_id", "created_at"):
        if name not in json.loads(text):  # then it is new in each reading
            expected[name] = row[name]
    assert list(map(repr, row.values())) == list(map(repr, expected.values()))


def unproven_lines(connection: duckdb.DuckDBPyConnection, texts: Sequence[str], plain: Sequence[bool]) -> list[int]:
    """The places of the texts that SQL alone doesn't prove valid, when it is told of each whether it is plain."""
    columns = {
        "line": pa.array(range(len(texts)), pa.int64()),
        "text": pa.array(texts, pa.string()),
        "plain": pa.array(plain, pa.bool_()),
        "raw": pa.nulls(len(texts), pa.binary()),
    }
    connection.register("told", pa.table(columns))
    found = connection.execute(f"SELECT line FROM ({judged('told', any_text=True)}) WHERE raw IS NOT NULL").fetchall()
    connection.unregister("told")
    return sorted(line for (line,) in found)


def expect_the_same_of_plain_texts(connection: duckdb.DuckDBPyConnection, texts: Sequence[bytes]) -> None:
    """That SQL proves the same texts when it is told which of them are plain."""
    decoded = [text.decode() for text in texts if _is_utf_8(text)]
    plain = [is_plain(text.encode()) for text in decoded]
    count = len(decoded)
    found = unproven_lines(connection, decoded * 2, [*plain, *[False] * count])
    assert [place for place in found if place < count] == [place - count for place in found if place >= count]


def _is_utf_8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.fixture(scope="module")
def same_verdicts(connection: duckdb.DuckDBPyConnection) -> Callable[[Sequence[bytes]], int]:
    """Judges texts both ways, expects the same of each, and tells how many are valid."""

    def judge(texts: Sequence[bytes]) -> int:
        numbers = pa.array(range(len(texts)), pa.int64())
        connection.register("given", pa.table({"line": numbers, "text": pa.array(texts, pa.binary())}))
        found = stage_texts(connection, "given")
        connection.unregister("given")
        rows = staged_rows(connection)
        refusals: dict[int, list[object]] = {}
        for line, *rest in connection.execute("SELECT * FROM refused").fetchall():
            refusals.setdefault(line, []).append(tuple(rest))
        for line, text in enumerate(texts):
            expect_the_models_verdict(event_of(Row(line, text)), text, rows.get(line), refusals.get(line, []))
        assert (found.documents, found.valid) == (len(texts), len(rows))
        expect_the_same_of_plain_texts(connection, texts)
        return found.valid

    return judge


@pytest.fixture(scope="module")
def unproven(connection: duckdb.DuckDBPyConnection) -> Callable[[Sequence[str]], list[str]]:
    """The texts that SQL alone doesn't prove valid."""

    def judge(texts: Sequence[str]) -> list[str]:
        return [
            texts[place] for place in unproven_lines(connection, texts, [is_plain(text.encode()) for text in texts])
        ]

    return judge
