"""The random numbers: what any engine with unsigned 64-bit integers would come to, and evenly spread."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcprops.population.draws import below, key_of, mixed

UINT64 = st.integers(0, 2**64 - 1)


def splitmix(key: int, number: int) -> int:
    """The published finaliser, in Python's own integers."""
    mask = 2**64 - 1
    bits = (number * 0x9E3779B97F4A7C15 + key) & mask
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & mask
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & mask
    return bits ^ (bits >> 31)


@given(UINT64, st.lists(UINT64, min_size=1, max_size=20))
def test_a_draw_is_a_mix_of_its_key_and_its_number_alone(key, numbers):
    drawn = mixed(np.uint64(key), np.array(numbers, np.uint64))
    assert drawn.tolist() == [splitmix(key, number) for number in numbers]


def test_splitmix_is_the_published_one():
    # The first outputs of SplitMix64 with the state 0, as its author's program prints them.
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [splitmix(0, number) for number in (1, 2, 3)] == published


@given(st.lists(UINT64, min_size=1, max_size=20), st.integers(1, 2**31 - 1))
def test_a_whole_number_is_below_its_bound(draws, bound):
    assert below(np.array(draws, np.uint64), bound).tolist() == [(draw >> 32) * bound >> 32 for draw in draws]


def test_bounds_may_differ_by_life():
    draws = np.full(3, 2**64 - 1, np.uint64)
    assert below(draws, np.array([1, 10, 1000])).tolist() == [0, 9, 999]


def test_keys_of_different_purposes_differ():
    purposes = [(0, "pay", 0), (0, "pay", 1), (1, "pay", 0), (0, "p", "ay0"), (0, "level", 0)]
    assert len({int(key_of(*parts)) for parts in purposes}) == len(purposes)


def test_a_key_is_the_hash_of_its_parts():
    expected = hashlib.blake2b(b"5\x1fpay\x1f2021", digest_size=8).digest()
    assert int(key_of(5, "pay", 2021)) == int.from_bytes(expected, "little")


@pytest.mark.parametrize("purpose", ["leaves", "pay", "elects"])
def test_draws_of_people_in_a_row_are_spread_evenly(purpose):
    # 100 cells of 1,000 draws each: of chi-squared with 99 degrees of freedom one in a million is above 173.
    cells = np.bincount(below(mixed(key_of(3, purpose, 0), np.arange(100_000, dtype=np.uint64)), 100), minlength=100)
    assert ((cells - 1_000) ** 2 / 1_000).sum() < 173
