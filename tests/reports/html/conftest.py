"""Reports of every kind with something in each part of them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dcprops.audit import Audit, audit
from dcprops.monitor import Alert, MonitorReport, Point, Series, Trend, Verdict
from dcprops.properties import CheckResult, Failure, Report, check
from dcprops.properties.cases import contribution, event, forfeiture, vesting
from dcprops.reports.html import audit_html, check_html, monitor_html

LEDGER = (
    event(1, "2024-01-31", contribution("employer_match", "100.000000", "2024-01-31")),
    event(2, "2024-06-30", contribution("employee_pre_tax", "50.000000", "2024-06-30")),
    event(3, "2024-12-31", vesting("0.4000", ("employer_match",), "2024-12-31")),
    event(4, "2025-06-30", forfeiture("employer_match", "60.000000", "0.4000")),
)


def failure(**changes: object) -> Failure:
    fields: dict[str, object] = {
        "title": "balances.some-law: net differs",
        "message": "Every field is what the reference says. But net differs.",
        "field": "S1/D1/E1/P1 as of 2025-06-30: net",
        "expected": "90.000000",
        "got": "80.000000",
        "ledger": LEDGER,
        "workings": "first this\nthen that",
        "test": "import json\n\n\ndef test():\n    assert json",
    }
    return Failure(**{**fields, **changes})  # type: ignore[arg-type]


def failed(**changes: object) -> CheckResult:
    return CheckResult("balances.some-law", "balances", "A law.", "failed", 12, 0.5, (failure(**changes),))


@pytest.fixture(scope="session")
def generated_report() -> Report:
    """A run on our own model and calculator, observed."""
    only = ("model.accepts-valid", "model.rejects-invalid", "balances.conserves-money", "compliance.hce-looks-back")
    return check(only=only, seed=1, max_examples=20, observe=True)


@pytest.fixture(scope="session")
def full_report(generated_report: Report) -> Report:
    """The same with a failure of a ledger, one of a document, and a matrix in which cells pass."""
    of_document = replace(failure(title="another", ledger=None, workings=""), document={"a": 1})
    cells = generated_report.matrix
    return replace(
        generated_report,
        targets={"model": "yours.events:Event", "calculator": "yours.ledger:balances"},
        checks=(
            *generated_report.checks,
            CheckResult("balances.some-law", "balances", "A law.", "failed", 12, 0.5, (failure(), of_document)),
            CheckResult("store.some-law", "store", "Another law.", "skipped", reason="there is no store"),
            CheckResult("model.other", "model", "A third law.", "errored", 1, 0.1, (failure(ledger=None, test=""),)),
        ),
        matrix=(replace(cells[0], outcome="accepted"), replace(cells[1], outcome="crashed"), *cells[2:]),
    )


@pytest.fixture(scope="session")
def sample_audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """The sample of a simulator with two broken lines: anomalies, invalid rows and balances."""
    lines = (
        (Path(__file__).parents[3] / "dcprops" / "benchmarks" / "planwise_sample.ndjson")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    lines[1] = lines[1][:50]
    lines[4] = lines[4].replace('"scenario_id":"', '"x":1,"scenario_id":" ')
    path = tmp_path_factory.mktemp("audit") / "events.ndjson"
    path.write_text("\n".join(lines), encoding="utf-8")
    return audit(path, with_overview=True, as_of=date(2024, 12, 31))


def series(metric: str = "events.read", level: str = "ok", *, runs: int = 30, shift: float = 0.0) -> Series:
    """A metric that is measured five times a run, shifted from the 20th run on."""
    drawn = random.Random(metric)
    points = tuple(
        Point(
            datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=run),
            f"{drawn.getrandbits(160):040x}",
            "2 cores",
            tuple(100_000 * (1 + shift * (run >= 20)) * drawn.gauss(1, 0.02) for _ in range(5)),
        )
        for run in range(runs)
    )
    last = points[:10][-1]
    baseline = Point(last.recorded_at, last.commit, "2 cores", tuple(each.median for each in points[:10]))
    verdict = Verdict(level, "it moved", shift, 0.0004, -shift * 9)  # type: ignore[arg-type]
    return Series(metric, "events/s", "higher", points, baseline, verdict, Trend(-12.5, 0.03), (20,), (7,))


@pytest.fixture(scope="session")
def monitor_report() -> MonitorReport:
    """Metrics of every level, one of them without a run."""
    unknown = Series("new", "s", "lower", (), None, Verdict("unknown", "nothing to compare with"))
    some = (series("a"), series("b", "critical", shift=-0.15), series("c", "warning", shift=-0.08), unknown)
    return MonitorReport(some, (Alert("critical", "b", "abc", "b fell by 15 %"),))


@pytest.fixture(scope="session")
def pages(full_report: Report, sample_audit: Audit, monitor_report: MonitorReport) -> dict[str, str]:
    """A page of each kind."""
    return {
        "check": check_html(full_report),
        "audit": audit_html(sample_audit, ["stored in a store"]),
        "monitor": monitor_html(monitor_report),
    }
