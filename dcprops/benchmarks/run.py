"""Measures rows, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from dcprops.benchmarks.inputs import Inputs
from dcprops.benchmarks.measure import CannotRun, measure
from dcprops.benchmarks.report import Result
from dcprops.benchmarks.rows import Row

__all__ = ["results"]


def results(
    rows: Sequence[Row], inputs: Inputs, repeats: int, on_progress: Callable[[float, str], None] | None = None
) -> Iterator[Result]:
    """The result of each row. One that can't be measured says why."""
    for place, row in enumerate(rows):
        if on_progress is not None:
            on_progress(place / len(rows), row.name)
        try:
            ours = row.ours(inputs)
            peer = None if row.peer is None else row.peer(inputs)
            if row.slow:
                measured = measure(ours, peer, 1, row.clock, warm_up=False)
            else:
                measured = measure(ours, peer, repeats, row.clock)
        except CannotRun as failure:
            yield Result(row, failure=str(failure))
        else:
            yield _judged(Result.of(row, measured), inputs.sizes.stored)


def _judged(result: Result, stored: int) -> Result:
    """The result, without a promise that isn't about a store of so many events."""
    row = result.row
    if stored >= row.least_stored:
        return result
    said = f"what is promised is about a store of {row.least_stored:,} events: --stored {row.least_stored}"
    return replace(result, row=replace(row, promise=None), failure=said)
