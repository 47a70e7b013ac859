"""The SQL that reads documents into typed columns and proves them valid, rendered from the event schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final, NamedTuple

from dcprops.events import SimulationEvent
from dcprops.events.kinds import (
    CONTROL,
    WHITE_SPACE,
    Choice,
    Date,
    EventId,
    FixedPoint,
    Flag,
    Kind,
    MoneyBySource,
    Text,
    Timestamp,
    WholeNumber,
)
from dcprops.events.schema import ENVELOPE, EVENT_TYPES, PAYLOADS, Field
from dcprops.schemas.columns import COLUMNS, Column
from dcprops.schemas.duckdb_ddl import column_checks, re2, sql_type

__all__ = ["judged", "proven"]

_PAYLOAD: Final = "payload"


class _Spelling(NamedTuple):
    """What stands between the parts of a document."""

    comma: str
    colon: str


#: As Pydantic, orjson and JavaScript write JSON; and as Python's own `json` does.
_SPELLINGS: Final = (_Spelling(",", ":"), _Spelling(", ", ": "))


def judged(source: str, *, any_text: bool) -> str:
    """The query that judges the rows of `source`: (line BIGINT, text VARCHAR, plain BOOLEAN, raw BLOB).

    `plain` says that `is_plain` is true of the text; a null or false says nothing. The query ends in
    duckdb.InvalidInputException where a text isn't JSON, unless it is to take `any_text`, which is slower.

    It gives `line`, the columns of `COLUMNS`, and `raw`: null where the text is proven valid; else what the model is to
    read, the text's bytes or (where `text` is null) the `raw` of the source. Then the other columns mean nothing.
    """
    values = ",\n    ".join(f"{_value(column)} AS {column.name}" for column in COLUMNS)
    return f"""
SELECT
    line,
    {values},
    CASE WHEN {_proof()} THEN NULL ELSE coalesce(encode(text), raw) END AS raw
FROM {_read(source, any_text=any_text)}
"""


def proven(source: str) -> str:
    """The query that gives the columns of `COLUMNS` for the rows of such a `source`, if SQL proves all of them valid.

    Otherwise it ends in duckdb.InvalidInputException.
    """
    values = ",\n    ".join(f"{_value(column)} AS {column.name}" for column in COLUMNS)
    return f"""
SELECT
    {values}
FROM {_read(source, any_text=False)}
WHERE CASE WHEN {_proof()} THEN true ELSE error('not proven') END
"""


def _read(source: str, *, any_text: bool) -> str:
    """The rows of the source with what their documents say, as text and as values, and what all documents have."""
    typed = ",\n        ".join(f"{_typed(column)} AS {_value(column)}" for column in COLUMNS)
    document = f"json_transform(text, {_literal(_shape())})"
    return f"""(
    SELECT *, {_concatenated(_head(_SPELLINGS[0]))} AS head, {_concatenated(_tail(_SPELLINGS[0]))} AS tail
    FROM (
        SELECT
            line, text, plain, raw, document,
            {typed}
        FROM (SELECT line, text, plain, raw, {f"TRY({document})" if any_text else document} AS document FROM {source})
    )
)"""


def _shape() -> str:
    """What is read from a document: every field that some event has, as text."""
    payload: dict[str, object] = {}
    for fields in PAYLOADS.values():
        payload |= {field.name: _shape_of(field.kind) for field in fields}
    return json.dumps({**{field.name: _shape_of(field.kind) for field in ENVELOPE}, _PAYLOAD: payload})


def _shape_of(kind: Kind) -> object:
    return dict.fromkeys(kind.sources, "VARCHAR") if isinstance(kind, MoneyBySource) else "VARCHAR"


def _text(column: Column) -> str:
    """What the document says for a column, as text."""
    return ".".join(("document", *column.path))


def _value(column: Column) -> str:
    """What it says as a value, named apart from the column: DuckDB would take one for the other."""
    return f"value_of_{column.name}"


def _typed(column: Column) -> str:
    """What the document says as a value of the column's type; null where that can't be."""
    text = _text(column)
    match column.kind:
        case Text() | Choice():
            return text
        case Flag():
            return f"CASE {text} WHEN 'true' THEN true WHEN 'false' THEN false END"
        case Timestamp():
            return f"CASE WHEN {_is_timestamp(column.kind, text)} THEN {_instant(text)} END"
        case FixedPoint() | Date() | WholeNumber() | EventId():
            return f"TRY_CAST({text} AS {sql_type(column.kind)})"
    raise TypeError(f"no way to read {column.kind} from a text: add one")


def _is_timestamp(kind: Timestamp, text: str) -> str:
    """That a text is an instant, by the kind's own pattern. On the days at both ends the zone matters: not proven."""
    inner_days = f"{text} > '0001-01-02' AND {text} < '9999-12-31'"
    return f"{inner_days} AND regexp_full_match({text}, {_literal(re2(str(kind.json_schema()['pattern'])))})"


def _instant(text: str) -> str:
    """The instant that such a text says, by its microseconds since 1970.

    DuckDB overlooks an offset as it casts to a timestamp, and asks for the session's zone as it casts to a zoned one.
    """
    offset = f"(TRY_CAST(substring({text}, -5, 2) AS BIGINT) * 60 + TRY_CAST(right({text}, 2) AS BIGINT)) * 60000000"
    in_utc = f"epoch_us(TRY_CAST({text} AS TIMESTAMP))"
    local = f"epoch_us(TRY_CAST(left({text}, -6) AS TIMESTAMP))"
    sign = f"substring({text}, -6, 1)"
    since_1970 = f"CASE {sign} WHEN '+' THEN {local} - {offset} WHEN '-' THEN {local} + {offset} ELSE {in_utc} END"
    return f"make_timestamptz({since_1970})"


def _proof() -> str:
    """That the text is the canonical text of valid values, as SQL that is true, or else false or null."""
    branches = "\n        ".join(f"WHEN {_literal(name)} THEN {_proof_of_type(name)}" for name in _MOST_FREQUENT_FIRST)
    return f"""{_all(_envelope_rules())} AND CASE document.payload.event_type
        {branches}
    END"""


#: A person is paid far more often than anything else happens.
_MOST_FREQUENT_FIRST: Final = sorted(EVENT_TYPES, key=lambda event_type: event_type != "contribution")


def _proof_of_type(event_type: str) -> str:
    compact, spaced = _SPELLINGS
    # What all types begin and end with is rendered for all rows at once: a few rows cost hardly less than many.
    as_compact = _concatenated([_Sql("head"), *_payload(event_type, compact), _Sql("tail")])
    as_spaced = _concatenated([*_head(spaced), *_payload(event_type, spaced), *_tail(spaced)])
    return f"{_all(_payload_rules(event_type))} AND CASE WHEN text = {as_compact} THEN true ELSE text = {as_spaced} END"


def _all(rules: Iterable[str]) -> str:
    return " AND ".join(f"({rule})" for rule in rules)


# --- the rules of values ---


def _envelope_rules() -> Iterator[str]:
    for column in COLUMNS:
        if len(column.path) == 1:
            yield from _rules(column, column.uses[EVENT_TYPES[0]])


def _payload_rules(event_type: str) -> Iterator[str]:
    columns = [column for column in COLUMNS if event_type in column.uses]
    for column in columns:
        if column.path[0] == _PAYLOAD and column.path[1] != "event_type":
            yield from _rules(column, column.uses[event_type])
    yield _texts_rule(columns)


def _rules(column: Column, field: Field) -> Iterator[str]:
    """What a value of an event type's field keeps to, apart from what `_texts_rule` says of all texts at once."""
    value = _value(column)
    match field.kind:
        case Text(max_length=max_length):
            rules = [f"length({value}) <= {max_length}"]
        case Choice(values=values):
            rules = [f"{value} IN ({', '.join(map(_literal, values))})"]
        case Flag():
            rules = [f"{value} IS NOT NULL"]
        case _:
            rules = [*column_checks(replace(column, name=value)), _says_the_value(field.kind, value, _text(column))]
    for rule in rules:
        yield f"{rule} OR {_text(column)} IS NULL" if field.nullable else rule


def _says_the_value(kind: Kind, value: str, text: str) -> str:
    """That a text is a spelling of the value that was read from it: a cast reads much that is none."""
    canonical = f"CAST({value} AS VARCHAR) = {text}"
    match kind:
        case FixedPoint() | EventId():
            pattern = _literal(str(kind.json_schema()["pattern"]))
            return f"CASE WHEN {canonical} THEN true ELSE regexp_full_match({text}, {pattern}) END"
        case Timestamp():
            return f"{value} IS NOT NULL"  # which it is only where the pattern matched
        case _:
            return canonical


def _texts_rule(columns: Iterable[Column]) -> str:
    """That all texts of these columns are fine: where a text is plain, it is enough that it isn't empty."""
    texts = [column for column in columns if isinstance(column.kind, Text)]
    not_empty = (f"{_value(c)} <> '' OR {_value(c)} IS NULL" if c.nullable else f"{_value(c)} <> ''" for c in texts)
    return f"CASE WHEN plain THEN {_all(not_empty)} ELSE {_pattern_rule(texts)} END"


def _pattern_rule(texts: Sequence[Column]) -> str:
    """One pattern over all of the texts, parted by a quote that none may have.

    A null leaves its part out, and so doesn't match, except where the column may be null.
    """
    inner, outer = f'[^{CONTROL}"\\\\]', f'[^{CONTROL}{WHITE_SPACE}"\\\\]'
    one = f"{outer}(?:{inner}*{outer})?"
    joined = ", ".join(f"coalesce({_value(c)}, '-')" if c.nullable else _value(c) for c in texts)
    pattern = re2('"'.join([one] * len(texts)))
    return f"regexp_full_match(concat_ws('\"', {joined}), {_literal(pattern)})"


# --- the canonical text ---


class _Sql(str):
    """A part of a text that is an expression; the others are the text itself."""

    __slots__ = ()


def _concatenated(parts: Iterable[str]) -> str:
    arguments: list[str] = []
    for is_sql, group in groupby(parts, lambda part: isinstance(part, _Sql)):
        texts = list(group)
        arguments += texts if is_sql else [_literal("".join(texts))]
    return f"concat({', '.join(arguments)})"


def _head(spelling: _Spelling) -> Iterator[str]:
    """A document up to its payload: the fields of the envelope that come before it."""
    yield "{"
    for field in ENVELOPE[:_BEFORE_PAYLOAD]:
        yield from _field(field, _ENVELOPE_COLUMNS[field.name], spelling)
        yield spelling.comma
    yield f'"{_PAYLOAD}"{spelling.colon}'


def _tail(spelling: _Spelling) -> Iterator[str]:
    """A document from its payload's end."""
    for field in ENVELOPE[_BEFORE_PAYLOAD:]:
        yield spelling.comma
        yield from _field(field, _ENVELOPE_COLUMNS[field.name], spelling)
    yield "}"


_BEFORE_PAYLOAD: Final = tuple(SimulationEvent.model_fields).index(_PAYLOAD)
_ENVELOPE_COLUMNS: Final = {column.name: column for column in COLUMNS if len(column.path) == 1}


def _payload(event_type: str, spelling: _Spelling) -> Iterator[str]:
    columns = {
        column.path[1:]: column for column in COLUMNS if column.path[0] == _PAYLOAD and event_type in column.uses
    }
    separator = "{"
    for field in PAYLOADS[event_type]:
        yield separator
        separator = spelling.comma
        if isinstance(field.kind, MoneyBySource):
            sources = [column for path, column in columns.items() if path[0] == field.name]
            yield from (f'"{field.name}"{spelling.colon}', "{", _by_source(sources, spelling), "}")
        elif field.name == "event_type":
            yield f'"{field.name}"{spelling.colon}"{event_type}"'
        else:
            yield from _field(field, columns[field.name,], spelling)
    yield "}"


def _by_source(sources: Iterable[Column], spelling: _Spelling) -> _Sql:
    """The sources that have a value: one without is null, which `||` passes on and `concat_ws` leaves out."""
    pairs = []
    for column in sources:
        key = _literal(f'"{column.path[-1]}"{spelling.colon}"')
        pairs.append(f"{key} || {_text(column)} || '\"'")
    return _Sql(f"concat_ws({_literal(spelling.comma)}, {', '.join(pairs)})")


def _field(field: Field, column: Column, spelling: _Spelling) -> Iterator[str]:
    """A key and how its value stands in a document."""
    yield f'"{field.name}"{spelling.colon}'
    quote = "" if isinstance(field.kind, Flag | WholeNumber) else '"'
    text = _text(column)
    if field.nullable:
        yield _Sql(f"coalesce('{quote}' || {text} || '{quote}', 'null')")
    else:
        yield from (quote, _Sql(text), quote)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
