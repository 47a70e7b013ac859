"""The pages made from tables say what the tables say today."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = runpy.run_path(str(DOCS / "render.py"))["PAGES"]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_as_it_is_rendered(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), f"{name} is out of date: python docs/render.py"


def test_the_check_names_a_page_that_is_out_of_date(tmp_path):
    shutil.copy(DOCS / "render.py", tmp_path)
    shutil.copytree(DOCS / "rendering", tmp_path / "rendering")
    (tmp_path / "suites").mkdir()
    for name in PAGES:
        shutil.copy(DOCS / name, tmp_path / name)

    def check() -> tuple[int, str]:
        arguments = [sys.executable, str(tmp_path / "render.py"), "--check"]
        done = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", check=False)
        return done.returncode, done.stderr

    assert check() == (0, "")
    (tmp_path / "rules.md").write_text("of yesterday", encoding="utf-8")
    assert check() == (1, "docs/rules.md is out of date: python docs/render.py\n")
    assert (tmp_path / "rules.md").read_text(encoding="utf-8") == "of yesterday"
