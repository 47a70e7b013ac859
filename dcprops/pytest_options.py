"""What the pytest plugin does once it is used: options and table become pieces of work, results become a report."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st

from dcprops import __version__
from dcprops.configuration import TARGET_KINDS, Configuration, ConfigurationError, read_configuration
from dcprops.properties import PROPERTIES, CheckResult, MatrixCell, Report, SelectionError, TargetError
from dcprops.properties.examples import OfOneLaw
from dcprops.properties.matrix import MATRIX
from dcprops.properties.merging import joined_checks, joined_matrix, result_from_json
from dcprops.properties.registry import Property
from dcprops.properties.runner import (
    NAMES,
    about,
    chosen_properties,
    closing,
    effort_of,
    known_id,
    result_of,
    turn_of,
)
from dcprops.properties.runner import targets_of as make_targets
from dcprops.properties.slices import WHOLE, Slice, run_seed
from dcprops.properties.trying import SETTINGS, Effort
from dcprops.reports import failure_lines
from dcprops.rules import CATALOGUE
from dcprops.suite import Suite

__all__ = ["Piece", "close_targets", "expect_useful", "header", "pieces", "write_report"]

#: Under this name a result is among what a test tells of itself.
_RESULT: Final = "dcprops"
#: Where services that run tests say which run this is; the same on each of its machines.
_RUN_IDS: Final = ("GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILDKITE_BUILD_ID", "CIRCLE_WORKFLOW_ID", "BUILD_BUILDID")


@dataclass(frozen=True)
class _Wanted:
    """What holds for all pieces of a suite: its own words, those of the command line and those of the table as one."""

    given: Mapping[str, object]
    suites: tuple[str, ...]
    only: tuple[str, ...]
    profile: str
    max_examples: int | None
    skip: Mapping[str, str]
    xfail: Mapping[str, str]
    strict: bool
    min_rate: float | None
    shard: Slice
    run_id: str | None
    seed: int | str | None


def _wanted(suite: Suite, config: pytest.Config) -> _Wanted:
    """The command line before the suite's own words, those before the table; but targets as the suite says first."""
    table, option = _table(config), config.option
    named = {kind: value for kind in TARGET_KINDS if (value := getattr(option, f"dcprops_{kind}")) is not None}
    run_id = option.dcprops_run_id or next((os.environ[name] for name in _RUN_IDS if os.environ.get(name)), None)
    return _Wanted(
        given=dict(suite.targets or named or table.targets),
        suites=tuple(option.dcprops_suite or suite.suites or table.suites),
        only=suite.only,
        profile=option.dcprops_profile or suite.profile or table.profile or "ci",
        max_examples=_first(option.dcprops_max_examples, suite.max_examples, table.max_examples),
        skip={**table.skip, **suite.skip, **_reasons(option.dcprops_skip, "skip")},
        xfail={**table.xfail, **suite.xfail, **_reasons(option.dcprops_xfail, "xfail")},
        strict=bool(_first(option.dcprops_strict, suite.strict, table.strict)),
        min_rate=_first(option.dcprops_min_rate, suite.min_rate, table.min_rate),
        shard=_shard(option.dcprops_shard),
        run_id=run_id if option.dcprops_run_id or option.dcprops_shard else None,
        seed=_seed(config, run_id),
    )


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _seed(config: pytest.Config, run_id: str | None) -> int | str | None:
    """The seed of all pieces: that of the run if there are shards, else as Hypothesis has it."""
    option = config.option
    if option.dcprops_run_id or (option.dcprops_shard and run_id):
        return run_seed(str(run_id))
    asked = getattr(option, "hypothesis_seed", None)
    if asked is not None:
        return str(asked)
    # Derandomized, Hypothesis would give all properties the same stream, for their source is the same.
    profile = settings.get_profile(settings.get_current_profile_name())
    return "derandomized" if profile.derandomize else None


def _reasons(options: Iterable[str] | None, name: str) -> dict[str, str]:
    reasons = {}
    for option in options or ():
        id_, _, reason = option.partition("=")
        if not reason.strip():
            raise SelectionError(f"--dcprops-{name} {option}: expected ID=REASON, such as store.throughput='slow disk'")
        reasons[id_] = reason
    return reasons


def _shard(text: str | None) -> Slice:
    try:
        return WHOLE if text is None else Slice.parse(text)
    except ValueError as error:
        raise SelectionError(f"--dcprops-shard: {error}") from None


def _table(config: pytest.Config) -> Configuration:
    return read_configuration(Path(config.rootpath), NAMES)


@dataclass(frozen=True)
class Piece:
    """One property, or a part of a slow one, with its target: what one pytest item does."""

    law: Property
    target: Any
    effort: Effort
    number: int
    count: int
    skip: str = ""
    xfail: str = ""
    _listeners: list[Callable[[str], None]] = field(default_factory=list, compare=False)

    def __repr__(self) -> str:
        return f"<{self.id}>"

    @property
    def id(self) -> str:
        """The id of the item: that of the property, with the number of the part if there are several."""
        return self.law.id if self.count == 1 else f"{self.law.id}:{self.number}"

    @property
    def marks(self) -> Collection[pytest.MarkDecorator]:
        """The marks of the item."""
        if not self.xfail:
            return []
        if self.effort.slice.is_whole:
            return [pytest.mark.xfail(reason=self.xfail)]
        # Where the work is dealt out, a part that finds nothing doesn't say that the property holds.
        return [pytest.mark.xfail(reason=self.xfail, strict=False)]

    def run(self) -> None:
        """Try it. Fails or skips the test that it is called from."""
        result, cells = self._result()
        result = replace(result, xfail=self.xfail)
        for listener in self._listeners:
            listener(self._told(result, cells))
        if result.status == "skipped":
            pytest.skip(result.reason)
        if result.failures:
            shown = ["", *(line for failure in result.failures[:3] for line in (*failure_lines(failure), ""))]
            left = len(result.failures) - 3
            pytest.fail("\n".join(shown + ([f"{left} more failures"] if left > 0 else [])).strip(), pytrace=False)

    def tell(self, listener: Callable[[str], None]) -> None:
        """Have a listener told the result as JSON."""
        self._listeners.append(listener)

    def _told(self, result: CheckResult, cells: tuple[MatrixCell, ...]) -> str:
        target = {"kind": self.law.target, "target": self.target.name}
        return json.dumps({**target, "result": result.to_json(), "matrix": [cell.to_json() for cell in cells]})

    def _result(self) -> tuple[CheckResult, tuple[MatrixCell, ...]]:
        if self.skip:
            return CheckResult(self.law.id, self.law.suite, self.law.sentence, "skipped", reason=self.skip), ()
        return result_of(replace(self.effort, settings=self._settings()), self.law, self.target)

    def _settings(self) -> settings:
        """As the runner has them, with the database that the user's profile says."""
        database = settings.get_profile(settings.get_current_profile_name()).database
        if database is None:
            return SETTINGS
        return settings(SETTINGS, database=OfOneLaw(database, self.law.id), phases=(Phase.reuse, *SETTINGS.phases))

    def try_one(self, data: st.DataObject) -> None:
        """Try one example that a fuzzer draws; a property that isn't about single examples has none."""
        if self.law.machine is None and self.law.share and self.law.id != MATRIX:
            self.law.ask(self.target, data.draw(self.law.strategy(self.target)), thoroughly=True)


_open_targets = ExitStack()


def close_targets() -> None:
    """End what the targets of all suites have started."""
    _open_targets.close()


def pieces(suite: Suite, config: pytest.Config) -> list[Piece]:
    """The pieces of a suite, sorted by id. Raises what ends its collection with one line if it is of no use."""
    try:
        return _pieces(suite, config)
    except (SelectionError, TargetError, ConfigurationError) as error:
        _refuse(str(error))


def _refuse(line: str) -> NoReturn:
    raise pytest.Collector.CollectError(f"dcprops: {line}")


def _pieces(suite: Suite, config: pytest.Config) -> list[Piece]:
    wanted = _wanted(suite, config)
    for id_ in (*wanted.skip, *wanted.xfail):
        known_id(id_)
    chosen = chosen_properties({**dict.fromkeys(TARGET_KINDS), **wanted.given}, wanted.suites, wanted.only)
    effort = effort_of(wanted.profile, wanted.max_examples, strict=wanted.strict)
    targets = make_targets(wanted.given, chosen, wanted.min_rate)
    chosen = about(targets, chosen, is_asked=bool(wanted.suites or wanted.only))
    _open_targets.enter_context(closing(targets))
    found = []
    for law in sorted(chosen, key=lambda law: law.id):
        for number in range(1, law.parts + 1):
            own = replace(effort, seed=wanted.seed, slice=wanted.shard.part(number, law.parts))
            if number == 1 or _has_something(own, law):
                found.append(
                    Piece(
                        law,
                        targets[law.target],
                        own,
                        number,
                        law.parts,
                        wanted.skip.get(law.id, ""),
                        wanted.xfail.get(law.id, ""),
                    )
                )
    return found


def _has_something(effort: Effort, law: Property) -> bool:
    turn = turn_of(law)
    if law.id == MATRIX:
        return bool(effort.slice.fixed(CATALOGUE, turn))
    return bool(effort.drawn(law, turn) or effort.fixed(law, turn))


def expect_useful(config: pytest.Config) -> None:
    """Raise pytest.UsageError, with one line, for options that are of no use whatever is collected."""
    try:
        wanted = _wanted(Suite({}), config)
        for id_ in (*wanted.skip, *wanted.xfail):
            known_id(id_)
        effort_of(wanted.profile, wanted.max_examples)
        chosen_properties({**dict.fromkeys(TARGET_KINDS), **wanted.given}, wanted.suites)
    except (SelectionError, ConfigurationError) as error:
        raise pytest.UsageError(f"dcprops: {error}") from None


def header(config: pytest.Config) -> list[str]:
    """What is under test, as the options and the table say it."""
    try:
        wanted = _wanted(Suite({}), config)
    except (SelectionError, ConfigurationError) as error:
        raise pytest.UsageError(f"dcprops: {error}") from None
    targets = (
        ", ".join(f"{kind} {target}" for kind, target in wanted.given.items()) or "its own reference, or as in code"
    )
    shard = "" if wanted.shard.is_whole else f", shard {wanted.shard}"
    run = f" of run {wanted.run_id}" if wanted.run_id else ""
    examples = "" if wanted.max_examples is None else f", {wanted.max_examples} examples"
    return [f"dcprops {__version__}: {targets} (profile {wanted.profile}{examples}{shard}{run})"]


def write_report(config: pytest.Config, results: Iterable[str], file: str) -> None:
    """Write the report of all results that tests have told, those of a property's parts as one."""
    wanted = _wanted(Suite({}), config)
    checks, cells, targets = defaultdict(list), [], {}
    for text in results:
        told = json.loads(text)
        checks[told["result"]["id"]].append(result_from_json(told["result"]))
        cells += [MatrixCell(**cell) for cell in told["matrix"]]
        targets[told["kind"]] = told["target"]
    report = Report(
        version=__version__,
        seed=wanted.seed if isinstance(wanted.seed, int) else 0,
        profile=wanted.profile,
        strict=wanted.strict,
        targets=targets,
        checks=tuple(joined_checks(checks[id_]) for id_ in PROPERTIES if id_ in checks),
        matrix=joined_matrix(cells),
        shard="" if wanted.shard.is_whole else str(wanted.shard),
        run_id=wanted.run_id or "",
    )
    Path(file).write_text(json.dumps(report.to_json(), indent=2) + "\n", encoding="utf-8", newline="\n")
