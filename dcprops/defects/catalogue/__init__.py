"""The catalogue of seeded defects, a table for each room of the house."""

from __future__ import annotations

from typing import Final

from dcprops.defects.catalogue.calculators import CALCULATORS
from dcprops.defects.catalogue.compliance import COMPLIANCE
from dcprops.defects.catalogue.held_out import HELD_OUT
from dcprops.defects.catalogue.models import MODELS
from dcprops.defects.catalogue.reports import REPORTS
from dcprops.defects.catalogue.schemas import SCHEMAS
from dcprops.defects.catalogue.stores import STORES
from dcprops.defects.catalogue.variants import CANARY, CORRECT

__all__ = [
    "CALCULATORS",
    "CANARY",
    "CATALOGUE",
    "COMPLIANCE",
    "CORRECT",
    "HELD_OUT",
    "MODELS",
    "REPORTS",
    "SCHEMAS",
    "STORES",
]

#: Every seeded defect.
CATALOGUE: Final = (*MODELS, *SCHEMAS, *CALCULATORS, *COMPLIANCE, *STORES, *REPORTS, *HELD_OUT)
