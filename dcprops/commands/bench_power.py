"""`dcprops bench power`: how soon the properties find seeded defects, beside what teams use today."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.terminal import count, progress, screen

if TYPE_CHECKING:
    from dcprops.commands.screen import Screen
    from dcprops.defects.power import FalseAlarms, Figures, Outcome

__all__ = ["add_options", "run"]

_NEEDED = {"polyfactory": "bench", "jsonschema": "schema", "duckdb": "duckdb", "pyarrow": "duckdb"}


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops bench power` takes."""
    parser.add_argument("--seeds", metavar="N", type=count, default=10, help="runs of each defect (default: 10)")
    parser.add_argument(
        "--examples",
        dest="budget",
        metavar="N",
        type=count,
        default=1000,
        help="examples in each of them at most (default: 1000)",
    )
    parser.add_argument(
        "--only", dest="defects", action="append", default=[], metavar="ID", help="only this defect; may be repeated"
    )
    parser.add_argument(
        "--arm", dest="arms", action="append", default=[], metavar="ARM", help="only this way to test; may be repeated"
    )
    parser.add_argument(
        "--correct", metavar="N", type=count, default=10_000,
        help="examples for the correct variants, to which nothing may object (default: 10,000)",
    )  # fmt: skip
    parser.add_argument("--jobs", metavar="N", type=count, default=2, help="processes (default: 2)")
    parser.add_argument(
        "--results", metavar="FILE.jsonl", help="add every result to this file; what is in it is not measured again"
    )
    parser.add_argument(
        "--json", dest="figures", metavar="FILE", help="write the figures as JSON, with - to standard output"
    )
    parser.add_argument("--plot", metavar="FILE.svg", help="draw the kill rate over the examples")
    parser.epilog = "exit status: 0, or 1 if a defect was missed, or the canary, or what is right was objected to"


def run(arguments: argparse.Namespace) -> int:
    """Measure. 0 if every defect was found in every run, the canary at once, and nothing objected to what is right."""
    _refuse_nonsense(arguments)
    refuse_to_mix({"--json": arguments.figures, "--plot": arguments.plot, "--results": arguments.results}, {})
    summary = None if arguments.figures == STANDARD_OUTPUT else screen()
    with ExitStack() as files:
        as_json = files.enter_context(output_file(arguments.figures)) if arguments.figures else None
        drawing = files.enter_context(output_file(arguments.plot)) if arguments.plot else None
        measured = _measured(arguments)
        if drawing is not None:
            from dcprops.defects.power.plotting import plot  # noqa: PLC0415  # it needs matplotlib, an extra

            drawing.write(plot(measured.outcomes))
        if as_json is not None:
            write_json(measured.to_json(), as_json)
    if summary is not None:
        measured.print(summary)
    return 0 if measured.ok else 1


@dataclass(frozen=True)
class _Measured:
    """What came of a run: of every task, in figures, and of the correct variants if they were tried."""

    seeds: int
    examples: int
    outcomes: list[Outcome]
    figures: Figures
    alarms: FalseAlarms | None

    @property
    def slipped(self) -> bool:
        """Whether the canary got away with its first example."""
        from dcprops.defects import CANARY  # noqa: PLC0415  # see _measured

        return any(each.examples != 1 for each in self.outcomes if (each.defect, each.arm) == (CANARY.id, "dcprops"))

    @property
    def ok(self) -> bool:
        """Whether every defect was found in every run, the canary at once, and nothing objected to what is right."""
        return not (self.figures.missed or self.slipped or (self.alarms is not None and self.alarms.raised))

    def to_json(self) -> dict[str, object]:
        """The run as JSON values."""
        return {
            "seeds": self.seeds, "examples": self.examples, "canary_caught_at_once": not self.slipped,
            **self.figures.to_json(), "false_alarms": _alarms_json(self.alarms),
            "outcomes": [vars(each) for each in self.outcomes],
        }  # fmt: skip

    def print(self, to: Screen) -> None:
        """Show the table of the arms, and what is to be said of ours."""
        _print(self.figures, self.alarms, to)
        if self.slipped:
            to.print_line("the canary was not caught at once: nothing of this is worth anything")


def _measured(arguments: argparse.Namespace) -> _Measured:
    # Only now: they import the strategies, which --help needn't wait for.
    from dcprops.defects.power import NoResultsError, false_alarms, figures, outcomes, tasks  # noqa: PLC0415

    wanted = tasks(arguments.defects, seeds=arguments.seeds, examples=arguments.budget, arms=arguments.arms)
    known = Path(arguments.results) if arguments.results else None
    with progress("bench power") as on_progress:
        try:
            found = outcomes(wanted, jobs=arguments.jobs, known=known, on_progress=on_progress)
        except NoResultsError as error:
            raise UsageError(str(error)) from error
    with progress("correct variants") as on_progress:
        alarms = false_alarms(arguments.correct, on_progress=on_progress) if arguments.correct else None
    return _Measured(arguments.seeds, arguments.budget, found, figures(found), alarms)


def _refuse_nonsense(arguments: argparse.Namespace) -> None:
    from dcprops.defects import CANARY, CATALOGUE  # noqa: PLC0415  # see _measured
    from dcprops.defects.power import ARMS  # noqa: PLC0415

    known = {each.id for each in (*CATALOGUE, CANARY)}
    for id_ in arguments.defects:
        if id_ not in known:
            raise UsageError(f"there is no defect {id_!r}: docs/defects.md lists all {len(CATALOGUE)}")
    for arm in arguments.arms:
        if arm not in ARMS:
            raise UsageError(f"there is no arm {arm!r}: expected one of {', '.join(ARMS)}")
    for option, number in (("seeds", arguments.seeds), ("examples", arguments.budget), ("jobs", arguments.jobs)):
        if number < 1:
            raise UsageError(f"--{option} {number} is too few: it must be at least 1")
    needed = dict(_NEEDED, **({"matplotlib": "html"} if arguments.plot else {}))
    for package, extra in needed.items():
        if find_spec(package) is None:
            raise UsageError(f"bench power needs {package}: pip install 'dcprops[{extra}]'")


def _alarms_json(alarms: FalseAlarms | None) -> object:
    if alarms is None:
        return None
    raised = [{"variant": variant, "property": law} for variant, law in alarms.raised]
    return {"examples": alarms.examples, "raised": raised}


def _print(result: Figures, alarms: FalseAlarms | None, to: Screen) -> None:
    from dcprops.defects.power.figures import WITHIN  # noqa: PLC0415  # see _measured

    headings = {"Way to test": False, "Defects": True, **{f"Within {many:,}": True for many in WITHIN}, "No go": True}
    rows = [
        (
            arm.id,
            f"{arm.defects}",
            *(f"{100 * arm.killed[many]:.1f} %" if many in arm.killed else "-" for many in WITHIN),
            f"{arm.not_run}" if arm.not_run else "",
        )
        for arm in result.arms
        if arm.defects
    ]
    to.print_table(headings, rows)
    to.print_line("")
    for line in _lines(result, alarms):
        to.print_line(line)


def _lines(result: Figures, alarms: FalseAlarms | None) -> list[str]:
    lines = []
    if result.worst is not None and result.worst_single is not None:
        lines.append(
            f"examples to the first failure: {result.mean_examples} on average, {result.mean_of_comparisons} of the "
            f"properties that compare with the reference; {result.worst[1]} at worst ({result.worst[0]}), "
            f"{result.worst_single[1]} in a single run ({result.worst_single[0]})"
        )
    if result.within_one is not None:
        lines.append(
            f"witnesses: {result.median_excess:g} events above the minimum worked out by hand in the median, "
            f"{100 * result.within_one:.1f} % within one event"
        )
    lines += [f"{id_}: a witness of {found} events, {by_hand} by hand" for id_, by_hand, found in result.larger]
    if result.missed:
        lines.append(f"missed in some run: {', '.join(result.missed)}")
    if alarms is not None:
        said = ", ".join(f"{law} to {variant}" for variant, law in alarms.raised) or "none"
        lines.append(f"objections to correct variants: {said}, in {alarms.examples:,} examples")
    return lines
