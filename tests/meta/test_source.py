"""What holds for the source of every module, those to come included."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dcprops"
SOURCES = sorted([*PACKAGE.rglob("*.py"), *ROOT.glob("_dcprops*.py")])
FACADES = sorted(path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in PACKAGE.rglob("__init__.py"))
OPTIONAL = {
    "duckdb",
    "jsonschema",
    "pyarrow",
    "rich",
    "numpy",
    "scipy",
    "jinja2",
    "matplotlib",
    "pandas",
    "polyfactory",
}

EVENTS = {"events"}
TABLES = {*EVENTS, "schemas", "rules"}
ORACLE = {*TABLES, "reference"}
#: Each room of the house, and the rooms that it may import from.
MAY_IMPORT: dict[str, set[str]] = {
    "_once_imported": set(),
    "profiles": set(),
    "printable": set(),
    "configuration": set(),
    "events": {"_once_imported"},
    "schemas": EVENTS,
    "rules": EVENTS,
    "reference": TABLES,
    "event_files": TABLES,
    "golden": {*ORACLE, "event_files"},
    "store": {*ORACLE, "event_files"},
    "population": {*ORACLE, "event_files"},
    "overview": ORACLE,
    "audit": {*ORACLE, "event_files", "store", "overview"},
    "strategies": ORACLE,
    "reducing": ORACLE,
    "properties": {*ORACLE, "strategies", "profiles", "reducing"},
    "disagreements": {*ORACLE, "event_files", "audit", "store", "properties", "reducing"},
    "monitor": {"printable"},
    "gate": set(),
    "benchmarks": {*ORACLE, "strategies", "store", "population", "monitor"},
    "reports": {*ORACLE, "strategies", "properties", "audit", "overview", "monitor", "printable"},
    "defects": {*ORACLE, "golden", "event_files", "strategies", "properties"},
}
#: On top of the house: they may import all of it.
TOP = {
    "dcprops",
    "cli",
    "commands",
    "suite",
    "pytest_options",
    "__main__",
    "_hypothesis_entrypoint",
    "_dcprops_pytestplugin",
}
WITHOUT_HYPOTHESIS = {
    "_once_imported",
    "profiles",
    "events",
    "schemas",
    "rules",
    "reference",
    "event_files",
    "golden",
    "overview",
    "audit",
    "store",
    "population",
    "monitor",
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] if len(parts) == 1 or parts[1] == "__init__" else parts[1]


def imported(path: Path, tree: ast.AST) -> Iterator[str]:
    """The full names that a module imports, wherever in it."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def forbidden_imports(path: Path, tree: ast.AST) -> list[str]:
    """The imports of a module that go up or sideways in the house, or that bring Hypothesis where it must not be."""
    room = room_of(path)
    found = []
    for name in imported(path, tree):
        top, *rest = name.split(".")
        if top == "hypothesis" and room in WITHOUT_HYPOTHESIS:
            found.append(name)
        if top == "dcprops" and room not in TOP:
            allowed = {room, "__version__", *MAY_IMPORT[room]}
            if not rest or rest[0] not in allowed:
                found.append(name)
    return found


def shortcuts(tree: ast.AST) -> list[str]:
    """Where a module filters, assumes, or tells Hypothesis to overlook the trouble that comes of it."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "filter":
            found.append(f"line {node.lineno}: .filter")
        if (isinstance(node, ast.Name) and node.id == "assume") or (
            isinstance(node, ast.Attribute) and node.attr == "assume"
        ):
            found.append(f"line {node.lineno}: assume")
        if isinstance(node, ast.ImportFrom) and any(alias.name == "assume" for alias in node.names):
            found.append(f"line {node.lineno}: assume")
        if isinstance(node, ast.keyword) and node.arg == "suppress_health_check" and ast.unparse(node.value) != "()":
            found.append(f"line {node.lineno}: suppress_health_check")
    return found


def facade(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name in OPTIONAL:
            pytest.skip(f"{name} needs {error.name}, which comes with an extra")
        raise


def test_there_is_something_to_look_at():
    assert {"dcprops/events/envelope.py", "dcprops/__init__.py"} <= {name_of(path) for path in SOURCES}
    assert "dcprops.events" in FACADES


@pytest.mark.parametrize("name", FACADES)
def test_a_facade_names_all_that_is_public_in_it(name):
    module = facade(name)
    named = list(getattr(module, "__all__", []))
    # ruff's order: constants, classes, functions
    in_order = sorted(named, key=lambda word: (not word.isupper(), not word[0].isupper(), word))
    assert named == in_order
    assert len(named) == len(set(named))
    for word in named:
        assert getattr(module, word) is not None
    path = ROOT.joinpath(*name.split("."), "__init__.py")
    from_outside = {full.rpartition(".")[2] for full in imported(path, parsed(path)) if not full.startswith("dcprops")}
    public = {
        word
        for word, value in vars(module).items()
        if not word.startswith("_") and not isinstance(value, ModuleType) and word not in from_outside
    }
    assert public <= set(named)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_go_one_way(path):
    assert room_of(path) in MAY_IMPORT.keys() | TOP, "say in MAY_IMPORT what this new room may import"
    assert forbidden_imports(path, parsed(path)) == []


@pytest.mark.parametrize(
    ("place", "source", "found"),
    [
        ("dcprops/events/kinds.py", "from dcprops.rules import CATALOGUE", ["dcprops.rules.CATALOGUE"]),
        ("dcprops/events/kinds.py", "import dcprops.strategies", ["dcprops.strategies"]),
        ("dcprops/rules/edges.py", "from ..schemas import columns", ["dcprops.schemas.columns"]),
        ("dcprops/rules/edges.py", "def f():\n    from dcprops import schemas", ["dcprops.schemas"]),
        ("dcprops/rules/edges.py", "import dcprops", ["dcprops"]),
        ("dcprops/store/ingest.py", "from hypothesis import given", ["hypothesis.given"]),
        ("dcprops/audit.py", "import hypothesis.strategies", ["hypothesis.strategies"]),
        ("dcprops/rules/edges.py", "from dcprops.events.kinds import Kind\nfrom .edges import x", []),
        ("dcprops/reports/text.py", "from dcprops import __version__\nfrom dcprops.properties import Failure", []),
        ("dcprops/cli.py", "from dcprops.commands import check", []),
    ],
)
def test_imports_that_go_another_way_are_seen(place, source, found):
    assert forbidden_imports(ROOT / place, ast.parse(source)) == found


def test_importing_the_strategies_brings_nothing_heavy(tmp_path):
    look = "import sys, dcprops.strategies; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-W", "error", "-c", look],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True,
    ).stdout.split()  # fmt: skip
    assert "dcprops.strategies" in loaded
    assert {"duckdb", "pyarrow", "jsonschema", "numpy"}.isdisjoint(loaded)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_strategies_build_and_never_filter(path):
    assert shortcuts(parsed(path)) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("st.integers().filter(bool)", 1),
        ("from hypothesis import assume", 1),
        ("hypothesis.assume(x)", 1),
        ("settings(suppress_health_check=list(HealthCheck))", 1),
        ("settings(suppress_health_check=())", 0),
        ("'.filter( assume( suppress_health_check'", 0),
    ],
)
def test_shortcuts_are_seen(source, count):
    assert len(shortcuts(ast.parse(source))) == count


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_says_first_what_it_is_for(path):
    said = ast.get_docstring(parsed(path))
    assert said is not None
    assert said.splitlines()[0].endswith((".", ":"))


def test_no_file_names_a_place_on_somebodys_machine():
    places = re.compile(r"(?<![\w.*}])/(?:home|work|root|Users|opt)/")
    kinds = {".py", ".md", ".toml", ".ini", ".yml", ".json", ".sql", ".cfg", ".txt"}
    rooms = ("dcprops", "tests", "golden", ".ci", ".github")
    files = [path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in kinds or room == ".ci"]
    files += [path for path in ROOT.iterdir() if path.suffix in kinds]
    texts = {name_of(path): path.read_text(encoding="utf-8") for path in files if path.is_file()}
    texts.pop(name_of(Path(__file__)))
    assert [name for name, text in texts.items() if places.search(text)] == []
    assert places.search('open("/home/me/events.ndjson")')
