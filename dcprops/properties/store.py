"""The `store.` suite: what an event store must do with events, however they come to it and whatever happens meanwhile.

Every law opens the store on a file of its own. `store_target` says what a store has to offer; what it doesn't is not
judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import cycle
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.properties.balances import no_differences
from dcprops.properties.cases import LedgerCase, contribution, event, handed_over
from dcprops.properties.documents import canonical, differences_in_meaning
from dcprops.properties.failures import Breaking
from dcprops.properties.registry import Machine, Property
from dcprops.properties.store_cases import (
    accounts,
    altered,
    any_events,
    arrow_table,
    every_alteration,
    every_kind,
    first_of_each,
    histories,
    id_of,
    in_other_words,
    renumbered,
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


def _loses_nothing(target: StoreTarget, case: LedgerCase) -> None:
    first, second = _halves(case)
    with holding(target, first) as session:
        session.append(second, by_arrow=target.accepts_arrow)
        session.holds_all()


def _keeps_values(target: StoreTarget, case: LedgerCase) -> None:
    ledger = first_of_each(case.documents)
    with holding(target, ledger) as session:
        session.holds_exactly(after=" than was appended")
        if target.accepts_arrow:
            session.append(renumbered(ledger, 1), by_arrow=True)
            session.holds_exactly(after=" than was appended by Arrow")
            _takes_columns_by_name(session, renumbered(ledger, 2))


def _takes_columns_by_name(session: Session, ledger: list[Document]) -> None:
    """A table with its columns in another order may be refused, but not stored as if they were in order."""
    table = arrow_table(ledger)
    if not session.offer(table.select(_reordered(table.column_names))).refused:
        session.hold(ledger)
    session.holds_exactly(after=" after an Arrow table with its columns in another order")


#: Columns of one type, both filled where either is: each could be taken for the other.
_LOOK_ALIKE: Final = (("scenario_id", "plan_design_id"), ("amount", "ytd_amount"))


def _reordered(names: list[str]) -> list[str]:
    """The names of the columns, with look-alikes in each other's place."""
    other = {one: another for pair in _LOOK_ALIKE for one, another in (pair, pair[::-1])}
    return [other.get(name, name) for name in names]


def _appends_again(target: StoreTarget, case: LedgerCase) -> None:
    first, second = _halves(case)
    with holding(target, first) as session:
        session.append(first)
        session.holds_exactly(after=" after the same append again")
        session.append([*first, *(each for document in second for each in (document, document))])
        session.holds_exactly(after=" after a batch that has old events, and each new one twice")
        session.append([in_other_words(canonical(each)) for each in first])
        session.holds_exactly(after=" after the same events in other words")
        session.reopen()
        session.append([*first, *second], by_arrow=target.accepts_arrow)
        session.holds_exactly(after=" after the same append again when reopened")


def _refuses_conflicts(target: StoreTarget, case: LedgerCase) -> None:
    """Of an event_id that arrives again, the first stays; what has other content is refused."""
    first = first_of_each(case.documents)
    known = {id_of(each): canonical(each) for each in first}
    conflicts = [each for each in case.documents if canonical(each) != known[id_of(each)]]
    with holding(target, first) as session:
        for each in conflicts:
            session.refuses([each])
        session.holds_exactly(after=" after other content was offered")
        for each in conflicts[:1]:
            session.reopen()
            session.refuses([each])
            session.holds_exactly(after=" after other content was offered when reopened")
            _refuses_within_a_batch(session, *renumbered([known[id_of(each)], each], 1))


def _refuses_within_a_batch(session: Session, one: Document, other: Document) -> None:
    session.refuses([one, other])
    got = session.events().get(id_of(one))
    if got is not None and all(list(differences_in_meaning(canonical(each), got)) for each in (one, other)):
        raise Breaking(
            "what is stored is neither of two contents of one event_id",
            field=id_of(one),
            expected="one of the two, or nothing",
            got=got,
        )


def _is_atomic(target: StoreTarget, case: LedgerCase) -> None:
    """Whatever stops an append, either all of the batch's valid events are there or none is, and a retry completes."""
    ledger = first_of_each(case.documents)
    if len(ledger) < 2:
        return
    with holding(target, ledger[:1]) as session:
        for number, stop in enumerate(_STOPS, 1):
            if stop.needs_arrow and not target.accepts_arrow:
                continue
            new = renumbered(ledger[1:], number)
            middle = (len(new) + 1) // 2
            answer = session.offer(stop.batch(new[:middle], new[middle:], ledger[0]))
            _all_or_nothing(session, new, answer, stop)
            session.append([*ledger, *new])
            session.holds_exactly(after=f" after a retry of what {stop.what} had stopped")


class _StoppedError(Exception):
    """What the source of the events raises in the middle of an append."""

    def __init__(self) -> None:
        super().__init__("the source of the events failed")


@dataclass(frozen=True)
class _Stop:
    """What stops an append: the batch is made of the events before it, those after it, and one that is there."""

    what: str
    batch: Callable[[list[Document], list[Document], Document], Any]
    must_raise: bool = False
    needs_arrow: bool = False


#: The id of documents that no event is: a store that does not validate may keep them.
_WRONG_ID: Final = "ffffffff-ffff-4fff-bfff-fffffffffff0"


def _with_wrong(change: Callable[[Document], Document]) -> Callable[[list[Document], list[Document], Document], Any]:
    return lambda before, after, held: handed_over(
        [*before, change({**(after or before)[0], "event_id": _WRONG_ID}), *after]
    )


def _dying(before: list[Document], after: list[Document], held: Document) -> Iterator[Document]:
    yield from handed_over(before)
    raise _StoppedError


def _dying_reader(before: list[Document], after: list[Document], held: Document) -> Any:
    import pyarrow as pa  # noqa: PLC0415  # an extra

    def batches() -> Iterator[pa.RecordBatch]:
        yield from arrow_table(before).to_batches()
        raise _StoppedError

    return pa.RecordBatchReader.from_batches(arrow_table(()).schema, batches())


_STOPS: Final = (
    _Stop("a conflict", lambda before, after, held: handed_over([*before, altered(held, 0), *after])),
    _Stop("a date that there isn't", _with_wrong(lambda document: {**document, "effective_date": "2025-02-30"})),
    _Stop(
        "a missing field",
        _with_wrong(lambda document: {key: document[key] for key in document if key != "employee_id"}),
    ),
    _Stop("an error of the source", _dying, must_raise=True),
    _Stop("an error of the Arrow reader", _dying_reader, must_raise=True, needs_arrow=True),
)


def _all_or_nothing(session: Session, new: list[Document], answer: Answer, stop: _Stop) -> None:
    if stop.must_raise and not answer.raised:
        raise Breaking(f"append returns in spite of {stop.what}", expected="append raises", got=answer.words)
    found = session.events().keys() - session.held.keys() - {_WRONG_ID}
    if found and (answer.raised or len(found) < len(new)):
        raise Breaking(
            f"part of a batch is there, which {stop.what} stopped",
            expected="no event of the batch" if answer.raised else "all of its valid events, or none",
            got=f"{len(found)} of {len(new)} events",
        )
    if not found and not answer.refused:
        raise Breaking(
            f"append returns and has stored nothing of a batch with {stop.what}",
            expected=f"{len(new)} events",
            got="no event",
        )
    if found:
        session.hold(new)


def _splits_are_irrelevant(target: StoreTarget, case: LedgerCase) -> None:
    ledger = first_of_each(case.documents)
    with Session(target) as session:
        for number, how in enumerate(("forwards", "backwards"), 1):
            copy = renumbered(ledger, number)[:: 1 if how == "forwards" else -1]
            session.append(copy)
            session.holds_exactly(after=f" when appended at once, {how}")
            for batch in _growing(renumbered(copy, number + 2)):
                session.append(batch)
            session.holds_exactly(after=f" when appended in several batches, {how}")


def _growing(ledger: list[Document]) -> Iterator[list[Document]]:
    """Batches of one event, of two, of four …"""
    size = 1
    while ledger:
        yield ledger[:size]
        ledger, size = ledger[size:], size * 2


def _reopens(target: StoreTarget, case: LedgerCase) -> None:
    first, second = _halves(case)
    with holding(target, first) as session:
        session.reopen()
        session.holds_exactly(after=" after it was closed and reopened")
        session.append([*first, *second])
        session.reopen()
        session.holds_exactly(after=" after it was closed and reopened again")


def _survives_a_crash(target: StoreTarget, case: LedgerCase) -> None:
    first, second = _halves(case)
    with Session(target) as session:
        session.crash(first)
        session.holds_exactly(after=" after a crash when append had returned")
        session.crash([*first, *second], by_arrow=target.accepts_arrow)
        session.holds_exactly(after=" after a second crash")
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
    """What one scenario has stays as it was when another one comes, with some of the same events under other ids."""
    own = [{**each, "scenario_id": "S1"} for each in first_of_each(case.documents)]
    other = [{**each, "scenario_id": "S2"} for place, each in enumerate(renumbered(own, 1)) if place % 3 != 1]
    days = sorted({date.fromisoformat(each["effective_date"]) for each in own})[-2:]
    with holding(target, own) as session:
        before = {day: session.balances_of("S1", day) for day in days if not target.lacks("balances")}
        session.append(other)
        session.holds_exactly(after=" when another scenario came")
        for day, rows in before.items():
            no_differences(rows, session.balances_of("S1", day), "another scenario changes what an account has")
            session.balances_match(day)
        if not target.lacks("snapshots"):
            session.snapshots_match()


# Throughput.

#: So many events at once; a store that would need more seconds is tried with fewer, and at first with few.
_MOST: Final = 200_000
_FEW: Final = 500
_SECONDS: Final = 3.0
_TRIES: Final = 5


def _is_fast(target: StoreTarget, example: Mapping[str, int]) -> str:
    """The best of some appends of many events into a new file, as events a second."""
    seconds = _SECONDS if target.min_rate else _SECONDS / 3
    most, many, best = example["events"], _FEW, (0.0, 0)
    for _ in range(_TRIES):
        best = max(best, (_rate(target, many), many))
        fitting = min(most, max(_FEW, int(best[0] * seconds)))
        # A few events say little of many, and a rate far from what was asked for is no bad luck.
        is_settled = not target.min_rate or not target.min_rate / 4 < best[0] < target.min_rate
        if fitting < 2 * many and is_settled:
            break
        many = max(many, fitting)
    rate, many = best
    way = "by Arrow" if target.accepts_arrow else "as documents"
    said = f"{rate:,.0f} events a second {way}, {many:,} at once"
    if target.min_rate and rate < target.min_rate:
        raise Breaking("append is too slow", expected=f"at least {target.min_rate:,.0f} events a second", got=said)
    return said


def _rate(target: StoreTarget, many: int) -> float:
    """How many events a second one append of so many takes in. Raises Breaking if they are not all there then."""
    events = _many(many, by_arrow=target.accepts_arrow)
    with Session(target) as session:
        start = time.perf_counter()
        answer = session.offer(events)
        seconds = time.perf_counter() - start
        if answer.refused:
            raise Breaking("valid events are refused", expected="append returns", got=answer.words)
        # Another law sees to it that a store which counts counts right.
        there = session.store.count() if answer.created is None else answer.created
    if there != many:
        raise Breaking("an event is lost", expected=f"{many:,} events", got=f"{there:,} events")
    return many / max(seconds, 1e-9)


def _many(many: int, *, by_arrow: bool) -> Any:
    """So many events: those of a payroll over and over, each time under another id."""
    sample = _payroll()
    ids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(many)]
    if not by_arrow:
        return [{**document, "event_id": id_} for id_, document in zip(ids, cycle(sample), strict=False)]
    import pyarrow as pa  # noqa: PLC0415  # an extra

    table = arrow_table(sample)
    table = pa.concat_tables([table] * (many // len(sample) + 1)).slice(0, many).combine_chunks()
    return table.set_column(0, table.schema.field("event_id"), pa.array(ids, pa.string()))


@cache
def _payroll() -> tuple[Document, ...]:
    """Mostly contributions, and some of every other type."""
    paid = (
        event(number, f"2025-{number % 12 + 1:02d}-15", contribution(source, f"{number * 7}.250000", "2025-06-30"),
              employee_id=f"E{number % 17}")
        for number, source in enumerate(("employee_pre_tax", "employer_match", "employee_roth") * 30, 1)
    )  # fmt: skip
    return (*SAMPLES.values(), *paid)


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
    share: float = 0.03,
    deep: Callable[[], tuple[Any, ...]] = tuple,
    machine: Machine | None = None,
    parts: int = 2,
) -> Property:
    return Property(
        f"store.{name}", sentence, source, passing, failing, holds, examples, fixed,
        unless=unless, share=share, deep=deep, target="store", machine=machine, parts=parts,
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
        deep=every_alteration,
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
        parts=3,
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
        "A person's history has each of the person's events once, in canonical order, and the balance after it.",
        "canonical order, section 5 of the design",
        "a late event stands on its day",
        "events stand in the order of their arrival",
        _histories_match,
        histories,
        accounts,
        unless=_without("history"),
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
    ),
    _law(
        "throughput",
        "Append takes in at least as many events a second as was asked for.",
        "section 7 of the design: 100,000 events a second for the store of dcprops",
        "250,000 events a second by Arrow",
        "a commit for each event",
        _is_fast,
        lambda: ({"events": _MOST},),
        st.nothing,
        share=0.0,
        parts=1,
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
        machine=machine_of,
        parts=4,
    ),
)
