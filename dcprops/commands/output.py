"""The files that commands write: opened before the work starts, and there as a whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from dcprops.commands import UsageError

__all__ = ["STANDARD_OUTPUT", "output_file", "write_json"]

STANDARD_OUTPUT = "-"


@contextmanager
def output_file(name: str) -> Iterator[TextIO]:
    """A text file to write to, `-` for standard output.

    Until the block ends well, a file that was there before stays as it was; if it doesn't, no trace is left. Raises
    UsageError, at once, if the file can't be made.
    """
    if name == STANDARD_OUTPUT:
        if sys.stdout is None:
            raise UsageError("standard output is closed: name a file to write to")
        yield sys.stdout
        return
    path = Path(name)
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # a device or a pipe has no whole to replace
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                yield stream
            return
        # A link stays a link: what it points to is replaced.
        with _replacing(Path(os.path.realpath(path))) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror or error}") from error


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    if path.exists():
        path.open("ab").close()  # a directory, or a file that is write-protected, is not replaced
    draft = path.with_name(f".dcprops-{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def write_json(value: object, stream: TextIO) -> None:
    """Write JSON in ASCII, indented, with a line end: nothing in it acts on a terminal, and no encoding breaks it."""
    json.dump(value, stream, indent=2)
    stream.write("\n")
