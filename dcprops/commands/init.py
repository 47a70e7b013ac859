"""`dcprops init`: look at a project's own targets, and write the test and the settings that check them from then on."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dcprops.commands import UsageError
from dcprops.commands.output import STANDARD_OUTPUT, output_file, refuse_to_mix, write_json
from dcprops.printable import cut, printable
from dcprops.properties import TargetError
from dcprops.properties.runner import target_of
from dcprops.properties.targets import Crashed, ModelTarget, Rejected
from dcprops.rules import SAMPLES

__all__ = ["add_options", "run"]

_TEST: Final = "tests/test_dc_ledger.py"
_PROJECT: Final = "pyproject.toml"
_REASON_WIDTH: Final = 100

_TEST_SOURCE: Final = '''\
"""What `[tool.dcprops]` in pyproject.toml names keeps the laws of a defined-contribution ledger, one test for each."""

import dcprops

test_ledger = dcprops.suite()
'''

#: The targets that are options, with what their value is and what they are.
_OPTIONS: Final = (
    ("calculator", "MODULE:FUNCTION", "your calculator(documents, as_of)"),
    ("compliance", "MODULE:FUNCTION", "your compliance(documents, year, birth_years)"),
    ("limits", "MODULE:FUNCTION", "your limits(year)"),
    ("store", "MODULE:CLASS", "your Store(path), a context manager with append and events"),
    ("reporter", "MODULE:FUNCTION", "your reporter(events, folder, as_of), which returns a status"),
)


@dataclass(frozen=True)
class _Seen:
    """What a model takes: of our event types, with the reason for each refusal, and event types of its own.

    `own` is None where the model doesn't say, for it has no JSON Schema or one without event types.
    """

    accepts: tuple[str, ...]
    refuses: Mapping[str, str]
    own: tuple[str, ...] | None


def add_options(parser: argparse.ArgumentParser) -> None:
    """What `dcprops init` takes."""
    parser.add_argument("model", nargs="?", metavar="MODULE:ATTRIBUTE", help="your event model")
    for name, value, what in _OPTIONS:
        parser.add_argument(f"--{name}", metavar=value, help=what)
    parser.add_argument(
        "--directory", metavar="DIR", default=".", help="the folder of your project (default: the current one)"
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write what was seen and written as JSON, with - to standard output"
    )
    parser.epilog = f"writes {_TEST} and the table [tool.dcprops] of {_PROJECT}; overwrites nothing"


def run(arguments: argparse.Namespace) -> int:
    """Write the test and the table, or neither. Always 0."""
    given = {name: getattr(arguments, name) for name in ("model", *(row[0] for row in _OPTIONS))}
    named = {kind: name for kind, name in given.items() if name is not None}
    if not named:
        raise UsageError("nothing to check is named: give your model as module:attribute, such as yours.events:Event")
    folder = Path(arguments.directory)
    if not folder.is_dir():
        raise UsageError(f"{arguments.directory} is no folder: name the one that your {_PROJECT} is in")
    test, project = folder / _TEST, folder / _PROJECT
    _expect_no_test(test)
    refuse_to_mix({"--json": arguments.json, "init": str(test)}, {_PROJECT: str(project)})
    before = _project_text(project)
    table = _table(named, "\r\n" if "\r\n" in before else "\n")
    added = _separator(before) + table
    _expect_to_fit(before, added, named, project)
    seen = _seen(_targets(named, folder).get("model"))

    with ExitStack() as outputs:
        stream = outputs.enter_context(output_file(arguments.json)) if arguments.json else None
        _write(test, project, before + added)
        if stream is not None:
            written = [{"file": str(test), "text": _TEST_SOURCE}, {"file": str(project), "text": table}]
            write_json({"targets": named, "model": _as_json(seen), "written": written}, stream)
    if arguments.json != STANDARD_OUTPUT:
        where = "" if arguments.directory == "." else f" in {printable(arguments.directory)}"
        _print(named, seen, {f"{test}": _TEST_SOURCE, f"{project}": table}, where)
    return 0


# --- what is there ---


def _expect_no_test(test: Path) -> None:
    if os.path.lexists(test):
        raise UsageError(f"{test} is there already: remove or rename it first, dcprops init overwrites nothing")
    if os.path.lexists(test.parent) and not test.parent.is_dir():
        raise UsageError(f"{test.parent} is no folder: the test is to be written into one of that name")


def _project_text(project: Path) -> str:
    """The text of the project's settings with its line ends as they are; empty where there is none."""
    if not os.path.lexists(project):
        return ""
    try:
        return project.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{project} is not UTF-8 at byte {error.start}, which TOML has to be: save it as such"
        ) from error
    except OSError as error:
        raise UsageError(f"{project} cannot be read: {error.strerror or error}") from error


def _separator(before: str) -> str:
    """What stands between the text and a table that is added to it."""
    end = "\r\n" if "\r\n" in before else "\n"
    if not before.strip():
        return ""
    return end if before.endswith("\n") else end * 2


def _table(named: Mapping[str, str], end: str) -> str:
    return end.join(["[tool.dcprops]", *(f"{kind} = {_toml_string(name)}" for kind, name in named.items()), ""])


def _toml_string(text: str) -> str:
    """The text as a basic string of TOML, which has JSON's escapes but takes no bare DEL and no surrogates."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _expect_to_fit(before: str, added: str, named: Mapping[str, str], project: Path) -> None:
    """Raises UsageError where the table is there already, or where the file would not be the same with it added."""
    try:
        settings = tomllib.loads(before)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{project} is not TOML: {error}") from error
    tool = settings.get("tool", {})
    own = tool.get("dcprops", {}) if isinstance(tool, dict) else {}
    if not isinstance(own, dict) or set(own) - {"monitor"}:
        raise UsageError(f"{project} has a [tool.dcprops] already: change it there, dcprops init overwrites nothing")
    try:
        fits = tomllib.loads(before + added)["tool"]["dcprops"] == {**own, **named}
    except (tomllib.TOMLDecodeError, TypeError):
        fits = False
    if not fits:
        raise UsageError(
            f"{project} can't have a [tool.dcprops] added at its end, for it has one, or tool is no table of its own: "
            f"write the targets into it by hand"
        )


# --- what the targets are ---


def _targets(named: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """The targets by their kinds. They are looked for in the project's folder, too, as pytest will."""
    if str(folder.resolve()) not in sys.path:
        sys.path.insert(0, str(folder.resolve()))
    try:
        return {kind: target_of(kind, name) for kind, name in named.items()}
    except TargetError as error:
        raise UsageError(str(error)) from error


def _seen(model: ModelTarget | None) -> _Seen | None:
    if model is None:
        return None
    refuses = {event_type: reason for event_type in SAMPLES if (reason := _refusal(model, event_type))}
    return _Seen(tuple(name for name in SAMPLES if name not in refuses), refuses, _own_event_types(model))


def _refusal(model: ModelTarget, event_type: str) -> str:
    """Why the model does not take a valid document of an event type; nothing if it does."""
    try:
        model.validate(SAMPLES[event_type])
    except Rejected as rejected:
        return cut(_first_reason(rejected), _REASON_WIDTH)
    except Crashed as crashed:
        return cut(f"crashes: {crashed}", _REASON_WIDTH)
    return ""


def _first_reason(rejected: Rejected) -> str:
    error = rejected.__cause__
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place}: {first['msg']}" if place else first["msg"]
    return str(rejected).strip().partition("\n")[0]


def _own_event_types(model: ModelTarget) -> tuple[str, ...] | None:
    """The event types in the model's JSON Schema that are none of ours; None where it has none at all."""
    if not model.has_json_schema:
        return None
    try:
        schema = model.json_schema()
    except Crashed:
        return None  # `dcprops check` says so, as a law of its own
    found = dict.fromkeys(_event_types(schema, schema))
    return tuple(name for name in found if name not in SAMPLES) if found else None


def _event_types(part: object, schema: Mapping[str, Any]) -> Iterator[str]:
    """What fields called event_type may be, wherever in the schema."""
    if isinstance(part, Mapping):
        properties = part.get("properties")
        if isinstance(properties, Mapping) and "event_type" in properties:
            yield from _values(properties["event_type"], schema)
        for each in part.values():
            yield from _event_types(each, schema)
    elif isinstance(part, list):
        for each in part:
            yield from _event_types(each, schema)


def _values(field: object, schema: Mapping[str, Any]) -> Iterator[str]:
    """The texts that a field's schema allows, also where it says so in a definition of its own, as for an enum."""
    if not isinstance(field, Mapping):
        return
    definition = str(field.get("$ref", "")).rpartition("/")[2]
    stated = {**schema.get("$defs", {}).get(definition, {}), **field}
    allowed = stated.get("enum", [stated.get("const")])
    yield from (each for each in allowed if isinstance(each, str))


# --- what is written and said ---


def _write(test: Path, project: Path, text: str) -> None:
    """Both files or neither."""
    with _undone_unless_well(test), output_file(str(project)) as stream:
        with output_file(str(test)) as test_stream:
            test_stream.write(_TEST_SOURCE)
        stream.write(text)


@contextmanager
def _undone_unless_well(test: Path) -> Iterator[None]:
    """Has a folder for the test; takes away the test, and the folder if it wasn't there, when the block fails."""
    is_new = not test.parent.exists()
    try:
        test.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"{test.parent} cannot be made: {error.strerror or error}") from error
    try:
        yield
    except BaseException:
        test.unlink(missing_ok=True)
        if is_new:
            with suppress(OSError):  # somebody else has put something there
                test.parent.rmdir()
        raise


def _as_json(seen: _Seen | None) -> dict[str, object] | None:
    return None if seen is None else {"accepts": seen.accepts, "refuses": dict(seen.refuses), "own": seen.own}


def _print(named: Mapping[str, str], seen: _Seen | None, written: Mapping[str, str], where: str) -> None:
    lines = _told(named["model"], seen) if seen is not None else []
    for file, text in written.items():
        lines += [f"wrote {printable(file)}", *(f"  {printable(line)}".rstrip() for line in text.splitlines()), ""]
    print("\n".join([*lines, f"Run it{where}: pytest {_TEST}"]))


def _told(name: str, seen: _Seen) -> list[str]:
    lines = [f"{printable(name)} accepts {len(seen.accepts)} of the {len(SAMPLES)} event types"]
    if seen.accepts:
        lines.append(f"  accepts: {', '.join(seen.accepts)}")
    lines += [f"  refuses {event_type}: {reason}" for event_type, reason in seen.refuses.items()]
    if seen.own:
        lines.append(f"  has of its own: {', '.join(map(printable, seen.own))}")
    return [*lines, ""]
