"""Reporter targets: what reads a file of events, tells what they come to in files of its own, and ends with a status.

A reporter is `reporter(events, folder, as_of)`: the path of a file of NDJSON, one event a line; an empty folder to
write to; and the day at the end of which balances are asked for. It writes one or both of

- `balances.csv`: a line of headings, and one line for each account: the four keys, amounts by the names of the balance
  row, and a column for each source of contributions that anything was paid into;
- `report.json`: `events` and `valid` count lines, `invalid` lists a mapping with the number of its `line` (from 1) for
  each line that is no valid event, `balances` lists the balance rows, `totals` has their sums by the same names, and
  how many `accounts` there are. What a report leaves out is not judged, but for the rows of `balances`;

and returns the exit status of its command, or ends by SystemExit: 0 where every line is a valid event and no anomaly is
an error, else 1. What it prints goes nowhere.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

from dcprops.properties.failures import Breaking
from dcprops.properties.targets import Crashed, TargetError, load, source_of_target
from dcprops.rules import SAMPLES

__all__ = ["CSV", "JSON", "OUR_REPORTER", "ReporterTarget", "Told", "lines_of", "reporter_target"]

Document: TypeAlias = dict[str, Any]

#: The command that ships with dcprops, named and not imported: commands stand on what is here.
OUR_REPORTER: Final = "dcprops.commands.audit:report"
CSV: Final = "balances.csv"
JSON: Final = "report.json"


@dataclass(frozen=True)
class Told:
    """What came of a report: its status, and each file as text, None where it wasn't written."""

    status: object
    files: Mapping[str, str | None]

    def rows(self) -> list[dict[str, str]]:
        """The lines of the CSV file by heading. Raises Breaking where it has none."""
        try:
            read = csv.DictReader(io.StringIO(self._text(CSV), newline=""), strict=True)
            rows = list(read)
        except csv.Error as error:
            raise Breaking("the CSV can't be read", expected="CSV with headings", got=str(error)) from error
        for row in rows:
            if None in row or None in row.values():
                raise Breaking(
                    "a line of the CSV has another number of cells than the headings",
                    expected=f"{len(read.fieldnames or ())} cells", got=ascii(list(row.values())),
                )  # fmt: skip
        return rows

    def json(self) -> Mapping[str, Any]:
        """What the JSON file says. Raises Breaking where it is no JSON object."""
        try:
            read = json.loads(self._text(JSON), parse_constant=_no_constant)
        except ValueError as error:
            raise Breaking("the JSON can't be read", expected="a JSON object", got=str(error)) from error
        if not isinstance(read, dict):
            raise Breaking("the JSON is no object", expected="a JSON object", got=type(read).__name__)
        return read

    def _text(self, name: str) -> str:
        text = self.files[name]
        if text is None:
            raise Breaking("a file is missing", expected=name, got="no file of that name")
        return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True)
class ReporterTarget:
    """A reporter in one shape: documents in, files and a status out."""

    name: str
    import_line: str
    expression: str
    function: Callable[[Path, Path, date], object]

    def told(self, documents: Iterable[Mapping[str, Any]], as_of: date) -> Told:
        """What the target tells of the documents, of which not all need be valid. Raises Crashed."""
        with tempfile.TemporaryDirectory(prefix="dcprops-") as name:
            events, folder = Path(name, "events.ndjson"), Path(name, "report")
            events.write_text("".join(lines_of(documents)), encoding="utf-8", newline="\n")
            folder.mkdir()
            status = self._status(events, folder, as_of)
            return Told(status, {name: _text_of(folder / name) for name in (CSV, JSON)})

    def _status(self, events: Path, folder: Path, as_of: date) -> object:
        silent = io.StringIO()
        try:
            with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
                return self.function(events, folder, as_of)
        except (KeyboardInterrupt, MemoryError):
            raise
        except SystemExit as exit_:  # how a command ends
            return 0 if exit_.code is None else exit_.code
        except BaseException as error:  # also pytest's, which are no Exception
            raise Crashed("the call", error) from error

    def lacks(self, name: str) -> str:
        """Why a file can't be judged; nothing if the target writes it, or crashes: each law says so by itself."""
        return "" if self._written is None or name in self._written else f"the reporter writes no {name}"

    @cached_property
    def _written(self) -> frozenset[str] | None:
        sample = SAMPLES["contribution"]
        try:
            told = self.told([sample], date.fromisoformat(sample["effective_date"]))
        except (Breaking, Crashed):
            return None
        written = frozenset(name for name, text in told.files.items() if text is not None)
        return written or None


def lines_of(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """The documents as NDJSON."""
    return [f"{json.dumps(document)}\n" for document in documents]


def _text_of(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise Breaking(f"{path.name} is not UTF-8", expected="UTF-8", got=str(error)) from error


def reporter_target(given: object = OUR_REPORTER) -> ReporterTarget:
    """The target for a function, or for the `module:attribute` of one. Raises TargetError for anything else."""
    source = source_of_target(given)
    value = load(given) if isinstance(given, str) else given
    if not callable(value):
        raise TargetError(
            f"{source['name']} is a {type(value).__name__}: expected a function of a path, a folder and a day"
        )
    return ReporterTarget(**source, function=value)
