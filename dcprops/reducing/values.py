"""Every value of a ledger, what it costs to read, and which simpler values there are to try in its place.

A step is taken only if the whole ledger becomes simpler by `cost`, so that steps come to an end; a ledger of which no
single step leads to one that still shows the disagreement is minimal.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from dcprops.events.kinds import Choice, Date, FixedPoint, Flag, Kind, MoneyBySource, Text, Timestamp, WholeNumber
from dcprops.events.schema import ENVELOPE, PAYLOADS, Field
from dcprops.reducing.merging import pairs_merged
from dcprops.reducing.numbers import number_cost, simpler_numbers
from dcprops.reducing.trials import MISSING, NEUTRAL_DAY, Entry, Path, Trial
from dcprops.reference import Account

__all__ = [
    "GROUPS",
    "NEUTRAL_EVENT_ID",
    "Group",
    "Step",
    "cost",
    "neutral_name",
    "renamed",
    "simplest",
    "single_steps",
    "steps_of",
]

Group: TypeAlias = Literal["names", "recording", "days", "details", "amounts"]
#: The groups of values, in the order in which they are made simple: what rarely matters comes first.
GROUPS: Final[tuple[Group, ...]] = ("names", "recording", "details", "days", "amounts")

#: What the accounts of a ledger are called: a letter, and a number that counts from 1.
_LETTERS: Final = MappingProxyType({"scenario_id": "S", "plan_design_id": "D", "employee_id": "E", "plan_id": "P"})
#: What events are called, by a number that counts from 1.
NEUTRAL_EVENT_ID: Final = "00000000-0000-4000-8000-{:012d}"
#: What other texts are; "X" where nothing is said.
_TEXTS: Final = MappingProxyType({"source_system": "payroll", "payroll_id": "PR1"})
_OTHER_TEXT: Final = "X"
#: What any name or value costs that isn't one of those that are tried.
_FOREIGN: Final = 1000
#: What a document may not leave out, since it would be another one each time that it is read.
_GENERATED: Final = frozenset({"event_id", "created_at"})
_ONE_DAY: Final = timedelta(days=1)
_CACHED: Final = 1 << 12


class Step(NamedTuple):
    """One value that may become simpler: the group it is in, and what to try of a ledger, the simplest first."""

    group: Group
    number: int | None
    tries: Callable[[Trial], Iterator[Trial]]


def steps_of(trial: Trial) -> list[Step]:
    """A step for each value of a ledger that isn't as simple as it can be by itself."""
    return [
        *_name_steps(trial),
        Step("recording", None, _sorted),
        *_steps_by_entry(trial),
        Step("days", None, _moved),
        *(Step("days", number, _nearer(number)) for number in range(len(trial.entries))),
        # Last, so that they are numbered in the order that they have in the end.
        *_event_id_steps(trial),
    ]


def single_steps(trial: Trial) -> Iterator[Trial]:
    """Every ledger that is one step simpler: without one event, with two payments as one, or with a simpler value."""
    for number in range(len(trial.entries)):
        yield _without(trial, number)
    yield from pairs_merged(trial)
    before = cost(trial)
    for step in steps_of(trial):
        yield from (each for each in step.tries(trial) if cost(each) < before)


def _without(trial: Trial, number: int) -> Trial:
    return trial.only(each for each in range(len(trial.entries)) if each != number)


def simplest(trial: Trial, groups: Iterable[Group], numbers: Collection[int] | None = None) -> Trial:
    """The ledger with all values of some groups as simple as can be; only of some entries, if numbers are given."""
    wanted = frozenset(groups)
    for step in steps_of(trial):
        if step.group in wanted and (numbers is None or step.number in numbers):
            before = cost(trial)
            trial = next((each for each in step.tries(trial) if each.is_valid and cost(each) < before), trial)
    return trial


def cost(trial: Trial) -> tuple[int, ...]:
    """How much there is to read, what counts most first.

    Events; whether the day asked about is an odd one; how far the days are from it; events out of order; what names,
    times of recording and other values cost.
    """
    order = [entry.order for entry in trial.entries]
    return (
        len(trial.entries),
        int(trial.day != NEUTRAL_DAY),
        sum(abs((entry.day - trial.day).days) for entry in trial.entries),
        _out_of_order(order),
        sum(_name_cost(field, name) for field, name in _names(trial)) + sum(map(_id_cost, _event_ids(trial))),
        sum(_entry_cost(entry, trial) for entry in trial.entries),
    )


def _out_of_order(order: Iterable[tuple[str, int, str, str]]) -> int:
    """How many pairs stand the wrong way round."""
    seen: list[tuple[str, int, str, str]] = []
    pairs = 0
    for each in order:
        pairs += len(seen) - bisect_right(seen, each)
        insort(seen, each)
    return pairs


def _entry_cost(entry: Entry, trial: Trial) -> int:
    if trial.day not in entry.costs:
        entry.costs[trial.day] = sum(_value_cost(place, trial) for place in _places(entry))
    return entry.costs[trial.day]


# Names.


def neutral_name(field: str, number: int) -> str:
    """A name that is nobody's, the numberth of its field."""
    return f"{_LETTERS.get(field, _OTHER_TEXT)}{number}"


def _names(trial: Trial) -> list[tuple[str, str]]:
    """The different names of accounts, with their fields, in the order in which they come."""
    found: dict[tuple[str, str], None] = {}
    for field, path in _name_places():
        for entry in trial.entries:
            name = entry.get(path)
            if isinstance(name, str):
                found[field, name] = None
    return list(found)


def _name_places() -> Iterator[tuple[str, Path]]:
    for field in _LETTERS:
        yield field, ("payload", field) if field == "plan_id" else (field,)


@lru_cache(_CACHED)
def _name_cost(field: str, name: str) -> int:
    letter, number = name[:1], name[1:]
    if letter == _LETTERS[field] and number.isascii() and number.isdecimal() and number[0] != "0" and len(number) < 4:
        return int(number) - 1
    return _FOREIGN + len(name)


def _event_ids(trial: Trial) -> list[str]:
    found = (entry.get(("event_id",)) for entry in trial.entries)
    return sorted({name for name in found if isinstance(name, str)})


@lru_cache(_CACHED)
def _id_cost(name: str) -> int:
    end = name[-3:]
    return int(end) if end.isdecimal() and end.isascii() and name == NEUTRAL_EVENT_ID.format(int(end)) else _FOREIGN


def _name_steps(trial: Trial) -> Iterator[Step]:
    for field, name in _names(trial):
        if _name_cost(field, name):
            yield Step("names", None, _renaming(field, name))


def _event_id_steps(trial: Trial) -> Iterator[Step]:
    ids = _event_ids(trial)
    if any(_id_cost(name) == _FOREIGN for name in ids):
        yield Step("names", None, _renumbering)
    for name in ids:
        if _id_cost(name) > 1:
            yield Step("names", None, _renaming_id(name))


def _renaming(field: str, name: str) -> Callable[[Trial], Iterator[Trial]]:
    path = next(path for each, path in _name_places() if each == field)

    def tries(trial: Trial) -> Iterator[Trial]:
        known = {other for each, other in _names(trial) if each == field}
        if name not in known:
            return
        for number in range(1, len(known) + 1):
            new = neutral_name(field, number)
            if _name_cost(field, new) < _name_cost(field, name):
                yield renamed(trial, path, {name: new})

    return tries


def renamed(trial: Trial, path: Path, names: Mapping[str, str]) -> Trial:
    """The ledger with other names at a path, its account among them."""
    change: dict[tuple[int, Path], object] = {
        (number, path): names[name]
        for number, entry in enumerate(trial.entries)
        if isinstance(name := entry.get(path), str) and name in names
    }
    return trial.changed(change, account=_renamed_account(trial.account, path[-1], names))


def _renamed_account(account: Account | None, field: str, names: Mapping[str, str]) -> Account | None:
    """The account under its new names."""
    if account is None or field not in Account._fields:
        return account
    return account._replace(**{field: names.get(getattr(account, field), getattr(account, field))})


def _renumbering(trial: Trial) -> Iterator[Trial]:
    """All event_ids at once, in the order of arrival or in their own: which of two comes first may depend on them."""
    ids = _event_ids(trial)
    arrived = dict.fromkeys(str(entry.get(("event_id",))) for entry in trial.in_order().entries)
    for order in ([each for each in arrived if each in ids], ids):
        names = {name: NEUTRAL_EVENT_ID.format(number) for number, name in enumerate(order, 1)}
        yield renamed(trial, ("event_id",), names)


def _renaming_id(name: str) -> Callable[[Trial], Iterator[Trial]]:
    def tries(trial: Trial) -> Iterator[Trial]:
        known = _event_ids(trial)
        if name not in known:
            return
        for number in range(1, len(known) + 1):
            new = NEUTRAL_EVENT_ID.format(number)
            if new not in known and number < _id_cost(name):
                yield renamed(trial, ("event_id",), {name: new})

    return tries


# Days.


def _sorted(trial: Trial) -> Iterator[Trial]:
    yield trial.in_order()


def _moved(trial: Trial) -> Iterator[Trial]:
    """The whole ledger so that the day asked about is the neutral one; and that day where the last event is."""
    if trial.as_of is None:
        return
    if trial.as_of != NEUTRAL_DAY:
        yield from _shifted(trial, NEUTRAL_DAY - trial.as_of)
    for day in sorted({entry.day for entry in trial.entries}):
        if day != trial.as_of:
            yield Trial(trial.entries, day, trial.account)
            if day != NEUTRAL_DAY:
                yield from _shifted(Trial(trial.entries, day, trial.account), NEUTRAL_DAY - day)


def _shifted(trial: Trial, by: timedelta) -> Iterator[Trial]:
    """The ledger with all its days so much later. Nothing, where one would leave the calendar."""
    change: dict[tuple[int, Path], object] = {}
    for number, entry in enumerate(trial.entries):
        for path, day in _days(entry):
            try:
                change[number, path] = (day + by).isoformat()
            except OverflowError:
                return
    yield trial.changed(change, as_of=trial.day + by)


def _days(entry: Entry) -> Iterator[tuple[Path, date]]:
    """Every calendar day in a document, the effective date first."""
    for place in ((("effective_date",), None), *((place.path, place) for place in _places(entry))):
        path, known = place
        value = entry.get(path)
        if (known is None or isinstance(known.field.kind, Date)) and isinstance(value, str):
            try:
                yield path, date.fromisoformat(value)
            except ValueError:
                continue


def _nearer(number: int) -> Callable[[Trial], Iterator[Trial]]:
    def tries(trial: Trial) -> Iterator[Trial]:
        entry = trial.entries[number]
        if entry.event is None:
            return
        for day in _nearer_days(trial, entry.day):
            # What happened on the day of the event moves with it.
            on_it = (path for path, each in _days(entry) if each == entry.day)
            yield trial.changed({(number, path): day.isoformat() for path in on_it})

    return tries


def _nearer_days(trial: Trial, day: date) -> list[date]:
    """The days that are nearer to the day asked about: that day, next to another event's, and halfway."""
    distance = (day - trial.day).days
    towards = -_ONE_DAY if distance > 0 else _ONE_DAY
    found = {trial.day, trial.day - towards}
    for entry in trial.entries:
        found |= {entry.day, *_around(entry.day)}
    halves = abs(distance) // 2
    while halves > 1:
        found.add(trial.day - towards * halves)
        halves //= 2
    nearer = [each for each in found if abs((each - trial.day).days) < abs(distance)]
    return sorted(nearer, key=lambda each: (abs((each - trial.day).days), each))


def _around(day: date) -> Iterator[date]:
    if day > date.min:
        yield day - _ONE_DAY
    if day < date.max:
        yield day + _ONE_DAY


# Other values, one by one.


@dataclass(frozen=True)
class _Place:
    """A value of one document, with the field that it is of."""

    path: Path
    field: Field
    entry: Entry
    may_go: bool


def _places(entry: Entry) -> Iterator[_Place]:
    """Every value of a document but for names, event_id, event_type and effective date."""
    for field in ENVELOPE:
        if field.name not in {*_LETTERS, "event_id", "effective_date"}:
            yield from _places_of((field.name,), field, entry)
    event_type = entry.get(("payload", "event_type"))
    for field in PAYLOADS.get(event_type, ()) if isinstance(event_type, str) else ():
        if field.name not in {"event_type", *(("plan_id",) if field.required else ())}:
            yield from _places_of(("payload", field.name), field, entry)


def _places_of(path: Path, field: Field, entry: Entry) -> Iterator[_Place]:
    value = entry.get(path)
    if value is MISSING:
        return
    if isinstance(field.kind, MoneyBySource):
        for source in list(value) if isinstance(value, dict) else []:
            amount = Field(source, field.kind.money, nullable=False, required=False)
            yield _Place((*path, source), amount, entry, may_go=True)
        return
    yield _Place(path, field, entry, may_go=not field.required and field.name not in _GENERATED)


def _steps_by_entry(trial: Trial) -> Iterator[Step]:
    for number, entry in enumerate(trial.entries):
        for place in _places(entry):
            yield Step(_group(place.field.kind), number, _replacing(number, place.path))


def _group(kind: Kind) -> Group:
    match kind:
        case Timestamp():
            return "recording"
        case FixedPoint():
            return "amounts"
        case _:
            return "details"


def _replacing(number: int, path: Path) -> Callable[[Trial], Iterator[Trial]]:
    def tries(trial: Trial) -> Iterator[Trial]:
        for place in _places(trial.entries[number]):
            if place.path == path:
                for value in _simpler(place, trial):
                    yield trial.changed({(number, path): value})

    return tries


def _simpler(place: _Place, trial: Trial) -> Iterator[object]:
    """What to try in place of a value, the simplest first."""
    if place.may_go:
        yield MISSING
    value = place.entry.get(place.path)
    if value is None:
        return
    if place.field.nullable:
        yield None
    if place.field.name not in _LETTERS:  # a name is renamed wherever it stands
        yield from _simpler_of(place.field, value, place.entry, trial)


def _value_cost(place: _Place, trial: Trial) -> int:
    """Nothing for what is left out; else one, and one more if it isn't null, and what its value costs."""
    value = place.entry.get(place.path)
    if value is None:
        return int(place.may_go)
    own = 0 if place.field.name in _LETTERS else _cost_of(place.field, value, place.entry, trial)
    return int(place.may_go) + int(place.field.nullable) + own


def _listed(field: Field, entry: Entry, trial: Trial) -> tuple[object, ...]:
    """The values that a field may have, the simplest first, where they are few; what isn't among them costs most."""
    match field.kind:
        case Choice(values):
            return values
        case Flag():
            return (False, True)
        case WholeNumber():
            return tuple(
                number for number in (1, 0, 1000, trial.day.year, field.kind.minimum)
                if field.kind.minimum <= number <= field.kind.maximum
            )  # fmt: skip
        case Date():
            return (entry.day.isoformat(),)
        case Timestamp():
            return _moments(trial.day)
        case Text():
            return (_TEXTS.get(field.name, _OTHER_TEXT),)
    return ()


def _moments(day: date) -> tuple[str, ...]:
    """Times of recording: when the day begins, soon after, within that second, and on the next day."""
    after = min(day, date.max - _ONE_DAY) + _ONE_DAY
    return f"{day}T00:00:00Z", f"{day}T00:00:01Z", f"{day}T00:00:00.5Z", f"{day}T00:00:00.000001Z", f"{after}T00:00:00Z"


def _simpler_of(field: Field, value: object, entry: Entry, trial: Trial) -> Iterator[object]:
    if isinstance(field.kind, FixedPoint):
        if _is_number(value):
            yield from simpler_numbers(field.kind, str(value))
        return
    listed = _listed(field, entry, trial)
    # Neither True nor 1.0 is the 1 of a document.
    yield from listed[: next((place for place, each in enumerate(listed) if _is_same(each, value)), len(listed))]


def _cost_of(field: Field, value: object, entry: Entry, trial: Trial) -> int:
    if isinstance(field.kind, FixedPoint):
        return number_cost(Decimal(str(value))) if _is_number(value) else _FOREIGN
    listed = _listed(field, entry, trial)
    return next((place for place, each in enumerate(listed) if _is_same(each, value)), _FOREIGN)


def _is_same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, str) and Decimal(value).is_finite()
    except InvalidOperation:
        return False
