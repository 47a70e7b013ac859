"""Strategies for a Pydantic model of one's own, derived from what it declares.

Beside the three strategies, what the properties need to know of a model: its table, its places and its cells.
"""

from dcprops.strategies._from_model.building import Place
from dcprops.strategies._from_model.cells import Cell, Spot, in_groups, spots_of
from dcprops.strategies._from_model.public import boundary_from_model, from_model, invalid_from_model
from dcprops.strategies._from_model.shapes import Field, Judged, Record, Shape, Tagged, contains, without_wrapping
from dcprops.strategies._from_model.source import Source

__all__ = [
    "Cell",
    "Field",
    "Judged",
    "Place",
    "Record",
    "Shape",
    "Source",
    "Spot",
    "Tagged",
    "boundary_from_model",
    "contains",
    "from_model",
    "in_groups",
    "invalid_from_model",
    "spots_of",
    "without_wrapping",
]
