"""The facade: every format by its name, and nothing heavy until it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys

import duckdb
import pytest
import yaml
from jsonschema import Draft202012Validator

from dcprops.schemas import FORMATS, arrow_schema, golden, json_schema, render


def run_python(code, tmp_path):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_formats_are_four():
    assert list(FORMATS) == ["json", "arrow", "duckdb", "dbt"]


@pytest.mark.parametrize("read", [render, golden])
def test_every_format_can_be_read_by_what_it_is_for(read):
    Draft202012Validator.check_schema(json.loads(read("json")))
    assert len(read("arrow").splitlines()) == len(arrow_schema())
    with duckdb.connect() as connection:
        connection.execute(read("duckdb"))
    assert yaml.safe_load(read("dbt"))["models"]


@pytest.mark.parametrize("name", list(FORMATS))
def test_what_is_rendered_ends_like_a_text_file_should(name):
    text = render(name)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert text.isascii()


def test_json_is_rendered_whole():
    assert json.loads(render("json")) == json_schema()


@pytest.mark.parametrize("read", [render, golden])
@pytest.mark.parametrize("name", ["yaml", "", "JSON"])
def test_an_unknown_format_is_refused_with_those_there_are(read, name):
    with pytest.raises(ValueError, match=f"unknown schema format '{name}': expected one of json, arrow, duckdb, dbt"):
        read(name)


def test_importing_brings_nothing_heavy(tmp_path):
    code = (
        "import sys, dcprops.schemas as s\n"
        "[s.render(name) for name in ('json', 'duckdb', 'dbt')], s.golden('arrow')\n"
        "print(*sorted({'duckdb', 'pyarrow', 'jsonschema', 'numpy', 'yaml', 'hypothesis'} & sys.modules.keys()))"
    )
    done = run_python(code, tmp_path)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


def test_a_missing_extra_is_named_with_the_way_to_get_it(tmp_path):
    (tmp_path / "pyarrow.py").write_text("raise ModuleNotFoundError(\"No module named 'pyarrow'\", name='pyarrow')")
    done = run_python("import sys; sys.path.insert(0, '.')\nimport dcprops.schemas as s\ns.arrow_schema()", tmp_path)
    assert done.returncode == 1
    message = 'Arrow and Parquet need pyarrow, which is not installed: pip install "dcprops[duckdb]"'
    assert done.stderr.strip().splitlines()[-1] == f"ModuleNotFoundError: {message}"
