"""What is told of a machine: the facts that a system gives, and nothing where it gives none."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import pytest

from dcprops.monitor.machine import FACTS, Machine, this_machine


def told() -> dict[str, str]:
    return dict(this_machine().facts)


def test_this_machine_tells_what_runs_on_it():
    assert told()["python"] == f"{platform.python_implementation()} {platform.python_version()}"
    assert told().keys() <= set(FACTS)
    assert Machine.from_text(this_machine().as_json()) == this_machine()


def test_a_system_that_tells_less_has_fewer_facts(monkeypatch: pytest.MonkeyPatch):
    read = Path.read_text

    def refused(path: Path, *arguments: Any, **options: Any) -> str:
        if path == Path("/proc/cpuinfo"):
            raise PermissionError(13, "not for you")
        return read(path, *arguments, **options)

    monkeypatch.delattr(os, "sysconf", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(Path, "read_text", refused)
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "release", lambda: "unknown")
    assert {"cpu", "memory"}.isdisjoint(told())
    assert told()["cores"] == str(os.cpu_count())
    assert told()["os"] == f"{platform.system()} unknown {platform.machine()}"


def test_a_package_that_is_not_there_is_none(monkeypatch: pytest.MonkeyPatch):
    known = told()
    monkeypatch.setattr("sys.path", [])
    assert {name: fact for name, fact in told().items() if fact == "none"}.keys() == {
        name for name in known if name not in {"cpu", "cores", "memory", "os", "python"}
    }
