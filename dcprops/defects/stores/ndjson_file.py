"""A store in a text file: one line for each batch, written and synced before append returns."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from dcprops.defects.stores import reading
from dcprops.events import EventFactory, SimulationEvent


class ConflictError(ValueError):
    """The same id, and other content."""


class Store:
    """What the wrong stores differ in is a method."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.kept: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        self.file = open(self.path, "a+b", buffering=0)
        try:
            self.read()
        except BaseException:
            self.file.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    # Writing.

    def append(self, documents: Iterable[dict[str, Any]]) -> Any:
        batch = self.checked([self.canonical(each) for each in documents])
        self.write(list(batch.values()))
        self.kept.update(batch)

    def canonical(self, document: dict[str, Any]) -> dict[str, Any]:
        return EventFactory.validate_schema(document)

    def checked(self, documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """What is new, by its id."""
        batch: dict[str, dict[str, Any]] = {}
        for each in documents:
            id_ = self.identity(each)
            known = self.kept.get(id_) or batch.get(id_)
            if known is None:
                batch[id_] = each
            elif not self.is_same(known, each):
                raise ConflictError(f"{id_} is there with other content")
        return batch

    def identity(self, document: dict[str, Any]) -> str:
        return document["event_id"]

    def is_same(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return one == other

    def write(self, documents: Iterable[dict[str, Any]]) -> None:
        if documents:
            self.file.write(self.line_of(documents))
            self.sync()

    def line_of(self, documents: Iterable[dict[str, Any]]) -> bytes:
        return json.dumps(documents).encode() + b"\n"

    def sync(self) -> None:
        os.fsync(self.file.fileno())

    def read(self) -> None:
        self.file.seek(0)
        for line in self.file.read().splitlines(keepends=True):
            if line.endswith(b"\n"):  # else it was being written when the process died
                self.kept.update((self.identity(each), each) for each in json.loads(line))

    # Reading.

    def events(self) -> Any:
        return [self.shown(each) for each in self.kept.values()]

    def shown(self, document: dict[str, Any]) -> Any:
        return document

    def balances(self, as_of: date) -> Iterable[dict[str, Any]]:
        return reading.balances(self.events(), as_of)

    def history(self, employee_id: str) -> Iterable[dict[str, Any]]:
        return reading.history(self.events(), employee_id)

    def snapshots(self) -> Iterable[dict[str, Any]]:
        return reading.snapshots(self.events())


class OfModels(Store):
    """The same, giving models."""

    def shown(self, document: dict[str, Any]) -> Any:
        return SimulationEvent.model_validate(document)

    def balances(self, as_of: date) -> Iterable[dict[str, Any]]:
        return reading.balances(self.kept.values(), as_of)

    def history(self, employee_id: str) -> Iterable[dict[str, Any]]:
        so_far = []
        for each in reading.history(self.kept.values(), employee_id):
            so_far.append(each)
            keys = ("scenario_id", "plan_design_id")
            yield {
                "event": self.shown(each),
                "balance": next(
                    (
                        row
                        for row in self.balances_after(so_far)
                        if row["plan_id"] == each["payload"]["plan_id"] and all(row[key] == each[key] for key in keys)
                    ),
                    None,
                ),
            }

    def balances_after(self, documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        return reading.balances(documents, date.max)

    snapshots = None  # type: ignore[assignment]  # it offers none
