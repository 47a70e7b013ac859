"""Every public name, property, command and option stands in a page, and every link between pages leads somewhere."""

from __future__ import annotations

import argparse
import re
import runpy
from importlib import import_module
from pathlib import Path

import pytest

from dcprops.commands import COMMANDS
from dcprops.properties import PROPERTIES, SUITES

from .blocks import PAGES, ROOT

DOCS = ROOT / "docs"
runpy.run_path(str(DOCS / "render.py"))  # so that what it is made of can be imported

from rendering.reference import INSIDE, PUBLIC  # noqa: E402
from rendering.suites import _anchor as anchor_of  # noqa: E402

REFERENCE = (DOCS / "reference.md").read_text(encoding="utf-8")
COMMANDS_PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")


def part(page: str, heading: str) -> str:
    """What stands under a heading, up to the next of its level."""
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no {heading}"
    return found[1]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_in_the_reference_and_says_what_it_is(name):
    own = part(REFERENCE, f"## {name}")
    told = dict(re.findall(r"^- `(\w+)[^`]*`:(.*)$", own, re.MULTILINE))
    assert sorted(told) == sorted(import_module(name).__all__)
    assert [word for word, said in told.items() if not said.strip()] == []


def test_every_package_is_public_or_inside():
    packages = {f"dcprops.{path.parent.name}" for path in (ROOT / "dcprops").glob("*/__init__.py")}
    assert packages | {"dcprops"} == {*PUBLIC, *INSIDE}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_page_of_commands(name):
    own = part(COMMANDS_PAGE, f"## dcprops {name}")
    parser = argparse.ArgumentParser(prog=f"dcprops {name}")
    COMMANDS[name].implementation().add_options(parser)
    parsers = [parser]
    while parsers:
        for action in parsers.pop()._actions:
            if isinstance(action, argparse._SubParsersAction):
                parsers += action.choices.values()
                assert all(f"### dcprops {name} {word}\n" in own for word in action.choices)
            for option in action.option_strings if action.dest != "help" else ():
                assert re.search(rf"`{option}[` ]", own), option


@pytest.mark.parametrize("suite", SUITES)
def test_every_property_is_in_the_page_of_its_suite_and_in_the_index(suite):
    page = (DOCS / "suites" / f"{suite}.md").read_text(encoding="utf-8")
    index = (DOCS / "properties.md").read_text(encoding="utf-8")
    for law in PROPERTIES.values():
        if law.suite == suite:
            assert f"## {law.id}\n\n{law.sentence}\n" in page
            assert f"- source: {law.source}\n- holds: {law.passing}\n- does not hold: {law.failing}\n" in f"{page}\n"
            assert f"[{law.id}](suites/{suite}.md#{anchor_of(law.id)})" in index


def test_the_pages_of_suites_are_those_of_the_suites():
    assert {path.stem for path in (DOCS / "suites").glob("*.md")} == set(SUITES)


def broken_links(page: Path, text: str) -> list[str]:
    """The links of a page to files and headings that aren't there."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+(?:\([^)\s]*\)[^)\s]*)*)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        target, _, heading = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = page.parent / target if target else page
        if not path.exists():
            broken.append(link)
        elif heading:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            if heading not in {anchor_of(re.sub(r"[`\[]|\]\(.*?\)", "", each).replace(" ", "-")) for each in headings}:
                broken.append(link)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    assert broken_links(page, page.read_text(encoding="utf-8")) == []


def test_a_link_that_leads_nowhere_is_seen():
    page = DOCS / "index.md"
    assert broken_links(page, "[a](nowhere.md) [b](rules.md#nowhere) [c](rules.md) [d](#none)") == [
        "nowhere.md", "rules.md#nowhere", "#none",
    ]  # fmt: skip


def test_every_page_is_in_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    linked = {(DOCS / link).resolve() for link in re.findall(r"\]\(([^)#]+)\)", index)}
    assert {page for page in PAGES if page != DOCS / "index.md"} <= linked


def test_the_figures_of_the_readme_are_those_of_the_page():
    own = part((ROOT / "README.md").read_text(encoding="utf-8"), "## Speed")
    rows = [line for line in own.splitlines() if line.startswith("| ")]
    assert len(rows) > 5
    assert set(rows) <= set((DOCS / "speed.md").read_text(encoding="utf-8").splitlines())
