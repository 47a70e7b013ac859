"""Measures rows, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
            yield Result.of(row, measured)
