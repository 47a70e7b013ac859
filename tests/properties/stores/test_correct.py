"""Stores that are right pass every law, whatever they are made of."""

from __future__ import annotations

import contextlib
import json

import pytest

from dcprops.defects.stores import ndjson_file, sqlite_file
from dcprops.properties import check
from dcprops.properties.store import STORE_SUITE

LAWS = [law.id for law in STORE_SUITE]
SNAPSHOTS = "store.snapshots-match-history"


class Bare:
    """The least that a store is: two calls, on a file of texts, in whatever shape."""

    def __init__(self, path):
        self.path = path

    @contextlib.contextmanager
    def opened(self):
        with ndjson_file.Store(self.path) as self.store:
            yield self

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        return self.stack.enter_context(self.opened())

    def __exit__(self, *error):
        self.stack.close()

    def append(self, documents):
        self.store.append(documents)
        documents.clear()  # which were handed over

    def events(self):
        return (json.dumps(each) for each in self.store.events())


def faults(report):
    return [
        (each.id, each.status, each.reason, [(failure.title, failure.field, failure.got) for failure in each.failures])
        for each in report.checks
        if each.status != "passed"
    ]


@pytest.mark.parametrize("store", [ndjson_file.Store, sqlite_file.Store])
def test_a_correct_store_passes(store):
    report = check(store=store, only=LAWS, max_examples=60, seed=7)
    assert faults(report) == []
    assert [each.id for each in report.checks] == LAWS
    assert all(each.examples for each in report.checks)


def test_what_is_not_offered_is_not_judged():
    report = check(store=ndjson_file.OfModels, only=LAWS, max_examples=30, seed=7)
    assert faults(report) == [(SNAPSHOTS, "skipped", "the store has no snapshots", [])]
    skipped = faults(check(store=Bare, only=LAWS, max_examples=30, seed=7))
    assert [(id_, status) for id_, status, *_ in skipped] == [
        ("store.balances-match-reference", "skipped"),
        (SNAPSHOTS, "skipped"),
        ("store.history-in-canonical-order", "skipped"),
    ]


@pytest.mark.parametrize("law", LAWS)
def test_a_store_of_arrow_passes(law):
    pytest.importorskip("duckdb")
    from dcprops.defects.stores import duckdb_file  # noqa: PLC0415  # needs an extra

    found = faults(check(store=duckdb_file.Store, only=[law], max_examples=1, seed=7))
    assert found == ([(SNAPSHOTS, "skipped", "the store has no snapshots", [])] if law == SNAPSHOTS else [])
