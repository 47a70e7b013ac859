"""How many examples a property is given in each profile: for the runner and for Hypothesis's own profiles alike."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

__all__ = ["PROFILES"]

#: How many examples a property is given in each profile; one with a larger share gets so many times more.
PROFILES: Final = MappingProxyType({"quick": 60, "ci": 300, "deep": 2000})
