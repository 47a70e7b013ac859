"""The page about strategies from models: written by hand, its tables from the tables of the code."""

from __future__ import annotations

from pathlib import Path

from dcprops.strategies._from_model.reading import READ
from dcprops.strategies._from_model.wrongs import OWN_RULES

DOCS = Path(__file__).parents[1]

#: Where the written part of the page ends.
READ_HEADING = "## What is read, and how"


def from_model_page() -> str:
    """The page as it was written, and after it the tables of what is read and of rules that only own models have."""
    written = (DOCS / "from-model.md").read_text(encoding="utf-8").partition(READ_HEADING)[0].rstrip()
    lines = [
        written,
        "",
        READ_HEADING,
        "",
        "Made from `dcprops.strategies` by `docs/render.py`. Any other type of field is an error that names it, until",
        "it has an override.",
        "",
        "| core schema | what is drawn |",
        "|---|---|",
        *(f"| `{name}` | {reading.drawn} |" for name, reading in READ.items()),
        "",
        "## The rules that only a model of one's own has",
        "",
        "| rule | a field that breaks it |",
        "|---|---|",
        *(f"| `{rule.code}` | {rule.sentence} |" for rule in OWN_RULES.values()),
        "",
    ]
    return "\n".join(lines)
