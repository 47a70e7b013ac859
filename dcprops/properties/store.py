"""The `store.` suite: what an event store must do with events, however they come to it and whatever happens meanwhile.

Every law opens the store on a file of its own. `store_target` says what a store has to offer; what it doesn't is not
judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import cycle, zip_longest
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.properties.balances import same_answers
from dcprops.properties.cases import LedgerCase, contribution, event, handed_over
from dcprops.properties.documents import canonical, differences_in_meaning
from dcprops.properties.failures import Breaking
from dcprops.properties.registry import Machine, Property
from dcprops.properties.store_cases import (
    accounts,
    altered,
    any_events,
    arrow_table,
    every_kind,
    first_of_each,
    histories,
    id_of,
    in_other_words,
    two_versions,
    with_two_versions,
)
from dcprops.properties.store_machine import machine_of
from dcprops.properties.store_script import play, scripts
from dcprops.properties.store_session import Session, holding
from dcprops.properties.store_target import Answer, StoreTarget
from dcprops.rules import SAMPLES

__all__ = ["OUR_MIN_RATE", "STORE_SUITE"]

Document: TypeAlias = dict[str, Any]

#: Events a second through `append` that the store of dcprops must take in, unless another rate is asked for.
OUR_MIN_RATE: Final = 100_000


def _halves(case: LedgerCase) -> tuple[list[Document], list[Document]]:
    """The events of a case, each once, in two batches: the second is what comes later."""
    ledger = first_of_each(case.documents)
    middle = (len(ledger) + 1) // 2
    return ledger[:middle], ledger[middle:]


def _ways(target: StoreTarget) -> tuple[bool, ...]:
    """By documents, and by Arrow where it is taken."""
    return (False, True) if target.accepts_arrow else (False,)


def _loses_nothing(target: StoreTarget, case: LedgerCase) -> None:
    for by_arrow in _ways(target):
        with holding(target, *_halves(case), by_arrow=by_arrow) as session:
            session.holds_all()


def _keeps_values(target: StoreTarget, case: LedgerCase) -> None:
    for by_arrow in _ways(target):
        with holding(target, case.documents, by_arrow=by_arrow) as session:
            session.holds_exactly(after=" than was appended by Arrow" if by_arrow else " than was appended")


def _appends_again(target: StoreTarget, case: LedgerCase) -> None:
    first, second = _halves(case)
    with holding(target, first) as session:
        session.append(first)
        session.holds_exactly(after=" after the same append again")
        session.append([*first, *second])
        session.holds_exactly(after=" after an append that is partly new")
        session.append([in_other_words(canonical(each)) for each in first])
        session.holds_exactly(after=" after the same events in other words")
        session.reopen()
        for by_arrow in _ways(target):
            session.append([*first, *second], by_arrow=by_arrow)
        session.holds_exactly(after=" after an append again when reopened")
    with holding(target) as session:
        session.append([each for document in first for each in (document, document)])
        session.holds_exactly(after=" after a batch that has each event twice")


def _refuses_conflicts(target: StoreTarget, case: LedgerCase) -> None:
    """Of an event_id that arrives again, the first stays; what has other content is refused."""
    ledger = list(case.documents)
    first = first_of_each(ledger)
    known = {id_of(each): canonical(each) for each in first}
    conflicts = [each for each in ledger if canonical(each) != known[id_of(each)]]
    with holding(target, first) as session:
        for each in conflicts:
            session.refuses([each])
        session.holds_exactly(after=" after another content was offered")
        if conflicts:
            session.reopen()
            session.refuses([conflicts[0]])
            session.holds_exactly(after=" after another content was offered when reopened")
    if conflicts:
        _refuses_within_a_batch(target, known[id_of(conflicts[0])], conflicts[0])


def _refuses_within_a_batch(target: StoreTarget, one: Document, other: Document) -> None:
    with Session(target) as session:
        session.refuses([one, other])
        found = session.events()
        if any(
            all(list(differences_in_meaning(canonical(each), got)) for each in (one, other)) for got in found.values()
        ):
            raise Breaking(
                "what is stored is neither of two contents of one event_id",
                field=id_of(one),
                expected="one of the two, or nothing",
                got=next(iter(found.values())),
            )


def _is_atomic(target: StoreTarget, case: LedgerCase) -> None:
    """Whatever stops an append, either all of the batch's valid events are there or none is, and a retry completes."""
    ledger = first_of_each(case.documents)
    if len(ledger) < 2:
        return
    held, new = ledger[:1], ledger[1:]
    middle = (len(new) + 1) // 2
    stops = [
        ("a conflict", [*new[:middle], altered(held[0], 0), *new[middle:]]),
        *(("an invalid document", [*new[:middle], wrong, *new[middle:]]) for wrong in _wrongs(new[-1])),
        ("an error of the iterator", _dying(new[:middle])),
    ]
    if target.accepts_arrow:
        stops.append(("an error of the Arrow reader", _dying_reader(new[:middle])))
    for what, batch in stops:
        with holding(target, held) as session:
            answer = session.offer(handed_over(batch) if isinstance(batch, list) else batch)
            _all_or_nothing(session, new, answer, what)
            session.append(ledger)
            session.holds_exactly(after=f" after a retry of what {what} had stopped")


def _wrongs(document: Document) -> Iterator[Document]:
    """Documents that no event is, of ids that no event has."""
    other = {**document, "event_id": "ffffffff-ffff-4fff-bfff-fffffffffff0"}
    yield {**other, "effective_date": "2025-02-30"}
    yield {**other, "payload": {**other["payload"], "event_type": "windfall"}}
    yield {key: value for key, value in other.items() if key != "employee_id"}


class _Stopped(Exception):
    """What an iterator raises in the middle of an append."""


def _dying(ledger: Iterable[Document]) -> Iterator[Document]:
    yield from handed_over(ledger)
    raise _Stopped("the source of the events failed")


def _dying_reader(ledger: list[Document]) -> Any:
    import pyarrow as pa  # noqa: PLC0415  # an extra

    from dcprops.schemas.arrow import arrow_schema  # noqa: PLC0415  # an extra

    def batches() -> Iterator[pa.RecordBatch]:
        yield from arrow_table(ledger).to_batches()
        raise _Stopped("the source of the events failed")

    return pa.RecordBatchReader.from_batches(arrow_schema(), batches())


def _all_or_nothing(session: Session, new: list[Document], answer: Answer, what: str) -> None:
    ids = [id_of(each) for each in new]
    wrong = {"ffffffff-ffff-4fff-bfff-fffffffffff0"}  # a store that doesn't validate may keep it
    found = session.events().keys() - session.held.keys() - wrong
    if found and (answer.refused and "raised" in answer.words):
        raise Breaking(
            f"part of a batch is there though append raised, because of {what}",
            expected="no event of the batch",
            got=f"{len(found)} of {len(ids)} events",
        )
    if found and len(found) < len(ids) and not what.startswith("an error"):
        raise Breaking(
            f"part of a batch is there, because of {what}",
            expected="all of its valid events or none",
            got=f"{len(found)} of {len(ids)} events",
        )
    if what.startswith("an error") and not answer.refused:
        raise Breaking(f"append returns in spite of {what}", expected="append raises", got=answer.words)
    if not found and not answer.refused:
        raise Breaking(f"append returns and has stored nothing, because of {what}", expected="all of it", got="none")
    for each in new if found else ():
        session.held.setdefault(id_of(each), each)


def _splits_are_irrelevant(target: StoreTarget, case: LedgerCase) -> None:
    ledger = first_of_each(case.documents)
    for batches, how in (
        ([ledger], "in one batch"),
        ([ledger[::-1]], "in one batch backwards"),
        (list(_growing(ledger)), "in several batches"),
        (list(_growing(ledger[::-1])), "in several batches backwards"),
    ):
        with holding(target, *batches) as session:
            session.holds_exactly(after=f" when appended {how}")


def _growing(ledger: list[Document]) -> Iterator[list[Document]]:
    """Batches of one event, of two, of three …"""
    size = 1
    while ledger:
        batch, ledger, size = ledger[:size], ledger[size:], size + 1
        yield batch


def _reopens(target: StoreTarget, case: LedgerCase) -> None:
    first, second = _halves(case)
    with holding(target, first) as session:
        session.reopen()
        session.holds_exactly(after=" after it was closed and reopened")
        session.append([*first, *second])
        session.reopen()
        session.reopen()
        session.holds_exactly(after=" after it was closed and reopened")


def _survives_a_crash(target: StoreTarget, case: LedgerCase) -> None:
    first, second = _halves(case)
    with holding(target, first) as session:
        session.crash(second)
        session.holds_exactly(after=" after a crash when append had returned")
        session.append([*first, *second])
        session.holds_exactly(after=" after a retry that followed a crash")


def _balances_match(target: StoreTarget, case: LedgerCase) -> None:
    first, second = _halves(case)
    with holding(target, first) as session:
        session.balances_match(case.as_of)
        session.append(second)
        session.balances_match(case.as_of)


def _snapshots_match(target: StoreTarget, case: LedgerCase) -> None:
    first, second = _halves(case)
    with holding(target, first) as session:
        session.snapshots_match()
        session.append(second)
        session.snapshots_match()
        session.reopen()
        session.snapshots_match()


def _histories_match(target: StoreTarget, case: LedgerCase) -> None:
    with holding(target, *_halves(case)) as session:
        for employee_id in sorted({each["employee_id"] for each in session.held.values()}):
            session.history_matches(employee_id)


def _scenarios_are_isolated(target: StoreTarget, case: LedgerCase) -> None:
    """What one scenario has is the same when there is another one with some of the same events under other ids."""
    own = [{**each, "scenario_id": "S1"} for each in first_of_each(case.documents)]
    other = [
        {**each, "scenario_id": "S2", "event_id": f"{each['event_id'][:19]}a{each['event_id'][20:]}"}
        for place, each in enumerate(own)
        if place % 3 != 1
    ]
    together = [each for pair in zip_longest(other, own) for each in pair if each is not None]
    with holding(target, own) as alone, holding(target, together) as both:
        both.holds_exactly(after=" when there are two scenarios")
        if not target.lacks("balances"):
            for day in sorted({date.fromisoformat(each["effective_date"]) for each in own})[-2:]:
                same_answers(
                    alone.calculator(), _of_scenario(both, "S1"), day, "another scenario changes what an account has"
                )
        if not target.lacks("snapshots"):
            both.snapshots_match()


def _of_scenario(session: Session, scenario_id: str) -> Any:
    calculator = session.calculator()
    return replace(
        calculator,
        function=lambda documents, day: [
            row for row in calculator.function(documents, day) if str(row.get("scenario_id")) == scenario_id
        ],
    )


# Throughput.

#: So many events at once; a store that would need more seconds is tried with fewer, and at first with few.
_MANY: Final = 100_000
_FEW: Final = 500
_SECONDS: Final = 10.0
_TRIES: Final = 3


def _is_fast(target: StoreTarget, case: LedgerCase) -> str:
    """The best of some appends of many events into a new file, as events a second."""
    seconds = _SECONDS if target.min_rate else _SECONDS / 5
    many = min(_MANY, max(_FEW, int(_rate(target, case, _FEW) * seconds)))
    rate = 0.0
    for _ in range(_TRIES):
        rate = max(rate, _rate(target, case, many))
        if not target.min_rate or rate >= target.min_rate:
            break
    way = "by Arrow" if target.accepts_arrow else "as documents"
    said = f"{rate:,.0f} events a second {way}, {many:,} at once"
    if target.min_rate and rate < target.min_rate:
        raise Breaking("append is too slow", expected=f"at least {target.min_rate:,.0f} events a second", got=said)
    return said


def _rate(target: StoreTarget, case: LedgerCase, many: int) -> float:
    """How many events a second one append of so many takes in."""
    events = _many(case.documents, many, by_arrow=target.accepts_arrow)
    with Session(target) as session:
        start = time.perf_counter()
        answer = session.offer(events)
        seconds = time.perf_counter() - start
        if answer.refused:
            raise Breaking("valid events are refused", expected="append returns", got=answer.words)
        there = session.store.count()
    if there != many:
        raise Breaking("an event is lost", expected=f"{many:,} events", got=f"{there:,} events")
    return many / max(seconds, 1e-9)


def _many(sample: tuple[Document, ...], many: int, *, by_arrow: bool) -> Any:
    """So many events: those of the sample over and over, each time under another id."""
    ids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(many)]
    if not by_arrow:
        return [{**document, "event_id": id_} for id_, document in zip(ids, cycle(sample), strict=False)]
    import pyarrow as pa  # noqa: PLC0415  # an extra

    table = arrow_table(sample)
    table = pa.concat_tables([table] * (many // len(sample) + 1)).slice(0, many).combine_chunks()
    return table.set_column(0, table.schema.field("event_id"), pa.array(ids, pa.string()))


def _sample() -> LedgerCase:
    """A payroll: mostly contributions, and some of every other type."""
    paid = (
        event(number, f"2025-{number % 12 + 1:02d}-15", contribution(source, f"{number * 7}.250000", "2025-06-30"),
              employee_id=f"E{number % 17}")
        for number, source in enumerate(("employee_pre_tax", "employer_match", "employee_roth") * 30, 1)
    )  # fmt: skip
    return LedgerCase((*SAMPLES.values(), *paid))


_DESIGN: Final = "what a store is asked for, section 6 of the design"
_DURABLE: Final = "section 6 of the design: after append returns, the events are durable"
_SNAPSHOTS: Final = "the weekly snapshots, section 9 of the design"


def _law(
    name: str,
    sentence: str,
    source: str,
    passing: str,
    failing: str,
    holds: Callable[[StoreTarget, Any], str | None],
    fixed: Callable[[], tuple[Any, ...]],
    examples: Callable[[], SearchStrategy[Any]],
    *,
    unless: Callable[[StoreTarget], str] = lambda target: target.missing,
    share: float = 0.1,
    machine: Machine | None = None,
) -> Property:
    return Property(
        f"store.{name}", sentence, source, passing, failing, holds, examples, fixed,
        unless=unless, share=share, target="store", machine=machine,
    )  # fmt: skip


def _without(name: str) -> Callable[[StoreTarget], str]:
    return lambda target: target.lacks(name)


STORE_SUITE: Final = (
    _law(
        "append-loses-nothing",
        "What append was given is there, each event once, and nothing else is.",
        _DESIGN,
        "two appends of two events: four events",
        "the last event of each batch is gone",
        _loses_nothing,
        every_kind,
        any_events,
    ),
    _law(
        "values-exact",
        "Every field of every event comes back as it went in, to the millionth, microsecond and code point.",
        _DESIGN,
        "0.000001 is 0.000001",
        "0.000001 is 0.00, a timestamp lost its offset, a name was normalised",
        _keeps_values,
        every_kind,
        any_events,
    ),
    _law(
        "append-is-idempotent",
        "Appending again what is there, in the same or in other words, changes nothing and is no error.",
        "section 6 of the design; a client whose connection broke can only send again",
        "a retry of an append that had gone through",
        "the events are there twice, or the retry is refused",
        _appends_again,
        every_kind,
        any_events,
    ),
    _law(
        "conflicting-id-refused",
        "An event_id that is there is not taken again with other content: that is refused, and the first stays.",
        "section 5 of the design: a repeated event_id with other content is an anomaly",
        "the same id with another amount raises",
        "the second amount is silently dropped, or replaces the first",
        _refuses_conflicts,
        two_versions,
        with_two_versions,
    ),
    _law(
        "append-is-atomic",
        "Whatever stops an append, either all of the batch's valid events are there or none is; a retry completes.",
        _DESIGN,
        "a batch with a conflict in its middle leaves nothing behind",
        "the events before the one that is wrong stay",
        _is_atomic,
        histories,
        any_events,
        share=0.05,
    ),
    _law(
        "batch-split-irrelevant",
        "In which batches and in which order events are appended changes nothing of what is stored.",
        "section 5 of the design: arrival order never matters",
        "one batch or ten, the same events",
        "a field that is null takes the value of the event before it",
        _splits_are_irrelevant,
        every_kind,
        any_events,
        share=0.05,
    ),
    _law(
        "reopen-preserves",
        "Closing the store and opening it again changes nothing.",
        _DURABLE,
        "what was appended is there the next day",
        "the last batch is gone, or what was there is written over",
        _reopens,
        every_kind,
        any_events,
    ),
    _law(
        "crash-preserves",
        "What append has returned from is there, though the process is killed at once by SIGKILL.",
        _DURABLE,
        "a killed process lost nothing that it had said it has",
        "events wait in a buffer for the store to be closed",
        _survives_a_crash,
        histories,
        any_events,
        unless=StoreTarget.cannot_die,
        share=0.05,
    ),
    _law(
        "balances-match-reference",
        "The balances as of any day are what the reference makes of the events, and follow what is appended later.",
        "the ledger's balances, section 5 of the design",
        "a contribution counts on its day",
        "as of a day leaves out that day",
        _balances_match,
        histories,
        accounts,
        unless=_without("balances"),
    ),
    _law(
        "snapshots-match-history",
        "There is one snapshot for each account and Friday, with what the events come to then, late ones included.",
        _SNAPSHOTS,
        "an event for March that arrives in June changes the snapshots from March on",
        "the snapshots are those of the week before, or of before the late event",
        _snapshots_match,
        histories,
        accounts,
        unless=_without("snapshots"),
    ),
    _law(
        "history-in-canonical-order",
        "A person's history has each of the person's events once, in canonical order.",
        "canonical order, section 5 of the design",
        "a late event stands on its day",
        "events stand in the order of their arrival",
        _histories_match,
        histories,
        accounts,
        unless=_without("history"),
        share=0.05,
    ),
    _law(
        "scenarios-isolated",
        "What a scenario has does not depend on what another scenario has.",
        "section 5 of the design: an account is one of a scenario",
        "the same contributions in S2, under other ids, are there too and change nothing of S1",
        "they are dropped as copies, or added to S1",
        _scenarios_are_isolated,
        histories,
        accounts,
        share=0.05,
    ),
    _law(
        "throughput",
        "Append takes in at least as many events a second as was asked for.",
        "section 7 of the design: 100,000 events a second for the store of dcprops",
        "250,000 events a second by Arrow",
        "a commit for each event",
        _is_fast,
        lambda: (_sample(),),
        st.nothing,
        share=0.0,
    ),
    _law(
        "state-machine",
        "Whatever is done, in whatever order, the store holds what was appended and says what the events come to.",
        "all of the above at once",
        "append, crash, append again, reopen, a late event, snapshots",
        "a snapshot that is kept over a reopening misses the late event",
        play,
        scripts,
        st.nothing,
        share=0.05,
        machine=machine_of,
    ),
)
