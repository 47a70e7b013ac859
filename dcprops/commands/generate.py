"""`dcprops generate`: write the events of a whole workforce, or of one partition of it, as a file."""

from __future__ import annotations

import argparse
import shutil
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, write_json
from dcprops.commands.stopping import stopping_when_terminated
from dcprops.commands.terminal import count, progress

if TYPE_CHECKING:
    from dcprops.population import Partition, Population
    from dcprops.population.files import Estimate, Written

__all__ = ["add_options", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops generate` takes."""
    parser.add_argument("--employees", type=count, required=True, metavar="N", help="how many people")
    parser.add_argument("--years", type=count, default=5, metavar="N", help="calendar years (default: 5)")
    parser.add_argument("--first-year", type=count, default=2021, metavar="YEAR", help="the first (default: 2021)")
    parser.add_argument(
        "--seed", type=count, default=0, metavar="N", help="another one is another workforce (default: 0)"
    )
    parser.add_argument(
        "--frequency",
        default="biweekly",
        metavar="NAME",
        help="paid weekly, biweekly (default), semimonthly or monthly",
    )
    parser.add_argument(
        "--scenario",
        action="append",
        metavar="NAME",
        help="baseline (default), high_turnover or high_growth; repeatable",
    )
    parser.add_argument(
        "--plan-design", action="append", metavar="NAME",
        help="standard (default), safe_harbor, cliff or basic; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--turnover", type=_share, metavar="SHARE", help="who leaves in a year, such as 0.12 (default: the scenario's)"
    )
    parser.add_argument("--partition", default="1/1", metavar="I/N", help="only the Ith of N parts (default: 1/1)")
    parser.add_argument("--format", choices=("parquet", "ndjson"), default="parquet", help="(default: parquet)")
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder to write to, made if it isn't there")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    parser.add_argument("--json", metavar="FILE", help="write what was made as JSON, with - to standard output")


def _share(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"expected a share such as 0.12, got {text!r}") from None


def run(arguments: argparse.Namespace) -> int:
    """Write the file. 0 once it is there."""
    try:
        from dcprops.population import PopulationError  # noqa: PLC0415  # NumPy and pyarrow are extras
    except ModuleNotFoundError as error:
        raise UsageError(str(error)) from error
    try:
        population, partition = _wanted(arguments)
    except PopulationError as error:
        raise UsageError(str(error)) from error
    quiet = arguments.json == STANDARD_OUTPUT
    folder = _folder(arguments.out)
    path = _target(arguments, folder, partition)
    expected = _estimate(population, partition)
    size = expected.bytes_by_format[arguments.format]
    if not quiet:
        print(f"{path}: about {expected.rows:,} events, {_megabytes(size)}")
    free = shutil.disk_usage(folder).free
    if size > free:
        raise UsageError(f"{folder} has {_megabytes(free)} free, but about {_megabytes(size)} are needed")
    with stopping_when_terminated():
        written = _write(arguments, population, partition, folder)
    if not quiet:
        print(f"{written.path}: {written.rows:,} events, {_megabytes(written.bytes)}")
    if arguments.json:
        with output_file(arguments.json) as stream:
            write_json(_report(arguments, population, written, expected), stream)
    return 0


def _wanted(arguments: argparse.Namespace) -> tuple[Population, Partition]:
    from dcprops.population import Partition, Population  # noqa: PLC0415

    population = Population(
        arguments.employees,
        arguments.years,
        arguments.seed,
        arguments.first_year,
        arguments.frequency,
        tuple(arguments.scenario or ["baseline"]),
        tuple(arguments.plan_design or ["standard"]),
        arguments.turnover,
    )
    return population, Partition.parse(arguments.partition)


def _folder(name: str) -> Path:
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {name} cannot be made: {error.strerror or error}") from error
    return folder


def _target(arguments: argparse.Namespace, folder: Path, partition: Partition) -> Path:
    from dcprops.population.files import file_name  # noqa: PLC0415

    path = folder / file_name(partition, arguments.format)
    if path.exists() and not arguments.overwrite:
        raise UsageError(f"{path} is there already: give --overwrite to replace it, or another --out")
    return path


def _estimate(population: Population, partition: Partition) -> Estimate:
    from dcprops.population.files import estimate  # noqa: PLC0415

    return estimate(population, partition)


def _write(arguments: argparse.Namespace, population: Population, partition: Partition, folder: Path) -> Written:
    from dcprops.population.files import write_partition  # noqa: PLC0415

    try:
        with progress("generate") as on_progress:
            return write_partition(population, partition, arguments.format, folder, on_progress)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror or error}") from error


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


def _report(
    arguments: argparse.Namespace, population: Population, written: Written, expected: Estimate
) -> dict[str, object]:
    return {
        "file": str(written.path),
        "format": arguments.format,
        "partition": arguments.partition,
        "events": written.rows,
        "bytes": written.bytes,
        "estimate": {"events": expected.rows, "bytes": expected.bytes_by_format[arguments.format]},
        "employees": population.employees,
        "years": population.years,
        "first_year": population.first_year,
        "seed": population.seed,
        "frequency": population.frequency,
        "scenarios": list(population.scenarios),
        "plan_designs": list(population.plan_designs),
        "turnover": None if population.turnover is None else str(population.turnover),
    }
