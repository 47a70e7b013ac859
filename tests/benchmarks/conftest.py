"""The benchmarks of the checkout, as a command and as modules."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

import pytest

import dcprops.events  # first, so that what the checkout adds to the path is not where it comes from

assert dcprops.events

ROOT = Path(__file__).parents[2]

Done: TypeAlias = subprocess.CompletedProcess[str]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Done]:
    """Runs the benchmarks on sizes that show nothing but that they run."""

    def run(*arguments: object) -> Done:
        command = [sys.executable, "-m", "benchmarks", "--repeat", 2, "--examples", 3, "--lines", 20, *arguments]
        return subprocess.run(
            [str(argument) for argument in command],
            cwd=ROOT,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            env=os.environ
            | {
                "PYTHONWARNINGS": "error",
                "PYTHONUTF8": "1",
                "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path / "hypothesis"),
            },
            check=False,
        )

    return run


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Gives a module of the benchmarks: they are in the checkout and not installed."""
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: import_module(f"benchmarks.{name}")


@pytest.fixture(scope="session")
def sample() -> tuple[bytes, ...]:
    """200 events that a retirement-plan simulator wrote, of all eleven types: one line each."""
    return tuple((ROOT / "tests" / "data" / "planwise_sample.ndjson").read_bytes().splitlines())
