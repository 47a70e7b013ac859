"""The strategies as the tests go through them: by name, by event type, and all that need no argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis.strategies import SearchStrategy

from dcprops import strategies as dc

__all__ = ["BY_EVENT_TYPE", "NEED_AN_ARGUMENT", "NO_STRATEGIES", "OF_LEDGERS", "STRATEGIES"]

#: The strategy for the payloads of each event type.
BY_EVENT_TYPE: dict[str, Callable[..., SearchStrategy[Any]]] = {
    "hire": dc.hires,
    "promotion": dc.promotions,
    "termination": dc.terminations,
    "merit": dc.merits,
    "eligibility": dc.eligibilities,
    "enrollment": dc.enrollments,
    "contribution": dc.contributions,
    "vesting": dc.vestings,
    "forfeiture": dc.forfeitures,
    "hce_status": dc.hce_statuses,
    "compliance": dc.compliance_events,
}
#: What is exported and no strategy: what strategies give, and what that is made of.
NO_STRATEGIES = {"InvalidDocument", "Ledger", "Life", "Spell", "Election", "PlanDesign", "Schedule"}
#: What makes a strategy of something.
NEED_AN_ARGUMENT = ("of_type", "representations", "boundary_from_model", "from_model", "invalid_from_model")
#: Every strategy of single events that can be called without arguments.
STRATEGIES: dict[str, Callable[..., SearchStrategy[Any]]] = {
    **{strategy.__name__: strategy for strategy in BY_EVENT_TYPE.values()},
    "payloads": dc.payloads,
    "events": dc.events,
    "boundary_events": dc.boundary_events,
    "documents": dc.documents,
    "invalid_documents": dc.invalid_documents,
}
#: The strategies of whole ledgers.
OF_LEDGERS: dict[str, Callable[..., SearchStrategy[Any]]] = {
    strategy.__name__: strategy for strategy in (dc.ledgers, dc.incoherent_ledgers)
}
