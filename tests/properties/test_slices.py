"""Slices of a run: together they are the whole, each about as much as the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcprops.properties import check
from dcprops.properties.slices import Slice, seed_of


@given(st.integers(1, 9), st.integers(0, 40), st.integers(0, 60))
def test_slices_are_the_whole_and_no_two_have_the_same(count, size, turn):
    dealt = [Slice(number, count).fixed(range(size), turn) for number in range(1, count + 1)]
    assert sorted(part for slice_ in dealt for part in slice_) == list(range(size))
    sizes = [Slice(number, count).examples(size, turn) for number in range(1, count + 1)]
    assert sum(sizes) == size
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 40))
def test_the_parts_of_slices_are_the_whole_too(count, parts, size):
    dealt = [
        Slice(number, count).part(part, parts).fixed(range(size))
        for number in range(1, count + 1)
        for part in range(1, parts + 1)
    ]
    assert sorted(each for slice_ in dealt for each in slice_) == list(range(size))


@pytest.mark.parametrize("text", ["", "0/4", "5/4", "1", "1/0", "a/b", "1/4/2", "-1/4", "1 / 4"])
def test_what_is_no_slice_is_refused(text):
    with pytest.raises(ValueError, match="expected I/N, such as 2/4"):
        Slice.parse(text)


def test_each_slice_and_property_has_a_seed_of_its_own():
    seeds = {seed_of(1, Slice(number, 4), id_) for number in range(1, 5) for id_ in ("model.a", "model.b")}
    assert len(seeds) == 8


def test_shards_try_together_what_one_run_tries():
    chosen = {"suites": ["compliance"], "max_examples": 8, "run_id": "r"}
    whole = check(**chosen).summary["examples"]
    assert sum(check(**chosen, shard=f"{number}/3").summary["examples"] for number in (1, 2, 3)) == whole
