"""Reading what a job has written, and telling by its content what kind of result it is."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from dcprops.gate.judging import KINDS, Result

__all__ = ["GateError", "read_result"]


class GateError(Exception):
    """A file that can't be judged: one line that names it, what is wrong, and what was expected."""


def read_result(path: str) -> tuple[str, Result]:
    """The kind of the result in a file, and its content.

    Raises GateError for a file that is missing, unreadable, of no kind that is known, or one shard of a run.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise GateError(f"{path} cannot be read: {reason}; did the job that writes it run?") from error
    result = _parsed(path, text)
    for kind in KINDS.values():
        if kind.is_it(result):
            _expect_the_whole(path, result)
            return kind.name, result
    raise _unknown(path)


def _parsed(path: str, text: str) -> Result:
    try:
        if text.lstrip().startswith("<"):
            # Written by a job of one's own; and expat itself refuses entities that explode.
            return ElementTree.fromstring(text)  # noqa: S314  # see above
        parsed = json.loads(text)
    except (ValueError, RecursionError, ElementTree.ParseError) as error:
        raise GateError(
            f"{path} is neither JSON nor XML as a whole: {error}; was the job that writes it cut off?"
        ) from error
    if not isinstance(parsed, dict):
        raise _unknown(path)
    return parsed


def _unknown(path: str) -> GateError:
    known = "; ".join(kind.what for kind in KINDS.values())
    return GateError(f"{path} is no result that is known: expected {known}")


def _expect_the_whole(path: str, result: Result) -> None:
    shard = result.get("shard")
    if shard:
        raise GateError(f"{path} is shard {shard} of a run: join all of them with dcprops merge first")
