"""Whether there is nothing in a piece of text that a rule of texts looks for, seen by a look at all of it at once."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from dcprops.events.kinds import CONTROL, WHITE_SPACE

__all__ = ["is_plain"]

#: So many spaces of a piece are looked at; documents that have more are looked at one by one.
_MOST_SPACES: Final = 4096
_QUOTE: Final = b'"'


def is_plain(content: bytes) -> bool:
    """Whether lines of UTF-8 have no escape, no control character, and no white space but spaces away from quotes.

    Then a text in their JSON is what stands between its quotes, and breaks no rule but those of its length. False may
    be said of plain lines, too: some characters are told by their first byte, and of many spaces only some are seen.
    """
    return (
        not any(start in content for start in _telling_bytes())
        and _has_only_printed(content.replace(b"\n", b""))
        and _has_only_inner_spaces(content)
    )


def _has_only_printed(text: bytes) -> bool:
    least = pc.min(pa.Array.from_buffers(pa.uint8(), len(text), [None, pa.py_buffer(text)])).as_py()
    return least is None or least >= ord(" ")


def _has_only_inner_spaces(content: bytes) -> bool:
    """Whether no space is beside a quote: one that is at the end of a text is."""
    place = -1
    for _ in range(_MOST_SPACES):
        place = content.find(b" ", place + 1)
        if place < 0:
            return True
        if _QUOTE in content[max(place - 1, 0) : place + 2]:
            return False
    return False


@cache
def _telling_bytes() -> tuple[bytes, ...]:
    """A backslash, and the first bytes of all characters beyond the space that a text may not have or not end with."""
    others = "".join(chr(code) for code in range(ord(" ") + 1, 0x10000) if not 0xD800 <= code < 0xE000)
    found = re.findall(f"[{CONTROL}{WHITE_SPACE}]", others)
    return (b"\\", *sorted({character.encode()[:1] for character in found}))
