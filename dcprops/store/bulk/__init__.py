"""Validation in bulk: documents as text, judged set at a time by DuckDB, with the verdict and the values of the model.

How a verdict is reached:

- A text is **proven** valid in SQL if it is, byte for byte, the canonical text of the values that were read from it,
  and those values keep the rules of their fields. The text is compared with what the values render to, so nothing
  depends on how DuckDB's JSON reader takes a repeated key, a number in place of a string or a trailing comma: a text
  with any of them isn't equal. Two spellings are compared: without spaces, and with one after each comma and colon.
- Every other text is read by the **model**, row by row, and what it refuses is explained by the catalogue of rules.

So the first never accepts what the model refuses, and the second is the model. The SQL is rendered from the event
schema's own tables.
"""

from dcprops.store.bulk.files import Finding, JudgedFile, judged_file
from dcprops.store.bulk.staging import Staged, UnprovenError, proven_file, stage_file, stage_texts

__all__ = [
    "Finding",
    "JudgedFile",
    "Staged",
    "UnprovenError",
    "judged_file",
    "proven_file",
    "stage_file",
    "stage_texts",
]
