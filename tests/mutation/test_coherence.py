"""The properties by themselves on coherence: anomalies are those that another reading of a life finds.

That other reading is in integers and from documents, one anomaly after the other: each looks at all that came before
its event instead of carrying along what is known. Lives are drawn so densely that what seldom meets does meet.
"""

from __future__ import annotations

import json
import random
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from decimal import localcontext
from types import SimpleNamespace

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from dcprops import reference
from dcprops.events import EventFactory
from dcprops.properties.cases import ledger_soups, rich_ledgers
from dcprops.reference import Account, Person, anomalies
from dcprops.reference.order import DAY_ORDER
from dcprops.rules import SAMPLES
from dcprops.rules.anomalies import ANOMALIES
from dcprops.strategies import incoherent_ledgers, ledgers

SEED = 20_260_701
EMPLOYEE = ("employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up")
BUCKET = {
    "employer_match": "employer_match", "employer_match_true_up": "employer_match",
    "employer_nonelective": "employer_nonelective", "employer_profit_sharing": "employer_profit_sharing",
    "forfeiture_allocation": "employer_profit_sharing",
}  # fmt: skip
OWN_DAY = {
    "hire": "hire_date", "promotion": "effective_date", "eligibility": "eligibility_date",
    "enrollment": "enrollment_date", "contribution": "contribution_date", "vesting": "service_period_end_date",
    "hce_status": "determination_date", "compliance": "monitoring_date",
}  # fmt: skip
PRE, ROTH, AFTER = (f"{name}_contribution_rate" for name in ("pre_tax", "roth", "after_tax"))
RATES = {
    "employee_pre_tax": (PRE,), "employee_roth": (ROTH,), "employee_after_tax": (AFTER,),
    "employee_catch_up": (PRE, ROTH),
}  # fmt: skip
DOLLAR = 10**6
YEARS = {year: {name: reference.limits(year)[name] for name in reference.limits(year)} for year in reference.years()}
PERSON = ("scenario_id", "plan_design_id", "employee_id")


def read(document):
    """An event with whole numbers: money in millionths, rates in ten-thousandths."""
    own = {}
    for name, value in document["payload"].items():
        is_number = isinstance(value, str) and value.replace(".", "", 1).isdigit() and "." in value
        is_day = isinstance(value, str) and name.endswith(("_date", "_end", "_expires"))
        own[name] = int(value.replace(".", "")) if is_number else date.fromisoformat(value) if is_day else value
    day = date.fromisoformat(document["effective_date"])
    return SimpleNamespace(kind=own["event_type"], day=day, id=document["event_id"], document=document, own=own)


def order(document):
    moment = document["created_at"].removesuffix("Z")
    place = list(DAY_ORDER).index(document["payload"]["event_type"])
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return (
        document["effective_date"],
        place,
        moment if "." in moment else f"{moment}.000000",
        document["event_id"],
        text,
    )


def expected(documents, birth_years=()):
    """Pairs of a code and an event_id, as often as each is found."""
    first = {}
    for document in sorted(documents, key=order):
        first.setdefault(document["event_id"], document)
    found, met = [], set()
    for document in documents:
        if document != first[document["event_id"]]:
            found.append(("conflicting-event-id", document["event_id"]))
        elif document["event_id"] in met:
            found.append(("duplicate-event", document["event_id"]))
        else:
            met.add(document["event_id"])
    lives = defaultdict(list)
    for document in sorted(first.values(), key=order):
        lives[tuple(document[name] for name in PERSON)].append(read(document))
    for person, life in lives.items():
        born = dict(birth_years).get(person[2])
        for reading in (alone, career, money, totals, years_of_a_person):
            found += reading(life, born)
    return sorted(found)


def alone(life, _):  # noqa: C901, PLR0912  # one anomaly after the other, to be read as a list
    """What one event contradicts by itself."""
    for event in life:
        own, kind = event.own, event.kind
        if kind in OWN_DAY and own[OWN_DAY[kind]] != event.day:
            yield "date-mismatch", event.id
        if kind == "enrollment":
            if own[PRE] + own[ROTH] + own[AFTER] > 10_000:
                yield "rates-over-one", event.id
            if (own["opt_out_window_expires"] or date.max) < own["enrollment_date"]:
                yield "opt-out-before-enrollment", event.id
        if kind == "contribution":
            if own["ytd_amount"] < own["amount"]:
                yield "ytd-below-amount", event.id
            ended, paid = own["pay_period_end"], own["contribution_date"]
            if paid < ended:
                yield "contribution-before-period-end", event.id
            elif own["source"] in EMPLOYEE and (paid - ended).days > 28 and paid > latest(ended):
                yield "late-deposit", event.id
        if kind == "vesting":
            if own["service_computation_date"] > own["service_period_end_date"]:
                yield "service-starts-after-period", event.id
            given = {"cliff": (0, 10_000), "immediate": (10_000,)}.get(own["vesting_schedule_type"])
            if given and own["vested_percentage"] not in given:
                yield "vesting-off-schedule", event.id
        if kind == "forfeiture" and own["vested_percentage"] == 10_000:
            yield "forfeiture-when-fully-vested", event.id
        if kind == "hce_status":
            yield from ((code, event.id) for code in determination(own))
        if kind == "compliance":
            yield from ((code, event.id) for code in monitoring(own))


def latest(ended):
    """The 17th weekday of the month after, counted day by day."""
    year, month = (ended.year + 1, 1) if ended.month == 12 else (ended.year, ended.month + 1)
    if year > 9999 or (year, month) == (9999, 12):
        return date.max
    days = [date(year, month, number + 1) for number in range(monthrange(year, month)[1])]
    return [day for day in days if day.isoweekday() < 6][16]


def determination(own):
    pay, projected, threshold, high = (
        own[name] for name in ("ytd_compensation", "annualized_compensation", "hce_threshold", "is_hce")
    )
    if own["determination_method"] == "prior_year":
        before = YEARS.get(own["determination_date"].year - 1)
        if before and before["hce_threshold_414q"] * DOLLAR != threshold:
            yield "hce-threshold-of-another-year"
        if high != (pay > threshold):
            yield "hce-status-unexplained" if high else "hce-status-denied"
        return
    if projected < pay:
        yield "hce-annualized-below-ytd"
    if pay > threshold:
        if not high:
            yield "hce-status-denied"
    elif projected > threshold:
        yield "hce-status-undecided"
    elif high:
        yield "hce-status-unexplained"


def monitoring(own):
    limit, year = own["applicable_limit"], own["monitoring_date"].year
    about = {"402g": "elective_deferral", "415c": "annual_additions"}.get(own["compliance_type"][:4], "catch_up")
    if own["limit_type"] != about:
        yield "limit-type-mismatch"
    elif year in YEARS and limit not in right_limits(about, YEARS[year], limit):
        yield "wrong-limit"
    if own["current_amount"] > limit:
        yield "over-limit"


def right_limits(about, figures, limit):
    catch_ups = {figures["catch_up_414v"], max(figures["catch_up_414v"], figures["super_catch_up_60_63"] or 0)}
    if about == "catch_up":
        return {each * DOLLAR for each in catch_ups}
    if about == "elective_deferral":
        return {(figures["elective_deferral_402g"] + each) * DOLLAR for each in catch_ups | {0}}
    dollars = figures["annual_additions_415c"] * DOLLAR
    others = {each["annual_additions_415c"] * DOLLAR for each in YEARS.values()}
    return {limit} if limit < dollars and limit not in others else {dollars}


def in_order_of_employment(life):
    """Who is employed when a day begins, leaves on it and is hired again on it, leaves first."""
    told = []
    for day in sorted({event.day for event in life}):
        moves = [event.kind for event in told if event.kind in {"hire", "termination"}]
        today = [event for event in life if event.day == day]
        if moves[-1:] == ["hire"] and {"hire", "termination"} <= {event.kind for event in today}:
            today = [each for each in today if each.kind != "hire"] + [each for each in today if each.kind == "hire"]
        told += today
    return told


def career(life, _):  # noqa: C901, PLR0912  # one anomaly after the other, to be read as a list
    """What can't have happened to a person who was hired, each event seen with all before it."""
    hires = [event.day for event in life if event.kind == "hire"]
    if not hires:
        return
    open_plans = {event.own["plan_id"] for event in life if event.kind == "eligibility"}
    told, judged_by_election = [], set()
    for event in in_order_of_employment(life):
        own, kind, plan = event.own, event.kind, event.own["plan_id"]
        moves = [each for each in told if each.kind in {"hire", "termination"}]
        state = moves[-1].kind if moves else None
        here = [each for each in told if each.own["plan_id"] == plan]
        if event.day < min(hires):
            yield "before-hire", event.id
        if kind == "hire" and state == "hire":
            yield "hired-twice", event.id
        if kind == "termination" and state == "termination":
            yield "terminated-twice", event.id
        if state == "termination" and (
            kind in {"promotion", "merit"}
            or (kind == "eligibility" and own["eligible"])
            or (kind == "enrollment" and own[PRE] + own[ROTH] + own[AFTER] > 0)
        ):
            yield "after-termination", event.id
        taking_part = ("enrollment", "contribution", "vesting", "forfeiture")
        known = not open_plans or plan in open_plans
        if kind in taking_part and not known and not any(each.kind in taking_part for each in here):
            yield "plan-unknown", event.id
        eligible = any(each.kind == "eligibility" and each.own["eligible"] for each in here)
        if kind == "enrollment" and known and not eligible:
            yield "enrollment-without-eligibility", event.id
        if kind == "contribution":
            elections = [each.own for each in here if each.kind == "enrollment"]
            if known and not eligible:
                yield "contribution-without-eligibility", event.id
            elif own["source"] in EMPLOYEE:
                most = max((sum(each[name] for name in RATES[own["source"]]) for each in elections), default=None)
                if not most:
                    yield f"contribution-{'without-enrollment' if most is None else 'not-elected'}", event.id
                else:
                    judged_by_election.add(event.id)
                    like = [
                        each.own["amount"] for each in here
                        if each.id in judged_by_election and each.own["source"] == own["source"]
                        and each.own["pay_period_end"].year == own["pay_period_end"].year
                    ]  # fmt: skip
                    limit = most * highest_pay(told) * 27
                    crosses = sum(like) * 26 * 10**4 <= limit < (sum(like) + own["amount"]) * 26 * 10**4
                    if crosses and own["source"] != "employee_catch_up":
                        yield "contribution-above-election", event.id
            if own["source"] in {*EMPLOYEE, "employer_match"} and state == "termination":
                last_pay = max(moves[-1].day, moves[-1].own["final_pay_date"])
                if own["pay_period_end"] > last_pay and (own["pay_period_end"] - last_pay).days > 31:
                    yield "contribution-after-final-pay", event.id
        told.append(event)


def highest_pay(told):
    names = {"hire": "annual_compensation", "promotion": "new_annual_compensation", "merit": "new_compensation"}
    return max((event.own[names[event.kind]] for event in told if event.kind in names), default=0)


def share(rate, amount):
    return (2 * rate * amount + 10**4) // (2 * 10**4)


def money(life, _):  # noqa: C901  # one anomaly after the other, to be read as a list
    """What can't have happened to employer money, bucket by bucket of each plan."""
    hires = [event.day for event in life if event.kind == "hire"]
    for plan in {event.own["plan_id"] for event in life}:
        closed = dict.fromkeys(BUCKET.values(), -1)
        floors = dict.fromkeys(BUCKET.values(), -1)
        for place, event in enumerate(life):
            own = event.own
            if event.kind == "hire" and any(
                each.own["plan_id"] == plan and each.kind in {"contribution", "vesting", "forfeiture"}
                for each in life[:place]
            ):
                floors = dict.fromkeys(floors, place)
            if own["plan_id"] != plan:
                continue
            if event.kind == "vesting":
                before = {
                    name: [each.own["vested_percentage"] for each in steps(life[floors[name] + 1 : place], plan, name)]
                    for name in own["source_balances_vested"]
                }
                if any(own["vested_percentage"] < rates[-1] for rates in before.values() if rates):
                    yield "vesting-fell", event.id
            if event.kind == "forfeiture":
                bucket = own["forfeited_from_source"]
                gone = any(each.kind == "termination" for each in life[:place])
                if hires and own["reason"] == "unvested_termination" and not gone:
                    yield "forfeiture-without-termination", event.id
                if hires and own["reason"] == "break_in_service":
                    start = min(hires)
                    if event.day.isoformat() < f"{start.year + 5:04d}{start.isoformat()[4:]}":
                        yield "break-too-short", event.id
                since = [each for each in life[closed[bucket] + 1 : place] if each.own["plan_id"] == plan]
                given = sum(each.own["amount"] for each in since if BUCKET.get(each.own.get("source")) == bucket)
                lost = sum(each.own["amount"] for each in since if each.own.get("forfeited_from_source") == bucket)
                vested = [each.own["vested_percentage"] for each in steps(life[:place], plan, bucket)]
                recorded = vested[-1] if vested else own["vested_percentage"]
                code = forfeiture(own["amount"], given, given - lost, own["vested_percentage"], recorded)
                if code and own["vested_percentage"] != 10_000:
                    yield code, event.id
                if given - lost - own["amount"] <= share(own["vested_percentage"], given):
                    closed[bucket] = floors[bucket] = place


def steps(events, plan, bucket):
    return [
        each for each in events
        if each.kind == "vesting" and each.own["plan_id"] == plan and bucket in each.own["source_balances_vested"]
    ]  # fmt: skip


def forfeiture(amount, given, left, own, recorded):
    if amount > left:
        return "forfeiture-over-balance"
    if amount > max(left - share(max(own, recorded), given), 0):
        return "forfeiture-takes-vested"
    if own != recorded:
        return "forfeiture-percentage-differs"
    return "forfeiture-leaves-unvested" if amount < left - share(own, given) else None


def totals(life, _):
    """Running totals that none of the ways to count explains."""
    complete = any(event.kind == "hire" for event in life)
    deposits = [event for event in life if event.kind == "contribution"]
    for plan, source in {(event.own["plan_id"], event.own["source"]): None for event in deposits}:
        listed = [one for one in deposits if (one.own["plan_id"], one.own["source"]) == (plan, source)]
        readings = []
        for of_year in ("pay_period_end", "contribution_date"):
            for by in ("contribution_date", "pay_period_end", None):
                breaks = []
                for year in sorted({one.own[of_year].year for one in listed}):
                    year_s = [one for one in listed if one.own[of_year].year == year]
                    year_s.sort(key=lambda one, by=by: (one.own[by] if by else 0, one.own["ytd_amount"]))
                    breaks += breaks_of(year_s, complete)
                readings.append(breaks)
        yield from (("ytd-not-running-total", each) for each in min(readings, key=len))


def breaks_of(listed, complete):
    amounts, said = [one.own["amount"] for one in listed], [one.own["ytd_amount"] for one in listed]
    brought = 0 if complete or said[0] < amounts[0] else said[0] - amounts[0]
    for place, one in enumerate(listed):
        before = said[place - 1] if place else brought
        right = {brought + sum(amounts[: place + 1]), before + amounts[place]}
        if said[place] not in right and said[place] >= amounts[place]:
            yield one.id


def years_of_a_person(life, born):
    """What exceeds a year's limits, as far as birth year and pay are known."""
    noted = set()
    for event in life:
        if event.own.get("compliance_type") == "catch_up_eligible":
            key = event.own["plan_id"], event.own["monitoring_date"].year
            if key in noted:
                yield "catch-up-noted-twice", event.id
            noted.add(key)
    missing = set()
    for event in life:
        own = event.own
        need = {"contribution": "pay_period_end", "compliance": "monitoring_date", "hce_status": "determination_date"}
        if event.kind in need and (event.kind != "hce_status" or own["determination_method"] == "prior_year"):
            year = own[need[event.kind]].year - (event.kind == "hce_status")
            if year not in YEARS and year not in missing:
                missing.add(year)
                yield "limit-year-missing", event.id
    for year, figures in YEARS.items():
        listed = [each for each in life if each.kind == "contribution" and each.own["pay_period_end"].year == year]
        yield from exceeded(listed, figures, catch_up_of(year, figures, born), pay_of(life, year),
                            is_told=born is not None or year in {each for _, each in noted})  # fmt: skip


def catch_up_of(year, figures, born):
    older = figures["super_catch_up_60_63"] or figures["catch_up_414v"]
    if born is None:
        return max(figures["catch_up_414v"], older) * DOLLAR
    return (older if year - born in {60, 61, 62, 63} else figures["catch_up_414v"] if year - born >= 50 else 0) * DOLLAR


def pay_of(life, year):
    pays = [
        event.own["ytd_compensation"] for event in life if event.kind == "hce_status"
        and (event.own["determination_date"].year == year + 1 if event.own["determination_method"] == "prior_year"
             else event.own["determination_date"] == date(year, 12, 31))
    ]  # fmt: skip
    return pays[-1] if pays else None


def exceeded(listed, figures, catch_up, pay, *, is_told):
    deferred, added, base = [0], [0], figures["elective_deferral_402g"] * DOLLAR
    for event in listed:
        own = event.own
        deferred.append(deferred[-1] + own["amount"] * (own["source"] in {*EMPLOYEE} - {"employee_after_tax"}))
        added.append(added[-1] + own["amount"])
    additions = [all_ - min(part, catch_up) for all_, part in zip(added, deferred, strict=True)]

    def crossing(amounts, limit):
        return next((each.id for each, amount in zip(listed, amounts[1:], strict=True) if amount > limit), None)

    over = crossing(deferred, base + catch_up)
    if over:
        yield "deferrals-over-limit", over
    elif not is_told and (need := crossing(deferred, base)):
        yield "deferrals-need-catch-up", need
    if crossed := crossing(additions, figures["annual_additions_415c"] * DOLLAR):
        yield "additions-over-limit", crossed
    elif pay is not None and (crossed := crossing(additions, pay)):
        yield "additions-over-pay", crossed


# Lives in which everything meets.


def document(number, kind, day, employee="E1", plan="P1", **payload):
    """A document of a kind, dated alike in both places."""
    own = {**SAMPLES[kind]["payload"], "plan_id": plan}
    if kind in OWN_DAY:
        own[OWN_DAY[kind]] = day
    if kind == "enrollment":
        own["opt_out_window_expires"] = None
    made = {**SAMPLES[kind], "event_id": f"00000000-0000-4000-8000-{number:012d}", "effective_date": day}
    made |= {"employee_id": employee, "created_at": f"2026-01-01T00:{number // 60 % 60:02d}:{number % 60:02d}Z"}
    return {**made, "payload": own | payload}


def money_text(millionths):
    return f"{millionths // DOLLAR}.{millionths % DOLLAR:06d}"


DAYS = (
    "2023-12-31", "2024-01-01", "2024-01-31", "2024-02-29", "2024-03-25", "2024-06-30", "2024-12-31", "2025-01-01",
    "2025-01-24", "2025-06-30", "2029-01-01", "2029-06-30",
)  # fmt: skip
PERCENTAGES = ("0.0000", "0.2000", "0.4000", "0.4001", "1.0000")


class Teller:
    """Draws a life by chance: what comes next mostly fits what was before, by a hair's breadth or not at all."""

    def __init__(self, number):
        self.chance = random.Random(number)
        self.number = 0
        self.told = []
        self.given = defaultdict(int)
        self.totals = defaultdict(int)

    def one_of(self, *values):
        return self.chance.choice(values)

    def add(self, kind, day, **payload):
        self.number += 1
        plan = self.one_of("P1", "P1", "P1", "P1", "P2")
        if kind in {"hire", "promotion", "merit", "termination"}:
            plan = self.one_of(plan, None)
        self.told.append(document(self.number, kind, day, plan=payload.pop("plan", plan), **payload))

    def life(self, length):
        days = sorted(self.chance.choice(DAYS) for _ in range(length))
        if self.one_of(True, True, False):
            start = days[0] if self.one_of(True, True, False) else self.one_of(*DAYS[:5])
            pay = self.one_of("100.000000", "1000.000000", "300000.000000", "0.010000")
            self.add("hire", start, annual_compensation=pay)
            for _ in range(self.one_of(0, 1, 1, 1, 2)):
                self.add("eligibility", start, plan="P1", eligible=self.one_of(True, True, True, False))
            for _ in range(self.one_of(0, 1, 1)):
                self.enrollment(start)
        for day in days:
            told = self.one_of("contribution", "contribution", "contribution", "vesting", "forfeiture", "forfeiture",
                               "termination", "enrollment", "hce", "compliance", "career")  # fmt: skip
            getattr(self, told)(day)
        if self.one_of(True, False, False, False):
            copy = self.chance.choice(self.told)
            self.told.append({**copy, "correlation_id": self.one_of(None, "again"),
                              "created_at": self.one_of(copy["created_at"], "2025-01-01T00:00:00Z")})  # fmt: skip
        if self.one_of(True, False, False, False):
            place = self.chance.randrange(len(self.told))
            self.told[place] = {**self.told[place], "effective_date": self.one_of(*DAYS)}
        self.chance.shuffle(self.told)
        return tuple(self.told)

    def enrollment(self, day):
        rates = self.one_of(
            ("0.0600", "0.0400", "0.0000"), ("0.0000", "0.0000", "0.0000"), ("0.0000", "0.1000", "0.0100"),
            ("0.5000", "0.4000", "0.1000"), ("0.5000", "0.4000", "0.1001"),
        )  # fmt: skip
        more = dict(zip((PRE, ROTH, AFTER), rates, strict=True))
        before = (date.fromisoformat(day) - timedelta(1)).isoformat()
        self.add("enrollment", day, opt_out_window_expires=self.one_of(None, day, before), **more)

    def contribution(self, day):
        source = self.one_of(*EMPLOYEE, *BUCKET, "employer_match", "employee_pre_tax")
        shift = self.one_of(0, 0, 0, 1, -1, -28, -29, -33, -40, -55, 31, 32, 33)
        ended = (date.fromisoformat(day) + timedelta(shift)).isoformat()
        figures = YEARS.get(int(ended[:4]), YEARS[2025])
        base, older = figures["elective_deferral_402g"], figures["super_catch_up_60_63"] or figures["catch_up_414v"]
        amount = self.one_of(
            100 * DOLLAR, 100 * DOLLAR, 3, 250 * 10**3,
            (base + self.one_of(0, figures["catch_up_414v"], older)) * DOLLAR,
            figures["annual_additions_415c"] * DOLLAR, 30 * DOLLAR * 27 // 26, 31 * DOLLAR,
        ) + self.one_of(0, 0, 0, 1)  # fmt: skip
        plan = self.one_of("P1", "P1", "P1", "P2")
        key = plan, source, ended[:4]
        self.totals[key] += amount
        if source in BUCKET:
            self.given[plan, BUCKET[source]] += amount
        said = self.totals[key] + self.one_of(0, 0, 0, 0, 0, 1, -1, 5 * DOLLAR)
        self.add("contribution", day, plan=plan, source=source, amount=money_text(amount), pay_period_end=ended,
                 ytd_amount=money_text(max(said, 0)))  # fmt: skip

    def vesting(self, day):
        names = self.one_of(
            ("employer_match",), ("employer_match", "employer_profit_sharing"), ("employer_nonelective",), ()
        )
        after = (date.fromisoformat(day) + timedelta(1)).isoformat()
        self.add("vesting", day, vested_percentage=self.one_of(*PERCENTAGES),
                 source_balances_vested=dict.fromkeys(names, "0.000000"),
                 vesting_schedule_type=self.one_of("graded", "graded", "cliff", "immediate"),
                 service_computation_date=self.one_of("2024-01-01", day, after))  # fmt: skip

    def forfeiture(self, day):
        plan, bucket = self.chance.choice(sorted(self.given) or [("P1", "employer_match")])
        percentage = self.one_of(*PERCENTAGES)
        own = int(percentage.replace(".", ""))
        given = self.given.get((plan, bucket), 0)
        amount = self.one_of(given, given - share(own, given), given // 3) + self.one_of(0, 0, 1, -1)
        self.add("forfeiture", day, plan=plan, forfeited_from_source=bucket, amount=money_text(max(amount, 1)),
                 vested_percentage=percentage,
                 reason=self.one_of("unvested_termination", "break_in_service"))  # fmt: skip

    def termination(self, day):
        self.add("termination", day, final_pay_date=self.one_of(day, day, *DAYS))

    def hce(self, day):
        pays = (
            "155000.000000",
            "155000.010000",
            "150000.000000",
            "160000.000000",
            "160000.010000",
            "0.000000",
            "100.000000",
        )
        self.add("hce_status", day, determination_method=self.one_of("prior_year", "current_year"),
                 ytd_compensation=self.one_of(*pays), annualized_compensation=self.one_of(*pays),
                 hce_threshold=self.one_of("150000.000000", "155000.000000", "160000.000000"),
                 is_hce=self.one_of(True, False))  # fmt: skip

    def compliance(self, day):
        figures = YEARS.get(int(day[:4]), YEARS[2025])
        base, catch_up = figures["elective_deferral_402g"], figures["catch_up_414v"]
        older, additions = figures["super_catch_up_60_63"] or catch_up, figures["annual_additions_415c"]
        about = self.one_of(("402g_limit_approach", "elective_deferral"), ("415c_limit_approach", "annual_additions"),
                            ("catch_up_eligible", "catch_up"), ("catch_up_eligible", "catch_up"),
                            ("catch_up_eligible", "elective_deferral"))  # fmt: skip
        others = [YEARS[year]["annual_additions_415c"] for year in (2023, 2025)]
        limit = DOLLAR * self.one_of(
            base, base + catch_up, base + older, catch_up, older, additions, additions - 1, *others
        )
        self.add("compliance", day, compliance_type=about[0], limit_type=about[1], applicable_limit=money_text(limit),
                 current_amount=money_text(limit + self.one_of(0, 1, -1)))  # fmt: skip

    def career(self, day):
        kind = self.one_of("hire", "promotion", "merit", "eligibility")
        pay = {"hire": "annual_compensation", "promotion": "new_annual_compensation", "merit": "new_compensation"}
        more = (
            {pay[kind]: self.one_of("1000.000000", "2000.000000")}
            if kind in pay
            else {"eligible": self.one_of(True, False)}
        )
        self.add(kind, day, **more)


def canonical(documents):
    """The same documents as the model writes them, and the events."""
    events = [EventFactory.create_event(each) for each in documents]
    return [event.model_dump(mode="json") for event in events], events


def at_the_edges():
    """Lives that hardly come by chance: sums that are exactly the limit, and the last days of the calendar."""
    start = [
        document(1, "hire", "2024-01-01", plan=None, annual_compensation="26000.000000"),
        document(2, "eligibility", "2024-01-01"),
        document(
            3, "enrollment", "2024-01-01", **dict(zip((PRE, ROTH, AFTER), ("0.1000", "0.0000", "0.0000"), strict=True))
        ),
    ]

    def paid(number, amount, day="2024-06-30", source="employee_pre_tax", **fields):
        said = money_text(10 * 10**5 * DOLLAR)
        return document(number, "contribution", day, source=source, amount=money_text(amount), ytd_amount=said,
                        **{"pay_period_end": day, **fields})  # fmt: skip

    over = YEARS[2024]["annual_additions_415c"] * DOLLAR + 1
    base = YEARS[2024]["elective_deferral_402g"] * DOLLAR
    pay = document(5, "hce_status", "2025-01-01", determination_method="prior_year", ytd_compensation="50000.000000")
    noted = document(5, "compliance", "2024-06-30", compliance_type="catch_up_eligible", limit_type="catch_up")
    again = [document(8, "termination", "2024-06-30", plan=None), document(9, "hire", "2024-06-30", plan=None)]
    yield [*start, paid(4, 2_700 * DOLLAR), paid(5, 1), paid(6, 1)]
    yield [*start, paid(4, over, source="employer_nonelective"), pay]
    yield [*start, paid(4, 50_001 * DOLLAR, source="employer_nonelective"), pay]
    yield [paid(4, base + 1), noted]
    yield [paid(4, base + 1)]
    yield [*start, *again, document(10, "merit", "2024-07-01")]
    yield [*start, again[1]]
    for ended, day in (("9999-10-01", "9999-12-31"), ("9999-11-30", "9999-12-31"), ("9999-12-01", "9999-12-31"),
                       ("9999-10-31", "9999-11-29"), ("9999-09-30", "9999-11-01")):  # fmt: skip
        yield [paid(4, DOLLAR, day=day, pay_period_end=ended)]


LENGTHS = (3, 6, 10, 16)
#: Made, and read otherwise, once: what a mutant costs is only to be judged itself.
LIVES = [canonical(Teller(number).life(LENGTHS[number % len(LENGTHS)])) for number in range(240)]
EDGES = [canonical(life) for life in at_the_edges()]
BORN = ({}, {"E1": 1990}, {"E1": 1965}, {"E1": 1963})
EXPECTED = [expected(documents, BORN[number % len(BORN)].items()) for number, (documents, _) in enumerate(LIVES)]


def pairs(found):
    return sorted((each.code, str(each.event_id)) for each in found)


def test_the_lives_have_every_anomaly():
    """Else the comparison below would say less than it seems to."""
    found = [*EXPECTED, *(expected(documents) for documents, _ in EDGES)]
    assert {code for each in found for code, _ in each} == set(ANOMALIES)


@pytest.mark.parametrize("half", [0, 1])
def test_anomalies_are_those_of_another_reading(half):
    for number, (_, events) in enumerate(LIVES):
        if number % 2 == half:
            assert pairs(anomalies(events, BORN[number % len(BORN)])) == EXPECTED[number], number


def test_anomalies_at_the_edges_are_those_of_another_reading():
    for documents, events in EDGES:
        assert pairs(anomalies(events)) == expected(documents), documents


def test_the_callers_decimals_round_nothing():
    for number, (_, events) in enumerate(LIVES[:60]):
        with localcontext(prec=4):
            assert pairs(anomalies(events, BORN[number % len(BORN)])) == EXPECTED[number], number


def test_a_finding_is_whole():
    """By person and in canonical order; each with its account, its severity, its sentence, and words of its own."""
    for number, (documents, events) in enumerate(LIVES[:80]):
        by_id = defaultdict(list)
        for each in documents:
            by_id[each["event_id"]].append(each)
        last = ()
        for found in anomalies(events, BORN[number % len(BORN)]):
            places = by_id[str(found.event_id)]
            plans = {each["payload"]["plan_id"] for each in places}
            rule = ANOMALIES[found.code]
            assert found.severity == rule.severity
            assert found.message.startswith(f"{rule.sentence}: ")
            assert "None" not in found.message
            assert any(character.isalnum() for character in found.message.removeprefix(f"{rule.sentence}: "))
            written = found.as_mapping()
            account = {name: places[0][name] for name in PERSON}
            assert written.pop("account") == {**account, "plan_id": getattr(found.account, "plan_id", None)}
            assert written == {
                "code": found.code, "severity": rule.severity, "event_id": str(found.event_id),
                "message": found.message,
            }  # fmt: skip
            plan = getattr(found.account, "plan_id", None)
            assert plan in plans
            assert isinstance(found.account, Account if plan else Person)
            assert tuple(found.account)[:3] == tuple(places[0][name] for name in PERSON)
            if len(places) == 1:
                here = (*(places[0][name] for name in PERSON), order(places[0])[:4], found.code, found.message)
                assert last <= here
                last = here


@settings(max_examples=25, phases=(Phase.generate,))
@seed(SEED)
@given(
    st.sampled_from(rich_ledgers()[1:]) | ledger_soups() | ledgers() | incoherent_ledgers().map(lambda pair: pair[0])
)
def test_anomalies_of_ledgers_are_those_of_another_reading(ledger):
    documents, events = canonical(ledger.documents)
    assert pairs(anomalies(events)) == expected(documents)
    born = getattr(ledger, "birth_years", {})
    assert pairs(anomalies(events, born)) == expected(documents, dict(born).items())
