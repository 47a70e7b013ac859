"""NDJSON, plain and gzip: what is read, what is passed over, and what is said of files that are of no use."""

from __future__ import annotations

import gzip
import os
import random
import re
import tracemalloc
import zlib
from pathlib import Path

import pytest

from dcprops.event_files import LONGEST_LINE, EventFile, EventFileError, Row
from dcprops.rules import Breach


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events"


def rows_of(path: Path) -> list[Row]:
    with EventFile(path) as file:
        return list(file)


def error_of(path: Path) -> str:
    with pytest.raises(EventFileError) as caught:
        rows_of(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


# --- what is read ---


@pytest.mark.parametrize("name", ["events.ndjson", "events.gz", "events.parquet", "events"])
def test_the_content_tells_what_a_file_is_and_not_its_name(tmp_path: Path, sample: tuple[bytes, ...], name: str):
    text = b"".join(line + b"\n" for line in sample)
    expected = [Row(number, line) for number, line in enumerate(sample, start=1)]
    for content in (text, gzip.compress(text)):
        (tmp_path / name).write_bytes(content)
        assert rows_of(tmp_path / name) == expected


def test_gzip_may_have_several_members(path: Path):
    path.write_bytes(gzip.compress(b'{"a":') + gzip.compress(b'1}\n{"b":2}') + gzip.compress(b"", mtime=0) + b"\0\0\0")
    assert rows_of(path) == [Row(1, b'{"a":1}'), Row(2, b'{"b":2}')]


def test_blank_lines_are_counted_and_passed_over(path: Path):
    path.write_bytes(b'\n{"a":1}\r\n \t\r\n\n  {"b":2} \n\r\n{"c":3}')
    assert rows_of(path) == [Row(2, b'{"a":1}'), Row(5, b'  {"b":2}'), Row(7, b'{"c":3}')]


def test_only_json_white_space_makes_a_line_blank(path: Path):
    path.write_bytes(b"\x0b\n\x0c\n\xc2\xa0\n{}\n")
    assert [row.content for row in rows_of(path)] == [b"\x0b", b"\x0c", b"\xc2\xa0", b"{}"]


def test_other_line_separators_stay_in_their_line(path: Path):
    text = '{"a":"\u2028\u2029\x85"}'.encode()
    path.write_bytes(text + b"\n")
    assert rows_of(path) == [Row(1, text)]


def test_a_byte_order_mark_is_named(path: Path):
    path.write_bytes(b'\xef\xbb\xbf{"a":1}\n\xef\xbb\xbf{"b":2}\n')
    first, second = rows_of(path)
    assert isinstance(first.content, Breach)
    assert (first.number, first.content.field, first.content.rule) == (1, "", "not-json")
    assert "byte order mark" in first.content.message
    assert second == Row(2, b'\xef\xbb\xbf{"b":2}')


def test_a_pipe_is_read_too(path: Path):
    os.mkfifo(path)
    # Opened for both, so that neither end waits for the other; what is written fits into the pipe.
    writer = os.open(path, os.O_RDWR)
    with EventFile(path) as file:
        os.write(writer, b'{"a":1}\n')
        os.close(writer)
        assert list(file) == [Row(1, b'{"a":1}')]
        assert file.share_read == 0.0


def test_the_share_that_is_read_grows_to_one(path: Path):
    noise = random.Random(1)
    path.write_bytes(gzip.compress(b"".join(b"%x\n" % noise.getrandbits(4000) for _ in range(1000))))
    with EventFile(path) as file:
        shares = [file.share_read for _ in file]
        assert shares == sorted(shares)
        assert shares[0] < 0.3 < shares[500] < 0.8
        assert file.share_read == 1.0


# --- lines that are too long ---


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("excess", [1, 2, LONGEST_LINE, 3 * LONGEST_LINE + 7])
def test_a_line_that_is_too_long_is_a_breach_and_the_lines_around_it_are_read(path: Path, excess: int, end: bytes):
    path.write_bytes(b"{}\n" + b"x" * (LONGEST_LINE + excess) + end + (b"[]\n" if end else b""))
    first, second, *rest = rows_of(path)
    assert first == Row(1, b"{}")
    assert isinstance(second.content, Breach)
    assert (second.number, second.content.field, second.content.rule) == (2, "", "too-long")
    assert f"{LONGEST_LINE + excess:,} bytes" in second.content.message
    assert rest == ([Row(3, b"[]")] if end else [])


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_of_just_the_longest_length_is_read(path: Path, end: bytes):
    path.write_bytes(b"x" * LONGEST_LINE + end)
    assert rows_of(path) == [Row(1, b"x" * LONGEST_LINE)]


@pytest.mark.parametrize("compress", [bytes, lambda content: gzip.compress(content, 1)], ids=["plain", "gzip"])
def test_a_line_of_50_megabytes_takes_little_memory(path: Path, compress):
    path.write_bytes(compress(b"{}\n" + b'"' + b"x" * 50_000_000 + b'"\n{}\n'))
    tracemalloc.start()
    try:
        with EventFile(path) as file:
            found = [(row.number, type(row.content)) for row in file]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == [(1, bytes), (2, Breach), (3, bytes)]
    assert peak < 6 * LONGEST_LINE


# --- files that are of no use ---


@pytest.mark.parametrize(
    "content", [b"", b"\n", b" \r\n\t\n", gzip.compress(b""), gzip.compress(b"\n\n")],
    ids=["nothing", "a line end", "blank lines", "gzip of nothing", "gzip of blank lines"],
)  # fmt: skip
def test_a_file_without_a_row_holds_no_events(path: Path, content: bytes):
    path.write_bytes(content)
    assert "holds no events" in error_of(path)


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.9, 1.0])
def test_a_truncated_gzip_gives_the_whole_lines_before_and_says_how_many(
    path: Path, sample: tuple[bytes, ...], share: float
):
    whole = gzip.compress(b"".join(line + b"\n" for line in sample))
    # The last eight bytes of gzip are a checksum and a length: without some of them it is truncated as well.
    kept = whole[: max(2, int((len(whole) - 1) * share))]
    path.write_bytes(kept)
    lines = zlib.decompressobj(31).decompress(kept).count(b"\n")
    read: list[Row] = []
    with EventFile(path) as file, pytest.raises(EventFileError, match=rf"truncated gzip.* after {lines} whole line"):
        read.extend(file)
    assert [row.content for row in read] == list(sample[:lines])


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:],
        lambda whole: whole + b"more",
        lambda whole: whole[:10] + b"\xff" * 50 + whole[60:],
        lambda whole: whole[:2] + b"\x07" + whole[3:],
    ],
    ids=["checksum", "trailing", "body", "method"],
)
def test_a_damaged_gzip_is_named(path: Path, sample: tuple[bytes, ...], damage):
    path.write_bytes(damage(gzip.compress(b"\n".join(sample))))
    message = error_of(path)
    assert "damaged gzip" in message
    assert re.search(r"after [0-9]+ whole lines?", message)


@pytest.mark.parametrize(
    ("start", "named"),
    [
        (b"PK\x03\x04", "zip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh9", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        ("\ufeff{}".encode("utf-16-le"), "UTF-16"),
        ("\ufeff{}".encode("utf-16-be"), "UTF-16"),
        (b"PARE", "encrypted Parquet"),
    ],
)
def test_other_formats_are_named(path: Path, start: bytes, named: str):
    path.write_bytes(start + bytes(100))
    assert named in error_of(path)


def test_a_missing_file(path: Path):
    assert "does not exist" in error_of(path)


def test_a_directory(tmp_path: Path):
    assert "is a directory" in error_of(tmp_path)


def test_a_path_through_a_file(path: Path):
    path.write_bytes(b"{}")
    assert "cannot be opened: Not a directory" in error_of(path / "events")


def test_a_path_that_no_file_can_have(tmp_path: Path):
    assert "cannot be opened: embedded null byte" in error_of(tmp_path / "a\0b")


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="only Linux has a file that opens but can't be read")
def test_a_file_that_fails_while_it_is_read():
    assert "cannot be read: Input/output error" in error_of(Path("/proc/self/mem"))
