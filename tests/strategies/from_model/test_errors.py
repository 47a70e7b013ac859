"""What can't be derived is said with the model, the field and the override that helps; what can be helped is helped."""

from __future__ import annotations

import ast
import decimal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from pydantic import (
    AfterValidator,
    AliasPath,
    BaseModel,
    Field,
    PlainValidator,
    TypeAdapter,
    field_validator,
    model_validator,
)
from pydantic_core import core_schema

from dcprops import strategies as dc
from dcprops.strategies import _from_model
from dcprops.strategies._from_model.reading import READ
from dcprops.strategies._from_model.source import Source

from ..debug import find_any, for_each_example
from .models import Address, Envelope, Judged, Loan, Person, Tree, made_by


class Amount(BaseModel):
    amount: Annotated[Decimal, Field(ge=0, le=Decimal("999999.99"), max_digits=14, decimal_places=2)]


class Own(BaseModel):
    token: Annotated[str, PlainValidator(str)]


class Callback(BaseModel):
    then: type[int]


class Narrow(BaseModel):
    place: Annotated[int, Field(ge=0)]

    @field_validator("place")
    @classmethod
    def is_one_place(cls, value: int) -> int:
        if value != 123_456:
            raise ValueError("only 123456 will do")
        return value


class Ordered(BaseModel):
    hired: date
    left: date

    @model_validator(mode="after")
    def in_order(self) -> Ordered:
        if self.left.toordinal() != self.hired.toordinal() + 31:
            raise ValueError("leaves 31 days after being hired")
        return self


class Holder(BaseModel):
    holds: Narrow
    other: int = 0


class Spread(BaseModel):
    """A model with a validator of its own, in whatever holds one."""

    pair: tuple[int, Narrow]
    named: Annotated[dict[str, Narrow], Field(min_length=1)]
    either: Narrow | Annotated[list[Narrow], Field(min_length=1)]


HERE = st.just(123_456)
SPREAD = {"pair.place": HERE, "named.place": HERE, "either.place": HERE}


def is_even(value: int) -> int:
    if value % 2:
        raise ValueError("must be even")
    return value


class Halves(BaseModel):
    """No field refuses most of its values, and all together refuse nearly every example."""

    one: Annotated[int, AfterValidator(is_even)]
    two: Annotated[int, AfterValidator(is_even)]
    three: Annotated[int, AfterValidator(is_even)]
    four: Annotated[int, AfterValidator(is_even)]
    five: Annotated[int, AfterValidator(is_even)]


class Moving(BaseModel):
    """One record in two places."""

    home: Address
    work: Address


class Endless(BaseModel):
    inside: Endless


class Nothing(BaseModel):
    amount: Annotated[int, Field(gt=3, lt=4)]


class Impossible(BaseModel):
    code: Annotated[str, Field(pattern="^[A-Z]{3}$", max_length=2)]


class Posix(BaseModel):
    code: Annotated[str, Field(pattern="^[[:alpha:]]{2}$")]


class Backwards(BaseModel):
    code: Annotated[str, Field(min_length=5, max_length=3)]
    day: Annotated[date, Field(ge=date(2024, 1, 3), le=date(2024, 1, 1))]


class Elsewhere(BaseModel):
    at: made_by(core_schema.datetime_schema(tz_constraint=3600))
    path: made_by(
        core_schema.tuple_schema(
            [core_schema.int_schema(), core_schema.str_schema(), core_schema.int_schema()], variadic_item_index=1
        )
    )


class Mending(BaseModel):
    amount: Annotated[int, Field(ge=0)]

    @model_validator(mode="before")
    @classmethod
    def from_anything(cls, data: Any) -> Any:
        return data if isinstance(data, dict) and isinstance(data.get("amount"), int) else {"amount": 0}


class Mended(BaseModel):
    inside: Mending
    other: int


class InList(BaseModel):
    first: Annotated[int, Field(validation_alias=AliasPath("all", 0))]


class Anything(BaseModel):
    value: Any


#: How a strategy is asked for, and what the error must say.
REFUSED = {
    "no model": (lambda: dc.from_model(5), ("Model=5 (type=int) is no model", "TypeAdapter")),
    "none": (lambda: dc.from_model(None), ("Model=None",)),
    "a class of no model": (lambda: dc.from_model(Path.open), ("is no model",)),
    "a name": (lambda: dc.boundary_from_model("yours:Event"), ("Model='yours:Event' (type=str) is no model",)),
    "no field": (
        lambda: dc.from_model(Person, overrides={"nane": st.just("x")}),
        ("'nane', which is no field of Person", "did you mean name"),
    ),
    "no field within": (
        lambda: dc.from_model(Person, overrides={"home.zip": st.just("x")}),
        ("'home.zip'", "home.zip_code"),
    ),
    "no strategy": (
        lambda: dc.from_model(Person, overrides={"name": "x"}),
        ("the override for name is 'x' (type=str)", "must be a strategy", "just('x')"),
    ),
    "no overrides": (lambda: dc.from_model(Person, overrides=["name"]), ("overrides=['name'] must be a mapping",)),
    "a validator of its own": (
        lambda: dc.from_model(Own),
        ("Own: the field token of Own has a validator of its own, str", 'overrides={"token": ...}'),
    ),
    "a type that can't be read": (
        lambda: dc.invalid_from_model(Callback),
        ("the field then of Callback has a schema of type 'is-subclass'", 'overrides={"then": ...}'),
    ),
    "bounds without a number": (lambda: dc.from_model(Nothing), ("amount of Nothing has bounds that leave no number",)),
    "a pattern that is too long": (lambda: dc.from_model(Impossible), ("code of Impossible has a pattern",)),
    "a pattern that Python reads in another way": (
        lambda: dc.from_model(Posix),
        ("code of Posix has a pattern that can't be built, '^[[:alpha:]]{2}$'", 'overrides={"code": ...}'),
    ),
    "lengths without a text": (
        lambda: dc.from_model(Backwards, overrides={"day": st.dates()}),
        ("code of Backwards has lengths that leave no text",),
    ),
    "bounds without a day": (
        lambda: dc.from_model(Backwards, overrides={"code": st.just("")}),
        ("day of Backwards has bounds that leave no date",),
    ),
    "an offset": (
        lambda: dc.from_model(Elsewhere, overrides={"path": st.just([1, 1])}),
        ("at of Elsewhere has a datetime at an offset of 3600 seconds", 'overrides={"at": ...}'),
    ),
    "a tuple of many parts": (
        lambda: dc.from_model(Elsewhere, overrides={"at": st.datetimes()}),
        ("path of Elsewhere has a tuple with a part of any length among others",),
    ),
    "a class that Pydantic can't read": (
        lambda: dc.from_model(InvalidArgument),
        ("is no model",),
    ),
    "what never ends": (lambda: dc.from_model(Endless), ("Endless never ends",)),
    "a validator that refuses": (
        lambda: dc.from_model(Narrow),
        ("Narrow: Narrow.place refused 2", "only 123456 will do", 'overrides={"place": ...}'),
    ),
    "a validator within": (
        lambda: dc.from_model(Holder),
        ("Holder: Narrow.place refused", "such as", 'overrides={"Narrow.place": ...}'),
    ),
    "a validator of the whole": (
        lambda: dc.from_model(Ordered),
        ("Ordered: Ordered (whole) refused", "leaves 31 days after being hired", 'overrides={"hired": ...}'),
    ),
    **{
        f"a validator in {field}": (
            lambda field=field: dc.from_model(
                Spread, overrides={name: each for name, each in SPREAD.items() if not name.startswith(field)}
            ),
            ("Spread: Narrow.place refused", 'overrides={"Narrow.place": ...}'),
        )
        for field in Spread.model_fields
    },
    "validators that refuse a little each": (
        lambda: dc.from_model(Halves),
        ("Halves: Halves.", "must be even", "overrides={"),
    ),
    "two names of one field": (
        lambda: dc.from_model(Tree, overrides={"left.label": st.just(1), "left.left.label": st.just(2)}),
        ("'left.label' and 'left.left.label'", "Tree contains itself", "'Tree.label'"),
    ),
    "an override that is refused": (
        lambda: dc.from_model(Amount, overrides={"amount": st.integers().map("much{}".format)}),
        ("Amount.amount refused 2", "values tried, such as 'much", 'overrides={"amount": ...}'),
    ),
    "an alias into a list": (
        lambda: dc.from_model(InList),
        ("first of InList has an alias that leads into a list",),
    ),
    "a type alone that can't be read": (
        lambda: dc.from_model(complex),
        ("complex has a schema of type 'complex', of which no values",),
    ),
    "no edges": (lambda: dc.boundary_from_model(Anything), ("Anything has no field with an edge",)),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cant_be_is_named_when_it_is_drawn(name):
    make, said = REFUSED[name]
    strategy = make()
    with pytest.raises(InvalidArgument) as refusal:
        for_each_example(strategy, lambda _: None, examples=200)
    for words in said:
        assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("model", "overrides", "holds"),
    [
        (Own, {"token": st.just("t")}, lambda own: own.token == "t"),
        (Narrow, {"place": st.just(123_456)}, lambda narrow: narrow.place == 123_456),
        (Holder, {"holds.place": st.just(123_456)}, lambda holder: holder.holds.place == 123_456),
        (Holder, {"Narrow.place": st.just(123_456)}, lambda holder: holder.holds.place == 123_456),
        (
            Moving,
            {"home.street": st.just("Elm"), "work.street": st.just("Oak")},
            lambda moving: (moving.home.street, moving.work.street) == ("Elm", "Oak"),
        ),
        (Spread, SPREAD, lambda spread: spread.pair[1].place == 123_456 and len(spread.named) >= 1),
        (Holder, {"holds": st.just(Narrow(place=123_456))}, lambda holder: holder.holds.place == 123_456),
        (Judged, {"pairs": st.just(4)}, lambda judged: judged.pairs == 4),
        (Envelope, {"payload.months": st.just(24)}, lambda event: getattr(event.payload, "months", 24) == 24),
        (Person, {"Address.street": st.just("Elm")}, lambda person: person.home.street == "Elm"),
        (
            Ordered,
            {"hired": st.just(date(2024, 1, 1)), "left": st.just(date(2024, 2, 1))},
            lambda ordered: ordered.left == date(2024, 2, 1),
        ),
    ],
)
def test_an_override_takes_the_place_of_what_cant_be_known(model, overrides, holds):
    seen = []
    for_each_example(dc.from_model(model, overrides=overrides), lambda value: seen.append(holds(value)), examples=40)
    assert seen
    assert all(seen)


def test_an_override_by_path_leaves_other_uses_of_the_record_as_they_are():
    moving = dc.from_model(Moving, overrides={"home.street": st.just("Elm")})
    assert find_any(moving, lambda moving: moving.work.street != "Elm").home.street == "Elm"


def test_a_validator_that_refuses_half_is_lived_with():
    seen = set()
    for_each_example(dc.from_model(Judged), lambda judged: seen.add(judged.pairs % 2), examples=100)
    assert seen == {0}


def test_a_member_that_is_never_accepted_is_named_although_others_are():
    adapter = TypeAdapter(Address | Narrow)
    with pytest.raises(InvalidArgument, match=r"Narrow\.place refused"):
        for_each_example(dc.from_model(adapter), lambda _: None, examples=300)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_before_hypothesis_alone_fails_on_money():
    @settings(database=None, deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
    @given(st.builds(Amount))
    def build(amount: Amount) -> None:
        pass

    with pytest.raises(decimal.InvalidOperation):
        build()


def test_after_the_same_model_gives_its_edges():
    for wanted in ("0.00", "0.01", "999999.98", "999999.99"):
        found = find_any(dc.from_model(Amount), lambda value, wanted=wanted: value.amount == Decimal(wanted))
        assert str(found.amount) == wanted


@pytest.mark.parametrize(
    "context",
    [
        decimal.Context(prec=3, rounding=decimal.ROUND_UP),
        decimal.Context(prec=2, traps=[decimal.Inexact, decimal.Rounded, decimal.InvalidOperation]),
        decimal.Context(prec=50, Emax=5, Emin=-5),
    ],
)
def test_the_decimal_context_changes_nothing(context):
    def drawn() -> list[Any]:
        seen: list[Any] = []
        for_each_example(dc.from_model(Loan), lambda loan: seen.append(str(loan.principal)), examples=30)
        return seen

    plain = drawn()
    with decimal.localcontext(context):
        assert drawn() == plain


def test_strategies_are_called_what_gives_them():
    assert repr(dc.from_model(Person)) == "from_model(Person)"
    assert repr(dc.boundary_from_model(Person)) == "boundary_from_model(Person)"
    assert repr(dc.invalid_from_model(Person)) == "invalid_from_model(Person)"
    assert "overrides={'name': just('x')}" in repr(dc.from_model(Person, overrides={"name": st.just("x")}))


def test_nothing_is_said_of_what_a_function_may_repair():
    seen = {(cell.record, cell.name, cell.rule) for cell in Source(Mended, None).cells}
    assert {("Mended", "inside", "missing"), ("Mended", "other", "null")} <= seen
    assert not [record for record, _, _ in seen if record == "Mending"]
    assert not [name for _, name, rule in seen if name == "inside" and rule != "missing"]


def test_bytes_need_not_be_text():
    values = dc.from_model(Annotated[bytes, Field(min_length=1, max_length=4)])
    assert find_any(values, lambda value: len(value) == 4)
    assert find_any(values, lambda value: max(value) > 127)


def test_places_beyond_the_digits_are_none():
    """Zeros after the point count as digits: of three digits, none is a fifth place."""
    amounts = dc.from_model(Annotated[Decimal, Field(max_digits=3, decimal_places=5)])
    for_each_example(amounts, lambda amount: None, examples=50)
    assert find_any(amounts, lambda amount: amount == Decimal("0.999"))


def test_an_empty_tuple_is_not_said_to_have_too_many_items():
    seen: list[Any] = []
    for_each_example(dc.invalid_from_model(tuple[()]), lambda invalid: seen.append(invalid.document))
    assert seen
    assert [] not in seen


def test_only_refusals_give_an_example_up():
    folder = Path(_from_model.__file__).parent
    named = {
        path.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id in {"reject", "assume"})
        or (isinstance(node, ast.Attribute) and node.attr in {"reject", "assume", "filter"})
    }
    assert named == {"refusals.py"}


def test_every_way_to_read_says_what_is_drawn():
    assert all(reading.drawn for reading in READ.values())


def test_importing_it_brings_nothing_heavy():
    look = "import sys\nfrom dcprops.strategies import from_model\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout.split()
    assert {"duckdb", "pyarrow", "jsonschema", "numpy"}.isdisjoint(loaded)
