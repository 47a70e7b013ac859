"""The texts of a workforce's events: the words of each text column, which drafts name by their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from dcprops.events.kinds import Choice
from dcprops.population.assumptions import DEPARTMENTS, PlanDesign
from dcprops.population.calendars import PayYear
from dcprops.schemas.columns import COLUMNS

__all__ = ["CHOICES", "SOURCE_SYSTEMS", "payroll_ids", "place_of", "vocabularies"]

#: Who writes down which events, as the factories have it.
SOURCE_SYSTEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hire": "workforce_simulation",
        "promotion": "workforce_simulation",
        "termination": "workforce_simulation",
        "merit": "workforce_simulation",
        "eligibility": "dc_plan_administration",
        "enrollment": "dc_plan_administration",
        "contribution": "dc_plan_administration",
        "vesting": "dc_plan_administration",
        "forfeiture": "plan_administration",
        "hce_status": "hce_determination",
        "compliance": "compliance_monitoring",
    }
)
#: The words of every column that has only a few.
CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {column.name: column.kind.values for column in COLUMNS if isinstance(column.kind, Choice)}
)


def place_of(column: str, word: str) -> int:
    """The place of a word in its column's vocabulary."""
    return CHOICES[column].index(word)


def payroll_ids(calendars: Sequence[PayYear]) -> list[str]:
    """The payroll run of each pay period, year by year, and after each year's the one for the whole year."""
    return [
        f"PAY-{calendar.year}-{name}"
        for calendar in calendars
        for name in [*(f"{number:02d}" for number in range(1, len(calendar.ends) + 1)), "YEAR"]
    ]


def vocabularies(designs: Sequence[PlanDesign], calendars: Sequence[PayYear]) -> dict[str, Sequence[str]]:
    """The words of every text column that drafts fill."""
    return {
        **CHOICES,
        "department": DEPARTMENTS,
        "payroll_id": payroll_ids(calendars),
        "plan_id": [design.plan_id for design in designs],
    }
