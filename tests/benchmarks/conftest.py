"""The benchmarks as a command, on sizes that show nothing but that they run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Done: TypeAlias = subprocess.CompletedProcess[str]

SMALL = (
    "--repeat", "2", "--examples", "3", "--lines", "20", "--appended", "400", "--objects", "50", "--stored", "400",
)  # fmt: skip


#: A finder that comes first and finds nothing of these packages.
_WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {packages}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
from dcprops.cli import main
sys.exit(main(sys.argv[1:]))
"""


#: What changes how output looks: whatever runs the tests may have set it for its own.
_LOOKS = frozenset({"COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"})


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _LOOKS}
    return kept | {"PYTHONWARNINGS": "error", "PYTHONUTF8": "1", **changes}


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., Done]:
    """Runs `dcprops bench` with arguments. `without` are packages that it is to find not installed."""

    def bench(*arguments: object, without: tuple[str, ...] = ()) -> Done:
        start = _WITHOUT.format(packages=list(without))
        return subprocess.run(
            [sys.executable, "-c", start, "bench", *map(str, arguments)],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            env=environment(HYPOTHESIS_STORAGE_DIRECTORY=str(tmp_path / "hypothesis")),
            check=False,
        )

    return bench


@pytest.fixture
def rows(bench: Callable[..., Done]) -> Callable[..., tuple[dict[str, dict[str, Any]], int]]:
    """The rows that a run writes as JSON, by name, and its exit status."""

    def rows(*arguments: object, without: tuple[str, ...] = ()) -> tuple[dict[str, dict[str, Any]], int]:
        done = bench(*arguments, "--json", "-", without=without)
        assert done.stderr == ""
        return {row["name"]: row for row in json.loads(done.stdout)["rows"]}, done.returncode

    return rows


@pytest.fixture(scope="session")
def sample_path() -> Path:
    """200 events that a retirement-plan simulator wrote, of all eleven types: one line each."""
    return Path(__file__).parents[2] / "dcprops" / "benchmarks" / "planwise_sample.ndjson"


@pytest.fixture(scope="session")
def sample(sample_path: Path) -> tuple[bytes, ...]:
    """Its lines."""
    return tuple(sample_path.read_bytes().splitlines())
