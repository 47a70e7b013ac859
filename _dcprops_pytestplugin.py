"""The pytest plugin: options, fixtures and a header. It imports neither dcprops nor hypothesis until one is used.

pytest loads it in every run of every project that has dcprops installed, so it costs them nothing.

PYTEST_DONT_REWRITE: pytest rewrites the asserts of plugins, and warns where one is imported before it could.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from dcprops.store import Store

#: The parameter of the tests that `dcprops.suite` gives.
PARAMETER = "dcprops_piece"
#: Under this name the result of a test travels to where the report is written.
RESULT = "dcprops"

_TARGETS = {
    "--dcprops-model": "your event model, module:attribute",
    "--dcprops-calculator": "your calculator(documents, as_of)",
    "--dcprops-compliance": "your compliance(documents, year, birth_years)",
    "--dcprops-limits": "your limits(year)",
    "--dcprops-store": "your Store(path), a context manager with append and events",
    "--dcprops-reporter": "your reporter(events, folder, as_of), which returns a status",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all of which begin with --dcprops."""
    group = parser.getgroup("dcprops", "dcprops: properties of a defined-contribution event ledger")
    for option, text in _TARGETS.items():
        group.addoption(option, metavar="MODULE:ATTRIBUTE", help=f"{text}; for --pyargs dcprops.suite")
    group.addoption("--dcprops-profile", metavar="NAME", help="how long to look: quick, ci (default) or deep")
    group.addoption("--dcprops-max-examples", metavar="N", type=int, help="so many examples in place of the profile's")
    group.addoption("--dcprops-suite", metavar="NAME", action="append", help="only this suite; may be repeated")
    for option, text in (
        ("--dcprops-skip", "don't try this property"),
        ("--dcprops-xfail", "this property is expected to fail"),
    ):
        group.addoption(option, metavar="ID=REASON", action="append", help=f"{text}; may be repeated")
    group.addoption("--dcprops-strict", action="store_true", default=None, help="count rules of level should, too")
    group.addoption("--dcprops-min-rate", metavar="N", type=float, help="events a second that the store must take in")
    group.addoption("--dcprops-shard", metavar="I/N", help="do the I-th of N parts of the work")
    group.addoption(
        "--dcprops-run-id", metavar="TEXT", help="what all shards of a run have in common: their seeds' seed"
    )
    group.addoption("--dcprops-json", metavar="FILE", help="write the report of all properties as JSON")


def _named(config: pytest.Config) -> bool:
    """Whether any of the options is used."""
    return any(value is not None for name, value in vars(config.option).items() if name.startswith("dcprops_"))


def pytest_configure(config: pytest.Config) -> None:
    """Refuse options that are of no use before anything is collected."""
    if _named(config):
        from dcprops.pytest_options import expect_useful  # noqa: PLC0415  # only who uses the options pays for it

        expect_useful(config)
    if config.getoption("dcprops_json") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Collecting(config.getoption("dcprops_json")), "dcprops-collecting")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What is under test, where it is said outside the test modules."""
    if not (_named(config) or _has_table(config)):
        return []
    from dcprops.pytest_options import header  # noqa: PLC0415

    return header(config)


def _has_table(config: pytest.Config) -> bool:
    path = config.rootpath / "pyproject.toml"
    return path.is_file() and "tool.dcprops" in path.read_text(encoding="utf-8", errors="replace")


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One item for each property of a suite, or for each part of a slow one."""
    if PARAMETER in metafunc.fixturenames and hasattr(metafunc.function, "dcprops_suite"):
        from dcprops.pytest_options import pieces  # noqa: PLC0415

        found = pieces(metafunc.function.dcprops_suite, metafunc.config)
        metafunc.parametrize(PARAMETER, [pytest.param(piece, id=piece.id, marks=piece.marks) for piece in found])


@pytest.fixture
def dcprops_store(tmp_path: Any) -> Iterator[Store]:
    """A fresh `dcprops.store.Store` in a file of its own, open and empty; closed and gone after the test."""
    from dcprops.store import Store  # noqa: PLC0415

    with Store(tmp_path / "dcprops.duckdb") as store:
        yield store


@pytest.fixture
def dcprops_sample() -> list[dict[str, Any]]:
    """Documents of 200 real events of all eleven types, in the order of their file; the test may change them."""
    sample = files("dcprops.benchmarks").joinpath("planwise_sample.ndjson")
    return [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines()]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Have the result of a test written down where the report is made, if one is asked for."""
    callspec = getattr(item, "callspec", None)
    if callspec is not None and PARAMETER in callspec.params and item.config.getoption("dcprops_json"):
        callspec.params[PARAMETER].tell(lambda told: item.user_properties.append((RESULT, told)))


def pytest_sessionfinish() -> None:
    """End what the targets have started."""
    if "dcprops.pytest_options" in sys.modules:
        from dcprops.pytest_options import close_targets  # noqa: PLC0415

        close_targets()


class _Collecting:
    """Gathers the results of all tests, those of other processes too, and writes the report at the end."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._results: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the result that a test left, if it is one of ours."""
        if report.when == "call":
            self._results += [value for name, value in report.user_properties if name == RESULT]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report."""
        from dcprops.pytest_options import write_report  # noqa: PLC0415

        write_report(session.config, self._results, self._file)
