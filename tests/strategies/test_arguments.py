"""What the strategies take: each keyword replaces its field, and what can't be is refused with its name and value."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import SearchStrategy
from pydantic import ValidationError

from dcprops import strategies as dc
from dcprops.events.schema import PAYLOAD_CLASSES
from dcprops.rules import SAMPLES

from .debug import assert_all_examples, find_any, minimal
from .payload_strategies import BY_EVENT_TYPE

# --- what is refused ---

ONE_OF_THE_TYPES = "it must be one of hire, promotion, termination"
NO_OTHER = "has no other representations: it must be an event, a document, a Decimal, a datetime, a date or a UUID"
BEYOND = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))

#: How a strategy is asked for, and what the error must say: the name and the value, and what is wrong with it.
REFUSED: dict[str, tuple[Callable[[], SearchStrategy[Any]], tuple[str, ...]]] = {
    "payloads of no type": (
        lambda: dc.payloads(event_type="hired"),
        ("event_type='hired' is no event type", ONE_OF_THE_TYPES),
    ),
    "events of no type": (lambda: dc.events(event_type="HIRE"), ("event_type='HIRE'", ONE_OF_THE_TYPES)),
    "events of the empty type": (lambda: dc.events(event_type=""), ("event_type=''", ONE_OF_THE_TYPES)),
    "events of a number": (lambda: dc.events(event_type=5), ("event_type=5", ONE_OF_THE_TYPES)),
    "events of several types": (lambda: dc.events(event_type=["hire"]), ("event_type=['hire']", ONE_OF_THE_TYPES)),
    "boundary events of no type": (lambda: dc.boundary_events(event_type="x"), ("event_type='x'", ONE_OF_THE_TYPES)),
    "events of a type and of payloads": (
        lambda: dc.events(event_type="hire", payloads=dc.merits()),
        ("Cannot have both event_type='hire' and payloads, which decides the type",),
    ),
    "documents of a type and of events": (
        lambda: dc.documents(event_type="hire", events=dc.events()),
        ("Cannot have both event_type='hire' and events, which decides the type",),
    ),
    "documents of no type": (lambda: dc.documents(event_type="x"), ("event_type='x'", ONE_OF_THE_TYPES)),
    "a value for a strategy": (
        lambda: dc.contributions(amounts=Decimal("1.50")),
        ("the strategy for amount is Decimal('1.50') (type=Decimal)", "it must be a strategy", "just(Decimal('1.50'))"),
    ),
    "a value for a strategy of the envelope": (
        lambda: dc.events(employee_ids="E1"),
        ("the strategy for employee_id is 'E1' (type=str)", "it must be a strategy"),
    ),
    "a payload for a strategy": (
        lambda: dc.events(payloads=5),
        ("the strategy for payloads is 5 (type=int)", "it must be a strategy"),
    ),
    "payloads that are none": (
        lambda: dc.events(payloads=st.just(5)),
        ("payloads gave 5 (type=int)", "it must give payloads"),
    ),
    "events for a strategy": (
        lambda: dc.documents(events=[]),
        ("the strategy for events is [] (type=list)", "it must be a strategy"),
    ),
    "events that are none": (lambda: dc.documents(events=dc.hires()), ("events gave HirePayload(", "must give events")),
    "a field that is none": (
        lambda: dc.invalid_documents(field="salary"),
        ("no rule of the catalogue has", "field='salary'"),
    ),
    "a rule that is none": (lambda: dc.invalid_documents(rule="odd"), ("no rule of the catalogue has", "rule='odd'")),
    "a level that is none": (
        lambda: dc.invalid_documents(level="may"),
        ("no rule of the catalogue has", "level='may'"),
    ),
    "an event type that is none": (
        lambda: dc.invalid_documents(event_type="x"),
        ("no rule of the catalogue has", "event_type='x'"),
    ),
    "a field of another event type": (
        lambda: dc.invalid_documents(event_type="hire", field="merit_percentage"),
        ("no rule of the catalogue has", "event_type='hire'", "field='merit_percentage'"),
    ),
    "a rule that a field can't break": (
        lambda: dc.invalid_documents(field="hire_date", rule="negative"),
        ("no rule of the catalogue has", "field='hire_date'", "rule='negative'"),
    ),
    "a rule of another level": (
        lambda: dc.invalid_documents(rule="missing", level="should"),
        ("no rule of the catalogue has", "rule='missing'", "level='should'"),
    ),
    "fields in a list": (lambda: dc.invalid_documents(field=["amount"]), ("no rule of", "field=['amount']")),
    "representations of an int": (lambda: dc.representations(5), ("value=5 (type=int)", NO_OTHER)),
    "representations of a flag": (lambda: dc.representations(True), ("value=True (type=bool)", NO_OTHER)),
    "representations of a float": (lambda: dc.representations(0.5), ("value=0.5 (type=float)", NO_OTHER)),
    "representations of a text": (lambda: dc.representations("1.5"), ("value='1.5' (type=str)", NO_OTHER)),
    "representations of None": (lambda: dc.representations(None), ("value=None (type=NoneType)", NO_OTHER)),
    "representations of a list": (lambda: dc.representations([]), ("value=[] (type=list)", NO_OTHER)),
    "representations of an empty document": (
        lambda: dc.representations({}),
        ("value={} is no valid document", "employee_id"),
    ),
    "representations of a document that is not valid": (
        lambda: dc.representations(SAMPLES["hire"] | {"employee_id": " E1"}),
        ("'employee_id': ' E1'", "is no valid document", "no white space at either end"),
    ),
    "representations of a negative amount": (
        lambda: dc.representations(Decimal(-1)),
        ("value=Decimal('-1') is no amount", "expected money"),
    ),
    "representations of no number": (
        lambda: dc.representations(Decimal("NaN")),
        ("value=Decimal('NaN') is no amount", "expected money"),
    ),
    "representations of too many places": (
        lambda: dc.representations(Decimal("0.0000001")),
        ("value=Decimal('1E-7') is no amount", "at most 6 decimal places"),
    ),
    "representations of too many digits": (
        lambda: dc.representations(Decimal(10**12)),
        ("value=Decimal('1000000000000') is no amount", "at most 12 digits"),
    ),
    "representations of an instant beyond the calendar": (
        lambda: dc.representations(BEYOND),
        (f"value={BEYOND!r} is no timestamp", "beyond the calendar"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_is_refused_with_its_name_and_value(name):
    ask, parts = REFUSED[name]
    with pytest.raises(InvalidArgument) as caught:
        minimal(ask())
    for part in parts:
        assert part in str(caught.value)


def test_asking_is_not_yet_drawing():
    # As with Hypothesis's own strategies, arguments are judged when an example is wanted.
    for ask in (REFUSED["events of no type"], REFUSED["a value for a strategy"], REFUSED["a rule that is none"]):
        assert isinstance(ask[0](), SearchStrategy)


def test_an_override_of_invalid_values_is_refused_by_the_model():
    with pytest.raises(ValidationError, match=r"amount\n  expected money .* greater than 0"):
        minimal(dc.contributions(amounts=st.just(Decimal(0))))


def test_arguments_are_keywords_only():
    for strategy in (*BY_EVENT_TYPE.values(), dc.payloads, dc.events, dc.boundary_events, dc.documents):
        assert {parameter.kind for parameter in inspect.signature(strategy).parameters.values()} == {
            inspect.Parameter.KEYWORD_ONLY
        }


# --- what replaces what ---


def keywords(strategy: Callable[..., object]) -> list[str]:
    return list(inspect.signature(strategy).parameters)


def fields_of(event_type: str) -> list[str]:
    return [field for field in SAMPLES[event_type]["payload"] if field != "event_type"]


REPLACEABLE = [
    (event_type, keyword, field)
    for event_type, strategy in BY_EVENT_TYPE.items()
    for keyword, field in zip(keywords(strategy), fields_of(event_type), strict=True)
]


@pytest.mark.parametrize(("event_type", "keyword", "field"), REPLACEABLE)
def test_each_keyword_of_a_payload_strategy_replaces_its_field_and_no_other(event_type, keyword, field):
    sample = PAYLOAD_CLASSES[event_type].model_validate(SAMPLES[event_type]["payload"])
    value = getattr(sample, field)
    strategy = BY_EVENT_TYPE[event_type](**{keyword: st.just(value)})
    assert_all_examples(strategy, lambda payload: getattr(payload, field) == value, examples=30)
    for other in fields_of(event_type):
        if other != field:
            find_any(strategy, lambda payload, other=other: getattr(payload, other) != getattr(sample, other))


@pytest.mark.parametrize(("event_type", "keyword", "field"), REPLACEABLE)
def test_each_keyword_is_the_plural_of_its_field(event_type, keyword, field):
    # hire_date: hire_dates, eligible: eligible_flags, opt_out_window_expires: opt_out_window_expiry_dates.
    stem = field.removesuffix("s").removesuffix("y").removesuffix("e").removesuffix("expir")
    assert keyword.startswith(stem)
    assert keyword.endswith("s") or field == "source_balances_vested"


@pytest.mark.parametrize(
    ("event_type", "keyword", "field"), [row for row in REPLACEABLE if SAMPLES[row[0]]["payload"][row[2]] is not None]
)
def test_optional_fields_can_be_replaced_by_null_and_others_not(event_type, keyword, field):
    nullable = (event_type in {"hire", "promotion", "termination", "merit"} and field == "plan_id") or field in {
        "opt_out_window_expires", "prior_year_hce",
    }  # fmt: skip
    strategy = BY_EVENT_TYPE[event_type](**{keyword: st.none()})
    if nullable:
        assert_all_examples(strategy, lambda payload: getattr(payload, field) is None, examples=20)
    else:
        with pytest.raises(ValidationError, match=field):
            minimal(strategy)


ENVELOPE_VALUES: dict[str, tuple[str, Any]] = {
    "event_ids": ("event_id", UUID(int=5)),
    "employee_ids": ("employee_id", "EMP_000001"),
    "effective_dates": ("effective_date", date(2031, 7, 4)),
    "created_ats": ("created_at", datetime(2031, 7, 4, 9, 30, tzinfo=UTC)),
    "scenario_ids": ("scenario_id", "baseline"),
    "plan_design_ids": ("plan_design_id", "standard"),
    "source_systems": ("source_system", "workforce_simulation"),
    "correlation_ids": ("correlation_id", "C1"),
}


def test_events_have_a_keyword_for_each_field():
    assert keywords(dc.events) == ["event_type", "payloads", *ENVELOPE_VALUES]


@pytest.mark.parametrize("keyword", ENVELOPE_VALUES)
def test_each_keyword_of_events_replaces_its_field_and_no_other(keyword):
    field, value = ENVELOPE_VALUES[keyword]
    strategy = dc.events(**{keyword: st.just(value)})
    assert_all_examples(strategy, lambda event: getattr(event, field) == value)
    for other, its_value in ENVELOPE_VALUES.values():
        if other != field:
            assert_all_examples(
                strategy,
                lambda event, other=other, its_value=its_value: getattr(event, other) != its_value,
                examples=20,
            )


def test_all_keywords_at_once():
    strategies = {keyword: st.just(value) for keyword, (_, value) in ENVELOPE_VALUES.items()}
    event = minimal(dc.events(**strategies, payloads=dc.hires(job_levels=st.just(7))))
    assert {field: getattr(event, field) for field, _ in ENVELOPE_VALUES.values()} == dict(ENVELOPE_VALUES.values())
    assert event.payload.job_level == 7


@pytest.mark.parametrize("event_type", BY_EVENT_TYPE)
def test_payloads_given_decide_the_type_and_mostly_the_date(event_type):
    payload = PAYLOAD_CLASSES[event_type].model_validate(SAMPLES[event_type]["payload"])
    strategy = dc.events(payloads=st.just(payload))
    assert_all_examples(strategy, lambda event: event.payload == payload)
    own_date = date.fromisoformat(SAMPLES[event_type]["effective_date"])
    has_own = event_type not in {"termination", "merit", "forfeiture"}
    if has_own:
        find_any(strategy, lambda event: event.effective_date == own_date)
    find_any(strategy, lambda event: event.effective_date != own_date)


def test_a_correlation_can_be_ruled_out():
    assert_all_examples(dc.events(correlation_ids=st.none()), lambda event: event.correlation_id is None)


def test_documents_are_of_the_events_given():
    strategy = dc.documents(events=dc.events(employee_ids=st.just("EMP_000001")))
    assert_all_examples(strategy, lambda document: document["employee_id"] == "EMP_000001")


# --- how a strategy looks ---


@pytest.mark.parametrize(
    "call",
    [
        *(f"{strategy.__name__}()" for strategy in BY_EVENT_TYPE.values()),
        "payloads()",
        "payloads(event_type='hire')",
        "events()",
        "events(event_type='vesting')",
        "boundary_events()",
        "documents()",
        "documents(canonical=True)",
        "invalid_documents()",
        "invalid_documents(rule='null')",
        "events(payloads=contributions())",
    ],
)
def test_the_repr_of_a_strategy_is_the_call_that_makes_it(call):
    strategy = eval(call, vars(dc).copy())
    assert repr(strategy) == call


def test_no_strategy_filters():
    for strategy in (*(make() for make in BY_EVENT_TYPE.values()), dc.payloads(), dc.events(), dc.boundary_events()):
        assert ".filter" not in repr(strategy)
    for value in (Decimal(5), date(2024, 2, 29), datetime(2024, 2, 29), UUID(int=5), SAMPLES["hire"]):
        assert ".filter" not in repr(dc.representations(value))
