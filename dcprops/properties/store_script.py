"""Scripts: what is done to a store, step by step, as data that can be played again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final, Literal, TypeAlias

from dcprops.properties.cases import Case, contribution, event, rich_ledgers, smaller
from dcprops.properties.documents import canonical, differences_in_meaning
from dcprops.properties.failures import Breaking
from dcprops.properties.store_cases import altered, id_of
from dcprops.properties.store_session import Session
from dcprops.properties.store_target import StoreTarget

__all__ = ["Script", "Step", "in_words", "perform", "play", "scripts"]

Document: TypeAlias = dict[str, Any]
Deed: TypeAlias = Literal[
    "append", "append by Arrow", "crash", "reopen", "checkpoint", "read", "balances", "snapshots", "history"
]

_SHOWN: Final = 4


@dataclass(frozen=True)
class Step:
    """One thing that is done: with which documents, or about which day or person."""

    do: Deed
    documents: tuple[Document, ...] = ()
    about: str = ""

    def __str__(self) -> str:
        ids = [id_of(each)[-6:] for each in self.documents]
        more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
        return " ".join([_WORDS[self.do], self.about, *ids[:_SHOWN]]).strip() + more


_WORDS: Final[Mapping[str, str]] = {
    "append": "append",
    "append by Arrow": "append by Arrow",
    "crash": "kill the process right after it appended",
    "reopen": "close and reopen",
    "checkpoint": "checkpoint",
    "read": "read all events",
    "balances": "balances as of",
    "snapshots": "snapshots",
    "history": "history of",
}


@dataclass(frozen=True, repr=False)
class Script(Case):
    """Steps, one after another on one store."""

    steps: tuple[Step, ...]

    @property
    def documents(self) -> tuple[Document, ...]:  # type: ignore[override]  # which is read only, here as there
        """Every document of the steps, in order."""
        seen: list[Document] = []
        for step in self.steps:
            seen.extend(each for each in step.documents if each not in seen)
        return tuple(seen)

    def to_json(self) -> dict[str, Any]:
        """The script as JSON, from which `from_json` makes it again."""
        return {
            "steps": [{"do": step.do, "documents": list(step.documents), "about": step.about} for step in self.steps]
        }

    @classmethod
    def from_json(cls, script: Mapping[str, Any]) -> Script:
        """The script that `to_json` wrote."""
        return cls(tuple(Step(step["do"], tuple(step["documents"]), step["about"]) for step in script["steps"]))

    def smaller(self) -> Iterator[Script]:
        """The script with fewer steps, then with fewer documents in one of them."""
        yield from (Script(steps) for steps in smaller(self.steps))
        for place, step in enumerate(self.steps):
            for documents in smaller(step.documents):
                changed = replace(step, documents=documents)
                yield Script((*self.steps[:place], changed, *self.steps[place + 1 :]))


def in_words(steps: tuple[Step, ...]) -> str:
    """The steps, numbered, one a line."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def play(target: StoreTarget, script: Script) -> None:
    """Take every step on a new store, and compare what it holds in the end. Raises Breaking at the first that fails."""
    with Session(target) as session:
        for number, step in enumerate((*script.steps, Step("read")), 1):
            try:
                perform(session, step)
            except Breaking as breaking:
                breaking.workings = f"{in_words(script.steps[:number])}\n{breaking.workings}".strip()
                raise


def perform(session: Session, step: Step) -> None:
    """Take one step. What the store doesn't offer is left out. Raises Breaking."""
    offered = _DEEDS.get(step.do)
    if offered is None:
        _append(session, step)
    elif not (offered.needs and session.target.lacks(offered.needs)):
        offered.act(session, step.about)


@dataclass(frozen=True)
class _Act:
    """What is done in a step other than an append, and what the store must offer for it."""

    act: Callable[[Session, str], None]
    needs: str = ""


_DEEDS: Final[Mapping[str, _Act]] = {
    "reopen": _Act(lambda session, _: session.reopen()),
    "read": _Act(lambda session, _: session.holds_exactly()),
    "checkpoint": _Act(lambda session, _: session.store.checkpoint(), "checkpoint"),
    "balances": _Act(lambda session, day: session.balances_match(date.fromisoformat(day)), "balances"),
    "snapshots": _Act(lambda session, _: session.snapshots_match(), "snapshots"),
    "history": _Act(lambda session, employee_id: session.history_matches(employee_id), "history"),
}


def _append(session: Session, step: Step) -> None:
    """Append what may be new, there already, or in conflict with what is there or with the rest of the batch."""
    by_arrow = step.do == "append by Arrow" and session.target.accepts_arrow
    known = dict(session.held)
    is_refused = any(canonical(known.setdefault(id_of(each), each)) != canonical(each) for each in step.documents)
    if is_refused:
        session.refuses(step.documents)
        _take_over(session, step.documents)
    elif step.do == "crash" and not session.target.cannot_die():
        session.crash(step.documents)
    else:
        session.append(step.documents, by_arrow=by_arrow)


def _take_over(session: Session, batch: tuple[Document, ...]) -> None:
    """After a batch was refused, the rest of it may be there, but then all of it."""
    new = {id_of(each) for each in batch} - session.held.keys()
    found = session.events()
    there = new & found.keys()
    contested = {id_of(each) for each in batch if any(id_of(each) == id_of(o) and each != o for o in batch)}
    if there and not new - contested <= there:
        raise Breaking(
            "part of a batch that was refused is there",
            expected="all the rest of it or nothing",
            got=f"{len(there)} of {len(new)} events",
        )
    for each in batch:
        if id_of(each) in there and not list(differences_in_meaning(canonical(each), found[id_of(each)])):
            session.held.setdefault(id_of(each), each)


@cache
def scripts() -> tuple[Script, ...]:
    """Scripts tried before the machine plays its own: one of everything, with late events, retries and a conflict."""
    early = tuple(
        event(number, day, contribution("employer_match", f"{number}00.000001", day), scenario_id=scenario)
        for number, (day, scenario) in enumerate(
            (("2025-01-03", "S1"), ("2025-01-10", "S1"), ("2025-01-17", "S2"), ("2025-01-31", "S1")), 1
        )
    )
    late = event(9, "2025-01-06", contribution("employee_roth", "9.000000", "2025-01-06"))
    rich = tuple(
        {**each, "event_id": f"00000000-0000-4000-a000-{number:012d}"}
        for number, each in enumerate(rich_ledgers()[1].documents)
    )
    everything = Script(
        (
            Step("append", early[:2]),
            Step("snapshots"),
            Step("balances", about="2025-01-10"),
            Step("append by Arrow", early),
            Step("reopen"),
            Step("append", (late, altered(early[0], 0), *rich[:2])),
            Step("snapshots"),
            Step("balances", about="2025-01-10"),
            Step("append", (late,)),
            Step("snapshots"),
            Step("balances", about="2025-01-10"),
            Step("balances", about="2025-01-06"),
            Step("history", about="E1"),
            Step("checkpoint"),
            Step("crash", (*rich, late)),
            Step("read"),
            Step("append", (*rich, late)),
            Step("balances", about="2025-12-31"),
            Step("snapshots"),
            Step("reopen"),
            Step("read"),
            Step("snapshots"),
        )
    )
    return (everything,)
