"""Texts of documents, spoilt at random: bytes, tokens, keys and values."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

EXOTIC_VALUES = (
    "null", "true", '"true"', "0", "-0", "3", "3.0", "3e0", "30e-1", "1E400", "375", '"375"', "375.000000", "1e2",
    "1e-4",
    "NaN", "Infinity", "-Infinity", '"NaN"', '"Infinity"', '"infinity"', '"-infinity"',
    "123456789012345678901234567890",
    '"1e2"', '"+1"', '" 1"', '"1 "', '"1_0"', '"\\u0031"', '".5"', '"5."', '"00.5000"', '"1.0000"', '"1.0001"',
    '"0.0000001"', '"999999999999.999999"', '"999999999999.9999999"', '"1000000000000.000000"', '"٣"',
    '""', '" "', '"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\\\"', '"\\""', '"/"', '"\\/"', '"a\\tb"',
    '"\u00a0x"',
    '"x\u3000"', '"\ufeffx"', '"e\u0301"', '"\x7f"', '"\x85"', '"\u2028"', '"' + "é" * 128 + '"',
    '"' + "é" * 129 + '"',
    "[]", '["E1"]', "{}", '{"employer_match":"1.000000"}', '{"employer_match":null}', '{"EMPLOYER_MATCH":"1.000000"}',
    '{"employer_match":"1.000000","employer_match":"1.000000"}',
    '{"employer_profit_sharing":"1.000000","employer_match":"2"}',
    '"2024-02-29"', '"2023-02-29"', '"0001-01-01"', '"9999-12-31"', '"0000-01-01"', '"10000-01-01"', '"2024-1-5"',
    '"2024-01-05 (BC)"', '"epoch"', '"2024/01/05"', '" 2024-01-05"', '"2024-01-05T09:30:00Z"',
    '"2024-01-05 09:30:00"',
    '"2024-01-05T09:30:00.123456+14:00"', '"2024-01-05T09:30:00-00:00"', '"2024-01-05T24:00:00Z"',
    '"2024-01-05T23:59:60Z"', '"2024-01-05T09:30:00.1234567Z"', '"2024-01-05T09:30Z"', '"2024-01-05T09:30:00 UTC"',
    '"0001-01-01T00:00:00Z"', '"0001-01-02T00:00:00+14:00"', '"9999-12-31T23:59:59.999999Z"',
    '"9999-12-30T23:59:59.999999-14:00"', '"9999-12-31T00:00:00+00:00"', '"2023-02-29T00:00:00Z"',
    '"6F1C1A52-7D0E-4C3B-9A53-0D6F0B8A3C11"', '"6f1c1a527d0e4c3b9a530d6f0b8a3c11"',
    '"6f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c11"', '"{f1c1a52-7d0e-4c3b-9a53-0d6f0b8a3c1}"',
)  # fmt: skip
TOKENS = (
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    " ",
    "\t",
    "\r",
    "\n",
    "\0",
    "\ufeff",
    "//x",
    "/**/",
    "\x1f",
    "e",
    "-",
)


def _pairs(document: dict[str, Any]) -> list[tuple[str, str]]:
    """The key and the value of each field, as they stand in the text; those of the payload too."""
    inner = document["payload"]
    records = [document, *([inner] if isinstance(inner, dict) else [])]
    return [(json.dumps(name), name) for record in records for name in record]


def _with_value(text: str, random: Random) -> str:
    """One field has an exotic value."""
    document = json.loads(text)
    mark = "\ue000"
    record = random.choice([document, document["payload"]])
    record[random.choice(list(record))] = mark
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).replace(
        f'"{mark}"', random.choice(EXOTIC_VALUES)
    )


def _with_pair(text: str, random: Random) -> str:
    """A field comes again, in the envelope or in the payload, or one comes that none knows."""
    document = json.loads(text)
    name = random.choice([*document, *document["payload"], "unknown", "", "EVENT_ID", "payload.amount", "event_id "])
    value = random.choice(EXOTIC_VALUES)
    key = "".join(f"\\u{ord(c):04x}" for c in name) if random.random() < 0.3 else name
    places = [i + 1 for i, character in enumerate(text) if character in "{,"]
    place = random.choice(places)
    return f'{text[:place]}"{key}":{value},{text[place:]}'


def _without_pair(text: str, random: Random) -> str:
    document = json.loads(text)
    record = random.choice([document, document["payload"]])
    del record[random.choice(list(record))]
    return json.dumps(document, separators=random.choice([(",", ":"), (", ", ": ")]))


def _with_key(text: str, random: Random) -> str:
    """A key is spelt with an escape, or in capitals."""
    _, name = random.choice(_pairs(json.loads(text)))
    other = random.choice([f"\\u{ord(name[0]):04x}{name[1:]}", name.upper(), f"{name} ", f"\ufeff{name}"])
    return text.replace(f'"{name}"', f'"{other}"', 1)


def _with_token(text: str, random: Random) -> str:
    place = random.choice([0, len(text), random.randrange(len(text))])
    return text[:place] + random.choice(TOKENS) + text[place + random.choice([0, 0, 1]) :]


def _with_space(text: str, random: Random) -> str:
    places = [i for i, character in enumerate(text) if character in '{}:,"']
    place = random.choice(places)
    return text[:place] + random.choice([" ", "\t", "\r", "\n", "  ", "\u00a0", "\x0b"]) + text[place:]


def _cut(text: str, random: Random) -> str:
    return (
        text[: random.randrange(len(text))] if random.random() < 0.5 else text + random.choice([text, "}", "null", ","])
    )


def _of_another_type(text: str, random: Random) -> str:
    return text.replace(
        f'"{json.loads(text)["payload"]["event_type"]}"', random.choice(['"hire"', '"merit"', '"Hire"', "null"]), 1
    )


def _respelt(text: str, random: Random) -> str:
    document = json.loads(text)
    return json.dumps(
        document,
        sort_keys=random.random() < 0.3,
        ensure_ascii=random.random() < 0.5,
        separators=random.choice([(",", ":"), (", ", ": "), (" ,", " : ")]),
    )


_MUTATIONS: tuple[Callable[[str, Random], str], ...] = (
    _with_value, _with_value, _with_value, _with_pair, _with_pair, _without_pair, _with_key, _with_token, _with_space,
    _cut, _of_another_type, _respelt,
)  # fmt: skip


def mutants(texts: Sequence[str], seed: int, count: int) -> list[bytes]:
    """So many spoilt copies of valid texts; some are spoilt twice, and of some a byte is changed."""
    random = Random(seed)
    found = []
    for _ in range(count):
        text = random.choice(_MUTATIONS)(random.choice(texts), random)
        if random.random() < 0.3:
            text = _with_token(text or " ", random)
        content = bytearray(text.encode("utf-8", "surrogatepass"))
        if content and random.random() < 0.2:
            content[random.randrange(len(content))] = random.randrange(256)
        found.append(bytes(content))
    return found
