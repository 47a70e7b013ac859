"""A reporter of a page of code, over running totals. What the wrong ones differ in is a method."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

from dcprops.defects.calculators.running_totals import balances
from dcprops.defects.models.stdlib_model import Refused, UndescribedModel
from dcprops.events import EventFactory
from dcprops.reference import anomalies

KEYS = ("scenario_id", "plan_design_id", "employee_id", "plan_id")
MONEY = (
    "total_employee_contributions", "total_employer_contributions", "total_forfeitures", "gross_account_balance",
    "vested_account_balance", "unvested_balance", "net_account_balance",
)  # fmt: skip
SOURCES = (
    "employee_pre_tax", "employee_roth", "employee_after_tax", "employee_catch_up", "employer_match",
    "employer_match_true_up", "employer_nonelective", "employer_profit_sharing", "forfeiture_allocation",
)  # fmt: skip

Row = dict[str, Any]


class Reporter:
    """Reads the lines, writes `balances.csv` and `report.json`, and returns the status."""

    @classmethod
    def report(cls, events: Path, folder: Path, as_of: date) -> int:
        return cls().written(events, folder, as_of)

    def written(self, events: Path, folder: Path, as_of: date) -> int:
        lines = self.lines(events)
        valid, invalid = self.sorted_out(lines)
        rows = self.rows(valid, as_of)
        self.write_csv(self.in_csv(rows), folder / "balances.csv")
        report = {
            "events": self.counted(lines, valid, invalid),
            "valid": self.counted_valid(lines, valid, invalid),
            "invalid": self.listed(invalid),
            "balances": [self.in_json(row) for row in self.rows_in_json(rows)],
            "totals": self.totals(rows),
        }
        (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
        return self.status(invalid, self.severities(valid))

    # What is read.

    def lines(self, events: Path) -> list[str]:
        return events.read_text(encoding="utf-8").splitlines()

    def sorted_out(self, lines: list[str]) -> tuple[list[Row], list[tuple[int, list[str]]]]:
        """The valid documents, and the numbers of the other lines with what is wrong with each."""
        valid, invalid = [], []
        for number, line in enumerate(lines, self.first_line()):
            document = json.loads(line)
            try:
                UndescribedModel().validate(document)
            except Refused as refusal:
                invalid.append((number, self.faults(document, str(refusal))))
            else:
                valid.append(document)
        return valid, invalid

    def first_line(self) -> int:
        return 1

    def faults(self, document: Row, refusal: str) -> list[str]:
        return [refusal]

    # What is worked out.

    def rows(self, valid: list[Row], as_of: date) -> list[Row]:
        return list(balances(valid, as_of))

    def totals(self, rows: list[Row]) -> Row:
        return {"accounts": len(rows), **{name: str(self.total([row[name] for row in rows])) for name in MONEY}}

    def total(self, amounts: list[Decimal]) -> Decimal:
        with localcontext(prec=60):
            return sum(amounts, Decimal("0.000000"))

    def severities(self, valid: list[Row]) -> list[str]:
        return [each.severity for each in anomalies([EventFactory.create_event(document) for document in valid])]

    # What is told.

    def counted(self, lines: list[str], valid: list[Row], invalid: list[tuple[int, list[str]]]) -> int:
        return len(lines)

    def counted_valid(self, lines: list[str], valid: list[Row], invalid: list[tuple[int, list[str]]]) -> int:
        return len(valid)

    def listed(self, invalid: list[tuple[int, list[str]]]) -> list[Row]:
        return [{"line": number, "message": fault} for number, faults in invalid for fault in faults]

    def status(self, invalid: Sequence[object], severities: Iterable[str]) -> int:
        return 1 if invalid or "error" in severities else 0

    def in_csv(self, rows: list[Row]) -> list[Row]:
        return rows

    def rows_in_json(self, rows: list[Row]) -> list[Row]:
        return rows

    def in_json(self, row: Row) -> Row:
        return {**row, **{name: self.amount(row[name]) for name in MONEY},
                "current_vested_percentage": str(row["current_vested_percentage"]),
                "sources": {name: str(amount) for name, amount in row["sources"].items()}}  # fmt: skip

    def amount(self, amount: Decimal) -> object:
        return str(amount)

    def write_csv(self, rows: list[Row], path: Path) -> None:
        with path.open("w", encoding=self.encoding(), errors="replace", newline="") as stream:
            self.write_cells([self.headings(), *map(self.cells, rows)], stream)

    def write_cells(self, rows: list[list[str]], stream: Any) -> None:
        csv.writer(stream).writerows(rows)

    def encoding(self) -> str:
        return "utf-8"

    def headings(self) -> list[str]:
        return [*KEYS, *MONEY, "current_vested_percentage", *self.sources()]

    def sources(self) -> tuple[str, ...]:
        return SOURCES

    def cells(self, row: Row) -> list[str]:
        keys = [self.inert(row[key]) for key in KEYS]
        amounts = [self.cell(row[name]) for name in MONEY]
        paid = [self.cell(row["sources"].get(source, Decimal("0.000000"))) for source in self.sources()]
        return [*keys, *amounts, str(row["current_vested_percentage"]), *paid]

    def cell(self, amount: Decimal) -> str:
        return str(amount)

    def inert(self, text: str) -> str:
        return f"'{text}" if text.startswith("'") or text.lstrip(" ")[:1] in ("=", "+", "-", "@") else text
