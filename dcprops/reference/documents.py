"""The reference calculators as targets: documents in, mappings out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from dcprops.events import EventFactory, SimulationEvent
from dcprops.reference.balances import balances as balances_of_events
from dcprops.reference.compliance import compliance as compliance_of_events

__all__ = ["balances", "compliance"]


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
