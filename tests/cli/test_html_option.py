"""`--html` of `dcprops check` and `dcprops audit`: a page as a file, beside the other reports."""

from __future__ import annotations

import json
import os
import sys

import pytest

pytest.importorskip("jinja2", reason="pages need jinja2, from the extra `html`")
pytest.importorskip("matplotlib", reason="pages need matplotlib, from the extra `html`")

CHECK = ("check", "--only", "balances.conserves-money", "--max-examples", 5, "--seed", 1)


def test_a_check_writes_a_page_and_prints_as_ever(dcprops, tmp_path):
    done = dcprops(*CHECK, "--html", "page.html", "--json", "report.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 passed" in done.stdout
    page = (tmp_path / "page.html").read_text(encoding="ascii")
    assert page.startswith("<!doctype html>")
    assert "Everything holds" in page
    assert "What was generated" in page
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["generated"]["ledgers"] == 5
    assert sorted(each.name for each in tmp_path.iterdir()) == ["page.html", "report.json"]


def test_without_the_option_nothing_is_counted(dcprops, tmp_path):
    done = dcprops(*CHECK, "--json", "-", cwd=tmp_path)
    assert "generated" not in json.loads(done.stdout)


def test_a_failure_is_in_the_page_and_in_the_exit_status(dcprops, tmp_path):
    (tmp_path / "theirs.py").write_text("def balances(documents, as_of):\n    return []\n", encoding="utf-8")
    done = dcprops("check", "--calculator", "theirs:balances", "--only", "balances.matches-reference",
                   "--profile", "quick", "--html", "page.html", cwd=tmp_path)  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    page = (tmp_path / "page.html").read_text(encoding="ascii")
    assert "1 property fell short" in page
    assert "The smallest failing ledger" in page
    assert "theirs:balances" in page


def test_an_audit_writes_a_page_and_prints_as_ever(dcprops, tmp_path, dirty_path):
    done = dcprops("audit", dirty_path, "--html", tmp_path / "page.html", "--show", 0)
    assert (done.returncode, done.stderr) == (1, "")
    assert "196 valid, 4 invalid" in done.stdout
    assert "Balances as of" not in done.stdout  # which are asked for by --balances
    page = (tmp_path / "page.html").read_text(encoding="ascii")
    assert "4 invalid rows" in page
    assert "\x1b" not in page
    assert "Totals of all accounts" in page


def test_what_became_of_the_events_in_a_store_is_in_the_page(dcprops, tmp_path, coherent_path):
    pytest.importorskip("duckdb", reason="a store needs duckdb, from the extra `duckdb`")
    pytest.importorskip("pyarrow", reason="a store needs pyarrow, from the extra `duckdb`")
    done = dcprops("audit", coherent_path, "--html", tmp_path / "page.html", "--db", tmp_path / "s.duckdb")
    assert (done.returncode, done.stderr) == (0, "")
    assert "164 events stored" in (tmp_path / "page.html").read_text(encoding="ascii")


@pytest.mark.parametrize("command", ["check", "audit"])
def test_a_dash_is_standard_output_in_any_encoding(dcprops, command, sample_path):
    given = CHECK if command == "check" else ("audit", sample_path)
    done = dcprops(*given, "--html", "-", env={"PYTHONIOENCODING": "ascii"})
    assert done.stderr == ""
    assert done.stdout.startswith("<!doctype html>")
    assert done.stdout.endswith("</html>\n")


@pytest.mark.parametrize("command", ["check", "audit"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--html", "-", "--json", "-"], "--json and --html cannot both go to standard output"),
        (["--html", "x", "--json", "./x"], "both name"),
        (["--html", "no/such/page.html"], "no/such/page.html cannot be written: No such file or directory"),
        (["--html", "."], "cannot be written"),
    ],
)
def test_a_page_that_cannot_be_written_is_one_line(dcprops, refused, tmp_path, sample_path, command, options, said):
    given = CHECK if command == "check" else ("audit", sample_path)
    assert said in refused(dcprops(*given, *options, cwd=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_file_that_is_audited_is_not_overwritten(dcprops, refused, tmp_path, sample_path):
    path = tmp_path / "events.ndjson"
    path.write_bytes(sample_path.read_bytes())
    assert "would overwrite the file that is audited" in refused(dcprops("audit", path, "--html", path))
    assert path.read_bytes() == sample_path.read_bytes()


@pytest.mark.parametrize("command", ["check", "audit"])
def test_a_missing_extra_is_one_line_before_the_work(dcprops, refused, tmp_path, sample_path, command):
    """A package of the name that can't be found stands before the real one."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\nreal = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'matplotlib' else real(name, *rest)\n",
        encoding="utf-8",
    )
    given = CHECK if command == "check" else ("audit", sample_path)
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = dcprops(*given, "--html", "page.html", env={"PYTHONPATH": path}, cwd=tmp_path)
    assert refused(done) == "dcprops: --html needs matplotlib: pip install 'dcprops[html]'"
    assert not (tmp_path / "page.html").exists()


def test_the_package_says_what_it_needs(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("dcprops.reports.html")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ModuleNotFoundError, match=r'HTML reports need jinja2.*pip install "dcprops\[html\]"'):
        import dcprops.reports.html  # noqa: F401, PLC0415
