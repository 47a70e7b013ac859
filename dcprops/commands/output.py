"""The files that commands write: opened before the work starts, and there as a whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import combinations
from pathlib import Path
from typing import TextIO

from dcprops.commands import UsageError

__all__ = ["STANDARD_OUTPUT", "output_file", "refuse_to_mix", "write_json"]

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
            if path.exists():
                shutil.copymode(path, draft)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def refuse_to_mix(outputs: Mapping[str, str | None], kept: Mapping[str, str]) -> None:
    """Raise UsageError for outputs that would overwrite what is to be kept, or one another.

    `outputs` are files by the options that name them; `kept` are files by what to call them.
    """
    named = {option: name for option, name in outputs.items() if name}
    for option, name in named.items():
        for what, file in kept.items():
            if name != STANDARD_OUTPUT and _is_same_file(file, name):
                raise UsageError(f"{option} {name} would overwrite {what}: name another one")
    for (one, name), (another, other) in combinations(named.items(), 2):
        if name == other == STANDARD_OUTPUT:
            raise UsageError(f"{one} and {another} cannot both go to standard output: name a file for one of them")
        if STANDARD_OUTPUT not in {name, other} and os.path.realpath(name) == os.path.realpath(other):
            raise UsageError(f"{one} and {another} both name {name}: name another file for one of them")


def _is_same_file(one: str, other: str) -> bool:
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def write_json(value: object, stream: TextIO) -> None:
    """Write JSON in ASCII, indented, with a line end: nothing in it acts on a terminal, and no encoding breaks it."""
    json.dump(value, stream, indent=2)
    stream.write("\n")
