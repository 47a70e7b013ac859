"""A ledger as a time line: what happened to an account, by kind, and below it what the account came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from pydantic import ValidationError

from dcprops.events import EventFactory, SimulationEvent
from dcprops.events.schema import EVENT_TYPES
from dcprops.reference import BalanceRow
from dcprops.reference.balances import Account, running_balances
from dcprops.reference.order import canonical_order, distinct
from dcprops.reports.html.drawing import SMALL, Drawing
from dcprops.reports.html.palette import drawn_as
from dcprops.reports.html.plots import BROAD, labelled

__all__ = ["MOST_ACCOUNTS", "Lane", "lanes", "ledger_plot"]

#: So many accounts of a ledger are drawn.
MOST_ACCOUNTS: Final = 4
#: So many characters of a name are drawn.
_NAME: Final = 40
_LEFT: Final = 104.0
_RIGHT: Final = 30.0
_LANE: Final = 26.0
_BALANCES: Final = 120.0
#: The balances, and how their lines look: told apart by dashes and thickness too.
_LINES: Final[tuple[tuple[str, str, str, str | tuple[int, tuple[int, ...]], float], ...]] = (
    ("gross_account_balance", "gross", "calm", "solid", 4.0),
    ("net_account_balance", "net", "accent", "solid", 1.8),
    ("vested_account_balance", "vested", "second", (0, (4, 2)), 1.8),
)
_SHAPES: Final = {"contribution": "o", "vesting": "^", "forfeiture": "v", "termination": "X", "hire": "s"}
_OTHER_SHAPE: Final = "D"


@dataclass(frozen=True)
class Lane:
    """What is drawn of one account, or of a person without one: the events, and the balances after some of them."""

    account: tuple[str, ...]
    events: tuple[SimulationEvent, ...]
    balances: tuple[tuple[date, BalanceRow], ...]

    @property
    def name(self) -> str:
        """The account's keys in one text."""
        return " / ".join(self.account)


def lanes(documents: Iterable[Mapping[str, Any]]) -> tuple[Lane, ...]:
    """The accounts of a ledger, each with its person's events of no plan; of documents that aren't events, none."""
    events = sorted(distinct(_valid(documents)), key=canonical_order)
    balances: dict[Account, list[tuple[date, BalanceRow]]] = {}
    for event, row in running_balances(events):
        if row is not None:
            balances.setdefault(row.account, []).append((event.effective_date, row))
    people = dict.fromkeys(_person(event) for event in events)
    with_account = {account[:3] for account in balances}
    return tuple(
        Lane(account, tuple(_of(account, events)), tuple(rows)) for account, rows in sorted(balances.items())
    ) + tuple(
        Lane(person, tuple(event for event in events if _person(event) == person), ())
        for person in people
        if person not in with_account
    )


def _person(event: SimulationEvent) -> tuple[str, str, str]:
    return event.scenario_id, event.plan_design_id, event.employee_id


def _of(account: Account, events: Iterable[SimulationEvent]) -> Iterator[SimulationEvent]:
    return (
        event for event in events if _person(event) == account[:3] and event.payload.plan_id in {None, account.plan_id}
    )


def _valid(documents: Iterable[Mapping[str, Any]]) -> Iterator[SimulationEvent]:
    for document in documents:
        try:
            yield EventFactory.create_event(dict(document))
        except ValidationError:
            continue  # a store is tried with such too; the ledger's lines tell them


def ledger_plot(name: str, title: str, drawn: Sequence[Lane]) -> Markup:
    """The accounts one below the other, over one axis of days."""
    width = BROAD
    days = [event.effective_date.toordinal() for lane in drawn for event in lane.events]
    first, last = min(days), max(days)
    # Of a single day the marks stand at the left, where a narrow window begins.
    beside = (last - first) * 0.03 or 0.1
    start, end = first - beside, last + (beside if last > first else 1.0)
    kinds = [[kind for kind in EVENT_TYPES if any(_kind(event) == kind for event in lane.events)] for lane in drawn]
    heights = [
        46 + _LANE * len(of_lane) + (_BALANCES + 18) * bool(lane.balances)
        for lane, of_lane in zip(drawn, kinds, strict=True)
    ]
    drawing = Drawing(width, sum(heights) + 50)
    above = 30.0
    ticks = _ticks(first, last)
    _legend(drawing, width)
    for lane, of_lane, height in zip(drawn, kinds, heights, strict=True):
        inner = width - _LEFT - _RIGHT
        top = drawing.axes(_LEFT, above + 26, inner, _LANE * len(of_lane))
        top.set_xlim(start, end)
        shown = lane.name if len(lane.name) <= _NAME else f"{lane.name[:_NAME]}…"
        drawing.say(
            top, -(_LEFT - 4) / inner, 1 + 9 / (_LANE * len(of_lane)), shown, transform=top.transAxes, fontweight="bold"
        )
        _events(drawing, top, lane, of_lane)
        _lines_of_days(top, ticks)
        if lane.balances:
            bottom = drawing.axes(_LEFT, above + 26 + _LANE * len(of_lane) + 12, inner, _BALANCES)
            bottom.set_xlim(start, end)
            _lines(drawing, bottom, lane, end)
            _lines_of_days(bottom, ticks)
        above += height
    foot = drawing.axes(_LEFT, above - 6, width - _LEFT - _RIGHT, 1)
    foot.set_xlim(start, end)
    drawing.ticks(foot, "x", [day.toordinal() for day in ticks], [day.isoformat() for day in ticks], grid=False)
    return drawing.svg(name, title, _described(drawn))


def _kind(event: SimulationEvent) -> str:
    return event.payload.event_type


def _legend(drawing: Drawing, width: float) -> None:
    """What the lines below each account are."""
    axes = drawing.axes(_LEFT, 0, width - _LEFT, 22)
    axes.set_xlim(0, width - _LEFT)
    axes.set_ylim(0, 22)
    at = 0.0
    for _, label, colour, dashes, thickness in _LINES:
        axes.plot([at, at + 26], [11, 11], color=drawn_as(colour), linestyle=dashes, linewidth=thickness)
        drawing.say(axes, at + 33, 7, label, colour="muted")
        at += 50 + 7 * len(label)


def _events(drawing: Drawing, axes: Axes, lane: Lane, kinds: Sequence[str]) -> None:
    axes.set_ylim(len(kinds) - 0.5, -0.5)
    drawing.ticks(axes, "y", range(len(kinds)), kinds, grid=True)
    for row, kind in enumerate(kinds):
        times = Counter(event.effective_date.toordinal() for event in lane.events if _kind(event) == kind)
        axes.plot(
            list(times),
            [row] * len(times),
            linestyle="none",
            marker=_SHAPES.get(kind, _OTHER_SHAPE),
            markersize=8,
            markeredgecolor=drawn_as("panel"),
            markerfacecolor=drawn_as("bad" if kind == "forfeiture" else "accent"),
            markeredgewidth=1,
        )
        for day in _with_room(sorted(times), axes):
            if times[day] > 1:
                drawing.say(axes, day, row - 0.36, str(times[day]), colour="muted", fontsize=SMALL - 2, ha="center")


def _with_room(days: Sequence[int], axes: Axes) -> list[int]:
    """Those of the days beside which a small number doesn't run into that of another."""
    low, high = axes.get_xlim()
    room = (high - low) * 0.018
    return [
        day
        for day, before, after in zip(days, [low - room, *days], [*days[1:], high + room], strict=False)
        if day - before > room and after - day > room
    ]


def _lines(drawing: Drawing, axes: Axes, lane: Lane, until: float) -> None:
    days = [day.toordinal() for day, _ in lane.balances]
    for name, _, colour, dashes, thickness in _LINES:
        values = [float(getattr(row, name)) for _, row in lane.balances]
        axes.step(
            [days[0], *days, until],
            [0.0, *values, values[-1]],
            where="post",
            color=drawn_as(colour),
            linestyle=dashes,
            linewidth=thickness,
            solid_capstyle="butt",
        )
    values = [float(getattr(row, name)) for _, row in lane.balances for name, *_ in _LINES]
    low, high = min(0.0, *values), max(0.0, *values)
    room = (high - low or 1.0) * 0.06
    axes.set_ylim(low - room * (low < 0), high + room)
    scale = [float(tick) for tick in MaxNLocator(3).tick_values(low, high) if low <= tick <= high]
    drawing.ticks(axes, "y", scale, labelled(scale), grid=True)


def _lines_of_days(axes: Axes, days: Iterable[date]) -> None:
    for day in days:
        axes.axvline(day.toordinal(), color=drawn_as("line"), linewidth=1, zorder=0)


def _ticks(first: int, last: int) -> list[date]:
    """A few days to say: starts of years or months where there are enough, else days evenly apart."""
    start, end = date.fromordinal(first), date.fromordinal(last)
    years = [
        date(year, 1, 1) for year in range(start.year, end.year + 1) if first <= date(year, 1, 1).toordinal() <= last
    ]
    months = [
        day
        for month in range(start.year * 12 + start.month, min(end.year * 12 + end.month, start.year * 12 + 40))
        for day in (date(month // 12, month % 12 + 1, 1),)
        if day.year <= end.year
    ]
    for days in (years, months if end.year - start.year < 3 else []):
        if len(days) >= 3:
            return days[:: -(-len(days) // 6)]
    count = min(5, last - first + 1)
    return [date.fromordinal(first + (last - first) * place // max(1, count - 1)) for place in range(count)]


def _described(drawn: Sequence[Lane]) -> str:
    events = sum(len(lane.events) for lane in drawn)
    ends = "; ".join(
        f"{lane.name} ends with gross {row.gross_account_balance}, net {row.net_account_balance}, "
        f"vested {row.vested_account_balance}"
        for lane in drawn
        for _, row in lane.balances[-1:]
    )
    return f"{events} event{'s' if events != 1 else ''} on a time line, and the balances after each. {ends}"
