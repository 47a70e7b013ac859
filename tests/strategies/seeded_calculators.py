"""A balance calculator in integers of a millionth, right as it stands, and wrong in one way for each defect named."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

DEFECTS = (
    "halves round to even",
    "rounds down",
    "rounds to cents",
    "as-of day left out",
    "true-up unvested",
    "true-up in a bucket of its own",
    "employee money vests",
    "forfeiture from vested",
    "forfeiture ignored in vested",
    "scenario left out of the key",
    "plan design left out of the key",
    "plan left out of the key",
    "latest percentage by created_at",
    "percentage of one bucket for all",
    "forfeited money revived by later money",
    "vests on what is left",
    "order of recording",
    "catch-up not employee money",
    "percentage at forfeiture taken from the last vesting",
)

BUCKETS = {
    "employer_match": "employer_match",
    "employer_match_true_up": "employer_match",
    "employer_nonelective": "employer_nonelective",
    "employer_profit_sharing": "employer_profit_sharing",
    "forfeiture_allocation": "employer_profit_sharing",
}
PLAN_EVENTS = {"eligibility", "enrollment", "contribution", "vesting", "forfeiture"}
DAY_ORDER = {"contribution": 0, "vesting": 1, "forfeiture": 2}


class Bucket:
    def __init__(self):
        self.settled = self.given = self.lost = 0
        self.percentage = Fraction(0)


def millionths(money):
    return int(money * 1_000_000)


def rounded(amount, defect):
    if defect == "halves round to even":
        return round(amount)
    if defect == "rounds down":
        return amount.__floor__()
    if defect == "rounds to cents":
        return (amount / 10_000 + Fraction(1, 2)).__floor__() * 10_000
    return (amount + Fraction(1, 2)).__floor__()


def key_of(event, defect):
    return (
        "" if defect == "scenario left out of the key" else event.scenario_id,
        "" if defect == "plan design left out of the key" else event.plan_design_id,
        event.employee_id,
        "" if defect == "plan left out of the key" else event.payload.plan_id,
    )


def order_of(event, defect):
    if defect == "order of recording":
        return (event.created_at, event.event_id)
    return (event.effective_date, DAY_ORDER.get(event.payload.event_type, -1), event.created_at, event.event_id)


def balances(events, as_of, defect=None):
    """By account: employee money, gross, net and vested in millionths, forfeited, the latest percentage."""
    last_day = as_of - timedelta(1) if defect == "as-of day left out" else as_of
    accounts = defaultdict(list)
    for event in events:
        if event.payload.event_type in PLAN_EVENTS and event.effective_date <= last_day:
            accounts[key_of(event, defect)].append(event)
    return {key_of(history[0], None): balance(history, defect) for history in accounts.values()}


def balance(history, defect):
    running = Running(defect)
    for event in sorted(history, key=lambda one: order_of(one, defect)):
        step = getattr(running, event.payload.event_type, None)
        if step is not None:
            step(event, event.payload)
    return running.row()


class Running:
    """One account as its events go by: a method for each event type that moves money."""

    def __init__(self, defect):
        self.defect = defect
        self.own = self.gross = self.forfeited = 0
        self.latest_at, self.latest = None, Fraction(0)
        self.buckets = defaultdict(Bucket)

    def contribution(self, _, payload):
        amount = millionths(payload.amount)
        self.gross += amount
        if payload.source not in BUCKETS:
            if not (self.defect == "catch-up not employee money" and payload.source == "employee_catch_up"):
                self.own += amount
            return
        name = BUCKETS[payload.source]
        if payload.source == "employer_match_true_up":
            name = {"true-up in a bucket of its own": "true-up", "true-up unvested": "never"}.get(self.defect, name)
        bucket = self.buckets[name]
        if self.defect == "forfeited money revived by later money" and bucket.settled:
            bucket.given, bucket.settled = bucket.settled, 0
        bucket.given += amount

    def vesting(self, event, payload):
        by_recording = self.defect == "latest percentage by created_at"
        if not by_recording or self.latest_at is None or event.created_at >= self.latest_at:
            self.latest_at, self.latest = event.created_at, Fraction(payload.vested_percentage)
        every = self.defect == "percentage of one bucket for all"
        for name in set(BUCKETS.values()) if every else payload.source_balances_vested:
            self.buckets[name].percentage = self.latest

    def forfeiture(self, _, payload):
        bucket, amount = self.buckets[payload.forfeited_from_source], millionths(payload.amount)
        self.forfeited += amount
        percentage = Fraction(payload.vested_percentage)
        if self.defect == "percentage at forfeiture taken from the last vesting":
            percentage = bucket.percentage
        bucket.lost += amount
        if bucket.given - bucket.lost <= rounded(percentage * bucket.given, None):
            bucket.settled += bucket.given - bucket.lost
            bucket.given = bucket.lost = 0

    def vested_of(self, bucket):
        left = bucket.given - bucket.lost
        base = left if self.defect == "vests on what is left" else bucket.given
        earned = rounded(bucket.percentage * base, self.defect)
        if self.defect == "forfeiture from vested":
            earned -= bucket.lost
        return bucket.settled + (earned if self.defect == "forfeiture ignored in vested" else min(earned, left))

    def row(self):
        vested = rounded(self.latest * self.own, None) if self.defect == "employee money vests" else self.own
        vested += sum(self.vested_of(bucket) for name, bucket in self.buckets.items() if name != "never")
        net = self.own + sum(bucket.settled + bucket.given - bucket.lost for bucket in self.buckets.values())
        return (self.own, self.gross, net, vested, self.forfeited, self.latest)
