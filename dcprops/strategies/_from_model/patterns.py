"""Patterns that say themselves how to build what matches them: characters and classes in a row, each so many times."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Final

__all__ = ["Atom", "atoms_of", "compiled", "is_possible", "matches"]

#: Repeats beyond this are as many as one likes.
_OPEN: Final = 1 << 30


@dataclass(frozen=True)
class Atom:
    """A class of characters, and how often one of it comes."""

    characters: str
    fewest: int
    most: int


_ATOM: Final = re.compile(
    r"(?P<characters>\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\\[])*\]|\\[dwDWsS.\-/+*?$^|()\[\]{}\\@:_ ]|[^\\.\[\](){}*+?|^$])"
    r"(?P<times>\{(?P<fewest>\d+)(?P<comma>,)?(?P<most>\d+)?\}|[*+?])?"
)
_TIMES: Final = {"*": (0, _OPEN), "+": (1, _OPEN), "?": (0, 1)}


def atoms_of(pattern: str) -> tuple[Atom, ...] | None:
    """The atoms in whose order every match is built, or None if the pattern is not as simple as that.

    A pattern is looked for anywhere in a text. What matches all of it matches it somewhere, whether it has anchors or
    not.
    """
    inside = _without_anchors(pattern)
    atoms = []
    place = 0
    while place < len(inside):
        found = _ATOM.match(inside, place)
        if found is None or "[:" in found["characters"] or "&&" in found["characters"] or "--" in found["characters"]:
            return None
        atoms.append(Atom(found["characters"], *_times(found)))
        place = found.end()
    return tuple(atoms)


def _times(found: re.Match[str]) -> tuple[int, int]:
    times = found["times"]
    if times is None:
        return 1, 1
    if times in _TIMES:
        return _TIMES[times]
    fewest = int(found["fewest"])
    if not found["comma"]:
        return fewest, fewest
    return fewest, int(found["most"]) if found["most"] else _OPEN


def _without_anchors(pattern: str) -> str:
    if pattern.startswith("^"):
        pattern = pattern[1:]
    elif pattern.startswith("\\A"):
        pattern = pattern[2:]
    if pattern.endswith("\\z"):
        return pattern[:-2]
    return pattern[:-1] if pattern.endswith("$") and not pattern.endswith("\\$") else pattern


def is_possible(atoms: tuple[Atom, ...], shortest: int, longest: int | None) -> bool:
    """Whether a text of such a length can be built."""
    fewest, most = sum(atom.fewest for atom in atoms), sum(atom.most for atom in atoms)
    return most >= shortest and (longest is None or fewest <= longest)


def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern as Python reads it, or None if it doesn't. Where Rust ends a text, Python would allow a new line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # a set within a set, which Python reads in another way
            return re.compile(re.sub(r"(?<!\\)\$|\\z", r"\\Z", pattern))
    except (re.error, FutureWarning):
        return None


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern that can be compiled is found in a text."""
    found = compiled(pattern)
    return found is not None and found.search(text) is not None
