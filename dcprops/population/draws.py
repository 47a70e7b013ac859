"""Random numbers that depend on nothing but who they are for and what: no order, no state, the same everywhere.

Each is a mix of a key and a person's number, so that any engine with unsigned 64-bit integers can make any of them by
itself. NumPy's own generators give a stream, in which the number of a person depends on all those before.
"""

from __future__ import annotations

import hashlib
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draws", "Flags", "Integers", "below", "key_of", "mixed"]

Integers: TypeAlias = NDArray[np.int64]
Draws: TypeAlias = NDArray[np.uint64]
Flags: TypeAlias = NDArray[np.bool_]

# The finaliser of SplitMix64 (Steele, Lea and Flood 2014): each input bit changes each output bit half of the time.
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_HALF: Final = np.uint64(32)


def key_of(*parts: int | str) -> np.uint64:
    """The key of a purpose: a number that has nothing to do with that of other parts."""
    text = "\x1f".join(map(str, parts)).encode()
    return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))


def mixed(keys: Draws | np.uint64, numbers: Draws) -> Draws:
    """One draw of 64 bits for each number. Different numbers under one key never give the same draw."""
    bits: Draws = numbers * _STEP
    bits += keys
    bits ^= bits >> np.uint64(30)
    bits *= _FIRST
    bits ^= bits >> np.uint64(27)
    bits *= _SECOND
    bits ^= bits >> np.uint64(31)
    return bits


def below(draws: Draws, bound: int | Integers) -> Integers:
    """Whole numbers from 0 to `bound` - 1, for a bound under 2**31; even to one part in 2**32."""
    return (((draws >> _HALF) * np.asarray(bound).astype(np.uint64)) >> _HALF).astype(np.int64)
