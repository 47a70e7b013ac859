"""What an audit found, as a run: the share of valid rows, of rows that break a rule, and of anomalies by code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from dcprops.monitor.machine import this_machine
from dcprops.monitor.runs import History, Measurement, MonitorError, Run, metric_of_quality

__all__ = ["run_of_audit", "with_what_was_not_found"]

_UNIT: Final = "share"


def run_of_audit(
    subject: str,
    rows: int,
    valid: int,
    invalid_by_rule: Mapping[str, int],
    anomalies_by_code: Mapping[str, int],
    commit: str = "",
) -> Run:
    """The run of one audit. `subject` names the event file, the same whenever it is audited.

    Of the `rows` of the file so many are valid, and so many break each rule; so many valid events have each anomaly.
    Raises MonitorError for a name that can't be shown, and for a file without rows.
    """
    if not subject or not subject.isprintable():
        raise MonitorError(
            f"{subject!r} can't name an event file in the monitor: expected a text without control characters"
        )
    if not rows:
        raise MonitorError(f"{subject} has no rows: there is nothing to record")
    parts = [
        Measurement(metric_of_quality(subject, "valid"), _UNIT, "higher", (valid / rows,), rows),
        *(_share(subject, f"invalid/{rule}", count, rows) for rule, count in invalid_by_rule.items()),
        *(_share(subject, f"anomalies/{code}", count, valid) for code, count in anomalies_by_code.items()),
    ]
    return Run(commit, this_machine(), tuple(parts), subject)


def _share(subject: str, what: str, count: int, of: int) -> Measurement:
    return Measurement(metric_of_quality(subject, what), _UNIT, "lower", (min(count / of, 1.0),), of)


def with_what_was_not_found(history: History) -> History:
    """The history in which each audit also says 0 of what other audits of the same file found."""
    found: dict[str, dict[str, bool]] = {}
    for run in history.runs:
        if run.subject:
            prefix = metric_of_quality(run.subject, "anomalies/")
            of_events = {each.metric: each.metric.startswith(prefix) for each in run.measurements}
            found.setdefault(run.subject, {}).update(of_events)
    runs = tuple(
        Run(
            run.commit,
            run.machine,
            (*run.measurements, *_zeros(run, found[run.subject])),
            run.subject,
            run.recorded_at,
            run.number,
        )
        if run.subject
        else run
        for run in history.runs
    )
    return History(runs, history.baselines)


def _zeros(run: Run, found: Mapping[str, bool]) -> Iterator[Measurement]:
    valid = next((each for each in run.measurements if each.metric == metric_of_quality(run.subject, "valid")), None)
    if valid is None or valid.of is None:
        return
    own = {each.metric for each in run.measurements}
    for metric, is_of_events in found.items():
        if metric not in own:
            of = round(valid.samples[0] * valid.of) if is_of_events else valid.of
            yield Measurement(metric, _UNIT, "lower", (0.0,), max(of, 1))
