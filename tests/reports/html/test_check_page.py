"""The page of a check tells what the report has."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from dcprops.properties import CheckResult, MatrixCell
from dcprops.properties.cases import contribution, event, hire, rich_ledgers, termination
from dcprops.reports.html import check_html

from .conftest import LEDGER, failed, failure
from .reading import read, rows, table


def texts(svg):
    return [each.text for each in svg.find("text")]


def picture(page, title):
    """The drawing of the figure whose caption starts with a title."""
    (figure,) = [each for each in read(page).find("figure") if each.find("figcaption")[0].words.startswith(title)]
    return figure.find("svg")[0]


def test_every_property_is_in_the_results_of_its_suite(pages, full_report):
    root = read(pages["check"])
    for suite in ("model", "balances", "compliance", "store"):
        told = table(root, f"Results of the suite {suite}")[1:]
        of_suite = [each for each in full_report.checks if each.suite == suite]
        assert [row[0] for row in told] == [f"{each.id} {each.law}" for each in of_suite]
        assert [row[2:] for row in told] == [[f"{each.examples:,}", f"{each.seconds:.2f}"] for each in of_suite]
        for row, each in zip(told, of_suite, strict=True):
            assert row[1].startswith(each.status)
            assert each.reason in row[1]
    assert root.find("h1")[0].words == "2 properties fell short"
    assert "2 properties fell short" in root.find("title")[0].words


def test_where_all_holds_the_page_says_so(generated_report):
    root = read(check_html(generated_report))
    assert root.find("h1")[0].words == "Everything holds"
    assert "failures" not in [each.attributes.get("id") for each in root.everything()]


def test_a_failure_has_all_that_the_report_has(pages):
    of_ledger, of_document, _ = read(pages["check"]).find("article")
    assert of_ledger.find("h4")[0].words == "balances.some-law: net differs"
    pairs = dict(
        zip(*([each.words for each in of_ledger.find(tag)] for tag in ("dt", "dd")), strict=True)
    )  # fmt: skip
    assert pairs == {"Field": "S1/D1/E1/P1 as of 2025-06-30: net", "Expected": "90.000000", "Got": "80.000000"}
    ledger, workings, test = (each.text for each in of_ledger.find("pre"))
    assert [line.split()[:3] for line in ledger.splitlines()] == [
        ["2024-01-31", "S1/D1/E1/P1", "contribution"],
        ["2024-06-30", "S1/D1/E1/P1", "contribution"],
        ["2024-12-31", "S1/D1/E1/P1", "vesting"],
        ["2025-06-30", "S1/D1/E1/P1", "forfeiture"],
    ]
    assert workings == "first this\nthen that"
    assert test == "import json\n\n\ndef test():\n    assert json"
    assert of_document.find("pre")[0].text == '{"a": 1}'


def test_the_matrix_is_a_picture_with_a_mark_for_each_cell(full_report, pages):
    svg = picture(pages["check"], "What became of every kind of invalid document")
    assert svg.find("desc")[0].words.startswith("557 cells of field and rule: 555 rejected, 1 accepted, 1 crashed.")
    # Each marker is one <use> of its shape; nothing else in the picture is.
    assert len(svg.find("use")) == len(full_report.matrix)
    said = Counter(texts(svg))
    assert set(said) == {
        each for cell in full_report.matrix for each in (cell.payload, cell.field, cell.rule)
    }  # fmt: skip


def test_the_matrix_is_a_table_too(full_report, pages):
    told = table(read(pages["check"]), "Rules by payload, field and outcome")[1:]
    first, second = full_report.matrix[:2]
    assert told[0][0] == f"{first.payload}.{first.field}"
    of_field = [cell for cell in full_report.matrix[2:] if (cell.payload, cell.field) == (first.payload, first.field)]
    named = [f"{cell.rule} (should)" if cell.level == "should" else cell.rule for cell in of_field]
    assert told[0][1].split(", ") == named
    assert told[0][2:] == [first.rule, second.rule]
    assert sum(len(cell.split(", ")) for row in told for cell in row[1:] if cell) == 557


def test_levels_and_outcomes_have_marks_of_their_own(generated_report):
    cells = [
        MatrixCell("hire", f"f{place}", "null", level, outcome)
        for place, (level, outcome) in enumerate(
            (level, outcome) for level in ("must", "should") for outcome in ("rejected", "accepted", "crashed")
        )
    ]
    looks = set()
    for cell in cells:
        (mark,) = picture(check_html(replace(generated_report, matrix=(cell,))), "What became").find("use")
        shape = next(
            each.attributes["d"]
            for each in picture(check_html(replace(generated_report, matrix=(cell,))), "What became").find("path")
            if each.attributes.get("id") == mark.attributes["href"][1:]
        )
        looks.add((shape, mark.attributes["style"]))
    assert len({shape for shape, _ in looks}) == 3  # seen without colour: the outcome is the shape
    assert len(looks) == 6


def test_the_smallest_failing_ledger_is_drawn(generated_report):
    small = (event(1, "2024-01-31", contribution("employer_match", "7.000000", "2024-01-31")),)
    checks = (failed(), replace(failed(ledger=small), id="balances.other"), failed(ledger=LEDGER[:2]))
    page = check_html(replace(generated_report, checks=checks))
    svg = picture(page, "The smallest failing ledger")
    assert "balances.other" in svg.find("title")[0].words
    assert svg.find("desc")[0].words.startswith("1 event on a time line")
    assert svg.find("desc")[0].words.endswith(
        "S1 / D1 / E1 / P1 ends with gross 7.000000, net 7.000000, vested 0.000000"
    )


def test_a_drawn_ledger_has_its_events_by_kind_and_its_balances(pages):
    svg = picture(pages["check"], "The smallest failing ledger")
    said = texts(svg)
    # 100 given and 40 % vested of it, 50 of the person's own, 60 forfeited: worked by hand.
    assert svg.find("desc")[0].words.endswith("ends with gross 150.000000, net 90.000000, vested 90.000000")
    assert {"S1 / D1 / E1 / P1", "contribution", "vesting", "forfeiture", "gross", "net", "vested"} <= set(said)
    assert len(svg.find("use")) == len(LEDGER)
    told = table(read(pages["check"]), "Balances of the smallest failing ledger")[1:]
    assert [row[1:] for row in told] == [
        ["2024-01-31", "100.000000", "100.000000", "0.000000"],
        ["2024-06-30", "150.000000", "150.000000", "50.000000"],
        ["2024-12-31", "150.000000", "150.000000", "90.000000"],
        ["2025-06-30", "150.000000", "90.000000", "90.000000"],
    ]


def test_several_accounts_are_drawn_one_below_the_other_and_not_too_many(generated_report):
    ledger = tuple(
        event(number, "2024-01-31", contribution("employer_match", "7.000000", "2024-01-31"), employee_id=f"E{number}")
        for number in range(1, 8)
    )
    page = check_html(replace(generated_report, checks=(failed(ledger=ledger),)))
    svg = picture(page, "The smallest failing ledger")
    assert [text for text in texts(svg) if text.startswith("S1 /")] == [f"S1 / D1 / E{n} / P1" for n in range(1, 5)]
    assert "3 more accounts not drawn" in page


def test_a_person_without_an_account_is_drawn_too(generated_report):
    ledger = (
        {**event(1, "2024-01-31", hire("2024-01-31")), "payload": {**hire("2024-01-31"), "plan_id": None}},
        {
            **event(2, "2024-02-29", termination("2024-02-29")),
            "payload": {**termination("2024-02-29"), "plan_id": None},
        },
    )
    said = texts(picture(check_html(replace(generated_report, checks=(failed(ledger=ledger),))), "The smallest"))
    assert {"S1 / D1 / E1", "hire", "termination", "2024-01-31", "2024-02-29"} <= set(said)


@pytest.mark.parametrize("ledger", rich_ledgers(), ids=lambda case: len(case.documents))
def test_any_ledger_can_be_drawn(generated_report, ledger):
    page = check_html(replace(generated_report, checks=(failed(ledger=ledger.documents),)))
    assert picture(page, "The smallest failing ledger").find("use")


@pytest.mark.parametrize(
    "days", [("0001-01-01", "9999-12-31"), ("9999-12-31",), ("0001-01-01",), ("2024-12-31", "2025-01-01")]
)
def test_days_at_the_ends_of_the_calendar_can_be_drawn(generated_report, days):
    ledger = tuple(
        event(number, day, contribution("employer_match", "999999999999.999999", day))
        for number, day in enumerate(days)
    )
    page = check_html(replace(generated_report, checks=(failed(ledger=ledger),)))
    said = texts(picture(page, "The smallest failing ledger"))
    assert set(days) <= set(said) or days[0] == "0001-01-01"


def test_what_is_no_event_is_not_drawn_and_does_no_harm(generated_report):
    broken = ({**LEDGER[0], "effective_date": "2025-02-30"},)
    page = check_html(replace(generated_report, checks=(failed(ledger=broken),)))
    assert "The smallest failing ledger" not in [each.words for each in read(page).find("figcaption")]
    assert "2025-02-30" in page


def test_a_page_stays_small_however_much_fails(generated_report):
    many = tuple(
        event(number, "2024-01-31", contribution("employer_match", "7.000000", "2024-01-31"))
        for number in range(20_000)
    )
    one = failure(ledger=many, test="x" * 5_000_000, workings="y" * 5_000_000, got="z" * 100_000)
    checks = tuple(CheckResult(f"s.c{n}", "s", "law", "failed", 1, 0.1, (one,) * 100) for n in range(40))
    page = check_html(replace(generated_report, checks=checks))
    assert len(page) < 6_000_000
    assert "90 more failures of s.c0" in page
    assert "19,940 more events" in page


def test_what_was_generated_is_told_in_numbers(generated_report):
    page = check_html(generated_report)
    root = read(page)
    counts = generated_report.generated
    assert table(root, "Events by type")[1:] == [[name, f"{times:,}"] for name, times in counts.events.items()]
    sizes = table(root, "Amounts by power of ten")[1:]
    assert [row[1] for row in sizes] == [f"{times:,}" for times in counts.amounts.values()]
    years = table(root, "Effective dates by year")[1:]
    assert sum(int(row[1].replace(",", "")) for row in years) == sum(counts.years.values())
    for limit, sides in counts.limits.items():
        if sum(sides.values()):
            (figure,) = [
                each for each in root.find("figure")
                if each.find("figcaption")[0].children[0].strip() == limit
            ]  # fmt: skip
            said = texts(figure.find("svg")[0])
            assert said[: len(sides)] == list(sides)
            assert said[len(sides) :] == [f"{times:,}" for times in sides.values()]


def test_without_counts_there_is_no_such_part(generated_report):
    page = check_html(replace(generated_report, generated=None, matrix=()))
    assert "What was generated" not in page
    assert "Invalid documents" not in page
    assert read(page).find("svg") == []
    assert rows(read(page).find("table")[0])
