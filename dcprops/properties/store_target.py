"""Store targets: what an event store has to offer, and one in a single shape, whatever it is.

A store is `Store(path)`, a context manager. `path` is the name of a file that isn't there yet, in a folder of its own.

- `append(documents)` takes a list of documents. It returns once they are durable, or raises and has stored none. An
  event_id seen before is fine if the content is the same; with other content it is refused, by raising or by a result
  whose `conflicts` (an attribute or a key: a number, or a collection) says so. `created` and `exists` of a result, if
  they are there, are numbers that are judged.
- `events()` gives all that is stored, in any order: documents (money may be Decimal, dates and timestamps Python's
  own), the flat rows of the event table, JSON texts, or models and dataclasses that can be dumped as documents; or one
  Arrow table or reader in the Arrow schema.
- Optionally: `balances(as_of)`, the balance rows or any subset of their fields; `history(employee_id)`, the person's
  events in canonical order, or rows with `event_id` or `event`, and perhaps the `balance` row of the account after it;
  `snapshots()`, the weekly rows or any subset of their fields, up to date; `checkpoint()`; and `accepts_arrow = True`
  if `append` takes Arrow tables and readers too.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, TypeVar, cast

from dcprops.properties.crashing import CannotImportError, DyingProcess
from dcprops.properties.targets import Crashed, NoRowsError, TargetError, load, source_of_target
from dcprops.schemas import document_of
from dcprops.schemas.columns import json_value

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Answer", "Entry", "OpenStore", "StoreTarget", "store_target"]

Document: TypeAlias = dict[str, Any]
Result = TypeVar("Result")

#: The store that ships with dcprops, named and not imported: it needs packages that come with an extra.
OUR_STORE: Final = "dcprops.store:Store"
_NEEDED: Final = ("duckdb", "pyarrow")
_WIDTH: Final = 100


@dataclass(frozen=True)
class Answer:
    """What came of an append: whether it was refused, and by raising; in which words; and the counts it gave."""

    refused: bool = False
    raised: bool = False
    words: str = "it returned"
    created: int | None = None
    exists: int | None = None


@dataclass(frozen=True)
class Entry:
    """An event of a history, and the balance of its account after it, if that is told."""

    event_id: str
    balance: Mapping[str, Any] | None


@dataclass
class StoreTarget:
    """A store in one shape, to be opened on any file; and a process that dies with it open.

    `missing` says why there is nothing to judge, if so. `min_rate` is how many events a second it must take in.
    """

    name: str
    import_line: str
    expression: str
    make: Callable[[str], AbstractContextManager[Any]]
    missing: str = ""
    min_rate: float | None = None
    _dying: DyingProcess | str | None = field(default=None, repr=False)

    def open(self, path: Path) -> OpenStore:
        """The store on a file. Raises Crashed."""
        return OpenStore(self, path)

    def lacks(self, name: str) -> str:
        """Why what is optional can't be asked for; nothing if it can. A store that can't be opened lacks nothing."""
        if self.missing:
            return self.missing
        return "" if self._offered is None or name in self._offered else f"the store has no {name}"

    @cached_property
    def accepts_arrow(self) -> bool:
        """Whether `append` takes Arrow tables, and there is Arrow to make them."""
        return not self.missing and self._offered is not None and "accepts_arrow" in self._offered and _has("pyarrow")

    @cached_property
    def _offered(self) -> frozenset[str] | None:
        with tempfile.TemporaryDirectory(prefix="dcprops-") as folder:
            try:
                with self.open(Path(folder) / "store") as store:
                    return store.offered
            except Crashed:
                return None  # each law will say so by itself

    def dying(self) -> DyingProcess:
        """A process to append in and die. Raises CannotImportError if the store can't be imported there."""
        if self._dying is None:
            try:
                self._dying = DyingProcess(self.name)
            except CannotImportError as error:
                self._dying = str(error)
        if isinstance(self._dying, str):
            raise CannotImportError(self._dying)
        return self._dying

    def cannot_die(self) -> str:
        """Why a crash can't be tried; nothing if it can."""
        if self.missing:
            return self.missing
        try:
            self.dying()
        except CannotImportError as error:
            return str(error)
        return ""

    def close(self) -> None:
        """End the process, if there is one."""
        if isinstance(self._dying, DyingProcess):
            self._dying.close()
        self._dying = None


def _has(package: str) -> bool:
    return find_spec(package) is not None


def store_target(given: object = OUR_STORE, min_rate: float | None = None) -> StoreTarget:
    """The target for a class or function that makes a store of a path, or for the `module:attribute` of one.

    Raises TargetError for anything else.
    """
    if given == OUR_STORE:
        lacking = [package for package in _NEEDED if not _has(package)]
        if lacking:
            missing = f'{" and ".join(lacking)} is not installed: pip install "dcprops[duckdb]"'
            module, _, attribute = OUR_STORE.partition(":")
            return StoreTarget(OUR_STORE, f"from {module} import {attribute}", attribute, _no_store, missing)
    source = source_of_target(given)
    value = load(given) if isinstance(given, str) else given
    if not callable(value):
        raise TargetError(
            f"{source['name']} is a {type(value).__name__}: expected a class, to be called with the path of a file"
        )
    return StoreTarget(**source, make=value, min_rate=min_rate)


def _no_store(path: str) -> AbstractContextManager[Any]:
    raise TargetError(f"there is no store to open {path} with")


class OpenStore:
    """A store while it is open. Whatever it raises is Crashed, but for appends, which may be refused."""

    def __init__(self, target: StoreTarget, path: Path) -> None:
        self._manager = _guarded("Store(path)", lambda: target.make(str(path)))
        self._store = _guarded("entering the store", self._entered)
        self._is_open = True

    def _entered(self) -> Any:
        return self._manager.__enter__()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def offered(self) -> frozenset[str]:
        """Which of the optional things are there."""
        calls = {
            name
            for name in ("balances", "history", "snapshots", "checkpoint")
            if callable(getattr(self._store, name, None))
        }
        return frozenset(calls | ({"accepts_arrow"} if getattr(self._store, "accepts_arrow", False) else set()))

    def close(self) -> None:
        """Leave the store as a `with` block would; once only. Raises Crashed."""
        if self._is_open:
            self._is_open = False
            _guarded("leaving the store", lambda: self._manager.__exit__(None, None, None))

    def append(self, events: Iterable[Document] | pa.Table | pa.RecordBatchReader) -> Answer:
        """Append, and say what came of it: a store may refuse by raising whatever exception it likes."""
        return answer_of(self._store.append, events)

    def events(self) -> list[Document]:
        """A document of each event that is stored. Raises Crashed, NoRowsError."""
        return _guarded("events", lambda: list(_documents(self._store.events())))

    def count(self) -> int:
        """How many events are stored. Raises Crashed, NoRowsError."""
        return _guarded("events", lambda: _length(self._store.events()))

    def balances(self, as_of: date) -> list[Mapping[str, Any]]:
        """The balance rows. Raises NoRowsError, and whatever the store raises: who asks for them guards the call."""
        return _rows(self._store.balances(as_of))

    def snapshots(self) -> list[Mapping[str, Any]]:
        """The snapshot rows. Raises Crashed, NoRowsError."""
        return _guarded("snapshots", lambda: _rows(self._store.snapshots()))

    def history(self, employee_id: str) -> list[Entry]:
        """A person's events in the order given. Raises Crashed, NoRowsError."""
        return _guarded("history", lambda: [_entry(each) for each in _items(self._store.history(employee_id))])

    def checkpoint(self) -> None:
        """Have the store put in order what it has written. Raises Crashed."""
        _guarded("checkpoint", self._store.checkpoint)


def answer_of(append: Callable[[Any], Any], events: object) -> Answer:
    """What comes of an append."""
    try:
        result = append(events)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001  # also SystemExit and pytest's, which are no Exception
        return Answer(refused=True, raised=True, words=str(Crashed("append", error)))
    created, exists = (_number(_part(result, name)) for name in ("created", "exists"))
    conflicts = _part(result, "conflicts")
    if conflicts:
        return Answer(refused=True, words=f"it returned conflicts: {ascii(conflicts)[:_WIDTH]}", created=created)
    return Answer(created=created, exists=exists)


def _part(result: object, name: str) -> object:
    return result.get(name) if isinstance(result, Mapping) else getattr(result, name, None)


def _number(part: object) -> int | None:
    return part if isinstance(part, int) and not isinstance(part, bool) else None


def _guarded(call: str, function: Callable[[], Result]) -> Result:
    try:
        return function()
    except (KeyboardInterrupt, MemoryError, NoRowsError):
        raise
    except BaseException as error:  # also SystemExit and pytest's, which are no Exception
        raise Crashed(call, error) from error


def _gone_through(returned: object) -> Iterator[object]:
    if not isinstance(returned, Iterable) or isinstance(returned, str | bytes | Mapping):
        raise NoRowsError(f"the call returned {ascii(returned)[:_WIDTH]}, a {type(returned).__name__}")
    return iter(returned)


def _is_arrow(returned: object) -> bool:
    return callable(getattr(returned, "to_batches", None)) or callable(getattr(returned, "read_all", None))


def _table(returned: Any) -> pa.Table:
    return returned.read_all() if callable(getattr(returned, "read_all", None)) else returned


def _length(returned: object) -> int:
    return _table(returned).num_rows if _is_arrow(returned) else sum(1 for _ in _gone_through(returned))


def _items(returned: object) -> Iterator[object]:
    """What was returned, one by one. Arrow's rows are mappings."""
    return iter(_table(returned).to_pylist()) if _is_arrow(returned) else _gone_through(returned)


def _documents(returned: object) -> Iterator[Document]:
    if _is_arrow(returned):
        from dcprops.schemas.arrow import documents_of  # noqa: PLC0415  # pyarrow is an extra

        yield from documents_of(_table(returned))
        return
    for item in _gone_through(returned):
        yield _document(item)


def _document(item: object) -> Document:
    """The document that one item of `events()` is."""
    if isinstance(item, str | bytes):
        return cast("Document", json.loads(item))
    record = _mapping(item)
    if "payload" not in record and "event_type" in record:
        return cast("Document", document_of(record))
    return cast("Document", _as_json(record))


def _as_json(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _as_json(each) for key, each in value.items()}
    return json_value(value)


def _mapping(item: object) -> Mapping[str, Any]:
    """The fields of a record by their names. Raises NoRowsError if it has none."""
    if isinstance(item, Mapping):
        return item
    if callable(getattr(item, "as_mapping", None)):
        return cast("Mapping[str, Any]", cast("Any", item).as_mapping())
    if callable(getattr(item, "model_dump", None)):
        return cast("Mapping[str, Any]", cast("Any", item).model_dump(mode="json", by_alias=True))
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        return {each.name: getattr(item, each.name) for each in dataclasses.fields(item)}
    if callable(getattr(item, "_asdict", None)):
        return cast("Mapping[str, Any]", cast("Any", item)._asdict())
    raise NoRowsError(f"one of the rows is {ascii(item)[:_WIDTH]}, a {type(item).__name__}")


def _rows(returned: object) -> list[Mapping[str, Any]]:
    return [_mapping(item) for item in _items(returned)]


def _entry(item: object) -> Entry:
    """One item of a history: an event, or an event with the balance after it."""
    record = json.loads(item) if isinstance(item, str | bytes) else _mapping(item)
    event = record if "event_id" in record else _mapping(record["event"])
    balance = record.get("balance")
    return Entry(str(event["event_id"]).lower(), None if balance is None else _mapping(balance))
