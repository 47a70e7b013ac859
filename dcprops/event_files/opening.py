"""Opening an event file: telling by its content what it is, and reading it row by row."""

from __future__ import annotations

import importlib.util
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dcprops.event_files.lines import rows_of_gzip, rows_of_lines
from dcprops.event_files.pieces import PieceOrBreach, pieces_of_gzip, pieces_of_lines
from dcprops.event_files.rows import EventFileError, Row

__all__ = ["EventFile"]

_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"
#: How files start that are often taken for event files, and what to do with them.
_OTHER_FORMATS: Final = {
    b"PK\x03\x04": "is a zip archive: unpack it first",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd: unpack it first, or use gzip",
    b"BZh": "is compressed with bzip2: unpack it first, or use gzip",
    b"\xfd7zXZ": "is compressed with xz: unpack it first, or use gzip",
    b"\xff\xfe": "is UTF-16: write it as UTF-8",
    b"\xfe\xff": "is UTF-16: write it as UTF-8",
    b"PARE": "is encrypted Parquet: write it without encryption",
}
_NOT_PERMITTED: Final = "may not be read by this user: change its permissions, or run as another user"


class EventFile:
    """An event file, open for reading: iterate over it, once, for its rows.

    `EventFile(path)` is a context manager. Opening and reading raise EventFileError: for a path that is missing, a
    directory or not permitted, for a file without a row, in another format, truncated or damaged, and for Parquet
    whose columns are not those of the Arrow schema.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._file = _opened(self.path)
        self._number = 0
        self._last_number = 0

    def __enter__(self) -> EventFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    @property
    def share_read(self) -> float:
        """How much of the file has been read, from 0 to 1; 0 where that can't be told, as for a pipe."""
        if self._last_number:
            return self._number / self._last_number
        size = os.fstat(self._file.fileno()).st_size
        return min(1.0, self._file.tell() / size) if size else 0.0

    def __iter__(self) -> Iterator[Row]:
        """The rows, in order. Raises EventFileError where the file turns out to be of no use."""
        try:
            for row in self._rows():
                self._number = row.number
                yield row
        except OSError as error:
            raise self._unreadable(error) from error
        if not self._number:
            raise EventFileError(f"{self.path} holds no events: expected one event as a JSON object on each line")

    @property
    def is_parquet(self) -> bool:
        """Whether the file is Parquet, and so has no lines."""
        return self._start().startswith(_PARQUET)

    @property
    def is_gzip(self) -> bool:
        """Whether the file is gzip."""
        return self._start().startswith(_GZIP)

    def pieces(self) -> Iterator[PieceOrBreach]:
        """The lines of NDJSON, plain or gzip, in pieces of a mebibyte; once, in place of the rows.

        Raises EventFileError as reading row by row does, but not for a file without a row: blank lines are in the
        pieces too.
        """
        try:
            yield from (pieces_of_gzip(self.path, self._file) if self.is_gzip else pieces_of_lines(self._file))
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> EventFileError:
        return EventFileError(f"{self.path} cannot be read: {error.strerror or error}")

    def _start(self) -> bytes:
        """How the file starts. Raises EventFileError where that shows another format."""
        start = self._file.peek(8)
        for magic, advice in _OTHER_FORMATS.items():
            if start.startswith(magic):
                raise EventFileError(f"{self.path} {advice}")
        return start

    def _rows(self) -> Iterator[Row]:
        start = self._start()
        if start.startswith(_PARQUET):
            return self._rows_of_parquet()
        if start.startswith(_GZIP):
            return rows_of_gzip(self.path, self._file)
        return rows_of_lines(self._file)

    def _rows_of_parquet(self) -> Iterator[Row]:
        if importlib.util.find_spec("pyarrow") is None:
            raise EventFileError(f"{self.path} is Parquet, which needs pyarrow: pip install 'dcprops[duckdb]'")
        from dcprops.event_files import parquet  # noqa: PLC0415  # it imports pyarrow, an extra

        table = parquet.opened(self.path, self._file)
        self._last_number = table.metadata.num_rows
        return parquet.rows_of(self.path, table)


def _opened(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise EventFileError(f"{path} does not exist: give the path of an event file") from None
    except IsADirectoryError:
        raise EventFileError(f"{path} is a directory: give the path of one event file in it") from None
    except PermissionError:
        advice = "is a directory: give the path of one event file in it" if path.is_dir() else _NOT_PERMITTED
        raise EventFileError(f"{path} {advice}") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        raise EventFileError(f"{path} cannot be opened: {getattr(error, 'strerror', None) or error}") from error
