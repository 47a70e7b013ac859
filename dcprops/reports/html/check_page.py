"""The page of a check: the results, the failures with the smallest of them drawn, the matrix, what was generated."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from dcprops.properties import CheckResult, Failure, Generated, MatrixCell, Report
from dcprops.properties.generated import LIMITS, SIDES
from dcprops.reference import timeline
from dcprops.reports.html.drawing import our_looks
from dcprops.reports.html.ledger_plot import MOST_ACCOUNTS, Lane, lanes, ledger_plot
from dcprops.reports.html.matrix_plot import LEGEND, matrix_plot
from dcprops.reports.html.page import page
from dcprops.reports.html.plots import bars, columns

__all__ = ["check_html"]

#: So many failures are told, of each property and of all of them, and so many lines of a ledger.
_FAILURES_OF_EACH: Final = 10
_FAILURES: Final = 80
_LINES_OF_LEDGER: Final = 60
#: So many events at most are drawn.
_EVENTS_DRAWN: Final = 2_000
_CHARACTERS: Final = 4_000
#: In how many columns years are put together.
_COLUMNS: Final = 40


@dataclass(frozen=True)
class _Told:
    """A failure as the page tells it: its ledger as lines, if it has one, else its document as text."""

    failure: Failure
    ledger: tuple[str, ...]
    lines_left: int
    document: str


@dataclass(frozen=True)
class _FailedCheck:
    """A property that failed, with the failures that are told."""

    check: CheckResult
    told: tuple[_Told, ...]

    @property
    def left(self) -> int:
        """How many failures aren't told."""
        return len(self.check.failures) - len(self.told)


@dataclass(frozen=True)
class _Smallest:
    """The smallest ledger that made a property fail, drawn."""

    check: CheckResult
    events: int
    accounts_left: int
    picture: Markup
    balances: tuple[Lane, ...]


@our_looks()
def check_html(report: Report) -> str:
    """The report as one HTML page that needs nothing else: no network, no script, no font."""
    suites = {suite: [each for each in report.checks if each.suite == suite] for suite in _suites(report)}
    return page(
        "check.html",
        report=report,
        summary=report.summary,
        seconds=sum(check.seconds for check in report.checks),
        suites=suites,
        failed=tuple(_failed(report.checks)),
        smallest=_smallest(report.checks),
        matrix=matrix_plot("matrix", report.matrix) if report.matrix else None,
        matrix_rows=tuple(_matrix_rows(report.matrix)),
        matrix_legend=LEGEND,
        generated=report.generated,
        pictures={} if report.generated is None else dict(_pictures(report.generated)),
        years={} if report.generated is None else _years(report.generated.years),
        limits=LIMITS,
        sides=SIDES,
    )


def _suites(report: Report) -> Iterable[str]:
    return dict.fromkeys(check.suite for check in report.checks)


def _failed(checks: Iterable[CheckResult]) -> Iterator[_FailedCheck]:
    room = _FAILURES
    for check in checks:
        if check.failures:
            told = check.failures[: min(_FAILURES_OF_EACH, room)]
            room -= len(told)
            yield _FailedCheck(check, tuple(_told(failure) for failure in told))


def _told(failure: Failure) -> _Told:
    if failure.ledger is None:
        return _Told(failure, (), 0, json.dumps(failure.document)[:_CHARACTERS] if failure.test else "")
    lines = timeline(failure.ledger[:_LINES_OF_LEDGER])
    return _Told(failure, tuple(lines), len(failure.ledger) - len(lines), "")


def _smallest(checks: Iterable[CheckResult]) -> _Smallest | None:
    """The ledger of the fewest events of all failures, and of those the first."""
    with_ledger = [
        (len(failure.ledger), place, check, failure.ledger)
        for place, (check, failure) in enumerate((check, failure) for check in checks for failure in check.failures)
        if failure.ledger
    ]
    for events, _, check, ledger in sorted(with_ledger, key=lambda each: each[:2]):
        if events <= _EVENTS_DRAWN and (found := lanes(ledger)):
            drawn = found[:MOST_ACCOUNTS]
            picture = ledger_plot("ledger", f"The smallest ledger for which {check.id} fails", drawn)
            return _Smallest(check, events, len(found) - len(drawn), picture, drawn)
    return None


def _matrix_rows(cells: Iterable[MatrixCell]) -> Iterator[tuple[str, str, dict[str, list[MatrixCell]]]]:
    """Each field of each payload, with its cells by outcome."""
    rows: dict[tuple[str, str], dict[str, list[MatrixCell]]] = {}
    for cell in cells:
        row = rows.setdefault((cell.payload, cell.field), {"rejected": [], "accepted": [], "crashed": []})
        row[cell.outcome].append(cell)
    return ((payload, field, by_outcome) for (payload, field), by_outcome in rows.items())


def _pictures(generated: Generated) -> Iterator[tuple[str, Markup]]:
    """The distributions of what was generated; those of which there is nothing are left out."""
    if sum(generated.events.values()):
        yield (
            "events",
            bars("generated-events", "Events by type", _said(generated.events), list(generated.events.items())),
        )
    if generated.amounts:
        zero = [("0", generated.amounts[None])] if None in generated.amounts else []
        powers = sorted(power for power in generated.amounts if power is not None)
        sizes = [
            (_dollars(power), generated.amounts.get(power, 0)) for power in range(powers[0], powers[-1] + 1)
        ] if powers else []  # fmt: skip
        yield "amounts", columns(
            "generated-amounts", "Amounts by size", _said(dict(zero + sizes)),
            [times for _, times in zero + sizes], [label for label, _ in zero + sizes], most_labels=7,
        )  # fmt: skip
    if generated.years:
        years = _years(generated.years)
        yield (
            "years",
            columns(
                "generated-years",
                "Effective dates by year",
                _said(years),
                list(years.values()),
                list(years),
                most_labels=6,
            ),
        )
    for place, (limit, sides) in enumerate(generated.limits.items()):
        if sum(sides.values()):
            yield limit, bars(f"generated-limit-{place}", limit, _said(sides), list(sides.items()))


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _dollars(power: int) -> str:
    """The least amount of so many digits in dollars: 0.01, 1, 10, 1k, 1M."""
    if power < 0:
        return f"{10.0**power:.{-power}f}"
    return f"{10 ** (power % 3)}{('', 'k', 'M', 'B', 'T')[power // 3]}"


def _years(counts: Mapping[int, int]) -> dict[str, int]:
    """Counts by year where the years lie close together, and of what is far before or after them by era."""
    middle = _middle(counts)
    if not middle:
        return {}
    first, last = middle[0], middle[-1]
    width = -(-(last - first + 1) // _COLUMNS)
    starts = list(range(first, last + 1, width))
    before = sum(count for year, count in counts.items() if year < first)
    after = sum(count for year, count in counts.items() if year >= starts[-1] + width)
    shown = {
        (str(start) if width == 1 else f"{start}-{end - 1}"): sum(counts.get(year, 0) for year in range(start, end))
        for start, end in pairwise([*starts, starts[-1] + width])
    }
    return {
        **({"earlier": before} if before else {}),
        **shown,
        **({"later": after} if after else {}),
    }


def _middle(counts: Mapping[int, int]) -> list[int]:
    """The years between which all but a hundredth of the dates at each end lie."""
    total, seen, middle = sum(counts.values()), 0, []
    for year in sorted(counts):
        if seen + counts[year] > total / 50 and seen < total * 49 / 50:
            middle.append(year)
        seen += counts[year]
    return middle
