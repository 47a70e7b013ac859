"""The verdict on every document is the model's, whether SQL reaches it or the model does; and so are the values."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcprops import strategies as dc
from dcprops.events import SimulationEvent
from dcprops.rules import CATALOGUE, EDGES, SAMPLES
from dcprops.strategies import Ledger

from .mutations import EXOTIC_VALUES, mutants

Judge = Callable[[Sequence[bytes]], int]
SAMPLE = Path(__file__).parents[3] / "dcprops" / "benchmarks" / "planwise_sample.ndjson"
COMPACT: tuple[str, str] = (",", ":")
SPACED: tuple[str, str] = (", ", ": ")
#: A database is asked once for each example: few of them, with many texts.
FEW = settings(max_examples=20)
SEEDS = st.integers(0, 2**32)
#: What JSON can say at all.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def spelt(document: object, separators: tuple[str, str] = COMPACT, *, ascii_only: bool = False) -> bytes:
    return json.dumps(document, separators=separators, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


# --- every value of the tables ---


def test_every_value_that_breaks_a_rule(same_verdicts: Judge):
    texts = [
        spelt(cell.put(SAMPLES[event_type], value), separators, ascii_only=ascii_only)
        for cell in CATALOGUE
        for event_type in cell.event_types
        for value in cell.values
        for separators, ascii_only in ((COMPACT, False), (SPACED, True))
    ]
    assert same_verdicts(texts) == 0


def test_every_value_just_inside_a_bound(same_verdicts: Judge):
    texts = [
        spelt(edge.put(SAMPLES[event_type], value), separators)
        for edge in EDGES
        for event_type in edge.event_types
        for value in edge.values
        for separators in (COMPACT, SPACED)
    ]
    assert same_verdicts(texts) == len(texts)


def test_every_exotic_value_in_every_field(same_verdicts: Judge):
    texts = []
    for document in SAMPLES.values():
        for record in (document, document["payload"]):
            for name in record:
                text = spelt(
                    document | {name: "\ue000"}
                    if record is document
                    else document | {"payload": record | {name: "\ue000"}}
                ).decode()
                texts += [text.replace('"\ue000"', value).encode("utf-8", "surrogatepass") for value in EXOTIC_VALUES]
    assert 0 < same_verdicts(texts) < len(texts)


def test_real_events(same_verdicts: Judge):
    lines = SAMPLE.read_bytes().splitlines()
    assert same_verdicts(lines) == len(lines)


# --- what can be drawn ---


@FEW
@given(st.lists(dc.documents(), min_size=1, max_size=12), SEEDS)
def test_valid_documents_in_every_spelling(same_verdicts: Judge, documents: list[dict[str, Any]], seed: int):
    random = Random(seed)
    texts = [
        spelt(document, random.choice([COMPACT, SPACED]), ascii_only=random.random() < 0.5)
        + random.choice([b"", b"\r", b" \n"])
        for document in documents
        for _ in range(10)
    ]
    assert same_verdicts(texts) == len(texts)


@FEW
@given(st.lists(dc.boundary_events(), min_size=1, max_size=12))
def test_canonical_texts_at_the_bounds(same_verdicts: Judge, events: list[SimulationEvent]):
    assert same_verdicts([event.model_dump_json().encode() for event in events]) == len(events)


@FEW
@given(st.lists(dc.invalid_documents(), min_size=1, max_size=12))
def test_documents_that_break_one_rule(same_verdicts: Judge, broken: list[dc.InvalidDocument]):
    texts = [
        spelt(each.document, separators, ascii_only=ascii_only)
        for each in broken
        for separators in (COMPACT, SPACED)
        for ascii_only in (False, True)
    ]
    assert same_verdicts(texts) == 0


@settings(max_examples=10)
@given(dc.ledgers())
def test_whole_ledgers(same_verdicts: Judge, ledger: Ledger):
    assert same_verdicts([event.model_dump_json().encode() for event in ledger.events]) == len(ledger.events)


@settings(max_examples=40)
@given(st.lists(dc.documents(canonical=True), min_size=1, max_size=4), SEEDS)
def test_spoilt_texts(same_verdicts: Judge, documents: list[dict[str, Any]], seed: int):
    texts = [spelt(document).decode() for document in (*documents, *SAMPLES.values())]
    same_verdicts(mutants(texts, seed, 200))


@FEW
@given(st.lists(JSON, min_size=1, max_size=20), st.lists(st.binary(max_size=12), max_size=20))
def test_any_json_and_any_bytes(same_verdicts: Judge, values: list[object], contents: list[bytes]):
    assert same_verdicts([*(json.dumps(value).encode() for value in values), *contents]) == 0


REPRESENTATIONS = st.one_of(
    map(dc.representations, [Decimal(375), date(2024, 2, 29), datetime(2024, 1, 5, 9, tzinfo=UTC)])
)


@FEW
@given(st.lists(REPRESENTATIONS, min_size=1, max_size=5))
def test_representations_of_a_value_in_every_field(same_verdicts: Judge, values: list[object]):
    same_verdicts(
        [
            json.dumps({**document, "payload": {**document["payload"], name: value}}, default=str).encode()
            for document in SAMPLES.values()
            for name in document["payload"]
            for value in values
        ]
    )


# --- texts at the edge of what can be read ---

SAMPLE_TEXT = spelt(SAMPLES["contribution"])


@pytest.mark.parametrize(
    "text",
    [
        b"", b" ", b"\0", b"{}", b"[]", b"null", b"\xef\xbb\xbf" + SAMPLE_TEXT, SAMPLE_TEXT + b"\0", SAMPLE_TEXT + b"}",
        b" " + SAMPLE_TEXT, SAMPLE_TEXT + b"\x0b", b"[" * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000,
        SAMPLE_TEXT[:-1] + b',"x":' + b"[" * 300 + b"]" * 300 + b"}", SAMPLE_TEXT.replace(b"132.336001", b"1" * 5000),
        SAMPLE_TEXT.replace(b'"132.336001"', b"1" * 5000), SAMPLE_TEXT.replace(b'"E1"', b'"' + b"E" * 3_000_000 + b'"'),
        SAMPLE_TEXT.replace(b"E1", b"\xff"), SAMPLE_TEXT.replace(b"E1", b"\xed\xa0\x80"),
        SAMPLE_TEXT.replace(b"E1", b"\xc0\x80"), SAMPLE_TEXT.replace(b"E1", b"\xf4\x90\x80\x80"),
        SAMPLE_TEXT.replace(b"null}", b"nul}"), SAMPLE_TEXT.replace(b"null}", b"null,}"), SAMPLE_TEXT + b"//",
        SAMPLE_TEXT.replace(b"{", b"{,", 1), SAMPLE_TEXT.replace(b'"', b"'"), SAMPLE_TEXT + b" " + SAMPLE_TEXT,
    ],
    ids=range(27),
)  # fmt: skip
def test_odd_texts(same_verdicts: Judge, text: bytes):
    same_verdicts([text, SAMPLE_TEXT])


# --- what SQL proves by itself ---


@pytest.mark.parametrize("separators", [COMPACT, SPACED], ids=["compact", "spaced"])
def test_canonical_texts_are_proven_without_the_model(unproven: Callable[[Sequence[str]], list[str]], separators):
    documents = [
        edge.put(SAMPLES[event_type], value)
        for edge in EDGES
        for event_type in edge.event_types
        for value in edge.values
    ]
    canonical = [
        json.loads(SimulationEvent.model_validate_json(json.dumps(each)).model_dump_json()) for each in documents
    ]
    texts = [spelt(each, separators).decode() for each in canonical]
    # Texts with a quote or a backslash in them, and instants on the first and the last day, are left to the model.
    left = [
        text for text in unproven(texts) if "\\" not in text and "0001-01-01T" not in text and "9999-12-31T" not in text
    ]
    assert left == []


def test_real_events_are_proven_without_the_model(unproven: Callable[[Sequence[str]], list[str]]):
    assert unproven(SAMPLE.read_text("utf-8").splitlines()) == []
