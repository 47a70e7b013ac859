"""Hypothesis strategies for events, payloads, documents and ledgers: valid, at boundaries, broken by one rule."""

from dcprops.strategies._documents import InvalidDocument, documents, invalid_documents, representations
from dcprops.strategies._events import boundary_events, events
from dcprops.strategies._from_model import boundary_from_model, from_model, invalid_from_model
from dcprops.strategies._incoherent import incoherent_ledgers
from dcprops.strategies._ledgers import Ledger, ledgers
from dcprops.strategies._lives import Election, Life, PlanDesign, Schedule, Spell
from dcprops.strategies._payloads import (
    compliance_events,
    contributions,
    eligibilities,
    enrollments,
    forfeitures,
    hce_statuses,
    hires,
    merits,
    payloads,
    promotions,
    terminations,
    vestings,
)
from dcprops.strategies._types import of_type

__all__ = [
    "Election",
    "InvalidDocument",
    "Ledger",
    "Life",
    "PlanDesign",
    "Schedule",
    "Spell",
    "boundary_events",
    "boundary_from_model",
    "compliance_events",
    "contributions",
    "documents",
    "eligibilities",
    "enrollments",
    "events",
    "forfeitures",
    "from_model",
    "hce_statuses",
    "hires",
    "incoherent_ledgers",
    "invalid_documents",
    "invalid_from_model",
    "ledgers",
    "merits",
    "of_type",
    "payloads",
    "promotions",
    "representations",
    "terminations",
    "vestings",
]
