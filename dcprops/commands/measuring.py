"""Where the runs that the monitor is to keep or to judge come from: `dcprops bench`, or files that it wrote."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from dcprops.commands import UsageError
from dcprops.commands.terminal import progress
from dcprops.monitor import Run, run_of_bench

__all__ = ["BENCH", "add_measuring_options", "measured", "read_runs"]

BENCH: Final = (sys.executable, "-m", "dcprops", "bench", "--json", "-")
#: It ends so where everything was measured, and where something falls short of what is promised.
_MEASURED: Final = (0, 1)


def add_measuring_options(parser: argparse.ArgumentParser) -> None:
    """What says where measurements come from."""
    parser.add_argument(
        "--from", dest="files", metavar="FILE", nargs="+", action="extend", default=[],
        help="take what dcprops bench --json wrote, a run a file, in place of measuring now",
    )  # fmt: skip
    parser.add_argument(
        "--bench", metavar="OPTION", action="append", default=[],
        help="an option for dcprops bench, such as --bench=--repeat=5, as often as needed",
    )  # fmt: skip


def read_runs(files: Sequence[str], commit: str) -> tuple[list[Run], list[str]]:
    """The runs that files tell of, and a line for each row that wasn't measured.

    Raises UsageError for a file that can't be read, MonitorError for one that is no report of `dcprops bench`.
    """
    runs: list[Run] = []
    failures: list[str] = []
    for name in files:
        run, failed = run_of_bench(_read(name), name, commit)
        runs.append(run)
        failures += failed
    return runs, list(dict.fromkeys(failures))


def measured(
    options: Sequence[str], commit: str, times: int = 1, command: Sequence[str] = BENCH
) -> Iterator[tuple[Run, list[str]]]:
    """Measure so many times, each time in a process of its own; gives each run at once, as `read_runs` does.

    Raises UsageError if the command doesn't measure.
    """
    with progress("measure") as bar:
        for place in range(times):
            if bar:
                bar(place / times, f"run {place + 1} of {times}")
            yield run_of_bench(_measure([*command, *options]), "what dcprops bench wrote", commit)


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error


def _measure(command: Sequence[str]) -> bytes:
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)  # noqa: S603  # ours
    if done.returncode in _MEASURED and done.stdout.strip():
        return done.stdout
    said = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
    raise UsageError(f"dcprops bench ended with status {done.returncode}: {said[-1] if said else 'it said nothing'}")
