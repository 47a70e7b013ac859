"""The properties by themselves on the rules: models written otherwise judge as the table says, see docs/mutation.md.

The table is made when it is imported; here it is made again, and tried value by value.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal, localcontext
from itertools import product
from types import SimpleNamespace

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from dcprops.defects.models.stdlib_model import UndescribedModel
from dcprops.events import kinds
from dcprops.events.schema import ENVELOPE, EVENT_TYPES, PAYLOADS
from dcprops.properties.fixed_documents import at_every_edge, edges, no_documents, samples, wrongs
from dcprops.properties.targets import Crashed, Rejected, model_target
from dcprops.rules import CATALOGUE, RULES, SAMPLES
from dcprops.rules.catalogue import ABSENT, UNKNOWN_FIELD
from dcprops.rules.diagnosis import breaches, breaches_of_text, shown
from dcprops.strategies import documents, invalid_documents

SEED = 20_260_701
TARGET = model_target(UndescribedModel)
FIELDS = {"envelope": ENVELOPE, **PAYLOADS}


def few(examples):
    """So many examples, which are not made smaller where one fails."""

    def decorated(test):
        return settings(max_examples=examples, phases=(Phase.generate,))(seed(SEED)(test))

    return decorated


def is_accepted(document):
    try:
        TARGET.validate(document)
    except (Rejected, Crashed):
        return False
    return True


def named(document):
    return [(each.field, each.rule) for each in breaches(document)]


# The table, made again.


@pytest.fixture
def tables(anew):
    made = anew("dcprops.rules.samples", "dcprops.rules.catalogue", "dcprops.rules.edges")
    absent = made[1].ABSENT
    return SimpleNamespace(samples=made[0].SAMPLES, cells=made[1].CATALOGUE, edges=made[2].EDGES, absent=absent)


def test_a_sample_is_written_as_it_is_read(tables):
    for event_type, document in tables.samples.items():
        assert breaches(document) == ()
        assert document["payload"]["event_type"] == event_type
        assert TARGET.dump(TARGET.validate(document)) == document
    for field in ("event_id", "created_at"):
        assert len({document[field] for document in tables.samples.values()}) == len(EVENT_TYPES)


def test_every_value_of_the_table_breaks_its_rule_and_no_other(tables):
    for cell in tables.cells:
        assert cell.level in {"must", "should"}
        for event_type in cell.event_types:
            document = tables.samples[event_type]
            for value in cell.values if event_type == cell.event_types[0] else cell.values[:1]:
                wrong = cell.put(document, value)
                assert named(wrong) == [(cell.field, cell.rule)], (cell, value)
                assert not is_accepted(wrong), (cell, value)
                assert breaches(document) == ()


def test_every_value_at_an_edge_is_accepted(tables):
    for edge in tables.edges:
        assert isinstance(edge.bound, str)
        for value in edge.values:
            document = edge.put(tables.samples[edge.event_types[0]], value)
            assert breaches(document) == (), (edge, value)
            assert is_accepted(document), (edge, value)


NUMBER = {
    "null", "wrong-type", "float-money", "integer-money", "not-a-number", "not-finite", "negative", "too-many-places",
    "bad-notation",
}  # fmt: skip


def rules_of(kind):
    """The rules that a value of a kind can break, by hand."""
    match kind:
        case kinds.FixedPoint():
            size = "too-many-digits" if kind.maximum is None else "above-one"
            return {*NUMBER, size, *(["not-positive"] if kind.above_zero else [])}
        case kinds.MoneyBySource():
            return {*NUMBER, "too-many-digits", "unknown-key"}
        case kinds.Text():
            return {"null", "wrong-type", "blank", "padded", "control-character", "surrogate", "too-long"}
        case kinds.Date():
            return {"null", "wrong-type", "look-alike", "bad-date"}
        case kinds.Timestamp():
            return {"null", "wrong-type", "look-alike", "too-many-places", "bad-timestamp"}
        case kinds.EventId():
            return {"null", "wrong-type", "look-alike", "bad-uuid"}
        case kinds.Flag():
            return {"null", "look-alike", "wrong-type"}
        case kinds.WholeNumber():
            return {"null", "wrong-type", "look-alike", "not-whole", "below-range", "above-range"}
        case _:
            return {"null", "wrong-type", "unknown-value"}


def test_every_field_is_hit_by_every_rule_that_it_can_break(tables):
    listed = {(cell.payload, cell.field, cell.rule): cell for cell in tables.cells}
    assert len(listed) == len(tables.cells)
    expected = {("envelope", "payload", rule) for rule in ("missing", "null", "wrong-type")}
    for payload, fields in FIELDS.items():
        expected.add((payload, UNKNOWN_FIELD, "unknown-field"))
        if payload != "envelope":
            expected.add((payload, "event_type", "wrong-event-type"))
        for field in fields:
            rules = rules_of(field.kind) - ({"null"} if field.nullable else set())
            expected |= {(payload, field.name, rule) for rule in rules | ({"missing"} if field.required else set())}
    assert listed.keys() == expected
    for (payload, _, rule), cell in listed.items():
        assert cell.values
        assert (rule == "missing") == (tables.absent in cell.values)
        if rule == "wrong-event-type":
            assert {*cell.values, payload} == set(EVENT_TYPES)
    # What two levels mean is said by rule and kind: a value that loses or corrupts data must be refused everywhere.
    should = {"look-alike", "control-character", "integer-money", "bad-notation", "too-long"}
    assert all((cell.level == "should") == (cell.rule in should) for cell in tables.cells)


def test_wrong_values_are_just_outside_and_right_ones_just_inside(tables):
    """For each bound there is a value on either side with nothing in between, and what overflows is there, too."""
    wrong = {(cell.payload, cell.field, cell.rule): cell.values for cell in tables.cells}
    right = {(payload, field.name): [] for payload, fields in FIELDS.items() for field in fields}
    for edge in tables.edges:
        right[edge.payload, edge.field].extend(edge.values)
    assert {edge.field for edge in tables.edges}.isdisjoint({"event_type"})
    for payload, fields in FIELDS.items():
        for field in fields:
            if field.name != "event_type":
                near(field.kind, right[payload, field.name], lambda rule, at=(payload, field.name): wrong[(*at, rule)])
            assert (None in right[payload, field.name]) == field.nullable
            if field.name != "event_type":
                assert any(value is tables.absent for value in right[payload, field.name]) == (not field.required)


def near(kind, right, wrong):  # noqa: PLR0915  # a table, kind by kind
    match kind:
        case kinds.FixedPoint():
            quantum = Decimal(1).scaleb(-kind.places)
            least = quantum if kind.above_zero else Decimal(0)
            most = Decimal(10) ** kind.digits - quantum if kind.maximum is None else Decimal(kind.maximum)
            numbers = [Decimal(value) for value in right if isinstance(value, str)]
            assert min(numbers) == least
            assert max(numbers) == most
            assert {least + quantum, most - quantum, Decimal(1), Decimal("0.5")} <= {*numbers}
            assert {"1", "0.5", "1.0"} <= {*right}
            if kind.maximum is None:
                assert most + quantum in [Decimal(value) for value in wrong("too-many-digits")]
                assert any(len(value) > len(f"{most}") for value in wrong("too-many-digits") if "." in value)
            else:
                assert most + quantum in [Decimal(value) for value in wrong("above-one")]
                assert {2, 6, 100} <= {Decimal(value) for value in wrong("above-one")}
            near_numbers(kind, wrong)
        case kinds.Text():
            lengths = {len(value) for value in right if isinstance(value, str)}
            assert (min(lengths), max(lengths)) == (1, kind.max_length)
            assert sum(len(value) == kind.max_length for value in right if isinstance(value, str)) == 2
            assert {len(value) for value in wrong("too-long")} == {kind.max_length + 1}
            assert {value.isascii() for value in wrong("too-long")} == {True, False}
        case kinds.WholeNumber():
            assert {kind.minimum, kind.maximum} <= {value for value in right if isinstance(value, int)}
            assert {kind.maximum + 1, 2**31, 2**63} <= {*wrong("above-range")}
            assert {kind.minimum - 1, -(2**63)} <= {*wrong("below-range")}
            assert all(kind.minimum < value < kind.maximum for value in wrong("not-whole"))
            assert any(value < kind.minimum + 1 for value in wrong("not-whole"))
            assert any(value > kind.maximum - 1 for value in wrong("not-whole"))
            assert {True, str(kind.maximum), f"{kind.maximum}.0"} <= {*wrong("look-alike")}
            assert {"", "many"} <= {value for value in wrong("wrong-type") if isinstance(value, str)}
            assert [] in wrong("wrong-type")
        case kinds.Choice():
            assert {*kind.values} <= {*right}
            assert {word.lower().strip() for word in wrong("unknown-value")} >= {kind.values[0], ""}
            assert {"", "other", kind.values[0].upper(), f"{kind.values[0]} "} <= {*wrong("unknown-value")}
            assert [kind.values[0]] in wrong("wrong-type")
        case kinds.Flag():
            assert {value for value in right if isinstance(value, bool)} == {True, False}
        case kinds.MoneyBySource():
            held = [value for value in right if isinstance(value, dict)]
            assert {tuple(value) for value in held} == {(), *((source,) for source in kind.sources), kind.sources}
            amounts = [Decimal(value[kind.sources[0]]) for value in held if tuple(value) == kind.sources]
            assert (min(amounts), max(amounts)) == (0, Decimal("999999999999.999999"))
            assert {kind.sources[0]: None} in wrong("null")
            assert [kind.sources[0]] in wrong("wrong-type")
            assert {kind.sources[0]: []} in wrong("wrong-type")
            assert {kind.sources[0]: True} in wrong("wrong-type")
            keys = {key for value in wrong("unknown-key") for key in value}
            assert {"", "employee_roth", kind.sources[0].upper()} == keys
            money = kinds.FixedPoint("money", 12, 6)
            near_numbers(money, lambda rule: [value[kind.sources[0]] for value in wrong(rule) if value])


def near_numbers(kind, wrong):
    """What readers that are too kind take for a number is among the wrong values, each in its own way."""
    quantum = Decimal(1).scaleb(-kind.places)
    assert {0.1, 0.5} <= {*wrong("float-money")}
    assert any(value > 1 for value in wrong("float-money")) == (kind.maximum is None)
    assert 1 in wrong("integer-money")
    assert any(value > 1 for value in wrong("integer-money")) == (kind.maximum is None)
    texts = wrong("not-a-number")
    assert {"", "abc", "1.2.3"} <= {*texts}
    assert {value for value in texts if reads(lambda text: int(text, 16), value)} >= {"0x10"}
    assert any("," in value and reads(float, value.replace(",", "")) for value in texts)
    assert any("$" in value and reads(float, value.replace("$", "")) for value in texts)
    floats = [float(value) for value in wrong("not-finite") if reads(float, value)]
    assert any(map(math.isnan, floats))
    assert {value for value in floats if math.isinf(value)} == {math.inf, -math.inf}
    assert any(Decimal(value).is_snan() for value in wrong("not-finite"))
    assert {-1, Decimal("-0.01"), -1000} <= {Decimal(value) for value in wrong("negative")}
    places = [Decimal(value) for value in wrong("too-many-places")]
    assert {each % quantum for each in places} == {quantum / 10, quantum / 2, quantum * 9 / 10}
    assert max(places) > Decimal("0.1")
    assert min(places) == quantum / 10
    assert {value.strip().translate({ord("\u0661"): "1"}).lower() for value in wrong("bad-notation")} == {
        "+1", "1e0", "1", ".5", "1.", "0_1"
    }  # fmt: skip
    assert any(not value.isascii() for value in wrong("bad-notation"))
    assert {" 1", "1 "} <= {*wrong("bad-notation")}
    if kind.above_zero:
        assert {len(value) for value in wrong("not-positive")} == {1, kind.places + 2}


def reads(reader, text):
    try:
        reader(text)
    except ValueError:
        return False
    return True


def test_a_kind_that_nobody_lists_is_refused_by_its_name(anew):
    _, catalogue, made_edges = anew("dcprops.rules.samples", "dcprops.rules.catalogue", "dcprops.rules.edges")
    for listing in (catalogue.wrong_values, made_edges._edges_of_kind):
        with pytest.raises(NotImplementedError, match="listed for the kind 'another'"):
            listing("another")
    assert repr(catalogue.ABSENT) == "ABSENT"


# Diagnosis.


def test_diagnosis_says_what_a_model_written_otherwise_says():
    """Whatever is valid, at an edge or wrong: there is a breach just where both models refuse it."""
    for document in (*samples(), *at_every_edge(), *edges(), *wrongs(), *no_documents()):
        assert (breaches(document) == ()) == is_accepted(document), document


def test_the_text_of_a_document_breaks_what_the_document_does():
    for document in (*samples(), *edges(), *wrongs(), *no_documents()):
        text = json.dumps(document)
        assert breaches_of_text(text) == breaches(document)
        assert breaches_of_text(text.encode()) == breaches(document)


def words_of(value):
    written = ascii(value)
    return written if len(written) <= 80 else written[:79] + "…"


def test_a_message_names_the_field_the_value_the_rule_and_what_was_expected():
    expectation = {
        (payload, field.name): field.kind.expectation for payload, fields in FIELDS.items() for field in fields
    }
    for cell in CATALOGUE:
        for value in cell.values:
            (breach,) = breaches(cell.put(SAMPLES[cell.event_types[0]], value))
            rule = RULES[cell.rule].sentence
            start = f"{cell.field} {rule}" if value is ABSENT else f"{cell.field} = {words_of(value)} {rule}"
            if cell.field == "event_type" and value is ABSENT:
                start = f"event_type = None {rule}"
            assert breach.message.startswith(f"{start}: expected "), breach
            expected = breach.message.partition(": expected ")[2]
            if cell.rule == "wrong-event-type":
                assert expected == f"{cell.payload}, whose fields the payload has"
            elif cell.rule == "unknown-field":
                known = {field.name for field in FIELDS[cell.payload]}
                assert expected == f"only {', '.join(sorted(known | ({'payload'} if cell.in_envelope else set())))}"
            elif cell.field == "event_type":
                assert expected == f"one of {', '.join(EVENT_TYPES)}"
            elif cell.field == "payload":
                assert expected == "a JSON object with an event_type"
            else:
                assert expected == expectation[cell.payload, cell.field]
    for document in ([], None, "", 0, True):
        (breach,) = breaches(document)
        assert (breach.field, breach.rule) == ("", "not-an-object")
        rule = RULES["not-an-object"].sentence
        assert breach.message == f"the document = {words_of(document)} {rule}: expected one event as a JSON object"


NAMES = st.text(max_size=90) | st.from_regex("[a-z_0-9A-Z]{1,90}", fullmatch=True)


@few(60)
@given(st.sampled_from(samples()), NAMES, st.booleans(), st.integers(0, 200))
def test_an_unknown_name_is_shown_so_that_it_can_be_read(document, name, within, size):
    """The name as it is where it is plain and short, and as Python writes it where it isn't; the value not endless."""
    known = {field.name for fields in FIELDS.values() for field in fields} | {"payload"}
    if name in known:
        return
    value = "x" * size
    record = document["payload"] if within else document
    spoiled = {**record, name: value}
    (breach,) = breaches({**document, "payload": spoiled} if within else spoiled)
    assert (breach.field, breach.rule) == (name, "unknown-field")
    plain = re.fullmatch("[A-Za-z0-9_]{1,80}", name)
    assert breach.message.startswith(f"{name if plain else words_of(name)} = {words_of(value)} is no field")


def test_what_can_t_be_shown_is_told_by_its_type():
    endless = []
    for _ in range(100_000):
        endless = [endless]
    assert "(list " in shown(endless)
    assert "(int " in shown(10**5000)
    assert len(shown("é" * 1000)) == 80
    assert shown("e" * 78) == ascii("e" * 78)
    assert shown("e" * 79) == ascii("e" * 79)[:79] + "…"
    (breach,) = breaches({**SAMPLES["hire"], 5: "x"})
    assert (breach.field, breach.rule) == ("5", "unknown-field")


@few(40)
@given(st.sampled_from(samples()), st.data())
def test_a_key_that_comes_twice_is_told_once_with_what_the_last_value_breaks(document, data):
    within = data.draw(st.booleans())
    record = document["payload"] if within else document
    key = data.draw(st.sampled_from([name for name in record if name not in {"payload", "event_type"}]))
    times = data.draw(st.integers(1, 3))
    pairs = [*([(key, 5)] * times), *record.items()]
    text = "{" + ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in pairs) + "}"
    if within:
        text = json.dumps({**document, "payload": "here"}).replace('"here"', text)
    (breach,) = breaches_of_text(text)
    assert (breach.field, breach.rule) == (key, "duplicate-key")
    assert breach.message == f"{key} = {key!a} {RULES['duplicate-key'].sentence}: expected each key once"
    other = data.draw(st.sampled_from([name for name in record if name not in {"payload", "event_type", key}]))
    twice = text.replace("{" + f'"{key}"', "{" + f'"{other}": 5, "{key}"')
    assert {(each.field, each.rule) for each in breaches_of_text(twice)} == {
        (name, "duplicate-key") for name in (key, other)
    }


@few(20)
@given(st.sampled_from(samples()), st.data())
def test_what_can_t_be_read_is_told_where(document, data):
    text = json.dumps(document)
    place = data.draw(st.integers(0, len(text) - 1))
    spoiled = text[:place].encode() + b"\xff" + text[place:].encode()
    (breach,) = breaches_of_text(spoiled)
    assert (breach.field, breach.rule) == ("", "not-utf-8")
    assert breach.message == f"the document is not UTF-8: byte {place + 1} is 0xff"
    (breach,) = breaches_of_text(text + "x")
    assert (breach.field, breach.rule) == ("", "not-json")
    assert breach.message == f"the document is not JSON at character {len(text) + 1}: Extra data"
    (breach,) = breaches_of_text(text[:20])
    assert breach.rule == "not-json"
    assert re.fullmatch("the document is not JSON at character [0-9]+: Unterminated string starting", breach.message)
    (breach,) = breaches_of_text("[" * 200_000)
    assert (breach.field, breach.rule) == ("", "not-json")
    assert breach.message.startswith("the document is not JSON that can be read: ")


@few(10)
@given(st.sampled_from(["", "-"]), st.sampled_from([19, 1000, 1001, 5000, 20_000]))
def test_a_number_of_any_length_is_out_of_range(sign, digits):
    text = json.dumps(SAMPLES["hire"]).replace('"job_level": 3', f'"job_level": {sign}{"7" * digits}')
    assert [(each.field, each.rule) for each in breaches_of_text(text)] == [
        ("job_level", "below-range" if sign else "above-range")
    ]
    hours = json.dumps(SAMPLES["hire"]).replace('"job_level": 3', '"job_level": 1e999')
    assert [each.rule for each in breaches_of_text(hours)] == ["above-range"]


NUMBERS = {
    ("contribution", "amount"): (12, 6, False), ("contribution", "ytd_amount"): (12, 6, True),
    ("merit", "merit_percentage"): (1, 4, True),
}  # fmt: skip


def rule_of(number, whole, fraction, digits, places, zero_allowed):
    """The first rule that a number breaks which is written with so many digits before and after its point."""
    if places == 4 and number > 1:
        return "above-one"
    if number >= Decimal(10) ** digits:
        return "too-many-digits"
    if number == 0 and not zero_allowed:
        return "not-positive"
    if fraction > places and number:
        return "too-many-places"
    if whole > digits:
        return "too-many-digits"
    return "too-many-places" if fraction > places else None


@pytest.mark.parametrize("field", NUMBERS, ids="-".join)
def test_a_number_breaks_the_first_of_its_rules(field):
    digits, places, zero_allowed = NUMBERS[field]
    document = SAMPLES[field[0]]

    def rules(value):
        found = named({**document, "payload": {**document["payload"], field[1]: value}})
        assert all(name == field[1] for name, _ in found)
        return [rule for _, rule in found]

    for whole, fraction, figure in product(range(1, 15), range(9), "120"):
        text = figure * whole + ("." + "1" * fraction if fraction else "")
        number = Decimal(text)
        rule = rule_of(number, whole, fraction, digits, places, zero_allowed)
        assert rules(text) == ([rule] if rule else [])
        # Zeros after the last place are places that can't be kept, too, but only where nothing else is wrong.
        assert rules(text + ("" if fraction else ".") + "0" * 9) == [rule or "too-many-places"]
        assert rules(f"-{text}") == ["negative"]
        if rule is None:
            assert [rules(f"+{text}"), rules(f"{text}E0"), rules(f" {text}"), rules(f"{text}\n")] == [
                ["bad-notation"]
            ] * 4
        large = "above-one" if places == 4 else "too-many-digits"
        assert rules(f"{text}E+40") == [large if number else "bad-notation" if zero_allowed else "not-positive"]
    for number in (math.nan, math.inf, -math.inf, "nan", "-inf"):
        assert rules(number) == ["not-finite"]
    with localcontext(traps=[]):
        assert rules("abc") == ["not-a-number"]


@few(40)
@given(documents())
def test_what_is_valid_has_no_breach(document):
    assert breaches(document) == ()
    assert breaches_of_text(json.dumps(document)) == ()


@few(80)
@given(invalid_documents())
def test_what_breaks_one_rule_has_that_breach(broken):
    assert named(broken.document) == [(broken.field, broken.rule)]


@few(40)
@given(invalid_documents(), st.data())
def test_every_breach_is_named(one, data):
    """Two fields that break a rule are two breaches; what is left out besides is a third."""
    document = one.document
    left_out = data.draw(st.sampled_from(["employee_id", "scenario_id", "plan_design_id", "source_system"]))
    if one.field in {left_out, UNKNOWN_FIELD}:
        return
    without = {name: value for name, value in document.items() if name != left_out}
    assert sorted(named(without)) == sorted([(one.field, one.rule), (left_out, "missing")])
    more = {**without, UNKNOWN_FIELD: None}
    assert sorted(named(more)) == sorted([*named(without), (UNKNOWN_FIELD, "unknown-field")])


@few(60)
@given(st.sampled_from(EVENT_TYPES), st.sampled_from(EVENT_TYPES), st.data())
def test_another_type_is_meant_only_where_the_fields_are_just_its_own(told, meant, data):
    """A payload that calls itself by another type is one breach; with a field too few or too many it may not be."""
    payload = {**SAMPLES[meant]["payload"], "event_type": told}
    change = data.draw(st.sampled_from(["none", "left out", "added"]))
    if change == "left out":
        del payload[data.draw(st.sampled_from([name for name in payload if name != "event_type"]))]
    if change == "added":
        payload[UNKNOWN_FIELD] = "x"
    fitting = [
        event_type for event_type, fields in PAYLOADS.items()
        if {field.name for field in fields if field.required} <= {*payload} <= {field.name for field in fields}
    ]  # fmt: skip
    found = named({**SAMPLES[meant], "payload": payload})
    assert (("event_type", "wrong-event-type") in found) == (bool(fitting) and told not in fitting)
    if not fitting:
        own = {field.name for field in PAYLOADS[told]}
        missing = {field.name for field in PAYLOADS[told] if field.required} - {*payload}
        assert {name for name, rule in found if rule == "unknown-field"} == {*payload} - own
        assert {name for name, rule in found if rule == "missing"} == missing
