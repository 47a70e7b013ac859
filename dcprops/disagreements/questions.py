"""What a smaller ledger is asked: whether a calculator, a model, a store or a function still disagrees on it."""

from __future__ import annotations

import inspect
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from pydantic import ValidationError

from dcprops.disagreements.disagreement import Disagreement, of_calculator
from dcprops.properties.cases import LedgerCase, handed_over
from dcprops.properties.failures import Breaking, Failure
from dcprops.properties.registry import Property
from dcprops.properties.runner import PROPERTIES
from dcprops.properties.store_target import StoreTarget
from dcprops.properties.targets import Crashed, FunctionTarget, ModelTarget, Rejected, TargetError
from dcprops.properties.trying import test_source
from dcprops.reducing import Trial
from dcprops.reference import arithmetic
from dcprops.rules import Breach, breaches

__all__ = ["CalculatorQuestion", "ModelQuestion", "PredicateQuestion", "Question", "StoreQuestion"]


class Question(ABC):
    """What is asked of a ledger."""

    #: Whether a day is part of the question.
    asks_a_day: bool = False
    #: What is said of a target of which nothing is found.
    agreement: str = "agrees with the reference"

    @abstractmethod
    def ask(self, trial: Trial) -> list[Disagreement]:
        """Every disagreement that the ledger shows."""

    @abstractmethod
    def test_of(self, trial: Trial) -> str:
        """A test that fails as long as they disagree on the ledger."""

    def workings_of(self, trial: Trial) -> str:
        """How the reference gets to what it says."""
        return ""

    def is_admissible(self, trial: Trial) -> bool:
        """Whether the question may be asked of a ledger: by default, if all its documents are valid events."""
        return trial.is_valid

    def shows(self, wanted: Disagreement) -> Callable[[Trial], bool]:
        """What tells whether a ledger shows the same disagreement, under whatever name its account has there."""
        message, field, _ = wanted.sign

        def still(trial: Trial) -> bool:
            return any(each.sign == (message, field, trial.account) for each in self.ask(trial))

        return still

    def failure_of(self, trial: Trial, wanted: Disagreement) -> Failure:
        """The disagreement as reports show it, with the ledger, the arithmetic and a test."""
        message, field, _ = wanted.sign
        found = next((each for each in self.ask(trial) if each.sign == (message, field, trial.account)), None)
        if found is None:
            raise TargetError(
                f"{message}, but not when asked about the ledger again: a target's answer must depend on nothing else"
            )
        return Failure(
            title=found.message,
            message=self.sentence,
            field=" ".join(filter(None, (found.where, f"as of {found.as_of}" if found.as_of else ""))),
            expected=found.expected,
            got=found.got,
            ledger=trial.documents,
            workings=self.workings_of(trial),
            test=self.test_of(trial),
        )

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What should hold."""


_MATCHES_REFERENCE: Final = PROPERTIES["balances.matches-reference"]


@dataclass(frozen=True)
class CalculatorQuestion(Question):
    """Whether a calculator's rows are the reference's."""

    target: FunctionTarget
    asks_a_day = True

    @property
    def sentence(self) -> str:
        return _MATCHES_REFERENCE.sentence

    def ask(self, trial: Trial) -> list[Disagreement]:
        assert trial.as_of is not None  # it asks a day
        return of_calculator(self.target, trial.events, trial.documents, trial.as_of)

    def workings_of(self, trial: Trial) -> str:
        if trial.account is None or trial.as_of is None:
            return ""
        return arithmetic(trial.events, trial.account, trial.as_of)

    def test_of(self, trial: Trial) -> str:
        return test_source(_MATCHES_REFERENCE, self.target, LedgerCase(trial.documents, trial.as_of or date.max))


@dataclass(frozen=True)
class ModelQuestion(Question):
    """Whether a model accepts what is a valid event, and refuses what isn't."""

    target: ModelTarget

    @property
    def sentence(self) -> str:
        return "A model accepts what is a valid event and refuses what isn't."

    def ask(self, trial: Trial) -> list[Disagreement]:
        return [each for entry in trial.entries if (each := self.of_document(entry.document, entry.line)) is not None]

    def of_document(self, document: dict[str, Any], line: int | None = None) -> Disagreement | None:
        """What a model and the reference differ in about a document; what is broken, or refused, is part of it."""
        broken = breaches(document)
        try:
            (value,) = handed_over([document])
            self.target.validate(value)
        except (Rejected, Crashed) as refusal:
            if broken and isinstance(refusal, Rejected):
                return None
            said = "refused" if isinstance(refusal, Rejected) else "crashes the model"
            what = "an invalid document" if broken else "a valid document"
            return Disagreement(
                f"{what} {'is ' if said == 'refused' else ''}{said}{_reason(refusal)}", _fields(broken), line=line,
                expected="refused" if broken else "accepted", got=" ".join(str(refusal).split()),
            )  # fmt: skip
        if not broken:
            return None
        rules = ", ".join(sorted({each.rule for each in broken}))
        return Disagreement(
            f"an invalid document is accepted: {rules}", _fields(broken), line=line,
            expected=f"refused: {broken[0].message}", got="accepted",
        )  # fmt: skip

    def is_admissible(self, trial: Trial) -> bool:
        return bool(trial.entries)

    def failure_of(self, trial: Trial, wanted: Disagreement) -> Failure:
        failure = super().failure_of(trial, wanted)
        # Of an invalid document there is no time line.
        return replace(failure, document=trial.documents[0], ledger=None)

    def test_of(self, trial: Trial) -> str:
        (document,) = trial.documents
        is_valid = not breaches(document)
        law = PROPERTIES["model.accepts-valid" if is_valid else "model.rejects-invalid"]
        return test_source(law, self.target, document)


def _fields(broken: tuple[Breach, ...]) -> str:
    return ", ".join(sorted({each.field for each in broken}))


def _reason(refusal: Rejected | Crashed) -> str:
    """What a refusal is of, in words that do not depend on the values: so that it can be told from another one."""
    error = refusal.__cause__
    if isinstance(error, ValidationError):
        details = error.errors(include_url=False, include_input=False, include_context=False)
        return ": " + ", ".join(sorted({f"{'.'.join(map(str, each['loc']))} {each['type']}" for each in details}))
    return f": {type(error).__name__}"


@dataclass(frozen=True)
class StoreQuestion(Question):
    """Whether a store keeps what it is given, by the laws of the store suite that a real file can be tried with."""

    target: StoreTarget

    #: The laws, the cheapest first.
    laws = tuple(
        PROPERTIES[f"store.{name}"]
        for name in (
            "append-loses-nothing",
            "values-exact",
            "append-is-idempotent",
            "reopen-preserves",
            "batch-split-irrelevant",
        )
    )

    @property
    def sentence(self) -> str:
        return "A store has each event once, with every field as it went in."

    def ask(self, trial: Trial) -> list[Disagreement]:
        for law in self.laws:
            if (found := self._broken(law, trial)) is not None:
                return [found]
        return []

    def _broken(self, law: Property, trial: Trial) -> Disagreement | None:
        try:
            law.ask(self.target, LedgerCase(trial.documents), thoroughly=False)
        except Breaking as breaking:
            expected, got = (str(each if each is not None else "") for each in (breaking.expected, breaking.got))
            return Disagreement(f"{law.id}: {breaking.message}", expected=expected, got=got)
        return None

    def test_of(self, trial: Trial) -> str:
        (found,) = self.ask(trial)
        return test_source(PROPERTIES[found.message.partition(":")[0]], self.target, LedgerCase(trial.documents))


@dataclass
class PredicateQuestion(Question):
    """Whether a function of documents, or of documents and a day, says yes to a ledger."""

    target: FunctionTarget
    has_answered: bool = False
    asks_a_day = True
    agreement = "says no"

    @cached_property
    def _takes_a_day(self) -> bool:
        return _takes_a_day(self.target.function)

    @property
    def sentence(self) -> str:
        return f"{self.target.name} says that the ledger shows what is looked for."

    def ask(self, trial: Trial) -> list[Disagreement]:
        try:
            says = bool(self.target(*self._arguments(trial)))
        except Crashed as crash:
            if not self.has_answered:
                raise TargetError(
                    f"{self.target.name} has no answer for the first people of the file: {crash}"
                ) from crash
            return []  # such a ledger is none that it was made for
        self.has_answered = True
        return [Disagreement("the function says yes", as_of=trial.as_of, account=trial.account)] if says else []

    def _arguments(self, trial: Trial) -> tuple[object, ...]:
        documents = handed_over(trial.documents)
        return (documents, trial.as_of) if self._takes_a_day else (documents,)

    def test_of(self, trial: Trial) -> str:
        day = f", date.fromisoformat({str(trial.as_of)!r})" if self._takes_a_day else ""
        imports = "import json\nfrom datetime import date" if day else "import json"
        return (
            f"{imports}\n\n{self.target.import_line}\n\n\n"
            "def test_ledger():\n"
            f"    ledger = json.loads({json.dumps(list(trial.documents))!r})\n"
            f"    assert not {self.target.expression}(ledger{day})\n"
        )


def _takes_a_day(function: Callable[..., Any]) -> bool:
    """Whether a function can be called with documents and a day."""
    try:
        inspect.signature(function).bind([], date.max)
    except TypeError:
        return False
    except ValueError:  # a builtin that doesn't say what it takes
        return True
    return True
