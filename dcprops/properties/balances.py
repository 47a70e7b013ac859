"""The `balances.` suite: what a calculator must make of a ledger.

Identities prove little by themselves, since a wrong formula can keep them; so the first law compares every field with
the reference, and the others say which law of the ledger is behind a difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.events import EventFactory, SimulationEvent
from dcprops.events.kinds import FixedPoint
from dcprops.events.schema import PAYLOADS
from dcprops.properties.cases import (
    LedgerCase,
    contribution,
    event,
    handed_over,
    ledger_soups,
    rich_ledgers,
    vesting,
    whole_ledgers,
)
from dcprops.properties.failures import Breaking
from dcprops.properties.registry import Property
from dcprops.properties.targets import Crashed, FunctionTarget, NoRowsError
from dcprops.reference.balances import (
    BUCKETS,
    EXACT,
    PLAN_EVENTS,
    Account,
    BalanceRow,
    Bucket,
    arithmetic,
    balances,
    buckets_of,
)
from dcprops.reference.order import canonical_order

__all__ = [
    "BALANCES_SUITE",
    "amount_of",
    "compare_rows",
    "differs_as_money",
    "is_same_amount",
    "matches_reference",
    "no_differences",
    "no_float",
    "rows_by_account",
    "shown",
]

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = dict[Account, Row]

_DIGITS: Final = 400
_KEYS: Final = Account._fields
_MONEY: Final = tuple(name for name in BalanceRow.__dataclass_fields__ if name not in {*_KEYS, "sources"})


def rows_by_account(target: FunctionTarget, documents: Iterable[Mapping[str, Any]], as_of: date) -> Rows:
    """The target's rows by account. Raises Breaking where it crashes or returns something else."""
    try:
        returned = target.rows(handed_over(documents), as_of)
    except Crashed as crash:
        raise Breaking("the calculator crashes", expected="a row for each account", got=str(crash)) from crash
    except NoRowsError as error:
        raise Breaking("the calculator returns no rows", expected="an iterable of mappings", got=str(error)) from error
    rows: Rows = {}
    for row in returned:
        if not isinstance(row, Mapping) or any(key not in row for key in _KEYS):
            raise Breaking("a row lacks keys", expected=f"a mapping with {', '.join(_KEYS)}", got=ascii(row))
        account = Account(*(str(row[key]) for key in _KEYS))
        if account in rows:
            raise Breaking("an account has two rows", field=_named(account), expected="one row", got="two rows")
        rows[account] = row
    return rows


def _named(account: Account) -> str:
    return "/".join(account)


def amount_of(value: object) -> Decimal | None:
    """The exact number that a field holds; None if it holds none. A float is none: it can't hold a millionth."""
    if not isinstance(value, Decimal | int | str) or isinstance(value, bool):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    # No ledger comes to as much, or to as little; and what has no end to its digits can't be added up.
    return number if number.is_finite() and abs(number.adjusted()) < _DIGITS else None


def differs_as_money(wanted: object, got: object) -> bool:
    """Whether a field holds another number than wanted, or none at all."""
    return amount_of(got) is None or amount_of(got) != amount_of(wanted)


def no_float(value: object) -> bool:
    """Whether a value is fit to be shown as an amount."""
    return amount_of(value) is not None


def _events(case: LedgerCase) -> list[SimulationEvent]:
    return [EventFactory.create_event(document) for document in case.documents]


def _days(case: LedgerCase, events: Iterable[SimulationEvent]) -> list[date]:
    """The days on which to ask: the case's own, and of a long ledger the first, some in the middle and the last."""
    if case.as_of != date.max:
        return [case.as_of]
    days = sorted({each.effective_date for each in events})
    some = days if len(days) <= 8 else days[:: -(-len(days) // 8)] + days[-2:]
    before = [days[0] - timedelta(days=1)] if days and days[0] > date.min else []
    return [*before, *some]


def matches_reference(target: FunctionTarget, case: LedgerCase) -> None:
    """Raises Breaking unless every field that is returned is the reference's, on the case's day or on some of them."""
    events = _events(case)
    for day in _days(case, events):
        expected = {row.account: row for row in balances(events, day)}
        got = rows_by_account(target, case.documents, day)
        for account in sorted(expected.keys() | got.keys()):
            compare_rows(events, account, day, expected.get(account), got.get(account))


def compare_rows(
    events: list[SimulationEvent], account: Account, day: date, expected: BalanceRow | None, got: Row | None
) -> None:
    """Raises Breaking unless what is told of an account's fields is what is expected, or both have no row."""
    where = f"{_named(account)} as of {day}"
    if expected is None and got is None:
        return
    if expected is None or got is None:
        raise Breaking(
            "an account has no row" if got is None else "there is a row without an account",
            field=where,
            expected="no row" if expected is None else "a row",
            got="no row" if got is None else "a row",
            workings=_why_there_is_an_account(events, account, day),
        )
    for name, wanted in expected.as_mapping().items():
        if name in got and name not in _KEYS and not is_same_amount(wanted, got[name]):
            raise Breaking(
                f"{name} differs",
                field=f"{where}: {name}",
                expected=shown(wanted),
                got=shown(got[name]),
                workings=arithmetic(events, account, day),
            )


def _why_there_is_an_account(events: Iterable[SimulationEvent], account: Account, day: date) -> str:
    """What each of the person's events says about whether the account is there on the day."""
    person = account[:3]
    lines = [
        f"{each.effective_date}  {each.payload.event_type}{f' in {plan}' if plan else ''}: "
        + _opens(each, account.plan_id, day)
        for each, plan in ((each, each.payload.plan_id) for each in sorted(events, key=canonical_order))
        if (each.scenario_id, each.plan_design_id, each.employee_id) == person
    ]
    return "\n".join([*lines, f"an account is there from its first {', '.join(sorted(PLAN_EVENTS))} on"])


def _opens(event: SimulationEvent, plan: str, day: date) -> str:
    if event.payload.event_type not in PLAN_EVENTS:
        return "opens no account"
    if event.payload.plan_id != plan:
        return f"opens none in {plan}"
    return f"opens the account {plan}" if event.effective_date <= day else f"is later than {day}"


def is_same_amount(wanted: object, got: object) -> bool:
    """Whether a row holds exactly the amount, or the amounts by source, that the reference has."""
    if isinstance(wanted, Mapping):
        # A source that nothing was paid into may be there as zero.
        return isinstance(got, Mapping) and all(
            amount_of(got.get(source, 0)) == wanted.get(source, Decimal(0)) for source in {*wanted, *got}
        )
    return amount_of(got) == wanted


def shown(value: object) -> str:
    """A field of a row as a report has it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{source} {amount}" for source, amount in value.items()) or "nothing"
    return str(value) if isinstance(value, Decimal) else ascii(value)


def _last_day(case: LedgerCase) -> date:
    if case.as_of != date.max:
        return case.as_of
    days = [date.fromisoformat(document["effective_date"]) for document in case.documents]
    return max(days, default=date.max)


def _conserves_money(target: FunctionTarget, case: LedgerCase) -> None:
    day = _last_day(case)
    for account, row in rows_by_account(target, case.documents, day).items():
        money = {name: amount_of(row.get(name)) for name in _MONEY}
        for whole, parts in _SUMS:
            if sums := _do_not_add_up(money[whole], [money[part] for part in parts]):
                raise Breaking(
                    f"{whole} is not {' + '.join(parts)}",
                    field=_named(account),
                    expected=sums,
                    got=str(money[whole]),
                    workings=_workings(case.documents, account, day),
                )


_SUMS: Final = (
    ("gross_account_balance", ("net_account_balance", "total_forfeitures")),
    ("net_account_balance", ("vested_account_balance", "unvested_balance")),
    ("gross_account_balance", ("total_employee_contributions", "total_employer_contributions")),
)


def _do_not_add_up(total: Decimal | None, amounts: Iterable[Decimal | None]) -> str:
    """The sum that the total isn't; nothing where it is. What isn't returned is not judged."""
    known: list[Decimal] = []
    for amount in (total, *amounts):
        if amount is None:
            return ""
        known.append(amount)
    whole, *parts = known
    # Fractions, because what was a float once has more digits than any context holds.
    return "" if Fraction(whole) == sum(map(Fraction, parts)) else " + ".join(map(str, parts))


def _same_rows(
    target: FunctionTarget, case: LedgerCase, changed: Iterable[Mapping[str, Any]], message: str, day: date
) -> None:
    """Raises Breaking unless the target says the same of both ledgers."""
    before, after = rows_by_account(target, case.documents, day), rows_by_account(target, changed, day)
    no_differences(before, after, message, lambda account: _workings(case.documents, account, day))


def no_differences(before: Rows, after: Rows, message: str, workings: Callable[[Account], str] = lambda _: "") -> None:
    """Raises Breaking, with that message and an account's workings, unless all accounts have the same in both."""
    for account in sorted(before.keys() | after.keys()):
        _no_difference(account, before.get(account), after.get(account), message, workings)


def _no_difference(
    account: Account, before: Row | None, after: Row | None, message: str, workings: Callable[[Account], str]
) -> None:
    for name in ("a row", *_MONEY, "sources"):
        one, other = (_held(row, name) for row in (before, after))
        if one != other:
            raise Breaking(
                message,
                field=f"{_named(account)}: {name}",
                expected=shown(one),
                got=shown(other),
                workings=workings(account),
            )


def _workings(documents: Iterable[Mapping[str, Any]], account: Account, day: date) -> str:
    """What the account comes to on the day, step by step."""
    return arithmetic(map(EventFactory.create_event, documents), account, day)


def _held(row: Row | None, name: str) -> object:
    if row is None or name == "a row":
        return row is not None
    value = row.get(name)
    if isinstance(value, Mapping):
        return {source: amount_of(amount) for source, amount in value.items() if amount_of(amount)}
    return amount_of(value)


def _as_of_is_a_prefix(target: FunctionTarget, case: LedgerCase) -> None:
    for day in _days(case, _events(case)):
        until = [document for document in case.documents if document["effective_date"] <= day.isoformat()]
        _same_rows(target, case, until, "later events change what was", day)


def _order_is_irrelevant(target: FunctionTarget, case: LedgerCase) -> None:
    documents = list(case.documents)
    for other in (documents[::-1], sorted(documents, key=lambda document: str(document["event_id"])[::-1])):
        _same_rows(target, case, other, "the order of arrival matters", _last_day(case))


def _copies_count_once(target: FunctionTarget, case: LedgerCase) -> None:
    _same_rows(
        target, case, [*case.documents, *case.documents], "an event that comes twice counts twice", _last_day(case)
    )


def _accounts_are_independent(target: FunctionTarget, case: LedgerCase) -> None:
    """What an account comes to is the same without the events of anybody else, in any other scenario or plan design.

    But for an event_id that two people share: which of them it counts for depends on both.
    """
    day = _last_day(case)
    people: dict[str, set[tuple[str, ...]]] = {}
    for document in case.documents:
        people.setdefault(document["event_id"], set()).add(_person_of(document))
    documents = [document for document in case.documents if len(people[document["event_id"]]) == 1]
    together = rows_by_account(target, documents, day)
    for person in dict.fromkeys(map(_person_of, documents)):
        own = [each for each in documents if _person_of(each) == person]
        of_person = {account: row for account, row in together.items() if account[:3] == person}
        no_differences(
            rows_by_account(target, own, day),
            of_person,
            "other accounts change this one",
            lambda account: _workings(case.documents, account, day),
        )


def _person_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    return document["scenario_id"], document["plan_design_id"], document["employee_id"]


def _splits_add_up(target: FunctionTarget, case: LedgerCase) -> None:
    """A contribution paid in two parts is the same money."""
    split: list[Mapping[str, Any]] = []
    ids = Counter(document["event_id"] for document in case.documents)
    for document in case.documents:
        payload = document["payload"]
        # What comes again, perhaps with other content, stays whole: its parts would be other events.
        is_split = payload["event_type"] == "contribution" and ids[document["event_id"]] == 1
        millionths = int(Decimal(payload["amount"]).scaleb(6, EXACT)) if is_split else 0
        if millionths < 2:
            split.append(document)
            continue
        for suffix, part in (("a", millionths // 3 or 1), ("b", millionths - (millionths // 3 or 1))):
            text = f"{part // 10**6}.{part % 10**6:06d}"
            parts = {**payload, "amount": text}
            # The first digit of the last group tells the parts apart, and them from whatever else is there.
            name = f"{document['event_id'][:24]}{suffix}{document['event_id'][25:]}"
            split.append({**document, "event_id": name, "payload": parts})
    _same_rows(target, case, split, "a contribution paid in two parts is other money", _last_day(case))


def _changes(
    target: FunctionTarget, case: LedgerCase, added: Mapping[str, Any], account: Account, unchanged: tuple[str, ...]
) -> None:
    """Raises Breaking if one more event changes fields of an account that it must leave alone."""
    day = date.fromisoformat(added["effective_date"])
    before = rows_by_account(target, case.documents, day).get(account, {})
    after = rows_by_account(target, [*case.documents, added], day).get(account, {})
    for name in unchanged:
        one, other = amount_of(before.get(name)), amount_of(after.get(name))
        if one is not None and one != other:
            raise Breaking(
                f"{added['payload']['event_type']} changes {name}",
                field=_named(account),
                expected=str(one),
                got=str(other),
                workings=_workings([*case.documents, added], account, day),
            )


def _forfeiture_spares_vested(target: FunctionTarget, case: LedgerCase) -> None:
    """Taking back just what a bucket has unvested leaves what is vested as it was (IRC §411(a))."""
    day = _last_day(case)
    for row in balances(_events(case), day):
        for bucket, percentage, unvested in _unvested(case, row.account, day):
            payload = {
                "event_type": "forfeiture",
                "plan_id": row.plan_id,
                "forfeited_from_source": bucket,
                "amount": f"{unvested:.6f}",
                "reason": "unvested_termination",
                "vested_percentage": f"{percentage:.4f}",
            }
            _changes(
                target,
                case,
                _added(row, day, payload),
                row.account,
                ("vested_account_balance", "gross_account_balance"),
            )


def _most_money() -> Decimal:
    (amount,) = (field.kind for field in PAYLOADS["forfeiture"] if field.name == "amount")
    assert isinstance(amount, FixedPoint)
    return amount.from_quanta(amount.quanta[-1])


#: The most that one event can say. A bucket may hold more.
_MOST_MONEY: Final = _most_money()


def _unvested(case: LedgerCase, account: Account, day: date) -> list[tuple[str, Decimal, Decimal]]:
    # A list, because between the items of a generator the target would be called in this context, which is ours alone.
    with localcontext(EXACT):
        return [
            (name, bucket.percentage, bucket.net - bucket.vested)
            for name, bucket in buckets_of(_events(case), account, day).items()
            if name in BUCKETS and bucket.remaining > 0 and 0 < bucket.net - bucket.vested <= _MOST_MONEY
        ]


def _added(row: BalanceRow, day: date, payload: Mapping[str, Any]) -> dict[str, Any]:
    return event(
        0,
        day.isoformat(),
        payload,
        employee_id=row.employee_id,
        scenario_id=row.scenario_id,
        plan_design_id=row.plan_design_id,
        created_at="9999-01-01T00:00:00Z",
        event_id="ffffffff-ffff-4fff-bfff-ffffffffffff",
    )


def _vesting_creates_no_money(target: FunctionTarget, case: LedgerCase) -> None:
    day = _last_day(case)
    for row in balances(_events(case), day):
        payload = {**vesting("1.0000", ("employer_match",), day.isoformat()), "plan_id": row.plan_id}
        unchanged = (
            "gross_account_balance",
            "net_account_balance",
            "total_forfeitures",
            "total_employer_contributions",
        )
        _changes(target, case, _added(row, day, payload), row.account, unchanged)


def _vested_covers_employee_money(target: FunctionTarget, case: LedgerCase) -> None:
    """A person's own contributions are always vested (IRC §411(a)(1)), where no more was forfeited than given."""
    day = _last_day(case)
    rows = rows_by_account(target, case.documents, day)
    for row in balances(_events(case), day):
        if any(bucket.vested < 0 for bucket in _all_buckets(case, row.account, day)):
            continue
        got = rows.get(row.account, {})
        vested = amount_of(got.get("vested_account_balance"))
        if vested is not None and vested < row.total_employee_contributions:
            raise Breaking(
                "a person's own money is not vested",
                field=_named(row.account),
                expected=f"at least {row.total_employee_contributions}",
                got=str(vested),
                workings=_workings(case.documents, row.account, day),
            )


def _all_buckets(case: LedgerCase, account: Account, day: date) -> Iterable[Bucket]:
    return buckets_of(_events(case), account, day).values()


def _does_not_drift(target: FunctionTarget, case: LedgerCase) -> None:
    """Many small amounts come to exactly so many times the amount."""
    times = len(case.documents)
    rows = rows_by_account(target, case.documents, date(2025, 12, 31))
    if len(rows) != 1:
        raise Breaking("the one account has not one row", expected="1 row", got=f"{len(rows)} rows")
    (row,) = rows.values()
    amount = Decimal(case.documents[0]["payload"]["amount"])
    with localcontext(EXACT):
        expected = amount * times
    for name in ("total_employee_contributions", "gross_account_balance", "net_account_balance"):
        got = amount_of(row.get(name)) if name in row else expected
        if got != expected:
            raise Breaking(f"{name} drifts", expected=f"{times} times {amount} = {expected}", got=shown(row[name]))


def _many(times: int) -> LedgerCase:
    one = contribution("employee_pre_tax", "0.100001", "2025-01-31")
    return LedgerCase(tuple(event(number, "2025-01-31", one) for number in range(times)))


def _cases() -> SearchStrategy[LedgerCase]:
    """Any few events, in which mistakes meet soonest, and whole careers, which are large but go everywhere."""
    return st.one_of(ledger_soups(), ledger_soups(), whole_ledgers())


_DESIGN: Final = "the ledger's balances, section 5 of the design"


def _law(
    name: str,
    sentence: str,
    source: str,
    passing: str,
    failing: str,
    holds: Callable[[FunctionTarget, LedgerCase], None],
    *,
    share: float = 1.0,
    parts: int = 1,
) -> Property:
    return Property(
        f"balances.{name}",
        sentence,
        source,
        passing,
        failing,
        holds,
        _cases,
        rich_ledgers,
        share=share,
        target="calculator",
        parts=parts,
    )


BALANCES_SUITE: Final = (
    _law(
        "matches-reference",
        "Every field that is returned is what the reference says, on every day asked.",
        _DESIGN,
        "a match of 0.000001 at 50 % is vested with 0.000001",
        "a match of 0.000001 at 50 % is vested with 0.000000",
        matches_reference,
        share=3.0,
        parts=4,
    ),
    _law(
        "conserves-money",
        "gross = net + forfeitures, net = vested + unvested, gross = employee + employer.",
        _DESIGN,
        "100 given and 60 forfeited leave 40",
        "vested and unvested are rounded apart and come to a millionth more",
        _conserves_money,
    ),
    _law(
        "as-of-is-prefix",
        "What happens after a day does not change what was on it; what happens on it does count.",
        _DESIGN,
        "a contribution of tomorrow is not in today's balance",
        "the latest vested percentage is taken, whenever it comes",
        _as_of_is_a_prefix,
        parts=2,
    ),
    _law(
        "arrival-order-irrelevant",
        "The order in which events arrive changes nothing.",
        _DESIGN,
        "a late contribution is counted where it belongs",
        "the percentage that arrived last counts",
        _order_is_irrelevant,
    ),
    _law(
        "duplicates-count-once",
        "An event that arrives twice counts once.",
        _DESIGN,
        "a file that is read twice gives the same balances",
        "a file that is read twice doubles them",
        _copies_count_once,
    ),
    _law(
        "accounts-independent",
        "What an account comes to does not depend on other people, scenarios and plan designs.",
        _DESIGN,
        "scenario S2 does not change S1",
        "the scenario is left out of the grouping",
        _accounts_are_independent,
    ),
    _law(
        "splits-add-up",
        "A contribution paid in two parts is the same money.",
        _DESIGN,
        "0.000001 + 0.000002 is vested as 0.000003 is",
        "each contribution's vested part is rounded by itself",
        _splits_add_up,
    ),
    _law(
        "forfeiture-spares-vested",
        "Forfeiting what is unvested leaves what is vested, and what was ever given, as it was.",
        "IRC §411(a); Reg. 1.411(a)-7",
        "40 of 100 vested, 60 forfeited: 40 are vested",
        "40 of 100 vested, 60 forfeited: 40 % of 40 are vested",
        _forfeiture_spares_vested,
    ),
    _law(
        "vested-covers-employee-money",
        "A person's own contributions are vested, always.",
        "IRC §411(a)(1)",
        "500 deferred are 500 vested",
        "the vested percentage is applied to deferrals",
        _vested_covers_employee_money,
    ),
    _law(
        "vesting-never-creates-money",
        "Vesting changes whose money it is, not how much.",
        "IRC §411(a)(2)",
        "at 100 % the balance is what it was",
        "vesting revives what was forfeited",
        _vesting_creates_no_money,
    ),
    Property(
        "balances.no-drift",
        "A million small amounts come to exactly a million times the amount.",
        _DESIGN,
        "1,000,000 times 0.100001 is 100,001",
        "1,000,000 times 0.100001 is 100000.99999994",
        _does_not_drift,
        st.nothing,
        lambda: (_many(20_000),),
        share=0.0,
        deep=lambda: (_many(1_000_000),),
        target="calculator",
    ),
)
