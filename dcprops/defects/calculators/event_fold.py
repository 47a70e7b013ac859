"""A calculator as a fold: each event makes a new state of its account from the one before. Exact in fractions."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import groupby
from math import floor
from types import MappingProxyType
from typing import Any, NamedTuple

OWN = "own money"
MILLION = 10**6
RANKS = dict(zip("hpmgecvtfsx", range(11), strict=True))  # one letter for each event type, see `kind`
LETTERS = {"eligibility": "g", "termination": "t", "hce_status": "s", "compliance": "x"}
POT_OF = ChainMap(
    dict.fromkeys(("employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up"), OWN),
    {"employer_match_true_up": "employer_match", "forfeiture_allocation": "employer_profit_sharing"},
    {name: name for name in ("employer_match", "employer_nonelective", "employer_profit_sharing")},
)


class Pot(NamedTuple):
    """Money that vests together, in fractions of a dollar."""

    share: Fraction = Fraction(0)
    kept: Fraction = Fraction(0)
    paid: Fraction = Fraction(0)
    taken: Fraction = Fraction(0)

    def here(self) -> Fraction:
        return self.paid - self.taken


class State(NamedTuple):
    """What is known of an account after some of its events."""

    pots: Mapping[str, Pot] = MappingProxyType({OWN: Pot(share=Fraction(1))})
    by_source: Mapping[str, Fraction] = MappingProxyType({})
    forfeited: Fraction = Fraction(0)
    percentage: Fraction = Fraction(0)

    def pot(self, name: str) -> Pot:
        return self.pots.get(name, Pot())

    def with_pot(self, name: str, **changes: Fraction) -> State:
        return self._replace(pots={**self.pots, name: self.pot(name)._replace(**changes)})


def rounded(fraction: Fraction) -> Fraction:
    """To the millionth, half up."""
    return Fraction(floor(fraction * MILLION + Fraction(1, 2)), MILLION)


def kind(document: dict[str, Any]) -> str:
    name = document["payload"]["event_type"]
    return LETTERS.get(name, name[0])


def moment(text: str) -> Any:
    """A time of recording with all six places, so that texts compare as times do."""
    return text[:19] + (text[19:-1] or ".").ljust(7, "0")


def order(document: dict[str, Any]) -> tuple[Any, ...]:
    when = moment(document["created_at"])
    return document["effective_date"], RANKS[kind(document)], when, document["event_id"], repr(sorted(document.items()))


def whose(document: dict[str, Any]) -> tuple[str, ...]:
    who = (document["scenario_id"], document["plan_design_id"], document["employee_id"])
    return *who, document["payload"]["plan_id"]


def after(state: State, payload: dict[str, Any]) -> State:
    match payload:
        case {"event_type": "contribution", "source": source, "amount": amount}:
            pot = state.pot(POT_OF[source])
            paid = {**state.by_source, source: state.by_source.get(source, 0) + Fraction(amount)}
            return state.with_pot(POT_OF[source], paid=pot.paid + Fraction(amount))._replace(by_source=paid)
        case {"event_type": "vesting", "vested_percentage": percentage, "source_balances_vested": listed}:
            share = Fraction(percentage)
            vested = reduce(lambda so_far, name: so_far.with_pot(name, share=share), listed, state)
            return vested._replace(percentage=share)
        case {"event_type": "forfeiture", "forfeited_from_source": name, "amount": amount, "vested_percentage": share}:
            taken = state._replace(forfeited=state.forfeited + Fraction(amount))
            pot = state.pot(name)._replace(taken=state.pot(name).taken + Fraction(amount))
            if pot.here() <= rounded(Fraction(share) * pot.paid):
                return taken.with_pot(name, kept=pot.kept + pot.here(), paid=Fraction(0), taken=Fraction(0))
            return taken.with_pot(name, taken=pot.taken)
        case _:
            return state


def exact(fraction: Fraction | int) -> Decimal:
    return Decimal(int(fraction * MILLION)).scaleb(-6)


def row(account: tuple[str, ...], state: State) -> dict[str, Any]:
    net = sum(pot.kept + pot.here() for pot in state.pots.values())
    vested = sum(pot.kept + min(rounded(pot.share * pot.paid), pot.here()) for pot in state.pots.values())
    own = sum(amount for source, amount in state.by_source.items() if POT_OF[source] == OWN)
    gross = sum(state.by_source.values())
    money = {
        "total_employee_contributions": own,
        "total_employer_contributions": gross - own,
        "total_forfeitures": state.forfeited,
        "gross_account_balance": gross,
        "vested_account_balance": vested,
        "unvested_balance": net - vested,
        "net_account_balance": net,
    }
    return {
        **dict(zip(("scenario_id", "plan_design_id", "employee_id", "plan_id"), account, strict=True)),
        **{name: str(exact(amount)) for name, amount in money.items()},
        "current_vested_percentage": str(exact(state.percentage)),
        "sources": {source: str(exact(amount)) for source, amount in state.by_source.items()},
    }


def first_of(versions: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return min(versions, key=order)


def balances(documents: Iterable[dict[str, Any]], as_of: date) -> Iterable[dict[str, Any]]:
    by_id = sorted(documents, key=lambda document: document["event_id"])
    once = [first_of(versions) for _, versions in groupby(by_id, key=lambda document: document["event_id"])]
    counting = [each for each in once if kind(each) in "gecvf" and each["effective_date"] <= as_of.isoformat()]
    ordered = sorted(sorted(counting, key=order), key=whose)
    for account, events in groupby(ordered, key=whose):
        yield row(account, reduce(after, (each["payload"] for each in events), State()))
