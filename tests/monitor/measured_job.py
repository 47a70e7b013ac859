"""A function that is really measured, beside another one by turns; told as `dcprops bench --json` tells it.

`python measured_job.py ROUNDS`: the more rounds, the slower the function. Both are measured in processor time.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable

TURNS = 9


def digest(rounds: int) -> bytes:
    value = b"event"
    for _ in range(rounds):
        value = hashlib.sha256(value).digest()
    return value


def seconds(job: Callable[[int], object], rounds: int) -> float:
    start = time.process_time()
    job(rounds)
    return time.process_time() - start


def main(rounds: int) -> None:
    usual = 1000
    turns = [(seconds(digest, rounds), seconds(digest, usual)) for _ in range(TURNS + 1)][1:]
    row = {
        "name": "digest", "what": "a chain of digests", "unit": "s", "better": "lower",
        "ours": [ours for ours, _ in turns],
        "peer": [peer for _, peer in turns],
        "ratios": [peer / ours for ours, peer in turns],
        "ratio": None, "promise": None, "met": None, "failure": None,
    }  # fmt: skip
    json.dump({"version": "0", "machine": {"cpu": "this one"}, "repeat": TURNS, "rows": [row]}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
