"""What each kind of result says: how much was judged, what held, and what fell short of a `must` or of a `should`."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

__all__ = ["KINDS", "Judgement", "Kind", "MalformedError", "Result", "Shortfall", "judged"]

Level: TypeAlias = Literal["must", "should"]
#: A file's content: JSON, or the root of JUnit XML.
Result: TypeAlias = Mapping[str, Any] | Element


class MalformedError(ValueError):
    """A result that has not what its kind has: what is missing or of no use in it."""


class Shortfall(NamedTuple):
    """One thing that fell short: its name, the level of what it fell short of, and why in a line."""

    name: str
    level: Level
    why: str


@dataclass(frozen=True)
class Judgement:
    """What one file comes to. `left_out` are those that were skipped or that are expected to fail."""

    kind: str
    what: str
    held: int
    shortfalls: tuple[Shortfall, ...]
    left_out: int = 0

    @property
    def ok(self) -> bool:
        """Whether something was judged, and no `must` fell short."""
        return not self.is_empty and not self.count("must")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was judged: there is nothing, or all of it was left out."""
        return not self.held and not self.shortfalls

    def count(self, level: Level) -> int:
        """How many fell short of that level."""
        return sum(each.level == level for each in self.shortfalls)

    def to_json(self) -> dict[str, Any]:
        """The judgement as JSON values."""
        return {
            "kind": self.kind,
            "what": self.what,
            "held": self.held,
            "must": self.count("must"),
            "should": self.count("should"),
            "left_out": self.left_out,
            "ok": self.ok,
            "shortfalls": [each._asdict() for each in self.shortfalls],
        }


class Kind(NamedTuple):
    """A kind of result: its name, what is judged in it, how it is told by its content, and how it is read."""

    name: str
    what: str
    is_it: Callable[[Result], bool]
    judge: Callable[[Any], Judgement]


def _has(*keys: str) -> Callable[[Result], bool]:
    return lambda result: isinstance(result, Mapping) and all(key in result for key in keys)


def _check(report: Mapping[str, Any]) -> Judgement:
    """A report of `dcprops check` or `dcprops merge`: a property has a level, and may be expected to fail."""
    ran = [check for check in report["checks"] if check["status"] != "skipped"]
    failed = [check for check in ran if check["status"] != "passed"]
    expected = [check for check in failed if check["status"] == "failed" and check.get("xfail")]
    short = tuple(_of_check(check) for check in failed if check not in expected)
    left_out = len(report["checks"]) - len(ran) + len(expected)
    return Judgement("check", "properties", len(ran) - len(failed), short, left_out)


def _of_check(check: Mapping[str, Any]) -> Shortfall:
    titles = [failure["title"] for failure in check["failures"]] or [check["reason"]]
    level: Level = "should" if check["level"] == "should" and check["status"] == "failed" else "must"
    return Shortfall(check["id"], level, titles[0].removeprefix(f"{check['id']}: "))


def _bench(report: Mapping[str, Any]) -> Judgement:
    """Rows of `dcprops bench`: a promise that isn't met may be the machine's; one that can't be measured is ours."""
    promised = [row for row in report["rows"] if row["promise"] is not None]
    short = tuple(_of_row(row) for row in promised if row["met"] is not True)
    return Judgement("bench", "promises", len(promised) - len(short), short, len(report["rows"]) - len(promised))


def _of_row(row: Mapping[str, Any]) -> Shortfall:
    if row["met"] is None:
        return Shortfall(row["name"], "must", row["failure"] or "it was not measured")
    promise = row["promise"]
    figure = row["ratio"] if promise["of"] == "ratio" else statistics.median(row["ours"])
    bound = f"at least {promise['at_least']}" if "at_least" in promise else f"at most {promise['at_most']}"
    return Shortfall(row["name"], "should", f"{figure:.3g}, promised {bound}")


def _golden(report: Mapping[str, Any]) -> Judgement:
    """Figures of `dcprops golden verify`: the least that differs is a must."""
    short = tuple(
        Shortfall(f"{each['scenario']}: {each['field']}", "must", f"expected {each['expected']}, got {each['got']}")
        for each in report["drift"]
    )
    return Judgement("golden", "figures", report["figures"] - len(short), short)


def _is_junit(result: Result) -> bool:
    return isinstance(result, Element) and result.tag in {"testsuites", "testsuite"}


def _junit(suites: Element) -> Judgement:
    """Tests as pytest's `--junit-xml` has them."""
    held, left_out, short = 0, 0, []
    for case in suites.iter("testcase"):
        bad = next((part for part in case if part.tag in {"failure", "error"}), None)
        if bad is not None:
            name = f"{case.get('classname', '')}.{case.get('name', '')}".strip(".")
            short.append(Shortfall(name, "must", (bad.get("message") or bad.tag).splitlines()[0]))
        elif case.find("skipped") is not None:
            left_out += 1
        else:
            held += 1
    return Judgement("junit", "tests", held, tuple(short), left_out)


#: The kinds of result, in the order in which they are told apart.
KINDS: Final = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("check", "the JSON of dcprops check or merge", _has("checks", "targets"), _check),
            Kind("bench", "the JSON of dcprops bench", _has("rows", "repeat"), _bench),
            Kind("golden", "the JSON of dcprops golden verify", _has("scenarios", "figures", "drift"), _golden),
            Kind("junit", "JUnit XML", _is_junit, _junit),
        )
    }
)


def judged(kind: str, result: Result) -> Judgement:
    """What a result of that kind comes to. Raises MalformedError for one that isn't as dcprops writes it."""
    try:
        return KINDS[kind].judge(result)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise MalformedError(f"{type(error).__name__}: {error}") from error
