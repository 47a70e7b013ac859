"""The machine that something was measured on: its processor, memory and system, and what was installed on it."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

__all__ = ["FACTS", "Machine", "this_machine"]

#: The packages whose version changes what is measured, of ours or of a peer.
_PACKAGES: Final = ("duckdb", "hypothesis", "numpy", "pandas", "pyarrow", "pydantic")
#: What is told of a machine, in this order.
FACTS: Final = ("cpu", "cores", "memory", "os", "python", *_PACKAGES)

#: What some of them are called elsewhere.
_ALSO_CALLED: Final = {"cpu": "processor", "os": "system"}

_GIBIBYTE: Final = 1 << 30


@dataclass(frozen=True)
class Machine:
    """A machine by its facts, pairs of a name and what is so; two with the same facts count as one."""

    facts: tuple[tuple[str, str], ...]

    @classmethod
    def from_mapping(cls, facts: Mapping[str, object]) -> Machine:
        """The machine that a mapping describes, in which other things than `FACTS` may stand: they don't count."""
        told = {name: facts.get(name, facts.get(_ALSO_CALLED.get(name, name))) for name in FACTS}
        return cls(tuple((name, str(fact)) for name, fact in told.items() if fact is not None))

    @classmethod
    def from_text(cls, text: str) -> Machine:
        """The machine of the JSON that `as_json` gives."""
        return cls.from_mapping(json.loads(text))

    def as_json(self) -> str:
        """The facts as one JSON object: the same text for the same machine."""
        return json.dumps(dict(self.facts))

    def difference(self, other: Machine) -> str:
        """What differs from another machine: `python 3.12.1, was 3.11.7`. Empty if nothing does."""
        own, others = dict(self.facts), dict(other.facts)
        return "; ".join(
            f"{name} {own.get(name, 'not known')}, was {others.get(name, 'not known')}"
            for name in FACTS
            if own.get(name) != others.get(name)
        )

    def __str__(self) -> str:
        return ", ".join(text if name in {"cpu", "os"} else f"{name} {text}" for name, text in self.facts)


def this_machine() -> Machine:
    """The machine that this runs on. What can't be found out is left out."""
    found: dict[str, object] = {
        "cpu": _cpu(),
        "cores": _cores(),
        "memory": _memory(),
        "os": f"{platform.system()} {_two_parts(platform.release())} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }
    return Machine.from_mapping(found | {package: _version(package) for package in _PACKAGES})


def _cpu() -> str | None:
    """The processor's model: Linux has it in a file, elsewhere the platform says something of it."""
    try:
        told = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        told = None
    return told[1].strip() if told else platform.processor() or None


def _cores() -> int | None:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _memory() -> str | None:
    """In whole GiB: what a kernel keeps for itself changes with its version."""
    try:
        return f"{round(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / _GIBIBYTE)} GiB"
    except (AttributeError, ValueError, OSError):  # not on every system
        return None


def _two_parts(release: str) -> str:
    """The release without its patches, `6.1` of `6.1.0-13-amd64`."""
    told = re.match(r"\d+\.\d+", release)
    return told[0] if told else release


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
