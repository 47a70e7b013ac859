"""Failures as data: what a property found, with the smallest document that shows it and a test that reproduces it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from dcprops.properties.generated import Generated

__all__ = ["Breaking", "CheckResult", "Failure", "MatrixCell", "Outcome", "Report", "Status"]

Status: TypeAlias = Literal["passed", "failed", "errored", "skipped"]
Outcome: TypeAlias = Literal["rejected", "accepted", "crashed"]


class Breaking(AssertionError):
    """Raised by a law that does not hold: in one field, with what was expected and what came instead."""

    def __init__(
        self, message: str, *, field: str = "", expected: object = None, got: object = None, workings: str = ""
    ) -> None:
        super().__init__(message)
        self.workings = workings
        self.message = message
        self.field = field
        self.expected = expected
        self.got = got


@dataclass(frozen=True)
class Failure:
    """One way in which a target fell short of a law."""

    title: str
    message: str
    field: str = ""
    expected: str = ""
    got: str = ""
    document: Any = None
    ledger: tuple[dict[str, Any], ...] | None = None
    workings: str = ""
    test: str = ""

    def to_json(self) -> dict[str, Any]:
        """The failure as the report's JSON has it: with the document, or with the ledger and its workings."""
        shown = (
            {"document": self.document}
            if self.ledger is None
            else {"ledger": list(self.ledger), "workings": self.workings.splitlines()}
        )
        return {
            "title": self.title,
            "message": self.message,
            "field": self.field,
            "expected": self.expected,
            "got": self.got,
            **shown,
            "test": self.test,
        }


@dataclass(frozen=True)
class MatrixCell:
    """What a target did with the wrong values of one cell; the worst outcome of them all."""

    payload: str
    field: str
    rule: str
    level: str
    outcome: Outcome

    def to_json(self) -> dict[str, str]:
        """The cell as the report's JSON has it."""
        return {
            "payload": self.payload,
            "field": self.field,
            "rule": self.rule,
            "level": self.level,
            "outcome": self.outcome,
        }


@dataclass(frozen=True)
class CheckResult:
    """What came of one property: its status, the examples and seconds spent on it, and its failures."""

    id: str
    suite: str
    law: str
    status: Status
    examples: int = 0
    seconds: float = 0.0
    failures: tuple[Failure, ...] = ()
    reason: str = ""
    level: str = "must"
    #: Why it is expected to fail; empty if it isn't.
    xfail: str = ""

    @property
    def falls_short(self) -> bool:
        """Whether it failed, and was not expected to. What is errored was not even tried."""
        return self.status == "errored" or (self.status == "failed" and not self.xfail)

    def to_json(self) -> dict[str, Any]:
        """The result as the report's JSON has it."""
        return {
            "id": self.id,
            "suite": self.suite,
            "law": self.law,
            "status": self.status,
            "level": self.level,
            "examples": self.examples,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
            "failures": [failure.to_json() for failure in self.failures],
            **({"xfail": self.xfail} if self.xfail else {}),
        }


@dataclass(frozen=True)
class Report:
    """What came of all properties that were run against the targets.

    `generated` counts what was tried, None unless that was asked for. Of a run on several machines, `shard` is which
    this was, or `shards` are those that were joined, and `run_id` is what they had in common.
    """

    version: str
    seed: int
    profile: str
    strict: bool
    targets: dict[str, str]
    checks: tuple[CheckResult, ...]
    matrix: tuple[MatrixCell, ...] = field(default=())
    generated: Generated | None = None
    shard: str = ""
    run_id: str = ""
    shards: tuple[Mapping[str, Any], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every property held that was not expected to fail."""
        return not any(check.falls_short for check in self.checks)

    @property
    def summary(self) -> dict[str, int]:
        """How many properties ended in which way, and how many cells of the matrix."""
        counts = dict.fromkeys(("passed", "failed", "errored", "skipped"), 0)
        for check in self.checks:
            counts[check.status] += 1
        outcomes = dict.fromkeys(("rejected", "accepted", "crashed"), 0)
        for cell in self.matrix:
            outcomes[cell.outcome] += 1
        return {**counts, **outcomes, "examples": sum(check.examples for check in self.checks)}

    def to_json(self) -> dict[str, Any]:
        """The report as JSON: the contract of `dcprops check --json`."""
        return {
            "version": self.version,
            "seed": self.seed,
            "profile": self.profile,
            "strict": self.strict,
            "targets": self.targets,
            "checks": [check.to_json() for check in self.checks],
            "matrix": [cell.to_json() for cell in self.matrix],
            "summary": self.summary,
            **({} if self.generated is None else {"generated": self.generated.to_json()}),
            **({"shard": self.shard} if self.shard else {}),
            **({"run_id": self.run_id} if self.run_id else {}),
            **({"shards": [dict(shard) for shard in self.shards]} if self.shards else {}),
        }


def described(value: object) -> str:
    """A value of the target's as a report shows it."""
    try:
        return ascii(value)
    except Exception as error:  # noqa: BLE001  # a target's own __repr__ may fail in any way
        return f"({type(value).__name__}, whose __repr__ raised {type(error).__name__})"


def as_text(value: object) -> str:
    """A value of any kind as a report shows it."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value)
    except (TypeError, ValueError):
        return ascii(value)
