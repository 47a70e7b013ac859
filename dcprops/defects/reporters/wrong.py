"""Reporters that are wrong in one place each: a class's name says what is wrong, its docstring how that comes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dcprops.defects.reporters.plain import KEYS, SOURCES, Reporter, Row

# The figures of each account.


class OmitsTheLastAccount(Reporter):
    """A row is written when the next account begins; nothing comes after the last."""

    def in_csv(self, rows: list[Row]) -> list[Row]:
        return rows[:-1]


class OmitsAccountsWithoutMoney(Reporter):
    """Whoever has no balance isn't worth a line, so those who are only eligible can't be reconciled."""

    def in_csv(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows if row["gross_account_balance"]]


class OmitsAccountsThatAreEmpty(Reporter):
    """A balance of nothing is left out, though all that was there has been forfeited."""

    def rows_in_json(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows if row["net_account_balance"] or not row["gross_account_balance"]]


class ListsTheFirstTwenty(Reporter):
    """The page that a screen shows is what is exported."""

    def in_csv(self, rows: list[Row]) -> list[Row]:
        return rows[:20]


class ForgetsTheScenario(Reporter):
    """Rows are collected by employee and plan: the last scenario overwrites the others."""

    def rows_in_json(self, rows: list[Row]) -> list[Row]:
        return list({(row["employee_id"], row["plan_id"]): row for row in rows}.values())


class JoinsPeopleWithTwoPlans(Reporter):
    """Rows are collected by person, from the days when everybody had one plan."""

    def in_csv(self, rows: list[Row]) -> list[Row]:
        return list({tuple(row[key] for key in KEYS[:3]): row for row in rows}.values())


class RoundsToCents(Reporter):
    """Whoever reads the report thinks in cents."""

    def cell(self, amount: Decimal) -> str:
        return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


class GroupsThousands(Reporter):
    """A format for people, in a file for programs."""

    def cell(self, amount: Decimal) -> str:
        return f"{amount:,}"


class WritesFloats(Reporter):
    """json.dumps refuses Decimal; float() makes it stop complaining."""

    def amount(self, amount: Decimal) -> object:
        return float(amount)


class WritesFloatsAsText(Reporter):
    """The amounts are text again, but went through a double on the way."""

    def amount(self, amount: Decimal) -> object:
        return f"{float(amount):.6f}"


class HidesDebts(Reporter):
    """A balance can't be negative, so it is shown as zero."""

    def cell(self, amount: Decimal) -> str:
        return str(max(amount, Decimal("0.000000")))


class AsksForToday(Reporter):
    """The day that is asked for reaches the headline of the report and not its figures."""

    def rows(self, valid: list[Row], as_of: date) -> list[Row]:
        return super().rows(valid, date.max)


class EndsTheDayBefore(Reporter):
    """As of a day is read as before that day."""

    def rows(self, valid: list[Row], as_of: date) -> list[Row]:
        return super().rows([each for each in valid if each["effective_date"] < as_of.isoformat()], as_of)


class SwapsHeadings(Reporter):
    """Headings are in one list and cells in another, and a column was inserted in one of them."""

    def headings(self) -> list[str]:
        swapped = {"vested_account_balance": "unvested_balance", "unvested_balance": "vested_account_balance"}
        return [swapped.get(name, name) for name in super().headings()]


class HasNoColumnForTrueUps(Reporter):
    """The list of sources is of the year when the report was written."""

    def sources(self) -> tuple[str, ...]:
        return tuple(source for source in SOURCES if source != "employer_match_true_up")


# Names in files.


class JoinsWithCommas(Reporter):
    """`",".join(cells)`: who has a comma in a name?"""

    def write_cells(self, rows: list[list[str]], stream: Any) -> None:
        stream.writelines(",".join(cells) + "\n" for cells in rows)


class ForgetsQuotesInQuotes(Reporter):
    """Cells are put in quotes, and what is in them is left as it is."""

    def write_cells(self, rows: list[list[str]], stream: Any) -> None:
        stream.writelines(",".join(f'"{cell}"' for cell in cells) + "\n" for cells in rows)


class WritesLatin1(Reporter):
    """The encoding of the spreadsheet at hand; what it lacks becomes a question mark."""

    def encoding(self) -> str:
        return "latin-1"


class WritesAscii(Reporter):
    """The encoding of a batch job's locale; what it lacks becomes a question mark."""

    def encoding(self) -> str:
        return "ascii"


class RunsFormulas(Reporter):
    """Text is text: what a spreadsheet makes of =1+1 is found out by whoever opens the file."""

    def inert(self, text: str) -> str:
        return text


class RunsFormulasAfterPlus(Reporter):
    """Only the equals sign begins a formula, or so one thinks."""

    def inert(self, text: str) -> str:
        return f"'{text}" if text.startswith(("=", "'")) else text


class MakesTwoNamesOne(Reporter):
    """What is made inert can't be told from a name that has the apostrophe by itself."""

    def inert(self, text: str) -> str:
        return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


class WritesNumbersOfIds(Reporter):
    """An id of digits is a number, which has no leading zeros."""

    def inert(self, text: str) -> str:
        return super().inert(text.lstrip("0") or "0") if text.isdecimal() else super().inert(text)


class CutsLongNames(Reporter):
    """A column of 64 characters."""

    def cells(self, row: Row) -> list[str]:
        return super().cells({**row, "employee_id": row["employee_id"][:64]})


class QuotesNothing(Reporter):
    """The csv module is told not to quote, and escapes what it should quote in a way that no other reader knows."""

    def write_cells(self, rows: list[list[str]], stream: Any) -> None:
        csv.writer(stream, quoting=csv.QUOTE_NONE, escapechar="\\", quotechar=None).writerows(rows)


# Totals.


class TotalsLeaveOutTheLastPage(Reporter):
    """A total is carried forward with each page of accounts, and the last page isn't full."""

    def totals(self, rows: list[Row]) -> Row:
        return super().totals(rows[: len(rows) // 10 * 10])


class TotalsOfOneScenario(Reporter):
    """The totals are asked of the database again, where one scenario is chosen."""

    def totals(self, rows: list[Row]) -> Row:
        return super().totals([row for row in rows if row["scenario_id"] == rows[0]["scenario_id"]])


class TotalsOfRoundedFigures(Reporter):
    """What is printed is added up, not what is there."""

    def total(self, amounts: list[Decimal]) -> Decimal:
        return super().total([amount.quantize(Decimal("0.01"), ROUND_HALF_UP) for amount in amounts])


class TotalsInFloats(Reporter):
    """sum() over a column of a data frame."""

    def total(self, amounts: list[Decimal]) -> Decimal:
        return Decimal(f"{sum(map(float, amounts)):.6f}")


class TotalsSkipDebts(Reporter):
    """Only what is positive is added up."""

    def total(self, amounts: list[Decimal]) -> Decimal:
        return super().total([amount for amount in amounts if amount > 0])


class CountsAccountsWithMoney(Reporter):
    """The number of accounts is that of those with a balance; their rows say otherwise."""

    def totals(self, rows: list[Row]) -> Row:
        return {**super().totals(rows), "accounts": sum(bool(row["gross_account_balance"]) for row in rows)}


class NetsForfeituresTwice(Reporter):
    """Gross less forfeitures, of a figure that is net already."""

    def totals(self, rows: list[Row]) -> Row:
        totals = super().totals(rows)
        net = Decimal(totals["net_account_balance"]) - Decimal(totals["total_forfeitures"])
        return {**totals, "net_account_balance": str(net)}


# Lines, and which of them are none.


class CountsValidLinesOnly(Reporter):
    """What couldn't be read was never there."""

    def counted(self, lines: list[str], valid: list[Row], invalid: list[tuple[int, list[str]]]) -> int:
        return len(valid)


class CountsFaultsForLines(Reporter):
    """A line that breaks two rules is taken off twice."""

    def faults(self, document: Row, refusal: str) -> list[str]:
        return [refusal, *(f"{name} is empty" for name in ("employee_id", "scenario_id") if not document.get(name))]

    def counted_valid(self, lines: list[str], valid: list[Row], invalid: list[tuple[int, list[str]]]) -> int:
        return len(lines) - sum(len(faults) for _, faults in invalid)


class CountsLinesFromZero(Reporter):
    """enumerate() begins with 0, editors begin with 1."""

    def first_line(self) -> int:
        return 0


class ListsTheFirstFaults(Reporter):
    """A log that is cut after so many lines is all that is kept."""

    def listed(self, invalid: list[tuple[int, list[str]]]) -> list[Row]:
        return super().listed(invalid)[:20]


# The exit status.


class AlwaysEndsWell(Reporter):
    """main() prints what it found and returns nothing."""

    def status(self, invalid: Sequence[object], severities: Iterable[str]) -> int:
        return 0


class ForgivesInvalidLines(Reporter):
    """Lines that can't be read are skipped, with a word in a log that nobody reads."""

    def status(self, invalid: Sequence[object], severities: Iterable[str]) -> int:
        return super().status((), severities)


class ForgivesErrors(Reporter):
    """All lines can be read, so all is well."""

    def status(self, invalid: Sequence[object], severities: Iterable[str]) -> int:
        return super().status(invalid, ())


class FailsOnWarnings(Reporter):
    """Anything that is found is a failure, so that in the end nobody looks at the status."""

    def status(self, invalid: Sequence[object], severities: Iterable[str]) -> int:
        return 1 if invalid or list(severities) else 0


class EndsWithTheCount(Reporter):
    """sys.exit(len(problems)): 256 of them are none, and two are wrong usage."""

    def status(self, invalid: Sequence[object], severities: Iterable[str]) -> int:
        return len(invalid) + list(severities).count("error")


class LooksAtTheLastLine(Reporter):
    """The status is a variable that is set line by line."""

    def sorted_out(self, lines: list[str]) -> tuple[list[Row], list[tuple[int, list[str]]]]:
        valid, invalid = super().sorted_out(lines)
        self.last_is_invalid = bool(invalid) and invalid[-1][0] == len(lines)
        return valid, invalid

    def status(self, invalid: Sequence[object], severities: Iterable[str]) -> int:
        return super().status([None] if self.last_is_invalid else [], severities)


class LooksAtTheFirstFinding(Reporter):
    """`findings[0].severity`: the worst is taken to come first."""

    def status(self, invalid: Sequence[object], severities: Iterable[str]) -> int:
        return super().status(invalid, list(severities)[:1])
