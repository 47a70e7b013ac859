"""Example databases: failing examples kept by property, and joined from several machines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

__all__ = ["OfOneLaw", "is_database", "join_databases"]

#: Under this key a folder of Hypothesis's keeps all its keys.
_KEYS: Final = DirectoryBasedExampleDatabase._metakeys_name  # no public name says it
#: How it names the folder of a key.
_KEY: Final = re.compile(r"[0-9a-f]{16}")


class OfOneLaw(ExampleDatabase):
    """A database in which one property has its own examples, whichever function Hypothesis tries it with.

    Hypothesis tells tests apart by their source, and all properties are tried by the same lines.
    """

    def __init__(self, kept: ExampleDatabase, id_: str) -> None:
        super().__init__()
        self._kept = kept
        self._id = id_.encode()

    def __repr__(self) -> str:
        return f"OfOneLaw({self._kept!r}, {self._id.decode()!r})"

    def _key(self, key: bytes) -> bytes:
        return self._id + b":" + key

    def save(self, key: bytes, value: bytes) -> None:
        """Keep an example."""
        self._kept.save(self._key(key), value)

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """The examples that are kept."""
        return self._kept.fetch(self._key(key))

    def delete(self, key: bytes, value: bytes) -> None:
        """Forget an example."""
        self._kept.delete(self._key(key), value)


def is_database(folder: Path) -> bool:
    """Whether a folder has nothing in it but what Hypothesis keeps: folders named by a hash, one for each key."""
    return folder.is_dir() and all(_KEY.fullmatch(each.name) and each.is_dir() for each in folder.iterdir())


def join_databases(folders: Iterable[str], into: str) -> int:
    """Copy the examples of several folders into one, by Hypothesis's own classes. Returns how many were new."""
    joined, new = DirectoryBasedExampleDatabase(into), 0
    for folder in folders:
        kept = DirectoryBasedExampleDatabase(folder)
        for key in sorted(set(kept.fetch(_KEYS))):
            there = set(joined.fetch(key))
            for value in sorted(set(kept.fetch(key)) - there):
                joined.save(key, value)
                new += 1
    return new
