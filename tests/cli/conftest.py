"""The command line as users run it: a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Done: TypeAlias = subprocess.CompletedProcess[str]

DCPROPS = [sys.executable, "-m", "dcprops"]
#: What changes how output looks and when it is written; each test sets what it is about.
_LOOKS = (
    "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "TERM", "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
)  # fmt: skip


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _LOOKS}
    return kept | {"PYTHONWARNINGS": "error", **(changes or {})}


@pytest.fixture(autouse=True)
def _plain_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for commands that run in this process, whatever runs the tests has set for its own output."""
    for name in _LOOKS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def dcprops() -> Callable[..., Done]:
    """Runs the command line with arguments; gives the exit status and what was written."""

    def dcprops(*arguments: object, env: Mapping[str, str] | None = None, **options: Any) -> Done:
        return subprocess.run(
            [*DCPROPS, *map(str, arguments)],
            **{"capture_output": True, "stdin": subprocess.DEVNULL, "encoding": "utf-8", **options},
            env=environment(env),
            check=False,
        )

    return dcprops


@pytest.fixture
def refused() -> Callable[[Done], str]:
    """Sees that a run ended as wrong usage does; gives the line that says so."""

    def refused(done: Done) -> str:
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("dcprops: ")
        assert done.stderr.count("\n") == 1
        assert done.stderr.endswith("\n")
        assert done.stderr[:-1].isprintable()
        return done.stderr[:-1]

    return refused


@pytest.fixture(scope="session")
def sample_path() -> Path:
    """200 events that a retirement-plan simulator wrote, of all eleven types."""
    return Path(__file__).parents[2] / "dcprops" / "benchmarks" / "planwise_sample.ndjson"


@pytest.fixture
def coherent_path(tmp_path_factory: pytest.TempPathFactory, sample_path: Path) -> Path:
    """The 164 events of the sample that are neither forfeitures nor HCE determinations: nothing is wrong with them."""
    lines = sample_path.read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path_factory.mktemp("coherent") / "events.ndjson"
    path.write_text(
        "".join(line for line in lines if not re.search(r'"event_type":"(forfeiture|hce_status)"', line)),
        encoding="utf-8",
    )
    return path


@pytest.fixture
def dirty_path(tmp_path: Path, sample_path: Path) -> Path:
    """The sample with four broken lines: 2, 4, 5 (twice broken, with characters that act on terminals) and 6."""
    lines = sample_path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1][:50]
    lines[3] = lines[3].replace('"scenario_id":"', '"scenario_id":" ')
    lines[4] = lines[4].replace('"scenario_id":"', '"\\u001b[2J\\u202e\\u009b1m[bold]:smile:":1,"scenario_id":"\\u0007')
    lines[5] = "[1]"
    path = tmp_path / "dirty.ndjson"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
