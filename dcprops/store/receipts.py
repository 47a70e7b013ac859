"""Receipts: what an append stored, in a form to keep outside the file, and the digests that prove it is still there.

A log that is lost or a file that is swapped for an older copy opens without a word. Only what is kept elsewhere tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple

__all__ = ["Batch", "Receipt", "chained"]


class Batch(NamedTuple):
    """What one append stored: its number from 1, how many events, and what they digest to."""

    batch: int
    rows: int
    digest: str


@dataclass(frozen=True)
class Receipt:
    """Proof of all that a store held after an append, to be kept outside of the store's file.

    `batch` is the number of the last append that stored events, 0 for none; `rows` the events of all appends up to
    it; `chain` digests all of them.
    """

    store_id: str
    batch: int
    rows: int
    chain: str

    def as_text(self) -> str:
        """The receipt as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Receipt:
        """The receipt that `as_text` wrote. Raises ValueError for another text."""
        try:
            fields = json.loads(text)
            store_id, batch, rows, chain = (fields[name] for name in ("store_id", "batch", "rows", "chain"))
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"no receipt: {text[:80]!r}; expected the JSON that Receipt.as_text writes") from None
        types = [type(value) for value in (store_id, batch, rows, chain)]
        if types != [str, int, int, str] or len(fields) != len(types):
            raise ValueError(f"no receipt: {text[:80]!r}; expected the JSON that Receipt.as_text writes")
        return cls(store_id, batch, rows, chain)


def chained(start: str, batches: Iterable[Batch]) -> str:
    """The chain after these batches, which go on from the chain `start`; that of no batch is the store's id."""
    chain = start
    for batch in batches:
        chain = hashlib.sha256(f"{chain} {batch.batch} {batch.rows} {batch.digest}".encode()).hexdigest()
    return chain
