"""`dcprops schema`: every format, to where it is wanted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dcprops.cli import main
from dcprops.schemas import FORMATS, render


@pytest.mark.parametrize("name", FORMATS)
def test_a_schema_goes_to_standard_output(capsys: pytest.CaptureFixture[str], name: str):
    assert main(["schema", name]) == 0
    assert capsys.readouterr() == (render(name), "")


def test_a_process_prints_the_schema_whatever_its_encoding(dcprops):
    done = dcprops("schema", "json", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(render("json"))


def test_a_schema_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["schema", "duckdb", "--out", str(tmp_path / "events.sql")]) == 0
    assert (tmp_path / "events.sql").read_text(encoding="utf-8") == render("duckdb")
    assert capsys.readouterr() == ("", "")


def test_a_schema_goes_to_a_file_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["schema", "dbt", "--json", str(tmp_path / "schema.json")]) == 0
    assert json.loads((tmp_path / "schema.json").read_text(encoding="utf-8")) == {
        "format": "dbt",
        "schema": render("dbt"),
    }
    assert capsys.readouterr() == ("", "")


def test_standard_output_has_nothing_but_json(capsys: pytest.CaptureFixture[str]):
    assert main(["schema", "json", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == {"format": "json", "schema": render("json")}


def test_both_files_are_written(tmp_path: Path):
    assert main(["schema", "json", "--json", str(tmp_path / "a"), "--out", str(tmp_path / "b")]) == 0
    assert json.loads((tmp_path / "a").read_text(encoding="utf-8"))["schema"] == render("json")
    assert (tmp_path / "b").read_text(encoding="utf-8") == render("json")


def test_a_file_that_cannot_be_written_is_one_line(dcprops, refused, tmp_path: Path):
    done = dcprops("schema", "json", "--out", tmp_path / "none" / "x")
    assert refused(done) == f"dcprops: {tmp_path}/none/x cannot be written: No such file or directory"


@pytest.mark.parametrize(("name", "status"), [("json", 0), ("duckdb", 0), ("dbt", 0), ("arrow", 2)])
def test_only_arrow_needs_an_extra(name: str, status: int):
    blocked = "import sys; sys.modules.update(pyarrow=None, duckdb=None, rich=None, jsonschema=None)"
    code = f"{blocked}; from dcprops.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, "schema", name], capture_output=True, text=True, check=False)
    assert done.returncode == status
    if status:
        assert done.stdout == ""
        assert done.stderr.startswith("dcprops: the schema as arrow needs pyarrow")
        assert "pip install" in done.stderr
        assert done.stderr.count("\n") == 1
