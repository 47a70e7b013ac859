"""Writes the pages of this folder that are made from the package's tables: `python docs/render.py` in a checkout."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # whatever runs this file

from rendering.commands import commands_page  # noqa: E402
from rendering.reference import reference_page  # noqa: E402
from rendering.schema import schema_page  # noqa: E402
from rendering.suites import properties_page, suite_pages  # noqa: E402
from rendering.tables import anomalies_page, defects_page, rules_page  # noqa: E402

#: What makes each page, by the page's path in this folder.
PAGES = {
    "anomalies.md": anomalies_page,
    "commands.md": commands_page,
    "defects.md": defects_page,
    "properties.md": properties_page,
    "reference.md": reference_page,
    "rules.md": rules_page,
    "schema.md": schema_page,
    **suite_pages(),
}

if __name__ == "__main__":
    for name, render in PAGES.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_text(render(), encoding="utf-8")
