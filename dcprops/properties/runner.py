"""The runner: tries every property on a target's behalf and turns what it finds into a report."""

from __future__ import annotations

import difflib
import os
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from errno import EACCES
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from hypothesis import Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from dcprops import reference
from dcprops.events import SimulationEvent
from dcprops.profiles import PROFILES
from dcprops.properties.balances import BALANCES_SUITE
from dcprops.properties.cases import LedgerCase
from dcprops.properties.compliance import COMPLIANCE_SUITE
from dcprops.properties.examples import OfOneLaw
from dcprops.properties.failures import CheckResult, MatrixCell, Report
from dcprops.properties.generated import Tally
from dcprops.properties.matrix import MATRIX, matrix_of
from dcprops.properties.model import MODEL_SUITE
from dcprops.properties.own import OWN_SUITE
from dcprops.properties.registry import Property, by_id
from dcprops.properties.report import REPORT_SUITE
from dcprops.properties.report_target import OUR_REPORTER, ReporterTarget, reporter_target
from dcprops.properties.schema import SCHEMA_SUITE
from dcprops.properties.slices import WHOLE, Slice, run_seed
from dcprops.properties.store import OUR_MIN_RATE, STORE_SUITE
from dcprops.properties.store_script import Script
from dcprops.properties.store_target import OUR_STORE, StoreTarget, store_target
from dcprops.properties.targets import FunctionTarget, ModelTarget, function_target, model_target
from dcprops.properties.trying import SETTINGS, Effort, tried
from dcprops.reference import documents

__all__ = [
    "NAMES",
    "PROFILES",
    "PROPERTIES",
    "SUITES",
    "SelectionError",
    "about",
    "check",
    "chosen_properties",
    "effort_of",
    "known_id",
    "reproduce",
    "result_of",
    "target_of",
    "targets_of",
    "turn_of",
]

#: Every property by its id, in the order in which they are run.
PROPERTIES: Final = by_id(
    (*MODEL_SUITE, *SCHEMA_SUITE, *OWN_SUITE, *BALANCES_SUITE, *COMPLIANCE_SUITE, *STORE_SUITE, *REPORT_SUITE)
)
#: The names of the suites.
SUITES: Final = tuple(dict.fromkeys(each.suite for each in PROPERTIES.values()))

#: What may be named in the table [tool.dcprops], by its keys.
NAMES: Final = MappingProxyType({"profile": PROFILES, "suites": SUITES, "skip": PROPERTIES, "xfail": PROPERTIES})

Target: TypeAlias = ModelTarget | FunctionTarget | StoreTarget | ReporterTarget


class SelectionError(ValueError):
    """A profile, suite or property that isn't there, or a seed that is none."""


def check(
    *,
    model: object | None = None,
    calculator: object | None = None,
    compliance: object | None = None,
    limits: object | None = None,
    store: object | None = None,
    reporter: object | None = None,
    suites: Iterable[str] = (),
    only: Iterable[str] = (),
    profile: str = "ci",
    max_examples: int | None = None,
    seed: int | None = None,
    strict: bool = False,
    min_rate: float | None = None,
    observe: bool = False,
    skip: Mapping[str, str] = MappingProxyType({}),
    xfail: Mapping[str, str] = MappingProxyType({}),
    shard: str | None = None,
    run_id: str | None = None,
    database: str | None = None,
    on_progress: Callable[[float, str], None] | None = None,
) -> Report:
    """Run the properties against targets and report what holds.

    Targets are objects or `module:attribute`. A model: a Pydantic model class, a TypeAdapter, or an object with
    `validate(document)` and `dump(value)`. A calculator: `calculator(documents, as_of)`; compliance:
    `compliance(documents, year, birth_years)`; limits: `limits(year)`; a store: `Store(path)`, see
    `dcprops.properties.store_target`; a reporter: `reporter(events, folder, as_of)`, see
    `dcprops.properties.report_target`. Where none is given, dcprops' own are checked; else only what is given is.
    `min_rate` is how many events a second the store must take in, 100,000 for our own unless said otherwise.

    `suites` and `only` (ids) choose properties, all by default. `profile` is one of PROFILES, `max_examples` a number
    in its place. The same `seed` gives the same examples; a fresh one is taken by default and is in the report. With
    `strict`, rules of level `should` count. With `observe`, the report counts what was generated.

    `skip` and `xfail` are reasons by the ids of properties: those are not run, or may fail. `shard` is `I/N` on the
    I-th of N machines that share the work, with one `run_id` for all of them, from which the seeds are derived:
    `dcprops merge` joins their reports. In the folder `database`, failing examples are kept and tried again.

    Raises TargetError for a target that is of no use, SelectionError for a choice that there isn't.
    """
    given = {
        "model": model, "calculator": calculator, "compliance": compliance, "limits": limits, "store": store,
        "reporter": reporter,
    }  # fmt: skip
    suites, only = tuple(suites), tuple(only)
    chosen = chosen_properties(given, suites, only)
    if min_rate is not None and not min_rate > 0:
        raise SelectionError(f"{min_rate=} is no rate: it must be above 0")
    tally = Tally() if observe else None
    seed = _seed(seed, run_id)
    effort = replace(
        effort_of(profile, max_examples, strict=strict),
        seed=seed,
        slice=_slice(shard),
        settings=SETTINGS if database is None else settings(SETTINGS, phases=_REUSING),
        tally=tally,
    )
    for id_ in (*skip, *xfail):
        known_id(id_)
    targets = targets_of(given, chosen, min_rate)
    chosen = about(targets, chosen, is_asked=bool(suites or only))
    kept = None if database is None else _database(database)
    with closing(targets):
        results, matrix = _results(effort, chosen, targets, skip, kept, on_progress)
    return Report(
        version=_version(),
        seed=seed,
        profile=profile,
        strict=strict,
        targets={kind: target.name for kind, target in targets.items()},
        checks=tuple(replace(result, xfail=xfail.get(result.id, "")) for result in results),
        matrix=matrix,
        generated=None if tally is None else tally.result(),
        shard="" if shard is None else str(effort.slice),
        run_id=run_id or "",
    )


#: With a database: what failed before comes first.
_REUSING: Final = (Phase.reuse, *SETTINGS.phases)


def effort_of(profile: str, max_examples: int | None = None, *, strict: bool = False) -> Effort:
    """The effort of a profile, without a seed. Raises SelectionError for a profile or a number that is none."""
    if profile not in PROFILES:
        raise SelectionError(f"{profile=} is no profile: it must be one of {', '.join(PROFILES)}")
    if max_examples is not None and max_examples < 1:
        raise SelectionError(f"{max_examples=} is too few: it must be at least 1")
    return Effort(max_examples or PROFILES[profile], None, strict, profile == "deep")


def _seed(seed: int | None, run_id: str | None) -> int:
    """The seed as it was given, else that of the run, else a fresh one."""
    if seed is not None:
        return seed
    return random.SystemRandom().randrange(2**32) if run_id is None else run_seed(run_id)


def _database(folder: str) -> ExampleDatabase:
    """The examples in a folder, which is made: that of a run without failures is there too, to be joined with others.

    Hypothesis says nothing of a folder that it can't write, and keeps nothing.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
    except OSError as error:
        raise SelectionError(f"the example database {folder} cannot be written: {error.strerror or error}") from error
    return DirectoryBasedExampleDatabase(folder)


def _slice(shard: str | None) -> Slice:
    try:
        return WHOLE if shard is None else Slice.parse(shard)
    except ValueError as error:
        raise SelectionError(f"shard: {error}") from None


def _results(
    effort: Effort,
    chosen: tuple[Property, ...],
    targets: Mapping[str, Any],
    skip: Mapping[str, str],
    kept: ExampleDatabase | None,
    on_progress: Callable[[float, str], None] | None,
) -> tuple[list[CheckResult], tuple[MatrixCell, ...]]:
    """What came of each property, one after another, and the matrix if it was asked for."""
    results: list[CheckResult] = []
    matrix: tuple[MatrixCell, ...] = ()
    for place, law in enumerate(chosen):
        if on_progress is not None:
            on_progress(place / len(chosen), law.id)
        if law.id in skip:
            results.append(CheckResult(law.id, law.suite, law.sentence, "skipped", reason=skip[law.id]))
            continue
        own = effort
        if kept is not None:
            own = replace(effort, settings=settings(effort.settings, database=OfOneLaw(kept, law.id)))
        result, cells = result_of(own, law, targets[law.target])
        matrix += cells
        results.append(result)
    return results, matrix


def result_of(effort: Effort, law: Property, target: Any) -> tuple[CheckResult, tuple[MatrixCell, ...]]:
    """What came of one property on its target, and the cells if it is the matrix."""
    if law.id == MATRIX:
        return matrix_of(effort, law, target, turn_of(law))
    return tried(effort, law, target, turn_of(law)), ()


def turn_of(law: Property) -> int:
    """With which slice the dealing of a property's examples begins."""
    return _TURNS[law.id]


#: With which slice the dealing of each property's examples begins, so that all slices have about as much to do.
_TURNS: Final = MappingProxyType({id_: place for place, id_ in enumerate(PROPERTIES)})


@contextmanager
def closing(targets: Mapping[str, Any]) -> Iterator[None]:
    """Ends what the targets have started."""
    try:
        yield
    finally:
        for target in targets.values():
            if isinstance(target, StoreTarget):
                target.close()


_OURS: Final = MappingProxyType(
    {
        "model": SimulationEvent,
        "calculator": documents.balances,
        "compliance": documents.compliance,
        "limits": reference.limits,
        "store": OUR_STORE,
        "reporter": OUR_REPORTER,
    }
)


_TARGET_NAMES: Final = MappingProxyType(
    {
        "model": "a model",
        "calculator": "a calculator",
        "compliance": "compliance",
        "limits": "limits",
        "store": "a store",
        "reporter": "a reporter",
    }
)


def targets_of(
    given: Mapping[str, object | None], chosen: Iterable[Property], min_rate: float | None = None
) -> dict[str, Any]:
    """The targets by their kind: those that are given, or where none is, our own of the kinds that are judged.

    Raises TargetError for one that is of no use.
    """
    named = {kind: target for kind, target in given.items() if target is not None}
    judged = {law.target for law in chosen}
    wanted = named or {kind: target for kind, target in _OURS.items() if kind in judged}
    return {kind: target_of(kind, target, min_rate) for kind, target in wanted.items()}


def target_of(kind: str, given: object, min_rate: float | None = None) -> Target:
    """The target of a kind, in the shape that properties ask. Raises TargetError for one that is of no use."""
    match kind:
        case "model":
            return model_target(given)
        case "store":
            return store_target(given, min_rate or (OUR_MIN_RATE if given == OUR_STORE else None))
        case "reporter":
            return reporter_target(given)
        case _:
            return function_target(given)


def reproduce(check_id: str, example: Any, **target: object) -> None:
    """Try one property on one document or ledger, as a test does that was pasted from a report.

    `target` is one of model, calculator, compliance, limits, store and reporter, dcprops' own by default. A ledger is
    given as the JSON of the report: `{"ledger": [documents], "as_of": …}`; so is what was done to a store:
    `{"steps": …}`.

    Raises AssertionError, saying what was expected and what came instead, if it does not hold.
    """
    law = PROPERTIES[known_id(check_id)]
    targets = targets_of({law.target: target.get(law.target, _OURS[law.target])}, (law,))
    if isinstance(example, dict) and "ledger" in example:
        example = LedgerCase.from_json(example)
    elif isinstance(example, dict) and "steps" in example:
        example = Script.from_json(example)
    with closing(targets):
        law.ask(targets[law.target], example, thoroughly=True)


def _version() -> str:
    from dcprops import __version__  # noqa: PLC0415  # the package imports this module

    return __version__


def about(targets: Mapping[str, Any], chosen: Iterable[Property], *, is_asked: bool) -> tuple[Property, ...]:
    """The properties that concern the targets, and those that were asked for by name whether they do or not."""
    return tuple(law for law in chosen if is_asked or law.concerns(targets[law.target]))


def known_id(id_: str) -> str:
    """The id of a property that there is. Raises SelectionError, naming those that are spelled like it."""
    if id_ in PROPERTIES:
        return id_
    raise SelectionError(f"there is no property {id_!r}{_expected(id_, PROPERTIES)}")


def _expected(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known)
    return f": did you mean {' or '.join(near)}?" if near else f": expected one of {', '.join(known)}"


def chosen_properties(
    given: Mapping[str, object | None], suites: Iterable[str] = (), only: Iterable[str] = ()
) -> tuple[Property, ...]:
    """The properties that are asked for and about what is given, all kinds of target if nothing is.

    Raises SelectionError for a suite or an id that there isn't, or if none is left.
    """
    suites, only = tuple(suites), tuple(only)
    for suite in suites:
        if suite not in SUITES:
            raise SelectionError(f"there is no suite {suite!r}: expected one of {', '.join(SUITES)}")
    for id_ in only:
        known_id(id_)
    asked = tuple(
        each for each in PROPERTIES.values() if (not suites or each.suite in suites) and (not only or each.id in only)
    )
    if not asked:
        raise SelectionError(f"no property is left: of {', '.join(only)} none is in the suite {' or '.join(suites)}")
    named = [kind for kind, target in given.items() if target is not None]
    chosen = tuple(law for law in asked if law.target in (named or given))
    if not chosen:
        raise SelectionError(
            f"none of the properties chosen is about {' or '.join(_TARGET_NAMES[kind] for kind in named)}"
        )
    return chosen
