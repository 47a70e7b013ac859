"""Example databases: failing examples kept by property, and joined from several machines."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

__all__ = ["OfOneLaw", "join_databases"]

#: Under this key a folder of Hypothesis's keeps all its keys.
_KEYS = DirectoryBasedExampleDatabase._metakeys_name  # no public name says it


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
