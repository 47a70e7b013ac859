"""Writes the pages of this folder that are made from the package's tables: `python docs/render.py` in a checkout.

`python docs/render.py --check` writes nothing and exits 1 if one of them is not as it would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # whatever runs this file

from rendering.commands import commands_page  # noqa: E402
from rendering.from_model import from_model_page  # noqa: E402
from rendering.reference import reference_page  # noqa: E402
from rendering.schema import schema_page  # noqa: E402
from rendering.suites import properties_page, suite_pages  # noqa: E402
from rendering.tables import anomalies_page, defects_page, rules_page  # noqa: E402

#: What makes each page, by the page's path in this folder.
PAGES = {
    "anomalies.md": anomalies_page,
    "commands.md": commands_page,
    "defects.md": defects_page,
    "from-model.md": from_model_page,
    "properties.md": properties_page,
    "reference.md": reference_page,
    "rules.md": rules_page,
    "schema.md": schema_page,
    **suite_pages(),
}


def main(arguments: list[str]) -> int:
    """Write all pages; with --check only say which of them are not as they would be written, and exit 1 then."""
    rendered = {HERE / name: render() for name, render in PAGES.items()}
    if arguments == ["--check"]:
        stale = [name for name, text in zip(PAGES, rendered.values(), strict=True) if _written(HERE / name) != text]
        sys.stderr.write("".join(f"docs/{name} is out of date: python docs/render.py\n" for name in stale))
        return 1 if stale else 0
    for path, text in rendered.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _written(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
