"""Seeded defects: targets that are wrong in one place each, by which the power of the properties is measured."""

from dcprops.defects.catalogue import CANARY, CATALOGUE, CORRECT
from dcprops.defects.defect import KINDS, Defect, Kind, Variant

__all__ = ["CANARY", "CATALOGUE", "CORRECT", "KINDS", "Defect", "Kind", "Variant"]
