"""Lines of documents in pieces of a mebibyte, for whoever reads them set at a time rather than row by row."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from dcprops.event_files.lines import MARKED, after_lines, too_long
from dcprops.event_files.rows import LONGEST_LINE, EventFileError
from dcprops.rules import Breach

__all__ = ["Piece", "PieceOrBreach", "UnreadLine", "pieces_of_gzip", "pieces_of_lines"]

_JSON_SPACE: Final = b" \t\r\n"
_DAMAGE: Final = (EOFError, gzip.BadGzipFile, zlib.error)


class Piece(NamedTuple):
    """Whole lines, parted by line feeds, the last without one; `first` is the number of the first of them."""

    first: int
    content: bytes


class UnreadLine(NamedTuple):
    """A line that is refused unread: its number, the rule that it breaks and, where it was kept, its text."""

    number: int
    breach: Breach
    raw: bytes | None


PieceOrBreach: TypeAlias = Piece | UnreadLine


def pieces_of_lines(stream: io.BufferedReader | gzip.GzipFile) -> Iterator[PieceOrBreach]:
    """The lines of NDJSON, in order: what `rows_of_lines` says of each, except that blank ones are in the pieces."""
    blocks = _Blocks(stream)
    number = 1
    pending = b""  # the start of a line whose end hasn't been read
    while block := blocks.read():
        cut = block.rfind(b"\n")
        if cut < 0 and len(pending) + len(block) <= LONGEST_LINE:
            pending += block
            continue
        first_end = block.find(b"\n")
        if first_end < 0 or len(pending) + first_end > LONGEST_LINE:
            length, block = _rest_of_long_line(blocks, len(pending), block, first_end)
            yield UnreadLine(number, too_long(length), None)
            number, pending, cut = number + 1, b"", block.rfind(b"\n")
        if cut >= 0:
            content = b"".join((pending, memoryview(block)[:cut]))
            yield from _marked_apart(number, content)
            number += 1 + len(content) - len(content.replace(b"\n", b""))  # five times as fast as count
            pending = b""
        pending += block[cut + 1 :]
    if pending:
        yield from _marked_apart(number, pending)


class _Blocks:
    """A stream in blocks of a mebibyte; the last is what is left before the stream ends or its damage begins."""

    def __init__(self, stream: io.BufferedReader | gzip.GzipFile) -> None:
        self._stream = stream
        self._damage: Exception | None = None

    def read(self) -> bytes:
        """The next block, empty at the end. Raises what a damaged gzip raises once all before the damage was read."""
        self._raise_damage()
        parts: list[bytes] = []
        missing = LONGEST_LINE
        while missing and (part := self._part(missing)):
            parts.append(part)
            missing -= len(part)
        if not parts:
            self._raise_damage()
        return b"".join(parts)

    def _raise_damage(self) -> None:
        if self._damage is not None:
            raise self._damage

    def _part(self, size: int) -> bytes:
        try:
            return self._stream.read1(size)
        except _DAMAGE as error:
            self._damage = error
            return b""


def _rest_of_long_line(blocks: _Blocks, length: int, block: bytes, end: int) -> tuple[int, bytes]:
    """Read on to the end of a line that is too long. Its length, and what comes after it in the last block."""
    while end < 0:
        length += len(block)
        block = blocks.read()
        if not block:
            return length, b""
        end = block.find(b"\n")
    return length + end, block[end + 1 :]


def _marked_apart(number: int, content: bytes) -> Iterator[PieceOrBreach]:
    """The piece; of the first one its first line apart, if it starts with a byte order mark."""
    if number > 1 or not content.startswith(codecs.BOM_UTF8):
        yield Piece(number, content)
        return
    marked, end, rest = content.partition(b"\n")
    yield UnreadLine(number, MARKED, marked.rstrip(_JSON_SPACE))
    if end:
        yield Piece(number + 1, rest)


def pieces_of_gzip(path: Path, file: io.BufferedReader) -> Iterator[PieceOrBreach]:
    """The same of NDJSON in gzip. Raises EventFileError, saying how many lines came before, where it is damaged."""
    lines = 0
    try:
        with gzip.GzipFile(fileobj=file) as stream:
            for piece in pieces_of_lines(stream):
                yield piece
                lines = _last_row(piece, lines)
    except EOFError:
        raise EventFileError(f"{path} is a truncated gzip: it breaks off {after_lines(lines)}; get it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise EventFileError(f"{path} is a damaged gzip {after_lines(lines)}: {error}; get it again") from error


def _last_row(piece: PieceOrBreach, before: int) -> int:
    """The number of the last line in a piece that isn't blank."""
    if isinstance(piece, UnreadLine):
        return piece.number
    content = piece.content.rstrip(_JSON_SPACE)
    return piece.first + content.count(b"\n") if content else before
