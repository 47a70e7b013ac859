"""`dcprops audit --record`: what an audit found is kept in a database of the monitor, to be followed over time."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from dcprops.audit import Audit
from dcprops.commands import UsageError
from dcprops.monitor import MonitorDatabase, MonitorError, commit_id, run_of_audit

__all__ = ["add_recording_options", "record", "refuse_what_records_nothing"]


def add_recording_options(parser: argparse.ArgumentParser) -> None:
    """What says where an audit is kept, and under which name."""
    parser.add_argument(
        "--record", metavar="FILE", help="keep valid share, invalid by rule and anomalies by code in this database"
    )
    parser.add_argument(
        "--record-as", metavar="NAME", help="the name of the event file there (default: its path, as given)"
    )
    parser.add_argument("--commit", metavar="HASH", help="the commit that the file was made by, to be recorded with it")


def refuse_what_records_nothing(arguments: argparse.Namespace) -> None:
    """Raise UsageError for options that say how to record where nothing is recorded, and for a commit that is none."""
    for option, value in {"--record-as": arguments.record_as, "--commit": arguments.commit}.items():
        if value is not None and not arguments.record:
            raise UsageError(f"{option} does nothing without --record FILE")
    if arguments.commit is not None:
        with _said():
            commit_id(arguments.commit)


def record(found: Audit, arguments: argparse.Namespace) -> dict[str, Any]:
    """Keep what an audit found. Returns what the report says of that: the database, the name there, and the run."""
    name = PurePath(found.file).as_posix() if arguments.record_as is None else arguments.record_as
    # A row may break a rule in several fields, an event may be found several times: what counts is how many there are.
    rows = Counter(rule for _, rule in {(each.line, each.rule) for each in found.invalid})
    events = Counter(code for _, code in {(each.event_id, each.code) for each in found.anomalies})
    with _said():
        run = run_of_audit(name, found.events, found.valid, rows, events, arguments.commit or "")
        with MonitorDatabase(arguments.record, create=True) as database:
            (number,) = database.record([run])
    return {"db": arguments.record, "name": name, "run": number}


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except MonitorError as error:
        raise UsageError(str(error)) from error
