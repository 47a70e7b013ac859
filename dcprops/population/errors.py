"""What a population says that can't be made."""

from __future__ import annotations

__all__ = ["PopulationError"]


class PopulationError(ValueError):
    """An argument of a population, its value and what was expected, in one line."""
