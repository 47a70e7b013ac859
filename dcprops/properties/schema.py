"""The `schema.` suite: a model and the schemas that speak for it must say the same of every document, both ways."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from dcprops.properties.failures import Breaking
from dcprops.properties.fixed_documents import at_every_edge, edges, wrongs
from dcprops.properties.model import arbitrary_json
from dcprops.properties.registry import Property
from dcprops.properties.targets import Crashed, ModelTarget, Rejected
from dcprops.strategies import boundary_events, documents, events, invalid_documents

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

__all__ = ["SCHEMA_SUITE", "no_json_schema", "schema_accepts"]

Document: TypeAlias = dict[str, Any]


def no_json_schema(target: ModelTarget) -> str:
    """Why a target has no JSON Schema to ask, or nothing."""
    if not target.has_json_schema:
        return "the target has no json_schema()"
    if find_spec("jsonschema") is None:
        return 'jsonschema is not installed: pip install "dcprops[schema]"'
    return ""


def _not_ours(target: ModelTarget) -> str:
    return no_json_schema(target) or ("" if target.is_ours else "only dcprops' own schema has golden files")


def _schema(target: ModelTarget) -> Any:
    try:
        return target.json_schema()
    except Crashed as crash:
        raise Breaking("there is no JSON Schema to be had", expected="a JSON Schema", got=str(crash)) from crash


def _is_json_schema(target: ModelTarget, _: object) -> None:
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415  # an extra

    schema = _schema(target)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        where = "/".join(map(str, error.path))
        raise Breaking(
            "the JSON Schema is none", field=where, expected="a schema of draft 2020-12", got=error.message
        ) from error


@cache
def _validator_of(target: ModelTarget) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # an extra

    return Draft202012Validator(_schema(target))


@cache
def _golden_schema() -> Any:
    from dcprops.schemas import golden  # noqa: PLC0415  # only ours is asked

    return json.loads(golden("json"))


@cache
def _golden_validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # an extra

    return Draft202012Validator(_golden_schema())


@cache
def _is_spelled_as_golden(target: ModelTarget) -> bool:
    """Whether the schemas differ in nothing that a validator looks at, and so judge alike."""
    return _spelled(_schema(target)) == _spelled(_golden_schema())


def _spelled(schema: object) -> str:
    """What a schema asserts, as text: to Python 1, 1.0 and True are the same, to whoever reads a schema they aren't."""
    return json.dumps(_asserted(schema), sort_keys=True)


#: Keywords that say something to people, or to other tools than a validator.
_ANNOTATIONS: Final = frozenset({"$id", "$schema", "default", "description", "discriminator", "examples", "title"})
#: Keywords whose keys are names and no keywords, and those whose values are no schemas.
_OF_NAMES: Final = frozenset({"$defs", "properties"})
_OF_VALUES: Final = frozenset({"const", "enum", "required"})


def _asserted(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_asserted(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {}
    for keyword, value in schema.items():
        if keyword in _OF_NAMES:
            found[keyword] = {name: _asserted(each) for name, each in value.items()}
        elif keyword not in _ANNOTATIONS:
            found[keyword] = value if keyword in _OF_VALUES else _asserted(value)
    return found


#: More than there are fixed examples: two properties ask of the same ones, and a JSON Schema is slow to answer.
_REMEMBERED: Final = 4096


@lru_cache(_REMEMBERED)
def _verdict(target: ModelTarget, text: str) -> bool:
    return _validator_of(target).is_valid(json.loads(text))


@lru_cache(_REMEMBERED)
def _golden_verdict(text: str) -> bool:
    return _golden_validator().is_valid(json.loads(text))


def schema_accepts(target: ModelTarget, document: Any) -> bool:
    """Whether the JSON Schema of a target accepts a document. Raises Breaking if it can't judge."""
    try:
        return _verdict(target, json.dumps(target.completed(document)))
    except Breaking:
        raise
    except Exception as error:  # a schema that is none fails in as many ways
        raise Breaking(
            "the JSON Schema cannot judge a document",
            expected="accepted or refused",
            got=f"{type(error).__name__}: {error}",
        ) from error


def _model_accepts(target: ModelTarget, document: Any) -> bool:
    try:
        target.validate(document)
    except (Rejected, Crashed):
        return False
    return True


def _agrees(target: ModelTarget, document: object) -> None:
    if not target.is_ours and _has_integral_float(document):
        return  # JSON Schema calls 3.0 an integer; a model may well not
    model, schema = _model_accepts(target, document), schema_accepts(target, document)
    if model != schema:
        words = {True: "accepts it", False: "refuses it"}
        raise Breaking(
            f"the model {words[model]}, its JSON Schema {words[schema]}",
            expected=f"a schema that {words[model]}",
            got=f"one that {words[schema]}",
        )


def _agrees_in_tables(target: ModelTarget, document: object) -> None:
    if target.is_ours and isinstance(document, dict) and find_spec("duckdb") and find_spec("pyarrow"):
        from dcprops.properties.tabular import tables_agree  # noqa: PLC0415  # duckdb and pyarrow are extras

        tables_agree(document, _model_accepts(target, document))


def _has_integral_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_integral_float, value.values()))
    if isinstance(value, list):
        return any(map(_has_integral_float, value))
    return isinstance(value, float) and value.is_integer()


def _judges_as_golden(target: ModelTarget, document: object) -> None:
    if _is_spelled_as_golden(target):
        return  # two schemas of one spelling judge alike, and asking them takes long
    promised = _golden_verdict(json.dumps(document))
    if promised != schema_accepts(target, document):
        words = {True: "accepted", False: "refused"}
        raise Breaking(
            "the schema has changed what it accepts",
            expected=f"{words[promised]}, as promised",
            got=words[not promised],
        )


def _once() -> SearchStrategy[None]:
    return st.none()


def _valid() -> SearchStrategy[Document]:
    return documents(events=boundary_events() | events())


def _invalid() -> SearchStrategy[Any]:
    return st.builds(lambda invalid: invalid.document, invalid_documents()) | arbitrary_json()


def _all_kinds() -> SearchStrategy[Any]:
    return _valid() | _invalid()


SCHEMA_SUITE: Final = (
    Property(
        "schema.is-valid-json-schema",
        "What the target calls its JSON Schema is one, of draft 2020-12.",
        "JSON Schema draft 2020-12",
        '{"type": "object"}',
        '{"type": "Object"}',
        _is_json_schema,
        _once,
        lambda: (None,),
        no_json_schema,
        share=0.01,
    ),
    Property(
        "schema.agrees-on-valid",
        "The model and its schemas say the same of every valid document; ours also in Arrow, DuckDB and dbt.",
        "the event schema",
        '"375" is money to both',
        "the schema wants six decimal places, the model doesn't",
        _agrees,
        _valid,
        lambda: (*at_every_edge(), *edges()),
        no_json_schema,
        also_holds=_agrees_in_tables,
        parts=4,
    ),
    Property(
        "schema.agrees-on-invalid",
        "The model and its schemas say the same of every invalid document and of any JSON; ours also in Arrow, DuckDB "
        "and dbt.",
        "Pydantic issue 13017: the schema of a Decimal accepted any text",
        '"hello" is money to neither',
        'the schema accepts "hello" as money, the model doesn\'t',
        _agrees,
        _invalid,
        wrongs,
        no_json_schema,
        share=10.0,
        also_holds=_agrees_in_tables,
        parts=4,
    ),
    Property(
        "schema.stable-against-golden",
        "The schema accepts and refuses what the golden one does.",
        "others have written code against it",
        "a description is reworded",
        "a field becomes required",
        _judges_as_golden,
        _all_kinds,
        lambda: (*edges(), *wrongs()),
        _not_ours,
    ),
)
