"""The page of an audit: the verdict, invalid rows by rule, anomalies by code, balances, and what the events are.

However large the file is, the page isn't: all is counted, and some of it listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from dcprops.audit import Audit
from dcprops.overview import DISTRIBUTED, TOTALS, Overview
from dcprops.overview import Step as Size
from dcprops.reference.balances import SOURCES
from dcprops.reports.html.drawing import our_looks
from dcprops.reports.html.page import page
from dcprops.reports.html.plots import columns, rows_of_columns
from dcprops.rules.anomalies import ANOMALIES

__all__ = ["audit_html"]

#: So many invalid rows and anomalies are listed, and so many lines of each rule.
_LISTED: Final = 200
_LINES: Final = 12
#: Into so many columns time is put together at most.
_COLUMNS: Final = 96


@our_looks()
def audit_html(found: Audit, notes: Sequence[str] = ()) -> str:
    """What an audit with an overview found as one HTML page that needs nothing else. `notes` are further sentences.

    Raises ValueError for an audit without an overview.
    """
    if found.overview is None:
        raise ValueError("a page needs what the events come to: audit with with_overview=True")
    overview = found.overview
    errors = sum(anomaly.severity == "error" for anomaly in found.anomalies)
    return page(
        "audit.html",
        found=found,
        overview=overview,
        notes=notes,
        errors=errors,
        warnings=len(found.anomalies) - errors,
        by_rule=_lines_by_rule(found),
        rows=found.invalid[:_LISTED],
        by_code=sorted(
            ((ANOMALIES[code], times) for code, times in found.anomalies_by_code.items()),
            key=lambda each: each[0].severity,
        ),
        anomalies=found.anomalies[:_LISTED],
        sentences={code: f"{rule.sentence}: " for code, rule in ANOMALIES.items()},
        totals=TOTALS,
        distributions=_distributions(overview),
        contributions=_contributions(overview),
        years=_periods(overview.contributions),
        given=_given(overview),
        events=_events(overview),
        events_total={name: sum(months.values()) for name, months in overview.events.items()},
    )


def _lines_by_rule(found: Audit) -> list[tuple[str, int, list[int]]]:
    """Each rule with how often it was broken and the first lines where it was, the most frequent first."""
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for row in found.invalid:
        if len(lines[row.rule]) < _LINES and row.line not in lines[row.rule]:
            lines[row.rule].append(row.line)
    return [(rule, times, lines[rule]) for rule, times in found.invalid_by_rule.items()]


def _distributions(overview: Overview) -> list[tuple[str, Markup, list[tuple[str, int]]]]:
    """Of each balance its name, a picture, and the counts in it."""
    if not overview.accounts:
        return []
    held = [size for name in DISTRIBUTED for size in overview.distribution[name] if size is not None]
    sizes = [None, *_sizes(min(held), max(held))] if held else [None]
    drawn = []
    for name in DISTRIBUTED:
        counts = [(_from(size), overview.distribution[name].get(size, 0)) for size in sizes]
        said = ", ".join(f"{times:,} from {label}" for label, times in counts if times)
        title = f"Accounts by {TOTALS[name].lower()} balance"
        values, labels = [times for _, times in counts], [label for label, _ in counts]
        drawn.append((title, columns(name.replace("_", "-"), title, said, values, labels, most_labels=7), counts))
    return drawn


def _sizes(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
    """The steps from one to another, 1, 2 and 5 of each power of ten."""
    every = [(power, digit) for power in range(first[0], last[0] + 1) for digit in (1, 2, 5)]
    return [step for step in every if first <= step <= last]


def _from(size: Size) -> str:
    """The least amount of a step in dollars."""
    if size is None:
        return "0 or less"
    power, digit = size
    if power < 0:
        return f"{digit * 10.0**power:.{-power}f}"
    return f"{digit * 10 ** (power % 3)}{('', 'k', 'M', 'B', 'T')[power // 3] if power < 15 else f'e{power // 3 * 3}'}"


def _contributions(overview: Overview) -> Markup | None:
    if not overview.contributions:
        return None
    periods = _periods(overview.contributions)
    rows = [
        (source, [float(_sum(overview, source, period)) for period in periods]) for source in _sources(overview)
    ]  # fmt: skip
    said = ", ".join(f"{source} {sum(values):,.2f}" for source, values in rows)
    labels = [_named(period) for period in periods]
    return rows_of_columns("contributions", "Contributions by source and year, in dollars", said, rows, labels)


def _sources(overview: Overview) -> list[str]:
    return [source for source in SOURCES if any(source in of_year for of_year in overview.contributions.values())]


def _sum(overview: Overview, source: str, period: range) -> Decimal:
    return sum(
        (by_source.get(source, Decimal(0)) for year, by_source in overview.contributions.items() if year in period),
        Decimal(0),
    )


def _given(overview: Overview) -> list[tuple[str, list[tuple[str, Decimal]], Decimal]]:
    """Of each period its name, what was given of each source, and all of it."""
    return [
        (_named(period), amounts, sum((amount for _, amount in amounts), Decimal(0)))
        for period in _periods(overview.contributions)
        for amounts in ([(source, _sum(overview, source, period)) for source in _sources(overview)],)
    ]


def _periods(keys: Iterable[int]) -> list[range]:
    """The numbers from the first to the last, in so few ranges of one size that they can be drawn."""
    numbers = sorted(keys)
    if not numbers:
        return []
    width = -(-(numbers[-1] - numbers[0] + 1) // _COLUMNS)
    return [range(start, start + width) for start in range(numbers[0], numbers[-1] + 1, width)]


def _named(years: range) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"


def _events(overview: Overview) -> Markup | None:
    """Events by type over months, or over years where there are too many months."""
    if not overview.events:
        return None
    by_month = {
        name: {year * 12 + month - 1: times for (year, month), times in months.items()}
        for name, months in overview.events.items()
    }
    all_months = sorted({month for months in by_month.values() for month in months})
    are_years = all_months[-1] - all_months[0] >= _COLUMNS
    counted = {name: _yearly(months) for name, months in by_month.items()} if are_years else by_month
    periods = _periods(number for numbers in counted.values() for number in numbers)
    rows = [
        (name, [sum(times for number, times in numbers.items() if number in period) for period in periods])
        for name, numbers in counted.items()
    ]
    labels = [_named(each) if are_years else f"{each[0] // 12:04d}-{each[0] % 12 + 1:02d}" for each in periods]
    said = ", ".join(f"{name} {sum(values):,}" for name, values in rows)
    return rows_of_columns("events", f"Events by type and {'year' if are_years else 'month'}", said, rows, labels)


def _yearly(months: Mapping[int, int]) -> dict[int, int]:
    years: defaultdict[int, int] = defaultdict(int)
    for month, times in months.items():
        years[month // 12] += times
    return years
