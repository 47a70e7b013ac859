"""The arms of the comparison: where examples come from, and what looks at what the target makes of them."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel

from dcprops.defects.power.conventional import CONVENTIONAL, built_documents, documents_among
from dcprops.defects.power.static_checks import object_to
from dcprops.defects.power.tries import Subject, first_caught
from dcprops.golden import read_scenarios
from dcprops.properties.cases import LedgerCase
from dcprops.properties.registry import Property
from dcprops.reference import years

__all__ = ["ARMS", "OURS", "Arm"]

#: How many events there are in a ledger of random ones, at most.
_MOST: Final = 12


@dataclass(frozen=True)
class Arm:
    """One way to test. `first_caught(subject, seed, budget)` gives the number of the first example that shows it."""

    id: str
    said: str
    first_caught: Callable[[Subject, int, int], int | None]
    #: Whether every seed gives the same, so that one is enough.
    is_fixed: bool = False


def _by_property(subject: Subject) -> Callable[[Any, bool], bool]:
    return lambda example, is_drawn: subject.is_caught(example, thoroughly=is_drawn)


def _drawn_by(law: Property) -> SearchStrategy[Any] | None:
    return law.examples() if law.share else None


def _ours(subject: Subject, seed: int, budget: int) -> int | None:
    law = subject.law
    return first_caught(_by_property(subject), law.fixed(), _drawn_by(law), seed=seed, budget=budget)


def _of_documents(law: Property) -> bool:
    return law.target == "model"


# Example tests: the scenarios worked by hand, and nothing else.


@cache
def _golden_ledgers() -> tuple[LedgerCase, ...]:
    found = []
    for scenario in read_scenarios():
        documents = tuple(event.model_dump(mode="json") for event in scenario.ledger())
        asked = [int(year) for year in scenario.compliance] or [years()[-1]]
        born = MappingProxyType(scenario.birth_years)
        found += [LedgerCase(documents, scenario.as_of, year, born) for year in asked]
    return tuple(found)


def _golden_examples(law: Property) -> Iterable[Any]:
    if law.target == "limits":
        return ()
    if _of_documents(law):
        ledgers = _golden_ledgers()
        return {str(document): document for case in ledgers for document in case.documents}.values()
    return _golden_ledgers()


def _golden(subject: Subject, seed: int, budget: int) -> int | None:
    return first_caught(_by_property(subject), _golden_examples(subject.law), None, seed=seed, budget=budget)


# What a team builds of Hypothesis's own strategies.


def _builds(subject: Subject, seed: int, budget: int) -> int | None:
    return first_caught(_by_property(subject), (), _built(subject.law), seed=seed, budget=budget)


def _built(law: Property) -> SearchStrategy[Any]:
    if law.target == "limits":
        return st.integers(1, 9999)
    if _of_documents(law):
        return built_documents()
    return st.lists(built_documents(), max_size=_MOST).map(lambda documents: LedgerCase(tuple(documents)))


# What Hypothesis makes of the types.


def _from_types(subject: Subject, seed: int, budget: int) -> int | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisWarning)  # it says which bounds it overlooks
        return first_caught(_by_property(subject), (), _typed(subject.law), seed=seed, budget=budget)


def _typed(law: Property) -> SearchStrategy[Any]:
    events = st.from_type(CONVENTIONAL)
    if law.target == "limits":
        return st.from_type(int)
    if _of_documents(law):
        return events.map(_document)
    return st.lists(events, max_size=_MOST).map(_case)


def _document(event: BaseModel) -> Any:
    return (documents_among([event]) or [event.model_dump(mode="json")])[0]


def _case(events: list[BaseModel]) -> LedgerCase:
    return LedgerCase(tuple(documents_among(events)))


# Random data.


def _random(subject: Subject, seed: int, budget: int) -> int | None:
    return first_caught(_by_property(subject), _random_examples(subject.law, seed), None, seed=seed, budget=budget)


def _random_examples(law: Property, seed: int) -> Iterator[Any]:
    from polyfactory.factories.pydantic_factory import ModelFactory  # noqa: PLC0415  # an extra

    factory = ModelFactory.create_factory(CONVENTIONAL)
    factory.seed_random(seed)
    chance = random.Random(seed)  # examples
    while True:
        if law.target == "limits":
            yield chance.randint(1, 9999)
        elif _of_documents(law):
            yield _document(factory.build())
        else:
            yield _case(factory.batch(chance.randint(1, _MOST)))


# Static checks of what comes out.


def _static(subject: Subject, seed: int, budget: int) -> int | None:
    law = subject.law
    return first_caught(
        lambda example, _: object_to(subject, example), law.fixed(), _drawn_by(law), seed=seed, budget=budget
    )


OURS: Final = Arm("dcprops", "the property with its own examples", _ours)
ARMS: Final = MappingProxyType(
    {
        arm.id: arm
        for arm in (
            OURS,
            Arm("golden", "example tests: the scenarios worked by hand, judged by the property", _golden, True),
            Arm("builds", "st.builds with a strategy for each type within its bounds, judged by the property", _builds),
            Arm("from_type", "st.from_type of the event as a Pydantic model, judged by the property", _from_types),
            Arm("polyfactory", "random events of polyfactory, judged by the property", _random),
            Arm("static", "not null, unique, range and sums of what comes out, over dcprops' own examples", _static),
        )
    }
)
