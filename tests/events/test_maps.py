"""Vested balances by source: any of the three buckets that vest, in one order, frozen."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
from decimal import Decimal
from types import MappingProxyType

import pytest
from pydantic import ValidationError

from dcprops.events import SimulationEvent, VestingPayload
from dcprops.events.frozen import FrozenMapping

BUCKETS = ("employer_match", "employer_nonelective", "employer_profit_sharing")
FIELD = "source_balances_vested"


def vesting(amounts):
    return VestingPayload(
        plan_id="p",
        vested_percentage="0.4",
        source_balances_vested=amounts,
        vesting_schedule_type="graded",
        service_computation_date="2020-01-01",
        service_credited_hours=1000,
        service_period_end_date="2020-12-31",
    )


@pytest.mark.parametrize("count", range(4))
def test_any_of_the_buckets_in_any_order_is_written_in_one_order(count, make, accept):
    for chosen in itertools.permutations(BUCKETS, count):
        event = accept(make("vesting", {FIELD: {bucket: f"{place}.5" for place, bucket in enumerate(chosen)}}))
        written = json.loads(event.model_dump_json())["payload"][FIELD]
        assert list(written) == [bucket for bucket in BUCKETS if bucket in chosen]
        assert written == {bucket: f"{place}.500000" for place, bucket in enumerate(chosen)}
        assert list(event.payload.source_balances_vested) == list(written)


def test_order_changes_neither_equality_nor_hash():
    amounts = dict.fromkeys(BUCKETS, "1")
    assert vesting(amounts) == vesting(dict(reversed(amounts.items())))
    assert hash(vesting(amounts)) == hash(vesting(dict(reversed(amounts.items()))))
    assert vesting(amounts) != vesting(amounts | {"employer_match": "2"})


def test_mappings_that_are_equal_hash_alike():
    one, same = FrozenMapping({"a": 1, "b": 2}), FrozenMapping({"b": 2, "a": 1})
    assert one == same
    assert hash(one) == hash(same)


@pytest.mark.parametrize(
    ("amounts", "place"),
    [
        ({"employee_pre_tax": "1"}, "employee_pre_tax"),
        ({"employer_match_true_up": "1"}, "employer_match_true_up"),
        ({"employer_match": "1", "forfeiture_allocation": "1"}, "forfeiture_allocation"),
        ({"": "1"}, ""),
        ({"Employer_match": "1"}, "Employer_match"),
        ({"employer_match": None}, "employer_match"),
        ({"employer_match": 1}, "employer_match"),
        ({"employer_match": 1.0}, "employer_match"),
        ({"employer_match": "-1"}, "employer_match"),
        ({"employer_match": "0.0000001"}, "employer_match"),
        ({"employer_match": "1000000000000"}, "employer_match"),
        ({"employer_match": {"amount": "1"}}, "employer_match"),
    ],
    ids=str,
)
def test_other_keys_and_amounts_are_refused(amounts, place, make, refuse):
    refuse(make("vesting", {FIELD: amounts}), "payload", "vesting", FIELD, place)


@pytest.mark.parametrize("value", [None, [], "x", 1, [["employer_match", "1"]], True], ids=str)
def test_what_is_no_object_is_refused(value, make, refuse):
    refuse(make("vesting", {FIELD: value}), "payload", "vesting", FIELD)


def test_in_python_any_mapping_will_do():
    expected = {"employer_match": Decimal(1)}
    for amounts in (MappingProxyType(expected), FrozenMapping(expected), expected, {"employer_match": 1}):
        assert vesting(amounts).source_balances_vested == expected
    with pytest.raises(ValidationError, match=FIELD):
        vesting([("employer_match", "1")])


def test_the_event_keeps_no_hold_on_the_mapping_it_was_given():
    amounts = {"employer_match": Decimal(1)}
    payload = vesting(amounts)
    amounts["employer_match"] = Decimal(2)
    assert payload.source_balances_vested == {"employer_match": Decimal(1)}


CHANGES = {
    "set": lambda mapping: mapping.__setitem__("employer_match", Decimal(9)),
    "delete": lambda mapping: mapping.__delitem__("employer_match"),
    "update": lambda mapping: mapping.update(employer_match=Decimal(9)),
    "or": lambda mapping: mapping.__ior__({"employer_match": Decimal(9)}),
    "pop": lambda mapping: mapping.pop("employer_match"),
    "popitem": lambda mapping: mapping.popitem(),
    "setdefault": lambda mapping: mapping.setdefault("employer_nonelective", Decimal(9)),
    "clear": lambda mapping: mapping.clear(),
    "attribute": lambda mapping: setattr(mapping, "note", "x"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_mapping_refuses_to_change(name):
    payload = vesting({"employer_match": "1"})
    with pytest.raises((TypeError, AttributeError)):
        CHANGES[name](payload.source_balances_vested)
    assert payload == vesting({"employer_match": "1"})


def test_a_refused_change_says_what_to_do():
    with pytest.raises(TypeError, match="frozen: build a new event instead"):
        vesting({}).source_balances_vested["employer_match"] = Decimal(1)


def test_the_mapping_survives_pickle_and_copies_are_itself():
    mapping = vesting({"employer_profit_sharing": "1", "employer_match": "2"}).source_balances_vested
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(mapping, protocol))
        assert back == mapping
        assert list(back) == list(mapping)
        assert type(back) is FrozenMapping
        assert hash(back) == hash(mapping)
    assert copy.copy(mapping) is mapping
    assert copy.deepcopy(mapping) is mapping
    assert mapping == dict(mapping)
    assert repr(mapping) == repr(dict(mapping))
    assert eval(repr(mapping), {"Decimal": Decimal}) == mapping


def test_the_python_dump_can_be_read_again(texts):
    event = SimulationEvent.model_validate_json(texts["vesting"])
    assert SimulationEvent.model_validate(event.model_dump()) == event
