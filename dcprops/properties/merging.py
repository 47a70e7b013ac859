"""Merging: the reports of all shards of a run as one report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from dcprops.properties.failures import CheckResult, Failure, MatrixCell, Outcome, Report, Status
from dcprops.properties.registry import Property
from dcprops.properties.slices import Slice

__all__ = ["MergeError", "joined_checks", "joined_matrix", "merged", "report_from_json", "result_from_json"]

_WORST_FIRST: Final[tuple[Status, ...]] = ("errored", "failed", "passed", "skipped")
_WORST_CELL_FIRST: Final[tuple[Outcome, ...]] = ("crashed", "accepted", "rejected")


class MergeError(ValueError):
    """Reports that aren't the shards of one run: one line that names what differs or is missing."""


def report_from_json(told: Mapping[str, Any]) -> Report:
    """The report that `to_json` wrote, without the counts of what was generated. Raises MergeError for other JSON."""
    try:
        if shard := told.get("shard", ""):
            Slice.parse(shard)
        return Report(
            version=told["version"],
            seed=told["seed"],
            profile=told.get("profile", ""),
            strict=told.get("strict", False),
            targets=dict(told["targets"]),
            checks=tuple(result_from_json(check) for check in told["checks"]),
            matrix=tuple(MatrixCell(**cell) for cell in told["matrix"]),
            shard=told.get("shard", ""),
            run_id=told.get("run_id", ""),
            shards=tuple(told.get("shards", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MergeError(f"no report of dcprops check: {type(error).__name__}: {error}") from error


def result_from_json(told: Mapping[str, Any]) -> CheckResult:
    """What came of one property, as `to_json` wrote it. Raises ValueError for a status that is none."""
    if told["status"] not in _WORST_FIRST:
        raise ValueError(f"status {told['status']!r} is none: expected one of {', '.join(_WORST_FIRST)}")
    return CheckResult(
        id=told["id"],
        suite=told["suite"],
        law=told.get("law", ""),
        status=told["status"],
        examples=told["examples"],
        seconds=told["seconds"],
        failures=tuple(_failure(failure) for failure in told["failures"]),
        reason=told.get("reason", ""),
        level=told["level"],
        xfail=told.get("xfail", ""),
    )


def _failure(told: Mapping[str, Any]) -> Failure:
    ledger = told.get("ledger")
    return Failure(
        title=told["title"],
        message=told["message"],
        field=told["field"],
        expected=told["expected"],
        got=told["got"],
        document=told.get("document"),
        ledger=None if ledger is None else tuple(ledger),
        workings="\n".join(told.get("workings", ())),
        test=told["test"],
    )


def merged(reports: Sequence[Report], order: Mapping[str, Property]) -> Report:
    """One report of the shards of a run, the properties in the order of a table.

    Raises MergeError if they aren't all shards of one run: each once, with the same targets, version and profile.
    """
    if not reports:
        raise MergeError("there is no report to merge")
    first = reports[0]
    for what in ("version", "profile", "strict", "targets", "run_id"):
        for other in reports[1:]:
            if getattr(other, what) != getattr(first, what):
                raise MergeError(
                    f"shard {first.shard} and shard {other.shard} are of different runs: "
                    f"{what} {getattr(first, what)!r} and {getattr(other, what)!r}"
                )
    _expect_each_once([report.shard for report in reports])
    ids = {check.id for report in reports for check in report.checks}
    of_id = {id_: [check for report in reports for check in report.checks if check.id == id_] for id_ in ids}
    known = [id_ for id_ in order if id_ in ids]
    return Report(
        version=first.version,
        seed=first.seed,
        profile=first.profile,
        strict=first.strict,
        targets=first.targets,
        checks=tuple(joined_checks(of_id[id_]) for id_ in (*known, *sorted(ids - set(known)))),
        matrix=joined_matrix(cell for report in reports for cell in report.matrix),
        run_id=first.run_id,
        shards=tuple(
            {
                "shard": report.shard,
                "seed": report.seed,
                "seconds": round(sum(check.seconds for check in report.checks), 3),
                "examples": report.summary["examples"],
            }
            for report in sorted(reports, key=lambda report: Slice.parse(report.shard).number)
        ),
    )


def _expect_each_once(shards: Sequence[str]) -> None:
    if "" in shards:
        raise MergeError("a report is of a whole run, not of a shard: make it with --shard I/N")
    counts = {Slice.parse(shard).count for shard in shards}
    if len(counts) > 1:
        raise MergeError(f"the shards are of {' and '.join(map(str, sorted(counts)))} parts: expected one number")
    count = counts.pop()
    for number in range(1, count + 1):
        times = shards.count(f"{number}/{count}")
        if times != 1:
            raise MergeError(f"shard {number}/{count} is {'missing' if not times else f'there {times} times'}")


def joined_checks(results: Sequence[CheckResult]) -> CheckResult:
    """The results of one property on several machines: the worst status, and each way to fail at its smallest."""
    status = next(each for each in _WORST_FIRST if any(result.status == each for result in results))
    smallest: dict[str, Failure] = {}
    for failure in sorted((failure for result in results for failure in result.failures), key=_size):
        smallest.setdefault(failure.title, failure)
    told = next(result for result in results if result.status == status)
    return CheckResult(
        id=told.id,
        suite=told.suite,
        law=told.law,
        status=status,
        examples=sum(result.examples for result in results),
        seconds=sum(result.seconds for result in results),
        failures=tuple(smallest.values()),
        reason=told.reason,
        level=told.level,
        xfail=told.xfail,
    )


def _size(failure: Failure) -> tuple[int, int]:
    return len(failure.ledger or ()), len(failure.test)


def joined_matrix(cells: Iterable[MatrixCell]) -> tuple[MatrixCell, ...]:
    """Each cell once, with the worst outcome."""
    worst: dict[tuple[str, str, str, str], MatrixCell] = {}
    for cell in sorted(cells, key=lambda cell: _WORST_CELL_FIRST.index(cell.outcome)):
        worst.setdefault((cell.payload, cell.field, cell.rule, cell.level), cell)
    return tuple(worst[key] for key in sorted(worst))
