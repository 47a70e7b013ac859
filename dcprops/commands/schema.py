"""`dcprops schema`: the event schema in one of the formats it is rendered in."""

from __future__ import annotations

import argparse

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, write_json
from dcprops.schemas import FORMATS, render


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops schema` takes."""
    parser.add_argument("format", choices=tuple(FORMATS), help="the format")
    parser.add_argument("--out", metavar="FILE", help="write the schema there instead of to standard output")
    parser.add_argument(
        "--json", metavar="FILE", help='write {"format": ..., "schema": ...} there instead, with - to standard output'
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the schema. Always 0."""
    try:
        schema = render(arguments.format)
    except ModuleNotFoundError as error:
        raise UsageError(f"the schema as {arguments.format} needs {error.name}: pip install 'dcprops[all]'") from error
    out = arguments.out or (None if arguments.json else STANDARD_OUTPUT)
    if out:
        with output_file(out) as stream:
            stream.write(schema)
    if arguments.json:
        with output_file(arguments.json) as stream:
            write_json({"format": arguments.format, "schema": schema}, stream)
    return 0
