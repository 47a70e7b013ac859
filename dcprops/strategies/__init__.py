"""Hypothesis strategies for events, payloads and documents: valid, at the boundaries, and broken by one rule each."""

from dcprops.strategies._documents import InvalidDocument, documents, invalid_documents, representations
from dcprops.strategies._events import boundary_events, events
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

__all__ = [
    "InvalidDocument",
    "boundary_events",
    "compliance_events",
    "contributions",
    "documents",
    "eligibilities",
    "enrollments",
    "events",
    "forfeitures",
    "hce_statuses",
    "hires",
    "invalid_documents",
    "merits",
    "payloads",
    "promotions",
    "representations",
    "terminations",
    "vestings",
]
