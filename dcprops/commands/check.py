"""`dcprops check`: run the properties against a target, and show what fails with the smallest document."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis.configuration import set_hypothesis_home_dir

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.pages import HTML_HELP, expect_html
from dcprops.commands.terminal import count, progress, screen
from dcprops.configuration import TARGET_KINDS, ConfigurationError, read_configuration
from dcprops.properties import PROFILES, SUITES, Report, SelectionError, TargetError, check
from dcprops.properties.runner import NAMES
from dcprops.reports import junit_xml, print_report

__all__ = ["add_options", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops check` takes."""
    parser.add_argument(
        "--model", metavar="MODULE:ATTRIBUTE", help="your event model; without any target, dcprops' own"
    )
    parser.add_argument("--calculator", metavar="MODULE:FUNCTION", help="your calculator(documents, as_of)")
    parser.add_argument("--compliance", metavar="MODULE:FUNCTION", help="your compliance(documents, year, birth_years)")
    parser.add_argument("--limits", metavar="MODULE:FUNCTION", help="your limits(year)")
    parser.add_argument(
        "--store", metavar="MODULE:CLASS", help="your Store(path), a context manager with append and events"
    )
    parser.add_argument(
        "--reporter", metavar="MODULE:FUNCTION", help="your reporter(events, folder, as_of), which returns a status"
    )
    parser.add_argument(
        "--min-rate", type=_rate, metavar="N",
        help="events a second that the store must take in (default: 100,000 for dcprops' own, any for yours)",
    )  # fmt: skip
    parser.add_argument("--profile", choices=tuple(PROFILES), help="how long to look (default: ci)")
    parser.add_argument("--suite", action="append", default=[], metavar="NAME", help=f"only {' or '.join(SUITES)}")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="only this property; may be repeated")
    parser.add_argument("--seed", type=_seed, metavar="N", help="the seed of an earlier run, to see the same examples")
    parser.add_argument("--max-examples", type=count, metavar="N", help="so many examples in place of the profile's")
    parser.add_argument("--skip", metavar="ID=REASON", type=reason, action="append", default=[], help=_SKIP)
    parser.add_argument("--xfail", metavar="ID=REASON", type=reason, action="append", default=[], help=_XFAIL)
    parser.add_argument("--shard", metavar="I/N", help="do the I-th of N parts of the work; see dcprops merge")
    parser.add_argument(
        "--run-id", metavar="TEXT", help="what all shards of a run have in common: seeds derive from it"
    )
    parser.add_argument("--database", metavar="DIR", help="keep failing examples there, and try those kept there first")
    parser.add_argument("--strict", action="store_true", help="count rules of level should, too")
    parser.add_argument("--show", metavar="N", type=count, default=3, help="failures to print of each (default: 3)")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON, with - to standard output")
    parser.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML")
    parser.add_argument("--html", metavar="FILE", help=HTML_HELP)


_SKIP = "don't try this property, for a reason; may be repeated"
_XFAIL = "this property is expected to fail, for a reason; may be repeated"


def reason(text: str) -> tuple[str, str]:
    """The id of a property and the reason that `ID=REASON` gives."""
    id_, _, why = text.partition("=")
    if not why.strip():
        raise argparse.ArgumentTypeError(f"expected ID=REASON, such as store.throughput='a slow disk', got {text!r}")
    return id_, why


def _seed(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {text!r}") from None


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < inf:
        raise argparse.ArgumentTypeError(f"expected a number of events a second, such as 100000, got {text!r}")
    return rate


def run(arguments: argparse.Namespace) -> int:
    """Check the target. 0 if all that was run holds, else 1."""
    named = {"--json": arguments.json, "--junit": arguments.junit, "--html": arguments.html}
    refuse_to_mix(named, {})
    if arguments.html:
        expect_html()
    summary = None if STANDARD_OUTPUT in named.values() else screen()
    with ExitStack() as outputs:
        outputs.enter_context(_hypothesis_elsewhere())
        files = {option: outputs.enter_context(output_file(name)) for option, name in named.items() if name}
        report = _checked(arguments)
        if "--json" in files:
            write_json(report.to_json(), files["--json"])
        if "--junit" in files:
            files["--junit"].write(junit_xml(report))
        if "--html" in files:
            from dcprops.reports.html import check_html  # noqa: PLC0415  # an extra, which has been asked for above

            files["--html"].write(check_html(report))
    if summary is not None:
        print_report(report, summary, arguments.show)
    return 0 if report.ok else 1


@contextmanager
def _hypothesis_elsewhere() -> Iterator[None]:
    """Has Hypothesis keep its files in a folder that goes away, where the user hasn't named one."""
    if "HYPOTHESIS_STORAGE_DIRECTORY" in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="dcprops-") as folder:
        set_hypothesis_home_dir(folder)
        yield


def _checked(arguments: argparse.Namespace) -> Report:
    try:
        table = read_configuration(Path.cwd(), NAMES)
        named = {kind: name for kind in TARGET_KINDS if (name := getattr(arguments, kind)) is not None}
        with progress("check") as on_progress:
            return check(
                **(named or table.targets),
                min_rate=table.min_rate if arguments.min_rate is None else arguments.min_rate,
                suites=arguments.suite or table.suites,
                only=arguments.only,
                profile=arguments.profile or table.profile or "ci",
                max_examples=table.max_examples if arguments.max_examples is None else arguments.max_examples,
                seed=arguments.seed,
                strict=arguments.strict or bool(table.strict),
                skip={**table.skip, **dict(arguments.skip)},
                xfail={**table.xfail, **dict(arguments.xfail)},
                shard=arguments.shard,
                run_id=arguments.run_id,
                database=arguments.database,
                observe=bool(arguments.html),
                on_progress=on_progress,
            )
    except (TargetError, SelectionError, ConfigurationError) as error:
        raise UsageError(str(error)) from error
