"""Hand-written canonical texts, one per event type, and two ways of reading a document that must always agree."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from pydantic import ValidationError

from dcprops.events import EventFactory, SimulationEvent

Document: TypeAlias = dict[str, Any]

TEXTS = {
    json.loads(line)["payload"]["event_type"]: line
    for line in Path(__file__).with_name("examples.ndjson").read_text(encoding="utf-8").splitlines()
}


@pytest.fixture(scope="session")
def texts() -> Mapping[str, str]:
    """The canonical text of one event of each type."""
    return TEXTS


@pytest.fixture(scope="session")
def make() -> Callable[..., Document]:
    """Makes a document: that of the type's example, with changes to the payload and to the envelope."""

    def make(event_type: str, payload: Mapping[str, Any] | None = None, **envelope: Any) -> Document:
        document: Document = json.loads(TEXTS[event_type]) | envelope
        document["payload"] |= payload or {}
        return document

    return make


@pytest.fixture(scope="session")
def accept() -> Callable[[Document], SimulationEvent]:
    """Reads a document as JSON text and as a Python mapping, and sees that both say the same event."""

    def accept(document: Document) -> SimulationEvent:
        event = SimulationEvent.model_validate_json(json.dumps(document))
        assert SimulationEvent.model_validate_json(json.dumps(document, ensure_ascii=False).encode()) == event
        if {"event_id", "created_at"} <= document.keys():
            assert EventFactory.create_event(document) == event
        return event

    return accept


@pytest.fixture(scope="session")
def refuse() -> Callable[..., str]:
    """Sees that a document is refused in both ways, at one place only; gives the message.

    The message must name the place (the field last), and the value.
    """

    def refuse(document: Document, *place: str) -> str:
        messages = []
        for read in (
            lambda: SimulationEvent.model_validate_json(json.dumps(document)),
            lambda: EventFactory.create_event(document),
        ):
            with pytest.raises(ValidationError) as caught:
                read()
            assert {error["loc"][: len(place)] for error in caught.value.errors()} == {place}, caught.value
            assert "input_value=" in str(caught.value)
            messages.append(caught.value.errors()[0]["msg"])
        return messages[0]

    return refuse
