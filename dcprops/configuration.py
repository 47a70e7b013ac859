"""The table `[tool.dcprops]` of a pyproject.toml: what is checked there, and how."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

__all__ = ["KEYS", "TARGET_KINDS", "Configuration", "ConfigurationError", "read_configuration"]

#: The kinds of target, in the order in which they are shown.
TARGET_KINDS: Final = ("model", "calculator", "compliance", "limits", "store", "reporter")
#: Every key of the table, and what it holds.
KEYS: Final = MappingProxyType(
    {
        **dict.fromkeys(TARGET_KINDS, "a text module:attribute"),
        "profile": "quick, ci or deep",
        "max-examples": "a whole number above 0",
        "suites": "a list of texts",
        "skip": "a table of property = reason",
        "xfail": "a table of property = reason",
        "strict": "true or false",
        "min-rate": "a number above 0",
        "monitor": "a table: see docs/monitor.md",
    }
)


class ConfigurationError(Exception):
    """A table that is of no use: one line that names the file, the key, the value and what was expected."""


@dataclass(frozen=True)
class Configuration:
    """What a project says about its checks. `targets` are texts `module:attribute` by their kind.

    `skip` and `xfail` are reasons by the ids of properties. What is None is not said.
    """

    targets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    profile: str | None = None
    max_examples: int | None = None
    suites: tuple[str, ...] = ()
    skip: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    xfail: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    strict: bool | None = None
    min_rate: float | None = None


def read_configuration(folder: Path, known: Mapping[str, Collection[str]] = MappingProxyType({})) -> Configuration:
    """The configuration of the pyproject.toml in a folder; an empty one where there is no file or no table.

    `known` are the names that there are, by the keys whose values name something. Raises ConfigurationError for a file
    or a table that can't be read as KEYS say, or that names what isn't known.
    """
    path = folder / "pyproject.toml"
    try:
        tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except FileNotFoundError:
        return Configuration()
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    table = tool.get("dcprops", {}) if isinstance(tool, dict) else {}
    configuration = _configuration(str(path), table)
    for key in (key for key in table if key in known):
        for name in [table[key]] if isinstance(table[key], str) else table[key]:
            if name not in known[key]:
                raise ConfigurationError(
                    f"{path}: [tool.dcprops] {key} has {name!r}, which there isn't{_expected(name, known[key])}"
                )
    return configuration


def _configuration(path: str, table: object) -> Configuration:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: tool.dcprops is {table!r}: expected a table")
    for key, value in table.items():
        if key not in KEYS:
            raise ConfigurationError(f"{path}: [tool.dcprops] has no key {key!r}{_expected(key, KEYS)}")
        if not _is_as_expected(key, value):
            raise ConfigurationError(f"{path}: [tool.dcprops] {key} is {value!r}: expected {KEYS[key]}")
    return Configuration(
        targets=MappingProxyType({kind: table[kind] for kind in TARGET_KINDS if kind in table}),
        profile=table.get("profile"),
        max_examples=table.get("max-examples"),
        suites=tuple(table.get("suites", ())),
        skip=MappingProxyType(table.get("skip", {})),
        xfail=MappingProxyType(table.get("xfail", {})),
        strict=table.get("strict"),
        min_rate=table.get("min-rate"),
    )


def _is_as_expected(key: str, value: Any) -> bool:
    match key:
        case "monitor":  # the monitor reads it for itself
            return isinstance(value, dict)
        case "suites":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case "skip" | "xfail":
            return isinstance(value, dict) and all(isinstance(each, str) and each.strip() for each in value.values())
        case "strict":
            return isinstance(value, bool)
        case "max-examples":
            return isinstance(value, int) and not isinstance(value, bool) and value > 0
        case "min-rate":
            return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < inf
        case _:
            return isinstance(value, str)


def _expected(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known)
    return f": did you mean {' or '.join(near)}?" if near else f": expected one of {', '.join(known)}"
