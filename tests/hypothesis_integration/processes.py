"""A user's process: our package is installed, and nothing of these tests' own settings is there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["pytest_on", "python", "run"]

#: What a user's process is given. CI is not in it, nor what steers Hypothesis or pytest.
KEPT = {"PATH", "PYTHONPATH", "HOME", "TMPDIR", "SYSTEMROOT", "TEMP", "TMP"}


def run(
    arguments: list[str], directory: Path, *, measured: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs this Python on `arguments`. If not `measured`, coverage doesn't see it, nor does it see coverage."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT or (measured and "COVERAGE" in name)}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**kept, "PYTHONUTF8": "1", **environment}, cwd=directory,
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def python(source: str, directory: Path, **environment: str) -> str:
    """What a program prints that must end well, with warnings as errors."""
    done = run(["-W", "error", "-c", source], directory, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def pytest_on(
    suite: str, directory: Path, *options: str, measured: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """pytest on a test module with this source, in a directory of its own."""
    (directory / "test_theirs.py").write_text(suite, encoding="utf-8")
    (directory / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    arguments = ["-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", *options, "test_theirs.py"]
    return run(arguments, directory, measured=measured, **environment)
