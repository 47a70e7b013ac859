"""The reference calculators as targets: documents in, mappings out; and their rows as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from dcprops.events import EventFactory, SimulationEvent
from dcprops.reference.balances import BalanceRow
from dcprops.reference.balances import balances as balances_of_events
from dcprops.reference.compliance import ComplianceRow
from dcprops.reference.compliance import compliance as compliance_of_events

__all__ = ["as_json", "balances", "compliance"]


def _events(documents: Iterable[Mapping[str, Any]]) -> list[SimulationEvent]:
    return [EventFactory.create_event(document) for document in documents]


def balances(documents: Iterable[Mapping[str, Any]], as_of: date) -> list[dict[str, Any]]:
    """What every account comes to at the end of `as_of`: mappings with the fields of BalanceRow, money as Decimal.

    Raises pydantic's ValidationError, a ValueError, for a document that isn't a valid event.
    """
    return [row.as_mapping() for row in balances_of_events(_events(documents), as_of)]


def compliance(
    documents: Iterable[Mapping[str, Any]], year: int, birth_years: Mapping[str, int]
) -> list[dict[str, Any]]:
    """What every person's year comes to: mappings with the fields of ComplianceRow, money as Decimal.

    Raises pydantic's ValidationError for a document that isn't a valid event, MissingYearError for a year that the
    table of limits lacks.
    """
    return [row.as_mapping() for row in compliance_of_events(_events(documents), year, birth_years)]


def as_json(row: BalanceRow | ComplianceRow) -> dict[str, Any]:
    """A row as JSON values: money as text with six places and percentages with four, as documents have them."""
    written: dict[str, Any] = _as_text(row.as_mapping())
    return written


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(each) for name, each in value.items()}
    return f"{value:f}" if isinstance(value, Decimal) else value
