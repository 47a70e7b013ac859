"""Whatever comes from data is text: the same after parsing, and never an element or an attribute."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dcprops.audit import Audit, InvalidRow
from dcprops.monitor import Alert, MonitorReport, Point, Series, Trend, Verdict
from dcprops.overview import Overview
from dcprops.printable import printable
from dcprops.properties import CheckResult, MatrixCell, Report
from dcprops.reference import Anomaly
from dcprops.reports.html import audit_html, check_html, monitor_html

from .conftest import LEDGER, failure
from .reading import read, shape

NASTY = (
    "<script>alert(1)</script>", "</style><b>", "</title>", "</svg>", "</desc><x>", "]]>", "<!--", "-->", "&amp;",
    "&lt",
    "\" onload=\"x", "' onclick='x", "`", "{{ 7*7 }}", "{% raw %}", "$x^2$", "~0~", "url(#x)", "#00ab01", "\\u202e",
    "\u202eabc", "\u2066", "עברית", "\x00", "\x1b[2J", "\x85", "\r\n", "\t", "\ud800", "\udfff", "\U0001f9fe",
    "e\u0301",
    "\ufeff", "\x7f", "\x9f", "</pre>", "javascript:x", "%s", "{0}", "var(--bad)", "&#0;", "&#x1f;",
)  # fmt: skip
#: Texts of every kind: whatever a name, a message or a file name may hold. Short ones, which no place cuts.
ANY = st.lists(st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=3), max_size=2).map(
    "".join
)
#: Those that may be identifiers: names of people and plans in events.
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=6)


class Places:
    """Gives each place its own text around the drawn one, and finds those texts again."""

    def __init__(self, drawn: str) -> None:
        self.drawn, self.count = drawn, 0

    def __call__(self) -> str:
        self.count += 1
        return f"k{self.count}[{self.drawn}]k{self.count}"

    def found(self, page: str) -> dict[int, set[str]]:
        """What stands at each place, in texts and in the values of attributes."""
        elements = read(page).everything()
        texts = [child for each in elements for child in each.children if isinstance(child, str)]
        texts += [value for each in elements for value in each.attributes.values()]
        places: dict[int, set[str]] = {}
        for text in texts:
            for number, inside in re.findall(r"k(\d+)\[(.*?)\]k\1(?!\d)", text, re.DOTALL):
                places.setdefault(int(number), set()).add(inside)
        return places


def check_report(text: Places, name: str) -> Report:
    ledger = tuple({**each, "employee_id": name, "scenario_id": f"{name}2"} for each in LEDGER)
    of_ledger = failure(
        title=text(), message=text(), field=text(), expected=text(), got=text(), workings=text(), test=text(),
        ledger=ledger,
    )  # fmt: skip
    of_document = replace(failure(title=text(), ledger=None), document={"x": text.drawn})
    return Report(
        version=text(), seed=1, profile=text(), strict=True, targets={text(): text(), "store": text()},
        checks=(
            CheckResult(text(), text(), text(), "failed", 3, 0.1, (of_ledger, of_document)),
            CheckResult(text(), "suite", text(), "skipped", reason=text()),
        ),
        matrix=tuple(MatrixCell(text(), text(), text(), "must", outcome) for outcome in ("rejected", "accepted")),
    )  # fmt: skip


def audit_report(text: Places) -> Audit:
    keys = (text(), text(), text(), text())
    return Audit(
        text(), 4, 2,
        (InvalidRow(1, text(), text(), text()),),
        (Anomaly("before-hire", "error", keys, UUID(int=0), text()),),
        None, date(2024, 1, 1),
        Overview(0, {}, {}, 0, {}, {}),
    )  # fmt: skip


def monitor_report(text: Places) -> MonitorReport:
    point = Point(datetime(2026, 1, 1, tzinfo=UTC), text.drawn, text(), (1.0, 2.0))
    some = Series(
        text(), text.drawn, "lower", (point, point), point, Verdict("critical", text(), 0.1, 0.1, 0.1), Trend(0.1, 0.1)
    )
    return MonitorReport((some,), (Alert("critical", text(), text.drawn, text()),))


def judge(made, drawn):
    """The page of the drawn text has the elements of a harmless one, and the text everywhere that it was put."""
    text, plain = Places(drawn), Places("x")
    page = made(text)
    assert shape(page) == shape(made(plain))
    assert page.isascii()
    found = text.found(page)
    assert found.keys() == set(range(1, text.count + 1))
    line_by_line = "\n".join(printable(line) for line in drawn.split("\n"))  # where lines are kept
    for each in found.values():
        assert each <= {printable(drawn), line_by_line}


@given(drawn=ANY, name=NAMES)
@example(drawn="<script>alert(1)</script>", name="<script>")
@example(drawn="</svg></title></style></pre>]]>", name="</text></svg><b>")
@example(drawn="\"'><img src=x onerror=alert(1)>", name="&#60;x")
@settings(max_examples=20)
def test_of_a_check(drawn, name):
    # White space at an end isn't part of a name.
    shown = f"n{name}n"
    judge(lambda text: check_html(check_report(text, "nn" if text.drawn == "x" else shown)), drawn)


@given(drawn=ANY)
@example(drawn="<script>alert(1)</script>")
@example(drawn="\"'><img src=x onerror=alert(1)>")
@settings(max_examples=40)
def test_of_an_audit(drawn):
    judge(lambda text: audit_html(audit_report(text), [text()]), drawn)


@given(drawn=ANY)
@example(drawn="</desc></svg><script>x</script>")
@settings(max_examples=20)
def test_of_the_monitor(drawn):
    judge(lambda text: monitor_html(monitor_report(text)), drawn)


@given(name=NAMES)
@example(name="<b>&amp;</text>")
@example(name="$x^2$ ~0~")
@settings(max_examples=20)
def test_names_of_a_ledger_are_text_in_the_drawing(name):
    shown = f"n{name}n"
    report = check_report(Places("x"), shown)
    (svg, *_) = read(check_html(report)).find("svg")
    drawn = [each.text for each in svg.find("text")]
    whole = f"{shown}2 / D1 / {shown} / P1"
    assert printable(whole if len(whole) <= 40 else f"{whole[:40]}…") in drawn
    assert printable(whole) in svg.find("desc")[0].text


@pytest.mark.parametrize("huge", ["<" * 200_000, "社" * 200_000, "\x00" * 200_000, "x\n" * 100_000])
def test_what_is_huge_is_cut(huge):
    for made in (
        lambda text: check_html(check_report(text, "n" * 128)),
        lambda text: audit_html(audit_report(text), [text()]),
        lambda text: monitor_html(monitor_report(text)),
    ):
        page = made(Places(huge))
        assert len(page) < 1_500_000
        assert shape(page) == shape(made(Places("x" * 2000)))
