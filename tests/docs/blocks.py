"""The code blocks of a page of Markdown: their language, their text, and what a comment before them says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

#: A comment that may stand on the line before a block, and says what it is:
#: `not run: REASON`, `output of: COMMAND`, `file: PATH` (the block is that file), `diff: BEFORE AFTER` (of two files).
MARK = re.compile(r"<!-- (not run|output of|file|diff): (.+) -->")
_FENCE = re.compile(r"( *)```(\S*)")


@dataclass(frozen=True)
class Block:
    """One code block, with the line of the page that it begins on."""

    page: str
    line: int
    language: str
    text: str
    mark: str = ""
    said: str = ""

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str, text: str) -> list[Block]:
    """The blocks of a page. Raises ValueError for a fence that isn't closed."""
    lines = text.splitlines()
    found = []
    place = 0
    while place < len(lines):
        fence = _FENCE.fullmatch(lines[place])
        if fence is None:
            place += 1
            continue
        indent, language = fence.groups()
        try:
            end = lines.index(f"{indent}```", place + 1)
        except ValueError:
            raise ValueError(f"{page}:{place + 1}: the block isn't closed") from None
        body = "".join(f"{line.removeprefix(indent)}\n" for line in lines[place + 1 : end])
        mark = MARK.fullmatch(lines[place - 1].strip()) if place else None
        found.append(Block(page, place + 1, language, body, *(mark.groups() if mark else ())))
        place = end + 1
    return found


def all_blocks() -> dict[str, list[Block]]:
    """The blocks of every page that has any, by the page's name."""
    found = {}
    for path in PAGES:
        name = path.relative_to(ROOT).as_posix()
        if blocks := blocks_of(name, path.read_text(encoding="utf-8")):
            found[name] = blocks
    return found
