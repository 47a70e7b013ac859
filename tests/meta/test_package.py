"""The package `dcprops` itself: light to import, and with all of its names, whichever is asked for first."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

import dcprops


def python(source: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", source], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_importing_it_imports_neither_pydantic_nor_hypothesis():
    loaded = python("import sys, dcprops; print(*sys.modules)").split()
    assert {"pydantic", "pydantic_core", "hypothesis"}.isdisjoint(loaded)
    assert [name for name in loaded if name.startswith("dcprops.")] == []


@pytest.mark.parametrize("name", dcprops.__all__)
def test_each_name_is_there_when_it_is_the_first_asked_for(name):
    said = python(
        f"import dcprops; value = dcprops.{name}; print(value.__name__, callable(value), value is dcprops.{name})"
    )
    assert said.split() == [name, "True", "True"]


def test_a_star_import_gives_all_names():
    said = python("from dcprops import *; import dcprops; print(set(dcprops.__all__) <= set(globals()))")
    assert said.split() == ["True"]


@pytest.mark.parametrize(
    "source",
    [
        "import dcprops.audit",
        "import dcprops; dcprops.audit; import dcprops.audit",
        "from dcprops import audit; import dcprops.audit",
        "from dcprops.audit import Audit",
        "import dcprops.commands.audit",
    ],
)
def test_audit_is_the_function_though_a_module_has_its_name(source):
    said = python(
        f"{source}\nimport dcprops\nprint(type(dcprops.audit).__name__)\nfrom dcprops import audit\nprint(audit)"
    )
    assert said.startswith("function\n<function audit at ")


def test_a_name_that_is_not_there_is_said():
    with pytest.raises(AttributeError, match="module 'dcprops' has no attribute 'nowhere'"):
        _ = dcprops.nowhere
    assert not hasattr(dcprops, "strategy")


def test_dir_lists_every_public_name_before_it_is_used():
    listed = python("import dcprops; print(*dir(dcprops))").split()
    assert {*dcprops.__all__, "__version__"} <= set(listed)
    assert listed == sorted(listed)


@pytest.mark.parametrize("name", dcprops.__all__)
def test_what_is_public_can_be_pickled(name):
    value = getattr(dcprops, name)
    assert pickle.loads(pickle.dumps(value)) is value
