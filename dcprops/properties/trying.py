"""Trying: one property on one target, its fixed examples and drawn ones, each failure made as small as it goes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import hypothesis
from hypothesis import Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from dcprops.properties.cases import Case, LedgerCase
from dcprops.properties.failures import Breaking, CheckResult, Failure, as_text
from dcprops.properties.fixed_documents import more_usual
from dcprops.properties.generated import Tally
from dcprops.properties.registry import Property
from dcprops.properties.slices import WHOLE, Slice, seed_of
from dcprops.properties.store_script import Script
from dcprops.reducing import INTERRUPTED, Entry, Reducer, Trial

__all__ = ["SETTINGS", "Effort", "test_source", "tried"]

#: With more events than this, a ledger is one that taking events away has given up on.
_FEW_EVENTS: Final = 3
#: So often a store is asked about simpler ones then.
_MORE_CALLS: Final = 200
#: How many steps a state machine takes at most.
_STEPS: Final = 15
#: Nothing of the user's own settings, of CI's or of an earlier run: the seed alone decides.
SETTINGS: Final = settings(
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


@dataclass(frozen=True)
class Effort:
    """How hard properties are tried, and which slice of that is tried here.

    `examples` are those of a property with a share of 1. Without a `seed` Hypothesis takes one of its own.
    """

    examples: int
    seed: int | str | None
    strict: bool = False
    is_deep: bool = False
    slice: Slice = WHOLE
    settings: settings = SETTINGS
    tally: Tally | None = None

    def drawn(self, law: Property, turn: int) -> int:
        """How many examples are drawn here for a property."""
        return self.slice.examples(max(1, round(self.examples * law.share)), turn) if law.share else 0

    def fixed(self, law: Property, turn: int) -> tuple[Any, ...]:
        """The fixed examples of a property that are tried here."""
        return self.slice.fixed((*law.fixed(), *(law.deep() if self.is_deep else ())), turn)


def tried(effort: Effort, law: Property, target: Any, turn: int = 0) -> CheckResult:
    """What came of one property. Whatever it raises is part of the result: one property must not end the run.

    `turn` says with which slice the dealing of its examples begins.
    """
    result = CheckResult(law.id, law.suite, law.sentence, "passed")
    reason = law.unless(target)
    if not reason and not effort.slice.is_whole and not (effort.drawn(law, turn) or effort.fixed(law, turn)):
        reason = f"nothing of it is in slice {effort.slice}"
    if reason:
        return replace(result, status="skipped", reason=reason)
    start = time.perf_counter()
    examples = _Examples(law, target, effort.tally)
    try:
        found = tuple(_failures(effort, examples, turn))
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
        self.law = law
        self.target = target
        self._tally = tally
        self.count = 0
        #: What was said of the last example of which anything was.
        self.said = ""

    def attempt(self, example: object, *, is_drawn: bool) -> None:
        """Raises Breaking if the law does not hold for the example."""
        self.count_one(example, is_drawn=is_drawn)
        self.said = self.law.ask(self.target, example, thoroughly=is_drawn) or self.said

    def count_one(self, example: object, *, is_drawn: bool) -> None:
        """Count an example that is tried."""
        self.count += 1
        if is_drawn and self._tally is not None:
            self._tally.see(example)


def _failures(effort: Effort, examples: _Examples, turn: int) -> Iterator[Failure]:
    """The failures of the fixed examples, else the smallest of those that are drawn."""
    fixed: dict[str, Failure] = {}
    for example in effort.fixed(examples.law, turn):
        try:
            examples.attempt(example, is_drawn=False)
        except Breaking as breaking:
            # One for each way to fail: hundreds of examples may fail in the same way.
            if _way(breaking, example) not in fixed:
                for found in _reduced(examples, breaking, example):
                    fixed.setdefault(_way(*found), _failure(examples, *found))
    yield from sorted(fixed.values(), key=lambda failure: len(failure.ledger or ()))
    drawn = effort.drawn(examples.law, turn)
    if not fixed and drawn:
        yield from _smallest(effort, examples, drawn)


def _way(breaking: Breaking, example: object) -> str:
    """What tells one way to fail from another."""
    return f"{breaking.message} {'' if isinstance(example, Case) else breaking.field or _place(example)}"


def _reduced(examples: _Examples, breaking: Breaking, example: Any) -> Iterator[tuple[Breaking, Any]]:
    """The smallest part of a case, or the most usual document, that breaks the law in the same way.

    A part of a ledger that breaks it in another way with fewer events comes after that: it may say more of one mistake.
    """
    least = _reduced_further(examples, *_least(examples, breaking, example, breaking.message))
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


def _reduced_further(examples: _Examples, breaking: Breaking, example: Any) -> tuple[Breaking, Any]:
    """A store's ledger that is still long, with payments joined and values made simple, as far as that takes it."""
    if examples.law.target != "store" or not isinstance(example, LedgerCase) or len(example.documents) <= _FEW_EVENTS:
        return breaking, example
    broken: dict[tuple[Any, ...], Breaking] = {}

    def shows(trial: Trial) -> bool:
        try:
            examples.attempt(replace(example, documents=trial.documents), is_drawn=False)
        except Breaking as again:
            broken[trial.key] = again
            return again.message == breaking.message
        return False

    start = Trial(tuple(map(Entry.of, example.documents)))
    reduced = Reducer(start, shows, budget=_MORE_CALLS).run()
    if reduced.reason == INTERRUPTED:
        raise KeyboardInterrupt
    trial = reduced.trial
    return broken.get(trial.key, breaking), replace(example, documents=trial.documents)


def _simpler(example: Any) -> Iterator[Any]:
    """The same case with fewer events, or the same document with fewer fields that are unusual."""
    if isinstance(example, Case):
        return example.smaller()
    return more_usual(example) if isinstance(example, dict) else iter(())


def _place(example: object) -> str:
    """Which event type an example is of, to tell failures apart."""
    payload = example.get("payload") if isinstance(example, dict) else None
    return str(payload.get("event_type")) if isinstance(payload, dict) else ""


def _smallest(effort: Effort, examples: _Examples, drawn: int) -> Iterator[Failure]:
    """The smallest drawn example of each way to fail."""
    law = examples.law
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

    chosen = settings(effort.settings, max_examples=drawn)
    seed = _seed(effort, law)
    if law.machine is not None:
        machine = seed(law.machine(examples.target, told))
        # A machine that has gone wrong goes wrong in many ways after that, of which the first says most.
        one_bug = settings(chosen, report_multiple_bugs=False)
        test: Callable[[], None] = partial(run_state_machine_as_test, machine, settings=one_bug)
    else:
        test = chosen(seed(hypothesis.given(law.strategy(examples.target))(holds)))
    try:
        test()
    except Breaking as breaking:
        yield _of_drawn(examples, *last[breaking.message])
    except BaseExceptionGroup as group:
        ours, others = group.split(Breaking)
        if others is not None:
            raise others from None
        # The same words may come from several lines of the target's code; the last of them is the smallest.
        for message in dict.fromkeys(map(str, ours.exceptions if ours is not None else ())):
            yield _of_drawn(examples, *last[message])


def _of_drawn(examples: _Examples, breaking: Breaking, example: Any) -> Failure:
    """The failure that a drawn example comes to. A document is as small already as its strategy makes one."""
    if isinstance(example, Case):
        breaking, example = _reduced_further(examples, *_least(examples, breaking, example, breaking.message))
    return _failure(examples, breaking, example)


def _seed(effort: Effort, law: Property) -> Callable[[Any], Any]:
    """What gives a test its seed, if it has one."""
    return (lambda test: test) if effort.seed is None else hypothesis.seed(seed_of(effort.seed, effort.slice, law.id))


def _failure(examples: _Examples, breaking: Breaking, example: object) -> Failure:
    law = examples.law
    return Failure(
        title=f"{law.id}: {breaking.message}",
        message=f"{law.sentence} But {breaking.message}.",
        field=breaking.field,
        expected=as_text(breaking.expected),
        got=as_text(breaking.got),
        document=None if isinstance(example, Case) else example,
        ledger=example.documents if isinstance(example, Case) else None,
        workings=breaking.workings,
        test=test_source(law, examples.target, example),
    )


def test_source(law: Property, target: Any, example: object) -> str:
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
