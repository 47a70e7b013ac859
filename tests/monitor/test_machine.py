"""Which machine something was measured on, and what differs between two of them."""

from __future__ import annotations

import platform
import sys

import duckdb
import pydantic

from dcprops.monitor import Machine, this_machine


def test_this_machine_says_what_changes_a_measurement():
    facts = dict(this_machine().facts)
    assert facts["python"].endswith(platform.python_version())
    assert (facts["pydantic"], facts["duckdb"]) == (pydantic.VERSION, duckdb.__version__)
    assert int(facts["cores"]) >= 1
    assert platform.system() in facts["os"]
    assert {"hypothesis", "pyarrow"} <= set(facts)
    if sys.platform == "linux":
        assert facts["memory"].endswith(" GiB")
        assert facts["cpu"]


def test_it_is_the_same_one_each_time_and_when_read_back():
    assert this_machine() == this_machine() == Machine.from_text(this_machine().as_json())


def test_what_isnt_a_fact_about_a_machine_makes_no_other_machine():
    facts = {"cores": 2, "cpu": "one"}
    assert Machine.from_mapping({"load": 3.5, **facts, "memory": None}) == Machine.from_mapping(facts)
    assert str(Machine.from_mapping(facts)) == "one, cores 2"
    assert Machine.from_mapping({"cores": 2, "processor": "one"}) == Machine.from_mapping(facts)


def test_what_differs_is_named():
    one = Machine.from_mapping({"cpu": "one", "cores": 2, "duckdb": "2.0.0"})
    other = Machine.from_mapping({"cpu": "one", "cores": 4})
    assert other.difference(one) == "cores 4, was 2; duckdb not known, was 2.0.0"
    assert one.difference(one) == ""
