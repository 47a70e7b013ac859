"""Ledgers with one anomaly: a coherent one, into whose first life something is put that can't have happened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import DrawFn

from dcprops.events import SimulationEvent
from dcprops.events.schema import OWN_DATE, PAYLOAD_CLASSES
from dcprops.reference import canonical_order, years
from dcprops.reference.balances import EMPLOYEE_SOURCES, EXACT, SOURCES
from dcprops.reference.compliance import DEFERRAL_SOURCES
from dcprops.strategies._construction import event_id, instant, money, rate
from dcprops.strategies._expansion import happenings, record
from dcprops.strategies._ledgers import Ledger, designs_of, draw_lives, scope_of
from dcprops.strategies._limits import figures_of
from dcprops.strategies._lives import CENT, DOLLAR, SCHEDULES, WHOLE, Election, Life, PlanDesign, share

__all__ = ["PUT_IN", "incoherent_ledgers"]

_ONE_DAY: Final = timedelta(days=1)
_MILLIONTH: Final = money(1)
#: Room for an anomaly's money below every limit but the one that it is to break: more than anyone may defer in a year,
#: less than anyone may have added.
_SPARE_ROOM: Final = 40_000 * DOLLAR
_MOST_PAY: Final = 300 * DOLLAR
_WITH_HIRE: Final = frozenset({"hire", "eligibility", "enrollment", "contribution", "termination"})


class _History:
    """One life's events in canonical order, and how to change them. `where` says which of several events."""

    def __init__(self, events: list[SimulationEvent], where: int, first_free_number: int) -> None:
        self.events = events
        self._where = where
        self._number = first_free_number

    def of(self, *event_types: str) -> list[SimulationEvent]:
        """The events of some types."""
        return [event for event in self.events if event.payload.event_type in event_types]

    def contributions(self, sources: Collection[str]) -> list[SimulationEvent]:
        """The contributions of some sources."""
        return [event for event in self.of("contribution") if event.payload.source in sources]  # type: ignore[union-attr]  # contributions have a source

    def either(self) -> bool:
        """One of two."""
        return self._where % 2 == 1

    def pick(self, events: list[SimulationEvent]) -> SimulationEvent:
        """One of some events."""
        return events[self._where % len(events)]

    def edit(self, event: SimulationEvent, **fields: Any) -> None:
        """Change fields of an event's payload."""
        payload = event.payload.model_copy(update=fields)
        self.events[self.events.index(event)] = event.model_copy(update={"payload": payload})

    def add(self, like: SimulationEvent, day: date, event_type: str | None = None, **fields: Any) -> None:
        """Another event like that one on a day: its payload with some fields changed, or one of another type."""
        if event_type is None:
            event_type = like.payload.event_type
            payload: Any = like.payload.model_copy(update=fields)
        else:
            payload = PAYLOAD_CLASSES[event_type](**fields)
        if event_type in OWN_DATE:
            payload = payload.model_copy(update={OWN_DATE[event_type]: day})
        changes = {
            "event_id": event_id(self._number),
            "created_at": instant(self._number),
            "effective_date": day,
            "payload": payload,
        }
        self.events.append(like.model_copy(update=changes))

    def last_day(self) -> date:
        """The day of the last event."""
        return max(event.effective_date for event in self.events)

    def total(self, year: int, sources: Collection[str], plan_id: str | None = None) -> Decimal:
        """A year's contributions of some sources, over all plans or in one."""
        payloads: list[Any] = [event.payload for event in self.contributions(sources)]
        return sum(
            (
                payload.amount
                for payload in payloads
                if payload.pay_period_end.year == year and plan_id in {None, payload.plan_id}
            ),
            Decimal(0),
        )

    def add_contribution(self, like: SimulationEvent, amount: Decimal, period_end: date, day: date) -> None:
        """Another contribution of that source and plan, later than all others of its year."""
        payload: Any = like.payload
        total = self.total(period_end.year, {payload.source}, payload.plan_id)
        self.add(like, day, amount=amount, ytd_amount=total + amount, pay_period_end=period_end)


_Put: TypeAlias = Callable[[_History], None]


def _date_mismatch(history: _History) -> None:
    event = history.pick(history.of("hire", "promotion", "eligibility", "enrollment", "vesting"))
    history.edit(event, **{OWN_DATE[event.payload.event_type]: event.effective_date + _ONE_DAY})


def _rates_over_one(history: _History) -> None:
    event = history.pick(history.of("enrollment"))
    payload: Any = event.payload
    elected = payload.pre_tax_contribution_rate + payload.roth_contribution_rate
    history.edit(event, after_tax_contribution_rate=rate(WHOLE + 1) - elected)


def _opt_out_before_enrollment(history: _History) -> None:
    event = history.pick(history.of("enrollment"))
    history.edit(event, opt_out_window_expires=event.effective_date - _ONE_DAY)


def _ytd_below_amount(history: _History) -> None:
    event = history.pick(history.of("contribution"))
    payload: Any = event.payload
    history.edit(event, ytd_amount=payload.amount - _MILLIONTH)


def _ytd_not_running_total(history: _History) -> None:
    # More than all there is, so that no other way to count gives it.
    payloads: list[Any] = [event.payload for event in history.of("contribution")]
    everything = sum((payload.amount for payload in payloads), _MILLIONTH)
    history.edit(history.pick(history.of("contribution")), ytd_amount=everything)


def _service_starts_after_period(history: _History) -> None:
    event = history.pick(history.of("vesting"))
    history.edit(event, service_computation_date=event.effective_date + _ONE_DAY)


def _vesting_off_schedule(history: _History) -> None:
    history.edit(history.pick(history.of("vesting")), vesting_schedule_type="immediate")


def _vesting_fell(history: _History) -> None:
    last: Any = history.pick(history.of("vesting"))
    lower = rate(0) if history.either() else last.payload.vested_percentage - rate(1)
    history.add(last, last.effective_date + _ONE_DAY, vested_percentage=lower, vesting_schedule_type="graded")


def _hce_threshold_of_another_year(history: _History) -> None:
    event: Any = history.pick(history.of("hce_status"))
    published = sorted({figures_of(year).hce_threshold for year in years()})
    others = [money(figure) for figure in published if money(figure) != event.payload.hce_threshold]
    threshold = others[history.either()]
    history.edit(event, hce_threshold=threshold, is_hce=event.payload.ytd_compensation > threshold)


def _hce_status_denied(history: _History) -> None:
    event: Any = history.pick(history.of("hce_status"))
    pay = event.payload.hce_threshold + money(CENT)
    history.edit(event, ytd_compensation=pay, annualized_compensation=pay, is_hce=False)


def _limit_type_mismatch(history: _History) -> None:
    event: Any = history.pick(history.of("compliance"))
    others = sorted({"elective_deferral", "annual_additions", "catch_up"} - {event.payload.limit_type})
    history.edit(event, limit_type=others[history.either()])


def _wrong_limit(history: _History) -> None:
    event: Any = history.pick(history.of("compliance"))
    history.edit(event, applicable_limit=event.payload.applicable_limit + money(CENT))


def _limit_year_missing(history: _History) -> None:
    last, missing = history.events[-1], years()[-1] + 1
    if history.either():
        history.add(
            last, date(missing, 6, 30), "compliance",
            plan_id="P1", compliance_type="402g_limit_approach", limit_type="elective_deferral",
            applicable_limit=money(DOLLAR), current_amount=money(0), monitoring_date=date(missing, 6, 30),
        )  # fmt: skip
    else:
        history.add(
            last, date(missing + 1, 1, 1), "hce_status",
            plan_id="P1", determination_method="prior_year", ytd_compensation=money(0),
            annualized_compensation=money(0), hce_threshold=money(DOLLAR), is_hce=False,
            determination_date=date(missing + 1, 1, 1),
        )  # fmt: skip


def _conflicting_event_id(history: _History) -> None:
    event: Any = history.pick(history.events)
    other: dict[str, Any] = {"created_at": event.created_at + timedelta(seconds=1), "correlation_id": "correction"}
    if event.payload.event_type == "contribution":
        other["payload"] = event.payload.model_copy(update={"amount": event.payload.amount + _MILLIONTH})
    history.events.append(event.model_copy(update=other))


def _before_hire(history: _History) -> None:
    hire = history.of("hire")[0]
    day = hire.effective_date - _ONE_DAY
    if history.either():
        history.add(
            hire, day, "hce_status",
            plan_id="P1", determination_method="current_year", ytd_compensation=money(0),
            annualized_compensation=money(0), hce_threshold=money(DOLLAR), is_hce=False, determination_date=day,
        )  # fmt: skip
    else:
        event = history.of("eligibility")[0]
        payload = event.payload.model_copy(update={"eligibility_date": day})
        moved = event.model_copy(update={"effective_date": day, "payload": payload})
        history.events[history.events.index(event)] = moved


def _hired_twice(history: _History) -> None:
    hire = history.of("hire")[0]
    history.add(hire, hire.effective_date)


def _terminated_twice(history: _History) -> None:
    left = history.of("termination")[0]
    history.add(left, left.effective_date + _ONE_DAY)


def _after_termination(history: _History) -> None:
    left = history.of("termination")[0]
    day = left.effective_date + _ONE_DAY
    if history.either():
        history.add(history.of("enrollment")[0], day, opt_out_window_expires=None)
    else:
        history.add(left, day, "merit", new_compensation=money(DOLLAR), merit_percentage=rate(300))


def _contribution_after_final_pay(history: _History) -> None:
    left: Any = history.of("termination")[0]
    day = max(left.effective_date, left.payload.final_pay_date) + timedelta(32)
    source = history.pick(history.contributions({"employer_match", "employee_pre_tax", "employee_roth"}))
    history.add_contribution(source, _MILLIONTH, day, day)


def _plan_unknown(history: _History) -> None:
    event = history.of("enrollment")[0]
    history.add(event, event.effective_date, plan_id="no plan of theirs")


def _contribution_without_eligibility(history: _History) -> None:
    history.events = [event for event in history.events if event.payload.event_type != "eligibility"]


def _contribution_without_enrollment(history: _History) -> None:
    history.events = [event for event in history.events if event.payload.event_type != "enrollment"]


def _contribution_not_elected(history: _History) -> None:
    event = history.pick(history.contributions(EMPLOYEE_SOURCES))
    history.add(event, event.effective_date, source="employee_after_tax", amount=_MILLIONTH, ytd_amount=_MILLIONTH)


def _match(history: _History) -> tuple[SimulationEvent, int, int]:
    """A match contribution, what its bucket has in millionths, and the vested part of that."""
    first: Any = history.contributions({"employer_match"})[0]
    payloads: list[Any] = [
        event.payload for event in history.contributions({"employer_match", "employer_match_true_up"})
    ]
    given = sum(int(payload.amount.scaleb(6)) for payload in payloads if payload.plan_id == first.payload.plan_id)
    vestings: list[Any] = [event.payload for event in history.of("vesting")]
    percentage = int(vestings[-1].vested_percentage.scaleb(4)) if vestings else 0
    return first, given, share(given, percentage)


def _forfeit(history: _History, amount: int, **fields: Any) -> None:
    """A forfeiture of the match after everything else, as it would be but for its amount or other fields."""
    match, _, _ = _match(history)
    vestings: list[Any] = [event.payload for event in history.of("vesting")]
    usual = {
        "plan_id": match.payload.plan_id,
        "forfeited_from_source": "employer_match",
        "amount": money(amount),
        "reason": "unvested_termination",
        "vested_percentage": vestings[-1].vested_percentage if vestings else rate(0),
    }
    history.add(match, history.last_day() + _ONE_DAY, "forfeiture", **usual | fields)


def _forfeiture_when_fully_vested(history: _History) -> None:
    _forfeit(history, 1, vested_percentage=rate(WHOLE))


def _forfeiture_without_termination(history: _History) -> None:
    _, given, vested = _match(history)
    _forfeit(history, given - vested)


def _break_too_short(history: _History) -> None:
    _, given, vested = _match(history)
    _forfeit(history, given - vested, reason="break_in_service")


def _forfeiture_over_balance(history: _History) -> None:
    _, given, _ = _match(history)
    _forfeit(history, given + 1)


def _forfeiture_takes_vested(history: _History) -> None:
    _, given, vested = _match(history)
    _forfeit(history, given - vested + 1)


def _deferrals_over_limit(history: _History) -> None:
    last: Any = history.contributions(DEFERRAL_SOURCES)[-1]
    period_end = last.payload.pay_period_end
    figures = figures_of(period_end.year)
    most = money(figures.deferrals + figures.highest_catch_up + CENT)
    deferred = history.total(period_end.year, DEFERRAL_SOURCES)
    history.add_contribution(last, most - deferred, period_end, last.effective_date)


def _additions_over_limit(history: _History) -> None:
    last: Any = history.contributions({"employer_profit_sharing"})[-1]
    period_end = last.payload.pay_period_end
    figures = figures_of(period_end.year)
    caught_up = min(history.total(period_end.year, DEFERRAL_SOURCES), money(figures.highest_catch_up))
    added = history.total(period_end.year, SOURCES) - caught_up
    history.add_contribution(last, money(figures.additions + CENT) - added, period_end, last.effective_date)


@dataclass(frozen=True)
class _Row:
    """How an anomaly is put in, and what must be there: event types, a hire, a leaving, years of service."""

    put: _Put
    event_types: tuple[str, ...] = ()
    hired: bool = False
    leaves: bool | None = None
    prior_service: int = 0


#: How every error is put into a life.
PUT_IN: Final[Mapping[str, _Row]] = MappingProxyType(
    {
        "date-mismatch": _Row(_date_mismatch, ("vesting",)),
        "rates-over-one": _Row(_rates_over_one, ("enrollment",)),
        "opt-out-before-enrollment": _Row(_opt_out_before_enrollment, ("enrollment",)),
        "ytd-below-amount": _Row(_ytd_below_amount),
        "service-starts-after-period": _Row(_service_starts_after_period, ("vesting",)),
        "vesting-off-schedule": _Row(_vesting_off_schedule, ("vesting",)),
        "forfeiture-when-fully-vested": _Row(_forfeiture_when_fully_vested, leaves=True),
        "hce-threshold-of-another-year": _Row(_hce_threshold_of_another_year, ("hce_status",)),
        "hce-status-denied": _Row(_hce_status_denied, ("hce_status",)),
        "limit-type-mismatch": _Row(_limit_type_mismatch, ("compliance",)),
        "wrong-limit": _Row(_wrong_limit, ("compliance",)),
        "conflicting-event-id": _Row(_conflicting_event_id),
        "before-hire": _Row(_before_hire, hired=True),
        "hired-twice": _Row(_hired_twice, hired=True),
        "terminated-twice": _Row(_terminated_twice, hired=True, leaves=True),
        "after-termination": _Row(_after_termination, hired=True, leaves=True),
        "contribution-after-final-pay": _Row(_contribution_after_final_pay, hired=True, leaves=True),
        "plan-unknown": _Row(_plan_unknown, hired=True),
        "contribution-without-eligibility": _Row(_contribution_without_eligibility, hired=True),
        "contribution-without-enrollment": _Row(_contribution_without_enrollment, hired=True),
        "contribution-not-elected": _Row(_contribution_not_elected, hired=True),
        "ytd-not-running-total": _Row(_ytd_not_running_total, hired=True),
        "vesting-fell": _Row(_vesting_fell, ("vesting",), prior_service=2),
        "forfeiture-without-termination": _Row(_forfeiture_without_termination, hired=True, leaves=False),
        "break-too-short": _Row(_break_too_short, hired=True, leaves=True),
        "forfeiture-over-balance": _Row(_forfeiture_over_balance, leaves=True),
        "forfeiture-takes-vested": _Row(_forfeiture_takes_vested, ("vesting",), leaves=True),
        "limit-year-missing": _Row(_limit_year_missing),
        "deferrals-over-limit": _Row(_deferrals_over_limit),
        "additions-over-limit": _Row(_additions_over_limit),
    }
)


def _host_design(design: PlanDesign) -> PlanDesign:
    """The design with all kinds of money, paid often enough, and vesting bit by bit from the first year on."""
    return replace(
        design,
        sources=frozenset(SOURCES),
        frequency="monthly" if design.frequency in {"annual", "quarterly"} else design.frequency,
        match_rate=max(design.match_rate, 2_500),
        true_up="to the annual match",
        schedule=design.schedule if 0 < design.schedule.after(1) < WHOLE else SCHEDULES["five years"],
        match_lag=min(design.match_lag, 14),
        year_end_lag=0,
    )


def _host(life: Life, row: _Row) -> Life:
    """The life with what the anomaly needs, and without what could make a second one of it."""
    first = life.spells[0]
    spell = replace(
        first,
        periods=1 + first.periods % 6,
        service_periods=1,
        service_ends_with="the last deposit",
        hours=2_080,
        merit_rate=min(first.merit_rate, 500),
        election_change_in=None,
        leaves=first.leaves if row.leaves is None else row.leaves,
        forfeitures=(),
    )
    election = life.election
    if election.after_tax or not election.deferred:
        election = Election(600, 400, 0)
    return replace(
        life,
        complete=life.complete or row.hired,
        first_day=life.first_day.replace(month=1 + life.first_day.month % 3, day=min(life.first_day.day, 28)),
        pay=DOLLAR + life.pay % (_MOST_PAY - DOLLAR),
        election=election,
        waits=min(life.waits, 30),
        deferral_aim=None,
        additions_aim=None,
        hce_method="prior_year",
        hce_years=1,
        hce_aim=None,
        monitored=("402g_limit_approach", "415c_limit_approach"),
        vested_buckets="all",
        prior_service=row.prior_service,
        spells=(spell,),
        recorded_deposits=(True,),
        recorded_services=(True,),
        spare_room=_SPARE_ROOM,
    )


@st.composite
def incoherent_ledgers(draw: DrawFn, *, codes: Collection[str] | None = None) -> tuple[Ledger, str]:
    """Pairs of a ledger that has exactly one kind of error and that error's anomaly code; of all errors, or of `codes`.

    One life in an otherwise coherent ledger has the anomaly; `anomalies` reports no other error, but warnings.

    Raises InvalidArgument for a code that is no error's.

    Examples from this strategy shrink towards a contribution and a vesting step dated otherwise than its envelope,
    or the simplest ledger with the first of `codes`.
    """
    known = tuple(PUT_IN)
    wanted = known if codes is None else tuple(code for code in known if code in set(codes))
    unknown = sorted(set(codes or ()) - set(known))
    if unknown or not wanted:
        raise InvalidArgument(f"codes={codes!r}: expected some of {', '.join(known)}")
    code = draw(st.sampled_from(wanted))
    where = draw(st.integers(0, 255))
    row = PUT_IN[code]
    scope = scope_of(max_periods=26)
    header, drawn = draw_lives(draw, scope)
    design = _host_design(drawn[0].design)
    first, *others = (
        replace(life, design=design) if life.design.plan_design_id == design.plan_design_id else life for life in drawn
    )
    first = _host(first, row)
    event_types = header.event_types | set(row.event_types) | (_WITH_HIRE if first.complete else set())
    happened = happenings(first, event_types, scope.last_year)
    elsewhere = [one for life in others for one in happenings(life, header.event_types, scope.last_year)]
    events = record(happened + elsewhere, header.recording)
    history = _History([event for event in events if _is_of(event, first)], where, len(events))
    with localcontext(EXACT):
        row.put(history)
    put_in = [event for event in events if not _is_of(event, first)] + history.events
    lives = (first, *others)
    return Ledger(tuple(sorted(put_in, key=canonical_order)), designs_of(lives), lives), code


def _is_of(event: SimulationEvent, life: Life) -> bool:
    place = event.scenario_id, event.plan_design_id, event.employee_id
    return place == (life.scenario_id, life.design.plan_design_id, life.employee_id)
