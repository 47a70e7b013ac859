"""The snapshots as a model of the dbt package: the same SQL as the store's, and the laws as dbt's data tests."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from dcprops.rules.anomalies import ANOMALIES as ANOMALY_RULES
from dcprops.schemas.dbt_contract import as_yaml
from dcprops.store.queries import ANOMALIES, BUILT, EVENTS, SNAPSHOTS, query
from dcprops.store.snapshots import (
    NULLABLE,
    OF_WEEKS,
    PARTICIPATION_STATUSES,
    SNAPSHOT_COLUMNS,
    VALID,
    statement_of_weeks,
)

__all__ = ["dbt_files"]

_SOURCE: Final = "dcprops"
_KEY: Final = ("scenario_id", "plan_design_id", "participant_id", "plan_id", "snapshot_date")
#: The names that a statement has here: the tables as dbt knows them, and the last day from a variable.
_IN_DBT: Final = MappingProxyType(
    {
        **OF_WEEKS,
        "events": f"{{{{ source('{_SOURCE}', '{EVENTS}') }}}}",
        "anomalies": f"{{{{ source('{_SOURCE}', '{ANOMALIES}') }}}}",
        "built": f"{{{{ source('{_SOURCE}', '{BUILT}') }}}}",
        "snapshots": "{{ this }}",
        # By its whole name: the store may have a table of its own, brought up to date at other times.
        "snapshots_name": "{{ this }}",
        "last_day": "{{ dcprops.last_day() }}",
    }
)
_CONFIG: Final = """\
{{{{
    config(
        materialized="incremental",
        incremental_strategy="delete+insert",
        unique_key={key},
        on_schema_change="fail",
        post_hook=[
            "{{{{ dcprops.forget_weeks_beyond_the_last() }}}}",
            "{{{{ dcprops.note_what_is_built() }}}}",
        ],
    )
}}}}
"""
#: What is true of every row, by the name of its test.
_LAWS: Final = MappingProxyType(
    {
        "fridays_only": "isodow(snapshot_date) = 5",
        "gross_is_what_was_contributed": (
            "gross_account_balance = total_employee_contributions + total_employer_contributions"
        ),
        "gross_is_net_and_forfeitures": "gross_account_balance = net_account_balance + total_forfeitures",
        "net_is_vested_and_unvested": "net_account_balance = vested_account_balance + unvested_balance",
        "contributions_are_not_negative": "total_employee_contributions >= 0 AND total_employer_contributions >= 0",
        "forfeitures_are_not_negative": "total_forfeitures >= 0",
        "unvested_is_not_negative": "unvested_balance >= 0",
        "vested_percentage_is_a_share": "current_vested_percentage BETWEEN 0 AND 1",
        "deferral_percentage_is_two_shares": "current_deferral_percentage BETWEEN 0 AND 2",
        "who_defers_is_active": (
            "(participation_status <> 'active_participant' OR current_deferral_percentage > 0) "
            "AND (participation_status <> 'enrolled_zero_deferral' OR current_deferral_percentage = 0)"
        ),
        "who_is_enrolled_has_a_date": (
            "participation_status NOT IN ('active_participant', 'enrolled_zero_deferral') "
            "OR enrollment_date IS NOT NULL"
        ),
    }
)


def dbt_model() -> str:
    """The model's file: the statement of all weeks, or in an incremental run of those that aren't as they should be."""
    changed, everything = (query(name, **_IN_DBT) for name in ("snapshots_changed", "snapshots_all"))
    scope = f"{{% if is_incremental() %}}\n{changed}\n{{% else %}}\n{everything}\n{{% endif %}}"
    head = "-- The snapshots' SQL of dcprops.store, rendered for dbt: change it there.\n"
    return head + _CONFIG.format(key=list(_KEY)) + statement_of_weeks(scope, **_IN_DBT) + "\n"


def dbt_properties() -> str:
    """The YAML with the model's contract and data tests, and the tables that it is made from."""
    return as_yaml({"version": 2, "sources": [_source()], "models": [_model()]})


def dbt_macros() -> str:
    """The macros of the model's hooks and of its variable."""
    beyond, built = query("snapshots_beyond", **_IN_DBT), query("built", table_name="{{ this }}", **_IN_DBT)
    last_day = """{%- if var("dcprops_last_day", none) -%}
    DATE '{{ var("dcprops_last_day") }}'
{%- else -%}
    NULL
{%- endif -%}"""
    macros = {
        "last_day": last_day,
        "forget_weeks_beyond_the_last": beyond,
        "note_what_is_built": built,
    }
    return "\n".join(f"{{% macro {name}() -%}}\n{body}\n{{%- endmacro %}}\n" for name, body in macros.items())


def _source() -> dict[str, Any]:
    tables = {
        EVENTS: "The events of a store: the event schema's columns, and the batch that each came with.",
        ANOMALIES: "What the reference finds wrong with them; `dcprops.store` fills it before dbt runs.",
        BUILT: "The last batch that each table made from the events holds.",
    }
    return {
        "name": _SOURCE,
        "schema": "{{ var('dcprops_schema', 'main') }}",
        "tables": [{"name": name, "description": said} for name, said in tables.items()],
    }


def _model() -> dict[str, Any]:
    laws = [{"holds": {"name": f"{SNAPSHOTS}_{name}", "arguments": {"law": law}}} for name, law in _LAWS.items()]
    return {
        "name": SNAPSHOTS,
        "description": "One row per account and Friday from its first plan event's week on.",
        "config": {"contract": {"enforced": True}},
        "data_tests": [
            {"one_row_each": {"arguments": {"key": list(_KEY)}}},
            {"no_week_missing": {"arguments": {"account": list(_KEY[:-1]), "week": _KEY[-1]}}},
            {"every_batch_judged": {"arguments": {"table": ANOMALIES}}},
            *laws,
        ],
        "columns": [_column(name, type_) for name, type_ in SNAPSHOT_COLUMNS.items()],
    }


def _column(name: str, type_: str) -> dict[str, Any]:
    column: dict[str, Any] = {"name": name, "data_type": type_}
    if name in NULLABLE:
        return column
    tests: list[Any] = ["not_null"]
    if name in _CHOICES:
        tests.append({"accepted_values": {"arguments": {"values": list(_CHOICES[name])}}})
    return {**column, "constraints": [{"type": "not_null"}], "data_tests": tests}


_CHOICES: Final = MappingProxyType(
    {"participation_status": PARTICIPATION_STATUSES, "data_quality_flag": (VALID, *ANOMALY_RULES)}
)


def dbt_files() -> dict[str, str]:
    """The files of the dbt package that are rendered, by their path in it."""
    return {
        f"models/{SNAPSHOTS}.sql": dbt_model(),
        f"models/{SNAPSHOTS}.yml": dbt_properties(),
        "macros/snapshots.sql": dbt_macros(),
    }


def _render() -> None:
    """Write the files of the package where they belong."""
    package = Path(__file__).parents[1] / "dbt"
    for name, text in dbt_files().items():
        package.joinpath(name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    _render()
