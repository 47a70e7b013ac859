"""`dcprops.suite(...)`: the properties as a test function; and the module that `pytest --pyargs dcprops.suite` runs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import hypothesis
from hypothesis import strategies as st

if TYPE_CHECKING:
    from dcprops.pytest_options import Piece

__all__ = ["Suite", "suite", "test_dcprops"]

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Suite:
    """What a call of `suite` asked for; what is None or empty is left to the options and to `[tool.dcprops]`."""

    targets: Mapping[str, object]
    suites: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    profile: str | None = None
    max_examples: int | None = None
    skip: Mapping[str, str] = field(default_factory=lambda: _NONE)
    xfail: Mapping[str, str] = field(default_factory=lambda: _NONE)
    strict: bool | None = None
    min_rate: float | None = None


def suite(
    *,
    model: object | None = None,
    calculator: object | None = None,
    compliance: object | None = None,
    limits: object | None = None,
    store: object | None = None,
    reporter: object | None = None,
    suites: Iterable[str] = (),
    only: Iterable[str] = (),
    profile: str | None = None,
    max_examples: int | None = None,
    skip: Mapping[str, str] = _NONE,
    xfail: Mapping[str, str] = _NONE,
    strict: bool | None = None,
    min_rate: float | None = None,
) -> Callable[..., None]:
    """A test function for pytest, with one item for each property: `test_ledger = dcprops.suite(model=Event)`.

    Targets are objects or `module:attribute`, as `dcprops.check` takes them. Without any, those of the options
    (`--dcprops-model` …) or else of `[tool.dcprops]` are tried, or dcprops' own. Other options of the command line come
    before what is said here, and that before the table. `skip` and `xfail` are reasons by the ids of properties.

    The plugin makes the items when pytest collects: ids are those of the properties, sorted; a slow property is several
    items, `balances.matches-reference:1` and so on. What is of no use is an error of the collection, in one line.
    """
    given = {
        "model": model, "calculator": calculator, "compliance": compliance, "limits": limits, "store": store,
        "reporter": reporter,
    }  # fmt: skip
    asked = Suite(
        MappingProxyType({kind: target for kind, target in given.items() if target is not None}),
        tuple(suites), tuple(only), profile, max_examples, MappingProxyType(dict(skip)), MappingProxyType(dict(xfail)),
        strict, min_rate,
    )  # fmt: skip

    # What a fuzzer takes hold of: one example, drawn in its own way.
    @hypothesis.given(data=st.data())
    def one_example(dcprops_piece: Piece, data: st.DataObject) -> None:
        dcprops_piece.try_one(data)

    # To Hypothesis's own plugin this is a test of its own, so that statistics are shown for it.
    @functools.wraps(one_example)
    def test_properties(dcprops_piece: Piece) -> None:
        dcprops_piece.run()

    test_properties.dcprops_suite = asked  # type: ignore[attr-defined]  # how the plugin knows it
    return test_properties


#: What `pytest --pyargs dcprops.suite` collects.
test_dcprops = suite()
