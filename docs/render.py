"""Writes the pages of this folder that are made from the package's tables: `python docs/render.py` in a checkout.

`python docs/render.py --check` writes nothing and exits 1 if one of them is not as it would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from dcprops.defects import CATALOGUE as DEFECTS
from dcprops.defects import KINDS
from dcprops.properties import PROPERTIES
from dcprops.rules import CATALOGUE, EDGES, RULES
from dcprops.rules.anomalies import ANOMALIES
from dcprops.strategies._from_model.reading import READ
from dcprops.strategies._from_model.wrongs import OWN_RULES

HERE = Path(__file__).parent


def rules_page() -> str:
    """Every rule, and the fields that it can be broken by."""
    return "\n".join([*_rules(), *_cells(), *_edges(), ""])


def _rules() -> Iterator[str]:
    yield "# What makes a document invalid"
    yield ""
    yield "Made from `dcprops.rules` by `docs/render.py`. A model that lets a document pass that breaks a rule of level"
    yield "*must* loses or corrupts data; *should* is hygiene, and counts with `dcprops check --strict`."
    yield ""
    yield "| rule | a field that breaks it |"
    yield "|---|---|"
    yield from (f"| `{rule.code}` | {rule.sentence} |" for rule in RULES.values())


def _cells() -> Iterator[str]:
    yield ""
    yield f"## The {len(CATALOGUE)} cells of the matrix"
    yield ""
    yield "| payload | field | must | should |"
    yield "|---|---|---|---|"
    for payload, field in dict.fromkeys((cell.payload, cell.field) for cell in CATALOGUE):
        cells = [cell for cell in CATALOGUE if (cell.payload, cell.field) == (payload, field)]
        must, should = (", ".join(cell.rule for cell in cells if cell.level == level) for level in ("must", "should"))
        yield f"| {payload} | `{field}` | {must} | {should} |"


def _edges() -> Iterator[str]:
    yield ""
    yield "## What must be accepted"
    yield ""
    yield "| payload | field | bounds |"
    yield "|---|---|---|"
    for payload, field in dict.fromkeys((edge.payload, edge.field) for edge in EDGES):
        bounds = ", ".join(edge.bound for edge in EDGES if (edge.payload, edge.field) == (payload, field))
        yield f"| {payload} | `{field}` | {bounds} |"


def properties_page() -> str:
    """Every property with its law, and an example of each side."""
    lines = ["# The properties", "", "Made from `dcprops.properties` by `docs/render.py`."]
    for each in PROPERTIES.values():
        lines += ["", f"## {each.id}", "", each.sentence, ""]
        lines += [f"- source: {each.source}", f"- holds: {each.passing}", f"- does not hold: {each.failing}"]
    return "\n".join([*lines, ""])


def anomalies_page() -> str:
    """Every anomaly with its severity, its meaning and its source."""
    lines = [
        "# What can be wrong with a ledger whose documents are all valid",
        "",
        "Made from `dcprops.rules` by `docs/render.py`. `dcprops audit` reports these. An *error* is something that a",
        "history can't have; a *warning* has an explanation which a ledger can't give.",
        "",
        "| anomaly | severity | meaning | source |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{each.code}` | {each.severity} | {each.sentence} | {each.source} |" for each in ANOMALIES.values()]
    return "\n".join([*lines, ""])


def defects_page() -> str:
    """Every seeded defect with its origin, the property that must catch it, and the size of its witness."""
    lines = [
        "# The seeded defects",
        "",
        "Made from `dcprops.defects` by `docs/render.py`. Each is a correct target changed in one place. *Events* is",
        "the size of the smallest witness, worked out by hand. [power.md](power.md) says how soon they are found.",
    ]
    for kind in KINDS:
        found = [defect for defect in DEFECTS if defect.kind == kind]
        if found:
            lines += ["", f"## {kind}: {len(found)}", "", "| defect | where it comes from | caught by | events |"]
            lines += ["|---|---|---|---|"]
            for each in found:
                made_by = f" *{each.source}.*" if each.source else ""
                told = (f"`{each.id}`", f"{each.origin}{made_by}", f"`{each.law}`", str(each.events))
                lines.append(f"| {' | '.join(told)} |")
    return "\n".join([*lines, ""])


#: Where the written part of the page ends.
READ_HEADING = "## What is read, and how"


def from_model_page() -> str:
    """The page as it was written, and after it the tables of what is read and of rules that only own models have."""
    written = (HERE / "from-model.md").read_text(encoding="utf-8").partition(READ_HEADING)[0].rstrip()
    lines = [
        written,
        "",
        READ_HEADING,
        "",
        "Made from `dcprops.strategies` by `docs/render.py`. Any other type of field is an error that names it, until",
        "it has an override.",
        "",
        "| core schema | what is drawn |",
        "|---|---|",
        *(f"| `{name}` | {reading.drawn} |" for name, reading in READ.items()),
        "",
        "## The rules that only a model of one's own has",
        "",
        "| rule | a field that breaks it |",
        "|---|---|",
        *(f"| `{rule.code}` | {rule.sentence} |" for rule in OWN_RULES.values()),
        "",
    ]
    return "\n".join(lines)


PAGES = {
    "defects.md": defects_page,
    "rules.md": rules_page,
    "properties.md": properties_page,
    "anomalies.md": anomalies_page,
    "from-model.md": from_model_page,
}


def main(arguments: list[str]) -> int:
    """Write all pages; with --check only say which of them are not as they would be written, and exit 1 then."""
    rendered = {HERE / name: render() for name, render in PAGES.items()}
    if arguments == ["--check"]:
        stale = [path.name for path, text in rendered.items() if path.read_text(encoding="utf-8") != text]
        sys.stderr.write("".join(f"docs/{name} is out of date: python docs/render.py\n" for name in stale))
        return 1 if stale else 0
    for path, text in rendered.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
