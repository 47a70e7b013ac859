"""Pages that are one table each: rules, anomalies and seeded defects."""

from __future__ import annotations

from collections.abc import Iterator

from dcprops.defects import CATALOGUE as DEFECTS
from dcprops.defects import KINDS
from dcprops.rules import CATALOGUE, EDGES, RULES
from dcprops.rules.anomalies import ANOMALIES


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
