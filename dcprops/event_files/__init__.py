"""Event files: reading NDJSON (plain or gzip) and Parquet row by row, whatever state the file is in.

What a file is, its content says and not its name. Rows are read one at a time; a file is never held whole.

- **NDJSON**: one document a line. Lines end with a line feed; a carriage return before it, blank lines and a last line
  without an end are fine. A line longer than `LONGEST_LINE` bytes is passed over, not read into memory, and reported
  as a row that breaks the rule `too-long`: a document without padding takes some 20 KB at most. A byte order mark is
  no part of JSON (RFC 8259 §8.1), so the first line of a file that has one is reported as `not-json`.
- **gzip** of such lines, in one member or several.
- **Parquet** in the Arrow schema of the events, read with pyarrow (the `duckdb` extra).
"""

from dcprops.event_files.events import event_of
from dcprops.event_files.opening import EventFile
from dcprops.event_files.rows import LONGEST_LINE, EventFileError, Row

__all__ = ["LONGEST_LINE", "EventFile", "EventFileError", "Row", "event_of"]
