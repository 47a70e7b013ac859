"""What a Pydantic model has of its own: event types that we don't know, and fields beside those that we do.

The envelope has to be ours, with `payload` told apart by `event_type`; of any other model nothing is its own, and the
properties of models say what it lacks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from random import Random
from typing import Any, Final, TypeAlias

from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException, InvalidArgument, NoSuchExample
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import PydanticUserError, TypeAdapter

from dcprops.events.schema import ENVELOPE, EVENT_TYPES, PAYLOADS
from dcprops.rules import SAMPLES
from dcprops.strategies._from_model import (
    Cell,
    Field,
    Judged,
    Place,
    Record,
    Shape,
    Source,
    Tagged,
    contains,
    in_groups,
    spots_of,
    without_wrapping,
)

__all__ = ["OwnPart", "own_part"]

Document: TypeAlias = dict[str, Any]

_PAYLOAD: Final = "payload"
_EVENT_TYPE: Final = "event_type"
#: The envelope of every document that is drawn: what is tested here is what the model has of its own.
_SAMPLE: Final = SAMPLES["hire"]
#: How many examples tell whether the model accepts enough of them to be tested.
_PROBED: Final = 60
#: The same examples each time.
_SEEDED: Final = partial(Random, 0)


@dataclass(frozen=True)
class _Member:
    """One member of the payload's union: its number, its tags, its shape, and its fields that we don't know."""

    number: int
    tags: tuple[str, ...]
    shape: Shape
    extras: tuple[Field, ...]

    @property
    def is_own(self) -> bool:
        """Whether the event types are the model's own."""
        return not set(self.tags) & set(EVENT_TYPES)


@dataclass(frozen=True, eq=False)
class OwnPart:
    """A model's own event types and fields, and strategies for documents that have them.

    Documents are those that the model itself is given; `completed` makes one of a document of ours, and `stripped` a
    document of ours of what the model dumps.
    """

    source: Source
    members: tuple[_Member, ...]
    extras: tuple[Field, ...]
    #: What a document of ours lacks, for the envelope and for each event type.
    fill: Mapping[str, Document] = field(default_factory=dict)
    #: Why nothing can be drawn, or nothing.
    unreadable: str = ""

    @cached_property
    def why_not(self) -> str:
        """Why documents of its own can't be drawn, or nothing."""
        if self.unreadable:
            return self.unreadable
        try:
            find(
                _called("own", self.documents() | self.boundaries()),
                lambda _: False,
                settings=_quietly(_PROBED),
                random=_SEEDED(),
            )
        except InvalidArgument as error:
            return str(error)
        except HypothesisException:
            return ""  # none is looked for that could be found
        return ""

    def completed(self, document: Any) -> Any:
        """A document of ours with the fields that the model wants beside ours."""
        if not self.fill or not isinstance(document, dict):
            return document
        payload = document.get(_PAYLOAD)
        whole = {**document, **_lacking(self.fill.get("", {}), document)}
        if isinstance(payload, dict) and isinstance(payload.get(_EVENT_TYPE), str):
            more = self.fill.get(payload[_EVENT_TYPE], {})
            whole[_PAYLOAD] = {**payload, **_lacking(more, payload)}
        return whole

    def completed_text(self, text: Any) -> Any:
        """The same of the text of a document; a text that is none, or has a key twice, as it is."""
        try:
            document = json.loads(text, object_pairs_hook=_each_once)
        except ValueError:
            return text
        return json.dumps(self.completed(document)) if self.completed(document) != document else text

    def stripped(self, document: Any) -> Any:
        """What the model dumped, without its own fields if it is an event of a type that we know."""
        payload = document.get(_PAYLOAD) if isinstance(document, dict) else None
        event_type = payload.get(_EVENT_TYPE) if isinstance(payload, dict) else None
        if event_type not in EVENT_TYPES:
            return document
        known = next((each for each in self.members if event_type in each.tags), None)
        assert isinstance(payload, dict)
        left = {name: value for name, value in document.items() if name not in _names(self.extras)}
        mine = _names(known.extras) if known is not None else set()
        left[_PAYLOAD] = {name: value for name, value in payload.items() if name not in mine}
        return left

    @property
    def event_types(self) -> tuple[str, ...]:
        """The event types that are its own."""
        return tuple(tag for member in self.members if member.is_own for tag in member.tags)

    def documents(self) -> SearchStrategy[Document]:
        """Valid documents of the model's own event types, and of others with its own fields."""
        return _called("own_documents", st.one_of([self._documents_of(member) for member in self._tested()]))

    def boundaries(self) -> SearchStrategy[Document]:
        """The same with one of the model's own fields at an edge."""
        spots = [(spot, edges) for spot in spots_of(self.source.table) if self._is_own(spot.place, spot.name)
                 for edges in [self.source.edges_at(spot)] if edges is not None]  # fmt: skip
        if not spots:
            return self.documents()

        @cache
        def at(number: int) -> SearchStrategy[Document]:
            spot, edges = spots[number]
            return self._documents_at(spot.place, edges)

        places = in_groups([(f"{spot.record}.{spot.name}",) for spot, _ in spots])
        return _called("own_boundaries", places.flatmap(at))

    def invalid(self, rules: Callable[[Cell], bool] = lambda _: True) -> SearchStrategy[Document]:
        """Documents with one thing wrong in a field of the model's own, by the rules that count and are asked for."""
        cells = [each for each in self.source.cells
                 if each.level == "must" and self._is_own(each.place, each.name) and rules(each)]  # fmt: skip
        if not cells:
            return self.documents().map(lambda document: {**document, _PAYLOAD: None})

        @cache
        def at(number: int) -> SearchStrategy[Document]:
            return self._documents_at(cells[number].place, None).map(cells[number].put)

        places = in_groups([(f"{cell.record}.{cell.name}", cell.rule) for cell in cells])
        return _called("own_invalid", places.flatmap(at))

    def _tested(self) -> list[_Member]:
        """The members of whose documents anything is the model's own."""
        return [each for each in self.members if each.is_own or each.extras or self.extras]

    def _is_own(self, place: Place, name: str) -> bool:
        """Whether a place is in something that the model has of its own."""
        if not place:
            return False
        if place[0] != _PAYLOAD:
            return place[0] in {each.name for each in self.extras} and name != "unknown_field"
        if len(place) < 2:
            return False
        member = next(each for each in self.members if each.number == place[1])
        if member.is_own:
            return True
        return len(place) > 2 and place[2] in {each.name for each in member.extras}

    def _documents_at(self, place: Place, end: SearchStrategy[Any] | None) -> SearchStrategy[Document]:
        """Documents that have a place, which is in something of the model's own."""
        if place[0] == _PAYLOAD:
            member = next(each for each in self.members if each.number == place[1])
            return self._documents_of(member, place[2:], end)
        return self._documents_of(self._tested()[0], None, end, envelope=place)

    def _documents_of(
        self,
        member: _Member,
        place: Place | None = None,
        end: SearchStrategy[Any] | None = None,
        *,
        envelope: Place | None = None,
    ) -> SearchStrategy[Document]:
        root = self.source.table.model
        extras = self._fields(root, self.extras, envelope, end if envelope else None)
        if member.is_own:
            payload = self.source.written_part(member.shape, "/".join(member.tags), place, end)
        else:
            samples = st.sampled_from([SAMPLES[tag][_PAYLOAD] for tag in member.tags])
            more = self._fields(member.tags[0], member.extras, place, end)
            payload = st.builds(lambda sample, added: {**sample, **added}, samples, more)
        drawn = st.builds(_document, payload, extras)
        return drawn.map(self.source.accepted) if self._is_judged(member) else drawn

    def _is_judged(self, member: _Member) -> bool:
        """Whether functions have a say, so that not all that is declared has to be accepted."""
        table = self.source.table
        shapes = [member.shape, *(each.shape for each in self.extras)]
        root = self.source.table.root
        return not isinstance(table.resolved(root), Record) or any(contains(table, each, Judged) for each in shapes)

    def _fields(
        self, record: str, fields: tuple[Field, ...], place: Place | None, end: SearchStrategy[Any] | None
    ) -> SearchStrategy[Document]:
        always: dict[str, SearchStrategy[Any]] = {}
        perhaps: dict[str, SearchStrategy[Any]] = {}
        for each in fields:
            within = place[1:] if place and place[0] == each.name else None
            drawn = self.source.written_part(each.shape, f"{record}.{each.name}", within, end if within == () or within
                                             else None)  # fmt: skip
            chosen = always if each.is_required or each.has_factory or within is not None else perhaps
            chosen[each.keys[0]] = drawn
        return st.fixed_dictionaries(always, optional=perhaps)


def _called(name: str, strategy: SearchStrategy[Document]) -> SearchStrategy[Document]:
    """The strategy under a short name: its own repr has every field of the model in it."""

    def drawn(draw: DrawFn) -> Document:
        return draw(strategy)

    drawn.__name__ = drawn.__qualname__ = name
    return st.composite(drawn)()


def _document(payload: Document, extras: Document) -> Document:
    return {**_SAMPLE, **extras, _PAYLOAD: payload}


def _names(fields: tuple[Field, ...]) -> set[str]:
    return {name for each in fields for name in (each.name, each.keys[0])}


def _lacking(wanted: Document, held: Document) -> Document:
    return {name: value for name, value in wanted.items() if name not in held}


def _each_once(pairs: list[tuple[str, Any]]) -> Document:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key comes twice")
    return dict(pairs)


def own_part(adapter: TypeAdapter[Any]) -> OwnPart | None:
    """What a model has of its own, or None if there is nothing, or if its envelope is not ours."""
    try:
        source = Source(adapter, None)
    except PydanticUserError:  # a model that isn't finished: the properties say what comes of it
        return None
    table = source.table
    root = without_wrapping(table, table.root)
    if not isinstance(root, Record):
        return None
    known = {each.name for each in ENVELOPE}
    payload = next((each for each in root.fields if each.keys == (_PAYLOAD,)), None)
    union = None if payload is None else without_wrapping(table, payload.shape)
    if not isinstance(union, Tagged) or _EVENT_TYPE not in union.fields or _lacks(root, ENVELOPE):
        return None
    extras = tuple(each for each in root.fields if each.keys[0] not in known | {_PAYLOAD})
    members = tuple(
        _Member(number, tuple(map(str, tags)), shape, _extras_of(source, tags, shape))
        for number, (tags, shape) in enumerate(union.choices)
    )
    part = OwnPart(source, members, extras)
    if not part._tested():  # its own module
        return None
    try:
        return replace(part, fill=_fill(part))
    except HypothesisException as error:
        return replace(part, unreadable=str(error))


def _lacks(record: Record, fields: tuple[Any, ...]) -> bool:
    """Whether the record goes without a field that every document of ours has."""
    return not {each.name for each in fields if each.required} <= {each.keys[0] for each in record.fields}


def _extras_of(source: Source, tags: tuple[Any, ...], shape: Shape) -> tuple[Field, ...]:
    """The fields of a known payload that we don't know; none where it isn't ours at all."""
    record = without_wrapping(source.table, shape)
    ours = [tag for tag in tags if tag in PAYLOADS]
    if not ours or not isinstance(record, Record) or any(_lacks(record, PAYLOADS[tag]) for tag in ours):
        return ()
    known = {each.name for tag in ours for each in PAYLOADS[tag]}
    return tuple(each for each in record.fields if each.keys[0] not in known)


def _fill(part: OwnPart) -> Mapping[str, Document]:
    """The least that a document of ours lacks, for the envelope and for each event type, where it lacks anything."""
    fill: dict[str, Document] = {}
    if _lacked(part.extras):
        fill[""] = _least(part, part.source.table.model, part.extras, fill, "")
    for member in part.members:
        if _lacked(member.extras):
            least = _least(part, member.tags[0], member.extras, fill, member.tags[0])
            fill |= dict.fromkeys(member.tags, least)
    return fill


def _lacked(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(each for each in fields if each.is_required or each.has_factory)


def _least(
    part: OwnPart, record: str, extras: tuple[Field, ...], fill: Mapping[str, Document], event_type: str
) -> Document:
    """The least values of the fields with which the model accepts a sample of ours, or the least of all if it never
    does.
    """
    drawn = st.fixed_dictionaries(
        {each.keys[0]: part.source.written_part(each.shape, f"{record}.{each.name}") for each in _lacked(extras)}
    )
    sample = SAMPLES[event_type or "hire"]

    def is_accepted(values: Document) -> bool:
        tried = replace(part, fill={**fill, event_type: values})
        return part.source.accepts(tried.completed(sample))

    try:
        return find(drawn, is_accepted, settings=_quietly(_PROBED), random=_SEEDED())
    except NoSuchExample:
        return find(drawn, lambda _: True, settings=_quietly(_PROBED), random=_SEEDED())


def _quietly(examples: int) -> settings:
    return settings(max_examples=examples, database=None, deadline=None, phases=[Phase.generate], backend="hypothesis")
