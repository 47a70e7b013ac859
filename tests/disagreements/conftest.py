"""Files and calculators of the tests of disagreements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

Written = Callable[[Iterable[dict[str, Any]]], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes documents as an event file."""

    def write(documents: Iterable[dict[str, Any]]) -> Path:
        path = tmp_path / "events.ndjson"
        path.write_text("".join(f"{json.dumps(document)}\n" for document in documents), encoding="utf-8")
        return path

    return write
