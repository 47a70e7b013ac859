"""Seeded defects of JSON Schemas beside a correct model: too strict or too lax in one place.

A witness is one document of which model and schema say different things.
"""

from __future__ import annotations

from typing import Any, Final

from dcprops.defects.defect import Defect
from dcprops.defects.witnesses import sample

__all__ = ["SCHEMAS"]


def _row(id_: str, name: str, law: str, document: Any, source: str = "") -> Defect:
    return Defect(id_, "JSON Schema", f"dcprops.defects.models.wrong:{name}", f"schema.{law}", document, 1, source)


SCHEMAS: Final = (
    _row("describes-itself-wrongly", "DescribesItselfWrongly", "is-valid-json-schema", None),
    _row("cannot-describe-itself", "CannotDescribeItself", "is-valid-json-schema", None),
    _row(
        "schema-too-strict", "SchemaTooStrict", "agrees-on-valid", sample("hire", created_at="2025-07-01T00:00:01")
    ),
    _row(
        "schema-too-lax", "SchemaTooLax", "agrees-on-invalid", sample("hire", annual_compensation="hello"),
        "pydantic/pydantic#13017: the schema of a Decimal accepted any text",
    ),
    _row(
        "schema-wants-all-places", "SchemaWantsAllPlaces", "agrees-on-valid",
        sample("hire", annual_compensation="375"),
        "pydantic/pydantic#13089: the schema refuses spellings that the model accepts",
    ),
    _row(
        "schema-takes-numbers", "SchemaTakesNumbers", "agrees-on-invalid", sample("hire", annual_compensation=78000)
    ),
    _row(
        "schema-lets-fields-in", "SchemaLetsFieldsIn", "agrees-on-invalid", {**sample("hire"), "unknown_field": "x"}
    ),
    _row(
        "schema-wants-nullable-fields", "SchemaWantsNullableFields", "agrees-on-valid",
        {name: value for name, value in sample("hire").items() if name != "correlation_id"},
    ),
    _row("schema-refuses-null", "SchemaRefusesNull", "agrees-on-valid", sample("hire", correlation_id=None)),
    _row("schema-excludes-a-bound", "SchemaExcludesABound", "agrees-on-valid", sample("hire", job_level=10)),
    _row("schema-has-no-bound", "SchemaHasNoBound", "agrees-on-invalid", sample("hire", job_level=11)),
    _row(
        "schema-lacks-a-word", "SchemaLacksAWord", "agrees-on-valid",
        sample("contribution", source="forfeiture_allocation"),
    ),
    _row("schema-names-a-format", "SchemaNamesAFormat", "agrees-on-invalid", sample("hire", hire_date="2025-02-30")),
    _row("schema-searches", "SchemaSearches", "agrees-on-invalid", sample("merit", merit_percentage="0.03 or so")),
)  # fmt: skip
