"""Type checkers see what each strategy gives and takes."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("typing_cases.py")
ROOT = Path(__file__).parents[2]


def checked(arguments: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=directory, capture_output=True, check=False, encoding="utf-8"
    )


def mypy(path: Path, scratch: Path) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("mypy", reason="the dependency group `types` has mypy")
    options = ["--strict", "--no-error-summary", "--config-file", str(ROOT / "pyproject.toml")]
    return checked(["mypy", *options, "--cache-dir", str(scratch / "cache"), str(path)], ROOT)


def pyright(path: Path, scratch: Path) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("basedpyright", reason="the dependency group `types` has basedpyright")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pyright"]
    (scratch / "pyrightconfig.json").write_text(json.dumps({**settings, "include": [path.name]}), encoding="utf-8")
    if path.parent != scratch:
        (scratch / path.name).write_bytes(path.read_bytes())
    return checked(["basedpyright", "--pythonpath", sys.executable, "--project", str(scratch)], scratch)


@dataclass(frozen=True)
class Checker:
    """How to run it, and what it says when there is nothing, a wrong case or an ignore that isn't needed."""

    run: Callable[[Path, Path], subprocess.CompletedProcess[str]]
    nothing: str
    wrong_case: str
    wrong_ignore: str


CHECKERS = {
    "mypy": Checker(
        mypy,
        nothing="",
        wrong_case='Expression is of type "SearchStrategy[HirePayload]", not "int"',
        wrong_ignore='Unused "type: ignore" comment',
    ),
    "pyright": Checker(
        pyright,
        nothing="0 errors, 0 warnings, 0 notes\n",
        wrong_case='"assert_type" mismatch: expected "int" but received "SearchStrategy[HirePayload]"',
        wrong_ignore='Unnecessary "# type: ignore" comment',
    ),
}


@pytest.mark.parametrize("name", CHECKERS)
def test_a_type_checker_agrees_with_the_cases(name, tmp_path):
    done = CHECKERS[name].run(CASES, tmp_path)
    assert (done.stdout, done.returncode) == (CHECKERS[name].nothing, 0)


@pytest.mark.parametrize("name", CHECKERS)
def test_a_type_checker_sees_what_is_wrong(name, tmp_path):
    text = CASES.read_text(encoding="utf-8")
    for right, wrong in {
        "assert_type(dc.hires(), SearchStrategy[HirePayload])": "assert_type(dc.hires(), int)",
        "dc.hires(job_levels=st.text())": "dc.hires(job_levels=st.integers())",
    }.items():
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    path = tmp_path / "wrong_cases.py"
    path.write_text(text, encoding="utf-8")
    done = CHECKERS[name].run(path, tmp_path)
    assert done.returncode == 1
    assert CHECKERS[name].wrong_case in done.stdout
    assert CHECKERS[name].wrong_ignore in done.stdout
