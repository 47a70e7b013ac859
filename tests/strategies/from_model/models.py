"""Models of every make, each with what its instances must hold, what must come, and what it shrinks to."""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Generic, Literal, NotRequired, TypeVar

import annotated_types
from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    FutureDate,
    HttpUrl,
    InstanceOf,
    PastDate,
    PastDatetime,
    RootModel,
    Strict,
    StringConstraints,
    Tag,
    TypeAdapter,
    conlist,
)
from pydantic.alias_generators import to_camel
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic_core import CoreSchema, core_schema
from typing_extensions import TypedDict

from dcprops.events import SimulationEvent

Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Rate = Annotated[Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4)]
Identifier = Annotated[str, Field(min_length=1, max_length=20)]


class Distribution(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    event_type: Literal["distribution"]
    gross: Annotated[Decimal, Field(gt=0, le=Decimal("100000.00"), max_digits=10, decimal_places=2)]
    reason: Literal["hardship", "termination", "rmd"]
    withheld: Rate = Decimal("0.2000")


class Loan(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    event_type: Literal["loan"]
    principal: Annotated[Decimal, Field(ge=1000, le=50000, multiple_of=Decimal("0.05"))]
    months: Annotated[int, Field(ge=12, le=60, multiple_of=12)]


class Rollover(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    event_type: Literal["rollover_in", "rollover_out"]
    amount: Money
    from_plan: Identifier | None = None


class Envelope(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    event_id: uuid.UUID
    employee_id: Identifier
    effective_date: Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2050, 1, 1))]
    recorded: AwareDatetime
    payload: Annotated[Distribution | Loan | Rollover, Field(discriminator="event_type")]


class Address(BaseModel):
    street: Identifier
    zip_code: Annotated[str, Field(pattern=r"^\d{5}(-[0-9]{4})?$")]


class Person(BaseModel):
    name: Identifier
    home: Address
    others: list[Address] = []


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="forbid")
    employee_id: int
    hired_on: date
    is_key_employee: bool
    pay_rate: Money = Field(validation_alias=AliasChoices("payRate", "rate"))


class Texts(BaseModel):
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}\d{3,5}$")]
    short: Annotated[str, Field(pattern=r"^[a-z]+$", min_length=3, max_length=6)]
    found: Annotated[str, Field(pattern=r"(cat|dog)s?$")]
    tidy: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=2, max_length=5)]
    plain: annotated_types.IsDigit[str]


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 9


class Choices(BaseModel):
    colour: Colour
    level: Level
    word: Literal["a", "b", "c"]
    flag: bool


class Tree(BaseModel):
    label: Annotated[int, Field(ge=0)]
    left: Tree | None = None
    children: list[Tree] = []


class Amounts(RootModel[dict[Literal["match", "nonelective"], Money]]):
    pass


@pydantic_dataclass(config=ConfigDict(strict=True))
class Step:
    hours: Annotated[int, Field(ge=0, le=2080)]
    # Not Rate: Pydantic 2.11 gives a dataclass the default that another field with the same Field has.
    rate: Annotated[Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4)]
    note: str | None = None


@dataclasses.dataclass
class Plain:
    day: date
    steps: list[int] = dataclasses.field(default_factory=list)


class Row(TypedDict):
    key: Identifier
    value: NotRequired[Annotated[int, Field(gt=0)]]


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    items: list[Item]
    total: Annotated[int, Field(ge=0)]


class Many(BaseModel):
    pairs: conlist(int, min_length=2, max_length=4)  # type: ignore[valid-type]
    words: Annotated[set[Literal["x", "y", "z"]], Field(min_length=2)]
    fixed: tuple[int, str]
    frozen: frozenset[date] = frozenset()
    run: Annotated[tuple[Decimal, ...], Field(max_length=3)] = ()


class Keyed(BaseModel):
    balances: dict[Literal["pretax", "roth"], Money]
    hours: Annotated[dict[Annotated[str, Field(min_length=3, max_length=3)], int], Field(min_length=1, max_length=2)]


def even(value: int) -> int:
    if value % 2:
        raise ValueError("must be even")
    return value


class Judged(BaseModel):
    pairs: Annotated[int, Field(ge=0, le=100), AfterValidator(even)]
    trimmed: Annotated[int, BeforeValidator(lambda value: 0 if value is None else value)]


class Days(BaseModel):
    past: Annotated[date, Field(le=date(2024, 2, 29))]
    at: Annotated[datetime, Field(ge=datetime(2024, 1, 1, tzinfo=UTC), lt=datetime(2025, 1, 1, tzinfo=UTC))]
    clock: Annotated[time, Field(ge=time(9), le=time(17))]
    lasting: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=1))]


class Moments(BaseModel):
    recorded: Annotated[AwareDatetime, Field(gt=datetime(2024, 1, 1, tzinfo=UTC))]
    settled: Annotated[date, Field(gt=date(2024, 2, 28), lt=date(2024, 3, 1))]
    opened: Annotated[time, Field(gt=time(9), lt=time(17))]
    paid: PastDatetime
    born: PastDate
    due: FutureDate


class Loose(BaseModel):
    """Containers of which nothing is said, and sets of few things."""

    anything: dict
    several: list
    weights: tuple[Annotated[int, Field(ge=0, le=9)], ...]
    flags: set[bool]
    marks: Annotated[set[Literal["a", "b"] | None], Field(min_length=3)]
    sides: Annotated[set[Annotated[Literal["left", "right"], AfterValidator(str.lower)]], Field(min_length=2)]


class Plainly(BaseModel):
    octets: Annotated[bytes, Field(min_length=1, max_length=3)]


class InBase64(Plainly):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class InHex(Plainly):
    model_config = ConfigDict(ser_json_bytes="hex", val_json_bytes="hex")


class Outer(BaseModel):
    """Bounds on what may be of several types, which Pydantic hands to functions."""

    places: Annotated[int | None, Field(ge=1, le=9)]
    code: Annotated[str | None, Field(min_length=2, max_length=4)]
    amount: Annotated[
        Annotated[int, Field(ge=-5, le=200, multiple_of=4)] | Annotated[Decimal, Field(gt=-1, max_digits=5)],
        Field(ge=0, le=100, multiple_of=6),
    ]
    either: Annotated[list[int] | list[str] | None, Field(max_length=2)]
    fee: Annotated[Annotated[Decimal, Field(ge=-5, le=5)] | None, Field(ge=0, le=7, decimal_places=2, max_digits=3)]
    digits: Annotated[annotated_types.IsDigits[str], Field(min_length=2, max_length=3)]


def made_by(schema: CoreSchema) -> type[Any]:
    """A type that gives Pydantic its schema itself, as types of other libraries do."""

    class Own:
        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
            return schema

    return Own


AT_LEAST_THREE = core_schema.int_schema(ge=3)
TwoDigits = made_by(
    core_schema.chain_schema(
        [
            core_schema.str_schema(pattern="^[0-9]{2}$"),
            core_schema.no_info_plain_validator_function(int, serialization=core_schema.format_ser_schema("02d")),
        ]
    )
)
OneStep = made_by(core_schema.chain_schema([AT_LEAST_THREE]))
Worded = made_by(core_schema.custom_error_schema(AT_LEAST_THREE, "few", custom_error_message="too few"))
Strictly = made_by(core_schema.lax_or_strict_schema(core_schema.str_schema(), AT_LEAST_THREE))


class Foreign(BaseModel):
    chained: TwoDigits
    once: OneStep
    worded: Worded
    strictly: Annotated[Strictly, Strict()]
    instance: InstanceOf[int]


class Numbers(BaseModel):
    price: Annotated[Decimal, Field(gt=Decimal("0.1"), lt=Decimal("0.5"), multiple_of=Decimal("0.125"))]
    third: Annotated[Decimal, Field(max_digits=3)]
    free: Decimal
    ratio: Annotated[float, Field(ge=0, lt=1)]
    mixed: Annotated[int | str, Field()]


class Cat(BaseModel):
    lives: Annotated[int, Field(ge=1, le=9)]


class Dog(BaseModel):
    name: Identifier


def kind_of(value: Any) -> str:
    held = value if isinstance(value, dict) else value.__dict__
    return "cat" if "lives" in held else "dog"


Pet = Annotated[Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")], Discriminator(kind_of)]


class Site(BaseModel):
    model_config = ConfigDict(extra="allow")
    home: HttpUrl
    pet: Pet


@dataclass(frozen=True)
class Case:
    """A model; what holds of every instance; what some instance is; the smallest one; cells that documents break."""

    model: Any
    holds: Callable[[Any], bool]
    reaches: Mapping[str, Callable[[Any], bool]]
    least: Callable[[Any], bool]
    cells: frozenset[tuple[str, str]]
    has_json_schema: bool = True


def places(value: Decimal) -> int:
    return max(-int(value.normalize().as_tuple().exponent), 0)


def is_money(value: Decimal) -> bool:
    return value >= 0 and places(value) <= 2 and value < 10**12


def is_address(value: Address) -> bool:
    return 1 <= len(value.street) <= 20 and bool(re.fullmatch(r"\d{5}(-[0-9]{4})?", value.zip_code))


def is_distribution(value: Distribution) -> bool:
    return 0 < value.gross <= 100000 and places(value.gross) <= 2 and 0 <= value.withheld <= 1


def is_loan(value: Loan) -> bool:
    return (
        1000 <= value.principal <= 50000
        and value.principal % Decimal("0.05") == 0
        and value.months in range(12, 61, 12)
    )


def is_payload(value: Any) -> bool:
    match value:
        case Distribution():
            return is_distribution(value)
        case Loan():
            return is_loan(value)
    return is_money(value.amount) and (value.from_plan is None or 1 <= len(value.from_plan) <= 20)


def depth(tree: Tree) -> int:
    return 1 + max(map(depth, [*tree.children, *([tree.left] if tree.left else [])]), default=0)


def is_tree(tree: Tree) -> bool:
    return tree.label >= 0 and all(map(is_tree, tree.children)) and (tree.left is None or is_tree(tree.left))


def cells(text: str) -> frozenset[tuple[str, str]]:
    """Fields and their rules, as `field: rule rule`, one field a line."""
    rows = [line.split(": ") for line in text.strip().splitlines()]
    return frozenset((name.strip(), rule) for name, rules in rows for rule in rules.split())


CASES: dict[str, Case] = {
    "an envelope with money and three payloads": Case(
        Envelope,
        lambda event: (
            1 <= len(event.employee_id) <= 20
            and date(2000, 1, 1) <= event.effective_date < date(2050, 1, 1)
            and event.recorded.tzinfo is not None
            and is_payload(event.payload)
        ),
        {
            "the first day": lambda event: event.effective_date == date(2000, 1, 1),
            "the last day": lambda event: event.effective_date == date(2049, 12, 31),
            "a loan": lambda event: isinstance(event.payload, Loan),
            "money out": lambda event: getattr(event.payload, "event_type", "") == "rollover_out",
            "the longest identifier": lambda event: len(event.employee_id) == 20,
            "an identifier that isn't Latin": lambda event: not event.employee_id.isascii(),
        },
        lambda event: (
            isinstance(event.payload, Distribution)
            and len(event.employee_id) == 1
            and event.payload.gross == Decimal("0.01")
            and event.payload.reason == "hardship"
        ),
        cells("""
            employee_id: missing null wrong-type too-short too-long
            effective_date: missing null wrong-type bad-date below-range above-range
            event_id: missing null wrong-type bad-uuid
            event_type: missing null wrong-type unknown-value
            gross: missing null too-many-places not-positive above-range not-a-number not-finite
            principal: not-a-multiple below-range above-range
            months: not-whole not-a-multiple below-range above-range
            payload: missing null wrong-type
            unknown_field: unknown-field
            from_plan: too-short too-long wrong-type
        """),
    ),
    "a discriminated union alone": Case(
        TypeAdapter(Annotated[Distribution | Loan | Rollover, Field(discriminator="event_type")]),
        is_payload,
        {
            "the most of a loan": lambda value: isinstance(value, Loan) and value.principal == 50000,
            "a step below it": lambda value: isinstance(value, Loan) and value.principal == Decimal("49999.95"),
            "a cent": lambda value: isinstance(value, Distribution) and value.gross == Decimal("0.01"),
            "sixty months": lambda value: isinstance(value, Loan) and value.months == 60,
            "the most money": lambda value: isinstance(value, Rollover) and value.amount == Decimal("999999999999.99"),
        },
        lambda value: isinstance(value, Distribution),
        cells("""
            event_type: missing unknown-value
            amount: negative too-many-digits too-many-places
            withheld: above-one negative
            unknown_field: unknown-field
        """),
    ),
    "nested": Case(
        Person,
        lambda person: all(map(is_address, [person.home, *person.others])),
        {
            "two others": lambda person: len(person.others) >= 2,
            "none": lambda person: person.others == [],
            "a long zip code": lambda person: len(person.home.zip_code) == 10,
        },
        lambda person: person.others == [] and len(person.name) == 1,
        cells("""
            zip_code: missing null wrong-type other-pattern
            street: missing too-long
            home: missing null wrong-type
            others: null wrong-type
            others.0: null wrong-type
        """),
    ),
    "camelCase aliases, strict": Case(
        Camel,
        lambda value: type(value.employee_id) is int and is_money(value.pay_rate),
        {"zero": lambda value: value.employee_id == 0, "a key employee": lambda value: value.is_key_employee},
        lambda value: value.employee_id == 0 and value.pay_rate == 0 and not value.is_key_employee,
        cells("""
            employeeId: missing null wrong-type not-whole
            hiredOn: missing bad-date
            isKeyEmployee: missing null wrong-type
            payRate: missing negative
            unknown_field: unknown-field
        """),
        has_json_schema=False,
    ),
    "texts with patterns": Case(
        Texts,
        lambda texts: (
            bool(re.fullmatch(r"[A-Z]{2}\d{3,5}", texts.code))
            and bool(re.fullmatch(r"[a-z]{3,6}", texts.short))
            and bool(re.search(r"(cat|dog)s?\Z", texts.found))
            and texts.tidy.strip() == texts.tidy
            and texts.plain.isdigit()
        ),
        {
            "the shortest code": lambda texts: len(texts.code) == 5,
            "the longest code": lambda texts: len(texts.code) == 7,
            "six letters": lambda texts: len(texts.short) == 6,
            "three letters": lambda texts: len(texts.short) == 3,
            "dogs": lambda texts: texts.found.endswith("dogs"),
        },
        lambda texts: texts.short == "aaa" and texts.code == "AA000",
        cells("""
            code: missing null wrong-type other-pattern
            short: other-pattern
            found: other-pattern
            tidy: too-short too-long
        """),
        has_json_schema=False,
    ),
    "enumerations": Case(
        Choices,
        lambda value: isinstance(value.colour, Colour) and isinstance(value.level, Level) and value.word in "abc",
        {
            "blue": lambda value: value.colour is Colour.BLUE,
            "high": lambda value: value.level is Level.HIGH,
            "c": lambda value: value.word == "c",
            "yes": lambda value: value.flag,
        },
        lambda value: (value.colour, value.level, value.word, value.flag) == (Colour.RED, Level.LOW, "a", False),
        cells("""
            colour: missing null wrong-type unknown-value
            level: missing null wrong-type
            word: unknown-value wrong-type
            flag: wrong-type null
        """),
    ),
    "what contains itself": Case(
        Tree,
        is_tree,
        {
            "a leaf": lambda tree: depth(tree) == 1,
            "two deep": lambda tree: depth(tree) == 2,
            "three deep": lambda tree: depth(tree) == 3,
        },
        lambda tree: tree.label == 0 and depth(tree) == 1,
        cells("""
            label: missing null wrong-type negative not-whole
            children: null wrong-type
            children.0: wrong-type
        """),
    ),
    "a RootModel": Case(
        Amounts,
        lambda amounts: all(map(is_money, amounts.root.values())),
        {"none": lambda amounts: amounts.root == {}, "both": lambda amounts: len(amounts.root) == 2},
        lambda amounts: amounts.root == {},
        cells("""
            *: null too-many-places negative
        """),
    ),
    "a strict dataclass": Case(
        Step,
        lambda step: 0 <= step.hours <= 2080 and 0 <= step.rate <= 1 and places(step.rate) <= 4,
        {
            "all hours": lambda step: step.hours == 2080,
            "just below one": lambda step: step.rate == Decimal("0.9999"),
            "a note": lambda step: bool(step.note),
        },
        lambda step: step.hours == 0 and step.rate == 0 and step.note is None,
        cells("""
            hours: missing null wrong-type not-whole negative above-range
            rate: above-one negative too-many-places
            note: wrong-type
        """),
    ),
    "a plain dataclass": Case(
        Plain,
        lambda plain: type(plain.day) is date,
        {
            "a leap day": lambda plain: (plain.day.month, plain.day.day) == (2, 29),
            "steps": lambda plain: len(plain.steps) > 2,
        },
        lambda plain: plain.steps == [],
        cells("""
            day: missing bad-date
            steps: null wrong-type
            steps.0: not-whole not-a-number
        """),
    ),
    "a TypedDict": Case(
        TypeAdapter(Row),
        lambda row: 1 <= len(row["key"]) <= 20 and row.get("value", 1) > 0,
        {"without a value": lambda row: "value" not in row, "the smallest": lambda row: row.get("value") == 1},
        lambda row: "value" not in row and len(row["key"]) == 1,
        cells("""
            key: missing null too-long
            value: null not-positive not-whole
        """),
    ),
    "a generic": Case(
        Page[Loan],
        lambda page: page.total >= 0 and all(map(is_loan, page.items)),
        {"three": lambda page: len(page.items) == 3},
        lambda page: page.items == [] and page.total == 0,
        cells("""
            items.0: null wrong-type
            months: missing not-a-multiple
            total: negative
        """),
    ),
    "sequences": Case(
        Many,
        lambda many: 2 <= len(many.pairs) <= 4 and len(many.words) >= 2 and len(many.fixed) == 2 and len(many.run) <= 3,
        {
            "the most pairs": lambda many: len(many.pairs) == 4,
            "all words": lambda many: len(many.words) == 3,
            "the most decimals": lambda many: len(many.run) == 3,
            "a set of days": lambda many: len(many.frozen) > 1,
        },
        lambda many: many.pairs == [0, 0] and many.fixed[0] == 0 and many.run == () and many.frozen == frozenset(),
        cells("""
            pairs: missing null wrong-type too-short too-many-items
            pairs.0: null wrong-type not-whole
            words: too-short
            fixed: too-short too-many-items
            fixed.1: null wrong-type
            run: too-many-items
        """),
    ),
    "dicts with literal keys": Case(
        Keyed,
        lambda keyed: (
            all(map(is_money, keyed.balances.values()))
            and 1 <= len(keyed.hours) <= 2
            and all(len(key) == 3 for key in keyed.hours)
        ),
        {"roth": lambda keyed: "roth" in keyed.balances, "two of them": lambda keyed: len(keyed.hours) == 2},
        lambda keyed: keyed.balances == {} and len(keyed.hours) == 1,
        cells("""
            balances: missing null wrong-type unknown-key
            balances.*: null negative
        """),
    ),
    "validators": Case(
        Judged,
        lambda judged: judged.pairs in range(0, 101, 2),
        {"a hundred": lambda judged: judged.pairs == 100},
        lambda judged: judged.pairs == 0 and judged.trimmed == 0,
        cells("""
            pairs: missing null wrong-type not-whole negative above-range
            trimmed: missing
        """),
    ),
    "days and times": Case(
        Days,
        lambda days: (
            days.past <= date(2024, 2, 29)
            and datetime(2024, 1, 1, tzinfo=UTC) <= days.at < datetime(2025, 1, 1, tzinfo=UTC)
            and time(9) <= days.clock <= time(17)
            and timedelta(0) <= days.lasting <= timedelta(days=1)
        ),
        {
            "the leap day": lambda days: days.past == date(2024, 2, 29),
            "the last moment": lambda days: days.at == datetime(2024, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            "five": lambda days: days.clock == time(17),
            "a whole day": lambda days: days.lasting == timedelta(days=1),
        },
        lambda days: days.lasting == timedelta(0),
        cells("""
            past: bad-date above-range
            at: bad-timestamp below-range above-range
            clock: bad-time
            lasting: bad-duration
        """),
    ),
    "numbers": Case(
        Numbers,
        lambda numbers: (
            numbers.price in {Decimal("0.125"), Decimal("0.250"), Decimal("0.375")}
            and len(numbers.third.normalize().as_tuple().digits) <= 3
            and 0 <= numbers.ratio < 1
        ),
        {
            "the least price": lambda numbers: numbers.price == Decimal("0.125"),
            "the largest price": lambda numbers: numbers.price == Decimal("0.375"),
            "a word": lambda numbers: isinstance(numbers.mixed, str),
        },
        lambda numbers: numbers.free == 0 and numbers.mixed == 0 and numbers.price == Decimal("0.125"),
        cells("""
            price: not-a-multiple below-range above-range not-finite
            third: not-a-number
            ratio: below-range above-range
            mixed: null wrong-type
        """),
        has_json_schema=False,
    ),
    "moments that come after or before": Case(
        Moments,
        lambda moments: (
            moments.recorded > datetime(2024, 1, 1, tzinfo=UTC)
            and moments.settled == date(2024, 2, 29)
            and time(9) < moments.opened < time(17)
            and moments.paid < datetime.now(UTC).replace(tzinfo=moments.paid.tzinfo)
            and moments.born < datetime.now(UTC).date() < moments.due
        ),
        {
            "the first moment": lambda moments: moments.recorded == datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
            "just after opening": lambda moments: moments.opened == time(9, 0, 0, 1),
            "just before closing": lambda moments: moments.opened == time(16, 59, 59, 999_999),
            "the last day": lambda moments: moments.due == date.max,
            "the first day": lambda moments: moments.born == date.min,
        },
        lambda moments: moments.opened == time(9, 0, 0, 1),
        cells("""
            recorded: bad-timestamp below-range
            settled: bad-date below-range above-range
            opened: bad-time
            born: missing bad-date
        """),
    ),
    "containers that say little": Case(
        Loose,
        lambda loose: (
            all(0 <= each <= 9 for each in loose.weights)
            and loose.marks == {"a", "b", None}
            and loose.sides == {"left", "right"}
        ),
        {
            "both flags": lambda loose: len(loose.flags) == 2,
            "something in a list": lambda loose: len(loose.several) > 1,
            "something by name": lambda loose: bool(loose.anything),
        },
        lambda loose: loose.anything == {} and loose.several == [] and loose.flags == set(),
        cells("""
            anything: missing null wrong-type
            several: missing null wrong-type
            weights.0: negative above-range
            marks: too-short
            sides: too-short
        """),
    ),
    "bounds that are handed to functions": Case(
        Outer,
        lambda outer: (
            (outer.places is None or 1 <= outer.places <= 9)
            and (outer.code is None or 2 <= len(outer.code) <= 4)
            and outer.amount in range(0, 97, 12 if isinstance(outer.amount, int) else 6)
            and len(outer.either or ()) <= 2
            and (outer.fee is None or 0 <= outer.fee <= 7)
            and outer.digits.isdigit()
        ),
        {
            "nine": lambda outer: outer.places == 9,
            "four letters": lambda outer: len(outer.code or "") == 4,
            "a decimal": lambda outer: isinstance(outer.amount, Decimal),
            "the most": lambda outer: outer.amount == 96,
            "the largest fee": lambda outer: outer.fee == 7,
            "three digits": lambda outer: len(outer.digits) == 3,
        },
        lambda outer: outer.places is None and outer.amount == 0 and outer.fee is None and outer.digits == "00",
        cells("""
            places: below-range above-range
            code: too-short too-long
            fee: negative above-range too-many-places
        """),
        has_json_schema=False,
    ),
    "types that give Pydantic their schema": Case(
        Foreign,
        lambda foreign: (
            0 <= foreign.chained <= 99
            and min(foreign.once, foreign.worded, foreign.strictly) >= 3
            and isinstance(foreign.instance, int)
        ),
        {
            "ninety-nine": lambda foreign: foreign.chained == 99,
            "three": lambda foreign: foreign.once == 3 and foreign.worded > 3,
        },
        lambda foreign: foreign.chained == 0 and foreign.once == foreign.worded == foreign.strictly == 3,
        cells("""
            chained: missing null other-pattern
            once: below-range
            worded: below-range
            strictly: below-range wrong-type
        """),
        has_json_schema=False,
    ),
    "other keys, addresses and a discriminator that is a function": Case(
        Site,
        lambda site: str(site.home).startswith("http"),
        {
            "a dog": lambda site: isinstance(site.pet, Dog),
            "nine lives": lambda site: isinstance(site.pet, Cat) and site.pet.lives == 9,
            "another key": lambda site: bool(site.model_extra),
        },
        lambda site: isinstance(site.pet, Cat) and site.pet.lives == 1 and not site.model_extra,
        cells("""
            home: missing bad-address
            pet: missing
        """),
    ),
    "our own events": Case(
        SimulationEvent,
        lambda event: event.created_at.tzinfo is not None,
        {
            "a hire": lambda event: event.payload.event_type == "hire",
            "a compliance event": lambda event: event.payload.event_type == "compliance",
            "the largest amount": lambda event: getattr(event.payload, "amount", 0) == Decimal("999999999999.999999"),
        },
        lambda event: event.payload.event_type == "hire" and event.correlation_id is None,
        cells("""
            employee_id: missing
            amount: too-many-places float-money
            event_type: missing unknown-value
            unknown_field: unknown-field
        """),
    ),
}
