"""What stores are tried with: ledgers of every kind of event and value, and events in other words or altered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.events import EventFactory
from dcprops.events.kinds import Choice, Date, FixedPoint, Flag, Kind, MoneyBySource, Text, Timestamp, WholeNumber
from dcprops.events.schema import ENVELOPE, PAYLOADS, Field
from dcprops.properties.cases import LedgerCase, contribution, eligibility, event, ledger_soups, rich_ledgers, vesting
from dcprops.properties.documents import canonical
from dcprops.rules import EDGES, SAMPLES
from dcprops.strategies import boundary_events, documents, events, ledgers

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "accounts",
    "alterations",
    "altered",
    "any_events",
    "arrow_table",
    "every_alteration",
    "every_kind",
    "first_of_each",
    "histories",
    "id_of",
    "in_other_words",
    "renumbered",
    "two_versions",
    "with_two_versions",
]

Document: TypeAlias = dict[str, Any]


def id_of(document: Mapping[str, Any]) -> str:
    """The event_id as it is compared: letters of both cases are the same."""
    return str(document["event_id"]).lower()


def first_of_each(ledger: Iterable[Document]) -> list[Document]:
    """The events of a ledger, each once: of those that share an event_id, the one that arrives first."""
    return list({id_of(each): each for each in reversed(list(ledger))}.values())[::-1]


def renumbered(ledger: Iterable[Document], number: int) -> list[Document]:
    """The same events under other ids, for each number others: as far as a store can tell, they are other events."""
    return [{**each, "event_id": f"{number:08x}{each['event_id'][8:]}"} for each in ledger]


def arrow_table(ledger: Iterable[Document]) -> pa.Table:
    """The events as an Arrow table. Needs pyarrow."""
    from dcprops.schemas.arrow import to_table  # noqa: PLC0415  # pyarrow is an extra

    return to_table(EventFactory.create_event(each) for each in ledger)


# The same event in other words, which is the same content; and with another value in one field, which isn't.


def in_other_words(document: Document) -> Document:
    """Another document of the same event: keys backwards, amounts without their last zeros, timestamps of Kolkata."""
    payload = document["payload"]
    other = _respelled(payload, PAYLOADS[payload["event_type"]])
    return dict(reversed([*_respelled(document, ENVELOPE).items(), ("payload", other)]))


def _respelled(record: Document, fields: tuple[Field, ...]) -> Document:
    spelled = {field.name: _in_other_words(field.kind, record[field.name]) for field in fields if field.name in record}
    return dict(reversed(spelled.items()))


def _in_other_words(kind: Kind, value: Any) -> Any:
    if isinstance(kind, FixedPoint) and isinstance(value, str):
        return value.rstrip("0").rstrip(".") if "." in value else value
    if isinstance(kind, MoneyBySource) and isinstance(value, dict):
        return {source: _in_other_words(kind.money, amount) for source, amount in value.items()}
    if isinstance(kind, Timestamp) and isinstance(value, str) and value.endswith("Z") and "0002" < value < "9999":
        return _in_kolkata(value)
    return value


def _in_kolkata(instant: str) -> str:
    seconds, _, fraction = instant.removesuffix("Z").partition(".")
    local = (datetime.fromisoformat(seconds) + timedelta(minutes=330)).isoformat()
    return f"{local}{'.' + fraction if fraction else ''}+05:30"


def alterations(document: Document) -> list[Document]:
    """The canonical document with another value in one field, once for each field that can have one; ids stay."""
    document = canonical(document)
    payload = document["payload"]
    in_envelope = [
        {**document, field.name: value}
        for field in ENVELOPE
        if field.name != "event_id"
        for value in _others(field, document[field.name])
    ]
    in_payload = [
        {**document, "payload": {**payload, field.name: value}}
        for field in PAYLOADS[payload["event_type"]]
        if field.name != "event_type"
        for value in _others(field, payload[field.name])
    ]
    return in_payload + in_envelope


def altered(document: Document, choice: int) -> Document:
    """One of the alterations of a document."""
    found = alterations(document)
    return found[choice % len(found)]


def _others(field: Field, value: Any) -> Iterator[Any]:
    """Values close to the one that is there; an absent one if there may be none."""
    if value is not None:
        yield from _beside(field.kind, value)
        if field.nullable:
            yield None
    elif isinstance(field.kind, Text):
        yield "x"


def _beside(kind: Kind, value: Any) -> Iterator[Any]:
    match kind:
        case FixedPoint():
            quanta = int(Decimal(value).scaleb(kind.places))
            yield kind.text_of(kind.from_quanta(quanta + 1 if quanta + 1 in kind.quanta else quanta - 1))
        case MoneyBySource():
            unlisted = [source for source in kind.sources if source not in value]
            if unlisted:
                yield {**value, unlisted[0]: kind.money.text_of(Decimal(0))}
            else:
                yield {source: amount for source, amount in value.items() if source != kind.sources[0]}
        case Text():
            yield f"{value[:-1]}y" if value.endswith("x") else f"{value[:-1]}x"
        case Date():
            day = date.fromisoformat(value)
            yield (day - timedelta(days=1) if day == date.max else day + timedelta(days=1)).isoformat()
        case Timestamp():
            yield "2025-01-01T00:00:00.000001Z" if value != "2025-01-01T00:00:00.000001Z" else "2025-01-01T00:00:00Z"
        case Flag():
            yield not value
        case WholeNumber():
            yield value - 1 if value == kind.maximum else value + 1
        case Choice():
            yield next(word for word in (*kind.values, value) if word != value or len(kind.values) == 1)


# Ledgers.

_NUMBERED: Final = "00000000-0000-4000-9000-{:012d}"


def _numbered(ledger: Iterable[Document]) -> LedgerCase:
    """A ledger with an id for each event that no other one has."""
    return LedgerCase(tuple({**each, "event_id": _NUMBERED.format(number)} for number, each in enumerate(ledger, 1)))


@cache
def every_kind() -> tuple[LedgerCase, ...]:
    """All event types, and every bound of every field, tried before any ledger is drawn."""
    edges = (edge.put(SAMPLES[edge.event_types[0]], value) for edge in EDGES for value in edge.values)
    # What has no timestamp is another event each time that it is read.
    bounds = (each for each in edges if "created_at" in each)
    mixed = _numbered((*SAMPLES.values(), *_ALIKE))
    return mixed, _numbered(bounds)


#: Texts that only look alike, moments that are one microsecond or one day of some time zone apart, and copies.
_ALIKE: Final = tuple(
    event(0, "2025-01-31", contribution("employer_match", amount, "2025-01-31"), employee_id=who, created_at=moment)
    for who, amount, moment in (
        ("Zo\u00eb", "0.000001", "2025-01-01T00:00:00Z"),
        ("Zoe\u0308", "0.000001", "2025-01-01T00:00:00.000001Z"),
        ("zo\u00eb", "999999999999.999999", "2024-12-31T23:30:00-11:30"),
        ("E1", "0.1", "2025-01-01T00:00:00+14:00"),
        ("e1", "0.10", "2024-12-31T23:59:59.999999Z"),
        ("E1", "100.004999", "2025-01-01T00:00:00"),
        ("E1", "100.004999", "2025-01-01T00:00:00"),
    )
)


def any_events() -> SearchStrategy[LedgerCase]:
    """Ledgers of events of any type in any spelling, their values often at a bound.

    Examples from this strategy shrink towards no events.
    """
    return st.lists(documents(events=boundary_events() | events()), max_size=8).map(_numbered)


def accounts(max_size: int = 12) -> SearchStrategy[LedgerCase]:
    """Ledgers of few accounts, each event once, in any order of arrival, or coherent ones.

    Examples from this strategy shrink towards no events.
    """
    coherent = ledgers(max_people=2, max_periods=4).map(lambda ledger: LedgerCase(ledger.documents[:60]))
    return (ledger_soups(max_size) | coherent).map(_each_once)


def _each_once(case: LedgerCase) -> LedgerCase:
    return replace(case, documents=tuple(first_of_each(case.documents)))


@cache
def histories() -> tuple[LedgerCase, ...]:
    """Ledgers with much in them, each event once; the later ones arrive late."""
    # On a Friday and on the days beside it, in the first week of an ISO year too, and money in each.
    weeks = ("2025-01-06", "2025-01-03", "2024-12-30", "2024-12-27", "2024-12-28", "2024-12-26")
    fridays = [
        event(number, day, contribution("employer_match", f"{number}.000001", day))
        for number, day in enumerate(weeks, 1)
    ]
    vested = event(9, "2025-01-03", vesting("0.5000", ("employer_match",), "2025-01-03"))
    opened = event(10, "2024-12-25", eligibility("2024-12-25"), employee_id="E2")
    beside = LedgerCase((opened, *fridays[:3], vested, *fridays[3:]))
    _, _, closing, same_day, _, meeting, disorder, _ = map(_each_once, rich_ledgers())
    return beside, LedgerCase((*closing.documents, *same_day.documents, *meeting.documents)), disorder


def with_two_versions() -> SearchStrategy[LedgerCase]:
    """Ledgers in which an event_id arrives again: with the same content, in other words, or with other content.

    Examples from this strategy shrink towards an event that arrives again with another amount.
    """
    return st.builds(_again, any_events_or_one(), st.integers(0, 2), st.integers(0, 63), st.integers(0, 7))


def any_events_or_one() -> SearchStrategy[LedgerCase]:
    """Ledgers with at least one event."""
    return st.lists(documents(events=boundary_events() | events()), min_size=1, max_size=4).map(_numbered)


def _again(case: LedgerCase, how: int, choice: int, place: int) -> LedgerCase:
    """The ledger, with one of its events once more after all others."""
    one = case.documents[place % len(case.documents)]
    again = altered(one, choice) if how == 0 else in_other_words(canonical(one)) if how == 1 else one
    return replace(case, documents=(*case.documents, again, *((altered(one, choice + 7),) if how else ())))


@cache
def two_versions() -> tuple[LedgerCase, ...]:
    """An event that comes again altered; and each event type, then one field of each kind altered, and each that every
    event has.
    """
    sample = canonical(SAMPLES["contribution"])
    alone = LedgerCase((sample, altered(sample, 0)))
    changes: dict[object, Document] = {}
    for document in SAMPLES.values():
        for change in alterations(document):
            changes.setdefault(_kind_of_change(document, change), change)
    return alone, LedgerCase((*SAMPLES.values(), *changes.values()))


@cache
def every_alteration() -> tuple[LedgerCase, ...]:
    """Each event type, then each of its fields altered."""
    return tuple(LedgerCase((document, *alterations(document))) for document in SAMPLES.values())


def _kind_of_change(document: Document, change: Document) -> object:
    """Of an envelope's field its name, of a payload's what it holds, and whether that comes or goes."""
    before, after = canonical(document), change
    name = next((name for name in before if before[name] != after[name]), "payload")
    if name != "payload":
        return name
    fields = PAYLOADS[before["payload"]["event_type"]]
    field = next(each for each in fields if before["payload"][each.name] != after["payload"][each.name])
    return type(field.kind), field.kind.name, after["payload"][field.name] is None
