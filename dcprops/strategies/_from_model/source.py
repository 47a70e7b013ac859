"""One model as a source of examples: what is drawn, what the model makes of it, and what its documents look like."""

from __future__ import annotations

import decimal
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, cached_property, partial
from typing import Any, Final

from hypothesis.errors import InvalidArgument
from hypothesis.strategies import SearchStrategy
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from dcprops.strategies._documents import InvalidDocument
from dcprops.strategies._from_model.building import Builder, Place, full_size
from dcprops.strategies._from_model.cells import Cell, Spot, cells_of, in_groups, spots_of
from dcprops.strategies._from_model.overriding import Overrides, overridden
from dcprops.strategies._from_model.reading import adapter_of, read_table
from dcprops.strategies._from_model.refusals import Refusals
from dcprops.strategies._from_model.shapes import (
    Either,
    Mapped,
    Record,
    Sequence,
    Shape,
    Tagged,
    without_wrapping,
)
from dcprops.strategies._from_model.values import edges_of, unreadable

__all__ = ["Source"]

#: How many digits Pydantic's own arithmetic has room for while an instance is built.
_ROOM: Final = 60


class Source:
    """A model with all that was read from it. Raises InvalidArgument if it can't be read."""

    def __init__(self, model: object, overrides: Overrides | None) -> None:
        self._adapter = adapter_of(model)
        self.table = overridden(read_table(model, self._adapter), overrides)
        self.refusals = Refusals(self.table)
        self._builder = Builder(self.table, self.refusals.try_)
        self._writer = Builder(self.table, self.refusals.try_, in_json=True)
        self._is_strict = None if not any(record.needs_instance for record in self.table.records()) else False

    def instances(self) -> SearchStrategy[Any]:
        """Valid instances."""
        return self._builder.whole().map(self._instance)

    def at_edges(self) -> SearchStrategy[Any]:
        """Valid instances with one field at an edge."""
        spots = [(spot, edges) for spot in spots_of(self.table) for edges in [self.edges_at(spot)] if edges is not None]
        if not spots:
            raise InvalidArgument(f"{self.table.model} has no field with an edge: use from_model")

        @cache
        def at(place: int) -> SearchStrategy[Any]:
            spot, edges = spots[place]
            return self._builder.whole(spot.place, edges).map(self._instance)

        return in_groups([(f"{spot.record}.{spot.name}",) for spot, _ in spots]).flatmap(at)

    def documents(self) -> SearchStrategy[Any]:
        """Valid documents."""
        return self._writer.whole().map(self._document)

    def invalid(self) -> SearchStrategy[InvalidDocument]:
        """Documents with one thing wrong."""
        if not self.cells:
            raise InvalidArgument(f"{self.table.model} declares nothing that a document could surely break")
        names = [(f"{cell.record}.{cell.name}", cell.rule) for cell in self.cells]
        return in_groups(names).flatmap(cache(lambda place: self.invalid_at(self.cells[place])))

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every way for a document to be wrong."""
        return cells_of(self.table)

    def invalid_at(self, cell: Cell) -> SearchStrategy[InvalidDocument]:
        """Documents that are wrong in this one way."""
        return self._writer.whole(cell.place).map(self._document).map(partial(_spoiled, cell))

    def written_part(
        self, shape: Shape, name: str, place: Place | None = None, end: SearchStrategy[Any] | None = None
    ) -> SearchStrategy[Any]:
        """A part of a document, as JSON; with a `place` in it, everything that leads there, and `end` at its end.

        Raises InvalidArgument if none can be made.
        """
        part = self._writer.part(shape, name, place, end)
        if part is None:
            raise InvalidArgument(f"{self.table.model}: {name} never ends")
        return part.map(_written)

    def accepts(self, document: Any) -> bool:
        """Whether the model accepts a document."""
        try:
            self._adapter.validate_json(json.dumps(document))
        except ValidationError:
            return False
        return True

    def accepted(self, document: Any) -> Any:
        """The document, if the model accepts it; where its validators refuse it, another example is drawn."""
        self.refusals.draw()
        try:
            with _roomy():
                self._adapter.validate_json(json.dumps(document))
        except ValidationError as error:
            self.refusals.refuse(error)
        return document

    def edges_at(self, spot: Spot) -> SearchStrategy[Any] | None:
        """The edges of a place, or None if it has none."""
        if spot.field is not None and (spot.field.override is not None or spot.name == "unknown_field"):
            return None
        shape = without_wrapping(self.table, spot.shape)
        if isinstance(shape, Record | Either | Tagged | Mapped) or unreadable(shape):
            return None
        if isinstance(shape, Sequence):
            return self._sizes(shape, spot)
        return edges_of(shape)

    def _sizes(self, shape: Sequence, spot: Spot) -> SearchStrategy[Any] | None:
        """Sequences of the fewest and of the most items."""
        item = self._builder.part(shape.item, spot.name)
        most = full_size(shape)
        if item is None:
            return None
        fewest = self._builder.of_sizes(shape, item, shape.min_length, shape.min_length)
        return fewest if most is None else fewest | self._builder.of_sizes(shape, item, most, most)

    def _instance(self, drawn: Any) -> Any:
        """What the model makes of what was drawn; where its validators refuse that, another example is drawn."""
        self.refusals.draw()
        try:
            with _roomy():
                return self._adapter.validate_python(drawn, strict=self._is_strict)
        except ValidationError as error:
            self.refusals.refuse(error)

    def _document(self, drawn: Any) -> Any:
        """What was drawn as JSON, if the model accepts that."""
        return self.accepted(_written(drawn))


@contextmanager
def _roomy() -> Iterator[None]:
    """A decimal context in which no digit is lost and nothing is trapped that a model can't help."""
    with decimal.localcontext() as context:
        context.prec = max(context.prec, _ROOM)
        context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
        context.traps[decimal.Inexact] = context.traps[decimal.Rounded] = context.traps[decimal.Subnormal] = False
        yield


def _written(drawn: Any) -> Any:
    """What was drawn as JSON: decimals as plain text, so that no digit is lost."""
    if isinstance(drawn, Decimal):
        return format(drawn, "f")
    if isinstance(drawn, Mapping):
        return {_written_key(key): _written(value) for key, value in drawn.items()}
    if isinstance(drawn, set | frozenset):
        return sorted(map(_written, drawn), key=repr)  # whatever the order of hashes
    if isinstance(drawn, list | tuple) and not hasattr(drawn, "_fields"):
        return [_written(each) for each in drawn]
    return to_jsonable_python(drawn, by_alias=True)


def _written_key(key: Any) -> str:
    return next(iter(to_jsonable_python({key: None})))  # type: ignore[no-any-return]  # JSON has no other keys


def _spoiled(cell: Cell, document: Any) -> InvalidDocument:
    return InvalidDocument(cell.put(document), cell.record, cell.name, cell.rule, cell.level)
