"""The benchmark of validation in bulk: it runs, measures both peers and says what falls short."""

from __future__ import annotations

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

from benchmarks import bulk
from benchmarks.measure import CannotRun


def test_both_peers_are_measured_on_the_same_events(capsys):
    status = bulk.main(["--lines", "200", "--repeat", "1", "--threads", "1"])
    first, second = capsys.readouterr().out.splitlines()
    assert status in {0, 1}
    assert "model_validate_json" in first
    assert "wanted 8" in first
    assert "read_json" in second
    assert "wanted 0.5" in second


def test_all_three_read_every_line_and_an_invalid_one_is_no_measure(tmp_path):
    path = tmp_path / "events"
    path.write_bytes(bulk._SAMPLE.read_bytes() * 3)
    jobs = (bulk.staging(path, 1), bulk.validating_lines(path), bulk.bare_reading(path, 1))
    assert [job(0) for job in jobs] == [600, 600, 600]
    path.write_bytes(b"{}\n")
    with pytest.raises(CannotRun, match="1 documents are not valid"):
        bulk.staging(path, 1)(0)
