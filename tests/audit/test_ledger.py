"""The ledger in an audited file: its anomalies, its balances on a day, and both as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dcprops.audit import Audit, audit
from dcprops.reference import BalanceRow
from dcprops.rules.anomalies import ANOMALIES

KEYS = ["scenario_id", "plan_design_id", "employee_id", "plan_id"]


def audit_of(path: Path, documents: Iterable[dict[str, Any]], **options: Any) -> Audit:
    path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    return audit(path, **options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events"


@pytest.fixture
def contribution(sample_by_type: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return sample_by_type["contribution"]


def row_of(found: Audit, employee: str, scenario: str | None = None) -> BalanceRow:
    rows = [row for row in found.balances or () if row.employee_id == employee]
    (row,) = (row for row in rows if scenario in {None, row.scenario_id})
    return row


# --- balances ---


def test_accounts_of_the_sample_worked_by_hand(sample_path: Path):
    found = audit(sample_path, with_balances=True)
    # Own 417.81 and match 208.905, of which nothing is vested.
    one = row_of(found, "EMP_000000", "baseline_2025")
    assert one.as_mapping() == {
        "scenario_id": "baseline_2025",
        "plan_design_id": "standard",
        "employee_id": "EMP_000000",
        "plan_id": "401K_UNION",
        "total_employee_contributions": Decimal("417.81"),
        "total_employer_contributions": Decimal("208.905"),
        "total_forfeitures": 0,
        "gross_account_balance": Decimal("626.715"),
        "vested_account_balance": Decimal("417.81"),
        "unvested_balance": Decimal("208.905"),
        "net_account_balance": Decimal("626.715"),
        "current_vested_percentage": 0,
        "sources": {"employee_pre_tax": Decimal("417.81"), "employer_match": Decimal("208.905")},
    }
    # Match 726.7338; 0.6 of it is 436.04028.
    two = row_of(found, "EMP_000076")
    assert (two.vested_account_balance, two.unvested_balance) == (Decimal("436.04028"), Decimal("290.69352"))
    # Own 892.25. Of a match of 382.3908 there are 7314.21216 forfeited: -6931.82136 are left, and settled.
    three = row_of(found, "EMP_000115")
    assert three.gross_account_balance == Decimal("1274.6408")
    assert three.net_account_balance == three.vested_account_balance == Decimal("-6039.57136")


def test_every_account_is_in_the_balances_once(sample_path: Path, sample: tuple[bytes, ...]):
    accounts = {
        tuple((document | document["payload"])[key] for key in KEYS)
        for document in map(json.loads, sample)
        if document["payload"]["event_type"] in {"eligibility", "enrollment", "contribution", "vesting", "forfeiture"}
    }
    rows = audit(sample_path, with_balances=True).balances or ()
    assert [row.account for row in rows] == sorted(accounts)


def test_balances_are_of_the_last_effective_day_unless_another_one_is_given(path: Path, contribution: dict[str, Any]):
    later = {**contribution, "event_id": "00000000-0000-4000-8000-000000000001", "effective_date": "2031-02-28"}
    documents = [later, contribution]
    first = date.fromisoformat(contribution["effective_date"])
    once, twice = Decimal(contribution["payload"]["amount"]), 2 * Decimal(contribution["payload"]["amount"])
    for given, day, net in (
        (None, date(2031, 2, 28), twice),
        (first, first, once),
        (date(2031, 2, 27), date(2031, 2, 27), once),
    ):
        found = audit_of(path, documents, as_of=given, with_balances=True)
        assert (found.as_of, row_of(found, contribution["employee_id"]).net_account_balance) == (day, net)


def test_no_account_is_there_before_its_first_event(path: Path, contribution: dict[str, Any]):
    found = audit_of(path, [contribution], as_of=date(1999, 12, 31), with_balances=True)
    assert (found.balances, found.to_json()["balances"], found.to_json()["as_of"]) == ((), [], "1999-12-31")


def test_invalid_rows_have_no_part_in_the_balances(path: Path, contribution: dict[str, Any]):
    bad = {**contribution, "effective_date": "2099-01-01", "employee_id": " E9"}
    found = audit_of(path, [contribution, bad], with_balances=True)
    assert [row.employee_id for row in found.balances or ()] == [contribution["employee_id"]]
    assert found.as_of == date.fromisoformat(contribution["effective_date"])


def test_without_a_valid_event_there_is_no_day(path: Path):
    found = audit_of(path, [{}], with_balances=True)
    assert (found.balances, found.as_of, found.anomalies, found.ok) == ((), None, (), False)


def test_the_order_of_the_rows_is_of_no_account(path: Path, sample: tuple[bytes, ...]):
    documents = list(map(json.loads, sample))
    found, backwards = (audit_of(path, each, with_balances=True) for each in (documents, documents[::-1]))
    assert found == backwards


# --- anomalies ---


def test_the_anomalies_of_the_sample_by_code(sample_path: Path):
    found = audit(sample_path)
    # Every forfeiture in it lacks the contributions that were there before the sample was taken.
    assert found.anomalies_by_code == {
        "forfeiture-over-balance": 18,
        "hce-threshold-of-another-year": 12,
        "before-hire": 1,
    }
    assert list(found.anomalies_by_code) == sorted(found.anomalies_by_code, key=found.anomalies_by_code.get)[::-1]
    assert not found.ok


def test_anomalies_are_of_the_whole_file_whatever_the_day(sample_path: Path):
    assert audit(sample_path, as_of=date(2000, 1, 1)).anomalies == audit(sample_path).anomalies


def test_a_warning_leaves_a_file_in_order_and_an_error_does_not(path: Path, contribution: dict[str, Any]):
    again = audit_of(path, [contribution, contribution])
    assert [(each.code, each.severity) for each in again.anomalies] == [("duplicate-event", "warning")]
    assert again.ok
    other = audit_of(path, [contribution, {**contribution, "source_system": "other"}])
    assert [(each.code, each.severity) for each in other.anomalies] == [("conflicting-event-id", "error")]
    assert not other.ok


def test_birth_years_decide_whether_there_was_catch_up(path: Path, contribution: dict[str, Any]):
    payload = contribution["payload"] | {
        "source": "employee_roth", "amount": "31000.000000", "ytd_amount": "31000.000000",
        "pay_period_end": "2025-06-30", "contribution_date": "2025-06-30",
    }  # fmt: skip
    document = {**contribution, "effective_date": "2025-06-30", "payload": payload}
    employee = contribution["employee_id"]
    # 23500 + 7500 for who turns 50 in 2025, and 23500 for who turns 49.
    codes = [
        [each.code for each in audit_of(path, [document], birth_years=years).anomalies]
        for years in (None, {employee: 1975}, {employee: 1976})
    ]
    assert codes == [["deferrals-need-catch-up"], [], ["deferrals-over-limit"]]


# --- JSON ---


def test_the_json_has_the_promised_keys_in_order(sample_path: Path):
    start = ["file", "events", "valid", "invalid", "invalid_by_rule", "anomalies", "anomalies_by_code"]
    assert list(audit(sample_path).to_json()) == [*start, "as_of"]
    assert list(audit(sample_path, with_balances=True).to_json()) == [*start, "balances", "as_of"]


def test_anomalies_in_json(sample_path: Path, sample: tuple[bytes, ...]):
    report = json.loads(json.dumps(audit(sample_path).to_json()))
    documents = {document["event_id"]: document for document in map(json.loads, sample)}
    assert len(report["anomalies"]) == 31
    for anomaly in report["anomalies"]:
        assert list(anomaly) == ["code", "severity", "account", "event_id", "message"]
        assert anomaly["severity"] == ANOMALIES[anomaly["code"]].severity
        document = documents[anomaly["event_id"]]
        assert anomaly["account"] == {key: (document | document["payload"])[key] for key in KEYS}
        assert anomaly["message"].startswith(ANOMALIES[anomaly["code"]].sentence)
    assert report["anomalies_by_code"] == Counter(anomaly["code"] for anomaly in report["anomalies"])


def test_an_anomaly_of_an_event_that_names_no_plan(path: Path, sample_by_type: dict[str, dict[str, Any]]):
    hire = sample_by_type["hire"]
    twice = [{**hire, "event_id": f"00000000-0000-4000-8000-00000000000{n}"} for n in (1, 2)]
    for document in twice:
        document["payload"] = {**hire["payload"], "plan_id": None}
    (anomaly,) = audit_of(path, twice).to_json()["anomalies"]
    assert anomaly["code"] == "hired-twice"
    assert anomaly["account"] == {**{key: hire[key] for key in KEYS[:3]}, "plan_id": None}


def test_balances_in_json_are_text_with_all_places(sample_path: Path):
    found = audit(sample_path, with_balances=True)
    report = json.loads(json.dumps(found.to_json()))
    for row, written in zip(found.balances or (), report["balances"], strict=True):
        for name, value in row.as_mapping().items():
            if isinstance(value, Decimal):
                places = 4 if name == "current_vested_percentage" else 6
                assert written[name] == f"{value:.{places}f}"
        assert written["sources"] == {source: f"{amount:.6f}" for source, amount in row.sources.items()}
        assert written.keys() == row.as_mapping().keys()
