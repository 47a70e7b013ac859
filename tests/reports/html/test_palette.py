"""The colours: enough contrast in both schemes, and no other colour anywhere."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from dcprops.reports.html.palette import COLOURS, PAIRS, contrast, css_variables, drawn_as

STYLE = files("dcprops.reports.html").joinpath("templates/style.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),  # the grey that just fails WCAG's AA
        ("#767676", "#ffffff", 4.54),  # and the one that just keeps it
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.front} on {pair.back}")
def test_what_meets_can_be_told_apart(pair, scheme):
    front, back = (getattr(COLOURS[name], scheme) for name in (pair.front, pair.back))
    assert contrast(front, back) >= pair.at_least


def test_every_colour_of_text_is_judged():
    used = set(re.findall(r"(?<![-\w])color: var\(--([\w-]+)\)", STYLE))
    assert used == {"ink", "muted", "accent", "good", "warning", "bad"}
    for name in used:
        assert {(pair.back, pair.at_least) for pair in PAIRS if pair.front == name} >= {("paper", 4.5), ("panel", 4.5)}


def test_the_style_sheet_has_no_colours_but_those_of_the_table():
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLE)) - {"width"} <= set(COLOURS)
    assert not re.search(r"#[0-9a-f]{3}|rgb|hsl", STYLE.replace("#results", ""))
    assert STYLE.isascii()


def test_both_schemes_say_every_colour():
    for scheme in ("light", "dark"):
        said = re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css_variables(scheme))
        assert said == [(name, getattr(colour, scheme)) for name, colour in COLOURS.items()]


def test_no_two_names_are_drawn_alike():
    assert len({drawn_as(name) for name in COLOURS}) == len(COLOURS)
