"""A store's database: made, opened, locked down, used in transactions; and what DuckDB raises, said in words."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias

import duckdb

from dcprops.store.errors import (
    StoreClosedError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreMemoryError,
)

__all__ = ["Database"]

#: DuckDB's settings, in the types that its own signature has.
_Options: TypeAlias = "dict[str, str | bool | int | float | list[str]]"

#: Nothing is fetched, nothing is run that wasn't asked for, and no file is read but the store's own.
_LOCKED_DOWN: Final[_Options] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    # Events have no order but the canonical one, and rows are written faster when theirs needn't be kept.
    "preserve_insertion_order": "false",
}
#: Files that this process has open as stores, by path and by what the system knows them by: DuckDB would share one
#: database between them without a word, and the system lets one process lock a file twice.
_OPEN: Final[set[Path | tuple[int, int]]] = set()
_OPENING: Final = threading.Lock()


class _OneWriter:
    """A lock of which the thread that has it is told so, where it would wait for itself for ever."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._holder: int | None = None

    def __enter__(self) -> None:
        if self._holder == threading.get_ident():
            raise StoreError(f"{self._name} is being appended to: what is appended can't write to it itself")
        self._lock.acquire()
        self._holder = threading.get_ident()

    def __exit__(self, *exception: object) -> None:
        self._holder = None
        self._lock.release()


class Database:
    """One DuckDB database, in a file or (with `path` None) in memory.

    Reading and writing go through cursors of their own, so threads may read while one writes. One process has a file
    open at a time. `prepare` makes the tables of a new database.
    """

    def __init__(
        self,
        path: Path | None,
        prepare: Callable[[duckdb.DuckDBPyConnection], None],
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
    ) -> None:
        self.path = path
        self._options: _Options = dict(_LOCKED_DOWN)
        if threads is not None:
            self._options["threads"] = str(threads)
        if memory_limit is not None:
            self._options["memory_limit"] = memory_limit
        if path is None:
            self._options["temp_directory"] = ""  # nobody expects a database in memory to leave files behind
        self._using = threading.Lock()
        self.writing = _OneWriter(self.name)
        self._claimed: set[Path | tuple[int, int]] = set()
        self._connection: duckdb.DuckDBPyConnection | None = None
        if path is not None:
            if "?" in os.fspath(path):
                raise StoreError(f"{path} has a question mark, after which DuckDB reads no name: give another path")
            self._claim(path)
        try:
            if path is not None:
                if _look(path) is None:
                    _make(path, prepare)
                self._claim_file(path)
                _expect_a_database(path)
            self._connection = self._opened()
            if path is None:
                with self.cursor() as cursor:
                    prepare(cursor)
        except BaseException:
            self.close()
            self._release()
            raise

    def _claim_file(self, path: Path) -> None:
        """Claim the file that the path leads to, which may have other names too."""
        found = _look(path)
        if found is None:
            raise StoreError(f"{path} was removed while it was opened: try again")
        self._claim((found.st_dev, found.st_ino))

    def _claim(self, key: Path | tuple[int, int]) -> None:
        with _OPENING:
            if key in _OPEN:
                raise StoreLockedError(
                    f"{self.path} is open in this process already: close that store, or use it", os.getpid()
                )
            _OPEN.add(key)
            self._claimed.add(key)

    def _release(self) -> None:
        with _OPENING:
            _OPEN.difference_update(self._claimed)
            self._claimed.clear()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        try:
            return _connected(":memory:" if self.path is None else os.fspath(self.path), self._options)
        except duckdb.Error as error:
            raise self.in_words(error) from error

    @property
    def closed(self) -> bool:
        """Whether the database has been closed."""
        return self._connection is None

    def close(self) -> None:
        """Close the database. It is no error to close it twice."""
        with self._using:
            connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(duckdb.Error):  # all that was committed is in the file or its log
                connection.close()
            self._release()

    def _reopen(self, broken: duckdb.DuckDBPyConnection) -> None:
        """Discard an instance that DuckDB has given up on, and open the file again.

        Raises StoreDamagedError for a database in memory, whose content is gone with the instance.
        """
        if self.path is None:
            self.close()
            raise StoreDamagedError("the store in memory broke down, and its events are lost: append them to a new one")
        with self._using:
            if self._connection is not broken:
                return  # another thread was faster
            self._connection = None
            with suppress(duckdb.Error):
                broken.close()
            try:
                self._connection = self._opened()
            except BaseException:
                self._release()
                raise

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor to work with, closed at the end. What DuckDB raises becomes a StoreError that says what to do.

        After an error that DuckDB can't go on from, the file is open anew, and the error's cause is FatalException.
        """
        with self._using:
            if self._connection is None:
                raise StoreClosedError(f"{self.name} is closed: open it again with Store(path)")
            connection = self._connection
            cursor = connection.cursor()
        try:
            yield cursor
        except duckdb.Error as error:
            if isinstance(error, duckdb.FatalException):
                cursor.close()
                self._reopen(connection)
            raise self.in_words(error) from error
        finally:
            with suppress(duckdb.Error):
                cursor.close()

    @contextmanager
    def transaction(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Commit what is done inside, or none of it if anything raises."""
        cursor.execute("BEGIN TRANSACTION")
        try:
            yield
            cursor.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # DuckDB may have rolled back itself, or given up altogether
                cursor.execute("ROLLBACK")
            raise

    def is_in(self, path: str | os.PathLike[str]) -> bool:
        """Whether a path leads to the database's own file; to close that would end DuckDB's lock on it."""
        with suppress(OSError, ValueError):
            return self.path is not None and os.path.samefile(path, self.path)
        return False

    @property
    def name(self) -> str:
        """What errors call the database."""
        return "the store in memory" if self.path is None else str(self.path)

    def in_words(self, error: duckdb.Error) -> StoreError:
        """The StoreError that says what DuckDB's error means."""
        text = " ".join(str(error).split())
        if _LOCK in text:
            found = _HOLDER.search(text)
            holder = int(found.group(1)) if found else None
            by = "another process" if holder is None else f"process {holder}"
            return StoreLockedError(f"{self.name} is open in {by}: close it there first, then try again", holder)
        if isinstance(error, duckdb.OutOfMemoryException):
            return StoreMemoryError(
                f"{self.name} needs more memory than its limit: {_first(text)}; raise memory_limit, or do less at once"
            )
        if any(sign in text for sign in _FORBIDDEN):
            return StoreError(f"{self.name} {_NOT_PERMITTED}")
        if any(sign in text for sign in _FULL):
            return StoreFullError(f"{self.name} cannot be written: {_first(text)}; make room, then try again")
        if isinstance(error, _DAMAGE) or "Corrupt" in text:
            return StoreDamagedError(
                f"{self.name} cannot be read: {_first(text)}; restore it, or append its events anew"
            )
        return StoreError(f"{self.name}: {_first(text)}")


_LOCK: Final = "Could not set lock"
_HOLDER: Final = re.compile(r"\(PID (\d+)\)")
_FULL: Final = ("No space left", "File too large", "Disk quota exceeded", "Could not write", "could not write")
_FORBIDDEN: Final = ("Permission denied", "Read-only file system", "Operation not permitted")
_NOT_PERMITTED: Final = "may not be read and written by this user: change its permissions, or run as another user"
_DAMAGE: Final = (
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.CatalogException,
    duckdb.BinderException,
)


def _first(text: str) -> str:
    """What DuckDB says, without the statement that it was asked."""
    said = text.removeprefix("TransactionContext Error: ").split(" See also ")[0]
    return _STATEMENT.split(said)[0][:300].rstrip(".")


_STATEMENT: Final = re.compile(r" LINE \d+: ")


def _connected(name: str, options: _Options) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(name, config=options)
    try:
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute("SET GLOBAL lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def _look(path: Path) -> os.stat_result | None:
    """What the system knows of a file, None if there is none. Raises StoreError for a path that no file can have."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise StoreError(f"{path} {_NOT_PERMITTED}") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        said = getattr(error, "strerror", None) or error
        raise StoreError(f"{path} cannot be opened: {said}; give another path") from error


#: Where a database says what it is, and how.
_MAGIC_AT: Final = 8
_MAGIC: Final = b"DUCK"


def _expect_a_database(path: Path) -> None:
    """Raise StoreDamagedError for a file that is none: DuckDB would wait for a pipe, and read some text as a table."""
    if not path.is_file():
        what = "a directory" if path.is_dir() else "no regular file"
        raise StoreDamagedError(f"{path} is {what}: give the path of a store, or one where no file is yet")
    try:
        with path.open("rb") as file:
            start = file.read(_MAGIC_AT + len(_MAGIC))
    except PermissionError as error:
        raise StoreError(f"{path} {_NOT_PERMITTED}") from error
    if not start:
        raise StoreDamagedError(f"{path} is empty, which no store is: get it again, or remove it for a new one")
    if start[_MAGIC_AT:] != _MAGIC:
        raise StoreDamagedError(
            f"{path} cannot be read as a store: it is no DuckDB database; give the path of a store, or one where no "
            "file is yet"
        )


def _make(path: Path, prepare: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
    """Make the file, complete, under another name, and then give it its own: no crash leaves half a store there."""
    try:
        directory = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made: {error.strerror}; give a path in a directory that is there"
        ) from error
    try:
        made = directory / "new"
        connection = _connected(os.fspath(made), _LOCKED_DOWN)
        try:
            prepare(connection)
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
        with suppress(FileExistsError):  # another process was faster, and its store is as good
            os.link(made, path)
        _sync(path.parent)
    except duckdb.Error as error:
        raise StoreFullError(f"{path} cannot be made: {_first(str(error))}; make room, then try again") from error
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _sync(directory: Path) -> None:
    """Make the names in a directory last. Where a directory can't be opened, as on Windows, they do anyway."""
    with suppress(PermissionError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
