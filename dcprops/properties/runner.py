"""The runner: tries every property on a target's behalf and turns what it finds into a report."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import hypothesis
from hypothesis import Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from dcprops import reference
from dcprops.events import SimulationEvent
from dcprops.properties.balances import BALANCES_SUITE
from dcprops.properties.cases import Case, LedgerCase
from dcprops.properties.compliance import COMPLIANCE_SUITE
from dcprops.properties.failures import Breaking, CheckResult, Failure, MatrixCell, Outcome, Report, as_text
from dcprops.properties.fixed_documents import more_usual
from dcprops.properties.generated import Tally
from dcprops.properties.model import MODEL_SUITE
from dcprops.properties.own import OWN_SUITE
from dcprops.properties.registry import Property, by_id
from dcprops.properties.report import REPORT_SUITE
from dcprops.properties.report_target import OUR_REPORTER, ReporterTarget, reporter_target
from dcprops.properties.schema import SCHEMA_SUITE
from dcprops.properties.store import OUR_MIN_RATE, STORE_SUITE
from dcprops.properties.store_script import Script
from dcprops.properties.store_target import OUR_STORE, StoreTarget, store_target
from dcprops.properties.targets import (
    Crashed,
    FunctionTarget,
    ModelTarget,
    Rejected,
    function_target,
    model_target,
)
from dcprops.reference import documents
from dcprops.rules import CATALOGUE, SAMPLES, Cell

__all__ = ["PROFILES", "PROPERTIES", "SUITES", "SelectionError", "check", "reproduce", "target_of"]

#: Every property by its id, in the order in which they are run.
PROPERTIES: Final = by_id(
    (*MODEL_SUITE, *SCHEMA_SUITE, *OWN_SUITE, *BALANCES_SUITE, *COMPLIANCE_SUITE, *STORE_SUITE, *REPORT_SUITE)
)
#: The names of the suites.
SUITES: Final = tuple(dict.fromkeys(each.suite for each in PROPERTIES.values()))
#: How many examples a property is given in each profile; one with a larger share gets so many times more.
PROFILES: Final = MappingProxyType({"quick": 60, "ci": 300, "deep": 2000})

Target: TypeAlias = ModelTarget | FunctionTarget | StoreTarget | ReporterTarget

_MATRIX: Final = "model.rejects-invalid"


class SelectionError(ValueError):
    """A profile, suite or property that isn't there, or a seed that is none."""


@dataclass(frozen=True)
class _Run:
    """What holds for all properties of one run."""

    targets: Mapping[str, Any]
    examples: int
    seed: int
    strict: bool
    is_deep: bool
    tally: Tally | None = None

    def target_of(self, law: Property) -> Any:
        """The target that a property judges."""
        return self.targets[law.target]


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

    Raises TargetError for a target that is of no use, SelectionError for a choice that there isn't.
    """
    given = {
        "model": model, "calculator": calculator, "compliance": compliance, "limits": limits, "store": store,
        "reporter": reporter,
    }  # fmt: skip
    named = {kind: target for kind, target in given.items() if target is not None}
    suites, only = tuple(suites), tuple(only)
    chosen = tuple(law for law in _chosen(suites, only) if law.target in (named or given))
    if not chosen:
        raise SelectionError(
            f"none of the properties chosen is about {' or '.join(_TARGET_NAMES[kind] for kind in named)}"
        )
    if profile not in PROFILES:
        raise SelectionError(f"{profile=} is no profile: it must be one of {', '.join(PROFILES)}")
    if min_rate is not None and not min_rate > 0:
        raise SelectionError(f"{min_rate=} is no rate: it must be above 0")
    if max_examples is not None and max_examples < 1:
        raise SelectionError(f"{max_examples=} is too few: it must be at least 1")
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    judged = dict.fromkeys(law.target for law in chosen)
    targets = _targets(named or {kind: target for kind, target in _OURS.items() if kind in judged}, min_rate)
    if not (suites or only):
        chosen = tuple(law for law in chosen if law.concerns(targets[law.target]))
    tally = Tally() if observe else None
    run = _Run(targets, max_examples or PROFILES[profile], seed, strict, profile == "deep", tally)
    with _closing(targets):
        results, matrix = _results(run, chosen, on_progress)
    return Report(
        version=_version(),
        seed=seed,
        profile=profile,
        strict=strict,
        targets={kind: target.name for kind, target in targets.items()},
        checks=tuple(results),
        matrix=matrix,
        generated=None if tally is None else tally.result(),
    )


def _results(
    run: _Run, chosen: tuple[Property, ...], on_progress: Callable[[float, str], None] | None
) -> tuple[list[CheckResult], tuple[MatrixCell, ...]]:
    """What came of each property, one after another, and the matrix if it was asked for."""
    results: list[CheckResult] = []
    matrix: tuple[MatrixCell, ...] = ()
    for place, each in enumerate(chosen):
        if on_progress is not None:
            on_progress(place / len(chosen), each.id)
        if each.id == _MATRIX:
            result, matrix = _with_matrix(run, each)
        else:
            result = _result(run, each)
        results.append(result)
    return results, matrix


@contextmanager
def _closing(targets: Mapping[str, Any]) -> Iterator[None]:
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


def _targets(given: Mapping[str, object], min_rate: float | None = None) -> dict[str, Any]:
    """The targets by their kind. Raises TargetError for one that is of no use."""
    return {kind: target_of(kind, value, min_rate) for kind, value in given.items()}


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
    law = _chosen((), (check_id,))[0]
    targets = _targets({law.target: target.get(law.target, _OURS[law.target])})
    if isinstance(example, dict) and "ledger" in example:
        example = LedgerCase.from_json(example)
    elif isinstance(example, dict) and "steps" in example:
        example = Script.from_json(example)
    with _closing(targets):
        law.ask(targets[law.target], example, thoroughly=True)


def _version() -> str:
    from dcprops import __version__  # noqa: PLC0415  # the package imports this module

    return __version__


def _chosen(suites: tuple[str, ...], only: tuple[str, ...]) -> tuple[Property, ...]:
    for suite in suites:
        if suite not in SUITES:
            raise SelectionError(f"there is no suite {suite!r}: expected one of {', '.join(SUITES)}")
    for id_ in only:
        if id_ not in PROPERTIES:
            raise SelectionError(f"there is no property {id_!r}: expected one of {', '.join(PROPERTIES)}")
    chosen = tuple(
        each for each in PROPERTIES.values() if (not suites or each.suite in suites) and (not only or each.id in only)
    )
    if not chosen:
        raise SelectionError(f"no property is left: of {', '.join(only)} none is in the suite {' or '.join(suites)}")
    return chosen


def _result(run: _Run, law: Property) -> CheckResult:
    """What came of one property. Whatever it raises is part of the result: one property must not end the run."""
    result = CheckResult(law.id, law.suite, law.sentence, "passed")
    reason = law.unless(run.target_of(law))
    if reason:
        return replace(result, status="skipped", reason=reason)
    start = time.perf_counter()
    examples = _Examples(law, run.target_of(law), run.tally)
    try:
        found = tuple(_failures(run, law, examples))
        status = "failed" if found else "passed"
    except Exception as error:  # noqa: BLE001  # a fault of the property or of Hypothesis, reported as such
        found = (Failure("the property itself failed", f"{type(error).__name__}: {error}"),)
        status = "errored"
    return replace(
        result,
        status=status,  # type: ignore[arg-type]  # one of the two words above
        examples=examples.count,
        seconds=time.perf_counter() - start,
        failures=found,
        reason=examples.said,
    )


class _Examples:
    """Tries examples and counts them; what is in those that were drawn goes into the tally, if there is one."""

    def __init__(self, law: Property, target: Any, tally: Tally | None) -> None:
        self._law = law
        self._target = target
        self._tally = tally
        self.count = 0
        #: What was said of the last example of which anything was.
        self.said = ""

    def attempt(self, example: object, *, is_drawn: bool) -> None:
        """Raises Breaking if the law does not hold for the example."""
        self.count_one(example, is_drawn=is_drawn)
        self.said = self._law.ask(self._target, example, thoroughly=is_drawn) or self.said

    def count_one(self, example: object, *, is_drawn: bool) -> None:
        """Count an example that is tried."""
        self.count += 1
        if is_drawn and self._tally is not None:
            self._tally.see(example)


def _failures(run: _Run, law: Property, examples: _Examples) -> Iterator[Failure]:
    """The failures of the fixed examples, else the smallest of those that are drawn."""
    fixed: dict[str, Failure] = {}
    for example in (*law.fixed(), *(law.deep() if run.is_deep else ())):
        try:
            examples.attempt(example, is_drawn=False)
        except Breaking as breaking:
            # One for each way to fail: hundreds of examples may fail in the same way.
            if _way(breaking, example) not in fixed:
                for found in _reduced(examples, breaking, example):
                    fixed.setdefault(_way(*found), _failure(run, law, *found))
    yield from sorted(fixed.values(), key=lambda failure: len(failure.ledger or ()))
    if not fixed and law.share:
        yield from _smallest(run, law, examples)


def _way(breaking: Breaking, example: object) -> str:
    """What tells one way to fail from another."""
    return f"{breaking.message} {'' if isinstance(example, Case) else breaking.field or _place(example)}"


def _reduced(examples: _Examples, breaking: Breaking, example: Any) -> Iterator[tuple[Breaking, Any]]:
    """The smallest part of a case, or the most usual document, that breaks the law in the same way.

    A part of a ledger that breaks it in another way with fewer events comes after that: it may say more of one mistake.
    """
    least = _least(examples, breaking, example, breaking.message)
    yield least
    if isinstance(example, LedgerCase):
        otherwise = _least(examples, *least, None)
        if otherwise[0].message != breaking.message:
            yield otherwise


def _least(examples: _Examples, breaking: Breaking, example: Any, message: str | None) -> tuple[Breaking, Any]:
    """What is left of an example that breaks the law, as long as it does so in these words, or in any if None."""
    for less in _simpler(example):
        try:
            examples.attempt(less, is_drawn=False)
        except Breaking as again:
            if message in {None, again.message}:
                return _least(examples, again, less, message)
    return breaking, example


def _simpler(example: Any) -> Iterator[Any]:
    """The same case with fewer events, or the same document with fewer fields that are unusual."""
    if isinstance(example, Case):
        return example.smaller()
    return more_usual(example) if isinstance(example, dict) else iter(())


def _place(example: object) -> str:
    """Which event type an example is of, to tell failures apart."""
    payload = example.get("payload") if isinstance(example, dict) else None
    return str(payload.get("event_type")) if isinstance(payload, dict) else ""


def _smallest(run: _Run, law: Property, examples: _Examples) -> Iterator[Failure]:
    """The smallest drawn example of each way to fail."""
    last: dict[str, tuple[Breaking, object]] = {}

    def holds(example: Any) -> None:
        try:
            examples.attempt(example, is_drawn=True)
        except Breaking as breaking:
            last[breaking.message] = (breaking, example)
            raise

    def told(example: Any, breaking: Breaking | None) -> None:
        examples.count_one(example, is_drawn=True)
        if breaking is not None:
            last[breaking.message] = (breaking, example)

    chosen = settings(_SETTINGS, max_examples=max(1, round(run.examples * law.share)))
    seed = hypothesis.seed(_seed_of(run.seed, law.id))
    if law.machine is not None:
        machine = seed(law.machine(run.target_of(law), told))
        # A machine that has gone wrong goes wrong in many ways after that, of which the first says most.
        one_bug = settings(chosen, report_multiple_bugs=False)
        test: Callable[[], None] = partial(run_state_machine_as_test, machine, settings=one_bug)
    else:
        test = chosen(seed(hypothesis.given(law.strategy(run.target_of(law)))(holds)))
    try:
        test()
    except Breaking as breaking:
        yield _of_drawn(run, law, examples, *last[breaking.message])
    except BaseExceptionGroup as group:
        ours, others = group.split(Breaking)
        if others is not None:
            raise others from None
        # The same words may come from several lines of the target's code; the last of them is the smallest.
        for message in dict.fromkeys(map(str, ours.exceptions if ours is not None else ())):
            yield _of_drawn(run, law, examples, *last[message])


def _of_drawn(run: _Run, law: Property, examples: _Examples, breaking: Breaking, example: Any) -> Failure:
    """The failure that a drawn example comes to. A document is as small already as its strategy makes one."""
    if isinstance(example, Case):
        breaking, example = _least(examples, breaking, example, breaking.message)
    return _failure(run, law, breaking, example)


#: How many steps a state machine takes at most.
_STEPS: Final = 15
#: Nothing of the user's own settings, of CI's or of an earlier run: the seed alone decides.
_SETTINGS: Final = settings(
    settings.get_profile("default"),
    database=None,
    deadline=None,
    derandomize=False,
    print_blob=False,
    verbosity=Verbosity.quiet,
    report_multiple_bugs=True,
    phases=(Phase.generate, Phase.shrink),
    backend="hypothesis",
    stateful_step_count=_STEPS,
)


def _seed_of(seed: int, id_: str) -> int:
    """A seed of its own for each property, so that none depends on which others are run."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{id_}".encode()).digest()[:8])


def _failure(run: _Run, law: Property, breaking: Breaking, example: object) -> Failure:
    return Failure(
        title=f"{law.id}: {breaking.message}",
        message=f"{law.sentence} But {breaking.message}.",
        field=breaking.field,
        expected=as_text(breaking.expected),
        got=as_text(breaking.got),
        document=None if isinstance(example, Case) else example,
        ledger=example.documents if isinstance(example, Case) else None,
        workings=breaking.workings,
        test=_test_source(law, run.target_of(law), example),
    )


def _test_source(law: Property, target: Target, example: object) -> str:
    """A test that fails for the same reason, to be pasted into a suite."""
    name = law.id.replace(".", "_").replace("-", "_")
    text = json.dumps(example.to_json() if isinstance(example, Case) else example)
    what = "script" if isinstance(example, Script) else "ledger" if isinstance(example, Case) else "document"
    return (
        f"import json\n\nfrom dcprops.properties import reproduce\n\n{target.import_line}\n\n\n"
        f"def test_{name}():\n"
        f'    """{law.sentence}"""\n'
        f"    {what} = json.loads({text!r})\n"
        f'    reproduce("{law.id}", {what}, {law.target}={target.expression})\n'
    )


def _with_matrix(run: _Run, law: Property) -> tuple[CheckResult, tuple[MatrixCell, ...]]:
    """Every cell of the catalogue with every value; the failures are those of the cells that count."""
    start = time.perf_counter()
    rows, failures, examples = [], [], 0
    for cell in CATALOGUE:
        outcome, document, tried = _outcome(run.target_of(law), cell)
        examples += tried
        rows.append(MatrixCell(cell.payload, cell.field, cell.rule, cell.level, outcome))
        counts = run.strict or cell.level == "must"
        if outcome == "crashed" or (outcome == "accepted" and counts):
            failures.append(_cell_failure(run, law, cell, outcome, document))
    result = CheckResult(
        law.id,
        law.suite,
        law.sentence,
        "failed" if failures else "passed",
        examples,
        time.perf_counter() - start,
        tuple(failures),
    )
    return result, tuple(rows)


_WORST_FIRST: Final[tuple[Outcome, ...]] = ("crashed", "accepted", "rejected")


def _outcome(target: ModelTarget, cell: Cell) -> tuple[Outcome, object, int]:
    """The worst outcome of all the cell's values, the first document that had it, and how many were tried."""
    seen: dict[Outcome, object] = {}
    tried = 0
    for event_type in cell.event_types:
        for value in cell.values:
            document = cell.put(SAMPLES[event_type], value)
            seen.setdefault(_outcome_of(target, document), document)
            tried += 1
    worst = next(outcome for outcome in _WORST_FIRST if outcome in seen)
    return worst, seen[worst], tried


def _outcome_of(target: ModelTarget, document: Any) -> Outcome:
    try:
        target.validate(document)
    except Rejected:
        return "rejected"
    except Crashed:
        return "crashed"
    return "accepted"


def _cell_failure(run: _Run, law: Property, cell: Cell, outcome: Outcome, document: object) -> Failure:
    what = "crashes on" if outcome == "crashed" else "accepts"  # both read well before the rule and before "it"
    return Failure(
        title=f"{law.id}: {cell.payload}.{cell.field} {what} {cell.rule}",
        message=f"the {cell.field} of a document breaks the rule {cell.rule} (level {cell.level}), "
        f"and the model {what} it",
        field=cell.field,
        expected="rejected",
        got=outcome,
        document=document,
        test=_test_source(law, run.target_of(law), document),
    )
