"""Determinism: an employee's ledger depends on nothing but what it should, and partitions are parts of the whole."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcprops.population import PLAN_DESIGNS, SCENARIOS, Partition, Population, PopulationError
from dcprops.population.documents import lines_of
from dcprops.schemas.arrow import arrow_schema

POPULATIONS = st.builds(
    Population,
    employees=st.integers(1, 30),
    years=st.integers(1, 3),
    seed=st.integers(0, 2**64 - 1),
    first_year=st.integers(2015, 2024),
    frequency=st.sampled_from(["weekly", "biweekly", "semimonthly", "monthly"]),
    scenarios=st.lists(st.sampled_from(sorted(SCENARIOS)), min_size=1, max_size=2, unique=True).map(tuple),
    plan_designs=st.lists(st.sampled_from(sorted(PLAN_DESIGNS)), min_size=1, max_size=2, unique=True).map(tuple),
    turnover=st.none() | st.decimals(0, 1, places=4),
)


def table_of(population: Population, *partitions: Partition) -> pa.Table:
    batches = [batch for partition in partitions or [Partition(1, 1)] for batch in population.batches(partition)]
    return pa.Table.from_batches(batches, arrow_schema())


def of_employee(table: pa.Table, employee: str) -> pa.Table:
    return table.filter(pc.equal(table["employee_id"], employee)).combine_chunks()


@given(population=POPULATIONS, of=st.integers(1, 40))
@settings(max_examples=30)
def test_partitions_one_after_the_other_are_the_whole(population, of):
    parts = table_of(population, *(Partition(number, of) for number in range(1, of + 1)))
    assert parts.equals(table_of(population))


@given(population=POPULATIONS, others=st.integers(1, 600))
@settings(max_examples=30)
def test_an_employee_does_not_depend_on_how_many_there_are(population, others):
    last = f"EMP_{population.employees - 1:08d}"
    more = replace(population, employees=population.employees + others)
    batch = more.batch(range(population.employees - 1, population.employees))
    assert of_employee(table_of(population), last).equals(pa.Table.from_batches([batch]).combine_chunks())


@given(population=POPULATIONS)
@settings(max_examples=20)
def test_a_ledger_does_not_depend_on_the_other_scenarios_and_designs(population):
    table = table_of(population)
    for scenario in population.scenarios:
        for design in population.plan_designs:
            alone = table_of(replace(population, scenarios=(scenario,), plan_designs=(design,)))
            chosen = pc.and_(pc.equal(table["scenario_id"], scenario), pc.equal(table["plan_design_id"], design))
            assert table.filter(chosen).combine_chunks().equals(alone.combine_chunks())


@given(population=POPULATIONS)
@settings(max_examples=20)
def test_every_batch_is_sound_arrow_in_the_schema(population):
    for batch in population.batches():
        batch.validate(full=True)
        assert batch.schema.equals(arrow_schema())
        for field in batch.schema:
            assert field.nullable or batch.column(field.name).null_count == 0


def test_another_seed_is_another_workforce():
    one, other = (table_of(Population(5, seed=seed)) for seed in (0, 1))
    assert set(one["event_id"].to_pylist()).isdisjoint(other["event_id"].to_pylist())
    assert one["annual_compensation"] != other["annual_compensation"]


def test_the_bytes_are_the_same_on_every_machine():
    """With another digest than that seen with other Pythons, files made earlier can't be made again."""
    population = Population(
        40, 4, 12345, 2018, "semimonthly", ("baseline", "high_turnover"), ("standard", "cliff", "safe_harbor")
    )
    digest = hashlib.sha256()
    for batch in population.batches():
        for line in lines_of(batch).to_pylist():
            digest.update(line.encode() + b"\n")
    assert digest.hexdigest() == "162d214ff9ef012f3afd84510f915e956e025bf061272bc221cf7438ff831523"


def test_the_bytes_do_not_depend_on_the_hash_seed_the_time_zone_or_the_locale(tmp_path):
    program = (
        "import hashlib\nfrom dcprops.population import Population\nfrom dcprops.population.documents import lines_of\n"
        "print(hashlib.sha256(''.join(''.join(lines_of(b).to_pylist()) for b in Population(5).batches()).encode())"
        ".hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed, zone, locale in (("1", "UTC", "C"), ("2", "Pacific/Kiritimati", "C.UTF-8"))
    }  # fmt: skip
    assert len(seen) == 1


def test_turnover_says_who_leaves():
    def leavers(turnover: str) -> int:
        table = table_of(Population(400, years=1, turnover=Decimal(turnover)))
        return pc.sum(pc.equal(table["event_type"], "termination")).as_py() or 0

    # Nobody leaves but those past 60, who retire; else about that share of those who were there all year.
    assert leavers("0") < 20
    assert 60 < leavers("0.25") < 130
    assert leavers("1") > 300
    assert table_of(Population(50, turnover=Decimal("0.12"))).equals(table_of(Population(50)))


def test_birth_years_are_those_of_the_partition():
    population = Population(11)
    parts = [population.birth_years(Partition(number, 4)) for number in range(1, 5)]
    assert [len(part) for part in parts] == [2, 3, 3, 3]
    assert {key: year for part in parts for key, year in part.items()} == population.birth_years()
    assert all(1950 < year < 2004 for year in population.birth_years().values())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"employees": 0}, "employees=0: expected a whole number from 1 to 100000000"),
        ({"employees": True}, "employees=True: expected a whole number"),
        ({"employees": 2.0}, "employees=2.0: expected a whole number"),
        ({"seed": -1}, "seed=-1: expected a whole number from 0 to 18446744073709551615"),
        ({"years": 0}, "years=0: expected a whole number from 1 to 6, since limits are known from 2015 to 2026"),
        ({"first_year": 2014}, "first_year=2014: expected a whole number from 2015 to 2026"),
        ({"first_year": 2026, "years": 2}, "years=2: expected a whole number from 1 to 1, since limits are known"),
        ({"frequency": "daily"}, "frequency='daily': expected weekly or biweekly or semimonthly or monthly"),
        ({"scenarios": ()}, r"scenarios=\(\): expected at least one name, and each once"),
        ({"scenarios": ("baseline", "baseline")}, "expected at least one name, and each once"),
        ({"scenarios": ("best",)}, "scenarios='best': expected baseline or high_turnover or high_growth"),
        ({"turnover": Decimal("0.12345")}, "turnover='0.12345': expected a Decimal from 0 to 1, at most four places"),
        ({"turnover": Decimal("0.1200000000000000000000000000000001")}, "expected a Decimal from 0 to 1, at most four"),
        ({"turnover": Decimal("NaN")}, "turnover='NaN': expected a Decimal"),
        ({"turnover": 0.1}, "turnover='0.1': expected a Decimal"),
        ({"plan_designs": ("x",)}, "plan_designs='x': expected standard or safe_harbor or cliff or basic"),
    ],
)
def test_what_cannot_be_made_is_named(arguments, said):
    with pytest.raises(PopulationError, match=said):
        Population(**({"employees": 1} | arguments))


@pytest.mark.parametrize("text", ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/5", "a/b", "1 /3", "²/3"])
def test_what_is_no_partition_is_refused(text):
    with pytest.raises(PopulationError, match=r"expected I/N with I from 1 to N"):
        Partition.parse(text)


def test_a_partition_made_by_hand_is_checked_too():
    with pytest.raises(PopulationError, match="partition=0/3"):
        next(Population(3).batches(Partition(0, 3)))
