"""The pages made from tables say what the tables say today."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = runpy.run_path(str(DOCS / "render.py"))["PAGES"]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_as_it_is_rendered(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), f"{name} is out of date: python docs/render.py"
