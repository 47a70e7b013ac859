"""What holds for every page: it needs nothing else, and anybody can read it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from .reading import read

KINDS = ("check", "audit", "monitor")
pytestmark = pytest.mark.parametrize("kind", KINDS)


def test_it_needs_nothing_else(pages, kind):
    root = read(pages[kind])
    assert root.find("script") == root.find("img") == root.find("iframe") == root.find("object") == []
    (style,) = root.find("style")
    assert "@import" not in style.text
    assert "url(" not in style.text
    (link,) = root.find("link")
    assert link.attributes == {"rel": "icon", "href": "data:,"}  # or a browser asks a server for one
    for element in root.everything():
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert name != "src"
            if "href" in name and element is not link:
                assert value.startswith("#")
            if "url(" in value:
                assert re.findall(r"url\((.)", value) == ["#"] * value.count("url(")


def test_it_forbids_what_it_does_not_need(pages, kind):
    charset, policy, viewport, *_ = read(pages[kind]).find("meta")
    assert charset.attributes == {"charset": "utf-8"}
    assert policy.attributes == {
        "http-equiv": "Content-Security-Policy",
        "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    }
    assert viewport.attributes["content"] == "width=device-width, initial-scale=1"


def test_no_encoding_on_the_way_changes_it(pages, kind):
    assert pages[kind].isascii()
    assert pages[kind].startswith("<!doctype html>\n")
    assert pages[kind].endswith("</html>\n")


def test_ids_are_unique_and_links_lead_somewhere(pages, kind):
    elements = read(pages[kind]).everything()
    ids = [each.attributes["id"] for each in elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for element in elements:
        for name, value in element.attributes.items():
            if name == "href" and value.startswith("#"):
                assert value[1:] in ids
            if name == "aria-labelledby":
                assert set(value.split()) <= set(ids)
            assert set(re.findall(r"url\(#([^)]+)\)", value)) <= set(ids)


def test_headings_come_in_order(pages, kind):
    levels = [int(each.tag[1]) for each in read(pages[kind]).everything() if re.fullmatch(r"h[1-6]", each.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_figure_says_what_it_shows(pages, kind):
    root = read(pages[kind])
    assert len(root.find("svg")) >= 3
    for svg in root.find("svg"):
        assert svg.attributes["role"] == "img"
        title, description, *_ = svg.children
        assert (title.tag, description.tag) == ("title", "desc")
        assert title.words
        assert description.words
        assert svg.attributes["aria-labelledby"].split() == [title.attributes["id"], description.attributes["id"]]


def test_figures_follow_the_scheme_and_the_fonts_of_the_page(pages, kind):
    for svg in read(pages[kind]).find("svg"):
        assert not svg.find("style")
        assert not svg.find("metadata")
        for element in svg.everything():
            said = " ".join(element.attributes.values())
            assert not re.search(r"#[0-9a-fA-F]{6}\b|rgb\(|font-family|font:", said)
            if element.tag == "text":
                assert "fill: var(--" in element.attributes["style"]


def test_tables_say_what_they_are_and_scroll_by_keyboard(pages, kind):
    root = read(pages[kind])
    for table in root.find("table"):
        assert table.find("caption")[0].words
        assert all(cell.attributes["scope"] in {"col", "row"} for cell in table.find("th"))
        assert table.parent.attributes.get("class", "").split()[0] == "scroll"
    for box in [*root.find("div", class_="scroll"), *root.find("pre")]:
        assert box.attributes["tabindex"] == "0"
        assert box.attributes["role"] == "region"
        assert box.attributes["aria-label"]


def test_a_status_is_said_in_words(pages, kind):
    for badge in read(pages[kind]).find("span", class_="status"):
        assert badge.words in badge.attributes["class"].split()
