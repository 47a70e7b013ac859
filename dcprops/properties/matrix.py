"""The matrix: what a model does with every wrong value of the catalogue, one cell per payload, field and rule."""

from __future__ import annotations

import time
from typing import Any, Final

from dcprops.properties.failures import CheckResult, Failure, MatrixCell, Outcome
from dcprops.properties.registry import Property
from dcprops.properties.targets import Crashed, ModelTarget, Rejected
from dcprops.properties.trying import Effort, test_source
from dcprops.rules import CATALOGUE, SAMPLES, Cell

__all__ = ["MATRIX", "matrix_of"]

#: The property whose result is the matrix.
MATRIX: Final = "model.rejects-invalid"


def matrix_of(
    effort: Effort, law: Property, target: ModelTarget, turn: int = 0
) -> tuple[CheckResult, tuple[MatrixCell, ...]]:
    """Every cell of the effort's slice with every value; the failures are those of the cells that count."""
    start = time.perf_counter()
    rows, failures, examples = [], [], 0
    for cell in effort.slice.fixed(CATALOGUE, turn):
        outcome, document, tried = _outcome(target, cell)
        examples += tried
        rows.append(MatrixCell(cell.payload, cell.field, cell.rule, cell.level, outcome))
        counts = effort.strict or cell.level == "must"
        if outcome == "crashed" or (outcome == "accepted" and counts):
            failures.append(_cell_failure(law, target, cell, outcome, document))
    result = CheckResult(
        law.id,
        law.suite,
        law.sentence,
        "failed" if failures else "passed",
        examples,
        time.perf_counter() - start,
        tuple(failures),
    )
    return result, tuple(rows)


_WORST_FIRST: Final[tuple[Outcome, ...]] = ("crashed", "accepted", "rejected")


def _outcome(target: ModelTarget, cell: Cell) -> tuple[Outcome, object, int]:
    """The worst outcome of all the cell's values, the first document that had it, and how many were tried."""
    seen: dict[Outcome, object] = {}
    tried = 0
    for event_type in cell.event_types:
        for value in cell.values:
            document = cell.put(SAMPLES[event_type], value)
            seen.setdefault(_outcome_of(target, document), document)
            tried += 1
    worst = next(outcome for outcome in _WORST_FIRST if outcome in seen)
    return worst, seen[worst], tried


def _outcome_of(target: ModelTarget, document: Any) -> Outcome:
    try:
        target.validate(document)
    except Rejected:
        return "rejected"
    except Crashed:
        return "crashed"
    return "accepted"


def _cell_failure(law: Property, target: ModelTarget, cell: Cell, outcome: Outcome, document: object) -> Failure:
    what = "crashes on" if outcome == "crashed" else "accepts"  # both read well before the rule and before "it"
    return Failure(
        title=f"{law.id}: {cell.payload}.{cell.field} {what} {cell.rule}",
        message=f"the {cell.field} of a document breaks the rule {cell.rule} (level {cell.level}), "
        f"and the model {what} it",
        field=cell.field,
        expected="rejected",
        got=outcome,
        document=document,
        test=test_source(law, target, document),
    )
