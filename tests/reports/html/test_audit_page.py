"""The page of an audit tells what was found, and stays small."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

import dcprops
from dcprops.audit import Audit, InvalidRow, audit
from dcprops.overview import DISTRIBUTED, TOTALS, Overview
from dcprops.reference import Anomaly
from dcprops.reports.html import audit_html
from dcprops.rules.anomalies import ANOMALIES

from .reading import read, table

SAMPLE = Path(__file__).parents[3] / "dcprops" / "benchmarks" / "planwise_sample.ndjson"
NOTHING = Overview(0, {}, {}, 0, {}, {})


def facts(root):
    return dict(zip(*([each.words for each in root.find("dl")[0].find(tag)] for tag in ("dt", "dd")), strict=True))


def test_the_counts_come_first(pages, sample_audit):
    root = read(pages["audit"])
    errors = sum(each.severity == "error" for each in sample_audit.anomalies)
    assert root.find("h1")[0].words == f"2 invalid rows, {errors} errors in the ledger"
    told = facts(root)
    assert [told[name] for name in ("Rows", "Valid", "Invalid", "Errors")] == ["200", "198", "2", str(errors)]
    assert told["Accounts"] == str(sample_audit.overview.accounts)
    assert sample_audit.file in root.text
    assert "stored in a store" in root.text


def test_invalid_rows_are_told_by_rule_with_their_lines(pages, sample_audit):
    root = read(pages["audit"])
    assert table(root, "Invalid rows by rule")[1:] == [
        [rule, str(times), " · ".join(str(row.line) for row in sample_audit.invalid if row.rule == rule)]
        for rule, times in sample_audit.invalid_by_rule.items()
    ]
    assert [row[:3] for row in table(root, "Findings by line")[1:]] == [
        [str(row.line), row.field or "(the row)", row.rule] for row in sample_audit.invalid
    ]


def test_anomalies_are_told_by_code_with_their_meaning(pages, sample_audit):
    told = table(read(pages["audit"]), "Anomalies by code")[1:]
    assert {row[0].split()[0]: (row[1], int(row[2])) for row in told} == {
        code: (ANOMALIES[code].severity, times) for code, times in sample_audit.anomalies_by_code.items()
    }
    assert all(ANOMALIES[row[0].split()[0]].sentence in row[0] for row in told)
    listed = table(read(pages["audit"]), "Anomalies by account")[1:]
    assert [row[3] for row in listed] == [str(each.event_id) for each in sample_audit.anomalies]


def test_errors_come_before_warnings():
    found = tuple(
        Anomaly(code, ANOMALIES[code].severity, ("S", "D", "E", "P"), UUID(int=0), "m")
        for code in ("late-deposit", "late-deposit", "before-hire")
    )
    page = audit_html(Audit("f", 3, 3, (), found, None, None, NOTHING))
    assert [row[1] for row in table(read(page), "Anomalies by code")[1:]] == ["error", "warning"]
    assert read(page).find("h1")[0].words == "1 error in the ledger"


def test_balances_are_totals_and_distributions(pages, sample_audit):
    root = read(pages["audit"])
    totals = dict(table(root, "Totals of all accounts")[1:])
    assert totals["Net"] == f"{sample_audit.overview.totals['net_account_balance']:,f}"
    for name in ("net", "vested"):
        told = table(root, f"Accounts by {name} balance")[1:]
        assert sum(int(row[1]) for row in told) == sample_audit.overview.accounts


def test_contributions_are_told_by_year_and_source(pages, sample_audit):
    head, *told = table(read(pages["audit"]), "Contributions by year and source")
    for row in told:
        given = sample_audit.overview.contributions[int(row[0])]
        amounts = {
            source: Decimal(cell.replace(",", "")) for source, cell in zip(head[1:-1], row[1:-1], strict=True) if cell
        }
        assert amounts == given
        assert Decimal(row[-1].replace(",", "")) == sum(given.values())


def test_events_are_told_by_type(pages, sample_audit):
    assert table(read(pages["audit"]), "Valid events by type")[1:] == [
        [name, str(sum(months.values()))] for name, months in sample_audit.overview.events.items()
    ]
    (figure,) = [
        each for each in read(pages["audit"]).find("figure") if each.find("figcaption")[0].words.startswith("Events by")
    ]
    said = [each.text for each in figure.find("text")]
    assert set(sample_audit.overview.events) <= set(said)
    assert "2020-01" in said  # the first month in the file


def test_where_nothing_is_wrong_the_page_says_so():
    root = read(audit_html(Audit("events.ndjson", 1, 1, (), (), None, date(2024, 1, 1), NOTHING)))
    assert root.find("h1")[0].words == "Nothing is wrong"
    assert root.find("table") == root.find("svg") == []


def test_an_audit_without_an_overview_is_refused():
    with pytest.raises(ValueError, match="with_overview=True"):
        audit_html(Audit("f", 0, 0, ()))


def test_the_page_of_any_file_is_small():
    """Everything is as long and as often as it can be: rules, names, messages, years, months, sizes."""
    invalid = tuple(InvalidRow(line, "社" * 500, f"rule-{line % 30}", "<" * 3000) for line in range(50_000))
    account = ("👷" * 128,) * 4
    found = (
        tuple(Anomaly(code, rule.severity, account, UUID(int=0), "👷" * 3000) for code, rule in ANOMALIES.items())
        * 1000
    )
    months = {(year, month): 10**9 for year in range(1, 10_000) for month in (1, 6, 12)}
    overview = Overview(
        10**9,
        dict.fromkeys(("hire", "contribution", "vesting"), months),
        {year: {"employer_match": Decimal("999999999999.999999")} for year in range(1, 10_000)},
        10**9,
        dict.fromkeys(TOTALS, Decimal("9" * 20 + ".999999")),
        {name: {None: 5, **{(power, digit): 10**8 for power in range(-6, 20) for digit in (1, 2, 5)}}
         for name in DISTRIBUTED},
    )  # fmt: skip
    page = audit_html(Audit("x" * 5000, 10**9, 10**8, invalid, found, None, date(2024, 1, 1), overview), ["y" * 9000])
    assert len(page) < 2_000_000
    root = read(page)
    assert len(table(root, "Findings by line")) == 201
    assert "The first 200 of 50,000 findings" in root.text
    years = table(root, "Contributions by year and source")[1:]
    assert len(years) <= 96
    assert sum(Decimal(row[-1].replace(",", "")) for row in years) == 9999 * Decimal("999999999999.999999")


LOOK = """
import sys
import matplotlib
matplotlib.rcParams["axes.grid"] = True
matplotlib.rcParams["font.size"] = 30
matplotlib.rcParams["svg.fonttype"] = "path"
from dcprops.audit import audit
from dcprops.reports.html import audit_html
sys.stdout.write(audit_html(audit(sys.argv[1], with_overview=True)))
assert matplotlib.rcParams["svg.fonttype"] == "path"
assert "matplotlib.pyplot" not in sys.modules
"""


def test_it_is_the_same_every_time(tmp_path):
    """Whatever the order of hashes, the zone, the locale, and the user's own settings of matplotlib."""
    here = str(Path(dcprops.__file__).parents[1])
    made = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", LOOK, str(SAMPLE)],
            env={**os.environ, "PYTHONPATH": here, "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=tmp_path, capture_output=True, check=True, encoding="ascii",
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Kolkata"))
    ]  # fmt: skip
    assert made[0] == made[1] == audit_html(audit(SAMPLE, with_overview=True))
