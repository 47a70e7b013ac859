"""Money and rates: exact decimals with a fixed number of places, never rounded, in whatever decimal context."""

from __future__ import annotations

import decimal
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dcprops.events import MeritPayload, SimulationEvent
from dcprops.events.kinds import FixedPoint

ABOVE_ZERO = [
    ("hire", "annual_compensation"),
    ("promotion", "new_annual_compensation"),
    ("merit", "new_compensation"),
    ("contribution", "amount"),
    ("forfeiture", "amount"),
    ("hce_status", "hce_threshold"),
    ("compliance", "applicable_limit"),
]
FROM_ZERO = [
    ("contribution", "ytd_amount"),
    ("hce_status", "ytd_compensation"),
    ("hce_status", "annualized_compensation"),
    ("compliance", "current_amount"),
]
RATES = [
    ("merit", "merit_percentage"),
    ("enrollment", "pre_tax_contribution_rate"),
    ("enrollment", "roth_contribution_rate"),
    ("enrollment", "after_tax_contribution_rate"),
    ("vesting", "vested_percentage"),
    ("forfeiture", "vested_percentage"),
]

MONEY_TEXTS = [
    ("1", "1.000000"),
    ("1.5", "1.500000"),
    ("0.000001", "0.000001"),
    ("0.01", "0.010000"),
    ("23500.000001", "23500.000001"),
    ("23499.999999", "23499.999999"),
    ("999999999999", "999999999999.000000"),
    ("999999999999.999999", "999999999999.999999"),
    ("007", "7.000000"),
    ("000000000000.000001", "0.000001"),
]
ZERO_TEXTS = ["0", "0.0", "0.000000", "000000000000", "000.000000"]
NEVER_MONEY_TEXTS = [
    "", " ", ".", "-", "1.", ".5", "+1", "-1", "-0", "-0.000000", "1e3", "1E+3", "1E-7", "1_000", "1,000",
    "1.5 ", " 1.5", "1.5\n", "\n1", "1.1234567", "1.0000000", "0.0000001", "1000000000000", "0000000000001",
    "1000000000000.000000", "NaN", "sNaN",
    "Infinity", "-Infinity", "inf", "0x10", "$5", "5 USD", "1.2.3", "hello", "true", "null",
    "\u0661\u0662", "\uff11", "1\u00a0000", "1\x00", "\u22121",
]  # fmt: skip
NEVER_A_NUMBER = [1, 0, 1.5, 1e2, 10**12, -1, True, False, None, [], ["1"], {}, {"amount": "1"}, float("nan")]

RATE_TEXTS = [("0", "0.0000"), ("0.0001", "0.0001"), ("0.06", "0.0600"), ("0.9999", "0.9999"), ("1", "1.0000"),
              ("1.0", "1.0000"), ("1.0000", "1.0000")]  # fmt: skip
NEVER_RATE_TEXTS = ["", "1.0001", "1.1", "2", "10", "00", "01", "0.12345", "0.00000", "1.00000", "-0", "-0.1", "6%",
                    ".06", "0.", "1e-1", "NaN", "Infinity", "0.06 ", "0.06\n"]  # fmt: skip


def of(pairs):
    return pytest.mark.parametrize(("event_type", "field"), pairs, ids=["-".join(pair) for pair in pairs])


@of(ABOVE_ZERO + FROM_ZERO)
def test_money_is_read_exactly_and_written_with_six_places(event_type, field, make, accept):
    for text, written in MONEY_TEXTS:
        event = accept(make(event_type, {field: text}))
        held = getattr(event.payload, field)
        assert held.as_tuple() == Decimal(written).as_tuple()
        assert json.loads(event.model_dump_json())["payload"][field] == written


@of(ABOVE_ZERO + FROM_ZERO)
def test_other_texts_and_all_numbers_are_not_money(event_type, field, make, refuse):
    for value in [*NEVER_MONEY_TEXTS, *NEVER_A_NUMBER]:
        message = refuse(make(event_type, {field: value}), "payload", event_type, field)
        assert message.startswith("expected money as a string of at most 12 digits with at most 6 decimal places")


@of(FROM_ZERO)
def test_zero_is_money_where_money_may_be_zero(event_type, field, make, accept):
    for text in ZERO_TEXTS:
        event = accept(make(event_type, {field: text}))
        assert getattr(event.payload, field).as_tuple() == Decimal("0.000000").as_tuple()


@of(ABOVE_ZERO)
def test_zero_is_refused_where_money_must_be_above_it(event_type, field, make, refuse):
    for text in ZERO_TEXTS:
        assert refuse(make(event_type, {field: text}), "payload", event_type, field).endswith("greater than 0")


@of(RATES)
def test_rates_are_read_exactly_and_written_with_four_places(event_type, field, make, accept):
    for text, written in RATE_TEXTS:
        event = accept(make(event_type, {field: text}))
        assert getattr(event.payload, field).as_tuple() == Decimal(written).as_tuple()
        assert json.loads(event.model_dump_json())["payload"][field] == written


@of(RATES)
def test_what_is_no_rate_is_refused(event_type, field, make, refuse):
    for value in [*NEVER_RATE_TEXTS, *NEVER_A_NUMBER]:
        message = refuse(make(event_type, {field: value}), "payload", event_type, field)
        assert message.startswith("expected a rate as a string of 1 digit with at most 4 decimal places")
        assert message.endswith("at most 1")


def merit(**fields):
    return MeritPayload(**{"new_compensation": "1", "merit_percentage": "0"} | fields)


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (5, "5.000000"),
        (999_999_999_999, "999999999999.000000"),
        ("5.25", "5.250000"),
        (Decimal("5.25"), "5.250000"),
        (Decimal("1E+3"), "1000.000000"),
        (Decimal("1E+11"), "100000000000.000000"),
        (Decimal("1E-6"), "0.000001"),
        (Decimal("999999999999.999999"), "999999999999.999999"),
    ],
    ids=str,
)
def test_in_python_money_is_a_decimal_an_int_or_a_text(value, held):
    assert merit(new_compensation=value).new_compensation.as_tuple() == Decimal(held).as_tuple()


@pytest.mark.parametrize(
    "value",
    [
        0, -1, 10**12, 10**5000, 1.0, 0.1, float("nan"), float("inf"), True, None, b"1", 1j,
        Decimal(0), Decimal("-0"), Decimal(-1), Decimal("1E+12"), Decimal("1E-7"), Decimal("1.0000001"),
        Decimal("999999999999.9999999"), Decimal("9E+999999"), Decimal("1E-999999"), Decimal("NaN"), Decimal("-NaN"),
        Decimal("5.2500000"), Decimal("1." + "0" * 60), Decimal("sNaN"), Decimal("NaN123"), Decimal("Infinity"),
        Decimal("-Infinity"),
    ],
    ids=lambda value: repr(value)[:40] if not isinstance(value, int) or value < 10**13 else "a-number-of-5001-digits",
)  # fmt: skip
def test_in_python_what_is_not_exactly_money_is_refused(value):
    with pytest.raises(ValidationError, match=r"^1 validation error for MeritPayload\nnew_compensation\n"):
        merit(new_compensation=value)


@pytest.mark.parametrize("text", ["0", "0.00", "0.0000", "0E+3", "0E+400"])
def test_in_python_zero_is_zero_with_as_many_places_as_are_kept(text):
    assert merit(merit_percentage=Decimal(text)).merit_percentage.as_tuple() == Decimal("0.0000").as_tuple()


def test_money_of_a_decimal_subclass_is_held_as_a_plain_decimal():
    class Dollars(Decimal):
        pass

    assert type(merit(new_compensation=Dollars("5")).new_compensation) is Decimal


HOSTILE = {
    "one-digit": decimal.Context(prec=1, rounding=decimal.ROUND_UP),
    "one-digit-all-traps": decimal.Context(prec=1, rounding=decimal.ROUND_FLOOR, traps=list(decimal.Context().flags)),
    "tiny-exponents": decimal.Context(prec=3, Emin=-2, Emax=2, clamp=1, traps=list(decimal.Context().flags)),
    "no-traps": decimal.Context(prec=4, rounding=decimal.ROUND_05UP, traps=[]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_callers_decimal_context_changes_nothing(name, texts):
    accepted = {"new_compensation": Decimal("123456789012.123456"), "merit_percentage": Decimal("0.9999")}
    refused = [{"new_compensation": Decimal("123456789012.1234561")}, {"merit_percentage": Decimal("1.0001")},
               {"new_compensation": "1.1234567"}, {"new_compensation": Decimal("sNaN")}]  # fmt: skip
    with decimal.localcontext(HOSTILE[name]) as context:
        for text in texts.values():
            assert SimulationEvent.model_validate_json(text).model_dump_json() == text
        payload = merit(**accepted)
        written = payload.model_dump_json()
        equal = payload == merit(new_compensation="123456789012.123456", merit_percentage="0.9999")
        hashes = hash(payload) == hash(merit(**accepted))
        for fields in refused:
            with pytest.raises(ValidationError):
                merit(**fields)
        assert not any(context.flags.values())
    assert equal
    assert hashes
    assert '"new_compensation":"123456789012.123456","merit_percentage":"0.9999"' in written


@given(quanta=st.integers(1, 10**18 - 1))
def test_every_amount_survives_text_and_python(quanta):
    whole, part = divmod(quanta, 10**6)
    text = f"{whole}.{part:06}"
    held = Decimal((0, tuple(map(int, str(quanta))), -6))
    for value in (text, held, Decimal(text).normalize(), text.rstrip("0").rstrip(".")):
        payload = merit(new_compensation=value)
        assert payload.new_compensation.as_tuple() == held.as_tuple()
        assert json.loads(payload.model_dump_json())["new_compensation"] == text


@given(quanta=st.integers(1, 10**19), places=st.integers(7, 40))
def test_an_amount_with_a_digit_beyond_the_sixth_place_is_refused(quanta, places):
    digits = quanta * 10 + 1  # the last place is not zero
    value = Decimal((0, tuple(map(int, str(digits))), -places))
    with pytest.raises(ValidationError):
        merit(new_compensation=value)


@pytest.mark.parametrize(
    ("kind", "smallest", "largest", "quantum"),
    [
        (FixedPoint("money", 12, 6), "0.000000", "999999999999.999999", "0.000001"),
        (FixedPoint("money", 12, 6, above_zero=True), "0.000001", "999999999999.999999", "0.000001"),
        (FixedPoint("a rate", 1, 4, maximum=1), "0.0000", "1.0000", "0.0001"),
    ],
    ids=["money", "money-above-zero", "rate"],
)
def test_a_kind_knows_its_ends(kind, smallest, largest, quantum):
    assert kind.quantum.as_tuple() == Decimal(quantum).as_tuple()
    lowest, highest = kind.from_quanta(kind.quanta[0]), kind.from_quanta(kind.quanta[-1])
    assert (kind.text_of(lowest), kind.text_of(highest)) == (smallest, largest)
    assert kind.read(smallest) == lowest
    assert kind.read(highest) == highest
    for beyond in (lowest - kind.quantum, highest + kind.quantum):
        with pytest.raises(ValueError, match="expected"):
            kind.read(beyond)
    assert kind.text_of(kind.example) in kind.expectation
