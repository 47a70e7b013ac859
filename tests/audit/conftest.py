"""Real events of every type, and documents of them to break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[2] / "dcprops" / "benchmarks" / "planwise_sample.ndjson"


@pytest.fixture(scope="session")
def sample_path() -> Path:
    """200 events that a retirement-plan simulator wrote, of all eleven types."""
    return SAMPLE


@pytest.fixture(scope="session")
def sample() -> tuple[bytes, ...]:
    """The lines of the sample, without their ends."""
    return tuple(SAMPLE.read_bytes().splitlines())


@pytest.fixture(scope="session")
def sample_by_type(sample: tuple[bytes, ...]) -> dict[str, dict[str, Any]]:
    """One document of the sample for each event type."""
    documents = [json.loads(line) for line in sample]
    return {document["payload"]["event_type"]: document for document in documents}
