"""A person's year against the law's limits, in integers of a millionth, with figures typed from the IRS notices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from dcprops.defects.calculators.event_fold import order

MILLION = 10**6
#: 402(g), catch-up, catch-up at 60 to 63, 415(c), and what makes one highly compensated in the year after.
FIGURES = {
    2015: (18_000, 6_000, 6_000, 53_000, 120_000),  # Notice 2014-70
    2016: (18_000, 6_000, 6_000, 53_000, 120_000),  # Notice 2015-75
    2017: (18_000, 6_000, 6_000, 54_000, 120_000),  # Notice 2016-62
    2018: (18_500, 6_000, 6_000, 55_000, 120_000),  # Notice 2017-64
    2019: (19_000, 6_000, 6_000, 56_000, 125_000),  # Notice 2018-83
    2020: (19_500, 6_500, 6_500, 57_000, 130_000),  # Notice 2019-59
    2021: (19_500, 6_500, 6_500, 58_000, 130_000),  # Notice 2020-79
    2022: (20_500, 6_500, 6_500, 61_000, 135_000),  # Notice 2021-61
    2023: (22_500, 7_500, 7_500, 66_000, 150_000),  # Notice 2022-55
    2024: (23_000, 7_500, 7_500, 69_000, 155_000),  # Notice 2023-75
    2025: (23_500, 7_500, 11_250, 70_000, 160_000),  # Notice 2024-80
    2026: (24_500, 8_000, 11_250, 72_000, 160_000),  # Notice 2025-67
}
DEFERRAL, CATCH_UP, HIGHER_CATCH_UP, ADDITIONS, HIGHLY_PAID = range(5)


def millionths(text: str) -> int:
    dollars, _, places = text.partition(".")
    return int(dollars) * MILLION + int(places.ljust(6, "0"))


class Year:
    """One person's year. What the wrong ones differ in is a method."""

    keys: tuple[str, ...] = ("scenario_id", "plan_design_id", "employee_id")
    deferrals: tuple[str, ...] = ("employee_pre_tax", "employee_roth", "employee_catch_up")
    no_additions: tuple[str, ...] = ()

    def __init__(self, documents: Iterable[dict[str, Any]], year: int, birth_year: int | None) -> None:
        self.events = [document["payload"] for document in documents]
        self.year = year
        self.birth_year = birth_year

    @classmethod
    def compliance(
        cls, documents: Iterable[dict[str, Any]], year: int, birth_years: Mapping[str, int]
    ) -> Iterator[dict[str, Any]]:
        people: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for document in cls.once(sorted(documents, key=order)):
            people.setdefault(tuple(document[key] for key in cls.keys), []).append(document)
        for found in people.values():
            person = {key: found[0][key] for key in ("scenario_id", "plan_design_id", "employee_id")}
            yield {**person, **cls(found, year, birth_years.get(person["employee_id"])).row()}

    @staticmethod
    def once(documents: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        first: dict[str, dict[str, Any]] = {}
        for document in documents:
            first.setdefault(document["event_id"], document)
        return first.values()

    def figure(self, name: int, year: int) -> int:
        return FIGURES[year][name] * MILLION

    def amounts(self, sources: Iterable[str]) -> list[int]:
        return [
            millionths(event["amount"])
            for event in self.events
            if event["event_type"] == "contribution" and event["source"] in sources and self.year_of(event) == self.year
        ]

    def year_of(self, contribution: dict[str, Any]) -> int:
        return int(contribution["pay_period_end"][:4])

    def age(self) -> int:
        assert self.birth_year is not None
        return self.year - self.birth_year

    def catch_up_limit(self) -> int:
        if self.birth_year is None or self.age() < 50:
            return 0
        return self.figure(HIGHER_CATCH_UP if 60 <= self.age() <= 63 else CATCH_UP, self.year)

    def parts(self) -> tuple[int, int, int]:
        """Regular deferrals, catch-up and excess."""
        deferred = sum(self.amounts(self.deferrals))
        regular = min(deferred, self.figure(DEFERRAL, self.year))
        caught_up = min(deferred - regular, self.catch_up_limit())
        return regular, caught_up, deferred - regular - caught_up

    def additions(self) -> int:
        sources = {event["source"] for event in self.events if event["event_type"] == "contribution"}
        return sum(self.amounts(sources.difference(self.no_additions))) - self.parts()[1]

    def additions_limit(self) -> int:
        dollars = self.figure(ADDITIONS, self.year)
        pay = self.pay_of(self.year)
        return dollars if pay is None else min(dollars, pay)

    def pay_of(self, year: int) -> int | None:
        found = [event for event in self.events if event["event_type"] == "hce_status" and self.is_about(event, year)]
        return self.pay_in(found[-1]) if found else None

    @staticmethod
    def is_about(determination: dict[str, Any], year: int) -> bool:
        """Of a year that is over: the year before the day, or the year that ends with it."""
        day = determination["determination_date"]
        if determination["determination_method"] == "current_year":
            return day == f"{year}-12-31"
        return day.startswith(f"{year + 1}-")

    def pay_in(self, determination: dict[str, Any]) -> int:
        return millionths(determination["ytd_compensation"])

    def is_hce(self) -> bool | None:
        pay = self.pay_of(self.year - 1)
        if pay is None:
            hired = [event["hire_date"] for event in self.events if event["event_type"] == "hire"]
            return False if hired and min(hired) >= f"{self.year}" else None
        return self.is_highly_paid(pay)

    def is_highly_paid(self, pay: int) -> bool:
        return pay > self.figure(HIGHLY_PAID, self.year - 1)

    def row(self) -> dict[str, Any]:
        regular, caught_up, excess = self.parts()
        money = {
            "regular_deferrals": regular,
            "catch_up_deferrals": caught_up,
            "excess_deferrals": excess,
            "annual_additions": self.additions(),
            "annual_additions_limit": self.additions_limit(),
        }
        return {**{name: Decimal(amount).scaleb(-6) for name, amount in money.items()}, "is_hce": self.is_hce()}


compliance = Year.compliance
