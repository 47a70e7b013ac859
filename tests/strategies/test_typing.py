"""A type checker sees what each strategy gives and takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("typing_cases.py")
ROOT = Path(__file__).parents[2]


def mypy(path: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("mypy", reason="the dependency group `lint` has mypy")
    options = ["--strict", "--no-error-summary", "--config-file", str(ROOT / "pyproject.toml")]
    return subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--cache-dir", str(cache), str(path)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )


def test_mypy_agrees_with_the_cases_and_with_no_others(tmp_path):
    cache = tmp_path / "cache"
    right = mypy(CASES, cache)
    assert (right.stdout, right.returncode) == ("", 0)
    # The same must fail where a case is wrong, or it would say nothing.
    wrong = tmp_path / "wrong_cases.py"
    text = CASES.read_text(encoding="utf-8")
    text = text.replace("assert_type(dc.hires(), SearchStrategy[HirePayload])", "assert_type(dc.hires(), int)")
    wrong.write_text(text, encoding="utf-8")
    answer = mypy(wrong, cache)
    assert 'Expression is of type "SearchStrategy[HirePayload]", not "int"' in answer.stdout
    assert answer.returncode == 1
