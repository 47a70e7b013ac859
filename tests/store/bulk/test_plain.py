"""Plain lines have nothing in them that a rule of texts looks for."""

from __future__ import annotations

import json
import re
from typing import Annotated

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from dcprops.events.kinds import CONTROL, WHITE_SPACE, Text
from dcprops.store.bulk.plain import is_plain

LONGEST = 12
READ = TypeAdapter(Annotated[str, Text("Text12", max_length=LONGEST)]).validate_python
#: Each character that a text may not have, or not begin and end with.
SPECIAL = re.findall(f"[{CONTROL}{WHITE_SPACE}]", "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)])))
TEXTS = st.text(
    st.one_of(st.sampled_from(['"', "\\", " ", "a", *SPECIAL]), st.characters(codec="utf-8")), max_size=LONGEST
)


def is_accepted(text: str) -> bool:
    try:
        READ(text)
    except ValidationError:
        return False
    return True


def line_of(text: str, *, ascii_only: bool = False) -> bytes:
    return json.dumps({"name": text, "others": [None, 1]}, separators=(",", ":"), ensure_ascii=ascii_only).encode()


@given(TEXTS, st.booleans())
@example("", False)
@example(" ", False)
@example("a b ", False)
def test_what_is_plain_and_not_empty_is_a_text_as_it_stands(text: str, ascii_only: bool):
    line = line_of(text, ascii_only=ascii_only)
    if is_plain(line):
        assert f'"name":"{text}"'.encode() in line
        assert is_accepted(text) == (text != "")


@pytest.mark.parametrize("character", SPECIAL, ids=ascii)
@pytest.mark.parametrize("place", ["{}ab", "ab{}"])
def test_no_special_character_is_overlooked(character: str, place: str):
    # As it stands, which is no JSON where it is a control character: the look at a line is not to hang on its reader.
    line = b'"' + place.format(character).encode() + b'"'
    assert is_plain(line) == (character == "\n")  # which ends a line, and so isn't in one


@pytest.mark.parametrize("text", ["E1", "Zoë Łęcki", "Client Success", "日本", "a" * 5000, "a\u00e4 b"])
def test_ordinary_lines_are_plain(text: str):
    assert is_plain(b"\n".join([line_of(text)] * 3))


@pytest.mark.parametrize("content", [b"", b"\n", b" "])
def test_of_nothing_nothing_is_wrong(content: bytes):
    assert is_plain(content)


def test_many_spaces_are_left_to_the_pattern():
    assert is_plain(line_of("a" + " b" * 4000))
    assert not is_plain(line_of("a" + " b" * 5000))
