"""`dcprops gate`: the results of all jobs in one table, and whether any of them fell short of a must."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Final, TextIO

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.commands.terminal import screen
from dcprops.gate import GateError, Judgement, MalformedError, judged, read_result
from dcprops.printable import cut, printable

__all__ = ["add_options", "run"]

_WIDTH: Final = 200
_HEADINGS: Final = {
    "Result": False, "Kind": False, "Judged": False, "Held": True, "Must": True, "Should": True, "Left out": True,
    "": False,
}  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops gate` takes."""
    parser.add_argument(
        "results", nargs="+", metavar="FILE",
        help="what a job wrote: JSON of dcprops check, merge, bench or golden verify, or JUnit XML",
    )  # fmt: skip
    parser.add_argument("--json", metavar="FILE", help="write all of it as JSON, with - to standard output")
    parser.add_argument("--markdown", metavar="FILE", help="write the table as Markdown, for a page of the pipeline")
    parser.epilog = "exit status: 0 if something was judged in each file and no must fell short, else 1"


def run(arguments: argparse.Namespace) -> int:
    """Judge the results. 0 if no must fell short, else 1."""
    named = {"--json": arguments.json, "--markdown": arguments.markdown}
    refuse_to_mix(named, {f"the result {name}": name for name in arguments.results})
    _expect_each_once(arguments.results)
    summary = None if STANDARD_OUTPUT in named.values() else screen()
    found = {name: _judged(name) for name in arguments.results}
    with ExitStack() as outputs:
        files = {option: outputs.enter_context(output_file(name)) for option, name in named.items() if name}
        if "--json" in files:
            told = {name: judgement.to_json() for name, judgement in found.items()}
            write_json({"ok": _is_open(found), "results": told}, files["--json"])
        if "--markdown" in files:
            _write_markdown(found, files["--markdown"])
    if summary is not None:
        summary.print_table(_HEADINGS, [tuple(_cells(*each)) for each in found.items()])
        summary.print_line("")
        for line in _lines(found):
            summary.print_line(line)
    return 0 if _is_open(found) else 1


def _expect_each_once(names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        place = os.path.realpath(name)
        if place in seen:
            raise UsageError(f"{name} is {seen[place]} once more: name each result once")
        seen[place] = name


def _judged(name: str) -> Judgement:
    try:
        return judged(*read_result(name))
    except GateError as error:
        raise UsageError(str(error)) from error
    except MalformedError as error:
        raise UsageError(f"{name} is not as dcprops of this version writes it: {error}") from error


def _is_open(found: Mapping[str, Judgement]) -> bool:
    return all(judgement.ok for judgement in found.values())


def _cells(name: str, judgement: Judgement) -> Iterator[str]:
    yield printable(name)
    yield judgement.kind
    yield judgement.what
    for number in (judgement.held, judgement.count("must"), judgement.count("should"), judgement.left_out):
        yield f"{number:,}"
    yield "ok" if judgement.ok else "NOTHING JUDGED" if judgement.is_empty else "FAILED"


def _lines(found: Mapping[str, Judgement]) -> Iterator[str]:
    """What fell short, a must before a should, and the verdict."""
    for level in ("must", "should"):
        for name, judgement in found.items():
            for each in judgement.shortfalls:
                if each.level == level:
                    yield cut(f"{level}: {name}: {each.name}: {each.why}", _WIDTH)
    musts = sum(judgement.count("must") for judgement in found.values())
    empty = [name for name, judgement in found.items() if judgement.is_empty]
    for name in empty:
        yield printable(f"must: {name}: nothing was judged")
    said = "open" if _is_open(found) else "closed"
    results = f"{len(found):,} result{'' if len(found) == 1 else 's'}"
    yield f"the gate is {said}: {results}, {musts + len(empty):,} of a must fell short"


def _write_markdown(found: Mapping[str, Judgement], to: TextIO) -> None:
    headings = list(_HEADINGS)
    rows = [headings, ["--:" if is_number else "---" for is_number in _HEADINGS.values()]]
    rows += [list(_cells(*each)) for each in found.items()]
    to.writelines(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)
    to.write("\n")
    to.writelines(f"- {line}\n" for line in _lines(found))
