"""The reference over arbitrary valid events, coherent or not.

Balances are compared with a second implementation that shares no code: integers of a millionth, from documents.
"""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from dcprops.events import SimulationEvent
from dcprops.reference import anomalies, balances, compliance
from dcprops.rules.anomalies import ANOMALIES
from dcprops.strategies import incoherent_ledgers, ledgers

EMPLOYEE = ("employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up")
BUCKETS = {
    "employer_match": ("employer_match", "employer_match_true_up"),
    "employer_nonelective": ("employer_nonelective",),
    "employer_profit_sharing": ("employer_profit_sharing", "forfeiture_allocation"),
}
SOURCES = (*EMPLOYEE, *(source for sources in BUCKETS.values() for source in sources))
KINDS = [
    "hire",
    "promotion",
    "merit",
    "eligibility",
    "enrollment",
    "contribution",
    "vesting",
    "termination",
    "forfeiture",
    "hce_status",
    "compliance",
]
PLAN_KINDS = {"eligibility", "enrollment", "contribution", "vesting", "forfeiture"}


def millionths(text):
    whole, _, places = text.partition(".")
    return int(whole) * 10**6 + int(places.ljust(6, "0"))


def ten_thousandths(text):
    return millionths(text) // 100


def share(percentage, amount):
    """percentage of amount in whole millionths, half up; percentage in ten-thousandths."""
    return (2 * percentage * amount + 10**4) // (2 * 10**4)


def order(document):
    kind = document["payload"]["event_type"]
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return document["effective_date"], KINDS.index(kind), document["created_at"], document["event_id"], text


def second_balances(documents, as_of):
    """Account -> (employee, employer, forfeited, vested, net, percentage, sources), money in millionths."""
    first = {}
    for document in sorted(documents, key=order):
        first.setdefault(document["event_id"], document)
    accounts = {}
    for document in sorted(first.values(), key=order):
        payload = document["payload"]
        if payload["event_type"] in PLAN_KINDS and document["effective_date"] <= as_of.isoformat():
            key = tuple(document[name] for name in ("scenario_id", "plan_design_id", "employee_id"))
            accounts.setdefault((*key, payload["plan_id"]), []).append(payload)
    return {key: comes_to(accounts[key]) for key in sorted(accounts)}


def comes_to(payloads):
    def given(sources, among):
        return sum(millionths(one["amount"]) for one in among if one.get("source") in sources)

    employee = given(EMPLOYEE, payloads)
    forfeited = sum(millionths(one["amount"]) for one in payloads if one["event_type"] == "forfeiture")
    vested = net = employee
    for bucket, sources in BUCKETS.items():
        # Cut the bucket's life where it closed: what is before is worth what was given less what was lost.
        start = 0
        settled = 0
        for here, one in enumerate(payloads):
            if one.get("forfeited_from_source") == bucket:
                spell = payloads[start : here + 1]
                left = given(sources, spell) - lost(bucket, spell)
                if left <= share(ten_thousandths(one["vested_percentage"]), given(sources, spell)):
                    settled, start = settled + left, here + 1
        spell = payloads[start:]
        left = given(sources, spell) - lost(bucket, spell)
        steps = [one for one in payloads if bucket in one.get("source_balances_vested", ())]
        percentage = ten_thousandths(steps[-1]["vested_percentage"]) if steps else 0
        net += settled + left
        vested += settled + min(share(percentage, given(sources, spell)), left)
    vestings = [one["vested_percentage"] for one in payloads if one["event_type"] == "vesting"]
    by_source = {source: given((source,), payloads) for source in SOURCES}
    employer = sum(by_source.values()) - employee
    current = ten_thousandths(vestings[-1]) if vestings else 0
    return employee, employer, forfeited, vested, net, current, {name: sum_ for name, sum_ in by_source.items() if sum_}


def lost(bucket, payloads):
    return sum(millionths(one["amount"]) for one in payloads if one.get("forfeited_from_source") == bucket)


def as_millionths(row):
    """A reference row in the second implementation's terms."""
    money = [
        row.total_employee_contributions, row.total_employer_contributions, row.total_forfeitures,
        row.vested_account_balance, row.net_account_balance,
    ]  # fmt: skip
    sources = {source: int(amount.scaleb(6)) for source, amount in row.sources.items()}
    return (*(int(amount.scaleb(6)) for amount in money), int(row.current_vested_percentage.scaleb(4)), sources)


AMOUNTS = (
    "0.000001",
    "0.000002",
    "0.000003",
    "0.010000",
    "33.333333",
    "60.000000",
    "100.000000",
    "999999999999.999999",
)
RATES = ("0.0000", "0.0001", "0.2000", "0.3333", "0.4000", "0.5000", "0.9999", "1.0000")
DAYS = ("2024-01-01", "2024-02-29", "2024-12-31", "2025-01-01", "2025-06-30")

days, amounts, rates = st.sampled_from(DAYS), st.sampled_from(AMOUNTS), st.sampled_from(RATES)
payloads = st.one_of(
    st.fixed_dictionaries(
        {
            "event_type": st.just("contribution"),
            "source": st.sampled_from(SOURCES),
            "amount": amounts,
            "pay_period_end": days,
            "contribution_date": days,
            "ytd_amount": amounts,
            "payroll_id": st.just("PR"),
        }
    ),
    st.fixed_dictionaries(
        {
            "event_type": st.just("vesting"),
            "vested_percentage": rates,
            "source_balances_vested": st.sets(st.sampled_from(sorted(BUCKETS))).map(
                lambda buckets: dict.fromkeys(sorted(buckets), "0")
            ),
            "vesting_schedule_type": st.just("graded"),
            "service_computation_date": days,
            "service_credited_hours": st.just(1000),
            "service_period_end_date": days,
        }
    ),
    st.fixed_dictionaries(
        {
            "event_type": st.just("forfeiture"),
            "forfeited_from_source": st.sampled_from(sorted(BUCKETS)),
            "amount": amounts,
            "reason": st.just("unvested_termination"),
            "vested_percentage": rates,
        }
    ),
    st.fixed_dictionaries(
        {
            "event_type": st.just("eligibility"),
            "eligible": st.booleans(),
            "eligibility_date": days,
            "reason": st.just("rehire"),
        }
    ),
    st.fixed_dictionaries(
        {
            "event_type": st.just("termination"),
            "termination_reason": st.just("death"),
            "final_pay_date": days,
        }
    ),
    st.fixed_dictionaries(
        {
            "event_type": st.just("hire"),
            "hire_date": days,
            "department": st.just("IT"),
            "job_level": st.just(1),
            "annual_compensation": amounts,
        }
    ),
    st.fixed_dictionaries(
        {
            "event_type": st.just("enrollment"),
            "enrollment_date": days,
            "pre_tax_contribution_rate": rates,
            "roth_contribution_rate": rates,
        }
    ),
)


@st.composite
def any_events(draw):
    """Valid events of a few accounts in no order that makes sense, some of them with an id that was there before."""
    drawn = draw(
        st.lists(
            st.tuples(
                payloads,
                st.sampled_from(("P1", "P1", "P1", "P2")),
                st.sampled_from(("E1", "E1", "E1", "E2")),
                st.sampled_from(("S1", "S1", "S1", "S2")),
                days,
                st.integers(0, 3),  # seconds of recording: ties are common
                st.sampled_from((None, None, None, 0, 1)),  # an id of its own, or one of two shared ones
            ),
            max_size=25,
        )
    )
    return [
        SimulationEvent(
            event_id=UUID(int=100 + place if shared is None else shared),
            employee_id=employee,
            effective_date=effective,
            created_at=f"2026-01-01T00:00:0{second}Z",
            scenario_id=scenario,
            plan_design_id="D1",
            source_system="test",
            payload={"plan_id": plan, **payload},
        )
        for place, (payload, plan, employee, scenario, effective, second, shared) in enumerate(drawn)
    ]


def agree(events, as_of):
    documents = [event.model_dump(mode="json") for event in events]
    got = {tuple(row.account): as_millionths(row) for row in balances(events, as_of)}
    assert got == second_balances(documents, as_of)


# 300 in the ordinary run, 6,000 with --hypothesis-profile dcprops-explore.
@settings(max_examples=3 * settings.default.max_examples, deadline=None)
@given(events=any_events(), as_of=days.map(date.fromisoformat))
def test_agrees_with_the_second_implementation(events, as_of):
    agree(events, as_of)


#: Whole histories, and such with an anomaly: of 100,000 dollars' deferrals and of years of rounding.
histories = st.one_of(
    ledgers().map(lambda ledger: list(ledger.events)),
    incoherent_ledgers().map(lambda pair: list(pair[0].events)),
)


@settings(max_examples=2 * settings.default.max_examples, deadline=None)
@given(events=histories, place=st.integers(0, 255))
def test_agrees_with_the_second_implementation_on_ledgers(events, place):
    agree(events, events[place % len(events)].effective_date)


@given(events=any_events(), as_of=days.map(date.fromisoformat), random=st.randoms(use_true_random=False))
def test_conserves_money_in_any_order(events, as_of, random):
    rows = balances(events, as_of)
    for row in rows:
        assert row.gross_account_balance == row.total_employee_contributions + row.total_employer_contributions
        assert row.gross_account_balance == row.net_account_balance + row.total_forfeitures
        assert row.net_account_balance == row.vested_account_balance + row.unvested_balance
        assert row.unvested_balance >= 0
    random.shuffle(events)
    assert balances(events, as_of) == rows


@given(events=any_events(), random=st.randoms(use_true_random=False))
def test_anomalies_are_those_of_the_table_in_any_order(events, random):
    found = anomalies(events)
    ids = {event.event_id for event in events}
    assert all(anomaly.code in ANOMALIES and anomaly.event_id in ids for anomaly in found)
    random.shuffle(events)
    assert anomalies(events) == found


@given(events=any_events(), born=st.sampled_from((None, 1960, 1965, 1975, 1976)))
def test_deferrals_partition_and_additions_are_the_rest(events, born):
    for row in compliance(events, 2024, {} if born is None else {"E1": born}):
        mine = [
            event.payload
            for event in {event.event_id: event for event in sorted(events, key=canonical, reverse=True)}.values()
            if (event.scenario_id, event.employee_id) == (row.scenario_id, row.employee_id)
            and event.payload.event_type == "contribution"
            and event.payload.pay_period_end.year == 2024
        ]
        given_ = sum(millionths(str(payload.amount)) for payload in mine)
        deferred = sum(
            millionths(str(one.amount)) for one in mine if one.source in EMPLOYEE and "after" not in one.source
        )
        parts = (row.regular_deferrals, row.catch_up_deferrals, row.excess_deferrals)
        assert sum(millionths(str(part)) for part in parts) == deferred
        assert millionths(str(row.annual_additions + row.catch_up_deferrals)) == given_


def canonical(event):
    return order(event.model_dump(mode="json"))


def test_the_second_implementation_knows_the_worked_example(life):
    one = life()
    one.contribute("employer_match", "100.00", "2024-01-31")
    one.vest("0.4", "2024-12-31")
    one.forfeit("60.00", "0.4", "2025-03-01")
    one.contribute("employer_match", "50.00", "2026-01-31")
    documents = [event.model_dump(mode="json") for event in one.events]
    ((_, employer, forfeited, vested, net, _, _),) = second_balances(documents, date(2026, 12, 31)).values()
    assert (employer, forfeited, vested, net) == (150_000_000, 60_000_000, 60_000_000, 90_000_000)
