"""A ledger that a store fails on and that stays long, since it takes many events, is made simple in all else."""

from __future__ import annotations

import json

import pytest

from dcprops.properties import check, reproduce
from dcprops.properties import trying as module

ATOMIC = "store.append-is-atomic"
#: Keeps what came before an error, as soon as it had to flush in between.
STORE = "dcprops.defects.stores.wrong:KeepsWhatCameBeforeAnError"


def test_what_is_left_is_simple_and_still_fails():
    (found,) = check(store=STORE, only=[ATOMIC], profile="quick", seed=1).checks
    (failure,) = found.failures
    assert failure.ledger is not None
    assert len(failure.ledger) > module._FEW_EVENTS
    days = {document["effective_date"] for document in failure.ledger}
    people = {document["employee_id"] for document in failure.ledger}
    amounts = {document["payload"]["amount"] for document in failure.ledger if "amount" in document["payload"]}
    assert (days, people, amounts) == ({"2025-12-31"}, {"E1"}, {"1.000000"})
    text = failure.test.split("json.loads(", 1)[1].split(")\n", 1)[0]
    with pytest.raises(AssertionError, match="part of a batch is there"):
        reproduce(ATOMIC, json.loads(eval(text)), store=STORE)


def test_an_interrupt_ends_the_check(monkeypatch: pytest.MonkeyPatch):
    class Interrupted(module.Reducer):
        def _cut(self) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "Reducer", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        check(store=STORE, only=[ATOMIC], profile="quick", seed=1)
