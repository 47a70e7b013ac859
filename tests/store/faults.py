"""A process that appends to a store while something goes wrong: what it was told, it prints.

Run as `python faults.py PATH COUNT START BYTES`: it appends COUNT contributions, numbered from START, to the store, and
tells what became of it. With BYTES above 0 no file may grow larger than that, until it tries again.
"""

from __future__ import annotations

import os
import resource
import sys

import pyarrow as pa

from dcprops.events import SimulationEvent
from dcprops.schemas.arrow import to_table
from dcprops.store import Store, StoreError

DOCUMENT = {
    "event_id": "00000000-0000-4000-8000-000000000000", "employee_id": "EMP_000001", "effective_date": "2024-01-05",
    "created_at": "2024-01-05T09:30:00.000001Z", "scenario_id": "baseline", "plan_design_id": "standard",
    "source_system": "dc_plan_administration", "correlation_id": None,
    "payload": {
        "event_type": "contribution", "plan_id": "401K", "source": "employee_roth", "amount": "104.180000",
        "pay_period_end": "2024-01-05", "contribution_date": "2024-01-05", "ytd_amount": "104.180000",
        "payroll_id": "2024-B01", "irs_limit_applied": False, "inferred_value": False,
    },
}  # fmt: skip


def contributions(count, start=0):
    """A table of `count` contributions that differ in all that a file would otherwise hold once."""
    one = to_table([SimulationEvent.model_validate(DOCUMENT)])
    numbers = range(start, start + count)
    own = {
        "event_id": pa.array([f"{number * 2654435761 % 2**32:08x}-0000-4000-8000-{number:012x}" for number in numbers]),
        "employee_id": pa.array([f"EMP_{number:06d}" for number in numbers]),
        "payroll_id": pa.array([f"{number * 40503 % 65536:04x}-{number}" for number in numbers]),
    }
    arrays = [own.get(name, pa.repeat(one[name][0], count)) for name in one.column_names]
    return pa.Table.from_arrays(arrays, schema=one.schema)


def tell(*words):
    """One line, in one write."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def main(path, count, start, largest_file):
    table = contributions(count, start)
    with Store(path, threads=1) as store:
        if largest_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
        try:
            tell("stored", store.append(table).receipt.as_text())
        except StoreError as error:
            tell("refused", type(error).__name__, error)
        if largest_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            again = store.append(table)
            tell("again", again.created, again.exists, store.verify(again.receipt).rows)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
