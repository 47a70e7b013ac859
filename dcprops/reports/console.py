"""A report as a person reads it: a table of the properties, and of each failure the smallest document and a test."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from dcprops.printable import cut, printable
from dcprops.properties import CheckResult, Failure, Report
from dcprops.reference import timeline

__all__ = ["Printer", "failure_lines", "print_report"]

_WIDTH: Final = 500


class Printer(Protocol):
    """Where a report is printed."""

    def print_line(self, text: str) -> None:
        """Print a line."""

    def print_table(self, headings: dict[str, bool], rows: Sequence[tuple[str, ...]]) -> None:
        """Print a table. Of each heading is said whether numbers stand under it."""


def print_report(report: Report, to: Printer, show: int) -> None:
    """Print the report, with at most `show` failures of each property."""
    for line in _heading(report):
        to.print_line(printable(line))
    to.print_table(
        {"Property": False, "Result": False, "Examples": True, "Seconds": True, "": False},
        [
            (check.id, _result(check), f"{check.examples:,}", f"{check.seconds:.2f}", printable(_remark(check, report)))
            for check in report.checks
        ],
    )
    if report.matrix:
        _print_matrix(report, to)
    for check in report.checks:
        if check.failures and not check.xfail:
            _print_failures(check, to, show)
    to.print_line("")
    to.print_line(_verdict(report))


def _heading(report: Report) -> Iterator[str]:
    """What was checked: in one line if it is one target, else each in a line of its own."""
    targets = [f"{kind} {name}" for kind, name in report.targets.items()]
    shard = f", shard {report.shard}" if report.shard else f", {len(report.shards)} shards" if report.shards else ""
    how = f"(profile {report.profile}, seed {report.seed}{shard})"
    if len(targets) == 1:
        yield f"dcprops {report.version}: {targets[0]} {how}"
    else:
        yield f"dcprops {report.version} {how}"
        yield from (f"  {target}" for target in targets)


def _result(check: CheckResult) -> str:
    """How a property ended, in a word: one that fails as expected doesn't fail."""
    return "xfail" if check.status == "failed" and not check.falls_short else check.status


def _remark(check: CheckResult, report: Report) -> str:
    if check.failures:
        expected = f", expected: {check.xfail}" if check.xfail else ""
        return f"{len(check.failures):,} failure{'s' if len(check.failures) > 1 else ''}{expected}"
    # What one shard finds nothing of may fail on another.
    if check.xfail and check.status == "passed" and not report.shard:
        return f"expected to fail, but it holds: take it out of xfail ({check.xfail})"
    return check.reason


def _print_matrix(report: Report, to: Printer) -> None:
    summary = report.summary
    to.print_line("")
    to.print_line(
        f"{len(report.matrix)} cells (payload, field, rule) of invalid documents: {summary['rejected']} rejected, "
        f"{summary['accepted']} accepted, {summary['crashed']} crashed"
    )
    let_pass = [cell for cell in report.matrix if cell.outcome != "rejected"]
    if let_pass:
        by_rule: dict[tuple[str, str, str], list[str]] = {}
        for cell in let_pass:
            by_rule.setdefault((cell.rule, cell.level, cell.outcome), []).append(f"{cell.payload}.{cell.field}")
        to.print_table(
            {"Rule": False, "Level": False, "Outcome": False, "Fields": False},
            [(*key, cut(", ".join(fields), _WIDTH)) for key, fields in by_rule.items()],
        )


def _print_failures(check: CheckResult, to: Printer, show: int) -> None:
    for failure in check.failures[:show]:
        to.print_line("")
        for line in failure_lines(failure):
            to.print_line(line)
    left = len(check.failures) - show
    if left > 0:
        to.print_line("")
        to.print_line(f"{left:,} more failures of {check.id}: --show N prints more, --json FILE has all")


def failure_lines(failure: Failure) -> Iterator[str]:
    """A failure as a person reads it."""
    yield printable(failure.title)
    yield printable(f"  {failure.message}")
    for name, text in (("field", failure.field), ("expected", failure.expected), ("got", failure.got)):
        if text:
            yield f"  {name + ':':<10}{cut(text, _WIDTH)}"
    if failure.ledger is not None:
        yield f"  the smallest ledger, {len(failure.ledger)} event{'s' if len(failure.ledger) != 1 else ''}:"
        yield from (f"    {printable(line)}" for line in timeline(failure.ledger))
        if failure.workings:
            yield "  worked out by the reference:"
            yield from (f"    {printable(line)}" for line in failure.workings.splitlines())
        yield "  as a test:"
        yield from (f"    {printable(line)}".rstrip() for line in failure.test.splitlines())
    elif failure.test:
        yield f"  {'document:':<10}{cut(json.dumps(failure.document), 4 * _WIDTH)}"
        yield "  as a test:"
        for line in failure.test.splitlines():
            yield f"    {printable(line)}".rstrip()


def _verdict(report: Report) -> str:
    counts = Counter(map(_result, report.checks))
    words = ("passed", "failed", "errored", "xfail", "skipped")
    parts = [f"{counts[word]} {word}" for word in words if counts[word]]
    return f"{', '.join(parts)} ({report.summary['examples']:,} examples)"
