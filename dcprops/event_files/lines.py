"""Lines of documents, plain or in gzip."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dcprops.event_files.rows import LONGEST_LINE, EventFileError, Row
from dcprops.rules import Breach

__all__ = ["MARKED", "after_lines", "rows_of_gzip", "rows_of_lines", "too_long"]

_JSON_SPACE: Final = b" \t\r\n"
_BYTE_ORDER_MARK: Final = codecs.BOM_UTF8
#: What is said of a first line that has a byte order mark.
MARKED: Final = Breach(
    "", "not-json", "the file starts with a byte order mark, which is no part of JSON: write it as UTF-8 without one"
)


def rows_of_lines(stream: io.BufferedReader | gzip.GzipFile) -> Iterator[Row]:
    """The rows of NDJSON. Blank lines count as lines, but aren't rows."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            yield Row(number, too_long(len(line) + _skip_rest_of_line(stream)))
        elif number == 1 and line.startswith(_BYTE_ORDER_MARK):
            yield Row(number, MARKED)
        elif text := line.rstrip(_JSON_SPACE):
            yield Row(number, text)


def _skip_rest_of_line(stream: io.BufferedReader | gzip.GzipFile) -> int:
    """Read on to the end of the line, a piece at a time. Its bytes, without the end."""
    length = 0
    while piece := stream.readline(LONGEST_LINE):
        length += len(piece)
        if piece.endswith(b"\n"):
            return length - 1
    return length


def too_long(length: int) -> Breach:
    """What is said of a line of so many bytes."""
    return Breach("", "too-long", f"the document is {length:,} bytes long: expected at most {LONGEST_LINE:,} on a line")


def rows_of_gzip(path: Path, file: io.BufferedReader) -> Iterator[Row]:
    """The rows of NDJSON in gzip. Raises EventFileError, saying how many lines came before, where it is damaged."""
    lines = 0
    try:
        # GzipFile hands on all that it could decompress before it meets the damage, so no whole line is missed.
        with gzip.GzipFile(fileobj=file) as stream:
            for row in rows_of_lines(stream):
                yield row
                lines = row.number
    except EOFError:
        raise EventFileError(f"{path} is a truncated gzip: it breaks off {after_lines(lines)}; get it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise EventFileError(f"{path} is a damaged gzip {after_lines(lines)}: {error}; get it again") from error


def after_lines(count: int) -> str:
    """How far a file could be read."""
    return f"after {count:,} whole line{'' if count == 1 else 's'}"
