"""What two documents differ in, and what the tables say of one."""

from __future__ import annotations

from typing import Any

import pytest

from dcprops.properties.documents import differences_in_meaning, differences_in_writing
from dcprops.properties.failures import Breaking, as_text
from dcprops.rules import SAMPLES

CONTRIBUTION = SAMPLES["contribution"]
VESTING = SAMPLES["vesting"]


def with_payload(document: dict[str, Any], **changes: object) -> dict[str, Any]:
    return {**document, "payload": {**document["payload"], **changes}}


@pytest.mark.parametrize("document", SAMPLES.values(), ids=SAMPLES)
def test_a_document_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    assert list(differences_in_meaning(document, document)) == []
    assert list(differences_in_writing(document, document)) == []


@pytest.mark.parametrize(
    ("got", "differences"),
    [
        ([], [("", "a JSON object", [])]),
        (None, [("", "a JSON object", None)]),
        ({**CONTRIBUTION, "payload": "lost"}, [("payload", CONTRIBUTION["payload"], "lost")]),
        ({**CONTRIBUTION, "employee_id": "E2"}, [("employee_id", "E1", "E2")]),
        ({**CONTRIBUTION, "extra": 1}, [("extra", "nothing", 1)]),
        (with_payload(CONTRIBUTION, extra=1), [("extra", "nothing", 1)]),
        (with_payload(CONTRIBUTION, amount="132.336002"), [("amount", "132.336001", "132.336002")]),
        (with_payload(CONTRIBUTION, amount=132.336001), [("amount", "132.336001", 132.336001)]),
        (with_payload(CONTRIBUTION, amount="many"), [("amount", "132.336001", "many")]),
        (with_payload(CONTRIBUTION, inferred_value=1), [("inferred_value", True, 1)]),
        ({**CONTRIBUTION, "created_at": "2025-07-01T00:00:08Z"}, [
            ("created_at", "2025-07-01T00:00:07Z", "2025-07-01T00:00:08Z")
        ]),
        ({**CONTRIBUTION, "created_at": "July"}, [("created_at", "2025-07-01T00:00:07Z", "July")]),
        ({name: value for name, value in CONTRIBUTION.items() if name != "scenario_id"}, [
            ("scenario_id", "S1", "nothing")
        ]),
        # A field that may be null says the same where it is left out.
        ({name: value for name, value in CONTRIBUTION.items() if name != "correlation_id"}, []),
        (with_payload(CONTRIBUTION, amount="132.3360010"), []),
        ({**CONTRIBUTION, "created_at": "2025-07-01T05:30:07.000+05:30"}, []),
        ({**CONTRIBUTION, "created_at": "2025-07-01T00:00:07"}, []),
    ],
)  # fmt: skip
def test_differences_in_meaning(got: object, differences: list[tuple[str, object, object]]) -> None:
    assert list(differences_in_meaning(CONTRIBUTION, got)) == differences


@pytest.mark.parametrize(
    "balances",
    [
        {},
        {"employer_match": "6511.375801", "employer_nonelective": "0.000000", "employer_profit_sharing": "250.000001"},
        {"employer_match": 6511, "employer_nonelective": "0.000000", "employer_profit_sharing": "250.000000"},
        "6511.375801",
        None,
    ],
)
def test_balances_differ_by_source_and_amount(balances: object) -> None:
    expected = VESTING["payload"]["source_balances_vested"]
    got = with_payload(VESTING, source_balances_vested=balances)
    assert list(differences_in_meaning(VESTING, got)) == [("source_balances_vested", expected, balances)]


def test_balances_mean_the_same_with_fewer_places_and_in_another_order() -> None:
    balances = {"employer_profit_sharing": "250", "employer_match": "6511.375801", "employer_nonelective": "0"}
    got = with_payload(VESTING, source_balances_vested=balances)
    assert list(differences_in_meaning(VESTING, got)) == []
    assert [field for field, _, _ in differences_in_writing(VESTING, got)] == ["source_balances_vested"]


@pytest.mark.parametrize(
    ("got", "fields"),
    [
        (with_payload(CONTRIBUTION, amount="132.3360010"), ["amount"]),
        ({**CONTRIBUTION, "created_at": "2025-07-01T00:00:07.000000Z"}, []),
        ({**CONTRIBUTION, "created_at": "2025-07-01T00:00:07+00:00"}, ["created_at"]),
        ({**CONTRIBUTION, "created_at": "2025-07-01T00:00:07"}, ["created_at"]),
        ({**CONTRIBUTION, "event_id": CONTRIBUTION["event_id"].replace("-", "")}, ["event_id"]),
    ],
)
def test_differences_in_writing(got: object, fields: list[str]) -> None:
    assert [field for field, _, _ in differences_in_writing(CONTRIBUTION, got)] == fields


def test_as_text_shows_anything() -> None:
    assert as_text("375") == "375"
    assert as_text({"amount": "375"}) == '{"amount": "375"}'
    assert as_text({1}) == "{1}"


# Tables


@pytest.fixture
def agree() -> Any:
    pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    from dcprops.properties.tabular import tables_agree  # noqa: PLC0415  # stands on both

    return tables_agree


@pytest.mark.parametrize("document", SAMPLES.values(), ids=SAMPLES)
def test_the_tables_take_what_is_valid_and_give_it_back(agree: Any, document: dict[str, Any]) -> None:
    agree(document, True)


@pytest.mark.parametrize(
    "document",
    [
        with_payload(CONTRIBUTION, amount="-1"),
        with_payload(CONTRIBUTION, amount="0"),
        with_payload(CONTRIBUTION, amount=132.5),
        with_payload(CONTRIBUTION, amount="0.0000001"),
        with_payload(CONTRIBUTION, source="elsewhere"),
        with_payload(CONTRIBUTION, extra="x"),
        with_payload(CONTRIBUTION, pay_period_end="2023-02-29"),
        with_payload(CONTRIBUTION, plan_id=" "),
        with_payload(CONTRIBUTION, plan_id="\ud800"),
        with_payload(CONTRIBUTION, plan_id={"a": 1}),
        with_payload(CONTRIBUTION, inferred_value=1),
        with_payload(SAMPLES["hire"], job_level=11),
        with_payload(SAMPLES["hire"], job_level=2.5),
        with_payload(VESTING, source_balances_vested=None),
        with_payload(VESTING, source_balances_vested={"employer_match": None}),
        with_payload(VESTING, source_balances_vested={"employee_roth": "1.000000"}),
        with_payload(VESTING, event_type="hire"),
        {**CONTRIBUTION, "payload": None},
        {**CONTRIBUTION, "created_at": "9999-12-31T23:30:00-01:00"},
        {**CONTRIBUTION, "event_id": "E1"},
        {**CONTRIBUTION, "employee_id": None},
    ],
)
def test_the_tables_refuse_what_is_invalid(agree: Any, document: dict[str, Any]) -> None:
    agree(document, False)
    with pytest.raises(
        Breaking, match=r"the model accepts what DuckDB refuses|Arrow has no place for a valid document"
    ):
        agree(document, True)


def test_a_model_that_refuses_what_the_tables_take_is_told_each_time(agree: Any) -> None:
    for _ in range(2):
        with pytest.raises(Breaking, match="the model refuses what DuckDB takes"):
            agree(CONTRIBUTION, False)
    agree(CONTRIBUTION, True)


def test_where_a_document_leaves_it_open_the_tables_have_the_defaults(agree: Any) -> None:
    enrollment = SAMPLES["enrollment"]
    optional = {"after_tax_contribution_rate", "auto_enrollment", "opt_out_window_expires"}
    payload = {name: value for name, value in enrollment["payload"].items() if name not in optional}
    envelope = {name: value for name, value in enrollment.items() if name not in {"event_id", "created_at"}}
    agree({**envelope, "payload": payload}, True)
