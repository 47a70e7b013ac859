"""`dcprops monitor`: measurements kept over time, and which of them have become worse than their baseline."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from dcprops.commands import UsageError
from dcprops.commands.measuring import add_measuring_options, measured, read_runs
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.pages import HTML_HELP, expect_html
from dcprops.commands.terminal import count, screen
from dcprops.monitor import History, MonitorDatabase, MonitorError, MonitorReport, Run, Series, commit_id
from dcprops.monitor.alerts import alert_document, checked_webhook, send
from dcprops.monitor.runs import metric_of_quality
from dcprops.monitor.thresholds import BASELINE_RUNS, Settings, settings_of, threshold_of_option
from dcprops.monitor.values import shown
from dcprops.printable import cut, printable

if TYPE_CHECKING:
    from dcprops.commands.screen import Screen

__all__ = ["add_options", "run"]

_Value = TypeVar("_Value")

_MESSAGE_WIDTH: Final = 200
_PROJECT: Final = Path("pyproject.toml")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops monitor` takes."""
    parser.epilog = "all take --db FILE and --json FILE; `dcprops monitor PART --help` says what else"
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)

    def part(name: str, summary: str, perform: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = parts.add_parser(name, help=summary, description=f"{summary}.", allow_abbrev=False)
        added.set_defaults(perform=perform)
        added.add_argument("--db", metavar="FILE", required=True, help="the database that runs are kept in")
        added.add_argument("--json", metavar="FILE", help="write the result as JSON, with - to standard output")
        return added

    baseline = part("baseline", "Say what metrics are compared with from now on", _baseline)
    add_measuring_options(baseline)
    baseline.add_argument("--commit", metavar="HASH", type=_commit, help="the commit that is measured")
    baseline.add_argument(
        "--runs", metavar="N", type=_one_or_more, help=f"measure so many times (default: {BASELINE_RUNS})"
    )
    baseline.add_argument(
        "--last", metavar="N", type=_one_or_more, help="take the last N runs of the database instead of measuring"
    )
    _add_only(baseline)

    one_run = part("run", "Measure a commit and keep what was measured", _run)
    add_measuring_options(one_run)
    one_run.add_argument("--commit", metavar="HASH", type=_commit, required=True, help="the commit that is measured")

    report = part("report", "Tell what became of every metric", _report)
    report.add_argument("--html", metavar="FILE", help=HTML_HELP)
    check = part("check", "Compare the last runs with the baseline, and alert", _check)
    check.add_argument(
        "--from", dest="files", metavar="FILE", nargs="+", default=[],
        help="judge what dcprops bench --json wrote, too, as if it were the last run, without keeping it",
    )  # fmt: skip
    check.add_argument("--commit", metavar="HASH", type=_commit, help="the commit of those files")
    check.add_argument("--alerts", metavar="FILE", help="write the alerts as JSON, with - to standard output")
    check.add_argument("--webhook", metavar="URL", type=_webhook, help="POST the alerts there, if there are any")
    check.epilog = "exit status: 1 if a metric has become critically worse, else 0"
    for each in (report, check):
        _add_only(each)
        each.add_argument(
            "--threshold", metavar="METRIC=WARNING:CRITICAL", action="append", default=[], type=_threshold,
            help="how much worse a metric may become, such as 'ingest=0.05:0.10'; METRIC may have * in it",
        )  # fmt: skip
        each.add_argument("--show", metavar="N", type=count, default=50, help="list so many metrics (default: 50)")


def _add_only(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only", metavar="METRIC", action="append", default=[],
        help="only this metric, or those that a pattern with * is for; as often as needed",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Check: 1 if a metric has become critically worse, else 0. Everything else: 0."""
    refuse_to_mix(
        {f"--{name}": getattr(arguments, name, None) for name in ("json", "html", "alerts")},
        {"the database": arguments.db, **{f"{name}, which is read,": name for name in getattr(arguments, "files", [])}},
    )
    try:
        return cast("Callable[[argparse.Namespace], int]", arguments.perform)(arguments)
    except MonitorError as error:
        raise UsageError(str(error)) from error


# --- keeping ---


def _run(arguments: argparse.Namespace) -> int:
    with _outputs(arguments) as (summary, files):
        runs, numbers, failures = _recorded(arguments, 1)
        _write(files, "--json", {**_kept(arguments, runs, numbers), "not_measured": failures})
        if summary is not None:
            for each, number in zip(runs, numbers, strict=True):
                metrics = f"{len(each.measurements):,} metrics of {each.commit}"
                summary.print_line(printable(f"{arguments.db}: run {number}: {metrics} on {each.machine}"))
    return 0


def _baseline(arguments: argparse.Namespace) -> int:
    _refuse_what_does_nothing(arguments)
    with _outputs(arguments) as (summary, files):
        times = 0 if arguments.last else arguments.runs or BASELINE_RUNS
        runs, numbers, failures = _recorded(arguments, times)
        with MonitorDatabase(arguments.db) as database:
            chosen = _chosen(database.history(), arguments, numbers)
            database.make_baseline(chosen)
        _write(files, "--json", {**_kept(arguments, runs, numbers), "baseline": chosen, "not_measured": failures})
        if summary is not None:
            sizes = sorted({len(of_metric) for of_metric in chosen.values()})
            many = " to ".join(f"{size:,}" for size in dict.fromkeys((sizes[0], sizes[-1])))
            plural = "" if sizes[-1] == 1 else "s"
            summary.print_line(
                printable(f"{arguments.db}: a baseline of {many} run{plural} for {len(chosen):,} metrics")
            )
    return 0


def _recorded(arguments: argparse.Namespace, times: int) -> tuple[list[Run], list[int], list[str]]:
    """The runs that files tell of, recorded all or none; or so many measured now, each recorded at once.

    With their numbers, and a line for each row that wasn't measured, which is told, too.
    """
    if arguments.files and arguments.bench:
        raise UsageError("--bench does nothing with --from: nothing is measured")
    runs, failures = read_runs(arguments.files, arguments.commit)
    numbers: list[int] = []
    if runs or times:
        with MonitorDatabase(arguments.db, create=True) as database:
            numbers += database.record(runs)
            for run, failed in measured(arguments.bench, arguments.commit, 0 if runs else times):
                runs.append(run)
                numbers += database.record([run])
                failures += failed
    for failure in dict.fromkeys(failures):
        _warn(failure)
    return runs, numbers, list(dict.fromkeys(failures))


def _refuse_what_does_nothing(arguments: argparse.Namespace) -> None:
    if arguments.last:
        others = {"--from": arguments.files, "--bench": arguments.bench, "--runs": arguments.runs}
        for option, value in {**others, "--commit": arguments.commit}.items():
            if value:
                raise UsageError(f"{option} does nothing with --last: nothing is measured")
        return
    if arguments.runs and arguments.files:
        raise UsageError("--runs does nothing with --from: each file is a run")
    if not arguments.commit:
        raise UsageError("--commit HASH has to say what is measured, or --last N that recorded runs are taken")


def _chosen(history: History, arguments: argparse.Namespace, numbers: Sequence[int]) -> dict[str, list[int]]:
    """The runs of the baseline by metric: those just recorded, or the last few of each metric on its last machine."""
    chosen: dict[str, list[int]] = {}
    for metric in _metrics(history, arguments.only, [*numbers]):
        runs = [run for run in history.runs if any(each.metric == metric for each in run.measurements)]
        last = runs[-1]
        if numbers:
            chosen[metric] = [run.number for run in runs if run.number in numbers]
        elif last.subject:  # what an audit didn't find counts, too: its baseline is that of the whole file
            audits = [run.number for run in history.runs if run.subject == last.subject][-arguments.last :]
            chosen |= dict.fromkeys((metric, metric_of_quality(last.subject, "valid")), audits)
        else:
            chosen[metric] = [run.number for run in runs if run.machine == last.machine][-arguments.last :]
    return chosen


def _metrics(history: History, patterns: Sequence[str], numbers: Sequence[int] = ()) -> list[str]:
    """The metrics that patterns are for, those of some runs where they are said. UsageError for a pattern of none."""
    known = replace(history, runs=tuple(run for run in history.runs if not numbers or run.number in numbers)).metrics
    if not known:
        raise UsageError("nothing has been recorded yet: record a run with dcprops monitor run --commit HASH")
    for pattern in patterns:
        if not any(_fits(metric, [pattern]) for metric in known):
            near = difflib.get_close_matches(pattern, known)
            raise UsageError(f"there is no metric {pattern!r}{f'; did you mean {near[0]!r}?' if near else ''}")
    return [metric for metric in known if not patterns or _fits(metric, patterns)]


def _fits(metric: str, patterns: Sequence[str]) -> bool:
    return any(metric == pattern or fnmatchcase(metric, pattern) for pattern in patterns)


def _kept(arguments: argparse.Namespace, runs: Sequence[Run], numbers: Sequence[int]) -> dict[str, Any]:
    told = zip(runs, numbers, strict=True)
    return {
        "db": arguments.db,
        "runs": [
            {"run": number, "commit": each.commit, "machine": dict(each.machine.facts), "metrics": _names(each)}
            for each, number in told
        ],
    }


def _names(run: Run) -> list[str]:
    return sorted(each.metric for each in run.measurements)


# --- judging ---


def _report(arguments: argparse.Namespace) -> int:
    if arguments.html:
        expect_html()
    with _outputs(arguments) as (summary, files):
        report = _judged(arguments)
        _write(files, "--json", {"db": arguments.db, **report.to_json()})
        if "--html" in files:
            from dcprops.reports.html import monitor_html  # noqa: PLC0415  # an extra, which has been asked for above

            files["--html"].write(monitor_html(report))
        if summary is not None:
            _print_series(report, arguments, summary)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    with _outputs(arguments) as (summary, files):
        report = _judged(arguments)
        _write(files, "--json", {"db": arguments.db, **report.to_json()})
        _write(files, "--alerts", alert_document(report))
        if summary is not None:
            _print_series(report, arguments, summary)
            for alert in report.alerts:
                summary.print_line(printable(f"{alert.level.upper()} {alert.metric}: {alert.message}"))
    if arguments.webhook and report.alerts:
        wrong = send(arguments.webhook, alert_document(report))
        if wrong:
            _warn(wrong)
    return 0 if report.ok else 1


def _judged(arguments: argparse.Namespace) -> MonitorReport:
    if find_spec("scipy") is None:
        raise UsageError("the monitor's statistics need scipy: pip install 'dcprops[monitor]'")
    from dcprops.monitor.judging import judged  # noqa: PLC0415  # it imports scipy, an extra

    settings = _settings(arguments)
    with MonitorDatabase(arguments.db) as database:
        history = database.history()
    if getattr(arguments, "files", None):
        judged_too, failures = read_runs(arguments.files, arguments.commit or "")
        for failure in failures:
            _warn(failure)
        history = replace(history, runs=(*history.runs, *judged_too))
    chosen = set(_metrics(history, arguments.only))
    _metrics(history, [pattern for pattern, _ in arguments.threshold])
    runs = (replace(each, measurements=_of(each, chosen)) for each in history.runs)
    return judged(replace(history, runs=tuple(runs)), settings)


def _of(run: Run, chosen: set[str]) -> tuple[Any, ...]:
    return tuple(each for each in run.measurements if each.metric in chosen)


def _settings(arguments: argparse.Namespace) -> Settings:
    return settings_of(_PROJECT, arguments.threshold)


def _print_series(report: MonitorReport, arguments: argparse.Namespace, to: Screen) -> None:
    order = ("critical", "warning", "unknown", "ok")
    series = sorted(report.series, key=lambda each: order.index(each.verdict.level))
    counts = ", ".join(
        f"{sum(each.verdict.level == level for each in series):,} {level}"
        for level in order
        if any(each.verdict.level == level for each in series)
    )
    to.print_line(printable(f"{arguments.db}: {len(series):,} metrics: {counts}"))
    if arguments.show:
        columns = {"Metric": False, "Runs": True, "Last": True, "Change": True, "Trend": True, "Level": False}
        to.print_table({**columns, "Why": False}, [_cells(each) for each in series[: arguments.show]])
    if len(series) > arguments.show:
        to.print_line(f"{len(series) - arguments.show:,} are not shown: --show N lists more, --json FILE has all")


def _cells(series: Series) -> tuple[str, ...]:
    verdict, trend = series.verdict, series.trend
    return (
        cut(series.metric, _MESSAGE_WIDTH),
        f"{len(series.points):,}",
        shown(series.points[-1].median, series.unit),
        "" if verdict.change is None else f"{verdict.change:+.1%}",
        "" if trend is None else f"{trend.slope_per_run:+.2g} a run (p = {trend.p_value:.2g})",
        verdict.level,
        cut(verdict.message, _MESSAGE_WIDTH),
    )


# --- outputs and options ---


@contextmanager
def _outputs(arguments: argparse.Namespace) -> Iterator[tuple[Screen | None, Mapping[str, Any]]]:
    """The screen, unless standard output is for a file, and the files by the options that name them."""
    named = {f"--{name}": getattr(arguments, name, None) for name in ("json", "html", "alerts")}
    summary = None if STANDARD_OUTPUT in named.values() else screen()
    with ExitStack() as stack:
        yield summary, {option: stack.enter_context(output_file(name)) for option, name in named.items() if name}


def _write(files: Mapping[str, Any], option: str, document: object) -> None:
    if option in files:
        write_json(document, files[option])


def _warn(text: str) -> None:
    if sys.stderr is not None:
        print(f"dcprops: {printable(text)}", file=sys.stderr, flush=True)


def _one_or_more(text: str) -> int:
    number = count(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text!r}")
    return number


def _commit(text: str) -> str:
    return _option(commit_id, text)


def _webhook(text: str) -> str:
    return _option(checked_webhook, text)


def _threshold(text: str) -> tuple[str, dict[str, float]]:
    return _option(threshold_of_option, text)


def _option(read: Callable[[str], _Value], text: str) -> _Value:
    """The value of an option. What is wrong with it is said as argparse says it."""
    try:
        return read(text)
    except MonitorError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
