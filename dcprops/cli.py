"""The command line: finds the command, runs it, and turns what goes wrong into one line and an exit status.

0: all hold. 1: something fell short. 2: wrong usage, or an input or output that is of no use. 130: interrupted.
141: the reader of a pipe went away. `dcprops` alone shows the help and exits with 2, for nothing was checked.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn, TextIO

from dcprops import __version__
from dcprops.commands import COMMANDS, UsageError
from dcprops.printable import printable

__all__ = ["main"]

WRONG_USAGE: Final = 2
INTERRUPTED: Final = 128 + 2
PIPE_CLOSED: Final = 128 + 13


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (without the program's name) say, by default those of the process.

    Returns the exit status.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # What the terminal's encoding lacks is shown by its number: a report must not die of a name in it.
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            status = _run(sys.argv[1:] if arguments is None else list(arguments))
        except SystemExit as exit_:  # how argparse ends after --help and --version
            status = int(exit_.code or 0)
        if sys.stdout is not None:
            sys.stdout.flush()
    except UsageError as error:
        return _complain(str(error), WRONG_USAGE)
    except KeyboardInterrupt:
        return _complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        _discard(sys.stdout)
        return PIPE_CLOSED
    except OSError as error:
        _discard(sys.stdout)
        return _complain(f"the output cannot be written: {error.strerror or error}", WRONG_USAGE)
    return status


def _run(arguments: list[str]) -> int:
    if not arguments:
        _general_parser().print_help(sys.stderr)
        return WRONG_USAGE
    name, *options = arguments
    if name.startswith("-"):
        _general_parser().parse_args(arguments)
        raise UsageError("no command is given; see dcprops --help")
    if name not in COMMANDS:
        raise UsageError(f"there is no command {name!r}{_like(name)}; see dcprops --help")
    command = COMMANDS[name]
    implementation = command.implementation()
    parser = _Parser(prog=f"dcprops {name}", description=f"{command.summary}.", allow_abbrev=False)
    implementation.add_options(parser)
    return implementation.run(parser.parse_args(options))


def _like(name: str) -> str:
    near = difflib.get_close_matches(name, COMMANDS)
    return f"; did you mean {' or '.join(near)}?" if near else ""


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage in one line, like everything else that goes wrong."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def _general_parser() -> _Parser:
    commands = "\n".join(f"  {command.name:<10} {command.summary}" for command in COMMANDS.values())
    parser = _Parser(
        prog="dcprops",
        usage="dcprops [-h] [--version] COMMAND ...",
        description="Is your defined-contribution (401(k)) event ledger right?",
        epilog=f"commands:\n{commands}\n\nexit status: 0 all hold, 1 something fell short, 2 wrong usage",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"dcprops {__version__}")
    return parser


def _complain(message: str, status: int) -> int:
    # A stderr that is closed or can't be written leaves nobody to tell; the status still says it.
    try:
        if sys.stderr is not None:
            print(f"dcprops: {printable(message)}", file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)
    return status


def _discard(stream: TextIO | None) -> None:
    """Give what is still in the stream's buffer a place to go, so that Python's own flush at exit doesn't fail too."""
    if stream is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
