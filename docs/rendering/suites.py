"""A page for each suite, with its laws, and the index of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module

from dcprops.properties import PROPERTIES, SUITES, Property

#: How a target of each kind is named on the command line.
TARGETS = {
    "model": "yours.events:Event",
    "calculator": "yours.ledger:balances",
    "compliance": "yours.rules:compliance",
    "limits": "yours.rules:limits",
    "store": "yours.store:Store",
    "reporter": "yours.reports:report",
}


def suite_pages() -> dict[str, Callable[[], str]]:
    """What makes each suite's page, by the page's path."""
    return {f"suites/{suite}.md": partial(_suite_page, suite) for suite in SUITES}


def _laws(suite: str) -> list[Property]:
    return [law for law in PROPERTIES.values() if law.suite == suite]


def _about(suite: str) -> str:
    """What the suite is about: how its module begins, after the suite's name."""
    said = (import_module(f"dcprops.properties.{suite}").__doc__ or "").partition("\n")[0]
    return said.partition(": ")[2]


def _suite_page(suite: str) -> str:
    return "\n".join([*_lines_of_suite(suite), ""])


def _lines_of_suite(suite: str) -> Iterator[str]:
    laws = _laws(suite)
    about = _about(suite)
    kinds = dict.fromkeys(law.target for law in laws)
    options = " ".join(f"--{kind} {TARGETS[kind]}" for kind in kinds)
    yield from (f"# The suite `{suite}`", "", "Made from `dcprops.properties` by `docs/render.py`.", "")
    yield from (f"{about[0].upper()}{about[1:]}", "")
    yield from ("```console", f"dcprops check {options} --suite {suite}", "```", "")
    if len(kinds) > 1:
        yield from ("Only the laws of the targets that are named are tried.", "")
    yield from ("| law | of |", "|---|---|")
    yield from (f"| [{law.id}](#{_anchor(law.id)}) | {law.target} |" for law in laws)
    for law in laws:
        yield from ("", f"## {law.id}", "", law.sentence, "")
        yield from (f"- source: {law.source}", f"- holds: {law.passing}", f"- does not hold: {law.failing}")


def _anchor(heading: str) -> str:
    """How a heading is linked to: small letters, digits, hyphens and underscores."""
    return "".join(each for each in heading.lower() if each.isalnum() or each in "-_")


def properties_page() -> str:
    """Every property in a sentence, with a link to its law."""
    lines = [
        "# The properties",
        "",
        "Made from `dcprops.properties` by `docs/render.py`. Each suite has a page of its own,",
    ]
    lines += ["with the source of each law and an example of each side.", ""]
    lines += [f"There are {len(PROPERTIES)}, in {len(SUITES)} suites."]
    for suite in SUITES:
        about = _about(suite)
        lines += ["", f"## [{suite}](suites/{suite}.md)", "", f"{about[0].upper()}{about[1:]}", ""]
        lines += ["| property | law |", "|---|---|"]
        lines += [f"| [{law.id}](suites/{suite}.md#{_anchor(law.id)}) | {law.sentence} |" for law in _laws(suite)]
    return "\n".join([*lines, ""])
